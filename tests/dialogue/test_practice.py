"""Every patient that ships can be practised to full marks, and one fault loses what the weights say.

``campaigns.practice_marks`` plays every fault at every station; here those of a few that differ.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from chatbot.content.library import find_protocol, protocols_folder
from chatbot.content.practice import practice_of, station_of, stations
from chatbot.core.practice.station import Station
from chatbot.core.protocol import Protocol
from tests.practice_faults import FAULTS, full_marks, held_against
from tests.shipped import shipped_protocol

NAMES = ("post_surgical_back_pain", "ottawa_ankle")

DIFFERENT = (
    "cauda_equina",
    "infection_after_injection",
    "kidney_disease",
    "loose_screw",
    "officer_in_the_room",
    "overdose_risk",
    "two_beers",
)
"""Urgencies from emergency to routine, several red flags at once, what nobody knows, drugs that would harm."""

RISING = ("low_1", "low_2", "low_3")


@cache
def met(name: str, vignette: str) -> tuple[Protocol, Station]:
    protocol = shipped_protocol(name)
    return protocol, station_of(protocol, find_protocol(name, protocols_folder()), vignette)


@pytest.mark.parametrize("name", NAMES)
def test_a_perfect_script_earns_full_marks_at_every_station(name: str) -> None:
    protocol, folder = shipped_protocol(name), find_protocol(name, protocols_folder())
    listed = stations(folder)
    assert listed
    problems = [each for one in listed for each in full_marks(protocol, station_of(protocol, folder, one.id))]
    assert problems == []


@pytest.mark.parametrize("vignette", DIFFERENT)
def test_one_fault_loses_exactly_what_the_weights_say(vignette: str) -> None:
    protocol, station = met(NAMES[1] if vignette == "two_beers" else NAMES[0], vignette)
    assert held_against(protocol, station) == []


def test_each_fault_is_tried_somewhere() -> None:
    """A fault that no station has a place for would be a check that cannot fail."""
    some = [met(NAMES[1] if each == "two_beers" else NAMES[0], each)[1] for each in DIFFERENT]
    tried: set[Callable[..., object]] = {each for station in some for each in FAULTS if each(station) is not None}
    assert tried == set(FAULTS)


@pytest.mark.parametrize("name", NAMES)
def test_an_urgency_that_is_too_low_weighs_most(name: str) -> None:
    content = practice_of(find_protocol(name, protocols_folder()), shipped_protocol(name))
    assert content is not None
    weights = content.practice.weights
    low = [weights["urgency.right"] + weights[f"urgency.{each}"] for each in RISING]
    assert low == sorted(low)
    # One step too low costs more than any other single thing; the same step too high costs less.
    others = [value for key, value in weights.items() if not key.startswith("urgency.") and not key.endswith("most")]
    assert low[0] > max(others)
    for number in (1, 2, 3):
        assert weights[f"urgency.high_{number}"] < weights[f"urgency.low_{number}"]
