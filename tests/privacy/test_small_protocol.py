"""What no private answer may change, on a small protocol that has every way of leaking one."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from chatbot.core.audience import NEUTRAL_MEMBERS, for_audience, may_know, public_part, public_protocol
from chatbot.core.case import Case, fold
from chatbot.core.events import CaseOpened
from chatbot.core.findings import FlagState, assess
from chatbot.core.navigation import opening
from chatbot.core.phases import Phase
from chatbot.core.plan import build_plan
from chatbot.core.taint import taint
from chatbot.core.values import Answer
from tests.privacy import kit

PROTOCOL = kit.small()
HIDDEN = taint(PROTOCOL)
OPENED = CaseOpened(
    case="t1", kind="test", as_of="2026-03-15T10:30", label="bed 4", subject="", protocol=PROTOCOL.identity
)
EMPTY = fold(PROTOCOL, [OPENED, *opening(PROTOCOL, OPENED)])
CHOICES = {key: list(kit.every_answer(question, EMPTY)) for key, question in PROTOCOL.questions.items()}
EARLIER = datetime(2026, 3, 14, 9, 0)


def aged(answer: Answer | None, old: bool) -> Answer | None:
    return answer if answer is None or not old else replace(answer, given=EARLIER)


ANSWERED = st.fixed_dictionaries(
    {key: st.builds(aged, st.sampled_from(choices), st.booleans()) for key, choices in CHOICES.items()}
)
PRIVATE = st.fixed_dictionaries(
    {
        key: st.builds(aged, st.sampled_from(CHOICES[key]), st.booleans())
        for key in PROTOCOL.questions
        if key in HIDDEN.questions
    }
)
PHASES = st.sampled_from([Phase.SAFETY, Phase.HISTORY, Phase.REVIEW, Phase.PLANNED])


def case_of(answers: dict[str, Answer | None], phase: Phase = Phase.REVIEW) -> Case:
    given_answers = {key: answer for key, answer in answers.items() if answer is not None}
    return replace(kit.with_answers(PROTOCOL, EMPTY, given_answers), phase=phase)


def test_what_reads_a_private_answer_is_tainted_however_far_away() -> None:
    rows = {f"visits[{row}].reason" for row in (1, 2)}
    assert HIDDEN.questions == {"secret", "secret_detail", "looked_at", "gauge", "secret_amount", "amount", *rows}
    assert HIDDEN.findings == {"grave", "over", "cut"}
    assert HIDDEN.red_flags == {"hidden_danger", "hidden_trouble", "gauge_low"}
    assert HIDDEN.guards == {"hidden"}
    assert HIDDEN.rules == PROTOCOL.rules.keys() - {"call", "rest"}
    assert HIDDEN.clues == {("stove", "for", 1), ("lamp", "against", 0), ("cellar", "for", 0)}
    assert HIDDEN.conflicts == {"both", "hidden_only"}
    assert not HIDDEN.scope


def test_nothing_is_tainted_where_nothing_is_private() -> None:
    open_questions = {key: replace(question, private=False) for key, question in PROTOCOL.questions.items()}
    found = taint(replace(PROTOCOL, questions=open_questions))
    assert not any((found.questions, found.findings, found.red_flags, found.guards, found.rules, found.clues))
    assert not found.conflicts and not found.scope


@given(answers=ANSWERED, other=PRIVATE, phase=PHASES, other_phase=PHASES)
def test_no_private_answer_changes_a_byte_but_in_neutral_lines(
    answers: dict[str, Any], other: dict[str, Any], phase: Phase, other_phase: Phase
) -> None:
    answers["consent"] = None
    one, another = case_of(answers, phase), case_of({**answers, **other}, other_phase)
    assert kit.told(PROTOCOL, one, "doctor") == kit.told(PROTOCOL, another, "doctor")


@given(answers=ANSWERED)
def test_what_is_not_tainted_says_the_same_as_in_the_full_plan(answers: dict[str, Any]) -> None:
    case = case_of(answers)
    plan, shown = build_plan(PROTOCOL, case), kit.exported(PROTOCOL, case, "class")
    assert [shown[name] for name in NEUTRAL_MEMBERS[:3]] == [plan[name] for name in NEUTRAL_MEMBERS[:3]]
    assert shown["red_flags"] == [each for each in plan["red_flags"] if each["id"] not in HIDDEN.red_flags]
    full = {each["id"]: each for each in plan["recommendations"]}
    for each in shown["recommendations"]:
        for name in ("status", "text", "title", "because", "why_not", "guards", "pending_on"):
            assert each[name] == full[each["id"]][name]
    states = {each["id"]: each["state"] for each in plan["hypotheses"]}
    for each in shown["hypotheses"]:
        assert each["state"] in {states[each["id"]], "open"}


@given(answers=ANSWERED)
def test_no_action_is_lost(answers: dict[str, Any]) -> None:
    case = case_of(answers)
    plan, shown = build_plan(PROTOCOL, case), kit.exported(PROTOCOL, case, "class")
    asked = [each for each in plan["recommendations"] if each["status"] != "not_applicable"]
    steps = {(step["title"]["clinician"], step["status"], step["within"]) for step in shown["neutral"]["steps"]}
    for each in asked:
        if each["id"] in HIDDEN.rules:
            neutral = PROTOCOL.rules[each["id"]].neutral
            assert neutral is not None and (neutral.title.clinician, each["status"], each["within"]) in steps
        else:
            assert each["id"] in {other["id"] for other in shown["recommendations"]}


@given(answers=ANSWERED)
def test_a_plan_that_leaves_something_out_says_no_private_word(answers: dict[str, Any]) -> None:
    case = case_of(answers)
    for said in kit.told(PROTOCOL, case, "class").values():
        assert "secret" not in said.lower() and "looked at" not in said.lower() and "looked_at" not in said
    plan = kit.exported(PROTOCOL, case, "class")
    assert "secret" not in str(plan).lower()


def test_the_comparison_can_fail() -> None:
    """The full plan does change with a private answer, so that the properties above are no empty promise."""
    plain = {"grown_up": CHOICES["grown_up"][0]}
    forms = [
        kit.public_forms(PROTOCOL, build_plan(PROTOCOL, case_of({**plain, "secret": answer})))
        for answer in CHOICES["secret"][:2]
    ]
    assert all(forms[0][name] != forms[1][name] for name in forms[0])


def test_what_is_let_through_by_mistake_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """An audience plan built from the full protocol leaks; the comparison sees it."""
    monkeypatch.setattr("chatbot.core.audience.public_protocol", lambda protocol: protocol)
    plain = {"grown_up": CHOICES["grown_up"][0]}
    cases = [case_of({**plain, "secret": answer}) for answer in CHOICES["secret"][:2]]
    assert kit.told(PROTOCOL, cases[0], "class") != kit.told(PROTOCOL, cases[1], "class")


def test_only_a_known_yes_lets_an_audience_know() -> None:
    options = PROTOCOL.questions["consent"]
    for answer in kit.every_answer(options, EMPTY):
        case = kit.swapped(PROTOCOL, EMPTY, "consent", answer)
        allowed = answer is not None and isinstance(answer.value, tuple) and "doctor" in answer.value
        assert may_know(PROTOCOL, case, "doctor") is allowed
        assert may_know(PROTOCOL, case, "person") is True
        assert may_know(PROTOCOL, case, "class") is False


def test_an_audience_that_may_know_reads_the_whole_plan() -> None:
    plan = build_plan(PROTOCOL, EMPTY)
    shown = for_audience(PROTOCOL, EMPTY, plan, "person")
    assert shown.pop("audience") == {
        "id": "person",
        "title": {"clinician": "The person", "patient": "The person"},
        "knows": True,
    }
    assert shown == plan


def test_public_references_keep_their_numbers_and_neutral_ones_come_after() -> None:
    case = kit.swapped(PROTOCOL, EMPTY, "secret", CHOICES["secret"][1])
    shown = kit.exported(PROTOCOL, case, "class")
    public = [each["id"] for each in shown["references"] if "neutral" not in each]
    assert [each["id"] for each in shown["references"] if each.get("neutral")] == ["QUIET"]
    assert [each["n"] for each in shown["references"]] == list(range(1, len(public) + 2))
    assert "BOOK" not in public


def test_a_flag_that_only_time_would_lower_stays_for_every_reader_and_a_tainted_one_is_not_told() -> None:
    held = {"burning": FlagState.PRESENT, "hidden_danger": FlagState.PRESENT}
    case = replace(EMPTY, assessment=assess(PROTOCOL, {}, EMPTY.as_of, held))
    shown = kit.exported(PROTOCOL, case, "class")
    assert {each["id"]: each["state"] for each in shown["red_flags"]} == {"burning": "present"}
    assert shown["neutral"]["flags"][0]["title"]["clinician"] == "Something that needs help now"
    not_held = replace(EMPTY, assessment=assess(PROTOCOL, {}, EMPTY.as_of, {"burning": FlagState.PRESENT}))
    assert kit.told(PROTOCOL, case, "class") == kit.told(PROTOCOL, not_held, "class")


def test_the_public_protocol_holds_nothing_tainted() -> None:
    public = public_protocol(PROTOCOL)
    assert not public.questions.keys() & HIDDEN.questions
    assert not taint(public).questions and not taint(public).rules
    assert public.identity == PROTOCOL.identity
    assert not public.reassurance


@pytest.mark.parametrize("audience", PROTOCOL.audiences)
@pytest.mark.parametrize("place", range(len(CHOICES["secret"])))
def test_a_plan_for_an_audience_fits_the_schema(audience: str, place: int) -> None:
    schema = json.loads((Path(__file__).resolve().parents[2] / "docs" / "plan.schema.json").read_text("utf-8"))
    case = kit.swapped(PROTOCOL, EMPTY, "secret", CHOICES["secret"][place])
    Draft202012Validator(schema).validate(kit.exported(PROTOCOL, case, audience))


def test_a_public_part_has_no_neutral_member() -> None:
    shown = kit.exported(PROTOCOL, EMPTY, "class")
    assert not public_part(shown).keys() & set(NEUTRAL_MEMBERS)
    assert any(line.get("neutral") for part in shown["handover"] for line in part["lines"])
