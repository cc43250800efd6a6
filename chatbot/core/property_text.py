"""The text of a property read into its tree: the language of conditions, and names for what a case comes to.

    urgency is emergency        urgency >= same_day      safety_resolved       routine_waits
    flag.ID is present          cannot_exclude, clear    guard.ID is true      false, unknown
    rule.ID is recommended      and the other statuses   scope is inside       outside, unknown
    action.TAG is called_for    recommended, check_first, offered, advised_against
    action_for.FLAG is recommended                       or surfaced: recommended or a precaution
    conflict.ID is shown        hypothesis.ID is supported, open, unlikely

In a property about each red flag, ``this`` stands for its id: ``flag.this is present``. Everything else is a condition
on answers and findings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from chatbot.core.findings import PLAN_STATES
from chatbot.core.outcome import HYPOTHESIS_STATES, STATUSES
from chatbot.core.property_tree import (
    ACTION_LEVELS,
    ActionIs,
    AllOf,
    AnsweredInTime,
    AnyOf,
    ConflictShown,
    FlagIs,
    GuardIs,
    Holds,
    HypothesisIs,
    NotSo,
    PropertyNode,
    RoutineWaits,
    SafetyResolved,
    ScopeIs,
    StatusIs,
    UrgencyIs,
)
from chatbot.core.protocol import Protocol
from chatbot.core.resolve import ConditionProblem, Symbols, near_miss, resolve
from chatbot.core.syntax import Comparison, InTest, IsTest, Joined, Named, Negated, Tree, Word
from chatbot.core.tree import OPERATORS, And, Not, Or
from chatbot.core.urgency import ScopeState
from chatbot.core.values import Truth, Urgency

THIS = "this"
"""What stands for the red flag that a property is about."""

_LEVELS = {level.value: level for level in Urgency if level is not Urgency.UNDETERMINED}
_FLAG_STATES = {state.value: state for state in PLAN_STATES}
_TRUTHS: dict[str, Truth] = {"true": True, "false": False, "unknown": None}
_SCOPES = {"inside": ScopeState.IN, "outside": ScopeState.OUT, "unknown": ScopeState.UNKNOWN}
_ANSWERED = ("recommended", "surfaced")
_ALONE: dict[str, Callable[[], PropertyNode]] = {"safety_resolved": SafetyResolved, "routine_waits": RoutineWaits}
_WORDS: dict[str, Iterable[str]] = {
    "urgency": _LEVELS,
    "scope": _SCOPES,
    "flag": _FLAG_STATES,
    "guard": _TRUTHS,
    "rule": STATUSES,
    "action": ACTION_LEVELS,
    "action_for": _ANSWERED,
    "conflict": ("shown",),
    "hypothesis": HYPOTHESIS_STATES,
}
"""What a name of the plan begins with, and what may be said of it."""


class _Unreadable(Exception):
    """Raised inside one test after its problem was noted."""


def resolve_property(
    tree: Tree, symbols: Symbols, protocol: Protocol, this: str | None = None
) -> tuple[PropertyNode | None, tuple[ConditionProblem, ...]]:
    """Return the tree of a property, or None with everything that is wrong.

    *this*: the red flag it is about. Problems have the kinds of conditions, and ``plan_name`` and ``plan_word``.
    """
    reader = _Reader(symbols, protocol, this)
    node = reader.node(tree)
    return (None if reader.problems else node), tuple(dict.fromkeys(reader.problems))


class _Reader:
    def __init__(self, symbols: Symbols, protocol: Protocol, this: str | None) -> None:
        self.symbols, self.this = symbols, this
        self.problems: list[ConditionProblem] = []
        self.known: Mapping[str, Iterable[str]] = {
            "flag": protocol.red_flags,
            "guard": protocol.guards,
            "rule": protocol.rules,
            "action": protocol.actions,
            "action_for": protocol.red_flags,
            "conflict": protocol.conflicts,
            "hypothesis": protocol.hypotheses,
        }

    def node(self, tree: Tree) -> PropertyNode:
        match tree:
            case Joined(word, parts):
                return joined(word, tuple(self.node(part) for part in parts))
            case Negated(part):
                return negated(self.node(part))
            case _:
                try:
                    return self.leaf(tree)
                except _Unreadable:
                    return AllOf(())

    def leaf(self, tree: Tree) -> PropertyNode:
        match tree:
            case Named(name) if name.text in _ALONE:
                return _ALONE[name.text]()
            case IsTest(name, word, negative) if self.is_of_the_plan(name):
                return negated(self.said(name, (word,))) if negative else self.said(name, (word,))
            case InTest(name, words, negative) if self.is_of_the_plan(name):
                return negated(self.said(name, words)) if negative else self.said(name, words)
            case Comparison(Word() as left, op, right) if left.text == "urgency":
                level = _LEVELS[self.word(right if isinstance(right, Word) else op, _LEVELS)]
                compare = OPERATORS[op.text]
                return UrgencyIs(frozenset(each for each in _LEVELS.values() if compare(each.rank, level.rank)))
        node, problems = resolve(tree, self.symbols)
        self.problems += problems
        if node is None:
            raise _Unreadable
        return Holds(node)

    def is_of_the_plan(self, name: Word) -> bool:
        kind, dot, _ = name.text.partition(".")
        return kind in self.known if dot else kind in {"urgency", "scope"}

    def said(self, name: Word, words: tuple[Word, ...]) -> PropertyNode:
        kind, _, _ = name.text.partition(".")
        found = [self.word(word, _WORDS[kind]) for word in words]
        if kind == "urgency":
            return UrgencyIs(frozenset(_LEVELS[word] for word in found))
        if kind == "scope":
            return ScopeIs(frozenset(_SCOPES[word] for word in found))
        of = self.named(name)
        match kind:
            case "flag":
                return FlagIs(of, frozenset(_FLAG_STATES[word] for word in found))
            case "guard":
                return GuardIs(of, frozenset(_TRUTHS[word] for word in found))
            case "rule":
                return StatusIs(of, frozenset(found))
            case "conflict":
                return ConflictShown(of)
            case "hypothesis":
                return HypothesisIs(of, frozenset(found))
            case "action":
                return joined("or", tuple(ActionIs(of, word) for word in found))
        return joined("or", tuple(AnsweredInTime(of, word) for word in found))

    def named(self, name: Word) -> str:
        kind, _, last = name.text.partition(".")
        if last == THIS and kind in {"flag", "action_for"}:
            if self.this is not None:
                return self.this
            self.problem("plan_name", "'this' stands for nothing here", name, "write 'for_each:' beside it")
        elif last in self.known[kind]:
            return last
        else:
            what = {"flag": "red flag", "action_for": "red flag"}.get(kind, kind)
            self.problem("plan_name", f"no {what} is called {last!r}", name, near_miss(last, self.known[kind]))
        raise _Unreadable

    def word(self, word: Word, known: Iterable[str]) -> str:
        if word.text not in known:
            hint = near_miss(word.text, known) or f"one of {', '.join(known)}"
            self.problem("plan_word", f"{word.text!r} cannot be said here", word, hint)
            raise _Unreadable
        return word.text

    def problem(self, kind: str, message: str, word: Word, hint: str) -> None:
        self.problems.append(ConditionProblem(kind, message, word.start, word.end, hint))


def joined(word: str, items: tuple[PropertyNode, ...]) -> PropertyNode:
    """Return ``and`` or ``or`` over parts; conditions alone stay one condition."""
    if len(items) == 1:
        return items[0]
    conditions = tuple(item.condition for item in items if isinstance(item, Holds))
    if len(conditions) == len(items):
        return Holds(And(conditions) if word == "and" else Or(conditions))
    return AllOf(items) if word == "and" else AnyOf(items)


def negated(item: PropertyNode) -> PropertyNode:
    """Return the opposite; of a condition it stays one condition."""
    return Holds(Not(item.condition)) if isinstance(item, Holds) else NotSo(item)
