"""The condition language as text: tokens and the parse tree with the position of every name.

Names are not looked up here (``chatbot.core.resolve`` does that) and nothing is evaluated.
One grammar and its one parser, so it stays one module past 400 lines.

    condition  := and_term ("or" and_term)*
    and_term   := not_term ("and" not_term)*
    not_term   := "not" not_term | "(" condition ")" | quantified | comparison | finding
    quantified := ("any" | "all") "(" name "," condition ")"
    comparison := name "is" ["not"] word | name ["not"] "in" set
                | name "includes" (word | ("any" | "all") set) | term op term
    term       := added ["if" condition "else" term]
    added      := product (("+" | "-") product)*
    product    := factor (("*" | "/") factor)*
    factor     := "-" factor | "(" term ")" | number [unit] | name | call
    call       := unit "_since" "(" name ")" | "count" "(" name ["," condition] ")"
                | ("min" | "max") "(" term ("," term)+ ")" | "sum" "(" name "," term ")"
                | "lookup" "(" table "," term ")"
    name       := [("previous" | "first") "."] word ["." word]
    set        := "{" word ("," word)* "}"

The second word of a name is what an instrument has: its ``score``, an item, a band.

A number finding is a term alone. ``×``, ``÷`` and ``−`` are read as ``*``, ``/`` and ``-``. A unit follows its number
and is written without spaces (``88.4 umol/L``), so a division by a name has a space before it (``weight / height``).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from chatbot.core.tree import SINCE_UNITS

MOST_TOKENS = 2_000
"""A condition longer than this is refused, which also bounds the depth of its tree."""

MOST_DEPTH = 40


class ConditionSyntaxError(ValueError):
    """Text that is not a condition, with where and what to do."""

    def __init__(self, message: str, start: int, end: int, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.start, self.end, self.hint = message, start, end, hint


@dataclass(frozen=True, slots=True)
class Word:
    """A name or option as written, with its offsets in the text."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Joined:
    """``and`` or ``or`` over two or more parts."""

    word: str
    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Negated:
    part: Tree
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Named:
    """A finding."""

    name: Word


@dataclass(frozen=True, slots=True)
class IsTest:
    name: Word
    word: Word
    negated: bool


