"""Simulated patients drawn by prevalence: nobody with a red flag comes out lower, and few who have none are sent on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

import pytest

from campaigns.triage import LIMITS, SEED, Count, count
from chatbot.content.population import Generated, Population
from chatbot.core.findings import assess
from chatbot.core.protocol import RedFlag
from chatbot.core.values import Urgency
from tests.dialogue.vignettes import FOLDER
from tests.shipped import shipped_protocol

DOSE = 150
"""Patients here; ``python -m campaigns.triage`` counts a thousand."""


@lru_cache
def population() -> Population:
    return Population(shipped_protocol(), FOLDER.parent)


@lru_cache
def patients() -> tuple[Generated, ...]:
    return tuple(population().patients(SEED, DOSE))


@lru_cache
def counted() -> Count:
    return count(shipped_protocol(), population(), patients())


def test_nobody_in_whom_a_red_flag_was_planted_comes_out_lower() -> None:
    assert counted().with_fact > DOSE // 10
    assert not counted().missed, "\n".join(counted().missed)


def test_few_are_emergencies() -> None:
    assert counted().share(Urgency.EMERGENCY) <= LIMITS[Urgency.EMERGENCY]


def _less(flag: RedFlag) -> RedFlag:
    return replace(flag, urgency=Urgency.URGENT, if_unknown=None)


def _cleared(flag: RedFlag) -> RedFlag:
    return replace(flag, unless=flag.when)


@pytest.mark.parametrize("worsened", [_less, _cleared])
def test_content_that_misses_a_red_flag_is_found_out(worsened: Callable[[RedFlag], RedFlag]) -> None:
    protocol = population().protocol
    worse = replace(protocol, red_flags={name: worsened(flag) for name, flag in protocol.red_flags.items()})
    again = [
        replace(each, case=replace(each.case, assessment=assess(worse, each.case.answers, each.case.as_of)))
        for each in patients()
    ]
    found = count(worse, population(), again)
    assert len(found.missed) > found.with_fact // 3 and not found.holds


def test_the_same_seed_draws_the_same_patients() -> None:
    first, second = (next(iter(population().patients(7, 1))).drawn for _ in range(2))
    assert first == second != next(iter(population().patients(8, 1))).drawn
