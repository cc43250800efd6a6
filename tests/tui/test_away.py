"""The screen turned to the person, and an interruption: what they hide, what they never hide, what survives them."""

from __future__ import annotations

from typing import Any

import pytest

from chatbot.tui.idle import USUAL_MINUTES, Idleness, minutes_allowed
from chatbot.tui.words import ago
from tests.tui import kit
from tests.tui.kit import screen_text
from tests.tui.test_interview_screen import SIZES, at, value

HIDDEN = ("pending clinical review", "undetermined", "RED FLAGS", "PROGRESS", "Has passing water stopped?", "w why")
"""What stands at the clinician's side of the screen."""

REVEALING = ("j", "w", "f5", "f9", "f4", "f10", "h", "s", "t", "r", "q", "f1", "f3", "delete")
"""Keys that elsewhere show more than the question."""


def in_words(app: Any) -> str:
    return " ".join(screen_text(app).split())


@pytest.mark.parametrize("size", SIZES)
async def test_the_turned_screen_shows_the_question_in_plain_words_and_nothing_of_the_case(
    size: tuple[int, int],
) -> None:
    case = at("feeling")
    app = kit.application(case)
    async with app.run_test(size=size) as pilot:
        await pilot.press("ctrl+t", *(REVEALING if size[0] == 80 else ()))
        shown = in_words(app)
        assert "In plain words: How does the skin feel when wiping?" in shown
        assert "one side" in shown and "bed 4" in shown and "turn back" in shown
        assert not [each for each in HIDDEN if each in shown]
        await pilot.press("ctrl+t")
        assert "pending clinical review" in in_words(app) and "In plain words" not in screen_text(app)


async def test_an_answer_given_on_the_turned_screen_brings_the_next_question_turned() -> None:
    case = at("feeling")
    app = kit.application(case)
    async with app.run_test() as pilot:
        await pilot.press("ctrl+t", "1")
        assert value(case, "feeling") == "normal"
        assert "In plain words: What is the temperature?" in in_words(app)
        await pilot.press("3", "7", "ctrl+t")
        assert app.screen.entry.text == "37" and app.screen.entry.has_focus
        await pilot.press("enter")
        assert str(value(case, "heat")) == "37"


async def test_what_was_marked_or_typed_survives_turning_and_interrupting() -> None:
    app = kit.application(at("signs"))
    async with app.run_test() as pilot:
        await pilot.press("1", "ctrl+t", "2", "ctrl+l", "enter", "enter", "ctrl+t")
        assert "[x] tingling" in screen_text(app) and "[x] burning" in screen_text(app)


async def test_half_typed_private_text_is_covered_and_kept() -> None:
    app = kit.application(at("story"))
    async with app.run_test() as pilot:
        await pilot.press(*"hush", "ctrl+t")
        assert "hush" not in screen_text(app) and "not shown here" in screen_text(app)
        await pilot.press("x", "enter", "ctrl+l", "ctrl+l", "enter", "ctrl+t")
        assert app.screen.entry.text == "hush"


async def test_a_correction_with_consequences_waits_until_the_screen_is_turned_back() -> None:
    case = at("pain", water="no")
    app = kit.application(case)
    async with app.run_test() as pilot:
        await pilot.press("5", "b", "ctrl+t", "2")
        assert value(case, "pain") == 5
        assert "turn the screen back" in in_words(app).lower() and "withdraws" not in screen_text(app)
        await pilot.press("ctrl+t", "2")
        assert "withdraws" in screen_text(app)


async def test_an_emergency_stands_over_a_turned_screen_and_is_never_hidden() -> None:
    case = at("water")
    app = kit.application(case)
    async with app.run_test() as pilot:
        await pilot.press("ctrl+t", "1")
        assert case.case.alarms and "EMERGENCY" in screen_text(app)
        await pilot.press("ctrl+l", "ctrl+t")
        assert "EMERGENCY" in screen_text(app)
        app.idleness.since = -1000
        app.look_whether_idle()
        await pilot.pause()
        assert "EMERGENCY" in screen_text(app)
        await pilot.press("h", "ctrl+l")
        assert "EMERGENCY" in screen_text(app), "over a page of the emergency too"
        await pilot.press("enter", "enter", "escape")
        assert "EMERGENCY" in screen_text(app) and case.case.alarms


@pytest.mark.parametrize("size", SIZES)
async def test_an_interruption_blanks_all_but_the_label_and_says_where_one_was(size: tuple[int, int]) -> None:
    house = kit.House()
    app = kit.application(at("feeling"), house)
    async with app.run_test(size=size) as pilot:
        await pilot.press("ctrl+l")
        assert in_words(app).startswith("bed 4") and "skin" not in screen_text(app)
        assert "undetermined" not in screen_text(app) and "S-19" not in screen_text(app)
        await pilot.press("1", "j", "f1", "f5", "space", "escape")
        assert "skin" not in screen_text(app), "only the keys on screen come back"
        house.minute += 12
        await pilot.press("enter")
        shown = in_words(app)
        assert "You were at the question, 12 minutes ago. Bladder and saddle: How does the skin feel" in shown
        assert "S-19" in shown
        await pilot.press("enter")
        assert "one side" in screen_text(app)


async def test_an_interruption_works_on_other_screens_too() -> None:
    app = kit.application(at("feeling"))
    async with app.run_test() as pilot:
        for key in ("f5", "j", "t"):
            await pilot.press(key)
            before = screen_text(app)
            await pilot.press("ctrl+l")
            assert "skin" not in screen_text(app) and "bed 4" in screen_text(app)
            await pilot.press("ctrl+l", "enter")
            assert screen_text(app) == before
            await pilot.press("escape")


async def test_the_screen_blanks_by_itself_after_the_minutes_of_the_setting() -> None:
    house = kit.House()
    app = kit.application(at("heat"), house)
    async with app.run_test() as pilot:
        await pilot.press("3")
        house.minute += USUAL_MINUTES
        app.look_whether_idle()
        house.minute += USUAL_MINUTES - 1
        app.look_whether_idle()
        await pilot.pause()
        assert "temperature" in screen_text(app), "counted from the first look after the last key"
        house.minute += 1
        app.look_whether_idle()
        await pilot.pause()
        assert "temperature" not in screen_text(app)
        await pilot.press("enter")
        assert "5 minutes ago" in screen_text(app)
        await pilot.press("enter", "7", "enter")
        assert str(app.screen.interview.case.answers["heat"].value) == "37"


IDLE = [("", 4, False), ("", 5, True), ("0", 5000, False), ("2", 2, True), ("often", 5, True)]


@pytest.mark.parametrize(("setting", "passed", "blank"), IDLE)
def test_too_long_without_a_key(setting: str, passed: int, blank: bool) -> None:
    assert Idleness(100).too_long(100 + passed, minutes_allowed(setting)) is blank


def test_a_clock_that_was_set_back_counts_anew() -> None:
    idle = Idleness(100)
    assert not idle.too_long(40, 5) and not idle.too_long(44, 5) and idle.too_long(45, 5)


PASSED = [
    (0, "just now"),
    (1, "1 minute ago"),
    (12, "12 minutes ago"),
    (60, "1 hour ago"),
    (125, "2 hours 5 minutes ago"),
    (3000, "2 days ago"),
]


@pytest.mark.parametrize(("minutes", "said"), PASSED)
def test_how_long_ago(minutes: int, said: str) -> None:
    assert ago(minutes) == said
