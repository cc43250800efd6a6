"""The guided tour: it names each key and waits for it, writes nothing, and can be left at any time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chatbot.content.library import load_protocol
from chatbot.interview import Interview, MemoryRecorder
from chatbot.tui.screens.alarm import AlarmScreen
from chatbot.tui.screens.home import Home
from chatbot.tui.screens.plan import PlanScreen
from tests.tui import kit
from tests.tui.kit import House, screen_text

DIALOGUE = Path(__file__).resolve().parents[2] / "dialogue"


async def walked(app: Any, pilot: Any, *, by_enter: bool) -> list[str]:
    """Take the tour to its end; return what each step showed."""
    seen: list[str] = []
    screens: set[type] = set()
    while app.session.tour is not None:
        assert len(seen) < 60, "the tour does not end"
        if app.session.tour.aside(app.screen):
            await pilot.press("escape")
            continue
        seen.append(screen_text(app))
        screens.add(type(app.screen))
        assert isinstance(app.screen, AlarmScreen) == ("says that it was read" in app.session.tour.step.told)
        assert f"TOUR {app.session.tour.number}/{app.session.tour.length}" in seen[-1]
        await pilot.press("enter" if by_enter else (*app.session.tour.keys(), "enter")[0])
    assert PlanScreen in screens
    return seen


@pytest.mark.parametrize(("size", "by_enter"), [((120, 40), False), ((80, 24), True), ((40, 15), True)])
async def test_the_tour_leads_from_home_to_an_emergency_to_the_plan_and_home(
    size: tuple[int, int], by_enter: bool
) -> None:
    house = House()
    app = kit.application(house=house)
    async with app.run_test(size=size) as pilot:
        await pilot.press("g")
        tour = app.session.tour
        assert 8 <= tour.length <= 12
        seen = await walked(app, pilot, by_enter=by_enter)
        assert tour.number == tour.length, "the strip counts right"
        assert all("DEMONSTRATION" in each for each in seen) and any("EMERGENCY" in each for each in seen)
        assert isinstance(app.screen, Home) and "That was the tour." in screen_text(app)
        assert app.session.interview is None and app.session.register == "clinician"
        assert house.started == [] and house.closed == 0


async def test_other_keys_do_nothing_in_the_tour_and_escape_leaves_it_anywhere() -> None:
    app = kit.application(house=House())
    async with app.run_test(size=(80, 24)) as pilot:
        for steps in (0, 1, 5, 8):
            await pilot.press("g")
            for _ in range(steps):
                await pilot.press("enter")
            here = app.session.tour.number
            events = len(app.session.interview.events)
            await pilot.press("2", "q", "j", "ctrl+o")
            if not {"2", "q", "j"} & set(app.session.tour.keys()):
                assert app.session.tour.number == here and len(app.session.interview.events) == events
                assert "does not belong to this step" in screen_text(app)
            await pilot.press("escape")
            assert app.session.tour is None and isinstance(app.screen, Home)
            assert "The tour was left" in screen_text(app)
        await pilot.press("n")
        assert "The tour was left" not in screen_text(app)


async def test_the_tour_works_on_a_protocol_in_which_no_single_answer_is_an_emergency() -> None:
    content = load_protocol("ottawa_ankle", folder=DIALOGUE)
    opened = kit.opened(kind="demonstration", label="tour", protocol=content.identity)
    app = kit.application(house=House())

    def demonstration() -> Interview:
        return Interview.start(content, MemoryRecorder(), opened)

    app.session.services = replace(app.session.services, demonstration=demonstration)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("g")
        await walked(app, pilot, by_enter=False)
        assert "That was the tour." in screen_text(app)
