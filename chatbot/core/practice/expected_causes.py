"""Which causes must not be missed in a patient: those that a standing red flag stands for.

Content does not say which hypothesis a red flag is about, but both say what speaks for them and what they rest on.
So one must not be missed where the same answer raises (or leaves open) a red flag and speaks for the cause, both
cite a source in common, and the cause is not unlikely.
"""

from __future__ import annotations

from chatbot.core.condition import Condition
from chatbot.core.facts import Facts
from chatbot.core.findings import Assessment, FlagState
from chatbot.core.outcome import hypothesis_state
from chatbot.core.protocol import Hypothesis, Protocol, RedFlag
from chatbot.core.tree import And, AtLeast, Cell, CellGrade, FindingIs, Includes, Node, Number, OneOf, Or
from chatbot.core.urgency import contribution
from chatbot.core.values import Truth

Said = tuple[str, str]
"""A question and what of its answer decides: an option, a cell, a limit."""


def not_to_miss(protocol: Protocol, truth: Assessment) -> tuple[str, ...]:
    """Return the hypotheses that must not be missed, in content order."""
    standing = [
        (flag, deciding(protocol, flag.when, truth.facts), truth.flags[name])
        for name, flag in protocol.red_flags.items()
        if contribution(flag, truth.flags[name]) is not None
    ]
    return tuple(
        name
        for name, each in protocol.hypotheses.items()
        if hypothesis_state(each, truth.facts) != "unlikely"
        and any(_stands_for(protocol, truth, each, *one) for one in standing)
    )


def _stands_for(
    protocol: Protocol,
    truth: Assessment,
    hypothesis: Hypothesis,
    flag: RedFlag,
    raised_by: frozenset[Said],
    state: FlagState,
) -> bool:
    sources = {each.reference for each in hypothesis.cites}
    if sources.isdisjoint(each.reference for each in flag.cites):
        return False
    # What is only possible speaks for the cause only where the flag is only possible too.
    counts: tuple[Truth, ...] = (True,) if state is FlagState.PRESENT else (True, None)
    return any(
        not raised_by.isdisjoint(deciding(protocol, clue.when, truth.facts))
        for clue in hypothesis.for_
        if clue.when.evaluate(truth.facts) in counts
    )


def deciding(protocol: Protocol, condition: Condition, facts: Facts) -> frozenset[Said]:
    """Return what of the answers makes a condition true, or leaves it unknown. Windows of time are left out."""
    found: set[Said] = set()
    _collect(protocol, condition.tree, condition.evaluate(facts), facts, found)
    return frozenset(found)


def _collect(protocol: Protocol, node: Node, value: Truth, facts: Facts, found: set[Said]) -> None:
    match node:
        case And(items) | Or(items) | AtLeast(_, items):
            for item in items:
                if Condition("", item).evaluate(facts) is value:
                    _collect(protocol, item, value, facts, found)
        case FindingIs(name):
            finding = protocol.findings.get(name)
            if finding is not None and finding.number is None:
                _collect(protocol, finding.when.tree, value, facts, found)
        case OneOf(question, options):
            said = facts.values[question]
            found.update((question, each) for each in options if value is None or each == said)
        case Includes(question, options):
            said = facts.values[question]
            found.update((question, each) for each in options if value is None or each in said)
        case Cell(question, cell) | CellGrade(question, cell):
            found.add((question, cell))
        case Number(question, op, limit):
            found.add((question, f"{op}{limit}"))
