"""What the values of content files are made of: ids, durations, days, wordings, citations, options.

Every value arrives as text. Custom errors carry their diagnostic code as pydantic error type.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)
from pydantic_core import PydanticCustomError

from chatbot.core.resolve import near_miss
from chatbot.core.tree import EARLIER
from chatbot.core.values import (
    RESERVED_WORDS,
    ValueProblem,
    parse_decimal,
    parse_duration,
    parse_moment,
    parse_span,
)


def problem(code: str, message: str, hint: str = "") -> PydanticCustomError:
    """Return an error pydantic reports with a diagnostic code; braces in texts are data, not fields."""
    return PydanticCustomError(code, "{message}", {"message": message, "hint": hint})


# --- scalars --------------------------------------------------------------------------------------


def _a_text(value: object) -> str:
    if not isinstance(value, str):
        raise problem("P112", "a text is expected here", "write one text, not a list or a mapping")
    return value


def _one_line(value: object) -> str:
    return " ".join(_a_text(value).split())


Text = Annotated[str, BeforeValidator(_one_line), Field(min_length=1)]
"""Prose: runs of white space count as one space, so folding a line differently changes nothing."""


def _identifier(value: object) -> str:
    text = _a_text(value)
    if re.fullmatch(r"[a-z][a-z0-9_]*", text) is None:
        raise problem("P305", f"{text!r} is not an id", "small letters, digits and _, a letter first")
    return text


def _name(value: object) -> str:
    text = _identifier(value)
    if text in RESERVED_WORDS or text in EARLIER:
        raise problem("P305", f"{text!r} is a word of the condition language", "choose another id")
    return text


def _finding_name(value: object) -> str:
    """Read the id of a finding; behind a point stands what an instrument has: ``scale.score``."""
    of, point, part = _a_text(value).partition(".")
    return f"{_name(of)}.{_identifier(part)}" if point else _name(of)


def _option_id(value: object) -> str:
    text = _a_text(value)
    if re.fullmatch(r"[a-z0-9][a-z0-9_]*", text) is None:
        raise problem("P305", f"{text!r} is not an option id", "small letters, digits and _")
    if text in RESERVED_WORDS - {"yes", "no"}:
        raise problem("P305", f"{text!r} is a word of the condition language", "choose another id")
    return text


def _reference_id(value: object) -> str:
    text = _a_text(value)
    if re.fullmatch(r"[A-Z][A-Z0-9_]*", text) is None:
        raise problem("P305", f"{text!r} is not a reference id", "capitals, digits and _")
    return text


def _region_id(value: object) -> str:
    text = _a_text(value)
    if re.fullmatch(r"[A-Z][A-Z0-9_]*", text) is None:
        raise problem("P305", f"{text!r} is not a region", "capitals, digits and _, such as UK")
    return text


def _yes_no(value: object) -> bool:
    if value not in ("yes", "no"):
        raise problem("P301", f"{value!r} is neither yes nor no", "write yes or no")
    return value == "yes"


def _yes_no_or_why(value: object) -> bool | str:
    return value == "yes" if value in ("yes", "no") else _one_line(value)


def _truth(value: object) -> bool | None:
    words = {"true": True, "false": False, "unknown": None}
    if not isinstance(value, str) or value not in words:
        raise problem("P301", f"{value!r} is not known here", "one of true, false, unknown")
    return words[value]


def _whole(value: object) -> int:
    text = _a_text(value)
    if re.fullmatch(r"[0-9]{1,6}", text) is None:
        raise problem("P301", f"{text!r} is not a whole number", "write digits")
    return int(text)


def _decimal(value: object) -> Decimal:
    try:
        return parse_decimal(_a_text(value))
    except ValueProblem as error:
        raise problem("P301", str(error)) from error


def _decimal_or_none(value: object) -> Decimal | None:
    return None if value is None or value == "none" else _decimal(value)


def _duration(value: object) -> str:
    text = _a_text(value)
    try:
        parse_duration(text)
    except ValueProblem as error:
        raise problem("P301", str(error)) from error
    return text


def _day(value: object) -> str:
    text = _a_text(value)
    try:
        date.fromisoformat(text)
        parse_span(text)
    except ValueError as error:
        raise problem("P301", f"{text!r} is not a day", "write it like 2026-11-24") from error
    return text


def _moment(value: object) -> str:
    text = _a_text(value)
    try:
        parse_moment(text)
    except ValueProblem as error:
        raise problem("P301", str(error)) from error
    return text


def one_of(*words: str) -> Any:
    """Return a validator that admits these words only and suggests the nearest."""

    def check(value: object) -> str:
        text = _a_text(value)
        if text not in words:
            hint = near_miss(text, words) or f"one of {', '.join(words)}"
            raise problem("P301", f"{text!r} is not known here", hint)
        return text

    return BeforeValidator(check)


Identifier = Annotated[str, BeforeValidator(_identifier)]
Name = Annotated[str, BeforeValidator(_name)]
"""An id a condition may use."""
FindingName = Annotated[str, BeforeValidator(_finding_name)]
OptionId = Annotated[str, BeforeValidator(_option_id)]
ReferenceId = Annotated[str, BeforeValidator(_reference_id)]
RegionId = Annotated[str, BeforeValidator(_region_id)]
YesNo = Annotated[bool, BeforeValidator(_yes_no)]
YesNoOrWhy = Annotated[bool | str, BeforeValidator(_yes_no_or_why)]
"""yes or no; a text is a yes that gives its reason."""
TruthWord = Annotated[bool | None, BeforeValidator(_truth)]
"""true, false or unknown."""


def _language(value: object) -> str:
    text = _a_text(value)
    if re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", text) is None:
        raise problem("P301", f"{text!r} is no language", "write its tag, like fr or es-MX")
    return text


Language = Annotated[str, BeforeValidator(_language)]
"""A BCP 47 tag."""
Whole = Annotated[int, BeforeValidator(_whole)]
Number = Annotated[Decimal, BeforeValidator(_decimal)]
NumberOrNone = Annotated[Decimal | None, BeforeValidator(_decimal_or_none)]
"""A number, or ``none`` where there is none."""
Duration = Annotated[str, BeforeValidator(_duration)]
Day = Annotated[str, BeforeValidator(_day)]
Moment = Annotated[str, BeforeValidator(_moment)]
Condition = Text


class Strict(BaseModel):
    """Unknown keys are refused, nothing is coerced, nothing changes afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Entry(Strict):
    """An entry with an id that may once have had another."""

    was: tuple[str, ...] = Field(default=(), strict=False, exclude=True)
    """Ids it was released under before; outside the digest."""


