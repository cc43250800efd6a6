"""Protocols loaded once for all tests of a process: what is kept beside a protocol is then shared too."""

from __future__ import annotations

from functools import cache

from chatbot.content.library import load_protocol
from chatbot.core.protocol import Protocol
from tests.small_protocols import SMALL

LOADED: set[str] = set()
"""The shipped protocols that this process has loaded."""


@cache
def _shipped(name: str) -> Protocol:
    LOADED.add(name)
    return load_protocol(name)


def shipped_protocol(name: str = "post_surgical_back_pain") -> Protocol:
    """Return a shipped protocol."""
    return _shipped(name)


@cache
def small_protocol(name: str = "tiny") -> Protocol:
    """Return one of the small protocols of the tests."""
    return load_protocol(name, folder=SMALL)
