"""What the answers of a case mean: which questions apply, what has expired, findings, red flags.

``assess`` evaluates everything; ``reassess`` follows a set of changed questions through what depends on
them. Both give the same result. Urgency is read off the flags in ``chatbot.core.urgency``.

Two readings run side by side. In a plan a question not asked counts as unknown. While a case is open a
question not yet asked raises nothing, so red flags are also read with such questions left out.
What has aged and what is assessed are worked out from one another, so it stays one module past 400 lines.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

from chatbot.core.condition import NOT_APPLICABLE, Condition, Evaluate, Facts, compile_node
from chatbot.core.earlier import EarlierCases, outside_facts
from chatbot.core.explain import contributors, signed_comparisons
from chatbot.core.protocol import Finding, Protocol, Question, RedFlag, Stage
from chatbot.core.quantity import Quantity
from chatbot.core.tree import Compare, Measured
from chatbot.core.values import Answer, Status, Truth


class FlagState(StrEnum):
    """Where a red flag stands."""

    PRESENT = "present"
    CANNOT_EXCLUDE = "cannot_exclude"
    OPEN = "open"
    """Only while the case is open: questions not yet asked would settle it."""
    CLEAR = "clear"


@dataclass(frozen=True, slots=True)
class Assessment:
    """The meaning of a case's answers at one ``as_of``."""

    as_of: datetime
    applies: Mapping[str, Truth]
    """Question key to whether it applies."""
    facts: Facts
    """Questions not asked count as unknown."""
    open_facts: Facts
    """Questions not asked raise nothing: they compare false."""
    flags: Mapping[str, FlagState]
    """As a plan reads them: never ``open``."""
    open_flags: Mapping[str, FlagState]
    """As the open case reads them."""
    aged: frozenset[str]
    """Questions whose answer has passed its shelf life."""
    expired: frozenset[str]
    """Those of them whose answer is reassuring: they count as not asked."""
    held: Mapping[str, FlagState] = field(default_factory=dict)
    """Red flags that the passing of time alone would lower, with the state they keep until they are answered again."""
    earlier: EarlierCases | None = None
    """What earlier cases of the same person said."""
    region: str = ""
    """Where the case is; empty: not known, or the protocol does not ask."""
    doubted: frozenset[str] = frozenset()
    """Carried answers of the safety screen that raise something: they raise, and clear nothing until confirmed."""


@dataclass(frozen=True, slots=True)
class Network:
    """What depends on what in one protocol, in an order in which everything can be evaluated once."""

    names: tuple[tuple[str, str], ...]
    """``("question", key)``, ``("finding", id)`` or ``("flag", id)``."""
    dependents: tuple[tuple[int, ...], ...]
    """By position: positions that read it."""
    questions: Mapping[str, int]
    """Question key to its position."""
    substitutes: Mapping[str, tuple[str, ...]]
    """Question key to the questions it settles when they cannot apply."""
    ask_order: tuple[str, ...]
    """Question keys as they are asked: context, safety screen, history, examination."""
    safety_order: tuple[str, ...]
    """Those of the safety screen."""
    stages: Mapping[str, Stage]
    """The stage each question is asked in."""
    outside: frozenset[str]
    """What conditions read from outside the interview: ``previous.pain``, ``site.region``."""


@lru_cache(maxsize=8)
def network(protocol: Protocol) -> Network:
    """Return the dependency network of a protocol, computed once."""
    reads = _reads(protocol)
    order: list[tuple[str, str]] = []
    seen: set[tuple[str, str]] = set()

    def visit(name: tuple[str, str]) -> None:
        if name not in seen:
            seen.add(name)
            for other in reads[name]:
                visit(other)
            order.append(name)

    for name in reads:
        visit(name)
    position = {name: index for index, name in enumerate(order)}
    dependents: list[list[int]] = [[] for _ in order]
    for name, others in reads.items():
        for other in others:
            dependents[position[other]].append(position[name])
    substitutes: dict[str, tuple[str, ...]] = {}
    for key, question in protocol.questions.items():
        for reason in question.cannot_apply:
            for substitute in reason.substitute:
                substitutes[substitute] = (*substitutes.get(substitute, ()), key)
    stages = {key: _stage(protocol, question) for key, question in protocol.questions.items()}
    rank = {stage: index for index, stage in enumerate(Stage)}
    ask_order = tuple(sorted(protocol.questions, key=lambda key: rank[stages[key]]))
    return Network(
        names=tuple(order),
        dependents=tuple(tuple(sorted(each)) for each in dependents),
        questions={key: position["question", key] for key in protocol.questions},
        substitutes=substitutes,
        ask_order=ask_order,
        safety_order=tuple(key for key in ask_order if key in protocol.safety_questions),
        stages=stages,
        outside=frozenset(name for condition in protocol.conditions() for name in condition.outside),
    )


