"""Properties: what must hold on every possible interview, as a tree that is evaluated, proved and said in words.

A property speaks of what a case comes to: flags, urgency, statuses of rules, actions, guards, scope, conflicts; and of
conditions on answers and findings. The former are true or false, the latter may be unknown. ``property_text`` reads
the tree from text; evaluation on one case and translation for a solver are the business of ``chatbot.proof``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from chatbot.core.findings import FlagState
from chatbot.core.protocol import SAFETY_CATEGORY, Protocol, Rule, RuleKind, Wording
from chatbot.core.tree import Node
from chatbot.core.urgency import ScopeState
from chatbot.core.values import Truth, Urgency, parse_duration

# --- atoms ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Holds:
    """A condition on answers and findings, in three values, read as a plan reads it."""

    condition: Node


@dataclass(frozen=True, slots=True)
class NotExcluded:
    """True where a condition is true or unknown, false where it is false: never unknown itself."""

    condition: Node


@dataclass(frozen=True, slots=True)
class UrgencyIs:
    """The urgency of the plan is one of these."""

    levels: frozenset[Urgency]


@dataclass(frozen=True, slots=True)
class FlagIs:
    """A red flag stands in one of these states, as a plan reads it."""

    flag: str
    states: frozenset[FlagState]


@dataclass(frozen=True, slots=True)
class GuardIs:
    """A guard comes out as one of these; None is unknown."""

    guard: str
    truths: frozenset[Truth]


@dataclass(frozen=True, slots=True)
class StatusIs:
    """A rule comes out with one of these statuses."""

    rule: str
    statuses: frozenset[str]


@dataclass(frozen=True, slots=True)
class ScopeIs:
    states: frozenset[ScopeState]


@dataclass(frozen=True, slots=True)
class SafetyResolved:
    """No flag on which an urgency hangs is left open, and none makes the answers doubtful."""


@dataclass(frozen=True, slots=True)
class ConflictShown:
    conflict: str


@dataclass(frozen=True, slots=True)
class HypothesisIs:
    hypothesis: str
    states: frozenset[str]


@dataclass(frozen=True, slots=True)
class RoutineWaits:
    """Every line of the plan outside safety stands under *after the emergency*."""


ACTION_LEVELS = ("called_for", "recommended", "check_first", "offered", "advised_against")
"""What a plan may say of an action; see ``meaning``."""


@dataclass(frozen=True, slots=True)
class ActionIs:
    """Some rule says this of an action: one of ``ACTION_LEVELS``. ``meaning`` spells it in rules and guards."""

    action: str
    level: str


@dataclass(frozen=True, slots=True)
class AnsweredInTime:
    """A safety rule that answers a red flag says what to do, due no later than the urgency of the flag allows."""

    flag: str
    level: str
    """recommended, or surfaced: recommended or a precaution."""


@dataclass(frozen=True, slots=True)
class AllOf:
    items: tuple[PropertyNode, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    items: tuple[PropertyNode, ...]


@dataclass(frozen=True, slots=True)
class NotSo:
    item: PropertyNode


PropertyAtom = (
    Holds
    | NotExcluded
    | UrgencyIs
    | FlagIs
    | GuardIs
    | StatusIs
    | ScopeIs
    | SafetyResolved
    | ConflictShown
    | HypothesisIs
    | RoutineWaits
    | ActionIs
    | AnsweredInTime
)
PropertyNode = PropertyAtom | AllOf | AnyOf | NotSo

LONGEST_WAIT = {
    Urgency.EMERGENCY: timedelta(0),
    Urgency.SAME_DAY: timedelta(hours=24),
    Urgency.URGENT: timedelta(days=14),
}
"""What the levels of urgency mean: the longest time until something is to be done about a red flag."""


# --- properties -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Implies:
    """On every interview where the premise is known to hold, the conclusion is known to hold."""

    premise: PropertyNode | None
    """None: on every interview (kind *always*)."""
    conclusion: PropertyNode


@dataclass(frozen=True, slots=True)
class Change:
    """How the answer of one question differs between two interviews."""

    question: str
    before: Node
    """What holds of its answer in the first interview; it must be known to hold."""
    after: Node
    """What holds of it in the second."""


@dataclass(frozen=True, slots=True)
class RaisesOnly:
    """Two interviews differ in some of these changes and in nothing else: the second is at least as urgent."""

    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class MoreFlags:
    """Wherever some of these red flags weigh more (clear, not excluded, present), the urgency is at least as high."""

    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IndependentOf:
    """Two interviews differ in the answers of these questions and in nothing else: all of *outcomes* come out alike."""

    questions: tuple[str, ...]
    outcomes: tuple[PropertyNode, ...]
    """None of them reads an answer directly, so each is true or false."""


Claim = Implies | RaisesOnly | MoreFlags | IndependentOf


@dataclass(frozen=True, slots=True)
class Property:
    """One statement about every possible interview."""

    id: str
    """As it stands in the file; ``id[flag]`` for one instance of a property about each red flag."""
    title: Wording
    states: str
    """The sentence it makes formal."""
    origin: tuple[str, ...]
    """Where in the evidence it comes from."""
    kind: str
    """always, implies, raises_only, independent_of or contraindication."""
    claim: Claim


# --- what composed atoms stand for ----------------------------------------------------------------


@lru_cache(maxsize=1_024)
def meaning(protocol: Protocol, atom: ActionIs | AnsweredInTime) -> PropertyNode:
    """Spell an atom in statuses of rules and truths of guards.

    An action is *recommended* where a rule of kind do or note has it, is recommended, and no guard of the rule is true
    or unknown: of a safety rule the status alone does not say so, for a guard replaces what is done and leaves the
    status. It is *check_first* where a rule would have it looked into before. *offered* is either.
    *called_for*: a rule of kind do has it and is recommended, also where a guard changes how it is done.
    *advised_against*: a rule of kind avoid has it and is recommended.
    """
    if isinstance(atom, AnsweredInTime):
        statuses = {"recommended"} if atom.level == "recommended" else {"recommended", "precaution"}
        answering = [rule for rule in protocol.rules.values() if _answers_in_time(protocol, rule, atom.flag)]
        return AnyOf(tuple(StatusIs(rule.id, frozenset(statuses)) for rule in answering))
    having = [rule for rule in protocol.rules.values() if atom.action in rule.actions]
    if atom.level in {"advised_against", "called_for"}:
        kind = RuleKind.AVOID if atom.level == "advised_against" else RuleKind.DO
        return AnyOf(tuple(StatusIs(rule.id, frozenset({"recommended"})) for rule in having if rule.kind is kind))
    return AnyOf(tuple(_said(rule, atom.level) for rule in having if rule.kind is not RuleKind.AVOID))


def _answers_in_time(protocol: Protocol, rule: Rule, flag: str) -> bool:
    longest = LONGEST_WAIT[protocol.red_flags[flag].urgency]
    acts = rule.answers == flag and rule.kind is RuleKind.DO and rule.category == SAFETY_CATEGORY
    return acts and parse_duration(rule.within) <= longest


def _said(rule: Rule, level: str) -> PropertyNode:
    if rule.category != SAFETY_CATEGORY:
        statuses = {"recommended", "check_first"} if level == "offered" else {level}
        return StatusIs(rule.id, frozenset(statuses))
    known, shown = (
        StatusIs(rule.id, frozenset({"recommended"})),
        StatusIs(rule.id, frozenset({"recommended", "precaution"})),
    )
    free = tuple(GuardIs(each.guard, frozenset({False})) for each in rule.guards)
    open_ = tuple(GuardIs(each.guard, frozenset({False, None})) for each in rule.guards)
    recommended, offered = AllOf((known, *free)), AllOf((shown, *open_))
    if level == "recommended":
        return recommended
    return offered if level == "offered" else AllOf((offered, NotSo(recommended)))


def parts(node: PropertyNode) -> tuple[PropertyNode, ...]:
    """Return what a node is made of; none for an atom."""
    if isinstance(node, AllOf | AnyOf):
        return node.items
    return (node.item,) if isinstance(node, NotSo) else ()


def atoms(node: PropertyNode) -> Iterator[PropertyNode]:
    """Yield the atoms of a tree from left to right."""
    below = parts(node)
    if not below and not isinstance(node, AllOf | AnyOf):
        yield node
    for part in below:
        yield from atoms(part)
