"""Answers by chance: any value or status a question takes, drawn from a seeded or steered source."""

from __future__ import annotations

from datetime import datetime
from math import ceil
from random import Random

from chatbot.core import commands as cmd
from chatbot.core.answers import limits
from chatbot.core.batch import with_answers
from chatbot.core.case import Case
from chatbot.core.events import CaseOpened
from chatbot.core.protocol import Protocol, Question, QuestionType
from chatbot.core.values import BARE_STATUSES, Status, Stored, decimal_text, moment_text

"""Ways to have no value that every question takes."""

DAYS = ("2026-03-15", "2026-03-13", "2026-03-01", "2026-02", "2025-12-20", "2025", "2018", "2026-01-10/2026-02-20")
"""Dates that lie before the interviews of tests."""


def random_value(question: Question, random: Random) -> Stored:
    """Return a stored value the question takes."""
    ids = [option.id for option in question.options]
    match question.type:
        case QuestionType.YES_NO | QuestionType.CHOICE:
            return random.choice(ids)
        case QuestionType.SEVERAL:
            alone = [option.id for option in question.options if option.exclusive]
            together = [option for option in ids if option not in alone]
            chosen = random.sample(together, random.randint(1, min(3, len(together))))
            return sorted(chosen, key=ids.index) if not alone or random.random() < 0.5 else [alone[0]]
        case QuestionType.NUMBER:
            low, high = limits(question)
            return decimal_text(type(low or high or 0)(random.randint(ceil(low or 0), int(high or 100))))  # type: ignore[call-overload]
        case QuestionType.SCALE:
            low, high = limits(question)
            return random.randint(int(low or 0), int(high or 10))
        case QuestionType.DATE:
            return random.choice(DAYS)
        case QuestionType.GRID:
            filled = {cell: random.choice(each).id for cell, each in question.cells.items() if random.random() < 0.8}
            return filled or {cell: each[0].id for cell, each in list(question.cells.items())[:1]}
        case QuestionType.INSTRUMENT:
            items = {item.id: random.choice(item.options).id for item in question.rows}
            return items if random.random() < 0.7 else dict(random.sample(sorted(items.items()), 1))
        case QuestionType.TEXT:
            return "something"


def random_answer(question: Question, random: Random) -> cmd.GiveAnswer:
    """Return an answer to a question: now and then a status instead of a value."""
    if random.random() < 0.12:
        return cmd.GiveAnswer(question.id, status=random.choice(BARE_STATUSES).value)
    if random.random() < 0.1 and question.cannot_apply:
        reason = random.choice(question.cannot_apply).id
        return cmd.GiveAnswer(question.id, status=Status.CANNOT_APPLY.value, reason=reason)
    return cmd.GiveAnswer(question.id, value=random_value(question, random), confirmed=True)


def random_interview(protocol: Protocol, as_of: datetime, random: Random) -> Case:
    """Return a case with answers to a random share of the questions, none to one that does not apply."""
    share = random.random()
    answers = {
        key: random_answer(question, random) for key, question in protocol.questions.items() if random.random() < share
    }
    opened = CaseOpened("", "test", moment_text(as_of), "", "", protocol.identity)
    region = random.choice(["", *protocol.regions])
    while True:
        case = with_answers(protocol, opened, answers.values(), region)
        idle = [key for key in answers if case.assessment.applies[key] is False]
        if not idle:
            return case
        for key in idle:
            del answers[key]