@lru_cache(maxsize=1_024)
def network_behind(protocol: Protocol, flag: str) -> Network:
    """Return the part of the network that one red flag hangs on: its other dependents are left out."""
    net = network(protocol)
    sources: dict[int, list[int]] = {}
    for position, dependents in enumerate(net.dependents):
        for dependent in dependents:
            sources.setdefault(dependent, []).append(position)
    needed: set[int] = set()
    waiting = [net.names.index(("flag", flag))]
    while waiting:
        position = waiting.pop()
        if position not in needed:
            needed.add(position)
            waiting += sources.get(position, [])
    followed = tuple(tuple(each for each in some if each in needed) for some in net.dependents)
    return replace(net, dependents=followed)


def _reads(protocol: Protocol) -> dict[tuple[str, str], list[tuple[str, str]]]:
    def of(*conditions: Condition | None) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        for condition in conditions:
            if condition is not None:
                found.extend(("question", key) for key in sorted(condition.questions))
                found.extend(("finding", name) for name in sorted(condition.findings))
        return found

    # Whether a question still waits to be asked hangs on the states of all questions behind its condition, and a
    # state may change where the finding between them does not.
    reads = {
        ("question", key): of(question.when) + [("question", other) for other in _behind_when(protocol, question)]
        for key, question in protocol.questions.items()
    }
    reads |= {("finding", name): of(finding.when) for name, finding in protocol.findings.items()}
    reads |= {("flag", name): of(flag.when, flag.unless) for name, flag in protocol.red_flags.items()}
    return reads


def _behind_when(protocol: Protocol, question: Question) -> list[str]:
    """Return the questions behind the findings that a question's condition reads."""
    if question.when is None or not question.when.findings:
        return []
    return sorted(protocol.questions_behind(question.when) - question.when.questions)


def _stage(protocol: Protocol, question: Question) -> Stage:
    stage = protocol.sections[question.section].stage
    if stage is not Stage.CONTEXT and question.id in protocol.safety_questions:
        return Stage.SAFETY
    return stage


# --- assessment -----------------------------------------------------------------------------------


def assess(
    protocol: Protocol,
    answers: Mapping[str, Answer],
    as_of: datetime,
    held: Mapping[str, FlagState] | None = None,
    *,
    earlier: EarlierCases | None = None,
    region: str = "",
) -> Assessment:
    """Evaluate a case's answers from nothing.

    *held*: red flags that stand at least as they stood before; *earlier*: what ``previous.…`` and ``first.…`` read;
    *region*: what ``site.region`` reads.
    """
    net = network(protocol)
    before = outside_facts(protocol, net.outside, earlier, as_of, region)
    aged = frozenset(key for key, answer in answers.items() if is_aged(protocol, key, answer, as_of))
    raising = raising_answers(protocol, answers, as_of, aged, earlier, region) if aged else set()
    doubted = _doubted(protocol, answers, raising)
    blank = Assessment(as_of, {}, before, before, {}, {}, aged, aged - raising, held or {}, earlier, region, doubted)
    found = _evaluate(protocol, net, blank, answers, range(len(net.names)))
    if not found.doubted:
        return found
    without = replace(blank, expired=blank.expired | blank.doubted)
    asked_again = _evaluate(protocol, net, without, answers, range(len(net.names)))
    return replace(
        found,
        flags=_graver(found.flags, asked_again.flags),
        open_flags=_graver(found.open_flags, asked_again.open_flags),
    )


