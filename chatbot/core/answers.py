"""Check a stored answer against its question, and say an answer in words.

What a person types is read elsewhere (``chatbot.core.entry``); here only stored spellings are known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from chatbot.core.cells import has_records
from chatbot.core.protocol import Option, Question, QuestionType, QuickDate, Wording
from chatbot.core.values import (
    Answer,
    Span,
    Value,
    ValueProblem,
    decimal_text,
    moment_text,
    parse_decimal,
    parse_duration,
    parse_span,
)

LONGEST_TEXT = 4_000
"""Characters in a free-text answer or a note."""

SCALE = (Decimal(0), Decimal(10))
"""The range of a scale that declares none."""


def accept(question: Question, stored: object, as_of: datetime) -> Value:
    """Turn a stored answer into a value of the question's type.

    Raises: ValueProblem saying what would fit: wrong type, unknown option, outside the hard range, a date
    after *as_of*, a text that is empty, too long or carries control characters.
    """
    match question.type:
        case QuestionType.YES_NO | QuestionType.CHOICE:
            return _one_option(question, stored)
        case QuestionType.SEVERAL:
            return _several(question, stored)
        case QuestionType.NUMBER:
            if not isinstance(stored, str):
                raise ValueProblem(f"{stored!r} is not a number in text form such as '38.5'")
            return _in_range(question, parse_decimal(stored))
        case QuestionType.SCALE:
            if isinstance(stored, bool) or not isinstance(stored, int):
                raise ValueProblem(f"{stored!r} is not a whole number")
            _in_range(question, Decimal(stored))
            return stored
        case QuestionType.DATE:
            return _date(stored, as_of)
        case QuestionType.TEXT:
            return checked_text(stored)
        case QuestionType.GRID | QuestionType.INSTRUMENT:
            return _table(question, stored)


def _known_option(question: Question, option: object) -> str:
    return _option_of(question.options, option)


def _option_of(options: Sequence[Option], option: object) -> str:
    if isinstance(option, str):
        for known in options:
            if known.id == option:
                return option
    raise ValueProblem(f"{option!r} is not an option; the options are {', '.join(known.id for known in options)}")


def _one_option(question: Question, stored: object) -> str:
    return _known_option(question, stored)


def _several(question: Question, stored: object) -> tuple[str, ...]:
    if isinstance(stored, str) or not isinstance(stored, list | tuple):
        raise ValueProblem(f"{stored!r} is not a list of options")
    chosen = {_known_option(question, option) for option in stored}
    if not chosen:
        raise ValueProblem("no option is chosen")
    if len(chosen) != len(stored):
        raise ValueProblem("an option is chosen twice")
    for option in question.options:
        if option.exclusive and option.id in chosen and len(chosen) > 1:
            raise ValueProblem(f"{option.id!r} cannot stand beside another option")
    return tuple(option.id for option in question.options if option.id in chosen)


def limits(question: Question) -> tuple[Decimal | None, Decimal | None]:
    """Return the hard range of a number or scale, inclusive; None where there is no limit."""
    if question.type is QuestionType.SCALE:
        low = SCALE[0] if question.minimum is None else question.minimum
        high = SCALE[1] if question.maximum is None else question.maximum
        return low, high
    return question.minimum, question.maximum


def range_text(question: Question) -> str:
    """Say the hard range, with the unit; empty when there is none."""
    low, high = limits(question)
    unit = f" {question.unit}" if question.unit else ""
    if low is not None and high is not None:
        return f"{decimal_text(low)} to {decimal_text(high)}{unit}"
    if low is not None:
        return f"{decimal_text(low)}{unit} or more"
    return f"{decimal_text(high)}{unit} or less" if high is not None else unit.strip()


def _in_range(question: Question, number: Decimal) -> Decimal:
    low, high = limits(question)
    if (low is not None and number < low) or (high is not None and number > high):
        raise ValueProblem(f"{decimal_text(number)} is outside {range_text(question)}")
    return number


def soft_problem(question: Question, value: Value) -> str | None:
    """Say why a value is possible but unlikely enough to be confirmed; None when it is not."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    number = Decimal(value)
    low, high = question.soft_minimum, question.soft_maximum
    unit = f" {question.unit}" if question.unit else ""
    if low is not None and number < low:
        return f"{decimal_text(number)}{unit} is lower than usual (below {decimal_text(low)})"
    if high is not None and number > high:
        return f"{decimal_text(number)}{unit} is higher than usual (above {decimal_text(high)})"
    return None


def _date(stored: object, as_of: datetime) -> Span:
    if not isinstance(stored, str):
        raise ValueProblem(f"{stored!r} is not a date in text form such as '2015-03'")
    span = parse_span(stored)
    if span.first > as_of:
        raise ValueProblem(f"{stored} lies after the day of this interview ({as_of:%Y-%m-%d})")
    if span.first.year < 1900:
        raise ValueProblem(f"{stored} lies before 1900")
    return span


def quick_span(quick: QuickDate, as_of: datetime) -> str:
    """Return the interval a quick date stands for at *as_of*, as it is stored: to the day, or to the minute."""
    last = as_of - parse_duration(quick.newest)
    first = datetime(1900, 1, 1) if quick.oldest is None else as_of - parse_duration(quick.oldest)
    if "T" in quick.newest.replace("PT0S", "") or "T" in (quick.oldest or ""):
        return f"{moment_text(first)}/{moment_text(last)}"
    return f"{first:%Y-%m-%d}/{last:%Y-%m-%d}"


