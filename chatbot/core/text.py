"""Foreign text made safe to show, and lines broken to a width.

Answers, notes and content come from outside; ``visible`` is the one way from there to a terminal or a page.
What must not live here: anything that knows a markup language (each export escapes its own).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_UNSAFE = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters but line feed and tab
    "\xad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0"  # shown as nothing
    "\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # zero width, line and paragraph separators, bidi controls
    "\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff0-\uffff"  # half characters, non-characters, the replacement character
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"  # format characters, tags, selectors
    "]"
)
"""Listed rather than asked of ``unicodedata``, so that every Python shows and exports the same bytes."""


def visible(text: str) -> str:
    r"""Return *text* with everything that could steer a terminal, or hide, spelled out: ``\x1b``, ``<U+202E>``.

    Line feeds and tabs stay. Applying it twice changes nothing more. Backslashes are not doubled, so a
    typed ``\x1b`` and an escaped one look alike: this is for reading, never for parsing back.
    """
    return _UNSAFE.sub(_spelled, text)


def _spelled(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 0xA0 else f"<U+{code:04X}>"


def columns(text: str) -> int:
    """Return how many columns of a terminal a visible text takes: wide characters two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def wrap(text: str, width: int, indent: str = "", first: str | None = None) -> list[str]:
    """Break a text into lines of at most *width* columns, made visible; its own line breaks stay.

    Every line begins with *indent*, the very first with *first* where that is given. A word longer than a
    line is cut, as is an indent that leaves less than eight columns.
    """
    lines: list[str] = []
    lead = visible(indent if first is None else first)
    rest = visible(indent)
    for paragraph in visible(text).split("\n"):
        line, empty = lead, True
        for word in _words(paragraph, max(8, width - max(columns(lead), columns(rest)))):
            joined = line + word if empty else f"{line} {word}"
            if not empty and columns(joined) > width:
                lines.append(line)
                joined = rest + word
            line, empty = joined, False
        lines.append(line.rstrip() if empty else line)
        lead = rest
    return lines


def _words(paragraph: str, longest: int) -> Iterator[str]:
    """Yield the words of a paragraph, each cut to *longest* columns. A no-break space does not part words."""
    for word in re.split(r"[ \t]+", paragraph.strip(" \t")):
        piece, taken = "", 0
        for character in word:
            size = _columns(character)
            if taken + size > longest:
                yield piece
                piece, taken = "", 0
            piece, taken = piece + character, taken + size
        if piece:
            yield piece
