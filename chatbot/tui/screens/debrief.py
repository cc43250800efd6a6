"""The debrief: what came of an attempt, line by line, each with its reason, its sources and its moment."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar

from chatbot.tui.drawing import debrief as drawing
from chatbot.tui.drawing import practice
from chatbot.tui.lines import BLANK, Line, Seg, line, rule, wrapped
from chatbot.tui.practice import Ended
from chatbot.tui.screens.page import Page
from chatbot.tui.screens.pages import ask_file
from chatbot.tui.screens.scroll import OpenedLines, ScrollSheet
from chatbot.tui.words import Words

WRITTEN = "Only you can read the file (mode 0600). It is not encrypted."


class DebriefScreen(OpenedLines[None]):
    """Shows what came of an attempt. The mark stands on one of its lines."""

    PLACES: ClassVar[tuple[str, ...]] = ("debrief",)
    may_be_left = True
    HERE: ClassVar[str] = "the debrief"

    def __init__(self, ended: Ended) -> None:
        super().__init__()
        self.ended = ended
        self.caret = next((each.id for each in drawing.ordered(ended.debrief)), "")
        """Id of the line the mark stands on; empty where there is none."""
        self.opened: frozenset[str] = frozenset()
        self.said = ""

    @cached_property
    def times(self) -> dict[int, str]:
        """Record to when it was."""
        return {each.record: drawing.clock(each.seconds) for each in self.ended.said}

    @property
    def says(self) -> dict[str, str]:
        """Urgency or time limit to its words."""
        label = Words(self.ended.protocol, self.session.register).label
        levels = {each: label(f"urgency.{each}") for each in ("routine", "urgent", "same_day", "emergency")}
        return {**{id_: title[:1].lower() + title[1:] for id_, title in levels.items()}, **self.ended.limits}

    def header(self, width: int) -> list[Line]:
        rows = drawing.heading(self.ended.debrief, width)
        return [*rows[: 1 if self.tight else 2], *(wrapped(self.said, width, "strong") if self.said else [])]

    def lines(self, width: int) -> list[Line]:
        drawn = drawing.draw(self.ended.debrief, self.says, self.times, self.caret, self.opened, width)
        if self.focus_rows is not None and self.caret in drawn.spans:
            first, last = drawn.spans[self.caret]
            self.focus_rows = (first, min(last, first + max(self.height - 3, 0)))
        return drawn.rows

    @cached_property
    def order(self) -> list[str]:
        """The lines from top to bottom."""
        return [each.id for each in drawing.ordered(self.ended.debrief)]

    # --- keys ---

    def plain_key(self, key: str) -> bool:
        self.said = ""
        return False

    def can(self, action: str) -> bool:
        match action:
            case "open_mark":
                return bool(self.caret)
            case "moment":
                return self._at is not None
        return True

    @property
    def _at(self) -> int | None:
        """The record of the line the mark stands on."""
        return next((each.at for each in self.ended.debrief.lines if each.id == self.caret), None)

    def act_open_mark(self) -> None:
        self.open_or_close()

    def act_moment(self) -> None:
        """Go to the moment of the conversation the line is about."""
        at = self._at
        if at is not None:
            self.app.push_screen(Conversation(self.ended, at))

    def act_conversation(self) -> None:
        self.app.push_screen(Conversation(self.ended, None))

    def act_expert(self) -> None:
        debrief, times = self.ended.debrief, self.times
        title = "The expert's path beside yours"
        self.app.push_screen(Page(title, lambda width: drawing.paths(debrief, times, width), closed_by="expert"))

    def act_full_text(self) -> None:
        text = self.ended.text()
        self.app.push_screen(Page("The debrief as text", lambda width: wrapped(text, width), closed_by="full_text"))

    def act_write(self) -> None:
        """Write the debrief to a file."""
        desk = self.session.services.practice
        assert desk is not None
        text = self.ended.text()

        def say(told: str) -> None:
            self.said = told
            self.redraw()

        place = desk.place(self.ended)
        ask_file(self, "Write the debrief to a file", WRITTEN, place, lambda *typed: desk.write(text, *typed), say)

    def act_dismiss(self) -> None:
        self.dismiss(None)


class Conversation(ScrollSheet[None]):
    """A conversation that is over, at one moment of it."""

    PLACES: ClassVar[tuple[str, ...]] = ("page",)
    may_be_left = True
    HERE: ClassVar[str] = "the conversation"

    def __init__(self, ended: Ended, at: int | None) -> None:
        """*at*: the record it is shown at; None: at its beginning."""
        super().__init__()
        self.ended = ended
        turns = [index for index, each in enumerate(ended.said) if at is not None and each.record <= at]
        self.marked = turns[-1] if turns else -1
        self.focus_rows = (0, 0)

    def header(self, width: int) -> list[Line]:
        return [*wrapped("The conversation", width, "strong"), *([] if self.tight else [rule(width)])]

    def lines(self, width: int) -> list[Line]:
        rows = practice.spoken("patient", self.ended.opening, width)
        for index, each in enumerate(self.ended.said):
            first = len(rows) + 1
            at = index == self.marked
            mark = Seg("▸ here" if at else "", "key")
            rows += [BLANK, line(Seg(f"{drawing.clock(each.seconds)}  ", "quiet"), mark)]
            rows += practice.turn_rows(self.ended.protocol, each.turn, width)
            if at and self.focus_rows is not None:
                self.focus_rows = (first, min(len(rows) - 1, first + max(self.height - 3, 0)))
        return rows

    def can(self, action: str) -> bool:
        return action not in {"agree", "disagree"}

    def worth_showing(self, action: str) -> bool:
        return action != "read_on" or not self.at_end

    def act_read_on(self) -> None:
        if self.at_end:
            self.dismiss(None)
        else:
            self.act_page_down()

    def act_dismiss(self) -> None:
        self.dismiss(None)
