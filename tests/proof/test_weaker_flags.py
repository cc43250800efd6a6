"""Red flags that do less than they should, one at a time: somebody notices, or no plan hangs on it."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache

from campaigns.backups import Looked, Looking, wrong
from campaigns.mutants import Bench
from chatbot.content.build import symbols_of
from chatbot.core.protocol import Protocol
from chatbot.core.resolve import Symbols
from chatbot.proof.counterexamples import still_refutes
from chatbot.proof.interviews import Search, Unsettled
from chatbot.proof.model import Model
from chatbot.proof.mutants import Mutant
from chatbot.proof.weaker_flags import WAYS, candidates, is_weaker, told_by_plan, variant_of, way
from tests.proof.test_model import AS_OF, protocol_of

ANKLE = "ottawa_ankle"


def symbols(protocol: Protocol) -> Symbols:
    return symbols_of(json.loads(protocol.canonical))


def weaker(protocol: Protocol) -> list[Mutant]:
    return list(candidates(protocol, symbols(protocol)))


@cache
def looked_at(*, cases: bool = False) -> dict[str, Looked]:
    """What becomes of every flag that does less, by the vignettes alone or with the cases, which notice it all."""
    bench = Bench(ANKLE)
    if not cases:
        bench.written = tuple(each for each in bench.written if not each.patient.path)
    looking = Looking(bench)
    found = (looking.look(each) for each in weaker(bench.protocol))
    return {variant_of(each.mutant): each for each in found if each is not None}


def test_a_patient_notices_whatever_a_flag_of_the_ankle_does_less() -> None:
    assert {each.verdict for each in looked_at(cases=True).values()} == {"patient"}


def test_every_way_of_doing_less_is_tried_on_every_flag() -> None:
    tried = {(each.name, way(each)) for each in weaker(protocol_of(ANKLE))}
    assert tried == {(name, each) for name in protocol_of(ANKLE).red_flags for each in WAYS}


def test_a_flag_that_does_less_is_noticed_or_shown_on_somebody() -> None:
    assert looked_at()["limb_at_risk_now: left out"].by == "cold_foot"
    for each in looked_at().values():
        assert each.verdict in {"patient", "property", "open"}
        assert (each.verdict == "open") is (each.shown is not None)


def test_the_counter_example_to_a_property_is_one_with_the_mistake_and_none_without() -> None:
    found = [each for each in looked_at().values() if each.verdict == "property"]
    assert found
    for each in found:
        assert each.example is not None
        assert still_refutes(each.mutant.protocol, each.example)
        assert not still_refutes(each.mutant.original, each.example)


def test_a_condition_that_holds_more_often_or_elsewhere_is_not_less() -> None:
    search = Search(built(protocol_of(ANKLE)))
    made = {variant_of(each): each for each in weaker(protocol_of(ANKLE))}
    held = "pain_zone includes any {malleolar, midfoot}"
    assert not is_weaker(search, made[f"examination_unreliable when: without '{held}'"])
    assert is_weaker(search, made[f"examination_unreliable when: without midfoot in '{held}'"])


def built(protocol: Protocol) -> Model:
    model = Model(protocol, AS_OF)
    model.build()
    return model


def test_no_plan_hangs_on_a_flag_that_another_one_stands_in_for() -> None:
    ankle = protocol_of(ANKLE)
    again = replace(ankle.red_flags["limb_at_risk_now"], id="again")
    protocol = replace(ankle, red_flags={**ankle.red_flags, "again": again})
    search = Search(built(protocol))
    made = {way(each): each for each in weaker_of(protocol, "again")}
    assert told_by_plan(search, made["removed"]) is Unsettled.NONE
    assert not isinstance(told_by_plan(Search(built(ankle)), weaker_of(ankle, "limb_at_risk_now")[0]), Unsettled)


def weaker_of(protocol: Protocol, flag: str) -> list[Mutant]:
    return [each for each in candidates(protocol, symbols(protocol_of(ANKLE))) if each.name == flag]


def test_what_nobody_notices_is_declared_and_nothing_else_is() -> None:
    left_out = weaker_of(protocol_of(ANKLE), "limb_at_risk_now")[0]
    flags = ["limb_at_risk_now"]
    backup, noticed = Looked(left_out, "backup"), Looked(left_out, "patient", "cold_foot")
    assert not list(wrong([backup], {"limb_at_risk_now": "…"}, flags))
    assert not list(wrong([backup], {"limb_at_risk_now: left out": "…"}, flags))
    assert not list(wrong([noticed], {}, flags))
    assert next(wrong([backup], {}, flags)).startswith("no plan hangs on it")
    assert next(wrong([noticed], {"limb_at_risk_now": "…"}, flags)).startswith("declared a backup, but noticed")
    assert [*wrong([Looked(left_out, "open")], {}, flags)] == ["nobody notices: limb_at_risk_now: left out"]
    assert next(wrong([backup], {"limb_at_risk_now": "…", "limb_at_risk_now: x": "…"}, flags)).endswith(": x")
