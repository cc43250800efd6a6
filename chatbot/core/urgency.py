"""Urgency, the safety screen and scope, read off an assessment. Only red flags set urgency."""

from __future__ import annotations

from collections.abc import Mapping
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
    levels = [contribution(flag, states[name]) for name, flag in protocol.red_flags.items()]
    return max((level for level in levels if level is not None), key=lambda level: level.rank, default=Urgency.ROUTINE)


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
    states = assessment.facts.states
    return tuple(
        key
        for key in network(protocol).ask_order
        if key in protocol.safety_questions
        and (states[key] == "not_asked" or key in assessment.doubted)
        and is_asked(protocol, assessment, key)
    )


def safety_asked(protocol: Protocol, assessment: Assessment) -> bool:
    """Whether each safety question that applies has an answer or a status."""
    return not open_safety_questions(protocol, assessment)


def safety_resolved(protocol: Protocol, assessment: Assessment) -> bool:
    """Whether no flag on which an urgency hangs is *cannot be excluded*."""
    return not any(
        flag.if_unknown is not None and assessment.flags[name] is FlagState.CANNOT_EXCLUDE
        for name, flag in protocol.red_flags.items()
    )


def emergencies(protocol: Protocol, assessment: Assessment) -> tuple[str, ...]:
    """Return the flags that call for an emergency now, in content order."""
    return tuple(
        name
        for name, flag in protocol.red_flags.items()
        if contribution(flag, assessment.open_flags[name]) is Urgency.EMERGENCY
    )


def scope(protocol: Protocol, assessment: Assessment) -> ScopeState:
    """Whether the person is inside the protocol's scope."""
    truth = protocol.scope.when.evaluate(assessment.facts)
    if truth is None:
        return ScopeState.UNKNOWN
    return ScopeState.IN if truth else ScopeState.OUT
