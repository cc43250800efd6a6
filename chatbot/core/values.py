"""Answers and the values they hold: statuses, sources, partial dates, stored spellings.

What must not live here: anything that knows a question, a rule or a screen.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum

Truth = bool | None
"""Kleene's three values: True, False, and None for *unknown*. Test with ``is True``, never with ``if value``."""


class Status(StrEnum):
    """Why a question that was put has no value. Never merged with each other, nor with *not asked*."""

    UNKNOWN = "unknown"
    DECLINED = "declined"
    NOT_ASSESSED = "not_assessed"
    CANNOT_APPLY = "cannot_apply"


BARE_STATUSES = (Status.UNKNOWN, Status.DECLINED, Status.NOT_ASSESSED)
"""Those that every question takes; *cannot apply* needs a reason of the question."""


class Source(StrEnum):
    """Where an answer comes from."""

    PATIENT = "patient"
    RECORD = "record"
    EXAMINATION = "examination"
    OBSERVER = "observer"


class Urgency(StrEnum):
    """How soon the person must be seen by someone else."""

    UNDETERMINED = "undetermined"
    ROUTINE = "routine"
    URGENT = "urgent"
    SAME_DAY = "same_day"
    EMERGENCY = "emergency"

    @property
    def rank(self) -> int:
        """0 for undetermined up to 4 for emergency."""
        return _URGENCY_RANK[self]


_URGENCY_RANK = {level: rank for rank, level in enumerate(Urgency)}

RESERVED_WORDS = frozenset(
    "yes no true false unknown declined not_assessed cannot_apply not_asked later "
    "and or not is in includes any all count known asked".split()
)
"""Words no question, option, finding or group may take as its id (options may be called yes and no)."""


class ValueProblem(ValueError):
    """A stored or typed value that does not fit; the message says what would."""


@dataclass(frozen=True, slots=True)
class Span:
    """A point in time known only within bounds: "2015", "March 2015", "between 4 and 14 days ago".

    Both ends are inclusive, to the minute, without time zone (the clinic's own clock).
    ``text`` is the canonical spelling, which is also how the value is stored.
    """

    text: str
    """``YYYY``, ``YYYY-MM``, ``YYYY-MM-DD``, ``YYYY-MM-DDTHH:MM``, or two of the last two joined by ``/``."""
    first: datetime
    """The earliest moment it may be."""
    last: datetime
    """The latest moment it may be."""

    def until(self, moment: datetime) -> Span:
        """Return the same span with everything after *moment* cut off ("2025", asked in March)."""
        if self.last <= moment:
            return self
        return Span(self.text, self.first, max(self.first, moment))


_POINT = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2}))?)?)?\Z", re.ASCII)


def _point(text: str) -> tuple[datetime, datetime]:
    match = _POINT.match(text)
    if match is None:
        raise ValueProblem(f"{text!r} is not a date; write 2015, 2015-03, 2015-03-12 or 2015-03-12T10:30")
    year, month, day, hour, minute = (int(part) if part else None for part in match.groups())
    assert year is not None
    try:
        if month is None:
            return datetime(year, 1, 1), datetime(year, 12, 31, 23, 59)
        if day is None:
            final = calendar.monthrange(year, month)[1]
            return datetime(year, month, 1), datetime(year, month, final, 23, 59)
        if hour is None:
            return datetime(year, month, day), datetime(year, month, day, 23, 59)
        assert minute is not None
        moment = datetime(year, month, day, hour, minute)
    except ValueError as error:
        raise ValueProblem(f"{text!r} is not a date: {error}") from error
    return moment, moment


def parse_span(text: str) -> Span:
    """Read a stored date: a partial date or ``first/last``.

    Raises: ValueProblem when it is neither, or when the end lies before the beginning.
    """
    if "/" not in text:
        first, last = _point(text)
        return Span(text, first, last)
    left, right = text.split("/", 1)
    first, last = _point(left)[0], _point(right)[1]
    if last < first:
        raise ValueProblem(f"{text!r} ends before it begins")
    return Span(text, first, last)


def parse_moment(text: str) -> datetime:
    """Read an ``as_of``: a day (its first minute) or a day with a time.

    Raises: ValueProblem for anything less than a whole day.
    """
    if len(text) < len("2025-01-01") or "/" in text:
        raise ValueProblem(f"{text!r} is not a day; write 2025-11-12 or 2025-11-12T09:30")
    return _point(text)[0]


def moment_text(moment: datetime) -> str:
    """Spell a moment to the minute: ``2025-11-12T09:30``."""
    return moment.strftime("%Y-%m-%dT%H:%M")


def whole_day(text: str) -> str:
    """Return the day of a stored moment: ``2025-11-12``."""
    return text[:10]


def months_before(day: date, months: int) -> date:
    """Return the day *months* calendar months earlier; the last of the month where that day does not exist."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


_DURATION = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:0S)?)?\Z", re.ASCII)


def parse_duration(text: str) -> timedelta:
    """Read an ISO 8601 duration; a year counts 365 days and a month 30.

    Raises: ValueProblem when *text* is not one.
    """
    match = _DURATION.match(text)
    if match is None or text in {"P", "PT"} or text.endswith("T"):
        raise ValueProblem(f"{text!r} is not an ISO 8601 duration such as PT4H, P14D or P6W")
    years, months, weeks, days, hours, minutes = (int(part) if part else 0 for part in match.groups())
    return timedelta(days=years * 365 + months * 30 + weeks * 7 + days, hours=hours, minutes=minutes)


def parse_decimal(text: str) -> Decimal:
    """Read a plain decimal such as ``38.5``; no exponent, no infinity, no digits of other scripts.

    Raises: ValueProblem.
    """
    if re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,6})?", text) is None:
        raise ValueProblem(f"{text!r} is not a number; write digits with a point, such as 38.5")
    try:
        return Decimal(text)
    except InvalidOperation as error:  # pragma: no cover - the pattern admits only decimals
        raise ValueProblem(f"{text!r} is not a number") from error


def decimal_or_none(text: str) -> Decimal | None:
    """Read a plain decimal; None for any other text."""
    try:
        return parse_decimal(text)
    except ValueProblem:
        return None


def decimal_text(number: Decimal) -> str:
    """Spell a decimal canonically: no exponent, no trailing zeros, no minus zero."""
    text = format(number.normalize(), "f")
    return "0" if text in {"-0", "0"} else text


Value = str | int | Decimal | Span | tuple[str, ...] | Mapping[str, str]
"""Choice and yes/no: option id. Several: option ids in content order. Scale: int. Number: Decimal.
Date: Span. Text: str. Grid: ``row.column`` to option id."""

Stored = str | int | list[str] | dict[str, str]
"""The same as canonical JSON holds it: numbers and dates are strings."""


def to_stored(value: Value) -> Stored:
    """Return the JSON form of a value."""
    if isinstance(value, Span):
        return value.text
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, Mapping):
        return dict(value)
    return value


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as the case holds it: a value, or a status that says why there is none."""

    value: Value | None
    """The value; None when there is a status."""
    status: Status | None
    """The status; None when there is a value."""
    source: Source
    """Who or what it comes from."""
    given: datetime
    """The clinical moment it was given: the ``as_of`` of its sitting, or the ``on`` of an answers file."""
    reason: str | None = None
    """For *cannot apply*, the coded reason."""
    note: str | None = None
    """What was noted with the answer, as typed."""
    via: str = "key"
    """key, block, file or record."""
    by: str = ""
    """Who was at the keyboard; empty: whoever opened the case and was not named."""
    carried: bool = False
    """It comes from an earlier visit and has not been confirmed at this one."""
