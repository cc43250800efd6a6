"""What happened in a case: one frozen value per event, with stable stored names.

An event carries JSON-ready data only (strings, integers, lists, mappings). Who, when and the chain are
the envelope's business (``chatbot.record``). A stored name never changes; a changed shape gets a new version.
It is one list of value types, so it stays one module past 400 lines.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar

from chatbot.core.values import Stored

Pinned = dict[str, Any]
"""What a case takes from an earlier one: ``case``, ``as_of``, ``head`` (hash of its last record), ``answers``
(question to stored value), ``findings`` (id to true, false, unknown or a decimal), ``urgency`` of its plan, and
``rules``: what that plan asked for, id to accept, modify, decline or open. Where lists to confirm need them,
``statuses``: question to unknown, declined or not_assessed."""

Points = dict[str, int]
"""Item of a debrief to points."""

PINNED_MEMBERS = frozenset({"case", "as_of", "head", "answers", "findings", "urgency", "rules"})

KINDS = ("clinical", "practice", "demonstration", "test")
"""The kinds of a case, in the order they are offered. They never mix."""


@dataclass(frozen=True, slots=True)
class CaseOpened:
    """The case begins. Its data, with what the recorder adds, is the transcript's header."""

    type: ClassVar[str] = "case.opened"
    case: str
    """Identifier of the case, random, set by the shell."""
    kind: str
    """One of ``KINDS``."""
    as_of: str
    """Clinical moment of the first sitting, ``YYYY-MM-DDTHH:MM``."""
    label: str
    """What staff recognise: initials, bed, last digits. Never a name."""
    subject: str
    """Keyed code of the record number, or empty."""
    protocol: dict[str, str]
    """``id``, ``version`` and ``digest``."""
    locale: str = "en"
    amends: str | None = None
    follows: str | None = None


@dataclass(frozen=True, slots=True)
class CaseResumed:
    type: ClassVar[str] = "case.resumed"
    as_of: str


@dataclass(frozen=True, slots=True)
class CaseSuspended:
    type: ClassVar[str] = "case.suspended"


@dataclass(frozen=True, slots=True)
class CaseAbandoned:
    type: ClassVar[str] = "case.abandoned"
    reason: str


@dataclass(frozen=True, slots=True)
class CaseSigned:
    type: ClassVar[str] = "case.signed"
    digest: str
    """Digest of the plan that was signed."""


@dataclass(frozen=True, slots=True)
class ActorChanged:
    type: ClassVar[str] = "actor.changed"
    name: str
    role: str
    known: str
    """How the actor is known: typed, remembered (of an earlier sitting), login or system."""


@dataclass(frozen=True, slots=True)
class RecapRead:
    """Whoever takes over has read what was done before, and says so."""

    type: ClassVar[str] = "recap.read"
    digest: str
    """SHA-256 of what was shown, in hex."""


@dataclass(frozen=True, slots=True)
class SafetyReadBack:
    """The answers of the safety screen were read to the person, who said that they are right."""

    type: ClassVar[str] = "safety.read_back"
    digest: str
    """SHA-256 of what was read, in hex: in the words for a patient, private answers covered."""


@dataclass(frozen=True, slots=True)
class QuestionShown:
    """A question came up; the last one shown is where the interview stands."""

    type: ClassVar[str] = "question.shown"
    question: str
    wording: str
    """SHA-256 of what was shown, in hex."""


@dataclass(frozen=True, slots=True)
class AnswerGiven:
    type: ClassVar[str] = "answer.given"
    question: str
    value: Stored | None
    status: str | None
    source: str
    via: str
    on: str
    """Clinical moment it was given, ``YYYY-MM-DDTHH:MM``."""
    reason: str | None = None
    """For *cannot apply*: the coded reason."""
    note: str | None = None


@dataclass(frozen=True, slots=True)
class AnswerCorrected:
    """An answer replaces an earlier one; the earlier one stays in the log."""

    type: ClassVar[str] = "answer.corrected"
    question: str
    value: Stored | None
    status: str | None
    source: str
    via: str
    on: str
    because: str
    """Coded reason for the correction; ``not_needed`` where none is asked for."""
    reason: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class AnswerWithdrawn:
    type: ClassVar[str] = "answer.withdrawn"
    question: str
    because: str


@dataclass(frozen=True, slots=True)
class QuestionPostponed:
    """*Later*: the question stays open and blocks signing, not the flow."""

    type: ClassVar[str] = "question.postponed"
    question: str


@dataclass(frozen=True, slots=True)
class NoteAdded:
    type: ClassVar[str] = "note.added"
    text: str
    question: str | None = None


@dataclass(frozen=True, slots=True)
class AlarmRaised:
    type: ClassVar[str] = "alarm.raised"
    flags: list[str]


