"""A station laid open in the records of an attempt, in parts that fit into them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator

from chatbot.core import events as ev
from chatbot.core.practice.station import NotAStation, Station, canonical, from_data

LONGEST_PART = 8_000
"""UTF-8 bytes of one part; a record holds texts of twice that."""


def laid_open(station: Station) -> tuple[ev.PracticeLaid, ...]:
    """Return the events that lay a station open."""
    parts = tuple(_parts(canonical(station)))
    return tuple(ev.PracticeLaid(number, len(parts), part) for number, part in enumerate(parts, 1))


def _parts(text: str) -> Iterator[str]:
    raw, begun = text.encode(), 0
    while begun < len(raw):
        end = min(begun + LONGEST_PART, len(raw))
        while end < len(raw) and raw[end] & 0xC0 == 0x80:
            end -= 1  # not within a character
        yield raw[begun:end].decode()
        begun = end


def station_laid(events: Iterable[ev.Event]) -> Station | None:
    """Return the station an attempt lays open; None where it has not been laid open.

    Raises: NotAStation when the parts are not those of the station it began with.
    """
    begun, parts = "", []
    for event in events:
        if isinstance(event, ev.PracticeBegun):
            begun = event.station
        elif isinstance(event, ev.PracticeLaid):
            parts.append(event)
    if not parts:
        return None
    text = "".join(each.text for each in parts)
    if [each.part for each in parts] != list(range(1, parts[0].parts + 1)):
        raise NotAStation("parts of the station are missing")
    if hashlib.sha256(text.encode()).hexdigest() != begun:
        raise NotAStation("the station laid open is not the one the attempt began with")
    return from_data(json.loads(text))
