"""What was said in a case: open questions first, answered ones marked, and what waits, worked out from the notes."""

from __future__ import annotations

from dataclasses import replace

from chatbot.core import commands as cmd
from chatbot.core.volunteered import Standing, concerned, search, volunteered
from tests.tui.kit import QUESTIONS, interview, protocol, when

SAID = "passing water has stopped, and the temperature"


def test_open_questions_come_first_and_answered_ones_are_marked() -> None:
    ours = interview()
    before = [each.question for each in search(ours.protocol, ours.case, SAID)]
    ours.send(cmd.GiveAnswer("water", "no"))
    ours.send(cmd.Postpone("heat"))
    after = [(each.question, each.standing) for each in search(ours.protocol, ours.case, SAID)]
    assert before == ["water", "heat"]
    assert after == [("heat", Standing.LATER), ("water", Standing.ANSWERED)]


def test_a_question_that_does_not_apply_is_left_out() -> None:
    questions = [replace(each, when=when("water is yes")) if each.id == "story" else each for each in QUESTIONS]
    ours = interview(protocol(questions=questions))
    assert search(ours.protocol, ours.case, "what else should we know") == ()


def test_what_was_said_waits_until_it_is_answered_and_is_no_state_of_the_case() -> None:
    ours = interview()
    ours.send(cmd.AddNote("my water stopped and I have a temperature"))
    ours.send(cmd.AddNote("tingling", "water"))
    waiting = volunteered(ours.protocol, ours.case)
    assert [each.question for each in waiting] == ["water", "heat"]
    assert {each.said for each in waiting} == {"my water stopped and I have a temperature"}
    assert not ours.case.answers
    ours.send(cmd.GiveAnswer("water", "no"))
    assert [each.question for each in volunteered(ours.protocol, ours.case)] == ["heat"]
    assert [each.question for each in concerned(ours.protocol, ours.case, "tingling")] == ["signs"]
