"""Half-typed text and half-made choices are there again, whatever came between; what was given leaves nothing."""

from __future__ import annotations

from chatbot.core.events import NoteAdded
from chatbot.tui.screens.alarm import AlarmScreen
from tests.tui import kit
from tests.tui.kit import House, Summary, screen_text
from tests.tui.test_instruments import at as at_instrument
from tests.tui.test_interview_screen import at, value

AWAY_AND_BACK = (
    "f1 escape",
    "f2",
    "escape tab",
    "f5 escape",
    "escape b tab escape escape",
    "escape j home down enter escape",
    "escape f4 C D enter n enter enter",
    "f6 escape",
)
"""Keys that lead away from a question, and back to it."""


async def test_half_typed_text_is_there_again_whatever_came_between() -> None:
    case = at("story")
    app = kit.application(case)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press(*"half")
        for keys in AWAY_AND_BACK:
            await pilot.press(*keys.split())
            await pilot.pause()
            assert case.case.shown == "story" and app.screen.entry.text == "half", keys
        assert value(case, "story") is None
        await pilot.press(*" done", "enter")
        await pilot.pause()
        assert value(case, "story") == "half done" and app.session.drafts.kept == {}
        await pilot.press("b")
        await pilot.pause()
        assert "begun before" not in screen_text(app)


async def test_half_typed_text_outlives_leaving_the_case() -> None:
    case = at("story")
    app = kit.application(house=House(cases=[Summary()], opens=lambda: case))
    async with app.run_test(size=(100, 30)) as pilot:
        for keys in ("enter y escape", "h a l f escape q", "enter y escape"):
            await pilot.press(*keys.split())
            await pilot.pause()
        assert app.screen.entry.text == "half" and "begun before, not given yet" in screen_text(app)


async def test_half_typed_text_outlives_an_emergency() -> None:
    case = at("heat")
    app = kit.application(case)
    async with app.run_test(size=(100, 30)) as pilot:
        for keys in ("3 8 escape b b 1", "y"):
            await pilot.press(*keys.split())
            await pilot.pause()
        assert isinstance(app.screen, AlarmScreen)
        assert app.session.drafts.at(case.case.case, "heat").text == "38"


async def test_marks_and_cells_that_were_not_given_are_there_again() -> None:
    case = at("signs")
    app = kit.application(case)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("1", "3", "b", "escape")
        await pilot.pause()
        shown = screen_text(app)
        assert "[x] tingling" in shown and "[x] cramps" in shown and "begun before, not given yet" in shown
        assert value(case, "signs") is None
    case = at_instrument("worry_long")
    app = kit.application(case)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("0", "f5", "escape")
        await pilot.pause()
        assert len(app.screen.form.cells) == 1 and app.screen.form.row == 1


async def test_a_half_typed_note_is_there_at_its_question_and_nowhere_else() -> None:
    case = at("feeling")
    app = kit.application(case)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("t", *"half", "escape", "slash")
        assert app.screen.entry.text == ""
        await pilot.press("escape", "1", "t")
        assert app.screen.entry.text == "", "a note stands beside one question"
        await pilot.press("escape", "b", "t")
        assert app.screen.entry.text == "half"
        await pilot.press("enter", "t")
        assert app.screen.entry.text == ""
        assert [each.text for each in case.events if isinstance(each, NoteAdded)] == ["half"]
