"""Properties on one case: whether what is said of every interview is so on this one.

A claim about two interviews is looked at on those that differ from this one in a single answer, or in all the answers
it speaks of: enough to find a counter-example by trying, and to see that one found by a solver is one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, lru_cache

from chatbot.core.case import Case
from chatbot.core.condition import Evaluate, compile_node, conjunction, disjunction, negate
from chatbot.core.domains import atoms_by_question, representatives
from chatbot.core.findings import PLAN_STATES, Assessment, assess, reassess
from chatbot.core.outcome import SHOWN_STATUSES, Outcome, conflicts_shown, hypothesis_state, outcome
from chatbot.core.plan import build_plan
from chatbot.core.property_tree import (
    ActionIs,
    AllOf,
    AnsweredInTime,
    AnyOf,
    ConflictShown,
    FlagIs,
    GuardIs,
    Holds,
    HypothesisIs,
    Implies,
    IndependentOf,
    MoreFlags,
    NotExcluded,
    NotSo,
    Property,
    PropertyNode,
    RaisesOnly,
    RoutineWaits,
    SafetyResolved,
    ScopeIs,
    StatusIs,
    UrgencyIs,
    meaning,
)
from chatbot.core.protocol import SAFETY_CATEGORY, Protocol
from chatbot.core.tree import InState, Node, Not
from chatbot.core.urgency import plan_urgency, safety_resolved
from chatbot.core.values import BARE_STATUSES, Answer, Source, Status, Truth, Value


@dataclass(frozen=True)
class Situation:
    """One interview and what it comes to."""

    protocol: Protocol
    answers: Mapping[str, Answer]
    assessment: Assessment
    case: Case | None = None

    @cached_property
    def outcome(self) -> Outcome:
        return outcome(self.protocol, self.assessment)

    @cached_property
    def conflicts(self) -> frozenset[str]:
        return frozenset(conflicts_shown(self.protocol, self.outcome.statuses))

    @cached_property
    def resolved(self) -> bool:
        return safety_resolved(self.protocol, self.assessment)

    @cached_property
    def routine_waits(self) -> bool:
        """Whether every line outside safety that asks for something stands after the emergency."""
        assert self.case is not None
        lines = build_plan(self.protocol, self.case)["recommendations"]
        return all(
            each["after_emergency"]
            for each in lines
            if each["category"] != SAFETY_CATEGORY and each["status"] in SHOWN_STATUSES
        )


def situation_of(protocol: Protocol, case: Case) -> Situation:
    """Return the interview of a case, read as a plan reads it."""
    return Situation(protocol, case.answers, case.assessment, case)


@dataclass(frozen=True, slots=True)
class Broken:
    """A property that is not so on one interview."""

    property: Property
    changed: tuple[str, ...] = ()
    """Questions answered otherwise in the second interview; red flags of a claim about those."""
    answers: Mapping[str, Answer] | None = None
    """The answers of the second interview, where there is one."""
    differs: PropertyNode | None = None
    """What comes out otherwise."""


def broken(each: Property, situation: Situation, pairs: bool = True) -> Broken | None:
    """Return how a property fails on an interview, None where it holds. Without *pairs* those of two are left out."""
    claim = each.claim
    if isinstance(claim, Implies):
        premise = True if claim.premise is None else evaluate(claim.premise, situation)
        return Broken(each) if premise is True and evaluate(claim.conclusion, situation) is not True else None
    if not pairs:
        return None
    if isinstance(claim, MoreFlags):
        return _flags_lower(each, claim, situation)
    if isinstance(claim, RaisesOnly):
        return _lowered(each, claim, situation)
    return _dependent(each, claim, situation)


def met(each: Property, situation: Situation) -> bool:
    """Whether an interview is one that a property says something about."""
    claim = each.claim
    return not isinstance(claim, Implies) or claim.premise is None or evaluate(claim.premise, situation) is True


def evaluate(node: PropertyNode, situation: Situation) -> Truth:
    """Evaluate a tree on one interview, in Kleene's three values."""
    came, protocol = situation.outcome, situation.protocol
    match node:
        case Holds(condition):
            return _compiled(condition)(situation.assessment.facts)
        case NotExcluded(condition):
            return _compiled(condition)(situation.assessment.facts) is not False
        case UrgencyIs(levels):
            return came.urgency in levels
        case FlagIs(flag, states):
            return came.flags[flag] in states
        case GuardIs(guard, truths):
            return came.guards[guard] in truths
        case StatusIs(rule, statuses):
            return came.statuses[rule] in statuses
        case ScopeIs(states):
            return came.scope in states
        case SafetyResolved():
            return situation.resolved
        case ConflictShown(conflict):
            return conflict in situation.conflicts
        case HypothesisIs(name, states):
            return hypothesis_state(protocol.hypotheses[name], situation.assessment.facts) in states
        case RoutineWaits():
            return situation.routine_waits
        case ActionIs() | AnsweredInTime():
            return evaluate(meaning(protocol, node), situation)
        case AllOf(items):
            return conjunction(tuple(evaluate(item, situation) for item in items))
        case AnyOf(items):
            return disjunction(tuple(evaluate(item, situation) for item in items))
        case NotSo(item):
            return negate(evaluate(item, situation))


