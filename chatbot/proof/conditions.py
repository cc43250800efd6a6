"""Conditions and numbers as formulas: what ``chatbot.core.condition`` and ``chatbot.core.calculate`` evaluate.

One method for each kind of node, all over the same questions and findings, so it stays one module past 400 lines.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from chatbot.core.condition import cut_off
from chatbot.core.protocol import QuestionType
from chatbot.core.tree import (
    OPERATORS,
    REGION,
    REVERSED,
    And,
    Asked,
    AtLeast,
    Banded,
    Cell,
    CellGrade,
    Choice,
    Compare,
    Constant,
    Extreme,
    FindingIs,
    Fixed,
    Includes,
    InState,
    Lookup,
    Measured,
    Node,
    Not,
    Number,
    NumberOf,
    OneOf,
    Or,
    Pair,
    Product,
    Rows,
    Scored,
    Since,
    Sum,
    Term,
    is_outside,
)
from chatbot.proof.answers import Given, minutes
from chatbot.proof.quantities import ABSENT, INFINITY, MINUS_INFINITY, Arithmetic, Bounds, End, at, exactly
from chatbot.proof.reals import ZERO, Real, compared, constant, scaled, weighted
from chatbot.proof.truths import (
    FALSE,
    TRUE,
    Formula,
    Kleene,
    both,
    either,
    every,
    k_all,
    k_any,
    k_at_least,
    k_not,
    no,
    some,
)

if TYPE_CHECKING:
    from chatbot.proof.model import Model

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<=": lambda a, b: a <= b,
    "<": lambda a, b: a < b,
    ">=": lambda a, b: a >= b,
    ">": lambda a, b: a > b,
}


class Conditions:
    """The conditions of one model, each part built once."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._kept: dict[int, tuple[Node, Kleene]] = {}
        self._atoms: dict[Node, Kleene] = {}
        self._terms: dict[int, tuple[Term, Bounds]] = {}

    @property
    def _math(self) -> Arithmetic:
        return self.model.arithmetic

    def truth(self, node: Node) -> Kleene:
        """Return the truth of a tree."""
        kept = self._kept.get(id(node))
        if kept is None:
            kept = self._kept[id(node)] = (node, self._truth(node))
        return kept[1]

    def _truth(self, node: Node) -> Kleene:
        match node:
            case Constant(value):
                return TRUE if value else FALSE
            case And(items):
                return k_all([self.truth(item) for item in items])
            case Or(items):
                return k_any([self.truth(item) for item in items])
            case Not(item):
                return k_not(self.truth(item))
            case AtLeast(least, items):
                return k_at_least(least, [self.truth(item) for item in items])
            case FindingIs(name):
                return self.model.finding(name)
        if node not in self._atoms:
            self._atoms[node] = self._atom(node)
        return self._atoms[node]

    # --- comparisons ---

    def _atom(self, node: Any) -> Kleene:
        match node:
            case Compare(left, op, right):
                return self._math.compare(self.bounds(left), op, self.bounds(right))
            case Measured(term, settled):
                return self._math.is_known(self.bounds(term), settled)
            case Pair(left, op, right):
                return self._pair(left, op, right)
            case OneOf(key, options) if key == REGION:
                if not self.model.protocol.regions:
                    return FALSE
                here = self.model.region(sorted(options))
                return Kleene(here, both(self.model.region_known, no(here)))
            case InState(key, state) if key == REGION:
                return self._two_valued(
                    {"known": self.model.region_known, "unknown": no(self.model.region_known), "asked": True}.get(
                        state, False
                    )
                )
        if is_outside(node.question):
            # There is no earlier case: nothing read from one applies.
            return FALSE
        if isinstance(node, InState):
            return self._two_valued(self.model.reading(node.question).state(node.state))
        given = self.model.given(node.question)
        match node:
            case OneOf(_, options):
                return self._on_value(node.question, some(given.options[option] for option in sorted(options)))
            case Includes(_, options, all_of):
                parts = [given.options[option] for option in sorted(options)]
                return self._on_value(node.question, every(parts) if all_of else some(parts))
            case Number(_, op, limit):
                assert given.number is not None
                return self._on_value(node.question, self._number_is(given.number, op, Fraction(limit)))
            case Cell(_, cell, options):
                filled = given.cells[cell]
                chosen_ones = [each for option, each in filled.items() if option in options]
                return self._in_cell(node.question, filled, chosen_ones)
            case CellGrade(_, cell, op, limit, grades):
                filled = given.cells[cell]
                table = {option: grade for option, grade in grades if option in filled}
                passes = [filled[option] for option, grade in table.items() if _holds(grade, op, limit)]
                return self._in_cell(node.question, {option: filled[option] for option in table}, passes)
            case Since():
                return self._since(node, given)
        raise TypeError(f"a node of an unknown kind: {node!r}")

    def _two_valued(self, formula: Formula) -> Kleene:
        return Kleene(formula, no(formula))

    def _on_value(self, key: str, test: Formula) -> Kleene:
        """Return a comparison with a value: unknown without one, false where the question does not apply."""
        return self._with_value(key, Kleene(test, no(test)))

    def _with_value(self, key: str, test: Kleene) -> Kleene:
        reading = self.model.reading(key)
        return Kleene(both(reading.known, test.true), either(reading.absent, both(reading.given.known, test.false)))

    def _in_cell(self, key: str, filled: Any, passes: Sequence[Formula]) -> Kleene:
        """Return a comparison of a cell: unknown where it is left empty, or has no grade."""
        inside = some(passes)
        others = [each for each in filled.values() if all(each is not one for one in passes)]
        return self._with_value(key, Kleene(inside, some(others)))

    def _number_is(self, number: Real, op: str, limit: Fraction) -> Formula:
        if op == "!=":
            return no(self._number_is(number, "==", limit))
        return compared(self.model.names, number, op, constant(limit))

    def _pair(self, left: str, op: str, right: str) -> Kleene:
        if is_outside(left) or is_outside(right):
            return FALSE
        one, other = self.model.reading(left), self.model.reading(right)
        if self.model.protocol.questions[left].type is QuestionType.DATE:
            test = _spans((one.given.first, one.given.last), op, (other.given.first, other.given.last))
        else:
            assert one.given.number is not None and other.given.number is not None
            plain = "==" if op == "!=" else op
            holds = compared(self.model.names, one.given.number, plain, other.given.number)
            test = Kleene(no(holds), holds) if op == "!=" else Kleene(holds, no(holds))
        there = both(one.known, other.known)
        absent = either(one.absent, other.absent)
        return Kleene(both(there, test.true), either(absent, both(there, test.false)))

    def _since(self, node: Since, given: Given) -> Kleene:
        """Compare dates instead of ages, whole days where the unit is not hours."""
        as_of, op = self.model.as_of, REVERSED[node.op]
        now = minutes(as_of)
        # What lies after the interview is cut off; what begins after it is refused as an answer.
        if node.unit == "hours":
            mark = minutes(as_of - timedelta(hours=node.limit))
            ends = (mark, mark)
        else:
            day = cut_off(as_of.date(), node.unit, node.limit)
            ends = (minutes(datetime.combine(day, time())), minutes(datetime.combine(day, time(23, 59))))
        return self._with_value(node.question, _against_day(given.first, given.last, now, op, ends))

    # --- numbers ---

    def bounds(self, term: Term) -> Bounds:
        """Return what is known of a term."""
        kept = self._terms.get(id(term))
        if kept is None:
            kept = self._terms[id(term)] = (term, self._bounds(term))
        return kept[1]

    def _bounds(self, term: Term) -> Bounds:
        math = self._math
        match term:
            case Fixed(value):
                return exactly(constant(Fraction(value)))
            case Asked(question, least):
                if is_outside(question):
                    return ABSENT
                number = self.model.given(question).number
                assert number is not None
                return self._read(question, number, least is None)
            case NumberOf(finding):
                return self.model.number(finding)
            case Sum(items, minus):
                return self._chain(items, minus, math.plus, lambda a, b: math.plus(a, math.negative(b)), math.negative)
            case Product(items, over):
                one = exactly(constant(1))
                return self._chain(items, over, math.times, math.over, lambda a: math.over(one, a))
            case Extreme(largest, items):
                return self._extreme(items, largest)
            case Rows():
                return self._rows(term)
            case Lookup():
                return self._lookup(term)
            case Scored():
                return self._scored(term)
            case Banded():
                return self._banded(term)
            case Choice(condition, then, otherwise):
                truth = self.model.node(condition)
                return math.either(truth, self.bounds(then), self.bounds(otherwise))

    def _read(self, key: str, number: Real, sign_unknown: bool) -> Bounds:
        """Return a number that is asked; its unknown stands at zero without a value."""
        reading = self.model.reading(key)
        missing = no(reading.given.known)
        low = End(both(sign_unknown, missing), False, number)
        return Bounds(low, End(False, missing, number), self._sure(key), reading.absent)

    def _sure(self, key: str) -> Formula:
        reading = self.model.reading(key)
        return either(reading.given.known, no(reading.applies.unknown))

    def _chain(
        self,
        items: tuple[Term, ...],
        inverse: tuple[bool, ...],
        forward: Callable[[Bounds, Bounds], Bounds],
        backward: Callable[[Bounds, Bounds], Bounds],
        first_backward: Callable[[Bounds], Bounds],
    ) -> Bounds:
        total = self.bounds(items[0])
        if inverse[0]:
            total = first_backward(total)
        for item, is_inverse in zip(items[1:], inverse[1:], strict=True):
            total = (backward if is_inverse else forward)(total, self.bounds(item))
        return total

    def _extreme(self, items: tuple[Term, ...], largest: bool) -> Bounds:
        parts = [self.bounds(item) for item in items if not isinstance(item, Fixed)]
        written = [self.bounds(item) for item in items if isinstance(item, Fixed)]
        best = self._math.greatest if largest else self._math.least
        found = best([*parts, *written])
        absent = every(part.absent for part in parts) if parts else False
        return Bounds(found.low, found.high, found.sure, absent)

    def _rows(self, term: Rows) -> Bounds:
        math, count = self._math, self.bounds(term.count)
        total = Bounds(at(ZERO), at(ZERO), count.sure)
        for place, row in enumerate(term.rows, 1):
            value, here = self.bounds(row), at(constant(place))
            there = both(math.end_at_most(here, count.high), no(value.absent))
            certain = both(math.end_at_most(here, count.low), value.sure)
            part = math.choose(certain, Bounds(value.low, value.high), math.perhaps(value))
            total = math.plus(total, math.choose(there, part, exactly(ZERO)))
        return Bounds(total.low, total.high, count.sure, count.absent)

    def _lookup(self, term: Lookup) -> Bounds:
        if is_outside(term.question):
            return ABSENT
        reading = self.model.reading(term.question)
        given = reading.given
        ends = {option: (term.low, term.high) if value is None else (value, value) for option, value in term.entries}
        lows = [low for low, _ in ends.values() if low is not None]
        floor = min(lows) if len(lows) == len(ends) and min(lows) >= 0 else None
        single = given.question.type is not QuestionType.SEVERAL
        sides = []
        for side, infinite in ((0, MINUS_INFINITY), (1, INFINITY)):
            missing = at(constant(Fraction(floor))) if side == 0 and floor is not None else infinite
            each = {option: _end(pair[side], infinite) for option, pair in ends.items()}
            if single:
                found = missing
                for option, end in each.items():
                    found = self._math.choose_end(given.options[option], end, found)
            else:
                found = missing if missing.finite is not True else at(ZERO)
                total = at(ZERO)
                for option, end in each.items():
                    total = self._math.sum_end(total, self._math.choose_end(given.options[option], end, at(ZERO)))
                found = self._math.choose_end(given.known, total, missing)
            sides.append(found)
        low, high = sides
        return Bounds(low, high, self._sure(term.question), reading.absent)

    def _scored(self, term: Scored) -> Bounds:
        if is_outside(term.question):
            return ABSENT
        reading = self.model.reading(term.question)
        cells = reading.given.cells
        base, weights, filled = Fraction(0), [], []
        for item, entries in term.items:
            fewest = min(score for _, score in entries)
            base += Fraction(fewest)
            weights += [(cells[item][option], Fraction(score - fewest)) for option, score in entries]
            filled.append(some(cells[item].values()))
        number: Real = weighted(base, weights)
        if term.mean:
            number = scaled(self.model.names, number, Fraction(1, len(term.items)))
        partial = no(every(filled))
        low = End(both(not term.bounded, partial), False, number)
        return Bounds(low, End(False, partial, number), self._sure(term.question), reading.absent)

    def _banded(self, term: Banded) -> Bounds:
        """Return the bounds of every band a number may fall in."""
        math, number = self._math, self.bounds(term.item)
        low, high = INFINITY, MINUS_INFINITY
        start: Fraction | None = None
        for below, value in term.bands:
            reached = True if start is None else math.end_at_most(at(constant(start)), number.high)
            limit = None if below is None else Fraction(below)
            not_passed = True if limit is None else math.end_at_most(number.low, at(constant(limit)), strict=True)
            possible = both(reached, not_passed)
            ends = (term.low, term.high) if value is None else (value, value)
            least, most = _end(ends[0], MINUS_INFINITY), _end(ends[1], INFINITY)
            low = math.least_end(low, math.choose_end(possible, least, INFINITY))
            high = math.most_end(high, math.choose_end(possible, most, MINUS_INFINITY))
            start = limit
        return Bounds(low, high, number.sure, number.absent)


