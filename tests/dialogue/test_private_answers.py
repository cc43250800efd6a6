"""The shipped protocol: whoever may not know reads the same, whatever the private answers were."""

from __future__ import annotations

import random
from functools import lru_cache

import pytest

from chatbot.core.audience import for_audience
from chatbot.core.case import Case
from chatbot.core.plan import build_plan
from chatbot.core.protocol import Protocol
from chatbot.core.taint import taint
from chatbot.core.values import Urgency
from chatbot.core.ways import answer_of, way_to
from tests.dialogue.vignettes import FEW, REPRESENTATIVE, case_of
from tests.privacy import kit
from tests.shipped import shipped_protocol

SOME_CASES = 1


@lru_cache
def protocol() -> Protocol:
    return shipped_protocol()


def hidden_questions() -> list[str]:
    return [key for key in protocol().questions if key in taint(protocol()).questions]


def random_case(seed: int) -> Case:
    """Return a case with arbitrary answers to about nine in ten questions; nobody else may know the private ones."""
    source = random.Random(seed)
    start = case_of(protocol(), REPRESENTATIVE[0])
    answers = {}
    for key, question in protocol().questions.items():
        choices = [each for each in kit.every_answer(question, start) if each is not None]
        if source.random() < 0.9:
            answers[key] = source.choice(choices)
    (audience_question,) = {
        key
        for audience in protocol().audiences.values()
        if audience.may_know is not None
        for key in audience.may_know.questions
    }
    answers.pop(audience_question, None)
    return kit.with_answers(protocol(), start, answers)


def assert_nothing_changes(case: Case, audience: str) -> None:
    whole = build_plan(protocol(), case)
    before = kit.public_forms(protocol(), for_audience(protocol(), case, whole, audience))
    changed = 0
    for key in hidden_questions():
        for answer in kit.every_answer(protocol().questions[key], case):
            other = kit.swapped(protocol(), case, key, answer)
            plan = build_plan(protocol(), other)
            read = kit.public_forms(protocol(), for_audience(protocol(), other, plan, audience))
            assert read == before, (key, answer)
            changed += plan != whole
    assert changed, "no private answer mattered: the comparison says nothing"


def test_the_protocol_asks_whom_private_answers_may_be_shared_with_once() -> None:
    asked = {
        key
        for audience in protocol().audiences.values()
        if audience.may_know is not None
        for key in audience.may_know.questions
    }
    assert len(asked) == 1
    (question,) = (protocol().questions[key] for key in asked)
    assert not question.private and question.when is None and question.valid_for is None
    offered = {option.id for option in question.options if not option.exclusive}
    assert offered == {name for name, each in protocol().audiences.items() if each.may_know is not None}


@pytest.mark.parametrize("name", FEW[1:2])
def test_in_vignettes_no_private_answer_changes_what_others_read(name: str) -> None:
    assert_nothing_changes(case_of(protocol(), name), "gp")


@pytest.mark.parametrize("seed", range(SOME_CASES))
def test_in_arbitrary_cases_no_private_answer_changes_what_others_read(seed: int) -> None:
    assert_nothing_changes(random_case(seed), "teaching")


@pytest.mark.parametrize("name", REPRESENTATIVE)
def test_urgency_and_every_action_stay(name: str) -> None:
    case = case_of(protocol(), name)
    plan, shown = build_plan(protocol(), case), kit.exported(protocol(), case, "gp")
    assert shown["urgency"] == plan["urgency"] and shown["safety_resolved"] == plan["safety_resolved"]
    asked = {each["id"] for each in plan["recommendations"] if each["status"] != "not_applicable"}
    steps = {step["title"]["clinician"] for step in shown["neutral"]["steps"]}
    for rule in asked & taint(protocol()).rules:
        neutral = protocol().rules[rule].neutral
        assert neutral is not None and neutral.title.clinician in steps
    assert asked - taint(protocol()).rules <= {each["id"] for each in shown["recommendations"]}


def test_an_emergency_from_a_private_answer_reaches_everybody_with_what_to_do() -> None:
    """The emergency stands in the urgency and as the first neutral step, for an audience that may know nothing."""
    start = case_of(protocol(), "routine_complete")
    imminent = [
        flag
        for name, flag in protocol().red_flags.items()
        if name in taint(protocol()).red_flags and flag.urgency is Urgency.EMERGENCY
    ]
    assert imminent
    for flag in imminent:
        (key,) = protocol().questions_behind(flag.when)
        asked = start
        for other, given in (way_to(protocol(), key, start.answers, start.as_of) or {}).items():
            asked = kit.swapped(protocol(), asked, other, answer_of(protocol(), other, given, start.as_of))
        cases = [
            kit.swapped(protocol(), asked, key, each) for each in kit.every_answer(protocol().questions[key], asked)
        ]
        raised = [case for case in cases if build_plan(protocol(), case)["urgency"] == "emergency"]
        assert raised
        for case in raised:
            shown = kit.exported(protocol(), case, "teaching")
            first = shown["neutral"]["steps"][0]
            assert shown["urgency"] == "emergency" and first["safety"] and first["within"] == "PT0S"
            assert shown["neutral"]["flags"][0]["urgency"] == "emergency"
