"""Random bytes over random vignettes: a dose of ``python -m campaigns.keyfuzz``, whose seeds repeat it."""

from __future__ import annotations

import pytest

from campaigns.keyfuzz import play

SEEDS = (2, 41)
EVENTS = 1_000
"""Of one case; 2,000 in all."""


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_and_nothing_ends_it_whatever_the_terminal_sends(seed: int) -> None:
    outcome = play(seed, EVENTS)
    print(outcome)  # with its seed
    assert not outcome.problems, str(outcome)
    assert outcome.events >= EVENTS or outcome.closed
