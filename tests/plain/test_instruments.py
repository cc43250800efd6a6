"""Instruments in the line mode: item by item, or all answers in one line."""

from __future__ import annotations

import pytest

from tests.plain.kit import start
from tests.plain.test_plain import play, values
from tests.shipped import small_protocol

SCALES = small_protocol("scales")

BEFORE = ["y", "1", "n"]
"""Up to the first instrument."""


@pytest.mark.parametrize(
    ("lines", "answers"),
    [
        (["", "1", "most"], {"calm": "1", "sleep": "2"}),
        (["1 2"], {"calm": "1", "sleep": "2"}),
        (["1, -"], {"calm": "1"}),
        (["items", "-", "9", "3"], {"sleep": "3"}),
    ],
)
def test_items_are_answered_one_by_one_or_all_in_one_line(lines: list[str], answers: dict[str, str]) -> None:
    script, interview = play([*BEFORE, *lines, ":q"], start(SCALES))
    assert values(interview)["worry_short"] == answers
    assert "little calm" in script.text and "Most days" in script.text and "Worry-2 by the Scale House." in script.text


def test_too_few_answers_in_one_line_are_refused_with_how_many_there_are() -> None:
    script, interview = play([*BEFORE, "1", "", ":stop", ":q"], start(SCALES))
    assert "1 answers to 2 items" in script.text and "worry_short" not in values(interview)


def test_a_scale_takes_ten_and_a_score_that_is_entered_names_its_owner() -> None:
    lines = [*BEFORE, "0 0", "never 1", "10 0 3", "40", "12", ":q"]
    script, interview = play(lines, start(SCALES))
    assert values(interview)["ache"] == {"now": "10", "joy": "0", "work": "3"}
    assert values(interview)["habit"] == {"often": "never", "many": "1"}
    assert "0 to 10: 0 no ache, 10 worst ache" in script.text
    assert "Club form by the Scale House." in script.text and "40 is outside -1 to 38" in script.text
    assert values(interview)["club_score"] == "12"
