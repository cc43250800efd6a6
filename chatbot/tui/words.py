"""Words for the screen: labels of the content in a register, days as people write them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from chatbot.export.document import spell
from chatbot.tui.keymap import Keymap

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chatbot.core.protocol import Protocol, Wording


@dataclass(frozen=True, slots=True)
class Words:
    """The labels of one protocol in one register, and how keys are written."""

    protocol: Protocol
    register: str
    keymap: Keymap = field(default_factory=Keymap)

    def key_for(self, action: str, place: str = "") -> str:
        """Return how the key of an action is written; of one that works in several places, in that place."""
        return self.keymap.shown(action, place)

    def label(self, key: str) -> str:
        """Return a label; where the content has none, the last part of its key."""
        return spell(self.protocol.labels, key, self.register)

    def heading(self, key: str) -> str:
        """Return a heading of a screen."""
        return self.label(f"heading.{key}")

    def say(self, wording: Wording) -> str:
        return wording.in_register(self.register)

    def pick(self, both: Mapping[str, str]) -> str:
        """Choose the register of a text of the plan."""
        return both[self.register]


def day_words(moment: str) -> str:
    """Write the day of a stored moment: ``12 Nov 2025``. What is not a day comes back as it is."""
    try:
        day = datetime.strptime(moment[:10], "%Y-%m-%d")
    except ValueError:
        return moment
    return f"{day.day} {day:%b %Y}"


def time_words(moment: str, today: str = "") -> str:
    """Write the time of a stored moment, with its day when that is not *today*."""
    day, _, clock = moment.partition("T")
    if not clock:
        return day_words(moment)
    return clock[:5] if day == today[:10] else f"{day_words(moment)} {clock[:5]}"


def sentence(text: str) -> str:
    """Begin with a capital letter."""
    return text[:1].upper() + text[1:]


def many(count: int, one: str, more: str = "") -> str:
    """Count something: ``1 answer``, ``2 answers``."""
    return f"{count} {one if count == 1 else more or one + 's'}"


def ago(minutes: int) -> str:
    """Say how long ago something was: ``just now``, ``12 minutes ago``, ``2 hours 5 minutes ago``."""
    if minutes < 1:
        return "just now"
    hours, rest = divmod(minutes, 60)
    if hours >= 24:
        return f"{many(hours // 24, 'day')} ago"
    parts = [many(hours, "hour")] if hours else []
    return f"{' '.join([*parts, *([many(rest, 'minute')] if rest else [])])} ago"
