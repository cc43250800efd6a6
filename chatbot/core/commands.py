"""What a person may ask for. ``decide`` turns a command into events or a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chatbot.core.review import Review
from chatbot.core.values import Stored

CORRECTION_REASONS = ("mis_keyed", "misunderstood", "new_information", "examined_again")
"""Coded reasons for a correction that lowers the urgency, or changes a case that was finished."""

DECLINED_BY_PERSON = "patient_declines"
"""The reason that makes a declined emergency action an informed refusal."""

DECISION_REASONS = ("already_done", DECLINED_BY_PERSON, "not_available", "clinical_judgement", "other")
"""Coded reasons for declining or modifying a recommendation."""


@dataclass(frozen=True, slots=True)
class GiveAnswer:
    """Answer a question, or answer it again.

    Exactly one of ``value`` and ``status`` is set. Without ``on`` the answer was given at the sitting's ``as_of``.
    """

    question: str
    value: Stored | None = None
    status: str | None = None
    source: str | None = None
    """None: the question's usual source."""
    via: str = "key"
    """key, block, file or record."""
    reason: str | None = None
    """For *cannot apply*: the coded reason."""
    on: str | None = None
    note: str | None = None
    because: str | None = None
    """For a correction that needs a reason: one of ``CORRECTION_REASONS``."""
    confirmed: bool = False
    """The person confirmed a value outside its soft range."""


@dataclass(frozen=True, slots=True)
class ConfirmStill:
    """*Still so*: give an expired or a carried answer again, now."""

    question: str


@dataclass(frozen=True, slots=True)
class ConfirmCarried:
    """*All of this is still so*: give the carried answers of a section again, now; None: of all sections."""

    section: str | None = None


@dataclass(frozen=True, slots=True)
class ConfirmBlock:
    """*All of this list is as before*, but for what changed: those are asked singly."""

    block: str
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerBlock:
    """Answer a list of yes/no questions that was read out whole: what is marked as said, every other line no."""

    block: str
    lines: tuple[str, ...]
    """The questions that were shown, all of them."""
    marks: Mapping[str, str]
    """Question to yes, unknown, declined or not_assessed."""


@dataclass(frozen=True, slots=True)
class RecordOutcome:
    """Say what became of something an earlier plan asked for."""

    rule: str
    outcome: str
    """One of ``chatbot.core.events.OUTCOMES``."""
    text: str | None = None
    on: str | None = None


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Take an answer back: the question is open again."""

    question: str
    because: str | None = None


@dataclass(frozen=True, slots=True)
class DeclineSection:
    """The person declines every question of a section that is still open."""

    section: str


@dataclass(frozen=True, slots=True)
class Postpone:
    question: str


@dataclass(frozen=True, slots=True)
class Show:
    """Go to a question: jump, or back to a postponed one."""

    question: str


@dataclass(frozen=True, slots=True)
class Back:
    """Go to the question answered or shown before this one."""


@dataclass(frozen=True, slots=True)
class Forward:
    """Go to the next open question."""


@dataclass(frozen=True, slots=True)
class AddNote:
    text: str
    question: str | None = None


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """The alarm on screen has been read."""


@dataclass(frozen=True, slots=True)
class AskEverything:
    """Go on with all questions although an emergency stands."""


@dataclass(frozen=True, slots=True)
class ChangeActor:
    name: str
    role: str
    known: str = "typed"


@dataclass(frozen=True, slots=True)
class ReadRecap:
    """Whoever takes over has read the recap on screen."""


@dataclass(frozen=True, slots=True)
class ReadBack:
    """The answers of the safety screen were read to the person, who says that they are right."""


@dataclass(frozen=True, slots=True)
class PinSite:
    """The local facts that hold for this sitting, all of them; nothing happens where they are pinned already."""

    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PinReview:
    """Where the review of the content stands at this sitting; nothing happens where that is pinned already."""

    review: Review


@dataclass(frozen=True, slots=True)
class IssuePlan:
    """Produce the plan now, complete or not."""


@dataclass(frozen=True, slots=True)
class DecideRule:
    """Accept, modify or decline a recommendation."""

    rule: str
    decision: str
    code: str | None = None
    comment: str | None = None
    statements: Mapping[str, str] | None = None
    """For an informed refusal: statement id to yes, no or a text."""


OTHER_REASON = "other"

SIGN_REASONS = ("cannot_be_known", "person_declines", "not_possible_here", "handed_on", "judgement", OTHER_REASON)
"""Coded reasons for signing with a safety question that is not settled; the last needs a comment."""


@dataclass(frozen=True, slots=True)
class OpenReason:
    """Why a safety question is left open when the plan is signed."""

    code: str
    """One of ``SIGN_REASONS``."""
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Sign:
    """Close the case for good."""

    reasons: Mapping[str, OpenReason] = field(default_factory=dict)
    """For each safety question that is not settled."""


@dataclass(frozen=True, slots=True)
class Suspend:
    pass


@dataclass(frozen=True, slots=True)
class Resume:
    as_of: str


@dataclass(frozen=True, slots=True)
class Abandon:
    reason: str


Command = (
    GiveAnswer
    | ConfirmStill
    | ConfirmCarried
    | ConfirmBlock
    | AnswerBlock
    | RecordOutcome
    | Withdraw
    | DeclineSection
    | Postpone
    | Show
    | Back
    | Forward
    | AddNote
    | Acknowledge
    | AskEverything
    | ChangeActor
    | ReadRecap
    | ReadBack
    | PinSite
    | PinReview
    | IssuePlan
    | DecideRule
    | Sign
    | Suspend
    | Resume
    | Abandon
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A command that is not carried out, and why. Nothing was changed."""

    code: str
    """Stable code a shell may act on, such as ``needs_reason`` or ``confirm_value``."""
    message: str
    """What is wrong, for the person."""
    hint: str = ""
    """What to do next."""
