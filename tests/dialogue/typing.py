"""What a person types to give an answer: in the line mode as words, on a screen as keys."""

from __future__ import annotations

from chatbot.core.commands import GiveAnswer
from chatbot.core.protocol import Question, QuestionType
from chatbot.core.values import Source


def line_for(question: Question, command: GiveAnswer) -> str:
    """Return the line of the line mode that gives an answer."""
    value = command.value
    if command.status is not None:
        return f":{command.status}"
    if isinstance(value, list):
        return ", ".join(value)
    if isinstance(value, dict):
        exceptions = [f"{cell} {option}" for cell, option in value.items() if option != question.normal]
        return "; ".join(["normal", *exceptions])
    return str(value)


def lines_for(question: Question, command: GiveAnswer) -> list[str]:
    """Return every line an answer needs: its source first where that is not the usual one."""
    source = Source(command.source) if command.source is not None else question.source
    first = [] if source is question.source else [f":source {source.value}"]
    return [*first, line_for(question, command)]


def is_left_normal(question: Question, command: GiveAnswer) -> bool:
    """Whether a grid is answered as all normal, which is one key."""
    return (
        question.type is QuestionType.GRID
        and isinstance(command.value, dict)
        and set(command.value.values()) == {question.normal}
    )
