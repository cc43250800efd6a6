"""Lists of yes/no questions in the core: marked lines are yes, the rest no, and only what was shown is recorded."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from chatbot.core import commands as cmd
from chatbot.core.blocks import open_block
from chatbot.core.commands import AnswerBlock, GiveAnswer, Refusal
from chatbot.core.events import AlarmRaised, AnswerGiven, QuestionShown
from chatbot.core.protocol import Question, QuestionBlock
from chatbot.core.resolve import condition
from chatbot.core.values import to_stored
from chatbot.interview import Interview
from tests.tui import kit

FIRST = ("water", "feeling", "heat")


def lines_of(count: int, **more: Any) -> list[Question]:
    """Yes/no questions of the history, each filling more than a row of a small screen."""
    text = "Is sign number {} there, in so many words that they fill a row?"
    return [kit.ask(f"sign_{n}", "yes_no", text.format(n), "history", **more) for n in range(1, count + 1)]


def content(count: int = 3, *, lines: list[Question] | None = None, **changes: Any) -> Any:
    """The kit's protocol with a block of yes/no questions before its history."""
    lines = lines_of(count) if lines is None else lines
    made = kit.protocol(questions=[*kit.QUESTIONS[:3], *lines, *kit.QUESTIONS[3:]], **changes)
    block = QuestionBlock("signs_list", kit.both("Any of these?"), tuple(each.id for each in lines))
    return replace(made, sections={**made.sections, "history": replace(made.sections["history"], blocks=(block,))})


def before_the_block(protocol: Any) -> Interview:
    case = kit.interview(protocol)
    for key, value in (("water", "no"), ("feeling", "normal"), ("heat", "37")):
        assert case.send(GiveAnswer(key, value)) is None
    kit.read_back(case)
    return case


def answered(case: Interview) -> dict[str, Any]:
    answers = case.case.answers.items()
    return {
        key: each.status.value if each.status else each.value if each.value is None else to_stored(each.value)
        for key, each in answers
        if key not in FIRST
    }


def whole(case: Interview, **marks: str) -> AnswerBlock:
    found = open_block(case.protocol, case.case)
    assert found is not None
    return AnswerBlock(found.block.id, found.lines, marks)


def test_marked_lines_are_as_marked_and_the_rest_no_each_from_a_block() -> None:
    case = before_the_block(content(4))
    assert case.send(whole(case, sign_2="yes", sign_3="declined", sign_4="not_assessed")) is None
    assert answered(case) == {"sign_1": "no", "sign_2": "yes", "sign_3": "declined", "sign_4": "not_assessed"}
    assert {case.case.answers[key].via for key in answered(case)} == {"block"}
    shown = [event.question for event in case.events if isinstance(event, QuestionShown)]
    assert shown[-5:] == ["sign_1", "sign_2", "sign_3", "sign_4", "signs"], "that each was shown is recorded too"


def test_only_what_was_shown_and_is_open_is_recorded() -> None:
    case = before_the_block(content(4))
    offered = whole(case)
    assert case.send(GiveAnswer("sign_2", "yes")) is None
    before = list(case.events)
    refused = case.send(offered)
    assert isinstance(refused, Refusal) and refused.code == "not_as_shown" and case.events == before
    again = whole(case)
    assert again.lines == ("sign_1", "sign_3", "sign_4"), "what is answered stands in no list"
    for wrong in ({"sign_2": "yes"}, {"sign_1": "no"}, {"sign_1": "cannot_apply"}):
        assert isinstance(case.send(replace(again, marks=wrong)), Refusal)
    assert case.send(again) is None and answered(case)["sign_2"] == "yes"


def test_a_line_that_an_earlier_line_makes_irrelevant_is_not_recorded() -> None:
    lines = lines_of(3)
    symbols = kit.symbols([*kit.QUESTIONS, *lines])
    lines[2] = replace(lines[2], when=condition("not (sign_1 is yes)", symbols))
    case = before_the_block(content(lines=lines))
    assert open_block(case.protocol, case.case).lines == ("sign_1", "sign_2")  # type: ignore[union-attr]
    lines[2] = replace(lines[2], when=condition("water is no", symbols))
    case = before_the_block(content(lines=lines))
    assert len(whole(case).lines) == 3


def test_one_line_alone_is_no_list_and_a_postponed_question_stands_in_none() -> None:
    case = before_the_block(content(2))
    assert case.send(cmd.Postpone("sign_1")) is None
    assert open_block(case.protocol, case.case) is None and case.view().block is None


def test_an_emergency_among_the_lines_alarms_before_anything_else_is_asked() -> None:
    lines = lines_of(3)
    flags = dict(kit.protocol().red_flags)
    symbols = kit.symbols([*kit.QUESTIONS, *lines])
    flags["blocked"] = replace(
        flags["blocked"], when=condition("water is yes or sign_1 is yes", symbols), if_unknown=None
    )
    flags = {"blocked": flags["blocked"]}
    case = before_the_block(content(lines=lines, red_flags=flags))
    assert case.send(whole(case, sign_1="yes")) is None
    last = case.events[-4:]
    assert [type(event) for event in last] == [AnswerGiven, AnswerGiven, AnswerGiven, AlarmRaised]
    assert case.case.alarms and case.view().question is None


def test_nobody_who_takes_over_answers_a_list_before_the_recap() -> None:
    case = before_the_block(content(2))
    command = whole(case)
    assert case.send(cmd.ChangeActor("CD", "registrar")) is None
    refused = case.send(command)
    assert isinstance(refused, Refusal) and refused.code == "recap_waiting"
