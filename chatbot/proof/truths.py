"""Truths as formulas: plain Booleans folded away, and Kleene's three values as two Booleans.

A formula is a Python bool or a formula of the solver. Folding what is known keeps the formulas of a protocol, most
of whose unrolled rows and cells are constant, an order of magnitude smaller.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import z3

Formula = Any
"""A Python bool, or a Boolean term of the solver."""


def both(*parts: Formula) -> Formula:
    """Return whether all parts hold."""
    return every(parts)


def every(parts: Iterable[Formula]) -> Formula:
    """Return whether all parts hold."""
    return _folded(parts, False, z3.And)


def either(*parts: Formula) -> Formula:
    """Return whether one of the parts holds."""
    return some(parts)


def some(parts: Iterable[Formula]) -> Formula:
    """Return whether one of the parts holds."""
    return _folded(parts, True, z3.Or)


def _folded(parts: Iterable[Formula], decides: bool, join: Callable[[list[Formula]], Formula]) -> Formula:
    """Join parts; one that is *decides* is the whole of it, and its opposite adds nothing."""
    kept = []
    for part in parts:
        if part is decides:
            return decides
        if part is not (not decides):
            kept.append(part)
    if not kept:
        return not decides
    return kept[0] if len(kept) == 1 else join(kept)


def no(part: Formula) -> Formula:
    """Return whether a part does not hold."""
    return not part if isinstance(part, bool) else z3.Not(part)


def implies(left: Formula, right: Formula) -> Formula:
    """Return whether the right side holds wherever the left one does."""
    return either(no(left), right)


def same(left: Formula, right: Formula) -> Formula:
    """Return whether two formulas come out alike."""
    if isinstance(left, bool):
        return right if left else no(right)
    if isinstance(right, bool):
        return left if right else no(left)
    return left == right


def same_formula(left: Formula, right: Formula) -> bool:
    """Return whether two formulas are one and the same."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return bool(left.get_id() == right.get_id())


def chosen(condition: Formula, then: Formula, otherwise: Formula) -> Formula:
    """Return one formula while a condition holds, and the other while it does not."""
    if isinstance(condition, bool):
        return then if condition else otherwise
    if same_formula(then, otherwise):
        return then
    if isinstance(then, bool) or isinstance(otherwise, bool):
        return both(either(no(condition), then), either(condition, otherwise))
    return z3.If(condition, then, otherwise)


def at_least(least: int, parts: Sequence[Formula]) -> Formula:
    """Return whether at least so many parts hold."""
    least -= sum(1 for part in parts if part is True)
    kept = [part for part in parts if not isinstance(part, bool)]
    if least <= 0:
        return True
    if least > len(kept):
        return False
    if least == len(kept):
        return every(kept)
    return some(kept) if least == 1 else z3.AtLeast(*kept, least)


def at_most_one(parts: Sequence[Formula]) -> Formula:
    """Return whether no two parts hold."""
    if len(parts) < 2:
        return True
    return (
        z3.AtMost(*parts, 1)
        if len(parts) > 5
        else every(either(no(one), no(other)) for place, one in enumerate(parts) for other in parts[:place])
    )


class Kleene(NamedTuple):
    """A truth of three values; never both."""

    true: Formula
    false: Formula

    @property
    def unknown(self) -> Formula:
        """Whether it is neither."""
        return both(no(self.true), no(self.false))

    @property
    def not_true(self) -> Formula:
        """Whether it is false or unknown."""
        return no(self.true)

    @property
    def not_false(self) -> Formula:
        """Whether it is true or unknown."""
        return no(self.false)


TRUE, FALSE, UNKNOWN = Kleene(True, False), Kleene(False, True), Kleene(False, False)


def k_not(part: Kleene) -> Kleene:
    """Kleene's not."""
    return Kleene(part.false, part.true)


def k_all(parts: Sequence[Kleene]) -> Kleene:
    """Kleene's and."""
    return Kleene(every(part.true for part in parts), some(part.false for part in parts))


def k_any(parts: Sequence[Kleene]) -> Kleene:
    """Kleene's or."""
    return Kleene(some(part.true for part in parts), every(part.false for part in parts))


def k_at_least(least: int, parts: Sequence[Kleene]) -> Kleene:
    """At least so many are true: false when too many are known to be false."""
    return Kleene(
        at_least(least, [part.true for part in parts]),
        at_least(len(parts) - least + 1, [part.false for part in parts]),
    )
