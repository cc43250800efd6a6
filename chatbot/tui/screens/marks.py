"""A list of which any number is marked, found by its words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from chatbot.core.practice.station import Choice
from chatbot.tui.lines import BLANK, Line, Seg, hang, line, packed, rule, wrapped
from chatbot.tui.screens.scroll import FilteredList


class Marks(FilteredList[tuple[str, ...]]):
    """Closes with the ids that are marked, in the order of the list, whichever key closes it. Letters filter."""

    PLACES: ClassVar[tuple[str, ...]] = ("marking",)
    SPACE: ClassVar[bool] = False

    def __init__(self, title: str, told: str, choices: Sequence[Choice], marked: Sequence[str]) -> None:
        super().__init__()
        self.title_text, self.told = title, told
        groups = list(dict.fromkeys(each.group for each in choices))
        self.choices = sorted(choices, key=lambda each: groups.index(each.group))
        self.marked = set(marked)

    @property
    def listed(self) -> list[Choice]:
        """What passes the filter."""
        wanted = self.filter.casefold().split()
        found = ((each, f"{each.title} {each.group}".casefold()) for each in self.choices)
        return [each for each, searched in found if all(word in searched for word in wanted)]

    def header(self, width: int) -> list[Line]:
        typed = line(Seg(f"filter: {self.filter}▏" if self.filter else "type to filter", "key"))
        count = line(Seg(f"{len(self.marked)} marked", "strong"))
        rows = wrapped(self.title_text, width, "strong")
        rows += [] if self.tight else wrapped(self.told, width, "quiet")
        rows += packed([typed, count], width)
        return rows if self.tight else [*rows, rule(width)]

    def lines(self, width: int) -> list[Line]:
        rows: list[Line] = []
        group, listed = "", self.listed
        self.caret = max(0, min(self.caret, len(listed) - 1))
        for index, each in enumerate(listed):
            first = len(rows)
            if each.group != group:
                group = each.group
                rows += [*([BLANK] if rows and not self.tight else []), *wrapped(group, width, "strong")]
            at = index == self.caret
            mark = Seg("▸ " if at else "  ", "key")
            box = Seg("[x] " if each.id in self.marked else "[ ] ", "strong" if each.id in self.marked else "")
            rows += hang(line(mark, box), each.title, width, "strong" if at else "")
            if at and self.focus_rows is not None:
                self.focus_rows = (first, len(rows) - 1)
        return rows or wrapped("Nothing passes the filter.", width)

    # --- keys ---

    def can(self, action: str) -> bool:
        return action != "mark_it" or bool(self.listed)

    @property
    def positions(self) -> int:
        return len(self.listed)

    def act_mark_it(self) -> None:
        """Mark the line, or take the mark off. All lines are listed again, and the mark stays where it is."""
        each = self.listed[self.caret]
        self.marked ^= {each.id}
        self.filter = ""
        self.caret, self.focus_rows = self.listed.index(each), (0, 0)
        self.redraw()

    def act_marked(self) -> None:
        """Take what is marked."""
        self.dismiss(tuple(each.id for each in self.choices if each.id in self.marked))
