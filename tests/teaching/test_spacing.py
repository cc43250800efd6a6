"""When a patient comes again: the days of FSRS, the same every time, sooner the worse it went."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.teaching.spacing import LONGEST, RATINGS, Review, due_day, rating_of

START = date(2026, 3, 2)
LIMITS = {"again": 0, "hard": 50, "good": 70, "easy": 90}


@pytest.mark.parametrize(
    ("percent", "triage", "rating"),
    [
        (0, "right", "again"),
        (49, "right", "again"),
        (50, "right", "hard"),
        (69, "high", "hard"),
        (70, "right", "good"),
        (90, "high", "easy"),
        (100, "right", "easy"),
        (100, "low", "again"),
        (89, "none", "again"),
    ],
)
def test_the_rating_follows_the_marks_but_too_low_an_urgency_is_always_again(
    percent: int, triage: str, rating: str
) -> None:
    assert rating_of(percent, triage, LIMITS) == rating


def test_thresholds_are_those_of_the_content() -> None:
    assert rating_of(60, "right", {"again": 0, "hard": 10, "good": 20, "easy": 60}) == "easy"


def test_the_worse_it_went_the_sooner_it_comes_again() -> None:
    days = [due_day([Review(START, rating)]) for rating in RATINGS]
    assert days == sorted(days) and days[0] > START and len(set(days)) >= 3


def test_days_are_those_of_the_published_schedule() -> None:
    # With the parameters of FSRS-6: stabilities of a first review are 0.212, 1.2931, 2.3065 and 8.2956 days, and at the
    # retention of 90 % the interval is the stability, rounded, at least a day.
    assert [(due_day([Review(START, rating)]) - START).days for rating in RATINGS] == [1, 1, 2, 8]


def test_what_goes_well_again_and_again_is_put_off_for_longer_and_longer() -> None:
    reviews, gaps = [Review(START, "good")], []
    for _ in range(5):
        due = due_day(reviews)
        gaps.append((due - reviews[-1].day).days)
        reviews.append(Review(due, "good"))
    assert gaps == sorted(gaps) and gaps[-1] > 20


def test_a_lapse_brings_it_back_soon() -> None:
    well = [Review(START + timedelta(days=10 * at), "good") for at in range(5)]
    last = well[-1].day
    assert (due_day(well) - last).days > 20
    assert (due_day([*well[:-1], Review(last, "again")]) - last).days < 10


_REVIEWS = st.lists(
    st.builds(Review, st.integers(0, 700).map(lambda days: START + timedelta(days=days)), st.sampled_from(RATINGS)),
    min_size=1,
    max_size=8,
)


@given(_REVIEWS)
def test_there_is_no_chance_in_it_and_it_stays_within_its_bounds(reviews: list[Review]) -> None:
    due = due_day(reviews)
    last = max(each.day for each in reviews)
    assert due == due_day(reviews)
    assert timedelta(days=1) <= due - last <= timedelta(days=LONGEST)
