"""Numbers as formulas: exact sums of unknowns, chosen, divided and rounded, and how they compare with one another.

Numbers are kept apart by shape as long as possible, because a comparison is simpler than what it compares: one of a
choice is a choice of comparisons, one of a quotient needs no division, one of a rounded number is one of the number
with the limit moved by half a place, and a sum of answers to items is a sum over Booleans. Only where a number stands
in another sum does it get a name of its own (``Names.define``).
Everything is exact: fractions, never floats. Each shape knows the others, so they stay one module past 400 lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import Any

import z3

from chatbot.proof.truths import Formula, both, chosen, no, same_formula

Bound = Fraction | None

REVERSED = {"<=": ">=", "<": ">", ">=": "<=", ">": "<"}
"""What a comparison becomes when its sides change places."""


@dataclass(frozen=True, eq=False)
class Linear:
    """A constant, unknown reals each times a factor, and a weight for each Boolean that holds."""

    constant: Fraction
    reals: Mapping[int, tuple[Any, Fraction]] = field(default_factory=dict)
    """By identity in the solver: an unknown and its factor."""
    weights: Mapping[int, tuple[Any, Fraction]] = field(default_factory=dict)
    """By identity in the solver: a Boolean and what it adds."""
    low: Bound = None
    high: Bound = None
    """What it cannot pass, where that is known."""


@dataclass(frozen=True, eq=False)
class Quotient:
    """One number divided by another, which is above zero wherever the quotient is looked at."""

    top: Linear
    bottom: Linear
    low: Bound = None
    high: Bound = None


@dataclass(frozen=True, eq=False)
class Rounded:
    """A number rounded half away from zero, times a factor that is not zero."""

    inner: Linear | Quotient
    decimals: int
    low: Bound = None
    high: Bound = None
    factor: Fraction = Fraction(1)


@dataclass(frozen=True, eq=False)
class Chosen:
    """One number while a condition holds, the other while it does not."""

    condition: Formula
    then: Real
    otherwise: Real
    low: Bound = None
    high: Bound = None


Real = Linear | Quotient | Rounded | Chosen


@dataclass(frozen=True, slots=True)
class Ladder:
    """Booleans that count up one by one: whole numbers from a least one."""

    steps: tuple[Any, ...]


@dataclass
class Names:
    """Unknowns with a name, what they are by definition, and what is kept so that it is built once."""

    define: Callable[[Any, bool], Any]
    """Called with a term and whether it takes more than sums; returns what stands for it."""
    ladders: dict[int, Ladder] = field(default_factory=dict)
    """By the first step's identity."""
    kept: dict[tuple[Any, ...], Any] = field(default_factory=dict)
    alive: list[Any] = field(default_factory=list)

    def once(self, key: tuple[Any, ...], make: Callable[[], Any], *holds: Any) -> Any:
        """Return what was made for a key, made the first time; *holds* are kept, so that identities stay theirs."""
        if key not in self.kept:
            self.alive.extend(holds)
            self.kept[key] = make()
        return self.kept[key]


def constant(value: Fraction | int) -> Linear:
    """Return a number that is known."""
    number = Fraction(value)
    return Linear(number, low=number, high=number)


ZERO = constant(0)


def value_of(number: Real) -> Fraction | None:
    """Return a number that is known; None for every other."""
    if isinstance(number, Linear) and not number.reals and not number.weights:
        return number.constant
    return None


def unknown(symbol: Any, low: Bound, high: Bound) -> Linear:
    """Return an unknown real by itself."""
    return Linear(Fraction(0), {symbol.get_id(): (symbol, Fraction(1))}, {}, low, high)


