"""What every part of marking works on: the attempt beside the truth, lines before they are numbered, and words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from chatbot.core.findings import Assessment
from chatbot.core.practice.marking_read import Record
from chatbot.core.practice.station import Expected, Fact, Scoring, Station
from chatbot.core.protocol import Citation, Protocol, Question, Rule
from chatbot.core.site import BLANK, PLACEHOLDER

NOT_ASKED = " Not asked: "
"""Stands before the questions that a red flag was left open for want of."""

NAMED = 3
"""How many of several things are named before the rest is counted."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A line of the debrief whose sources are not numbered yet; otherwise as ``debrief.Line``."""

    id: str
    kind: str
    domain: str
    points: int
    of: int
    text: str
    why: str = ""
    rule: str | None = None
    cites: tuple[Citation, ...] = ()
    at: int | None = None


@dataclass(frozen=True)
class Marking:
    """An attempt beside what is true. Lives for one call."""

    protocol: Protocol
    station: Station
    record: Record
    learned: Assessment
    """What the trainee learned, assessed."""

    @cached_property
    def facts(self) -> Mapping[str, Fact]:
        """The facts of the patient by question."""
        return {each.question: each for each in self.station.facts}

    @property
    def expected(self) -> Expected:
        return self.station.expected

    @property
    def scoring(self) -> Scoring:
        return self.station.scoring

    def weight(self, name: str) -> int:
        """Return one of the weights."""
        return self.scoring.weights[name]

    def domain_of(self, question: str | None) -> str:
        """Return the domain a question counts in."""
        section = "" if question is None else self.protocol.questions[question].section
        return self.scoring.of_section.get(section, self.domain_of_part("urgency"))

    def domain_of_part(self, part: str) -> str:
        """Return the domain of urgency, hypotheses, plan, handover or communication."""
        return self.scoring.of_part.get(part, self.scoring.domains[0].id)

    def named(self, question: str) -> str:
        """Return how a report names a question."""
        return name_of(self.protocol.questions[question])

    def label(self, key: str, otherwise: str) -> str:
        """Return a word of the content."""
        found = self.protocol.labels.get(key)
        return otherwise if found is None else found.clinician

    def urgency(self, level: str) -> str:
        """Return what an urgency is called."""
        return self.label(f"urgency.{level}", level)

    def limit(self, id_: str) -> str:
        """Return what a time limit is called."""
        return next((each.title for each in self.scoring.limits if each.id == id_), id_)

    def item(self, id_: str) -> str:
        """Return what a plan item is called."""
        return next((each.title for each in self.scoring.items if each.id == id_), id_)

    def says(self, rule: Rule) -> str:
        """Return a rule's title and text; local facts are named, not filled in."""
        return f"{sentence(rule.title.clinician)} {sentence(self._local(rule.text.clinician))}"

    def _local(self, text: str) -> str:
        site = self.protocol.site
        return PLACEHOLDER.sub(lambda found: site[found[1]].clinician if found[1] in site else BLANK, text)


def name_of(question: Question) -> str:
    """Return how a report names a question, in the clinician's words."""
    return question.named.clinician


def sentence(text: str) -> str:
    """Return a text with a stop at its end."""
    bare = text.strip()
    return bare if not bare or bare[-1] in ".!?…:" else f"{bare}."


def several(names: Iterable[str]) -> str:
    """Return names as a list; those after the first few are counted."""
    all_ = list(dict.fromkeys(names))
    if len(all_) > NAMED + 1:
        return f"{'; '.join(all_[:NAMED])}; and {len(all_) - NAMED} more"
    return "; ".join(all_)


def counted(count: int, one: str, more: str = "") -> str:
    """Return a number with its word: ``1 step``, ``2 steps``."""
    return f"{count} {one if count == 1 else more or one + 's'}"


def capped(costs: Sequence[int], most: int) -> list[int]:
    """Return what each of several things costs when together they cost at most *most*: the first ones in full."""
    left, found = most, []
    for cost in costs:
        taken = min(cost, left)
        found.append(taken)
        left -= taken
    return found
