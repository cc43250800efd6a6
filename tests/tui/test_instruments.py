"""Instruments on the full screen: one key an item, one screen, also on the smallest."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chatbot.core.commands import GiveAnswer, Show
from chatbot.core.protocol import Axis
from chatbot.interview import Interview
from chatbot.tui.form import Form
from tests.shipped import small_protocol
from tests.tui import kit
from tests.tui.kit import screen_text

SCALES = small_protocol("scales")

USUAL: dict[str, Any] = {
    "grown_up": "yes",
    "kind": "tall",
    "smoke": "no",
    "worry_short": {"calm": "3", "sleep": "3"},
    "worry_long": {"hope": "0", "food": "0", "dark": "0"},
    "habit": {"often": "never", "many": "0"},
}


def at(question: str) -> Interview:
    """Open a case at a question."""
    case = kit.interview(SCALES)
    for key, value in USUAL.items():
        if key == question:
            break
        assert case.send(GiveAnswer(key, value=value, confirmed=True)) is None
    return case


def form(question: str, **answers: Any) -> Form:
    case = at(question)
    for key, value in answers.items():
        assert case.send(GiveAnswer(key, value=value, confirmed=True)) is None
    assert case.send(Show(question)) is None
    view = case.view().question
    assert view is not None
    return Form(view, SCALES.questions[question], case.case.as_of)


def test_one_key_answers_an_item_and_the_last_one_gives_the_whole() -> None:
    asked = form("worry_long")
    assert asked.press("1") is None and asked.press("0") is None
    assert asked.press("3") == GiveAnswer("worry_long", value={"hope": "1", "food": "0", "dark": "3"})


def test_an_item_left_out_is_asked_last_and_enter_gives_the_items_as_they_stand() -> None:
    asked = form("worry_long")
    asked.move(1, 0)
    asked.press("2")
    asked.press("1")
    assert asked.row == 0, "the one that was passed over"
    assert asked.commit() == GiveAnswer("worry_long", value={"food": "2", "dark": "1"})


def test_a_scale_of_an_item_has_a_key_for_ten_and_other_keys_are_not_taken() -> None:
    asked = form("ache")
    assert asked.takes("a") and not form("worry_long").takes("4")
    for key in "a0":
        asked.press(key)
    assert asked.press("7") == GiveAnswer("ache", value={"now": "10", "joy": "0", "work": "7"})


def test_an_instrument_that_has_an_answer_is_changed_item_by_item_and_given_by_enter() -> None:
    asked = form("worry_short", worry_short={"calm": "1", "sleep": "1"})
    assert asked.press("2") is None and asked.row == 1
    assert asked.commit() == GiveAnswer("worry_short", value={"calm": "2", "sleep": "1"})


def test_nothing_is_given_while_no_item_is_answered() -> None:
    asked = form("worry_short")
    assert asked.commit() is None and asked.problem is not None


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (40, 15)])
async def test_the_item_that_is_asked_and_its_choices_are_in_sight_at_every_size(size: tuple[int, int]) -> None:
    case = at("worry_long")
    app = kit.application(case)
    async with app.run_test(size=size) as pilot:
        assert "little hope" in screen_text(app) and "Every day" in screen_text(app)
        await pilot.press("1", "2")
        shown = screen_text(app)
        assert "dark thoughts" in shown and "Every day" in shown
        assert max(map(len, shown.split("\n"))) <= size[0]
        await pilot.press("0")
        assert case.case.answers["worry_long"].value == {"hope": "1", "food": "2", "dark": "0"}
        assert case.case.shown == "habit"


USUAL_OF_THE_KIT: dict[str, Any] = {
    "water": "no",
    "feeling": "normal",
    "heat": "37",
    "signs": ["none"],
    "pain": 2,
    "began": "2025-11-10",
    "operated": "2015",
    "story": "nothing",
}


async def test_where_a_table_does_not_fit_the_question_its_columns_and_its_keys_stay_in_sight_with_the_mark() -> None:
    regions = tuple(Axis(f"r{n}", kit.both(f"region {n}")) for n in range(12))
    asked = [replace(each, rows=regions) if each.id == "power" else each for each in kit.QUESTIONS]
    case = kit.interview(kit.protocol(questions=asked))
    for key, given in USUAL_OF_THE_KIT.items():
        assert case.send(GiveAnswer(key, value=given)) is None
    app = kit.application(case)
    async with app.run_test(size=(40, 15)) as pilot:
        for place in range(12):
            shown = kit.screen_text(app)
            assert "How strong are the mus" in shown and "left" in shown and "5 of 5" in shown
            assert f"region {place}" in shown and "▸·◂" in shown
            await pilot.press("down")
