"""Small numbers hidden so that nobody can be recognised by them, and so that they cannot be worked out again.

A count from 1 to one below the limit is small. Hiding it alone is not enough: what is left of a known total gives it
back. So the next smallest count is always hidden beside it; where there is none, everything is. Then more than one way
of sharing the rest is possible for somebody who knows the total, every count that is shown, and this very rule.

It holds within one partition of a known total. What tables side by side tell together (two standards of which one
speaks of a few cases more than the other) is not looked at; ``docs/standards.md`` says so.
"""

from __future__ import annotations

from collections.abc import Sequence

LEAST = 5
"""Counts below this are small, unless somebody asks for another limit."""


def is_small(count: int, least: int) -> bool:
    """Whether a count can point to single people. Nothing is told of anybody by a zero."""
    return 0 < count < least


def hidden(counts: Sequence[int], least: int = LEAST) -> frozenset[int]:
    """Return the positions of a partition that are not shown. The sum of *counts* counts as known."""
    small = {at for at, count in enumerate(counts) if is_small(count, least)}
    if not small:
        return frozenset()
    return _with_company(counts, small)


def hidden_rows(rows: Sequence[Sequence[int]], least: int = LEAST) -> frozenset[int]:
    """Return the rows of a table that are not shown, where its column totals are known.

    A row is small where its sum or one of its counts is.
    """
    small = {at for at, row in enumerate(rows) if any(is_small(count, least) for count in (sum(row), *row))}
    if not small:
        return frozenset()
    return _with_company([sum(row) for row in rows], small)


def _with_company(sizes: Sequence[int], small: set[int]) -> frozenset[int]:
    """Add the smallest that is not small; all that are as small, for choosing one of them would tell of the others."""
    kept = [size for at, size in enumerate(sizes) if size and at not in small]
    if not kept:
        # With nothing to hide behind the zeros go as well, so that nobody knows where the few are.
        return frozenset(range(len(sizes)))
    return frozenset(small | {at for at, size in enumerate(sizes) if size == min(kept)})
