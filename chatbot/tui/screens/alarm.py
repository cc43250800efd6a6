"""The emergency: stands in the way of everything until it is acknowledged, and cannot be acknowledged unread."""

from __future__ import annotations

from typing import ClassVar

from chatbot.core.commands import Acknowledge, Refusal
from chatbot.core.view import AlarmView
from chatbot.tui.drawing import alarm as drawing
from chatbot.tui.drawing import standing
from chatbot.tui.lines import BLANK, Line, wrapped
from chatbot.tui.screens.scroll import ReadThrough


class AlarmScreen(ReadThrough[None]):
    """Shows the emergency. Closes when it was acknowledged, or when a correction has ended it."""

    NAMES_CASE: ClassVar[bool] = True
    PLACES: ClassVar[tuple[str, ...]] = ("alarm",)

    def __init__(self) -> None:
        super().__init__()
        self.problem = ""

    @property
    def alarm(self) -> AlarmView | None:
        return self.case_view().alarm

    def header(self, width: int) -> list[Line]:
        view = self.case_view()
        rows = standing.header(view, width, self.narrow)
        return rows if view.alarm is None else [*rows, *drawing.banner(view.alarm, self.words, width)]

    def lines(self, width: int) -> list[Line]:
        shown = self.alarm
        if shown is None:
            return []
        rows = drawing.alarm(shown, self.words, self.case_view().as_of, width)
        return [*rows, BLANK, *wrapped(f"! {self.problem}", width, "warn")] if self.problem else rows

    def can(self, action: str) -> bool:
        if action == "decline_help":
            return self.alarm is not None and any(
                each.kind == "do" and not each.declined for each in self.alarm.actions
            )
        return action != "acknowledge" or self.read

    def act_acknowledge(self) -> None:
        self.attempt(Acknowledge(), self._acknowledged)

    def _acknowledged(self, refusal: Refusal | None) -> None:
        if refusal is None:
            self.dismiss(None)
        else:
            self.problem = refusal.message
            self.redraw()

    def act_handover(self) -> None:
        from chatbot.tui.screens.page import told_page

        shown = self.alarm
        if shown is not None:
            self.app.push_screen(told_page(self.words.heading("tell_them"), shown.handover, "handover"))

    def act_why(self) -> None:
        from chatbot.tui.screens.page import told_page

        shown = self.alarm
        if shown is not None:
            self.app.push_screen(told_page(self.words.heading("references"), shown.references, "why"))

    def act_register(self) -> None:
        self.session.switch_register()
        self.redraw()

    def act_decline_help(self) -> None:
        from chatbot.tui.screens.refusal import decline_help

        shown = self.alarm
        if shown is not None:
            decline_help(self, shown, self.redraw)

    def act_correct(self) -> None:
        from chatbot.tui.screens.choose import Choose

        shown = self.alarm
        if shown is not None:
            causes = [(each.question, f"{each.text}: {each.answer}") for each in shown.causes]
            self.app.push_screen(Choose("Which answer is wrong?", causes), self._correct)

    def _correct(self, question: str | None) -> None:
        from chatbot.tui.screens.correct import Correct

        if question is not None:
            self.app.push_screen(Correct(question), lambda _: self._corrected())

    def _corrected(self) -> None:
        """Go on where a correction has ended the emergency; otherwise show what stands now."""
        if self.alarm is None:
            self.dismiss(None)
        else:
            self.seen_to = self.top = 0
            self.fresh()
            self.redraw()
