"""The arithmetic of a resolved tree back to text of the language.

A unit written beside a number is not part of the tree and is left out; where it is needed to tell units apart the text
is for reading only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum

from chatbot.core.resolve import Symbols
from chatbot.core.tree import (
    SCORE,
    Asked,
    Banded,
    Choice,
    Extreme,
    Fixed,
    Lookup,
    Node,
    NumberOf,
    Product,
    Rows,
    Scored,
    Sum,
    Term,
)
from chatbot.core.values import decimal_text


class Unsayable(Exception):
    """No text of the language says this."""


class _Binds(IntEnum):
    """How tightly a term holds together; what binds less is put in parentheses."""

    CHOICE = 0
    SUM = 1
    PRODUCT = 2
    FACTOR = 3


Named = Callable[[str, str | None], str]
"""Question key and the row it is read in (``group[n]``, or None) to the name by which it is read."""

Conditions = Callable[[Node, str | None], str]
"""A condition and the row it is read in to its text."""


def spell_term(term: Term, symbols: Symbols, row_of: str | None, named: Named, conditions: Conditions) -> str:
    """Return a term as text.

    Raises: Unsayable when a table or a group of the tree is not among the symbols.
    """
    return _Terms(symbols, named, conditions).say(term, row_of)[0]


class _Terms:
    def __init__(self, symbols: Symbols, named: Named, conditions: Conditions) -> None:
        self.symbols, self.named, self.conditions = symbols, named, conditions

    def say(self, term: Term, row_of: str | None) -> tuple[str, _Binds]:
        match term:
            case Fixed(value):
                return decimal_text(value), _Binds.FACTOR
            case Asked(question):
                return self.named(question, row_of), _Binds.FACTOR
            case NumberOf(finding):
                return finding, _Binds.FACTOR
            case Sum((item,), (True,)):
                return f"-{self.inside(item, row_of, _Binds.FACTOR)}", _Binds.FACTOR
            case Sum(items, minus):
                return self.chain(items, ["-" if each else "+" for each in minus], row_of, _Binds.SUM), _Binds.SUM
            case Product(items, over):
                signs = ["/" if each else "*" for each in over]
                return self.chain(items, signs, row_of, _Binds.PRODUCT), _Binds.PRODUCT
            case Extreme(largest, items):
                inner = ", ".join(self.say(item, row_of)[0] for item in items)
                return f"{'max' if largest else 'min'}({inner})", _Binds.FACTOR
            case Rows():
                return self.rows(term), _Binds.FACTOR
            case Lookup(question):
                return f"lookup({self.table(term)}, {self.named(question, row_of)})", _Binds.FACTOR
            case Scored(question):
                return f"{self.named(question, row_of)}.{SCORE}", _Binds.FACTOR
            case Banded(item):
                return f"lookup({self.table(term)}, {self.say(item, row_of)[0]})", _Binds.FACTOR
            case Choice(condition, then, otherwise):
                first = self.inside(then, row_of, _Binds.SUM)
                when = self.conditions(condition, row_of)
                return f"{first} if {when} else {self.say(otherwise, row_of)[0]}", _Binds.CHOICE

    def inside(self, term: Term, row_of: str | None, least: _Binds) -> str:
        text, binds = self.say(term, row_of)
        return text if binds >= least else f"({text})"

    def chain(self, items: Sequence[Term], signs: Sequence[str], row_of: str | None, binds: _Binds) -> str:
        """Join parts that bind tighter than the whole, so that what was nested stays nested."""
        if len(items) < 2 or signs[0] in "-/":
            raise Unsayable
        texts = [self.inside(item, row_of, _Binds(binds + 1)) for item in items]
        return texts[0] + "".join(f" {sign} {text}" for sign, text in zip(signs[1:], texts[1:], strict=True))

    def rows(self, term: Rows) -> str:
        for name, group in self.symbols.groups.items():
            if group.count != term.count.question or group.most != len(term.rows):
                continue
            try:
                bodies = {self.say(row, f"{name}[{number}]")[0] for number, row in enumerate(term.rows, 1)}
            except Unsayable:
                continue
            if len(bodies) == 1:
                return f"sum({name}, {bodies.pop()})"
        raise Unsayable

    def table(self, term: Lookup | Banded) -> str:
        for name, table in self.symbols.tables.items():
            if (table.minimum, table.maximum) != (term.low, term.high):
                continue
            if isinstance(term, Banded):
                if table.bands == term.bands and table.bands:
                    return name
            elif not table.bands and all(dict(table.values).get(option, 0) == value for option, value in term.entries):
                if {option for option, _ in term.entries} <= {option for option, _ in table.values}:
                    return name
        raise Unsayable