def weighted(base: Fraction, weights: Iterable[tuple[Formula, Fraction]]) -> Linear:
    """Return a base and the weight of each formula that holds."""
    total = base
    found: dict[int, tuple[Any, Fraction]] = {}
    low = high = base
    for formula, weight in weights:
        if formula is True:
            total, low, high = total + weight, low + weight, high + weight
        elif formula is not False and weight:
            before = found.get(formula.get_id(), (formula, Fraction(0)))[1]
            found[formula.get_id()] = (formula, before + weight)
            low, high = low + min(weight, Fraction(0)), high + max(weight, Fraction(0))
    return Linear(total, {}, found, low, high)


# --- choosing -------------------------------------------------------------------------------------


def choose(condition: Formula, then: Real, otherwise: Real) -> Real:
    """Return one number while a condition holds, the other while it does not."""
    if isinstance(condition, bool):
        return then if condition else otherwise
    if then is otherwise or (value_of(then) is not None and value_of(then) == value_of(otherwise)):
        return then
    return Chosen(condition, then, otherwise, _least(then.low, otherwise.low), _most(then.high, otherwise.high))


def _least(a: Bound, b: Bound) -> Bound:
    return None if a is None or b is None else min(a, b)


def _most(a: Bound, b: Bound) -> Bound:
    return None if a is None or b is None else max(a, b)


# --- arithmetic -----------------------------------------------------------------------------------


def scaled(names: Names, number: Real, factor: Fraction) -> Real:
    """Return a number times a constant."""
    if factor == 1:
        return number
    if factor == 0:
        return ZERO

    def make() -> Real:
        low, high = _scaled_bounds(number.low, number.high, factor)
        match number:
            case Linear():
                return Linear(
                    number.constant * factor,
                    {key: (symbol, each * factor) for key, (symbol, each) in number.reals.items()},
                    {key: (symbol, each * factor) for key, (symbol, each) in number.weights.items()},
                    low,
                    high,
                )
            case Quotient(top, bottom):
                return Quotient(linear(names, scaled(names, top, factor)), bottom, low, high)
            case Chosen(condition, then, otherwise):
                return choose(condition, scaled(names, then, factor), scaled(names, otherwise, factor))
            case Rounded(inner, decimals, _, _, before):
                return Rounded(inner, decimals, low, high, before * factor)

    found: Real = names.once(("scaled", id(number), factor), make, number)
    return found


def _scaled_bounds(low: Bound, high: Bound, factor: Fraction) -> tuple[Bound, Bound]:
    ends = (None if low is None else low * factor, None if high is None else high * factor)
    return ends if factor > 0 else (ends[1], ends[0])


def added(names: Names, a: Real, b: Real) -> Real:
    """Return the sum of two numbers."""
    if value_of(a) == 0:
        return b
    if value_of(b) == 0:
        return a

    def make() -> Real:
        for one, other in ((a, b), (b, a)):
            if isinstance(one, Chosen) and value_of(other) is not None:
                return choose(one.condition, added(names, one.then, other), added(names, one.otherwise, other))
        left, right = linear(names, a), linear(names, b)
        reals, weights = dict(left.reals), dict(left.weights)
        for mine, theirs in ((reals, right.reals), (weights, right.weights)):
            for key, (symbol, factor) in theirs.items():
                total = factor + (mine[key][1] if key in mine else 0)
                if total:
                    mine[key] = (symbol, total)
                else:
                    del mine[key]
        low = None if left.low is None or right.low is None else left.low + right.low
        high = None if left.high is None or right.high is None else left.high + right.high
        return Linear(left.constant + right.constant, reals, weights, low, high)

    found: Real = names.once(("added", id(a), id(b)), make, a, b)
    return found


def negated(names: Names, number: Real) -> Real:
    """Return minus a number."""
    return scaled(names, number, Fraction(-1))


