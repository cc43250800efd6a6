"""Bind the names of a parsed condition to questions and findings, check its types, unroll groups and grids.

All problems of one condition are reported together, each with the stretch of text it is about. Arithmetic is the
business of ``chatbot.core.terms``. One class over one vocabulary, so it stays one module past 400 lines.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal

from chatbot.core.calculate import Calculation
from chatbot.core.condition import Condition, compare_bounds
from chatbot.core.quantity import rounded
from chatbot.core.syntax import (
    Comparison,
    CountTerm,
    IncludesTest,
    InTest,
    IsTest,
    Joined,
    Literal,
    Named,
    Negated,
    Quantified,
    SinceTerm,
    Term,
    Tree,
    Word,
    parse,
    parse_term,
)
from chatbot.core.terms import LONGEST_NUMBER, NumberShape, TableShape, Typed, between, bind, fitting, is_arithmetic
from chatbot.core.tree import (
    EARLIER,
    REGION,
    REVERSED,
    STATES,
    And,
    AtLeast,
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
    NumberOf,
    OneOf,
    Or,
    Pair,
    Since,
)
from chatbot.core.units import parse_unit, unit_text
from chatbot.core.values import decimal_text


@dataclass(frozen=True, slots=True)
class Shape:
    """What a condition may ask of one question."""

    type: str
    """A ``QuestionType`` value."""
    options: tuple[str, ...] = ()
    unit: str | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    grades: tuple[tuple[str, Decimal], ...] = ()
    items: tuple[tuple[str, tuple[tuple[str, Decimal], ...]], ...] = ()
    """Of an instrument: by item, the score of each option."""


@dataclass(frozen=True, slots=True)
class ItemShape:
    """One item of an instrument, as a condition reads it."""

    question: str
    """Key of the question that asks the instrument; ``previous.…`` of an earlier case."""
    item: str
    scores: tuple[tuple[str, Decimal], ...]
    """By option."""

    @property
    def options(self) -> tuple[str, ...]:
        """The options, in order."""
        return tuple(option for option, _ in self.scores)


@dataclass(frozen=True, slots=True)
class GroupShape:
    """A repeated group: its count question, its largest number of rows, its bare field ids."""

    count: str
    most: int
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Symbols:
    """Every name a condition of one protocol may use."""

    questions: Mapping[str, Shape]
    """By key: plain questions, and ``group[n].field`` for every possible row."""
    findings: frozenset[str]
    """Findings that are true or false."""
    groups: Mapping[str, GroupShape]
    row_of: str | None = None
    """``group[n]`` while a field's own condition is resolved: bare field names mean that row."""
    numbers: Mapping[str, NumberShape] = field(default_factory=dict)
    """Findings that are numbers."""
    tables: Mapping[str, TableShape] = field(default_factory=dict)
    regions: tuple[str, ...] = ()
    """What ``site.region`` may be."""

    def key(self, name: str) -> str | None:
        """Return the question key a name stands for, or None; ``previous`` alone is the earlier case itself."""
        if self.row_of is not None and f"{self.row_of}.{name}" in self.questions:
            return f"{self.row_of}.{name}"
        if name in self.questions:
            return name
        if name in EARLIER:
            return f"{name}."
        if name == REGION and self.regions:
            return REGION
        return name if _of_earlier(name) in self.questions else None

    def shape(self, key: str) -> Shape:
        """Return what may be asked of a question key; an earlier case itself reads as the date of its interview."""
        if key in self.questions:
            return self.questions[key]
        if key == REGION:
            return Shape("choice", self.regions)
        name = _of_earlier(key)
        return self.questions[name] if name else Shape("date")

    def number(self, name: str) -> NumberShape | None:
        """Return the shape of a finding that is a number, of this case or an earlier one."""
        return self.numbers.get(name) or self.numbers.get(_of_earlier(name) or "")

    def is_truth(self, name: str) -> bool:
        """Whether a name is a finding that is true or false, of this case or an earlier one."""
        return name in self.findings or _of_earlier(name) in self.findings

    def item(self, name: str) -> ItemShape | None:
        """Return the item of an instrument a name stands for: ``mood_scale.sleep``."""
        of, _, last = name.rpartition(".")
        key = self.key(of) if of else None
        if key is None or key.endswith("."):
            return None
        scores = dict(self.shape(key).items).get(last)
        return None if scores is None else ItemShape(key, last, scores)

    def names(self) -> list[str]:
        """Return the names an author may write, for suggestions."""
        plain = [key for key in self.questions if "[" not in key]
        plain += [f"{key}.{item}" for key, shape in self.questions.items() for item, _ in shape.items]
        fields = [field for group in self.groups.values() for field in group.fields]
        return [*plain, *self.findings, *self.numbers, *self.groups, *fields, *([REGION] if self.regions else [])]


