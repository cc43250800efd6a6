"""Bind the arithmetic of a condition or a number: names, units, and the bounds every part can have.

Bounds come from declared ranges alone. They show what could divide by zero, what leaves the range its
author declared, and which comparison is settled before anything is asked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from chatbot.core.calculate import in_bands
from chatbot.core.quantity import (
    NOTHING_KNOWN,
    ZERO,
    Quantity,
    exactly,
    greatest,
    hull,
    least,
    negative,
    over,
    perhaps,
    plus,
    times,
)
from chatbot.core.syntax import (
    Chain,
    ChoiceTerm,
    CountTerm,
    ExtremeTerm,
    Literal,
    LookupTerm,
    Negative,
    SinceTerm,
    SumTerm,
    Word,
)
from chatbot.core.syntax import Term as Parsed
from chatbot.core.tree import Asked, Banded, Choice, Extreme, Fixed, Lookup, NumberOf, Product, Rows, Sum, Term
from chatbot.core.units import PLAIN, Unit, joined, parse_unit, unit_text
from chatbot.core.values import decimal_text

if TYPE_CHECKING:
    from chatbot.core.resolve import Resolver

LONGEST_NUMBER = 18
"""Digits a number in a condition may have."""

SCALE = Quantity(Decimal(0), Decimal(10))
"""The bounds of a scale that declares none."""


@dataclass(frozen=True, slots=True)
class NumberShape:
    """What a condition may ask of a finding that is a number: its declared unit and bounds."""

    unit: str | None
    minimum: Decimal
    maximum: Decimal
    decimals: int = 1
    empirical: bool = False
    """A formula found by fitting: its unit is the declared one, whatever its parts make."""


@dataclass(frozen=True, slots=True)
class TableShape:
    """A table: values by option, or by band of a number."""

    values: tuple[tuple[str, Decimal | None], ...] = ()
    bands: tuple[tuple[Decimal | None, Decimal | None], ...] = ()
    """(below, value) from the lowest; the last has no upper end."""
    unit: str | None = None
    key_unit: str | None = None
    """The unit of the number that falls in the bands."""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    """Bounds of a value the table does not have."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A bound term with its unit and the bounds it can have."""

    term: Term
    unit: Unit | None
    """None: a bare number, which fits every unit."""
    bounds: Quantity


def is_arithmetic(resolver: Resolver, term: Parsed) -> bool:
    """Whether a side of a comparison is more than a question or a literal."""
    if isinstance(term, Word):
        return resolver.symbols.number(term.text) is not None
    return not isinstance(term, Literal | SinceTerm | CountTerm)


def bind(resolver: Resolver, term: Parsed, at: Word) -> Typed:
    """Bind a term; *at* is the nearest word a problem without a place of its own is about.

    Raises: the resolver's own exception inside one comparison, after the problem was noted.
    """
    match term:
        case Literal(number, unit):
            return _literal(resolver, number, unit)
        case Word():
            return _named(resolver, term)
        case Negative(part):
            inner = bind(resolver, part, at)
            return Typed(Sum((inner.term,), (True,)), inner.unit, negative(inner.bounds))
        case Chain("sum", parts):
            return _sum(resolver, parts)
        case Chain(_, parts):
            return _product(resolver, parts)
        case ExtremeTerm(call, parts):
            return _extreme(resolver, call, tuple(bind(resolver, part, call) for part in parts))
        case SumTerm():
            return _rows(resolver, term)
        case LookupTerm():
            return _lookup(resolver, term)
        case ChoiceTerm(then, condition, otherwise, word):
            a, node = bind(resolver, then, word), resolver.node(condition)
            b = bind(resolver, otherwise, word)
            return Typed(
                Choice(node, a.term, b.term), fitting(resolver, a.unit, b.unit, word), hull(a.bounds, b.bounds)
            )
        case SinceTerm(_, name):
            raise resolver.problem("type", "a time since a date is only compared with a whole number", name)
        case CountTerm(name):
            raise resolver.problem(
                "type", "a count is only compared with a whole number", name, f"write sum({name.text}, 1)"
            )


def _literal(resolver: Resolver, number: Word, unit: Word | None) -> Typed:
    value = resolver.decimal(number)
    return Typed(Fixed(value), None if unit is None else parse_unit(unit.text), exactly(value))


def _named(resolver: Resolver, name: Word) -> Typed:
    number = resolver.symbols.number(name.text)
    if number is not None:
        return Typed(NumberOf(name.text), parse_unit(number.unit), Quantity(number.minimum, number.maximum))
    if resolver.symbols.is_truth(name.text):
        raise resolver.problem(
            "kind", f"{name.text!r} is true or false, not a number", name, "only numbers can be calculated with"
        )
    key, shape = resolver.question(name)
    resolver.want(name, shape, "number", "scale")
    bounds = Quantity(shape.minimum, shape.maximum)
    if shape.type == "scale":
        bounds = Quantity(
            SCALE.low if bounds.low is None else bounds.low, SCALE.high if bounds.high is None else bounds.high
        )
    return Typed(_asked(key, bounds), parse_unit(shape.unit), bounds)


def _asked(key: str, bounds: Quantity) -> Asked:
    return Asked(key, ZERO if bounds.low is not None and bounds.low >= 0 else None)


def fitting(resolver: Resolver, a: Unit | None, b: Unit | None, at: Word) -> Unit | None:
    """Return the unit of two parts that are added or compared."""
    if a is None or b is None or a == b:
        return b if a is None else a
    raise resolver.problem("unit", f"{unit_text(a)} and {unit_text(b)} do not fit together", at, "convert one of them")


