"""Numbers known within bounds as formulas: what ``chatbot.core.quantity`` computes, for every case at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chatbot.proof.reals import (
    ZERO,
    Names,
    Real,
    added,
    choose,
    compared,
    divided,
    larger,
    multiplied,
    negated,
    rounded,
    smaller,
)
from chatbot.proof.truths import Formula, Kleene, both, chosen, either, no, some


@dataclass(frozen=True, slots=True, eq=False)
class End:
    """One end of what is known: a number, or nothing (below, above)."""

    below: Formula
    """Whether it is minus infinity."""
    above: Formula
    """Whether it is infinity."""
    number: Real
    """Says nothing where it is infinite."""

    @property
    def finite(self) -> Formula:
        """Whether there is a number."""
        return both(no(self.below), no(self.above))


@dataclass(frozen=True, slots=True, eq=False)
class Bounds:
    """A number between two ends."""

    low: End
    high: End
    sure: Formula = True
    """Whether it applies for certain, where it may."""
    absent: Formula = False
    """Whether it does not apply; then the rest says nothing."""


def at(number: Real) -> End:
    """Return an end that is known."""
    return End(False, False, number)


def exactly(number: Real) -> Bounds:
    """Return a number that is known."""
    end = at(number)
    return Bounds(end, end)


MINUS_INFINITY, INFINITY = End(True, False, ZERO), End(False, True, ZERO)
NOTHING_KNOWN = Bounds(MINUS_INFINITY, INFINITY)
ABSENT = Bounds(MINUS_INFINITY, INFINITY, True, True)


class Arithmetic:
    """The operations, and comparisons in three values, over one set of names."""

    def __init__(self, names: Names) -> None:
        self.names = names

    # --- ends ---

    def choose_end(self, condition: Formula, then: End, otherwise: End) -> End:
        """Return one end while a condition holds, the other while it does not."""
        if isinstance(condition, bool) or then is otherwise:
            return then if condition is not False else otherwise
        # An infinite end has no number of its own.
        if then.below is True or then.above is True:
            number = otherwise.number
        elif otherwise.below is True or otherwise.above is True:
            number = then.number
        else:
            number = choose(condition, then.number, otherwise.number)
        return End(
            chosen(condition, then.below, otherwise.below), chosen(condition, then.above, otherwise.above), number
        )

    def end_at_most(self, a: End, b: End, strict: bool = False) -> Formula:
        """Return whether one end is at most the other (below it, where *strict*)."""
        if strict:
            return no(self.end_at_most(b, a))
        return either(a.below, b.above, both(a.finite, b.finite, compared(self.names, a.number, "<=", b.number)))

    def least_end(self, a: End, b: End) -> End:
        """Return the lower end."""
        return a if a is b else self._lower(a, b, "<=")

    def most_end(self, a: End, b: End) -> End:
        """Return the upper end."""
        return a if a is b else self._lower(a, b, ">=")

    def _lower(self, a: End, b: End, op: str) -> End:
        if op == "<=":
            below, above = either(a.below, b.below), both(a.above, b.above)
            skip_a, skip_b, best = a.above, b.above, smaller
        else:
            below, above = both(a.below, b.below), either(a.above, b.above)
            skip_a, skip_b, best = a.below, b.below, larger
        if skip_a is True:
            number = b.number
        elif skip_b is True:
            number = a.number
        else:
            number = choose(skip_a, b.number, choose(skip_b, a.number, best(self.names, a.number, b.number)))
        return End(below, above, number)

    def negative_end(self, a: End) -> End:
        """Return minus an end."""
        return End(a.above, a.below, negated(self.names, a.number))

    def sum_end(self, a: End, b: End) -> End:
        """Return the sum of two lower, or two upper ends."""
        return End(either(a.below, b.below), either(a.above, b.above), added(self.names, a.number, b.number))

    def _positive(self, a: End) -> Formula:
        return either(a.above, both(no(a.below), compared(self.names, a.number, ">", ZERO)))

    def _negative(self, a: End) -> Formula:
        return either(a.below, both(no(a.above), compared(self.names, a.number, "<", ZERO)))

    def _at_least_zero(self, a: End) -> Formula:
        return no(self._negative(a))

    def product_end(self, a: End, b: End) -> End:
        """Return the product of two ends; zero times an end nobody knows is zero."""
        if a.finite is True and b.finite is True:
            return at(multiplied(self.names, a.number, b.number))
        infinite = some((a.below, a.above, b.below, b.above))
        up = either(both(self._positive(a), self._positive(b)), both(self._negative(a), self._negative(b)))
        down = either(both(self._positive(a), self._negative(b)), both(self._negative(a), self._positive(b)))
        known = ZERO if infinite is True else multiplied(self.names, a.number, b.number)
        return End(both(infinite, down), both(infinite, up), choose(infinite, ZERO, known))

    def _quotient_end(self, a: End, b: End) -> End:
        """Return an end divided by one above zero."""
        number = divided(self.names, a.number, b.number) if b.above is not True else ZERO
        return End(a.below, a.above, choose(b.above, ZERO, number))

    # --- quantities ---

    def choose(self, condition: Formula, then: Bounds, otherwise: Bounds) -> Bounds:
        """Return one quantity while a condition holds, the other while it does not."""
        if isinstance(condition, bool) or then is otherwise:
            return then if condition is not False else otherwise
        if then.absent is True:
            return replace(otherwise, absent=either(condition, otherwise.absent))
        if otherwise.absent is True:
            return replace(then, absent=either(no(condition), then.absent))
        low = self.choose_end(condition, then.low, otherwise.low)
        alike = then.low is then.high and otherwise.low is otherwise.high
        return Bounds(
            low,
            low if alike else self.choose_end(condition, then.high, otherwise.high),
            chosen(condition, then.sure, otherwise.sure),
            chosen(condition, then.absent, otherwise.absent),
        )

    def negative(self, a: Bounds) -> Bounds:
        """Return −a."""
        return replace(a, low=self.negative_end(a.high), high=self.negative_end(a.low))

    def plus(self, a: Bounds, b: Bounds) -> Bounds:
        """Return a + b."""
        return self._together(a, b, self.sum_end(a.low, b.low), self.sum_end(a.high, b.high))

    def _together(self, a: Bounds, b: Bounds, low: End, high: End) -> Bounds:
        return Bounds(low, high, both(a.sure, b.sure), either(a.absent, b.absent))

    def times(self, a: Bounds, b: Bounds) -> Bounds:
        """Return a × b: the least and the largest product of their ends."""
        if self._at_least_zero(b.low) is not True and self._at_least_zero(a.low) is True:
            a, b = b, a
        if self._at_least_zero(b.low) is True:
            low = self._by_sign(a.low, self.product_end(a.low, b.low), self.product_end(a.low, b.high))
            high = self._by_sign(a.high, self.product_end(a.high, b.high), self.product_end(a.high, b.low))
            return self._together(a, b, low, high)
        corners = [self.product_end(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
        low, high = corners[0], corners[0]
        for corner in corners[1:]:
            low, high = self.least_end(low, corner), self.most_end(high, corner)
        return self._together(a, b, low, high)

    def _by_sign(self, end: End, positive: End, negative: End) -> End:
        return self.choose_end(self._at_least_zero(end), positive, negative)

    def over(self, a: Bounds, b: Bounds) -> Bounds:
        """Return a ÷ b; nothing is known where b may be zero."""
        zero = at(ZERO)
        straddles = both(self.end_at_most(b.low, zero), self.end_at_most(zero, b.high))
        above = self._positive(b.low)
        if self._at_least_zero(b.low) is True:
            ends = self._over_positive(a, b)
        else:
            up, down = self._over_positive(a, b), self._over_positive(self.negative(a), self.negative(b))
            ends = tuple(self.choose_end(above, x, y) for x, y in zip(up, down, strict=True))
        low, high = (
            self.choose_end(straddles, nothing, end)
            for nothing, end in zip((MINUS_INFINITY, INFINITY), ends, strict=True)
        )
        return self._together(a, b, low, high)

    def _over_positive(self, a: Bounds, b: Bounds) -> tuple[End, ...]:
        low = self._by_sign(a.low, self._quotient_end(a.low, b.high), self._quotient_end(a.low, b.low))
        high = self._by_sign(a.high, self._quotient_end(a.high, b.low), self._quotient_end(a.high, b.high))
        return low, high

    def greatest(self, items: Sequence[Bounds]) -> Bounds:
        """Return the largest of those that apply. What may turn out not to apply cannot lift the lower end."""
        sure, low_sure, low_any, high = False, MINUS_INFINITY, INFINITY, MINUS_INFINITY
        any_sure: Formula = sure
        for item in items:
            there = no(item.absent)
            counts = both(there, item.sure)
            low_sure = self.most_end(low_sure, self.choose_end(counts, item.low, MINUS_INFINITY))
            low_any = self.least_end(low_any, self.choose_end(there, item.low, INFINITY))
            high = self.most_end(high, self.choose_end(there, item.high, MINUS_INFINITY))
            any_sure = either(any_sure, counts)
        low = self.choose_end(any_sure, low_sure, low_any)
        return Bounds(low, high, any_sure)

    def least(self, items: Sequence[Bounds]) -> Bounds:
        """Return the smallest of those that apply."""
        return self.negative(self.greatest([self.negative(item) for item in items]))

    def hull(self, a: Bounds, b: Bounds) -> Bounds:
        """Return the bounds that hold both."""
        return self._together(a, b, self.least_end(a.low, b.low), self.most_end(a.high, b.high))

    def perhaps(self, a: Bounds) -> Bounds:
        """Return a quantity as a part of a sum that may be left out."""
        return replace(self.hull(a, exactly(ZERO)), sure=True, absent=False)

    def rounded(self, a: Bounds, decimals: int) -> Bounds:
        """Round both ends half up."""
        low, high = (replace(end, number=rounded(self.names, end.number, decimals)) for end in (a.low, a.high))
        return replace(a, low=low, high=low if a.low is a.high else high)

    def either(self, condition: Kleene, then: Bounds, otherwise: Bounds) -> Bounds:
        """Return what is known of a number that is one of two, by a condition that may be unknown."""
        known = self.choose(condition.true, then, otherwise)
        in_doubt = condition.unknown
        if in_doubt is False:
            return known
        both_there = both(no(then.absent), no(otherwise.absent))
        hull = self.hull(replace(then, absent=False), replace(otherwise, absent=False))
        hull = replace(hull, sure=both(then.sure, otherwise.sure))
        one = self.choose(then.absent, otherwise, then)
        found = self.choose(both_there, hull, replace(one, sure=False, absent=False))
        found = replace(found, absent=both(then.absent, otherwise.absent))
        return self.choose(in_doubt, found, known)

    # --- in three values ---

    def compare(self, a: Bounds, op: str, b: Bounds) -> Kleene:
        """Compare two quantities: false where one does not apply, unknown where the bounds straddle."""
        found = self._bare(a, op, b)
        true = both(found.true, a.sure, b.sure)
        absent = either(a.absent, b.absent)
        return Kleene(both(no(absent), true), either(absent, found.false))

    def _bare(self, a: Bounds, op: str, b: Bounds) -> Kleene:
        if op in {">", ">="}:
            return self._bare(b, "<" if op == ">" else "<=", a)
        if op == "!=":
            found = self._bare(a, "==", b)
            return Kleene(found.false, found.true)
        if op == "==":
            alike = both(self._is_point(a), self._is_point(b), self._equal(a.low, b.low))
            apart = either(self.end_at_most(a.high, b.low, True), self.end_at_most(b.high, a.low, True))
            return Kleene(alike, apart)
        strict = op == "<"
        return Kleene(self.end_at_most(a.high, b.low, strict), no(self.end_at_most(a.low, b.high, strict)))

    def _equal(self, a: End, b: End) -> Formula:
        return both(a.finite, b.finite, compared(self.names, a.number, "==", b.number))

    def _is_point(self, a: Bounds) -> Formula:
        return a.low.finite if a.low is a.high else self._equal(a.low, a.high)

    def is_known(self, a: Bounds, settled: bool) -> Kleene:
        """Return whether a quantity is known exactly; with *settled*, in two values."""
        known = both(no(a.absent), a.sure, self._is_point(a))
        return Kleene(known, no(known) if settled else a.absent)
