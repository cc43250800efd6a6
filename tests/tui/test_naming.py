"""Choices typed by their names: the list narrows, one only is taken, near ones are offered, Escape loses nothing."""

from __future__ import annotations

import pytest

from chatbot.core.commands import GiveAnswer
from chatbot.tui.form import Form, Mode
from tests.tui import kit
from tests.tui.kit import screen_text
from tests.tui.test_interview_screen import SIZES, at, value


def form(question: str, typed: str = "") -> Form:
    """Return the form of a question, at which something is being typed."""
    ours = at(question)
    view = ours.view("clinician").question
    assert view is not None
    made = Form(view, ours.protocol.questions[question], ours.case.as_of)
    made.mode = made.before = Mode.TYPING
    made.name.follow(typed)
    return made


GIVEN = {
    ("water", "yes"): GiveAnswer("water", value="yes"),
    ("water", "n"): GiveAnswer("water", value="no"),
    ("feeling", "norm"): GiveAnswer("feeling", value="normal"),
    ("feeling", "one si"): GiveAnswer("feeling", value="one_side"),
    ("feeling", "unknown"): GiveAnswer("feeling", status="unknown"),
    ("feeling", "not a"): GiveAnswer("feeling", status="not_assessed"),
}


@pytest.mark.parametrize(("question", "typed"), GIVEN)
def test_a_name_or_the_beginning_of_one_is_given(question: str, typed: str) -> None:
    assert form(question).commit(typed) == GIVEN[question, typed]


@pytest.mark.parametrize("typed", ["", "n", "no", "side", "nromal", "zebra"])
def test_nothing_is_given_for_what_names_no_choice_or_several(typed: str) -> None:
    asked = form("feeling")
    assert asked.commit(typed) is None and asked.problem is not None


def test_a_near_choice_is_taken_only_when_it_was_chosen() -> None:
    asked = form("feeling", "nromal")
    assert [each.id for each in asked.name.offered(asked.view)] == ["normal"] and asked.name.taken(asked.view) is None
    asked.move(1, 0)
    assert asked.commit("nromal") == GiveAnswer("feeling", value="normal")


def test_several_choices_are_marked_one_by_one_or_at_once() -> None:
    asked = form("signs")
    assert asked.commit("ting") is None and asked.name.typed == "" and asked.chosen == {"tingling"}
    assert asked.commit("cramps, burning") is None and asked.problem is None
    assert asked.commit("") == GiveAnswer("signs", value=["tingling", "burning", "cramps"])


@pytest.mark.parametrize("size", SIZES)
async def test_the_list_narrows_while_it_is_typed_and_enter_answers(size: tuple[int, int]) -> None:
    case = at("feeling")
    app = kit.application(case)
    async with app.run_test(size=size) as pilot:
        await pilot.press("tab")
        assert all(each in screen_text(app) for each in ("normal", "one side", "both sides"))
        await pilot.press("b", "o")
        await pilot.pause()
        shown = screen_text(app)
        assert "▸    both sides" in shown and "one side" not in shown and value(case, "feeling") is None
        assert "How does the skin feel" in " ".join(shown.replace("▌", " ").split())
        await pilot.press("enter")
        await pilot.pause()
        assert value(case, "feeling") == "both_sides"


async def test_escape_returns_to_the_keys_and_what_was_typed_is_gone_on_with() -> None:
    case = at("feeling")
    app = kit.application(case)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("tab", *"sid")
        await pilot.press("escape")
        assert "typed: sid" in screen_text(app) and value(case, "feeling") is None
        await pilot.press("tab")
        await pilot.pause()
        shown = screen_text(app)
        assert app.screen.entry.text == "sid" and "one side (near)" in shown and "normal" not in shown
        await pilot.press("enter")
        assert "no answer begins with 'sid'" in screen_text(app).lower()
        await pilot.press("down", "down", "enter")
        await pilot.pause()
        assert value(case, "feeling") == "both_sides"


async def test_several_are_typed_one_after_the_other() -> None:
    case = at("signs")
    app = kit.application(case)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("tab", *"bu", "enter", *"cr", "enter")
        await pilot.pause()
        shown = screen_text(app)
        assert "[x] burning" in shown and "[x] cramps" in shown and "[ ] tingling" in shown
        await pilot.press("enter")
        await pilot.pause()
        assert value(case, "signs") == ("burning", "cramps")
