"""A choice being typed by its name: what stands in the field, what fits it, and what Enter takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatbot.core.entry_names import Fit, Name, fit, names_of

if TYPE_CHECKING:
    from chatbot.core.view import QuestionView


class Naming:
    """The state of the field of one question of choices."""

    def __init__(self) -> None:
        self.typed = ""
        self.at = -1
        """Which of the choices that fit was chosen with the arrows; -1 for none."""

    def follow(self, typed: str) -> bool:
        """Follow what stands in the field; True when that is something else than before."""
        if typed == self.typed:
            return False
        self.typed, self.at = typed, -1
        return True

    def fitting(self, view: QuestionView) -> Fit[Name]:
        return fit(self.typed, names_of(view))

    def offered(self, view: QuestionView) -> tuple[Name, ...]:
        """Return what may be meant so far, what is only near last; every option while nothing is typed."""
        if not self.typed.strip():
            return tuple(each for each in names_of(view) if not each.is_status)
        found = self.fitting(view)
        return (*found.begun, *found.near)

    def taken(self, view: QuestionView) -> Name | None:
        """Return what Enter takes: what the arrows chose, or the one choice that is typed."""
        return self.offered(view)[self.at] if self.at >= 0 else self.fitting(view).meant

    def move(self, view: QuestionView, step: int) -> None:
        last = len(self.offered(view)) - 1
        self.at = max(0, min(self.at + step, last)) if self.at >= 0 else min(0 if step > 0 else last, last)

    def problem(self, view: QuestionView) -> tuple[str, str]:
        """Return why Enter takes nothing, and what to do."""
        found = self.fitting(view)
        if not self.typed.strip():
            return "nothing is typed", "type the beginning of an answer, or leave the field and press its key"
        if found.begun:
            these = "any of these" if len(found.begun) > 1 else "more than the beginning of this"
            return f"{self.typed!r} could be {these}", "go on typing, or choose with the arrows"
        if found.near:
            return f"no answer begins with {self.typed!r}", "these are near: choose with the arrows"
        return f"no answer here is {self.typed!r}", "leave the field to see all of them with their keys"
