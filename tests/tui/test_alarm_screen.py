"""The emergency: it comes at once, stands in the way of everything, and is not acknowledged unread."""

from __future__ import annotations

import pytest
from textual.events import Key

from chatbot.core.commands import GiveAnswer
from chatbot.core.events import AlarmAcknowledged, AlarmRaised, AnswerCorrected
from chatbot.errors import StorageError
from chatbot.interview import Interview
from tests.tui import kit
from tests.tui.kit import screen_text


async def test_the_answer_that_raises_it_brings_it_before_another_question() -> None:
    case = kit.interview()
    app = kit.application(case)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("1")
        shown = screen_text(app)
        assert "EMERGENCY" in shown and "Blocked bladder" in shown
        assert "passing water stopped: yes  (patient, 10:40)" in shown
        assert "1  Send to the emergency department, as the source says.  [1]" in shown
        assert "within 4 hours: Scan the spine" in shown
        assert "Wait for a routine appointment" in shown[shown.index("do not") :]
        assert "bed 4" in shown and "pending clinical review" in shown
        assert isinstance(case.events[-1], AlarmRaised)


async def test_one_key_acknowledges_it_and_the_interview_goes_on() -> None:
    case = kit.interview()
    app = kit.application(case)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("1", "enter")
        assert AlarmAcknowledged(["blocked"]) in case.events
        assert "How does the skin feel" in screen_text(app)


async def test_an_enter_pressed_before_it_was_on_screen_does_not_acknowledge_it() -> None:
    case = kit.interview()
    app = kit.application(case)
    async with app.run_test(size=(80, 24)) as pilot:
        app.post_message(Key("1", "1"))
        app.post_message(Key("enter", "\r"))
        app.post_message(Key("enter", "\r"))
        await pilot.pause()
        assert "EMERGENCY" in screen_text(app)
        assert case.case.alarms == ("blocked",)


async def test_it_cannot_be_acknowledged_before_all_of_it_was_on_screen() -> None:
    case = kit.interview()
    app = kit.application(case)
    async with app.run_test(size=(40, 15)) as pilot:
        await pilot.press("1")
        assert "Enter read on" in screen_text(app)
        pages = 0
        while case.case.alarms and pages < 9:
            seen = screen_text(app)
            await pilot.press("enter")
            pages += 1
        assert not case.case.alarms and pages > 2
        assert "I have read this" in " ".join(seen.split())


@pytest.mark.parametrize("key", ["b", "j", "q", "l", "f5", "2", "u", "escape", "tab", "space"])
async def test_no_other_key_leads_past_it(key: str) -> None:
    case = kit.interview()
    app = kit.application(case)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("1", key)
        assert "EMERGENCY" in screen_text(app)
        assert case.case.alarms == ("blocked",)


async def test_the_handover_and_the_sources_are_one_key_away() -> None:
    app = kit.application(kit.interview())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("1", "h")
        assert "Cannot pass water: needs surgeons now." in screen_text(app)
        await pilot.press("h", "w")
        assert "[2] Beta B. On tablets." in screen_text(app)
        await pilot.press("w")
        assert "EMERGENCY" in screen_text(app)


async def test_a_wrong_answer_can_be_corrected_with_a_reason_and_the_emergency_ends() -> None:
    case = kit.interview()
    app = kit.application(case)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("1", "c", "1")
        assert "Has passing water stopped?" in screen_text(app)
        await pilot.press("2", "1")
        corrected = [event for event in case.events if isinstance(event, AnswerCorrected)]
        assert [event.because for event in corrected] == ["mis_keyed"]
        assert "How does the skin feel" in screen_text(app)


async def test_leaving_a_correction_returns_to_the_emergency() -> None:
    app = kit.application(kit.interview())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("1", "c", "1", "escape")
        assert "EMERGENCY" in screen_text(app)


async def test_a_case_resumed_with_an_emergency_begins_with_it() -> None:
    first = kit.interview()
    assert first.send(GiveAnswer("water", value="yes")) is None
    case = Interview.resume(first.protocol, kit.Records(), first.events, "2025-11-12T12:00")
    app = kit.application(case)
    async with app.run_test(size=(80, 24)):
        assert "EMERGENCY" in screen_text(app)


async def test_it_stays_when_the_acknowledgement_cannot_be_saved() -> None:
    case = kit.interview()
    app = kit.application(case)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("1")
        case.recorder.fail = StorageError("the disk is full")  # type: ignore[attr-defined]
        await pilot.press("enter")
        assert "NOT SAVED" in screen_text(app)
        await pilot.press("escape")
        assert "EMERGENCY" in screen_text(app) and case.case.alarms == ("blocked",)


async def test_the_other_wording_reaches_the_emergency_too() -> None:
    app = kit.application(kit.interview())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("1", "r")
        assert "Send to the emergency department, in plain words." in screen_text(app)
