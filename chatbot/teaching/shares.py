"""How many of how many, with what such a number allows to say."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

FEW = 10
"""Below so many a percentage says little: the counts are what there is."""

_Z = 1.959963984540054
"""The 97.5th centile of the normal distribution."""


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    number: int
    of: int

    @property
    def percent(self) -> float | None:
        """In hundredths; None of nothing."""
        return 100 * self.number / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval in hundredths by Wilson's score method; None of nothing."""
        if not self.of:
            return None
        share = self.number / self.of
        middle = share + _Z**2 / (2 * self.of)
        half = _Z * sqrt(share * (1 - share) / self.of + _Z**2 / (4 * self.of**2))
        whole = 1 + _Z**2 / self.of
        # At the ends the exact bound is 0 or 100, which arithmetic misses by a hair.
        low = 0.0 if self.number == 0 else max(0.0, (middle - half) / whole)
        high = 1.0 if self.number == self.of else min(1.0, (middle + half) / whole)
        return 100 * low, 100 * high

    @property
    def few(self) -> bool:
        """Whether there are too few for a percentage to say much."""
        return self.of < FEW

    @property
    def said(self) -> str:
        """In words: the count, the percentage with its interval, and that it is a small number where it is one."""
        if self.interval is None or self.percent is None:
            return "none of none"
        low, high = self.interval
        small = "; few: read the counts" if self.few else ""
        return f"{self.number} of {self.of} ({self.percent:.0f} %, 95 % interval {low:.0f} to {high:.0f} %{small})"