def _of_earlier(name: str) -> str | None:
    """Return the plain name behind ``previous.name`` or ``first.name``; None for any other."""
    which, dot, plain = name.partition(".")
    return plain if dot and plain and which in EARLIER and "[" not in plain else None


@dataclass(frozen=True, slots=True)
class ConditionProblem:
    """One thing wrong with a condition. Offsets are into its text."""

    kind: str
    """syntax, unknown_name, unknown_option, type, unit, range, division, bounds, entry, lookup or kind."""
    message: str
    start: int
    end: int
    hint: str = ""


def near_miss(word: str, known: Iterable[str]) -> str:
    """Return ``did you mean 'x'?`` for the nearest known word, or an empty string."""
    close = difflib.get_close_matches(word, sorted({str(each) for each in known}), n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}?" if close else ""


class _Unresolved(Exception):
    """Raised inside one comparison after its problem was noted."""


def resolve(tree: Tree, symbols: Symbols) -> tuple[Node | None, tuple[ConditionProblem, ...]]:
    """Return the resolved tree, or None with everything that is wrong."""
    resolver = Resolver(symbols)
    node = resolver.node(tree)
    return (None if resolver.problems else node), tuple(dict.fromkeys(resolver.problems))


def resolve_number(
    text: str, symbols: Symbols, shape: NumberShape
) -> tuple[Calculation | None, tuple[ConditionProblem, ...]]:
    """Return the checked number a text calculates, or None with everything that is wrong.

    Raises: ConditionSyntaxError.
    """
    return bound_number(parse_term(text), text, symbols, shape)


def bound_number(
    term: Term, text: str, symbols: Symbols, shape: NumberShape
) -> tuple[Calculation | None, tuple[ConditionProblem, ...]]:
    """Return the checked number a parsed term calculates, or None with everything that is wrong; *text* names it."""
    whole, resolver = Word(text, 0, len(text)), Resolver(symbols)
    found: Typed | None = None
    try:
        found = bind(resolver, term, whole)
        resolver.declared(found, shape, whole)
    except _Unresolved:
        found = None
    if found is None or resolver.problems:
        return None, tuple(dict.fromkeys(resolver.problems))
    return Calculation(text, found.term, shape.unit, shape.minimum, shape.maximum, shape.decimals), ()


def resolve_term(text: str, symbols: Symbols) -> tuple[ConditionProblem, ...]:
    """Return everything that is wrong with a term that stands by itself, such as the edge of a band.

    Raises: ConditionSyntaxError.
    """
    parsed, resolver = parse_term(text), Resolver(symbols)
    with suppress(_Unresolved):
        bind(resolver, parsed, Word(text, 0, len(text)))
    return tuple(dict.fromkeys(resolver.problems))


def calculation(text: str, symbols: Symbols, shape: NumberShape) -> Calculation:
    """Parse, bind and compile a number that is known to be right.

    Raises: ConditionSyntaxError, or ValueError with the first problem.
    """
    found, problems = resolve_number(text, symbols, shape)
    if found is None:
        raise ValueError(f"{problems[0].message} in {text!r}")
    return found


def condition(text: str, symbols: Symbols) -> Condition:
    """Parse, resolve and compile text that is known to be right (tests, generated conditions).

    Raises: ConditionSyntaxError, or ValueError with the first problem.
    """
    node, problems = resolve(parse(text), symbols)
    if node is None:
        raise ValueError(f"{problems[0].message} in {text!r}")
    return Condition(text, node)


LONGEST_SINCE = {"hours": 1_314_900, "days": 54_788, "weeks": 7_827, "months": 1_800, "years": 150}
"""The longest time a condition may look back, by unit: 150 years."""


@dataclass(frozen=True, slots=True)
class _CellScope:
    question: str
    row: str
    column: str


