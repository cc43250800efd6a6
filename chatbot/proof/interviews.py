"""From formulas to interviews and back: a solver's example as answers the engine takes, and answers as an example."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

import z3

from chatbot.core import commands as cmd
from chatbot.core.batch import with_answers
from chatbot.core.case import Case
from chatbot.core.events import CaseOpened
from chatbot.core.protocol import QuestionType
from chatbot.core.values import Status, Stored, decimal_text, moment_text
from chatbot.proof.answers import Given, least_of, moment_at
from chatbot.proof.model import Model
from chatbot.proof.second import SecondModel
from chatbot.proof.truths import Formula

FINEST = 1_000_000
"""Numbers are answered with at most six decimals."""

STEPS = 6_000_000
"""What a solver does in a second on a machine of today, counted its own way: a limit in steps does not hang on load."""

WANDERING_MS = 30_000
"""Milliseconds after which a search that wanders is stopped whatever its steps: it proves nothing, it only finds."""

DECIMALS = (0, 1, 2, 6)
"""How many decimals are tried where a solver's number has more than an answer takes, the fewest first."""


class Unsettled(Enum):
    """How a search ends without an interview."""

    NONE = "none"
    """No interview comes out so: proved."""
    UNDECIDED = "undecided"
    """The solver gave up: it had done as much as it may."""


@dataclass(frozen=True, slots=True)
class Interview:
    """Answers by question, in content order, at one moment in one region (empty: not known)."""

    answers: Mapping[str, cmd.GiveAnswer]
    as_of: datetime
    region: str = ""

    def case(self, model: Model) -> Case:
        """Return the case these answers make.

        Raises: NotAccepted for an answer the engine does not take.
        """
        protocol = model.protocol
        opened = CaseOpened("", "test", moment_text(self.as_of), "", "", protocol.identity)
        return with_answers(protocol, opened, self.answers.values(), self.region)


class Search:
    """A solver over the interviews of one model, asked again and again."""

    def __init__(self, model: Model, *, seconds: float = 20, seed: int = 0, wander: bool = False) -> None:
        """Begin a search. With *wander* examples differ by *seed*, and nothing is tried a second time.

        It gives up on one question after about *seconds* of work, counted in steps so that it always ends alike.
        """
        self.model = model
        self.steps = int(seconds * STEPS)
        self.solver = z3.Solver()
        self.solver.set("rlimit", self.steps)
        self.solver.set("random_seed", seed)
        self.wander = wander
        if wander:
            self.solver.set("phase_selection", 5)
            self.solver.set("timeout", WANDERING_MS)
        self._held = 0
        self._second: SecondModel | None = None
        self._asked: dict[int, tuple[Any, Any]] = {}

    def _literal(self, formula: Any) -> Any:
        """Return an assumption that stands for a formula."""
        if formula.get_id() not in self._asked:
            symbol = formula
            if formula.num_args():
                symbol = self.model.fresh(z3.Bool)
                self.solver.add(z3.Implies(symbol, formula))
            self._asked[formula.get_id()] = (formula, symbol)
        return self._asked[formula.get_id()][1]

    @contextmanager
    def beside(self, second: SecondModel) -> Iterator[SecondModel]:
        """Search with a second interview beside the first, until this ends.

        Whatever is asked of the second must have been built before; the first must have been built whole.
        """
        self._hold_new()
        asked, held = dict(self._asked), self._held
        self.solver.push()
        self.solver.add(second.formulas)
        self._second = second
        try:
            yield second
        finally:
            self._second = None
            self._asked, self._held = asked, held
            self.solver.pop()

    def _hold_new(self) -> None:
        self.model.settle()
        held = self.model.formulas
        if self._held < len(held):
            self.solver.add(held[self._held :])
            self._held = len(held)

    def example(self, *wanted: Formula, neat: bool = False) -> Any:
        """Return an example of the solver in which everything wanted holds, or how the search ended.

        Products of unknowns are left free at first: what cannot be with them free cannot be at all. With *neat*,
        every number has few decimals, as people say them and answers take them.
        """
        if any(each is False for each in wanted):
            return Unsettled.NONE
        literals = [self._literal(each) for each in wanted if each is not True]
        self._hold_new()
        behind = self._second or self.model
        products = {key: each for formula in wanted for key, each in behind.products_of(formula).items()}
        products |= behind.always
        found = self._check(literals)
        if isinstance(found, Unsettled) or not (products or neat):
            return found
        self.solver.push()
        try:
            if products:
                self.solver.add([symbol == meaning for symbol, meaning in products.values()])
                found = self._check_products(literals, found)
            return self._neat(literals, found) if neat and not isinstance(found, Unsettled) else found
        finally:
            self.solver.pop()

    def _check_products(self, literals: Sequence[Any], free: Any) -> Any:
        """Check with products of unknowns, with as many factors as at all standing as in a *free* example first.

        A solver soon finds one unknown with all others given; that there is none it must show of all of them.
        """
        differing = set() if self._second is None else self._second.differing
        numbers = [given for given in self._given() if given.real is not None]
        for loose in (differing, None):
            given = [each.real for each in numbers if loose is not None and each.question.id not in loose]
            found = self._check([*literals, *(each == free.eval(each, model_completion=True) for each in given)])
            if not isinstance(found, Unsettled):
                break
        return found

    def _check(self, literals: Sequence[Any]) -> Any:
        solver = self.solver
        found = solver.check(*literals)
        if found == z3.unknown and not self.wander:
            # What a solver learned on the way may hinder it; another one begins anew.
            solver = z3.Solver()
            solver.set("rlimit", self.steps)
            solver.add(self.solver.assertions())
            found = solver.check(*literals)
        if found == z3.sat:
            return solver.model()
        return Unsettled.NONE if found == z3.unsat else Unsettled.UNDECIDED

    def _given(self) -> list[Given]:
        """Return everything that is answered, in both interviews where there are two."""
        models = [self.model] if self._second is None else [self.model, self._second]
        keys = self.model.protocol.questions
        found = [given for model in models for key in keys if (given := model.given_already(key))]
        return list({id(given): given for given in found}.values())

    def _neat(self, literals: Sequence[Any], example: Any) -> Any:
        """Return an example whose numbers answers can spell, with as few decimals as the rest of it allows."""
        questions = self._given()
        numbers = [given.real for given in questions if given.real is not None]
        if all(_is_tidy(example.eval(symbol, model_completion=True)) for symbol in numbers):
            return example
        # Everything but the numbers stays as it is, so that little is left to search.
        said = [each for given in questions for each in given.symbols if each.sort() == z3.BoolSort()]
        fixed = [each if z3.is_true(example.eval(each)) else z3.Not(each) for each in said]
        for decimals in DECIMALS:
            self.solver.push()
            for symbol in numbers:
                whole = z3.Int(f"{symbol} in steps of {decimals} decimals")
                self.solver.add(symbol * 10**decimals == z3.ToReal(whole))
            found = self._check([*literals, *fixed])
            self.solver.pop()
            if not isinstance(found, Unsettled):
                return found
        return Unsettled.UNDECIDED

    def find(self, *wanted: Formula) -> Interview | Unsettled:
        """Return an interview in which everything wanted holds, or how the search ended."""
        example = self.example(*wanted, neat=True)
        return example if isinstance(example, Unsettled) else interview_of(self.model, example)

    def never(self, *wanted: Formula) -> bool:
        """Return whether it is proved that no interview comes out so."""
        return self.example(*wanted) is Unsettled.NONE