def _doubted(protocol: Protocol, answers: Mapping[str, Answer], raising: Iterable[str]) -> frozenset[str]:
    return frozenset(key for key in raising if answers[key].carried and key in protocol.safety_questions)


def _graver(one: Mapping[str, FlagState], other: Mapping[str, FlagState]) -> dict[str, FlagState]:
    return {name: max(state, other[name], key=_WEIGHT.__getitem__) for name, state in one.items()}


def reassess(
    protocol: Protocol,
    before: Assessment,
    answers: Mapping[str, Answer],
    changed: Iterable[str],
    *,
    redefined: Collection[str] = (),
    only: Network | None = None,
) -> Assessment:
    """Evaluate again what the *changed* questions touch; ``as_of`` and the earlier cases stay.

    *redefined*: findings that *before* was made with other definitions of. *only*: the part of the network that is
    followed (``network_behind``); what lies outside it stays as it was.
    """
    net = network(protocol) if only is None else only
    changed = set(changed)
    positions: set[int] = set()
    if redefined:
        positions = {index for index, name in enumerate(net.names) if name[1] in redefined and name[0] == "finding"}
    if before.held:
        held = _still_held(protocol, before.held, changed)
        positions.update(index for index, name in enumerate(net.names) if name[0] == "flag" and name[1] in before.held)
        before = replace(before, held=held)
    aged = before.aged - changed
    aged |= {key for key in changed if key in answers and is_aged(protocol, key, answers[key], before.as_of)}
    if aged or before.aged:
        # Whether an answer reassures may hang on another one, so what counts as expired is found anew.
        raising = raising_answers(protocol, answers, before.as_of, aged, before.earlier, before.region)
        if before.doubted or _doubted(protocol, answers, raising):
            return assess(protocol, answers, before.as_of, before.held, earlier=before.earlier, region=before.region)
        expired = aged - raising
        changed |= expired ^ before.expired
        before = replace(before, aged=aged, expired=expired)
    for key in changed:
        positions.add(net.questions[key])
        positions.update(net.questions[other] for other in net.substitutes.get(key, ()))
    return _evaluate(protocol, net, before, answers, sorted(positions))


def hold(protocol: Protocol, before: Assessment, after: Assessment) -> dict[str, FlagState]:
    """Return the red flags that only time has lowered between two sittings, with the state they keep.

    An answer that raised a flag stays until it is answered again: a window of hours that has passed since does not
    take an emergency back.
    """
    return {
        name: state
        for name, state in before.open_flags.items()
        if _WEIGHT[state] > _WEIGHT[after.open_flags[name]] and state is not FlagState.OPEN
    }


def _still_held(protocol: Protocol, held: Mapping[str, FlagState], changed: Iterable[str]) -> dict[str, FlagState]:
    """Return the held flags behind which nothing was answered again."""
    again = set(changed)
    return {name: state for name, state in held.items() if again.isdisjoint(_behind(protocol, name))}


@lru_cache(maxsize=1_024)
def _behind(protocol: Protocol, flag: str) -> frozenset[str]:
    found = protocol.questions_behind(protocol.red_flags[flag].when)
    unless = protocol.red_flags[flag].unless
    return found if unless is None else found | protocol.questions_behind(unless)


def _evaluate(
    protocol: Protocol, net: Network, before: Assessment, answers: Mapping[str, Answer], start: Iterable[int]
) -> Assessment:
    applies = dict(before.applies)
    states = dict(before.facts.states)
    as_of = before.as_of
    facts = Facts(dict(before.facts.values), states, dict(before.facts.findings), as_of, applies)
    values, findings = dict(before.open_facts.values), dict(before.open_facts.findings)
    open_facts = Facts(values, states, findings, as_of, applies, facts)
    after = replace(
        before,
        applies=applies,
        facts=facts,
        open_facts=open_facts,
        flags=dict(before.flags),
        open_flags=dict(before.open_flags),
    )
    waiting = list(start)
    queued = set(waiting)
    heapq.heapify(waiting)
    while waiting:
        position = heapq.heappop(waiting)
        kind, name = net.names[position]
        if kind == "question":
            touched = _settle_question(protocol, protocol.questions[name], answers, after)
        elif kind == "finding":
            touched = _settle_finding(protocol.findings[name], after)
        else:
            touched = _settle_flag(protocol.red_flags[name], after)
        if touched:
            for dependent in net.dependents[position]:
                if dependent not in queued:
                    queued.add(dependent)
                    heapq.heappush(waiting, dependent)
    return after


