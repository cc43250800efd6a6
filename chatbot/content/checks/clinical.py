"""What makes clinical content safe to show: references, topics, answers to red flags, words for every state."""

from __future__ import annotations

from collections.abc import Iterator

from chatbot.content.diagnostics import Diagnostic
from chatbot.content.package import Package
from chatbot.content.source import at
from chatbot.core.commands import CORRECTION_REASONS, DECISION_REASONS
from chatbot.core.events import KINDS
from chatbot.core.findings import FlagState
from chatbot.core.navigation import DECISIONS
from chatbot.core.outcome import STATUSES
from chatbot.core.phases import Phase
from chatbot.core.protocol import CATEGORIES, SAFETY_CATEGORY
from chatbot.core.resolve import near_miss
from chatbot.core.urgency import ScopeState
from chatbot.core.values import Source, Status, Urgency

NEEDED_LABELS: dict[str, tuple[str, ...]] = {
    "urgency": tuple(Urgency),
    "urgency_text": tuple(Urgency),
    "symbol": tuple(Urgency),
    "status": (*Status, "not_asked", "postponed"),
    "source": tuple(Source),
    "rule": STATUSES,
    "flag": tuple(FlagState),
    "hypothesis": ("supported", "open", "unlikely"),
    "category": CATEGORIES,
    "phase": tuple(Phase),
    "option": ("yes", "no"),
    "reason": CORRECTION_REASONS,
    "decision": DECISIONS,
    "decision_reason": DECISION_REASONS,
    "scope": tuple(ScopeState),
    "verb": ("request", "be_seen", "done"),
    "kind": KINDS,
    "verification": ("verified", "unverified", "expert_opinion", "judgement"),
    "heading": tuple(
        "urgency red_flags plan now held_back considered references conflicts hypotheses timeline safety_net "
        "open_questions handover after_emergency outside_scope intended_use disclaimer check_first because all_rules "
        "tell_them do_not cannot_exclude reassurance".split()
    ),
}
"""Words every protocol provides, because screens and texts have none of their own."""


def check(package: Package) -> Iterator[Diagnostic]:
    """Yield what is missing or unsafe in rules, origin and labels."""
    yield from _rules(package)
    yield from _answered(package)
    yield from _origin(package)
    yield from _labels(package)


def _rules(package: Package) -> Iterator[Diagnostic]:
    references = package.entries("references")
    for file, name, rule in package.all_rules():
        if not rule.cites:
            mark = at(file.root, ("rules", name), key=True)
            yield mark.diagnostic("P401", f"the rule {name!r} cites no reference", "add 'cites' with at least one")
        for index, cited in enumerate(rule.cites):
            reference = references.get(cited.reference)
            if reference is not None and rule.topic not in reference.topics:
                mark = at(file.root, ("rules", name, "cites", index))
                message = f"{cited.reference} may not be cited for {rule.topic!r}"
                near = near_miss(rule.topic, reference.topics)
                yield mark.diagnostic("P403", message, near or f"its topics are {', '.join(reference.topics)}")
        for index, guard in enumerate(rule.guards):
            if file.model.category == SAFETY_CATEGORY and guard.instead is None:
                mark = at(file.root, ("rules", name, "guards", index))
                message = f"the safety rule {name!r} does not say what to do instead when {guard.guard!r} holds"
                yield mark.diagnostic("P406", message, "write 'guard: {instead: …}'")


def _answered(package: Package) -> Iterator[Diagnostic]:
    answered = {
        rule.answers
        for file, _, rule in package.all_rules()
        if file.model.category == SAFETY_CATEGORY and rule.kind == "do"
    }
    for name in package.entries("red_flags"):
        if name not in answered and not package.broken:
            mark = at(package.single["red_flags"].root, ("red_flags", name), key=True)
            yield mark.diagnostic(
                "P405", f"no safety rule says what to do about {name!r}", f"write one with 'answers: {name}'"
            )


def _origin(package: Package) -> Iterator[Diagnostic]:
    for name, item in package.entries("origin").items():
        if not item.rules and item.changed is None:
            mark = at(package.single["origin"].root, ("recommendations", name), key=True)
            hint = "list the rules that carry it, or write 'changed' with the reason"
            yield mark.diagnostic("P404", f"the recommendation {name!r} is not mapped", hint)


AUDIENCE_LABELS = tuple("for knows knows_not own_record further_steps withheld pointer unnamed".split())
"""Words that exports for an audience need; only of a protocol that declares audiences."""


def _labels(package: Package) -> Iterator[Diagnostic]:
    assert package.manifest is not None
    labels = package.manifest.model.labels
    needed = dict(NEEDED_LABELS)
    if package.entries("audiences"):
        needed["audience"] = AUDIENCE_LABELS
    if package.manifest.model.regions:
        needed["region"] = ("title", "unset")
    for group, names in needed.items():
        missing = [name for name in names if name not in labels.get(group, {})]
        if missing:
            path = ("labels", group) if group in labels else ("labels",)
            mark = at(package.manifest.root, path, key=True)
            words = ", ".join(f"{group}.{name}" for name in missing)
            spare = [name for name in labels.get(group, {}) if name not in names]
            near = next(filter(None, (near_miss(name, spare) for name in missing)), "")
            yield mark.diagnostic("P407", f"no words for {words}", near or "add them in both registers")
