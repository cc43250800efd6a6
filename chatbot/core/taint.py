"""Which parts of a protocol tell something about a private answer: read off the content alone, never off a case.

A question is tainted when it is private, or when whether it applies, is settled or has aged hangs on one that is.
Whatever reads a tainted question or finding is tainted. Nothing here evaluates an answer, so that what a reader may
be shown is decided before anybody answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from chatbot.core.condition import Condition
from chatbot.core.protocol import Protocol, Rule
from chatbot.core.tree import questions_of, walk

Clue = tuple[str, str, int]
"""A clue of a hypothesis: its id, ``for`` or ``against``, and its place there from 0."""


@dataclass(frozen=True, slots=True)
class Taint:
    """Ids of everything in a protocol that tells something about a private answer."""

    questions: frozenset[str]
    """Question keys; of a field of a group all rows or none."""
    findings: frozenset[str]
    red_flags: frozenset[str]
    guards: frozenset[str]
    rules: frozenset[str]
    clues: frozenset[Clue]
    conflicts: frozenset[str]
    """Conflicts one of whose rules is tainted: whether they are shown may hang on it."""
    scope: bool
    """Whether the person is inside the protocol hangs on a private answer; a check refuses such content."""


@lru_cache(maxsize=8)
def taint(protocol: Protocol) -> Taint:
    """Return what is tainted in a protocol, computed once."""
    questions = _questions(protocol)

    def reads(*conditions: Condition | None) -> bool:
        return any(
            condition is not None and not questions.isdisjoint(_behind(protocol, condition)) for condition in conditions
        )

    flags = frozenset(name for name, flag in protocol.red_flags.items() if reads(flag.when, flag.unless))
    guards = frozenset(name for name, guard in protocol.guards.items() if reads(guard.when))

    def told_by(rule: Rule) -> bool:
        return reads(rule.when) or rule.answers in flags or any(each.guard in guards for each in rule.guards)

    rules = frozenset(name for name, rule in protocol.rules.items() if told_by(rule))
    return Taint(
        questions=questions,
        findings=frozenset(name for name, finding in protocol.findings.items() if reads(finding.when)),
        red_flags=flags,
        guards=guards,
        rules=rules,
        clues=frozenset(
            (name, side, place)
            for name, hypothesis in protocol.hypotheses.items()
            for side, clues in (("for", hypothesis.for_), ("against", hypothesis.against))
            for place, clue in enumerate(clues)
            if reads(clue.when)
        ),
        conflicts=frozenset(
            name for name, conflict in protocol.conflicts.items() if not rules.isdisjoint(conflict.rules)
        ),
        scope=reads(protocol.scope.when),
    )


def _behind(protocol: Protocol, condition: Condition) -> frozenset[str]:
    """Return every question a condition reads, of this case or of an earlier one, directly or through findings."""
    found: set[str] = set()
    seen: set[str] = set()
    waiting = [condition]
    while waiting:
        each = waiting.pop()
        found |= each.questions
        earlier = {name.partition(".")[2] for name in each.outside}
        found |= earlier & protocol.questions.keys()
        names = (each.findings | (earlier & protocol.findings.keys())) - seen
        seen |= names
        waiting += [protocol.findings[name].when for name in names]
    return frozenset(found)


def _questions(protocol: Protocol) -> frozenset[str]:
    """Follow private questions through what asks, counts and settles others, until nothing more is found."""
    hangs_on: dict[str, set[str]] = {}
    for key, question in protocol.questions.items():
        behind = set() if question.when is None else set(_behind(protocol, question.when))
        for reason in question.cannot_apply:
            behind.update(reason.substitute)
        hangs_on[key] = behind
    for key, others in _compared(protocol):
        hangs_on[key] |= others
    found = {key for key, question in protocol.questions.items() if question.private}
    while True:
        fields = {_field(protocol, key) for key in found}
        more = {
            key
            for key, behind in hangs_on.items()
            if key not in found and (not found.isdisjoint(behind) or _field(protocol, key) in fields)
        }
        if not more:
            return frozenset(found)
        found |= more


def _compared(protocol: Protocol) -> Iterator[tuple[str, set[str]]]:
    """Yield each question with a shelf life and what it is compared with: whether it still counts hangs on that."""
    conditions = [finding.when for finding in protocol.findings.values()]
    conditions += [flag.when for flag in protocol.red_flags.values()]
    conditions += [guard.when for guard in protocol.guards.values()]
    for condition in conditions:
        for node in walk(condition.tree):
            together = set(questions_of(node))
            for key in together:
                if len(together) > 1 and protocol.questions[key].valid_for is not None:
                    yield key, together - {key}


def _field(protocol: Protocol, key: str) -> tuple[str, str]:
    """Return what is the same for all rows of a field; a question outside groups stands for itself."""
    question = protocol.questions[key]
    return ("", key) if question.group is None else (question.group, key.rpartition(".")[2])
