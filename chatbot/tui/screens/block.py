"""A list of yes/no questions read out as one: marks for what is yes, and one key for none of the rest."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from chatbot.core.blocks import YES
from chatbot.core.keys import OPTION_KEYS, STATUS_KEYS
from chatbot.core.present import present
from chatbot.core.values import Status
from chatbot.core.view import BlockView
from chatbot.tui.lines import BLANK, Line, Seg, hang, line, wrapped
from chatbot.tui.screens.scroll import ReadAloud

Marks = dict[str, str]


class BlockScreen(ReadAloud[Marks]):
    """Returns the marks of the lines, or None to ask every question by itself."""

    PLACES: ClassVar[tuple[str, ...]] = ("block",)
    DELIBERATE: ClassVar[frozenset[str]] = frozenset({"read_on", "none_of_rest"})

    def __init__(self) -> None:
        super().__init__()
        self.marks: Marks = {}

    @property
    def shown(self) -> BlockView | None:
        return self.case_view().block

    @property
    def keys(self) -> dict[str, str]:
        """Each key with the question it marks; the lines after the last key are marked with Space."""
        block = self.shown
        lines = () if block is None else block.lines
        return dict(zip(OPTION_KEYS, (each.question for each in lines), strict=False))

    def header(self, width: int) -> list[Line]:
        block = self.shown
        if block is None:
            return []
        return [*wrapped(f"{block.section}. {block.text}", width, "strong"), line(Seg("─" * width, "quiet"))]

    def lines(self, width: int) -> list[Line]:
        block = self.shown
        if block is None:
            return []
        key_of = {question: key for key, question in self.keys.items()}
        says = {each.status: each.label for each in block.statuses} | {YES: self.words.label(f"option.{YES}")}
        rows: list[Line] = []
        self.spans = []
        for place, each in enumerate(block.lines):
            mark = self.marks.get(each.question)
            head = line(
                Seg("▸" if place == self.caret else " ", "key"),
                Seg(f"{key_of.get(each.question, ' ')}  ", "key"),
                Seg("" if mark is None else f"[{says[mark]}] ", "strong" if mark == YES else "warn"),
            )
            drawn = hang(head, each.text, width, "strong" if mark == YES else "")
            self.spans.append((len(rows), len(rows) + len(drawn) - 1))
            rows += drawn
        told = "Mark what is yes. Every line without a mark is recorded as no."
        return [*rows, BLANK, *wrapped(told, width, "quiet")]

    # --- keys ---

    def can(self, action: str) -> bool:
        if action == "none_of_rest":
            return self.read
        if action == "status_cannot_apply":
            return False
        return self.caret >= 0 or not (action.startswith("status_") or action in {"mark_yes", "why"})

    def worth_showing(self, action: str) -> bool:
        return action != "why"

    def extra_keys(self) -> list[tuple[str, str]]:
        keys = list(self.keys)
        marks = [(f"{keys[0]}-{keys[-1]}", self.words.label(f"option.{YES}"))] if keys else []
        statuses = () if self.shown is None or self.caret < 0 or self.narrow else self.shown.statuses
        others = [(STATUS_KEYS[Status(each.status)], each.label) for each in statuses]
        return [*super().extra_keys(), *marks, *others]

    def plain_key(self, key: str) -> bool:
        if key in self.keys:
            self.caret = list(self.keys).index(key)
            self.focus_rows = self.spans[self.caret] if self.spans else None
            self._toggle(YES)
            return True
        return False

    def _toggle(self, mark: str) -> None:
        """Mark the line, or take the same mark off again."""
        block = self.shown
        if block is None or self.caret < 0:
            return
        key = block.lines[self.caret].question
        if self.marks.get(key) == mark:
            del self.marks[key]
        else:
            self.marks[key] = mark
        self.redraw()

    def act_mark_yes(self) -> None:
        self._toggle(YES)

    def act_status_unknown(self) -> None:
        self._toggle(Status.UNKNOWN.value)

    def act_status_declined(self) -> None:
        self._toggle(Status.DECLINED.value)

    def act_status_not_assessed(self) -> None:
        self._toggle(Status.NOT_ASSESSED.value)

    def act_none_of_rest(self) -> None:
        """Give the whole list. Works once every line was in sight: nothing is recorded as no that was not read."""
        self.dismiss(self.marks)

    def act_singly(self) -> None:
        self.dismiss(None)

    def act_register(self) -> None:
        self.session.switch_register()
        self.seen_to = 0
        self.redraw()

    def act_why(self) -> None:
        from chatbot.tui.screens.page import why_page

        block = self.shown
        if block is not None and self.caret >= 0:
            case = replace(self.interview.case, shown=block.lines[self.caret].question)
            asked = present(self.interview.protocol, case, self.session.register).question
            if asked is not None:
                self.app.push_screen(why_page(asked))
