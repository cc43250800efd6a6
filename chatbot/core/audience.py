"""The plan for one audience: what rests on private answers is left out for those who may not know them.

The part that everybody may read is built from a protocol without anything tainted and from a case without tainted
answers. It cannot tell what those answers were, because it never sees them. To it is added what must not be lost:
the urgency, and what has to be done, in the neutral words of the content. These neutral members are the only ones
that a private answer can change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from chatbot.core.case import Case, InformedRefusal
from chatbot.core.earlier import Earlier, EarlierCases
from chatbot.core.findings import assess
from chatbot.core.outcome import STATUSES
from chatbot.core.phases import CLOSED_PHASES, Phase
from chatbot.core.plan import as_pinned, build_plan, cited, reference_entry, registers
from chatbot.core.protocol import SAFETY_CATEGORY, Hypothesis, Protocol, Rule, RuleKind, Wording
from chatbot.core.site import region_of
from chatbot.core.summary import hanging
from chatbot.core.taint import taint
from chatbot.core.values import Urgency, parse_duration

Json = dict[str, Any]

NEUTRAL_MEMBERS = ("urgency", "safety_asked", "safety_resolved", "neutral")
"""Members of a plan for an audience that does not know which a private answer may change.

Beside them only lines of the handover and references marked ``"neutral": true``.
"""

_KINDS = tuple(RuleKind)


def may_know(protocol: Protocol, case: Case, audience: str) -> bool:
    """Whether private answers may be passed on to an audience: only what is known to be true allows it.

    Raises: KeyError when the protocol has no such audience.
    """
    who = protocol.audiences[audience]
    return who.always or (who.may_know is not None and who.may_know.evaluate(case.assessment.facts) is True)


def for_audience(protocol: Protocol, case: Case, plan: Mapping[str, Any], audience: str) -> Json:
    """Return the plan of a case as an audience may read it, with the member ``audience`` saying for whom it is.

    *plan* is what ``build_plan`` gives for the same protocol and case.

    Raises: KeyError when the protocol has no such audience; ValueError when its scope hangs on a private answer.
    """
    who = protocol.audiences[audience]
    knows = may_know(protocol, case, audience)
    pinned = as_pinned(protocol, case)
    said = {"id": who.id, "title": registers(pinned.audiences[audience].title), "knows": knows}
    if knows:
        return {**plan, "audience": said}
    public = public_protocol(protocol)
    shown = build_plan(public, public_case(public, case))
    urgency = _urgency(protocol, plan, shown)
    steps, references = _steps(pinned, plan, shown["references"])
    return {
        **shown,
        **{name: plan[name] for name in ("urgency", "safety_asked", "safety_resolved")},
        "handover": [_handed_over(protocol, part, urgency) for part in shown["handover"]],
        "references": references,
        "audience": said,
        "neutral": {"flags": _flags(pinned, plan), "steps": steps},
    }


def public_part(plan: Mapping[str, Any]) -> Json:
    """Return what is left of a plan without its neutral members: what no private answer can change."""
    part = {name: value for name, value in plan.items() if name not in NEUTRAL_MEMBERS}
    part["references"] = [each for each in plan["references"] if not each.get("neutral")]
    part["handover"] = [
        {**each, "lines": [line for line in each["lines"] if not line.get("neutral")]} for each in plan["handover"]
    ]
    return part


# --- what everybody may read ----------------------------------------------------------------------


@lru_cache(maxsize=8)
def public_protocol(protocol: Protocol) -> Protocol:
    """Return the protocol without anything that tells of a private answer; its identity stays.

    Raises: ValueError when the scope hangs on a private answer, which a check refuses.
    """
    hidden = taint(protocol)
    if hidden.scope:
        raise ValueError("whether the protocol fits hangs on a private answer")
    questions = {key: each for key, each in protocol.questions.items() if key not in hidden.questions}
    kept = {(each.group, key.rpartition(".")[2]) for key, each in questions.items() if each.group is not None}
    groups = {
        name: replace(group, fields=tuple(field for field in group.fields if (name, field) in kept))
        for name, group in protocol.groups.items()
        if any((name, field) in kept for field in group.fields)
    }
    return replace(
        protocol,
        questions=questions,
        groups=groups,
        sections={
            name: replace(section, questions=tuple(key for key in section.questions if key in questions))
            for name, section in protocol.sections.items()
        },
        findings={name: each for name, each in protocol.findings.items() if name not in hidden.findings},
        instruments={
            name: each
            for name, each in protocol.instruments.items()
            if each.question in questions and each.score not in hidden.findings
        },
        red_flags={name: each for name, each in protocol.red_flags.items() if name not in hidden.red_flags},
        guards={name: each for name, each in protocol.guards.items() if name not in hidden.guards},
        rules={name: each for name, each in protocol.rules.items() if name not in hidden.rules},
        hypotheses={name: _without_clues(protocol, each) for name, each in protocol.hypotheses.items()},
        conflicts={
            name: replace(each, rules=tuple(rule for rule in each.rules if rule not in hidden.rules))
            for name, each in protocol.conflicts.items()
            if not hidden.rules.issuperset(each.rules)
        },
        # "Nothing was found" rests on private answers too, so it is not said to those who may not know them.
        reassurance=() if hidden.red_flags else protocol.reassurance,
        handover=tuple(
            replace(part, questions=tuple(key for key in part.questions if key in questions or key in groups))
            for part in protocol.handover
        ),
    )


def _without_clues(protocol: Protocol, hypothesis: Hypothesis) -> Hypothesis:
    hidden = taint(protocol).clues

    def kept(side: str, clues: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(clue for place, clue in enumerate(clues) if (hypothesis.id, side, place) not in hidden)

    left_out = frozenset(side for name, side, _ in hidden if name == hypothesis.id)
    if not left_out:
        return hypothesis
    return replace(
        hypothesis,
        for_=kept("for", hypothesis.for_),
        against=kept("against", hypothesis.against),
        left_out=left_out,
    )


def public_case(public: Protocol, case: Case) -> Case:
    """Return a case as far as a public protocol knows it.

    Made anew rather than changed, so that nothing a case holds besides is passed on by oversight. How far an open
    interview has come hangs on private questions too, so every open case counts as just opened.
    """
    answers = {key: answer for key, answer in case.answers.items() if key in public.questions}
    held = {name: state for name, state in case.assessment.held.items() if name in public.red_flags}
    earlier = None if case.earlier is None else _public_earlier(public, case.earlier)
    return Case(
        case=case.case,
        kind=case.kind,
        label=case.label,
        subject=case.subject,
        as_of=case.as_of,
        phase=case.phase if case.phase in {*CLOSED_PHASES, Phase.SUSPENDED} else Phase.OPENED,
        answers=answers,
        assessment=assess(public, answers, case.as_of, held=held, earlier=earlier, region=region_of(public, case.site)),
        earlier=earlier,
        next=None,
        site=case.site,
        review=case.review,
        # That an action was refused belongs to its line; what was said about it is the person's own.
        refusals={
            rule: InformedRefusal({}, "", refusal.at) for rule, refusal in case.refusals.items() if rule in public.rules
        },
        postponed=case.postponed & public.questions.keys(),
    )


def _public_earlier(public: Protocol, earlier: EarlierCases) -> EarlierCases:
    def kept(one: Earlier) -> Earlier:
        values = {key: value for key, value in one.values.items() if key in public.questions}
        return replace(one, values=values, findings={k: v for k, v in one.findings.items() if k in public.findings})

    return EarlierCases(kept(earlier.previous), kept(earlier.first))


# --- what must not be lost ------------------------------------------------------------------------


def _urgency(protocol: Protocol, plan: Mapping[str, Any], shown: Json) -> dict[str, str]:
    """Return the sentence about the urgency; it counts only questions that this audience may know of."""
    said = registers(protocol.labels[f"urgency_text.{plan['urgency']}"])
    return {key: text.replace("{open}", hanging(shown["unresolved"])) for key, text in said.items()}


def _handed_over(protocol: Protocol, part: Json, urgency: dict[str, str]) -> Json:
    """Return a part of the handover with the urgency of the whole case, and where the neutral steps stand."""
    lines: list[Json] = list(part["lines"])
    if part["id"] == "situation":
        lines[0] = {**urgency, "neutral": True}
    elif part["id"] == "recommendation" and "audience.pointer" in protocol.labels:
        lines.append(registers(protocol.labels["audience.pointer"]))
    return {**part, "lines": lines}


def _flags(protocol: Protocol, plan: Mapping[str, Any]) -> list[Json]:
    """Return the tainted red flags that stand, in neutral words; those that read alike are one."""
    found: list[Json] = []
    for each in plan["red_flags"]:
        if each["id"] not in taint(protocol).red_flags or each["state"] == "clear" or each["urgency"] is None:
            continue
        neutral = protocol.red_flags[each["id"]].neutral
        tell = None if neutral is None or neutral.tell is None or each["state"] != "present" else neutral.tell
        flag = {
            "title": registers(_unnamed(protocol) if neutral is None else neutral.title),
            "state": each["state"],
            "urgency": each["urgency"],
            "tell": None if tell is None else registers(tell),
        }
        if flag not in found:
            found.append(flag)
    # The most urgent first: a reader who may not know the reasons reads the first line.
    return sorted(found, key=lambda flag: -Urgency(flag["urgency"]).rank)


def _unnamed(protocol: Protocol) -> Wording:
    """Return what is said where the content has no neutral words, which a check refuses: the line is not lost."""
    return protocol.labels.get("audience.unnamed", Wording("in the full record", "in the full record"))


def _steps(protocol: Protocol, plan: Mapping[str, Any], public: list[Json]) -> tuple[list[Json], list[Json]]:
    """Return the tainted rules that apply, in neutral words, and all references: public ones keep their numbers."""
    numbers = {each["id"]: each["n"] for each in public}
    references = list(public)
    found: list[Json] = []
    asked = [each for each in plan["recommendations"] if each["id"] in taint(protocol).rules]
    for each in sorted(asked, key=_rank):
        if each["status"] == "not_applicable":
            continue
        step = _step(protocol, protocol.rules[each["id"]], each)
        if step in found:
            continue
        found.append(step)
        for reference in step["references"]:
            if reference["id"] not in numbers:
                numbers[reference["id"]] = len(numbers) + 1
                entry = reference_entry(protocol, reference["id"], numbers[reference["id"]])
                references.append({**entry, "neutral": True})
    for step in found:
        for reference in step["references"]:
            reference["n"] = numbers[reference["id"]]
    return found, references


def _rank(each: Json) -> tuple[bool, int, int, Any]:
    """Put what concerns safety first, then what is to be done over what is held back, then what is due soonest."""
    return (
        each["category"] != SAFETY_CATEGORY,
        STATUSES.index(each["status"]),
        _KINDS.index(RuleKind(each["kind"])),
        parse_duration(each["within"]),
    )


def _step(protocol: Protocol, rule: Rule, each: Json) -> Json:
    neutral = rule.neutral
    states = {guard["id"]: guard["state"] for guard in each["guards"]}
    held = {"withheld": True, "check_first": "unknown", "recommended": "unknown"}.get(each["status"])
    speaking = [guard for guard in rule.guards if held is not None and states[guard.guard] == held]
    text = neutral.text if neutral is not None and neutral.text is not None else _unnamed(protocol)
    if rule.category == SAFETY_CATEGORY:
        instead = [guard for guard in rule.guards if states[guard.guard] is True and guard.instead is not None]
        text = instead[0].neutral or text if instead else text
    return {
        "kind": each["kind"],
        "status": each["status"],
        "safety": rule.category == SAFETY_CATEGORY,
        "within": each["within"],
        "verb": each["verb"],
        "title": registers(_unnamed(protocol) if neutral is None else neutral.title),
        "text": registers(text),
        "reasons": [registers(_guard_title(protocol, guard.guard)) for guard in speaking],
        "references": [] if neutral is None else [cited(citation) for citation in neutral.cites],
        "after_emergency": each["after_emergency"],
    }


def _guard_title(protocol: Protocol, name: str) -> Wording:
    guard = protocol.guards[name]
    if name not in taint(protocol).guards:
        return guard.title
    return _unnamed(protocol) if guard.neutral is None else guard.neutral.title