def is_true(example: Any, formula: Formula) -> bool:
    """Whether a formula holds in an example of the solver."""
    return formula is True or bool(z3.is_true(example.eval(formula, model_completion=True)))


def _is_tidy(value: Any) -> bool:
    """Whether an answer can spell a number of the solver."""
    return bool(z3.is_rational_value(value) and (FINEST * value.as_fraction()).denominator == 1)


# --- a solver's example as answers ----------------------------------------------------------------


def interview_of(model: Model, example: Any, among: Iterable[str] | None = None) -> Interview:
    """Return the interview an example of the solver stands for; *among*: its answers to these questions alone."""

    def holds(formula: Any) -> bool:
        return bool(z3.is_true(example.eval(formula, model_completion=True)))

    def number(term: Any) -> Fraction:
        found = example.eval(term, model_completion=True)
        return Fraction(found.as_fraction() if z3.is_rational_value(found) else found.as_long())

    answers = {}
    for key in model.protocol.questions if among is None else among:
        given = model.given_already(key)
        if given is not None and (answer := _answer_of(model, given, holds, number)) is not None:
            answers[key] = answer
    region = next((name for name, symbol in model.regions.items() if holds(symbol)), "")
    return Interview(answers, model.as_of, region)


def _answer_of(
    model: Model, given: Given, holds: Callable[[Any], bool], number: Callable[[Any], Fraction]
) -> cmd.GiveAnswer | None:
    key = given.question.id
    if holds(given.known):
        return cmd.GiveAnswer(key, value=_value_of(model, given, holds, number), via="file", confirmed=True)
    for status, symbol in given.statuses.items():
        if holds(symbol):
            return cmd.GiveAnswer(key, status=status, via="file")
    for reason, symbol in given.reasons.items():
        if holds(symbol):
            return cmd.GiveAnswer(key, status=Status.CANNOT_APPLY.value, reason=reason, via="file")
    return None


def _value_of(model: Model, given: Given, holds: Callable[[Any], bool], number: Callable[[Any], Fraction]) -> Stored:
    match given.question.type:
        case QuestionType.YES_NO | QuestionType.CHOICE:
            return next(option for option, symbol in given.options.items() if holds(symbol))
        case QuestionType.SEVERAL:
            return [option for option, symbol in given.options.items() if holds(symbol)]
        case QuestionType.GRID | QuestionType.INSTRUMENT:
            return {
                cell: option
                for cell, options in given.cells.items()
                for option, symbol in options.items()
                if holds(symbol)
            }
        case QuestionType.SCALE:
            assert given.ladder is not None
            return int(least_of(given.question)) + sum(1 for step in given.ladder.steps if holds(step))
        case QuestionType.NUMBER:
            return decimal_text(Decimal(int(number(given.real) * FINEST)) / FINEST)
        case QuestionType.DATE:
            first, last = int(number(given.first)), int(number(given.last))
            moments = [moment_text(moment_at(each)) for each in (first, last)]
            return moments[0] if first == last else "/".join(moments)
        case QuestionType.TEXT:
            return "…"
