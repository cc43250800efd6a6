"""A station: one simulated patient as one trainee meets them, complete in itself.

It is made from a vignette and the practice content of its protocol (``chatbot.content.practice``), or drawn by a
generator. Everything the patient says, and everything marks are given for, stands in it, so that an attempt is marked
from its transcript alone: the transcript opens with the station's digest and ends with the station itself.
It is one list of value types, and carries no rule about them.
"""

from __future__ import annotations

import hashlib
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from typing import Any

from chatbot.core.canonical import spell
from chatbot.core.values import Stored

FORMAT = "backstory.station/1"

MODES = ("guided", "practice", "examination", "two_person")
"""With hints; with feedback at the end; timed and silent until the end; a person plays the patient from a card."""

WAYS = ("ask", "examine", "record")
"""How a fact is found: the person is asked, is examined, or a record is looked at."""

NEEDS = ("", "plain", "again", "trust", "reason", "interpreter", "never")
"""What a fact is told for: at once; when asked in plain words; when asked once more; after permission was asked; after
the reason was explained; through an interpreter; or never, which is an answer too (declined)."""

MOVES = (
    *("introduce", "permission", "reason", "interpreter", "open", "ideas", "concerns", "expectations"),
    *("summary", "safety_net", "chat"),
)
"""What a trainee may do besides asking about facts. The first of a kind that is made counts."""

WEIGHTS = (
    # Each red flag that stands and came out so, by the urgency it raises; and each that is not there and was ruled out.
    *("flag.emergency", "flag.same_day", "flag.urgent", "flag.clear"),
    # Urgency as it truly is; what is taken for one, two or three steps too low, and too high. Too low weighs most.
    *("urgency.right", "urgency.low_1", "urgency.low_2", "urgency.low_3"),
    *("urgency.high_1", "urgency.high_2", "urgency.high_3"),
    # The time limit.
    "within.right",
    # Each cause that is likely, and each that must not be missed.
    *("likely.each", "not_to_miss.each"),
    # Plan items: asked for by a safety rule, or by another; taken off for each harmful or unsupported one.
    *("item.safety", "item.other", "item.harmful", "item.unsupported", "item.unsupported.most"),
    # A present red flag that took longer than so many times the expert's questions, and what each costs.
    *("late.times", "late.each", "late.most"),
    # Questions of comfort before the safety screen is through: so many are free, then each costs.
    *("order.free", "order.each", "order.most"),
    # Questions that could tell nothing: asked again though answered, or that do not apply.
    *("needless.free", "needless.each", "needless.most"),
    # Asked, and left without being understood; or what was learned is not so.
    *("unresolved.each", "unresolved.most"),
    # Words of reproach in a question or the handover.
    *("stigma.each", "stigma.most"),
    # The handover: whether it says what was found, how urgent it is, and what is asked for.
    *("handover.situation", "handover.urgency", "handover.request"),
)
"""Every weight content has to give, as whole points. Those that are taken off are given without a sign."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is true of the patient, and what it takes to hear it."""

    question: str
    """Its key."""
    value: Stored | None
    status: str | None
    """Exactly one of value and status is set: that they do not know is a fact too."""
    source: str
    way: str
    """One of ``WAYS``."""
    says: str
    """The reply that tells it: the patient's own words, or what is found."""
    needs: str = ""
    """One of ``NEEDS``."""
    holds_back: str = ""
    """The reply while what it needs is not met. It gives nothing away."""
    reason: str | None = None
    """For *cannot apply*: the coded reason."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a document or a handover says of a question. It need not be so."""

    question: str
    value: Stored | None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A record that can be asked for, or the handover a station begins with."""

    id: str
    title: str
    text: str
    told: tuple[Told, ...] = ()
    phrases: tuple[str, ...] = ()
    """How trainees ask for it, beside its title."""


@dataclass(frozen=True, slots=True)
class Move:
    """Something a trainee may do besides asking about a fact: introduce themselves, ask permission, ask openly."""

    id: str
    kind: str
    """One of ``MOVES``."""
    label: str
    phrases: tuple[str, ...]
    reply: str
    points: int = 0
    """What it counts where this patient has a use for it; 0: nothing."""
    tells: tuple[str, ...] = ()
    """Questions whose facts the reply gives away."""
    before: tuple[str, ...] = ()
    """Of asking permission: it counts only before any of these questions is asked."""


@dataclass(frozen=True, slots=True)
class FlagExpected:
    """A red flag as it truly is."""

    flag: str
    state: str
    """present, cannot_exclude or clear."""
    urgency: str
    points: int
    reads: tuple[str, ...]
    """The questions on the expert's path that it hangs on, in their order."""
    after: int | None
    """Questions the expert has asked when it is plain; None where it is not present."""


