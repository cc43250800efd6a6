"""What earlier cases said: read from data, kept by the case, seen by conditions, never able to lower by absence."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from chatbot.core import commands as cmd
from chatbot.core.batch import give_all
from chatbot.core.case import Case, evolve, with_earlier
from chatbot.core.earlier import EarlierCases
from chatbot.core.events import CaseOpened, CaseResumed, CaseSuspended
from chatbot.core.findings import FlagState, assess
from chatbot.core.plan import build_plan
from chatbot.core.quantity import exactly
from chatbot.core.values import Answer, Source, ValueProblem
from tests.shipped import small_protocol

PROTOCOL = small_protocol("numbers")
AS_OF = "2026-03-15T10:30"
DATA: dict[str, Any] = {
    "previous": {
        "as_of": "2026-03-01T09:00",
        "values": {"heat": "150", "item_a": 8, "body": "heavy", "extras": ["tea", "coffee"]},
        "findings": {"score": "6.5", "sweet": True, "hot": "unknown"},
    },
    "first": {"as_of": "2026-01-01T09:00", "values": {"item_a": 9}, "findings": {"score": "unknown"}},
}


def opened(**given: Any) -> Case:
    header = CaseOpened("c", "test", AS_OF, "l", "", PROTOCOL.identity)
    answers = [cmd.GiveAnswer(key, value=value, confirmed=True) for key, value in given.items()]
    return give_all(PROTOCOL, header, answers)[0]


def statuses(case: Case) -> dict[str, str]:
    return {each["id"]: each["status"] for each in build_plan(PROTOCOL, case)["recommendations"]}


def test_data_comes_back_as_it_was_written() -> None:
    earlier = EarlierCases.from_data(PROTOCOL, DATA)
    assert earlier.previous.values["heat"] == Decimal(150) and earlier.previous.findings["score"] == exactly("6.5")
    assert earlier.first.as_of == datetime(2026, 1, 1, 9)
    again = EarlierCases.from_data(PROTOCOL, earlier.to_data())
    assert again == earlier and again.to_data() == earlier.to_data()


def test_what_the_protocol_no_longer_knows_is_left_out() -> None:
    case = {
        "as_of": "2026-03-01",
        "values": {"gone": "1", "heat": "9999", "body": "tall", "item_a": "many", "cold": None, "item_b": 3},
        "findings": {"gone": True, "score": True, "sweet": "6", "points": 4, "index": "a lot"},
    }
    earlier = EarlierCases.from_data(PROTOCOL, {"previous": case})
    assert earlier.previous.values == {"item_b": 3}
    assert earlier.previous.findings == {"points": exactly(4)}
    assert earlier.first == earlier.previous


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"previous": 3},
        {"previous": {}},
        {"previous": {"as_of": "soon"}},
        {"previous": {"as_of": "2026-01-01", "values": 3}},
    ],
)
def test_data_of_another_shape_is_refused(data: Any) -> None:
    with pytest.raises(ValueProblem):
        EarlierCases.from_data(PROTOCOL, data)


def test_without_an_earlier_case_every_comparison_on_it_is_false() -> None:
    case = opened(item_a=4, item_b=4)
    assert case.assessment.facts.findings["better"] is False
    assert statuses(case)["slower"] == "not_applicable"


def test_an_earlier_case_is_read_and_what_it_did_not_say_is_unknown() -> None:
    case = with_earlier(PROTOCOL, opened(item_a=4, item_b=4), EarlierCases.from_data(PROTOCOL, DATA))
    assert case.assessment.facts.findings["better"] is True
    assert statuses(case)["slower"] == "not_applicable"
    silent = {"previous": {"as_of": "2026-03-01"}}
    case = with_earlier(PROTOCOL, case, EarlierCases.from_data(PROTOCOL, silent))
    assert case.assessment.facts.findings["better"] is None
    assert statuses(case)["slower"] == "pending"


def test_the_earlier_cases_stay_through_answers_and_sittings() -> None:
    case = with_earlier(PROTOCOL, opened(item_a=4), EarlierCases.from_data(PROTOCOL, DATA))
    plain = give_all(PROTOCOL, CaseOpened("c", "test", AS_OF, "l", "", PROTOCOL.identity), [])[0]
    assert plain.earlier is None
    from chatbot.core.navigation import decide

    decided = decide(PROTOCOL, case, cmd.GiveAnswer("item_b", value=4, confirmed=True))
    assert isinstance(decided, tuple)
    for event in decided:
        case = evolve(PROTOCOL, case, event)
    assert case.assessment.facts.findings["better"] is True
    assert case.assessment == assess(PROTOCOL, case.answers, case.as_of, earlier=case.earlier)
    case = evolve(PROTOCOL, case, CaseSuspended())
    case = evolve(PROTOCOL, case, CaseResumed("2026-03-20T10:00"))
    assert case.earlier is not None and case.assessment.facts.findings["better"] is True


def test_only_an_earlier_case_that_exists_and_says_so_clears_a_flag() -> None:
    hot = opened(heat="200", cold="0")
    assert hot.assessment.flags["burning"] is FlagState.PRESENT
    silent = EarlierCases.from_data(PROTOCOL, {"previous": {"as_of": "2026-03-01"}})
    assert with_earlier(PROTOCOL, hot, silent).assessment.flags["burning"] is FlagState.PRESENT
    cooler = EarlierCases.from_data(PROTOCOL, {"previous": {"as_of": "2026-03-01", "values": {"heat": "220"}}})
    assert with_earlier(PROTOCOL, hot, cooler).assessment.flags["burning"] is FlagState.CLEAR


def test_an_answer_that_makes_a_number_raise_a_guard_never_expires() -> None:
    given = datetime(2026, 1, 1)
    values = {"years": Decimal(80), "body": "heavy", "weight": Decimal(50), "marker": Decimal(3)}
    answers = {key: Answer(value, None, Source.PATIENT, given) for key, value in values.items()}
    late = given + timedelta(days=60)
    assert assess(PROTOCOL, answers, late).expired == frozenset()
    healthy = {**answers, "marker": replace(answers["marker"], value=Decimal("0.5"))}
    assert assess(PROTOCOL, healthy, late).expired == {"weight"}