class Resolver:
    """Binds one tree; what it finds wrong stands in ``problems``."""

    def __init__(self, symbols: Symbols) -> None:
        self.symbols = symbols
        self.problems: list[ConditionProblem] = []
        self.cell: _CellScope | None = None

    def problem(self, kind: str, message: str, word: Word, hint: str = "") -> _Unresolved:
        self.problems.append(ConditionProblem(kind, message, word.start, word.end, hint))
        return _Unresolved()

    def node(self, tree: Tree) -> Node:
        match tree:
            case Joined(word, parts):
                items = tuple(self.node(part) for part in parts)
                return And(items) if word == "and" else Or(items)
            case Negated(part):
                return Not(self.node(part))
            case _:
                try:
                    return self.leaf(tree)
                except _Unresolved:
                    return Constant(False)

    def leaf(self, tree: Tree) -> Node:
        match tree:
            case Named(name):
                return self.finding(name)
            case IsTest(name, word, negated):
                node = self.is_test(name, word)
                return Not(node) if negated else node
            case InTest(name, words, negated):
                node = self.one_of(name, words)
                return Not(node) if negated else node
            case IncludesTest(name, words, every):
                key, shape = self.question(name)
                self.want(name, shape, "several")
                return Includes(key, self.options(words, shape.options), every)
            case Comparison(left, op, right):
                return self.comparison(left, op.text, right, op)
            case Quantified(kind, over, body):
                return self.quantified(kind, over, body)
        raise AssertionError(tree)

    # --- names ---

    def question(self, name: Word) -> tuple[str, Shape]:
        key = self.symbols.key(name.text)
        if key is None:
            if self.symbols.is_truth(name.text):
                raise self.problem("type", f"{name.text!r} is a finding, not a question", name, "write its name alone")
            if self.symbols.number(name.text) is not None:
                hint = f"compare it: {name.text} >= 1"
                raise self.problem("kind", f"{name.text!r} is a number, not a question", name, hint)
            if self.symbols.item(name.text) is not None:
                hint = f"compare its score with a number, as in {name.text} >= 1, or ask for an option with 'is'"
                raise self.problem("kind", f"{name.text!r} is one item of an instrument", name, hint)
            if name.text in self.symbols.groups:
                raise self.problem(
                    "type", f"{name.text!r} is a group", name, f"write any({name.text}, …) or count({name.text})"
                )
            if any(name.text in group.fields for group in self.symbols.groups.values()):
                raise self.problem(
                    "unknown_name", f"{name.text!r} is asked for each row of a group", name, "write any(group, …)"
                )
            near = near_miss(name.text, self.symbols.names())
            if name.text.startswith("site.") and not near:
                near = "conditions read 'site.region', where the protocol declares 'regions'"
            raise self.problem("unknown_name", f"no question is called {name.text!r}", name, near)
        return key, self.symbols.shape(key)

    def finding(self, name: Word) -> Node:
        if self.symbols.is_truth(name.text):
            return FindingIs(name.text)
        if self.symbols.number(name.text) is not None or self.symbols.item(name.text) is not None:
            raise self.problem(
                "kind", f"{name.text!r} is a number and stands alone", name, f"compare it: {name.text} >= 1"
            )
        if (key := self.symbols.key(name.text)) is not None:
            if key.endswith("."):
                raise self.problem("type", f"{name.text!r} stands alone", name, f"write '{name.text} is known'")
            shape = self.symbols.shape(key)
            hint = f"write '{name.text} is yes'" if shape.type == "yes_no" else "compare it with a value"
            raise self.problem("type", f"{name.text!r} is a question and stands alone", name, hint)
        raise self.problem(
            "unknown_name",
            f"no finding or question is called {name.text!r}",
            name,
            near_miss(name.text, self.symbols.names()),
        )

    def options(self, words: tuple[Word, ...], known: tuple[str, ...]) -> frozenset[str]:
        for word in words:
            if word.text not in known:
                hint = near_miss(word.text, known) or f"the options are {', '.join(known)}"
                raise self.problem("unknown_option", f"there is no option {word.text!r}", word, hint)
        return frozenset(word.text for word in words)

    def want(self, name: Word, shape: Shape, *types: str) -> None:
        if shape.type not in types:
            hints = {
                "several": "use 'includes'",
                "grid": "use any(…, grade <= …)",
                "instrument": f"write {name.text}.score, or one of its items or bands",
                "date": "use days_since(…)",
                "text": "only 'is known' can be asked of a text",
            }
            raise self.problem(
                "type",
                f"{name.text!r} is a {shape.type.replace('_', ' ')} question and cannot be compared like this",
                name,
                hints.get(shape.type, "use a comparison such as >= 3" if shape.type in {"number", "scale"} else ""),
            )

    # --- tests ---

    def is_test(self, name: Word, word: Word) -> Node:
        if self.cell is not None and name.text in {"row", "column", "cell"}:
            return self.one_of(name, (word,))
        if self.symbols.number(name.text) is not None and word.text == "known":
            return Measured(NumberOf(name.text), settled=True)
        item = self.symbols.item(name.text)
        if item is not None and (word.text in item.options or word.text not in STATES):
            return self.one_of(name, (word,))
        key, shape = self.question(name)
        if word.text in STATES and word.text not in shape.options:
            if key.endswith(".") and word.text != "known":
                raise self.problem("type", f"an earlier case is known or not, never {word.text}", word, "is known")
            if key == REGION and word.text not in {"known", "unknown"}:
                raise self.problem("type", f"a region is known or unknown, never {word.text}", word, "is known")
            return InState(key, word.text)
        return self.one_of(name, (word,))

    def one_of(self, name: Word, words: tuple[Word, ...]) -> Node:
        if self.cell is not None and name.text in {"row", "column", "cell"}:
            shape = self.symbols.shape(self.cell.question)
            if name.text == "row":
                return Constant(self.cell.row in self.options(words, shape.rows))
            if name.text == "column":
                return Constant(self.cell.column in self.options(words, shape.columns))
            return Cell(self.cell.question, f"{self.cell.row}.{self.cell.column}", self.options(words, shape.options))
        if (item := self.symbols.item(name.text)) is not None:
            return Cell(item.question, item.item, self.options(words, item.options))
        key, shape = self.question(name)
        self.want(name, shape, "yes_no", "choice")
        return OneOf(key, self.options(words, shape.options))

    def comparison(self, left: Term, op: str, right: Term, at: Word) -> Node:
        if is_arithmetic(self, left) or is_arithmetic(self, right):
            return self.compared(left, op, right, at)
        if isinstance(left, Literal) and not isinstance(right, Literal):
            left, right, op = right, left, REVERSED[op]
        if isinstance(left, CountTerm):
            return self.counted(left, op, self.whole(right, at))
        if isinstance(left, SinceTerm):
            key, shape = self.question(left.name)
            self.want(left.name, shape, "date")
            age = self.whole(right, at)
            if age > LONGEST_SINCE[left.unit]:
                raise self.problem("range", f"{age} {left.unit} ago is longer than anyone has lived", at)
            return Since(key, left.unit, op, age)
        if not isinstance(left, Word):
            raise self.problem("type", "a comparison needs a question on its left", at)
        if self.cell is not None and left.text == "grade":
            grades = self.symbols.shape(self.cell.question).grades
            limit = self.literal(right, None, at)
            return CellGrade(self.cell.question, f"{self.cell.row}.{self.cell.column}", op, limit, grades)
        if (item := self.symbols.item(left.text)) is not None:
            return self.item_compared(left, item, op, right, at)
        key, shape = self.question(left)
        if isinstance(right, Word):
            other_key, other = self.question(right)
            kinds = {"number", "scale"}
            if not ({shape.type, other.type} <= kinds or shape.type == other.type == "date"):
                raise self.problem("type", f"{left.text!r} and {right.text!r} cannot be compared", right)
            if shape.unit != other.unit:
                raise self.problem("unit", f"{left.text!r} and {right.text!r} have different units", right)
            return Pair(key, op, other_key)
        self.want(left, shape, "number", "scale")
        limit = self.literal(right, shape.unit, at)
        self.within_range(left, shape, limit, right, at)
        return Number(key, op, limit)

    def item_compared(self, left: Word, item: ItemShape, op: str, right: Term, at: Word) -> Node:
        """Compare what one item of an instrument scores with a number."""
        limit = self.literal(right, None, at)
        scores = [score for _, score in item.scores]
        of_item = Shape("scale", minimum=min(scores), maximum=max(scores))
        self.within_range(left, of_item, limit, right, at)
        return CellGrade(item.question, item.item, op, limit, item.scores)

    def compared(self, left: Term, op: str, right: Term, at: Word) -> Node:
        """Compare two terms. One that is settled whatever the answers are is a mistake."""
        a, b = bind(self, left, at), bind(self, right, at)
        fitting(self, a.unit, b.unit, at)
        settled = compare_bounds(*a.bounds.ends, op, *b.bounds.ends)
        if settled is not None:
            raise self.problem(
                "range",
                f"this is always {str(settled).lower()}: the left lies {between(a.bounds)}, "
                f"the right {between(b.bounds)}",
                at,
            )
        return Compare(a.term, op, b.term)

    def declared(self, found: Typed, shape: NumberShape, whole: Word) -> None:
        """Hold a number against the unit and the bounds its author declared."""
        unit = parse_unit(shape.unit)
        if not shape.empirical and found.unit not in (None, unit):
            raise self.problem(
                "unit",
                f"this is {unit_text(found.unit or {})}, and {unit_text(unit)} is declared",
                whole,
                "mend the unit, or write 'empirical: yes' for a formula found by fitting",
            )
        possible = rounded(found.bounds, shape.decimals)
        if not possible.within(shape.minimum, shape.maximum):
            raise self.problem(
                "bounds",
                f"the result lies {between(possible)}, "
                f"outside {decimal_text(shape.minimum)} to {decimal_text(shape.maximum)}",
                whole,
                "widen 'range', declare the ranges of what it reads, or write min(…) or max(…)",
            )

    def decimal(self, number: Word) -> Decimal:
        """Read a number as written."""
        if len(number.text) > LONGEST_NUMBER:
            raise self.problem("range", f"a number has at most {LONGEST_NUMBER} characters", number)
        return Decimal(number.text)

    def table(self, name: Word) -> TableShape:
        """Return a table by its name."""
        found = self.symbols.tables.get(name.text)
        if found is None:
            raise self.problem(
                "unknown_name", f"no table is called {name.text!r}", name, near_miss(name.text, self.symbols.tables)
            )
        return found

    def no_group(self, name: Word) -> _Unresolved:
        """Note that a name that should be a group is none."""
        return self.problem(
            "unknown_name", f"{name.text!r} is no group", name, near_miss(name.text, self.symbols.groups)
        )

    def within_range(self, name: Word, shape: Shape, limit: Decimal, right: Term, at: Word) -> None:
        word = right.number if isinstance(right, Literal) else at
        below = shape.minimum is not None and limit < shape.minimum
        above = shape.maximum is not None and limit > shape.maximum
        if below or above:
            raise self.problem(
                "range",
                f"{name.text!r} lies between {shape.minimum} and {shape.maximum}; {limit} is never reached",
                word,
            )

    def literal(self, term: Term, unit: str | None, at: Word) -> Decimal:
        if not isinstance(term, Literal):
            raise self.problem("type", "expected a number on the right", at)
        if term.unit is not None and term.unit.text != unit:
            known = f"its unit is {unit}" if unit else "it has no unit"
            raise self.problem("unit", f"{term.unit.text!r} is not the unit of this question", term.unit, known)
        return self.decimal(term.number)

    def whole(self, term: Term, at: Word) -> int:
        number = self.literal(term, None, at)
        if number != int(number) or number < 0:
            raise self.problem("type", "expected a whole number, zero or more", at)
        return int(number)

    # --- groups and grids ---

    def quantified(self, kind: str, over: Word, body: Tree) -> Node:
        pairs = self.unrolled(over, body)
        if kind == "any":
            return Or(tuple(And((exists, inner)) if exists else inner for exists, inner in pairs))
        return And(tuple(Or((Not(exists), inner)) if exists else inner for exists, inner in pairs))

    def counted(self, term: CountTerm, op: str, limit: int) -> Node:
        pairs = self.unrolled(term.over, term.body)
        items = tuple(And((exists, inner)) if exists else inner for exists, inner in pairs)
        at_least, more = AtLeast(limit, items), AtLeast(limit + 1, items)
        table: dict[str, Node] = {
            ">=": at_least,
            ">": more,
            "<": Not(at_least),
            "<=": Not(more),
            "==": And((at_least, Not(more))),
            "!=": Or((Not(at_least), more)),
        }
        return table[op]

    def unrolled(self, over: Word, body: Tree | None) -> list[tuple[Node | None, Node]]:
        """Return (row exists, body for that row) for every possible row or cell."""
        key = self.symbols.key(over.text)
        if key is not None and self.symbols.shape(key).type == "grid":
            return [(None, self.cell_body(key, row, column, body)) for row, column in self.cells(key)]
        group = self.symbols.groups.get(over.text)
        if group is None:
            grids = [key for key, shape in self.symbols.questions.items() if shape.type == "grid"]
            raise self.problem(
                "unknown_name",
                f"{over.text!r} is neither a group nor a grid",
                over,
                near_miss(over.text, [*self.symbols.groups, *grids]),
            )
        outer = self.symbols
        rows: list[tuple[Node | None, Node]] = []
        for index in range(1, group.most + 1):
            self.symbols = replace(outer, row_of=f"{over.text}[{index}]")
            exists = Number(group.count, ">=", Decimal(index))
            rows.append((exists, Constant(True) if body is None else self.node(body)))
        self.symbols = outer
        return rows

    def cells(self, key: str) -> list[tuple[str, str]]:
        shape = self.symbols.shape(key)
        return [(row, column) for row in shape.rows for column in shape.columns]

    def cell_body(self, key: str, row: str, column: str, body: Tree | None) -> Node:
        outer, self.cell = self.cell, _CellScope(key, row, column)
        try:
            return Constant(True) if body is None else self.node(body)
        finally:
            self.cell = outer
