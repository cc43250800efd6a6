"""When a patient comes again: the schedule of FSRS over days, worked out anew from the attempts each time.

The same attempts and the same day always give the same schedule: there is no chance in it, and steps are whole days.
An attempt with too low an urgency, or none, counts as not known whatever its score: that patient comes back soon.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from chatbot.teaching.marked import LOW, NONE

RATINGS = ("again", "hard", "good", "easy")
"""How well an attempt went, as the schedule takes it; content says from how many per cent on."""

LONGEST = 365
"""Days until a patient comes again at the latest."""


@dataclass(frozen=True, slots=True)
class Review:
    """One attempt as the schedule sees it."""

    day: date
    rating: str
    """One of ``RATINGS``."""


def rating_of(percent: int, triage: str, thresholds: Mapping[str, int]) -> str:
    """Return the rating of an attempt: the best whose threshold, in per cent, is reached."""
    if triage in {LOW, NONE}:
        return RATINGS[0]
    reached = [rating for rating in RATINGS if percent >= thresholds[rating]]
    return reached[-1] if reached else RATINGS[0]


def due_day(reviews: Sequence[Review]) -> date:
    """Return the day a patient is due again. *reviews*: at least one; of those of one day each counts, in order."""
    from fsrs import Card, Rating, Scheduler

    # Without steps of minutes every review is put off by whole days.
    scheduler = Scheduler(learning_steps=(), relearning_steps=(), maximum_interval=LONGEST, enable_fuzzing=False)
    rated = {name: Rating(number) for number, name in enumerate(RATINGS, 1)}
    card = Card(card_id=1, due=_noon(reviews[0].day))
    for review in sorted(reviews, key=lambda each: each.day):
        card, _ = scheduler.review_card(card, rated[review.rating], review_datetime=_noon(review.day))
    return card.due.date()


def days_until(day: date, today: date) -> int:
    """Return in how many days something is due; below nought where it is overdue."""
    return (day - today) // timedelta(days=1)


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)
