"""Urgency, the safety screen and scope, read off an assessment. Only red flags set urgency."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

from chatbot.core.findings import Assessment, FlagState, network, waits_to_be_asked
from chatbot.core.protocol import Protocol, RedFlag
from chatbot.core.values import Urgency


class ScopeState(StrEnum):
    IN = "in"
    OUT = "out"
    UNKNOWN = "unknown"


def contribution(flag: RedFlag, state: FlagState) -> Urgency | None:
    """Return the urgency a flag in this state asks for, or None."""
    if state is FlagState.PRESENT:
        return flag.urgency
    return flag.if_unknown if state is FlagState.CANNOT_EXCLUDE else None


def _highest(protocol: Protocol, states: Mapping[str, FlagState]) -> Urgency:
    highest = Urgency.ROUTINE
    for name, state in states.items():
        if state is FlagState.PRESENT or state is FlagState.CANNOT_EXCLUDE:
            level = contribution(protocol.red_flags[name], state)
            if level is not None and level.rank > highest.rank:
                highest = level
    return highest


def plan_urgency(protocol: Protocol, assessment: Assessment) -> Urgency:
    """Urgency in a plan: not asked counts as unknown, never undetermined, routine only when safety is resolved."""
    return _highest(protocol, assessment.flags)


def case_urgency(protocol: Protocol, assessment: Assessment) -> Urgency:
    """Urgency while the case is open: undetermined until every safety question is asked, unless a flag shows."""
    if safety_asked(protocol, assessment):
        return plan_urgency(protocol, assessment)
    shown = _highest(protocol, assessment.open_flags)
    return Urgency.UNDETERMINED if shown is Urgency.ROUTINE else shown


def is_asked(protocol: Protocol, assessment: Assessment, key: str) -> bool:
    """Whether a question is to be put: it applies, or may apply and belongs to the safety screen.

    A question whose condition is unknown only because something was declined is not put.
    """
    applies = assessment.applies[key]
    if applies is not None:
        return applies
    if key not in protocol.safety_questions:
        return False
    return waits_to_be_asked(protocol, protocol.questions[key], assessment.facts)


def open_safety_questions(protocol: Protocol, assessment: Assessment) -> tuple[str, ...]:
    """Return the safety questions still to be put or confirmed, in the order of asking."""
    return tuple(_open_safety(protocol, assessment))


def _open_safety(protocol: Protocol, assessment: Assessment) -> Iterator[str]:
    states, doubted = assessment.facts.states, assessment.doubted
    for key in network(protocol).safety_order:
        if (states[key] == "not_asked" or key in doubted) and is_asked(protocol, assessment, key):
            yield key


def safety_asked(protocol: Protocol, assessment: Assessment) -> bool:
    """Whether each safety question that applies has an answer or a status."""
    return next(_open_safety(protocol, assessment), None) is None


def safety_resolved(protocol: Protocol, assessment: Assessment) -> bool:
    """Whether no flag on which an urgency hangs is *cannot be excluded*, and none makes the answers doubtful."""
    return not any(
        (flag.if_unknown is not None and assessment.flags[name] is FlagState.CANNOT_EXCLUDE)
        or (flag.unsettles and assessment.flags[name] is FlagState.PRESENT)
        for name, flag in protocol.red_flags.items()
    )


def shown_flags(protocol: Protocol, assessment: Assessment) -> dict[str, FlagState]:
    """Return each red flag as a screen shows it: open while it was not asked about and safety still is."""
    asked = safety_asked(protocol, assessment)
    return {name: shown_flag(protocol, assessment, name, asked) for name in protocol.red_flags}


def shown_flag(protocol: Protocol, assessment: Assessment, name: str, asked: bool) -> FlagState:
    """Return one red flag as a screen shows it. *asked*: the safety screen was asked."""
    state = assessment.open_flags[name]
    waits = state is FlagState.OPEN and protocol.red_flags[name].if_unknown is None
    return assessment.flags[name] if asked and not waits else state


def emergencies(protocol: Protocol, assessment: Assessment) -> tuple[str, ...]:
    """Return the flags that call for an emergency now, in content order."""
    standing = {FlagState.PRESENT, FlagState.CANNOT_EXCLUDE}
    states = assessment.open_flags
    return tuple(
        name
        for name, flag in protocol.red_flags.items()
        if states[name] in standing and contribution(flag, states[name]) is Urgency.EMERGENCY
    )


def scope(protocol: Protocol, assessment: Assessment) -> ScopeState:
    """Whether the person is inside the protocol's scope."""
    truth = protocol.scope.when.evaluate(assessment.facts)
    if truth is None:
        return ScopeState.UNKNOWN
    return ScopeState.IN if truth else ScopeState.OUT
