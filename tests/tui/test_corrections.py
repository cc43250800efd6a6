"""On screen: what a correction brings before it is made, a whole section declined, stopping early, informed refusal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chatbot.core import commands as cmd
from chatbot.core.events import AnswerCorrected, AnswerGiven, AnswerWithdrawn, PlanIssued, RefusalInformed
from chatbot.core.protocol import Statement
from chatbot.interview import Interview
from tests.tui import kit
from tests.tui.kit import both, screen_text
from tests.tui.test_interview_screen import at, value

SMALL_AND_USUAL = [(40, 15), (80, 24)]

REFUSING = replace(
    kit.protocol(),
    refusal=(
        Statement("understands", both("Is it understood?"), "yes_no", both("Then it does not stand."), True),
        Statement("told", both("What was said?"), "text", None, False),
        Statement("surgeon", both("Does a surgeon know?"), "yes_no", both("Tell one now."), False),
    ),
)


def standing_at(question: str, up_to: str = "signs", **answers: object) -> Interview:
    """Return a case answered up to one question, and gone back to another."""
    case = at(up_to, **answers)
    assert case.send(cmd.Show(question)) is None
    return case


def flowing(app: object) -> str:
    return " ".join(screen_text(app).split())


# --- previews -------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SMALL_AND_USUAL)
async def test_a_correction_that_lowers_the_urgency_is_shown_and_made_with_its_reason_in_one_key(
    size: tuple[int, int],
) -> None:
    case = standing_at("feeling", feeling="both_sides")
    app = kit.application(case)
    async with app.run_test(size=size) as pilot:
        await pilot.press("1")
        shown = flowing(app)
        assert "clears 1 red flag; urgency falls from same day to routine." in shown
        assert "1 mis keyed" in shown and value(case, "feeling") == "both_sides"
        await pilot.press("y", "enter")
        assert value(case, "feeling") == "both_sides"
        await pilot.press("2")
        corrected = case.events[-2]
        assert isinstance(corrected, AnswerCorrected) and corrected.because == "misunderstood"
        assert value(case, "feeling") == "normal"


@pytest.mark.parametrize("size", SMALL_AND_USUAL)
@pytest.mark.parametrize("key", ["y", "enter"])
async def test_a_correction_that_needs_no_reason_is_made_with_one_key(size: tuple[int, int], key: str) -> None:
    case = standing_at("feeling")
    app = kit.application(case)
    async with app.run_test(size=size) as pilot:
        await pilot.press("3")
        assert "This raises 1 red flag; urgency rises from routine to same day." in flowing(app)
        await pilot.press(key)
        assert value(case, "feeling") == "both_sides"


async def test_escape_leaves_everything_as_it_was() -> None:
    case = standing_at("feeling")
    app = kit.application(case)
    before = case.case
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3", "escape")
        assert case.case == before
        assert "▸ 1  ✓ normal" in screen_text(app)


async def test_taking_an_answer_back_is_shown_too() -> None:
    case = standing_at("water")
    app = kit.application(case)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("delete")
        assert "in doubt" in flowing(app) and not any(isinstance(each, AnswerWithdrawn) for each in case.events)
        await pilot.press("1")
        assert any(isinstance(each, AnswerWithdrawn) for each in case.events) or value(case, "water") == "no"


async def test_a_correction_that_changes_nothing_else_costs_no_key() -> None:
    case = standing_at("pain", "began")
    app = kit.application(case)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("1")
        assert value(case, "pain") == 1


async def test_a_correction_that_raises_an_emergency_brings_the_alarm_at_once() -> None:
    case = standing_at("water")
    app = kit.application(case)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("1")
        assert "EMERGENCY" in screen_text(app) and value(case, "water") == "yes"


async def test_a_correction_made_from_the_alarm_is_shown_first() -> None:
    case = kit.interview()
    app = kit.application(case)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("1", "c", "1", "2")
        assert "Before this is corrected" in screen_text(app) and value(case, "water") == "yes"
        await pilot.press("1")
        assert value(case, "water") == "no" and not case.case.alarms


@pytest.mark.parametrize("how", ["at once", "suspended and resumed"])
async def test_a_finished_case_asks_for_a_reason_by_every_key_that_changes_an_answer(how: str) -> None:
    case = at("", signs=["none"])
    if how != "at once":
        assert case.send(cmd.Suspend()) is None
        case = Interview.resume(case.protocol, kit.Records(), case.events, kit.AS_OF)
    assert case.send(cmd.Show("pain")) is None
    before = case.case.answers
    app = kit.application(case)
    async with app.run_test(size=(80, 24)) as pilot:
        for key in ("1", "u", "d", "x", "delete"):
            await pilot.press(key)
            assert "was finished" in flowing(app), key
            await pilot.press("y", "enter", "escape")
            assert case.case.answers == before, key


# --- a whole section, and stopping ----------------------------------------------------------------


@pytest.mark.parametrize("size", SMALL_AND_USUAL)
async def test_one_key_declines_the_section_and_says_so(size: tuple[int, int]) -> None:
    case = at("pain")
    app = kit.application(case)
    async with app.run_test(size=size) as pilot:
        await pilot.press("D")
        assert "Declines this whole section: 4 questions; each can still be answered later." in flowing(app)
        declined = [
            each.question for each in case.events if isinstance(each, AnswerGiven) and each.status == "declined"
        ]
        assert declined == ["pain", "began", "operated", "story"] and case.case.shown == "power"
        await pilot.press("b")
        assert case.case.shown == "story"


@pytest.mark.parametrize("size", SMALL_AND_USUAL)
async def test_one_key_stops_here_with_a_plan_that_is_not_signed_and_the_interview_goes_on(
    size: tuple[int, int],
) -> None:
    case = at("heat")
    app = kit.application(case)
    async with app.run_test(size=size) as pilot:
        await pilot.press("f6")
        assert isinstance(case.events[-1], PlanIssued)
        assert "INCOMPLETE: Questions not asked: 7, safety questions among them: 1." in flowing(app)
        await pilot.press("f8")
        assert "an incomplete plan cannot be signed" in flowing(app) and not case.case.closed
        await pilot.press("escape")
        assert "What is the temperature?" in flowing(app)


# --- informed refusal -----------------------------------------------------------------------------


async def test_help_is_declined_from_the_alarm_with_every_statement() -> None:
    case = kit.interview(REFUSING)
    app = kit.application(case)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("1", "d")
        assert "What does the person decline?" in screen_text(app)
        await pilot.press("3", "1", "y", "e", "s", "enter", "2")
        assert "Tell one now." in flowing(app)
        await pilot.press("h", "o", "m", "e", "enter")
        said = {"understands": "yes", "told": "yes", "surgeon": "no"}
        refused = [each for each in case.events if isinstance(each, RefusalInformed)]
        assert refused == [RefusalInformed("send", said, "home"), RefusalInformed("scan", said, "home")]
        assert "declined, informed refusal recorded at 2025-11-12 10:40" in flowing(app)
        assert case.case.alarms == ("blocked",) and case.case.urgency.value == "emergency"


async def test_a_refusal_that_does_not_stand_is_told_why_and_records_nothing() -> None:
    case = kit.interview(REFUSING)
    app = kit.application(case)
    async with app.run_test(size=(40, 15)) as pilot:
        await pilot.press("1", "d", "1", "2")
        assert "Then it does not stand." in flowing(app)
        await pilot.press("escape")
        assert not case.case.refusals and not case.case.decisions


@pytest.mark.parametrize("keys", [["escape"], ["1", "escape"], ["1", "enter", "escape"], ["1", "a", "enter", "escape"]])
async def test_leaving_half_way_records_nothing(keys: list[str]) -> None:
    case = kit.interview(REFUSING)
    app = kit.application(case)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("1", "d", "1", *keys)
        assert not case.case.refusals and not case.case.decisions
        assert "EMERGENCY" in screen_text(app)


async def test_a_refusal_from_the_plan_stands_in_it_at_once() -> None:
    case = kit.interview(REFUSING)
    assert case.send(cmd.GiveAnswer("water", value="yes")) is None and case.send(cmd.Acknowledge()) is None
    app = kit.application(case)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f6", "down", "enter", "c", "2", "1", "o", "k", "enter", "1", "n", "o", "enter")
        assert "DECLINED, INFORMED REFUSAL RECORDED AT 2025-11-12 10:40" in flowing(app)
        assert case.case.plan_digest is not None
        await pilot.press("a")
        assert not case.case.refusals and "INFORMED REFUSAL" not in flowing(app)
