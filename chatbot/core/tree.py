"""The resolved tree of a condition: what explanation, proof and export read.

Names are bound to question keys, groups and grids are unrolled row by row and cell by cell. Evaluation
is ``chatbot.core.condition``'s business.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Constant:
    """Always true or always false (what a row test of a grid unrolls to)."""

    value: bool


@dataclass(frozen=True, slots=True)
class And:
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    item: Node


@dataclass(frozen=True, slots=True)
class AtLeast:
    """True when at least *least* of the items are."""

    least: int
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class FindingIs:
    """A finding by its name."""

    finding: str


@dataclass(frozen=True, slots=True)
class OneOf:
    """A choice, or a yes/no, is one of the options."""

    question: str
    options: frozenset[str]


@dataclass(frozen=True, slots=True)
class Includes:
    """Several choices: any (or every one) of the options is among them."""

    question: str
    options: frozenset[str]
    every: bool


@dataclass(frozen=True, slots=True)
class InState:
    """Two-valued test of a question's state."""

    question: str
    state: str
    """known, unknown, declined, not_assessed, cannot_apply, asked or not_asked."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number or scale compared with a constant."""

    question: str
    op: str
    limit: Decimal


@dataclass(frozen=True, slots=True)
class Pair:
    """Two numbers, or two dates (later is greater), compared with each other."""

    left: str
    op: str
    right: str


@dataclass(frozen=True, slots=True)
class Since:
    """How long ago a date was: ``weeks_since(operation) <= 6``, in calendar units before ``as_of``."""

    question: str
    unit: str
    """hours, days, weeks, months or years."""
    op: str
    limit: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a grid is one of the options."""

    question: str
    cell: str
    options: frozenset[str]


@dataclass(frozen=True, slots=True)
class CellGrade:
    """The grade of one cell compared; a cell left empty, or with an option without grade, is unknown."""

    question: str
    cell: str
    op: str
    limit: Decimal
    grades: tuple[tuple[str, Decimal], ...]


Atom = OneOf | Includes | InState | Number | Pair | Since | Cell | CellGrade
Node = Constant | And | Or | Not | AtLeast | FindingIs | Atom

OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "<=": operator.le,
    "<": operator.lt,
    ">=": operator.ge,
    ">": operator.gt,
    "==": operator.eq,
    "!=": operator.ne,
}
"""The comparisons of the language."""

REVERSED = {"<=": ">=", "<": ">", ">=": "<=", ">": "<", "==": "==", "!=": "!="}
"""What a comparison becomes when its sides change places."""

STATES = ("known", "unknown", "declined", "not_assessed", "cannot_apply", "asked", "not_asked")
"""What may follow ``is`` to test a state instead of a value."""

SINCE_UNITS = ("hours", "days", "weeks", "months", "years")


def children(node: Node) -> tuple[Node, ...]:
    """Return the parts of a node; none for an atom."""
    if isinstance(node, And | Or | AtLeast):
        return node.items
    if isinstance(node, Not):
        return (node.item,)
    return ()


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and everything below it, parents first."""
    yield node
    for child in children(node):
        yield from walk(child)


def questions_of(node: Node) -> tuple[str, ...]:
    """Return the questions an atom reads itself; none for other nodes."""
    if isinstance(node, Pair):
        return (node.left, node.right)
    if isinstance(node, Constant | And | Or | Not | AtLeast | FindingIs):
        return ()
    return (node.question,)
