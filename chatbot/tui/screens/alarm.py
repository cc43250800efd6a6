"""The emergency: stands in the way of everything until it is acknowledged, and cannot be acknowledged unread."""

from __future__ import annotations

from typing import ClassVar

from chatbot.core.commands import Acknowledge, Refusal
from chatbot.core.present import standing_alarm
from chatbot.core.view import AlarmView
from chatbot.tui.drawing import alarm as drawing
from chatbot.tui.drawing import standing
from chatbot.tui.lines import BLANK, Line, hang, wrapped
from chatbot.tui.screens.scroll import ReadThrough


class AlarmScreen(ReadThrough[None]):
    """Shows the emergency. Closes when it was acknowledged, or when a correction has ended it.

    Opened *again*, for one that was read, it closes by a key like any page.
    """

    NAMES_CASE: ClassVar[bool] = True
    NAMES_EMERGENCY: ClassVar[bool] = True
    PLACES: ClassVar[tuple[str, ...]] = ("alarm",)

    def __init__(self, *, again: bool = False) -> None:
        super().__init__()
        self.again = self.may_be_left = again
        self.problem = ""
        self._alarm: AlarmView | None = None
        self._alarm_for = (-1, "")

    @property
    def stays(self) -> bool:
        return not self.again

    @property
    def alarm(self) -> AlarmView | None:
        if not self.again:
            return self.case_view().alarm
        made_for = (len(self.interview.events), self.session.register)
        if self._alarm_for != made_for:
            self._alarm = standing_alarm(self.interview.protocol, self.interview.case, self.session.register)
            self._alarm_for = made_for
        return self._alarm

    def places(self) -> tuple[str, ...]:
        return tuple("standing" if self.again and each == "alarm" else each for each in super().places())

    def header(self, width: int) -> list[Line]:
        view, shown = self.case_view(), self.alarm
        rows = standing.header(view, width, self.narrow)
        return rows if shown is None else [*rows, *drawing.banner(shown, self.words, width, view.urgency_text)]

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

    def act_dismiss(self) -> None:
        if self.again:
            self.dismiss(None)

    def act_emergency(self) -> None:
        """The key that opens it closes it; one that was not acknowledged stays."""
        self.act_dismiss()

    def _acknowledged(self, refusal: Refusal | None) -> None:
        if refusal is None:
            self.dismiss(None)
        else:
            self.problem = refusal.message
            self.redraw()

    def act_handover(self) -> None:
        from chatbot.tui.screens.page import Page

        shown = self.alarm
        if shown is not None:
            parts = shown.parts
            title = self.words.heading("tell_them")
            self.app.push_screen(Page(title, lambda width: drawing.handover(parts, width), closed_by="handover"))

    def act_why(self) -> None:
        from chatbot.tui.screens.page import Page

        shown = self.alarm
        if shown is None:
            return
        words = self.words

        def draw(width: int) -> list[Line]:
            rows = drawing.reasons(shown, words, self.case_view().as_of, width)
            cited = [row for each in shown.references for row in [*hang("", each, width), BLANK]]
            return [*rows, BLANK, *wrapped(words.heading("references"), width, "strong"), *cited]

        self.app.push_screen(Page(words.heading("because"), draw, closed_by="why"))

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
        if self.alarm is None or (self.again and self.case_view().alarm is not None):
            self.dismiss(None)
        else:
            self.seen_to = self.top = 0
            self.fresh()
            self.redraw()
