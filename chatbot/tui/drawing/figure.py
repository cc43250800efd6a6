"""The figure of a table: its drawings side by side, with what is marked where it is. The table says it all as well."""

from __future__ import annotations

from collections.abc import Mapping

from chatbot.core.protocol import Figure
from chatbot.tui.lines import Line, Seg, centred, width_of
from chatbot.tui.words import Words

GAP = "  "
"""Between two drawings."""

EMPTY = Seg("·", "quiet")
"""A place of which nothing is recorded."""


def figure(drawn: Figure, marks: Mapping[str, Seg], words: Words) -> list[Line]:
    """Draw a figure; every row is as wide as the others. *marks*: what stands at a cell; others are empty."""
    cells = dict(drawn.places)
    sides: list[list[Line]] = []
    for side in drawn.sides:
        title = words.say(side.title)
        width = max(width_of((Seg(title),)), *map(len, side.rows))
        rows = [tuple(_sign(each, cells, marks) for each in row.ljust(width)) for row in side.rows]
        sides.append([(Seg(centred(title, width), "quiet"),), *rows])
    high = max(map(len, sides))
    for rows in sides:
        rows += [(Seg(" " * width_of(rows[0])),)] * (high - len(rows))
    return [tuple(seg for side in row for seg in (*side, Seg(GAP)))[:-1] for row in zip(*sides, strict=True)]


def _sign(sign: str, cells: Mapping[str, str], marks: Mapping[str, Seg]) -> Seg:
    return Seg(sign, "edge") if sign not in cells else marks.get(cells[sign], EMPTY)
