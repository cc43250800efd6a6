"""The read-back on screen: once the safety screen is answered, confirmed by one key when all of it was in sight."""

from __future__ import annotations

from typing import Any

import pytest

from chatbot.core.commands import GiveAnswer
from chatbot.core.events import SafetyReadBack
from chatbot.interview import Interview
from chatbot.tui.screens.alarm import AlarmScreen
from chatbot.tui.screens.correct import Correct
from chatbot.tui.screens.interview import InterviewScreen
from chatbot.tui.screens.read_back import ReadBackScreen
from tests.core.test_read_back import REST, SAFE, after
from tests.tui import kit
from tests.tui.kit import screen_text

SMALL, USUAL = (40, 15), (80, 24)


def begun(case: Interview) -> Any:
    return kit.application(case, reads=False)


def read(case: Interview) -> bool:
    return any(isinstance(event, SafetyReadBack) for event in case.events)


@pytest.mark.parametrize("key", ["enter", "y"])
async def test_it_comes_after_the_last_safety_question_in_a_patients_words_and_one_key_confirms(key: str) -> None:
    case = after({"water": "no", "feeling": "?unknown"})
    app = begun(case)
    async with app.run_test(size=USUAL) as pilot:
        assert isinstance(app.screen, InterviewScreen)
        assert case.send(GiveAnswer("heat", "37")) is None
        app.screen.answered()
        await pilot.pause()
        shown = screen_text(app)
        assert isinstance(app.screen, ReadBackScreen) and "Is all of it right?" in shown
        assert "? feeling when wiping: does not know" in shown and "1 line without a clear answer" in shown
        await pilot.press(key)
        assert read(case) and isinstance(app.screen, InterviewScreen) and case.case.shown == "signs"


async def test_at_the_smallest_size_nothing_is_confirmed_before_the_last_line_was_in_sight() -> None:
    long = [kit.ask(f"sign_{n}", "yes_no", f"Is sign number {n} there, in words that fill a row?", "safety",
                    report=kit.both(f"sign number {n}, as it is called in a report")) for n in range(12)]  # fmt: skip
    flags = dict(kit.protocol().red_flags)
    from dataclasses import replace

    symbols = kit.symbols([*kit.QUESTIONS, *long])
    said = kit.condition(" or ".join(f"sign_{n} is yes" for n in range(12)), symbols)
    flags["fever"] = replace(flags["fever"], when=said)
    answers = {**{f"sign_{n}": "no" for n in range(12)}, **SAFE}
    case = after(answers, questions=[*kit.QUESTIONS, *long], red_flags=flags)
    app = begun(case)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        await pilot.press("y", "space")
        assert not read(case) and "read on" in screen_text(app)
        await pilot.press("enter", "enter", "enter", "enter", "enter", "enter")
        assert not read(case), "a key held down turns one page and confirms nothing"
        await kit.read_through(app, pilot)
        assert read(case)


async def test_escape_puts_it_off_until_the_review_which_names_it_and_a_key_brings_it_back() -> None:
    case = after(SAFE)
    app = begun(case)
    async with app.run_test(size=USUAL) as pilot:
        await pilot.pause()
        await pilot.press("escape")
        assert isinstance(app.screen, InterviewScreen) and case.case.shown == "signs" and not read(case)
        await pilot.press("1", "enter")
        assert isinstance(app.screen, InterviewScreen), "not again in this sitting"
        await pilot.press("ctrl+r")
        assert isinstance(app.screen, ReadBackScreen)
        await pilot.press("escape")
    rest = after({**SAFE, **REST})
    app = begun(rest)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        await pilot.press("escape")
        assert "have not been read back" in " ".join(screen_text(app).replace("▌", " ").split())
        await pilot.press("f5", "f8")
        assert isinstance(app.screen, ReadBackScreen), "before signing it comes again"
        await pilot.press("y")
        assert read(rest) and "Sign the plan?" in screen_text(app)
        await pilot.press("y")
        assert rest.case.closed


async def test_a_line_is_corrected_and_what_changed_afterwards_stands_first() -> None:
    case = after(SAFE)
    app = begun(case)
    async with app.run_test(size=USUAL) as pilot:
        await pilot.pause()
        await pilot.press("down", "down", "c")
        assert isinstance(app.screen, Correct) and "How does the skin feel" in screen_text(app)
        await pilot.press("2")
        assert isinstance(app.screen, ReadBackScreen) and "feeling when wiping: one side" in screen_text(app)
        await pilot.press("y")
        assert case.send(GiveAnswer("feeling", "normal")) is None
        app.screen.answered()
        await pilot.pause()
        shown = screen_text(app)
        assert "Changed since it was read back" in shown
        assert shown.index("[changed] feeling when wiping: normal") < shown.index("passing water stopped: no")
        await pilot.press("r")
        assert isinstance(app.screen, ReadBackScreen)


async def test_a_correction_that_raises_an_emergency_shows_it_at_once() -> None:
    case = after(SAFE)
    app = begun(case)
    async with app.run_test(size=USUAL) as pilot:
        await pilot.pause()
        await pilot.press("down", "c", "1")
        await pilot.pause()
        assert isinstance(app.screen, AlarmScreen) and case.case.alarms
