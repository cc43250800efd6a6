"""Stations are made of vignettes: facts in words, what each needs, moves and documents. Nothing is told too early."""

from __future__ import annotations

import pytest

from chatbot.content.library import find_protocol, load_protocol, protocols_folder
from chatbot.content.practice import station_of, stations
from chatbot.core.practice.station import Station, digest, from_data, to_data
from chatbot.core.protocol import Protocol
from chatbot.errors import UsageError

ANKLE = find_protocol("ottawa_ankle", protocols_folder())


@pytest.fixture(scope="module")
def ankle() -> Protocol:
    return load_protocol("ottawa_ankle")


def met(protocol: Protocol, name: str, seed: int = 0, persona: str | None = None) -> Station:
    return station_of(protocol, ANKLE, name, seed=seed, persona=persona)


def test_every_vignette_with_a_block_is_listed_without_its_title() -> None:
    listed = stations(ANKLE)
    assert [each.number for each in listed] == [1, 2, 3, 4, 5, 6]
    assert all(each.who and each.opening for each in listed)
    assert [each.id for each in listed] != sorted(each.id for each in listed)


def test_a_station_goes_to_data_and_back(ankle: Protocol) -> None:
    for each in stations(ANKLE):
        station = met(ankle, each.id, seed=3)
        assert from_data(to_data(station)) == station


def test_the_same_seed_gives_the_same_station_and_another_seed_other_words_only(ankle: Protocol) -> None:
    first, again, other = (met(ankle, "dropped_on_the_foot", seed=seed) for seed in (1, 1, 2))
    assert digest(first) == digest(again) != digest(other)
    assert [(each.question, each.value) for each in first.facts] == [
        (each.question, each.value) for each in other.facts
    ]


def test_own_words_go_before_the_voice_and_the_voice_before_labels(ankle: Protocol) -> None:
    station = met(ankle, "rolled_ankle")
    tender, danger = station.fact("ankle_tender"), station.fact("limb_at_risk")
    assert tender is not None and tender.says == "No, not there on the bone. It's sore just in front of it."
    assert danger is not None
    assert danger.says in {"No, the foot feels like the other one.", "No, it's warm, and I feel all my toes."}


def test_what_a_fact_needs_stands_beside_it_and_keeps_its_value(ankle: Protocol) -> None:
    fact = met(ankle, "two_beers").fact("unreliable")
    assert fact is not None
    assert (fact.needs, fact.holds_back, fact.value) == ("trust", "What do you mean? I'm fine.", ["intoxicated"])


def test_permission_counts_only_where_something_needs_it(ankle: Protocol) -> None:
    with_need, without = met(ankle, "two_beers").move("permission"), met(ankle, "rolled_ankle").move("permission")
    assert with_need is not None and with_need.points == 2 and with_need.before == ("unreliable",)
    assert without is not None and without.points == 0 and without.before == ()


def test_a_record_says_what_it_says_even_where_it_is_wrong(ankle: Protocol) -> None:
    station = met(ankle, "dropped_on_the_foot")
    note = station.document("first_aid_note")
    fact = station.fact("steps_then")
    assert note is not None and [(each.question, each.value) for each in note.told] == [("steps_then", "four")]
    assert fact is not None and fact.value == "fewer"


def test_a_vignette_or_a_persona_that_is_not_there_is_named(ankle: Protocol) -> None:
    with pytest.raises(UsageError) as wrong:
        met(ankle, "rolled_ankel")
    assert "rolled_ankle" in wrong.value.hint
    with pytest.raises(UsageError) as unknown:
        met(ankle, "rolled_ankle", persona="anxiuos")
    assert "anxious" in unknown.value.hint
