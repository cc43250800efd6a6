"""A resolved tree back to text of the condition language.

A tree has its groups and grids unrolled row by row; ``spell`` rolls them up again, so that parsing and
resolving what it returns gives the same tree. It works on several trees at once: the bodies of a
quantifier, one for each row, must all be said by one text, each read in its own row.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from enum import IntEnum

from chatbot.core.resolve import ItemShape, Symbols
from chatbot.core.spell_terms import Unsayable, spell_term
from chatbot.core.tree import (
    STATES,
    And,
    AtLeast,
    Cell,
    CellGrade,
    Choice,
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
    Term,
)
from chatbot.core.unrolled import At, Place, Rolled, candidates


class _Binds(IntEnum):
    """How tightly a text holds together; what binds less is put in parentheses."""

    OR = 0
    AND = 1
    NOT = 2
    ATOM = 3


_Said = tuple[str, _Binds]


def spell(node: Node, symbols: Symbols, place: Place | None = None) -> str:
    """Return the condition a tree stands for, as text of the language.

    For every tree that ``resolve`` gives, ``resolve(parse(text))`` in the same place gives the same tree. A tree that
    no text gives (a row or cell outside its quantifier) is said in words close to the language, for reading only.
    """
    place = place or Place(symbols.row_of)
    try:
        return _Spelling(symbols).say([(node, place)])[0]
    except Unsayable:
        return _Loose(symbols).say([(node, place)])[0]


def rolled(node: Node, symbols: Symbols, place: Place | None = None) -> Rolled | None:
    """Return the quantifier an unrolled node stands for, or None when it stands for none."""
    place = place or Place(symbols.row_of)
    for each in candidates([(node, place)], symbols):
        found = each[0]
        if all(body == Constant(True) for body in found.bodies) and found.kind == "count":
            return found
        try:
            text, _ = _Spelling(symbols).say(list(zip(found.bodies, found.places, strict=True)))
        except Unsayable:
            continue
        return replace(found, text=text)
    return None


def joined(words: Iterable[str]) -> str:
    """Return a set of words in braces."""
    return "{" + ", ".join(words) + "}"


def number_text(number: Decimal) -> str:
    """Spell a number as the language reads it."""
    return format(number, "f")


# --- saying ---------------------------------------------------------------------------------------


def _spelling(symbols: Symbols) -> _Spelling:
    return _Spelling(symbols)


class _Spelling:
    """Says several trees with one text, or raises."""

    def __init__(self, symbols: Symbols) -> None:
        self.symbols = symbols

    def say(self, nodes: Sequence[At]) -> _Said:
        kinds = {type(node) for node, _ in nodes}
        if len(kinds) != 1:
            raise Unsayable
        first = nodes[0][0]
        match first:
            case And() | Or() | AtLeast():
                return self.several(nodes)
            case Not():
                return self.negation([(node.item, at) for node, at in nodes if isinstance(node, Not)])
            case Constant():
                return self.constant(nodes), _Binds.ATOM
            case _:
                texts = {self.atom(node, at) for node, at in nodes}
                if len(texts) != 1:
                    raise Unsayable
                return texts.pop(), _Binds.ATOM

    # --- and, or, quantifiers ---

    def several(self, nodes: Sequence[At]) -> _Said:
        exactly = self.exactly(nodes)
        if exactly is not None:
            return exactly, _Binds.ATOM
        for found in candidates(nodes, self.symbols):
            try:
                return self.quantified(found, ">="), _Binds.ATOM
            except Unsayable:
                continue
        return self.plainly(nodes)

    def plainly(self, nodes: Sequence[At]) -> _Said:
        first = nodes[0][0]
        assert isinstance(first, And | Or | AtLeast)
        lists = [node.items for node, _ in nodes if isinstance(node, And | Or)]
        if isinstance(first, AtLeast) or len(first.items) < 2 or {len(items) for items in lists} != {len(first.items)}:
            raise Unsayable
        binds = _Binds.AND if isinstance(first, And) else _Binds.OR
        parts = []
        for index in range(len(first.items)):
            text, tight = self.say([(items[index], at) for items, (_, at) in zip(lists, nodes, strict=True)])
            parts.append(text if tight > binds else f"({text})")
        return (" and " if binds is _Binds.AND else " or ").join(parts), binds

    def quantified(self, found: Sequence[Rolled], op: str) -> str:
        """Say a quantifier that was found at every node."""
        kind, over = found[0].kind, found[0].over
        least = {each.least for each in found}
        if len(least) != 1:
            raise Unsayable
        bodies = [pair for each in found for pair in zip(each.bodies, each.places, strict=True)]
        whole = kind == "count" and all(body == Constant(True) for body, _ in bodies)
        inner = f"({over})" if whole else f"({over}, {self.say(bodies)[0]})"
        return f"{kind}{inner}" if kind != "count" else f"count{inner} {op} {least.pop()}"

    def counted(self, nodes: Sequence[At], op: str) -> str:
        for found in candidates(nodes, self.symbols):
            try:
                return self.quantified(found, op)
            except Unsayable:
                continue
        raise Unsayable

    def exactly(self, nodes: Sequence[At]) -> str | None:
        """Say what ``count(…) == n`` and ``!= n`` are resolved to."""
        counts = []
        for node, place in nodes:
            match node:
                case And((AtLeast(low, items), Not(AtLeast(high, others)))):
                    op = "=="
                case Or((Not(AtLeast(low, items)), AtLeast(high, others))):
                    op = "!="
                case _:
                    return None
            if high != low + 1 or items != others:
                return None
            counts.append((AtLeast(low, items), place))
        try:
            return self.counted(counts, op)
        except Unsayable:
            return None

    def negation(self, inner: Sequence[At]) -> _Said:
        if all(isinstance(node, AtLeast) for node, _ in inner):
            return self.counted(inner, "<"), _Binds.ATOM
        text, tight = self.say(inner)
        first = inner[0][0]
        if isinstance(first, OneOf | InState | Cell | Constant):
            for word in (" is ", " in "):
                if word in text:
                    before, after = text.split(word, 1)
                    return f"{before}{' is not ' if word == ' is ' else ' not in '}{after}", _Binds.ATOM
        return (f"not {text}" if tight >= _Binds.NOT else f"not ({text})"), _Binds.NOT

    # --- what stands alone ---

    def constant(self, nodes: Sequence[At]) -> str:
        """Say a test of row or column: the same text, true in some cells and false in others."""
        grids = {place.grid for _, place in nodes}
        if len(grids) != 1 or None in grids:
            raise Unsayable
        shape = self.symbols.questions[str(grids.pop())]
        for word, names in (("row", shape.rows), ("column", shape.columns)):
            true = {getattr(place, word) for node, place in nodes if node == Constant(True)}
            false = {getattr(place, word) for node, place in nodes if node == Constant(False)}
            if true and not true & false:
                chosen = [name for name in names if name in true]
                return f"{word} is {chosen[0]}" if len(chosen) == 1 else f"{word} in {joined(chosen)}"
        raise Unsayable

    def name(self, key: str, place: Place) -> str:
        """Return the name by which a place reads a question."""
        row_of = place.row_of
        if row_of is not None and key.startswith(f"{row_of}."):
            return key.removeprefix(f"{row_of}.")
        if "[" in key or (row_of is not None and f"{row_of}.{key}" in self.symbols.questions):
            return self.elsewhere(key)
        return key.rstrip(".")  # ``previous.`` is the earlier case itself

    def elsewhere(self, key: str) -> str:
        """Say a question of a row that is not the one here."""
        raise Unsayable

    def cell(self, question: str, cell: str, place: Place) -> str:
        """Return what stands before ``cell`` and ``grade``: nothing in the cell itself."""
        if place.grid != question or f"{place.row}.{place.column}" != cell:
            raise Unsayable
        return ""

    def item(self, question: str, cell: str, place: Place) -> ItemShape | None:
        """Return the item of an instrument that a cell is; None for a cell of a grid."""
        return self.symbols.item(f"{self.name(question, place)}.{cell}")

    def among(self, name: str, question: str, options: frozenset[str]) -> str:
        ordered = [option for option in self.symbols.shape(question).options if option in options]
        return f"{name} is {ordered[0]}" if len(ordered) == 1 else f"{name} in {joined(ordered)}"

    def atom(self, node: Node, place: Place) -> str:
        match node:
            case FindingIs(finding):
                return finding
            case OneOf(question, options):
                return self.among(self.name(question, place), question, options)
            case Includes(question, options, every):
                ordered = [option for option in self.symbols.shape(question).options if option in options]
                name = self.name(question, place)
                if len(ordered) == 1 and not every:
                    return f"{name} includes {ordered[0]}"
                return f"{name} includes {'all' if every else 'any'} {joined(ordered)}"
            case InState(question, state):
                if state not in STATES or state in self.symbols.shape(question).options:
                    raise Unsayable
                return f"{self.name(question, place)} is {state}"
            case Number(question, op, limit):
                return f"{self.name(question, place)} {op} {number_text(limit)}"
            case Pair(left, op, right):
                return f"{self.name(left, place)} {op} {self.name(right, place)}"
            case Since(question, unit, op, limit):
                return f"{unit}_since({self.name(question, place)}) {op} {limit}"
            case Cell(question, cell, options) if (item := self.item(question, cell, place)) is not None:
                ordered = [option for option in item.options if option in options]
                name = f"{self.name(question, place)}.{cell}"
                return f"{name} is {ordered[0]}" if len(ordered) == 1 else f"{name} in {joined(ordered)}"
            case CellGrade(question, cell, op, limit) if self.item(question, cell, place) is not None:
                return f"{self.name(question, place)}.{cell} {op} {number_text(limit)}"
            case Cell(question, cell, options):
                return self.among(f"{self.cell(question, cell, place)}cell", question, options)
            case CellGrade(question, cell, op, limit):
                return f"{self.cell(question, cell, place)}grade {op} {number_text(limit)}"
            case Compare(left, op, right):
                first = self.term(left, place)
                # Without parentheses of its own a choice that begins with one is taken for a condition.
                return f"{f'({first})' if isinstance(left, Choice) else first} {op} {self.term(right, place)}"
            case Measured(NumberOf(finding), True):
                return f"{finding} is known"
            case Measured(term):
                return self.measured(term, place)
        raise Unsayable

    def term(self, term: Term, place: Place) -> str:
        """Say the arithmetic of a comparison."""

        def named(key: str, row_of: str | None) -> str:
            return self.name(key, replace(place, row_of=row_of))

        def condition(node: Node, row_of: str | None) -> str:
            return self.say([(node, replace(place, row_of=row_of))])[0]

        return spell_term(term, self.symbols, place.row_of, named, condition)

    def measured(self, term: Term, place: Place) -> str:
        """Say whether a number is known; the language asks that of a finding only."""
        raise Unsayable


class _Loose(_Spelling):
    """Says what no condition says, in words close to the language."""

    def plainly(self, nodes: Sequence[At]) -> _Said:
        try:
            return super().plainly(nodes)
        except Unsayable:
            node, place = nodes[0]
            assert isinstance(node, And | Or | AtLeast)
            parts = [self.say([(item, place)])[0] for item in node.items]
            if isinstance(node, AtLeast):
                return f"at least {node.least} of ({'; '.join(parts)})", _Binds.ATOM
            return parts[0] if parts else ("always" if isinstance(node, And) else "at no time"), _Binds.OR

    def negation(self, inner: Sequence[At]) -> _Said:
        try:
            return super().negation(inner)
        except Unsayable:
            text, tight = self.say(inner)
            return (f"not {text}" if tight >= _Binds.NOT else f"not ({text})"), _Binds.NOT

    def constant(self, nodes: Sequence[At]) -> str:
        return "always" if nodes[0][0] == Constant(True) else "at no time"

    def measured(self, term: Term, place: Place) -> str:
        return f"known: {self.term(term, place)}"

    def term(self, term: Term, place: Place) -> str:
        try:
            return super().term(term, place)
        except Unsayable:
            return "a number"

    def elsewhere(self, key: str) -> str:
        return key

    def cell(self, question: str, cell: str, place: Place) -> str:
        return f"{question}[{cell}] "
