"""Patients drawn to practise with: consistent, of every urgency, the same for a seed."""

from __future__ import annotations

from functools import lru_cache

import pytest

from campaigns.patients import LEVELS, SEED, Count, case_of, count, faults
from chatbot.content.practice import generated_station
from chatbot.content.practice_generator import generator
from chatbot.core.practice.station import digest
from chatbot.errors import ContentError, UsageError
from tests.dialogue.vignettes import FOLDER
from tests.shipped import shipped_protocol

DOSE = 14


@lru_cache
def counted() -> Count:
    return count(shipped_protocol(), FOLDER.parent, SEED, DOSE)


def test_drawn_patients_are_consistent_reach_a_plan_and_an_expert_gets_full_marks() -> None:
    assert not counted().faults, "\n".join(counted().faults)


def test_every_urgency_comes_as_it_was_planned() -> None:
    assert {level.value for level in LEVELS} == set(counted().urgencies)
    assert counted().unplanned == 0


def test_a_seed_gives_one_patient_and_another_seed_another() -> None:
    protocol = shipped_protocol()
    one, again, other = (
        generated_station(protocol, FOLDER.parent, seed=seed, difficulty=5) for seed in (SEED, SEED, SEED + 1)
    )
    assert digest(one) == digest(again) != digest(other)


def test_a_patient_whose_facts_were_changed_is_found_out() -> None:
    protocol = shipped_protocol()
    station = generated_station(protocol, FOLDER.parent, seed=SEED, difficulty=1)
    first, *others = station.facts
    without = type(station)(**{**{name: getattr(station, name) for name in station.__slots__}, "facts": tuple(others)})
    assert any(first.question in each for each in faults(protocol, without))
    assert first.question in case_of(protocol, station).answers


def test_a_difficulty_or_a_generator_that_is_not_there_is_said() -> None:
    protocol = shipped_protocol()
    with pytest.raises(UsageError):
        generated_station(protocol, FOLDER.parent, seed=1, difficulty=6)
    with pytest.raises(ContentError):
        generator(protocol, FOLDER.parents[1] / "ottawa_ankle")
