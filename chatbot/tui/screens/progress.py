"""How somebody comes on: what attempts brought over time, by topic; the weakest topics; who is due next."""

from __future__ import annotations

from typing import ClassVar

from chatbot.errors import BackstoryError
from chatbot.tui.drawing import progress as drawing
from chatbot.tui.lines import Line, rule, wrapped
from chatbot.tui.practice import Course
from chatbot.tui.screens.scroll import ScrollSheet


class ProgressScreen(ScrollSheet[None]):
    """Shows the course of all attempts that are over."""

    PLACES: ClassVar[tuple[str, ...]] = ("page",)
    may_be_left = True
    HERE: ClassVar[str] = "your progress"

    def __init__(self) -> None:
        super().__init__()
        self.course: Course | None = None
        self.problem: BackstoryError | None = None

    def on_mount(self) -> None:
        desk = self.session.services.practice
        try:
            self.course = None if desk is None else desk.course()
        except BackstoryError as error:
            self.problem = error
        self.fresh()

    def header(self, width: int) -> list[Line]:
        told = "Your progress with simulated patients"
        return [*wrapped(told, width, "strong"), *([] if self.tight else [rule(width)])]

    def lines(self, width: int) -> list[Line]:
        if self.problem is not None:
            return wrapped(f"! {self.problem.message}. {self.problem.hint}", width, "warn")
        if self.course is None:
            return wrapped("No attempt was finished yet. Each one that ends is counted here.", width)
        return drawing.course(self.course, width)

    def can(self, action: str) -> bool:
        return action not in {"agree", "disagree"}

    def worth_showing(self, action: str) -> bool:
        return action != "read_on" or not self.at_end

    def act_read_on(self) -> None:
        if self.at_end:
            self.dismiss(None)
        else:
            self.act_page_down()

    def act_dismiss(self) -> None:
        self.dismiss(None)
