"""What is true of a simulated patient is read off the engine's own account of the fully answered case."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.core.findings import FlagState
from chatbot.core.practice.expected import completed, expected_of
from chatbot.core.practice.expected_causes import deciding
from chatbot.core.practice.station import WEIGHTS
from chatbot.core.urgency import is_asked, plan_urgency
from tests.core.practice.kit import CALM, FIRE, SMOULDER, TINY, WEIGHT, case_of, expected
from tests.core.small import case_of as small_case
from tests.core.small import protocol_of


def without(answers: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in answers.items() if key not in keys}


URGENCIES = [
    (FIRE, "emergency", "PT0S"),
    (SMOULDER, "urgent", "P14D"),
    (CALM, "routine", ""),
    # Nobody knows whether there is smoke: the alarm cannot be excluded, and nothing is due by a rule that stands.
    (without(FIRE, "smoke", "smoke_since", "alone"), "same_day", ""),
]


@pytest.mark.parametrize(("answers", "urgency", "within"), URGENCIES)
def test_urgency_and_time_limit_are_those_of_the_plan(answers: dict[str, Any], urgency: str, within: str) -> None:
    found = expected(answers)
    assert (found.urgency, found.within) == (urgency, within)


def test_the_path_is_what_fits_and_was_not_told_in_the_order_of_asking() -> None:
    found = expected(FIRE, told=("smoke", "remark"))
    assert found.path == (
        *("grown_up", "smoke_since", "alone", "kidney", "things", "weight", "pain"),
        *("visits_count", "visits[1].place", "power"),
    )
    assert found.safety == ("smoke_since",)


def test_a_present_flag_is_plain_after_the_least_number_of_questions() -> None:
    (flag,) = expected(FIRE).flags
    assert (flag.flag, flag.state, flag.after, flag.points) == ("burning", "present", 3, WEIGHT["flag.emergency"])
    (told,) = expected(FIRE, told=("smoke", "smoke_since")).flags
    assert (told.state, told.after, told.reads) == ("present", 0, ())
    (thick,) = expected({**FIRE, "smoke": "thick"}).flags
    assert thick.after == 2


def test_a_flag_that_raises_nothing_while_open_is_expected_only_where_it_is_present() -> None:
    assert [each.flag for each in expected(CALM).flags] == ["burning"]
    assert [(each.flag, each.state) for each in expected(SMOULDER).flags] == [
        ("burning", "clear"),
        ("old_smoke", "present"),
    ]


def test_what_nobody_knows_cannot_be_excluded() -> None:
    (flag,) = expected(without(FIRE, "smoke", "smoke_since", "alone")).flags
    assert (flag.state, flag.after) == ("cannot_exclude", None)


ITEMS = [
    (FIRE, {"ambulance": "required", "rest": "accepted", "tablet": "harmful"}),
    (SMOULDER, {"ambulance": "unsupported", "rest": "required", "tablet": "harmful"}),
    (CALM, {"ambulance": "unsupported", "rest": "required", "tablet": "required"}),
    # A kidney nobody knows about: the tablet is offered after a check.
    (without(CALM, "kidney"), {"ambulance": "unsupported", "rest": "required", "tablet": "accepted"}),
    ({**CALM, "pain": 1}, {"ambulance": "unsupported", "rest": "required", "tablet": "unsupported"}),
    # Outside the scope only safety rules stand.
    ({**CALM, "grown_up": "no"}, {"ambulance": "unsupported", "rest": "unsupported", "tablet": "unsupported"}),
    ({**FIRE, "grown_up": "no"}, {"ambulance": "required", "rest": "unsupported", "tablet": "unsupported"}),
]


@pytest.mark.parametrize(("answers", "verdicts"), ITEMS)
def test_each_plan_item_has_the_verdict_of_the_true_plan(answers: dict[str, Any], verdicts: dict[str, str]) -> None:
    found = expected(answers)
    assert {each.item: each.verdict for each in found.items} == verdicts


def test_a_harmful_item_names_what_stands_against_it() -> None:
    tablet = next(each for each in expected(FIRE).items if each.item == "tablet")
    assert (tablet.rule, tablet.guards, tablet.points) == ("tablet", ("weak_kidney",), 0)


def test_a_cause_must_not_be_missed_where_it_shares_an_answer_and_a_source_with_a_standing_flag() -> None:
    assert expected(FIRE).not_to_miss == ("stove",)
    # Thick smoke raises the alarm too, and does not speak for the stove.
    assert expected({**FIRE, "smoke": "thick"}).not_to_miss == ()
    assert expected(CALM).not_to_miss == ()


def test_what_decides_a_condition_is_the_option_that_was_given() -> None:
    facts = case_of(FIRE).assessment.facts
    assert deciding(TINY, TINY.red_flags["burning"].when, facts) == {("smoke", "thin")}


@settings(max_examples=40)
@given(seed=st.integers(0, 400))
def test_on_small_protocols_the_truth_is_the_plan_and_the_path_tells_all_of_it(seed: int) -> None:
    protocol = protocol_of(seed)
    case = completed(protocol, small_case(protocol, seed))
    found = expected_of(protocol, case, told=(), weights=dict.fromkeys(WEIGHTS, 1))
    assert found.urgency == plan_urgency(protocol, case.assessment).value
    assert set(found.safety) == set(found.path) & protocol.safety_questions
    assert all(is_asked(protocol, case.assessment, key) or key in case.answers for key in found.path)
    for flag in found.flags:
        assert flag.state == case.assessment.flags[flag.flag].value
        assert (flag.after is None) is (flag.state != FlagState.PRESENT.value)
        if flag.after is not None:
            assert 0 <= flag.after <= len(found.path)
    assert found == expected_of(protocol, replace(case), told=(), weights=dict.fromkeys(WEIGHTS, 1))
