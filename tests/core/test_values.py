"""Stored spellings: what is read, what is refused, and that reading and spelling undo each other."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.core.values import (
    Span,
    Urgency,
    ValueProblem,
    decimal_text,
    moment_text,
    months_before,
    parse_decimal,
    parse_duration,
    parse_moment,
    parse_span,
    to_stored,
)

SPANS = [
    ("2015", "2015-01-01T00:00", "2015-12-31T23:59"),
    ("2015-02", "2015-02-01T00:00", "2015-02-28T23:59"),
    ("2016-02", "2016-02-01T00:00", "2016-02-29T23:59"),
    ("2015-03-12", "2015-03-12T00:00", "2015-03-12T23:59"),
    ("2015-03-12T10:30", "2015-03-12T10:30", "2015-03-12T10:30"),
    ("2015-03-12/2015-03-20", "2015-03-12T00:00", "2015-03-20T23:59"),
    ("2015-03-12T10:30/2015-03-12T11:00", "2015-03-12T10:30", "2015-03-12T11:00"),
    ("1900-01-01/2015-03-12", "1900-01-01T00:00", "2015-03-12T23:59"),
]


@pytest.mark.parametrize(("text", "first", "last"), SPANS)
def test_a_partial_date_is_the_interval_it_may_lie_in(text: str, first: str, last: str) -> None:
    span = parse_span(text)
    assert (span.text, moment_text(span.first), moment_text(span.last)) == (text, first, last)


@pytest.mark.parametrize(
    "text",
    [
        *"15 2015-13 2015-3 2015-02-30 2015-02-28T24:00 2015-02-28T10 2015/ /2015 2015-03-20/2015-03-12".split(),
        *"2015-01-01T10:60 2015-01-01Z １９９９ 0000 20150101 2015-01-01T10:30:00 2015//2016".split(),
        *["", " 2015", "2015\n", "yesterday"],
    ],
)
def test_what_is_not_a_date_is_refused(text: str) -> None:
    with pytest.raises(ValueProblem):
        parse_span(text)


@pytest.mark.parametrize("text", ["2015", "2015-03", "2015-03-01/2015-03-02", "", "now"])
def test_a_moment_is_at_least_a_whole_day(text: str) -> None:
    with pytest.raises(ValueProblem):
        parse_moment(text)


def test_a_day_begins_at_its_first_minute() -> None:
    assert moment_text(parse_moment("2015-03-12")) == "2015-03-12T00:00"


@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)))
def test_a_moment_is_read_as_it_is_spelled(moment: datetime) -> None:
    to_the_minute = moment.replace(second=0, microsecond=0)
    assert parse_moment(moment_text(to_the_minute)) == to_the_minute


def test_the_part_of_a_span_after_the_moment_of_asking_is_cut_off() -> None:
    asked = datetime(2025, 3, 10, 9)
    assert parse_span("2025").until(asked) == Span("2025", datetime(2025, 1, 1), asked)
    assert parse_span("2024").until(asked) == parse_span("2024")
    later = parse_span("2026").until(asked)
    assert later.first == later.last


DECIMALS = [
    ("38.5", "38.5"),
    ("38.50", "38.5"),
    ("038", "38"),
    ("-1.250", "-1.25"),
    ("0.0", "0"),
    ("-0", "0"),
    ("100", "100"),
    ("123456789012.123456", "123456789012.123456"),
]


@pytest.mark.parametrize(("typed", "stored"), DECIMALS)
def test_a_decimal_has_one_spelling(typed: str, stored: str) -> None:
    assert decimal_text(parse_decimal(typed)) == stored


@pytest.mark.parametrize("text", ["", "1e3", "inf", "NaN", "1,5", ".5", "5.", "+5", "1 2", "٣", "1_000", "0x1", "5\n"])
def test_what_is_not_a_plain_decimal_is_refused(text: str) -> None:
    with pytest.raises(ValueProblem):
        parse_decimal(text)


@given(st.decimals(Decimal("-99999999"), Decimal("99999999"), places=6))
def test_spelling_a_decimal_keeps_its_value(number: Decimal) -> None:
    assert parse_decimal(decimal_text(number)) == number


DURATIONS = [
    ("PT0S", None),
    ("PT4H", timedelta(hours=4)),
    ("PT30M", timedelta(minutes=30)),
    ("P14D", timedelta(days=14)),
    ("P6W", timedelta(weeks=6)),
    ("P1DT12H", timedelta(days=1, hours=12)),
    ("P3M", timedelta(days=90)),
    ("P1Y", timedelta(days=365)),
]


@pytest.mark.parametrize(("text", "length"), [row for row in DURATIONS if row[1] is not None])
def test_a_duration_has_a_length(text: str, length: timedelta) -> None:
    assert parse_duration(text) == length


@pytest.mark.parametrize("text", ["", "P", "PT", "P1", "4H", "P-1D", "P1.5D", "PT1H2", "P1DT", "p1d"])
def test_what_is_not_a_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueProblem):
        parse_duration(text)


@pytest.mark.parametrize(
    ("day", "months", "earlier"),
    [
        ("2026-03-31", 1, "2026-02-28"),
        ("2024-03-31", 1, "2024-02-29"),
        ("2026-01-15", 1, "2025-12-15"),
        ("2026-03-15", 12, "2025-03-15"),
        ("2024-02-29", 12, "2023-02-28"),
        ("2026-03-15", 0, "2026-03-15"),
    ],
)
def test_months_are_counted_by_the_calendar(day: str, months: int, earlier: str) -> None:
    assert months_before(date.fromisoformat(day), months).isoformat() == earlier


def test_urgency_has_one_order() -> None:
    assert [level.value for level in sorted(Urgency, key=lambda level: level.rank)] == [
        "undetermined",
        "routine",
        "urgent",
        "same_day",
        "emergency",
    ]


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ("yes", "yes"),
        (7, 7),
        (Decimal("38.50"), "38.5"),
        (parse_span("2015-03"), "2015-03"),
        (("a", "b"), ["a", "b"]),
        ({"l5.left": "4"}, {"l5.left": "4"}),
    ],
)
def test_a_value_has_one_stored_form(value: object, stored: object) -> None:
    assert to_stored(value) == stored  # type: ignore[arg-type]
