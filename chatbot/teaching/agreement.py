"""How far markers agree: each with the engine, and with one another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from chatbot.core.practice.attempt import OVERALL
from chatbot.teaching.marked import Marked
from chatbot.teaching.shares import FEW


@dataclass(frozen=True, slots=True)
class WithEngine:
    """One marker beside the engine."""

    marker: str
    attempts: int
    set_aside: int
    """Items given other points than the engine gave."""
    items: int
    """Items there were."""
    difference: float
    """Of the score in hundredths, theirs less the engine's, on average."""
    greatest: int
    """The greatest difference to either side, in hundredths."""


@dataclass(frozen=True, slots=True)
class BetweenMarkers:
    """Two markers of the same attempts."""

    markers: tuple[str, str]
    attempts: int
    """Marked by both."""
    difference: float
    """Between their scores in hundredths, to either side, on average."""
    overall: int
    """Attempts to which both gave a global mark."""
    same: int
    """Of those: the same."""
    near: int
    """Of those: at most one apart, the same ones among them."""
    kappa: float | None
    """Cohen's kappa with quadratic weights of the global marks; None of fewer than ``FEW``, or where it has no
    meaning because both gave the same mark throughout."""


def with_engine(rows: Sequence[Marked]) -> tuple[WithEngine, ...]:
    """Return each marker beside the engine, by name."""
    found: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for row in rows:
        for each in row.second:
            found[each.marker].append((len(each.set_aside), len(row.lines), _percent(each.points, row) - row.percent))
    return tuple(
        WithEngine(
            marker,
            len(marks),
            sum(aside for aside, _, _ in marks),
            sum(items for _, items, _ in marks),
            sum(apart for _, _, apart in marks) / len(marks),
            max((apart for _, _, apart in marks), key=lambda apart: (abs(apart), apart)),
        )
        for marker, marks in sorted(found.items())
    )


def between_markers(rows: Sequence[Marked]) -> tuple[BetweenMarkers, ...]:
    """Return every two markers that marked the same attempts, by name."""
    found: dict[tuple[str, str], list[tuple[int, int, int]]] = defaultdict(list)
    for row in rows:
        for one, other in combinations(sorted(row.second, key=lambda each: each.marker), 2):
            apart = abs(_percent(one.points, row) - _percent(other.points, row))
            found[one.marker, other.marker].append((apart, one.overall, other.overall))
    made = []
    for markers, marks in sorted(found.items()):
        globals_ = [(one, other) for _, one, other in marks if one and other]
        made.append(
            BetweenMarkers(
                markers,
                len(marks),
                sum(apart for apart, _, _ in marks) / len(marks),
                len(globals_),
                sum(one == other for one, other in globals_),
                sum(abs(one - other) <= 1 for one, other in globals_),
                kappa(globals_) if len(globals_) >= FEW else None,
            )
        )
    return tuple(made)


def kappa(pairs: Sequence[tuple[int, int]]) -> float | None:
    """Return Cohen's kappa with quadratic weights; None where no disagreement was to be expected by chance."""
    if not pairs:
        return None
    least, most = OVERALL
    width = (most - least) ** 2
    seen = sum((one - other) ** 2 for one, other in pairs) / width / len(pairs)
    firsts, seconds = [one for one, _ in pairs], [other for _, other in pairs]
    chance = sum((one - other) ** 2 for one in firsts for other in seconds) / width / len(pairs) ** 2
    return 1 - seen / chance if chance else None


def _percent(points: int, row: Marked) -> int:
    return points * 100 // row.of if row.of else 0
