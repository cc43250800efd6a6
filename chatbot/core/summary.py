"""The handover summary and the safety-net advice, in both registers. All words come from content."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from chatbot.core.answers import answer_text
from chatbot.core.protocol import HandoverPart, Protocol, Wording
from chatbot.core.refusal import refused_lines
from chatbot.core.values import parse_duration

if TYPE_CHECKING:
    from chatbot.core.case import Case

Line = dict[str, str]

SOONEST = 6
"""How many actions a handover names before it points to the plan."""


def safety_net(protocol: Protocol) -> list[dict[str, Any]]:
    """Return the tiers of when-to-come-back advice."""
    return [
        {
            "id": tier.id,
            "title": _both(tier.title),
            "items": [_both(item) for item in tier.items],
            "references": [{"id": each.reference, "locator": each.locator} for each in tier.cites],
        }
        for tier in protocol.safety_net
    ]


def hanging(unresolved: list[dict[str, Any]]) -> str:
    """Count the open questions of a plan that a red flag hangs on: what ``{open}`` in a label stands for."""
    return str(sum(1 for each in unresolved if each["flags"]))


UNASKED = frozenset({"not_asked", "postponed"})
"""What an open question of a plan says of itself when nobody has answered it."""

_INCOMPLETE = Wording(
    "Questions not asked: {questions}, safety questions among them: {safety}. They count as unknown. "
    "This plan is not finished and cannot be signed.",
    "We have not asked everything yet. Questions left: {questions}, about warning signs: {safety}. "
    "This plan can change. It is not finished.",
)
"""What is said of an incomplete plan where the content has no label for it."""


def is_incomplete(plan: Mapping[str, Any]) -> bool:
    """Whether a plan was made before everything that applies was asked.

    Read off its open questions alone: what is passed on to others says nothing of how far an interview has come.
    """
    return any(each["status"] in UNASKED for each in plan["unresolved"])


def incomplete_text(plan: Mapping[str, Any], labels: Mapping[str, Wording], register: str) -> str:
    """Say how many questions an incomplete plan left out, and what that means; empty for a complete plan."""
    if not is_incomplete(plan):
        return ""
    left = [each for each in plan["unresolved"] if each["status"] in UNASKED]
    counts = {"{questions}": len(left), "{safety}": sum(1 for each in left if each["flags"])}
    said = labels.get("heading.incomplete_text", _INCOMPLETE).in_register(register)
    for name, count in counts.items():
        said = said.replace(name, str(count))
    return said


def handover(
    protocol: Protocol,
    case: Case,
    flags: list[dict[str, Any]],
    recommendations: list[dict[str, Any]],
    hypotheses: list[dict[str, Any]],
    urgency: Line,
) -> list[dict[str, Any]]:
    """Return the parts of the handover, each with its lines. Private answers are left out.

    *urgency*: the sentence about it, in both registers.
    """
    parts = []
    for part in protocol.handover:
        lines = [] if part.intro is None else [_both(part.intro)]
        lines += reported(protocol, case, part)
        if part.id == "situation":
            lines.insert(0, urgency)
        if part.id == "assessment":
            lines += _standing_flags(protocol, flags) + _supported(protocol, hypotheses)
        if part.id == "recommendation":
            lines += soonest(recommendations) + refused_lines(protocol.labels, recommendations)
        parts.append({"id": part.id, "title": _both(part.title), "lines": lines})
    return parts


def reported(protocol: Protocol, case: Case, part: HandoverPart) -> list[Line]:
    """Return one line for each question of a part that applies and has been answered; a group gives a line a row."""
    lines: list[Line] = []
    for name in part.questions:
        if name in protocol.groups:
            lines += _rows(protocol, case, name)
        elif (said := _said(protocol, case, name)) is not None:
            lines.append(said)
    return lines


def _said(protocol: Protocol, case: Case, key: str) -> Line | None:
    question, answer = protocol.questions[key], case.answers.get(key)
    if answer is None or question.private or case.assessment.applies[key] is False or key in case.assessment.expired:
        return None
    line: Line = {}
    for register in ("clinician", "patient"):
        said = answer_text(protocol.labels, question, answer, register)
        name = question.named.in_register(register)
        line[register] = f"{name}: {said}" if question.report else f"{name} {said}"
    return line


def _rows(protocol: Protocol, case: Case, group: str) -> list[Line]:
    lines = []
    shape = protocol.groups[group]
    for row in range(1, shape.most + 1):
        said = [line for field in shape.fields if (line := _said(protocol, case, f"{group}[{row}].{field}"))]
        if said:
            title = shape.title
            lines.append(
                {
                    register: f"{title.in_register(register)} {row}: " + "; ".join(line[register] for line in said)
                    for register in ("clinician", "patient")
                }
            )
    return lines


def _standing_flags(protocol: Protocol, flags: list[dict[str, Any]]) -> list[Line]:
    lines = []
    for flag in flags:
        if flag["state"] == "clear" or flag["urgency"] is None:
            continue
        state = protocol.labels[f"flag.{flag['state']}"]
        tell = protocol.red_flags[flag["id"]].tell
        if flag["state"] == "present" and tell is not None:
            lines.append(_both(tell))
        else:
            lines.append({key: f"{flag['title'][key]}: {state.in_register(key)}" for key in ("clinician", "patient")})
    return lines


def _supported(protocol: Protocol, hypotheses: list[dict[str, Any]]) -> list[Line]:
    label = protocol.labels["hypothesis.supported"]
    return [
        {key: f"{each['title'][key]}: {label.in_register(key)}" for key in ("clinician", "patient")}
        for each in hypotheses
        if each["state"] == "supported"
    ]


def soonest(recommendations: list[dict[str, Any]]) -> list[Line]:
    """Return the texts of what is asked for soonest; in an emergency only what answers it."""
    asked = [
        each
        for each in recommendations
        if each["status"] in {"recommended", "precaution"} and each["kind"] != "note" and not each["after_emergency"]
    ]
    asked.sort(key=lambda each: (each["status"] != "recommended", parse_duration(each["within"])))
    return [dict(each["text"]) for each in asked[:SOONEST]]


def _both(wording: Any) -> Line:
    return {"clinician": wording.clinician, "patient": wording.patient}
