"""Protocols with one small mistake: who notices it, and whether any interview could show it."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from random import Random

import pytest

from chatbot.content.build import symbols_of
from chatbot.content.library import find_protocol, protocols_folder
from chatbot.content.package import read_package
from chatbot.core.case import assessed
from chatbot.core.findings import assess
from chatbot.core.outcome import outcome
from chatbot.core.protocol import Protocol
from chatbot.core.resolve import Symbols, condition
from chatbot.proof.equivalent import Apart, told_apart
from chatbot.proof.interviews import Search, Unsettled
from chatbot.proof.model import Model
from chatbot.proof.mutant_patients import WrittenCase, assessed_with, noticed_by, written_cases
from chatbot.proof.mutant_readings import Tellers, differing, readings
from chatbot.proof.mutants import ATTRIBUTES, OPERATORS, Mutant, mutants
from tests.proof.test_model import AS_OF, SHIPPED, SMALL_ONES, model, protocol_of
from tests.random_answers import random_interview

ANKLE = "ottawa_ankle"


def symbols(protocol: Protocol) -> Symbols:
    return symbols_of(json.loads(protocol.canonical))


@cache
def made(name: str) -> tuple[Mutant, ...]:
    kinds = ("finding", "flag", "guard") if name == SHIPPED else ("scope", *ATTRIBUTES)
    return tuple(mutants(protocol_of(name), symbols(protocol_of(name)), kinds))


@cache
def written(name: str) -> tuple[WrittenCase, ...]:
    folder = find_protocol(name, protocols_folder())
    return written_cases(read_package(folder, str(folder)), protocol_of(name))


def by_id(name: str, id: str) -> Mutant:
    return next(each for each in made(name) if each.id == id)


def sample(name: str, count: int) -> list[Mutant]:
    return Random(name).sample(made(name), min(count, len(made(name))))


# --- mistakes -------------------------------------------------------------------------------------


def test_every_kind_of_mistake_is_made() -> None:
    assert {each.operator for name in (*SMALL_ONES, ANKLE) for each in made(name)} == OPERATORS.keys()


@pytest.mark.parametrize("name", [*SMALL_ONES, ANKLE])
def test_a_mutant_is_the_protocol_but_for_one_element_and_has_a_name_of_its_own(name: str) -> None:
    protocol = protocol_of(name)
    assert len({each.id for each in made(name)}) == len(made(name))
    for each in made(name):
        for kind, attribute in ATTRIBUTES.items():
            ours, theirs = getattr(protocol, attribute), getattr(each.protocol, attribute)
            assert list(ours) == list(theirs)
            assert {key for key in ours if ours[key] != theirs[key]} == (
                set(each.changed) if kind == each.kind else set()
            )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("age >= 18", {"the opposite of 'age >= 18'", "> for >= in 'age >= 18'", "17 for 18 in 'age >= 18'"}),
        ("days_since(injury_on) <= 10", {"9 for 10 in 'days_since(injury_on) <= 10'"}),
        ("seen_before is no and age > 20", {"without 'seen_before is no'", "the opposite of all of it"}),
        (
            "ankle_tender includes any {lateral, medial}",
            {
                "without medial in 'ankle_tender includes any {lateral, medial}'",
                "none for lateral in 'ankle_tender includes any {lateral, medial}'",
            },
        ),
    ],
)
def test_mistakes_in_a_condition_are_those_of_a_slip(text: str, expected: set[str]) -> None:
    ankle = protocol_of(ANKLE)
    scope = replace(ankle.scope, when=condition(text, symbols(ankle)))
    found = {each.id.removeprefix("scope: ") for each in mutants(replace(ankle, scope=scope), symbols(ankle))}
    assert expected <= found


# --- who notices ----------------------------------------------------------------------------------


def test_patients_notice_that_a_red_flag_is_left_out() -> None:
    assert noticed_by(by_id(ANKLE, "flag limb_at_risk_now: left out"), written(ANKLE)) == "cold_foot"


@pytest.mark.parametrize(("name", "dose"), [*((name, 100) for name in SMALL_ONES), (ANKLE, 100), (SHIPPED, 12)])
def test_a_case_is_assessed_with_a_mistake_as_if_from_nothing(name: str, dose: int) -> None:
    random = Random(name)
    cases = [random_interview(protocol_of(name), AS_OF, random) for _ in range(12)]
    for mutant in sample(name, dose):
        for case in cases:
            quick = assessed_with(mutant, case) or case.assessment
            anew = assessed(mutant.protocol, case)
            assert outcome(mutant.protocol, quick) == outcome(mutant.protocol, anew), mutant.id
            assert quick.applies == anew.applies


# --- told apart -----------------------------------------------------------------------------------


def differences(mutant: Mutant, made_of: Model, apart: Apart) -> list[str]:
    case = apart.interview.case(made_of)
    region = case.assessment.region
    sides = [
        readings(each, assess(each, case.answers, case.as_of, region=region))
        for each in (mutant.original, mutant.protocol)
    ]
    return differing(*sides)


@pytest.mark.parametrize(("name", "dose"), [*((name, 60) for name in SMALL_ONES), (ANKLE, 60), (SHIPPED, 8)])
def test_what_tells_a_mutant_apart_does_so_on_the_engine_and_what_nothing_tells_apart_never_differs(
    name: str, dose: int
) -> None:
    original, random = model(name), Random(name)
    search = Search(original)
    cases = [random_interview(protocol_of(name), AS_OF, random) for _ in range(20)]
    for mutant in sample(name, dose):
        found = told_apart(search, mutant)
        if isinstance(found, Apart):
            assert differences(mutant, original, found), mutant.id
            continue
        assert found is Unsettled.NONE, mutant.id
        for case in cases:
            after = readings(mutant.protocol, assessed(mutant.protocol, case))
            assert not differing(readings(mutant.original, case.assessment), after), mutant.id


def test_a_part_that_adds_nothing_may_be_left_out() -> None:
    ankle = protocol_of(ANKLE)
    finding = ankle.findings["ankle_rule"]
    text = f"({finding.when.text}) or ({finding.when.text}) and age >= 18"
    doubled = replace(finding, when=condition(text, symbols(ankle)))
    protocol = replace(ankle, findings={**ankle.findings, finding.id: doubled})
    original = Model(protocol, AS_OF)
    original.build()
    search = Search(original)
    dropped = [each for each in mutants(protocol, symbols(ankle)) if each.id.endswith("age >= 18'")]
    idle = [each for each in dropped if each.element == "finding ankle_rule" and each.operator == "drop"]
    assert idle and all(told_apart(search, each) is Unsettled.NONE for each in idle)


def test_a_survivor_is_shown_on_a_patient_with_few_other_answers() -> None:
    # The vignettes alone: among the cases there is somebody of 17.
    vignettes = [each for each in written(ANKLE) if not each.patient.path]
    search, tellers = Search(model(ANKLE)), Tellers(protocol_of(ANKLE), vignettes)
    mutant = by_id(ANKLE, "scope: 17 for 18 in 'age >= 18'")
    moment = written(ANKLE)[0].case.as_of
    apart = told_apart(search, mutant)
    assert isinstance(apart, Apart)
    case = apart.interview.case(model(ANKLE))
    shown = tellers.near(mutant, replace(case.assessment, as_of=moment), case.answers)
    assert shown is not None and shown.differs
    assert list(shown.answers) == ["age"] and not shown.without