@dataclass(frozen=True, slots=True)
class ItemExpected:
    """A plan item and what the true plan says of it."""

    item: str
    """The tag of an action."""
    verdict: str
    """required, accepted, harmful or unsupported."""
    rule: str | None
    """The rule that says so."""
    guards: tuple[str, ...] = ()
    """Of a harmful one: the contraindications that stand."""
    points: int = 0


@dataclass(frozen=True, slots=True)
class Expected:
    """What is true of the patient by the engine, worked out once when the station is made."""

    urgency: str
    within: str
    """ISO 8601 duration within which the most pressing safety action is due; empty where none is."""
    path: tuple[str, ...]
    """The questions an expert asks here, in their order; what the opening tells is not among them."""
    safety: tuple[str, ...]
    """Those of the safety screen."""
    flags: tuple[FlagExpected, ...]
    """Every red flag an urgency hangs on, in content order."""
    likely: tuple[str, ...]
    """Hypotheses that are supported."""
    not_to_miss: tuple[str, ...]
    """Hypotheses that a present or open red flag stands for."""
    items: tuple[ItemExpected, ...]


@dataclass(frozen=True, slots=True)
class Domain:
    """One part of the profile."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be chosen at the commitment."""

    id: str
    title: str
    group: str = ""
    """Of a plan item: the category it is listed under."""


@dataclass(frozen=True, slots=True)
class Instead:
    """A word of reproach, and what to say instead."""

    word: str
    say: str


@dataclass(frozen=True, slots=True)
class Scoring:
    """How marks are given: content, not code."""

    weights: Mapping[str, int]
    """Every key of ``WEIGHTS``."""
    domains: tuple[Domain, ...]
    of_section: Mapping[str, str]
    """Section to the domain its questions and red flags count in."""
    of_part: Mapping[str, str]
    """urgency, hypotheses, plan, handover and communication to the domain they count in."""
    limits: tuple[Choice, ...]
    """Time limits to choose from; the id is an ISO 8601 duration, or ``none``."""
    items: tuple[Choice, ...]
    """The catalogue of plan items."""
    urgency_words: Mapping[str, tuple[str, ...]]
    """Urgency to words a handover says it with."""
    item_words: Mapping[str, tuple[str, ...]]
    """Action to words a handover asks for it with."""
    jargon: tuple[str, ...]
    """Words that are not plain to a patient."""
    stigmatising: tuple[Instead, ...]
    """Words of reproach."""
    comfort: tuple[str, ...]
    """Sections whose questions are for comfort or completeness: they come after safety."""


