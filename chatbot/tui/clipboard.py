"""The clipboard of the terminal: the one place where a text leaves the screen for other programs."""

from __future__ import annotations

from base64 import b64encode

from chatbot.core.text import visible

LONGEST = 70_000
"""Characters of base64 that terminals take at most; what is longer many of them drop without a word."""


def sequence(text: str) -> str | None:
    """Return the OSC 52 sequence that puts a text on the clipboard; None for one too long for it."""
    coded = b64encode("\n".join(map(visible, text.split("\n"))).encode("utf-8")).decode("ascii")
    return None if len(coded) > LONGEST else f"\x1b]52;c;{coded}\x07"
