"""What may be said to come out alike in two interviews, by the word content has for it."""

from __future__ import annotations

from collections.abc import Mapping

from chatbot.core.findings import PLAN_STATES
from chatbot.core.outcome import HYPOTHESIS_STATES, STATUSES
from chatbot.core.property_tree import (
    ActionIs,
    ConflictShown,
    FlagIs,
    GuardIs,
    HypothesisIs,
    PropertyNode,
    SafetyResolved,
    ScopeIs,
    StatusIs,
    UrgencyIs,
)
from chatbot.core.protocol import Protocol
from chatbot.core.urgency import ScopeState
from chatbot.core.values import Urgency

Nodes = tuple[PropertyNode, ...]


def outcomes_by_word(protocol: Protocol) -> Mapping[str, Nodes]:
    """Return, by word (``urgency``, ``rules``, ``rule.ID``, ``category.C``), atoms that together say all of it."""
    single: dict[str, Nodes] = {}
    single |= {f"flag.{name}": _flag(name) for name in protocol.red_flags}
    single |= {f"guard.{name}": _guard(name) for name in protocol.guards}
    single |= {f"rule.{name}": _rule(name) for name in protocol.rules}
    single |= {f"action.{tag}": _action(tag) for tag in sorted(protocol.actions)}
    found: dict[str, Nodes] = {
        "urgency": tuple(UrgencyIs(frozenset({level})) for level in Urgency if level is not Urgency.UNDETERMINED),
        "scope": tuple(ScopeIs(frozenset({state})) for state in ScopeState),
        "safety_resolved": (SafetyResolved(),),
        "conflicts": tuple(ConflictShown(name) for name in protocol.conflicts),
        "hypotheses": tuple(
            HypothesisIs(name, frozenset({state})) for name in protocol.hypotheses for state in HYPOTHESIS_STATES
        ),
    }
    for word, kind in (("red_flags", "flag"), ("guards", "guard"), ("rules", "rule"), ("actions", "action")):
        found[word] = tuple(node for name, nodes in single.items() if name.startswith(f"{kind}.") for node in nodes)
    for rule in protocol.rules.values():
        word = f"category.{rule.category}"
        found[word] = (*found.get(word, ()), *_rule(rule.id))
    return found | single


def _flag(name: str) -> Nodes:
    return tuple(FlagIs(name, frozenset({state})) for state in PLAN_STATES)


def _guard(name: str) -> Nodes:
    return GuardIs(name, frozenset({True})), GuardIs(name, frozenset({False}))


def _rule(name: str) -> Nodes:
    return tuple(StatusIs(name, frozenset({status})) for status in STATUSES)


def _action(tag: str) -> Nodes:
    return tuple(ActionIs(tag, level) for level in ("recommended", "check_first", "advised_against"))
