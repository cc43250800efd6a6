"""What comes of an attempt: marks with their reasons, each with its place in the transcript, its rule and its sources.

Made by ``chatbot.core.practice.marking.mark`` from the station, the protocol and the records alone. Value types only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

FORMAT = "backstory.debrief/1"

KINDS = (
    # What kept or would have kept the patient safe.
    *("flag", "urgency", "within", "late", "order"),
    # What is likely and what was planned.
    *("likely", "not_to_miss", "item", "harmful", "unsupported"),
    # How it was asked.
    *("needless", "unresolved", "move", "stigma", "handover"),
)
"""What a line of the debrief is about, in the order they are told."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that marks were given, not given, or taken off for."""

    id: str
    """Unique in the debrief and the same every time: ``flag:cauda_equina``, ``item:mri``, ``needless``."""
    kind: str
    """One of ``KINDS``."""
    domain: str
    points: int
    """What it brought; below nought where something was taken off."""
    of: int
    """What it could bring; 0 where it can only take off."""
    text: str
    """What was done or left undone, in one sentence to the trainee."""
    why: str = ""
    """The reason in the words of the content: of the rule, the question or the red flag. Never an id."""
    rule: str | None = None
    references: tuple[int, ...] = ()
    """Numbers in ``Debrief.references``."""
    at: int | None = None
    """The record it hangs on; None for what never happened."""
    after: int | None = None
    """Seconds into the interview of that record, pauses left out."""

    @property
    def good(self) -> bool:
        """Whether nothing was lost by it."""
        return self.points >= self.of


@dataclass(frozen=True, slots=True)
class DomainMark:
    """One part of the profile."""

    id: str
    title: str
    points: int
    """Not below nought."""
    of: int


@dataclass(frozen=True, slots=True)
class Cited:
    """A source as the debrief prints it."""

    n: int
    id: str
    citation: str
    locator: str


@dataclass(frozen=True, slots=True)
class PathStep:
    """One question of the trainee's path or the expert's."""

    question: str
    text: str
    safety: bool
    at: int | None = None
    """The trainee's: its record."""
    told: bool = True
    """Whether it was answered."""
    needless: bool = False
    after: int | None = None
    """The trainee's: seconds into the interview, pauses left out."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """How many questions it took until a present red flag was plain."""

    flag: str
    title: str
    urgency: str
    yours: int | None
    """None: it never was."""
    expert: int
    at: int | None = None


@dataclass(frozen=True, slots=True)
class SecondMark:
    """What a person gave besides the engine."""

    marker: str
    overall: int
    points: int
    """The score with their marks in place of the engine's."""
    set_aside: Mapping[str, int]
    reasons: Mapping[str, str]
    comment: str


@dataclass(frozen=True, slots=True)
class Debrief:
    """The whole of it. The same records give the same debrief, on any day and machine."""

    station: str
    """Digest of the station."""
    name: str
    title: str
    mode: str
    points: int
    """Not below nought."""
    of: int
    urgency: str
    """As the trainee said; empty where they committed to none."""
    true_urgency: str
    within: str
    true_within: str
    domains: tuple[DomainMark, ...]
    lines: tuple[Line, ...]
    """In the order they are told: first what kept the patient safe, then what would have harmed, then the rest."""
    recognised: tuple[Recognised, ...]
    yours: tuple[PathStep, ...]
    expert: tuple[PathStep, ...]
    references: tuple[Cited, ...]
    questions: int
    """How many were asked."""
    seconds: int
    """From the beginning of the interview to the last thing done, pauses left out; 0 where that cannot be told."""
    reason: str = ""
    """Why the patient comes out so, in the words of the vignette."""
    second: tuple[SecondMark, ...] = ()
    kind: str = "practice"
    format: str = field(default=FORMAT)

    @property
    def percent(self) -> int:
        """The score in hundredths, rounded down."""
        return self.points * 100 // self.of if self.of else 0


def to_data(debrief: Debrief) -> dict[str, Any]:
    """Return a debrief as JSON holds it."""
    return {**asdict(debrief), "percent": debrief.percent}


@dataclass(frozen=True, slots=True)
class Placed:
    """An event with its place in the transcript."""

    seq: int
    """Number of the record."""
    ms: int
    """Milliseconds since the first record, by the records' own clock."""
    event: Any
    """A ``chatbot.core.events.Event``."""
