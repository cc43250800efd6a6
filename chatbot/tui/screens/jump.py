"""All questions asked, postponed and open, with a filter; Enter goes to one of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from chatbot.core.case import is_open
from chatbot.core.findings import network
from chatbot.core.volunteered import volunteered
from chatbot.tui.drawing.history import mark, veiled
from chatbot.tui.lines import Line, Seg, hang, line, packed, wrapped
from chatbot.tui.screens.scroll import ScrollSheet

SCOPES = ("all", "answered", "later", "open")
SAID = "volunteered"
"""The scope of open questions that something said may concern; shown while there are any."""


@dataclass(frozen=True, slots=True)
class Item:
    """One question in the list."""

    id: str
    scope: str
    """answered, later or open."""
    sign: str
    role: str
    section: str
    text: str
    answer: str


class Jump(ScrollSheet[str]):
    """Returns the id of a question, or None. Letters filter."""

    PLACES: ClassVar[tuple[str, ...]] = ("list",)
    may_be_left = True
    HERE: ClassVar[str] = "the list of questions"

    def __init__(self) -> None:
        super().__init__()
        self.filter = ""
        self.shown = SCOPES[0]
        self.caret = 0

    @cached_property
    def items(self) -> list[Item]:
        """Every question that was asked or is to be asked, in the order of asking."""
        protocol, case = self.interview.protocol, self.interview.case
        view = self.case_view()
        answered = {each.id: each for each in veiled(view.answered) if each.applies}
        found = []
        for key in network(protocol).ask_order:
            question = protocol.questions[key]
            section = self.words.say(protocol.sections[question.section].title)
            text = self.words.say(question.ask)
            if key in answered:
                sign, role = mark(answered[key])
                found.append(Item(key, "answered", sign, role, section, text, answered[key].answer))
            elif is_open(protocol, case, key):
                scope = "later" if key in case.postponed else "open"
                state = f"{scope}, {SAID}" if key in self.said else scope
                found.append(Item(key, scope, "·", "", section, text, state))
        return found

    @cached_property
    def said(self) -> frozenset[str]:
        """The open questions that something said may concern."""
        return frozenset(each.question for each in volunteered(self.interview.protocol, self.interview.case))

    @property
    def scopes(self) -> tuple[str, ...]:
        return (*SCOPES, SAID) if self.said else SCOPES

    @property
    def listed(self) -> list[Item]:
        """The questions that pass the filter."""
        wanted = self.filter.casefold().split()
        return [
            each
            for each in self.items
            if self.shown in {"all", each.scope, SAID if each.id in self.said else ""}
            and all(word in f"{each.section} {each.text} {each.answer} {each.id}".casefold() for word in wanted)
        ]

    def header(self, width: int) -> list[Line]:
        parts = [
            line(Seg(f"[{each}]" if each == self.shown else f" {each} ", "strong" if each == self.shown else "quiet"))
            for each in self.scopes
        ]
        filtered = f"filter: {self.filter}▏" if self.filter else "type to filter"
        rows = packed([line(Seg("Go to a question", "strong")), *parts], width, " ")
        return [*rows, line(Seg(filtered, "key" if self.filter else "quiet")), line(Seg("─" * width, "quiet"))]

    def lines(self, width: int) -> list[Line]:
        rows: list[Line] = []
        section = ""
        listed = self.listed
        self.caret = max(0, min(self.caret, len(listed) - 1))
        for index, each in enumerate(listed):
            at = index == self.caret
            first = len(rows)
            if each.section != section:
                rows += wrapped(each.section, width, "quiet")
                section = each.section
            label = line(Seg("▸ " if at else "  ", "key"), Seg(f"{each.sign} ", each.role))
            rows += hang(label, f"{each.text}  {each.answer}", width, "strong" if at else "")
            if at and self.focus_rows is not None:
                self.focus_rows = (first, len(rows) - 1)
        return rows or wrapped("No question passes the filter.", width)

    def plain_key(self, key: str) -> bool:
        if key == "backspace":
            self._filter(self.filter[:-1])
        elif len(key) == 1 and key.isprintable():
            self._filter(self.filter + key)
        else:
            return False
        return True

    def _filter(self, text: str) -> None:
        self.filter, self.caret, self.top = text, 0, 0
        self.redraw()

    def can(self, action: str) -> bool:
        return action != "choose" or bool(self.listed)

    def act_up(self) -> None:
        self._move(-1)

    def act_down(self) -> None:
        self._move(1)

    def act_page_up(self) -> None:
        self._move(-max(self.height // 2, 1))

    def act_page_down(self) -> None:
        self._move(max(self.height // 2, 1))

    def _move(self, step: int) -> None:
        self.caret = max(0, min(self.caret + step, len(self.listed) - 1))
        self.focus_rows = (0, 0)
        self.redraw()

    def act_scope(self) -> None:
        self.shown = self.scopes[(self.scopes.index(self.shown) + 1) % len(self.scopes)]
        self.caret = self.top = 0
        self.redraw()

    def act_choose(self) -> None:
        self.dismiss(self.listed[self.caret].id)

    def act_dismiss(self) -> None:
        self.dismiss(None)
