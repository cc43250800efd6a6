"""What is true of a simulated patient by the engine: urgency, the expert's path, red flags, causes, plan items.

Worked out once, when a station is made; marks are given against it. It reads the rules and holds none of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from chatbot.core.case import Case, unanswered
from chatbot.core.findings import Assessment, FlagState, network, network_behind, reassess
from chatbot.core.outcome import Outcome, hypothesis_state, outcome
from chatbot.core.practice.expected_causes import not_to_miss
from chatbot.core.practice.expected_items import items_of
from chatbot.core.practice.station import Expected, FlagExpected
from chatbot.core.protocol import SAFETY_CATEGORY, Protocol, RuleKind
from chatbot.core.urgency import is_asked
from chatbot.core.values import Answer, Source, Status, Urgency, parse_duration


def expected_of(protocol: Protocol, case: Case, *, told: Collection[str], weights: Mapping[str, int]) -> Expected:
    """Work out what is true of a patient.

    *case* holds every fact as an answer, assessed (``chatbot.core.batch.with_answers``); a question that fits this
    patient and has no fact counts as one they do not know. *told*: questions the opening answers.
    *weights*: every key of ``chatbot.core.practice.station.WEIGHTS``.
    """
    known = frozenset(case.answers)
    case = completed(protocol, case)
    truth = case.assessment
    path = tuple(
        key
        for key in network(protocol).ask_order
        if key not in told and (is_asked(protocol, truth, key) or (truth.applies[key] is None and key in known))
    )
    found = outcome(protocol, truth)
    return Expected(
        urgency=found.urgency.value,
        within=_within(protocol, found),
        path=path,
        safety=tuple(key for key in path if key in protocol.safety_questions),
        flags=_flags(protocol, case, path, told, weights, in_emergency=found.urgency is Urgency.EMERGENCY),
        likely=tuple(
            name
            for name, hypothesis in protocol.hypotheses.items()
            if hypothesis_state(hypothesis, truth.facts) == "supported"
        ),
        not_to_miss=not_to_miss(protocol, truth),
        items=items_of(protocol, truth, found, weights),
    )


def completed(protocol: Protocol, case: Case) -> Case:
    """Return the case with *unknown* as the answer to each question that fits and has none, as the patient says it."""
    while True:
        missing = [
            key for key in protocol.questions if key not in case.answers and is_asked(protocol, case.assessment, key)
        ]
        if not missing:
            return case
        unknown = {key: Answer(None, Status.UNKNOWN, Source.PATIENT, case.as_of) for key in missing}
        answers = {**case.answers, **unknown}
        case = replace(case, answers=answers, assessment=reassess(protocol, case.assessment, answers, missing))


def _within(protocol: Protocol, found: Outcome) -> str:
    """Return the shortest time within which a recommended safety action is due; empty where there is none."""
    due = [
        rule.within
        for rule in protocol.rules.values()
        if rule.category == SAFETY_CATEGORY and rule.kind is RuleKind.DO and found.statuses[rule.id] == "recommended"
    ]
    return min(due, key=parse_duration, default="")


# --- red flags ------------------------------------------------------------------------------------


def _flags(
    protocol: Protocol,
    case: Case,
    path: Sequence[str],
    told: Collection[str],
    weights: Mapping[str, int],
    *,
    in_emergency: bool,
) -> tuple[FlagExpected, ...]:
    """Return the red flags an urgency hangs on: those that stand, and those that an expert has to rule out."""
    truth, found, counted = case.assessment, [], False
    for name, flag in protocol.red_flags.items():
        behind, state = flag_behind(protocol, name), truth.flags[name]
        reads = tuple(key for key in path if key in behind)
        present = state is FlagState.PRESENT
        # Nobody has to exclude what raises nothing while it is open, nor what nothing on the path could tell.
        if not present and (flag.if_unknown is None or not reads):
            continue
        first = {key: case.answers[key] for key in told if key in case.answers}
        steps = [(key, case.answers[key]) for key in path if key in behind]
        at = recognised_after(protocol, truth, name, first, steps) if present else None
        after = None if at is None else 0 if at == 0 else path.index(steps[at - 1][0]) + 1
        points = weights.get("flag.clear" if state is FlagState.CLEAR else f"flag.{flag.urgency.value}", 0)
        if in_emergency:
            # Whoever has seen one emergency sends the person on, and leaves the rest to those who receive them.
            emergency = present and flag.urgency is Urgency.EMERGENCY
            points, counted = (points if emergency and not counted else 0), counted or emergency
        found.append(FlagExpected(name, state.value, flag.urgency.value, points, reads, after))
    return tuple(found)


@lru_cache(maxsize=1_024)
def flag_behind(protocol: Protocol, name: str) -> frozenset[str]:
    """Return every question a red flag hangs on: through findings, applicability, and what settles it instead."""
    flag = protocol.red_flags[name]
    found: set[str] = set()
    waiting = [*protocol.questions_behind(flag.when)]
    waiting += [] if flag.unless is None else protocol.questions_behind(flag.unless)
    while waiting:
        key = waiting.pop()
        if key in found:
            continue
        found.add(key)
        question = protocol.questions[key]
        waiting += [] if question.when is None else protocol.questions_behind(question.when)
        waiting += [other for reason in question.cannot_apply for other in reason.substitute]
    return frozenset(found)


def recognised_after(
    protocol: Protocol,
    truth: Assessment,
    flag: str,
    first: Mapping[str, Answer],
    steps: Sequence[tuple[str, Answer]],
) -> int | None:
    """Return after how many steps a red flag is present; None when it is not even after all of them.

    *first* is known before any; *truth* gives the moment. Only steps to questions of
    ``flag_behind`` change anything. More answers never take a present flag back unless they clear or correct
    something, so the place is found by halving.
    """
    blank, only = unanswered(protocol, truth.as_of), network_behind(protocol, flag)

    def is_present(count: int) -> bool:
        answers = {**first, **dict(steps[:count])}
        return reassess(protocol, blank, answers, answers, only=only).flags[flag] is FlagState.PRESENT

    if not is_present(len(steps)):
        return None
    low, high = 0, len(steps)
    while low < high:
        middle = (low + high) // 2
        if is_present(middle):
            high = middle
        else:
            low = middle + 1
    return low
