"""Can these conditions come out like that for anybody? A search over answers, exact within a stated bound of work.

Every question has a few representative readings (``chatbot.core.domains``): values on both sides of each limit, no
value, not applicable. The search gives readings to questions one by one, evaluates what is wanted in three values
with everything else open, and goes back to the choice that made it fail. A question may only have a value where its
own condition is not false, and may only be not applicable where it is false.

A search that needs more than its bound of work says so and claims nothing. So does one that meets arithmetic or what
an earlier case said, into which it does not look. The search is one class and stays one module past 400 lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from chatbot.core.condition import NOT_APPLICABLE, Condition, Facts, at_least, compile_node, negate
from chatbot.core.domains import MOST_TOGETHER, Variable, cell_values, representatives
from chatbot.core.protocol import Protocol, Question
from chatbot.core.tree import (
    And,
    AtLeast,
    Atom,
    Cell,
    CellGrade,
    Constant,
    FindingIs,
    Includes,
    InState,
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
    questions_of,
)
from chatbot.core.values import Truth

MOST_STEPS = 4_000
"""Readings tried in one search before it gives up."""

_ATOMS = (OneOf, Includes, InState, Number, Pair, Since, Cell, CellGrade)


class Verdict(Enum):
    """How a search ended without an example."""

    NEVER = "never"
    """Nobody can answer like that."""
    UNDECIDED = "undecided"
    """The bound was reached, or a condition has parts this search does not look into."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A condition and how it may come out."""

    node: Node
    wanted: frozenset[Truth]
    owner: Variable | None = None
    """The choice that asks for it: a question that was given a value asks for its own condition."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What is said of one question: a state, and the value conditions compare."""

    state: str
    value: Any


@dataclass(frozen=True, eq=False)
class _Came:
    """An atom of one question came out as *seen*; with *opposite*, as anything but *seen*."""

    atom: Atom
    seen: Truth
    opposite: bool

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Came) and (self.atom is other.atom, self.seen, self.opposite) == (
            True,
            other.seen,
            other.opposite,
        )

    def __hash__(self) -> int:
        return hash((id(self.atom), self.seen, self.opposite))


@dataclass(frozen=True, eq=False)
class _Same:
    """It was this very reading."""

    reading: Reading

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.reading is other.reading

    def __hash__(self) -> int:
        return id(self.reading)


@dataclass(frozen=True, slots=True)
class _Like:
    """It asked the same of other questions as this kind of reading does."""

    asks: str


def _asks(reading: Reading) -> str:
    """Return what a reading asks of other questions: its own condition false, its substitutes, or its condition."""
    if reading.state == "not_applicable":
        return "not applicable"
    return "settled" if reading.value is NOT_APPLICABLE else "applies"


Literal = _Came | _Same | _Like
Conflict = set[tuple[Variable, Literal]]
"""Facts about choices that cannot all stand together."""


def holds(node: Node) -> Goal:
    """Return the goal that a condition is true."""
    return Goal(node, frozenset({True}))


def fails(node: Node) -> Goal:
    """Return the goal that a condition is known to be false."""
    return Goal(node, frozenset({False}))


def may_hold(node: Node) -> Goal:
    """Return the goal that a condition is true or unknown."""
    return Goal(node, frozenset({True, None}))


def does_not_hold(node: Node) -> Goal:
    """Return the goal that a condition is false or unknown."""
    return Goal(node, frozenset({False, None}))


def find(
    protocol: Protocol, goals: Sequence[Goal], as_of: datetime, *, most: int = MOST_STEPS
) -> Mapping[str, Reading] | Verdict:
    """Return readings of questions with which every goal comes out as wanted, or why there are none.

    Questions that do not matter are left out. Cells of a grid are keyed ``question/row.column``.
    """
    return _Search(protocol, goals, as_of, most).run(goals)


class _TooLong(Exception):
    """The bound of work is reached."""


