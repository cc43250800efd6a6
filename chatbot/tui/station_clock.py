"""The time of a station: how much is left, what is announced, and when it is up. It reads no clock itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chatbot.tui.words import many

if TYPE_CHECKING:
    from chatbot.core.practice.attempt import Attempt

ANNOUNCED = (5, 1)
"""Minutes before the end at which it is said."""


@dataclass
class StationClock:
    """The clock of one attempt that is timed."""

    attempt: Callable[[], Attempt]
    seconds: Callable[[], int]
    """How long the time to prepare, or the interview, has been running; pauses left out."""
    announced: set[int] = field(default_factory=set)
    """What was said already, or is past since before the attempt was gone on with."""

    def __post_init__(self) -> None:
        if self.attempt().started:
            self.given_more()

    @property
    def left(self) -> int:
        """Seconds left, of the time to prepare while that runs; 0 when it is up."""
        attempt = self.attempt()
        if attempt.up:
            return 0
        minutes = attempt.minutes if attempt.started else attempt.preparation
        return max(0, minutes * 60 - self.seconds())

    @property
    def is_up(self) -> bool:
        """The time is up and nobody has said so yet."""
        attempt = self.attempt()
        return not attempt.ended and not attempt.up and not attempt.paused and self.left == 0

    def words(self, *, short: bool = False) -> str:
        """Say how much is left."""
        attempt = self.attempt()
        if attempt.up:
            return "time is up"
        said = _minutes(self.left, short)
        if not attempt.started:
            return f"{said} to prepare"
        return f"paused, {said} left" if attempt.paused else f"{said} left"

    def announcement(self) -> str:
        """Return what is to be said now, once each time; empty where nothing is."""
        attempt = self.attempt()
        if not attempt.started or attempt.up:
            return ""
        due = [each for each in ANNOUNCED if each not in self.announced and 0 < self.left <= each * 60]
        if not due or min(due) * 60 >= attempt.minutes * 60:
            return ""
        self.announced.update(due)
        return f"{many(min(due), 'minute')} left."

    def given_more(self) -> None:
        """Forget what was announced, as more time was given."""
        self.announced = {each for each in ANNOUNCED if self.left < each * 60}


def _minutes(seconds: int, short: bool) -> str:
    """Say seconds in whole minutes begun, so that the last one does not read as none."""
    minutes = -(-seconds // 60)
    if short:
        return "<1 min" if seconds < 60 else f"{minutes} min"
    return "less than a minute" if seconds < 60 else many(minutes, "minute")
