"""Lines of styled text: wrapping, columns and windows, measured in terminal cells. Nothing is cut without a mark.

A text is cut between the characters a person sees, never inside one: a letter keeps its accents, an emoji its colour.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from textual.content import Content, Span

from chatbot.tui.safe import cells, safe
from chatbot.tui.themes import STYLES

ELLIPSIS = "…"

MEASURE = 80
"""Columns of running text at most, however wide the screen: longer rows are hard to read from end to end."""

_measure = MEASURE


def set_measure(columns: int) -> None:
    """Let running text take so many columns at most, as the person has chosen; 0: as wide as the screen."""
    global _measure
    _measure = columns or sys.maxsize


class Seg(NamedTuple):
    """A stretch of text in one role; the theme says how a role looks."""

    text: str
    role: str = ""


Line = tuple[Seg, ...]

BLANK: Line = ()


def line(*parts: str | Seg) -> Line:
    """Make one line."""
    return tuple(part if isinstance(part, Seg) else Seg(part) for part in parts)


def plain(drawn: Iterable[Line]) -> str:
    """Return lines as text without roles."""
    return "\n".join("".join(seg.text for seg in each).rstrip() for each in drawn)


def width_of(drawn: Line) -> int:
    """Return how many columns a line takes."""
    return sum(cells(safe(seg.text)) for seg in drawn)


def content(drawn: Sequence[Line]) -> Content:
    """Turn lines into what Textual draws. Every text passes through ``safe`` here, whoever made the line."""
    texts: list[str] = []
    spans: list[Span] = []
    position = 0
    for index, each in enumerate(drawn):
        if index:
            texts.append("\n")
            position += 1
        for text, role in each:
            shown = safe(text)
            if role and shown:
                spans.append(Span(position, position + len(shown), STYLES[role]))
            texts.append(shown)
            position += len(shown)
    # Content strips control characters of its own accord; after ``safe`` there are none.
    return Content("".join(texts), spans)


def fold(text: str, width: int, first: int | None = None) -> list[str]:
    """Break text into rows of at most *width* columns, at spaces where possible; line breaks are kept.

    The first row may have another width. At least one row is returned.
    """
    width = max(width, 1)
    rows: list[str] = []
    for paragraph in text.split("\n"):
        rows += _fold_paragraph(safe(paragraph), width, width if first is None or rows else max(first, 1))
    return rows


def _fold_paragraph(text: str, width: int, first: int) -> list[str]:
    if cells(text) <= first:
        return [text]
    rows: list[str] = []
    row, room = "", first
    for word in text.split(" "):
        joined = f"{row} {word}" if row else word
        if cells(joined) <= room:
            row = joined
            continue
        if row:
            rows.append(row)
            room = width
        while cells(word) > room:
            head = _head(word, room)
            rows.append(head)
            word, room = word[len(head) :], width
        row = word
    return [*rows, row]


def _head(text: str, width: int) -> str:
    """Return the longest beginning that fits, but at least one character as people see it."""
    head, taken = "", 0
    for each in clusters(text):
        taken += cells(each)
        if taken > width:
            return head or each
        head += each
    return head


def clusters(text: str) -> Iterator[str]:
    """Yield the characters people see: a sign with its accents, selectors and colours; two letters that make a flag."""
    start = 0
    for index in range(1, len(text)):
        character = text[index]
        if cells(character) == 0 or character == EMOJI_LOOK or _ends_flag(text[start:index], character):
            continue
        yield text[start:index]
        start = index
    if text:
        yield text[start:]


EMOJI_LOOK = "\ufe0f"
"""Asks for the picture of a sign that also has a plain look."""


def _ends_flag(begun: str, character: str) -> bool:
    return len(begun) == 1 and begun in _FLAG_LETTERS and character in _FLAG_LETTERS


_FLAG_LETTERS = frozenset(map(chr, range(0x1F1E6, 0x1F200)))


def fit(text: str, width: int) -> str:
    """Shorten text to *width* columns; what is left out is marked by an ellipsis."""
    text = safe(text)
    if cells(text) <= width:
        return text
    if width < 1:
        return ""
    head = _head(text, width - 1)
    return (head.rstrip() if cells(head) < width else "") + ELLIPSIS


def pad(text: str, width: int) -> str:
    """Fit text and fill it up with spaces to exactly *width* columns."""
    text = fit(text, width)
    return text + " " * (width - cells(text))


def centred(text: str, width: int) -> str:
    """Fit text and set it in the middle of exactly *width* columns."""
    text = fit(text, width)
    left = (width - cells(text) + width % 2) // 2
    return pad(" " * left + text, width)


def rule(width: int, title: str = "") -> Line:
    """Draw a line across, with a title at its beginning."""
    text = f"─ {fit(title, max(width - 4, 1))} " if title else ""
    return (Seg(text, "strong"), Seg("─" * max(width - cells(text), 0), "edge"))


def hang(label: str | Seg | Line, text: str, width: int, role: str = "") -> list[Line]:
    """Set text after a label, later rows under the first."""
    head = (Seg(label),) if isinstance(label, str) else (label,) if isinstance(label, Seg) else label
    indent = width_of(head)
    width = min(width, indent + _measure)
    if indent > width // 2 and cells(safe(text)) > width - indent:
        # Too narrow to hang: the text starts on its own row.
        return [head, *((Seg("  "), Seg(row, role)) for row in fold(text, width - 2))]
    rows = fold(text, width - indent)
    return [(*head, Seg(rows[0], role)), *((Seg(" " * indent), Seg(row, role)) for row in rows[1:])]


def wrapped(text: str, width: int, role: str = "") -> list[Line]:
    """Break text into lines of one role."""
    return [(Seg(row, role),) for row in fold(text, min(width, _measure))]


def spread(left: Line, right: Line, width: int) -> list[Line]:
    """Set two pieces at both ends of one line; on two lines where they do not fit."""
    gap = width - width_of(left) - width_of(right)
    if gap >= 1 or not right:
        return [(*left, Seg(" " * max(gap, 0)), *right)]
    space = max(width - width_of(right), 0)
    return [left, (Seg(" " * space), *right)]


def packed(parts: Sequence[Line], width: int, gap: str = "   ") -> list[Line]:
    """Set parts one after the other, breaking only between them; a part too long for a row is folded."""
    rows: list[Line] = []
    row: Line = ()
    for part in parts:
        if row and width_of(row) + cells(gap) + width_of(part) > width:
            rows.append(row)
            row = ()
        row = (*row, Seg(gap), *part) if row else part
        if width_of(row) > width:
            folded = wrapped("".join(seg.text for seg in row), width, row[-1].role)
            rows += folded[:-1]
            row = folded[-1]
    return [*rows, row] if row else rows


def prefixed(drawn: Iterable[Line], prefix: Seg) -> list[Line]:
    """Put the same mark before every line."""
    return [(prefix, *each) for each in drawn]


def window(
    drawn: Sequence[Line], height: int, top: int, keys: tuple[str, str] = ("PgUp", "PgDn")
) -> tuple[list[Line], int]:
    """Cut the lines that fit a height, from *top* on; rows left out are counted on the edge.

    Returns the rows and the *top* really used.
    """
    if len(drawn) <= height:
        return list(drawn), 0
    if height < 3:
        return list(drawn[: max(height, 0)]), 0
    top = max(0, min(top, len(drawn) - height))
    shown = list(drawn[top : top + height])
    left = len(drawn) - top - height
    if top:
        shown[0] = line(Seg(f"▴ {top + 1} more above: {keys[0]}", "quiet"))
    if left:
        shown[-1] = line(Seg(f"▾ {left + 1} more below: {keys[1]}", "strong"))
    return shown, top


def reveal(index: int, last: int, top: int, height: int) -> int:
    """Return the top that brings rows *index* to *last* into a window, moving as little as possible."""
    if last >= top + height - 1:
        top = last - height + 2
    return max(0, min(top, index - 1))
