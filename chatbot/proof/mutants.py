"""Protocols with one small mistake each: what must be noticed by a property or by a patient written by hand.

A mutant is made of the protocol in memory, by replacing one element; nothing that reads files is involved. Mistakes in
conditions are those of ``mutant_conditions``; the others are in what stands beside a condition: the urgency of a red
flag, the guards of a rule, the flag it answers. A mistake that the language refuses is none, and one that leaves a
condition as it was, tree for tree, is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import Any

from chatbot.core.condition import Condition, without_constants
from chatbot.core.property_tree import LONGEST_WAIT
from chatbot.core.protocol import SAFETY_CATEGORY, Clue, Protocol, Question, RedFlag, Rule, RuleKind
from chatbot.core.resolve import Symbols, bound_number, resolve
from chatbot.core.syntax import parse, parse_term
from chatbot.core.tree import And, Constant, Measured, Node
from chatbot.core.values import Urgency, parse_duration
from chatbot.proof.mutant_conditions import Slip, number_slips, slips

OPERATORS = {
    "negate": "the opposite of a condition, or of one comparison in it",
    "drop": "a part of a condition left out; a clue; a rule of a conflict",
    "option": "the option beside it, or one option fewer in a list",
    "threshold": "a limit one step off, or strict for not strict",
    "guard": "a guard left out of a rule",
    "unless": "a part of what clears a red flag left out, or all of it",
    "urgency": "a red flag of the next lower urgency",
    "if_unknown": "a lower urgency, or none, while it is not known",
    "answers": "a rule that answers another red flag",
    "within": "a longer wait than the urgency allows",
    "remove": "a red flag or a rule left out",
}
"""Kinds of mistake, in words."""

NEVER = Condition("", Constant(False))
"""The condition of what is left out."""

LATER = {Urgency.EMERGENCY: "P1D", Urgency.SAME_DAY: "P14D", Urgency.URGENT: "P3M"}
"""A wait longer than a level of urgency allows."""


@dataclass(frozen=True, eq=False)
class Mutant:
    """One protocol with one mistake."""

    original: Protocol
    id: str
    """The element, its part, and what is other: the same as long as neither changes."""
    operator: str
    kind: str
    """question, finding, flag, guard, rule, hypothesis, conflict or scope."""
    name: str
    """The id of the element; of a question repeated in rows, ``group.field``."""
    changed: Mapping[str, Any]
    """The elements that are other, by id: one, or a question in every row."""

    @cached_property
    def protocol(self) -> Protocol:
        """The protocol with the mistake."""
        if self.kind == "scope":
            return replace(self.original, scope=self.changed[""])
        attribute = ATTRIBUTES[self.kind]
        changed: Any = {attribute: {**getattr(self.original, attribute), **self.changed}}
        return replace(self.original, **changed)

    @property
    def element(self) -> str:
        """The kind and the id of the element."""
        return f"{self.kind} {self.name}".strip()

    def pairs(self) -> Iterator[tuple[Any, Any]]:
        """Yield each element that is other as it was and as it is."""
        for name, after in self.changed.items():
            yield (self.original.scope if self.kind == "scope" else self.before(name)), after

    def before(self, name: str) -> Any:
        """Return an element of the original."""
        return getattr(self.original, ATTRIBUTES[self.kind])[name]


ATTRIBUTES = {
    "question": "questions",
    "finding": "findings",
    "flag": "red_flags",
    "guard": "guards",
    "rule": "rules",
    "hypothesis": "hypotheses",
    "conflict": "conflicts",
}
"""Where a protocol keeps the elements of each kind."""


def mutants(protocol: Protocol, symbols: Symbols, kinds: Collection[str] = ("scope", *ATTRIBUTES)) -> Iterator[Mutant]:
    """Yield every mutant of some kinds of element, in the order of the content.

    *symbols* are the names the conditions of the protocol may use.
    """
    times, maker = Counter[str](), _Maker(protocol, symbols)
    for kind, name, part, operator, said, changed in chain.from_iterable(maker.of(kind) for kind in kinds):
        place = " ".join(filter(None, (kind, name, part)))
        words = f"{place}: {said}"
        times[words] += 1
        unique = words if times[words] == 1 else f"{words} ({times[words]})"
        yield Mutant(protocol, unique, operator, kind, name, changed)


_Made = tuple[str, str, str, str, str, Mapping[str, Any]]
_Put = Callable[[Condition], Mapping[str, Any]]


@dataclass(frozen=True)
class _Maker:
    protocol: Protocol
    symbols: Symbols

    def of(self, kind: str) -> Iterator[_Made]:
        """Yield the mistakes in the elements of one kind."""
        protocol = self.protocol
        match kind:
            case "scope":
                scope = protocol.scope
                yield from self.condition("scope", "", "", scope.when, _replacing("", scope, "when"))
            case "question":
                yield from self.questions()
            case "finding":
                yield from self.findings()
            case "flag":
                for flag in protocol.red_flags.values():
                    yield from self.flag(flag)
            case "guard":
                for name, guard in protocol.guards.items():
                    yield from self.condition("guard", name, "", guard.when, _replacing(name, guard, "when"))
            case "rule":
                for rule in protocol.rules.values():
                    yield from self.rule(rule)
            case "hypothesis":
                yield from self.hypotheses()
            case "conflict":
                yield from self.conflicts()

    # --- conditions ---

    def condition(self, kind: str, name: str, part: str, written: Condition, put: _Put) -> Iterator[_Made]:
        """Yield the mistakes in one condition."""
        for slip, node in self.nodes(written.text, written.tree, self.symbols):
            operator = "unless" if part == "unless" and slip.operator == "drop" else slip.operator
            yield kind, name, part, operator, slip.said, put(Condition(slip.said, node))

    def nodes(self, text: str, written: Node, symbols: Symbols) -> Iterator[tuple[Slip, Node]]:
        """Yield every mistake in a text with its tree, each meaning once."""
        seen = {without_constants(written)}
        for slip in slips(parse(text), text, symbols):
            node, _ = resolve(slip.tree, symbols)
            if node is not None and (plain := without_constants(node)) not in seen:
                seen.add(plain)
                yield slip, node

    def findings(self) -> Iterator[_Made]:
        for name, finding in self.protocol.findings.items():
            if finding.number is None:
                yield from self.condition("finding", name, "", finding.when, _replacing(name, finding, "when"))
            elif name in self.symbols.numbers and "." not in name:
                # The score of an instrument has no text of its own.
                yield from self.number(name)

    def conflicts(self) -> Iterator[_Made]:
        for name, conflict in self.protocol.conflicts.items():
            for left_out in conflict.rules:
                rest = tuple(each for each in conflict.rules if each != left_out)
                yield "conflict", name, "", "drop", f"without rule {left_out}", {name: replace(conflict, rules=rest)}

    def number(self, name: str) -> Iterator[_Made]:
        finding = self.protocol.findings[name]
        assert finding.number is not None
        text, seen = finding.number.text, {finding.number.term}
        for slip in number_slips(parse_term(text), text, self.symbols):
            number, _ = bound_number(slip.tree, text, self.symbols, self.symbols.numbers[name])
            if number is not None and number.term not in seen:
                seen.add(number.term)
                other = replace(finding, when=Condition(text, Measured(number.term)), number=number)
                yield "finding", name, "", slip.operator, slip.said, {name: other}

    def questions(self) -> Iterator[_Made]:
        """Yield mistakes in when questions apply; of a question repeated in rows, in all its rows at once."""
        groups = self.protocol.groups
        for key, question in self.protocol.questions.items():
            if question.when is None:
                continue
            if question.group is None:
                yield from self.condition("question", key, "", question.when, _replacing(key, question, "when"))
            elif question.row == 1 and (text := _own(question, groups[question.group].count)):
                field = key.split("].", 1)[1]
                rows = [f"{question.group}[{row}]" for row in range(1, groups[question.group].most + 1)]
                inner, _ = resolve(parse(text), replace(self.symbols, row_of=rows[0]))
                assert inner is not None
                for slip, _ in self.nodes(text, inner, replace(self.symbols, row_of=rows[0])):
                    changed = {f"{row}.{field}": self.in_row(f"{row}.{field}", row, slip) for row in rows}
                    yield "question", f"{question.group}.{field}", "", slip.operator, slip.said, changed

    def in_row(self, key: str, row: str, slip: Slip) -> Question:
        """Return a question of one row with the mistake in its own condition."""
        question = self.protocol.questions[key]
        assert question.when is not None and question.group is not None
        exists = f"{self.protocol.groups[question.group].count} >= {question.row}"
        first, _ = resolve(parse(exists), self.symbols)
        node, _ = resolve(slip.tree, replace(self.symbols, row_of=row))
        assert first is not None and node is not None
        return replace(question, when=Condition(slip.said, _and(first, node)))

    # --- what stands beside conditions ---

    def flag(self, flag: RedFlag) -> Iterator[_Made]:
        name = flag.id

        def other(operator: str, said: str, **parts: Any) -> _Made:
            return "flag", name, "", operator, said, {name: replace(flag, **parts)}

        yield from self.condition("flag", name, "when", flag.when, _replacing(name, flag, "when"))
        if flag.unless is not None:
            yield from self.condition("flag", name, "unless", flag.unless, _replacing(name, flag, "unless"))
            yield other("unless", "without 'unless'", unless=None)
        lower = _lower(flag.urgency)
        yield other("urgency", f"{lower.value} for {flag.urgency.value}", urgency=lower)
        if flag.if_unknown is not None:
            lower = _lower(flag.if_unknown)
            if lower is not Urgency.ROUTINE:
                said = f"{lower.value} for {flag.if_unknown.value} while it is not known"
                yield other("if_unknown", said, if_unknown=lower)
            yield other("if_unknown", "no urgency while it is not known", if_unknown=None)
        yield other("remove", "left out", when=NEVER, unless=None)

    def rule(self, rule: Rule) -> Iterator[_Made]:
        name = rule.id

        def other(operator: str, said: str, **parts: Any) -> _Made:
            return "rule", name, "", operator, said, {name: replace(rule, **parts)}

        if rule.when is not None:
            yield from self.condition("rule", name, "", rule.when, _replacing(name, rule, "when"))
        for guard in rule.guards:
            rest = tuple(each for each in rule.guards if each is not guard)
            yield other("guard", f"without guard {guard.guard}", guards=rest)
        if rule.answers is not None:
            flags = list(self.protocol.red_flags)
            beside = flags[(flags.index(rule.answers) + 1) % len(flags)]
            if beside != rule.answers:
                yield other("answers", f"answers {beside} for {rule.answers}", answers=beside)
            urgency = self.protocol.red_flags[rule.answers].urgency
            acts = rule.kind is RuleKind.DO and rule.category == SAFETY_CATEGORY
            if acts and parse_duration(rule.within) <= LONGEST_WAIT[urgency]:
                later = LATER[urgency]
                yield other("within", f"within {later} for {rule.within}", within=later)
        yield other("remove", "left out", when=NEVER)

    def hypotheses(self) -> Iterator[_Made]:
        for name, hypothesis in self.protocol.hypotheses.items():
            for side, clues in (("for_", hypothesis.for_), ("against", hypothesis.against)):
                for place, clue in enumerate(clues):
                    part = f"{side.strip('_')} {place + 1}"

                    def put(
                        written: Condition,
                        side: str = side,
                        place: int = place,
                        clues: tuple[Clue, ...] = clues,
                        name: str = name,
                    ) -> Mapping[str, Any]:
                        one_other = (*clues[:place], replace(clues[place], when=written), *clues[place + 1 :])
                        changed: Any = {side: one_other}
                        return {name: replace(self.protocol.hypotheses[name], **changed)}

                    yield from self.condition("hypothesis", name, part, clue.when, put)
                    yield "hypothesis", name, part, "drop", "left out", put(NEVER)


def _replacing(name: str, element: Any, attribute: str) -> _Put:
    return lambda written: {name: replace(element, **{attribute: written})}


def _and(first: Node, node: Node) -> Node:
    return And((first, *node.items)) if isinstance(node, And) else And((first, node))


def _own(question: Question, count: str) -> str | None:
    """Return the condition a question of a row has besides that the row exists, as written."""
    assert question.when is not None
    start = f"{count} >= {question.row} and ("
    return question.when.text.removeprefix(start)[:-1] if question.when.text.startswith(start) else None


def _lower(level: Urgency) -> Urgency:
    return next(each for each in Urgency if each.rank == level.rank - 1)
