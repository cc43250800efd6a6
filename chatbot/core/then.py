"""The state of a case after one of its records, and what differs between two such states. Pure.

What follows from a case is worked out when it is asked for: a player shows a few of thousands of states.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from chatbot.core.case import Case
from chatbot.core.explain import contributors
from chatbot.core.findings import FlagState, network
from chatbot.core.numbers import finding_json
from chatbot.core.outcome import outcome
from chatbot.core.phases import Phase
from chatbot.core.plan import build_plan
from chatbot.core.protocol import Protocol as Content
from chatbot.core.urgency import is_asked, plan_urgency, safety_asked, safety_resolved, shown_flags
from chatbot.core.values import Answer, Urgency

FINISHED = frozenset({Phase.PLANNED, Phase.SIGNED})
"""Phases in which what was not asked counts as unknown, as in the plan that was issued."""

STANDS = (FlagState.CANNOT_EXCLUDE, FlagState.PRESENT)
"""States of a red flag that stands, the graver last."""

_QUIET = frozenset({"pending", "not_applicable"})
"""Statuses of a rule that nobody is shown: between them nothing changes."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing that became another: its id, and what it was and is; empty: it was not there, or is not any more."""

    id: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class AnswerTurn:
    """An answer that was given, changed or taken back."""

    question: str
    before: Answer | None
    after: Answer | None


@dataclass(frozen=True, slots=True)
class Changed:
    """What one record changed. None and empty: it is as it was."""

    urgency: Turn | None
    phase: Turn | None
    question: Turn | None
    """The question on screen."""
    flags: tuple[Turn, ...]
    """Red flags whose state became another: present, cannot_exclude, open, clear."""
    findings: tuple[Turn, ...]
    """Findings that hold now or hold no longer, and numbers that came to another value."""
    rules: tuple[Turn, ...]
    """Rules by status; empty where a rule waits or does not apply."""
    unresolved: tuple[int, int] | None
    """How many questions that apply have no value."""
    answers: tuple[AnswerTurn, ...]

    @property
    def nothing(self) -> bool:
        """Whether all is as before."""
        turns = (self.urgency, self.phase, self.question, self.unresolved)
        return all(each is None for each in turns) and not (self.flags or self.findings or self.rules or self.answers)


@dataclass(frozen=True, slots=True)
class FlagThen:
    """A red flag as it stood."""

    id: str
    state: FlagState
    because: tuple[str, ...]
    """Questions whose answers are behind it, where it stands."""


@dataclass(frozen=True)
class State:
    """The case after one record, and all that follows from it, worked out when it is asked for."""

    content: Content
    case: Case

    @property
    def urgency(self) -> Urgency:
        """Its urgency as lists of cases say it."""
        return urgency_of(self.content, self.case)

    @cached_property
    def safety_asked(self) -> bool:
        return safety_asked(self.content, self.case.assessment)

    @cached_property
    def safety_resolved(self) -> bool:
        return safety_resolved(self.content, self.case.assessment)

    @cached_property
    def flags(self) -> Mapping[str, FlagState]:
        """Every red flag in content order to its state: what nobody has asked about yet is open."""
        return shown_flags(self.content, self.case.assessment)

    @cached_property
    def findings(self) -> Mapping[str, bool | int | str]:
        """Every finding and number, as a plan spells them."""
        facts = self.case.assessment.facts
        return {name: finding_json(self.content, facts, name) for name in self.content.findings}

    @cached_property
    def rules(self) -> Mapping[str, str]:
        """Every rule to its status. Before the safety screen was asked nothing is a precaution."""
        found = outcome(self.content, self.case.assessment).statuses
        if self.safety_asked:
            return found
        return {name: "pending" if status == "precaution" else status for name, status in found.items()}

    @cached_property
    def unresolved(self) -> tuple[str, ...]:
        """The questions that apply and have no value, in the order of asking."""
        facts, assessment = self.case.assessment.facts, self.case.assessment
        return tuple(
            key
            for key in network(self.content).ask_order
            if facts.states[key] not in {"known", "not_applicable"}
            and facts.values[key] is None
            and is_asked(self.content, assessment, key)
        )

    def flag(self, name: str) -> FlagThen:
        """Return a red flag with the answers behind it."""
        state = self.flags[name]
        behind: list[str] = []
        if state in STANDS:
            when = self.content.red_flags[name].when
            behind = [
                key
                for key in contributors(self.content, when, self.case.assessment.facts)
                if key in self.case.answers and self.case.assessment.applies[key] is not False
            ]
        return FlagThen(name, state, tuple(behind))

    def plan(self) -> dict[str, Any]:
        """Build the plan as it would have been issued at this moment."""
        return build_plan(self.content, self.case)


def urgency_of(content: Content, case: Case) -> Urgency:
    """Return the urgency of a case; of a finished one that of its plan, in which what was not asked is unknown."""
    return plan_urgency(content, case.assessment) if case.phase in FINISHED else case.urgency


def difference(before: State | None, now: State) -> Changed:
    """Return what differs between two states; with none before, what is so from the start."""
    then = None if before is None else before.case
    case = now.case
    flags: Mapping[str, FlagState] = {} if before is None else before.flags
    findings: Mapping[str, bool | int | str] = {} if before is None else before.findings
    rules: Mapping[str, str] = {} if before is None else before.rules
    same = before is not None and then is not None and then.assessment is case.assessment
    unresolved = (0 if before is None else len(before.unresolved), len(now.unresolved))
    return Changed(
        urgency=_turn("urgency", "" if before is None else before.urgency.value, now.urgency.value),
        phase=_turn("phase", "" if then is None else then.phase.value, case.phase.value),
        question=_turn("question", "" if then is None else then.shown or "", case.shown or ""),
        flags=()
        if same
        else tuple(
            Turn(name, flags[name].value if name in flags else "", state.value)
            for name, state in now.flags.items()
            if flags.get(name, FlagState.OPEN) is not state
        ),
        findings=() if same else tuple(_findings(findings, now.findings)),
        rules=()
        if same
        else tuple(
            Turn(name, was, is_)
            for name, status in now.rules.items()
            if (was := _loud(rules.get(name, ""))) != (is_ := _loud(status))
        ),
        unresolved=None if unresolved[0] == unresolved[1] else unresolved,
        answers=tuple(_answers({} if then is None else then.answers, case.answers)),
    )


def _turn(name: str, before: str, after: str) -> Turn | None:
    return None if before == after else Turn(name, before, after)


def _loud(status: str) -> str:
    return "" if status in _QUIET else status


def _findings(before: Mapping[str, bool | int | str], now: Mapping[str, bool | int | str]) -> list[Turn]:
    """Return what holds now or no longer, and numbers with another value; that something is *no* is not told."""
    found: list[Turn] = []
    for name, value in now.items():
        was = before.get(name, "unknown")
        told = {_spelled(each) for each in (was, value)} - {"no", "unknown"}
        if told and (was is not value or not isinstance(value, bool)) and was != value:
            found.append(Turn(name, _spelled(was), _spelled(value)))
    return found


def _spelled(value: bool | int | str) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _answers(before: Mapping[str, Answer], now: Mapping[str, Answer]) -> list[AnswerTurn]:
    if before is now:
        return []
    turns = [AnswerTurn(key, before.get(key), each) for key, each in now.items() if before.get(key) != each]
    return turns + [AnswerTurn(key, each, None) for key, each in before.items() if key not in now]
