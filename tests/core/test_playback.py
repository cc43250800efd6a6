"""Playing a case: the state after any record, whatever was looked at before; what changed; where the marks are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.core.case import fold
from chatbot.core.events import AnswerGiven
from chatbot.core.findings import FlagState
from chatbot.core.plan import plan_digest
from chatbot.core.playback import MARKS, Playback, Stopped
from chatbot.core.then import urgency_of
from tests import recorded


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, ...]:
    return recorded.recording(tmp_path_factory.mktemp("case")).records


@pytest.fixture
def playback(records: tuple[Any, ...]) -> Playback:
    return Playback(recorded.CONTENT, records)


@given(order=st.lists(st.integers(0, 33), max_size=12), every=st.integers(1, 40))
def test_the_state_after_a_record_is_that_of_the_records_up_to_it_in_whatever_order_they_are_looked_at(
    records: tuple[Any, ...], order: list[int], every: int
) -> None:
    playback = Playback(recorded.CONTENT, records, every=every)
    for index in order:
        assert playback.case(index) == fold(recorded.CONTENT, [each.event for each in records[: index + 1]])


def test_going_back_in_a_long_recording_folds_no_more_than_the_records_since_the_last_kept_state(
    records: tuple[Any, ...],
) -> None:
    shown = next(each for each in records if each.type == "question.shown")
    long = (*records[:3], *(replace(shown, seq=seq) for seq in range(3, 2000)))
    playback = Playback(recorded.CONTENT, long)
    playback.scan()
    folded: list[int] = []
    step = playback._step
    playback._step = lambda case, index: (folded.append(index), step(case, index))[1]  # type: ignore[method-assign]
    playback.case(1000)
    assert 0 < len(folded) <= 32
    folded.clear()
    playback.case(999)
    assert len(folded) <= 32


MARKED = {
    "flag": (3, 9),
    "correction": (7,),
    "urgency": (3, 7, 9),
    "alarm": (4,),
    "sitting": (0, 12),
    "plan": (31,),
    "closing": (33,),
}


@pytest.mark.parametrize("name", MARKS)
def test_every_mark_stands_where_it_happened(playback: Playback, name: str) -> None:
    playback.scan()
    assert playback.marks(name) == MARKED[name]
    assert {at for at in range(len(playback)) if name in playback.moment(at).marks} == set(MARKED[name])


@pytest.mark.parametrize(
    ("names", "index", "following", "before"),
    [
        (("flag",), 0, 3, None),
        (("flag",), 3, 9, None),
        (("flag",), 9, None, 3),
        (("urgency",), 8, 9, 7),
        (("correction",), 33, None, 7),
        (("alarm", "sitting", "plan", "closing"), 4, 12, 0),
    ],
)
def test_a_jump_finds_the_next_and_the_one_before(
    playback: Playback, names: tuple[str, ...], index: int, following: int | None, before: int | None
) -> None:
    assert playback.next(names, index) == following
    assert playback.previous(names, index) == before


def test_a_jump_searches_no_further_than_it_must(records: tuple[Any, ...]) -> None:
    playback = Playback(recorded.CONTENT, records, every=4)
    assert playback.next(("flag",), 0) == 3 and playback.scanned < len(records)


def test_real_pauses_are_kept_also_between_sittings_and_no_clock_runs_backwards(records: tuple[Any, ...]) -> None:
    playback = Playback(recorded.CONTENT, records)
    assert playback.moment(12).pause_ms == 3_602_000 and playback.moment(3).pause_ms == 2_000
    assert playback.moment(33).elapsed_ms == sum(playback.moment(at).pause_ms for at in range(34))
    back = tuple(replace(each, t="2020-01-01T00:00:00.000Z") if each.seq == 12 else each for each in records)
    again = Playback(recorded.CONTENT, back)
    assert again.moment(12).pause_ms == 0
    # Inside a sitting a wall clock that was set says nothing.
    set_ = tuple(replace(each, t="2030-01-01T00:00:00.000Z") if each.seq == 5 else each for each in records)
    assert Playback(recorded.CONTENT, set_).moment(5).pause_ms == 2_000


def test_what_an_answer_changed_is_told(playback: Playback) -> None:
    raised = playback.changed(3)
    assert raised.urgency is not None and (raised.urgency.before, raised.urgency.after) == ("undetermined", "emergency")
    assert [(each.id, each.before, each.after) for each in raised.flags if each.id == "blocked"] == [
        ("blocked", "open", "present")
    ]
    assert {each.id for each in raised.rules if each.after == "recommended"} >= {"send", "scan", "no_wait"}
    assert [(each.question, each.before, each.after is not None) for each in raised.answers] == [("water", None, True)]
    assert raised.unresolved == (9, 8)
    corrected = playback.changed(7)
    assert corrected.urgency is not None and corrected.urgency.before == "emergency"
    assert {each.id for each in corrected.rules if not each.after} >= {"send", "scan"}
    (turn,) = corrected.answers
    assert turn.before is not None and turn.after is not None and (turn.before.value, turn.after.value) == ("yes", "no")
    numb = playback.changed(9)
    assert [(each.id, each.after) for each in numb.findings] == [("numb", "yes")]


def test_what_changes_nothing_says_so(playback: Playback) -> None:
    assert playback.changed(5).nothing and not playback.changed(3).nothing


def test_an_unknown_answer_is_a_red_flag_that_cannot_be_excluded_and_bears_a_mark(records: tuple[Any, ...]) -> None:
    water = next(each for each in records if each.type == "answer.given")
    assert isinstance(water.event, AnswerGiven)
    unknown = replace(water, event=replace(water.event, value=None, status="unknown"))
    playback = Playback(recorded.CONTENT, (*records[:3], unknown))
    playback.scan()
    assert playback.marks("flag") == (3,)
    assert playback.state(3).flags["blocked"] is FlagState.CANNOT_EXCLUDE


def test_the_state_of_a_moment_says_why_and_what_the_plan_was(playback: Playback) -> None:
    state = playback.state(3)
    assert state.flag("blocked").because == ("water",) and state.flag("saddle").because == ()
    assert state.urgency.value == "emergency" and not state.safety_asked
    assert state.plan()["urgency"] == "emergency" and state.plan()["kind"] == "clinical"
    assert [each["question"] for each in state.plan()["unresolved"]].count("water") == 0
    assert len(state.unresolved) == len(state.plan()["unresolved"])


def test_at_the_record_of_a_plan_it_is_the_plan_that_was_issued(playback: Playback, records: tuple[Any, ...]) -> None:
    assert plan_digest(playback.state(30).plan()) == records[31].event.digest


def test_of_a_finished_case_the_urgency_is_that_of_its_plan(playback: Playback) -> None:
    case = playback.case(31)
    assert urgency_of(recorded.CONTENT, case).value == playback.state(31).plan()["urgency"]


def test_a_record_that_does_not_fit_ends_the_recording_before_it(records: tuple[Any, ...]) -> None:
    water = next(each for each in records if each.type == "answer.given")
    foreign = replace(water, event=replace(water.event, question="no_such_question"))
    playback = Playback(recorded.CONTENT, (*records[:3], foreign, *records[4:]))
    assert playback.seek(20) == 2 and len(playback) == 3
    assert "record 3" in playback.problem and "no_such_question" in playback.problem
    assert playback.next(("closing",), 0) is None and playback.whole
    with pytest.raises(Stopped):
        playback.case(3)


def test_a_number_leads_to_its_record(playback: Playback) -> None:
    assert playback.index_of(0) == 0 and playback.index_of(12) == 12 and playback.index_of(4711) == 33


def test_the_recording_of_nothing_leads_nowhere() -> None:
    playback = Playback(recorded.CONTENT, ())
    assert len(playback) == 0 and playback.seek(3) == -1 and playback.next(MARKS, 0) is None