def _settle_question(protocol: Protocol, question: Question, answers: Mapping[str, Answer], after: Assessment) -> bool:
    key = question.id
    applies: Truth = True if question.when is None else question.when.evaluate(after.facts)
    value, open_value, state = _reading(question, applies, answers, after.expired)
    if applies is None and state == "not_asked" and not waits_to_be_asked(protocol, question, after.facts):
        open_value = None
    values: dict[str, Any] = after.facts.values  # type: ignore[assignment]
    open_values: dict[str, Any] = after.open_facts.values  # type: ignore[assignment]
    states: dict[str, str] = after.facts.states  # type: ignore[assignment]
    same = (
        key in values
        and values[key] is value
        and open_values[key] is open_value
        and states[key] == state
        and after.applies[key] is applies
    )
    after.applies[key] = applies  # type: ignore[index]
    values[key], open_values[key], states[key] = value, open_value, state
    return not same


def _reading(
    question: Question, applies: Truth, answers: Mapping[str, Answer], expired: frozenset[str]
) -> tuple[Any, Any, str]:
    """Return (value in a plan, value while open, state) of one question."""
    answer = answers.get(question.id)
    if applies is False:
        return NOT_APPLICABLE, NOT_APPLICABLE, "not_applicable"
    if answer is None or question.id in expired:
        return None, NOT_APPLICABLE, "not_asked"
    if answer.status is None:
        return answer.value, answer.value, "known"
    if answer.status is Status.CANNOT_APPLY:
        for reason in question.cannot_apply:
            if reason.id == answer.reason and reason.substitute:
                if all(_has_value(other, answers, expired) for other in reason.substitute):
                    return NOT_APPLICABLE, NOT_APPLICABLE, "cannot_apply"
                if any(other not in answers or other in expired for other in reason.substitute):
                    # What settles it is still to be asked, and a question not asked raises nothing.
                    return None, NOT_APPLICABLE, "cannot_apply"
    return None, None, answer.status.value


def _has_value(key: str, answers: Mapping[str, Answer], expired: frozenset[str]) -> bool:
    return key in answers and answers[key].value is not None and key not in expired


def waits_to_be_asked(protocol: Protocol, question: Question, facts: Facts) -> bool:
    """Whether a question of unknown applicability will still be put, or may be once its condition is settled.

    Not when everything its condition hangs on has been asked, unless it belongs to the safety screen;
    and not even then when all of that was declined.
    """
    assert question.when is not None
    if any(facts.states.get(key) == "not_asked" for key in question.when.questions):
        return True
    hanging = {facts.states[key] for key in contributors(protocol, question.when, facts)}
    if "not_asked" in hanging:
        return True
    return question.id in protocol.safety_questions and hanging != {"declined"}


def _settle_finding(finding: Finding, after: Assessment) -> bool:
    name = finding.id
    evaluate = finding.when.evaluate if finding.number is None else finding.number.evaluate
    value, open_value = evaluate(after.facts), evaluate(after.open_facts)
    known: dict[str, Any] = after.facts.findings  # type: ignore[assignment]
    open_known: dict[str, Any] = after.open_facts.findings  # type: ignore[assignment]
    same = name in known and _same(known[name], value) and _same(open_known[name], open_value)
    known[name], open_known[name] = value, open_value
    return not same


def _same(before: Any, now: Any) -> bool:
    # Numbers are made anew each time; what does not apply is equal to nothing, itself included.
    return before is now or (isinstance(now, Quantity) and bool(before == now))


PLAN_STATES = (FlagState.CLEAR, FlagState.CANNOT_EXCLUDE, FlagState.PRESENT)
"""How a flag may stand in a plan, the lightest first."""

_WEIGHT = {FlagState.CLEAR: 0, FlagState.OPEN: 1, FlagState.CANNOT_EXCLUDE: 2, FlagState.PRESENT: 3}
"""Which of two states of a flag weighs more."""


