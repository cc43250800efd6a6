"""Answers that raise nothing: under which none of the comparisons that count towards a red flag comes out so."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from chatbot.core.explain import questions_behind
from chatbot.core.protocol import Protocol
from chatbot.core.tree import (
    And,
    Compare,
    FindingIs,
    InState,
    Measured,
    Node,
    Not,
    Or,
    children,
    is_outside,
    questions_of,
)


def harmless(protocol: Protocol, key: str) -> Node:
    """Return what holds while a question has a value that raises no red flag, not even in part."""
    known = InState(key, "known")
    raising = _raising(protocol).get(key, ())
    return And((known, Not(Or(raising)))) if raising else known


@lru_cache(maxsize=8)
def _raising(protocol: Protocol) -> Mapping[str, tuple[Node, ...]]:
    """Return, by question, each comparison in the ``when`` of a red flag as it raises: negated below a ``not``."""
    found: dict[str, dict[Node, None]] = {}

    def collect(node: Node, positive: bool) -> None:
        if isinstance(node, FindingIs):
            if not is_outside(node.finding):
                collect(protocol.findings[node.finding].when.tree, positive)
            return
        read = questions_behind(protocol, node) if isinstance(node, Compare | Measured) else questions_of(node)
        for key in read:
            found.setdefault(key, {})[node if positive else Not(node)] = None
        for child in children(node):
            collect(child, positive is not isinstance(node, Not))

    for flag in protocol.red_flags.values():
        collect(flag.when.tree, True)
    return {key: tuple(nodes) for key, nodes in found.items()}
