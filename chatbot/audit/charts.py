"""Figures of an audit: the interval of a percentage, and what a run chart shows.

A run chart is a line of monthly percentages about its median. What is said of it are two rules of Perla, Provost and
Murray (The run chart: a simple analytical tool for learning from variation in healthcare processes. BMJ Qual Saf.
2011;20(1):46-51): a *shift*, six points or more in a row on one side of the median, points on it left out; a *trend*,
five points or more in a row all rising or all falling, equal neighbours counted once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

SHIFT = 6
"""Points in a row on one side of the median."""

TREND = 5
"""Points in a row that rise, or fall."""

FEWEST = 10
"""Months a chart must have before a rule is applied to it; with fewer the median moves with every month."""

_BARS = "▁▂▃▄▅▆▇█"


def wilson(met: int, of: int) -> tuple[float, float] | None:
    """Return the 95 % interval of a share, by Wilson's score method, as percentages; None of nothing."""
    if of == 0:
        return None
    from scipy.stats import binomtest

    found = binomtest(met, of).proportion_ci(confidence_level=0.95, method="wilson")
    return 100 * float(found.low), 100 * float(found.high)


@dataclass(frozen=True, slots=True)
class Point:
    """One month."""

    month: str
    met: int
    of: int

    @property
    def percent(self) -> float:
        """How many of its cases meet the standard."""
        return 100 * self.met / self.of


@dataclass(frozen=True, slots=True)
class Signal:
    """A rule that a run chart meets."""

    rule: str
    """shift or trend."""
    first: str
    last: str
    """The months it runs from and to."""
    up: bool

    @property
    def said(self) -> str:
        """The signal in words."""
        if self.rule == "shift":
            side = "above" if self.up else "below"
            return f"shift: {SHIFT} months or more in a row {side} the median, {self.first} to {self.last}"
        how = "rising" if self.up else "falling"
        return f"trend: {TREND} months or more in a row {how}, {self.first} to {self.last}"


def middle(points: Sequence[Point]) -> float | None:
    """Return the median of the monthly percentages."""
    return median(point.percent for point in points) if points else None


def signals(points: Sequence[Point]) -> tuple[Signal, ...]:
    """Return what the rules of a run chart find; nothing of fewer than ``FEWEST`` months."""
    if len(points) < FEWEST:
        return ()
    return (*_shifts(points), *_trends(points))


def _shifts(points: Sequence[Point]) -> list[Signal]:
    centre = middle(points)
    assert centre is not None
    off = [point for point in points if point.percent != centre]
    found = []
    for above, run in groupby(off, lambda point: point.percent > centre):
        stretch = list(run)
        if len(stretch) >= SHIFT:
            found.append(Signal("shift", stretch[0].month, stretch[-1].month, above))
    return found


def _trends(points: Sequence[Point]) -> list[Signal]:
    distinct = [points[0], *(after for before, after in pairwise(points) if after.percent != before.percent)]
    found = []
    for rising, run in groupby(pairwise(distinct), lambda pair: pair[1].percent > pair[0].percent):
        steps = list(run)
        if len(steps) + 1 >= TREND:
            found.append(Signal("trend", steps[0][0].month, steps[-1][1].month, rising))
    return found


def months_between(first: str, last: str) -> list[str]:
    """Return every month from one to another, ``YYYY-MM``."""
    year, month = int(first[:4]), int(first[5:])
    found = []
    while (text := f"{year:04}-{month:02}") <= last:
        found.append(text)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return found


def spark(percents: Sequence[float | None]) -> str:
    """Return a line of bars from 0 to 100 %; a point where there is nothing to show."""
    return "".join("·" if each is None else _BARS[min(7, int(each * 8 / 100))] for each in percents)
