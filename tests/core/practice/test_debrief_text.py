"""A debrief as plain text: marked as simulated, safety first, within the width, every source it names at the end."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from chatbot.core.practice.debrief import KINDS, Line
from chatbot.core.practice.debrief_text import HARM, SAFE, SIMULATED, headline, lines, parts
from chatbot.core.practice.expert import Fault
from chatbot.core.text import columns
from tests.core.practice.kit import CALM, STATION, WORST, marked, station_of

SECTIONS = ("What kept this patient safe", "What would have harmed", "The rest", "Your path", "Sources")


@pytest.mark.parametrize("width", [40, 59, 60, 100])
def test_no_line_is_wider_than_asked_and_both_ends_say_simulated(width: int) -> None:
    found = lines(marked(STATION, WORST), width)
    assert all(columns(each) <= max(width, columns(SIMULATED)) for each in found)
    assert found[0] == found[-1] == SIMULATED


def test_what_kept_safe_is_told_first_and_sources_last() -> None:
    text = "\n".join(lines(marked(STATION, Fault(urgency="urgent"))))
    places = [text.index(each) for each in SECTIONS]
    assert places == sorted(places)
    cited = {int(each) for each in re.findall(r" \[(\d+)\]", text[: places[-1]])}
    listed = {int(each) for each in re.findall(r"^  \[(\d+)\] ", text[places[-1] :], re.MULTILINE)}
    assert cited == listed != set()


def test_every_line_stands_in_one_part() -> None:
    found = marked(STATION, WORST)
    safe, harm, rest = parts(found)
    assert sorted(each.id for each in (*safe, *harm, *rest)) == sorted(each.id for each in found.lines)
    assert all(each.good for each in safe) and not any(each.good for each in harm)
    assert set(KINDS) >= SAFE | HARM


def test_the_headline_is_about_the_gravest_of_what_was_there() -> None:
    assert headline(marked()) == "You recognised it after 3 questions; the safest path takes 3: Fire."
    missed = headline(marked(STATION, Fault(skip=("smoke",))))
    assert missed == "You did not recognise it: Fire. The safest path takes 3 questions."
    assert headline(marked(station_of(CALM))) == ""


def test_what_could_steer_a_terminal_is_spelled_out() -> None:
    found = lines(replace(marked(), title="a\x1b[2Jb", reason="c\u202ed"))
    assert not any("\x1b" in each or "\u202e" in each for each in found)


def test_red_flags_left_open_for_the_same_reason_stand_in_one_line() -> None:
    found = marked(STATION, WORST)
    alike = [
        Line(
            f"flag:{name}",
            "flag",
            "safety",
            0,
            1,
            f"Left open: {name}. Not asked: fever; wound.",
            "It burns.",
            None,
            (n,),
        )
        for n, name in enumerate(("one", "two"), 1)
    ]
    other = Line("flag:three", "flag", "safety", 0, 2, "Left open: three. Not asked: cough.", "It bites.")
    text = " ".join(" ".join(lines(replace(found, lines=(*alike, other)), 100)).split())
    assert "0 of 2 Left open: one; two. Not asked: fever; wound. [1] [2] It burns." in text
    assert "0 of 2 Left open: three. Not asked: cough. It bites." in text