@dataclass(frozen=True, slots=True)
class InTest:
    name: Word
    words: tuple[Word, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class IncludesTest:
    name: Word
    words: tuple[Word, ...]
    every: bool


@dataclass(frozen=True, slots=True)
class Literal:
    number: Word
    unit: Word | None


@dataclass(frozen=True, slots=True)
class SinceTerm:
    unit: str
    name: Word


@dataclass(frozen=True, slots=True)
class CountTerm:
    over: Word
    body: Tree | None


@dataclass(frozen=True, slots=True)
class Chain:
    """Parts joined by ``+`` and ``-``, or by ``*`` and ``/``; each with the sign before it."""

    kind: str
    """sum or product."""
    parts: tuple[tuple[Word, Term], ...]
    """(sign, part); the sign of the first is ``+`` or ``*``."""


@dataclass(frozen=True, slots=True)
class Negative:
    part: Term
    at: Word


@dataclass(frozen=True, slots=True)
class ExtremeTerm:
    """``min`` or ``max``."""

    call: Word
    parts: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class SumTerm:
    """The sum over the rows of a group."""

    call: Word
    over: Word
    body: Term


@dataclass(frozen=True, slots=True)
class LookupTerm:
    call: Word
    table: Word
    item: Term


@dataclass(frozen=True, slots=True)
class ChoiceTerm:
    """One term while a condition holds, another while it does not."""

    then: Term
    condition: Tree
    otherwise: Term
    at: Word


Term = Literal | Word | SinceTerm | CountTerm | Chain | Negative | ExtremeTerm | SumTerm | LookupTerm | ChoiceTerm


@dataclass(frozen=True, slots=True)
class Comparison:
    left: Term
    op: Word
    right: Term


@dataclass(frozen=True, slots=True)
class Quantified:
    kind: str
    over: Word
    body: Tree


Tree = Joined | Negated | Named | IsTest | InTest | IncludesTest | Comparison | Quantified

_TOKEN = re.compile(
    r"\s*(?:(?P<number>[0-9]+(?:\.[0-9]+)?(?![\w.]))|(?P<word>(?:(?:previous|first|site)\.(?=[A-Za-z_]))?[A-Za-z_]\w*"
    r"(?:\.(?!(?:and|or|not|is|in|includes)\b)[A-Za-z_]\w*)?)"
    r"|(?P<op><=|>=|!=|==|<|>)|(?P<sign>[-+*/\u2212\u00d7\u00f7])|(?P<mark>[(){},]))",
    re.ASCII,
)
_UNIT = re.compile(r"\s*(?P<unit>[A-Za-z%\u00b0\u00b5\u03bc][\w%/\u00b0\u00b5\u03bc\u00b2\u00b3\u00b7]*)", re.ASCII)
_PLAIN_SIGNS = {"\u2212": "-", "\u00d7": "*", "\u00f7": "/"}
_KEYWORDS = frozenset("and or not is in includes any all count".split())
_CALLS = frozenset("min max sum lookup count".split())
_SINCE = {f"{unit}_since": unit for unit in SINCE_UNITS}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


def tokens(text: str) -> list[_Token]:
    """Split a condition into tokens.

    Raises: ConditionSyntaxError at the first character that begins none.
    """
    found: list[_Token] = []
    position, length = 0, len(text.rstrip())
    while position < length:
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            while text[position].isspace():
                position += 1
            hint = "write == for equality of numbers, 'is' for an option" if text[position] == "=" else ""
            raise ConditionSyntaxError(
                f"{text[position]!r} does not belong in a condition", position, position + 1, hint
            )
        kind = match.lastgroup
        written = match.group(kind)
        found.append(_Token(kind, _PLAIN_SIGNS.get(written, written), match.start(kind), match.end(kind)))
        position = match.end()
        unit = _UNIT.match(text, position) if kind == "number" else None
        if unit is not None and unit["unit"] not in _KEYWORDS | {"if", "else"}:
            found.append(_Token("unit", unit["unit"], unit.start("unit"), unit.end("unit")))
            position = unit.end()
        if len(found) > MOST_TOKENS:
            raise ConditionSyntaxError("the condition is too long", 0, length, "split it into findings")
    return found


def parse(text: str) -> Tree:
    """Parse a condition.

    Raises: ConditionSyntaxError with the offending stretch and what was expected.
    """
    parser = _Parser(tokens(text), len(text))
    tree = parser.condition(0)
    parser.finish()
    return tree


def parse_term(text: str) -> Term:
    """Parse the arithmetic of a number finding.

    Raises: ConditionSyntaxError with the offending stretch and what was expected.
    """
    parser = _Parser(tokens(text), len(text))
    term = parser.term(0)
    parser.finish("expected an operator such as + or the end")
    return term


class _Parser:
    """Recursive descent over one condition."""

    def __init__(self, found: list[_Token], length: int) -> None:
        self.tokens, self.index, self.length = found, 0, length

    def peek(self, ahead: int = 0) -> _Token:
        position = self.index + ahead
        if position < len(self.tokens):
            return self.tokens[position]
        return _Token("end", "", self.length, self.length)

    def take(self) -> _Token:
        token = self.peek()
        self.index += 1
        return token

    def accept(self, text: str) -> bool:
        if self.peek().text == text and self.peek().kind != "end":
            self.index += 1
            return True
        return False

    def expect(self, text: str) -> None:
        if not self.accept(text):
            self.fail(f"expected {text!r}")

    def fail(self, expected: str, hint: str = "") -> NoReturn:
        token = self.peek()
        found = "the condition ends here" if token.kind == "end" else f"found {token.text!r}"
        raise ConditionSyntaxError(f"{expected}, {found}", token.start, max(token.end, token.start + 1), hint)

    def finish(self, expected: str = "expected 'and', 'or' or the end") -> None:
        if self.peek().kind != "end":
            self.fail(expected)

    def word(self, what: str) -> Word:
        token = self.peek()
        if token.kind not in {"word", "number"} or token.text in _KEYWORDS:
            self.fail(f"expected {what}")
        self.index += 1
        return Word(token.text, token.start, token.end)

    def condition(self, depth: int) -> Tree:
        if depth > MOST_DEPTH:
            self.fail("nested too deeply", "split the condition into findings")
        return self.joined("or", lambda: self.joined("and", lambda: self.not_term(depth)))

    def joined(self, word: str, part: Callable[[], Tree]) -> Tree:
        parts = [part()]
        while self.accept(word):
            parts.append(part())
        return parts[0] if len(parts) == 1 else Joined(word, tuple(parts))

    def not_term(self, depth: int) -> Tree:
        token = self.peek()
        if depth > MOST_DEPTH:
            self.fail("nested too deeply", "split the condition into findings")
        if self.accept("not"):
            inner = self.not_term(depth + 1)
            return Negated(inner, token.start, self.tokens[self.index - 1].end)
        if token.text == "(" and not self.opens_a_term():
            self.index += 1
            tree = self.condition(depth + 1)
            self.expect(")")
            return tree
        if token.text in {"any", "all"}:
            self.index += 1
            self.expect("(")
            over = self.word("the name of a group or grid")
            self.expect(",")
            body = self.condition(depth + 1)
            self.expect(")")
            return Quantified(token.text, over, body)
        return self.comparison(depth)

    def opens_a_term(self) -> bool:
        """Whether the parenthesis that opens here is arithmetic: a comparison or a sign follows where it closes."""
        open_ones, position = 0, self.index
        while position < len(self.tokens):
            open_ones += {"(": 1, ")": -1}.get(self.tokens[position].text, 0)
            position += 1
            if not open_ones:
                return position < len(self.tokens) and self.tokens[position].kind in {"op", "sign"}
        return False

    def comparison(self, depth: int) -> Tree:
        left = self.term(depth)
        if self.peek().kind == "op":
            op = self.take()
            return Comparison(left, Word(op.text, op.start, op.end), self.term(depth))
        if not isinstance(left, Word):
            self.fail("expected a comparison such as >= 3")
        if self.accept("is"):
            negated = self.accept("not")
            return IsTest(left, self.word("an option or a state"), negated)
        if self.peek().text == "not" and self.peek(1).text == "in":
            self.index += 2
            return InTest(left, self.set_of_words(), True)
        if self.accept("in"):
            return InTest(left, self.set_of_words(), False)
        if self.accept("includes"):
            if self.peek().text in {"any", "all"}:
                every = self.take().text == "all"
                return IncludesTest(left, self.set_of_words(), every)
            return IncludesTest(left, (self.word("an option"),), False)
        return Named(left)

    def set_of_words(self) -> tuple[Word, ...]:
        self.expect("{")
        words = [self.word("an option")]
        while self.accept(","):
            words.append(self.word("an option"))
        self.expect("}")
        return tuple(words)

    def term(self, depth: int) -> Term:
        if depth > MOST_DEPTH:
            self.fail("nested too deeply", "split it into findings")
        term = self.chain("sum", {"+", "-"}, lambda: self.chain("product", {"*", "/"}, lambda: self.factor(depth)))
        at = self.peek()
        if not self.accept("if"):
            return term
        condition = self.condition(depth + 1)
        self.expect("else")
        return ChoiceTerm(term, condition, self.term(depth + 1), Word(at.text, at.start, at.end))

    def chain(self, kind: str, signs: set[str], part: Callable[[], Term]) -> Term:
        at = self.peek()
        parts = [(Word("+" if kind == "sum" else "*", at.start, at.end), part())]
        while self.peek().kind == "sign" and self.peek().text in signs:
            sign = self.take()
            parts.append((Word(sign.text, sign.start, sign.end), part()))
        return parts[0][1] if len(parts) == 1 else Chain(kind, tuple(parts))

    def factor(self, depth: int) -> Term:
        token = self.peek()
        if depth > MOST_DEPTH:
            self.fail("nested too deeply", "split it into findings")
        if token.kind == "sign" and self.accept("-"):
            inner = self.factor(depth + 1)
            if isinstance(inner, Literal) and not inner.number.text.startswith("-"):
                return Literal(Word(f"-{inner.number.text}", token.start, inner.number.end), inner.unit)
            return Negative(inner, Word("-", token.start, token.end))
        if self.accept("("):
            term = self.term(depth + 1)
            self.expect(")")
            return term
        if token.kind == "number":
            return self.literal()
        if self.peek(1).text == "(" and (token.text in _SINCE or token.text in _CALLS):
            self.index += 2
            return self.call(token, depth)
        return self.word("a question, a finding or a number")

    def literal(self) -> Literal:
        token = self.take()
        after = self.peek()
        unit = Word(after.text, after.start, after.end) if after.kind == "unit" else None
        if unit is not None:
            self.index += 1
        return Literal(Word(token.text, token.start, token.end), unit)

    def call(self, token: _Token, depth: int) -> Term:
        """Parse what stands in the parentheses of a call; the opening one is taken already."""
        name = Word(token.text, token.start, token.end)
        if token.text in _SINCE:
            term: Term = SinceTerm(_SINCE[token.text], self.word("a date question"))
        elif token.text == "count":
            over = self.word("the name of a group or grid")
            term = CountTerm(over, self.condition(depth + 1) if self.accept(",") else None)
        elif token.text == "sum":
            over = self.word("the name of a group")
            self.expect(",")
            term = SumTerm(name, over, self.term(depth + 1))
        elif token.text == "lookup":
            table = self.word("the name of a table")
            self.expect(",")
            term = LookupTerm(name, table, self.term(depth + 1))
        else:
            parts = [self.term(depth + 1)]
            while self.accept(","):
                parts.append(self.term(depth + 1))
            if len(parts) < 2:
                self.fail(f"expected ',' and something to compare in {token.text}(…)")
            term = ExtremeTerm(name, tuple(parts))
        self.expect(")")
        return term
