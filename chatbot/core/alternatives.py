"""The other answers a question may be given: one for each class of values that conditions tell apart, and each status.

A *change* gives one question another answer. Which values are told apart depends on who reads them, so a search for
one target asks with the comparisons that target hangs on. Nothing here says what comes of a change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_FLOOR, Decimal
from functools import lru_cache
from itertools import combinations, pairwise, product
from typing import Any

from chatbot.core import domains
from chatbot.core.answers import accept, limits, soft_problem
from chatbot.core.case import Case
from chatbot.core.cells import has_records, with_cell
from chatbot.core.commands import GiveAnswer
from chatbot.core.condition import Facts, compile_node
from chatbot.core.findings import Assessment, network
from chatbot.core.protocol import Protocol, Question, QuestionType
from chatbot.core.tree import Atom, Includes, Pair
from chatbot.core.urgency import is_asked
from chatbot.core.values import (
    BARE_STATUSES,
    Answer,
    Span,
    Status,
    Value,
    ValueProblem,
    moment_text,
    parse_span,
    to_stored,
)

STEPS = 16
"""Steps in which the range of a number is searched where no condition states its limits."""

FINEST = Decimal("0.1")
"""How closely such a limit is found."""

MOST_FILLINGS = 256
"""Fillings of a table that are tried in full; of a larger one, one cell at a time and all cells alike."""


@dataclass(frozen=True, slots=True)
class Change:
    """Another answer to one question."""

    question: str
    answer: Answer
    """As it would be given at the present sitting."""
    private: bool
    """The question is private: a reader who may not know its answer is not shown the change."""
    was_known: bool
    """The question has a value now that counts."""
    place: tuple[Any, ...]
    """Sorts changes: the order of asking, then values before statuses, then the nearest to the present answer."""

    def command(self, because: str | None = None) -> GiveAnswer:
        """Return what gives this answer; *because* is the coded reason of a correction."""
        answer = self.answer
        return GiveAnswer(
            self.question,
            value=None if answer.value is None else to_stored(answer.value),
            status=None if answer.status is None else answer.status.value,
            source=answer.source.value,
            reason=answer.reason,
            because=because,
            confirmed=True,
        )


def open_to_change(protocol: Protocol, assessment: Assessment, answers: Mapping[str, Answer], key: str) -> bool:
    """Whether a question may be given an answer: it applies or would be asked, or it may apply and has one."""
    return is_asked(protocol, assessment, key) or (key in answers and assessment.applies[key] is not False)


class Variety:
    """The answers one question of a case may be given instead of the present one. Lives for one search."""

    def __init__(self, protocol: Protocol, case: Case, key: str) -> None:
        net = network(protocol)
        self.question: Question = protocol.questions[key]
        self.protocol, self.case = protocol, case
        self.place = net.ask_order.index(key)
        self.substitute = key in net.substitutes
        self.gate = key in _gates(protocol)
        answer = case.answers.get(key)
        self.answer = None if key in case.assessment.expired else answer
        """The present answer that counts."""
        self.value = None if self.answer is None else self.answer.value
        self.coarse = False
        """Some reader tells more combinations apart than were tried."""
        self._made: dict[str, Change] = {}
        self._telling: dict[tuple[Atom, ...], tuple[Change, ...]] = {}

    def telling(self, atoms: tuple[Atom, ...]) -> tuple[Change, ...]:
        """Return the changes that *atoms* tell from the present answer: one of each class, values before statuses.

        Every option of a choice is there, because each has a name of its own for the reader. The atoms must all
        read this question.
        """
        if atoms not in self._telling:
            self._telling[atoms] = self._tell(atoms)
        return self._telling[atoms]

    def _tell(self, atoms: tuple[Atom, ...]) -> tuple[Change, ...]:
        own = [atom for atom in atoms if not isinstance(atom, domains.SHARED)]
        tests = [compile_node(atom) for atom in own]
        key, as_of = self.question.id, self.case.as_of
        alone = len(own) == len(atoms)

        def reading(answer: Answer | None) -> tuple[object, ...]:
            value = None if answer is None else answer.value
            state = "not_asked" if answer is None else "known" if answer.status is None else answer.status.value
            facts = Facts({key: value}, {key: state}, {}, as_of)
            reason = answer.reason if answer is not None and answer.status is Status.CANNOT_APPLY else None
            has = value is not None if self.substitute or not alone else None
            # Whether a question that hangs on this one is put: not when this was declined, yes while it is open.
            puts = state if self.gate and state in {"declined", "not_asked"} else None
            return (*(test(facts) for test in tests), reason, has, puts)

        applies = self.case.assessment.applies[key] is not False
        present = reading(self.answer) if applies else None
        named = self.question.type in {QuestionType.YES_NO, QuestionType.CHOICE} or not alone
        found: dict[object, Change] = {}
        for answer in (*self._values(atoms), *self._statuses()):
            if answer.value is not None and named:
                said: object = repr(answer.value)
                same = applies and answer.value == self.value
            else:
                said = reading(answer)
                same = said == present
            if not same and said not in found and self._fits(answer):
                found[said] = self._change(answer)
        return tuple(found.values())

    def _fits(self, answer: Answer) -> bool:
        """Whether the question takes an answer: its range, its options, no date after the sitting."""
        try:
            if answer.value is not None:
                accept(self.question, to_stored(answer.value), self.case.as_of)
        except ValueProblem:
            return False
        return True

    def _change(self, answer: Answer) -> Change:
        name = f"{answer.status} {answer.reason}" if answer.value is None else repr(to_stored(answer.value))
        if name not in self._made:
            question = self.question
            place = (self.place, *_place(question, answer, self.value))
            self._made[name] = Change(question.id, answer, question.private, self.value is not None, place)
        return self._made[name]

    def _statuses(self) -> Iterator[Answer]:
        question, given = self.question, self.case.as_of
        for status in BARE_STATUSES:
            yield Answer(None, status, question.source, given)
        for reason in question.cannot_apply:
            yield Answer(None, Status.CANNOT_APPLY, question.source, given, reason.id)

    def _values(self, atoms: tuple[Atom, ...]) -> list[Answer]:
        """Return values the question may take, the nearest to the present one first."""
        found = {repr(value): value for value in self._candidates(atoms)}
        answers = [Answer(value, None, self.question.source, self.case.as_of) for value in found.values()]
        return sorted(answers, key=lambda answer: _place(self.question, answer, self.value))

    def _candidates(self, atoms: tuple[Atom, ...]) -> Iterator[Value]:
        question = self.question
        match question.type:
            case QuestionType.GRID | QuestionType.INSTRUMENT:
                yield from self._tables(atoms)
            case QuestionType.SEVERAL:
                yield from self._several(atoms)
            case _:
                beside = list(self._compared_with(atoms))
                numbers = tuple(Decimal(value) for value in beside if isinstance(value, int | Decimal))
                found = list(domains.candidates(question, atoms, self.case.as_of, numbers))
                yield from found
                if self.stepped(atoms):
                    yield from self._steps()
                if beside and question.type is QuestionType.NUMBER:
                    # Two in every gap, so that each of two numbers can lie on either side of the other.
                    marks = sorted(Decimal(value) for value in found if isinstance(value, Decimal))
                    yield from (left + (right - left) / 4 for left, right in pairwise(marks))
                for value in beside:
                    if isinstance(value, Span):
                        yield from _around(value)

    def _several(self, atoms: tuple[Atom, ...]) -> Iterator[Value]:
        """Yield the present choices with every combination of the options that are read; the rest of them stays."""
        question = self.question
        together = [option.id for option in question.options if not option.exclusive]
        read = {option for atom in atoms if isinstance(atom, Includes) for option in atom.options}
        matter = [option for option in together if option in read]
        present = self.value if isinstance(self.value, tuple) else ()
        kept = {option for option in together if option not in read and option in present}
        yield from domains.candidates(question, atoms, self.case.as_of)
        if self.value is not None:
            yield from domains.neighbours(question, self.value)
        self.coarse |= len(matter) > domains.MOST_TOGETHER
        sizes = range(len(matter) + 1) if len(matter) <= domains.MOST_TOGETHER else range(3)
        for size in sizes:
            for chosen in combinations(matter, size):
                if value := tuple(option for option in together if option in kept or option in chosen):
                    yield value

    def _tables(self, atoms: tuple[Atom, ...]) -> Iterator[Value]:
        """Yield the table with the cells that are read filled in every way; the rest of it stays."""
        question = self.question
        rest = {cell: question.normal or options[0].id for cell, options in question.cells.items()}
        whole = self.value if isinstance(self.value, Mapping) else rest
        choices = {cell: _classes(question, cell, atoms) for cell in rest}
        read = [cell for cell in rest if len(choices[cell]) > 1]
        if question.type is QuestionType.INSTRUMENT and any(isinstance(atom, domains.SHARED) for atom in atoms):
            # What reads the score tells sums apart, not items.
            self.coarse |= bool(read)
            yield from domains.totals(question, whole)
        count = 1
        for cell in read:
            count *= len(choices[cell])
        if count <= MOST_FILLINGS:
            for filled in product(*(choices[cell] for cell in read)):
                yield self._filled(whole, zip(read, filled, strict=True))
        elif has_records(question):
            # Long tables: record by record, and only the cells that something reads.
            self.coarse = True
            for cell in read:
                yield from (self._filled(whole, [(cell, option)]) for option in choices[cell])
        else:
            self.coarse = True
            yield from domains.neighbours(question, whole)
            yield from domains.candidates(question, atoms, self.case.as_of)

    def _filled(self, whole: Mapping[str, str], cells: Iterable[tuple[str, str]]) -> dict[str, str]:
        """Return a table with cells set that are not so already."""
        found = dict(whole)
        for cell, option in cells:
            if found.get(cell) != option:
                found = with_cell(self.question, found, cell, option)
        return found

    def stepped(self, atoms: Iterable[Atom]) -> bool:
        """Whether this is a number that counts together with others, so that no condition states its limits."""
        return self.question.type is QuestionType.NUMBER and any(isinstance(atom, domains.SHARED) for atom in atoms)

    def _steps(self) -> Iterator[Value]:
        """Yield numbers over the whole range, ends included."""
        low, high = limits(self.question)
        if low is None or high is None:
            return
        for step in range(STEPS + 1):
            yield (low + (high - low) * step / STEPS).quantize(FINEST, ROUND_FLOOR)

    def number(self, value: Decimal) -> Change | None:
        """Return the change to a number; None when the question does not take it."""
        answer = Answer(value, None, self.question.source, self.case.as_of)
        return self._change(answer) if self._fits(answer) else None

    def _compared_with(self, atoms: Sequence[Atom]) -> Iterator[Value]:
        """Yield what questions that some condition compares with this one say now, and may say instead."""
        for atom in atoms:
            if not isinstance(atom, Pair):
                continue
            key = atom.right if atom.left == self.question.id else atom.left
            if key not in self.protocol.questions:  # what an earlier case said: it cannot be changed
                told = self.case.assessment.facts.values.get(key)
                if isinstance(told, int | Decimal | Span):
                    yield told
                continue
            other = self.case.answers.get(key)
            if other is not None and other.value is not None:
                yield other.value
            its = domains.atoms_by_question(self.protocol).get(key, ())
            yield from domains.candidates(self.protocol.questions[key], its, self.case.as_of)


@lru_cache(maxsize=8)
def _gates(protocol: Protocol) -> frozenset[str]:
    """Return the questions that decide whether another one is put."""
    conditions = [question.when for question in protocol.questions.values() if question.when is not None]
    return frozenset(key for condition in conditions for key in protocol.questions_behind(condition))


def _classes(question: Question, cell: str, atoms: Iterable[Atom]) -> list[str]:
    """Return one option of a cell for each class its readers tell apart."""
    own = [atom for atom in atoms if getattr(atom, "cell", None) == cell]
    values = sorted(domains.cell_values(question, cell), key=lambda value: _cell(value, cell) != question.normal)
    classes = domains.one_of_each(question.id, own, values, domains.EARLIEST)
    return [_cell(value, cell) for value in classes.values()]


def _cell(value: Value, cell: str) -> str:
    assert isinstance(value, Mapping)
    return value[cell]


def _around(span: Span) -> Iterator[Span]:
    """Yield a span, and days on either side of both of its ends."""
    yield span
    for moment in (span.first, span.last):
        for days in (-1, 0, 1):
            if moment > domains.EARLIEST + timedelta(days=1):
                yield parse_span(moment_text(moment + timedelta(days=days))[:10])


def _place(question: Question, answer: Answer, present: Value | None) -> tuple[Any, ...]:
    """Return what sorts the answers to one question: values first, by nearness, then by content order."""
    if answer.value is None:
        statuses = list(Status)
        reasons = ["", *(reason.id for reason in question.cannot_apply)]
        assert answer.status is not None
        return 1, Decimal(statuses.index(answer.status)), (reasons.index(answer.reason or ""),)
    value = answer.value
    order = [option.id for option in question.options]
    match value:
        case Span():
            away = Decimal(int(abs((value.first - present.first).total_seconds()))) if isinstance(present, Span) else 0
            return 0, away, (value.text,)
        case tuple():
            away = len(set(value) ^ set(present)) if isinstance(present, tuple) else len(value)
            return 0, away, tuple(order.index(option) for option in value)
        case Mapping():
            base = present if isinstance(present, Mapping) else {}
            away = sum(value[cell] != base.get(cell, question.normal) for cell in value)
            ids = {cell: [option.id for option in options] for cell, options in question.cells.items()}
            return 0, away, tuple(ids[cell].index(option) for cell, option in value.items())
        case int() | Decimal():
            number = Decimal(value)
            if isinstance(present, int | Decimal):
                return 0, abs(number - Decimal(present)), (number,)
            return 0, int(soft_problem(question, value) is not None), (number,)
    return 0, 0, (order.index(value) if value in order else len(order),)
