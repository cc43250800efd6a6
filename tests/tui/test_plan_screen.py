"""The plan on screen: grouped by when, what is held back as visible, every line explained, decided and signed."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

import pytest

from chatbot.core.commands import GiveAnswer
from chatbot.core.events import CaseSigned, PlanDecided, PlanIssued
from chatbot.core.phases import Phase
from chatbot.interview import Interview
from chatbot.tui.clipboard import LONGEST, sequence
from tests.tui import kit
from tests.tui.kit import screen_text
from tests.tui.test_interview_screen import SIZES, at


def finished(**answers: Any) -> Interview:
    """Return a case with nothing left to ask."""
    case = at("", **{"signs": ["tingling"], "pain": 5, **answers})
    assert case.case.next is None
    return case


async def test_at_the_end_opening_the_plan_issues_it_once() -> None:
    case = finished()
    app = kit.application(case)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f5", "escape", "f5")
        assert sum(isinstance(event, PlanIssued) for event in case.events) == 1
        assert case.case.phase is Phase.PLANNED


async def test_before_the_end_it_is_a_preview_and_says_so() -> None:
    case = at("pain")
    app = kit.application(case)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f5")
        assert "Preview: this plan is not issued." in screen_text(app)
        assert "INCOMPLETE: Questions not asked: 5, safety questions among them: 0." in screen_text(app)
        assert not any(isinstance(event, PlanIssued) for event in case.events)


async def test_lines_stand_under_their_time_and_what_is_held_back_is_visible() -> None:
    app = kit.application(finished(heat="39"))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f5")
        shown = screen_text(app)
        order = ["─ Week 1", "Keep walking, within 1 week", "─ Held back", "Offer a tablet", "─ Safety net"]
        assert [shown.index(each) for each in order] == sorted(shown.index(each) for each in order)
        assert "Offer a tablet, within 24 hours (withheld)" in shown


@pytest.mark.parametrize("size", SIZES)
async def test_status_urgency_and_what_it_is_not_are_visible(size: tuple[int, int]) -> None:
    app = kit.application(finished())
    async with app.run_test(size=size) as pilot:
        await pilot.press("f5")
        shown = " ".join(screen_text(app).split())
        assert "pending clinical review" in shown and "Not a medical device" in shown and "routine" in shown


async def test_intended_use_and_disclaimer_end_the_plan() -> None:
    app = kit.application(finished())
    async with app.run_test(size=(120, 50)) as pilot:
        await pilot.press("f5")
        shown = screen_text(app)
        assert "For trying the screens." in shown and "Invented content; it advises nobody." in shown


async def test_an_opened_line_says_why_why_not_and_how_sure() -> None:
    app = kit.application(finished(heat="39"))
    async with app.run_test(size=(120, 50)) as pilot:
        await pilot.press("f5", "up", "enter")
        shown = screen_text(app)
        for said in ("How strong is the pain? 5", "unless  fever: holds", "why not  fever", "Is a tablet right?",
                     "side A  Alpha says yes. [1]", "side B  Beta says no. [2]", "here  This protocol offers it.",
                     "[2] Beta B. On tablets. J Beta 2021;2:3-4. (review; US; unverified)", "certainty: moderate",
                     "verified", "review by 2026-12-01"):  # fmt: skip
            assert said in shown
        await pilot.press("enter")
        assert "certainty: moderate" not in screen_text(app)


async def test_every_rule_is_behind_one_key() -> None:
    app = kit.application(finished())
    async with app.run_test(size=(120, 50)) as pilot:
        await pilot.press("f5")
        assert "Send to the emergency department" not in screen_text(app)
        await pilot.press("v")
        assert "Send to the emergency department, now (not applicable)" in screen_text(app)


async def test_in_an_emergency_what_can_wait_stands_under_its_own_heading() -> None:
    case = kit.interview()
    assert case.send(GiveAnswer("water", value="yes")) is None
    app = kit.application(case)
    async with app.run_test(size=(120, 50)) as pilot:
        await pilot.pause()
        await pilot.press("enter", "f5")
        shown = screen_text(app)
        assert shown.index("Scan the spine") < shown.index("─ After emergency") < shown.index("Keep walking")


async def test_a_line_is_accepted_by_one_key() -> None:
    case = finished()
    app = kit.application(case)
    async with app.run_test(size=(120, 50)) as pilot:
        await pilot.press("f5", "down", "enter", "a")
        assert case.events[-1] == PlanDecided("walk", "accept", None, None)
        assert "ACCEPT" in screen_text(app)


async def test_a_line_is_declined_with_a_coded_reason_and_may_have_a_comment() -> None:
    case = finished()
    app = kit.application(case)
    async with app.run_test(size=(120, 50)) as pilot:
        await pilot.press("f5", "down", "enter", "c", "2", *"later", "enter")
        assert case.events[-1] == PlanDecided("walk", "decline", "patient_declines", "later")


async def test_an_emergency_action_is_not_declined_without_a_comment() -> None:
    case = kit.interview()
    assert case.send(GiveAnswer("water", value="yes")) is None
    app = kit.application(case)
    async with app.run_test(size=(120, 50)) as pilot:
        await pilot.pause()
        await pilot.press("enter", "f5", "down", "enter", "c", "3", "enter")
        assert "not removed without a comment" in screen_text(app)
        assert not case.case.decisions
        await pilot.press(*"why", "enter")
        assert case.case.decisions["send"].comment == "why"


async def test_a_line_that_is_not_open_is_not_decided() -> None:
    case = finished()
    app = kit.application(case)
    async with app.run_test(size=(120, 50)) as pilot:
        await pilot.press("f5", "down", "a")
        assert not case.case.decisions


async def test_a_line_out_of_sight_is_not_decided() -> None:
    case = finished()
    app = kit.application(case)
    async with app.run_test(size=(40, 15)) as pilot:
        await pilot.press("f5", "down", "enter")
        await pilot.press(*["pagedown"] * 9, "a")
        assert not case.case.decisions


async def test_signing_asks_first_and_closes_the_case() -> None:
    case, house = finished(), kit.House()
    app = kit.application(case, house)
    async with app.run_test(size=(120, 50)) as pilot:
        await pilot.press("f5", "f8", "escape")
        assert not case.case.closed
        await pilot.press("f8", "y")
        assert isinstance(case.events[-1], CaseSigned)
        await pilot.press("escape")
        assert "nothing can be changed" in screen_text(app)
        await pilot.press("q")
    assert app.return_code == 0


async def test_the_text_of_the_plan_is_for_reading_only() -> None:
    app = kit.application(finished())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f5", "x")
        assert "THE PLAN AS TEXT for clinician\n line two" in screen_text(app)
        app.copy_to_clipboard("x")
        assert app.clipboard == ""


async def test_candidate_causes_say_what_decides() -> None:
    app = kit.application(finished())
    async with app.run_test(size=(120, 70)) as pilot:
        await pilot.press("f5")
        assert "? a scan [2]" in screen_text(app)


@pytest.mark.parametrize("size", SIZES)
async def test_the_patients_page_is_one_key_away_in_plain_words(size: tuple[int, int]) -> None:
    app = kit.application(finished())
    async with app.run_test(size=size) as pilot:
        await pilot.press("f5", "p")
        shown = screen_text(app)
        assert "Pain after surgery" in shown and "certainty" not in shown
        if size[1] > 20:
            assert "Keep walking, in plain words." in shown and "Come back at once if" in shown
        await pilot.press("p")
        assert "PLAN" in screen_text(app)


async def test_a_page_is_written_to_a_file_and_never_over_another_without_saying_so() -> None:
    house = kit.House()
    app = kit.application(finished(), house)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f5", "f", "2", "enter")
        assert house.files == {"/home/ab/page.txt": "THE PAGE for clinician"}
        assert "Written to /home/ab/page.txt" in screen_text(app)
        await pilot.press("r", "f", "2", "enter")
        assert "is there already" in screen_text(app) and "Enter again replaces it" in screen_text(app)
        assert house.files["/home/ab/page.txt"].endswith("clinician")
        await pilot.press("x", "enter", "f", "2", "enter", "enter")
        assert sorted(house.files) == ["/home/ab/page.txt", "x"]
        assert house.files["/home/ab/page.txt"].endswith("patient")


async def test_nothing_goes_to_the_clipboard_before_it_is_switched_on() -> None:
    house = kit.House()
    app = kit.application(finished(), house)
    async with app.run_test(size=(80, 24)) as pilot:
        sent: list[str] = []
        app._driver.write = sent.append
        await pilot.press("f5", "y", "1")
        assert "the clipboard is off" in " ".join(screen_text(app).split())
        assert not [each for each in sent if "]52;" in each]
        house.settings["clipboard"] = "on"
        await pilot.press("y", "1")
        (copied,) = [each for each in sent if "]52;" in each]
        assert b64decode(copied.removeprefix("\x1b]52;c;").removesuffix("\x07")) == b"THE PLAN for clinician"
        assert "Given to the clipboard" in screen_text(app)


def test_what_is_too_long_for_a_terminal_is_not_copied_and_what_steers_one_is_spelled_out() -> None:
    assert sequence("x" * LONGEST) is None
    coded = sequence("a\x1b[31mb\nc")
    assert coded is not None
    told = b64decode(coded.removeprefix("\x1b]52;c;").removesuffix("\x07")).decode()
    assert "\x1b" not in told and told.endswith("\nc")
