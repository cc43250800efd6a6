"""The player line by line: the same moments in words, for pipes and dumb terminals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chatbot.plain_player import HELP, run
from tests import recorded


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return recorded.recording(tmp_path_factory.mktemp("cases"))


def play(recording: Any, *typed: str, **more: Any) -> list[str]:
    """Return the lines written while these lines are typed."""
    given, out = iter(typed), []
    run(recording, read=lambda prompt: next(given, None), write=out.append, **more)
    return out


def text(recording: Any, *typed: str, **more: Any) -> str:
    return " ".join(" ".join(play(recording, *typed, **more)).split())


def where(lines: list[str]) -> list[int]:
    return [int(line.split()[1]) for line in lines if line.startswith("record ")]


def test_it_begins_with_the_opening_and_ends_with_the_input(kept: Any) -> None:
    lines = play(kept, head=("whose",))
    assert lines[0] == "whose" and where(lines) == [0] and "opened a clinical case" in " ".join(lines)


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        (["next", "", "back"], [0, 1, 2, 1]),
        (["flag", "flag", "flag back"], [0, 3, 9, 3]),
        (["correction", "urgency", "urgency back"], [0, 7, 9, 7]),
        (["mark", "last", "first"], [0, 4, 33, 0]),
        (["goto 12", "GOTO 3", ":next"], [0, 12, 3, 4]),
        (["quit", "next"], [0]),
    ],
)
def test_a_word_leads_to_a_moment(kept: Any, typed: list[str], numbers: list[int]) -> None:
    assert where(play(kept, *typed)) == numbers


def test_playing_says_every_record_once_with_its_pause_in_words(kept: Any) -> None:
    lines = play(kept, "play")
    assert where(lines) == list(range(34)) and "1 h 00 min after the last" in " ".join(" ".join(lines).split())
    assert lines[-1] == "end of the recording"


def test_what_changed_and_the_marks_are_said(kept: Any) -> None:
    said = text(kept, "flag")
    for each in (
        "* red flag appears · urgency changes",
        "! blocked bladder: present (was open)",
        "urgency: ██ emergency",
    ):
        assert each in said, each


def test_state_answers_plan_and_marks_are_those_of_the_moment(kept: Any) -> None:
    assert "passing water stopped: yes" in text(kept, "flag", "state")
    assert "safety questions all asked: no" in text(kept, "flag", "state")
    assert "Has passing water stopped? yes" in text(kept, "flag", "answers")
    assert "Send to the emergency department" in text(kept, "flag", "plan")
    assert "Send to the emergency department" not in text(kept, "last", "plan").partition("The plan as it was")[2]
    assert "red flags: 3, 9 corrections: 7 changes of urgency: 3, 7, 9" in text(kept, "marks")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("back", "this is the first record"),
        ("goto", "a number from 0 to 33"),
        ("goto 99", "a number from 0 to 33"),
        ("goto x", "a number from 0 to 33"),
        ("flag back", "no earlier record: red flag appears"),
        ("sing", "there is no command 'sing'; help lists them"),
        ("answers", "nothing was answered yet"),
    ],
)
def test_what_cannot_be_done_is_said(kept: Any, typed: str, said: str) -> None:
    lines = play(kept, typed)
    assert said in " ".join(lines) and where(lines) == [0]


def test_private_answers_are_covered_until_they_are_asked_for(kept: Any) -> None:
    assert recorded.SECRET not in text(kept, "play", "answers", "state")
    assert recorded.SECRET in text(kept, "private", "goto 27") and recorded.SECRET in text(
        kept, "goto 27", private=True
    )


def test_every_command_that_help_lists_is_one(kept: Any) -> None:
    for names, _ in HELP:
        for name in names.replace(", or Enter alone", "").split(", "):
            assert "there is no command" not in text(kept, name.replace("N", "3"))


def test_only_whole_lines_of_the_width_and_of_the_encoding_are_written(kept: Any) -> None:
    for line in play(kept, "play", "state", "plan", "answers", width=40, encoding="ascii"):
        assert len(line) <= 80 and line.isascii() and "\n" not in line and "\x1b" not in line


def test_damage_is_named_at_the_last_record_before_it(tmp_path: Path) -> None:
    path = recorded.keep(tmp_path)
    path.write_bytes(path.read_bytes()[:-30])
    said = text(recorded.open_recording(path, recorded.load), "play")
    assert "the recording ends here, because of damage" in said and ":34" in said and "T003" in said