@dataclass(frozen=True, slots=True)
class AlarmAcknowledged:
    type: ClassVar[str] = "alarm.acknowledged"
    flags: list[str]


@dataclass(frozen=True, slots=True)
class InterviewWidened:
    """While an emergency stands, only what the receiving team needs is asked; from here on everything is again."""

    type: ClassVar[str] = "interview.widened"
    flags: list[str]
    """The emergency flags this was decided under; one that is read later narrows the interview again."""


@dataclass(frozen=True, slots=True)
class SitePinned:
    """The local facts that texts of this case say from here on: whom to call, numbers, hours."""

    type: ClassVar[str] = "site.pinned"
    facts: dict[str, str]
    """Key that the protocol declares to what is said; all of them, not the changes."""


@dataclass(frozen=True, slots=True)
class ApprovalsPinned:
    """Where the review of the content stood when this sitting began; plans say it from here on."""

    type: ClassVar[str] = "approvals.pinned"
    state: str
    """Of every item that is not named: draft, submitted, under_review or approved."""
    items: dict[str, str]
    """Item (``rule:…``, ``question:…``) to its state, where that differs."""


@dataclass(frozen=True, slots=True)
class PlanIssued:
    type: ClassVar[str] = "plan.issued"
    digest: str


@dataclass(frozen=True, slots=True)
class PlanDecided:
    type: ClassVar[str] = "plan.decided"
    rule: str
    decision: str
    """accept, modify or decline."""
    code: str | None
    comment: str | None


@dataclass(frozen=True, slots=True)
class RefusalInformed:
    """The person declined an emergency action and knew what that means; stands before its ``plan.decided``."""

    type: ClassVar[str] = "refusal.informed"
    rule: str
    statements: dict[str, str]
    """Statement id to yes, no or a text."""
    comment: str


@dataclass(frozen=True, slots=True)
class PreviousPinned:
    """A follow-up takes what it needs from the visits before it; from here on it needs no other file."""

    type: ClassVar[str] = "previous.pinned"
    previous: Pinned
    """The visit followed up."""
    first: Pinned
    """The first visit; the same when there was only one."""
    chain: list[str]
    """Case codes of the visits before this one, the first one first."""


@dataclass(frozen=True, slots=True)
class AmendedPinned:
    """An amendment names exactly what it amends."""

    type: ClassVar[str] = "amended.pinned"
    case: str
    head: str
    """Hash of the last record of the case amended."""
    chain: list[str]
    """Case codes of the versions before this one, the first one first."""
    held: dict[str, str]
    """Red flags that only time would have lowered in the case amended, with the state they keep."""


@dataclass(frozen=True, slots=True)
class AnswerCarried:
    """An answer of an earlier case stands in this one, at the moment it was given."""

    type: ClassVar[str] = "answer.carried"
    question: str
    value: Stored | None
    status: str | None
    source: str
    via: str
    on: str
    """Clinical moment it was given, in the earlier case."""
    case: str
    """The case it comes from."""
    standing: str
    """One of ``STANDINGS``."""
    reason: str | None = None
    note: str | None = None
    by: str | None = None
    """Who was at the keyboard then."""


STANDINGS = ("to_confirm", "stands")
"""A follow-up confirms what it carries; what an amendment does not touch stands as it was signed."""


@dataclass(frozen=True, slots=True)
class OutcomeRecorded:
    """What became of something an earlier plan asked for."""

    type: ClassVar[str] = "outcome.recorded"
    rule: str
    outcome: str
    """One of ``OUTCOMES``."""
    text: str | None = None
    on: str | None = None
    """The day it happened, whole or partial."""


OUTCOMES = ("done", "arranged", "waiting", "not_done", "not_needed")
"""What can have become of a recommendation, in the order it is offered."""


@dataclass(frozen=True, slots=True)
class SafetyLeftOpen:
    """A safety question is not settled, and the plan is signed all the same; stands before its ``case.signed``."""

    type: ClassVar[str] = "safety.left_open"
    question: str
    code: str
    """Why."""
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class PracticeBegun:
    """A trainee meets a simulated patient."""

    type: ClassVar[str] = "practice.begun"
    station: str
    """SHA-256 of the station's canonical JSON, in hex: what marks will be given for is fixed here."""
    mode: str
    """One of ``chatbot.core.practice.station.MODES``."""
    minutes: int
    """Time of the station; 0: it is not timed."""
    preparation: int
    """Minutes to read the task before that; 0: none."""


