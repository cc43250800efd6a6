"""What a recorded case would come to under other content: a pure comparison of two plans of the same answers.

The answers are taken over by the id of their question. What the other content does not accept is listed and counts as
not asked; urgency is read as plans read it, so what was not asked counts as unknown.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from chatbot.core.answers import accept
from chatbot.core.case import Case, assessed, earlier_cases
from chatbot.core.condition import Condition
from chatbot.core.content_diff import Change, content_diff
from chatbot.core.outcome import SHOWN_STATUSES
from chatbot.core.plan import build_plan
from chatbot.core.protocol import SAFETY_CATEGORY, Citation, Protocol, RedFlag, Rule, RuleKind
from chatbot.core.urgency import is_asked
from chatbot.core.values import Answer, Status, Urgency, ValueProblem, parse_duration, to_stored

LOWERED, RAISED, PLAN, QUESTION, WORDING, SAME = VERDICTS = (
    "urgency lowered",
    "urgency raised",
    "plan changed",
    "new question needed",
    "wording only",
    "same",
)
"""What may come of a case, the most serious first."""

ABSENT = "not_there"
"""How something stands in content that does not have it."""

Line = Mapping[str, Any]
"""A red flag or a recommendation as a plan has it."""


@dataclass(frozen=True, slots=True)
class ItemImpact:
    """A red flag or a rule that comes out otherwise, and why."""

    item: str
    """``red_flag:ID`` or ``rule:ID``."""
    title: str
    before: str
    """State of a flag, status of a rule; ``not_there`` where the content does not have it."""
    after: str
    urgency: tuple[str | None, str | None] | None
    """What a flag asks for, before and after; None for a rule."""
    changed: tuple[str, ...]
    """What changed in it and in what it reads, in sentences. Empty: only answers that were not taken over."""
    references: tuple[str, ...]
    stricter: bool
    """A flag that asks for more; a rule of safety that now speaks, or an offer that now is held back."""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {
            "item": self.item,
            "title": self.title,
            "before": self.before,
            "after": self.after,
            **({} if self.urgency is None else {"urgency": list(self.urgency)}),
            "changed": list(self.changed),
            "references": list(self.references),
            "stricter": self.stricter,
        }


@dataclass(frozen=True, slots=True)
class Impact:
    """What one case comes to under other content."""

    case: str
    kind: str
    label: str
    subject: str
    verdicts: tuple[str, ...]
    """All that hold, the most serious first."""
    urgency: tuple[str, str]
    """Of the plan, before and after."""
    items: tuple[ItemImpact, ...]
    """Red flags, then rules."""
    fell: tuple[tuple[str, tuple[str, ...]], ...]
    """Where the urgency is lowered: each red flag it falls with, and the rules that answer that flag."""
    asked: tuple[str, ...]
    """Questions that would now be asked and have no answer."""
    not_taken_over: tuple[tuple[str, str], ...]
    """Questions whose answer the other content does not take, with why."""

    @property
    def lowered(self) -> bool:
        """Whether the person would be seen less soon."""
        return LOWERED in self.verdicts

    @property
    def stricter(self) -> bool:
        """Whether the urgency, or a line about safety, would now be stricter: whom to call back."""
        return RAISED in self.verdicts or any(each.stricter for each in self.items if each.urgency is None)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {
            "case": self.case,
            "kind": self.kind,
            "label": self.label,
            "subject": self.subject,
            "verdicts": list(self.verdicts),
            "urgency": list(self.urgency),
            "items": [each.to_json() for each in self.items],
            "asked": list(self.asked),
            "not_taken_over": [{"question": key, "why": why} for key, why in self.not_taken_over],
        }


def impact_of(case: Case, old: Protocol, new: Protocol) -> Impact:
    """Return what a case recorded under *old* comes to under *new*."""
    return _comparison(old, new).impact(case)


@lru_cache(maxsize=8)
def _comparison(old: Protocol, new: Protocol) -> Comparison:
    return Comparison(old, new)


class Comparison:
    """Two states of one protocol; compares any number of cases of the old one."""

    def __init__(self, old: Protocol, new: Protocol) -> None:
        self.old, self.new = old, new
        self.changes: dict[str, list[Change]] = {}
        screens = (old.safety_questions, new.safety_questions)
        for change in content_diff(json.loads(old.canonical), json.loads(new.canonical), screens):
            self.changes.setdefault(change.item, []).append(change)

    def impact(self, case: Case) -> Impact:
        """Return what a case comes to under the new content."""
        was = _bare(case)
        now, lost = taken_over(was, self.new)
        before, after = build_plan(self.old, was), build_plan(self.new, now)
        asked = self._asked(was, now)
        flags = tuple(self._flags(before, after))
        items = (*flags, *self._rules(before, after))
        ranks = (_rank(before["urgency"]), _rank(after["urgency"]))
        found = {
            LOWERED: ranks[1] < ranks[0],
            RAISED: ranks[1] > ranks[0],
            PLAN: bool(items) or _reasoned(before) != _reasoned(after),
            QUESTION: bool(asked),
        }
        verdicts = [verdict for verdict, holds in found.items() if holds]
        if not verdicts:
            reworded = _said(before) != _said(after) or any(map(self._reworded, was.answers))
            verdicts = [WORDING if reworded else SAME]
        return Impact(
            case=case.case,
            kind=case.kind,
            label=case.label,
            subject=case.subject,
            verdicts=tuple(verdicts),
            urgency=(before["urgency"], after["urgency"]),
            items=items,
            fell=tuple(self._fell(flags, ranks[1])) if found[LOWERED] else (),
            asked=asked,
            not_taken_over=lost,
        )

    def _reworded(self, question: str) -> bool:
        return any(change.group == "wording" for change in self.changes.get(f"question:{question}", ()))

    def _fell(self, flags: Iterable[ItemImpact], after: int) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the red flags that asked for more than the new plan does and now ask for less."""
        for each in flags:
            was, now = (_rank(level) for level in each.urgency or (None, None))
            if was > after and now < was:
                rules = (*self.old.rules.values(), *self.new.rules.values())
                answering = (f"rule:{rule.id}" for rule in rules if f"red_flag:{rule.answers}" == each.item)
                yield each.item, tuple(dict.fromkeys(answering))

    def _asked(self, was: Case, now: Case) -> tuple[str, ...]:
        """Return the questions that are put under the new content and were not left open under the old."""
        return tuple(
            key
            for key in self.new.questions
            if key not in now.answers
            and is_asked(self.new, now.assessment, key)
            and not (key in self.old.questions and key not in was.answers and is_asked(self.old, was.assessment, key))
        )

    # --- lines ---

    def _flags(self, before: Line, after: Line) -> Iterator[ItemImpact]:
        for name, was, now in _pairs(before["red_flags"], after["red_flags"]):
            levels = (None if was is None else was["urgency"], None if now is None else now["urgency"])
            states = (ABSENT if was is None else was["state"], ABSENT if now is None else now["state"])
            if levels[0] == levels[1] and _same(*states, nothing="clear"):
                continue
            known = [each.red_flags[name] for each in (self.new, self.old) if name in each.red_flags]
            yield ItemImpact(
                item=f"red_flag:{name}",
                title=known[0].title.clinician,
                before=states[0],
                after=states[1],
                urgency=levels,
                changed=self._changed([f"red_flag:{name}"], [each for flag in known for each in _conditions(flag)]),
                references=self._references(known[0].cites),
                stricter=_rank(levels[1]) > _rank(levels[0]),
            )

    def _rules(self, before: Line, after: Line) -> Iterator[ItemImpact]:
        for name, was, now in _pairs(before["recommendations"], after["recommendations"]):
            states = (ABSENT if was is None else was["status"], ABSENT if now is None else now["status"])
            if _same(*states, nothing="not_applicable") and not _acts_otherwise(was, now):
                continue
            known = [each.rules[name] for each in (self.new, self.old) if name in each.rules]
            named, conditions = self._behind_rules(known)
            yield ItemImpact(
                item=f"rule:{name}",
                title=known[0].title.clinician,
                before=states[0],
                after=states[1],
                urgency=None,
                changed=self._changed([f"rule:{name}", *named], conditions),
                references=self._references(known[0].cites),
                stricter=_stricter(known[0], was, now),
            )

    def _behind_rules(self, rules: Iterable[Rule]) -> tuple[list[str], list[Condition]]:
        """Return the flags and guards that rules hang on, and all conditions of theirs, in both contents."""
        named, conditions = ["protocol:scope"], []
        for rule in rules:
            conditions += [] if rule.when is None else [rule.when]
            guards = [each.guard for each in rule.guards]
            named += [*([] if rule.answers is None else [f"red_flag:{rule.answers}"]), *(f"guard:{g}" for g in guards)]
            for protocol in (self.old, self.new):
                if (flag := protocol.red_flags.get(rule.answers or "")) is not None:
                    conditions += _conditions(flag)
                conditions += [protocol.guards[each].when for each in guards if each in protocol.guards]
        return named, conditions

    def _changed(self, items: list[str], conditions: Iterable[Condition]) -> tuple[str, ...]:
        """Return what changed in items and in all that conditions read, in sentences; of the latter not mere words."""
        behind: dict[str, None] = {}
        for condition in conditions:
            for protocol in (self.old, self.new):
                if condition.findings <= protocol.findings.keys():
                    behind |= dict.fromkeys(f"finding:{name}" for name in sorted(protocol.findings_behind(condition)))
                    behind |= dict.fromkeys(f"question:{key}" for key in sorted(protocol.questions_behind(condition)))
        own = [change.text for item in dict.fromkeys(items) for change in self.changes.get(item, ())]
        read = [
            change.text
            for item in behind
            for change in self.changes.get(item, ())
            if change.group not in {"wording", "sources"}
        ]
        return tuple(dict.fromkeys((*own, *read)))

    def _references(self, cites: Iterable[Citation]) -> tuple[str, ...]:
        found = []
        for each in cites:
            reference = self.new.references.get(each.reference) or self.old.references.get(each.reference)
            told = "" if reference is None else f": {reference.citation}"
            found.append(f"{each.reference}{f' ({each.locator})' if each.locator else ''}{told}")
        return tuple(found)


