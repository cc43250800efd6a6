"""The properties of the shipped protocols on the patients written for them: none is false, few say nothing."""

from __future__ import annotations

from functools import lru_cache
from itertools import islice
from random import Random

import pytest

from campaigns.properties import drawn, spelled
from chatbot.content.checks.vignettes import patients, run
from chatbot.content.library import find_protocol, protocols_folder
from chatbot.content.package import read_package
from chatbot.core.mirrors import mirrored
from chatbot.core.property_tree import Implies, Property
from chatbot.core.protocol import Protocol
from chatbot.proof.properties import load_properties
from chatbot.proof.situation import Situation, broken, met, situation_of
from tests.shipped import shipped_protocol

NAMES = ("post_surgical_back_pain", "ottawa_ankle")
EVERY_NTH = 5
"""Of the many small cases every fifth is taken; ``prove`` looks at all that can be."""


@lru_cache
def shipped(name: str) -> tuple[Protocol, tuple[Property, ...], tuple[tuple[str, Situation], ...]]:
    folder = find_protocol(name, protocols_folder())
    protocol = shipped_protocol(name)
    package = read_package(folder, str(folder))
    found = []
    for index, patient in enumerate(patients(package, [])):
        if not patient.path or index % EVERY_NTH == 0:
            case = run(protocol, patient, patient.answers()).case
            assert case is not None, patient.name
            found.append((patient.name, situation_of(protocol, case)))
    return protocol, load_properties(folder, protocol), tuple(found)


@pytest.mark.parametrize("name", NAMES)
def test_no_property_is_false_for_a_patient_written_by_hand(name: str) -> None:
    _, properties, situations = shipped(name)
    false = [(each.id, who) for who, case in situations for each in properties if broken(each, case, pairs=False)]
    assert not false


@pytest.mark.parametrize("name", NAMES)
def test_no_property_is_false_on_an_interview_drawn_by_chance(name: str) -> None:
    protocol, properties, situations = shipped(name)
    cases = [each.case for _, each in situations if each.case is not None and each.case.earlier is None]
    for begun, situation in islice(drawn(protocol, cases, Random(0)), 60):
        false = [each.id for each in properties if broken(each, situation, pairs=False)]
        assert not false, spelled(situation, begun)


@pytest.mark.parametrize(
    ("name", "who"), [("post_surgical_back_pain", "routine_complete"), ("ottawa_ankle", "rolled_ankle")]
)
def test_no_property_of_two_interviews_is_false_near_a_routine_patient(name: str, who: str) -> None:
    _, properties, situations = shipped(name)
    case = dict(situations)[who]
    pairs = [each for each in properties if not isinstance(each.claim, Implies)]
    assert pairs and not [found for each in pairs if (found := broken(each, case))]


@pytest.mark.parametrize("name", NAMES)
def test_no_property_mirrors_one_rule(name: str) -> None:
    protocol, properties, _ = shipped(name)
    assert not [each.id for each in properties if each.kind != "contraindication" and mirrored(protocol, each)]


def test_thirty_properties_and_more_are_met_by_somebody() -> None:
    _, properties, situations = shipped("post_surgical_back_pain")
    named = {each.id.partition("[")[0] for each in properties if each.kind != "contraindication"}
    seen = {each.id.partition("[")[0] for each in properties for _, case in situations if met(each, case)}
    assert len(named) >= 30 and len(named - seen) <= 8, sorted(named - seen)