@dataclass(frozen=True, slots=True)
class PracticeAsked:
    """The trainee said or did something, and what came of it. What was learned stands in the answers that follow."""

    type: ClassVar[str] = "practice.asked"
    act: str
    """ask (about a fact, which may be to examine or to look up), move, document, or unclear: it fitted nothing."""
    of: str
    """The question, move or document; empty where it was unclear."""
    said: str
    """In the trainee's words."""
    reply: str
    told: str
    """yes or no: whether the reply told what was asked for."""


@dataclass(frozen=True, slots=True)
class PracticeCommitted:
    """What the trainee makes of it. The last one before the end counts."""

    type: ClassVar[str] = "practice.committed"
    urgency: str
    within: str
    """One of the station's time limits."""
    likely: list[str]
    not_to_miss: list[str]
    items: list[str]
    handover: str


@dataclass(frozen=True, slots=True)
class PracticeTime:
    """The clock of a station: from here on, not from any other clock, the time is told."""

    type: ClassVar[str] = "practice.time"
    what: str
    """started (preparation is over), paused, went_on, extra, or up."""
    minutes: int = 0
    """Of extra time."""
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class PracticeLaid:
    """The station is laid open at the end, a part in each event: joined they have the digest it began with."""

    type: ClassVar[str] = "practice.laid"
    part: int
    """From 1."""
    parts: int
    text: str
    """A part of the station's canonical JSON."""


@dataclass(frozen=True, slots=True)
class PracticeEnded:
    """The attempt is over and may be marked; stands behind the station laid open."""

    type: ClassVar[str] = "practice.ended"


@dataclass(frozen=True, slots=True)
class PracticeMarked:
    """A person marks the attempt besides the engine, or sets one of its marks aside."""

    type: ClassVar[str] = "practice.marked"
    marker: str
    overall: int
    """The global mark, 1 to 5; 0: none given."""
    marks: Points
    """Item of the debrief to the points given instead."""
    reasons: dict[str, str]
    """Item to why; each mark has one."""
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class StorageRelocated:
    """The transcript was written anew because its file could no longer be trusted."""

    type: ClassVar[str] = "storage.relocated"
    cause: str
    head: str
    """Hash of the last record written before."""


@dataclass(frozen=True, slots=True)
class StorageRecovered:
    """A torn last record was set aside."""

    type: ClassVar[str] = "storage.recovered"
    length: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ClockJumped:
    type: ClassVar[str] = "clock.jumped"
    wall_ms: int
    monotonic_ms: int


Event = (
    CaseOpened
    | CaseResumed
    | CaseSuspended
    | CaseAbandoned
    | CaseSigned
    | ActorChanged
    | RecapRead
    | SafetyReadBack
    | QuestionShown
    | AnswerGiven
    | AnswerCorrected
    | AnswerWithdrawn
    | QuestionPostponed
    | NoteAdded
    | AlarmRaised
    | AlarmAcknowledged
    | InterviewWidened
    | SitePinned
    | ApprovalsPinned
    | PlanIssued
    | PlanDecided
    | PreviousPinned
    | AmendedPinned
    | AnswerCarried
    | OutcomeRecorded
    | RefusalInformed
    | SafetyLeftOpen
    | PracticeBegun
    | PracticeAsked
    | PracticeCommitted
    | PracticeTime
    | PracticeLaid
    | PracticeEnded
    | PracticeMarked
    | StorageRelocated
    | StorageRecovered
    | ClockJumped
)

EVENT_TYPES: dict[str, type[Any]] = {cls.type: cls for cls in Event.__args__}
"""Stored name to class."""

EVENT_VERSION = 1
"""Version of every event's shape so far."""


class UnknownEvent(ValueError):
    """A stored event this version does not know."""


def to_data(event: Event) -> dict[str, Any]:
    """Return the event's own members, ready for canonical JSON; members that are None are left out."""
    members = ((member.name, getattr(event, member.name)) for member in fields(event))
    return {name: value for name, value in members if value is not None}


def from_data(type_: str, version: int, data: dict[str, Any]) -> Event:
    """Rebuild an event; members it does not know are ignored only for the header, which carries more.

    Raises: UnknownEvent for a name, version or member this version does not know.
    """
    cls = EVENT_TYPES.get(type_)
    if cls is None or version != EVENT_VERSION:
        raise UnknownEvent(f"event {type_!r} version {version} is not known")
    known = {member.name: member for member in fields(cls)}
    if cls is not CaseOpened and not data.keys() <= known.keys():
        raise UnknownEvent(f"event {type_!r} has unknown members {sorted(data.keys() - known.keys())}")
    given = {name: data[name] for name in known if name in data}
    missing = [name for name, member in known.items() if name not in given and "None" in str(member.type)]
    given.update(dict.fromkeys(missing))
    try:
        event: Event = cls(**given)
    except TypeError as error:
        raise UnknownEvent(f"event {type_!r} lacks a member: {error}") from error
    return event
