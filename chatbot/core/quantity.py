"""Numbers known exactly or within bounds, and arithmetic on them: decimal, never floats.

Every operation gives bounds that hold whatever the parts turn out to be within theirs, so that losing
a value widens a result and never turns a comparison round.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, DivisionByZero, InvalidOperation, Overflow

CONTEXT = Context(
    prec=34,
    rounding=ROUND_HALF_EVEN,
    Emin=-999_999,
    Emax=999_999,
    capitals=1,
    clamp=0,
    flags=[],
    traps=[InvalidOperation, DivisionByZero, Overflow],
)
"""34 digits, whatever the context of the thread is. Only division ever needs to round."""

INFINITY = Decimal("Infinity")
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number between two ends, both inclusive. Exact: the ends are one."""

    low: Decimal | None
    """None: nothing is known below."""
    high: Decimal | None
    """None: nothing is known above."""
    sure: bool = True
    """False while it may turn out not to apply."""
    waits: bool = False
    """Whether something not asked yet stands behind it; only while a case is open."""

    @property
    def exact(self) -> Decimal | None:
        """The number where it is known; None otherwise."""
        return self.low if self.low is not None and self.low == self.high and self.sure else None

    @property
    def ends(self) -> tuple[Decimal, Decimal]:
        """Both ends, infinite where nothing is known."""
        return (
            -INFINITY if self.low is None else self.low,
            INFINITY if self.high is None else self.high,
        )

    def holds_zero(self) -> bool:
        """Whether it may be zero."""
        low, high = self.ends
        return low <= 0 <= high

    def within(self, low: Decimal, high: Decimal) -> bool:
        """Whether it cannot lie outside *low* and *high*."""
        least, most = self.ends
        return low <= least and most <= high


NOTHING_KNOWN = Quantity(None, None)


def exactly(value: Decimal | int | str) -> Quantity:
    """Return a quantity that is known."""
    number = Decimal(value)
    return Quantity(number, number)


def _of_ends(low: Decimal, high: Decimal, *parts: Quantity) -> Quantity:
    return Quantity(
        low if low.is_finite() else None,
        high if high.is_finite() else None,
        all(part.sure for part in parts),
        any(part.waits for part in parts),
    )


def negative(a: Quantity) -> Quantity:
    """Return −a."""
    low = None if a.high is None else CONTEXT.minus(a.high)
    high = None if a.low is None else CONTEXT.minus(a.low)
    return replace(a, low=low, high=high)


def plus(a: Quantity, b: Quantity) -> Quantity:
    """Return a + b."""
    low = None if a.low is None or b.low is None else CONTEXT.add(a.low, b.low)
    high = None if a.high is None or b.high is None else CONTEXT.add(a.high, b.high)
    return Quantity(low, high, a.sure and b.sure, a.waits or b.waits)


def times(a: Quantity, b: Quantity) -> Quantity:
    """Return a × b."""
    corners = [_product(x, y) for x in a.ends for y in b.ends]
    return _of_ends(min(corners), max(corners), a, b)


def _product(x: Decimal, y: Decimal) -> Decimal:
    # Zero times an end nobody knows is zero: the end stands for some number, however large.
    return ZERO if not x or not y else CONTEXT.multiply(x, y)


def over(a: Quantity, b: Quantity) -> Quantity:
    """Return a ÷ b; nothing is known where b may be zero."""
    if b.holds_zero():
        return Quantity(None, None, a.sure and b.sure, a.waits or b.waits)
    corners = [CONTEXT.divide(x, y) for x in a.ends for y in b.ends if x.is_finite() or y.is_finite()]
    return _of_ends(min(corners), max(corners), a, b)


def combined(numbers: Collection[Decimal], mean: bool) -> Decimal:
    """Return the sum of numbers, or the mean of at least one."""
    total = sum(numbers, ZERO)
    return CONTEXT.divide(total, Decimal(len(numbers))) if mean else total


def greatest(items: Iterable[Quantity]) -> Quantity:
    """Return the largest. What may turn out not to apply cannot lift the lower end."""
    found = tuple(items)
    sure = [each.ends[0] for each in found if each.sure]
    low = max(sure) if sure else min(each.ends[0] for each in found)
    return replace(_of_ends(low, max(each.ends[1] for each in found), *found), sure=bool(sure))


def least(items: Iterable[Quantity]) -> Quantity:
    """Return the smallest. What may turn out not to apply cannot lower the upper end."""
    return negative(greatest(negative(each) for each in items))


def hull(*items: Quantity) -> Quantity:
    """Return the bounds that hold all of them."""
    low, high = min(each.ends[0] for each in items), max(each.ends[1] for each in items)
    return _of_ends(low, high, *items)


def perhaps(a: Quantity) -> Quantity:
    """Return *a* as a part of a sum that may be left out."""
    return replace(hull(a, exactly(0)), sure=True, waits=a.waits)


def rounded(a: Quantity, decimals: int) -> Quantity:
    """Round both ends half up, as people do by hand (2.25 becomes 2.3, −2.25 becomes −2.3)."""
    return replace(a, low=_round(a.low, decimals), high=_round(a.high, decimals))


def _round(number: Decimal | None, decimals: int) -> Decimal | None:
    if number is None or number.adjusted() + decimals > CONTEXT.prec - 3:
        return number
    return number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, CONTEXT)
