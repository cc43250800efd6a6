"""The condition language as text: tokens and the parse tree with the position of every name.

Names are not looked up here (``chatbot.core.resolve`` does that) and nothing is evaluated.

    condition  := and_term ("or" and_term)*
    and_term   := not_term ("and" not_term)*
    not_term   := "not" not_term | "(" condition ")" | quantified | comparison | finding
    quantified := ("any" | "all") "(" name "," condition ")"
    comparison := name "is" ["not"] word | name ["not"] "in" set
                | name "includes" (word | ("any" | "all") set) | term op term
    term       := number [unit] | name | unit "_since" "(" name ")" | "count" "(" name ["," condition] ")"
    set        := "{" word ("," word)* "}"
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


Term = Literal | Word | SinceTerm | CountTerm


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
    r"\s*(?:(?P<number>-?[0-9]+(?:\.[0-9]+)?(?![\w.]))|(?P<word>[A-Za-z_%][\w%/]*)"
    r"|(?P<op><=|>=|!=|==|<|>)|(?P<mark>[(){},]))",
    re.ASCII,
)
_KEYWORDS = frozenset("and or not is in includes any all count".split())
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
        found.append(_Token(kind, match.group(kind), match.start(kind), match.end(kind)))
        position = match.end()
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

    def finish(self) -> None:
        if self.peek().kind != "end":
            self.fail("expected 'and', 'or' or the end")

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
        if self.accept("("):
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
        token = self.peek()
        if token.kind == "number":
            self.index += 1
            number = Word(token.text, token.start, token.end)
            after = self.peek()
            if after.kind == "word" and after.text not in _KEYWORDS:
                self.index += 1
                return Literal(number, Word(after.text, after.start, after.end))
            return Literal(number, None)
        if token.text in _SINCE and self.peek(1).text == "(":
            self.index += 2
            name = self.word("a date question")
            self.expect(")")
            return SinceTerm(_SINCE[token.text], name)
        if token.text == "count" and self.peek(1).text == "(":
            self.index += 2
            over = self.word("the name of a group or grid")
            body = self.condition(depth + 1) if self.accept(",") else None
            self.expect(")")
            return CountTerm(over, body)
        return self.word("a question, a finding or a number")
