"""A case that is suspended and comes back: what has aged counts as not asked, and is confirmed by one key each."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chatbot.content.library import load_protocol
from chatbot.core import commands as cmd
from chatbot.core.findings import network
from chatbot.core.protocol import Stage
from chatbot.core.values import moment_text, parse_moment
from chatbot.interview import Interview
from chatbot.record.store import MemoryRecorder
from tests.dialogue.vignettes import answers_of, opened

PROTOCOL = load_protocol()
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
            assert interview.send(cmd.Acknowledge()) is None
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
