"""An interview in which something holds and which is otherwise as much like a given one as it can be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import z3

from chatbot.core.case import Case
from chatbot.core.protocol import QuestionType
from chatbot.core.site import region_of
from chatbot.core.values import Answer
from chatbot.proof.answers import Given
from chatbot.proof.difference import Difference
from chatbot.proof.interviews import Search, Unsettled, interview_of
from chatbot.proof.samples import held_by, numbers_of
from chatbot.proof.truths import Formula, every, no, some


class Nearest(Search):
    """A search that keeps to the answers of an interview as far as what is wanted lets it.

    No further answer could be kept; another set of kept answers may be larger. Which are kept first follows the
    order of the questions, and does not hang on chance.
    """

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self._alike: dict[tuple[str, str], Any] = {}

    def near(self, case: Case, *wanted: Formula) -> Difference | Unsettled:
        """Return how an interview differs from a case in which everything wanted holds, or how the search ended."""
        if any(each is False for each in wanted):
            return Unsettled.NONE
        literals = [self._literal(each) for each in wanted if each is not True]
        alike = {key: self._as_answered(key, case.answers.get(key)) for key in self.model.protocol.questions}
        where = self._in_region(region_of(self.model.protocol, case.site))
        self._hold_new()
        products = {key: each for formula in wanted for key, each in self.model.products_of(formula).items()}
        self.solver.push()
        try:
            self.solver.add([symbol == meaning for symbol, meaning in (products | dict(self.model.always)).values()])
            example = self._keeping(case, literals, alike, where)
        finally:
            self.solver.pop()
        if isinstance(example, Unsettled):
            return example

        def differs(literal: Any) -> bool:
            return not z3.is_true(example.eval(literal, model_completion=True))

        differing = [key for key, literal in alike.items() if differs(literal)]
        interview = interview_of(self.model, example, differing)
        without = frozenset(differing) - interview.answers.keys()
        return Difference(interview.answers, {}, without, interview.region if differs(where) else None)

    def _keeping(self, case: Case, literals: list[Any], alike: Mapping[str, Any], where: Any) -> Any:
        """Hold what is wanted and all that can be kept with it, and return an example of the solver."""
        kept = [*alike.values(), where]
        dropped: set[int] = set()
        while self.solver.check(*literals, *kept) == z3.unsat:
            core = {each.get_id() for each in self.solver.unsat_core()}
            idle = {each.get_id() for each in kept if each.get_id() in core}
            if not idle:
                return Unsettled.NONE
            dropped |= idle
            kept = [each for each in kept if each.get_id() not in idle]
        # What is settled is asserted, which makes the questions that follow an order of magnitude shorter.
        self.solver.add(literals + kept)
        for key, literal in alike.items():
            if literal.get_id() in dropped and not self._holds(literal):
                for part in parts_answered_as(self.model.given(key), case.answers.get(key)):
                    self._holds(self._stands_for(part))
        if where.get_id() in dropped:
            self._holds(where)
        example = self.solver.model() if self.solver.check() == z3.sat else Unsettled.UNDECIDED
        return example if isinstance(example, Unsettled) else self._neat([], example)

    def _holds(self, literal: Any) -> bool:
        """Keep to something from here on where that is possible, and return whether it is."""
        possible = bool(self.solver.check(literal) == z3.sat)
        if possible:
            self.solver.add(literal)
        return possible

    def _as_answered(self, key: str, answer: Answer | None) -> Any:
        known = (key, repr(None if answer is None else (answer.value, answer.status, answer.reason)))
        if known not in self._alike:
            self._alike[known] = self._stands_for(answered_as(self.model.given(key), answer))
        return self._alike[known]

    def _in_region(self, region: str) -> Any:
        known = ("", region)
        if known not in self._alike:
            where = self.model.regions
            self._alike[known] = self._stands_for(where[region] if region else no(some(where.values())))
        return self._alike[known]

    def _stands_for(self, formula: Any) -> Any:
        """Return an unknown that is true exactly where a formula is."""
        symbol = self.model.fresh(z3.Bool)
        self.solver.add(symbol == (z3.BoolVal(formula) if isinstance(formula, bool) else formula))
        return symbol


def answered_as(given: Given, answer: Answer | None) -> Formula:
    """Return whether a question is answered so; None is not at all."""
    if answer is None:
        return no(given.answered)
    true = {each.get_id() for each in held_by(given, answer)}
    said = [each if each.get_id() in true else no(each) for each in given.symbols if each.sort() == z3.BoolSort()]
    return every((*said, *(symbol == value for symbol, value in numbers_of(given, answer))))


def parts_answered_as(given: Given, answer: Answer | None) -> Iterator[Formula]:
    """Yield for each option of several choices, and each cell of a table, whether it is answered so."""
    if answer is None or answer.value is None:
        return
    true = {each.get_id() for each in held_by(given, answer)}
    tables = [given.options] if given.question.type is QuestionType.SEVERAL else given.cells.values()
    for table in tables:
        parts = [symbol if symbol.get_id() in true else no(symbol) for symbol in table.values()]
        yield from parts if table is given.options else [every(parts)]