@dataclass(frozen=True, slots=True)
class Station:
    """A simulated patient, ready to be met."""

    format: str
    protocol: Mapping[str, str]
    """``id``, ``version`` and ``digest`` of the content it was made under."""
    name: str
    """The vignette, or ``generated``. It may give the answer away and is never shown before the end."""
    title: str
    """Shown at the end only."""
    seed: int
    difficulty: int
    """1 to 5."""
    as_of: str
    region: str
    who: str
    """How the patient is called before anything is known: "A woman of 44"."""
    persona: str
    task: str
    """What the trainee is told to do."""
    minutes: int
    """Time of the station in an examination."""
    preparation: int
    """Minutes to read the task before that."""
    opening: str
    """What the patient says first."""
    volunteered: tuple[str, ...]
    """Questions the opening answers."""
    facts: tuple[Fact, ...]
    moves: tuple[Move, ...]
    documents: tuple[Document, ...]
    handover: Document | None
    """What a colleague has handed over, half done; its answers stand when the interview begins."""
    no_fact: tuple[str, ...]
    """Replies to a question this patient has nothing to say to."""
    not_applicable: tuple[str, ...]
    """Replies to a question that does not fit this patient."""
    not_understood: tuple[str, ...]
    """Replies to what fits no question."""
    expected: Expected
    scoring: Scoring
    reason: str = ""
    """Why the patient comes out so, for the debrief."""
    hints: Mapping[str, str] = field(default_factory=dict)
    """Of the guided mode: section to a hint."""

    def fact(self, question: str) -> Fact | None:
        """Return what is true of a question."""
        return next((each for each in self.facts if each.question == question), None)

    def move(self, id_: str) -> Move | None:
        """Return a move by its id."""
        return next((each for each in self.moves if each.id == id_), None)

    def document(self, id_: str) -> Document | None:
        """Return a document by its id."""
        return next((each for each in self.documents if each.id == id_), None)


class NotAStation(ValueError):
    """Data that is no station this version knows."""


def to_data(station: Station) -> dict[str, Any]:
    """Return a station as canonical JSON holds it."""
    found: dict[str, Any] = _data(station)
    return found


def from_data(data: Any) -> Station:
    """Rebuild a station.

    Raises: NotAStation.
    """
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise NotAStation(f"not a station of the format {FORMAT}")
    try:
        made = _built(Station, data)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotAStation(f"a part of the station is missing or not of its kind ({error})") from error
    assert isinstance(made, Station)
    return made


def canonical(station: Station) -> str:
    """Return the canonical JSON of a station."""
    return spell(to_data(station))


def digest(station: Station) -> str:
    """Return SHA-256 over the canonical JSON, in hex."""
    return hashlib.sha256(canonical(station).encode()).hexdigest()


def _data(value: Any) -> Any:
    if is_dataclass(value):
        members = ((each.name, getattr(value, each.name)) for each in fields(value))
        return {name: _data(member) for name, member in members if member is not None}
    if isinstance(value, Mapping):
        return {key: _data(each) for key, each in value.items()}
    return [_data(each) for each in value] if isinstance(value, tuple | list) else value


def _built(kind: Any, data: Any) -> Any:
    """Rebuild a value of a type that stands in the annotations above."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if is_dataclass(kind):
        hints = _hints(typing.cast(type, kind))
        unknown = data.keys() - hints.keys()
        if unknown:
            raise ValueError(f"unknown members {sorted(unknown)}")
        given = {name: _built(hints[name], data[name]) for name in hints if name in data}
        optional = {name: None for name, hint in hints.items() if name not in data and _may_be_none(hint)}
        return kind(**{**optional, **given})  # type: ignore[operator]  # a type, which mypy takes for an instance
    if origin is tuple:
        if not isinstance(data, list):
            raise TypeError("a list is wanted")
        return tuple(_built(inner[0], each) for each in data)
    if origin is Mapping:
        return {key: _built(inner[1], each) for key, each in data.items()}
    if origin in {types.UnionType, typing.Union}:
        only = [each for each in inner if each is not type(None)]
        return _built(only[0], data) if len(only) == 1 else data
    if kind in {str, int} and type(data) is not kind:
        raise TypeError(f"{kind.__name__} is wanted")
    return data


@cache
def _hints(kind: type) -> dict[str, Any]:
    """Return the types of the members of a value type; working them out takes longer than building the value."""
    return typing.get_type_hints(kind)


def _may_be_none(hint: Any) -> bool:
    return type(None) in typing.get_args(hint)
