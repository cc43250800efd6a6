"""Home: who you are, what it is for, a new case, and going on with one only after it was recognised."""

from __future__ import annotations

import pytest

from chatbot.errors import LockedByAnother, StorageError
from tests.tui import kit
from tests.tui.kit import House, Summary, screen_text
from tests.tui.test_interview_screen import SIZES


@pytest.mark.parametrize("size", SIZES)
async def test_the_first_start_asks_who_you_are_and_says_what_it_is_for(size: tuple[int, int]) -> None:
    house = House(settings={})
    app = kit.application(house=house)
    async with app.run_test(size=size) as pilot:
        assert "Which describes you?" in screen_text(app)
        await pilot.press("escape")
        assert "Which describes you?" in screen_text(app), "there is no way past it"
        await pilot.press("2")
        assert house.settings["role"] == "trainee"
        assert "For trying the screens." in screen_text(app)
        await pilot.press("escape")
        assert "New interview" in screen_text(app)


async def test_later_starts_begin_at_home_and_the_role_can_be_changed() -> None:
    house = House()
    app = kit.application(house=house)
    async with app.run_test() as pilot:
        assert "New interview" in screen_text(app)
        await pilot.press("w", "3")
        assert house.settings["role"] == "auditor"
        assert "New interview" in screen_text(app)


async def test_a_case_is_listed_with_its_state_in_words() -> None:
    house = House(cases=[Summary(), Summary(path="two", label="bed 9", kind="practice", state="torn", locked=True)])
    app = kit.application(house=house)
    async with app.run_test(size=(120, 40)):
        shown = screen_text(app)
        assert "bed 4 · S-19" in shown and "suspended" in shown and "12 records" in shown
        assert "PRACTICE" in shown and "! torn" in shown and "! open in another window" in shown


async def test_a_case_is_resumed_after_label_and_code_were_confirmed() -> None:
    house = House(cases=[Summary(), Summary(path="two", label="bed 9", subject="S-77")])
    app = kit.application(house=house)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("down", "enter")
        shown = screen_text(app)
        assert "Is this the right person?" in shown and "bed 9" in shown and "S-77" in shown
        await pilot.press("enter", "escape")
        assert house.resumed == []
        await pilot.press("enter", "y")
        assert house.resumed == ["two"]
        assert "Has passing water stopped?" in screen_text(app)


async def test_a_case_that_cannot_be_resumed_says_why() -> None:
    house = House(cases=[Summary()], refuse=LockedByAnother("in use since 14:02", code="L001", hint="close it there"))
    app = kit.application(house=house)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter", "y")
        shown = screen_text(app)
        assert "L001: in use since 14:02" in shown and "close it there" in shown
        await pilot.press("escape")
        assert "New interview" in screen_text(app)


async def test_a_new_case_takes_a_label_an_optional_code_and_a_kind() -> None:
    house = House()
    app = kit.application(house=house)
    async with app.run_test(size=(40, 15)) as pilot:
        await pilot.press("n")
        assert "Never a name" in screen_text(app)
        await pilot.press(*"bed 7", "enter", "enter", "2")
        assert house.started == [("practice", "bed 7", "", None)]
        shown = screen_text(app)
        assert "PRACTICE" in shown and "bed 7" in shown


async def test_a_case_without_a_label_is_not_begun() -> None:
    house = House()
    app = kit.application(house=house)
    async with app.run_test() as pilot:
        await pilot.press("n", "enter")
        assert "a label is needed" in screen_text(app)
        await pilot.press("escape")
        assert house.started == []


async def test_a_case_that_cannot_be_begun_says_why() -> None:
    house = House(refuse=StorageError("the folder is readable by others", code="F001"))
    app = kit.application(house=house)
    async with app.run_test() as pilot:
        await pilot.press("n", "x", "enter", "enter", "1")
        assert "F001: the folder is readable by others" in screen_text(app)


async def test_leaving_an_interview_returns_home_and_lets_the_case_go() -> None:
    house = House(cases=[Summary()])
    app = kit.application(house=house)
    async with app.run_test() as pilot:
        await pilot.press("enter", "y", "2", "q")
        assert "New interview" in screen_text(app)
        assert house.closed == 1
        await pilot.press("q")
    assert app.return_code == 0


async def test_colours_change_by_key_and_are_remembered() -> None:
    house = House()
    app = kit.application(house=house)
    async with app.run_test() as pilot:
        await pilot.press("f2")
        assert house.settings["theme"] == "light" and app.theme == "backstory-light"


async def test_without_colour_the_black_and_white_theme_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = kit.application(house=House(settings={"role": "author", "theme": "dark"}))
    async with app.run_test():
        assert app.theme == "backstory-mono"
        assert "New interview" in screen_text(app)
