"""How many of a thousand simulated patients are sent on who need not go, and whether one is missed who must.

    python -m campaigns.triage [--protocol NAME] [--seed N] [--patients N]

Over-triage is counted by the share of emergencies and same-day cases, with the flags responsible. A patient is missed
whose planted facts are a red flag and who comes out lower. Ends with 1 when a limit is passed or somebody is missed.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from chatbot.content.library import find_protocol, load_protocol, protocols_folder
from chatbot.content.population import Generated, Population
from chatbot.core.findings import FlagState
from chatbot.core.protocol import Protocol
from chatbot.core.urgency import contribution, plan_urgency
from chatbot.core.values import Urgency

SEED, PATIENTS = 20260315, 1_000

LIMITS = {Urgency.EMERGENCY: 5, Urgency.SAME_DAY: 15}
"""Per cent of patients at a planned visit who may come out so."""


@dataclass
class Count:
    """What became of the patients."""

    patients: int = 0
    urgencies: Counter[Urgency] = field(default_factory=Counter)
    responsible: dict[Urgency, Counter[str]] = field(default_factory=lambda: {level: Counter() for level in LIMITS})
    """By urgency: the flags without any of which a patient would not have come out so, each patient's counted."""
    alone: dict[Urgency, Counter[str]] = field(default_factory=lambda: {level: Counter() for level in LIMITS})
    """Flags that alone made a patient that urgent."""
    with_fact: int = 0
    """Patients in whom a red flag was planted."""
    missed: list[str] = field(default_factory=list)
    unanswered: Counter[str] = field(default_factory=Counter)
    """Questions that were asked and for which nothing is drawn."""

    def share(self, level: Urgency) -> float:
        """Return how many per cent came out at an urgency."""
        return 100 * self.urgencies[level] / self.patients

    @property
    def holds(self) -> bool:
        """Whether both limits are met and nobody was missed."""
        return not self.missed and all(self.share(level) <= limit for level, limit in LIMITS.items())

    def lines(self) -> list[str]:
        """Return the result as text."""
        found = [f"{self.patients} patients, in {self.with_fact} of whom a red flag was planted"]
        for level in Urgency:
            if level in self.urgencies:
                limit = f" (limit {LIMITS[level]} %)" if level in LIMITS else ""
                found.append(f"  {level.value:<12} {self.urgencies[level]:>5}  {self.share(level):4.1f} %{limit}")
        for level, flags in self.responsible.items():
            said = [f"{name} {count} ({self.alone[level][name]} alone)" for name, count in flags.most_common()]
            found.append(f"  {level.value}, flags responsible: {', '.join(said) or 'none'}")
        if self.unanswered:
            said = [f"{name} {count}" for name, count in self.unanswered.most_common()]
            found.append(f"  asked and not drawn: {', '.join(said)}")
        found.append(f"  missed: {len(self.missed)}")
        return [*found, *(f"    {each}" for each in self.missed)]


def count(protocol: Protocol, population: Population, patients: Iterable[Generated]) -> Count:
    """Return what becomes of patients."""
    found = Count()
    for each in patients:
        found.patients += 1
        found.with_fact += bool(each.flags)
        urgency = plan_urgency(protocol, each.case.assessment)
        found.urgencies[urgency] += 1
        found.unanswered.update(population.unanswered(each.case))
        if urgency in LIMITS:
            flags = _at(protocol, each, urgency)
            found.responsible[urgency].update(flags)
            if len(flags) == 1:
                found.alone[urgency].update(flags)
        if urgency.rank < each.at_least.rank:
            facts = ", ".join(name for name in each.flags if population.model.facts[name].at_least == each.at_least)
            found.missed.append(f"patient {each.number}: {facts} is {each.at_least.value}, comes out {urgency.value}")
    return found


def _at(protocol: Protocol, patient: Generated, urgency: Urgency) -> list[str]:
    """Return the flags that put a patient at an urgency; those that cannot be excluded are marked."""
    return [
        name if state is FlagState.PRESENT else f"{name}?"
        for name, state in patient.case.assessment.flags.items()
        if contribution(protocol.red_flags[name], state) is urgency
    ]


def main(arguments: list[str] | None = None) -> int:
    """Draw patients and print what becomes of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--protocol")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--patients", type=int, default=PATIENTS)
    options = parser.parse_args(arguments)
    folder = find_protocol(options.protocol, protocols_folder())
    protocol = load_protocol(options.protocol)
    population = Population(protocol, folder)
    found = count(protocol, population, population.patients(options.seed, options.patients))
    print("\n".join(found.lines()))
    return 0 if found.holds else 1


if __name__ == "__main__":
    sys.exit(main())