# --- taking a case over ---------------------------------------------------------------------------


def _bare(case: Case) -> Case:
    """Return a case without what was made of its plan: that belongs to the content it was made under."""
    return replace(case, refusals={}, decisions={}, outcomes={}, review=None, amends=None, versions=())


def taken_over(case: Case, new: Protocol) -> tuple[Case, tuple[tuple[str, str], ...]]:
    """Return a case with those of its answers that other content accepts, assessed by it, and what it does not."""
    answers: dict[str, Answer] = {}
    lost: list[tuple[str, str]] = []
    for key, answer in case.answers.items():
        question = new.questions.get(key)
        if question is None:
            lost.append((key, "there is no such question"))
            continue
        if answer.status is Status.CANNOT_APPLY and answer.reason not in {each.id for each in question.cannot_apply}:
            lost.append((key, "the question has no such reason why it cannot apply"))
            continue
        value = answer.value
        if value is not None:
            try:
                value = accept(question, to_stored(value), max(answer.given, case.as_of))
            except ValueProblem:
                lost.append((key, "the question does not take this answer"))  # which one, is not for a report
                continue
        answers[key] = replace(answer, value=value)
    moved = replace(case, answers=answers)
    if case.previous is not None and case.first is not None:
        moved = replace(moved, earlier=earlier_cases(new, case.previous, case.first))
    held = {name: state for name, state in case.assessment.held.items() if name in new.red_flags}
    return replace(moved, assessment=assessed(new, moved, held)), tuple(lost)


