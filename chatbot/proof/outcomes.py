"""Everything a plan may say of a case, one way after the other: what interviews at the edges are drawn from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from chatbot.core.findings import PLAN_STATES
from chatbot.core.outcome import HYPOTHESIS_STATES, STATUSES
from chatbot.core.urgency import ScopeState
from chatbot.core.values import Urgency
from chatbot.proof.model import Model
from chatbot.proof.truths import Formula, Kleene, no


class Way(NamedTuple):
    """One way one thing may come out."""

    kind: str
    """question, finding, flag, guard, rule, hypothesis, conflict, urgency, scope or safety."""
    name: str
    way: str
    formula: Formula


def ways(model: Model) -> Iterator[Way]:
    """Yield every way everything may come out, in content order."""
    protocol = model.protocol
    for key in protocol.questions:
        yield from _truths("question", key, model.applies(key))
    for name in protocol.findings:
        if name not in protocol.numbers:
            yield from _truths("finding", name, model.finding(name))
    for name in protocol.red_flags:
        for state in reversed(PLAN_STATES):
            yield Way("flag", name, state.value, model.flag(name, state))
    for name in protocol.guards:
        yield from _truths("guard", name, model.guard(name))
    for name in protocol.rules:
        for status in STATUSES:
            yield Way("rule", name, status, model.status(name, status))
    for name in protocol.hypotheses:
        for way in HYPOTHESIS_STATES:
            yield Way("hypothesis", name, way, model.hypothesis(name, way))
    for name in protocol.conflicts:
        yield Way("conflict", name, "shown", model.conflict(name))
        yield Way("conflict", name, "not shown", no(model.conflict(name)))
    for level in Urgency:
        yield Way("urgency", "", level.value, model.urgency_is(level))
    for scope in ScopeState:
        yield Way("scope", "", scope.value, model.scope(scope))
    yield Way("safety", "", "resolved", model.safety_resolved())
    yield Way("safety", "", "not resolved", no(model.safety_resolved()))


def _truths(kind: str, name: str, truth: Kleene) -> Iterator[Way]:
    yield Way(kind, name, "true", truth.true)
    yield Way(kind, name, "false", truth.false)
    yield Way(kind, name, "unknown", truth.unknown)
