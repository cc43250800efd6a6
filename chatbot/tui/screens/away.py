"""An interruption: the screen is blank but for whose case it is; back at it, one page says where one was.

What was on screen stays beneath as it is, half-typed text included. An emergency that was not acknowledged is never
blanked: while one stands this screen shows it.
"""

from __future__ import annotations

from typing import ClassVar

from chatbot.tui.drawing import alarm as drawing
from chatbot.tui.drawing import standing
from chatbot.tui.lines import BLANK, Line, Seg, line, wrapped
from chatbot.tui.screens.scroll import ScrollSheet
from chatbot.tui.words import ago

STILL_WORKS = frozenset({"come_back", "resume", "page_up", "page_down", "stop"})
"""What keys do here: nothing that shows anything."""


class Away(ScrollSheet[None]):
    """Stands over the screen one was at; closes when its second page was read."""

    NAMES_CASE: ClassVar[bool] = True
    NAMES_EMERGENCY: ClassVar[bool] = True

    def __init__(self, left_at: int, where: tuple[str, str]) -> None:
        """*left_at*: minute of the services' clock. *where*: what was on screen, and the question it was about."""
        super().__init__()
        self.left_at, self.where = left_at, where
        self.back = False
        """Somebody is back: where one was stands on screen."""

    @property
    def stays(self) -> bool:
        return True

    def places(self) -> tuple[str, ...]:
        return ("returned" if self.back else "away", "scroll")

    def can(self, action: str) -> bool:
        return action in STILL_WORKS

    def lines(self, width: int) -> list[Line]:
        case = self.session.interview
        if case is not None and case.case.alarms:
            return self._alarm(width)
        rows: list[Line] = [BLANK] * max(0, self.height // 3 - 1)
        if case is None:
            rows.append(line(Seg(standing.NAME, "quiet")))
        else:
            named = (Seg(case.case.label or case.case.case, "quiet"),)
            rows += [named if not self.back else each for each in standing.whose(case.case, width)]
        return [*rows, BLANK, *(self._told(width) if self.back else [])]

    def _alarm(self, width: int) -> list[Line]:
        view = self.case_view()
        assert view.alarm is not None
        shown = drawing.banner(view.alarm, self.words, width)
        told = self._told(width) if self.back else []
        return [*told, *shown, *drawing.alarm(view.alarm, self.words, view.as_of, width)]

    def _told(self, width: int) -> list[Line]:
        what, question = self.where
        passed = ago(self.session.services.clock() - self.left_at)
        here = wrapped(f"You were at {what}, {passed}." if what else f"You were here {passed}:", width)
        return [*here, *(wrapped(question, width, "strong") if question else []), BLANK]

    def plain_key(self, key: str) -> bool:
        # Whoever leans on the keyboard meanwhile does nothing: only the keys of this place are taken further.
        return len(key) == 1

    def act_come_back(self) -> None:
        self.back = True
        self.fresh()
        self.redraw()

    def act_resume(self) -> None:
        self.dismiss(None)
