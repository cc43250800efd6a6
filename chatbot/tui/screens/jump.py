"""The review: every question with its answer, by section, what waits first; a filter, and Enter goes to one of them."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar

from chatbot.tui.drawing import answers
from chatbot.tui.drawing.answers import Entry
from chatbot.tui.lines import Line, Seg, line, packed, rule, wrapped
from chatbot.tui.screens.scroll import FilteredList


class Jump(FilteredList[str]):
    """Returns the id of a question, or None. Letters filter."""

    PLACES: ClassVar[tuple[str, ...]] = ("list",)
    may_be_left = True
    HERE: ClassVar[str] = "the list of questions"

    def __init__(self) -> None:
        super().__init__()
        self.shown = "all"

    @cached_property
    def items(self) -> list[Entry]:
        """Every question that was asked or is to be asked."""
        return answers.entries(self.case_view(), self.interview.case, self.words)

    @property
    def scopes(self) -> list[tuple[str, int]]:
        """What may be shown, with how many questions that is."""
        return answers.counts(self.items)

    @property
    def listed(self) -> list[Entry]:
        """The questions that pass the filter."""
        wanted = self.filter.casefold().split()
        shown = [each for each in self.items if self.shown == "all" or self.shown in each.scopes]
        return [each for each in shown if all(word in each.searched for word in wanted)]

    def header(self, width: int) -> list[Line]:
        parts = [
            line(Seg(f"[{name} {n}]" if name == self.shown else f" {name} {n} ", _role(name == self.shown)))
            for name, n in self.scopes
        ]
        filtered = f"filter: {self.filter}▏" if self.filter else "type to filter"
        rows = packed([line(Seg("Review", "strong")), *parts], width, " ")
        return [*rows, line(Seg(filtered, "key" if self.filter else "quiet")), rule(width)]

    def lines(self, width: int) -> list[Line]:
        rows: list[Line] = []
        section = ""
        listed = self.listed
        self.caret = max(0, min(self.caret, len(listed) - 1))
        for index, each in enumerate(listed):
            first = len(rows)
            if each.section != section:
                rows += answers.heading(each.section, self.items, width)
                section = each.section
            rows += answers.draw(each, index == self.caret, width)
            if index == self.caret and self.focus_rows is not None:
                self.focus_rows = (first, len(rows) - 1)
        return rows or wrapped("No question passes the filter.", width)

    def can(self, action: str) -> bool:
        return action != "choose" or bool(self.listed)

    @property
    def positions(self) -> int:
        return len(self.listed)

    def act_scope(self) -> None:
        names = [name for name, _ in self.scopes]
        self.shown = names[(names.index(self.shown) + 1) % len(names)]
        self.caret = self.top = 0
        self.redraw()

    def act_choose(self) -> None:
        self.dismiss(self.listed[self.caret].id)

    def act_dismiss(self) -> None:
        self.dismiss(None)


def _role(chosen: bool) -> str:
    return "strong" if chosen else "quiet"
