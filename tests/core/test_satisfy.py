"""The search for answers agrees with trying all of them, and gives up rather than say something wrong."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.content.build import symbols_of
from chatbot.content.library import load_checked
from chatbot.core.condition import Condition, Facts
from chatbot.core.findings import assess
from chatbot.core.protocol import Protocol
from chatbot.core.resolve import condition
from chatbot.core.satisfy import Verdict, does_not_hold, fails, find, holds, may_hold
from chatbot.core.values import Answer, Source, Status, moment_text, parse_span
from tests.core.kit import AS_OF
from tests.small_protocols import TINY

ATOMS = [
    "smoke is thin",
    "smoke in {none, thick}",
    "smoke is known",
    "smoke is unknown",
    "alone is yes",
    "alone is no",
    "alone is known",
    "kidney is yes",
    "pain >= 4",
    "pain < 8",
    "hours_since(smoke_since) <= 12",
    "days_since(smoke_since) > 3",
    "smoke_since is known",
    "fire",
]


@cache
def tiny() -> tuple[Protocol, Any]:
    import json

    protocol = load_checked(TINY)
    return protocol, symbols_of(json.loads(protocol.canonical))


def conditions() -> st.SearchStrategy[str]:
    return st.recursive(
        st.sampled_from(ATOMS),
        lambda inner: st.one_of(
            st.builds("({} and {})".format, inner, inner),
            st.builds("({} or {})".format, inner, inner),
            st.builds("not ({})".format, inner),
        ),
        max_leaves=7,
    )


def bound(text: str) -> Condition:
    return condition(text, tiny()[1])


@cache
def everybody() -> tuple[Facts, ...]:
    """Every person the atoms can tell apart, as the engine reads their answers."""

    def said(value: Any) -> Answer:
        if value is None:
            return Answer(None, Status.UNKNOWN, Source.PATIENT, AS_OF)
        return Answer(value, None, Source.PATIENT, AS_OF)

    dates = [parse_span(moment_text(AS_OF - timedelta(hours=hours))) for hours in (1, 30, 200)]
    domains: dict[str, list[Any]] = {
        "smoke": ["none", "thin", "thick", None],
        "alone": ["yes", "no", None],
        "smoke_since": [*dates, None],
        "kidney": ["yes", "no", None],
        "pain": [1, 5, 9, None],
    }
    people = product(*domains.values())
    protocol = tiny()[0]
    return tuple(
        assess(protocol, {key: said(value) for key, value in zip(domains, person, strict=True)}, AS_OF).facts
        for person in people
    )


@pytest.mark.parametrize(
    ("goal", "wanted"),
    [(holds, {True}), (fails, {False}), (may_hold, {True, None}), (does_not_hold, {False, None})],
    ids=["holds", "fails", "may hold", "does not hold"],
)
@given(data=st.data())
@settings(max_examples=60)
def test_the_search_agrees_with_trying_everybody(goal: Any, wanted: set[Any], data: st.DataObject) -> None:
    first, second = (bound(data.draw(conditions())) for _ in range(2))
    possible = any(first.evaluate(facts) in wanted and second.evaluate(facts) is True for facts in everybody())
    found = find(tiny()[0], [goal(first.tree), holds(second.tree)], AS_OF)
    assert found is not Verdict.UNDECIDED
    assert (found is not Verdict.NEVER) == possible, (first.text, second.text, found)


def test_a_search_beyond_its_bound_claims_nothing() -> None:
    text = "smoke is thin and alone is yes and kidney is yes and pain >= 4"
    assert find(tiny()[0], [holds(bound(text).tree)], AS_OF, most=2) is Verdict.UNDECIDED
    assert not isinstance(find(tiny()[0], [holds(bound(text).tree)], AS_OF), Verdict)


def test_an_example_says_what_was_answered() -> None:
    found = find(tiny()[0], [holds(bound("alone is yes and not (smoke is thin)").tree)], AS_OF)
    assert not isinstance(found, Verdict)
    assert {key: reading.value for key, reading in found.items()} == {"alone": "yes", "smoke": "thick"}


def test_a_condition_on_an_earlier_case_is_never_called_impossible() -> None:
    for text in ("pain <= previous.pain and kidney is yes", "previous.fire and not (previous.fire)"):
        for goal in (holds, fails):
            assert find(tiny()[0], [goal(bound(text).tree)], AS_OF) is not Verdict.NEVER
