"""The resolved tree of a condition: what explanation, proof and export read.

Names are bound to question keys, groups and grids are unrolled row by row and cell by cell. Terms are the
arithmetic below a comparison; ``walk`` does not enter them, ``questions_of`` and ``findings_of`` read through
them. Evaluation is the business of ``chatbot.core.condition`` and ``chatbot.core.calculate``.
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
    """One cell of a grid, or one item of an instrument, is one of the options."""

    question: str
    cell: str
    options: frozenset[str]


@dataclass(frozen=True, slots=True)
class CellGrade:
    """The grade of one cell, or the score of one item, compared; one left empty, or without grade, is unknown."""

    question: str
    cell: str
    op: str
    limit: Decimal
    grades: tuple[tuple[str, Decimal], ...]


# --- terms ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fixed:
    """A number written in the content."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Asked:
    """A number or scale question. Without a value at most its sign is known."""

    question: str
    least: Decimal | None
    """Zero where its declared minimum is zero or more; None otherwise."""


@dataclass(frozen=True, slots=True)
class NumberOf:
    """A finding that is a number."""

    finding: str


@dataclass(frozen=True, slots=True)
class Sum:
    """Parts added, or taken away where *minus* says so."""

    items: tuple[Term, ...]
    minus: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Product:
    """Parts multiplied, or divided by where *over* says so, from left to right."""

    items: tuple[Term, ...]
    over: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Extreme:
    """The largest or the smallest of the parts that apply."""

    largest: bool
    items: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """The sum over the rows of a group; a row that does not apply contributes nothing."""

    count: Asked
    """How many rows there are."""
    rows: tuple[Term, ...]
    """By row, from the first."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """What a table says of an option; of several options the sum."""

    question: str
    entries: tuple[tuple[str, Decimal | None], ...]
    """By option; None: the table has no value for it."""
    low: Decimal | None
    high: Decimal | None
    """Bounds of a value the table does not have."""


@dataclass(frozen=True, slots=True)
class Scored:
    """The sum, or the mean, of what the items of an instrument score."""

    question: str
    items: tuple[tuple[str, tuple[tuple[str, Decimal], ...]], ...]
    """By item: the score of each option."""
    mean: bool
    bounded: bool
    """Whether a lower end is kept while items are missing."""


@dataclass(frozen=True, slots=True)
class Banded:
    """What a table says of a number that falls in one of its bands."""

    item: Term
    bands: tuple[tuple[Decimal | None, Decimal | None], ...]
    """(below, value) from the lowest band; the last has no upper end."""
    low: Decimal | None
    high: Decimal | None


@dataclass(frozen=True, slots=True)
class Choice:
    """One term while a condition holds, the other while it does not; the bounds of both while that is unknown."""

    condition: Node
    then: Term
    otherwise: Term


Term = Fixed | Asked | NumberOf | Sum | Product | Extreme | Rows | Lookup | Scored | Banded | Choice


@dataclass(frozen=True, slots=True)
class Compare:
    """Two terms compared."""

    left: Term
    op: str
    right: Term


@dataclass(frozen=True, slots=True)
class Measured:
    """Whether a term is known exactly; false where it does not apply. The condition of a number."""

    term: Term
    settled: bool = False
    """Two-valued, as a test of state is: false where it is not known."""


Atom = OneOf | Includes | InState | Number | Pair | Since | Cell | CellGrade | Compare | Measured
Node = Constant | And | Or | Not | AtLeast | FindingIs | Atom

EARLIER = ("previous", "first")
"""What a name is read of when it is not this case: the case before it, or the first of the same person."""

SCORE = "score"
"""What an instrument comes to, as a condition names it: ``mood_scale.score``."""

OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "<=": operator.le,
    "<": operator.lt,
    ">=": operator.ge,
    ">": operator.gt,
    "==": operator.eq,
    "!=": operator.ne,
}
"""The comparisons of the language."""

REGION = "site.region"
"""The local fact that conditions read: where the rules of the house are those of which country."""

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


def is_outside(key: str) -> bool:
    """Whether a key is read from outside this interview: ``previous.pain``, ``previous.`` alone, ``site.region``."""
    return key.startswith(("previous.", "first.", "site."))


def terms_of(node: Node) -> tuple[Term, ...]:
    """Return every term of a node and everything below it, parents first."""
    match node:
        case Compare(left, _, right):
            return (*below(left), *below(right))
        case Measured(term):
            return tuple(below(term))
    return ()


def parts_of(term: Term) -> tuple[Term, ...]:
    """Return the terms a term is made of; none for what is read or written."""
    match term:
        case Sum(items) | Product(items) | Extreme(_, items):
            return items
        case Rows(count, rows):
            return (count, *rows)
        case Banded(item):
            return (item,)
        case Choice(_, then, otherwise):
            return (then, otherwise)
    return ()


def below(term: Term) -> Iterator[Term]:
    """Yield a term and everything in it, parents first."""
    yield term
    for part in parts_of(term):
        yield from below(part)


def conditions_in(node: Node) -> Iterator[Node]:
    """Yield every node of the conditions that the terms of a comparison choose by."""
    for term in terms_of(node):
        if isinstance(term, Choice):
            yield from walk(term.condition)


def keys_of(node: Node) -> tuple[str, ...]:
    """Return the keys an atom reads itself, those of earlier cases among them; none for other nodes."""
    match node:
        case Pair(left, _, right):
            return (left, right)
        case Compare() | Measured():
            keys = [term.question for term in terms_of(node) if isinstance(term, Asked | Lookup | Scored)]
            keys += [key for inner in conditions_in(node) for key in keys_of(inner)]
            return tuple(dict.fromkeys(keys))
        case Constant() | And() | Or() | Not() | AtLeast() | FindingIs():
            return ()
    return (node.question,)


def names_of(node: Node) -> tuple[str, ...]:
    """Return the findings a node reads itself, those of earlier cases among them."""
    if isinstance(node, FindingIs):
        return (node.finding,)
    names = [term.finding for term in terms_of(node) if isinstance(term, NumberOf)]
    names += [name for inner in conditions_in(node) for name in names_of(inner)]
    return tuple(dict.fromkeys(names))


def questions_of(node: Node) -> tuple[str, ...]:
    """Return the questions of this case an atom reads itself; none for other nodes."""
    return tuple(key for key in keys_of(node) if not is_outside(key))


def findings_of(node: Node) -> tuple[str, ...]:
    """Return the findings of this case a node reads itself: truths, and numbers in its terms."""
    return tuple(name for name in names_of(node) if not is_outside(name))
