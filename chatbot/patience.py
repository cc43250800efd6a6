"""How long a search may go on: the one place where a shell's clock meets the clockless search."""

from __future__ import annotations

import time
from collections.abc import Callable

WHAT_IF_MS = 300
"""Milliseconds that the search for pairs of answers may take."""


def for_ms(milliseconds: int = WHAT_IF_MS) -> Callable[[], bool]:
    """Return a function that says True until so many milliseconds have passed from now."""
    until = time.monotonic() + milliseconds / 1000
    return lambda: time.monotonic() < until