def flag_state(when: Truth, unless: Truth) -> FlagState:
    """State of a red flag: what clears it must be known to be true."""
    if when is False or unless is True:
        return FlagState.CLEAR
    return FlagState.PRESENT if when is True else FlagState.CANNOT_EXCLUDE


def _settle_flag(flag: RedFlag, after: Assessment) -> bool:
    unless = None if flag.unless is None else flag.unless.evaluate(after.facts)
    state = flag_state(flag.when.evaluate(after.facts), unless)
    open_state = flag_state(flag.when.evaluate(after.open_facts), unless)
    if open_state is FlagState.CLEAR and state is not FlagState.CLEAR:
        open_state = FlagState.OPEN
    kept = after.held.get(flag.id)
    if kept is not None:
        state, open_state = max(state, kept, key=_WEIGHT.__getitem__), max(open_state, kept, key=_WEIGHT.__getitem__)
    after.flags[flag.id] = state  # type: ignore[index]
    after.open_flags[flag.id] = open_state  # type: ignore[index]
    return False


# --- shelf life -----------------------------------------------------------------------------------


def is_aged(protocol: Protocol, key: str, answer: Answer, as_of: datetime) -> bool:
    """Whether a value is past its shelf life. A status never ages: it reassures nobody.

    A carried answer of the safety screen counts as past it until it is confirmed: what was so at an earlier
    visit clears nothing today.
    """
    if answer.value is None:
        return False
    if answer.carried and key in protocol.safety_questions:
        return True
    valid_for = protocol.questions[key].valid_for
    if valid_for is None:
        return False
    return answer.given + timedelta(minutes=valid_for) < as_of


def raising_answers(
    protocol: Protocol,
    answers: Mapping[str, Answer],
    as_of: datetime,
    among: Iterable[str],
    earlier: EarlierCases | None = None,
    region: str = "",
) -> set[str]:
    """Return those questions whose answer makes true some comparison that counts towards a flag or guard.

    Such an answer never expires, so expiry never lowers urgency. Answers count whether their question applies
    or not; for numbers, which leave out what does not apply, also as it does apply.
    """
    wanted = set(among)
    asked = [each for each in _raising_comparisons(protocol) if each[0] in wanted]
    if not asked:
        return set()
    net = network(protocol)
    before = outside_facts(protocol, net.outside, earlier, as_of, region)
    plain = {key: answers[key].value if key in answers else None for key in protocol.questions}
    states = {key: _plain_state(answers.get(key)) for key in protocol.questions}
    facts = Facts({**plain, **before.values}, {**states, **before.states}, dict(before.findings), as_of)
    readings = [facts]
    if any(numeric for *_, numeric in asked):
        numbers: dict[str, Any] = facts.findings  # type: ignore[assignment]
        for kind, name in net.names:
            if kind == "finding" and name in protocol.numbers:
                numbers[name] = protocol.numbers[name].evaluate(facts)
        blank = Assessment(as_of, {}, before, before, {}, {}, frozenset(), frozenset(), {}, earlier, region)
        readings.append(_evaluate(protocol, net, blank, answers, range(len(net.names))).facts)
    return {
        key
        for key, evaluate, raised_by, numeric in asked
        if any(evaluate(each) is raised_by for each in (readings if numeric else readings[:1]))
    }


def _plain_state(answer: Answer | None) -> str:
    if answer is None:
        return "not_asked"
    return "known" if answer.status is None else answer.status.value


@lru_cache(maxsize=8)
def _raising_comparisons(protocol: Protocol) -> tuple[tuple[str, Evaluate, bool, bool], ...]:
    """Return (question, comparison, value that raises, whether it compares numbers)."""
    flags, guards = protocol.red_flags.values(), protocol.guards.values()
    raising = (*(flag.when for flag in flags), *(guard.when for guard in guards))
    found = {each: compile_node(each[1]) for each in signed_comparisons(protocol, *raising)}
    return tuple(
        (key, evaluate, positive, isinstance(node, Compare | Measured))
        for (key, node, positive), evaluate in found.items()
    )