# --- comparing ------------------------------------------------------------------------------------


def _rank(level: str | None) -> int:
    return Urgency.ROUTINE.rank if level is None else Urgency(level).rank


def _same(before: str, after: str, *, nothing: str) -> bool:
    """Whether two states are the same, where content without an item says as much as *nothing*."""
    return (nothing if before == ABSENT else before) == (nothing if after == ABSENT else after)


def _pairs(before: Iterable[Line], after: Iterable[Line]) -> Iterator[tuple[str, Line | None, Line | None]]:
    """Yield (id, line before, line after), in the order of the new content and then of the old."""
    were, are = {each["id"]: each for each in before}, {each["id"]: each for each in after}
    for name in dict.fromkeys((*are, *were)):
        yield name, were.get(name), are.get(name)


def _acts_otherwise(was: Line | None, now: Line | None) -> bool:
    """Whether a line that is shown asks for something else than before, besides its words."""
    if was is None or now is None or now["status"] not in SHOWN_STATUSES:
        return False
    return any(was[member] != now[member] for member in ("kind", "within", "verb", "actions", "answers"))


def _reasoned(plan: Line) -> tuple[Any, ...]:
    """Return what a plan reasons beyond red flags and rules."""
    states = {each["id"]: each["state"] for each in plan["hypotheses"] if each["state"] != "open"}
    return plan["scope"], states, [each["id"] for each in plan["conflicts"]], bool(plan["reassurance"])


