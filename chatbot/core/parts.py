"""The value of a condition and of each of its parts, with the answers they read.

What ``backstory eval`` prints. Quantified groups and grids show the rows that decide their value; a finding
shows its own condition one level down, or all the way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chatbot.core.answers import answer_text, cell_label
from chatbot.core.case import Case
from chatbot.core.condition import compile_node
from chatbot.core.facts import Facts, NotApplicable
from chatbot.core.protocol import Protocol
from chatbot.core.quantity import NOTHING_KNOWN, Quantity
from chatbot.core.resolve import Symbols
from chatbot.core.spell import rolled, spell
from chatbot.core.tree import (
    REGION,
    And,
    AtLeast,
    Cell,
    CellGrade,
    Constant,
    FindingIs,
    InState,
    Node,
    Not,
    Or,
    children,
    is_outside,
    keys_of,
    names_of,
    questions_of,
    walk,
)
from chatbot.core.unrolled import Place, Rolled
from chatbot.core.values import Truth, decimal_text, moment_text, to_stored

MOST_DEPTH = 60
"""Findings inside findings are followed no deeper than this."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The answer that a part reads."""

    question: str
    """A question key; for a cell of a grid ``power[foot.left]``."""
    state: str
    """known, unknown, declined, not_assessed, cannot_apply, not_asked, not_applicable or expired."""
    answer: str
    """The answer in words; empty where there is none."""
    source: str = ""
    given: str = ""
    """When it was given, ``YYYY-MM-DDTHH:MM``."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a condition with its value."""

    text: str
    """In the language, read in its place."""
    kind: str
    """and, or, not, any, all, count, finding, number, state or comparison."""
    value: Truth
    place: str = ""
    """The row or cell it is about: ``visits[2]``, ``foot.left``."""
    reads: tuple[Reading, ...] = ()
    parts: tuple[Part, ...] = ()
    number: str = ""
    """Of a number finding: the number in words."""
    left_out: int = 0
    """Rows or cells that are not listed because they decide nothing."""

    def to_json(self) -> dict[str, Any]:
        """Return the part as JSON data; an unknown value is the word ``unknown``."""
        data: dict[str, Any] = {
            "text": self.text,
            "kind": self.kind,
            "value": "unknown" if self.value is None else self.value,
        }
        if self.number:
            data["number"] = self.number
        if self.place:
            data["place"] = self.place
        if self.reads:
            data["reads"] = [{name: getattr(each, name) for name in Reading.__slots__} for each in self.reads]
        if self.parts:
            data["parts"] = [each.to_json() for each in self.parts]
        if self.left_out:
            data["left_out"] = self.left_out
        return data


def number_words(value: object) -> str:
    """Say a number as far as it is known."""
    if not isinstance(value, Quantity):
        return "does not apply" if isinstance(value, NotApplicable) else "unknown"
    if value.exact is not None:
        return decimal_text(value.exact)
    low, high = (None if end is None else decimal_text(end) for end in (value.low, value.high))
    if low is not None and high is not None:
        return f"{low} to {high}"
    return f"at least {low}" if low is not None else f"at most {high}" if high is not None else "unknown"


def parts(protocol: Protocol, case: Case, symbols: Symbols, node: Node, *, deep: bool = False) -> Part:
    """Return a condition with its parts as they stand in a plan of this case, where not asked counts as unknown.

    A finding shows its own condition one level down; with *deep* also the findings that it reads, and so on.
    """
    return _Parts(protocol, case, symbols, deep, node).part(node, Place(symbols.row_of), 0)


def _with_earlier(facts: Facts, symbols: Symbols, tree: Node) -> Facts:
    """Return facts in which what the tree reads of earlier cases is unknown where the case has none of it."""
    keys = {key for node in walk(tree) for key in keys_of(node) if is_outside(key)}
    names = {name for node in walk(tree) for name in names_of(node) if is_outside(name)}
    return replace(
        facts,
        values={**dict.fromkeys(keys), **facts.values},
        states={**dict.fromkeys(keys, "not_asked"), **facts.states},
        findings={**{name: NOTHING_KNOWN if symbols.number(name) else None for name in names}, **facts.findings},
    )


