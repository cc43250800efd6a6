"""Each counterfactual that is shown is true when its answers are really given, and no part of it is enough."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import pytest

from chatbot.core.alternatives import Change, open_to_change
from chatbot.core.case import Case
from chatbot.core.commands import GiveAnswer
from chatbot.core.counterfactual import WhatIf, shown, what_if
from chatbot.core.plan import build_plan
from chatbot.core.reach import URGENCY
from chatbot.core.urgency import plan_urgency
from tests.core.small import sent
from tests.dialogue.vignettes import FEW, case_of
from tests.shipped import shipped_protocol

PROTOCOL = shipped_protocol()
MOST = 3


def for_a_while(times: int) -> Callable[[], bool]:
    """Return a ``keep_going`` that allows a fixed number of rounds, so that a test never depends on a clock."""
    left = iter(range(times))
    return lambda: next(left, None) is not None


@lru_cache
def searched(name: str) -> WhatIf:
    return what_if(PROTOCOL, case_of(PROTOCOL, name), for_a_while(40))


def as_planned(case: Case) -> dict[str, str]:
    plan = build_plan(PROTOCOL, case)
    return {URGENCY: plan["urgency"], **{each["id"]: each["status"] for each in plan["recommendations"]}}


PLANNED: dict[tuple[str, str], dict[str, str]] = {}


def planned_after(name: str, changes: Sequence[Change]) -> dict[str, str]:
    """Give the answers through commands and build the plan anew."""
    key = (name, repr(changes))
    if key not in PLANNED:
        case = case_of(PROTOCOL, name)
        for change in changes:
            case = sent(PROTOCOL, case, change.command(because="new_information"))
        PLANNED[key] = as_planned(case)
    return PLANNED[key]


@pytest.mark.parametrize("name", FEW[:2])
def test_every_counterfactual_shown_is_true_when_applied_and_smallest(name: str) -> None:
    case = case_of(PROTOCOL, name)
    before = as_planned(case)
    tried = 0
    for target, found in searched(name).found.items():
        for each in shown(found, MOST)[0]:
            assert (each.target, each.before) == (target, before[target]) and each.after != each.before
            assert planned_after(name, each.changes)[target] == each.after
            for change in each.changes if len(each.changes) > 1 else ():
                if open_to_change(PROTOCOL, case.assessment, case.answers, change.question):
                    assert planned_after(name, (change,))[target] == before[target]
            tried += 1
    assert tried > 20


@pytest.mark.parametrize("name", FEW)
def test_a_decisive_question_is_open_and_some_answer_to_it_is_listed(name: str) -> None:
    found = searched(name)
    unresolved = {each["question"] for each in build_plan(PROTOCOL, case_of(PROTOCOL, name))["unresolved"]}
    listed = [*(each.question for each in found.decisive), *found.together, *found.neither]
    assert set(listed) == unresolved and len(listed) == len(set(listed))
    for each in found.decisive:
        targets = [*([URGENCY] if each.levels else []), *each.rules]
        for target in targets:
            assert any(each.question == c.changes[0].question for c in found.found[target] if len(c.changes) == 1)


def test_all_single_changes_of_the_urgency_of_the_article_patient_are_found() -> None:
    """Every option of every choice that is open or answered, tried one by one through commands."""
    case = case_of(PROTOCOL, "article_patient")
    found = {
        (each.changes[0].question, each.changes[0].answer.value, each.after)
        for each in searched("article_patient").found[URGENCY]
        if len(each.changes) == 1 and isinstance(each.changes[0].answer.value, str)
    }
    expected = set()
    before = plan_urgency(PROTOCOL, case.assessment)
    for key, question in PROTOCOL.questions.items():
        if question.type.value not in {"yes_no", "choice"}:
            continue
        if not open_to_change(PROTOCOL, case.assessment, case.answers, key):
            continue
        for option in question.options:
            changed = sent(PROTOCOL, case, GiveAnswer(key, value=option.id, because="new_information"))
            urgency = plan_urgency(PROTOCOL, changed.assessment)
            if urgency is not before:
                expected.add((key, option.id, urgency.value))
    assert found == expected and len(expected) > 20
