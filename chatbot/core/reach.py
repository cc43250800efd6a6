"""Which questions the urgency and each rule hang on, and through which comparisons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from chatbot.core.condition import Condition
from chatbot.core.domains import atoms_of
from chatbot.core.protocol import SAFETY_CATEGORY, Protocol
from chatbot.core.tree import Atom, Node, questions_of

URGENCY = "urgency"
"""The target that is no rule: how soon the person must be seen."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Which questions a target hangs on: through conditions, findings, flags, guards, scope and applicability."""

    behind: Mapping[str, frozenset[str]]
    """Target to the questions that may move it."""
    atoms: Mapping[str, Mapping[str, tuple[Atom, ...]]]
    """Target to question to the comparisons and tests through which it may."""


@lru_cache(maxsize=8)
def reach(protocol: Protocol) -> Reach:
    """Return what hangs on what in a protocol, computed once."""
    flags = {name: [each for each in (flag.when, flag.unless) if each] for name, flag in protocol.red_flags.items()}
    roots: dict[str, list[Condition]] = {URGENCY: [each for conditions in flags.values() for each in conditions]}
    for rule in protocol.rules.values():
        own = [rule.when] if rule.when is not None else []
        own += [protocol.guards[each.guard].when for each in rule.guards]
        own += flags[rule.answers] if rule.answers is not None else []
        own += [protocol.scope.when] if rule.category != SAFETY_CATEGORY else []
        roots[rule.id] = own
    known: dict[str, dict[str, tuple[Atom, ...]]] = {}
    behind: dict[str, frozenset[str]] = {}
    for target, conditions in roots.items():
        keys, read = _closure(protocol, conditions)
        behind[target] = keys
        known[target] = _by_question(read)
    return Reach(behind, known)


def _closure(protocol: Protocol, conditions: Iterable[Condition]) -> tuple[frozenset[str], list[Condition]]:
    """Return every question that conditions hang on, and every condition on the way there."""
    read: dict[Node, Condition] = {}
    questions: set[str] = set()
    waiting = list(conditions)
    while waiting:
        condition = waiting.pop()
        if condition.tree in read:
            continue
        read[condition.tree] = condition
        waiting += [protocol.findings[name].when for name in condition.findings]
        keys = list(condition.questions)
        while keys:
            key = keys.pop()
            if key in questions:
                continue
            questions.add(key)
            question = protocol.questions[key]
            waiting += [question.when] if question.when is not None else []
            keys += [other for reason in question.cannot_apply for other in reason.substitute]
    return frozenset(questions), list(read.values())


def _by_question(conditions: Iterable[Condition]) -> dict[str, tuple[Atom, ...]]:
    found: dict[str, dict[Atom, None]] = {}
    for condition in conditions:
        for atom in atoms_of(condition.tree):
            for key in questions_of(atom):
                found.setdefault(key, {})[atom] = None
    return {key: tuple(sorted(atoms, key=repr)) for key, atoms in found.items()}