def multiplied(names: Names, a: Real, b: Real) -> Real:
    """Return the product of two numbers."""
    for one, other in ((a, b), (b, a)):
        known = value_of(one)
        if known is not None:
            return scaled(names, other, known)

    def make() -> Real:
        for one, other in ((a, b), (b, a)):
            if isinstance(one, Chosen):
                return choose(
                    one.condition, multiplied(names, one.then, other), multiplied(names, one.otherwise, other)
                )
        for one, other in ((a, b), (b, a)):
            if isinstance(one, Quotient):
                return divided(names, multiplied(names, one.top, other), one.bottom)
        left, right = linear(names, a), linear(names, b)
        symbol = names.define(spelled(left) * spelled(right), True)
        return unknown(symbol, *_product_bounds(left, right))

    key = ("product", *sorted((id(a), id(b))))
    found: Real = names.once(key, make, a, b)
    return found


def _product_bounds(a: Linear, b: Linear) -> tuple[Bound, Bound]:
    if a.low is None or a.high is None or b.low is None or b.high is None:
        return (Fraction(0) if _never_negative(a) and _never_negative(b) else None), None
    corners = [x * y for x in (a.low, a.high) for y in (b.low, b.high)]
    return min(corners), max(corners)


def _never_negative(number: Real) -> bool:
    return number.low is not None and number.low >= 0


def divided(names: Names, a: Real, b: Real) -> Real:
    """Return a number divided by one above zero."""
    known = value_of(b)
    if known is not None:
        return scaled(names, a, 1 / known) if known else ZERO
    if value_of(a) == 0:
        return ZERO

    def make() -> Real:
        if isinstance(b, Chosen):
            return choose(b.condition, divided(names, a, b.then), divided(names, a, b.otherwise))
        if isinstance(a, Chosen):
            return choose(a.condition, divided(names, a.then, b), divided(names, a.otherwise, b))
        if isinstance(a, Quotient):
            return divided(names, a.top, multiplied(names, a.bottom, b))
        if isinstance(b, Quotient):
            return divided(names, multiplied(names, a, b.bottom), b.top)
        top = linear(names, a)
        return Quotient(top, linear(names, b), Fraction(0) if _never_negative(top) else None, None)

    found: Real = names.once(("divided", id(a), id(b)), make, a, b)
    return found


def rounded(names: Names, number: Real, decimals: int) -> Real:
    """Return a number rounded half up, as people do by hand (away from zero)."""

    def make() -> Real:
        match number:
            case Linear():
                if _is_multiple(number, Fraction(1, 10**decimals)):
                    return number
                return Rounded(
                    number, decimals, _round_bound(number.low, decimals), _round_bound(number.high, decimals)
                )
            case Quotient():
                return Rounded(
                    number, decimals, _round_bound(number.low, decimals), _round_bound(number.high, decimals)
                )
            case Rounded(_, already, _, _, factor) if (factor * 10**decimals / 10**already).denominator == 1:
                return number
            case Chosen(condition, then, otherwise):
                return choose(condition, rounded(names, then, decimals), rounded(names, otherwise, decimals))
            case _:
                return rounded(names, linear(names, number), decimals)

    found: Real = names.once(("rounded", id(number), decimals), make, number)
    return found


def _is_multiple(number: Linear, step: Fraction) -> bool:
    """Whether a number is a whole multiple of a step whatever its Booleans are."""
    if number.reals:
        return False
    return all((part / step).denominator == 1 for part in (number.constant, *(w for _, w in number.weights.values())))


def half_up(number: Fraction, decimals: int) -> Fraction:
    """Round a known number half away from zero."""
    scale = 10**decimals
    size = (abs(number) * scale + Fraction(1, 2)).__floor__()
    return Fraction(size if number >= 0 else -size, scale)


def _round(number: Linear | Quotient, decimals: int) -> Rounded:
    return Rounded(number, decimals, _round_bound(number.low, decimals), _round_bound(number.high, decimals))


def _round_bound(end: Bound, decimals: int) -> Bound:
    return None if end is None else half_up(end, decimals)


def larger(names: Names, a: Real, b: Real) -> Real:
    """Return the larger of two numbers."""
    if a is b:
        return a
    return choose(compared(names, a, ">=", b), a, b)


