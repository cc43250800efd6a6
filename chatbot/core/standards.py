"""Standards of an audit: how a good record looks, as trees over what a case comes to and what its record shows.

A standard counts cases. Its denominator says which cases it speaks of, its numerator which of them meet it, its
exceptions why one may rightly not. All are evaluated in three values, so that what nobody recorded is never counted
as done, and never silently as not done. ``standard_text`` reads the trees; whoever judges gives the truth of what a
plan says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from chatbot.core.condition import conjunction, disjunction, negate
from chatbot.core.property_tree import PropertyNode
from chatbot.core.protocol import Citation, Wording
from chatbot.core.tree import OPERATORS
from chatbot.core.values import Truth

Measured = int | Decimal | bool | None
"""A measure of one record: a number, yes or no; None where the record does not tell."""


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that is measured of a record and has a name in standards."""

    number: bool
    """Whether it is a number; else it is yes or no."""
    means: str


MEASURES: dict[str, Measure] = {
    "signed": Measure(False, "the case was signed"),
    "abandoned": Measure(False, "the case was abandoned"),
    "amendment": Measure(False, "the case amends a signed one, and took its answers over"),
    "plan_issued": Measure(False, "a plan was issued at least once"),
    "safety_asked": Measure(
        False, "at the end every question of the safety screen that applies has an answer or a status"
    ),
    "safety_first": Measure(
        False,
        "before the first instrument was filled in, every question of the safety screen that applied had an answer or "
        "a status; unknown where no instrument was filled in and the screen was not finished",
    ),
    "read_back": Measure(False, "the answers of the safety screen were read to the person, and none changed since"),
    "alarm_raised": Measure(False, "an emergency alarm was raised"),
    "alarm_read": Measure(False, "every alarm that was raised was acknowledged; unknown where none was raised"),
    "alarm_minutes": Measure(
        True,
        "the longest time from an alarm to its acknowledgement, in minutes; unknown where none was raised or one was "
        "never acknowledged",
    ),
    "minutes_to_safety_asked": Measure(
        True, "minutes from the opening to the answer that first finished the safety screen; unknown where it was not"
    ),
    "minutes_to_safety_settled": Measure(
        True,
        "minutes from the opening to the answer that first settled the safety screen: no red flag on which an urgency "
        "hangs is left open; unknown where it was not",
    ),
    "minutes": Measure(True, "minutes of interviewing, without the time between sittings"),
    "sittings": Measure(True, "how many sittings there were"),
    "people": Measure(True, "how many people were at the keyboard"),
    "corrections": Measure(True, "how many answers were corrected or withdrawn"),
    "left_open": Measure(
        True, "how many questions of the safety screen were signed as left open, each with its reason"
    ),
    "safety_unsettled": Measure(
        True,
        "how many questions of the safety screen that apply have no value at the end: unknown, declined, not asked",
    ),
    "without_value": Measure(True, "how many answers of the case are a status instead of a value"),
    "decisions": Measure(True, "how many recommendations were accepted, modified or declined"),
    "decisions_open": Measure(True, "how many recommendations of the plan nobody decided on"),
    "declined_with_reason": Measure(
        False, "every recommendation that was declined or modified has a coded reason; unknown where none was"
    ),
    "emergency_declined": Measure(False, "the person declined something that answers an emergency"),
    "refusal_informed": Measure(
        False,
        "each of those refusals has its record of what was explained; unknown where nothing of the kind was declined",
    ),
}
"""The closed list of what standards may say of a record, behind ``record.``."""

DECIDED = ("accept", "modify", "decline", "open")
"""What may have become of a line of the plan; *open*: it is shown and nobody decided."""

# --- trees ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Says:
    """Something that a plan, or the answers, say."""

    node: PropertyNode


@dataclass(frozen=True, slots=True)
class Shows:
    """A measure of the record compares so with a number."""

    measure: str
    op: str
    number: Decimal


@dataclass(frozen=True, slots=True)
class ShowsThat:
    """A measure of the record is yes, or no, or not known."""

    measure: str
    answers: frozenset[Truth]


@dataclass(frozen=True, slots=True)
class DecisionIs:
    """What was made of a rule is one of these words: of ``DECIDED``, or a coded reason."""

    rule: str
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Every:
    items: tuple[StandardNode, ...]


