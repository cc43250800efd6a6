"""What a line typed by a trainee may mean: questions, moves and documents. Nothing is ever asked by it.

The line is only looked up; what is asked is what the trainee chooses among what is offered.
"""

from __future__ import annotations

from dataclasses import dataclass

from chatbot.core.find import words_of
from chatbot.core.practice.station import Station
from chatbot.core.protocol import Protocol
from chatbot.core.question_finder import find_questions

MOST = 6
"""Suggestions offered at once."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing a line may mean."""

    act: str
    """ask, move or document."""
    of: str
    """The key of a question, the id of a move or of a document."""
    text: str
    """What it is called: the wording for patients of a question, the label of a move, the title of a document."""


def suggest(protocol: Protocol, station: Station, text: str, most: int = MOST) -> tuple[Suggestion, ...]:
    """Return what a line may mean, the likeliest first; none where no word of it is known."""
    named = [
        Suggestion("move", each.id, each.label) for each in station.moves if _says(text, (each.label, *each.phrases))
    ]
    named += [
        Suggestion("document", each.id, each.title)
        for each in station.documents
        if _says(text, (each.title, *each.phrases))
    ]
    found = [
        Suggestion("ask", key.question, protocol.questions[key.question].ask.patient)
        for key in find_questions(protocol, text)
    ]
    return (*named, *found)[:most]


def _says(text: str, phrases: tuple[str, ...]) -> bool:
    """Whether a text holds all the words of one of several phrases, side by side."""
    said = f" {' '.join(words_of(text))} "
    return any((bare := " ".join(words_of(each))) and f" {bare} " in said for each in phrases)