def smaller(names: Names, a: Real, b: Real) -> Real:
    """Return the smaller of two numbers."""
    if a is b:
        return a
    return choose(compared(names, a, "<=", b), a, b)


# --- naming ---------------------------------------------------------------------------------------


def linear(names: Names, number: Real) -> Linear:
    """Return a number as a sum; a choice, a quotient and a rounded number get a name for it."""
    if isinstance(number, Linear):
        return number

    def make() -> Linear:
        match number:
            case Chosen(condition, then, otherwise):
                if (known := value_of(then)) is not None and (other := value_of(otherwise)) is not None:
                    return weighted(other, [(condition, known - other)])
                parts = (spelled(linear(names, then)), spelled(linear(names, otherwise)))
                symbol = names.define(z3.If(condition, *parts), False)
            case Rounded(inner, decimals, _, _, factor):
                term = _rounding(spelled(linear(names, inner)), inner, decimals)
                symbol = names.define(term * number_of(factor), False)
            case _:
                symbol = names.define(spelled(number.top) / spelled(number.bottom), True)
        return unknown(symbol, number.low, number.high)

    found: Linear = names.once(("linear", id(number)), make, number)
    return found


def _rounding(term: Any, inner: Real, decimals: int) -> Any:
    scale, half = z3.RealVal(10**decimals), z3.Q(1, 2)
    above = z3.ToReal(z3.ToInt(term * scale + half)) / scale
    if _never_negative(inner):
        return above
    return z3.If(term >= 0, above, -z3.ToReal(z3.ToInt(-term * scale + half)) / scale)


def spelled(number: Linear) -> Any:
    """Return a sum as a term of the solver."""
    parts = [number_of(factor) * symbol for symbol, factor in number.reals.values()]
    parts += [z3.If(symbol, number_of(weight), number_of(Fraction(0))) for symbol, weight in number.weights.values()]
    if number.constant or not parts:
        parts.append(number_of(number.constant))
    return parts[0] if len(parts) == 1 else z3.Sum(parts)


def number_of(value: Fraction) -> Any:
    """Return a constant of the solver."""
    return z3.Q(value.numerator, value.denominator)


# --- comparing ------------------------------------------------------------------------------------


def compared(names: Names, a: Real, op: str, b: Real) -> Formula:
    """Return whether a comparison holds; *op* is one of ``<= < >= > ==``."""
    if a is b:
        return op in {"<=", ">=", "=="}
    if op == "==":
        return both(compared(names, a, "<=", b), compared(names, a, ">=", b))
    if (limit := value_of(b)) is not None:
        return _against(names, a, op, limit)
    if (limit := value_of(a)) is not None:
        return _against(names, b, REVERSED[op], limit)
    if a.high is not None and b.low is not None and a.high < b.low:
        return op in {"<=", "<"}
    if b.high is not None and a.low is not None and b.high < a.low:
        return op in {">=", ">"}

    def make() -> Formula:
        if isinstance(a, Chosen) and isinstance(b, Chosen) and same_formula(a.condition, b.condition):
            then, otherwise = compared(names, a.then, op, b.then), compared(names, a.otherwise, op, b.otherwise)
            return chosen(a.condition, then, otherwise)
        if isinstance(a, Chosen) and (not isinstance(b, Chosen) or _has_quotient(a) or _has_quotient(b)):
            return chosen(a.condition, compared(names, a.then, op, b), compared(names, a.otherwise, op, b))
        if isinstance(b, Chosen) and not isinstance(a, Chosen):
            return chosen(b.condition, compared(names, a, op, b.then), compared(names, a, op, b.otherwise))
        if isinstance(a, Quotient) and isinstance(b, Quotient) and a.bottom is b.bottom:
            return compared(names, a.top, op, b.top)
        if isinstance(a, Rounded) and isinstance(b, Rounded) and (a.inner, a.factor) == (b.inner, b.factor):
            return op in {"<=", ">="} if a.decimals == b.decimals else _apart(names, a, op, b)
        return _apart(names, a, op, b)

    return names.once(("compared", id(a), op, id(b)), make, a, b)


