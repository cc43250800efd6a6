"""The formulas say what the engine says: of interviews by chance, and of interviews drawn at the edges."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import cache
from random import Random

import pytest

from chatbot.core.condition import Condition
from chatbot.core.findings import FlagState
from chatbot.core.outcome import outcome
from chatbot.core.protocol import Protocol
from chatbot.core.tree import FindingIs, Not
from chatbot.core.urgency import ScopeState, plan_urgency
from chatbot.core.values import Urgency
from chatbot.proof.agreement import Agreement
from chatbot.proof.interviews import Interview, Search, Unsettled
from chatbot.proof.model import Model
from chatbot.proof.outcomes import ways
from chatbot.proof.truths import both, no
from tests.core.small import protocol_of as random_protocol
from tests.random_answers import random_interview
from tests.shipped import shipped_protocol, small_protocol

AS_OF = datetime(2026, 3, 15, 10, 30)

SMALL_ONES = ("tiny", "numbers", "private", "scales")
SHIPPED = "post_surgical_back_pain"
"""Protocols of the tests, and the one whose every kind of question, number and rule is to be met."""


@cache
def protocol_of(name: str) -> Protocol:
    return small_protocol(name) if name in SMALL_ONES else shipped_protocol(name)


@cache
def agreement(name: str) -> Agreement:
    return Agreement(protocol_of(name), AS_OF)


@cache
def model(name: str) -> Model:
    made = Model(protocol_of(name), AS_OF)
    made.build()
    return made


@pytest.mark.parametrize(("name", "dose"), [*((name, 60) for name in SMALL_ONES), ("ottawa_ankle", 60), (SHIPPED, 8)])
def test_the_formulas_agree_with_the_engine_on_interviews_by_chance(name: str, dose: int) -> None:
    random, both_sides = Random(name), agreement(name)
    for _ in range(dose):
        case = random_interview(protocol_of(name), AS_OF, random)
        assert both_sides.disagreements(case) == [], case.answers


@pytest.mark.parametrize("name", [*SMALL_ONES, "ottawa_ankle"])
def test_the_formulas_agree_with_the_engine_at_every_edge(name: str) -> None:
    search, both_sides = Search(model(name)), agreement(name)
    found = [(way, search.find(way.formula)) for way in ways(model(name))]
    assert all(interview is not Unsettled.UNDECIDED for _, interview in found)
    for way, interview in found:
        if isinstance(interview, Interview):
            assert both_sides.disagreements(interview.case(model(name))) == [], way[:3]


def test_the_formulas_agree_with_the_engine_at_edges_of_the_shipped_protocol() -> None:
    # A search that wanders has an end by the clock; this one has an end by steps alone.
    search, both_sides = Search(model(SHIPPED)), agreement(SHIPPED)
    for way in Random(7).sample(list(ways(model(SHIPPED))), 8):
        interview = search.find(way.formula)
        assert interview is not Unsettled.UNDECIDED, way[:3]
        if isinstance(interview, Interview):
            assert both_sides.disagreements(interview.case(model(SHIPPED))) == [], way[:3]


def test_the_formulas_agree_with_the_engine_on_protocols_by_chance() -> None:
    for seed in range(25):
        random, protocol = Random(seed), random_protocol(seed)
        both_sides = Agreement(protocol, AS_OF)
        for _ in range(8):
            assert both_sides.disagreements(random_interview(protocol, AS_OF, random)) == [], seed


@pytest.mark.parametrize("name", ["tiny", "numbers"])
def test_what_is_wanted_is_what_the_interview_comes_to(name: str) -> None:
    protocol, search = protocol_of(name), Search(model(name))
    for rule in protocol.rules:
        for status in ("recommended", "check_first", "withheld", "pending", "precaution", "not_applicable"):
            found = search.find(model(name).status(rule, status))
            if isinstance(found, Interview):
                case = found.case(model(name))
                assert outcome(protocol, case.assessment).statuses[rule] == status


def test_what_nobody_can_answer_is_proved_to_be_so() -> None:
    name = "tiny"
    search = Search(model(name))
    for flag, about in protocol_of(name).red_flags.items():
        present = model(name).flag(flag, FlagState.PRESENT)
        assert search.never(present, model(name).flag(flag, FlagState.CLEAR))
        assert search.never(present, no(model(name).urgency_at_least(about.urgency)))
        assert not search.never(present)
    assert search.never(model(name).urgency_is(Urgency.UNDETERMINED))
    assert search.never(no(model(name).safety_resolved()), model(name).urgency_is(Urgency.ROUTINE))


@pytest.mark.parametrize("name", ["tiny", "private"])
def test_an_error_in_one_condition_is_seen(name: str) -> None:
    protocol = protocol_of(name)
    first = next(each for each in protocol.findings.values())
    wrong = replace(first, when=Condition("", Not(first.when.tree)))
    both_sides = Agreement(replace(protocol, findings={**protocol.findings, first.id: wrong}), AS_OF)
    random = Random(3)
    said = [both_sides.disagreements(random_interview(protocol, AS_OF, random)) for _ in range(20)]
    assert any(f"finding {first.id}: " in line for lines in said for line in lines)


def test_an_interview_of_the_solver_is_whole_where_that_is_asked() -> None:
    whole = model("tiny")
    found = Search(whole).find(whole.complete, whole.urgency_is(Urgency.EMERGENCY), whole.scope(ScopeState.IN))
    assert isinstance(found, Interview)
    case = found.case(whole)
    assert plan_urgency(whole.protocol, case.assessment) is Urgency.EMERGENCY
    asked = {key for key, applies in case.assessment.applies.items() if applies is True}
    assert asked <= case.answers.keys()
    assert not any(case.assessment.applies[key] is False for key in case.answers)


def test_a_condition_that_stands_nowhere_can_be_asked_about() -> None:
    tiny = model("tiny")
    name = next(iter(tiny.protocol.findings))
    truth = tiny.node(FindingIs(name))
    search = Search(tiny)
    assert isinstance(search.find(truth.true), Interview)
    assert search.never(both(truth.true, truth.false))
