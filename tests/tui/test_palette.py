"""The palette: anything by its words, from anywhere, and a key held down does nothing more."""

from __future__ import annotations

from typing import Any

import pytest

from chatbot.core.commands import GiveAnswer
from tests.tui import kit
from tests.tui.kit import screen_text


async def find(pilot: Any, words: str) -> None:
    await pilot.press("ctrl+p", *("space" if each == " " else each for each in words))


def answered(**answers: Any) -> Any:
    case = kit.interview()
    for key, value in answers.items():
        assert case.send(GiveAnswer(key, value=value)) is None
    return case


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (40, 15)])
async def test_the_palette_names_what_it_finds_with_keys_and_how_each_question_stands(size: tuple[int, int]) -> None:
    app = kit.application(answered(water="no"))
    async with app.run_test(size=size) as pilot:
        await find(pilot, "handover")
        shown = screen_text(app)
        assert "▸ handover             h" in shown and "bed 4" in shown
        await pilot.press(*["backspace"] * 8, *"pa")
        shown = screen_text(app)
        assert "How strong is the pain?" in shown and "open" in shown
        assert "Has passing water stopped?" in shown and "answered" in shown
        assert max(map(len, shown.split("\n"))) <= size[0]
        await pilot.press("escape")
        assert app.screen.form.view.id == "feeling"


async def test_a_question_a_section_and_a_command_are_gone_to() -> None:
    case = answered(water="no")
    app = kit.application(case)
    async with app.run_test(size=(80, 24)) as pilot:
        await find(pilot, "how strong is the pain")
        await pilot.press("enter")
        assert case.case.shown == "pain"
        await find(pilot, "examination")
        await pilot.press("enter")
        assert case.case.shown == "power"
        await find(pilot, "later")
        await pilot.press("enter")
        assert case.case.postponed == {"power"} or "power" in case.case.postponed


async def test_a_recommendation_opens_the_plan_at_its_line_and_a_reference_its_page() -> None:
    app = kit.application(answered(water="no"))
    async with app.run_test(size=(80, 24)) as pilot:
        await find(pilot, "leaflet")
        await pilot.press("enter")
        shown = screen_text(app)
        assert app.screen.caret == "leaflet" and "Give the leaflet, as the source says." in shown
        await find(pilot, "beta")
        await pilot.press("enter")
        shown = screen_text(app)
        assert "Beta B. On tablets." in shown and "from memory" in shown and "Offer a tablet" in shown
        await find(pilot, "pain strong")
        await pilot.press("enter")
        assert app.screen.form.view.id == "pain", "a page and the plan are closed on the way to a question"


async def test_what_is_half_asked_is_not_left_by_the_palette_and_it_says_so() -> None:
    case = answered(water="no")
    app = kit.application(case)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("t", *"note")
        await find(pilot, "pain strong")
        await pilot.press("enter")
        assert "Not from here" in screen_text(app)
        await pilot.press("escape")
        assert app.screen.entry.text == "note" and case.case.shown == "feeling"


async def test_at_an_emergency_only_what_it_allows_is_done_and_it_stays_in_sight() -> None:
    app = kit.application(answered(water="yes"))
    async with app.run_test(size=(80, 24)) as pilot:
        await find(pilot, "pain strong")
        assert "An emergency waits" in screen_text(app)
        await pilot.press("enter")
        assert "emergency" in screen_text(app)
        await pilot.press("escape")
        assert type(app.screen).__name__ == "AlarmScreen" and app.session.interview.case.alarms


async def test_a_question_that_is_not_asked_of_this_person_says_why_it_is_not_put() -> None:
    content = kit.protocol(
        questions=[
            *kit.QUESTIONS,
            kit.ask("extra", "yes_no", "Anything extra?", "history", when=kit.when("pain >= 9")),
        ]
    )
    app = kit.application(kit.interview(content))
    async with app.run_test(size=(80, 24)) as pilot:
        await find(pilot, "extra")
        assert "does not apply to this person" in screen_text(app)
        await pilot.press("enter")
        assert "This question does not apply to this person." in screen_text(app)


async def test_enter_held_down_in_the_palette_chooses_once_and_answers_nothing() -> None:
    case = answered(water="no")
    app = kit.application(case)
    async with app.run_test(size=(80, 24)) as pilot:
        await find(pilot, "temperature")
        await pilot.press(*["enter"] * 6)
        assert case.case.shown == "heat" and set(case.case.answers) == {"water"}
        await pilot.press("ctrl+p", *["enter"] * 6)
        assert type(app.screen).__name__ == "Palette", "nothing is chosen before something is typed or marked"
        await pilot.press("down", *["enter"] * 6)
        assert app.is_running and set(case.case.answers) == {"water"}


async def test_near_words_are_offered_last_and_nothing_is_found_by_chance() -> None:
    app = kit.application(answered(water="no"))
    async with app.run_test(size=(80, 24)) as pilot:
        await find(pilot, "musclse")
        assert "Near:" in screen_text(app) and "How strong are the muscles?" in screen_text(app)
        await pilot.press("backspace", *"xqx")
        assert "Nothing has these words. Fewer" in screen_text(app)
        await pilot.press("enter", "ctrl+p")
        assert type(app.screen).__name__ == "InterviewScreen"


async def test_at_home_the_palette_lists_the_commands_of_home() -> None:
    app = kit.application(house=kit.House([kit.Summary()]))
    async with app.run_test(size=(80, 24)) as pilot:
        await find(pilot, "new")
        await pilot.press("enter")
        assert "Label" in screen_text(app)
