"""What the true plan says of each plan item that a trainee may choose."""

from __future__ import annotations

from collections.abc import Mapping

from chatbot.core.findings import Assessment, FlagState
from chatbot.core.outcome import Outcome
from chatbot.core.practice.station import ItemExpected
from chatbot.core.protocol import SAFETY_CATEGORY, Protocol, Rule, RuleKind
from chatbot.core.values import Urgency

_MAYBE = frozenset({"recommended", "check_first", "pending", "precaution"})
"""Statuses under which an action is at least not wrong."""

_LOOKED_FOR = frozenset({"imaging", "laboratory", "referral"})
"""Categories in which something is looked for, not done to the person."""


def items_of(
    protocol: Protocol, truth: Assessment, found: Outcome, weights: Mapping[str, int]
) -> tuple[ItemExpected, ...]:
    """Return the verdict on every action of the protocol, by name."""
    by_action: dict[str, list[Rule]] = {name: [] for name in sorted(protocol.actions)}
    for rule in protocol.rules.values():
        for action in rule.actions:
            by_action[action].append(rule)
    return tuple(_verdict(protocol, truth, found, weights, name, rules) for name, rules in by_action.items())


def _verdict(
    protocol: Protocol,
    truth: Assessment,
    found: Outcome,
    weights: Mapping[str, int],
    action: str,
    rules: list[Rule],
) -> ItemExpected:
    status = found.statuses
    doing = [rule for rule in rules if rule.kind is RuleKind.DO]
    replaced = {rule.id: guards for rule in doing if (guards := _replaced(protocol, found, action, rule))}
    wanted = [rule for rule in doing if status[rule.id] == "recommended" and rule.id not in replaced]
    safety = [rule for rule in wanted if rule.category == SAFETY_CATEGORY]
    against = [rule for rule in rules if rule.kind is RuleKind.AVOID and status[rule.id] == "recommended"]
    pressing = safety
    if found.urgency is Urgency.EMERGENCY:
        pressing = [rule for rule in safety if _answers_an_emergency(protocol, truth, rule)]
    if pressing:
        return ItemExpected(action, "required", pressing[0].id, points=weights["item.safety"])
    if against:
        # Where one rule asks for it and another warns, nobody is marked for either; nor in an emergency for what is
        # looked for when nothing has changed.
        waits = found.urgency is Urgency.EMERGENCY and all(rule.category in _LOOKED_FOR for rule in against)
        verdict = "accepted" if wanted or waits else "harmful"
        return ItemExpected(action, verdict, against[0].id)
    held = [rule for rule in doing if status[rule.id] == "withheld"]
    possible = [rule for rule in doing if status[rule.id] in _MAYBE and rule.id not in replaced]
    if not possible and (held or replaced):
        first = next(rule for rule in doing if rule in held or rule.id in replaced)
        guards = replaced.get(first.id) or _standing(found, first)
        return ItemExpected(action, "harmful", first.id, guards=guards)
    others = [rule for rule in wanted if rule not in safety]
    if others and found.urgency is not Urgency.EMERGENCY:
        return ItemExpected(action, "required", others[0].id, points=weights["item.other"])
    noted = [rule for rule in rules if rule.kind is RuleKind.NOTE and status[rule.id] in _MAYBE]
    if possible or noted:
        return ItemExpected(action, "accepted", (possible or noted)[0].id)
    return ItemExpected(action, "unsupported", None)


def _answers_an_emergency(protocol: Protocol, truth: Assessment, rule: Rule) -> bool:
    """Whether a rule answers a present red flag that is an emergency."""
    if rule.answers is None:
        return False
    flag = protocol.red_flags[rule.answers]
    return flag.urgency is Urgency.EMERGENCY and truth.flags[rule.answers] is FlagState.PRESENT


def _standing(found: Outcome, rule: Rule) -> tuple[str, ...]:
    return tuple(each.guard for each in rule.guards if found.guards[each.guard] is True)


def _replaced(protocol: Protocol, found: Outcome, action: str, rule: Rule) -> tuple[str, ...]:
    """Return the contraindications for which a safety rule puts something else in place of an action.

    Such a rule stands with its ``instead``. Which of its actions that replaces the other rules tell: the one that
    the same contraindication guards there too.
    """
    if rule.category != SAFETY_CATEGORY:
        return ()
    elsewhere = {
        each.guard
        for other in protocol.rules.values()
        if other.category != SAFETY_CATEGORY and other.kind is RuleKind.DO and action in other.actions
        for each in other.guards
    }
    return tuple(each for each in _standing(found, rule) if each in elsewhere)
