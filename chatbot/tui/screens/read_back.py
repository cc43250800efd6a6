"""The read-back: the answers of the safety screen are read to the person, and one key says that they are right."""

from __future__ import annotations

from typing import ClassVar

from chatbot.core.commands import ReadBack, Refusal
from chatbot.core.protocol import other_register
from chatbot.core.read_back import read_back_view
from chatbot.core.view import ReadBackLine, ReadBackView
from chatbot.tui.lines import BLANK, Line, Seg, hang, line, wrapped
from chatbot.tui.screens.scroll import ReadAloud
from chatbot.tui.words import many

RIGHT, NOT_NOW, OVERTAKEN = "right", "not_now", "overtaken"
"""How the screen closes: confirmed, put off, or nothing to read now, as after a correction that raises an alarm."""


class ReadBackScreen(ReadAloud[str]):
    """Lists the safety answers in the words a patient hears. What changed since it was read before comes first."""

    PLACES: ClassVar[tuple[str, ...]] = ("read_back",)
    DELIBERATE: ClassVar[frozenset[str]] = frozenset({"read_on", "all_right"})

    def __init__(self) -> None:
        super().__init__()
        self.register = "patient"
        self.revealed = False
        self.needed = 1
        """Rows that have to be read; what follows was read back before."""
        self.problem = ""

    @property
    def page(self) -> ReadBackView | None:
        interview = self.interview
        return read_back_view(interview.protocol, interview.case, self.register, private=self.revealed)

    @property
    def read(self) -> bool:
        return self.seen_to >= self.needed

    def ordered(self, page: ReadBackView) -> list[ReadBackLine]:
        """Return the lines as they stand on the page: what changed first, the rest in the order of asking."""
        return sorted(page.lines, key=lambda each: page.again and not each.changed)

    def header(self, width: int) -> list[Line]:
        page = self.page
        told = "Read this back to the person. Is all of it right?"
        if page is not None and page.again:
            told = "Changed since it was read back. Is it right now?"
        return [*wrapped(told, width, "strong"), line(Seg("─" * width, "quiet"))]

    def lines(self, width: int) -> list[Line]:
        page = self.page
        if page is None:
            return []
        rows: list[Line] = []
        self.spans = []
        self.needed = 0
        for place, each in enumerate(self.ordered(page)):
            if page.again and not each.changed and not self.needed:
                self.needed = len(rows)
                rows += [BLANK, *wrapped("As it was read back before:", width, "quiet")]
            drawn = hang(self._mark(place, each), f"{each.text}: {each.answer}", width, self._role(page, each))
            self.spans.append((len(rows), len(rows) + len(drawn) - 1))
            rows += drawn
        open_ = [each for each in page.lines if not each.settled]
        if open_:
            rows += [BLANK, *wrapped(f"? {many(len(open_), 'line')} without a clear answer.", width, "warn")]
        if self.problem:
            rows += [BLANK, *wrapped(f"! {self.problem}", width, "warn")]
        self.needed = self.needed or len(rows)
        return rows

    def _mark(self, place: int, each: ReadBackLine) -> Line:
        changed = [Seg("[changed] ", "warn")] if each.changed else []
        caret, unclear = "▸" if place == self.caret else " ", "? " if not each.settled else "· "
        return line(Seg(caret, "key"), Seg(unclear, "quiet" if each.settled else "warn"), *changed)

    def _role(self, page: ReadBackView, each: ReadBackLine) -> str:
        if page.again and not each.changed:
            return "quiet"
        return "strong" if each.settled else "warn"

    # --- keys ---

    def can(self, action: str) -> bool:
        if action == "reveal":
            return self.page is not None and any(each.private for each in self.page.lines)
        if action == "correct":
            return self.caret >= 0
        return action != "all_right" or self.read

    def extra_keys(self) -> list[tuple[str, str]]:
        choose = [("↑↓", "choose a line")] if self.caret < 0 else []
        covered = self.can("reveal") and not self.revealed
        return [*super().extra_keys(), *choose, *([(self.key_for("reveal"), "private answers")] if covered else [])]

    def act_all_right(self) -> None:
        self.attempt(ReadBack(), self._confirmed)

    def _confirmed(self, refusal: Refusal | None) -> None:
        if refusal is None:
            self.dismiss(RIGHT)
        else:
            self.problem = refusal.message
            self.redraw()

    def act_not_now(self) -> None:
        self.dismiss(NOT_NOW)

    def act_correct(self) -> None:
        from chatbot.tui.screens.correct import Correct

        page = self.page
        if page is not None and self.caret >= 0:
            question = self.ordered(page)[self.caret].question
            self.app.push_screen(Correct(question), lambda _: self._corrected())

    def _corrected(self) -> None:
        """Read on with what stands now; an alarm, or a question that is open again, comes first."""
        if self.page is None:
            self.dismiss(OVERTAKEN)
        else:
            self.caret = -1
            self.fresh()
            self.redraw()

    def act_register(self) -> None:
        self.register = other_register(self.register)
        self.seen_to = 0
        self.redraw()

    def act_reveal(self) -> None:
        """Show the private answers, or cover them."""
        self.revealed = not self.revealed
        self.redraw()
