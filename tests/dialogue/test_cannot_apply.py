"""A question that cannot apply is settled by what takes its place, and by nothing else."""

from __future__ import annotations

import pytest

from chatbot.core import commands as cmd
from chatbot.core.protocol import Question
from chatbot.interview import Interview
from chatbot.record.store import MemoryRecorder
from tests.dialogue.vignettes import answers_of, opened
from tests.shipped import shipped_protocol

PROTOCOL = shipped_protocol()
CASES = [
    (question, reason)
    for question in PROTOCOL.questions.values()
    for reason in question.cannot_apply
    if reason.substitute
]


def answered(until: str) -> Interview:
    """Return the routine patient's case at a question."""
    interview = Interview.start(PROTOCOL, MemoryRecorder(), opened(PROTOCOL, "routine_complete"))
    usual = answers_of(PROTOCOL, "routine_complete")
    while interview.case.next not in (until, None):
        assert interview.send(usual[str(interview.case.next)]) is None
    return interview


def settle(interview: Interview, *, left_out: str | None = None) -> None:
    """Give every open question its usual or its first answer; one is left unknown."""
    usual = answers_of(PROTOCOL, "routine_complete")
    while (key := interview.case.next) is not None:
        question: Question = PROTOCOL.questions[key]
        unknown = cmd.GiveAnswer(key, status="unknown")
        fallback = cmd.GiveAnswer(key, value=question.options[0].id) if question.options else unknown
        command = unknown if key == left_out else usual.get(key, fallback)
        assert interview.send(command) is None, key


SEEN = {each[0].id for each in CASES} & answers_of(PROTOCOL, "routine_complete").keys()
FROM_THE_START = [each for each in CASES if each[0].id in SEEN]
FIRST = [each for each in FROM_THE_START if each[0].id == FROM_THE_START[0][0].id]
"""The first question of the safety screen: it decides what else is asked of a person to whom it cannot apply."""


@pytest.mark.parametrize(("question", "reason"), FROM_THE_START, ids=lambda each: each.id)
def test_it_raises_nothing_before_what_settles_it_was_asked(question: Question, reason: object) -> None:
    interview = answered(question.id)
    command = cmd.GiveAnswer(question.id, status="cannot_apply", reason=reason.id)  # type: ignore[attr-defined]
    assert interview.send(command) is None
    assert interview.case.urgency.value == "undetermined"


@pytest.mark.parametrize(("question", "reason"), FIRST, ids=lambda each: each.id)
def test_it_is_settled_once_every_substitute_has_a_value(question: Question, reason: object) -> None:
    interview = answered(question.id)
    interview.send(cmd.GiveAnswer(question.id, status="cannot_apply", reason=reason.id))  # type: ignore[attr-defined]
    settle(interview)
    assert interview.view().safety_resolved and interview.plan()["urgency"] == "routine"


@pytest.mark.parametrize(("question", "reason"), FIRST, ids=lambda each: each.id)
def test_it_reads_as_unknown_while_a_substitute_has_no_value(question: Question, reason: object) -> None:
    interview = answered(question.id)
    substitute = reason.substitute[0]  # type: ignore[attr-defined]
    interview.send(cmd.GiveAnswer(question.id, status="cannot_apply", reason=reason.id))  # type: ignore[attr-defined]
    if interview.case.answers.get(substitute) is not None:
        interview.send(cmd.GiveAnswer(substitute, status="unknown", because="new_information"))
    settle(interview, left_out=substitute)
    assert not interview.view().safety_resolved and interview.plan()["urgency"] != "routine"
