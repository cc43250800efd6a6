"""How long questions take: a model of words read aloud and keys pressed. An estimate, never shown to the minute.

Words are those a patient hears: what is asked, the options to choose from, the introduction of a section.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from chatbot.core.protocol import Protocol, Question, QuestionType

WORDS_PER_MINUTE = 150
SECONDS_PER_KEY = 0.28
SECONDS_TO_DECIDE = 1.35
"""Keystroke and mental preparation of the keystroke-level model (Card, Moran and Newell, 1980), one each a question."""

TYPED_KEYS = {QuestionType.NUMBER: 3, QuestionType.DATE: 6, QuestionType.TEXT: 20}
"""Keys of an answer that is typed, Enter among them, as long as nobody knows the answer."""


def minutes(words: int, keys: int, decisions: int) -> float:
    """Return how long so many words, keys and questions take."""
    return words / WORDS_PER_MINUTE + (keys * SECONDS_PER_KEY + decisions * SECONDS_TO_DECIDE) / 60


def words_of(question: Question) -> int:
    """Return how many words are read aloud for a question."""
    words = len(question.ask.patient.split())
    if question.type is not QuestionType.YES_NO:
        words += sum(len(option.label.patient.split()) for option in question.options)
    if question.type is QuestionType.GRID:
        words += sum(len(axis.label.patient.split()) for axis in (*question.rows, *question.columns))
    return words


def words_of_intro(protocol: Protocol, section: str) -> int:
    """Return how many words introduce a section."""
    intro = protocol.sections[section].intro
    return 0 if intro is None else len(intro.patient.split())


def usual_keys(question: Question) -> int:
    """Return how many keys a question usually takes, before its answer is known."""
    if question.type is QuestionType.INSTRUMENT:
        return len(question.rows)
    if question.type is QuestionType.GRID:
        return 3 if question.normal is not None else len(question.rows) * len(question.columns) + 1
    if question.type is QuestionType.SEVERAL:
        return 2
    return 1 if question.quick else TYPED_KEYS.get(question.type, 1)


def minutes_of(protocol: Protocol, keys: Iterable[str]) -> float:
    """Return how long these questions will take, before their answers are known."""
    known = _each(protocol)
    return sum(known[key] for key in keys)


@lru_cache(maxsize=8)
def _each(protocol: Protocol) -> dict[str, float]:
    return {key: minutes(words_of(each), usual_keys(each), 1) for key, each in protocol.questions.items()}