class _Parts:
    def __init__(self, protocol: Protocol, case: Case, symbols: Symbols, deep: bool, tree: Node) -> None:
        self.protocol, self.case, self.symbols, self.deep = protocol, case, symbols, deep
        self.facts = _with_earlier(case.assessment.facts, symbols, tree)

    def value(self, node: Node) -> Truth:
        return compile_node(node)(self.facts)

    def part(self, node: Node, place: Place, level: int) -> Part:
        """*level* counts the findings that were followed to come here."""
        counted = self.counted(node, place)
        if counted is not None:
            found, inner = counted
            return self.quantified(node, inner, found, place, level)
        text, value = spell(node, self.symbols, place), self.value(node)
        match node:
            case FindingIs(finding):
                return self.finding(finding, text, value, level)
            case And() | Or() | Not() | AtLeast():
                kind = {And: "and", Or: "or", Not: "not", AtLeast: "count"}[type(node)]
                inner_parts = tuple(
                    self.part(each, place, level) for each in children(node) if not isinstance(each, Constant)
                )
                return Part(text, kind, value, parts=inner_parts)
            case _:
                kind = "state" if isinstance(node, InState) else "comparison"
                numbers = tuple(self.number(name, level) for name in names_of(node) if name in self.protocol.findings)
                return Part(text, kind, value, reads=self.readings(node), parts=numbers)

    def finding(self, name: str, text: str, value: Truth, level: int) -> Part:
        if is_outside(name):
            return Part(text, "finding", value, reads=(self.earlier(name, self.facts.findings),))
        if level and (not self.deep or level > MOST_DEPTH):
            return Part(text, "finding", value)
        when = self.protocol.findings[name].when
        return Part(text, "finding", value, parts=(self.part(when.tree, Place(), level + 1),))

    def number(self, name: str, level: int) -> Part:
        """Return a number finding that a comparison reads, with the answers and numbers it is made of."""
        finding = self.protocol.findings[name]
        said = number_words(self.facts.findings[name])
        if finding.number is None or (level and (not self.deep or level > MOST_DEPTH)):
            return Part(name, "number", self.value(finding.when.tree), number=said)
        tree = finding.when.tree
        inner = [each for each in names_of(tree) if each in self.protocol.findings]
        return Part(
            f"{name} = {finding.number.text}",
            "number",
            self.value(tree),
            reads=tuple(self.reading(key) for key in questions_of(tree) if self.matters(key)),
            parts=tuple(
                self.number(each, level + 1)
                if self.protocol.findings[each].number is not None
                else self.finding(each, each, self.facts.findings[each], level + 1)
                for each in inner
            ),
            number=said,
        )

    def matters(self, key: str) -> bool:
        """Whether a question is worth naming among many: one that applies, or that stands alone."""
        return "[" not in key or self.facts.states[key] != "not_applicable"

    # --- rows and cells ---

    def counted(self, node: Node, place: Place) -> tuple[Rolled, Node] | None:
        """Return the quantifier a node stands for, with the unrolled node its rows are read from."""
        found = rolled(node, self.symbols, place)
        if found is not None:
            return found, node
        match node:
            case And((AtLeast() as inner, Not(AtLeast()))) | Or((Not(AtLeast()), AtLeast() as inner)):
                pass
            case Not(AtLeast() as inner):
                pass
            case _:
                return None
        if not spell(node, self.symbols, place).startswith("count("):
            return None
        found = rolled(inner, self.symbols, place)
        return None if found is None else (found, inner)

    def quantified(self, node: Node, inner: Node, found: Rolled, place: Place, level: int) -> Part:
        group = self.symbols.groups.get(found.over)
        reads = (self.reading(group.count if group is not None else found.over),)
        rows = self.rows(inner, found)
        shown = tuple(self.row(found, index, level) for index in rows) if found.text else ()
        there = sum(1 for exists in found.exists if exists is None or self.value(exists) is not False)
        if group is None and self.facts.values[found.over] is None:
            there = 0
        text, value = spell(node, self.symbols, place), self.value(node)
        left_out = max(0, there - len(shown)) if found.text else 0
        return Part(text, found.kind, value, reads=reads, parts=shown, left_out=left_out)

    def rows(self, node: Node, found: Rolled) -> Sequence[int]:
        """Return the rows that decide the value: those that share it; of a count those that are or may be counted."""
        whole = self.value(node)
        wanted = (True, None) if found.kind == "count" else (whole,)
        chosen = []
        for index, (exists, body) in enumerate(zip(found.exists, found.bodies, strict=True)):
            if exists is not None and self.value(exists) is not True:
                continue
            if exists is None and self.facts.values[found.over] is None:
                continue
            if self.value(body) in wanted and not _not_this_row(body):
                chosen.append(index)
        return chosen

    def row(self, found: Rolled, index: int, level: int) -> Part:
        place = found.places[index]
        part = self.part(found.bodies[index], place, level)
        if len(part.parts) == 1 and part.kind in {"and", "or"} and not part.parts[0].parts:
            # All else was a test of row or column, which the place says.
            part = replace(part, reads=part.parts[0].reads, parts=())
        title = f"{place.row}.{place.column}" if found.exists[index] is None else f"{found.over}[{index + 1}]"
        return replace(part, text=found.text, place=title)

    # --- answers ---

    def readings(self, node: Node) -> tuple[Reading, ...]:
        if isinstance(node, Cell | CellGrade):
            return (self.cell(node.question, node.cell),)
        found = [self.reading(key) for key in dict.fromkeys(questions_of(node)) if self.matters(key)]
        found += [self.earlier(key, self.facts.values) for key in keys_of(node) if is_outside(key)]
        found += [self.earlier(name, self.facts.findings) for name in names_of(node) if is_outside(name)]
        return tuple(found)

    def earlier(self, key: str, known: Mapping[str, Any]) -> Reading:
        """Return what an earlier case said, as the language names it."""
        value = known.get(key)
        if value is None:
            return Reading(key.rstrip("."), "unknown" if key == REGION else "not_asked", "")
        if isinstance(value, NotApplicable):
            return Reading(key.rstrip("."), "not_applicable", "")
        if isinstance(value, Quantity):
            said = number_words(value)
        else:
            said = str(value).lower() if isinstance(value, bool) else str(to_stored(value))
        return Reading(key.rstrip("."), "known", said, "local facts" if key == REGION else "an earlier case")

    def reading(self, key: str) -> Reading:
        question, answer = self.protocol.questions[key], self.case.answers.get(key)
        state = self.facts.states[key]
        if key in self.case.assessment.expired:
            state = "expired"
        if answer is None:
            return Reading(key, state, "")
        said = answer_text(self.protocol.labels, question, answer, "clinician")
        return Reading(key, state, said, answer.source.value, moment_text(answer.given))

    def cell(self, key: str, cell: str) -> Reading:
        whole = self.reading(key)
        value = self.facts.values[key]
        if whole.state != "known" or value is None:
            return replace(whole, question=f"{key}[{cell}]")
        option = value.get(cell)
        said = "not recorded" if option is None else cell_label(self.protocol.questions[key], cell, option).clinician
        return replace(whole, question=f"{key}[{cell}]", answer=said)


def _not_this_row(body: Node) -> bool:
    """Whether the body asks for another row or column, so that the cell says nothing."""
    return body == Constant(False) or (isinstance(body, And) and Constant(False) in body.items)
