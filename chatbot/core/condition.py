"""Conditions: three-valued evaluation of a resolved tree, and what it reads.

A condition reaches this module already checked (``chatbot.core.resolve``): every name is bound to a
question key. The tree is kept for explanation, proof and export, and compiled once to closures.
Unknown is ``None``, never False.

Compiled closures were chosen over generated code: the tree stays the only description of a
condition, and four terms cost about half a microsecond.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from chatbot.core.calculate import compile_term
from chatbot.core.facts import NOT_APPLICABLE, UNKNOWN, Facts, NotApplicable
from chatbot.core.quantity import Quantity
from chatbot.core.tree import (
    OPERATORS,
    REVERSED,
    And,
    AtLeast,
    Atom,
    Cell,
    CellGrade,
    Compare,
    Constant,
    FindingIs,
    Includes,
    InState,
    Measured,
    Node,
    Not,
    Number,
    OneOf,
    Or,
    Pair,
    Since,
    children,
    is_outside,
    keys_of,
    names_of,
    questions_of,
    walk,
)
from chatbot.core.values import Span, Truth, months_before

__all__ = ["NOT_APPLICABLE", "UNKNOWN", "Condition", "Evaluate", "Facts", "NotApplicable", "compile_node"]

Evaluate = Callable[[Facts], Truth]


@dataclass(frozen=True, slots=True)
class Traced:
    """A tree with the evaluation of every part, for explanations."""

    node: Node
    evaluate: Evaluate
    parts: tuple[Traced, ...]
    questions: tuple[str, ...]
    """The questions of this case the node reads itself."""
    reads: frozenset[str] | None
    """All that the node and its parts can read; None where there are findings or numbers among them."""
    plain: bool
    """Whether it reads questions itself and has no parts: its value hangs on each of them."""


def trace(node: Node) -> Traced:
    """Compile every part of a tree on its own."""
    parts, own = tuple(trace(child) for child in children(node)), questions_of(node)
    reads: frozenset[str] | None = frozenset(own)
    for part in parts:
        reads = None if reads is None or part.reads is None else reads | part.reads
    if isinstance(node, FindingIs | Compare | Measured):
        reads = None
    plain = not isinstance(node, FindingIs | Compare | Measured | Not | And | Or | AtLeast)
    return Traced(node, compile_node(node), parts, own, reads, plain)


@dataclass(frozen=True)
class Condition:
    """A checked condition: its text, its tree, what it reads, and how to evaluate it."""

    text: str
    """As the author wrote it."""
    tree: Node
    questions: frozenset[str] = field(init=False)
    """Question keys it reads itself."""
    findings: frozenset[str] = field(init=False)
    """Findings it reads itself, truths and numbers."""
    outside: frozenset[str] = field(init=False)
    """What it reads itself from outside the interview: ``previous.pain``, ``site.region``."""
    evaluate: Evaluate = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        questions = {key for node in walk(self.tree) for key in keys_of(node)}
        findings = {name for node in walk(self.tree) for name in names_of(node)}
        outside = frozenset(filter(is_outside, questions | findings))
        object.__setattr__(self, "questions", frozenset(questions - outside))
        object.__setattr__(self, "findings", frozenset(findings - outside))
        object.__setattr__(self, "outside", outside)
        object.__setattr__(self, "evaluate", compile_node(self.tree))

    @cached_property
    def traced(self) -> Traced:
        """The tree with every part compiled; made when an explanation is first asked for."""
        return trace(self.tree)


# --- evaluation -----------------------------------------------------------------------------------


def negate(value: Truth) -> Truth:
    """Kleene's not."""
    return None if value is None else not value


def conjunction(values: tuple[Truth, ...]) -> Truth:
    """Kleene's and, over any number."""
    if any(value is False for value in values):
        return False
    return None if any(value is None for value in values) else True


def disjunction(values: tuple[Truth, ...]) -> Truth:
    """Kleene's or, over any number."""
    if any(value is True for value in values):
        return True
    return None if any(value is None for value in values) else False


def at_least(least: int, values: tuple[Truth, ...]) -> Truth:
    """Whether at least *least* are true: unknown while the unknown ones could decide it."""
    sure = sum(1 for value in values if value is True)
    if sure >= least:
        return True
    possible = sure + sum(1 for value in values if value is None)
    return None if possible >= least else False


def without_constants(node: Node) -> Node:
    """Return a tree that says the same without the tests of row and column that a grid unrolls to."""
    match node:
        case And(items) | Or(items):
            deciding, idle = Constant(isinstance(node, Or)), Constant(isinstance(node, And))
            kept = tuple(each for each in map(without_constants, items) if each != idle)
            if deciding in kept:
                return deciding
            return kept[0] if len(kept) == 1 else type(node)(kept) if kept else idle
        case Not(item):
            inner = without_constants(item)
            return Constant(not inner.value) if isinstance(inner, Constant) else Not(inner)
        case _:
            return node


def compile_node(node: Node) -> Evaluate:
    """Compile a tree to closures over ``Facts``."""
    node = without_constants(node)
    match node:
        case Constant(value):
            return lambda facts: value
        case And(items):
            return _compile_and(tuple(compile_node(item) for item in items))
        case Or(items):
            return _compile_or(tuple(compile_node(item) for item in items))
        case Not(item):
            inner = compile_node(item)
            return lambda facts: negate(inner(facts))
        case AtLeast(least, items):
            parts = tuple(compile_node(item) for item in items)
            return lambda facts: at_least(least, tuple(part(facts) for part in parts))
        case FindingIs(finding):
            return lambda facts: facts.findings[finding]
        case _:
            return _compile_atom(node)


