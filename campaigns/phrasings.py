"""How often is a question understood as it is typed? Over phrasings that nobody tuned the matchers with.

    python -m campaigns.phrasings

Questions about a plan (tests/dialogue/follow_up_phrasings.yaml) were written from the titles of the topics alone,
those of a trainee to a patient (tests/dialogue/trainee_phrasings.yaml) from what each question is called in a report;
neither is ever edited. Prints how often what was meant stands first, and among the first three, and what is missed. Of
the trainee's list every other line was looked at while words were added to the content: both halves are told.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from chatbot.content.library import find_protocol, load_protocol, protocols_folder  # noqa: E402
from chatbot.content.practice import station_of, stations  # noqa: E402
from chatbot.core.asking import recognise  # noqa: E402
from chatbot.core.practice.station import Station  # noqa: E402
from chatbot.core.practice.suggest import suggest  # noqa: E402
from chatbot.core.protocol import Protocol  # noqa: E402

WRITTEN = ROOT / "tests" / "dialogue" / "follow_up_phrasings.yaml"
TYPED = ROOT / "tests" / "dialogue" / "trainee_phrasings.yaml"


@dataclass(frozen=True)
class Found:
    """What came of the questions; shares from 0 to 1."""

    count: int
    first: float
    among_three: float
    missed: tuple[str, ...]

    @property
    def told(self) -> str:
        """Say the figures, and what was missed."""
        shares = f"the right one first {self.first:.0%}, among the first three {self.among_three:.0%}"
        return "\n  missed: ".join([f"{self.count} phrasings: {shares}", *self.missed])


def phrasings(protocol: Protocol) -> Found:
    """Put every question about a plan to the matcher of topics."""
    return _found(WRITTEN, "topic", lambda text: recognise(protocol, text).near)


def trainee_phrasings(protocol: Protocol, station: Station, part: slice = slice(None)) -> Found:
    """Put every question to a patient to what a station offers, moves and records too. *part*: of which lines."""

    def offered(text: str) -> Sequence[str]:
        return [each.of if each.act == "ask" else "" for each in suggest(protocol, station, text)]

    return _found(TYPED, "question", offered, part)


def _found(path: Path, member: str, offered: Callable[[str], Sequence[str]], part: slice = slice(None)) -> Found:
    written: list[dict[str, Any]] = yaml.safe_load(path.read_text("utf-8"))[part]
    first = among_three = 0
    missed = []
    for each in written:
        meant, near = {each[member], *each.get("also", ())}, offered(each["ask"])
        first += bool(near) and near[0] in meant
        among_three += not meant.isdisjoint(near[:3])
        if meant.isdisjoint(near[:3]):
            missed.append(f"{each['ask']} ({each[member]})")
    return Found(len(written), first / len(written), among_three / len(written), tuple(missed))


def a_station(protocol: Protocol) -> Station:
    """Return one of the stations: what is understood does not hang on the patient."""
    folder = find_protocol(None, protocols_folder())
    return station_of(protocol, folder, stations(folder)[0].id)


def main() -> None:
    """Print what is understood."""
    protocol = load_protocol()
    print(f"questions about a plan: {phrasings(protocol).told}")
    station = a_station(protocol)
    print(f"questions to a patient: {trainee_phrasings(protocol, station).told}")
    for name, part in (("looked at", slice(1, None, 2)), ("not looked at", slice(0, None, 2))):
        found = trainee_phrasings(protocol, station, part)
        print(f"  the half {name}: first {found.first:.1%}, among the first three {found.among_three:.1%}")


if __name__ == "__main__":
    main()
