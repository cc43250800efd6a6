"""The questionnaires of the shipped protocol: the page is true, scores are read, item 9 is followed up at once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from campaigns.instruments import PAGE, page
from chatbot.core import commands as cmd
from chatbot.core.case import Case, evolve
from chatbot.core.findings import network
from chatbot.core.navigation import decide
from chatbot.core.plan import build_plan
from chatbot.core.protocol import Stage
from tests.dialogue.vignettes import case_of
from tests.shipped import shipped_protocol

PROTOCOL = shipped_protocol()

LICENSED = {
    "ort_oud",
    "start_back",
    "start_back_psych",
    "odi",
    "pain_detect",
    "dn4",
    "s_lanss",
    "pcs",
    "comm",
    "soapp_r",
}


def given(case: Case, **answers: Any) -> Case:
    for key, value in answers.items():
        events = decide(PROTOCOL, case, cmd.GiveAnswer(key, value=value, because="new_information", confirmed=True))
        assert isinstance(events, tuple), events
        for event in events:
            case = evolve(PROTOCOL, case, event)
    return case


def test_the_page_of_the_instruments_is_what_the_content_says() -> None:
    true = PAGE.read_text("utf-8") == page()  # not asserted at once: a page is too long to be compared line by line
    assert true, "run python -m campaigns.instruments"


def test_no_item_of_a_licensed_instrument_stands_in_the_content() -> None:
    kept = json.loads(PROTOCOL.canonical)["instruments"]
    assert {name for name, each in kept.items() if not each["reproduce"]} == LICENSED
    for name in LICENSED:
        assert not {"items", "options", "stem"} & kept[name].keys()
        assert PROTOCOL.questions[PROTOCOL.instruments[name].question].minimum is not None


def test_nothing_scored_is_asked_before_the_safety_screen_is_settled() -> None:
    stages, order = network(PROTOCOL).stages, network(PROTOCOL).ask_order
    last = max(order.index(key) for key in PROTOCOL.safety_questions)
    for each in PROTOCOL.instruments.values():
        assert stages[each.question] in {Stage.HISTORY, Stage.EXAMINATION}
        assert order.index(each.question) > last and each.question not in PROTOCOL.safety_questions


@pytest.mark.parametrize(("answer", "urgency"), [("1", "same_day"), ("3", "same_day"), ("0", "routine")])
def test_the_last_item_above_zero_leads_to_the_suicide_enquiry_at_once(answer: str, urgency: str) -> None:
    items = dict.fromkeys(("sleep", "energy", "appetite", "failure", "concentration", "movement"), "0")
    case = given(case_of(PROTOCOL, "routine_complete"), phq2={"interest": "2", "mood": "1"})
    case = given(case, phq9={**items, "self_harm": answer})
    assert case.urgency.value == urgency
    assert (case.next == "self_harm_enquiry") is (answer != "0")
    if answer != "0":
        case = given(case, self_harm_enquiry="plan")
        assert case.urgency.value == "emergency" and case.alarms


def test_what_the_first_visit_scored_is_still_compared_with() -> None:
    assert any("first.peg" in condition.outside for condition in PROTOCOL.conditions())
    assert PROTOCOL.numbers["peg"].text == "peg_items.score"


def test_the_plan_names_each_instrument_once_with_its_band_its_source_and_whose_it_is() -> None:
    case = given(case_of(PROTOCOL, "routine_complete"), phq2={"interest": "3", "mood": "3"})
    case = given(case, phq9=dict.fromkeys([item.id for item in PROTOCOL.questions["phq9"].rows], "1"))
    told = {each["id"]: each for each in build_plan(PROTOCOL, case)["instruments"]}
    assert "phq2" not in told, "its score counts into the PHQ-9"
    assert (told["phq9"]["score"], told["phq9"]["band"]["id"]) == ("13", "moderate")
    assert told["phq9"]["references"][0]["n"] and "Pfizer" in told["phq9"]["attribution"]["clinician"]
    assert "peg" not in {each["id"] for each in build_plan(PROTOCOL, case)["numbers"]}