def _end(value: Any, infinite: End) -> End:
    return infinite if value is None else at(constant(Fraction(value)))


def _holds(grade: Any, op: str, limit: Any) -> bool:
    return OPERATORS[op](grade, limit)


def _spans(a: tuple[Any, Any], op: str, b: tuple[Any, Any]) -> Kleene:
    """Compare two dates known within bounds; unknown where the bounds straddle."""
    if op in {">", ">="}:
        return _spans(b, "<" if op == ">" else "<=", a)
    if op in {"==", "!="}:
        alike = every((a[0] == a[1], b[0] == b[1], a[0] == b[0]))
        apart = either(a[1] < b[0], b[1] < a[0])
        return Kleene(alike, apart) if op == "==" else Kleene(apart, alike)
    compare = _COMPARE[op]
    return Kleene(compare(a[1], b[0]), no(compare(a[0], b[1])))


def _against_day(first: Any, last: Any, now: int, op: str, day: tuple[int, int]) -> Kleene:
    """Compare a date, cut off at the present minute, with a day or a minute given by its first and last minute."""
    begin, end = day
    if op in {"==", "!="}:
        low, high = _against_day(first, last, now, "<", day), _against_day(first, last, now, ">", day)
        # Within the day at both ends: of a whole day any minute of it is the same day.
        alike = both(first >= begin, first <= end, _last(last, now, "<=", end), _last(last, now, ">=", begin))
        apart = either(low.true, high.true)
        return Kleene(alike, apart) if op == "==" else Kleene(apart, alike)
    match op:
        case "<=":
            return Kleene(_last(last, now, "<=", end), first > end)
        case "<":
            return Kleene(_last(last, now, "<", begin), first >= begin)
        case ">=":
            return Kleene(first >= begin, _last(last, now, "<", begin))
    return Kleene(first > end, _last(last, now, "<=", end))


def _last(last: Any, now: int, op: str, limit: int) -> Formula:
    """Compare the end of a date that counts no further than the present minute."""
    present = {"<=": now <= limit, "<": now < limit, ">=": now >= limit}[op]
    if op in {"<=", "<"}:
        return True if present else _COMPARE[op](last, limit)
    return _COMPARE[op](last, limit) if present else False
