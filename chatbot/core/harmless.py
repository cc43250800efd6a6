"""Answers that raise nothing: under which none of the comparisons that count towards a red flag comes out so."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from chatbot.core.explain import signed_comparisons
from chatbot.core.protocol import Protocol
from chatbot.core.tree import And, InState, Node, Not, Or


def harmless(protocol: Protocol, key: str) -> Node:
    """Return what holds while a question has a value that raises no red flag, not even in part."""
    known = InState(key, "known")
    raising = _raising(protocol).get(key, ())
    return And((known, Not(Or(raising)))) if raising else known


@lru_cache(maxsize=8)
def _raising(protocol: Protocol) -> Mapping[str, tuple[Node, ...]]:
    """Return, by question, each comparison in the ``when`` of a red flag as it raises: negated below a ``not``."""
    found: dict[str, dict[Node, None]] = {}
    for key, node, positive in signed_comparisons(protocol, *(flag.when for flag in protocol.red_flags.values())):
        found.setdefault(key, {})[node if positive else Not(node)] = None
    return {key: tuple(nodes) for key, nodes in found.items()}
