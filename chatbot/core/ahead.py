"""What lies ahead of an open case: the questions left, by section, and the first lines of its plan as they form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chatbot.core.case import Case, is_open
from chatbot.core.effort import minutes_of
from chatbot.core.findings import FlagState, network
from chatbot.core.protocol import SAFETY_CATEGORY, Protocol, Rule, RuleKind
from chatbot.core.values import Urgency, parse_duration
from chatbot.core.view import LeftView


def left(protocol: Protocol, case: Case, relevant: Sequence[str], register: str) -> tuple[LeftView, ...]:
    """Return what is left to ask of the questions known to apply, section by section."""
    open_ = [key for key in relevant if is_open(protocol, case, key)]
    by_section: dict[str, list[str]] = {}
    for key in open_:
        by_section.setdefault(protocol.questions[key].section, []).append(key)
    return tuple(
        LeftView(
            section=protocol.sections[name].title.in_register(register),
            questions=len(keys),
            later=sum(key in case.postponed for key in keys),
            minutes=minutes_of(protocol, keys),
        )
        for name, keys in by_section.items()
    )


def may_come(protocol: Protocol, case: Case, relevant: Sequence[str]) -> tuple[str, ...]:
    """Return the questions of which nobody can say yet whether they will apply."""
    counted = set(relevant)
    applies = case.assessment.applies
    return tuple(
        key
        for key in network(protocol).ask_order
        if applies[key] is None and key not in counted and key not in case.answers
    )


def first_rules(protocol: Protocol, case: Case, statuses: Mapping[str, str]) -> tuple[Rule, ...]:
    """Return what is to be done first as things stand, the most pressing first.

    A precaution is among it once its red flag cannot be excluded, not while its questions wait to be asked; and in an
    emergency nothing is but what the emergency calls for.
    """
    doubted = {name for name, state in case.assessment.open_flags.items() if state is FlagState.CANNOT_EXCLUDE}
    emergency = case.urgency is Urgency.EMERGENCY
    until = protocol.timeline[0].to_day if protocol.timeline else 0
    found = [
        rule
        for rule in protocol.rules.values()
        if (statuses[rule.id] == "recommended" or (statuses[rule.id] == "precaution" and rule.answers in doubted))
        and rule.kind is RuleKind.DO
        and parse_duration(rule.within).days <= until
        and (rule.category == SAFETY_CATEGORY or not emergency)
    ]
    return tuple(sorted(found, key=lambda each: (statuses[each.id] != "recommended", parse_duration(each.within))))
