"""What is said about a condition that is wrong: which stretch of the text, which kind, and the way to mend it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chatbot.core.condition import compile_node
from chatbot.core.resolve import condition, resolve
from chatbot.core.syntax import MOST_DEPTH, MOST_TOKENS, ConditionSyntaxError, parse
from tests.core.kit import SYMBOLS, facts, rows

VOCABULARY = (
    *SYMBOLS.questions,
    *SYMBOLS.findings,
    *SYMBOLS.groups,
    *"and or not is in includes any all count ( ) { } , <= < >= > == != yes no red a b fusion kind day".split(),
    *"row column cell grade known unknown declined days_since hours_since years_since months_since".split(),
    *"3 38.5 -1 C kg hip here".split(),
)


@pytest.mark.parametrize("row", rows("problems"), ids=lambda row: row["condition"])
def test_a_problem_points_at_its_stretch_of_the_text(row: dict[str, Any]) -> None:
    text = row["condition"]
    node, problems = resolve(parse(text), SYMBOLS)
    assert node is None
    (problem,) = problems
    assert (problem.kind, text[problem.start : problem.end]) == (row["kind"], row["about"])
    assert row["says"] in f"{problem.message} {problem.hint}"


@pytest.mark.parametrize("row", rows("syntax"), ids=lambda row: row["condition"])
def test_a_syntax_error_points_at_its_stretch_of_the_text(row: dict[str, Any]) -> None:
    text = row["condition"]
    with pytest.raises(ConditionSyntaxError) as caught:
        parse(text)
    assert text[caught.value.start : caught.value.end] == row["about"]
    assert row["says"] in caught.value.message
    assert row.get("hint", "") in caught.value.hint


def test_all_problems_of_a_condition_are_reported_together() -> None:
    text = "zzz is yes and colour is rad or heat >= 99"
    _, problems = resolve(parse(text), SYMBOLS)
    assert [text[problem.start : problem.end] for problem in problems] == ["zzz", "rad", "99"]


def test_a_problem_inside_a_group_is_reported_once_although_it_is_unrolled_for_each_row() -> None:
    text = "any(visits, kind is fushion)"
    _, problems = resolve(parse(text), SYMBOLS)
    assert [(text[problem.start : problem.end], problem.hint) for problem in problems] == [
        ("fushion", "did you mean 'fusion'?")
    ]


def test_a_condition_known_to_be_right_is_refused_when_it_is_not() -> None:
    with pytest.raises(ValueError, match="no question is called 'zzz'"):
        condition("zzz is yes", SYMBOLS)


@pytest.mark.parametrize("opening", ["(", "not ", "any(visits, ", "count(visits, "])
def test_deep_nesting_is_refused_and_does_not_exhaust_the_stack(opening: str) -> None:
    with pytest.raises(ConditionSyntaxError, match="nested too deeply"):
        parse(opening * (MOST_DEPTH + 2) + "odd")


def test_a_very_long_condition_is_refused() -> None:
    with pytest.raises(ConditionSyntaxError, match="too long"):
        parse(" and ".join(["odd"] * MOST_TOKENS))


@given(st.text(max_size=60))
@example("p is yes\x00")
@example("\u0660 < heat")
@example("heat >= \u0663")
def test_any_text_parses_or_is_refused_with_a_place_in_it(text: str) -> None:
    try:
        parse(text)
    except ConditionSyntaxError as error:
        assert 0 <= error.start <= error.end <= len(text) + 1
        assert error.message


@given(st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=14).map(" ".join))
def test_any_words_of_the_language_are_resolved_or_refused_with_a_place(text: str) -> None:
    try:
        tree = parse(text)
    except ConditionSyntaxError as error:
        assert 0 <= error.start <= error.end <= len(text) + 1
        return
    node, problems = resolve(tree, SYMBOLS)
    assert (node is None) == bool(problems)
    for problem in problems:
        assert 0 <= problem.start < problem.end <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        "days_since(met) >= 99999999",
        "weeks_since(met) >= 99999999",
        "months_since(met) <= 99999",
        "years_since(met) < 3000",
        "hours_since(met) < 99999999999",
        "count(visits) >= 99999999",
        "mass >= 99999999999999999999999999",
        "any(power, grade <= 99999999999999999999999999)",
    ],
)
def test_a_limit_beyond_all_reason_is_refused_or_compared_but_never_raises(text: str) -> None:
    node, problems = resolve(parse(text), SYMBOLS)
    if node is None:
        assert problems
    else:
        given = facts({"met": "2020", "mass": "3", "power": {"hip.here": "3"}})
        assert compile_node(node)(given) in (True, False, None)
