"""A person marks besides the program: durably, within what an item can give, with a reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatbot.core import events as ev
from chatbot.errors import BackstoryError, ExitCode, LockedByAnother, UsageError
from chatbot.record.attempts import read_attempt
from chatbot.record.host import FixedHost
from chatbot.record.register import NAME
from chatbot.record.store import TranscriptWriter
from chatbot.teaching.second import Given, give, markable, pairs_of, points_of
from tests.record.kit import written
from tests.teaching.kit import altered, load_bundle, mark, play

WHY = {"item:look": "said it aloud"}


def given(path: Path, **more: object) -> Given:
    wanted = {"marker": "MM", "overall": 4, "marks": {"item:look": 3}, "reasons": WHY, **more}
    return give(markable(path, load_bundle), mark, FixedHost(seed=31), **wanted)  # type: ignore[arg-type]


def test_marks_are_appended_to_the_attempt_and_what_they_change_is_told(tmp_path: Path) -> None:
    path = play(tmp_path, items=())
    before = path.read_bytes()
    told = given(path, comment="calm and kind")
    assert path.read_bytes().startswith(before)
    (change,) = told.changed
    assert (change.item, change.before, change.after, change.reason) == ("item:look", 0, 3, "said it aloud")
    assert (told.before, told.after, told.of, told.percent_before, told.percent_after) == (10, 13, 13, 76, 100)
    kept = read_attempt(path, load_bundle)
    assert kept.sound and kept.actor == "AB"
    assert kept.placed[-1].event == ev.PracticeMarked("MM", 4, {"item:look": 3}, WHY, "calm and kind")
    assert "MM" in path.read_text("utf-8") and kept.hashes[-1] in (tmp_path / NAME).read_text("utf-8")


def test_the_programs_own_marks_stay_and_a_second_person_adds_to_the_first(tmp_path: Path) -> None:
    path = play(tmp_path, items=())
    given(path)
    told = given(path, marker="NN", overall=2, marks={}, reasons={})
    assert (told.before, told.after, told.overall) == (10, 10, 2)
    kept = read_attempt(path, load_bundle)
    assert kept.protocol is not None and kept.station is not None
    assert [each.marker for each in mark(kept.protocol, kept.station, kept.placed).second] == ["MM", "NN"]


REFUSED = [
    ({"marks": {"item:lok": 3}, "reasons": {"item:lok": "x"}}, "has no item 'item:lok'", "item:look"),
    ({"marks": {"item:look": 4}}, "0 to 3 points, not 4", ""),
    ({"marks": {"item:look": -1}}, "0 to 3 points, not -1", ""),
    ({"marks": {"harmful:pill": 1}, "reasons": {"harmful:pill": "x"}}, "-5 to 0 points, not 1", ""),
    ({"marks": {"harmful:pill": -6}, "reasons": {"harmful:pill": "x"}}, "-5 to 0 points, not -6", ""),
    ({"reasons": {}}, "without a reason", ""),
    ({"reasons": {"item:look": "  "}}, "without a reason", ""),
    ({"marks": {}}, "a reason is given for item:look, and no points", ""),
    ({"marks": {}, "reasons": {}, "overall": 0}, "nothing is given", ""),
    ({"overall": 6}, "a global mark is 1 to 5", ""),
    ({"marker": "  "}, "nobody says who marks", ""),
]


@pytest.mark.parametrize(("wrong", "said", "hint"), REFUSED, ids=[each[1] for each in REFUSED])
def test_what_may_not_be_given_is_refused_and_leaves_the_file_as_it_was(
    tmp_path: Path, wrong: dict[str, object], said: str, hint: str
) -> None:
    path = play(tmp_path, items=("pill",))
    before = path.read_bytes()
    with pytest.raises(UsageError) as refused:
        given(path, **wrong)
    assert said in refused.value.message and hint in refused.value.hint
    assert path.read_bytes() == before


def test_an_attempt_that_is_not_over_is_not_marked(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not over"):
        markable(play(tmp_path, end=False), load_bundle)


def test_another_case_is_not_marked(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no attempt"):
        markable(written(tmp_path, kind="clinical"), load_bundle)


def test_an_attempt_that_was_altered_is_refused_with_the_code_of_a_corrupt_file(tmp_path: Path) -> None:
    path = play(tmp_path)
    altered(path, "first?", "frist?")
    with pytest.raises(BackstoryError) as refused:
        markable(path, load_bundle)
    assert refused.value.exit_code is ExitCode.CORRUPT and str(path) in refused.value.render()


def test_marks_that_were_not_completely_saved_are_set_aside_and_can_be_given_again(tmp_path: Path) -> None:
    path = play(tmp_path, items=())
    path.write_bytes(path.read_bytes() + b'{"actor":"MM","data":{"comm')
    assert given(path).after == 13
    assert read_attempt(path, load_bundle).sound


def test_while_another_program_writes_the_attempt_nothing_is_given(tmp_path: Path) -> None:
    path = play(tmp_path)
    kept = markable(path, load_bundle)
    writer, _ = TranscriptWriter.resume(path, FixedHost(seed=3), actor="AB")
    with writer, pytest.raises(LockedByAnother):
        give(kept, mark, FixedHost(seed=4), marker="MM", overall=3)


def test_options_are_read_as_items_and_whole_points() -> None:
    assert points_of(["item:look=2", " urgency = -4 "]) == {"item:look": 2, "urgency": -4}
    assert pairs_of(["a=b=c"], "--reason") == {"a": "b=c"}


@pytest.mark.parametrize("texts", [["a"], ["=1"], ["a="], ["a=1.5"], ["a=1", "a=2"]])
def test_options_that_are_none_are_refused(texts: list[str]) -> None:
    with pytest.raises(UsageError):
        points_of(texts)
