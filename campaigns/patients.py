"""Patients drawn to practise with, by the thousand: whether each is consistent, reaches a plan, and all urgencies come.

    python -m campaigns.patients [--protocol NAME] [--seed N] [--patients N]

A patient is at fault who has an answer to a question that does not apply, none to one that does, two facts that never
go together, no plan, an urgency other than the facts of the station come to, or an expert without full marks. Ends
with 1 when one is at fault or an urgency never comes.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from chatbot.content.library import find_protocol, load_protocol, protocols_folder
from chatbot.content.practice import generated_station
from chatbot.content.practice_generator import LEVELS, generator
from chatbot.content.practice_schema import HARDEST
from chatbot.core.batch import NotAccepted, with_answers
from chatbot.core.case import Case
from chatbot.core.commands import GiveAnswer
from chatbot.core.events import CaseOpened
from chatbot.core.plan import build_plan
from chatbot.core.practice.debrief import Placed
from chatbot.core.practice.expert import play
from chatbot.core.practice.marking import mark
from chatbot.core.practice.station import Station, canonical, from_data, to_data
from chatbot.core.protocol import Protocol
from chatbot.core.urgency import is_asked, plan_urgency

SEED, PATIENTS = 20261126, 1_000

TWICE = 50
"""Of so many patients one is drawn again."""


@dataclass
class Count:
    """What became of the patients."""

    patients: int = 0
    urgencies: Counter[str] = field(default_factory=Counter)
    titles: Counter[str] = field(default_factory=Counter)
    unplanned: int = 0
    """Patients whose urgency is not the one that was planned."""
    facts: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether nobody is at fault, and every urgency came."""
        return not self.faults and all(self.urgencies[level.value] for level in LEVELS)

    def lines(self) -> list[str]:
        """Return the result as text."""
        found = [f"{self.patients} patients with {self.facts / max(1, self.patients):.0f} facts each on average"]
        found += [f"  {level.value:<12} {self.urgencies[level.value]:>5}" for level in LEVELS]
        found += [f"    {count:>4}  {title}" for title, count in self.titles.most_common()]
        found.append(f"  otherwise urgent than planned: {self.unplanned}")
        found.append(f"  at fault: {len(self.faults)}")
        return [*found, *(f"    {each}" for each in self.faults)]


def count(protocol: Protocol, folder: Path, seed: int, patients: int) -> Count:
    """Draw patients of every difficulty in turn, and return what becomes of them."""
    found = Count()
    for number in range(patients):
        of, difficulty = seed + number, number % HARDEST + 1
        station = generated_station(protocol, folder, seed=of, difficulty=difficulty)
        drawn = generator(protocol, folder).last
        found.patients += 1
        found.facts += len(station.facts)
        found.urgencies[station.expected.urgency] += 1
        found.titles[station.title] += 1
        found.unplanned += station.expected.urgency != drawn.planned.value
        found.faults += [f"seed {of}, difficulty {difficulty}: {each}" for each in faults(protocol, station)]
        found.faults += [f"seed {of}, difficulty {difficulty}: {each} go together" for each in drawn.apart]
        if number % TWICE == 0:
            again = generated_station(protocol, folder, seed=of, difficulty=difficulty)
            if canonical(again) != canonical(station):
                found.faults.append(f"seed {of}, difficulty {difficulty}: not the same twice")
        if fault := full_marks(protocol, station):
            found.faults.append(f"seed {of}, difficulty {difficulty}: {fault}")
    return found


def faults(protocol: Protocol, station: Station) -> Iterator[str]:
    """Yield what is wrong with a drawn patient, as the station alone tells it."""
    if from_data(to_data(station)) != station:
        yield "the station does not go to data and back"
    try:
        case = case_of(protocol, station)
    except NotAccepted as error:
        yield f"{error.command.question}: {error}"
        return
    applies = case.assessment.applies
    if idle := [key for key in case.answers if applies[key] is False]:
        yield f"answers to what does not apply: {', '.join(idle)}"
    asked = [key for key in protocol.questions if is_asked(protocol, case.assessment, key)]
    if missing := [key for key in asked if key not in case.answers]:
        yield f"no answer to {', '.join(missing)}"
    urgency = plan_urgency(protocol, case.assessment).value
    if urgency != station.expected.urgency:
        yield f"the facts come to {urgency}, the station says {station.expected.urgency}"
    if build_plan(protocol, case)["urgency"] != urgency:
        yield "the plan says another urgency than the facts come to"
    if any("{" in text for text in (station.who, station.opening, *(move.reply for move in station.moves))):
        yield "a blank was not filled in"
    if told := [key for key in station.volunteered if station.fact(key) is None]:
        yield f"told, and no fact: {', '.join(told)}"


def case_of(protocol: Protocol, station: Station) -> Case:
    """Return the case that the facts of a station make. Raises: NotAccepted."""
    opened = CaseOpened("", "practice", station.as_of, "", "", protocol.identity)
    given = [
        GiveAnswer(
            each.question,
            value=each.value,
            status=each.status,
            source=each.source,
            reason=each.reason,
            confirmed=True,
        )
        for each in station.facts
    ]
    return with_answers(protocol, opened, given)


def full_marks(protocol: Protocol, station: Station) -> str:
    """Return why an expert does not get full marks; empty when they do."""
    opened = CaseOpened("", "practice", station.as_of, "", "", protocol.identity)
    placed = [Placed(number, number * 1_000, event) for number, event in enumerate(play(protocol, station, opened))]
    debrief = mark(protocol, station, placed)
    if debrief.points == debrief.of:
        return ""
    lost = [each.kind for each in debrief.lines if each.points < each.of]
    return f"an expert gets {debrief.points} of {debrief.of}: {', '.join(lost)}"


def main(arguments: list[str] | None = None) -> int:
    """Draw patients and print what becomes of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--protocol")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--patients", type=int, default=PATIENTS)
    options = parser.parse_args(arguments)
    folder = find_protocol(options.protocol, protocols_folder())
    found = count(load_protocol(options.protocol), folder, options.seed, options.patients)
    print(f"seed {options.seed}")
    print("\n".join(found.lines()))
    return 0 if found.holds else 1


if __name__ == "__main__":
    sys.exit(main())
