"""Theorems over any protocol, and properties over every interview: proved, or refuted by interviews of the engine."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from chatbot.content.library import find_protocol, protocols_folder
from chatbot.core.condition import Condition
from chatbot.core.findings import FlagState
from chatbot.core.outcome import outcome
from chatbot.core.property_tree import FlagIs, Implies, IndependentOf, Property, StatusIs, UrgencyIs
from chatbot.core.protocol import Protocol, Wording
from chatbot.core.tree import Constant
from chatbot.core.urgency import plan_urgency
from chatbot.core.values import Urgency
from chatbot.proof.claims import refute
from chatbot.proof.interviews import Interview, Search, Unsettled
from chatbot.proof.model import Model
from chatbot.proof.properties import load_properties
from chatbot.proof.situation import broken, situation_of
from chatbot.proof.theorems import Verdict, theorems
from tests.proof.test_model import AS_OF, SMALL_ONES, model, protocol_of
from tests.shipped import shipped_protocol

ANKLE = "ottawa_ankle"


def verdicts_of(made: Model) -> list[Verdict]:
    made.build()
    return list(theorems(made, Search(made), shown=True))


@cache
def verdicts(name: str) -> list[Verdict]:
    return verdicts_of(model(name))


def failing(found: list[Verdict]) -> set[tuple[str, str]]:
    return {(each.theorem, each.name) for each in found if each.holds is not True}


def test_the_ankle_protocol_is_sound() -> None:
    assert failing(verdicts(ANKLE)) == set()


@pytest.mark.parametrize("name", [*SMALL_ONES, ANKLE])
def test_two_interviews_that_show_a_need_differ_in_one_answer_and_in_what_they_come_to(name: str) -> None:
    protocol, made = protocol_of(name), model(name)
    shown = [each for each in verdicts(name) if len(each.shown_by) == 2]
    assert shown
    for each in shown:
        one, other = each.shown_by
        differ = {key for key in {**one.answers, **other.answers} if one.answers.get(key) != other.answers.get(key)}
        assert differ == {each.name.split(" is ")[0]}, each.name
        first, second = one.case(made), other.case(made)
        before, after = outcome(protocol, first.assessment), outcome(protocol, second.assessment)
        if not each.note.startswith("hypothesis"):
            assert (before, first.assessment.applies) != (after, second.assessment.applies), each.name


def test_what_reads_nothing_and_what_hangs_on_an_earlier_visit_is_said() -> None:
    notes = {(each.theorem, each.name): each.note for each in verdicts("numbers") if each.holds is not True}
    assert notes["live", "slower"] == "never recommended"
    excused = {each.name: each.excuse for each in verdicts("numbers") if each.excuse}
    assert excused["slower"] == "hangs on an earlier visit"
    assert {note for (theorem, _), note in notes.items() if theorem == "needed"} <= {
        "no decision and no question hangs on it"
    }
    heights = [each for each in verdicts("numbers") if (each.theorem, each.name) == ("needed", "height")]
    assert heights[0].holds and heights[0].note == "number index"


def _never(protocol: Protocol) -> Protocol:
    """Return a protocol whose first rule can never hold."""
    first = next(iter(protocol.rules.values()))
    dead = replace(first, when=Condition("", Constant(False)))
    return replace(protocol, rules={**protocol.rules, first.id: dead})


def test_a_rule_that_can_never_hold_is_found() -> None:
    wrong = _never(protocol_of(ANKLE))
    dead = next(iter(wrong.rules))
    assert ("live", dead) in failing(verdicts_of(Model(wrong, AS_OF)))


# --- properties -----------------------------------------------------------------------------------


def test_every_property_of_the_ankle_protocol_is_proved() -> None:
    made = model(ANKLE)
    search = Search(made)
    properties = load_properties(find_protocol(ANKLE, protocols_folder()), protocol_of(ANKLE))
    assert {each.id for each in properties if refute(made, search, each) is not Unsettled.NONE} == set()


def _property(claim: Implies | IndependentOf) -> Property:
    return Property("wrong", Wording("wrong", "wrong"), "It is wrong.", (), "implies", claim)


def test_a_wrong_property_is_refuted_by_an_interview_of_the_engine() -> None:
    made = model(ANKLE)
    flag = next(iter(made.protocol.red_flags))
    present = FlagIs(flag, frozenset({FlagState.PRESENT}))
    wrong = _property(Implies(present, UrgencyIs(frozenset({Urgency.ROUTINE}))))
    found = refute(made, Search(made), wrong)
    assert not isinstance(found, Unsettled)
    case = found[0].case(made)
    assert case.assessment.flags[flag] is FlagState.PRESENT
    assert plan_urgency(made.protocol, case.assessment) is not Urgency.ROUTINE
    assert broken(wrong, situation_of(made.protocol, case)) is not None


def test_a_wrong_claim_of_independence_is_refuted_by_two_interviews_of_the_engine() -> None:
    made = model("tiny")
    search = Search(made)
    rule = next(iter(made.protocol.rules))
    outcomes = (StatusIs(rule, frozenset({"recommended"})),)
    needed = [key for key in made.protocol.questions if _hangs(made, search, key, outcomes)]
    assert needed and len(needed) < len(made.protocol.questions)


def _hangs(made: Model, search: Search, key: str, outcomes: tuple[StatusIs, ...]) -> bool:
    found = refute(made, search, _property(IndependentOf((key,), outcomes)))
    if isinstance(found, Unsettled):
        assert found is Unsettled.NONE
        return False
    said = [outcome(made.protocol, each.case(made).assessment).statuses[outcomes[0].rule] for each in found]
    assert (said[0] == "recommended") is not (said[1] == "recommended")
    assert all(isinstance(each, Interview) for each in found)
    return True


def test_the_shipped_protocol_raises_no_emergency_flag_without_its_action() -> None:
    shipped = model("post_surgical_back_pain")
    search = Search(shipped)
    properties = load_properties(find_protocol(None, protocols_folder()), shipped_protocol())
    emergencies = {name for name, flag in shipped.protocol.red_flags.items() if flag.urgency is Urgency.EMERGENCY}
    wanted = {f"flag_leads_to_its_action[{name}]" for name in emergencies}
    looked_at = [each for each in properties if each.id in wanted]
    assert {each.id for each in looked_at} == wanted
    assert [each.id for each in looked_at if refute(shipped, search, each) is not Unsettled.NONE] == []
