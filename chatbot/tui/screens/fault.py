"""Something could not be saved: said plainly, in the way of everything else, with what can be done about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from chatbot.core.events import Event
from chatbot.errors import BackstoryError, NotSaved
from chatbot.interview import Interview
from chatbot.saving import answered_lines, unsaved_lines
from chatbot.tui.lines import BLANK, Line, Seg, hang, line, wrapped
from chatbot.tui.screens.scroll import ScrollSheet
from chatbot.tui.words import many


@dataclass(frozen=True)
class Unsaved:
    """An entry that was not saved, and the case it belongs to."""

    interview: Interview
    events: Sequence[Event]
    register: str

    @property
    def saved(self) -> int:
        """How many answers count."""
        return len(self.interview.case.answers)

    def lines(self) -> list[str]:
        """Return the entry in words."""
        return unsaved_lines(self.interview, self.events, self.register)

    def earlier(self) -> list[str]:
        """Return the answers that count, in words."""
        return answered_lines(self.interview, self.register)


class AtStake(Protocol):
    """What was not saved, and what was saved before it."""

    @property
    def saved(self) -> int:
        """How much counts."""

    def lines(self) -> list[str]:
        """Return what was not saved, in words."""

    def earlier(self) -> list[str]:
        """Return what counts, in words."""


class Fault(ScrollSheet[bool]):
    """Says what was not saved; True when it is to be tried again."""

    PLACES: ClassVar[tuple[str, ...]] = ("fault",)

    def __init__(self, error: BackstoryError, unsaved: AtStake | None = None) -> None:
        """*unsaved*: what was to be recorded; None when no answer was at stake."""
        super().__init__()
        self.error, self.unsaved = error, unsaved

    @property
    def earlier_safe(self) -> bool:
        """What was saved before is on the disk."""
        return not isinstance(self.error, NotSaved) or self.error.earlier_safe

    def header(self, width: int) -> list[Line]:
        said = " ! NOT SAVED " if self.unsaved is not None else " THIS CANNOT BE DONE "
        return [line(Seg(said, "banner"))]

    def lines(self, width: int) -> list[Line]:
        code = f"{self.error.code}: " if self.error.code else ""
        rows = [BLANK, *wrapped(f"{code}{self.error.message}", width, "strong")]
        rows += wrapped(self.error.place, width, "quiet") if self.error.place else []
        rows += wrapped(self.error.hint, width) if self.error.hint else []
        if self.unsaved is None:
            return rows
        count = many(self.unsaved.saved, "answer")
        if self.earlier_safe:
            rows += [BLANK, *wrapped(f"Earlier answers ({count}) are safe.", width)]
        else:
            told = f"! Earlier answers ({count}) are in the memory of this program alone. Do not close it; copy them."
            rows += [BLANK, *wrapped(told, width, "warn")]
        rows += wrapped("What you entered last is still there. Nothing more is recorded until it can be saved.", width)
        if keys := self.key_for("by_hand"):
            rows += wrapped(f"{keys} shows it in words, to be copied by hand.", width)
        return rows

    def can(self, action: str) -> bool:
        return action not in {"retry", "by_hand"} or self.unsaved is not None

    def act_retry(self) -> None:
        self.dismiss(True)

    def act_dismiss(self) -> None:
        self.dismiss(False)

    def act_by_hand(self) -> None:
        """Show what is not saved in words, to be written on paper: the entry, then everything before it."""
        from chatbot.tui.screens.page import Page

        unsaved = self.unsaved
        if unsaved is None:
            return
        safe = self.earlier_safe

        def draw(width: int) -> list[Line]:
            rows = wrapped("Not saved", width, "strong")
            rows += [row for each in unsaved.lines() for row in hang("· ", each, width)]
            rows += [BLANK, *wrapped("Saved before" if safe else "In memory alone: not saved either", width, "strong")]
            return rows + [row for each in unsaved.earlier() for row in hang("· ", each, width)]

        self.app.push_screen(Page("To be copied by hand", draw, closed_by="by_hand"))
