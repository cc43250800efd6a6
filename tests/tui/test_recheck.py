"""A list to confirm on screen: read to its end, some of it marked, the rest confirmed by one key."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatbot.core import commands as cmd
from chatbot.interview import Interview
from chatbot.tui.screens.recheck import RecheckScreen
from tests.dialogue.visits import desk, first_visit, weeks_later
from tests.tui import kit
from tests.tui.kit import screen_text


@pytest.fixture
def interview(tmp_path: Path) -> Interview:
    """A follow-up that stands before its first list."""
    opened = desk(tmp_path, seed=9).follow_up(first_visit(tmp_path), as_of=weeks_later(2))
    assert opened.send(cmd.ConfirmCarried()) is None
    assert opened.send(cmd.GiveAnswer("setting", value=["private"])) is None
    return opened


async def test_the_list_is_put_as_a_whole_and_one_key_confirms_it(interview: Interview) -> None:
    app = kit.application(interview)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        shown = screen_text(app)
        assert isinstance(app.screen, RecheckScreen)
        assert "Read each line aloud" in shown and "saddle sensation" in shown.casefold() and "rest as before" in shown
        await pilot.press("enter")
        await pilot.pause()
        case = interview.case
        assert case.answers["saddle_sensation"].given == case.as_of and case.next == "pain_change"
        assert not isinstance(app.screen, RecheckScreen)


async def test_a_marked_line_is_asked_and_the_mark_can_be_taken_back(interview: Interview) -> None:
    app = kit.application(interview)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("1", "2", "2", "down", "space")
        assert screen_text(app).count("[changed]") == 0, "the first line was marked by its key and unmarked by Space"
        await pilot.press("down", "space")
        assert screen_text(app).count("[changed]") == 1
        await pilot.press("enter")
        await pilot.pause()
        assert interview.case.next == "bladder_feeling" and "bladder_retention" in interview.case.answers


async def test_escape_asks_every_question_by_itself(interview: Interview) -> None:
    app = kit.application(interview)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()
        assert not isinstance(app.screen, RecheckScreen) and interview.case.next == "bladder_retention"
        await pilot.press("1")
        await pilot.pause()
        assert "bladder_retention" in interview.case.answers and not isinstance(app.screen, RecheckScreen)


async def test_nothing_is_confirmed_before_the_last_line_was_in_sight(interview: Interview) -> None:
    app = kit.application(interview)
    async with app.run_test(size=(40, 15)) as pilot:
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert "saddle_sensation" not in interview.case.answers and isinstance(app.screen, RecheckScreen)
        for _ in range(6):
            await pilot.press("pagedown")
        await pilot.press("enter")
        await pilot.pause()
        assert "saddle_sensation" in interview.case.answers
