"""Whether two conditions say the same in the same words, whatever their order and the findings they go through."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from chatbot.core.property_tree import AllOf, AnyOf, Holds, Implies, NotExcluded, NotSo, Property, PropertyNode
from chatbot.core.protocol import Protocol
from chatbot.core.tree import And, AtLeast, FindingIs, Includes, Node, Not, OneOf, Or, is_outside

Shape = Any
"""A condition without order; equal shapes say the same."""


def mirrored(protocol: Protocol, each: Property) -> str | None:
    """Return what of the content has all of a property's condition as its own, such as ``rule rest``; else None."""
    premise = each.claim.premise if isinstance(each.claim, Implies) else None
    if premise is None:
        return None
    condition = _condition(premise)
    if condition is None:
        return None
    return _shapes(protocol).get(shape(protocol, condition))


@lru_cache(maxsize=4)
def _shapes(protocol: Protocol) -> dict[Shape, str]:
    """Return the shapes of the content's conditions, each with the first that has it."""
    found: dict[Shape, str] = {}
    for name, node in _conditions(protocol):
        found.setdefault(shape(protocol, node), name)
    return found


def _condition(node: PropertyNode) -> Node | None:
    match node:
        case Holds(condition) | NotExcluded(condition):
            return condition
        case AllOf(items) | AnyOf(items):
            found = [_condition(item) for item in items]
            inner = tuple(each for each in found if each is not None)
            if len(inner) < len(found):
                return None
            return And(inner) if isinstance(node, AllOf) else Or(inner)
        case NotSo(item):
            inside = _condition(item)
            return None if inside is None else Not(inside)
    return None


def _conditions(protocol: Protocol) -> Iterator[tuple[str, Node]]:
    for flag in protocol.red_flags.values():
        yield f"red flag {flag.id}", flag.when.tree
        if flag.unless is not None:
            yield f"red flag {flag.id}", And((flag.when.tree, Not(flag.unless.tree)))
    for rule in protocol.rules.values():
        if rule.when is not None:
            yield f"rule {rule.id}", rule.when.tree
            if rule.answers is not None:
                yield f"rule {rule.id}", And((protocol.red_flags[rule.answers].when.tree, rule.when.tree))
    for guard in protocol.guards.values():
        yield f"guard {guard.id}", guard.when.tree


def shape(protocol: Protocol, node: Node) -> Shape:
    """Return a condition with its findings opened, nested *and* and *or* flat and their parts without order."""
    match node:
        case FindingIs(name) if not is_outside(name) and name in protocol.findings:
            return shape(protocol, protocol.findings[name].when.tree)
        case Not(Not(inner)):
            return shape(protocol, inner)
        case Not(inner):
            return ("not", shape(protocol, inner))
        case And(items) | Or(items):
            word = "and" if isinstance(node, And) else "or"
            parts: set[Shape] = set()
            for item in items:
                part = shape(protocol, item)
                parts |= part[1] if isinstance(part, tuple) and part[0] == word else {part}
            parts = _together(parts) if word == "or" else parts
            return next(iter(parts)) if len(parts) == 1 else (word, frozenset(parts))
        case AtLeast(least, items):
            return ("at least", least, tuple(shape(protocol, item) for item in items))
    return node


def _together(parts: set[Shape]) -> set[Shape]:
    """Join what one question is compared with in the parts of an *or*."""
    options: dict[tuple[type, str], frozenset[str]] = {}
    rest: set[Shape] = set()
    for part in parts:
        if isinstance(part, OneOf) or (isinstance(part, Includes) and (not part.every or len(part.options) == 1)):
            key = (type(part), part.question)
            options[key] = options.get(key, frozenset()) | part.options
        else:
            rest.add(part)
    for (kind, question), chosen in options.items():
        rest.add(OneOf(question, chosen) if kind is OneOf else Includes(question, chosen, False))
    return rest
