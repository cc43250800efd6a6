"""Whether full marks can be had at every station, and whether each fault costs there what the weights say.

    python -m campaigns.practice_marks [--protocol NAME] [--seeds N] [--personas]

Every vignette that can be practised, with each of so many seeds, and with *--personas* in every persona. Ends with 1
when a perfect script loses something, or a fault costs something else than is worked out beside the marking.
"""

from __future__ import annotations

import argparse
import sys

from chatbot.content.library import find_protocol, load_protocol, protocol_names, protocols_folder
from chatbot.content.practice import practice_of, station_of, stations
from tests.practice_faults import FAULTS, full_marks, held_against, stops_in_time


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--protocol", help="one protocol only")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--personas", action="store_true", help="every persona, not only the patient's own")
    given = parser.parse_args()
    problems: list[str] = []
    played = tried = 0
    for name in [given.protocol] if given.protocol else protocol_names(protocols_folder()):
        protocol, folder = load_protocol(name), find_protocol(name, protocols_folder())
        content = practice_of(folder, protocol)
        if content is None:
            continue
        personas = [*content.practice.personas] if given.personas else [None]
        for listed in stations(folder):
            for seed in range(given.seeds):
                for persona in personas:
                    station = station_of(protocol, folder, listed.id, seed=seed, persona=persona)
                    found = (
                        full_marks(protocol, station)
                        + held_against(protocol, station)
                        + stops_in_time(protocol, station)
                    )
                    problems += [f"{each} (seed {seed}, {station.persona})" for each in found]
                    played, tried = played + 1, tried + sum(fault(station) is not None for fault in FAULTS)
    print("\n".join([*problems, f"{played} stations, {tried} faults, {len(problems)} problems"]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
