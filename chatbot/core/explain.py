"""Why a condition came out as it did: the questions that made it true, false or unknown."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from chatbot.core.condition import NOT_APPLICABLE, Condition, Facts, Traced
from chatbot.core.tree import (
    Asked,
    Choice,
    Compare,
    FindingIs,
    Lookup,
    Measured,
    Node,
    Not,
    NumberOf,
    Scored,
    Term,
    children,
    is_outside,
    parts_of,
    questions_of,
)
from chatbot.core.values import Truth

if TYPE_CHECKING:
    from chatbot.core.protocol import Protocol


Known = dict[str, frozenset[str]]
"""What was found to be behind findings while the facts stay as they are."""


def contributors(protocol: Protocol, condition: Condition, facts: Facts, known: Known | None = None) -> tuple[str, ...]:
    """Return the questions behind a condition's present value, in the order of asking.

    True: those that make it true. False: those that make it false. Unknown: those whose answers would
    settle it; where such a question is itself in doubt, also the questions its applicability hangs on.
    Whoever explains many conditions by the same facts hands in one *known* for all of them.
    """
    found: set[str] = set()
    known = {} if known is None else known
    value = condition.evaluate(facts)
    _collect(protocol, condition.traced, value, facts, found, known)
    if value is None:
        _add_what_applicability_hangs_on(protocol, facts, found, known)
    return tuple(sorted(found, key=_place(protocol).__getitem__))


@lru_cache(maxsize=8)
def _place(protocol: Protocol) -> dict[str, int]:
    return {key: place for place, key in enumerate(protocol.questions)}


_OF_NUMBERS = (Compare, Measured)


def _collect(protocol: Protocol, traced: Traced, value: Truth, facts: Facts, found: set[str], known: Known) -> None:
    if traced.plain:
        found.update(traced.questions)
        return
    node = traced.node
    if isinstance(node, FindingIs):
        if not is_outside(node.finding):
            found |= _behind_a_finding(protocol, node.finding, facts, known)
    elif isinstance(node, _OF_NUMBERS):
        found |= _behind_the_number(protocol, node, facts, value)
    elif isinstance(node, Not):
        _collect(protocol, traced.parts[0], traced.parts[0].evaluate(facts), facts, found, known)
    else:
        for part in traced.parts:
            if part.reads is not None and part.reads <= found:
                continue  # it can add nothing: one more cell of the same grid
            # The parts that share the value of the whole are those that decide it.
            if part.evaluate(facts) is value:
                _collect(protocol, part, value, facts, found, known)


def _behind_a_finding(protocol: Protocol, name: str, facts: Facts, known: Known) -> frozenset[str]:
    if name not in known:
        behind: set[str] = set()
        traced = protocol.findings[name].when.traced
        _collect(protocol, traced, traced.evaluate(facts), facts, behind, known)
        known[name] = frozenset(behind)
    return known[name]


def questions_behind(protocol: Protocol, node: Compare | Measured) -> frozenset[str]:
    """Return every question the numbers of a comparison can be made of, through other numbers too."""
    return protocol.questions_behind(Condition("", node))


def signed_comparisons(protocol: Protocol, *conditions: Condition) -> Iterator[tuple[str, Node, bool]]:
    """Yield (question, what compares it, whether it counts as it is, not negated), through findings of this case."""
    waiting = [(condition.tree, True) for condition in reversed(conditions)]
    while waiting:
        node, positive = waiting.pop()
        if isinstance(node, FindingIs):
            if not is_outside(node.finding):
                waiting.append((protocol.findings[node.finding].when.tree, positive))
            continue
        read = questions_behind(protocol, node) if isinstance(node, Compare | Measured) else questions_of(node)
        for key in read:
            yield key, node, positive
        inner = positive is not isinstance(node, Not)
        waiting += [(child, inner) for child in reversed(children(node))]


_CHOOSERS: dict[int, tuple[Node, Condition]] = {}
"""By identity of a node, which is kept so that no other can have it: a hash would walk the whole tree every time."""


def _chooser(condition: Node) -> Condition:
    """Return the condition of a choice between two terms, compiled once."""
    found = _CHOOSERS.get(id(condition))
    if found is None:
        if len(_CHOOSERS) >= 256:
            _CHOOSERS.clear()
        found = _CHOOSERS[id(condition)] = (condition, Condition("", condition))
    return found[1]


def in_play(protocol: Protocol, node: Compare | Measured, facts: Facts) -> frozenset[str]:
    """Return the questions the numbers of a comparison are made of as things stand.

    Of a choice between two terms only the one that is chosen; both while that is unknown.
    """
    found: set[str] = set()
    waiting: list[Term] = [node.left, node.right] if isinstance(node, Compare) else [node.term]
    while waiting:
        term = waiting.pop()
        match term:
            case Asked(question) | Lookup(question) | Scored(question):
                found.add(question)
            case NumberOf(finding) if not is_outside(finding):
                waiting.append(protocol.numbers[finding].term)
            case Choice(condition, then, otherwise):
                chooses = _chooser(condition)
                found |= protocol.questions_behind(chooses)
                truth = chooses.evaluate(facts)
                waiting += [then] if truth is True else [otherwise] if truth is False else [then, otherwise]
            case _:
                waiting += parts_of(term)
    return frozenset(key for key in found if not is_outside(key))


def _behind_the_number(protocol: Protocol, node: Compare | Measured, facts: Facts, value: Truth) -> set[str]:
    """Return the questions behind a number: those with a value, or while it is unknown those without one.

    Unknown with every value there (a table that has none for an option): those with a value again.
    """
    playing = in_play(protocol, node, facts)
    behind = {key for key in playing if facts.values[key] is not NOT_APPLICABLE}
    missing = {key for key in behind if facts.values[key] is None}
    if value is None and missing:
        return missing
    # What does not apply makes the comparison false, and is the reason for it.
    return behind - missing or set(playing)


def _add_what_applicability_hangs_on(protocol: Protocol, facts: Facts, found: set[str], known: Known) -> None:
    waiting = list(found)
    while waiting:
        key = waiting.pop()
        when = protocol.questions[key].when
        if when is None or facts.values.get(key) is not None or when.evaluate(facts) is not None:
            continue
        behind: set[str] = set()
        _collect(protocol, when.traced, None, facts, behind, known)
        waiting.extend(behind - found)
        found |= behind
