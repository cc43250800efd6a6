"""Conditions with one small mistake each: what a slip of the author's hand would make of a text.

Mistakes are made in the parse tree, before groups and grids are unrolled, so that each is one an author could write. A
negation, a part left out, an option that is the one beside it, a threshold one step off: ``OPERATORS`` names them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from chatbot.core.resolve import Shape, Symbols
from chatbot.core.syntax import (
    Chain,
    ChoiceTerm,
    Comparison,
    CountTerm,
    ExtremeTerm,
    IncludesTest,
    InTest,
    IsTest,
    Joined,
    Literal,
    LookupTerm,
    Negated,
    Negative,
    Quantified,
    SinceTerm,
    SumTerm,
    Term,
    Tree,
    Word,
)
from chatbot.core.values import decimal_text

_STRICT = {"<=": "<", "<": "<=", ">=": ">", ">": ">="}


@dataclass(frozen=True, slots=True)
class Slip:
    """One mistake in one condition."""

    operator: str
    """negate, drop, option or threshold."""
    said: str
    """What is other than written."""
    tree: Any
    """The condition, or the term of a number, with the mistake."""


def slips(tree: Tree, text: str, symbols: Symbols) -> Iterator[Slip]:
    """Yield every mistake in a condition, from left to right; *text* is what the tree was parsed from."""
    writer = _Writer(text)
    if isinstance(tree, Joined):
        yield Slip("negate", "the opposite of all of it", negated(tree))
    yield from _Slips(writer, symbols).of(tree)


def number_slips(term: Term, text: str, symbols: Symbols) -> Iterator[Slip]:
    """Yield every mistake in the conditions by which a number chooses its parts."""
    yield from _Slips(_Writer(text), symbols).of_term(term)


def negated(tree: Tree) -> Tree:
    """Return the opposite of a condition."""
    return tree.part if isinstance(tree, Negated) else Negated(tree, 0, 0)


def comparisons(tree: Tree, text: str) -> Iterator[tuple[str, Tree]]:
    """Yield what a condition joins, from left to right, each as written and as a tree."""
    match tree:
        case Joined(_, parts):
            for part in parts:
                yield from comparisons(part, text)
        case Negated(part):
            yield from comparisons(part, text)
        case _:
            yield _Writer(text).said(tree), tree


class _Writer:
    """Finds the stretch of text a part stands for."""

    def __init__(self, text: str) -> None:
        self.text = text

    def said(self, tree: Any) -> str:
        """Return a part as written, on one line."""
        words = list(_words(tree))
        start, end = min(word.start for word in words), max(word.end for word in words)
        start = min([start, *(self.text.rfind(opener, 0, word.start) for opener, word in _openers(tree))])
        depth = lowest = 0
        for sign in self.text[start:end]:
            depth += {"(": 1, "{": 1, ")": -1, "}": -1}.get(sign, 0)
            lowest = min(lowest, depth)
        for _ in range(-lowest):
            start = self.text.rfind("(", 0, start)
        for _ in range(depth - lowest):
            end = min(place for sign in ")}" if (place := self.text.find(sign, end)) >= 0) + 1
        return " ".join(self.text[start:end].split())


def _words(tree: Any) -> Iterator[Word]:
    if isinstance(tree, Word):
        # A sign that nobody wrote stands before the first part of a chain, and has its place.
        yield tree
    elif isinstance(tree, tuple):
        for each in tree:
            yield from _words(each)
    elif hasattr(tree, "__dataclass_fields__"):
        if isinstance(tree, Negated) and tree.end:
            yield Word("", tree.start, tree.end)
        for name in tree.__dataclass_fields__:
            yield from _words(getattr(tree, name))


def _openers(tree: Any) -> Iterator[tuple[str, Word]]:
    """Yield the name of every call in a tree with the first word inside it."""
    if isinstance(tree, tuple):
        for each in tree:
            yield from _openers(each)
    elif hasattr(tree, "__dataclass_fields__"):
        match tree:
            case Quantified(kind, over, _):
                yield kind, over
            case CountTerm(over, _):
                yield "count", over
            case SinceTerm(unit, name):
                yield f"{unit}_since", name
        for name in tree.__dataclass_fields__:
            yield from _openers(getattr(tree, name))


@dataclass(frozen=True, slots=True)
class _Slips:
    """Makes the mistakes of one condition."""

    writer: _Writer
    symbols: Symbols
    grid: Shape | None = None
    """The grid whose cells are spoken of."""

    def of(self, tree: Tree, *, opposite: bool = True) -> Iterator[Slip]:
        """Yield the mistakes in a part; without *opposite* not that the part as a whole is negated."""
        said = self.writer.said(tree)
        match tree:
            case Joined(word, parts):
                for place, part in enumerate(parts):
                    rest = parts[:place] + parts[place + 1 :]
                    yield Slip(
                        "drop", f"without '{self.writer.said(part)}'", rest[0] if len(rest) == 1 else Joined(word, rest)
                    )
                for place, part in enumerate(parts):
                    for each in self.of(part):
                        yield replace(each, tree=Joined(word, _with(parts, place, each.tree)))
                return
            case Negated(part):
                if opposite:
                    yield Slip("negate", f"the opposite of '{said}'", part)
                for each in self.of(part, opposite=False):
                    yield replace(each, tree=Negated(each.tree, tree.start, tree.end))
                return
        if opposite:
            yield Slip("negate", f"the opposite of '{said}'", negated(tree))
        match tree:
            case IsTest(name, option):
                for other in _beside(option.text, self.options(name)):
                    moved = replace(tree, word=_word(option, other))
                    yield Slip("option", f"{other} for {option.text} in '{said}'", moved)
            case InTest(name, words) | IncludesTest(name, words):
                yield from self.in_list(tree, said, words, self.options(name))
            case Comparison():
                yield from self.compared(tree, said)
            case Quantified(_, over, body):
                for each in self.inside(over).of(body):
                    yield replace(each, tree=replace(tree, body=each.tree))

    def inside(self, over: Word) -> _Slips:
        """Return what makes mistakes in the body of a quantifier."""
        if over.text in self.symbols.groups:
            return replace(self, symbols=replace(self.symbols, row_of=f"{over.text}[1]"))
        key = self.symbols.key(over.text)
        return self if key is None else replace(self, grid=self.symbols.shape(key))

    def options(self, name: Word) -> tuple[str, ...]:
        """Return the options a name may be compared with; none where it has none."""
        if self.grid is not None and name.text in {"row", "column", "cell"}:
            return {"row": self.grid.rows, "column": self.grid.columns, "cell": self.grid.options}[name.text]
        if (item := self.symbols.item(name.text)) is not None:
            return item.options
        key = self.symbols.key(name.text)
        return () if key is None else self.symbols.shape(key).options

    def in_list(
        self, tree: InTest | IncludesTest, said: str, words: tuple[Word, ...], options: tuple[str, ...]
    ) -> Iterator[Slip]:
        chosen = {word.text for word in words}
        for place, word in enumerate(words):
            if len(words) > 1:
                fewer = replace(tree, words=words[:place] + words[place + 1 :])
                yield Slip("option", f"without {word.text} in '{said}'", fewer)
            for other in _beside(word.text, options, chosen):
                swapped = replace(tree, words=_with(words, place, _word(word, other)))
                yield Slip("option", f"{other} for {word.text} in '{said}'", swapped)

    # --- comparisons ---

    def compared(self, tree: Comparison, said: str) -> Iterator[Slip]:
        for side, other in (("right", tree.left), ("left", tree.right)):
            limit = getattr(tree, side)
            if isinstance(limit, Literal) and not isinstance(other, Literal):
                if not self.is_whole(other) and tree.op.text in _STRICT:
                    strict = _STRICT[tree.op.text]
                    moved: Comparison = replace(tree, op=_word(tree.op, strict))
                    yield Slip("threshold", f"{strict} for {tree.op.text} in '{said}'", moved)
                number = Decimal(limit.number.text)
                step = Decimal(1).scaleb(min(int(number.as_tuple().exponent), 0))
                for value in (number - step, number + step):
                    text = decimal_text(value)
                    moved = _limited(tree, side, replace(limit, number=_word(limit.number, text)))
                    yield Slip("threshold", f"{text} for {limit.number.text} in '{said}'", moved)
        for side in ("left", "right"):
            for each in self.of_term(getattr(tree, side)):
                yield replace(each, tree=_limited(tree, side, each.tree))

    def is_whole(self, term: Term) -> bool:
        """Whether a term takes whole numbers alone, of which a strict comparison is the next one not strict."""
        match term:
            case SinceTerm(unit, _):
                return unit == "days"
            case CountTerm():
                return True
            case Word(text):
                number = self.symbols.number(text)
                if number is not None:
                    return number.decimals == 0
                key = self.symbols.key(text)
                return key is None or self.symbols.shape(key).type == "scale"
        return False

    def of_term(self, term: Term) -> Iterator[Slip]:
        """Yield the mistakes in the conditions a term holds."""
        match term:
            case CountTerm(over, body) if body is not None:
                for each in self.inside(over).of(body):
                    yield replace(each, tree=replace(term, body=each.tree))
            case Chain(_, parts):
                for place, (sign, part) in enumerate(parts):
                    for each in self.of_term(part):
                        yield replace(each, tree=replace(term, parts=_with(parts, place, (sign, each.tree))))
            case ExtremeTerm(_, parts):
                for place, part in enumerate(parts):
                    for each in self.of_term(part):
                        yield replace(each, tree=replace(term, parts=_with(parts, place, each.tree)))
            case Negative(part):
                for each in self.of_term(part):
                    yield replace(each, tree=replace(term, part=each.tree))
            case SumTerm(_, over, body):
                for each in self.inside(over).of_term(body):
                    yield replace(each, tree=replace(term, body=each.tree))
            case LookupTerm(_, _, item):
                for each in self.of_term(item):
                    yield replace(each, tree=replace(term, item=each.tree))
            case ChoiceTerm(then, condition, otherwise):
                for each in self.of(condition):
                    yield replace(each, tree=replace(term, condition=each.tree))
                for each in self.of_term(then):
                    yield replace(each, tree=replace(term, then=each.tree))
                for each in self.of_term(otherwise):
                    yield replace(each, tree=replace(term, otherwise=each.tree))


def _with(parts: Sequence[Any], place: int, part: Any) -> tuple[Any, ...]:
    return (*parts[:place], part, *parts[place + 1 :])


def _word(word: Word, text: str) -> Word:
    return replace(word, text=text)


def _limited(tree: Comparison, side: str, term: Any) -> Comparison:
    return replace(tree, left=term) if side == "left" else replace(tree, right=term)


def _beside(option: str, options: tuple[str, ...], taken: set[str] | None = None) -> Iterator[str]:
    """Yield the next option, or the one before where it is the last; none that is named already."""
    if option not in options:
        return
    place = options.index(option)
    for other in (*options[place + 1 : place + 2], *options[max(place - 1, 0) : place]):
        if other not in (taken or {option}):
            yield other
            return
