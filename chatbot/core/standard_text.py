"""The text of a standard read into its tree: the language of properties, and names for what the record shows.

    record.MEASURE <= 10        a number of ``MEASURES``, compared with a number
    record.MEASURE is yes       no; unknown: the record does not tell
    decision.RULE is accept     modify, decline, open, or a coded reason such as not_available

Everything else is read as in a property (``property_text``), but ``this`` stands for nothing, and two names are read
in three values: ``flag.ID is present`` and ``flag.ID is clear`` are unknown while the flag cannot be excluded, and
``action.TAG is called_for`` is unknown while a rule that would call for it waits for a fact.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from chatbot.core.commands import DECISION_REASONS
from chatbot.core.property_text import resolve_property
from chatbot.core.protocol import Protocol
from chatbot.core.resolve import ConditionProblem, Symbols, near_miss
from chatbot.core.standards import (
    DECIDED,
    MEASURES,
    DecisionIs,
    Every,
    Opposite,
    Says,
    Shows,
    ShowsThat,
    Some,
    StandardNode,
)
from chatbot.core.syntax import Comparison, InTest, IsTest, Joined, Literal, Named, Negated, Tree, Word
from chatbot.core.values import Truth

RECORD, DECISION = "record", "decision"

_ANSWERS: dict[str, Truth] = {"yes": True, "no": False, "unknown": None}
_WORDS = (*DECIDED, *DECISION_REASONS)
_NUMBER_WANTED = "compare it with a number, such as record.corrections <= 3"


def resolve_standard(
    tree: Tree, symbols: Symbols, protocol: Protocol
) -> tuple[StandardNode | None, tuple[ConditionProblem, ...]]:
    """Return the tree of a part of a standard, or None with everything that is wrong.

    Problems have the kinds of properties; a name or word of the record that does not exist is *record_name* or
    *record_word*.
    """
    reader = _Reader(symbols, protocol)
    node = reader.node(tree)
    return (None if reader.problems else node), tuple(dict.fromkeys(reader.problems))


class _Reader:
    def __init__(self, symbols: Symbols, protocol: Protocol) -> None:
        self.symbols, self.protocol = symbols, protocol
        self.problems: list[ConditionProblem] = []

    def node(self, tree: Tree) -> StandardNode:
        match tree:
            case Joined(word, parts):
                items = tuple(self.node(part) for part in parts)
                return Every(items) if word == "and" else Some(items)
            case Negated(part):
                return Opposite(self.node(part))
            case Named(name) if _kind(name) in {RECORD, DECISION}:
                return self.problem("record_word", f"{name.text} says nothing by itself", name, "write 'is' and a word")
            case IsTest(name, word, negative) if _kind(name) in {RECORD, DECISION}:
                return _turned(self.said(name, (word,)), negative)
            case InTest(name, words, negative) if _kind(name) in {RECORD, DECISION}:
                return _turned(self.said(name, words), negative)
            case Comparison(Word() as name, op, right) if _kind(name) in {RECORD, DECISION}:
                return self.compared(name, op, right)
        node, problems = resolve_property(tree, self.symbols, self.protocol)
        self.problems += problems
        return Every(()) if node is None else Says(node)

    def said(self, name: Word, words: tuple[Word, ...]) -> StandardNode:
        kind, _, last = name.text.partition(".")
        known: Iterable[str] = MEASURES if kind == RECORD else self.protocol.rules
        if last not in known:
            return self.unknown(name)
        if kind == RECORD and MEASURES[last].number and any(word.text != "unknown" for word in words):
            return self.problem("record_word", f"{name.text} is a number", words[0], _NUMBER_WANTED)
        allowed: Iterable[str] = _ANSWERS if kind == RECORD else _WORDS
        for word in words:
            if word.text not in allowed:
                hint = near_miss(word.text, allowed) or f"one of {', '.join(allowed)}"
                return self.problem("record_word", f"{word.text!r} cannot be said here", word, hint)
        if kind == RECORD:
            return ShowsThat(last, frozenset(_ANSWERS[word.text] for word in words))
        return DecisionIs(last, frozenset(word.text for word in words))

    def compared(self, name: Word, op: Word, right: object) -> StandardNode:
        kind, _, last = name.text.partition(".")
        if kind == RECORD and last not in MEASURES:
            return self.unknown(name)
        if kind != RECORD or not MEASURES[last].number:
            return self.problem("record_word", f"{name.text} is no number", name, "write 'is' and a word")
        if not isinstance(right, Literal) or right.unit is not None:
            return self.problem("record_word", f"{name.text} is compared with something else", name, _NUMBER_WANTED)
        return Shows(last, op.text, Decimal(right.number.text))

    def unknown(self, name: Word) -> StandardNode:
        kind, _, last = name.text.partition(".")
        if kind == RECORD:
            message, known = f"nothing called {last!r} is measured of a record", tuple(MEASURES)
        else:
            message, known = f"no rule is called {last!r}", tuple(self.protocol.rules)
        return self.problem("record_name", message, name, near_miss(last, known) or "docs/standards.md lists them")

    def problem(self, kind: str, message: str, word: Word, hint: str) -> StandardNode:
        self.problems.append(ConditionProblem(kind, message, word.start, word.end, hint))
        return Every(())


def _kind(name: Word) -> str:
    kind, dot, _ = name.text.partition(".")
    return kind if dot else ""


def _turned(node: StandardNode, negative: bool) -> StandardNode:
    return Opposite(node) if negative else node
