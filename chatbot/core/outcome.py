"""What a case comes to, without texts: urgency, scope, red flags, guards and the status of every rule.

The plan, the counts beside the interview, previews of corrections and the search for what would change the plan
all read this one account, so that they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chatbot.core.condition import conjunction
from chatbot.core.facts import Facts
from chatbot.core.findings import Assessment, FlagState
from chatbot.core.protocol import SAFETY_CATEGORY, Hypothesis, Protocol, Rule
from chatbot.core.urgency import ScopeState, plan_urgency, scope
from chatbot.core.values import Truth, Urgency

STATUSES = ("recommended", "check_first", "withheld", "pending", "precaution", "not_applicable")
"""What a rule may come out as."""

HYPOTHESIS_STATES = ("supported", "open", "unlikely")
"""Where a hypothesis may stand."""

SHOWN_STATUSES = ("recommended", "precaution", "check_first")
"""Statuses of lines that ask for something to be done."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the answers of a case come to. Questions not asked count as unknown, as in a plan."""

    urgency: Urgency
    scope: ScopeState
    flags: Mapping[str, FlagState]
    guards: Mapping[str, Truth]
    holds: Mapping[str, Truth]
    """Rule to whether its condition holds."""
    statuses: Mapping[str, str]
    """Every rule in content order to one of ``STATUSES``."""


def outcome(protocol: Protocol, assessment: Assessment) -> Outcome:
    """Work out what the answers of a case come to."""
    guards = {name: guard.when.evaluate(assessment.facts) for name, guard in protocol.guards.items()}
    in_scope = scope(protocol, assessment)
    holds = {rule.id: rule_truth(rule, assessment) for rule in protocol.rules.values()}
    statuses = {
        rule.id: scoped_status(
            rule_status(
                holds[rule.id],
                [guards[each.guard] for each in rule.guards],
                rule.category == SAFETY_CATEGORY,
            ),
            in_scope,
            rule.category == SAFETY_CATEGORY,
        )
        for rule in protocol.rules.values()
    }
    return Outcome(plan_urgency(protocol, assessment), in_scope, assessment.flags, guards, holds, statuses)


def rule_status(when: Truth, guards: Iterable[Truth], safety: bool) -> str:
    """Return the status of a rule: the table of the protocol's semantics, nothing else."""
    states = tuple(guards)
    if when is False:
        return "not_applicable"
    contraindicated = any(state is True for state in states)
    if when is None:
        if safety:
            return "precaution"
        return "withheld" if contraindicated else "pending"
    if safety:
        return "recommended"
    if contraindicated:
        return "withheld"
    return "check_first" if any(state is None for state in states) else "recommended"


def scoped_status(status: str, in_scope: ScopeState, safety: bool) -> str:
    """Return what scope makes of a status: outside it only safety rules stand, and in doubt the others wait."""
    if safety or status == "not_applicable" or in_scope is ScopeState.IN:
        return status
    return "not_applicable" if in_scope is ScopeState.OUT else "pending"


_RAISED: dict[FlagState, Truth] = {FlagState.PRESENT: True, FlagState.CANNOT_EXCLUDE: None, FlagState.CLEAR: False}


def elsewhere(rule: Rule, assessment: Assessment) -> bool:
    """Whether a rule is for another region than this one. In doubt every region's rules stand."""
    return bool(rule.regions and assessment.region and assessment.region not in rule.regions)


def rule_truth(rule: Rule, assessment: Assessment) -> Truth:
    """Return whether a rule's condition holds: the red flag it answers is raised, its own ``when``, and its region."""
    if elsewhere(rule, assessment):
        return False
    answered = () if rule.answers is None else (_RAISED[assessment.flags[rule.answers]],)
    own = () if rule.when is None else (rule.when.evaluate(assessment.facts),)
    return conjunction((*answered, *own))


def hypothesis_state(hypothesis: Hypothesis, facts: Facts) -> str:
    """Return one of ``HYPOTHESIS_STATES``; what an audience may not know counts as unsaid, not as absent."""
    speaks_for = any(clue.when.evaluate(facts) is True for clue in hypothesis.for_)
    speaks_against = any(clue.when.evaluate(facts) is True for clue in hypothesis.against)
    if speaks_for and not speaks_against and "against" not in hypothesis.left_out:
        return "supported"
    if speaks_against and not speaks_for and "for" not in hypothesis.left_out:
        return "unlikely"
    return "open"


def conflicts_shown(protocol: Protocol, statuses: Mapping[str, str]) -> tuple[str, ...]:
    """Return the conflicts a plan shows: those of which a rule may apply."""
    return tuple(
        name
        for name, conflict in protocol.conflicts.items()
        if any(statuses[rule] != "not_applicable" for rule in conflict.rules)
    )
