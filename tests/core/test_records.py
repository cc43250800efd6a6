"""Grids whose columns have options of their own: each row is one record, such as a treatment that was tried."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, cast

import pytest

from chatbot.core.answers import accept, value_text
from chatbot.core.cells import rest_normal, with_cell
from chatbot.core.commands import GiveAnswer
from chatbot.core.condition import Facts, compile_node
from chatbot.core.domains import candidates, cell_values, neighbours
from chatbot.core.entry import Entry, EntryProblem, read_entry, read_row
from chatbot.core.protocol import Axis, Option, Question, QuestionType, Wording
from chatbot.core.resolve import Shape, Symbols, condition
from chatbot.core.tree import Constant
from chatbot.core.values import ValueProblem
from chatbot.core.view import AxisView, OptionView, QuestionView
from chatbot.export.lines import question_rows
from chatbot.tui.drawing.question import above
from chatbot.tui.form import Form
from chatbot.tui.words import Words

AS_OF = datetime(2026, 3, 15, 10, 30)


def both(text: str) -> Wording:
    return Wording(text, text)


def options(*ids: str) -> tuple[Option, ...]:
    return tuple(Option(each, both(each.replace("_", " "))) for each in ids)


ALL = options("not_tried", "yes", "enough", "too_short", "none", "some")
TRIED = Question(
    "tried",
    "s",
    QuestionType.GRID,
    both("What was tried?"),
    both("why"),
    options=ALL,
    rows=(Axis("exercise", both("Exercise")), Axis("tens", both("TENS"))),
    columns=(
        Axis("tried", both("Tried"), ALL[:2]),
        Axis("trial", both("Trial"), (ALL[0], ALL[2], ALL[3])),
        Axis("relief", both("Relief"), (ALL[0], ALL[4], ALL[5])),
    ),
    normal="not_tried",
)
NOTHING = dict.fromkeys(TRIED.cells, "not_tried")
EXERCISE = {"exercise.tried": "yes", "exercise.trial": "too_short", "exercise.relief": "some"}


def views(found: tuple[Option, ...]) -> tuple[OptionView, ...]:
    return tuple(OptionView(str(key), each.id, each.label.clinician) for key, each in enumerate(found, 1))


VIEW = QuestionView(
    id="tried", section="", section_intro="", index=1, of=1, text="?", other_register="?", why="", cites=(),
    type="grid", options=views(ALL), statuses=(), cannot_apply=(), normal="not_tried", unit=None, range="",
    rows=tuple(AxisView(each.id, each.label.clinician) for each in TRIED.rows),
    columns=tuple(AxisView(each.id, each.label.clinician, views(each.options)) for each in TRIED.columns),
    source="patient", private=False, answer="", stored=None, expired=False, postponed=False,
)  # fmt: skip


def form(**stored: Any) -> Form:
    return Form(replace(VIEW, stored=stored or None), TRIED, AS_OF)


def test_a_cell_takes_the_options_of_its_column_only() -> None:
    assert accept(TRIED, EXERCISE, AS_OF) == EXERCISE
    with pytest.raises(ValueProblem, match="'some' is not an option; the options are not_tried, yes"):
        accept(TRIED, {"exercise.tried": "some"}, AS_OF)
    assert cell_values(TRIED, "tens.tried") == ({"tens.tried": "not_tried"}, {"tens.tried": "yes"})


def test_every_value_that_searches_propose_is_one_the_grid_takes() -> None:
    proposed = [*candidates(TRIED, (), AS_OF), *neighbours(TRIED, {**NOTHING, **EXERCISE})]
    assert len(proposed) > 10
    for value in proposed:
        assert accept(TRIED, value, AS_OF) == value


def test_the_rest_is_the_rows_that_nothing_was_said_about() -> None:
    assert rest_normal(TRIED, {"exercise.tried": "yes"}) == {
        "exercise.tried": "yes", "tens.tried": "not_tried", "tens.trial": "not_tried", "tens.relief": "not_tried",
    }  # fmt: skip


def test_a_record_is_said_as_one() -> None:
    assert value_text(TRIED, {**NOTHING, **EXERCISE}, "clinician") == (
        "Exercise (Tried: yes, Trial: too short, Relief: some); otherwise not tried"
    )
    assert value_text(TRIED, NOTHING, "patient") == "not tried"
    assert value_text(TRIED, {"exercise.tried": "yes"}, "patient") == "Exercise (Tried: yes); 1 not recorded"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("exercise yes, too short, some; rest normal", {**NOTHING, **EXERCISE}),
        ("exercise 2 3 3", EXERCISE),
        ("exercise tried yes, relief none", {"exercise.tried": "yes", "exercise.relief": "none"}),
        ("tens not tried", {cell: "not_tried" for cell in NOTHING if cell.startswith("tens")}),
        ("exercise yes - some", {"exercise.tried": "yes", "exercise.relief": "some"}),
    ],
)
def test_a_record_is_typed_in_the_order_of_the_columns_or_by_their_names(typed: str, found: dict[str, str]) -> None:
    for asked in (TRIED, VIEW):
        assert read_entry(asked, typed, AS_OF) == Entry(found)


def test_what_is_normal_stands_for_the_whole_row() -> None:
    problem = read_row(VIEW, "exercise", "1 2 3", AS_OF)
    assert isinstance(problem, EntryProblem)
    assert "'not tried' stands for the whole row" in problem.message
    assert "Trial: 1 not tried, 2 enough, 3 too short" in problem.hint


def test_keys_are_those_of_the_column_the_mark_stands_in() -> None:
    asked = form()
    for key in "233":
        asked.press(key)
    assert (asked.cells, asked.cell) == (EXERCISE, "tens.tried")
    assert not asked.takes("3")
    assert asked.all_normal() == GiveAnswer("tried", value={**NOTHING, **EXERCISE})


def test_one_key_says_that_a_row_is_normal_and_another_takes_it_back() -> None:
    asked = form()
    asked.press("1")
    assert asked.cell == "tens.tried"
    asked.move(-1, 0)
    asked.press("2")
    assert asked.cells == {"exercise.tried": "yes"}
    assert form().all_normal() == GiveAnswer("tried", value=NOTHING)


def test_the_choices_of_a_column_are_drawn_under_the_row_that_is_asked() -> None:
    asked = form()
    asked.press("2")
    drawn = above(asked, cast(Words, None), 78, True)
    shown = ["".join(seg.text for seg in row) for row in drawn.lines[drawn.first : drawn.last + 1]]
    assert "Exercise" in shown[0]
    assert "Trial:   1 not tried   2 enough   3 too short   · not recorded" in shown[1]


def test_a_row_is_never_normal_in_part() -> None:
    assert with_cell(TRIED, NOTHING, "tens.trial", "enough")["tens.trial"] == "enough"
    assert "tens.tried" not in with_cell(TRIED, NOTHING, "tens.trial", "enough")
    assert with_cell(TRIED, {**NOTHING, **EXERCISE}, "exercise.relief", "not_tried") == NOTHING


def test_lines_name_what_each_column_takes() -> None:
    said = [text for _, text in question_rows(VIEW, {}, "clinician")]
    assert "Trial: 1 not tried, 2 enough, 3 too short" in said


def test_a_condition_reads_one_cell_and_unknown_is_not_no() -> None:
    shape = Shape(
        "grid", tuple(each.id for each in ALL), rows=("exercise", "tens"), columns=("tried", "trial", "relief")
    )
    read = condition(
        "any(tried, row is exercise and column is trial and cell is enough)", Symbols({"tried": shape}, frozenset(), {})
    )
    test = compile_node(read.tree)

    def value(cells: dict[str, str]) -> bool | None:
        return test(Facts({"tried": cells}, {"tried": "known"}, {}, AS_OF))

    assert value({**NOTHING, **EXERCISE}) is False
    assert value({**EXERCISE, "exercise.trial": "enough"}) is True
    assert value({"exercise.tried": "yes"}) is None
    assert compile_node(Constant(True))(Facts({}, {}, {}, AS_OF)) is True