def _compile_and(parts: tuple[Evaluate, ...]) -> Evaluate:
    def evaluate(facts: Facts) -> Truth:
        unknown = False
        for part in parts:
            value = part(facts)
            if value is False:
                return False
            if value is None:
                unknown = True
        return None if unknown else True

    return evaluate


def _compile_or(parts: tuple[Evaluate, ...]) -> Evaluate:
    def evaluate(facts: Facts) -> Truth:
        unknown = False
        for part in parts:
            value = part(facts)
            if value is True:
                return True
            if value is None:
                unknown = True
        return None if unknown else False

    return evaluate


def _compile_atom(node: Atom) -> Evaluate:
    match node:
        case OneOf(question, options):
            return _on_value(question, lambda value: value in options)
        case Includes(question, options, every):
            if every:
                return _on_value(question, options.issubset)
            return _on_value(question, lambda value: not options.isdisjoint(value))
        case InState(question, state):
            return _compile_state(question, state)
        case Number(question, op, limit):
            compare = OPERATORS[op]
            return _on_value(question, lambda value: compare(value, limit))
        case Pair():
            return _compile_pair(node)
        case Since():
            return _compile_since(node)
        case Cell(question, cell, options):
            return _on_value(question, lambda value: _member(value.get(cell), options))
        case Compare():
            return _compile_compare(node)
        case Measured(term, settled):
            number = compile_term(term)
            if settled:
                return lambda facts: _is_known(number(facts)) is True
            return lambda facts: _is_known(number(facts))
        case CellGrade(question, cell, op, limit, grades):
            compare, table = OPERATORS[op], dict(grades)
            return _on_value(question, lambda value: _graded(table.get(value.get(cell)), compare, limit))


def _on_value(question: str, test: Callable[[Any], Truth]) -> Evaluate:
    def evaluate(facts: Facts) -> Truth:
        value = facts.values[question]
        if value is None:
            return None
        if value is NOT_APPLICABLE:
            return False
        return test(value)

    return evaluate


def _member(option: str | None, options: frozenset[str]) -> Truth:
    return None if option is None else option in options


def _graded(grade: Decimal | None, compare: Callable[[Any, Any], bool], limit: Decimal) -> Truth:
    return None if grade is None else compare(grade, limit)


def _compile_state(question: str, state: str) -> Evaluate:
    if state == "asked":
        return lambda facts: facts.states[question] not in {"not_asked", "not_applicable"}
    return lambda facts: facts.states[question] == state


def _compile_pair(node: Pair) -> Evaluate:
    left, right, op = node.left, node.right, node.op

    def evaluate(facts: Facts) -> Truth:
        a, b = facts.values[left], facts.values[right]
        if a is NOT_APPLICABLE or b is NOT_APPLICABLE:
            return False
        if a is None or b is None:
            return None
        if isinstance(a, Span) and isinstance(b, Span):
            return compare_bounds(a.first, a.last, op, b.first, b.last)
        return OPERATORS[op](a, b)

    return evaluate


def _compile_compare(node: Compare) -> Evaluate:
    left, right, op = compile_term(node.left), compile_term(node.right), node.op

    def evaluate(facts: Facts) -> Truth:
        a, b = left(facts), right(facts)
        if isinstance(a, NotApplicable) or isinstance(b, NotApplicable):
            return False
        return compare_quantities(a, op, b)

    return evaluate


def compare_quantities(a: Quantity, op: str, b: Quantity) -> Truth:
    """Compare two numbers known within bounds.

    What may turn out not to apply is never true: it would compare false then. While a case is open, what
    waits for a question not yet asked raises nothing.
    """
    truth = compare_bounds(*a.ends, op, *b.ends)
    if truth is True and not (a.sure and b.sure):
        truth = None
    return False if truth is None and (a.waits or b.waits) else truth


def _is_known(number: Quantity | NotApplicable) -> Truth:
    if isinstance(number, NotApplicable):
        return False
    if number.exact is not None:
        return True
    return False if number.waits else None


def compare_bounds(a: Any, a_most: Any, op: str, b: Any, b_most: Any) -> Truth:
    """Compare two quantities known within bounds; unknown when the bounds straddle."""
    if op in {"==", "!="}:
        if a == a_most == b == b_most:
            same: Truth = True
        else:
            same = False if a_most < b or b_most < a else None
        return same if op == "==" else negate(same)
    if op in {">", ">="}:
        return compare_bounds(b, b_most, "<" if op == ">" else "<=", a, a_most)
    compare = OPERATORS[op]
    if compare(a_most, b):
        return True
    return None if compare(a, b_most) else False


def _compile_since(node: Since) -> Evaluate:
    """Compare dates instead of ages: *age >= 6 weeks* is *date <= as_of - 6 weeks*, exact in calendar units."""
    question, unit, limit, op = node.question, node.unit, node.limit, REVERSED[node.op]

    def evaluate(facts: Facts) -> Truth:
        value = facts.values[question]
        if value is None:
            return None
        if value is NOT_APPLICABLE:
            return False
        span: Span = value.until(facts.as_of)
        if unit == "hours":
            moment = facts.as_of - timedelta(hours=limit)
            return compare_bounds(span.first, span.last, op, moment, moment)
        day = cut_off(facts.as_of.date(), unit, limit)
        return compare_bounds(span.first.date(), span.last.date(), op, day, day)

    return evaluate


def cut_off(day: date, unit: str, count: int) -> date:
    """Return the day *count* days, weeks, months or years before *day*."""
    if unit == "months":
        return months_before(day, count)
    if unit == "years":
        return months_before(day, 12 * count)
    return day - timedelta(days=count * (7 if unit == "weeks" else 1))
