"""The case state machine, walked over its whole table."""

from __future__ import annotations

from itertools import product

import pytest

from chatbot.core.phases import (
    ASKING,
    CLOSED_PHASES,
    OPEN_PHASES,
    TRANSITIONS,
    URGENCY_MOVES,
    Phase,
    Trigger,
    UrgencyTrigger,
    next_phase,
)
from chatbot.core.values import Urgency

EVERY_PAIR = list(product(Phase, Trigger))


@pytest.mark.parametrize(("phase", "trigger"), EVERY_PAIR, ids=lambda each: each.name)
def test_every_pair_leads_to_a_phase_or_is_refused(phase: Phase, trigger: Trigger) -> None:
    target = next_phase(phase, trigger)
    assert target is TRANSITIONS.get((phase, trigger))
    assert target is None or isinstance(target, Phase)


def test_every_phase_is_open_suspended_or_closed() -> None:
    assert {*OPEN_PHASES, Phase.SUSPENDED, *CLOSED_PHASES} == set(Phase)


@pytest.mark.parametrize("trigger", Trigger)
@pytest.mark.parametrize("phase", CLOSED_PHASES)
def test_a_closed_case_goes_nowhere(phase: Phase, trigger: Trigger) -> None:
    assert next_phase(phase, trigger) is None


@pytest.mark.parametrize("phase", OPEN_PHASES)
def test_an_open_case_can_be_asked_suspended_and_abandoned(phase: Phase) -> None:
    assert {trigger: next_phase(phase, trigger) for trigger in ASKING} == ASKING
    assert next_phase(phase, Trigger.SUSPEND) is Phase.SUSPENDED
    assert next_phase(phase, Trigger.ABANDON) is Phase.ABANDONED
    assert next_phase(phase, Trigger.PLAN) is not None


def test_only_a_planned_case_is_signed() -> None:
    assert [phase for phase in Phase if next_phase(phase, Trigger.SIGN) is not None] == [Phase.PLANNED]


def test_only_a_case_with_nothing_left_to_ask_becomes_planned() -> None:
    assert {source for (source, _), target in TRANSITIONS.items() if target is Phase.PLANNED} == {
        Phase.REVIEW,
        Phase.PLANNED,
    }


def test_a_suspended_case_is_resumed_or_abandoned_and_nothing_else() -> None:
    assert {trigger for trigger in Trigger if next_phase(Phase.SUSPENDED, trigger)} == {Trigger.RESUME, Trigger.ABANDON}


def test_every_phase_can_be_reached_from_the_opening() -> None:
    reached = {Phase.OPENED}
    while True:
        further = {target for (source, _), target in TRANSITIONS.items() if source in reached}
        if further <= reached:
            break
        reached |= further
    assert reached == set(Phase)


def test_urgency_has_a_row_for_every_level_and_cause() -> None:
    assert set(URGENCY_MOVES) == set(product(Urgency, UrgencyTrigger))


@pytest.mark.parametrize("level", Urgency)
def test_a_new_sitting_never_lowers_an_urgency_that_is_not_routine(level: Urgency) -> None:
    lower = {other for other in URGENCY_MOVES[level, UrgencyTrigger.SITTING] if other.rank < level.rank}
    assert lower == ({Urgency.UNDETERMINED} if level is Urgency.ROUTINE else set())
