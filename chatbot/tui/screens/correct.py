"""Correct one answer while an emergency stands: the question alone, nothing else can be asked."""

from __future__ import annotations

from dataclasses import replace

from chatbot.core.present import present
from chatbot.core.view import View
from chatbot.tui.lines import Line, Seg, line
from chatbot.tui.screens.ask import AskSheet

NOT_NOW = frozenset(
    "back later jump leave note says plan handover still_so hand_over events reveal decline_section "
    "stop_here everything emergency turn panel".split()
)
"""What a question offers elsewhere and not while an emergency stands."""


class Correct(AskSheet[None]):
    """Asks a question again whose answer raised an alarm."""

    def __init__(self, question: str) -> None:
        super().__init__()
        self.key = question

    def look(self) -> View:
        # The case shows no question while an alarm waits; this view is of the same case, at the question.
        case = replace(self.interview.case, alarms=(), shown=self.key)
        return present(self.interview.protocol, case, self.session.register)

    def header(self, width: int) -> list[Line]:
        return [*super().header(width), line(Seg("Correct the answer", "strong"))]

    def answered(self) -> None:
        self.dismiss(None)

    def can(self, action: str) -> bool:
        return action not in NOT_NOW and super().can(action)

    def act_go_on(self) -> None:
        self.dismiss(None)

    def act_register(self) -> None:
        self.session.switch_register()
        self.reword()

    def act_why(self) -> None:
        from chatbot.tui.screens.page import why_page

        if self.form is not None:
            self.app.push_screen(why_page(self.form.view))