def checked_text(stored: object) -> str:
    """Return free text as entered.

    Raises: ValueProblem when it is empty, too long, or carries control or replacement characters.
    """
    if not isinstance(stored, str):
        raise ValueProblem(f"{stored!r} is not text")
    if not stored.strip():
        raise ValueProblem("the text is empty")
    if len(stored) > LONGEST_TEXT:
        raise ValueProblem(f"the text is longer than {LONGEST_TEXT} characters")
    for character in stored:
        if (ord(character) < 32 and character not in "\n\t") or 0x7F <= ord(character) <= 0x9F:
            raise ValueProblem("the text has a control character in it")
        if character == "\ufffd" or 0xD800 <= ord(character) <= 0xDFFF:
            raise ValueProblem("the text has a character that could not be read")
    return stored


def _table(question: Question, stored: object) -> Mapping[str, str]:
    is_grid = question.type is QuestionType.GRID
    if not isinstance(stored, Mapping) or not stored:
        what = "a table of row.column to grade" if is_grid else "a mapping of items to options"
        raise ValueProblem(f"{stored!r} is not {what}")
    cells = question.cells
    for cell in stored:
        if cell not in cells:
            first = next(iter(cells), "")
            what = f"a cell; a cell is row.column such as {first}" if is_grid else f"an item; one is {first}"
            raise ValueProblem(f"{cell!r} is not {what}")
    return {cell: _option_of(options, stored[cell]) for cell, options in cells.items() if cell in stored}


def score_of(question: Question, value: Mapping[str, str]) -> tuple[Decimal | None, ...]:
    """Return what each item of an instrument scores, in order; None for one without an answer."""
    return tuple(
        next((option.grade for option in options if option.id == value.get(item)), None)
        for item, options in question.cells.items()
    )


def option_label(question: Question, option: str) -> Wording:
    """Return the label of an option; its id when the question does not have it (content that changed)."""
    for known in question.options:
        if known.id == option:
            return known.label
    return Wording(option, option)


def cell_label(question: Question, cell: str, option: str) -> Wording:
    """Return the label of the option in one cell of a grid, or of one item of an instrument."""
    found = question.cells.get(cell, ())
    return next((known.label for known in found if known.id == option), Wording(option, option))


def value_text(question: Question, value: Value, register: str) -> str:
    """Say a value in words."""
    if isinstance(value, Span):
        return _date_text(question, value)
    if isinstance(value, Mapping):
        if question.type is QuestionType.INSTRUMENT:
            return _items_text(question, value)
        return _grid_text(question, value, register)
    if isinstance(value, tuple):
        return ", ".join(option_label(question, option).in_register(register) for option in value)
    if isinstance(value, str):
        if question.type is QuestionType.TEXT:
            return value
        return option_label(question, value).in_register(register)
    number = decimal_text(Decimal(value))
    return f"{number} {question.unit}" if question.unit else number


def _date_text(question: Question, span: Span) -> str:
    if "/" not in span.text:
        return span.text.replace("T", " ")
    first, last = span.text.split("/", 1)
    if span.first.year == 1900:
        return f"before {last.replace('T', ' ')}"
    return f"{first.replace('T', ' ')} to {last.replace('T', ' ')}"


def _grid_text(question: Question, value: Mapping[str, str], register: str) -> str:
    if has_records(question):
        return _records_text(question, value, register)
    exceptions = [
        f"{row.label.in_register(register)} {column.label.in_register(register)} "
        f"{option_label(question, value[cell]).in_register(register)}"
        for row in question.rows
        for column in question.columns
        if value.get(cell := f"{row.id}.{column.id}", question.normal) != question.normal
    ]
    missing = len(question.rows) * len(question.columns) - len(value)
    if question.normal is not None and (not exceptions or len(value) > len(exceptions)):
        rest = option_label(question, question.normal).in_register(register)
        exceptions.append(rest if not exceptions else f"otherwise {rest}")
    if missing:
        exceptions.append(f"{missing} not recorded")
    return "; ".join(exceptions)


def _records_text(question: Question, value: Mapping[str, str], register: str) -> str:
    """Say each row that is not normal as one record, and what is left of the table."""
    records: list[str] = []
    normal = left = 0
    for row in question.rows:
        said = [value.get(f"{row.id}.{column.id}") for column in question.columns]
        if set(said) == {None}:
            left += 1
        elif set(said) == {question.normal}:
            normal += 1
        else:
            parts = (
                f"{column.label.in_register(register)}: {option_label(question, option).in_register(register)}"
                for column, option in zip(question.columns, said, strict=True)
                if option is not None
            )
            records.append(f"{row.label.in_register(register)} ({', '.join(parts)})")
    if normal and question.normal is not None:
        rest = option_label(question, question.normal).in_register(register)
        records.append(f"otherwise {rest}" if records else rest)
    if left:
        records.append(f"{left} not recorded")
    return "; ".join(records)


def _items_text(question: Question, value: Mapping[str, str]) -> str:
    """Say the scores of the items in their order: ``2, 0, –, 1``."""
    scores = score_of(question, value)
    return ", ".join("–" if score is None else decimal_text(score) for score in scores)


def answer_text(labels: Mapping[str, Wording], question: Question, answer: Answer, register: str) -> str:
    """Say an answer in words: the value, or its status with the reason."""
    if answer.value is not None:
        return value_text(question, answer.value, register)
    assert answer.status is not None
    text = labels[f"status.{answer.status.value}"].in_register(register)
    for reason in question.cannot_apply:
        if reason.id == answer.reason:
            return f"{text}: {reason.label.in_register(register)}"
    return text
