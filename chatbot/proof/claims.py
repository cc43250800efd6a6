"""Properties as formulas, and the search for interviews on which one is not so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from chatbot.core.findings import PLAN_STATES
from chatbot.core.outcome import SHOWN_STATUSES
from chatbot.core.property_tree import (
    ActionIs,
    AllOf,
    AnsweredInTime,
    AnyOf,
    Change,
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
from chatbot.core.protocol import SAFETY_CATEGORY
from chatbot.core.urgency import contribution
from chatbot.core.values import Urgency
from chatbot.proof.interviews import Interview, Search, Unsettled, interview_of
from chatbot.proof.model import Model
from chatbot.proof.second import SecondModel, answered_alike
from chatbot.proof.truths import Formula, Kleene, both, either, every, k_all, k_any, k_not, no, same, some

Refutation = tuple[Interview, ...]
"""One interview, or of a claim about two the first and the second."""


def truth(model: Model, node: PropertyNode) -> Kleene:
    """Return the truth of a property's tree, in three values; only conditions may be unknown."""
    match node:
        case Holds(condition):
            return model.node(condition)
        case AllOf(items):
            return k_all([truth(model, item) for item in items])
        case AnyOf(items):
            return k_any([truth(model, item) for item in items])
        case NotSo(item):
            return k_not(truth(model, item))
        case ActionIs() | AnsweredInTime():
            return truth(model, meaning(model.protocol, node))
    holds = _two_valued(model, node)
    return Kleene(holds, no(holds))


def _two_valued(model: Model, node: PropertyNode) -> Formula:
    match node:
        case NotExcluded(condition):
            return model.node(condition).not_false
        case UrgencyIs(levels):
            return some(model.urgency_is(level) for level in Urgency if level in levels)
        case FlagIs(flag, states):
            return some(model.flag(flag, state) for state in PLAN_STATES if state in states)
        case GuardIs(guard, truths):
            found = model.guard(guard)
            ways = {True: found.true, False: found.false, None: found.unknown}
            return some(formula for way, formula in ways.items() if way in truths)
        case StatusIs(rule, statuses):
            return some(model.status(rule, status) for status in sorted(statuses))
        case ScopeIs(scopes):
            return some(model.scope(state) for state in sorted(scopes))
        case SafetyResolved():
            return model.safety_resolved()
        case ConflictShown(conflict):
            return model.conflict(conflict)
        case HypothesisIs(hypothesis, stands):
            return some(model.hypothesis(hypothesis, state) for state in sorted(stands))
        case RoutineWaits():
            lines = [rule.id for rule in model.protocol.rules.values() if rule.category != SAFETY_CATEGORY]
            shown = some(model.status(rule, status) for rule in lines for status in SHOWN_STATUSES)
            return either(model.urgency_is(Urgency.EMERGENCY), no(shown))
    raise TypeError(f"an atom of an unknown kind: {node!r}")


# --- the search -----------------------------------------------------------------------------------


def refute(model: Model, search: Search, each: Property) -> Refutation | Unsettled:
    """Return interviews on which a property is not so; ``Unsettled.NONE``: it is proved.

    The model must have been built whole.
    """
    match each.claim:
        case Implies(premise, conclusion):
            met = True if premise is None else truth(model, premise).true
            return _single(search.find(met, no(truth(model, conclusion).true)))
        case MoreFlags(flags):
            return _first(_single(search.find(formula)) for formula in lighter(model, flags))
        case RaisesOnly(changes):
            return _lowered(model, search, changes)
        case IndependentOf() as claim:
            return _dependent(model, search, claim)


def _single(found: Interview | Unsettled) -> Refutation | Unsettled:
    return found if isinstance(found, Unsettled) else (found,)


def _first(found: Iterable[Refutation | Unsettled]) -> Refutation | Unsettled:
    """Return the first refutation; where there is none, whether all were proved away."""
    settled = Unsettled.NONE
    for each in found:
        if not isinstance(each, Unsettled):
            return each
        if each is Unsettled.UNDECIDED:
            settled = each
    return settled


def lighter(model: Model, flags: Iterable[str]) -> Iterator[Formula]:
    """Yield when a flag would lower the urgency by weighing more: as it is, it alone asks for more."""
    for name in flags:
        flag = model.protocol.red_flags[name]
        for place, state in enumerate(PLAN_STATES):
            asked = contribution(flag, state)
            for heavier in PLAN_STATES[place + 1 :]:
                then = contribution(flag, heavier)
                if asked is not None and (then is None or then.rank < asked.rank):
                    yield both(model.flag(name, state), no(some(_others(model, name, asked))))


def _others(model: Model, name: str, level: Urgency) -> Iterator[Formula]:
    """Yield when another flag asks for at least this urgency."""
    for other, flag in model.protocol.red_flags.items():
        for state in PLAN_STATES:
            asked = contribution(flag, state)
            if other != name and asked is not None and asked.rank >= level.rank:
                yield model.flag(other, state)


def _lowered(model: Model, search: Search, changes: tuple[Change, ...]) -> Refutation | Unsettled:
    by_question: dict[str, list[Change]] = {}
    for change in changes:
        by_question.setdefault(change.question, []).append(change)
    second = SecondModel(model, by_question)
    differs = every(_changed(second, key, made) for key, made in by_question.items())
    # One red flag after the other: all at once is many times the work.
    return _pair(search, second, (differs,), _no_longer_asked(model, second))


def _no_longer_asked(model: Model, second: SecondModel) -> Iterator[Formula]:
    """Yield, by red flag, when it asks for an urgency in the first interview that the second does not come to."""
    for name, flag in model.protocol.red_flags.items():
        asked = {state: level for state in PLAN_STATES if (level := contribution(flag, state)) is not None}
        yield some(both(model.flag(name, state), no(second.urgency_at_least(asked[state]))) for state in asked)


def _changed(second: SecondModel, key: str, changes: list[Change]) -> Formula:
    """Return whether a question is answered as before, or otherwise as one of the changes says."""
    first = second.first
    made = some(both(first.node(each.before).true, second.node(each.after).true) for each in changes)
    applies = no(first.applies(key).false)
    return either(answered_alike(first.given(key), second.given(key)), both(applies, made))


def _dependent(model: Model, search: Search, claim: IndependentOf) -> Refutation | Unsettled:
    second = SecondModel(model, claim.questions)
    apart = some(no(same(truth(model, each).true, truth(second, each).true)) for each in claim.outcomes)
    return _pair(search, second, (), [apart])


def _pair(
    search: Search, second: SecondModel, always: Sequence[Formula], ways: Iterable[Formula]
) -> Refutation | Unsettled:
    """Search for two interviews that come out in one of some ways."""
    # All that the second interview is asked must be there before the search begins.
    ways = list(ways)
    second.settle()

    def found(way: Formula) -> Refutation | Unsettled:
        example = search.example(*always, way, neat=True)
        if isinstance(example, Unsettled):
            return example
        return interview_of(second.first, example), interview_of(second, example)

    with search.beside(second):
        return _first(found(way) for way in ways)
