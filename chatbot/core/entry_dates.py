"""Dates as people type them, turned into stored spellings.

Only what has one reading is taken: "12/03/2015" may be two different days and is refused with a hint.
"3 weeks ago" is kept as the interval people mean by it, half a unit to either side.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from chatbot.core.values import Span, ValueProblem, moment_text, months_before, parse_span

EXAMPLES = "2015, March 2015, 12 Mar 2015, 2015-03-12, yesterday, since Tuesday or 3 weeks ago"

MONTHS = "january february march april may june july august september october november december".split()

DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()

SHORTEST_DAY = 3
"""Letters from which on the beginning of a day of the week stands for it."""

NUMBERS = {
    word: number
    for number, word in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())
} | {"a": 1, "an": 1}

UNITS = {
    spelling: unit
    for unit, spellings in {
        "minute": "min mins minute minutes",
        "hour": "h hr hrs hour hours",
        "day": "d day days",
        "week": "w wk wks week weeks",
        "month": "mo month months",
        "year": "y yr yrs year years",
    }.items()
    for spelling in spellings.split()
}

WORDS_OF_TIME = frozenset(
    [*NUMBERS, *UNITS, *MONTHS, *"ago since for before after today yesterday night morning evening last".split()]
)
"""Words that say when and how many: by themselves they say nothing about what."""

Match = re.Match[str]


def read_date(typed: str, as_of: datetime) -> str:
    """Return the stored spelling of a typed date.

    Raises: ValueProblem saying what is wrong with it.
    """
    text = " ".join(typed.casefold().replace(",", " ").split())
    try:
        stored = _interval(text, as_of) or _read(text, as_of)
        if stored is None and (led := _LEADS.fullmatch(text)):
            stored = _read(led[1], as_of)
    except (OverflowError, ValueError) as error:
        if isinstance(error, ValueProblem):
            raise
        raise ValueProblem(f"there is no such date as {typed!r}") from error
    if stored is None:
        raise ValueProblem(f"{typed!r} is not a date")
    span = parse_span(stored)
    if span.first > as_of:
        raise ValueProblem(f"{typed!r} lies after this interview ({moment_text(as_of)})")
    if span.first.year < 1900:
        raise ValueProblem(f"{typed!r} lies before 1900")
    return stored


def _interval(text: str, as_of: datetime) -> str | None:
    """Read "from … to …", "before …" and a stored ``first/last``."""
    if match := re.fullmatch(r"before (.+)", text):
        before = _span(match[1], as_of)
        return None if before is None else f"1900-01-01/{before.first - timedelta(days=1):%Y-%m-%d}"
    patterns = (
        r"(?:from )?(.+?) (?:to|until) (.+)",
        r"between (.+?) and (.+)",
        r"(\d{4}) ?- ?(\d{4})",
        r"([^/]+)/([^/]+)",
    )
    for pattern in patterns:
        match = re.fullmatch(pattern, text)
        if match is None or _MONTH_AND_YEAR.fullmatch(text):
            continue
        left, right = _span(match[1], as_of), _span(match[2], as_of)
        if left is not None and right is not None:
            return _joined(left, right)
    return None


def _span(text: str, as_of: datetime) -> Span | None:
    stored = _read(text, as_of)
    return None if stored is None else parse_span(stored)


def _joined(left: Span, right: Span) -> str:
    if right.last < left.first:
        raise ValueProblem(f"{left.text} to {right.text} ends before it begins")
    if "T" in left.text or "T" in right.text:
        return f"{moment_text(left.first)}/{moment_text(right.last)}"
    return f"{left.first:%Y-%m-%d}/{right.last:%Y-%m-%d}"


def _read(text: str, as_of: datetime) -> str | None:
    for pattern, reader in _PATTERNS:
        if match := pattern.fullmatch(text):
            return reader(match, as_of)
    return None


# --- one reader for each way of writing -----------------------------------------------------------


def _stored(match: Match, _: datetime) -> str:
    return parse_span(match[0].upper().replace(" ", "T")).text


def _day(year: str, month: int, day: int) -> str:
    return f"{datetime(int(year), month, day):%Y-%m-%d}"


def _year_first(match: Match, _: datetime) -> str:
    if match["day"] is None:
        return f"{datetime(int(match['year']), int(match['month']), 1):%Y-%m}"
    return _day(match["year"], int(match["month"]), int(match["day"]))


def _month_and_year(match: Match, _: datetime) -> str:
    return f"{datetime(int(match['year']), int(match['month']), 1):%Y-%m}"


def _three_numbers(match: Match, _: datetime) -> str:
    one, two = int(match["one"]), int(match["two"])
    if one <= 12 and two <= 12 and one != two:
        raise ValueProblem(f"{match[0]!r} may be day and month either way round")
    return _day(match["year"], two, one) if two <= 12 else _day(match["year"], one, two)


def _short_year(match: Match, _: datetime) -> str:
    raise ValueProblem(f"{match[0]!r} needs a year of four digits")


def _no_year(match: Match, _: datetime) -> str:
    raise ValueProblem(f"{match[0]!r} needs a year")


def _named_month(match: Match, _: datetime) -> str | None:
    months = [number for number, name in enumerate(MONTHS, 1) if name.startswith(match["name"])]
    if len(months) != 1:
        return None
    if "day" not in match.re.groupindex:
        return f"{datetime(int(match['year']), months[0], 1):%Y-%m}"
    return _day(match["year"], months[0], int(match["day"]))


def _clock(match: Match, as_of: datetime) -> str:
    days = {"yesterday": 1}.get(match["word"] or "today", 0)
    moment = (as_of - timedelta(days=days)).replace(hour=int(match["hour"]), minute=int(match["minute"]))
    return moment_text(moment)


def _near(match: Match, as_of: datetime) -> str:
    if match[0] == "now":
        return moment_text(as_of)
    days = {"today": 0, "yesterday": 1, "the day before yesterday": 2}[match[0]]
    return f"{as_of - timedelta(days=days):%Y-%m-%d}"


def _weekday(match: Match, as_of: datetime) -> str | None:
    """Read a day of the week as the last one before today; on that very day it may be today or a week ago."""
    days = [number for number, name in enumerate(DAYS) if name.startswith(match[0])]
    if len(days) != 1:
        return None
    back = (as_of.weekday() - days[0]) % 7
    if not back:
        raise ValueProblem(f"{match[0]!r} may be today or a week ago")
    return f"{as_of - timedelta(days=back):%Y-%m-%d}"


def _last_weekday(match: Match, _: datetime) -> str | None:
    if not any(name.startswith(match["day"]) for name in DAYS):
        return None
    raise ValueProblem(f"{match[0]!r} may be this week or the one before")


def _this_day(match: Match, as_of: datetime) -> str:
    if match[0] != "last night":
        return f"{as_of:%Y-%m-%d}"
    return f"{as_of - timedelta(days=1):%Y-%m-%d}/{as_of:%Y-%m-%d}"


def _calendar(match: Match, as_of: datetime) -> str:
    """Read a year or a month counted from this one."""
    back = 1 if match["which"] == "last" else 0
    if match["unit"] == "year":
        return f"{as_of.year - back}"
    return f"{as_of.replace(day=1) - timedelta(days=back):%Y-%m}"


def _ago(match: Match, as_of: datetime) -> str | None:
    count, unit = NUMBERS.get(match["count"]), UNITS.get(match["unit"])
    if count is None and match["count"].isdecimal():
        count = int(match["count"])
    if count is None or unit is None:
        return None
    match unit:
        case "minute":
            return moment_text(as_of - timedelta(minutes=count))
        case "hour":
            half, middle = timedelta(minutes=30), as_of - timedelta(hours=count)
            return f"{moment_text(middle - half)}/{moment_text(min(middle + half, as_of))}"
        case "day":
            return f"{as_of - timedelta(days=count):%Y-%m-%d}"
    today = as_of.date()
    if unit == "week":
        first, last = (today - timedelta(days=count * 7 + side) for side in (3, -3))
    elif unit == "month":
        middle_day = months_before(today, count)
        first, last = middle_day - timedelta(days=15), middle_day + timedelta(days=15)
    else:
        first, last = months_before(today, count * 12 + 6), months_before(today, max(0, count * 12 - 6))
    return f"{first:%Y-%m-%d}/{min(last, today):%Y-%m-%d}"


_LEADS = re.compile(r"(?:since|from|in|on) (.+)")
"""What may stand before a date and says nothing more of it."""

_YEAR = r"(?P<year>\d{4})"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_NAME = r"(?P<name>[a-z]{3,9})\.?"
_MONTH_AND_YEAR = re.compile(rf"(?P<month>\d{{1,2}})[/.-]{_YEAR}", re.ASCII)

_Reader = Callable[[Match, datetime], str | None]
_PATTERNS: tuple[tuple[re.Pattern[str], _Reader], ...] = tuple(
    (re.compile(pattern, re.ASCII), reader)
    for pattern, reader in (
        (r"\d{4}(-\d{2}(-\d{2}([t ]\d{2}:\d{2})?)?)?", _stored),
        (rf"{_YEAR}[/.-](?P<month>\d{{1,2}})(?:[/.-](?P<day>\d{{1,2}}))?", _year_first),
        (_MONTH_AND_YEAR.pattern, _month_and_year),
        (rf"(?P<one>\d{{1,2}})[/.-](?P<two>\d{{1,2}})[/.-]{_YEAR}", _three_numbers),
        (r"\d{1,2}[/.-]\d{1,2}[/.-]\d{1,2}|\d{1,2}[/.-]\d{1,2}", _short_year),
        (rf"{_NAME}[ -]?{_YEAR}", _named_month),
        (rf"{_YEAR}[ -]?{_NAME}", _named_month),
        (rf"{_DAY}[ -]?(?:of )?{_NAME}[ -]?{_YEAR}", _named_month),
        (rf"{_NAME}[ -]?{_DAY}[ -]{_YEAR}", _named_month),
        (rf"{_DAY} ?(?:of )?(?:{'|'.join(name[:3] for name in MONTHS)})[a-z]*\.?", _no_year),
        (rf"(?:{'|'.join(name[:3] for name in MONTHS)})[a-z]*\.?(?: {_DAY})?", _no_year),
        (r"(?:(?P<word>today|yesterday)(?: at)? )?(?P<hour>\d{1,2}):(?P<minute>\d{2})", _clock),
        (r"now|today|yesterday|the day before yesterday", _near),
        (rf"[a-z]{{{SHORTEST_DAY},9}}", _weekday),
        (r"(?P<which>this|last) (?P<unit>month|year)", _calendar),
        (rf"last (?P<day>(?:{'|'.join(name[:SHORTEST_DAY] for name in DAYS)})[a-z]*)", _last_weekday),
        (r"this morning|last night", _this_day),
        (r"(?P<count>[a-z]+|\d{1,5}) ?(?P<unit>[a-z]+) ago", _ago),
    )
)
"""What is tried, in order; the first that matches reads the date."""
