"""Answers in the line mode: a line read as the answer to a question, a table row by row, an instrument item by item."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from chatbot.core import commands as cmd
from chatbot.core.entry import (
    NOT_RECORDED,
    Entry,
    EntryProblem,
    entry_hint,
    option_keys,
    read_entry,
    read_item,
    read_row,
)
from chatbot.core.entry_names import NAMED, fit, folded, names_of
from chatbot.core.present import present
from chatbot.core.protocol import QuestionType
from chatbot.core.values import Stored
from chatbot.core.view import AxisView, QuestionView
from chatbot.export.lines import choice_rows, normal_name, question_rows
from chatbot.plain_shell import STILL_SO, Shell


class Answering(Shell):
    """A shell that records what is typed at a question."""

    def status(self, asked: QuestionView, typed: str) -> str | None:
        """Return the status a line stands for: its key or its words; in a text only ``:key`` and ``:name``.

        Where there are choices its words may be begun, as long as they begin no choice.
        """
        word = typed.removeprefix(":").casefold()
        bare = not typed.startswith(":")
        if bare and (asked.type == QuestionType.TEXT.value or word in option_keys(asked)):
            return None
        for each in asked.statuses:
            if word == each.key or (word == each.status and not bare):
                return each.status
        if not bare:
            return None
        if asked.type in NAMED:
            meant = fit(typed, names_of(asked)).meant
            return meant.id if meant is not None and meant.is_status else None
        said = [each.status for each in asked.statuses if folded(typed) in map(folded, (each.label, *each.also))]
        return said[0] if said else None

    def answer(self, asked: QuestionView, typed: str) -> bool:
        if not typed:
            return self.enter(asked)
        if asked.type == QuestionType.GRID.value and typed.casefold() == "rows":
            return self.row_by_row(asked)
        if asked.type == QuestionType.INSTRUMENT.value and typed.casefold() == "items":
            return self.item_by_item(asked)
        found = read_entry(asked, typed, self.interview.case.as_of)
        if isinstance(found, EntryProblem):
            self.problem(found.message, found.hint)
            return False
        return self.give(asked, cmd.GiveAnswer(asked.id, value=found.value))

    def answer_again(self, key: str) -> bool:
        """Put one question by itself, whatever waits besides, and take one line as its answer."""
        case = replace(self.interview.case, shown=key, alarms=())
        asked = present(self.interview.protocol, case, self.register).question
        assert asked is not None
        self.rows(question_rows(asked, self.labels, self.register, self.mark))
        typed = self.ask(">")
        status = self.status(asked, typed)
        if status is not None:
            return self.give(asked, cmd.GiveAnswer(asked.id, status=status))
        return bool(typed) and self.answer(asked, typed)

    def enter(self, asked: QuestionView) -> bool:
        """Enter alone: an answer that stands is kept, an untouched grid is all normal; otherwise it says nothing."""
        if asked.expired or asked.carried:
            self.put(f"type {STILL_SO} when this is still so: {asked.answer}. Otherwise answer again.")
        elif asked.answer:
            return self.send(cmd.Forward())
        elif asked.type == QuestionType.INSTRUMENT.value:
            return self.item_by_item(asked)
        elif asked.type == QuestionType.GRID.value and asked.normal is not None:
            cells: Stored = {f"{row.id}.{column.id}": asked.normal for row in asked.rows for column in asked.columns}
            return self.give(asked, cmd.GiveAnswer(asked.id, value=cells, via="block"))
        else:
            self.put(entry_hint(asked))
        return False

    def row_by_row(self, asked: QuestionView) -> bool:
        """Put the rows of a table one after the other."""
        columns = ", ".join(column.label for column in asked.columns)
        enter = f"Enter = {normal_name(asked)}, " if asked.normal is not None else ""
        self.put(f"{enter}{NOT_RECORDED} = not recorded, :stop = leave the table. Columns: {columns}")

        def read(row: str, typed: str) -> Entry | EntryProblem:
            whole = "normal" if not typed and asked.normal is not None else typed
            return read_row(asked, row, whole, self.interview.case.as_of)

        return self.give_parts(asked, (self.part(f"{row.label}:", partial(read, row.id)) for row in asked.rows))

    def item_by_item(self, asked: QuestionView) -> bool:
        """Put the items of an instrument one after the other."""
        self.put(f"{NOT_RECORDED} = no answer, :stop = leave the questionnaire")

        def put(place: int, item: AxisView) -> dict[str, str] | None:
            self.rows([(f"{place}. ", item.label), *choice_rows(item)])
            return self.part(">", lambda typed: read_item(asked, item.id, typed, self.interview.case.as_of))

        return self.give_parts(asked, (put(place, item) for place, item in enumerate(asked.rows, 1)))

    def part(self, prompt: str, read: Callable[[str], Entry | EntryProblem]) -> dict[str, str] | None:
        """Ask until one row or item can be read, and return its cells; None when the rest is left."""
        while (typed := self.ask(prompt)) != ":stop":
            found = read(typed)
            if isinstance(found, Entry):
                assert isinstance(found.value, dict)
                return found.value
            self.problem(found.message, found.hint)
        return None

    def give_parts(self, asked: QuestionView, parts: Iterable[dict[str, str] | None]) -> bool:
        """Record what was said part by part; nothing when it was left, or when every part was left out."""
        cells: dict[str, str] = {}
        for part in parts:
            if part is None:
                cells = {}
                break
            cells.update(part)
        if not cells:
            self.put("nothing is recorded")
            return False
        return self.give(asked, cmd.GiveAnswer(asked.id, value=cells))
