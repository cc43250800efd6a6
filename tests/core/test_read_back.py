"""The read-back in the core: due once the safety screen is answered, again after a change, before signing."""

from __future__ import annotations

from typing import Any

import pytest

from chatbot.core import commands as cmd
from chatbot.core.commands import GiveAnswer, ReadBack, Refusal
from chatbot.core.events import SafetyReadBack
from chatbot.core.read_back import read_back_digest, read_back_view
from chatbot.core.view import COVERED
from chatbot.interview import Interview
from chatbot.record.store import MemoryRecorder
from tests.tui import kit

SAFE = {"water": "no", "feeling": "normal", "heat": "37"}
REST: dict[str, Any] = {
    "signs": ["none"], "pain": 4, "began": "2025-10", "operated": "2015", "story": "nothing",
    "power": {f"{row}.{side}": "g5" for row in ("hip", "knee", "foot") for side in ("left", "right")},
}  # fmt: skip


def after(answers: dict[str, Any], **content: Any) -> Interview:
    """A case with these answers, alarms read; ``?status`` gives a status."""
    case = kit.interview(kit.protocol(**content))
    for key, value in answers.items():
        status = value[1:] if str(value).startswith("?") else None
        assert case.send(GiveAnswer(key, None if status else value, status, confirmed=True)) is None
        if case.case.alarms:
            assert case.send(cmd.Acknowledge()) is None
    return case


def lines(case: Interview, register: str = "clinician") -> list[tuple[str, str]]:
    shown = case.view(register).read_back
    return [] if shown is None else [(each.question, each.answer) for each in shown.lines]


def test_it_is_due_when_every_safety_question_has_an_answer_or_a_status() -> None:
    assert not lines(after({"water": "no", "feeling": "normal"}))
    due = after({**SAFE, "feeling": "?declined"})
    assert lines(due) == [("water", "no"), ("feeling", "declined"), ("heat", "37 C")]
    shown = due.view().read_back
    assert shown is not None and [each.settled for each in shown.lines] == [True, False, True]


def test_nothing_is_read_back_while_an_alarm_waits_or_a_question_of_the_screen_is_put_off() -> None:
    case = kit.interview()
    for key in ("feeling", "heat"):
        assert case.send(GiveAnswer(key, SAFE[key])) is None
    assert case.send(GiveAnswer("water", "yes")) is None
    assert case.case.alarms and not lines(case)
    assert case.send(cmd.Acknowledge()) is None and lines(case)
    later = after({"water": "no", "feeling": "normal"})
    assert later.send(cmd.Postpone("heat")) is None and not lines(later)


def test_confirming_records_the_digest_of_what_was_read_and_the_fold_gives_it_back() -> None:
    case = after(SAFE)
    shown = read_back_view(case.protocol, case.case)
    assert shown is not None and case.send(ReadBack()) is None
    assert case.events[-1] == SafetyReadBack(read_back_digest(shown)) and not lines(case)
    assert Interview(case.protocol, MemoryRecorder(), case.events).case == case.case
    again = case.send(ReadBack())
    assert isinstance(again, Refusal) and "waits to be read back" in again.message


def test_a_later_change_makes_it_due_again_and_marks_what_changed() -> None:
    case = after(SAFE)
    assert case.send(ReadBack()) is None
    assert case.send(GiveAnswer("pain", 3)) is None and not lines(case), "no answer of the safety screen"
    assert case.send(GiveAnswer("heat", "36.5")) is None
    shown = case.view().read_back
    assert shown is not None and shown.again
    assert [each.question for each in shown.lines if each.changed] == ["heat"]
    assert case.send(GiveAnswer("heat", "37")) is None and not lines(case), "as it was read"


def test_the_same_answer_given_again_is_not_read_again() -> None:
    case = after(SAFE)
    assert case.send(ReadBack()) is None
    assert case.send(cmd.Resume("2025-11-13T10:40")) is None
    assert not lines(case), "water has aged and is asked first"
    assert case.send(cmd.ConfirmStill("water")) is None and not lines(case)


@pytest.mark.parametrize("read", [True, False])
def test_signing_waits_for_it(read: bool) -> None:
    case = after({**SAFE, **REST})
    assert case.send(cmd.IssuePlan()) is None
    if read:
        assert case.send(ReadBack()) is None
    refused = case.send(cmd.Sign())
    assert (refused is None) is read and case.case.closed is read
    assert read or (refused is not None and refused.code == "read_back_waiting")


def test_it_does_not_change_the_plan() -> None:
    case = after({**SAFE, **REST})
    assert case.send(cmd.IssuePlan()) is None
    issued = case.case.plan_digest
    assert case.send(ReadBack()) is None and case.case.plan_digest == issued


def test_private_answers_are_covered_until_asked_for() -> None:
    from dataclasses import replace

    hidden = [replace(each, private=each.id == "feeling") for each in kit.QUESTIONS]
    case = after(SAFE, questions=hidden)
    assert dict(lines(case))["feeling"] == COVERED
    shown = read_back_view(case.protocol, case.case, private=True)
    assert shown is not None and {each.question: each.answer for each in shown.lines}["feeling"] == "normal"
