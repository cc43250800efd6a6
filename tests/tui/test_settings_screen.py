"""The settings on screen: opened anywhere, changed by keyboard, kept, and never in front of an emergency."""

from __future__ import annotations

import pytest

from chatbot.errors import StorageError
from chatbot.tui.themes import COLOURS
from tests.tui import kit
from tests.tui.kit import House, screen_text
from tests.tui.test_interview_screen import SIZES


@pytest.mark.parametrize("size", SIZES)
async def test_settings_open_with_what_is_chosen_and_say_where_they_are_kept(size: tuple[int, int]) -> None:
    app = kit.application(house=House())
    async with app.run_test(size=size) as pilot:
        await pilot.press("ctrl+o")
        shown = screen_text(app)
        assert "▸ Who you are" in shown and "clinician" in shown
        await pilot.press(*["pagedown"] * 3)
        assert "Kept in /srv/settings.json" in " ".join(screen_text(app).split())
        await pilot.press("ctrl+o")
        assert "Settings" not in screen_text(app)


async def test_values_are_chosen_typed_and_given_up_by_keyboard() -> None:
    house = House()
    app = kit.application(house=house)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+o", "right")
        assert house.settings["role"] == "trainee" and "Kept." in screen_text(app)
        await pilot.press("left", "left", "enter", "3")
        assert house.settings["role"] == "auditor"
        await pilot.press("down", "down", "down", "enter", *"39", "enter")
        assert "text_width cannot be 39" in screen_text(app), "what was typed stays until it fits"
        await pilot.press("backspace", "backspace", *"72", "enter")
        assert house.settings["text_width"] == "72"
        await pilot.press("delete")
        assert house.settings["text_width"] == "" and app.session.services.settings().text_width == 80


async def test_colours_and_wording_hold_at_once_at_the_question_on_screen() -> None:
    app = kit.application(kit.interview(), House())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+o", "down", "right", "down", "right")
        first, second, *_ = COLOURS
        assert app.theme in {f"backstory-{first}", f"backstory-{second}"}
        await pilot.press("escape")
        assert "In plain words: Has passing water stopped?" in screen_text(app)


async def test_running_text_is_as_wide_as_was_chosen() -> None:
    house = House()
    app = kit.application(house=house)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("ctrl+o", "down", "down", "down", "enter", *["delete"] * 2, *"40", "enter", "escape", "f3")
        body = screen_text(app).splitlines()[2:-2]
        assert max(map(len, body)) <= 42
        await pilot.press("escape", "ctrl+o", "down", "down", "down", "delete")
        assert house.settings["text_width"] == ""


async def test_who_is_at_the_keyboard_does_not_change_under_an_open_case() -> None:
    house = House()
    app = kit.application(kit.interview(), house)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+o", *["down"] * 8, "enter")
        assert "Not while a case is open" in screen_text(app) and house.settings["actor"] == "AB"


async def test_a_setting_that_cannot_be_kept_says_so_and_an_emergency_is_never_covered() -> None:
    house = House()

    def refuse(name: str, value: str) -> None:
        raise StorageError("the settings cannot be written", hint="check the folder's rights")

    house.keep = refuse
    app = kit.application(kit.interview(), house)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+o", "right")
        assert "the settings cannot be written" in screen_text(app)
        await pilot.press("escape", "1")
        assert "EMERGENCY" in screen_text(app)
        await pilot.press("ctrl+o")
        assert "EMERGENCY" in screen_text(app)
