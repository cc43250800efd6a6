"""What would change the plan, and follow-up questions, on screen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chatbot.core.topics import AskKind, Asks, Topic
from tests.tui import kit
from tests.tui.kit import both, screen_text
from tests.tui.test_interview_screen import SIZES
from tests.tui.test_plan_screen import finished

ASKS = Asks(
    dict.fromkeys(AskKind, both("Short")), {AskKind.WHY_NOT: ("why no",)}, frozenset({"the"}), {"pill": "tablet"}
)
TOPICS = {
    "tablets": Topic("tablets", both("Tablets"), ("tablet",), rules=("tablet",), related=("walks",)),
    "walks": Topic("walks", both("Walks"), ("walking",), rules=("walk",)),
}


def with_topics() -> object:
    case = finished(heat="39")
    case.protocol = replace(case.protocol, topics=TOPICS, asks=ASKS)
    return case


async def test_an_opened_line_says_what_would_change_it() -> None:
    app = kit.application(finished(heat="39"))
    async with app.run_test(size=(120, 50)) as pilot:
        await pilot.press("f5", "up", "enter")
        shown = " ".join(screen_text(app).split())
        assert "would change it" in shown and "→" in shown


@pytest.mark.parametrize("size", SIZES)
async def test_a_page_of_its_own_says_what_would_change_the_plan(size: tuple[int, int]) -> None:
    app = kit.application(finished())
    async with app.run_test(size=size) as pilot:
        await pilot.press("f5", "w")
        shown = screen_text(app)
        assert "What would change this plan" in shown and "urgency: routine" in shown
        assert max(map(len, shown.split("\n"))) <= size[0]
        await pilot.press("w")
        assert "What would change this plan" not in screen_text(app)


async def test_a_question_is_typed_confirmed_and_answered_on_a_page() -> None:
    app = kit.application(with_topics())
    async with app.run_test(size=(100, 50)) as pilot:
        await pilot.press("f5", "question_mark")
        assert "Ask about the plan" in screen_text(app)
        await pilot.press(*"why no pill", "enter")
        await pilot.pause()
        shown = screen_text(app)
        assert "Is this what is asked?" in shown and "▸ 1  Tablets: Short" in shown and "Offer a tablet" not in shown
        await pilot.press("enter")
        await pilot.pause()
        shown = screen_text(app)
        assert "Tablets: Short" in shown and "Offer a tablet" in shown and "You may also ask about" in shown
        await pilot.press("escape")
        assert "Tablets: Short" not in screen_text(app)


async def test_a_misspelt_topic_is_chosen_by_number() -> None:
    app = kit.application(with_topics())
    async with app.run_test(size=(100, 50)) as pilot:
        await pilot.press("f5", "question_mark", *"tabelt", "enter")
        await pilot.pause()
        assert "Did you mean" in screen_text(app)
        await pilot.press("1")
        await pilot.pause()
        assert "Tablets: Short" in screen_text(app)


async def test_where_nothing_fits_the_topics_are_listed_and_without_topics_that_is_said() -> None:
    for case, said in ((with_topics(), "No topic fits"), (finished(), "has no topics")):
        app = kit.application(case)
        async with app.run_test(size=(100, 50)) as pilot:
            await pilot.press("question_mark", *"bananas", "enter")
            await pilot.pause()
            assert said in " ".join(screen_text(app).split())
