"""What a person types, read as the stored value of a question's answer.

Only what has one reading is taken; everything else comes back as a problem with a hint, never as an exception.
Statuses ("does not know") are not read here: every shell has keys for them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chatbot.core.answers import accept, checked_text, limits
from chatbot.core.cells import has_records, rest_normal, row_normal
from chatbot.core.entry_choices import Choice, choices_of, from_view, item_choices, number_of, own_keys
from chatbot.core.entry_dates import EXAMPLES, read_date
from chatbot.core.entry_names import fit, folded
from chatbot.core.protocol import Axis, Question, QuestionType
from chatbot.core.values import Stored, ValueProblem, parse_decimal, to_stored
from chatbot.core.view import QuestionView

NOT_RECORDED = "-"
"""Typed for a cell of a grid that was not looked at."""

LONGEST_ENTRY = 1_000
"""Characters of anything but free text."""

MOST_NEAR = 3
"""Options that are offered for what is none."""

_YES_NO = {"y": "yes", "n": "no"}


@dataclass(frozen=True, slots=True)
class Entry:
    """What was typed, as the value that is stored."""

    value: Stored


@dataclass(frozen=True, slots=True)
class EntryProblem:
    """Why nothing can be stored."""

    message: str
    hint: str
    """How to write it."""


def read_entry(question: QuestionView | Question, typed: str, as_of: datetime) -> Entry | EntryProblem:
    """Read a whole answer.

    A ``Question`` has its hard range checked; a ``QuestionView`` does not carry it, so there the case refuses.
    """
    reading = _Reading(question, as_of)
    try:
        return Entry(reading.value(typed))
    except ValueProblem as problem:
        return EntryProblem(str(problem), reading.hint())


def read_item(question: QuestionView | Question, item: str, typed: str, as_of: datetime) -> Entry | EntryProblem:
    """Read the answer to one item of an instrument; ``-`` leaves it out. The value holds that item or nothing."""
    reading = _Reading(question, as_of)
    axis = next(each for each in reading.question.rows if each.id == item)
    if typed.strip() == NOT_RECORDED:
        return Entry({})
    try:
        return Entry({item: reading.item(axis, typed)})
    except ValueProblem as problem:
        keys = ", ".join(choice.key for choice in item_choices(axis))
        return EntryProblem(str(problem), f"type one of {keys}; {NOT_RECORDED} leaves it out")


def read_row(question: QuestionView | Question, row: str, typed: str, as_of: datetime) -> Entry | EntryProblem:
    """Read one row of a grid, in the order of its columns or with their names; ``-`` leaves a cell out.

    The value holds the cells of that row alone, and may be empty.
    """
    reading = _Reading(question, as_of)
    try:
        return Entry(reading.row(row, typed))
    except ValueProblem as problem:
        return EntryProblem(str(problem), reading.row_hint())


def entry_hint(question: QuestionView | Question) -> str:
    """Say how an answer to this question is typed; empty where the list of options says it all."""
    return _Reading(question, datetime.min).hint()


def option_keys(question: QuestionView | Question) -> tuple[str, ...]:
    """Return what is typed for each option, in their order; with quick dates for a date.

    Mostly the keys of the view. Grades that are numbers themselves are typed as those numbers: a muscle power
    of 5 must never be stored because 5 is the place of power 4 in a list.
    """
    return tuple(choice.key for choice in _Reading(question, datetime.min).choices)


class _Reading:
    """One question, ready to have an answer read."""

    def __init__(self, question: QuestionView | Question, as_of: datetime) -> None:
        self.as_of = as_of
        if isinstance(question, QuestionView):
            self.question = from_view(question)
            options = [Choice(each.key, each.id, (each.label, *each.also), each.stored) for each in question.options]
        else:
            self.question = question
            options = choices_of(question, as_of)
        pairs = [(choice.id, choice.label) for choice in options]
        is_date = self.question.type is QuestionType.DATE
        own = None if is_date else own_keys(self.question.type is QuestionType.GRID, pairs)
        keys = own or [choice.key or choice.id for choice in options]
        self.choices = [
            Choice(key, choice.id, choice.labels, choice.stored) for key, choice in zip(keys, options, strict=True)
        ]

    def value(self, typed: str) -> Stored:
        """Return the stored value. Raises: ValueProblem."""
        if not typed.strip():
            raise ValueProblem("nothing was typed")
        if len(typed) > LONGEST_ENTRY and self.question.type is not QuestionType.TEXT:
            raise ValueProblem(f"that is longer than {LONGEST_ENTRY} characters")
        return to_stored(accept(self.question, self.read(typed.strip()), self.as_of))

    def read(self, typed: str) -> Stored:
        match self.question.type:
            case QuestionType.YES_NO | QuestionType.CHOICE:
                return self.choice(typed).stored
            case QuestionType.SEVERAL:
                return self.several(typed)
            case QuestionType.NUMBER:
                return number_of(typed, self.question.unit)
            case QuestionType.SCALE:
                return self.scale(typed)
            case QuestionType.DATE:
                quick = self.find(typed, whole=True)
                return read_date(typed, self.as_of) if quick is None else quick.stored
            case QuestionType.TEXT:
                return checked_text(typed)
            case QuestionType.GRID:
                return self.grid(typed)
            case QuestionType.INSTRUMENT:
                return self.items(typed)

    # --- options ---

    def choices_in(self, column: str) -> list[Choice]:
        """Return what a column of a grid takes, with keys of its own where it has options of its own."""
        axis = next((each for each in self.question.columns if each.id == column), None)
        return self.choices if axis is None or not axis.options else item_choices(axis)

    def find(self, typed: str, whole: bool = False, column: str = "") -> Choice | None:
        """Return the option a text stands for: its key, a name of it, or (not *whole*) how its names begin.

        Raises: ValueProblem when it names several.
        """
        text = folded(typed)
        if self.question.type is QuestionType.YES_NO:
            text = _YES_NO.get(text, text)
        choices = self.choices_in(column)
        for choice in choices:
            if text == choice.key:
                return choice
        if whole:
            named = [choice for choice in choices if text in map(folded, (choice.id, *choice.labels))]
            return named[0] if len(named) == 1 else None
        found = fit(text, choices)
        if found.meant is None and found.begun:
            raise ValueProblem(f"{typed!r} could be {' or '.join(repr(choice.label) for choice in found.begun)}")
        return found.meant

    def choice(self, typed: str, column: str = "") -> Choice:
        found = self.find(typed, column=column)
        if found is None:
            near = " or ".join(repr(choice.label) for choice in fit(typed, self.choices_in(column)).near[:MOST_NEAR])
            raise ValueProblem(f"no option is {typed!r}" + (f"; did you mean {near}?" if near else ""))
        return found

    def several(self, typed: str) -> Stored:
        whole = self.find(typed)
        if whole is not None:
            return [whole.stored]
        found: list[str] = []
        for part in filter(None, map(str.strip, re.split(r"[,;]", typed))):
            choice = self.find(part)
            words = [word for word in part.split() if word.casefold() != "and"]
            found += [choice.stored] if choice is not None else [self.choice(word).stored for word in words]
        if not found:
            raise ValueProblem(f"no option is {typed!r}")
        return list(dict.fromkeys(found))

    # --- numbers ---

    def scale(self, typed: str) -> Stored:
        high = limits(self.question)[1]
        text = typed.removesuffix(f"/{high}").strip()
        number = parse_decimal(number_of(text, self.question.unit))
        if number != number.to_integral_value():
            raise ValueProblem(f"{typed!r} is not a whole number")
        return int(number)

    # --- instruments ---

    def items(self, typed: str) -> Stored:
        """Read one answer for each item, in their order."""
        parts = typed.replace(",", " ").replace(";", " ").split()
        if len(parts) != len(self.question.rows):
            raise ValueProblem(f"{len(parts)} answers to {len(self.question.rows)} items")
        found = {
            item.id: self.item(item, part)
            for item, part in zip(self.question.rows, parts, strict=True)
            if part != NOT_RECORDED
        }
        if not found:
            raise ValueProblem("no item is answered")
        return found

    def item(self, item: Axis, typed: str) -> str:
        """Return the option of one item a text stands for: its score, its id, or how its label begins."""
        self.choices = item_choices(item)
        return self.choice(_YES_NO.get(folded(typed), typed)).stored

    # --- grids ---

    def grid(self, typed: str) -> Stored:
        question = self.question
        cells: dict[str, str] = {}
        rest_is_normal = False
        for part in filter(None, map(str.strip, re.split(r"[;\n]", typed))):
            if re.fullmatch(r"(all|otherwise|rest|the rest)? ?normal", folded(part)) and question.normal is not None:
                rest_is_normal = True
            else:
                cells.update(self.cell(part))
        if rest_is_normal and question.normal is not None:
            cells = rest_normal(question, cells)
        if not cells:
            raise ValueProblem("no cell is filled in")
        return cells

    def cell(self, part: str) -> dict[str, str]:
        """Read "row column grade", or "row" with its grades."""
        text = folded(part)
        found = _named(self.question.rows, text) or _named(self.question.rows, folded(re.sub("[.:=]", " ", text)))
        if found is None:
            rows = ", ".join(axis.label.clinician for axis in self.question.rows)
            raise ValueProblem(f"{part!r} does not begin with one of: {rows}")
        row, rest = found
        return self.row(row, rest)

    def row(self, row: str, typed: str) -> dict[str, str]:
        columns = self.question.columns
        text = folded(typed)
        if not text:
            raise ValueProblem("nothing was typed")
        if text == NOT_RECORDED:
            return {}
        if text == "normal" and self.question.normal is not None:
            return row_normal(self.question, row)
        if has_records(self.question):
            found = self.find(text, whole=True)
            if found is not None and found.id == self.question.normal:
                return row_normal(self.question, row)
        elif found := self.find(text.removeprefix("both ").removeprefix("all ")):
            if len(columns) == 1 or text.startswith(("both ", "all ")):
                return {f"{row}.{column.id}": found.stored for column in columns}
        if "," not in text:
            text = _commas_before(columns, text) if _named(columns, text) else ",".join(text.split())
        return self.in_columns(row, [part.strip() for part in text.split(",") if part.strip()])

    def in_columns(self, row: str, parts: list[str]) -> dict[str, str]:
        """Read the grades of one row: each with the name of its column, or one for every column in order."""
        named = [_named(self.question.columns, part) for part in parts]
        if any(each is None for each in named):
            if any(each is not None for each in named) or len(parts) != len(self.question.columns):
                labels = ", ".join(column.label.clinician for column in self.question.columns)
                raise ValueProblem(f"{len(self.question.columns)} grades are needed here, in this order: {labels}")
            named = [(axis.id, part) for axis, part in zip(self.question.columns, parts, strict=True)]
        cells: dict[str, str] = {}
        for column, grade in filter(None, named):
            if f"{row}.{column}" in cells:
                raise ValueProblem(f"{grade!r} is a second grade for the same cell")
            if grade != NOT_RECORDED:
                cells[f"{row}.{column}"] = self.choice(grade, column).stored
        if has_records(self.question) and self.question.normal in cells.values():
            if set(cells.values()) != {self.question.normal}:
                label = next(each.label for each in self.choices if each.id == self.question.normal)
                raise ValueProblem(f"{label!r} stands for the whole row, and nothing beside it")
            return row_normal(self.question, row)
        return cells

    # --- hints ---

    def hint(self) -> str:
        match self.question.type:
            case QuestionType.YES_NO:
                return "type y or n"
            case QuestionType.CHOICE:
                return f"type one of {self.keys()}, or the beginning of an option"
            case QuestionType.SEVERAL:
                return f"type one or more of {self.keys()}, such as {' '.join(self.some_keys())}"
            case QuestionType.NUMBER:
                return f"type a number, such as 3 or 38.5{f', in {self.question.unit}' if self.question.unit else ''}"
            case QuestionType.SCALE:
                low, high = limits(self.question)
                return f"type a whole number from {low} to {high}"
            case QuestionType.DATE:
                return f"type a date: {EXAMPLES}"
            case QuestionType.TEXT:
                return "type a line of text"
            case QuestionType.INSTRUMENT:
                return f"type the answers to all {len(self.question.rows)} in their order, {NOT_RECORDED} for none"
            case QuestionType.GRID:
                normal = "normal, or " if self.question.normal is not None else ""
                return f"type {normal}the cells: {self.some_cell()}"

    def row_hint(self) -> str:
        if has_records(self.question):
            columns = "; ".join(self.column_hint(column) for column in self.question.columns)
            return f"type one of each ({columns}); {NOT_RECORDED} leaves one out"
        columns = ", ".join(column.label.clinician for column in self.question.columns)
        return f"type a grade ({self.keys()}) for: {columns}; {NOT_RECORDED} leaves one out"

    def column_hint(self, column: Axis) -> str:
        choices = ", ".join(f"{each.key} {each.label}" for each in self.choices_in(column.id))
        return f"{column.label.clinician}: {choices}"

    def keys(self) -> str:
        keys = [choice.key for choice in self.choices]
        return f"{keys[0]} to {keys[-1]}" if len(keys) > 5 and all(map(str.isdecimal, keys)) else ", ".join(keys)

    def some_keys(self) -> list[str]:
        return [choice.key for choice in self.choices[:3:2]]

    def some_cell(self) -> str:
        if not (self.question.rows and self.question.columns and self.choices):
            return ""
        row, column = self.question.rows[0].label.clinician, self.question.columns[0]
        if has_records(self.question):
            return f"{row} {' '.join(self.choices_in(each.id)[-1].key for each in self.question.columns)}"
        return f"{row} {column.label.clinician} {self.choices[0].key}"


def _named(axes: Sequence[Axis], text: str) -> tuple[str, str] | None:
    """Return the axis a text begins with, by the longest of its names, and what follows it."""
    best: tuple[int, str] | None = None
    for axis in axes:
        for name in (axis.id, axis.id.replace("_", " "), axis.label.clinician, axis.label.patient):
            spelled = folded(name)
            if text.startswith(f"{spelled} ") and (best is None or len(spelled) > best[0]):
                best = (len(spelled), axis.id)
    return None if best is None else (best[1], text[best[0] :].strip())


def _commas_before(axes: Sequence[Axis], text: str) -> str:
    """Part "right 4 left 5" before each name of a column."""
    names = {folded(name) for axis in axes for name in (axis.id, axis.label.clinician, axis.label.patient)}
    return re.sub(rf" (?=(?:{'|'.join(map(re.escape, sorted(names, key=len, reverse=True)))}) )", ",", text)