def _apart(names: Names, a: Real, op: str, b: Real) -> Formula:
    return _against(names, added(names, linear(names, a), negated(names, linear(names, b))), op, Fraction(0))


def _has_quotient(number: Real) -> bool:
    """Whether giving it a name would take a division."""
    match number:
        case Chosen(_, then, otherwise):
            return _has_quotient(then) or _has_quotient(otherwise)
        case Rounded(inner):
            return isinstance(inner, Quotient)
    return isinstance(number, Quotient)


def _against(names: Names, number: Real, op: str, limit: Fraction) -> Formula:
    if number.low is not None and (number.low > limit or (number.low == limit and op in {">=", "<"})):
        return op in {">=", ">"}
    if number.high is not None and (number.high < limit or (number.high == limit and op in {"<=", ">"})):
        return op in {"<=", "<"}

    def make() -> Formula:
        match number:
            case Linear():
                return _sum_against(names, number, op, limit)
            case Quotient(top, bottom):
                side = added(names, top, scaled(names, bottom, -limit))
                return _against(names, side, op, Fraction(0))
            case Chosen(condition, then, otherwise):
                return chosen(condition, _against(names, then, op, limit), _against(names, otherwise, op, limit))
            case Rounded(inner, decimals, _, _, factor):
                way = op if factor > 0 else REVERSED[op]
                return _rounded_against(names, inner, way, limit / factor, decimals)

    return names.once(("against", id(number), op, limit), make, number)


def _rounded_against(names: Names, inner: Linear | Quotient, op: str, limit: Fraction, decimals: int) -> Formula:
    """Compare a rounded number by moving the limit: to the first number that rounds far enough."""
    if op in {"<", "<="}:
        return no(_rounded_against(names, inner, ">=" if op == "<" else ">", limit, decimals))
    scale = 10**decimals
    steps = (limit * scale).__ceil__() if op == ">=" else (limit * scale).__floor__() + 1
    # Half away from zero: what rounds to a step above zero begins at its half, what rounds to another just after.
    edge = Fraction(2 * steps - 1, 2 * scale)
    return _against(names, inner, ">=" if steps > 0 else ">", edge)


def _sum_against(names: Names, number: Linear, op: str, limit: Fraction) -> Formula:
    rest = limit - number.constant
    if number.reals:
        left = spelled(Linear(Fraction(0), number.reals, number.weights))
        right = number_of(rest)
        return {"<=": left <= right, "<": left < right, ">=": left >= right, ">": left > right}[op]
    if not number.weights:
        return {"<=": rest >= 0, "<": rest > 0, ">=": rest <= 0, ">": rest < 0}[op]
    if op in {"<=", "<"}:
        return no(_sum_against(names, number, ">" if op == "<=" else ">=", limit))
    step = lcm(*(weight.denominator for _, weight in number.weights.values()), rest.denominator)
    least = int(rest * step) + (1 if op == ">" else 0)
    weights = [(symbol, int(weight * step)) for symbol, weight in number.weights.values()]
    ladder = names.ladders.get(weights[0][0].get_id())
    if ladder is not None and [symbol.get_id() for symbol, _ in weights] == [s.get_id() for s in ladder.steps]:
        each = weights[0][1]
        if each > 0 and all(weight == each for _, weight in weights):
            place = -(-least // each)
            return True if place <= 0 else False if place > len(weights) else ladder.steps[place - 1]
    # The solver wants weights above zero.
    parts, below = [], 0
    for symbol, weight in weights:
        parts.append((symbol, weight) if weight > 0 else (z3.Not(symbol), -weight))
        below += min(weight, 0)
    least -= below
    if least <= 0:
        return True
    if least > sum(weight for _, weight in parts):
        return False
    if len(parts) == 1:
        return parts[0][0]
    return z3.PbGe(parts, least)
