"""The one way text reaches the screen: made visible first, never read as markup."""

from __future__ import annotations

from functools import lru_cache

from rich.cells import cell_len

from chatbot.core.text import visible


@lru_cache(maxsize=4096)
def safe(text: str) -> str:
    """Return one line of text in which nothing acts on the terminal: line breaks become spaces."""
    return visible(" ".join(text.split("\n")).replace("\t", " ").replace("\r", " "))


def is_safe(text: str) -> bool:
    """Whether a single line would be shown exactly as it is."""
    return safe(text) == text


@lru_cache(maxsize=4096)
def cells(text: str) -> int:
    """Return how many columns a text takes."""
    return cell_len(text)