@dataclass(frozen=True, slots=True)
class Some:
    items: tuple[StandardNode, ...]


@dataclass(frozen=True, slots=True)
class Opposite:
    item: StandardNode


StandardNode = Says | Shows | ShowsThat | DecisionIs | Every | Some | Opposite


# --- standards ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Excuse:
    """Why a case may rightly not meet a standard."""

    id: str
    when: StandardNode
    reason: str


@dataclass(frozen=True, slots=True)
class Target:
    percent: Decimal
    origin: str
    """``source``: a cited source states it; ``judgement``: whoever wrote the standard chose it."""
    note: str


@dataclass(frozen=True, slots=True)
class Standard:
    """One statement about how care is recorded, and how many cases should meet it."""

    id: str
    title: Wording
    why: str
    cites: tuple[Citation, ...]
    verification: str
    """As of a rule: verified, unverified, expert_opinion or judgement."""
    denominator: StandardNode
    numerator: StandardNode
    exceptions: tuple[Excuse, ...]
    target: Target


class Result(StrEnum):
    """Where one case stands with one standard. Each case has exactly one."""

    NOT_APPLICABLE = "not_applicable"
    CANNOT_TELL = "cannot_tell"
    """Nobody knows whether the standard speaks of it."""
    MET = "met"
    EXCEPTED = "excepted"
    NOT_MET = "not_met"
    NOT_DOCUMENTED = "not_documented"
    """It should meet it, and the record does not say whether it does. Counts as not met, and is listed apart."""


COUNTED = (Result.MET, Result.NOT_MET, Result.NOT_DOCUMENTED)
"""The results that make up N; n is the first."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What one case comes to under one standard."""

    result: Result
    excuse: str = ""
    """Id of the exception, where there is one."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of one case: enough to judge it."""

    says: Callable[[PropertyNode], Truth]
    """Truth of what a plan or the answers say."""
    measures: Mapping[str, Measured]
    """Measure to its value; all of ``MEASURES``."""
    decisions: Mapping[str, tuple[str, str | None]]
    """Rule to what was decided, and the coded reason."""
    asked_for: frozenset[str]
    """Rules whose line asks for something, so that a decision is expected."""


def judge(standard: Standard, seen: Seen) -> Judged:
    """Say where a case stands with a standard.

    A case that meets it is met, whatever exception it could claim; only one that does not is excused, by the first
    exception that is known to hold.
    """
    applies = truth(standard.denominator, seen)
    if applies is not True:
        return Judged(Result.NOT_APPLICABLE if applies is False else Result.CANNOT_TELL)
    done = truth(standard.numerator, seen)
    if done is True:
        return Judged(Result.MET)
    excuse = next((each.id for each in standard.exceptions if truth(each.when, seen) is True), None)
    if excuse is not None:
        return Judged(Result.EXCEPTED, excuse)
    return Judged(Result.NOT_MET if done is False else Result.NOT_DOCUMENTED)


def truth(node: StandardNode, seen: Seen) -> Truth:
    """Evaluate a tree on one case, in Kleene's three values."""
    match node:
        case Says(inner):
            return seen.says(inner)
        case Shows(measure, op, number):
            value = seen.measures[measure]
            return None if value is None else bool(OPERATORS[op](Decimal(value), number))
        case ShowsThat(measure, answers):
            value = seen.measures[measure]
            if value is None:
                return True if None in answers else None
            return bool(value) in answers
        case DecisionIs(rule, words):
            return _decided(rule, words, seen)
        case Every(items):
            return conjunction(tuple(truth(item, seen) for item in items))
        case Some(items):
            return disjunction(tuple(truth(item, seen) for item in items))
        case Opposite(item):
            return negate(truth(item, seen))


def _decided(rule: str, words: frozenset[str], seen: Seen) -> Truth:
    """Where a line waits for a decision nobody knows what becomes of it; where it asks for nothing, nothing did."""
    if rule in seen.decisions:
        decision, code = seen.decisions[rule]
        return decision in words or code in words
    if rule not in seen.asked_for:
        return False
    return True if "open" in words else None
