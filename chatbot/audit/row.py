"""What an audit knows of one case: one frozen value, ready for JSON. Counts, codes and times; no answer.

Reports, standards and queries are made from rows, so that a case is read once whatever is asked of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

VERDICTS = (
    "VALID-CLOSED",
    "VALID-OPEN",
    "TORN",
    "CORRUPT",
    "UNKNOWN-VERSION",
    "NO-KEY",
    "UNREADABLE",
    "FAULT",
    "DISPOSED",
    "OTHER",
)
"""What a file can turn out to be, in the order it is told. OTHER: not a transcript, or an attempt of a
trainee that is not over. FAULT: the program failed at it. DISPOSED: only the register still knows it."""

NOT_OVER = "an attempt at a station that is not over"
"""Is said of one: nothing of it is counted."""

SOUND = frozenset({"VALID-CLOSED", "VALID-OPEN", "TORN"})
"""Verdicts of cases that were replayed, and are counted."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One emergency flag that rose."""

    flag: str
    line: int
    seconds: int | None
    """Until it was acknowledged: by the clock nobody can set within a sitting, else by the wall clock. None: never."""


@dataclass(frozen=True, slots=True)
class Correction:
    """An answer that was replaced or taken back."""

    question: str
    line: int
    because: str
    """Coded reason; ``not_needed`` where none was asked for."""
    lowered: bool
    """It lowered the urgency of the case or of its plan."""
    again: bool = False
    """It was itself corrected afterwards."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What was made of a recommendation in the end."""

    decision: str
    """accept, modify or decline."""
    code: str
    """Coded reason; empty where there is none."""
    line: int


@dataclass(frozen=True, slots=True)
class Left:
    """A safety question the plan was signed with although it is not settled."""

    code: str
    line: int


@dataclass(frozen=True, slots=True)
class Row:
    """One file. What follows ``sealed`` is empty unless the verdict is one of ``SOUND``."""

    file: str
    verdict: str
    """One of ``VERDICTS``."""
    exit_code: int
    """What verifying this file alone ends with."""
    problems: tuple[str, ...] = ()
    """What is not as it should be, rendered with its place."""
    anchored: str = ""
    """ANCHORED, UNANCHORED or DIFFERS, also of a case that nobody here can open; empty where it was not compared."""
    signed_state: str = ""
    """How the signed checkpoints beside it stand, where a key is trusted; else empty."""
    sealed: bool = False
    """It is encrypted."""
    head: str = ""
    """Hash of the last record."""
    case: str = ""
    kind: str = ""
    label: str = ""
    """As ``subject`` and ``names`` only where it was asked for."""
    subject: str = ""
    names: tuple[str, ...] = ()
    """Who was at the keyboard, in the order they came."""
    actors: int = 0
    protocol: str = ""
    version: str = ""
    digest: str = ""
    opened: str = ""
    """When the first record was written, by the wall clock, UTC."""
    as_of: str = ""
    """Clinical moment of the first sitting."""
    sittings: int = 0
    records: int = 0
    given: int = 0
    """How often an answer was given, corrections and carried ones left out."""
    phase: str = ""
    urgency: str = ""
    """Of the case: undetermined while its safety screen is open."""
    plan_urgency: str = ""
    """Of the plan of its answers: what is not asked counts as unknown."""
    scope: str = ""
    safety_asked: bool = False
    safety_resolved: bool = False
    safety_seconds: int | None = None
    """From opening until each safety question that applied had an answer or a status; time suspended is left out."""
    settled_seconds: int | None = None
    """From opening until no red flag on which an urgency hangs was left open; None: never."""
    seconds: int = 0
    """From opening to the last record, without time suspended."""
    section_seconds: Mapping[str, int] = field(default_factory=dict)
    """Section to the time its questions took; the empty name: review, plan, alarms."""
    alarms: tuple[Alarm, ...] = ()
    shown: int = 0
    """Questions that were on screen."""
    states: Mapping[str, str] = field(default_factory=dict)
    """Answered questions that apply, to known, unknown, declined, not_assessed or cannot_apply."""
    corrections: tuple[Correction, ...] = ()
    statuses: Mapping[str, str] = field(default_factory=dict)
    """Rule to its status in the final plan; those that do not apply are left out."""
    decisions: Mapping[str, Decided] = field(default_factory=dict)
    plans: int = 0
    """How often a plan was issued."""
    signed: bool = False
    read_back: bool = False
    """The answers of the safety screen were read to the person at least once."""
    left_open: Mapping[str, Left] = field(default_factory=dict)
    flags: Mapping[str, str] = field(default_factory=dict)
    """Red flag to present or cannot_exclude at the end; clear ones are left out."""
    order: tuple[str, ...] = ()
    """Safety questions in the order they were first answered."""
    early: tuple[str, ...] = ()
    """Questions of history or examination, and instruments, that were answered before the safety screen was settled."""
    links: int = 0
    """How many earlier cases it names."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """What further measures found, by their names; ready for JSON."""

    @property
    def sound(self) -> bool:
        """Whether it was replayed to its end."""
        return self.verdict in SOUND

    @property
    def month(self) -> str:
        """The month of its first sitting, ``YYYY-MM``."""
        return self.as_of[:7]

    def to_json(self) -> dict[str, Any]:
        """Return the row as JSON data; empty members are left out."""
        return {member.name: _plain(value) for member in fields(self) if (value := getattr(self, member.name))} | {
            "exit_code": self.exit_code,
            **({} if self.safety_seconds is None else {"safety_seconds": self.safety_seconds}),
            **({} if self.settled_seconds is None else {"settled_seconds": self.settled_seconds}),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Row:
        """Return the row that ``to_json`` gave. Raises: ValueError, TypeError or LookupError for anything else."""
        given = dict(data)
        for name in ("problems", "names", "order", "early"):
            given[name] = tuple(given.get(name, ()))
        given["alarms"] = tuple(Alarm(*each) for each in given.get("alarms", ()))
        given["corrections"] = tuple(Correction(*each) for each in given.get("corrections", ()))
        given["decisions"] = {rule: Decided(*each) for rule, each in given.get("decisions", {}).items()}
        given["left_open"] = {key: Left(*each) for key, each in given.get("left_open", {}).items()}
        return cls(**given)


def _plain(value: Any) -> Any:
    match value:
        case Alarm() | Correction() | Decided() | Left():
            return [getattr(value, member.name) for member in fields(value)]
        case tuple():
            return [_plain(each) for each in value]
        case Mapping():
            return {key: _plain(each) for key, each in value.items()}
        case _:
            return value
