"""What people type becomes stored values, and never an exception."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.core.answers import accept, quick_span, range_text
from chatbot.core.entry import Entry, EntryProblem, entry_hint, option_keys, read_entry, read_row
from chatbot.core.keys import OPTION_KEYS
from chatbot.core.protocol import Axis, Option, Question, QuestionType, QuickDate, Wording
from chatbot.core.values import parse_span
from chatbot.core.view import AxisView, OptionView, QuestionView

AS_OF = datetime(2025, 11, 12, 9, 30)


def both(text: str) -> Wording:
    return Wording(text, text)


def question(type_: str, *options: str, **more: Any) -> Question:
    """Return a question; options are "id: label"."""
    made = []
    for option in options:
        id_, _, label = option.partition(": ")
        made.append(Option(id_, both(label), exclusive=id_ == "none"))
    return Question("q", "s", QuestionType(type_), both("?"), both("why"), options=tuple(made), **more)


YES_NO = question("yes_no", "yes: Yes", "no: No")
CHOICE = question(
    "choice", "clear: Feels normal", "one: Reduced, on one side", "both: Reduced, on both sides", "gone: No feeling"
)
SEVERAL = question(
    "several", "nsaid: Ibuprofen or naproxen", "opioid: Opioids", "hot: Heat, cold", "none: None of these"
)
HEAT = question("number", unit="°C", minimum=Decimal(30), maximum=Decimal(45))
MASS = question("number", unit="kg")
WEEKS = question("number", unit="weeks")
BARE = question("number")
SCALE = question("scale")
TEXT = question("text")
DATE = question(
    "date",
    quick=(
        QuickDate("recent", both("Within two weeks"), "P14D", "PT0S"),
        QuickDate("long", both("More than a year ago"), None, "P365D"),
    ),
)
POWER = question(
    "grid",
    "g0: 0 none",
    "g3: 3 against gravity",
    "g4: 4 against resistance",
    "g5: 5 normal",
    "untestable: Cannot be tested",
    rows=(Axis("hip_flexion", both("Hip flexion")), Axis("knee", both("Knee extension"))),
    columns=(Axis("right", both("right")), Axis("left", both("left"))),
    normal="g5",
)
TOUCH = question(
    "grid",
    "same: Normal",
    "less: Reduced",
    "gone: Absent",
    rows=(Axis("l4", both("L4")), Axis("l5", both("L5"))),
    columns=(Axis("right", both("right")),),
    normal="same",
)
EVERY = [YES_NO, CHOICE, SEVERAL, HEAT, MASS, WEEKS, BARE, SCALE, TEXT, DATE, POWER, TOUCH]


def view_of(asked: Question) -> QuestionView:
    """Return the view a screen would have of a question."""
    if asked.type is QuestionType.DATE:
        options = [
            OptionView(key, each.id, each.label.clinician, quick_span(each, AS_OF))
            for key, each in zip(OPTION_KEYS, asked.quick, strict=False)
        ]
    else:
        options = [
            OptionView(key, each.id, each.label.clinician, each.id, exclusive=each.exclusive)
            for key, each in zip(OPTION_KEYS, asked.options, strict=False)
        ]
    return QuestionView(
        id=asked.id,
        section="",
        section_intro="",
        index=1,
        of=1,
        text="?",
        other_register="?",
        why="",
        cites=(),
        type=asked.type.value,
        options=tuple(options),
        statuses=(),
        cannot_apply=(),
        rows=tuple(AxisView(each.id, each.label.clinician) for each in asked.rows),
        columns=tuple(AxisView(each.id, each.label.clinician) for each in asked.columns),
        normal=asked.normal,
        unit=asked.unit,
        range=range_text(asked),
        source="patient",
        private=False,
        answer="",
        stored=None,
        expired=False,
        postponed=False,
    )


def cells(*grades: str) -> dict[str, str]:
    return dict(zip(["hip_flexion.right", "hip_flexion.left", "knee.right", "knee.left"], grades, strict=True))


READ: list[tuple[Question, str, Any]] = [
    (YES_NO, "1", "yes"),
    (YES_NO, "2", "no"),
    (YES_NO, "y", "yes"),
    (YES_NO, " No ", "no"),
    (CHOICE, "3", "both"),
    (CHOICE, "gone", "gone"),
    (CHOICE, "feels", "clear"),
    (CHOICE, "Reduced, on one side", "one"),
    (CHOICE, "no", "gone"),
    (SEVERAL, "1", ["nsaid"]),
    (SEVERAL, "2 1", ["nsaid", "opioid"]),
    (SEVERAL, "1,3", ["nsaid", "hot"]),
    (SEVERAL, "1; 1", ["nsaid"]),
    (SEVERAL, "opioids and ibu", ["nsaid", "opioid"]),
    (SEVERAL, "heat, cold", ["hot"]),
    (SEVERAL, "none", ["none"]),
    (HEAT, "38.5", "38.5"),
    (HEAT, "38,5", "38.5"),
    (HEAT, "38.50 °C", "38.5"),
    (HEAT, "38,5c", "38.5"),
    (MASS, "80kg", "80"),
    (MASS, "0,125", "0.125"),
    (MASS, "72,25 KG", "72.25"),
    (WEEKS, "1 week", "1"),
    (BARE, "-3", "-3"),
    (SCALE, "7", 7),
    (SCALE, "7/10", 7),
    (SCALE, "10", 10),
    (TEXT, "  pain [severe] since 3 days ", "pain [severe] since 3 days"),
    (DATE, "1", "2025-10-29/2025-11-12"),
    (DATE, "long", "1900-01-01/2024-11-12"),
    (DATE, "within two weeks", "2025-10-29/2025-11-12"),
    (POWER, "normal", cells("g5", "g5", "g5", "g5")),
    (POWER, "hip flexion right 4", {"hip_flexion.right": "g4"}),
    (POWER, "hip_flexion.right: 4", {"hip_flexion.right": "g4"}),
    (POWER, "Hip flexion 4 5; knee extension both 3", cells("g4", "g5", "g3", "g3")),
    (POWER, "knee left 0; rest normal", cells("g5", "g5", "g5", "g0")),
    (POWER, "knee right 4 left 3", {"knee.right": "g4", "knee.left": "g3"}),
    (TOUCH, "L5 reduced; normal", {"l4.right": "same", "l5.right": "less"}),
    (TOUCH, "l4 3", {"l4.right": "gone"}),
]


@pytest.mark.parametrize("as_view", [False, True], ids=["question", "view"])
@pytest.mark.parametrize(("asked", "typed", "stored"), READ)
def test_what_is_typed_becomes_the_stored_value(asked: Question, typed: str, stored: Any, as_view: bool) -> None:
    assert read_entry(view_of(asked) if as_view else asked, typed, AS_OF) == Entry(stored)


REFUSED: list[tuple[Question, str, str]] = [
    (YES_NO, "", "nothing was typed"),
    (YES_NO, "3", "no option is '3'"),
    (YES_NO, "maybe", "no option is 'maybe'"),
    (CHOICE, "red", "'red' could be 'Reduced, on one side' or 'Reduced, on both sides'"),
    (CHOICE, "feals normal", "no option is 'feals normal'; did you mean 'Feels normal'?"),
    (CHOICE, "1 2", "no option is '1 2'"),
    (SEVERAL, "1 9", "no option is '9'"),
    (SEVERAL, ",", "no option is ','"),
    (SEVERAL, "1 none", "'none' cannot stand beside another option"),
    (HEAT, "50", "50 is outside 30 to 45 °C"),
    (HEAT, "101 F", "the unit here is °C, not F"),
    (MASS, "1,234", "'1,234' may be 1234 or 1.234"),
    (MASS, "1 234", "'1 234' is not a number; write digits with a point, such as 38.5"),
    (MASS, "1e3", "the unit here is kg, not e3"),
    (BARE, "1e3", "'1e3' is not a number; write digits with a point, such as 38.5"),
    (BARE, "٣", "'٣' is not a number; write digits with a point, such as 38.5"),
    (SCALE, "7.5", "'7.5' is not a whole number"),
    (SCALE, "11", "11 is outside 0 to 10"),
    (TEXT, "a\x1b[31mb", "the text has a control character in it"),
    (TEXT, "a\udcffb", "the text has a character that could not be read"),
    (DATE, "soon", "'soon' is not a date"),
    (POWER, "5", "2 grades are needed here, in this order: right, left"),
    (POWER, "elbow right 4", "'elbow right 4' does not begin with one of: Hip flexion, Knee extension"),
    (POWER, "knee right 1", "no option is '1'"),
    (POWER, "knee right 4, right 3", "'3' is a second grade for the same cell"),
    (POWER, ";", "no cell is filled in"),
]


@pytest.mark.parametrize(("asked", "typed", "message"), REFUSED)
def test_what_has_no_one_reading_is_refused_with_a_hint(asked: Question, typed: str, message: str) -> None:
    if asked is POWER and typed == "5":
        problem = read_row(asked, "knee", typed, AS_OF)
    else:
        problem = read_entry(asked, typed, AS_OF)
    assert isinstance(problem, EntryProblem)
    assert problem.message == message
    assert problem.hint


DATES = [
    ("2015", "2015"),
    ("2015-03", "2015-03"),
    ("3/2015", "2015-03"),
    ("03.2015", "2015-03"),
    ("2015/03", "2015-03"),
    ("March 2015", "2015-03"),
    ("mar. 2015", "2015-03"),
    ("Sept 2015", "2015-09"),
    ("2015-03-12", "2015-03-12"),
    ("2015/3/12", "2015-03-12"),
    ("12 Mar 2015", "2015-03-12"),
    ("12-mar-2015", "2015-03-12"),
    ("12th of March 2015", "2015-03-12"),
    ("March 12, 2015", "2015-03-12"),
    ("25/03/2015", "2015-03-25"),
    ("03/25/2015", "2015-03-25"),
    ("4/4/2015", "2015-04-04"),
    ("2025-11-12T08:15", "2025-11-12T08:15"),
    ("2025-11-12 08:15", "2025-11-12T08:15"),
    ("8:15", "2025-11-12T08:15"),
    ("yesterday at 22:10", "2025-11-11T22:10"),
    ("since Tuesday", "2025-11-11"),
    ("thurs", "2025-11-06"),
    ("on Monday", "2025-11-10"),
    ("since yesterday", "2025-11-11"),
    ("since March 2015", "2015-03"),
    ("in 2015", "2015"),
    ("since 3 weeks ago", "2025-10-19/2025-10-25"),
    ("this morning", "2025-11-12"),
    ("last night", "2025-11-11/2025-11-12"),
    ("last month", "2025-10"),
    ("since last year", "2024"),
    ("this year", "2025"),
    ("now", "2025-11-12T09:30"),
    ("today", "2025-11-12"),
    ("Yesterday", "2025-11-11"),
    ("3 days ago", "2025-11-09"),
    ("a day ago", "2025-11-11"),
    ("2 weeks ago", "2025-10-26/2025-11-01"),
    ("two months ago", "2025-08-28/2025-09-27"),
    ("1 year ago", "2024-05-12/2025-05-12"),
    ("2 hours ago", "2025-11-12T07:00/2025-11-12T08:00"),
    ("45 min ago", "2025-11-12T08:45"),
    ("0 weeks ago", "2025-11-09/2025-11-12"),
    ("2015-03-12/2015-04-02", "2015-03-12/2015-04-02"),
    ("2015 to 2016", "2015-01-01/2016-12-31"),
    ("2015-2016", "2015-01-01/2016-12-31"),
    ("between March 2015 and May 2015", "2015-03-01/2015-05-31"),
    ("before 2015", "1900-01-01/2014-12-31"),
]


@pytest.mark.parametrize(("typed", "stored"), DATES)
def test_dates_are_read_as_people_write_them(typed: str, stored: str) -> None:
    assert read_entry(DATE, typed, AS_OF) == Entry(stored)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("12/03/2015", "'12/03/2015' may be day and month either way round"),
        ("3-4-2015", "'3-4-2015' may be day and month either way round"),
        ("12/3/15", "'12/3/15' needs a year of four digits"),
        ("12 March", "'12 march' needs a year"),
        ("31/02/2015", "there is no such date as '31/02/2015'"),
        ("2015-13", "'2015-13' is not a date: bad month number 13; must be 1-12"),
        ("ju 2015", "'ju 2015' is not a date"),
        ("2 m ago", "'2 m ago' is not a date"),
        ("since Wednesday", "'wednesday' may be today or a week ago"),
        ("last Tuesday", "'last tuesday' may be this week or the one before"),
        ("since March", "'march' needs a year"),
        ("last week", "'last week' is not a date"),
        ("since then", "'since then' is not a date"),
        ("2026", "'2026' lies after this interview (2025-11-12T09:30)"),
        ("10:30", "'10:30' lies after this interview (2025-11-12T09:30)"),
        ("1850", "'1850' lies before 1900"),
        ("99999 years ago", "there is no such date as '99999 years ago'"),
        ("2016 to 2015", "2016 to 2015 ends before it begins"),
    ],
)
def test_dates_with_two_readings_or_none_are_refused(typed: str, message: str) -> None:
    problem = read_entry(DATE, typed, AS_OF)
    assert isinstance(problem, EntryProblem)
    assert problem.message == message
    assert "12 Mar 2015" in problem.hint


@given(st.integers(0, 400), st.sampled_from(["days", "weeks", "months", "hours"]))
def test_a_relative_date_contains_the_moment_it_names(count: int, unit: str) -> None:
    entry = read_entry(DATE, f"{count} {unit} ago", AS_OF)
    assert isinstance(entry, Entry)
    span = parse_span(str(entry.value))
    days = {"days": 1.0, "weeks": 7.0, "months": 30.44, "hours": 1 / 24}[unit] * count
    assert (AS_OF - span.last).days - 1 <= days <= (AS_OF - span.first).days + 3


ROWS: list[tuple[str, dict[str, str]]] = [
    ("4 5", {"knee.right": "g4", "knee.left": "g5"}),
    ("4,5", {"knee.right": "g4", "knee.left": "g5"}),
    ("left 3", {"knee.left": "g3"}),
    ("left 3, right 4", {"knee.right": "g4", "knee.left": "g3"}),
    ("both 4", {"knee.right": "g4", "knee.left": "g4"}),
    ("normal", {"knee.right": "g5", "knee.left": "g5"}),
    ("- 4", {"knee.left": "g4"}),
    ("-", {}),
    ("cannot be tested, 5", {"knee.right": "untestable", "knee.left": "g5"}),
    ("a 5", {"knee.right": "untestable", "knee.left": "g5"}),
]


@pytest.mark.parametrize(("typed", "found"), ROWS)
def test_one_row_of_a_grid_can_be_read_by_itself(typed: str, found: dict[str, str]) -> None:
    assert read_row(view_of(POWER), "knee", typed, AS_OF) == Entry(found)


def test_grades_that_are_numbers_are_typed_as_those_numbers() -> None:
    assert option_keys(POWER) == ("0", "3", "4", "5", "a")
    assert read_row(TOUCH, "l4", "2", AS_OF) == Entry({"l4.right": "less"})
    graded = question("choice", "mrc_0: 0 none", "mrc_4: 4 weak", "mrc_5: 5 normal")
    assert read_entry(graded, "5", AS_OF) == Entry("mrc_5")
    assert isinstance(read_entry(graded, "1", AS_OF), EntryProblem)


def test_plain_wording_of_numbered_grades_keeps_their_numbers() -> None:
    plain = replace(POWER, options=tuple(replace(option, label=both("words")) for option in POWER.options))
    assert option_keys(plain) == ("0", "3", "4", "5", "a")


def test_a_list_of_ranges_keeps_its_places_as_keys() -> None:
    ranges = question("choice", "short: Less than 1 month", "some: 1 to 3 months", "more: 3 to 6 months")
    assert option_keys(ranges) == ("1", "2", "3")
    assert read_entry(ranges, "3", AS_OF) == Entry("more")


@pytest.mark.parametrize("asked", EVERY, ids=lambda asked: asked.type.value)
def test_every_question_says_how_it_is_answered(asked: Question) -> None:
    assert entry_hint(asked)
    assert entry_hint(view_of(asked))


PIECES = [*"0123456789/-.:,; TZy\x1b", " ago ", " to ", "before ", "mar ", "days", "normal", "knee ", "right "]
JUNK = st.text(st.characters(), max_size=40) | st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


@given(st.sampled_from(EVERY), JUNK)
def test_typed_junk_never_raises_and_what_is_read_is_acceptable(asked: Question, typed: str) -> None:
    for form in (asked, view_of(asked)):
        found = read_entry(form, typed, AS_OF)
        if isinstance(found, EntryProblem):
            assert found.message
        elif form is asked:
            accept(asked, found.value, AS_OF)


@given(st.sampled_from([POWER, TOUCH]), JUNK)
def test_typed_junk_in_a_row_never_raises(asked: Question, typed: str) -> None:
    found = read_row(asked, asked.rows[0].id, typed, AS_OF)
    assert isinstance(found, EntryProblem) or isinstance(found.value, dict)


def test_an_endless_entry_is_refused() -> None:
    assert read_entry(CHOICE, "x" * 5000, AS_OF) == EntryProblem(
        "that is longer than 1000 characters", entry_hint(CHOICE)
    )