def _sum(resolver: Resolver, parts: tuple[tuple[Word, Parsed], ...]) -> Typed:
    bound = [(sign, bind(resolver, part, sign)) for sign, part in parts]
    unit, bounds = bound[0][1].unit, bound[0][1].bounds
    for sign, each in bound[1:]:
        unit = fitting(resolver, unit, each.unit, sign)
        bounds = plus(bounds, negative(each.bounds) if sign.text == "-" else each.bounds)
    term = Sum(tuple(each.term for _, each in bound), tuple(sign.text == "-" for sign, _ in bound))
    return Typed(term, unit, bounds)


def _product(resolver: Resolver, parts: tuple[tuple[Word, Parsed], ...]) -> Typed:
    bound = [(sign, bind(resolver, part, sign)) for sign, part in parts]
    unit, bounds = bound[0][1].unit, bound[0][1].bounds
    for sign, each in bound[1:]:
        divides = sign.text == "/"
        if divides and each.bounds.holds_zero():
            raise resolver.problem(
                "division",
                f"what is divided by may be zero: it lies {between(each.bounds)}",
                sign,
                "declare a range without zero, or write max(…, the least it can be)",
            )
        if unit is not None or each.unit is not None:
            unit = joined(unit or PLAIN, each.unit or PLAIN, -1 if divides else 1)
        bounds = over(bounds, each.bounds) if divides else times(bounds, each.bounds)
    term = Product(tuple(each.term for _, each in bound), tuple(sign.text == "/" for sign, _ in bound))
    return Typed(term, unit, bounds)


def _extreme(resolver: Resolver, call: Word, parts: tuple[Typed, ...]) -> Typed:
    unit = parts[0].unit
    for each in parts[1:]:
        unit = fitting(resolver, unit, each.unit, call)
    largest = call.text == "max"
    choose = greatest if largest else least
    written = [each.bounds for each in parts if isinstance(each.term, Fixed)]
    asked = [each.bounds for each in parts if not isinstance(each.term, Fixed)]
    # A part that does not apply is left out, so that any one of them may be all that remains.
    alone = [choose([each, *written]) for each in asked]
    bounds = hull(choose([*asked, *written]), *alone)
    return Typed(Extreme(largest, tuple(each.term for each in parts)), unit, bounds)


def _rows(resolver: Resolver, term: SumTerm) -> Typed:
    group = resolver.symbols.groups.get(term.over.text)
    if group is None:
        raise resolver.no_group(term.over)
    outer = resolver.symbols
    rows: list[Typed] = []
    try:
        for row in range(1, group.most + 1):
            resolver.symbols = replace(outer, row_of=f"{term.over.text}[{row}]")
            rows.append(bind(resolver, term.body, term.call))
    finally:
        resolver.symbols = outer
    bounds = exactly(0)
    for each in rows:
        bounds = plus(bounds, perhaps(each.bounds))
    counted = outer.questions[group.count]
    count = _asked(group.count, Quantity(counted.minimum, counted.maximum))
    return Typed(Rows(count, tuple(each.term for each in rows)), rows[0].unit if rows else PLAIN, bounds)


def _lookup(resolver: Resolver, term: LookupTerm) -> Typed:
    table = resolver.table(term.table)
    unit = parse_unit(table.unit)
    if table.bands:
        item = bind(resolver, term.item, term.call)
        fitting(resolver, item.unit, parse_unit(table.key_unit), term.call)
        banded = Banded(item.term, table.bands, table.minimum, table.maximum)
        return Typed(banded, unit, in_bands(banded, item.bounds))
    if not isinstance(term.item, Word) or resolver.symbols.key(term.item.text) is None:
        at = term.item if isinstance(term.item, Word) else term.table
        raise resolver.problem("lookup", f"{term.table.text!r} is a table of options", at, "look up a choice question")
    key, shape = resolver.question(term.item)
    if shape.type not in {"choice", "several", "yes_no"}:
        raise resolver.problem(
            "lookup",
            f"{term.item.text!r} is a {shape.type} question, and {term.table.text!r} is a table of options",
            term.item,
            "look up a choice question, or give the table 'bands'",
        )
    values = dict(table.values)
    missing = [option for option in shape.options if option not in values]
    if missing:
        raise resolver.problem(
            "entry",
            f"{term.table.text!r} has no entry for {', '.join(missing)}",
            term.item,
            "add it; 'none' where there is no value",
        )
    entries = tuple((option, values[option]) for option in shape.options)
    lookup = Lookup(key, entries, table.minimum, table.maximum)
    return Typed(lookup, unit, _lookup_bounds(lookup, shape.type == "several"))


def _lookup_bounds(lookup: Lookup, several: bool) -> Quantity:
    known = [value for _, value in lookup.entries if value is not None]
    # With a value the table does not have, no number is known exactly: an open end of it is no bound of one.
    low = lookup.low if lookup.low is not None or not known else min(known)
    high = lookup.high if lookup.high is not None or not known else max(known)
    found = [Quantity(low, high) if value is None else exactly(value) for _, value in lookup.entries]
    if not several:
        return hull(*found) if found else NOTHING_KNOWN
    total = exactly(0)
    for each in found:
        total = plus(total, perhaps(each))
    return total


def between(bounds: Quantity) -> str:
    """Say bounds for people."""
    low = "anything" if bounds.low is None else decimal_text(bounds.low)
    high = "anything" if bounds.high is None else decimal_text(bounds.high)
    return f"between {low} and {high}"
