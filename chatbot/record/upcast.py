"""Older shapes brought to the one that is held in memory: headers by format, events by their version ``v``.

What stands in a file never changes and is hashed as it stands; only what is read from it is brought up, one step at a
time, so that everything behind the reader knows one shape. A changed event gets a new ``v`` and a step here, and a
golden file of the old one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chatbot.core.events import EVENT_VERSION

Step = Callable[[dict[str, Any]], dict[str, Any]]
"""From the data of one version to those of the next. Raises: ValueError when they are not of that version."""

HEADER_SHAPE = 2
"""The shape of a header in memory: that of format 2, in which ``enc`` says whether the case is encrypted."""


def _header_1(data: dict[str, Any]) -> dict[str, Any]:
    if "enc" in data:
        raise ValueError("the header of format 1 holds enc")
    return {**data, "enc": None}


HEADERS: dict[int, Step] = {1: _header_1}
"""Shape, named by the format that brought it, to the step to the next."""

EVENTS: dict[tuple[str, int], Step] = {}
"""Type and version to the step to the next version. None has changed so far."""


def header(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data of a header in the shape held in memory.

    Its shape is that of the oldest reader it names, since that one has to understand it. Raises: ValueError.
    """
    found, version = dict(data), data.get("min_reader")
    if type(version) is not int:
        version = 1
    while (step := HEADERS.get(version)) is not None:
        found, version = step(found), version + 1
    return found


def event(type_: str, version: int, data: Mapping[str, Any]) -> tuple[int, Mapping[str, Any]]:
    """Return the version of an event's shape after all steps there are, and its data then.

    Raises: ValueError.
    """
    while (step := EVENTS.get((type_, version))) is not None:
        data, version = step(dict(data)), version + 1
    return version, data


def newest(type_: str) -> int:
    """Return the version an event of this type is written with."""
    return max([EVENT_VERSION, *(version + 1 for known, version in EVENTS if known == type_)])
