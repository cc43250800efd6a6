"""What the person volunteered: the questions a line of speech may concern, as they stand in a case.

A view over the notes, worked out anew from them each time: nothing here is a state of the case, and nothing is
answered by it. A note beside a question belongs to that question; one that stands by itself is what was said.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from chatbot.core.case import Case, is_open
from chatbot.core.protocol import Protocol
from chatbot.core.question_finder import Found, find_questions, spread_questions
from chatbot.core.urgency import is_asked

MOST = 6
"""Questions that one line of speech is taken to concern at most."""


class Standing(StrEnum):
    """Where a question that was found stands in the case."""

    OPEN = "open"
    LATER = "later"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Concerned:
    """A question that can be gone to, and why it was found."""

    question: str
    standing: Standing
    found: Found


@dataclass(frozen=True, slots=True)
class Volunteered:
    """A question that something said may concern and that has no answer yet."""

    question: str
    said: str
    """The first line that led to it."""


def search(protocol: Protocol, case: Case, text: str) -> tuple[Concerned, ...]:
    """Return the questions of a case a text may mean, likeliest first, open ones before answered ones."""
    return in_case(protocol, case, find_questions(protocol, text))


def concerned(protocol: Protocol, case: Case, said: str) -> tuple[Concerned, ...]:
    """Return the few questions that something said may concern, open ones first, each of its facts early."""
    return in_case(protocol, case, spread_questions(protocol, said))[:MOST]


def in_case(protocol: Protocol, case: Case, found: Iterable[Found]) -> tuple[Concerned, ...]:
    """Say where found questions stand; those that do not apply are left out, open ones come first."""
    placed = [each for one in found if (each := _place(protocol, case, one)) is not None]
    return tuple(sorted(placed, key=lambda each: each.standing is Standing.ANSWERED))


def _place(protocol: Protocol, case: Case, found: Found) -> Concerned | None:
    """Return where a question stands; of a group the first row that is open, else the last that is answered."""
    question = protocol.questions[found.question]
    keys = [found.question]
    if question.group is not None:
        field = found.question.partition(".")[2]
        keys = [key for key, each in protocol.questions.items() if each.group == question.group]
        keys = [key for key in keys if key.partition(".")[2] == field]
    for key in keys:
        if is_open(protocol, case, key):
            return Concerned(key, Standing.LATER if key in case.postponed else Standing.OPEN, found)
    answered = [key for key in keys if key in case.answers and is_asked(protocol, case.assessment, key)]
    return Concerned(answered[-1], Standing.ANSWERED, found) if answered else None


def volunteered(protocol: Protocol, case: Case) -> tuple[Volunteered, ...]:
    """Return what was volunteered and is not answered yet, in the order it was said."""
    waiting: dict[str, Volunteered] = {}
    for beside, said in case.notes:
        if beside is not None:
            continue
        for each in concerned(protocol, case, said):
            if each.standing is not Standing.ANSWERED:
                waiting.setdefault(each.question, Volunteered(each.question, said))
    return tuple(waiting.values())
