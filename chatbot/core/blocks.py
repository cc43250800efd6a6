"""Lists of yes/no questions that are read out as one: what is marked is yes, the rest is no once all of it was shown.

Content names blocks of questions that stand one after the other. A block is offered when one of its questions comes
up; it has the lines that apply and have no answer. Whoever answers it names the lines that were shown: nothing else
is recorded. What an emergency reads stands in no block, which a check of the content holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chatbot.core import events as ev
from chatbot.core.case import Case, evolve, for_team, is_open
from chatbot.core.commands import AnswerBlock, Refusal
from chatbot.core.findings import network
from chatbot.core.protocol import Protocol, QuestionBlock, QuestionType
from chatbot.core.recheck import BLOCK, FEWEST
from chatbot.core.values import Status, moment_text

YES, NO = "yes", "no"

MARKS = (YES, Status.UNKNOWN.value, Status.DECLINED.value, Status.NOT_ASSESSED.value)
"""What a line may be marked as; a line without a mark is no."""


@dataclass(frozen=True, slots=True)
class OpenBlock:
    """A block that may be answered now."""

    block: QuestionBlock
    lines: tuple[str, ...]
    """Its questions that apply and have no answer, in the order of asking."""


def open_block(protocol: Protocol, case: Case) -> OpenBlock | None:
    """Return the block the next question stands in; None where it stands in none, or too few lines are left."""
    if case.next is None or case.closed or case.alarms or for_team(protocol, case) is not None:
        return None
    section = protocol.sections[protocol.questions[case.next].section]
    block = next((each for each in section.blocks if case.next in each.questions), None)
    if block is None:
        return None
    lines = tuple(
        key for key in network(protocol).ask_order if key in block.questions and _is_line(protocol, case, key)
    )
    return OpenBlock(block, lines) if case.next in lines and len(lines) >= FEWEST else None


def _is_line(protocol: Protocol, case: Case, key: str) -> bool:
    # A block of kept content may name what a check of today would refuse: what is no yes/no is asked by itself.
    fits = protocol.questions[key].type is QuestionType.YES_NO and case.assessment.applies[key] is True
    return fits and key not in case.answers and key not in case.postponed and is_open(protocol, case, key)


def answer_block(protocol: Protocol, case: Case, command: AnswerBlock) -> tuple[ev.AnswerGiven, ...] | Refusal:
    """Return the answers of a block: one for each line that still applies once the lines before it are answered."""
    found = open_block(protocol, case)
    if found is None or found.block.id != command.block:
        return Refusal("nothing_open", "there is no such list to answer just now", "answer the question on screen")
    if command.lines != found.lines:
        return Refusal("not_as_shown", "the list is not the one that was shown", "read it again")
    refusal = _wrong_mark(found.lines, command.marks)
    if refusal is not None:
        return refusal
    after, given = case, []
    for key in found.lines:
        if is_open(protocol, after, key):
            given.append(_answer(protocol, case, key, command.marks.get(key, NO)))
            after = evolve(protocol, after, given[-1])
    return tuple(given)


def _wrong_mark(lines: tuple[str, ...], marks: Mapping[str, str]) -> Refusal | None:
    for key, mark in marks.items():
        if key not in lines:
            return Refusal("unknown_question", f"{key!r} is no line of this list")
        if mark not in MARKS:
            return Refusal("bad_value", f"a line is not marked {mark!r}", f"one of {', '.join(MARKS)}")
    return None


def _answer(protocol: Protocol, case: Case, key: str, mark: str) -> ev.AnswerGiven:
    value = mark if mark in {YES, NO} else None
    return ev.AnswerGiven(
        question=key,
        value=value,
        status=None if value is not None else mark,
        source=protocol.questions[key].source.value,
        via=BLOCK,
        on=moment_text(case.as_of),
    )
