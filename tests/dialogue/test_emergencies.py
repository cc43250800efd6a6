"""Whatever raises an emergency, wherever in the interview it is said, the next thing shown is the alarm."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chatbot.core import commands as cmd
from chatbot.core.case import Case, evolve, for_team
from chatbot.core.commands import Refusal
from chatbot.core.emergency import MOST, at_hand, receiving_questions
from chatbot.core.events import CaseOpened
from chatbot.core.findings import network
from chatbot.core.navigation import decide
from chatbot.core.present import present, standing_alarm
from chatbot.core.protocol import Protocol
from chatbot.core.values import Urgency
from tests.dialogue.triggers import Term, triggers
from tests.dialogue.vignettes import answers_of, opened
from tests.shipped import shipped_protocol

PROTOCOL = shipped_protocol()
STRIDE = 40
EMERGENCIES = [name for name, flag in PROTOCOL.red_flags.items() if flag.urgency is Urgency.EMERGENCY]


def give(protocol: Protocol, case: Case, command: cmd.GiveAnswer) -> Case:
    decided = decide(protocol, case, replace(command, confirmed=True, because="new_information"))
    assert not isinstance(decided, Refusal), (command, decided)
    for event in decided:
        case = evolve(protocol, case, event)
    return case


@pytest.fixture(scope="module")
def positions() -> list[Case]:
    """The routine patient's case before each of its answers, and after the last."""
    case = evolve(PROTOCOL, None, opened(PROTOCOL, "routine_complete"))
    given = answers_of(PROTOCOL, "routine_complete")
    cases = [case]
    while case.next is not None:
        case = give(PROTOCOL, case, given[case.next])
        cases.append(case)
    return cases


def in_order_of_asking(term: Term) -> list[str]:
    return sorted(term, key=network(PROTOCOL).ask_order.index)


def stays_silent_for_a_reason(flag: str, term: Term, case: Case) -> bool:
    """The answers of the routine patient clear the flag, or keep one of the trigger's questions from applying."""
    red_flag = PROTOCOL.red_flags[flag]
    if red_flag.when.evaluate(case.assessment.open_facts) is True:
        return red_flag.unless is not None and red_flag.unless.evaluate(case.assessment.facts) is True
    return any(case.assessment.applies[key] is not True for key in term)


def shows_nothing_but_the_alarm(case: Case) -> None:
    view = present(PROTOCOL, case)
    assert view.alarm is not None and view.question is None
    assert view.urgency == "emergency" and view.alarm.actions


@pytest.mark.parametrize("flag", EMERGENCIES)
def test_every_trigger_alarms_next_wherever_it_is_said(flag: str, positions: list[Case]) -> None:
    found = triggers(PROTOCOL, PROTOCOL.red_flags[flag].when.tree, positions[0].as_of)
    raised = 0
    for number, term in enumerate(found):
        # Every trigger at both ends of the interview and at two places between, which move on from trigger to trigger.
        between = positions[1 + number % STRIDE : -1 : STRIDE]
        for start in [positions[0], *between, positions[-1]]:
            case = start
            for key in in_order_of_asking(term):
                if case.alarms:
                    break
                case = give(PROTOCOL, case, cmd.GiveAnswer(key, value=term[key]))
            if not case.alarms:
                assert stays_silent_for_a_reason(flag, term, case), (flag, term)
                continue
            raised += 1
            assert case.urgency is Urgency.EMERGENCY
            refused = decide(PROTOCOL, case, cmd.Forward())
            assert isinstance(refused, Refusal) and refused.code == "alarm_waiting"
            if start is positions[0] or start is positions[-1]:
                # The view hangs on nothing but the case, and costs twenty times as much as the rest of this loop.
                shows_nothing_but_the_alarm(case)
    assert raised, f"no trigger of {flag} raised an alarm"


def test_an_alarm_can_be_followed_only_by_reading_it(positions: list[Case]) -> None:
    flag = EMERGENCIES[0]
    case = positions[1]
    for key, value in triggers(PROTOCOL, PROTOCOL.red_flags[flag].when.tree, case.as_of)[0].items():
        case = give(PROTOCOL, case, cmd.GiveAnswer(key, value=value))
    assert case.alarms
    for command in (cmd.IssuePlan(), cmd.Forward(), cmd.Back(), cmd.Sign()):
        refused = decide(PROTOCOL, case, command)
        assert isinstance(refused, Refusal) and refused.code == "alarm_waiting"
    for event in decide(PROTOCOL, case, cmd.Acknowledge()):  # type: ignore[union-attr]
        case = evolve(PROTOCOL, case, event)
    assert not case.alarms and case.urgency is Urgency.EMERGENCY and case.shown is not None


def test_the_case_opens_with_the_protocol_it_was_made_for() -> None:
    header = opened(PROTOCOL, "routine_complete")
    assert isinstance(header, CaseOpened) and header.protocol["digest"] == PROTOCOL.digest


@pytest.mark.parametrize("flag", EMERGENCIES)
def test_every_emergency_says_whom_to_call_what_is_wanted_and_asks_no_more_than_twelve_questions(flag: str) -> None:
    found = at_hand(PROTOCOL, [flag])
    assert found.call and found.ready and found.explain and found.cites
    own, shared = PROTOCOL.red_flags[flag].emergency, PROTOCOL.emergency
    assert own is not None and shared is not None and own.then_ask
    assert 0 < len({*own.then_ask, *shared.then_ask}) == len(receiving_questions(PROTOCOL, [flag])) <= MOST


def test_every_emergency_at_once_is_one_alarm_and_asks_no_more_than_twelve_questions(positions: list[Case]) -> None:
    case = positions[-1]
    for flag in EMERGENCIES:
        for key, value in triggers(PROTOCOL, PROTOCOL.red_flags[flag].when.tree, case.as_of)[0].items():
            if case.assessment.applies[key] is not False:
                case = give(PROTOCOL, case, cmd.GiveAnswer(key, value=value))
            if case.alarms:
                for event in decide(PROTOCOL, case, cmd.Acknowledge()):  # type: ignore[union-attr]
                    case = evolve(PROTOCOL, case, event)
    alarm = standing_alarm(PROTOCOL, case)
    assert alarm is not None and len(alarm.flags) > 8
    assert len({each.question for each in alarm.causes}) == len(alarm.causes)
    assert len({*alarm.call}) == len(alarm.call) and len({*alarm.ready}) == len(alarm.ready)
    assert len(for_team(PROTOCOL, case) or ()) == MOST
