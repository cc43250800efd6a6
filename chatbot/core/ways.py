"""Answers under which a question is asked: a small, deterministic search for a way to it.

What ``backstory try`` fills in before the question. It reads the conditions backwards, from the question to
the answers that make them true, and tries each way until the case really asks the question.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from chatbot.core.condition import NOT_APPLICABLE, Condition, Facts, compile_node
from chatbot.core.domains import atoms_by_question, representatives
from chatbot.core.findings import Assessment, FlagState, assess, network, reassess
from chatbot.core.protocol import Protocol, Question, QuestionType
from chatbot.core.tree import (
    And,
    AtLeast,
    Atom,
    Constant,
    FindingIs,
    InState,
    Node,
    Not,
    Or,
    keys_of,
    names_of,
    questions_of,
)
from chatbot.core.urgency import is_asked
from chatbot.core.values import Answer, Status, Value

MOST_WAYS = 400
"""Ways that are tried before the search gives up."""

MOST_DEPTH = 30
"""Conditions behind conditions are followed no deeper than this."""

MOST_VALUES = 12
"""Values of one question that are tried in one comparison."""

Given = Value | Status
Way = Mapping[str, Given]
"""Question key to what is answered."""


def way_to(protocol: Protocol, target: str, answers: Mapping[str, Answer], as_of: datetime) -> Way | None:
    """Return what has to be answered, beside or instead of *answers*, so that a question applies; None without a way.

    Empty when it applies already.
    """
    if assess(protocol, answers, as_of).applies[target] is True:
        return {}
    for way in islice(_Ways(protocol, as_of).asked(target, 0), MOST_WAYS):
        if target in way:
            continue
        together = {**answers, **{key: answer_of(protocol, key, given, as_of) for key, given in way.items()}}
        if assess(protocol, together, as_of).applies[target] is True:
            return way
    return None


def answer_of(protocol: Protocol, key: str, given: Given, as_of: datetime) -> Answer:
    """Return an assumed value or status as the answer of a case."""
    source = protocol.questions[key].source
    if isinstance(given, Status):
        return Answer(None, given, source, as_of)
    return Answer(given, None, source, as_of)


def filled(protocol: Protocol, target: str, answers: Mapping[str, Answer], as_of: datetime) -> dict[str, Given]:
    """Return answers for the questions asked before *target* that have none, such that it still applies.

    Each is the first that raises no red flag; where every value does, the answer is unknown. What would keep the target
    from being asked is left open.
    """
    order = network(protocol).ask_order
    found: dict[str, Given] = {}
    now = dict(answers)
    assessment = assess(protocol, now, as_of)
    for key in order[: order.index(target)]:
        if key in now or not is_asked(protocol, assessment, key):
            continue
        for given in (*_calm_first(protocol, protocol.questions[key], as_of), Status.UNKNOWN):
            trial = {**now, key: answer_of(protocol, key, given, as_of)}
            after = reassess(protocol, assessment, trial, (key,))
            calm = isinstance(given, Status) or _raised(after) <= _raised(assessment)
            if calm and after.applies[target] is True:
                now, assessment, found[key] = trial, after, given
                break
    return found


def _raised(assessment: Assessment) -> frozenset[str]:
    return frozenset(name for name, state in assessment.open_flags.items() if state is FlagState.PRESENT)


def _calm_first(protocol: Protocol, question: Question, as_of: datetime) -> Iterable[Value]:
    if question.type is QuestionType.TEXT:
        return ()
    values = representatives(question, atoms_by_question(protocol).get(question.id, ()), as_of)
    if question.type is QuestionType.YES_NO:
        return reversed(values)
    return values


class _Ways:
    """Reads conditions backwards."""

    def __init__(self, protocol: Protocol, as_of: datetime) -> None:
        self.protocol, self.as_of = protocol, as_of

    def asked(self, key: str, depth: int) -> Iterator[Way]:
        """Yield ways to make a question apply."""
        when = self.protocol.questions[key].when
        if when is None:
            yield {}
        elif depth < MOST_DEPTH:
            yield from self.to(when.tree, True, depth + 1)

    def to(self, node: Node, wanted: bool, depth: int) -> Iterator[Way]:
        """Yield ways to make a node true, or false."""
        if depth > MOST_DEPTH:
            return
        match node:
            case Constant(value):
                if value is wanted:
                    yield {}
            case Not(item):
                yield from self.to(item, not wanted, depth + 1)
            case FindingIs(finding) if finding not in self.protocol.findings:
                return  # what an earlier case said cannot be answered now
            case FindingIs(finding):
                yield from self.to(self.protocol.findings[finding].when.tree, wanted, depth + 1)
            case And(items) | Or(items):
                if isinstance(node, And) is wanted:
                    yield from self.every(items, wanted, depth + 1)
                else:
                    for item in items:
                        yield from self.to(item, wanted, depth + 1)
            case AtLeast(least, items):
                some = items[:least] if wanted else items[max(0, least - 1) :]
                if least <= len(items) or not wanted:
                    yield from self.every(some, wanted, depth + 1)
            case _:
                yield from self.answered(node, wanted, depth + 1)

    def every(self, items: tuple[Node, ...], wanted: bool, depth: int) -> Iterator[Way]:
        """Yield ways to give all nodes one value."""
        if not items:
            yield {}
            return
        for first in islice(self.to(items[0], wanted, depth), MOST_WAYS):
            for rest in self.every(items[1:], wanted, depth):
                if (way := _together(first, rest)) is not None:
                    yield way

    def answered(self, atom: Atom, wanted: bool, depth: int) -> Iterator[Way]:
        """Yield answers that give an atom a value, with what makes their questions apply."""
        keys = tuple(dict.fromkeys(questions_of(atom)))
        if names_of(atom):
            # Of numbers that are calculated only those of a single question are searched, such as a score.
            keys = tuple(self.protocol.questions_behind(Condition("", atom)))
            if len(keys) > 1 or any(name not in self.protocol.numbers for name in names_of(atom)):
                return
        elif len(keys) < len(keys_of(atom)):
            return  # nor is what earlier cases said
        for given in self.candidates(atom, keys):
            if self.holds(atom, given, wanted):
                yield from self.applying(keys, given, depth)
        if not wanted and not isinstance(atom, InState) and len(keys) == 1:
            when = self.protocol.questions[keys[0]].when
            if when is not None:
                yield from self.to(when.tree, False, depth)

    def applying(self, keys: tuple[str, ...], given: Way, depth: int) -> Iterator[Way]:
        if not keys:
            yield given
            return
        for behind in self.asked(keys[0], depth):
            if (way := _together(behind, given)) is not None:
                yield from self.applying(keys[1:], way, depth)

    def candidates(self, atom: Atom, keys: tuple[str, ...]) -> Iterator[Way]:
        if not keys:
            return
        first = [*self.values(keys[0]), *(Status if isinstance(atom, InState) else ())]
        for value in first:
            if len(keys) == 1:
                yield {keys[0]: value}
            else:
                yield from ({keys[0]: value, keys[1]: other} for other in self.values(keys[1]))

    def values(self, key: str) -> list[Value]:
        question = self.protocol.questions[key]
        atoms = atoms_by_question(self.protocol).get(key, ())
        return list(islice(representatives(question, atoms, self.as_of), MOST_VALUES * len(atoms) + MOST_VALUES))

    def holds(self, atom: Atom, given: Way, wanted: bool) -> bool:
        values = {key: None if isinstance(each, Status) else each for key, each in given.items()}
        states = {key: each.value if isinstance(each, Status) else "known" for key, each in given.items()}
        assert NOT_APPLICABLE not in values.values()
        facts = Facts(values, states, {}, self.as_of)
        findings: dict[str, Any] = facts.findings  # type: ignore[assignment]
        for name in names_of(atom):
            self.calculate(name, facts, findings)
        return compile_node(atom)(facts) is wanted

    def calculate(self, name: str, facts: Facts, findings: dict[str, Any]) -> None:
        """Put a number, and those it is made of, among the findings of *facts*."""
        for inner in self.protocol.findings[name].when.findings:
            self.calculate(inner, facts, findings)
        findings[name] = self.protocol.numbers[name].evaluate(facts)


def _together(one: Way, other: Way) -> Way | None:
    """Return both ways at once, or None where they answer a question differently."""
    if any(key in one and one[key] != given for key, given in other.items()):
        return None
    return {**one, **other}
