"""The clock of a station, told by the records of the attempt: time to prepare, time of the interview, pauses left out.

The time between a sitting that ended, however it ended, and the next one counts for nothing: nobody can tell whether
the trainee sat there. That there were several sittings stands in the records.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from chatbot.core import events as ev
from chatbot.core.practice.debrief import Placed

MINUTE = 60_000
"""Milliseconds."""

_NEW_SITTING = (ev.CaseResumed, ev.StorageRecovered)
"""What a sitting begins with after one that ended."""


@dataclass(frozen=True, slots=True)
class Spent:
    """How long an attempt has taken so far, in milliseconds."""

    preparing: int = 0
    interviewing: int = 0
    minutes: int = 0
    """Time of the interview with what was added; 0: it is not timed."""
    preparation: int = 0
    """Minutes to prepare."""

    @property
    def left(self) -> int | None:
        """Milliseconds left of the interview, not below nought; None: it is not timed."""
        return max(0, self.minutes * MINUTE - self.interviewing) if self.minutes else None

    @property
    def left_to_prepare(self) -> int:
        """Milliseconds left to prepare, not below nought."""
        return max(0, self.preparation * MINUTE - self.preparing)


def spent(records: Iterable[Placed], now: int | None = None) -> Spent:
    """Return the time taken by an attempt up to its last record, or up to *now*, on the same clock as the records."""
    found, last = _Clock(), 0
    for each in records:
        if not isinstance(each.event, _NEW_SITTING):
            found.run(each.ms - last)
        last = each.ms
        found.hear(each.event)
    if now is not None:
        found.run(max(0, now - last))
    return Spent(found.spent["preparing"], found.spent["interviewing"], found.minutes, found.preparation)


class _Clock:
    def __init__(self) -> None:
        self.spent = {"preparing": 0, "interviewing": 0}
        self.minutes = self.preparation = 0
        self.begun = self.started = self.paused = self.up = self.ended = False

    def run(self, ms: int) -> None:
        """Let time pass."""
        if self.begun and not (self.paused or self.ended or (self.started and self.up)):
            self.spent["interviewing" if self.started else "preparing"] += ms

    def hear(self, event: ev.Event) -> None:
        match event:
            case ev.PracticeBegun():
                self.begun = True
                self.minutes, self.preparation = event.minutes, event.preparation
                self.started = not event.preparation
            case ev.PracticeTime("started"):
                self.started = True
            case ev.PracticeTime("paused" | "went_on"):
                self.paused = event.what == "paused"
            case ev.PracticeTime("extra"):
                self.minutes += event.minutes
                self.up = False
            case ev.PracticeTime("up"):
                self.up = True
            case ev.PracticeEnded():
                self.ended = True
