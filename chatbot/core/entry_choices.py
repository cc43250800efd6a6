"""The choices of a question as they may be typed, and numbers with or without their unit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from chatbot.core.answers import quick_span
from chatbot.core.entry_names import folded
from chatbot.core.keys import LETTER_KEYS, each_has_its_own, place_keys, score_of_key
from chatbot.core.protocol import Axis, Option, Question, QuestionType, QuickDate, Wording
from chatbot.core.values import ValueProblem, decimal_text, parse_decimal, to_stored
from chatbot.core.view import OptionView, QuestionView


@dataclass(frozen=True, slots=True)
class Choice:
    """An option as it may be typed."""

    key: str
    id: str
    labels: tuple[str, ...]
    stored: str

    @property
    def label(self) -> str:
        """What it is called first."""
        return self.labels[0]


_NUMBER_FIRST = re.compile(r"(\d+[+-]?)(?:/\d+)?(?![\w.,])", re.ASCII)


def own_keys(grid: bool, choices: Sequence[tuple[str, str]]) -> list[str] | None:
    """Return keys for (id, label) pairs whose labels are grades that are numbers; None where they are not."""
    numbers: list[str | None] = []
    for id_, label in choices:
        match = _NUMBER_FIRST.match(label)
        ending = re.search(r"(\d+)\Z", id_, re.ASCII)
        if grid and match is None:
            match = ending
        said_twice = match is not None and ending is not None and match[1] == ending[1]
        numbers.append(match[1] if match is not None and (grid or said_twice) else None)
    own = [number for number in numbers if number is not None]
    if len(own) < 2 or len(set(own)) != len(own):
        return None
    spare = iter(LETTER_KEYS)
    return [next(spare, "") if number is None else number for number in numbers]


def number_of(typed: str, unit: str | None) -> str:
    """Return the digits of a number typed with or without its unit, a decimal comma read where it can be no other."""
    text = _without_unit(typed.strip(), unit)
    if match := re.fullmatch(r"(-?[0-9]+),([0-9]+)", text):
        if len(match[2]) == 3 and match[1].lstrip("-0"):
            raise ValueProblem(f"{typed!r} may be {match[1]}{match[2]} or {match[1]}.{match[2]}")
        text = f"{match[1]}.{match[2]}"
    return str(to_stored(parse_decimal(text)))


def _without_unit(text: str, unit: str | None) -> str:
    if unit is None:
        return text
    match = re.fullmatch(r"([-0-9.,]+)\s*([^\s\d.,-].*)", text)
    if match is None:
        return text
    said, known = folded(match[2]), folded(unit)
    if said in {known, known.removeprefix("°")} or (known.isalpha() and len(known) > 2 and said in _plurals(known)):
        return match[1]
    raise ValueProblem(f"the unit here is {unit}, not {match[2]}")


def _plurals(unit: str) -> set[str]:
    return {f"{unit}s", unit.removesuffix("s")}


def choices_of(question: Question, as_of: datetime) -> list[Choice]:
    """Return the options of a question, or of a date its quick intervals at *as_of*."""
    if question.type is not QuestionType.DATE:
        keys = place_keys(len(question.options))
        return [_choice(key, each, each.id) for key, each in zip(keys, question.options, strict=True)]
    # A hint is asked for without a moment; then there is none to count from.
    stored = ["" if as_of == datetime.min else quick_span(each, as_of) for each in question.quick]
    keys = place_keys(len(stored))
    return [_choice(key, each, span) for key, each, span in zip(keys, question.quick, stored, strict=True)]


def _choice(key: str, option: Option | QuickDate, stored: str) -> Choice:
    synonyms = option.synonyms if isinstance(option, Option) else ()
    return Choice(key, option.id, (option.label.clinician, option.label.patient, *synonyms), stored)


def item_choices(item: Axis) -> list[Choice]:
    """Return the options of an item with what is typed for each: its score where each has one of its own."""
    scores = [decimal_text(each.grade) if each.grade is not None else "" for each in item.options]
    keys = scores if each_has_its_own(scores) else place_keys(len(scores))
    return [_choice(key, each, each.id) for key, each in zip(keys, item.options, strict=True)]


def _item_option(view: OptionView) -> Option:
    """Return as much of an option of an item as its view carries; its key tells its score."""
    score = score_of_key(view.key)
    grade = None if score is None else Decimal(score)
    return Option(view.id, Wording(view.label, view.label), grade=grade, synonyms=view.also)


def from_view(view: QuestionView) -> Question:
    """Return as much of the question as its view carries: all but the ranges of a number."""
    nothing = Wording("", "")
    top = re.search(r"(-?\d+) to (-?\d+)", view.range) if view.type == QuestionType.SCALE.value else None
    return Question(
        id=view.id,
        section="",
        type=QuestionType(view.type),
        ask=nothing,
        why=nothing,
        options=tuple(
            Option(each.id, Wording(each.label, each.label), each.exclusive, synonyms=each.also)
            for each in view.options
        ),
        rows=tuple(
            Axis(each.id, Wording(each.label, each.label), tuple(map(_item_option, each.options))) for each in view.rows
        ),
        columns=tuple(
            Axis(each.id, Wording(each.label, each.label), tuple(map(_item_option, each.options)))
            for each in view.columns
        ),
        normal=view.normal,
        unit=view.unit,
        minimum=None if top is None else Decimal(top[1]),
        maximum=None if top is None else Decimal(top[2]),
    )