class _Search:
    def __init__(self, protocol: Protocol, goals: Sequence[Goal], as_of: datetime, most: int) -> None:
        self.protocol, self.as_of, self.left = protocol, as_of, most
        self.exact = True
        self.chosen: dict[Variable, Reading] = {}
        self.truths: dict[tuple[int, ...], Truth] = {}
        self.kept: list[Node] = []
        self.found: dict[str, Truth] = {}
        self.read: dict[int, tuple[Variable, ...]] = {}
        self.tests: dict[int, Any] = {}
        self.atoms: dict[str, list[Atom]] = {}
        self.domains: dict[Variable, tuple[Reading, ...]] = {}
        self._gather(goals)

    # --- what matters ---

    def _gather(self, goals: Iterable[Goal]) -> None:
        """Collect every atom that the goals, the findings and the conditions of the questions behind them read."""
        waiting = [goal.node for goal in goals]
        findings: set[str] = set()
        while waiting:
            node = waiting.pop()
            if isinstance(node, FindingIs):
                if not is_outside(node.finding) and node.finding not in findings:
                    findings.add(node.finding)
                    waiting.append(self.finding(node.finding))
            elif isinstance(node, _ATOMS):
                for key in questions_of(node) if self.looks_into(node) else ():
                    if key not in self.atoms:
                        self.atoms[key] = []
                        question = self.protocol.questions[key]
                        waiting += [] if question.when is None else [question.when.tree]
                        waiting += [_settled(question)] if question.cannot_apply else []
                    if node not in self.atoms[key]:
                        self.atoms[key].append(node)
            else:
                waiting += children(node)

    def looks_into(self, atom: Atom) -> bool:
        """Whether an atom is about this case alone; what an earlier case said has no domain here."""
        return not any(is_outside(key) for key in keys_of(atom))

    def finding(self, name: str) -> Node:
        when: Condition = self.protocol.findings[name].when
        return when.tree

    def domain(self, variable: Variable) -> tuple[Reading, ...]:
        """Return the readings of a variable that are tried, those with a value first."""
        if variable not in self.domains:
            self.domains[variable] = tuple(self._readings(variable))
        return self.domains[variable]

    def _readings(self, variable: Variable) -> Iterator[Reading]:
        key, cell = variable
        question = self.protocol.questions[key]
        if cell:
            for value in cell_values(question, cell):
                yield Reading("known", value)
            yield Reading("known", {})
            return
        if question.is_table:
            yield Reading("known", {})
        else:
            for value in self._values(question):
                yield Reading("known", value)
        yield Reading("unknown", None)
        tested = {atom.state for atom in self.atoms[key] if isinstance(atom, InState)}
        if tested & {"asked", "not_asked"}:
            yield Reading("not_asked", None)
        for state in sorted(tested & {"declined", "not_assessed", "cannot_apply"}):
            yield Reading(state, None)
        if any(reason.substitute for reason in question.cannot_apply):
            yield Reading("cannot_apply", NOT_APPLICABLE)
        if question.when is not None:
            yield Reading("not_applicable", NOT_APPLICABLE)

    def _values(self, question: Question) -> Sequence[Any]:
        atoms = list(self.atoms[question.id])
        for atom in self.atoms[question.id]:
            if isinstance(atom, Pair):
                other = atom.right if atom.left == question.id else atom.left
                atoms += self.atoms.get(other, ())
        named = {option for atom in atoms if isinstance(atom, Includes) for option in atom.options}
        if len(named) > MOST_TOGETHER:
            self.exact = False
        return representatives(question, atoms, self.as_of)

    # --- three values, with everything not chosen open ---

    def truth(self, node: Any) -> Truth:
        """Evaluate a node. A kind of node not known here is open for ever, and leaves the search without a verdict."""
        if isinstance(node, _ATOMS):
            return self._atom(node)
        match node:
            case Constant(value):
                return value
            case And(items):
                found: Truth = True
                for item in items:
                    truth = self.truth(item)
                    if truth is False:
                        return False
                    found = None if truth is None else found
                return found
            case Or(items):
                found = False
                for item in items:
                    truth = self.truth(item)
                    if truth is True:
                        return True
                    found = None if truth is None else found
                return found
            case Not(item):
                return negate(self.truth(item))
            case AtLeast(least, items):
                return at_least(least, tuple(self.truth(item) for item in items))
            case FindingIs(name) if is_outside(name):
                pass
            case FindingIs(name):
                if name not in self.found:
                    self.found[name] = self.truth(self.finding(name))
                return self.found[name]
        self.exact = False
        return None

    def _atom(self, atom: Atom) -> Truth:
        variables = self.variables(atom)
        if not variables:
            return None
        readings = []
        for variable in variables:
            reading = self.chosen.get(variable)
            if reading is None:
                return None
            readings.append(reading)
        key = (id(atom), *map(id, readings))
        if key not in self.truths:
            if id(atom) not in self.tests:
                self.tests[id(atom)] = compile_node(atom)
            values: dict[str, Any] = {}
            states: dict[str, str] = {}
            for (question, cell), reading in zip(variables, readings, strict=True):
                if not cell or values[question] == {}:
                    values[question] = reading.value
                if not cell:
                    states[question] = reading.state
            self.truths[key] = self.tests[id(atom)](Facts(values, states, {}, self.as_of))
        return self.truths[key]

    def variables(self, atom: Atom) -> tuple[Variable, ...]:
        """Return what an atom reads; a cell hangs on its grid as well."""
        found = self.read.get(id(atom))
        if found is None:
            if not self.looks_into(atom):
                self.exact, found = False, ()
            elif isinstance(atom, Cell | CellGrade):
                found = ((atom.question, ""), (atom.question, atom.cell))
            else:
                found = tuple((question, "") for question in questions_of(atom))
            self.read[id(atom)] = found
        return found

    # --- why something came out as it did, and what is still open ---

    def reasons(self, node: Node, seen: Truth, opposite: bool) -> Conflict:
        """Return what is enough for a node to be *seen*; with *opposite*, to be anything but *seen*."""
        match node:
            case And(items) | Or(items):
                decisive: Truth = isinstance(node, Or)
                # One part is enough for the decisive value, and to be anything but the other one.
                if (seen is decisive) is not opposite:
                    for item in items:
                        if (self.truth(item) is seen) is not opposite and self._is_final(item):
                            return self.reasons(item, seen, opposite)
                return {each for item in items for each in self.reasons(item, seen, opposite)}
            case Not(item):
                return self.reasons(item, negate(seen), opposite)
            case FindingIs(name):
                return set() if is_outside(name) else self.reasons(self.finding(name), seen, opposite)
            case _ if isinstance(node, _ATOMS):
                variables = self.variables(node)
                if len(variables) == 1:
                    return {(variables[0], _Came(node, seen, opposite))} if variables[0] in self.chosen else set()
                return {(each, _Same(self.chosen[each])) for each in variables if each in self.chosen}
            case _:
                found: Conflict = set()
                for child in children(node):
                    found |= self._all_of(child)
                return found

    def _is_final(self, node: Node) -> bool:
        """Whether nothing chosen later can change a node."""
        return self.truth(node) is not None or self.open_variable(node) is None

    def _all_of(self, node: Node) -> Conflict:
        """Return everything chosen below a node: enough for whatever it is."""
        if isinstance(node, FindingIs):
            return set() if is_outside(node.finding) else self._all_of(self.finding(node.finding))
        if isinstance(node, _ATOMS):
            return {(each, _Same(self.chosen[each])) for each in self.variables(node) if each in self.chosen}
        return {each for child in children(node) for each in self._all_of(child)}

    def blame(self, goal: Goal, truth: Truth) -> Conflict:
        """Return what is enough for a goal to fail."""
        if goal.wanted == frozenset({True}) or goal.wanted == frozenset({False}):
            (wanted,) = goal.wanted
            found = self.reasons(goal.node, wanted, True)
        else:
            found = self.reasons(goal.node, truth, False)
        return found if goal.owner is None else found | {(goal.owner, _Like(_asks(self.chosen[goal.owner])))}

    def open_variable(self, node: Node) -> Variable | None:
        """Return a variable not chosen yet that a node of unknown truth hangs on."""
        match node:
            case And(items) | Or(items) | AtLeast(_, items):
                for item in items:
                    if self.truth(item) is None and (found := self.open_variable(item)) is not None:
                        return found
                return None
            case Not(item):
                return self.open_variable(item)
            case FindingIs(name):
                return None if is_outside(name) else self.open_variable(self.finding(name))
            case _ if isinstance(node, _ATOMS):
                return next((each for each in self.variables(node) if each not in self.chosen), None)
        return None

    # --- the search ---

    def run(self, goals: Sequence[Goal]) -> Mapping[str, Reading] | Verdict:
        try:
            failed = self.solve(list(goals))
        except _TooLong:
            return Verdict.UNDECIDED
        if failed is not None:
            return Verdict.NEVER if self.exact else Verdict.UNDECIDED
        return {"/".join(filter(None, variable)): reading for variable, reading in self.chosen.items()}

    def solve(self, goals: list[Goal]) -> Conflict | None:
        """Meet every goal; None when they are met, else what is enough for them to fail."""
        variable: Variable | None = None
        for goal in goals:
            truth = self.truth(goal.node)
            if truth is None:
                found = self.open_variable(goal.node)
                variable = variable or found
                if found is not None or None in goal.wanted:
                    continue
            if truth not in goal.wanted:
                return self.blame(goal, truth)
        return None if variable is None else self.choose(variable, goals)

    def choose(self, variable: Variable, goals: list[Goal]) -> Conflict | None:
        blamed: Conflict = set()
        learned: list[list[Literal]] = []
        for reading in self.domain(variable):
            if any(all(self.fits(literal, reading) for literal in each) for each in learned):
                continue  # what made an earlier reading fail is true of this one too
            self.left -= 1
            if self.left < 0:
                raise _TooLong
            self.chosen[variable] = reading
            self.found.clear()
            conflict = self.solve([*goals, *self.asked_for(variable, reading)])
            if conflict is None:
                return None
            del self.chosen[variable]
            self.found.clear()
            own = [literal for other, literal in conflict if other == variable]
            if not own:
                return conflict
            learned.append(own)
            blamed |= {each for each in conflict if each[0] != variable}
        return blamed

    def fits(self, literal: Literal, reading: Reading) -> bool:
        """Whether a reading makes true what was said of another one."""
        match literal:
            case _Same(other):
                return reading is other
            case _Like(asks):
                return _asks(reading) == asks
            case _Came(atom, seen, opposite):
                variable = self.variables(atom)[0]
                before = self.chosen.get(variable)
                self.chosen[variable] = reading
                fitting = (self._atom(atom) is seen) is not opposite
                if before is None:
                    del self.chosen[variable]
                else:
                    self.chosen[variable] = before
                return fitting

    def asked_for(self, variable: Variable, reading: Reading) -> Iterator[Goal]:
        """Yield what must be so for a question to read like this."""
        key, cell = variable
        question = self.protocol.questions[key]
        if cell:
            return
        if question.when is not None:
            wanted: frozenset[Truth] = frozenset({False} if reading.state == "not_applicable" else {True, None})
            yield Goal(question.when.tree, wanted, variable)
        if _asks(reading) == "settled":
            settled = _settled(question)
            self.kept.append(settled)  # results are remembered by the identity of an atom, so it must live on
            yield Goal(settled, frozenset({True}), variable)


def _settled(question: Question) -> Node:
    """Return the condition that something which cannot apply is settled by what stands in for it."""
    return Or(
        tuple(
            And(tuple(InState(substitute, "known") for substitute in reason.substitute))
            for reason in question.cannot_apply
            if reason.substitute
        )
    )
