"""The screen of progress shows what transcripts say, of whoever is at the keyboard."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from chatbot.desk import Desk
from chatbot.practice_desk import PracticeDesk
from chatbot.record.host import FixedHost
from chatbot.tui.practice_start import practice_of
from tests.shipped import shipped_protocol
from tests.teaching.played import ANKLE, play


def desk(folder: Path, actor: str) -> PracticeDesk:
    host = FixedHost(datetime(2026, 3, 4, tzinfo=UTC))
    return PracticeDesk(Desk(folder, lambda: shipped_protocol("ottawa_ankle"), host, actor=actor), lambda: ANKLE)


def test_the_course_is_that_of_the_attempts_and_ends_with_whom_to_meet_next(tmp_path: Path) -> None:
    play(tmp_path, "AB", 1, "2026-03-02")
    play(tmp_path, "AB", 2, "2026-03-03")
    play(tmp_path, "CD", 3, "2026-03-03")
    course = practice_of(desk(tmp_path, "AB")).course()
    assert course is not None
    assert (course.days, course.percents, course.weakest) == (("2026-03-02", "2026-03-03"), (100, 100), ())
    # In an emergency nothing is to be had in some of them.
    assert all(set(each.percents) == {100} for each in course.domains)
    (told,) = course.next_up
    assert "not met yet" in told


def test_of_somebody_who_finished_nothing_there_is_none(tmp_path: Path) -> None:
    play(tmp_path, "AB", 1, "2026-03-02")
    assert practice_of(desk(tmp_path, "XY")).course() is None
