"""Worked examples that an author states: the case that their answers make."""

from __future__ import annotations

from chatbot.content.answers_file import AnswersError, answers_in, open_case
from chatbot.content.source import Node
from chatbot.core.case import Case
from chatbot.core.protocol import Protocol


def opened(protocol: Protocol, answers: Node, shown: str, label: str) -> Case | str:
    """Return the case that the answers of a worked example make, or what is wrong with them.

    *answers* are written as in an answers file; *shown* is the file they stand in, *label* names the case.
    """
    try:
        read = answers_in(answers, shown, label)
        case, _ = open_case(protocol, read, read.as_of or protocol.last_updated)
    except AnswersError as error:
        first = error.message.split("error ", 1)[-1].split("\n", 1)[0]
        return f"the answers do not fit: {first}"
    ignored = [key for key in case.answers if case.assessment.applies[key] is False]
    return f"answers to questions that do not apply: {', '.join(ignored)}" if ignored else case
