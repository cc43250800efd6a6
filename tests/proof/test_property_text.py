"""Properties as text: what each word says, and what each kind makes of two interviews."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chatbot.content.build import symbols_of
from chatbot.core.condition import compile_node
from chatbot.core.findings import assess
from chatbot.core.harmless import harmless
from chatbot.core.property_text import resolve_property
from chatbot.core.property_tree import Holds, Property, StatusIs, atoms
from chatbot.core.protocol import Protocol
from chatbot.core.syntax import parse
from chatbot.core.values import Answer, Source, Truth
from chatbot.errors import ContentError
from chatbot.proof.properties import load_properties
from chatbot.proof.situation import Situation, broken, evaluate, met
from tests.proof.kit import AS_OF, interview
from tests.shipped import small_protocol

TINY = small_protocol()
SYMBOLS = symbols_of(json.loads(TINY.canonical))

CALM = {"grown_up": "yes", "smoke": "none", "kidney": "no", "pain": 5}
FIRE = {**CALM, "smoke": "thick", "kidney": None}
NOTHING: dict[str, object] = {}


def said(text: str, answers: dict[str, object], this: str | None = None) -> Truth:
    node, problems = resolve_property(parse(text), SYMBOLS, TINY, this)
    assert node is not None, problems
    return evaluate(node, interview(TINY, answers))


WORDS = [
    ("urgency is routine", CALM, True),
    ("urgency >= urgent", CALM, False),
    ("urgency > routine and urgency <= emergency", FIRE, True),
    ("urgency in {same_day, emergency}", FIRE, True),
    ("flag.burning is present", FIRE, True),
    ("flag.burning is cannot_exclude", NOTHING, True),
    ("flag.burning is not clear", CALM, False),
    ("guard.weak_kidney is unknown", FIRE, True),
    ("guard.weak_kidney in {true, false}", CALM, True),
    ("rule.tablet is recommended", CALM, True),
    ("rule.tablet in {check_first, withheld}", FIRE, True),
    ("action.tablet is recommended", CALM, True),
    ("action.tablet is recommended", FIRE, False),
    ("action.tablet is check_first", FIRE, True),
    ("action.tablet is offered", FIRE, True),
    ("action.ambulance is called_for", FIRE, True),
    ("action.ambulance is advised_against", FIRE, False),
    ("action_for.burning is recommended", FIRE, True),
    ("action_for.burning is surfaced", NOTHING, True),
    ("action_for.this is recommended", FIRE, True),
    ("scope is inside", CALM, True),
    ("scope is unknown", NOTHING, True),
    ("safety_resolved", CALM, True),
    ("not safety_resolved", NOTHING, True),
    ("kidney is yes", FIRE, None),
    ("kidney is yes or urgency is emergency", FIRE, True),
    ("kidney is yes and urgency is emergency", FIRE, None),
    ("not (kidney is yes) and fire", FIRE, None),
]


@pytest.mark.parametrize(("text", "answers", "expected"), WORDS)
def test_a_word_says_what_the_plan_says(text: str, answers: dict[str, object], expected: Truth) -> None:
    assert said(text, answers, "burning") is expected


def test_conditions_alone_stay_one_condition() -> None:
    node, _ = resolve_property(parse("not (kidney is yes) and (fire or pain >= 4)"), SYMBOLS, TINY)
    assert isinstance(node, Holds)


def test_what_is_said_of_a_plan_is_made_of_rules_and_guards() -> None:
    node, _ = resolve_property(parse("rule.tablet is recommended and kidney is no"), SYMBOLS, TINY)
    assert node is not None
    assert [type(each) for each in atoms(node)] == [StatusIs, Holds]


@pytest.mark.parametrize(("value", "raises"), [("none", False), ("thin", True), ("thick", True)])
def test_a_value_is_harmless_where_no_comparison_of_a_flag_comes_out_so(value: str, raises: bool) -> None:
    facts = assess(TINY, {"smoke": Answer(value, None, Source.PATIENT, AS_OF)}, AS_OF).facts
    assert compile_node(harmless(TINY, "smoke"))(facts) is not raises


# --- kinds ----------------------------------------------------------------------------------------


def properties(tmp_path: Path, body: str, protocol: Protocol = TINY) -> tuple[Property, ...]:
    head = "properties:\n  one: {title: {clinician: t, patient: t}, states: s, origin: [o], "
    (tmp_path / "properties.yaml").write_text(f"{head}{body}}}\n", "utf-8")
    return load_properties(tmp_path, protocol)


KINDS = [
    ("always: not (urgency is emergency)", CALM, False),
    ("always: not (urgency is emergency)", FIRE, True),
    ("when: smoke is thick, then: urgency is emergency", FIRE, False),
    ("when: kidney is yes, then: urgency is emergency", NOTHING, False),
    ("while_not_excluded: kidney is yes, then: urgency is emergency", NOTHING, True),
    ("when: smoke is thick, then: kidney is yes", FIRE, True),
    ("raises_only: {red_flags: every}", CALM, False),
    ("raises_only: {questions: every, from: harmless, to: no_value}", CALM, False),
    ("raises_only: {questions: smoke, from: a_value, to: no_value}", FIRE, True),
    ("raises_only: {questions: smoke, from: [thick], to: [none]}", FIRE, True),
    ("raises_only: {questions: smoke, from: [none], to: [thin, thick]}", CALM, False),
    ("independent_of: {questions: pain, outcomes: [urgency, red_flags, scope, safety_resolved]}", CALM, False),
    ("independent_of: {questions: pain, outcomes: action.tablet}", CALM, True),
    ("independent_of: {questions: kidney, outcomes: [category.drug]}", CALM, True),
    ("independent_of: {questions: visits.place, outcomes: [rules, guards, conflicts, hypotheses]}", CALM, False),
]


@pytest.mark.parametrize(("body", "answers", "fails"), KINDS)
def test_each_kind_is_looked_at_on_one_interview_or_two(
    tmp_path: Path, body: str, answers: dict[str, object], fails: bool
) -> None:
    (each,) = properties(tmp_path, body)
    found = broken(each, interview(TINY, answers))
    assert (found is not None) is fails, found
    if found is not None and found.answers is not None:
        # What is found can be replayed: the second interview differs in what it names and really comes out so.
        again = Situation(TINY, found.answers, assess(TINY, found.answers, AS_OF))
        assert set(found.changed) and again.answers != interview(TINY, answers).answers


def test_a_property_about_each_red_flag_is_one_for_each(tmp_path: Path) -> None:
    found = properties(tmp_path, "for_each: {}, when: flag.this is present, then: action_for.this is recommended")
    assert [each.id for each in found] == ["one[burning]", "one[old_smoke]"]
    assert [met(each, interview(TINY, FIRE)) for each in found] == [True, False]
    (only,) = properties(tmp_path, "for_each: {urgency: [urgent]}, always: not (flag.this is present)")
    assert only.id == "one[old_smoke]"


def test_a_contraindication_asks_more_where_the_fact_is_known(tmp_path: Path) -> None:
    entry = "one: {states: s, origin: [o], when: kidney is yes"
    head = "contraindications:\n  tablet: {title: {clinician: t, patient: t}, against: {"
    (tmp_path / "contraindications.yaml").write_text(f"{head}{entry}}}}}}}\n", "utf-8")
    known, open_ = load_properties(tmp_path, TINY)
    assert (known.id, open_.id) == ("tablet: one", "tablet: one (not excluded)")
    weak = interview(TINY, {**CALM, "kidney": "yes"})
    assert met(known, weak) and broken(known, weak) is None and broken(open_, interview(TINY, FIRE)) is None
    (tmp_path / "contraindications.yaml").write_text(
        f"{head}one: {{states: s, origin: [o], when: pain >= 5, if_unknown: free, unless: kidney is yes}}}}}}\n",
        "utf-8",
    )
    (found,) = load_properties(tmp_path, TINY)
    assert broken(found, interview(TINY, CALM)) is not None and broken(found, weak) is None


def test_properties_that_are_wrong_are_refused_with_their_place(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"properties.yaml:2:\d+: error P501"):
        properties(tmp_path, "always: flag.smok is present")
