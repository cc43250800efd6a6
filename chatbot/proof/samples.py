"""One interview put into the formulas: what they come to for answers that are known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import z3

from chatbot.core.values import Answer, Span, Status
from chatbot.proof.answers import Given, least_of, minutes
from chatbot.proof.model import Model
from chatbot.proof.reals import number_of
from chatbot.proof.truths import Formula


class Sampler:
    """Formulas and numbers of a model that is spelled out, read off for one interview after the other."""

    def __init__(self, model: Model, formulas: Sequence[Formula], numbers: Sequence[Any]) -> None:
        assert model.spelled_out, "names hide what a formula reads"
        self.model, self.numbers = model, numbers
        bit = (z3.BitVecVal(1, 1), z3.BitVecVal(0, 1))
        # One long vector is read at once, so that what formulas share is evaluated once.
        parts = [bit[not each] if isinstance(each, bool) else z3.If(each, *bit) for each in (*formulas, False, False)]
        self.packed = z3.Concat(parts)
        self.count = len(formulas)

    def read(self, answers: Mapping[str, Answer], region: str = "") -> tuple[list[bool], list[Fraction]]:
        """Return what every formula and every number comes to for an interview."""
        # What is not said stands at false and at zero.
        example, true = z3.Model(), z3.BoolVal(True)
        if region:
            example.update_value(self.model.regions[region], true)
        for key, answer in answers.items():
            given = self.model.given(key)
            for symbol in held_by(given, answer):
                example.update_value(symbol, true)
            for symbol, value in numbers_of(given, answer):
                example.update_value(symbol, value)
        bits = example.eval(self.packed, model_completion=True).as_long() >> 2
        truths = [bool(bits >> place & 1) for place in reversed(range(self.count))]
        return truths, [Fraction(example.eval(each, model_completion=True).as_fraction()) for each in self.numbers]


def held_by(given: Given, answer: Answer) -> Iterable[Any]:
    """Return the Booleans of a question that an answer makes true."""
    if answer.status is Status.CANNOT_APPLY:
        return (given.reasons[answer.reason or ""],)
    if answer.status is not None:
        return (given.statuses[answer.status.value],)
    value = answer.value
    if isinstance(value, Mapping):
        return (given.known, *(given.cells[cell][option] for cell, option in value.items()))
    if isinstance(value, tuple):
        return (given.known, *(given.options[option] for option in value))
    if given.options and isinstance(value, str):
        return (given.known, given.options[value])
    if given.ladder is not None and isinstance(value, int):
        return (given.known, *given.ladder.steps[: value - int(least_of(given.question))])
    return (given.known,)


def numbers_of(given: Given, answer: Answer) -> Iterable[tuple[Any, Any]]:
    """Return the numbers of a question with what an answer makes of them."""
    value = answer.value
    if given.real is not None:
        known = Fraction(value) if isinstance(value, int | Decimal) else Fraction(0)
        yield given.real, number_of(known)
    if given.first is not None:
        ends = (minutes(value.first), minutes(value.last)) if isinstance(value, Span) else (0, 0)
        yield given.first, z3.IntVal(ends[0])
        yield given.last, z3.IntVal(ends[1])
