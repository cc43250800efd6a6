"""A list that is read aloud: all as before, or some of it changed."""

from __future__ import annotations

from typing import ClassVar

from chatbot.core.keys import OPTION_KEYS
from chatbot.core.view import RecheckView
from chatbot.tui.lines import BLANK, Line, Seg, hang, line, wrapped
from chatbot.tui.screens.scroll import Marked
from chatbot.tui.words import day_words


class RecheckScreen(Marked[tuple[str, ...]]):
    """Returns the questions that changed, or None to ask all of them singly."""

    PLACES: ClassVar[tuple[str, ...]] = ("recheck",)

    def __init__(self, view: RecheckView) -> None:
        super().__init__()
        self.list = view
        self.keys = dict(zip(OPTION_KEYS, (each.question for each in view.lines), strict=False))
        self.changed: set[str] = set()
        self.caret = -1

    def header(self, width: int) -> list[Line]:
        return [*wrapped(self.list.text, width, "strong"), line(Seg("─" * width, "quiet"))]

    def lines(self, width: int) -> list[Line]:
        key_of = {question: key for key, question in self.keys.items()}
        rows: list[Line] = []
        spans: list[tuple[int, int]] = []
        for index, each in enumerate(self.list.lines):
            changed = each.question in self.changed
            mark = line(
                Seg("▸" if index == self.caret else " ", "key"),
                Seg(f"{key_of.get(each.question, ' ')} ", "key"),
                Seg("[changed] " if changed else "", "warn"),
            )
            drawn = hang(mark, f"{each.text}: {each.answer}", width, "" if changed else "strong")
            spans.append((len(rows), len(rows) + len(drawn) - 1))
            rows += drawn
        if self.focus_rows is not None and self.caret >= 0:
            self.focus_rows = spans[self.caret]
        days = sorted({each.given[:10] for each in self.list.lines})
        rows += [
            BLANK,
            *wrapped(f"Said on {', '.join(map(day_words, days))}. Mark what is otherwise now.", width, "quiet"),
        ]
        return rows

    def can(self, action: str) -> bool:
        return action != "as_before" or (self.at_end and len(self.changed) < len(self.list.lines))

    def extra_keys(self) -> list[tuple[str, str]]:
        keys = list(self.keys)
        marks = (f"{keys[0]}-{keys[-1]}" if len(keys) > 2 else " ".join(keys), "changed")
        return [marks, *([(self.key_for("page_down"), "more")] if not self.at_end else [])]

    def plain_key(self, key: str) -> bool:
        if key not in self.keys:
            return False
        self._mark(self.keys[key])
        return True

    def _mark(self, question: str) -> None:
        self.changed ^= {question}
        self.redraw()

    @property
    def positions(self) -> int:
        return len(self.list.lines)

    def act_mark(self) -> None:
        if self.caret >= 0:
            self._mark(self.list.lines[self.caret].question)

    def act_as_before(self) -> None:
        """Confirm the lines not marked. Works once the last line was in sight: nobody confirms what was not read."""
        self.dismiss(tuple(each.question for each in self.list.lines if each.question in self.changed))

    def act_singly(self) -> None:
        self.dismiss(None)
