"""Which values of a question can be told apart: one representative for each class that its conditions distinguish.

The search for what would change a plan, the check that a condition can come out both ways, and tests that try
everything all draw from here. A *variable* is a question, or one cell of a grid, because cells vary on their own.
Nothing here knows a case; dates are relative to the ``as_of`` that is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from functools import lru_cache
from itertools import combinations, pairwise
from typing import Any

from chatbot.core.answers import limits
from chatbot.core.condition import Condition, Evaluate, Facts, compile_node, cut_off
from chatbot.core.protocol import Protocol, Question, QuestionType
from chatbot.core.tree import (
    Atom,
    Cell,
    CellGrade,
    Compare,
    Constant,
    Includes,
    Measured,
    Node,
    Number,
    Pair,
    Since,
    children,
    questions_of,
    walk,
)
from chatbot.core.values import Span, Truth, Value, moment_text, parse_span

Variable = tuple[str, str]
"""A question key and a cell of it; the cell is empty but for grids."""

MOST_TOGETHER = 10
"""Options of a *several* question that are tried in every combination; beyond, singly, in pairs and all at once."""

SHARED = (Pair, Compare, Measured)
"""Atoms that may read several questions: no value of one of them settles how they come out."""

EARLIEST = datetime(1900, 1, 1)


def variables_of(atom: Atom) -> tuple[Variable, ...]:
    """Return what an atom reads: one variable, or several for a comparison of questions or numbers."""
    if isinstance(atom, Cell | CellGrade):
        return ((atom.question, atom.cell),)
    return tuple((question, "") for question in questions_of(atom))


def atoms_of(node: Node) -> Iterator[Atom]:
    """Yield every comparison and test of state in a tree; findings are not opened."""
    for each in walk(node):
        if not children(each) and not isinstance(each, Constant) and questions_of(each):
            yield each  # type: ignore[misc]


def conditions_of(protocol: Protocol) -> Iterator[Condition]:
    """Yield every condition of a protocol that can change what is asked, raised or recommended."""
    yield from protocol.conditions()


@lru_cache(maxsize=8)
def atoms_by_question(protocol: Protocol) -> Mapping[str, tuple[Atom, ...]]:
    """Return every comparison and test that reads a question, by question, each once."""
    found: dict[str, dict[Atom, None]] = {}
    for condition in conditions_of(protocol):
        for atom in atoms_of(condition.tree):
            for question in questions_of(atom):
                found.setdefault(question, {})[atom] = None
    return {question: tuple(atoms) for question, atoms in found.items()}


def representatives(
    question: Question, atoms: Sequence[Atom], as_of: datetime, *, limits_too: Iterable[Decimal] = ()
) -> tuple[Value, ...]:
    """Return values of a question such that every other value reads like one of them in each of *atoms*.

    For numbers every limit, and a point between neighbouring limits; *limits_too* adds limits that no atom states,
    such as those of a sum. For several choices every combination of the options that some atom names, up to
    ``MOST_TOGETHER`` of them. For a grid the normal one, every single cell otherwise, and every grade everywhere:
    combinations of cells are the caller's business (``cell_values``). Dates are whole days or minutes, no intervals.
    """
    values = list(candidates(question, atoms, as_of, tuple(limits_too)))
    own = [atom for atom in atoms if not isinstance(atom, SHARED)]
    if question.type in {QuestionType.YES_NO, QuestionType.CHOICE} or limits_too or len(own) < len(atoms):
        return tuple(values)
    return tuple(one_of_each(question.id, own, values, as_of).values())


def one_of_each(
    question: str, atoms: Sequence[Atom], values: Iterable[Value], as_of: datetime
) -> dict[tuple[Truth, ...], Value]:
    """Return the first value for each way the *atoms* over one question can come out together."""
    tests = [compile_node(atom) for atom in atoms]
    found: dict[tuple[Truth, ...], Value] = {}
    for value in values:
        found.setdefault(vector(question, tests, value, as_of), value)
    return found


def vector(question: str, tests: Sequence[Evaluate], value: Any, as_of: datetime) -> tuple[Truth, ...]:
    """Return how compiled atoms over one question come out for a value of it."""
    facts = Facts({question: value}, {question: "known"}, {}, as_of)
    return tuple(test(facts) for test in tests)


def cell_values(question: Question, cell: str) -> tuple[Value, ...]:
    """Return one value of a table for each option of a cell; every other cell is left empty."""
    return tuple({cell: option.id} for option in question.cells[cell])


def candidates(
    question: Question, atoms: Sequence[Atom], as_of: datetime, limits_too: tuple[Decimal, ...] = ()
) -> Iterator[Value]:
    """Yield values among which every class is represented, some classes more than once."""
    match question.type:
        case QuestionType.YES_NO | QuestionType.CHOICE:
            yield from (option.id for option in question.options)
        case QuestionType.SEVERAL:
            yield from _subsets(question, atoms)
        case QuestionType.SCALE:
            low, high = limits(question)
            yield from range(int(low or 0), int(10 if high is None else high) + 1)
        case QuestionType.NUMBER:
            yield from _numbers(question, atoms, limits_too)
        case QuestionType.DATE:
            yield from _dates(atoms, as_of)
        case QuestionType.TEXT:
            yield "…"
        case QuestionType.GRID:
            yield from _grids(question)
        case QuestionType.INSTRUMENT:
            yield from _instruments(question)


def _subsets(question: Question, atoms: Sequence[Atom]) -> Iterator[Value]:
    named = {option for atom in atoms if isinstance(atom, Includes) for option in atom.options}
    alone = [(option.id,) for option in question.options if option.exclusive]
    together = [option.id for option in question.options if not option.exclusive]
    matter = [option for option in together if option in named]
    others = [option for option in together if option not in named]
    yield from alone
    yield from ((option,) for option in together)
    if len(matter) <= MOST_TOGETHER:
        sizes: Iterable[int] = range(2, len(matter) + 1)
    else:
        sizes = (2, len(matter))
    for size in sizes:
        yield from combinations(matter, size)
    if others and matter:
        # An option that nothing names beside each that is named: the same to every condition, not to a reader.
        yield from (tuple(each for each in together if each in {option, others[0]}) for option in matter)


def _numbers(question: Question, atoms: Sequence[Atom], limits_too: tuple[Decimal, ...]) -> Iterator[Value]:
    low, high = limits(question)
    stated = [atom.limit for atom in atoms if isinstance(atom, Number)]
    marks = sorted({mark for mark in (*stated, *limits_too, low, high) if mark is not None})
    if not marks:
        yield Decimal(0)
        return
    found = list(marks)
    found += [_between(left, right) for left, right in pairwise(marks)]
    found += [] if low is not None else [marks[0] - 1]
    found += [] if high is not None else [marks[-1] + 1]
    for number in sorted(set(found)):
        if (low is None or number >= low) and (high is None or number <= high):
            yield number


def _between(left: Decimal, right: Decimal) -> Decimal:
    """Return a number between two others, a whole one where there is one: people count in whole numbers."""
    middle = (left + right) / 2
    whole = middle.to_integral_value(ROUND_FLOOR)
    return whole if left < whole < right else middle


def _dates(atoms: Sequence[Atom], as_of: datetime) -> Iterator[Value]:
    days, moments = set(), {as_of}
    for atom in atoms:
        if not isinstance(atom, Since):
            continue
        if atom.unit == "hours":
            limit = as_of - timedelta(hours=atom.limit)
            moments |= {limit, limit - timedelta(minutes=1), limit + timedelta(minutes=1)}
        else:
            day = cut_off(as_of.date(), atom.unit, atom.limit)
            days |= {day, day - timedelta(days=1), day + timedelta(days=1)}
    moments = {moment for moment in moments if EARLIEST <= moment <= as_of}
    days = {day for day in days if EARLIEST.date() <= day <= as_of.date()}
    earliest = min([*days, *(moment.date() for moment in moments)]) - timedelta(days=366)
    if earliest >= EARLIEST.date():
        days.add(earliest)
    yield from (parse_span(moment_text(moment)) for moment in sorted(moments, reverse=True))
    yield from (_day(day.isoformat(), as_of) for day in sorted(days, reverse=True))


def _day(text: str, as_of: datetime) -> Span:
    return parse_span(text).until(as_of)


def _grids(question: Question) -> Iterator[Value]:
    table = {cell: question.normal or options[0].id for cell, options in question.cells.items()}
    yield table
    for option in question.options:
        others = [cell for cell, taken in question.cells.items() if option in taken and table[cell] != option.id]
        if others:
            yield {**table, **dict.fromkeys(others, option.id)}
            yield from ({**table, cell: option.id} for cell in others)


def _instruments(question: Question) -> Iterator[Value]:
    """Yield every sum the items can make, and each item alone at each of its options."""
    least = {item: ordered[0] for item, ordered in _by_score(question).items()}
    yield from totals(question, least)
    for item, options in question.cells.items():
        yield from ({**least, item: option.id} for option in options)


def _by_score(question: Question) -> dict[str, list[str]]:
    """Return the options of each item from the least to the greatest score."""
    return {
        item: [each.id for each in sorted(options, key=lambda each: each.grade or Decimal(0))]
        for item, options in question.cells.items()
    }


def totals(question: Question, value: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    """Yield fillings of an instrument from *value* up and down, one item one step at a time, the last items last.

    An item without an answer begins at its least option.
    """
    ordered = _by_score(question)
    start = {item: value.get(item, options[0]) for item, options in ordered.items()}
    yield start
    for step in (1, -1):
        filled = dict(start)
        for item, options in ordered.items():
            place = options.index(filled[item])
            for option in options[place + 1 :] if step == 1 else reversed(options[:place]):
                filled = {**filled, item: option}
                yield filled


def neighbours(question: Question, value: Value) -> Iterator[Value]:
    """Yield values one step from a value of several choices or a grid: an option more or less, a cell changed."""
    if question.type is QuestionType.SEVERAL and isinstance(value, tuple):
        alone = {option.id for option in question.options if option.exclusive}
        for option in question.options:
            if option.exclusive:
                continue
            kept = (set(value) ^ {option.id}) - alone
            ordered = tuple(each.id for each in question.options if each.id in kept)
            if ordered:
                yield ordered
    elif question.is_table and isinstance(value, Mapping):
        for cell, options in question.cells.items():
            for option in options:
                if value.get(cell) != option.id:
                    yield {**value, cell: option.id}