# --- wordings, citations, options -----------------------------------------------------------------


class WordsModel(Strict):
    """One text in both registers."""

    clinician: Text
    patient: Text
    differs: Text | None = Field(default=None, exclude=True)
    """Why a negation, a number or a unit stands in one register only; outside the digest."""


def _same_in_both(value: object) -> object:
    return {"clinician": value, "patient": value} if isinstance(value, str) else value


def _both_registers(value: object) -> object:
    if isinstance(value, str):
        raise problem("P411", "the wording for both registers is needed", "write clinician: … and patient: …")
    return value


Words = Annotated[WordsModel, BeforeValidator(_same_in_both)]
"""A text; written once it stands in both registers."""
BothWords = Annotated[WordsModel, BeforeValidator(_both_registers)]
"""A text a patient hears: both registers are written out."""


class CitationModel(Strict):
    reference: ReferenceId
    locator: str = ""


def _citation(value: object) -> object:
    if not isinstance(value, str):
        raise problem("P112", "a reference id is expected, with ': ' and the place in it where one is known")
    reference, _, locator = value.partition(":")
    return {"reference": reference.strip(), "locator": " ".join(locator.split())}


Cited = Annotated[CitationModel, BeforeValidator(_citation)]


class OptionModel(Entry):
    label: Words
    exclusive: YesNo = False
    grade: Number | None = None
    synonyms: tuple[Text, ...] = Field(default=(), strict=False)
    recorded_only: YesNoOrWhy = Field(default=False, exclude=True)
    """Nothing tells it from another option, and that is meant; outside the digest."""


def table_key(value: object) -> str | tuple[str, ...]:
    """Read what the entries of a table belong to: the id of a question or field, or option ids."""
    return tuple(map(_option_id, value)) if isinstance(value, list) else _name(value)


def labelled(value: object) -> object:
    """Let a choice be written as its label alone."""
    if isinstance(value, str) or (isinstance(value, dict) and "label" not in value):
        return {"label": value}
    return value


class ColumnModel(Strict):
    label: Words
    options: tuple[OptionId, ...] = Field(default=(), strict=False)
    """The options of the grid it takes; left out: every one."""


class CannotApplyModel(Strict):
    label: Words
    substitute: tuple[Name, ...] = Field(default=(), strict=False)


class QuickModel(Strict):
    label: Words
    oldest: Duration | None = None
    newest: Duration


class RangeModel(Strict):
    min: Number | None = None
    max: Number | None = None
    soft_min: Number | None = None
    soft_max: Number | None = None

    @model_validator(mode="after")
    def _in_order(self) -> RangeModel:
        limits = [each for each in (self.min, self.soft_min, self.soft_max, self.max) if each is not None]
        if limits != sorted(limits):
            raise problem("P306", "the limits are not in order", "min <= soft_min <= soft_max <= max")
        return self
