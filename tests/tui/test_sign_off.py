"""Signing: every safety question that is not settled is listed, and each needs its reason."""

from __future__ import annotations

import pytest

from chatbot.core.commands import GiveAnswer, IssuePlan, OpenReason, ReadBack, Sign
from chatbot.core.events import CaseSigned, SafetyLeftOpen
from chatbot.core.read_back import unread
from chatbot.interview import Interview
from tests.tui import kit
from tests.tui.kit import screen_text
from tests.tui.test_interview_screen import SIZES, at


def two_open() -> Interview:
    case = at("")
    for key, status in (("feeling", "unknown"), ("heat", "not_assessed")):
        assert case.send(GiveAnswer(key, status=status, because="new_information")) is None
    assert case.case.next is None
    return case


def planned(case: Interview) -> Interview:
    """Read the safety answers back where that is due, and issue the plan."""
    if unread(case.protocol, case.case):
        assert case.send(ReadBack()) is None
    assert case.send(IssuePlan()) is None
    return case


@pytest.mark.parametrize("size", SIZES)
async def test_each_question_gets_its_reason_by_one_key_and_only_then_it_is_signed(size: tuple[int, int]) -> None:
    case = two_open()
    app = kit.application(case)
    async with app.run_test(size=size) as pilot:
        await pilot.press("f5", "f8")
        shown = " ".join(screen_text(app).split())
        assert "2 of 2 safety questions need a reason" in shown and "How does the skin feel when wiping?" in shown
        await pilot.press("y", "1", "y")
        assert not case.case.closed and "1 of 2 safety questions" in " ".join(screen_text(app).split())
        await pilot.press("3", "y")
    assert case.events[-3:] == [
        SafetyLeftOpen("feeling", "cannot_be_known"),
        SafetyLeftOpen("heat", "not_possible_here"),
        CaseSigned(str(case.case.plan_digest)),
    ]


async def test_another_reason_is_said_in_words_and_leaving_loses_none() -> None:
    case = two_open()
    app = kit.application(case)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f5", "f8", "6", "enter")
        assert "said in words" in screen_text(app)
        await pilot.press(*"asleep", "enter", "escape", "f8")
        assert "= asleep" in screen_text(app)
        await pilot.press("4", "t", *"ward", "enter", "y")
    assert [(each.code, each.comment) for each in case.case.left_open.values()] == [
        ("other", "asleep"),
        ("handed_on", "ward"),
    ]


async def test_a_reason_given_is_changed_by_going_back_to_its_line() -> None:
    case = two_open()
    app = kit.application(case)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f5", "f8", "1", "2", "up", "up", "5", "f8")
    assert [each.code for each in case.case.left_open.values()] == ["judgement", "person_declines"]


def test_nothing_is_signed_without_a_reason_for_each_and_no_reason_is_invented() -> None:
    case = planned(two_open())
    said = {"feeling": OpenReason("handed_on"), "heat": OpenReason("handed_on")}
    for reasons, code in (
        ({}, "needs_reasons"),
        ({"feeling": OpenReason("handed_on")}, "needs_reasons"),
        ({**said, "pain": OpenReason("handed_on")}, "bad_value"),
        ({**said, "heat": OpenReason("tired")}, "bad_value"),
        ({**said, "heat": OpenReason("other", " ")}, "needs_reason"),
        ({**said, "heat": OpenReason("other", "a\x1b")}, "bad_value"),
    ):
        refusal = case.send(Sign(reasons))
        assert refusal is not None and refusal.code == code, reasons
    assert case.send(Sign(said)) is None and case.case.closed


def test_a_case_with_everything_settled_is_signed_as_ever() -> None:
    case = planned(at(""))
    assert case.send(Sign()) is None
    assert isinstance(case.events[-1], CaseSigned) and not case.case.left_open


def test_a_case_signed_before_reasons_were_asked_for_still_folds() -> None:
    case = planned(two_open())
    events = [*case.events, CaseSigned(str(case.case.plan_digest))]
    assert Interview(case.protocol, kit.Records(), events).case.closed
