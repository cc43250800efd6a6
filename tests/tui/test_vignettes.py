"""By keyboard alone, a vignette comes out on screen with the plan that an answers file gives, to the byte."""

from __future__ import annotations

from typing import Any

import pytest
from textual.events import Key
from textual.keys import _character_to_key
from textual.pilot import Pilot

from chatbot.core.case import for_team
from chatbot.core.events import PlanIssued
from chatbot.core.plan import plan_digest
from chatbot.core.present import present
from chatbot.interview import Interview
from chatbot.record.store import MemoryRecorder
from chatbot.tui.form import Form
from chatbot.tui.screens.read_back import ReadBackScreen
from tests.dialogue.typing import keys_for
from tests.dialogue.vignettes import FEW, answers_of, opened, plan_of
from tests.shipped import shipped_protocol
from tests.tui.kit import application, read_choices, read_through, screen_text

PROTOCOL = shipped_protocol()


async def press(app: Any, pilot: Pilot[Any], keys: list[str]) -> None:
    """Press keys; only the last waits until the screen has come to rest, which is most of the time a press takes."""
    for key in keys[:-1]:
        if key == "escape":
            await pilot.press(key)
        elif len(key) == 1:
            app._driver.send_message(Key(_character_to_key(key), key))
        else:
            app._driver.send_message(Key(key, None))
    await pilot.press(keys[-1])


@pytest.mark.parametrize("name", FEW[1:3])
async def test_a_vignette_by_keyboard_gives_the_same_plan(name: str) -> None:
    answers = answers_of(PROTOCOL, name)
    interview = Interview.start(PROTOCOL, MemoryRecorder(), opened(PROTOCOL, name))
    app = application(interview)
    async with app.run_test(size=(80, 24)) as pilot:
        while interview.case.next is not None or interview.case.alarms:
            case = interview.case
            while interview.case.alarms:
                shown = screen_text(app)
                assert "EMERGENCY" in shown
                await pilot.press("enter")  # reads on, and once all was on screen acknowledges
                assert not interview.case.alarms or screen_text(app) != shown
            if for_team(PROTOCOL, interview.case) is not None:
                await pilot.press("ctrl+g")
            if case is not interview.case:
                continue
            if isinstance(app.screen, ReadBackScreen):
                await read_through(app, pilot)
                continue
            assert case.shown is not None
            view = present(PROTOCOL, case).question
            assert view is not None
            form = Form(view, PROTOCOL.questions[case.shown], case.as_of)
            await read_choices(app, pilot)
            pressed = keys_for(form, answers[case.shown])
            await press(app, pilot, pressed)
            while interview.case is case and "more below" in screen_text(app):
                await pilot.press(pressed[-1])  # not all of a table was on screen: the key reads on
            if interview.case is case:
                await pilot.press("y")  # an unusual value is confirmed
            assert interview.case is not case, (case.shown, pressed, screen_text(app))
        await pilot.press("f5")
        issued = [event.digest for event in interview.events if isinstance(event, PlanIssued)]
        assert issued == [plan_digest(plan_of(PROTOCOL, name))]
        assert "pending clinical review" in screen_text(app)
