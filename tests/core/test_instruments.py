"""Instruments: what they score, what a missing item does, what they lead to, and who may read them."""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from random import Random
from typing import Any

import pytest

from chatbot.core import commands as cmd
from chatbot.core import domains
from chatbot.core.audience import public_protocol
from chatbot.core.beginnings import pinned
from chatbot.core.case import Case, evolve
from chatbot.core.counterfactual import what_if
from chatbot.core.events import CaseOpened
from chatbot.core.instruments import read_score
from chatbot.core.navigation import decide
from chatbot.core.plan import build_plan
from chatbot.core.quantity import Quantity
from tests.random_answers import random_value
from tests.shipped import small_protocol

SCALES = small_protocol("scales")

CALM: dict[str, Any] = {"grown_up": "yes", "kind": "tall", "smoke": "no"}


def case_with(**answers: Any) -> Case:
    """Return a case with these answers, given in the order of asking."""
    opened = CaseOpened("X", "test", "2026-03-15T10:30", "", "", SCALES.identity)
    case = evolve(SCALES, None, opened)
    for key, value in answers.items():
        events = decide(SCALES, case, cmd.GiveAnswer(key, value=value, confirmed=True))
        assert isinstance(events, tuple), events
        for event in events:
            case = evolve(SCALES, case, event)
    return case


def finding(case: Case, name: str) -> Any:
    return case.assessment.facts.findings[name]


def test_every_total_counts_the_items_of_the_instrument_it_includes() -> None:
    case = case_with(
        **CALM, worry_short={"calm": "3", "sleep": "2"}, worry_long={"hope": "1", "food": "0", "dark": "2"}
    )
    assert finding(case, "worry_long.score").exact == 8
    assert [each["id"] for each in build_plan(SCALES, case)["instruments"]] == ["worry_long"]


def test_a_gate_that_is_not_reached_leaves_the_long_form_out_and_its_score_does_not_apply() -> None:
    case = case_with(**CALM, worry_short={"calm": "1", "sleep": "1"})
    assert case.assessment.applies["worry_long"] is False
    assert build_plan(SCALES, case)["findings"]["worry_long.score"] == "unknown"
    assert finding(case, "worry_long.severe") is False


def test_a_missing_item_is_never_zero_and_keeps_what_the_others_come_to() -> None:
    case = case_with(**CALM, worry_short={"calm": "3"})
    assert finding(case, "worry_short.score") == Quantity(Decimal(3), None)
    assert finding(case, "worry_short.high") is True, "three is reached whatever the other item is"
    assert finding(case, "worry_short.low") is False
    case = case_with(**CALM, worry_short={"calm": "2"})
    assert (finding(case, "worry_short.high"), finding(case, "worry_short.low")) == (None, None)


def test_an_instrument_that_says_incomplete_keeps_nothing_of_its_other_items() -> None:
    case = case_with(**CALM, habit={"often": "daily"})
    assert finding(case, "habit.score") == Quantity(None, None) and finding(case, "habit.risky") is None


def test_an_estimate_is_said_and_nothing_reads_it() -> None:
    case = case_with(**CALM, worry_short={"calm": "3", "sleep": "3"}, worry_long={"hope": "2", "food": "1"})
    found = read_score(SCALES, case.assessment.facts, SCALES.instruments["worry_long"])
    assert (found.missing, found.number.value, found.number.at_least) == (1, None, 9)
    assert found.estimate == Decimal("11")  # 9 / 4 * 5 = 11.25
    assert found.band is None and finding(case, "worry_long.severe") is None
    assert build_plan(SCALES, case)["instruments"][0]["estimate"] == "11"
    two_missing = case_with(**CALM, worry_short={"calm": "3", "sleep": "3"}, worry_long={"hope": "2"})
    assert read_score(SCALES, two_missing.assessment.facts, SCALES.instruments["worry_long"]).estimate is None


def test_losing_an_item_turns_no_band_round() -> None:
    names = ("worry_short.low", "worry_short.high")
    for calm, sleep in product("0123", repeat=2):
        whole = case_with(worry_short={"calm": calm, "sleep": sleep})
        part = case_with(worry_short={"calm": calm})
        for name in names:
            assert finding(part, name) in (finding(whole, name), None)


@pytest.mark.parametrize(
    ("kind", "score", "risky"),
    [("tall", "3", False), ("tall", "4", True), ("short", "2", False), ("short", "3", True), (None, "3", None)],
)
def test_a_cut_off_may_hang_on_another_answer(kind: str | None, score: str, risky: bool | None) -> None:
    many, often = {"2": ("1", "monthly"), "3": ("1", "monthly"), "4": ("4", "never")}[score]
    answers = {"habit": {"many": many, "often": often}, **({} if kind is None else {"kind": kind})}
    case = case_with(**answers)
    if score == "3":  # no answers make three: the band is read off the score itself
        from chatbot.content.checks.instruments import with_score

        facts = with_score(SCALES, case.assessment.facts, SCALES.instruments["habit"], Decimal(3))
        assert facts.findings["habit.risky"] is risky
    else:
        assert finding(case, "habit.risky") is risky


def test_an_item_raises_its_flag_at_once_and_the_next_question_asks_about_it() -> None:
    case = case_with(**CALM, worry_short={"calm": "3", "sleep": "3"}, worry_long={"dark": "1"})
    assert case.urgency.value == "same_day"
    assert case.next == "plan"
    assert "worry_long" not in SCALES.safety_questions


def test_a_private_instrument_is_left_out_for_those_who_may_not_know() -> None:
    public = public_protocol(SCALES)
    assert "worry_long" not in public.instruments and "worry_long.score" not in public.findings
    assert "worry_short" in public.instruments


def test_an_instrument_is_asked_again_at_a_follow_up_and_its_answers_are_pinned_to_compare() -> None:
    assert not {"worry_short", "habit", "ache", "club_score"} & SCALES.carried_questions
    case = case_with(**CALM, ache={"now": "6", "joy": "6", "work": "7"}, club_score="12")
    found = pinned(SCALES, SCALES, case, "0" * 64)
    assert found["answers"]["ache"] == {"now": "6", "joy": "6", "work": "7"}
    assert found["findings"]["ache.score"] == "6.3"


def test_every_score_an_instrument_can_have_is_among_its_representatives() -> None:
    question = SCALES.questions["worry_long"]
    values = domains.representatives(question, domains.atoms_by_question(SCALES)["worry_long"], case_with().as_of)
    assert {sum(map(int, value.values())) for value in values} == set(range(10))  # type: ignore[union-attr, arg-type]


def test_what_would_change_a_recommendation_names_a_score() -> None:
    case = case_with(
        **CALM,
        worry_short={"calm": "3", "sleep": "3"},
        worry_long={"hope": "2", "food": "0", "dark": "0"},
        habit={"often": "never", "many": "0"},
        ache={"now": "1", "joy": "1", "work": "1"},
        club_score="1",
    )
    found = list(what_if(SCALES, case, targets=["ease"]).found["ease"])
    found = [each for each in found if each.after == "recommended"]
    assert {each.changes[0].question for each in found} == {"worry_long", "ache", "club_score"}
    nearest = next(each.changes[0].answer.value for each in found if each.changes[0].question == "worry_long")
    assert sum(map(int, nearest.values())) == 4, "six and four are ten, the edge of the band"  # type: ignore[union-attr]


def test_any_value_a_question_takes_is_said_and_stored() -> None:
    random = Random(7)
    for _ in range(50):
        value = random_value(SCALES.questions["habit"], random)
        case = case_with(habit=value)
        assert case.answers["habit"].value == value
