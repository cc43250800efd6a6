"""The keys of answers: of choices by their place or their score, and of the ways to answer without a value."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from chatbot.core.values import Status

OPTION_KEYS = "123456789aefgikmopvz"
"""Keys for choices, in order: digits, then letters that no action of a shell uses."""

LETTER_KEYS = OPTION_KEYS.lstrip("123456789")
"""Those of them that are letters."""

SCORE_KEYS = "0123456789a"
"""Keys for scores from 0 to 10: digits, and of 10 the letter that follows them in every list of choices."""

STATUS_KEYS = {
    Status.UNKNOWN: "u",
    Status.DECLINED: "d",
    Status.NOT_ASSESSED: "x",
    Status.CANNOT_APPLY: "c",
}
"""One key for each way to answer without a value."""


def place_keys(count: int) -> list[str]:
    """Return the key of each of so many choices, by its place; empty where no key is left."""
    return [*OPTION_KEYS[:count], *[""] * (count - len(OPTION_KEYS))]


def score_key(score: Decimal | int | None) -> str:
    """Return the key of a score; empty where it has none."""
    return SCORE_KEYS[int(score)] if score is not None and score in range(len(SCORE_KEYS)) else ""


def score_of_key(key: str) -> int | None:
    """Return the score a key stands for; None where it stands for none."""
    return SCORE_KEYS.index(key) if len(key) == 1 and key in SCORE_KEYS else None


def each_has_its_own(keys: Sequence[str]) -> bool:
    """Whether every choice has a key, and no two the same."""
    return "" not in keys and len(set(keys)) == len(keys)
