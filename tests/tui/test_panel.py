"""The case panel: what it says at a glance, and why each of its lines stands as it does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chatbot.core.commands import Acknowledge, GiveAnswer
from chatbot.core.present import present
from tests.tui import kit
from tests.tui.kit import screen_text
from tests.tui.test_interview_screen import SIZES, at


def in_words(app: Any) -> str:
    return " ".join(screen_text(app).replace("▏", " ").split())


async def test_at_a_glance_it_says_urgency_flags_what_is_left_and_the_plan_as_it_forms() -> None:
    app = kit.application(at("signs", feeling="one_side"))
    async with app.run_test(size=(120, 40)):
        shown = in_words(app)
        assert "● routine" in shown and "✓ saddle clear" in shown
        assert "3 of about 9" in shown and "6 left, about" in shown
        assert "1 recommended" in shown


def test_the_plan_as_it_forms_names_what_is_to_be_done_first() -> None:
    case = at("heat", feeling="none")
    assert [each.rule for each in present(case.protocol, case.case).first] == []
    case = at("water")
    case.send(GiveAnswer("water", value="yes"))
    case.send(Acknowledge())
    assert [each.rule for each in present(case.protocol, case.case).first] == ["send", "scan"]


def test_what_is_left_counts_down_to_nothing() -> None:
    begun, almost = present(at("water").protocol, at("water").case), at("power")
    left = present(almost.protocol, almost.case).left
    assert sum(each.questions for each in begun.left) == 9 and [each.questions for each in left] == [1]
    almost.send(GiveAnswer("power", value={"hip.left": "g5"}))
    assert present(almost.protocol, almost.case).left == ()


@pytest.mark.parametrize("size", SIZES)
async def test_a_key_opens_each_line_and_escape_returns_to_the_question_as_it_was(size: tuple[int, int]) -> None:
    app = kit.application(at("signs", feeling="both_sides"))
    async with app.run_test(size=size) as pilot:
        await pilot.press("1")
        before = screen_text(app)
        await pilot.press("ctrl+n", "down", "down")
        await pilot.press("enter")
        shown = in_words(app)
        for _ in range(8):
            await pilot.press("pagedown")
            shown += " " + in_words(app)
        assert "feeling when wiping: both sides (patient, 2025-11-12 10:40)" in shown
        assert "Alpha A. On water." in shown and "same day" in shown
        await pilot.press("escape", "escape")
        assert screen_text(app) == before


async def test_beside_the_panel_the_line_under_the_mark_says_why_at_once() -> None:
    app = kit.application(at("heat"))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("ctrl+n", "down", "down", "down")
        shown = in_words(app)
        assert "These would settle it" in shown and "· temperature" in shown and "Raised when" in shown
        await pilot.press("down")
        shown = in_words(app)
        assert "Left to ask" in shown and "Bladder and saddle: 1 question, about 1 minute" in shown


async def test_a_private_answer_behind_a_line_stays_covered_until_it_was_shown() -> None:
    secret = [replace(each, private=each.id == "feeling") for each in kit.QUESTIONS]
    case = kit.interview(kit.protocol(questions=secret))
    for key, given in (("water", "no"), ("feeling", "both_sides")):
        assert case.send(GiveAnswer(key, value=given)) is None
    app = kit.application(case)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("ctrl+n", "down", "down")
        assert "feeling when wiping: private answer" in in_words(app) and "both sides" not in screen_text(app)
        await pilot.press("escape", "f9", "ctrl+n", "down", "down")
        assert "feeling when wiping: both sides" in in_words(app)


async def test_of_many_red_flags_those_that_neither_stand_nor_are_asked_about_are_counted_and_unfold() -> None:
    base = kit.protocol()
    more = {f"more{n}": replace(base.red_flags["fever"], id=f"more{n}", title=kit.both(f"flag {n}")) for n in range(12)}
    app = kit.application(kit.interview(replace(base, red_flags={**base.red_flags, **more})))
    async with app.run_test(size=(120, 40)) as pilot:
        shown = screen_text(app)
        assert "blocked bladder" in shown and "14 open" in shown and "flag 3" not in shown
        await pilot.press("ctrl+n", "down", "down", "enter")
        assert "flag 3" in screen_text(app)
        folded = len(screen_text(app))
        await pilot.press("enter")
        assert len(screen_text(app)) < folded


async def test_the_last_line_says_where_the_transcript_stands_if_one_is_kept() -> None:
    case = at("heat")
    app = kit.application(case)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("ctrl+n")
        assert "SAVED" not in screen_text(app)
        case.recorder.head_code = "7-ABCD-EFGH-IJKL-MNOP-QRST"  # type: ignore[attr-defined]
        await pilot.press("pagedown", "pagedown", "pagedown")
        assert "7-ABCD-EFGH-IJKL-MNOP-QRST" in screen_text(app)
        assert "Every answer so far" in screen_text(app)
