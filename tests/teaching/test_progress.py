"""Progress of one trainee, worked out from transcripts alone; and whom to meet next."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from chatbot.teaching.marked import Bad, Marked, practice_files, walk
from chatbot.teaching.progress import Progress, actors, progress_of, to_data
from chatbot.teaching.progress_text import bar, progress_lines
from tests.record.kit import written
from tests.teaching.kit import LIMITS, PATIENTS, TODAY, altered, generated, load_bundle, mark, play, station


def nothing(name: str) -> Mapping[str, int]:
    return {}


def found(folder: Path) -> list[Marked | Bad]:
    return list(walk(practice_files(folder), load_bundle, mark))


def progress(folder: Path, actor: str = "AB", today: date = TODAY, offers: object = nothing) -> Progress:
    return progress_of(actor, found(folder), PATIENTS, LIMITS, today, offers)  # type: ignore[arg-type]


def test_each_attempt_is_a_row_with_its_marks_and_how_the_urgency_was(tmp_path: Path) -> None:
    play(tmp_path, day="2026-03-02")
    play(tmp_path, day="2026-03-03", of=station("candle"), urgency="urgent")
    play(tmp_path, day="2026-03-04", of=station("smoke"), urgency="urgent", asked=())
    play(tmp_path, day="2026-03-05", of=station("smoke"), urgency=None)
    made = progress(tmp_path)
    assert [(each.day, each.number, each.percent, each.triage, each.rating) for each in made.attempts] == [
        ("2026-03-02", 1, 100, "right", "easy"),
        ("2026-03-03", 3, 69, "high", "hard"),
        ("2026-03-04", 2, 23, "low", "again"),
        ("2026-03-05", 2, 46, "none", "again"),
    ]
    assert made.triage == {"right": 1, "low": 1, "high": 1, "none": 1}


def test_domains_are_followed_over_time_and_the_weakest_named_first(tmp_path: Path) -> None:
    play(tmp_path, day="2026-03-02", items=())
    play(tmp_path, day="2026-03-03", of=station("smoke"), urgency="same_day")
    made = progress(tmp_path)
    safety, plan = made.trends
    assert (safety.days, safety.recent, safety.change) == ((("2026-03-02", 100), ("2026-03-03", 100)), 100, 0)
    assert (plan.days, plan.recent, plan.change) == ((("2026-03-02", 0), ("2026-03-03", 100)), 50, 100)
    assert made.weakest == ("plan",), "full marks are no weakness"


def test_only_the_trainees_own_attempts_until_that_day_count(tmp_path: Path) -> None:
    play(tmp_path, "AB", day="2026-03-02")
    play(tmp_path, "CD", day="2026-03-02")
    play(tmp_path, " ab ", day="2026-03-03")
    play(tmp_path, "AB", day="2026-04-02")
    play(tmp_path, "AB", day="2026-03-03", end=False)
    written(tmp_path, kind="clinical")
    made = progress(tmp_path)
    assert [each.day for each in made.attempts] == ["2026-03-02", "2026-03-03"]
    assert made.unfinished == 1 and made.bad == ()
    assert actors(found(tmp_path)) == (" ab ", "CD") or "CD" in actors(found(tmp_path))


def test_a_damaged_attempt_is_told_and_does_not_count(tmp_path: Path) -> None:
    play(tmp_path, day="2026-03-02")
    altered(play(tmp_path, day="2026-03-03"), "first?", "frist?")
    made = progress(tmp_path)
    assert len(made.attempts) == 1
    assert [each.verdict for each in made.bad] == ["CORRUPT"]
    assert "Not counted (CORRUPT)" in "\n".join(progress_lines(made))


# --- whom to meet next ----------------------------------------------------------------------------


def test_who_is_most_overdue_comes_first(tmp_path: Path) -> None:
    play(tmp_path, day="2026-03-30", of=station("fire"), urgency="routine")
    play(tmp_path, day="2026-03-20", of=station("smoke"), urgency="routine")
    made = progress(tmp_path)
    assert made.next is not None and (made.next.name, made.next.why) == ("smoke", "due")
    assert made.next.overdue > 0 and (made.next.attempts, made.next.last) == (1, 69)
    assert [each.why for each in made.patients] == ["due", "due"]


def test_a_new_one_comes_while_nobody_is_due_and_fits_what_the_trainee_can_do(tmp_path: Path) -> None:
    assert progress(tmp_path).next == progress(tmp_path).next
    first = progress(tmp_path).next
    assert first is not None and (first.name, first.why) == ("candle", "new"), "the easiest to begin with"
    play(tmp_path, day="2026-04-01")
    second = progress(tmp_path).next
    assert second is not None and second.name == "smoke", "a step up after an attempt that went well"


def test_among_those_that_fit_the_one_that_offers_most_in_the_weakest_domain_comes(tmp_path: Path) -> None:
    play(tmp_path, day="2026-04-01", items=())
    asked: list[str] = []

    def offers(name: str) -> Mapping[str, int]:
        asked.append(name)
        return {"candle": {"safety": 2, "plan": 8}, "smoke": {"safety": 8, "plan": 2}}[name]

    made = progress(tmp_path, offers=offers)
    assert made.weakest[0] == "plan" and made.next is not None and made.next.name == "candle"
    assert "hard_one" not in asked, "what does not fit is not worked out"


def test_when_all_are_met_and_none_is_due_the_first_due_comes_early(tmp_path: Path) -> None:
    truths = {"fire": "emergency", "smoke": "same_day", "candle": "routine"}
    for name, urgency in truths.items():
        play(tmp_path, day="2026-04-01", of=station(name), urgency=urgency, items=() if name == "smoke" else ("look",))
    made = progress_of("AB", found(tmp_path), PATIENTS[:3], LIMITS, TODAY, nothing)
    assert made.next is not None and (made.next.name, made.next.why) == ("smoke", "early")
    assert progress_of("AB", [], (), LIMITS, TODAY, nothing).next is None


def test_a_drawn_patient_counts_and_never_comes_again(tmp_path: Path) -> None:
    play(tmp_path, of=generated(4), day="2026-03-02")
    made = progress(tmp_path)
    assert len(made.attempts) == 1 and made.attempts[0].number is None and made.patients == ()


# --- what is shown --------------------------------------------------------------------------------


def test_nothing_that_is_shown_says_what_a_patient_who_may_come_again_turned_out_to_have(tmp_path: Path) -> None:
    play(tmp_path, day="2026-03-02", urgency="routine")
    made = progress(tmp_path)
    shown = "\n".join(progress_lines(made)) + json.dumps(to_data(made))
    for secret in ("Title of fire", '"fire"', "emergency", "routine"):
        assert secret not in shown
    assert "SIMULATED" in shown and "TOO LOW" in shown and "A woman of 44" in shown


@pytest.mark.parametrize(("percent", "drawn"), [(0, "...."), (1, "#..."), (50, "##.."), (100, "####")])
def test_a_bar_shows_whatever_is_above_nought(percent: int, drawn: str) -> None:
    assert bar(percent, 4) == drawn


@pytest.mark.parametrize("shaped", [progress_lines, to_data])
def test_it_is_the_same_twice(tmp_path: Path, shaped: object) -> None:
    for day, name in (("2026-03-02", "fire"), ("2026-03-02", "smoke"), ("2026-03-02", "candle")):
        play(tmp_path, day=day, of=station(name), urgency="routine")
    one, two = (json.dumps(list(shaped(progress(tmp_path)))) for _ in range(2))  # type: ignore[operator]
    assert one == two


_SCRIPT = "import sys; from tests.teaching.kit import everything; print(everything(sys.argv[1]))"


def test_it_is_the_same_whatever_the_seed_of_hashing(tmp_path: Path) -> None:
    for trainee in ("AB", "CD", "EF"):
        for name in ("fire", "smoke"):
            play(tmp_path, trainee, day="2026-03-02", of=station(name), urgency="routine", items=("pill",))
    told = set()
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", _SCRIPT, str(tmp_path)],
            capture_output=True,
            check=True,
            cwd=Path(__file__).resolve().parents[2],
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
        told.add(done.stdout)
    assert len(told) == 1 and b'"simulated": true' in told.pop()
