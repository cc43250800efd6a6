"""The emergency: it comes at once, stands in the way of everything, and is not acknowledged unread."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.events import Key

from chatbot.core.commands import GiveAnswer
from chatbot.core.events import AlarmAcknowledged, AlarmRaised, AnswerCorrected, InterviewWidened
from chatbot.core.protocol import Citation, Emergency
from chatbot.core.values import Urgency
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


AT_HAND = Emergency(
    call=(kit.both("surgeon on call: 0123"),),
    ready=(kit.both("The list of tablets."),),
    explain=(kit.both("You go to the hospital now."),),
    then_ask=("pain", "heat", "operated"),
    cites=(Citation("BETA"),),
)


def with_team() -> Interview:
    return kit.interview(kit.protocol(emergency=AT_HAND))


async def test_it_says_whom_to_call_what_to_have_ready_and_what_to_tell_the_person() -> None:
    app = kit.application(with_team())
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("1")
        shown = screen_text(app)
        order = ["because", "now", "surgeon on call: 0123", "do not", "The list of tablets.", "You go to the hospital"]
        assert [shown.index(each) for each in order] == sorted(shown.index(each) for each in order)
        await pilot.press("h")
        said = screen_text(app)
        assert said.index("S  Situation") < said.index("Cannot pass water") < said.index("A  Assessment")


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (40, 15)])
async def test_afterwards_only_the_receiving_team_is_served_with_the_alarm_in_sight(size: tuple[int, int]) -> None:
    case = with_team()
    app = kit.application(case)
    async with app.run_test(size=size) as pilot:
        await pilot.press("1", *["enter"] * 12)
        assert case.case.shown == "pain"
        for key in ("", "j", "escape"):
            await pilot.press(*filter(None, [key]))
            assert "EMERGENCY" in screen_text(app) and "Blocked" in screen_text(app)
        await pilot.press("5", *"37", "enter", *"2015", "enter")
        assert "Nothing more is asked" in screen_text(app)
        await pilot.press("ctrl+g")
        assert case.case.shown == "feeling" and "EMERGENCY" in screen_text(app)


async def test_going_on_with_everything_keeps_the_question_and_what_is_typed() -> None:
    case = with_team()
    app = kit.application(case)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("1", "enter", "5", "3", "ctrl+g")
        assert case.events[-1] == InterviewWidened(["blocked"]) and case.case.shown == "heat"
        await pilot.press("7", "enter")
        assert str(case.case.answers["heat"].value) == "37" and case.case.shown == "feeling"


async def test_one_that_was_read_is_one_key_away_everywhere_and_closes_like_a_page() -> None:
    case = with_team()
    app = kit.application(case)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("1", "enter", "f5", "ctrl+e")
        assert "surgeon on call: 0123" in screen_text(app) and "because" in screen_text(app)
        before = len(case.events)
        await pilot.press("enter", "ctrl+e")
        assert "because" not in screen_text(app) and len(case.events) == before


async def test_an_answer_corrected_there_that_raises_another_emergency_alarms_at_once() -> None:
    content = kit.protocol(emergency=AT_HAND)
    flags = dict(content.red_flags)
    flags["saddle"] = replace(flags["saddle"], urgency=Urgency.EMERGENCY, when=kit.when("water is no"))
    case = kit.interview(replace(content, red_flags=flags))
    app = kit.application(case)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("1", "enter", "f5", "ctrl+e", "c", "1", "2")
        assert case.case.alarms == ("saddle",)
        assert "I have read this" in screen_text(app)
        await pilot.press("enter")
        assert not case.case.alarms and "PLAN" in screen_text(app)


async def test_no_key_opens_it_where_none_stands() -> None:
    app = kit.application(kit.interview())
    async with app.run_test(size=(80, 24)) as pilot:
        before = screen_text(app)
        await pilot.press("ctrl+e", "ctrl+g")
        assert screen_text(app) == before
