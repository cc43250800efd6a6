"""A case that is suspended and comes back: what has aged counts as not asked, and is confirmed by one key each."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chatbot.core import commands as cmd
from chatbot.core.events import CaseOpened, PlanIssued
from chatbot.core.findings import network
from chatbot.core.plan import plan_digest
from chatbot.core.protocol import Stage
from chatbot.core.values import moment_text, parse_moment
from chatbot.interview import Interview
from chatbot.record.store import MemoryRecorder
from tests.dialogue.vignettes import answers_of, opened, read_alarm
from tests.shipped import shipped_protocol, small_protocol

PROTOCOL = shipped_protocol()
THREE_DAYS = timedelta(days=3)


def worked_on(name: str, *, through: Stage) -> Interview:
    """Return a case whose questions up to and including a stage are answered."""
    interview = Interview.start(PROTOCOL, MemoryRecorder(), opened(PROTOCOL, name))
    answers = answers_of(PROTOCOL, name)
    stages = list(Stage)
    while (key := interview.case.next) is not None:
        if stages.index(network(PROTOCOL).stages[key]) > stages.index(through):
            break
        assert interview.send(answers[key]) is None
        if interview.case.alarms:
            read_alarm(interview)
    return interview


def after(interview: Interview, pause: timedelta) -> str:
    return moment_text(interview.case.as_of + pause)


@pytest.fixture
def clean() -> Interview:
    """The safety screen of the routine patient, complete and clear, then suspended."""
    interview = worked_on("routine_complete", through=Stage.SAFETY)
    assert interview.view().safety_resolved and interview.case.urgency.value == "routine"
    assert interview.send(cmd.Suspend()) is None
    return interview


def test_after_three_days_a_clean_safety_screen_is_open_again(clean: Interview) -> None:
    assert clean.send(cmd.Resume(after(clean, THREE_DAYS))) is None
    view = clean.view()
    assert not view.safety_resolved and not view.safety_asked and view.urgency == "undetermined"
    plan = clean.plan()
    assert plan["safety_resolved"] is False and plan["urgency"] == "same_day" and not plan["reassurance"]


def test_the_volatile_questions_come_first_and_one_key_confirms_each(clean: Interview) -> None:
    assert clean.send(cmd.Resume(after(clean, THREE_DAYS))) is None
    expired = set(clean.case.assessment.expired)
    assert len(expired) >= 10 and all(PROTOCOL.questions[key].valid_for for key in expired)
    confirmed = []
    while (key := clean.case.next) in expired:
        assert key is not None and clean.case.shown == key and clean.view().question.expired  # type: ignore[union-attr]
        assert clean.send(cmd.ConfirmStill(key)) is None
        confirmed.append(key)
    assert set(confirmed) == expired and len(confirmed) == len(expired)
    assert clean.view().safety_resolved and clean.case.urgency.value == "routine"


def test_nothing_has_aged_after_an_hour(clean: Interview) -> None:
    assert clean.send(cmd.Resume(after(clean, timedelta(hours=1)))) is None
    assert not clean.case.assessment.expired and clean.view().safety_resolved


def test_an_answer_that_raises_a_flag_never_ages() -> None:
    interview = worked_on("cauda_equina", through=Stage.SAFETY)
    assert interview.case.urgency.value == "emergency"
    assert interview.send(cmd.Suspend()) is None
    assert interview.send(cmd.Resume(after(interview, THREE_DAYS))) is None
    assert interview.case.urgency.value == "emergency"
    assert not {"bladder_retention", "saddle_sensation"} & interview.case.assessment.expired


def test_a_sitting_cannot_lie_before_the_last_one(clean: Interview) -> None:
    refused = clean.send(cmd.Resume(after(clean, -THREE_DAYS)))
    assert isinstance(refused, cmd.Refusal) and "before the last sitting" in refused.message


def test_the_same_events_say_the_same_for_ever(clean: Interview) -> None:
    assert clean.send(cmd.Resume(after(clean, THREE_DAYS))) is None
    again = Interview(PROTOCOL, MemoryRecorder(), clean.events)
    assert again.plan() == clean.plan() and again.view() == clean.view()
    assert parse_moment(again.plan()["as_of"]) == clean.case.as_of


TINY = small_protocol()


def smoking() -> Interview:
    """Return a case of the tiny protocol with an emergency that hangs on a window of twelve hours."""
    header = CaseOpened("2B7K9QXM", "test", "2026-03-15T10:30", "tiny", "", TINY.identity)
    interview = Interview(TINY, MemoryRecorder(), [header])
    for command in (
        cmd.GiveAnswer("smoke", "thin"),
        cmd.GiveAnswer("smoke_since", "2026-03-15T09:30"),
        cmd.Acknowledge(),
        cmd.Suspend(),
    ):
        assert interview.send(command) is None
    assert interview.case.urgency.value == "emergency"
    return interview


def test_time_alone_does_not_take_an_emergency_back() -> None:
    interview = smoking()
    assert interview.send(cmd.Resume("2026-03-17T10:30")) is None
    assert interview.case.urgency.value == "emergency" and interview.plan()["urgency"] == "emergency"
    assert interview.send(cmd.GiveAnswer("grown_up", "yes")) is None
    assert interview.send(cmd.Suspend()) is None and interview.send(cmd.Resume("2026-03-20T10:30")) is None
    assert interview.case.urgency.value == "emergency"


def test_an_emergency_ends_when_what_raised_it_is_answered_again() -> None:
    interview = smoking()
    assert interview.send(cmd.Resume("2026-03-17T10:30")) is None
    again = cmd.GiveAnswer("smoke", "none")
    refused = interview.send(again)
    assert refused is not None and refused.code == "needs_reason"
    assert interview.send(replace(again, because="new_information")) is None
    assert interview.case.urgency.value in {"undetermined", "routine"} and not interview.case.assessment.held


# --- three sittings, two weeks apart ----------------------------------------------------------------

TWO_WEEKS = timedelta(weeks=2)


def test_over_three_sittings_each_answer_keeps_its_moment_and_each_plan_replays() -> None:
    interview = worked_on("routine_complete", through=Stage.SAFETY)
    moments = [interview.case.as_of]
    given_at = {key: answer.given for key, answer in interview.case.answers.items()}
    answers = answers_of(PROTOCOL, "routine_complete")
    plans = []
    for number in range(2):
        assert interview.send(cmd.IssuePlan()) is None
        plans.append((len(interview.events), interview.plan()))
        assert interview.send(cmd.Suspend()) is None
        assert interview.send(cmd.Resume(after(interview, TWO_WEEKS))) is None
        moments.append(interview.case.as_of)
        expired = set(interview.case.assessment.expired)
        assert expired
        first_after = True
        while (key := interview.case.next) is not None:
            if key in expired:
                assert first_after, "what has aged comes before anything else"
                assert interview.send(cmd.ConfirmStill(key)) is None
            else:
                first_after = False
                if number == 0 and PROTOCOL.questions[key].section == "pain":
                    break
                assert interview.send(replace(answers[key], on=None)) is None
            given_at[key] = interview.case.as_of
    assert {key: answer.given for key, answer in interview.case.answers.items()} == given_at
    assert set(given_at.values()) == set(moments)
    for count, plan in plans:
        again = Interview(PROTOCOL, MemoryRecorder(), interview.events[: count - 1])
        issued = interview.events[count - 1]
        assert isinstance(issued, PlanIssued) and issued.digest == plan_digest(again.plan())
        assert again.plan()["as_of"] == plan["as_of"]


def test_an_answer_that_raises_stands_through_three_sittings_and_leaves_with_a_reason() -> None:
    interview = worked_on("cauda_equina", through=Stage.SAFETY)
    raising = {key for key in ("bladder_retention", "saddle_sensation") if key in interview.case.answers}
    for _ in range(2):
        assert interview.send(cmd.Suspend()) is None
        assert interview.send(cmd.Resume(after(interview, TWO_WEEKS))) is None
        assert interview.case.urgency.value == "emergency" and not raising & interview.case.assessment.expired
        assert raising <= interview.case.assessment.aged
