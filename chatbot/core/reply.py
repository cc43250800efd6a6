"""The answer to a follow-up question, from one case under its own content: JSON data without any prose of its own.

What a rule says, why and why not, its guards, both sides of conflicts, sources and what is still open are taken
from the plan, so that an answer never says more or less than the plan does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chatbot.core.case import Case
from chatbot.core.outcome import STATUSES
from chatbot.core.plan import build_plan, registers
from chatbot.core.protocol import Protocol
from chatbot.core.topics import AskKind, Topic, rules_of

ANSWER_SCHEMA = "backstory.answer/1"

MOST_RELATED = 6
"""Questions that are suggested after an answer."""

_ORDER = ("recommended", "precaution", "check_first", "withheld", "pending", "not_applicable")
assert set(_ORDER) == set(STATUSES)

_OF_A_RULE = (
    "id kind status category within verb title text because why_not pending_on conflicts strength certainty "
    "applicability jurisdiction review_status verification after_emergency"
).split()


def answer(
    protocol: Protocol, case: Case, topic: Topic, kind: AskKind, *, may_tell: Callable[[str], bool] = lambda _: True
) -> dict[str, Any]:
    """Return the answer to a question about a topic.

    *may_tell* says of a question whether the reader may know its answer; reasons that rest on others are left out.
    """
    plan = build_plan(protocol, case)
    return _Reply(protocol, plan, topic, may_tell).build(case, kind)


class _Reply:
    def __init__(self, protocol: Protocol, plan: dict[str, Any], topic: Topic, may_tell: Callable[[str], bool]) -> None:
        self.protocol, self.plan, self.topic, self.may_tell = protocol, plan, topic, may_tell
        self.numbers: dict[str, int] = {}

    def build(self, case: Case, kind: AskKind) -> dict[str, Any]:
        protocol, plan, topic = self.protocol, self.plan, self.topic
        names = rules_of(protocol, topic)
        rules = [self.rule(each) for each in plan["recommendations"] if each["id"] in names]
        rules.sort(key=lambda each: _ORDER.index(each["status"]))
        for each in rules:
            self.number(each["references"])
        conflicts = [
            self.conflict(name)
            for name in protocol.conflicts
            if name in topic.conflicts or any(name in each["conflicts"] for each in rules)
        ]
        hypotheses = [self.hypothesis(each) for each in plan["hypotheses"] if each["id"] in topic.hypotheses]
        extra = [{"id": name, "locator": ""} for name in topic.references]
        self.number(extra)
        return {
            "schema": ANSWER_SCHEMA,
            "kind": kind.value,
            "topic": topic.id,
            "title": registers(topic.title),
            "protocol": protocol.identity,
            "content_status": plan["content_status"],
            "disclaimer": registers(protocol.disclaimer),
            "case_kind": case.kind,
            "as_of": plan["as_of"],
            "urgency": plan["urgency"],
            "red_flags": [
                {**each, "because": self.told(each["because"])}
                for each in plan["red_flags"]
                if each["state"] != "clear" and each["urgency"] is not None
            ],
            "rules": rules,
            "conflicts": conflicts,
            "hypotheses": hypotheses,
            "sources": extra,
            "open_questions": self.open_questions(rules),
            "safety_net": [] if kind is not AskKind.NEXT else self.safety_net(),
            "references": self.references(),
            "related": self.related(names, [each["id"] for each in conflicts]),
        }

    def told(self, reasons: list[dict[str, str]]) -> list[dict[str, str]]:
        return [dict(each) for each in reasons if self.may_tell(each["question"])]

    def rule(self, planned: dict[str, Any]) -> dict[str, Any]:
        guards = [
            {**each, "title": registers(self.protocol.guards[each["id"]].title)}
            for each in planned["guards"]
            if all(self.may_tell(key) for key in self.protocol.questions_behind(self.protocol.guards[each["id"]].when))
        ]
        because = self.told(planned["because"])
        private = len(because) < len(planned["because"]) or len(guards) < len(planned["guards"])
        why_not = planned["why_not"]
        if why_not is not None and (private or not all(map(self.may_tell, self.behind(planned["id"])))):
            why_not = None
        found = {name: planned[name] for name in _OF_A_RULE}
        references = [{"id": each["id"], "locator": each["locator"]} for each in planned["references"]]
        return {**found, "because": because, "why_not": why_not, "guards": guards, "references": references}

    def behind(self, name: str) -> set[str]:
        """Return every question the status of a rule may rest on."""
        rule = self.protocol.rules[name]
        flags = [] if rule.answers is None else [self.protocol.red_flags[rule.answers].when]
        conditions = [*flags, *([rule.when] if rule.when is not None else [])]
        conditions += [self.protocol.guards[each.guard].when for each in rule.guards]
        return {key for condition in conditions for key in self.protocol.questions_behind(condition)}

    def conflict(self, name: str) -> dict[str, Any]:
        conflict = self.protocol.conflicts[name]
        sides: list[dict[str, Any]] = [
            {
                "text": registers(side.text),
                "references": [{"id": each.reference, "locator": each.locator} for each in side.cites],
            }
            for side in conflict.sides
        ]
        for side in sides:
            self.number(side["references"])
        return {
            "id": name,
            "question": registers(conflict.question),
            "sides": sides,
            "default": registers(conflict.default),
        }

    def hypothesis(self, planned: dict[str, Any]) -> dict[str, Any]:
        references = [{"id": each["id"], "locator": each["locator"]} for each in planned["references"]]
        self.number(references)
        sides = {
            side: [each for each in planned[side] if all(self.may_tell(why["question"]) for why in each["because"])]
            for side in ("for", "against")
        }
        return {**planned, **sides, "references": references}

    def safety_net(self) -> list[dict[str, Any]]:
        found = []
        for tier in self.plan["safety_net"]:
            references = [{"id": each["id"], "locator": each["locator"]} for each in tier["references"]]
            self.number(references)
            found.append({**tier, "references": references})
        return found

    def open_questions(self, rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the open questions of the topic, and those its rules wait for."""
        waiting = {key for each in rules for key in each["pending_on"]}
        own = set(self.topic.questions)
        return [
            each
            for each in self.plan["unresolved"]
            if each["question"] in waiting or each["question"] in own or each["question"].split("[")[0] in own
        ]

    def related(self, rules: tuple[str, ...], conflicts: list[str]) -> list[dict[str, Any]]:
        """Return the topics to ask about next: those named, then those that share a rule or a conflict."""
        topics = self.protocol.topics
        named = [topics[name] for name in self.topic.related]
        touching = [
            each
            for each in topics.values()
            if set(each.conflicts) & set(conflicts) or set(rules_of(self.protocol, each)) & set(rules)
        ]
        found = {each.id: each for each in (*named, *touching) if each.id != self.topic.id}
        return [{"topic": each.id, "title": registers(each.title)} for each in list(found.values())[:MOST_RELATED]]

    # --- references ---

    def number(self, references: list[dict[str, Any]]) -> None:
        """Number references in the order in which a reader meets them."""
        for each in references:
            each["n"] = self.numbers.setdefault(each["id"], len(self.numbers) + 1)

    def references(self) -> list[dict[str, Any]]:
        members = "citation type jurisdiction year applicability identifier verified verified_note superseded".split()
        return [
            {"n": n, "id": name, **{each: getattr(self.protocol.references[name], each) for each in members}}
            for name, n in self.numbers.items()
        ]