_WORDS = (
    *("title", "intended_use", "disclaimer", "hypotheses", "numbers", "instruments", "conflicts", "safety_net"),
    *("reassurance", "handover", "unresolved"),
)
_NO_WORDS = frozenset({"review_status", "review_due", "origin", "references"})


def _said(plan: Line) -> list[Any]:
    """Return the words of a plan that its readers see."""
    lines = [each for each in plan["recommendations"] if each["status"] != "not_applicable"]
    return [
        [_unnumbered(plan.get(name)) for name in _WORDS],
        [each for each in plan["red_flags"] if each["state"] != "clear"],
        [{name: value for name, value in each.items() if name not in _NO_WORDS} for each in lines],
        [[each["id"] for each in line["references"]] for line in lines],
    ]


def _unnumbered(value: Any) -> Any:
    """Return a part of a plan without the numbers of its references: they move when another line comes or goes."""
    if isinstance(value, list):
        return [_unnumbered(each) for each in value]
    if isinstance(value, dict):
        return {name: _unnumbered(each) for name, each in value.items() if name != "n"}
    return value


def _conditions(flag: RedFlag) -> list[Condition]:
    return [flag.when] if flag.unless is None else [flag.when, flag.unless]


_HELD_BACK = {"recommended": 0, "check_first": 1, "pending": 1, "withheld": 2, "not_applicable": 3, ABSENT: 3}
"""How far an offer is held back."""


def _stricter(rule: Rule, was: Line | None, now: Line | None) -> bool:
    """Whether a line about safety became stricter.

    Something to avoid, or a rule of a category of safety: it speaks now, speaks more surely, or is due sooner; whether
    one that answers a red flag speaks, the urgency says. An offer that contraindications are held against: it was made,
    and now waits for a check, is withheld or is not made.
    """
    before = ABSENT if was is None else was["status"]
    after = ABSENT if now is None else now["status"]
    if rule.kind is RuleKind.AVOID or rule.category.endswith(SAFETY_CATEGORY):
        if now is None or after not in SHOWN_STATUSES:
            return False
        if was is None or before not in SHOWN_STATUSES:
            return rule.answers is None
        sooner = parse_duration(now["within"]) < parse_duration(was["within"])
        return sooner or (before != "recommended" and after == "recommended")
    if rule.kind is RuleKind.DO and (rule.guards or (was or {}).get("guards")):
        return before in SHOWN_STATUSES and _HELD_BACK[after] > _HELD_BACK[before]
    return False


def recalled(impacts: Iterable[Impact]) -> list[Impact]:
    """Return the cases that would now be treated more strictly, the most urgent first."""
    found = [each for each in impacts if each.stricter]
    return sorted(found, key=lambda each: (-_rank(each.urgency[1]), _rank(each.urgency[0]), each.case))
