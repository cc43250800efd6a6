"""When nobody touches the keyboard any more: how long ago the last key was, and whether that is too long."""

from __future__ import annotations

USUAL_MINUTES = 5
"""After how many minutes without a key the screen goes blank where nobody has chosen otherwise."""

LOOK_SECONDS = 20
"""How often it is looked at."""


def minutes_allowed(setting: str) -> int:
    """Read the setting; what cannot be read counts as not chosen. 0: the screen never goes blank by itself."""
    return int(setting) if setting.isascii() and setting.isdecimal() else USUAL_MINUTES


class Idleness:
    """Knows since when nothing was pressed, by a clock that counts minutes.

    The clock is the machine's own, so that the time a sleeping machine was closed counts too.
    """

    def __init__(self, minute: int) -> None:
        self.since = minute
        self._touched = False

    def touched(self) -> None:
        """Something was pressed; the clock is not asked for every key."""
        self._touched = True

    def too_long(self, minute: int, allowed: int) -> bool:
        """Whether nothing was pressed for so many minutes."""
        if self._touched or minute < self.since:
            self.since, self._touched = minute, False
        return allowed > 0 and minute - self.since >= allowed
