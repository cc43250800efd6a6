"""Intervals against those of a library; agreement against cases worked out by hand."""

from __future__ import annotations

import pytest

from chatbot.audit.charts import wilson
from chatbot.teaching.agreement import kappa
from chatbot.teaching.shares import Share


@pytest.mark.parametrize(("number", "of"), [(0, 1), (1, 1), (0, 10), (3, 7), (10, 10), (17, 400), (399, 400)])
def test_the_interval_is_that_of_a_library(number: int, of: int) -> None:
    expected = wilson(number, of)
    assert expected is not None and Share(number, of).interval == pytest.approx(expected, abs=1e-6)


def test_of_nothing_nothing_is_said() -> None:
    assert Share(0, 0).interval is None and Share(0, 0).said == "none of none"


def test_a_small_number_says_that_it_is_one() -> None:
    assert "few" in Share(3, 9).said and "few" not in Share(3, 10).said


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([(1, 1), (5, 5)], 1.0),
        ([(1, 5), (5, 1)], -1.0),
        ([(3, 3)], None),
        # Seen: one pair of four is one apart. By chance: the sixteen pairings of 1, 2, 3, 4 with 1, 2, 3, 5 come to 56.
        ([(1, 1), (2, 2), (3, 3), (4, 5)], 1 - (1 / 4) / (56 / 16)),
    ],
)
def test_kappa_with_quadratic_weights(pairs: list[tuple[int, int]], expected: float | None) -> None:
    found = kappa(pairs)
    assert found == (None if expected is None else pytest.approx(expected))
