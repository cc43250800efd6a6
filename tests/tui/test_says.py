"""What the person says first or volunteers: a note, and the way to the questions it may concern. Never an answer."""

from __future__ import annotations

import pytest

from chatbot.core import commands as cmd
from chatbot.core.events import NoteAdded
from chatbot.interview import Interview
from tests.tui import kit
from tests.tui.kit import House, screen_text
from tests.tui.test_interview_screen import SIZES, at

SAID = "tingling, operation, temperature"


def notes(case: Interview) -> list[NoteAdded]:
    return [event for event in case.events if isinstance(event, NoteAdded)]


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_said_is_kept_and_the_questions_it_concerns_are_listed_to_go_to(size: tuple[int, int]) -> None:
    case = at("signs")
    app = kit.application(case)
    async with app.run_test(size=size) as pilot:
        await pilot.press("slash", *SAID, "enter")
        await pilot.pause()
        shown = screen_text(app)
        assert "nothing is answered" in " ".join(shown.lower().split())
        assert max(map(len, shown.split("\n"))) <= size[0]
        answers = dict(case.case.answers)
        await pilot.press("1")
        await pilot.pause()
        assert case.case.shown == "operated"
    assert [(each.text, each.question) for each in notes(case)] == [(SAID, None)]
    assert case.case.answers == answers


async def test_open_questions_stand_before_answered_ones_and_escape_goes_on_where_one_was() -> None:
    case = at("signs", story="private words")
    app = kit.application(case)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("slash", *SAID, "enter")
        await pilot.pause()
        shown = screen_text(app)
        assert shown.index("When was the operation?") < shown.index("What is the temperature? · answered: 37 C")
        await pilot.press("escape")
        assert "Which of these are there?" in screen_text(app) and case.case.shown == "signs"


async def test_words_that_fit_no_question_are_kept_and_it_is_said() -> None:
    case = at("signs")
    app = kit.application(case)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash", *"zebra", "enter")
        await pilot.pause()
        assert "No question was found in these words" in screen_text(app)
        assert [each.text for each in notes(case)] == ["zebra"]
        await pilot.press("slash", "enter")
        await pilot.pause()
        assert len(notes(case)) == 1, "nothing said is no note"


async def test_in_a_text_the_key_is_a_character() -> None:
    app = kit.application(at("story"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("a", "slash")
        assert app.screen.entry.text == "a/"


async def test_a_new_case_begins_with_what_is_said_first_and_enter_alone_leaves_it_out() -> None:
    app = kit.application(house=House())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("n", *"bed 7", "enter", "enter", "1")
        await pilot.pause()
        assert "what do they say first" in screen_text(app)
        await pilot.press("enter")
        await pilot.pause()
        assert "Has passing water stopped?" in screen_text(app)
        assert not notes(app.session.interview)


async def test_what_was_volunteered_can_be_listed_by_itself_until_it_is_answered() -> None:
    case = at("feeling")
    case.send(cmd.AddNote("tingling"))
    app = kit.application(case)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("j", *["tab"] * 3)
        shown = screen_text(app)
        assert "[volunteered 1]" in shown and "Which of these are there?" in shown
        assert "How strong is the pain?" not in shown
        await pilot.press("enter")
        await pilot.pause()
        assert case.case.shown == "signs"
