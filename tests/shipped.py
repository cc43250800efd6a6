"""The shipped protocols, loaded once for all tests of a process: what is kept beside a protocol is then shared too."""

from __future__ import annotations

from functools import cache

from chatbot.content.library import load_protocol
from chatbot.core.protocol import Protocol


@cache
def shipped_protocol(name: str = "post_surgical_back_pain") -> Protocol:
    """Return a shipped protocol."""
    return load_protocol(name)