@lru_cache(maxsize=4_096)
def _compiled(condition: Node) -> Evaluate:
    return compile_node(condition)


# --- two interviews -------------------------------------------------------------------------------


def _flags_lower(each: Property, claim: MoreFlags, situation: Situation) -> Broken | None:
    before = plan_urgency(situation.protocol, situation.assessment)
    for flag in claim.flags:
        state = situation.assessment.flags[flag]
        for heavier in PLAN_STATES[PLAN_STATES.index(state) + 1 :]:
            flags = {**situation.assessment.flags, flag: heavier}
            after = plan_urgency(situation.protocol, replace(situation.assessment, flags=flags))
            if after.rank < before.rank:
                return Broken(each, (flag,))
    return None


def _lowered(each: Property, claim: RaisesOnly, situation: Situation) -> Broken | None:
    """Try each change alone, and all that can be made at once."""
    before = plan_urgency(situation.protocol, situation.assessment)
    together: dict[str, Answer | None] = {}
    for change in claim.changes:
        applies = situation.assessment.applies[change.question] is not False
        if not applies or _compiled(change.before)(situation.assessment.facts) is not True:
            continue
        lost = change.after == Not(InState(change.question, "known"))
        for other in (_without_value if lost else _with_value)(situation, change.question):
            after = _with(situation, {change.question: other})
            if _compiled(change.after)(after.assessment.facts) is not True:
                continue
            together.setdefault(change.question, other)
            if plan_urgency(situation.protocol, after.assessment).rank < before.rank:
                return Broken(each, (change.question,), after.answers)
    if len(together) > 1:
        after = _with(situation, together)
        if plan_urgency(situation.protocol, after.assessment).rank < before.rank:
            return Broken(each, tuple(together), after.answers)
    return None


def _dependent(each: Property, claim: IndependentOf, situation: Situation) -> Broken | None:
    before = [evaluate(node, situation) for node in claim.outcomes]
    for question in claim.questions:
        for other in (*_without_value(situation, question), *_with_value(situation, question)):
            after = _with(situation, {question: other})
            for node, was in zip(claim.outcomes, before, strict=True):
                if evaluate(node, after) is not was:
                    return Broken(each, (question,), after.answers, node)
    return None


def _without_value(situation: Situation, key: str) -> Iterator[Answer | None]:
    """Yield every way in which a question may have no value; None: it is not asked."""
    as_of = situation.assessment.as_of
    for status in BARE_STATUSES:
        yield Answer(None, status, Source.PATIENT, as_of)
    for reason in situation.protocol.questions[key].cannot_apply:
        yield Answer(None, Status.CANNOT_APPLY, Source.PATIENT, as_of, reason=reason.id)
    if key in situation.answers:
        yield None


def _with_value(situation: Situation, key: str) -> Iterator[Answer | None]:
    """Yield a value of each class that conditions tell apart."""
    as_of = situation.assessment.as_of
    for value in _values(situation.protocol, key, as_of):
        yield Answer(value, None, Source.PATIENT, as_of)


@lru_cache(maxsize=4_096)
def _values(protocol: Protocol, key: str, as_of: datetime) -> Sequence[Value]:
    return representatives(protocol.questions[key], atoms_by_question(protocol).get(key, ()), as_of)


def _with(situation: Situation, changed: Mapping[str, Answer | None]) -> Situation:
    """Return the interview with other answers to some questions; what did not apply before is not answered.

    An answer to a question that did not apply was never given to anybody, so it must not count where the change makes
    the question apply.
    """
    kept = {
        key: answer
        for key, answer in situation.answers.items()
        if key not in changed and situation.assessment.applies[key] is not False
    }
    answers = kept | {key: answer for key, answer in changed.items() if answer is not None}
    before = situation.assessment
    if len(kept) + len(changed) >= len(situation.answers):
        after = reassess(situation.protocol, before, answers, changed)
    else:
        after = assess(
            situation.protocol, answers, before.as_of, before.held, earlier=before.earlier, region=before.region
        )
    case = None if situation.case is None else replace(situation.case, answers=answers, assessment=after)
    return Situation(situation.protocol, answers, after, case)
