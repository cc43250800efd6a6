"""The answers of an interview as unknowns of the solver: for each question a state, and where it is known a value.

What is free here is what a person may answer, not what follows from it. An answer is a value or a status; a choice
has a Boolean for each option, several choices too, a table one for each option of each cell, a scale one for each
step, a number is a real, a date two minutes between which it lies. Everything is asserted only for questions that
something reads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import z3

from chatbot.core.answers import limits
from chatbot.core.domains import EARLIEST
from chatbot.core.protocol import Question, QuestionType
from chatbot.core.values import BARE_STATUSES
from chatbot.proof.reals import Ladder, Linear, Names, number_of, unknown, weighted
from chatbot.proof.truths import Formula, at_most_one, both, either, every, implies, no, same, some

LATEST = datetime(9999, 12, 31, 23, 59)


def minutes(moment: datetime) -> int:
    """Return a moment as whole minutes since the earliest day an answer may name."""
    return (moment - EARLIEST) // timedelta(minutes=1)


def moment_at(count: int) -> datetime:
    """Return the moment so many minutes after the earliest day."""
    return EARLIEST + timedelta(minutes=count)


@dataclass(eq=False)
class Given:
    """What is answered to one question."""

    question: Question
    known: Any
    """It has a value."""
    statuses: Mapping[str, Any]
    """By status: it was answered so."""
    reasons: Mapping[str, Any]
    """By coded reason: it cannot apply."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Of a choice, a yes/no or several choices: the option is chosen. Never without a value."""
    cells: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Of a table: by cell and option. Never without a value."""
    number: Linear | None = None
    """Of a number or a scale; zero without a value."""
    real: Any = None
    """Of a number: its unknown."""
    ladder: Ladder | None = None
    """Of a scale: at least one above the least, at least two above …"""
    first: Any = None
    last: Any = None
    """Of a date: the minutes between which it lies."""

    @property
    def answered(self) -> Formula:
        """Whether it has a value or a status."""
        return some((self.known, *self.statuses.values(), *self.reasons.values()))

    @property
    def symbols(self) -> list[Any]:
        """Every unknown of the question."""
        found = [self.known, *self.statuses.values(), *self.reasons.values(), *self.options.values()]
        found += [option for cell in self.cells.values() for option in cell.values()]
        found += [] if self.ladder is None else self.ladder.steps
        return found + [each for each in (self.real, self.first, self.last) if each is not None]


def least_of(question: Question) -> Decimal:
    """Return the least value of a scale."""
    low, _ = limits(question)
    return Decimal(0) if low is None else low.to_integral_value(rounding="ROUND_CEILING")


def give(question: Question, as_of: datetime, names: Names, hold: Callable[[Formula], None], mark: str = "") -> Given:
    """Make the unknowns of one question, and hold what every answer keeps to; *mark* tells interviews apart."""
    key = question.id + mark
    given = Given(
        question,
        z3.Bool(f"{key} known"),
        {status.value: z3.Bool(f"{key} {status}") for status in BARE_STATUSES},
        {reason.id: z3.Bool(f"{key} cannot apply: {reason.id}") for reason in question.cannot_apply},
    )
    states = [given.known, *given.statuses.values(), *given.reasons.values()]
    hold(at_most_one(states))
    match question.type:
        case QuestionType.YES_NO | QuestionType.CHOICE:
            given.options = _options(question, key)
            hold(same(given.known, some(given.options.values())))
            hold(at_most_one(list(given.options.values())))
        case QuestionType.SEVERAL:
            given.options = _options(question, key)
            hold(same(given.known, some(given.options.values())))
            for option in question.options:
                if option.exclusive:
                    others = [each for name, each in given.options.items() if name != option.id]
                    hold(implies(given.options[option.id], no(some(others))))
        case QuestionType.GRID | QuestionType.INSTRUMENT:
            given.cells = {
                cell: {option.id: z3.Bool(f"{key} {cell} is {option.id}") for option in options}
                for cell, options in question.cells.items()
            }
            hold(same(given.known, some(each for cell in given.cells.values() for each in cell.values())))
            for cell in given.cells.values():
                hold(at_most_one(list(cell.values())))
        case QuestionType.SCALE:
            _scale(given, key, names, hold)
        case QuestionType.NUMBER:
            _number(given, key, hold)
        case QuestionType.DATE:
            given.first, given.last = z3.Int(f"{key} from"), z3.Int(f"{key} to")
            hold(both(given.first >= 0, given.first <= given.last))
            hold(both(given.first <= minutes(as_of), given.last <= minutes(LATEST)))
        case QuestionType.TEXT:
            pass
    return given


def _options(question: Question, key: str) -> dict[str, Any]:
    return {option.id: z3.Bool(f"{key} is {option.id}") for option in question.options}


def _scale(given: Given, key: str, names: Names, hold: Callable[[Formula], None]) -> None:
    """A scale is a ladder above its least value, and zero without a value."""
    least, (_, high) = least_of(given.question), limits(given.question)
    assert high is not None
    steps = [z3.Bool(f"{key} at least {least + count}") for count in range(1, int(high - least) + 1)]
    for step, before in zip(steps, [given.known, *steps], strict=False):
        hold(implies(step, before))
    given.ladder = Ladder(tuple(steps))
    if steps:
        names.ladders[steps[0].get_id()] = given.ladder
    base = [(given.known, Fraction(least))] if least else []
    given.number = weighted(Fraction(0), [*base, *((step, Fraction(1)) for step in steps)])


def _number(given: Given, key: str, hold: Callable[[Formula], None]) -> None:
    low, high = (None if end is None else Fraction(end) for end in limits(given.question))
    given.real = z3.Real(key)
    # Without a value it stands at zero: the lower end of a number whose sign is known.
    hold(either(given.known, given.real == 0))
    within = [] if low is None else [given.real >= number_of(low)]
    within += [] if high is None else [given.real <= number_of(high)]
    hold(implies(given.known, every(within)))
    zero = Fraction(0)
    given.number = unknown(
        given.real, None if low is None else min(low, zero), None if high is None else max(high, zero)
    )
