"""The review: every question with its answer, by section, what waits first, and what is to be known of each."""

from __future__ import annotations

from typing import Any

from chatbot.core.commands import Postpone
from tests.tui import kit
from tests.tui.kit import screen_text
from tests.tui.test_interview_screen import at, value


def rows_of(app: Any) -> list[str]:
    return [" ".join(row.split()) for row in screen_text(app).split("\n")]


async def test_what_was_put_off_stands_first_then_section_by_section_with_source_and_time() -> None:
    case = at("heat", feeling="both_sides")
    assert case.send(Postpone("heat")) is None
    app = kit.application(case)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("j")
        shown = rows_of(app)
        assert "Review [all 9] answered 2 later 1 open 6 raises 1" in shown
        here = shown.index("To be seen to before signing")
        assert shown[here + 1] == "▸ · What is the temperature? later"
        assert shown[here + 2] == "Bladder and saddle 2 of 2"
        raised = "! How does the skin feel when wiping? both sides patient · 10:40 · raises a red flag"
        assert raised in shown and "History 0 of 5" in shown
        await pilot.press("tab", "tab", "tab", "tab")
        assert raised.replace("!", "▸ !") in rows_of(app) and "History 0 of 5" not in rows_of(app)


async def test_an_answer_is_corrected_from_the_review_with_its_consequences_first() -> None:
    case = at("began", pain=5)
    app = kit.application(case)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("j", *"strong", "enter", "1")
        assert value(case, "pain") == 5
        assert "withdraws" in screen_text(app)
        await pilot.press("y")
        assert value(case, "pain") == 1


async def test_private_answers_are_marked_and_stay_covered() -> None:
    app = kit.application(at("power", story="hush"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("j", *"else")
        assert "private answer" in screen_text(app) and "hush" not in screen_text(app)
        assert "private" in " ".join(rows_of(app)[5:])
