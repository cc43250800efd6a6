"""What of a question has been on screen: what nobody saw is not answered with the rest of it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

Part = tuple[str, int, int]
"""A choice or a row of a table: its id, its first and its last row on the page."""


class Sight:
    """Remembers which parts of one question were in sight at one size, in one wording."""

    def __init__(self) -> None:
        self._of: Hashable = None
        self._wanted: frozenset[tuple[str, int]] = frozenset()
        """Each row of each part: one that is longer than the window is read in two goes."""
        self._seen: set[tuple[str, int]] = set()

    def forget(self) -> None:
        """Begin anew: at another size rows are broken otherwise."""
        self._of = None
        self._wanted = frozenset()

    def look(self, of: Hashable, parts: Iterable[Part], top: int, bottom: int) -> None:
        """Take note that the rows from *top* to before *bottom* are in sight. *of*: the question and its wording."""
        if of != self._of:
            self._of, self._seen = of, set()
        rows = {(name, row - first): row for name, first, last in parts for row in range(first, last + 1)}
        self._wanted = frozenset(rows)
        self._seen |= {each for each, row in rows.items() if top <= row < bottom}

    @property
    def whole(self) -> bool:
        """Every part has been in sight; False before anything was drawn."""
        return bool(self._wanted) and self._wanted <= self._seen
