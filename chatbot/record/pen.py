"""Turn events into sealed lines: who, when, the next number, the chain. Nothing is written here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chatbot.core.events import ActorChanged, CaseOpened, ClockJumped, Event, to_data
from chatbot.errors import StorageError
from chatbot.record import chain
from chatbot.record.codec import LONGEST_STRING, CodecProblem, canonical
from chatbot.record.envelope import header_data, members
from chatbot.record.host import Host
from chatbot.record.recovery import LONGEST_APPEND
from chatbot.record.sealing import MOST_RECIPIENTS, STEP, Sealer

CLOCK_TOLERANCE_MS = 2_000
"""How far wall clock and monotonic clock may drift apart between two appends before it is noted."""


_ENVELOPE_ROOM = 4 * 1024
"""Bytes of a line that are not the event's own data, and what quoting may add, generously."""


_KEYS_ROOM = MOST_RECIPIENTS * 1024


@dataclass(frozen=True, slots=True)
class Place:
    """Where the chain stands."""

    seq: int = 0
    """Number of the next record."""
    prev: str = chain.GENESIS
    actor: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """Lines ready to be written, and where the chain stands once they are."""

    lines: tuple[bytes, ...]
    events: tuple[Event, ...]
    """What the lines hold: the events asked for, after those the pen added."""
    place: Place
    wall: datetime
    mono_ns: int

    @property
    def data(self) -> bytes:
        """The bytes to write."""
        return b"".join(line + b"\n" for line in self.lines)


def stamp_text(moment: datetime) -> str:
    """Spell a moment in UTC to the millisecond: ``2026-03-02T09:00:00.000Z``."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


class Pen:
    """Writes drafts for one sitting."""

    def __init__(self, host: Host, last: str | None = None, sealer: Sealer | None = None) -> None:
        """*last*: the time of the last record of an earlier sitting. *sealer*: encrypts the data; None: plain."""
        self._host, self._sealer = host, sealer
        self._origin = host.monotonic_ns()
        self._wall = None if last is None else datetime.fromisoformat(last)
        self._mono: int | None = None
        """None while the last record is of another sitting: its clock cannot be compared."""

    def draft(self, events: Sequence[Event], place: Place) -> Draft:
        """Return the lines for *events*, with the same time on all of them.

        Raises: StorageError for an event that has no canonical form or is too long.
        """
        wall = self._host.wall()
        mono = max(0, self._host.monotonic_ns() - self._origin)
        jump = self._jump(wall, mono)
        all_events = tuple(events) if jump is None else (jump, *events)
        lines = []
        for event in all_events:
            line, place = self._line(event, place, wall, mono)
            lines.append(line)
        draft = Draft(tuple(lines), all_events, place, wall, mono)
        if len(draft.data) > LONGEST_APPEND:
            raise _cannot(f"{len(draft.data)} bytes at once are too much (at most {LONGEST_APPEND})")
        return draft

    def written(self, draft: Draft) -> None:
        """Note that a draft is durable: the next one is timed against it."""
        self._wall, self._mono = draft.wall, draft.mono_ns

    def _line(self, event: Event, place: Place, wall: datetime, mono: int) -> tuple[bytes, Place]:
        data: dict[str, Any] = to_data(event)
        if isinstance(event, CaseOpened):
            data = header_data(event, self._host.software(), None if self._sealer is None else self._sealer.enc)
        record = members(
            event,
            data,
            seq=place.seq,
            prev=place.prev,
            actor=place.actor,
            id=self._host.new_id(),
            t=stamp_text(wall),
            mono_ns=mono,
        )
        try:
            if self._sealer is not None:
                record = self._sealer.seal(record)
            line, hash_ = chain.seal(canonical(record, longest=self._longest))
        except CodecProblem as problem:
            raise _cannot(str(problem)) from problem
        if len(line) > chain.LONGEST_LINE:
            raise _cannot(f"a record of {len(line)} bytes is too long (at most {chain.LONGEST_LINE})")
        actor = event.name if isinstance(event, ActorChanged) else place.actor
        return line, Place(place.seq + 1, hash_, actor)

    @property
    def _longest(self) -> int:
        """Bytes of one string: a ciphertext is bounded by its line, and what is in it when it is sealed."""
        return LONGEST_STRING if self._sealer is None else chain.LONGEST_LINE

    def _jump(self, wall: datetime, mono: int) -> ClockJumped | None:
        """Return the event that says a clock was set, or the computer slept, since the last append."""
        if self._wall is None:
            return None
        wall_ms = round((wall - self._wall).total_seconds() * 1_000)
        if self._mono is None:
            return ClockJumped(wall_ms, 0) if wall_ms < -CLOCK_TOLERANCE_MS else None
        mono_ms = (mono - self._mono) // 1_000_000
        return ClockJumped(wall_ms, mono_ms) if abs(wall_ms - mono_ms) > CLOCK_TOLERANCE_MS else None


def batches(events: Sequence[Event], *, sealed: bool = False) -> list[list[Event]]:
    """Part events so that each part fits one append. *sealed*: they will be encrypted, which makes them longer."""
    batches: list[list[Event]] = []
    room = 0
    for event in events:
        # An event with an uncanonical member is for the pen to refuse; here it only has to be counted.
        size = len(str(to_data(event)).encode("utf-8", "replace"))
        # A ciphertext is filled up and spelled in base64; the header carries the wrapped keys.
        size = _ENVELOPE_ROOM + ((size + STEP) * 3 // 2 if sealed else size)
        size += _KEYS_ROOM if sealed and isinstance(event, CaseOpened) else 0
        if not batches or size > room:
            batches.append([])
            room = LONGEST_APPEND
        batches[-1].append(event)
        room -= size
    return batches


def _cannot(why: str) -> StorageError:
    return StorageError(f"this cannot be stored: {why}", code="F010", hint="shorten it and enter it again")
