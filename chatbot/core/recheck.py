"""Lists that are read aloud line by line and confirmed at once: what was so last time, and still is.

Content groups questions that belong together. When the first of them comes up and the last visit, or the last
sitting, said something about at least two, the list offers what was said. One key records all of it as answers of
today; what changed is marked and then asked singly. Nothing is assumed: each line is a new answer, or is asked.
"""

from __future__ import annotations

from dataclasses import dataclass

from chatbot.core import events as ev
from chatbot.core.answers import accept
from chatbot.core.case import Case, evolve, is_open
from chatbot.core.commands import Refusal
from chatbot.core.findings import network
from chatbot.core.protocol import Protocol, QuestionType, RecheckBlock
from chatbot.core.values import Answer, Source, Status, ValueProblem, moment_text, parse_moment, to_stored

BLOCK = "block"
"""How answers are marked that were given several at once."""

FEWEST = 2
"""Lines below which a list is no help."""


@dataclass(frozen=True, slots=True)
class Recheck:
    """A list that may be confirmed now."""

    block: RecheckBlock
    before: tuple[tuple[str, Answer], ...]
    """Question and what was said last time, in the order of asking."""


def recheck(protocol: Protocol, case: Case) -> Recheck | None:
    """Return the list that the next question begins; None when there is none, or it was begun question by question."""
    block = next((each for each in protocol.recheck if case.next in each.questions), None)
    if block is None or case.closed or case.alarms:
        return None
    if any(_answered_singly(case, key) for key in block.questions):
        return None
    order = [key for key in network(protocol).ask_order if key in block.questions]
    before = [(key, answer) for key in order if (answer := _said_before(protocol, case, key)) is not None]
    if len(before) < FEWEST or case.next not in {key for key, _ in before}:
        return None
    return Recheck(block, tuple(before))


def _answered_singly(case: Case, key: str) -> bool:
    answer = case.answers.get(key)
    return answer is not None and answer.given == case.as_of and answer.via != BLOCK and not answer.carried


def _said_before(protocol: Protocol, case: Case, key: str) -> Answer | None:
    """Return what the last sitting, or else the last visit, said about a question that is open now.

    What was found by examining or measured with an instrument is found anew: only that it was not done may be
    confirmed.
    """
    said = _last_said(protocol, case, key) if is_open(protocol, case, key) else None
    question = protocol.questions[key]
    measured = question.source is Source.EXAMINATION or question.type is QuestionType.INSTRUMENT
    return None if said is not None and said.value is not None and measured else said


def _last_said(protocol: Protocol, case: Case, key: str) -> Answer | None:
    own = case.answers.get(key)
    if own is not None:
        return own
    if case.previous is None:
        return None
    given = parse_moment(case.previous["as_of"])
    question = protocol.questions[key]
    status = case.previous.get("statuses", {}).get(key)
    if status is not None:
        return Answer(None, Status(status), question.source, given)
    if key not in case.previous["answers"]:
        return None
    try:
        value = accept(question, case.previous["answers"][key], given)
    except ValueProblem:
        return None
    return Answer(value, None, question.source, given)


def confirm_block(
    protocol: Protocol, case: Case, block: str, changed: tuple[str, ...]
) -> tuple[ev.AnswerGiven, ...] | Refusal:
    """Return the answers that confirming a list records: every line but those *changed*, as far as it applies."""
    found = recheck(protocol, case)
    if found is None or found.block.id != block:
        return Refusal("nothing_open", "there is no list to confirm just now", "answer the question on screen")
    lines = {key for key, _ in found.before}
    if unknown := [key for key in changed if key not in lines]:
        return Refusal("unknown_question", f"{unknown[0]!r} is no line of this list")
    if lines <= set(changed):
        return Refusal("nothing_open", "every line of the list has changed", "answer its questions singly")
    after, given = case, []
    for key, answer in found.before:
        if key not in changed and is_open(protocol, after, key):
            given.append(_again(key, answer, case))
            after = evolve(protocol, after, given[-1])
    return tuple(given)


def _again(key: str, answer: Answer, case: Case) -> ev.AnswerGiven:
    return ev.AnswerGiven(
        question=key,
        value=None if answer.value is None else to_stored(answer.value),
        status=None if answer.status is None else answer.status.value,
        source=Source(answer.source).value,
        via=BLOCK,
        on=moment_text(case.as_of),
        reason=answer.reason,
    )
