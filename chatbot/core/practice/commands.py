"""What a trainee may do at a station. ``chatbot.core.practice.attempt.decide`` turns it into events or a refusal."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask about a fact, examine, or look it up: which of them the question says."""

    question: str
    said: str
    """In the trainee's words, or the wording of the question they chose."""


@dataclass(frozen=True, slots=True)
class Make:
    """Make a move: introduce yourself, ask permission, ask openly."""

    move: str
    said: str


@dataclass(frozen=True, slots=True)
class Fetch:
    """Ask for a document."""

    document: str
    said: str


@dataclass(frozen=True, slots=True)
class SayUnclear:
    """Something was said that fits no question, and the trainee let it stand."""

    said: str


@dataclass(frozen=True, slots=True)
class Commit:
    """Say what is likely, what must not be missed, how urgent it is, what is to be done; and hand over."""

    urgency: str
    within: str
    likely: tuple[str, ...]
    not_to_miss: tuple[str, ...]
    items: tuple[str, ...]
    handover: str


@dataclass(frozen=True, slots=True)
class BeginInterview:
    """The time to prepare is over."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Stop the clock."""


@dataclass(frozen=True, slots=True)
class GoOn:
    """Let the clock run on."""


@dataclass(frozen=True, slots=True)
class ExtraTime:
    """Give more time, with the reason."""

    minutes: int
    reason: str


@dataclass(frozen=True, slots=True)
class TimeUp:
    """The clock of the station has run out: from now on only the commitment is left."""


@dataclass(frozen=True, slots=True)
class End:
    """The attempt is over. Without a commitment that is an answer too, and gets no marks for it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A person marks the attempt besides the engine."""

    marker: str
    overall: int
    marks: dict[str, int]
    reasons: dict[str, str]
    comment: str = ""


PracticeCommand = (
    Ask | Make | Fetch | SayUnclear | Commit | BeginInterview | Pause | GoOn | ExtraTime | TimeUp | End | Mark
)
