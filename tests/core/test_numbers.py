"""Numbers of a whole case: in the plan, in exports, in explanations, and while the case is open."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.core import commands as cmd
from chatbot.core.batch import give_all
from chatbot.core.case import Case
from chatbot.core.events import CaseOpened
from chatbot.core.explain import contributors
from chatbot.core.findings import FlagState, assess, raising_answers, reassess
from chatbot.core.plan import build_plan
from chatbot.core.urgency import plan_urgency
from chatbot.core.values import BARE_STATUSES, Answer, Source, Status, parse_moment
from chatbot.export.markdown import plan_markdown
from chatbot.export.text import plan_text
from tests.shipped import small_protocol

PROTOCOL = small_protocol("numbers")
AS_OF = "2026-03-15T10:30"


def opened(**given_values: Any) -> Case:
    header = CaseOpened("c", "test", AS_OF, "l", "", PROTOCOL.identity)
    rows = {
        key.replace("__", "].").replace("jars", "jars[", 1) if "__" in key else key: v
        for key, v in given_values.items()
    }
    answers = [
        cmd.GiveAnswer(key, status=value) if value in list(Status) else cmd.GiveAnswer(key, value=value, confirmed=True)
        for key, value in rows.items()
    ]
    return give_all(PROTOCOL, header, answers)[0]


def numbers(case: Case) -> dict[str, Any]:
    return {each["id"]: each for each in build_plan(PROTOCOL, case)["numbers"]}


def behind(case: Case, name: str) -> tuple[str, ...]:
    return contributors(PROTOCOL, PROTOCOL.findings[name].when, case.assessment.facts)


JAM = {"eats_jam": "yes", "jars_count": "2", "jars1__jam": "plum", "jars1__spoons": "40"}


def test_a_plan_says_what_is_known_at_least_or_unknown() -> None:
    case = opened(weight="80", height="1.8", item_a=4, item_b="unknown", item_c="every_day", extras=["tea"], **JAM)
    plan = build_plan(PROTOCOL, case)
    found = numbers(case)
    assert (found["index"]["value"], found["index"]["at_least"], found["index"]["unit"]) == ("24.7", None, "kg/m2")
    assert (found["score"]["value"], found["score"]["at_least"]) == (None, "2")
    assert (found["all_sugar"]["value"], found["all_sugar"]["at_least"]) == (None, "60")
    assert (found["clearance"]["value"], found["clearance"]["at_least"]) == (None, None)
    said = plan["findings"]
    assert (said["index"], said["points"], said["score"], said["sweet"]) == ("24.7", 4, "unknown", True)
    assert [each["question"] for each in found["index"]["because"]] == ["weight", "height"]
    assert found["index"]["references"][0]["id"] == "LEAFLET" and found["index"]["references"][0]["n"] >= 1


def test_a_number_that_does_not_apply_is_left_out() -> None:
    case = opened(eats_jam="no")
    assert "all_sugar" not in numbers(case)
    assert build_plan(PROTOCOL, case)["findings"]["all_sugar"] == "unknown"


@pytest.mark.parametrize("register", ["clinician", "patient"])
def test_exports_say_numbers_with_their_units(register: str) -> None:
    case = opened(weight="80", height="1.8", **JAM)
    plan = build_plan(PROTOCOL, case)
    text = plan_text(plan, PROTOCOL.labels, register=register)
    assert "body index 24.7 kg/m2" in text and "sugar at least 60 mg" in text and "clearance unknown" in text
    assert "body index 24.7 kg/m2" in plan_markdown(plan, PROTOCOL.labels, register=register)


def test_the_reason_for_a_number_is_what_it_is_made_of() -> None:
    known = opened(weight="80", height="1.8")
    assert behind(known, "index") == ("weight", "height")
    assert behind(opened(weight="80"), "index") == ("height",)
    # True already, whatever the second jar holds: what makes it so is what has a value.
    assert behind(opened(**JAM), "sweet") == ("jars_count", "jars[1].jam", "jars[1].spoons")
    unknown = opened(eats_jam="yes", jars_count="1", jars1__jam="secret", jars1__spoons="9")
    # Every question has its value and the table has none: what was looked up is the reason.
    assert "jars[1].jam" in behind(unknown, "sweet")


def test_numbers_while_open_raise_nothing_before_they_are_asked() -> None:
    assert opened().assessment.open_flags["burning"] is FlagState.OPEN
    half = opened(heat="59")
    assert (
        half.assessment.open_flags["burning"] is FlagState.OPEN
        and half.assessment.flags["burning"] is FlagState.CANNOT_EXCLUDE
    )
    assert opened(heat="59", cold="unknown").assessment.open_flags["burning"] is FlagState.CANNOT_EXCLUDE
    assert opened(heat="70", cold="5").assessment.open_flags["burning"] is FlagState.PRESENT


# --- properties -----------------------------------------------------------------------------------

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "heat": st.integers(0, 500).map(Decimal),
    "cold": st.integers(-50, 60).map(Decimal),
    "years": st.integers(18, 120).map(Decimal),
    "body": st.sampled_from(("light", "heavy", "other")),
    "weight": st.integers(20, 300).map(Decimal),
    "height": st.integers(10, 25).map(lambda tenths: Decimal(tenths) / 10),
    "marker": st.integers(2, 200).map(lambda tenths: Decimal(tenths) / 10),
    "item_a": st.integers(0, 10),
    "item_b": st.integers(0, 10),
    "item_c": st.sampled_from(("never", "some_days", "every_day")),
    "extras": st.sampled_from((("tea",), ("tea", "coffee"), ("nothing",))),
    "eats_jam": st.sampled_from(("yes", "no")),
    "jars_count": st.integers(0, 3).map(Decimal),
    **{f"jars[{row}].jam": st.sampled_from(("plum", "cherry", "secret")) for row in (1, 2, 3)},
    **{f"jars[{row}].spoons": st.integers(0, 100).map(Decimal) for row in (1, 2, 3)},
    "stated_sugar": st.integers(0, 1000).map(Decimal),
}


@st.composite
def answers(draw: st.DrawFn) -> dict[str, Answer]:
    found: dict[str, Answer] = {}
    now = parse_moment(AS_OF)
    for key, strategy in VALUES.items():
        match draw(st.sampled_from(("value", "value", "status", "none"))):
            case "value":
                days = draw(st.sampled_from((0, 60)))
                found[key] = Answer(draw(strategy), None, Source.PATIENT, now - timedelta(days=days))
            case "status":
                found[key] = Answer(None, draw(st.sampled_from(BARE_STATUSES)), Source.PATIENT, now)
    return found


@given(answers(), st.sampled_from(sorted(VALUES)))
@settings(deadline=None)
def test_following_a_change_gives_what_evaluating_everything_gives(given_answers: dict[str, Answer], key: str) -> None:
    now = parse_moment(AS_OF)
    before = assess(PROTOCOL, {name: each for name, each in given_answers.items() if name != key}, now)
    followed, whole = reassess(PROTOCOL, before, given_answers, [key]), assess(PROTOCOL, given_answers, now)
    assert followed.facts.findings == whole.facts.findings or str(followed.facts.findings) == str(whole.facts.findings)
    assert str(followed.open_facts.findings) == str(whole.open_facts.findings)
    assert (followed.flags, followed.open_flags, followed.applies) == (whole.flags, whole.open_flags, whole.applies)


@given(answers())
@settings(deadline=None)
def test_an_open_case_raises_nothing_that_its_plan_does_not(given_answers: dict[str, Answer]) -> None:
    found = assess(PROTOCOL, given_answers, parse_moment(AS_OF))
    for name, state in found.open_flags.items():
        if state is FlagState.PRESENT:
            assert found.flags[name] is FlagState.PRESENT
    for name in ("hot", "sweet"):
        if found.open_facts.findings[name] is True:
            assert found.facts.findings[name] is True


@given(answers(), st.sampled_from(sorted(VALUES)), st.sampled_from(BARE_STATUSES))
@settings(deadline=None)
def test_losing_an_answer_that_raises_nothing_never_lowers_the_urgency(
    given_answers: dict[str, Answer], key: str, status: Status
) -> None:
    now = parse_moment(AS_OF)
    if key not in given_answers or key in raising_answers(PROTOCOL, given_answers, now, [key]):
        return
    lost = {**given_answers, key: Answer(None, status, Source.PATIENT, now)}
    before, after = (plan_urgency(PROTOCOL, assess(PROTOCOL, each, now)).rank for each in (given_answers, lost))
    assert after >= before


@given(answers())
@settings(deadline=None)
def test_a_known_number_lies_within_its_declared_range(given_answers: dict[str, Answer]) -> None:
    found = assess(PROTOCOL, given_answers, parse_moment(AS_OF)).facts.findings
    for name, number in PROTOCOL.numbers.items():
        exact = getattr(found[name], "exact", None)
        assert exact is None or number.minimum <= exact <= number.maximum
