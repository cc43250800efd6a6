"""Play every shipped patient to the debrief: line by line as an expert would, and by keys on the screen.

    python -m campaigns.practice_played [--every N] [--only lines|screen]

Line by line the perfect script is typed, read off what is offered, and has to earn full marks. On the screen, at two
sizes, one question is asked, a commitment made and handed in, and the debrief has to name the patient.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys

SIZES = ((80, 24), (40, 15))
PROTOCOLS = ("ottawa_ankle", "post_surgical_back_pain")


def main(arguments: list[str] | None = None) -> int:
    """Play; 1 where a patient cannot be played."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1, help="one patient in so many")
    parser.add_argument("--only", choices=("lines", "screen"))
    options = parser.parse_args(arguments)
    os.environ.update(TERM="xterm-256color", TEXTUAL_ANIMATIONS="none")
    for name in ("NO_COLOR", "COLUMNS", "LINES"):
        os.environ.pop(name, None)
    from chatbot.content.practice import station_of, stations
    from tests.practice_played import folder_of, problems_line_by_line, problems_on_screen
    from tests.shipped import shipped_protocol

    count, found = 0, list[str]()
    for name in PROTOCOLS:
        protocol, folder = shipped_protocol(name), folder_of(name)
        made = [station_of(protocol, folder, each.id) for each in stations(folder)[:: options.every]]
        count += len(made)
        if options.only != "screen":
            found += [one for each in made for one in problems_line_by_line(protocol, each)]
        if options.only != "lines":
            for size in SIZES:
                told = asyncio.run(problems_on_screen(protocol, made, size))
                found += [f"{size[0]}x{size[1]} {one}" for one in told]
    print("\n".join(found) or f"every one was played to the debrief: {count} patients")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
