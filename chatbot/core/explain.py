"""Why a condition came out as it did: the questions that made it true, false or unknown."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from chatbot.core.condition import NOT_APPLICABLE, Condition, Facts, Traced
from chatbot.core.tree import (
    And,
    Asked,
    AtLeast,
    Choice,
    Compare,
    FindingIs,
    Lookup,
    Measured,
    Node,
    Not,
    NumberOf,
    Or,
    Scored,
    Term,
    is_earlier,
    parts_of,
    questions_of,
)
from chatbot.core.values import Truth

if TYPE_CHECKING:
    from chatbot.core.protocol import Protocol


def contributors(protocol: Protocol, condition: Condition, facts: Facts) -> tuple[str, ...]:
    """Return the questions behind a condition's present value, in the order of asking.

    True: those that make it true. False: those that make it false. Unknown: those whose answers would
    settle it; where such a question is itself in doubt, also the questions its applicability hangs on.
    """
    found: set[str] = set()
    _collect(protocol, condition.traced, facts, found)
    if condition.evaluate(facts) is None:
        _add_what_applicability_hangs_on(protocol, facts, found)
    return tuple(key for key in protocol.questions if key in found)


def _collect(protocol: Protocol, traced: Traced, facts: Facts, found: set[str]) -> None:
    node = traced.node
    if isinstance(node, FindingIs):
        if not is_earlier(node.finding):
            _collect(protocol, protocol.findings[node.finding].when.traced, facts, found)
    elif isinstance(node, Compare | Measured):
        found |= _behind_the_number(protocol, node, facts, traced.evaluate(facts))
    elif isinstance(node, Not):
        _collect(protocol, traced.parts[0], facts, found)
    elif isinstance(node, And | Or | AtLeast):
        for part in _deciding(traced, facts):
            _collect(protocol, part, facts, found)
    else:
        found.update(questions_of(node))


def questions_behind(protocol: Protocol, node: Compare | Measured) -> frozenset[str]:
    """Return every question the numbers of a comparison can be made of, through other numbers too."""
    return protocol.questions_behind(Condition("", node))


@lru_cache(maxsize=256)
def _chooser(condition: Node) -> Condition:
    """Return the condition of a choice between two terms, compiled once."""
    return Condition("", condition)


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
            case NumberOf(finding) if not is_earlier(finding):
                waiting.append(protocol.numbers[finding].term)
            case Choice(condition, then, otherwise):
                chooses = _chooser(condition)
                found |= protocol.questions_behind(chooses)
                truth = chooses.evaluate(facts)
                waiting += [then] if truth is True else [otherwise] if truth is False else [then, otherwise]
            case _:
                waiting += parts_of(term)
    return frozenset(key for key in found if not is_earlier(key))


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


def _deciding(traced: Traced, facts: Facts) -> list[Traced]:
    """Return the parts that share the value of the whole, which are those that decide it."""
    value: Truth = traced.evaluate(facts)
    return [part for part in traced.parts if part.evaluate(facts) is value]


def _add_what_applicability_hangs_on(protocol: Protocol, facts: Facts, found: set[str]) -> None:
    waiting = list(found)
    while waiting:
        key = waiting.pop()
        when = protocol.questions[key].when
        if when is None or facts.values.get(key) is not None or when.evaluate(facts) is not None:
            continue
        behind: set[str] = set()
        _collect(protocol, when.traced, facts, behind)
        waiting.extend(behind - found)
        found |= behind
