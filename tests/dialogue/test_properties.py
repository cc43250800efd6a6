"""Laws that hold on any interview with the shipped content, tried on random ones."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.core import commands as cmd
from chatbot.core.case import Case, evolve, fold, for_team
from chatbot.core.events import EVENT_VERSION, Event, from_data, to_data
from chatbot.core.findings import FlagState, assess
from chatbot.core.navigation import decide
from chatbot.core.plan import build_plan
from chatbot.core.urgency import plan_urgency
from chatbot.core.values import BARE_STATUSES
from tests.dialogue.vignettes import REPRESENTATIVE, answers_of, opened
from tests.random_answers import random_answer
from tests.shipped import shipped_protocol

PROTOCOL = shipped_protocol()
seeds = st.integers(0, 2**32)


def step(case: Case, command: cmd.Command) -> tuple[Case, tuple[Event, ...]]:
    decided = decide(PROTOCOL, case, command)
    assert isinstance(decided, tuple), (command, decided)
    for event in decided:
        case = evolve(PROTOCOL, case, event)
    if isinstance(command, cmd.Acknowledge) and for_team(PROTOCOL, case) is not None:
        case, more = step(case, cmd.AskEverything())
        decided += more
    return case, decided


def walk(seed: int) -> tuple[Case, list[Event]]:
    """Answer a random stretch of the interview; earlier answers come from a vignette as often as from chance."""
    random = Random(seed)
    usual = answers_of(PROTOCOL, random.choice(REPRESENTATIVE))
    header = opened(PROTOCOL, "routine_complete")
    case = evolve(PROTOCOL, None, header)
    happened: list[Event] = [header]
    plain = random.random()
    for _ in range(random.randint(0, 120)):
        if case.alarms:
            case, events = step(case, cmd.Acknowledge())
            happened += events
        if case.next is None:
            break
        question = PROTOCOL.questions[case.next]
        known = usual.get(question.id)
        given_answer = known if known is not None and random.random() < plain else random_answer(question, random)
        case, events = step(case, replace(given_answer, via="key"))
        happened += events
    return case, happened


@given(seeds)
@settings(max_examples=60)
def test_following_changes_gives_what_evaluating_everything_gives(seed: int) -> None:
    case, _ = walk(seed)
    whole = assess(PROTOCOL, case.answers, case.as_of)
    assert case.assessment.flags == whole.flags and case.assessment.open_flags == whole.open_flags
    assert case.assessment.applies == whole.applies
    assert case.assessment.facts.findings == whole.facts.findings
    assert case.assessment.facts.states == whole.facts.states


def test_a_declined_answer_reaches_the_questions_that_hang_on_it_through_a_finding() -> None:
    usual = answers_of(PROTOCOL, "routine_complete")
    case = evolve(PROTOCOL, None, opened(PROTOCOL, "routine_complete"))
    while case.next is not None and "both_legs" not in case.answers:
        declined = cmd.GiveAnswer(case.next, status="declined")
        case, _ = step(case, declined if case.next == "saddle_sensation" else usual[case.next])
        whole = assess(PROTOCOL, case.answers, case.as_of)
        assert case.assessment.open_flags == whole.open_flags, case.shown
    assert case.assessment.open_flags["cauda_equina_signs"] is FlagState.CANNOT_EXCLUDE


@given(seeds)
@settings(max_examples=30)
def test_stored_events_give_the_same_case(seed: int) -> None:
    case, happened = walk(seed)
    again = fold(PROTOCOL, [from_data(event.type, EVENT_VERSION, to_data(event)) for event in happened])
    assert again == case and build_plan(PROTOCOL, again) == build_plan(PROTOCOL, case)


def raises_something(case: Case, key: str) -> bool:
    """Whether losing an answer may lower the urgency: it makes some comparison of a flag true."""
    from chatbot.core.findings import raising_answers

    return key in raising_answers(PROTOCOL, case.answers, case.as_of, [key])


@given(seeds)
@settings(max_examples=40)
def test_losing_an_answer_that_raises_nothing_never_lowers_the_urgency(seed: int) -> None:
    case, _ = walk(seed)
    random = Random(seed)
    before = plan_urgency(PROTOCOL, case.assessment).rank
    for key in random.sample(sorted(case.answers), min(12, len(case.answers))):
        if case.answers[key].value is None or raises_something(case, key):
            continue
        for status in BARE_STATUSES:
            lost = {**case.answers, key: replace(case.answers[key], value=None, status=status)}
            after = plan_urgency(PROTOCOL, assess(PROTOCOL, lost, case.as_of)).rank
            assert after >= before, (key, case.answers[key].value, status)


@given(seeds)
@settings(max_examples=40)
def test_a_plan_is_never_routine_while_an_emergency_cannot_be_excluded_nor_reassures_then(seed: int) -> None:
    case, _ = walk(seed)
    plan = build_plan(PROTOCOL, case)
    states = case.assessment.flags
    hanging = [
        name
        for name, flag in PROTOCOL.red_flags.items()
        if flag.if_unknown is not None and states[name] is FlagState.CANNOT_EXCLUDE
    ]
    doubtful = [name for name, flag in PROTOCOL.red_flags.items() if flag.unsettles]
    assert doubtful
    unsettled = any(states[name] is FlagState.PRESENT for name in doubtful)
    assert plan["safety_resolved"] is not (bool(hanging) or unsettled)
    assert plan["urgency"] != "undetermined"
    if hanging:
        assert plan["urgency"] != "routine"
    if any(state is not FlagState.CLEAR for state in states.values()):
        assert not plan["reassurance"]


@given(seeds)
@settings(max_examples=40)
def test_every_flag_that_is_present_has_something_to_do_about_it(seed: int) -> None:
    case, _ = walk(seed)
    plan = build_plan(PROTOCOL, case)
    assert [each["id"] for each in plan["recommendations"]] == list(PROTOCOL.rules)
    for flag in plan["red_flags"]:
        answering = [each for each in plan["recommendations"] if each["answers"] == flag["id"] and each["kind"] == "do"]
        if flag["state"] == "present":
            assert any(each["status"] == "recommended" for each in answering), flag["id"]
        if flag["state"] == "clear":
            assert all(each["status"] == "not_applicable" for each in answering), flag["id"]


@given(seeds)
@settings(max_examples=20)
def test_an_interview_always_comes_to_an_end_and_to_a_plan(seed: int) -> None:
    random = Random(seed)
    case = evolve(PROTOCOL, None, opened(PROTOCOL, "routine_complete"))
    for _ in range(3 * len(PROTOCOL.questions)):
        if case.alarms:
            case, _ = step(case, cmd.Acknowledge())
        elif case.next is None:
            break
        else:
            case, _ = step(case, random_answer(PROTOCOL.questions[case.next], random))
    assert case.next is None and case.shown is None
    case, _ = step(case, cmd.IssuePlan())
    assert case.phase.value == "planned" and case.plan_digest is not None
