"""After an emergency was read: only what the receiving team needs is asked, until somebody goes on with everything."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chatbot.core.case import fold, for_team
from chatbot.core.commands import (
    Acknowledge,
    AskEverything,
    Command,
    Forward,
    GiveAnswer,
    IssuePlan,
    Postpone,
    Show,
    Sign,
)
from chatbot.core.emergency import MOST, at_hand, receiving_questions
from chatbot.core.events import InterviewWidened
from chatbot.core.phases import Phase
from chatbot.core.present import present, standing_alarm
from chatbot.core.protocol import Citation, Emergency, Protocol
from chatbot.core.values import Urgency
from chatbot.interview import Interview
from tests.tui import kit
from tests.tui.kit import both

SHARED = Emergency(
    call=(both("ambulance: 112"),),
    ready=(both("the list of tablets"),),
    explain=(both("You go now.", "We take you there now."),),
    then_ask=("operated", "heat"),
    cites=(Citation("BETA"),),
)
OWN = Emergency(call=(both("surgeon: 0123"),), then_ask=("began",), cites=(Citation("ALPHA"),))


def protocol() -> Protocol:
    base = kit.protocol(emergency=SHARED)
    flags = dict(base.red_flags)
    flags["blocked"] = replace(flags["blocked"], emergency=OWN)
    flags["saddle"] = replace(flags["saddle"], urgency=Urgency.EMERGENCY)
    return replace(base, red_flags=flags)


def sent(*commands: Command) -> Interview:
    """Return a case whose first answer raised an emergency that was read, then *commands*."""
    interview = kit.interview(protocol())
    for command in (GiveAnswer("water", value="yes"), Acknowledge(), *commands):
        assert interview.send(command) is None, command
    return interview


def asked(interview: Interview) -> list[str]:
    """Answer what is asked, *unknown* each, until nothing is; return it."""
    found = []
    while (key := interview.case.next) is not None:
        found.append(key)
        assert interview.case.shown == key
        assert interview.send(GiveAnswer(key, status="unknown")) is None
    return found


def test_only_the_named_questions_are_asked_in_their_order_and_then_nothing() -> None:
    interview = sent()
    view = present(interview.protocol, interview.case)
    assert view.for_team and (view.done, view.expected) == (0, 3)
    assert asked(interview) == ["operated", "heat", "began"]
    assert interview.case.shown is None and for_team(interview.protocol, interview.case) is not None


def test_one_command_goes_on_with_everything_and_is_recorded() -> None:
    interview = sent(AskEverything())
    # The question on screen is one of them all and stays.
    assert interview.events[-1] == InterviewWidened(["blocked"])
    assert interview.case.shown == "operated"
    assert asked_after_the_one_on_screen(interview)[:2] == ["feeling", "heat"]
    assert interview.case.phase is Phase.REVIEW


def asked_after_the_one_on_screen(interview: Interview) -> list[str]:
    assert interview.send(GiveAnswer(str(interview.case.shown), status="unknown")) is None
    return asked(interview)


def test_going_on_when_nothing_is_left_for_the_team_puts_the_next_question() -> None:
    interview = sent()
    asked(interview)
    assert interview.send(AskEverything()) is None
    assert interview.case.shown == interview.case.next == "feeling"


@pytest.mark.parametrize("commands", [(), (AskEverything(),)])
def test_where_everything_is_asked_there_is_nothing_to_go_on_with(commands: tuple[Command, ...]) -> None:
    interview = kit.interview(protocol()) if not commands else sent(*commands)
    refusal = interview.send(AskEverything())
    assert refusal is not None and "already" in refusal.message


def test_content_that_names_no_questions_asks_everything() -> None:
    interview = kit.interview()
    for command in (GiveAnswer("water", value="yes"), Acknowledge()):
        assert interview.send(command) is None
    assert interview.case.next == "feeling" and not present(interview.protocol, interview.case).for_team


def test_another_emergency_that_is_read_narrows_the_interview_again() -> None:
    interview = sent(AskEverything(), Show("feeling"), GiveAnswer("feeling", value="none"))
    assert interview.case.alarms == ("saddle",)
    assert interview.send(Acknowledge()) is None
    assert interview.case.next == "operated"
    assert interview.send(AskEverything()) is None
    assert for_team(interview.protocol, interview.case) is None


def test_when_the_emergency_ends_everything_is_asked_again() -> None:
    interview = sent(GiveAnswer("water", value="no", because="mis_keyed"))
    assert interview.case.next == "feeling" and interview.case.urgency is not Urgency.EMERGENCY


def test_a_question_may_be_put_off_or_gone_to_all_the_same() -> None:
    interview = sent(Postpone("operated"))
    assert interview.case.shown == "heat"
    for command in (Show("pain"), GiveAnswer("pain", value=3)):
        assert interview.send(command) is None
    assert interview.case.shown == "heat"
    assert interview.send(Show("signs")) is None and interview.send(Forward()) is None
    assert interview.case.shown == "heat"


def test_a_plan_can_be_issued_then_but_an_incomplete_one_is_not_signed() -> None:
    interview = sent()
    asked(interview)
    assert interview.send(IssuePlan()) is None
    assert interview.case.phase is Phase.SAFETY
    refusal = interview.send(Sign())
    assert refusal is not None and refusal.code == "incomplete"


def test_the_same_events_say_the_same_again() -> None:
    interview = sent(AskEverything(), GiveAnswer("operated", value="2015"))
    again = fold(interview.protocol, interview.events)
    assert (again.next, again.widened, again.phase) == (interview.case.next, frozenset({"blocked"}), Phase.SAFETY)


def test_of_several_emergencies_what_every_one_asks_comes_first_and_no_more_than_fit() -> None:
    content = protocol()
    flags = dict(content.red_flags)
    flags["saddle"] = replace(flags["saddle"], emergency=Emergency(then_ask=tuple(f"q{n}" for n in range(20))))
    many = replace(content, red_flags=flags)
    found = receiving_questions(many, ["blocked", "saddle"])
    assert found[:4] == ("operated", "heat", "began", "q0") and len(found) == MOST == 12
    assert receiving_questions(many, []) == ()


def test_what_is_at_hand_is_said_once_what_is_its_own_first() -> None:
    found = at_hand(protocol(), ["blocked", "saddle"])
    assert [each.clinician for each in found.call] == ["surgeon: 0123", "ambulance: 112"]
    assert len(found.ready) == len(found.explain) == 1


def test_several_emergencies_are_one_alarm_that_names_each_cause_once() -> None:
    interview = kit.interview(protocol())
    for command in (GiveAnswer("feeling", value="none"), Acknowledge(), GiveAnswer("water", value="yes")):
        assert interview.send(command) is None
    shown = present(interview.protocol, interview.case, "patient").alarm
    assert shown is not None and shown.flags == ("blocked", "saddle")
    assert [each.question for each in shown.causes] == ["water", "feeling"]
    assert shown.explain == ("We take you there now.",) and shown.at_hand == (1, 2)
    assert shown.parts[0].lines[0].startswith("Cannot pass water")
    assert shown.parts[0].title == "Situation"
    assert interview.send(Acknowledge()) is None
    assert present(interview.protocol, interview.case).alarm is None
    again = standing_alarm(interview.protocol, interview.case)
    assert again is not None and again.flags == shown.flags
