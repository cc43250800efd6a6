"""Answers are found under which a question is asked, whatever its condition hangs on."""

from __future__ import annotations

from datetime import datetime

import pytest

from chatbot.core.findings import assess, network
from chatbot.core.protocol import Protocol
from chatbot.core.urgency import is_asked
from chatbot.core.values import Answer, Source
from chatbot.core.ways import answer_of, filled, way_to
from tests.shipped import shipped_protocol, small_protocol

AS_OF = datetime(2026, 3, 15, 10, 30)


def loaded(name: str) -> Protocol:
    return small_protocol() if name == "tiny" else shipped_protocol(name)


@pytest.mark.parametrize("name", ["tiny", "post_surgical_back_pain"])
def test_questions_can_be_reached_and_what_is_filled_in_raises_nothing_new(name: str) -> None:
    protocol = loaded(name)
    order = network(protocol).ask_order
    for target in order if name == "tiny" else order[::3]:
        way = way_to(protocol, target, {}, AS_OF)
        assert way is not None and target not in way, target
        answers = {key: answer_of(protocol, key, given, AS_OF) for key, given in way.items()}
        before = assess(protocol, answers, AS_OF)
        assert before.applies[target] is True
        rest = filled(protocol, target, answers, AS_OF)
        assert not rest.keys() & {target, *answers}
        assert all(order.index(key) < order.index(target) for key in rest)
        answers |= {key: answer_of(protocol, key, given, AS_OF) for key, given in rest.items()}
        after = assess(protocol, answers, AS_OF)
        assert is_asked(protocol, after, target)
        raised = {flag for flag, state in after.open_flags.items() if state == "present"}
        assert raised <= {flag for flag, state in before.open_flags.items() if state == "present"}


def test_nothing_is_changed_where_it_is_asked_already() -> None:
    protocol = loaded("tiny")
    smoke = {"smoke": Answer("thin", None, Source.PATIENT, AS_OF)}
    assert way_to(protocol, "smoke", {}, AS_OF) == {}
    assert way_to(protocol, "smoke_since", smoke, AS_OF) == {}


def test_an_answer_that_stands_in_the_way_is_changed() -> None:
    protocol = loaded("tiny")
    none = {"smoke": Answer("none", None, Source.PATIENT, AS_OF)}
    assert way_to(protocol, "smoke_since", none, AS_OF) in ({"smoke": "thin"}, {"smoke": "thick"})


def test_a_row_of_a_group_is_reached_through_its_count_and_its_own_condition() -> None:
    way = way_to(loaded("tiny"), "visits[3].day", {}, AS_OF)
    assert way is not None and way["visits[3].place"] == "there"
    assert int(str(way["visits_count"])) >= 3


def test_the_same_way_is_found_every_time() -> None:
    protocol = loaded("post_surgical_back_pain")
    target = network(protocol).ask_order[-1]
    assert way_to(protocol, target, {}, AS_OF) == way_to(protocol, target, {}, AS_OF)
    assert filled(protocol, target, {}, AS_OF) == filled(protocol, target, {}, AS_OF)


def test_no_way_is_said_where_there_is_none() -> None:
    from dataclasses import replace

    from chatbot.core.condition import Condition
    from chatbot.core.tree import And, Constant, Not, OneOf

    protocol = loaded("tiny")
    smoke = OneOf("smoke", frozenset({"thin"}))
    for tree in (Constant(False), And((smoke, Not(smoke)))):
        never = replace(protocol.questions["pain"], when=Condition("never", tree))
        assert way_to(replace(protocol, questions={**protocol.questions, "pain": never}), "pain", {}, AS_OF) is None
