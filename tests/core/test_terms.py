"""Arithmetic in conditions: its truth table, what is wrong with it, and what holds for every term."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.core.calculate import compile_term
from chatbot.core.condition import NOT_APPLICABLE, Condition, Facts, NotApplicable
from chatbot.core.quantity import Quantity, exactly
from chatbot.core.resolve import GroupShape, NumberShape, Shape, Symbols, condition, resolve
from chatbot.core.syntax import MOST_DEPTH, MOST_TOKENS, ConditionSyntaxError, parse, parse_term
from chatbot.core.terms import TableShape
from chatbot.core.tree import (
    Asked,
    Banded,
    Choice,
    Compare,
    Extreme,
    Fixed,
    Lookup,
    NumberOf,
    OneOf,
    Product,
    Rows,
    Sum,
    Term,
    below,
    questions_of,
)
from chatbot.core.values import Span, Truth, parse_moment
from tests.core import kit

D = Decimal

VOCABULARY = Symbols(
    {
        **kit.SYMBOLS.questions,
        "other": Shape("scale", minimum=D(0), maximum=D(10)),
        "chill": Shape("number", minimum=D(-9), maximum=D(9)),
        "mass": Shape("number", unit="kg", minimum=D(10), maximum=D(200)),
        **{f"visits[{row}].cost": Shape("number", minimum=D(0), maximum=D(100)) for row in (1, 2, 3)},
    },
    kit.SYMBOLS.findings | {"worry.high"},
    {"visits": GroupShape("visits_count", 3, ("kind", "day", "cost"))},
    numbers={"index": NumberShape(None, D(0), D(50)), "worry.score": NumberShape(None, D(0), D(6))},
    tables={
        "points": TableShape((("red", D(0)), ("green", None), ("blue", D(3)), ("unknown_shade", D(1)))),
        "weights": TableShape((("a", D(1)), ("b", D(2)), ("c", D(4)), ("none", D(0)))),
        "ceiling": TableShape(bands=((D(30), D(50)), (None, D(100))), key_unit="kg"),
    },
)


def facts(given_values: dict[str, Any], reads: Condition) -> Facts:
    """Everything not given has no value; of earlier cases it does not apply."""
    values: dict[str, Any] = dict.fromkeys(VOCABULARY.questions)
    states: dict[str, str] = dict.fromkeys(VOCABULARY.questions, "not_asked")
    findings: dict[str, Any] = {"odd": None, "even": None, "worry.high": None}
    findings |= dict.fromkeys(VOCABULARY.numbers, Quantity(None, None))
    for name in reads.outside:
        if VOCABULARY.number(name) is not None:
            findings[name] = NOT_APPLICABLE
        elif VOCABULARY.is_truth(name):
            findings[name] = False
        else:
            values[name], states[name] = NOT_APPLICABLE, "not_applicable"
    for name, spelled in given_values.items():
        if VOCABULARY.number(name) is not None:
            nothing = {"unknown": Quantity(None, None), "not_applicable": NOT_APPLICABLE}
            findings[name] = nothing.get(spelled) or exactly(spelled)
        elif VOCABULARY.is_truth(name):
            findings[name] = kit.TRUTHS[spelled]
        elif isinstance(spelled, str) and spelled in kit.STATUS_WORDS:
            values[name], states[name] = NOT_APPLICABLE if spelled == "not_applicable" else None, spelled
        else:
            values[name], states[name] = kit.value_of(VOCABULARY.shape(name), spelled), "known"
    return Facts(values, states, findings, kit.AS_OF)


@pytest.mark.parametrize("row", kit.rows("terms"), ids=lambda row: f"{row['condition']} {row['given']}")
def test_arithmetic_comes_out_as_the_table_says(row: dict[str, Any]) -> None:
    found = condition(row["condition"], VOCABULARY)
    assert found.evaluate(facts(row["given"], found)) is kit.TRUTHS[row["truth"]]


@pytest.mark.parametrize(
    ("text", "kind", "about"),
    [
        ("mass + score >= 3", "unit", "+"),
        ("mass * 2 >= 30 C", "unit", ">="),
        ("max(mass, score) >= 3", "unit", "max"),
        ("score / other >= 1", "division", "/"),
        ("1 / (mass - mass) >= 1", "division", "/"),
        ("score + 1 >= 30", "range", ">="),
        ("worry.sleep", "kind", "worry.sleep"),
        ("worry.sleep + 1 >= 2", "kind", "worry.sleep"),
        ("worry.sleep >= 4", "range", "4"),
        ("worry.sleep is often", "unknown_option", "often"),
        ("worry.sleep is known", "kind", "worry.sleep"),
        ("worry.slep >= 1", "unknown_name", "worry.slep"),
        ("worry >= 1", "type", "worry"),
        ("worry is high", "type", "worry"),
        ("worry.score >= 7", "range", ">="),
        ("index >= 51", "range", ">="),
        ("index", "kind", "index"),
        ("index is red", "kind", "index"),
        ("odd + 1 >= 2", "kind", "odd"),
        ("not index and p is yes", "kind", "index"),
        ("colour + 1 >= 2", "type", "colour"),
        ("met + 1 >= 2", "type", "met"),
        ("days_since(met) + 1 >= 2", "type", "met"),
        ("count(visits) + 1 >= 2", "type", "visits"),
        ("cost + 1 >= 2", "unknown_name", "cost"),
        ("sum(visit, cost) >= 2", "unknown_name", "visit"),
        ("sum(visits, coast) >= 2", "unknown_name", "coast"),
        ("lookup(point, colour) >= 2", "unknown_name", "point"),
        ("lookup(points, score) >= 2", "lookup", "score"),
        ("lookup(points, score + 1) >= 2", "lookup", "points"),
        ("lookup(points, tags) >= 2", "entry", "tags"),
        ("lookup(ceiling, score) >= 60", "unit", "lookup"),
        ("previous.zzz >= 2", "unknown_name", "previous.zzz"),
        ("previous >= 2", "type", "previous"),
        ("previous", "type", "previous"),
        ("previous is unknown", "type", "unknown"),
        ("previous.colour is rad", "unknown_option", "rad"),
        ("(score if zzz is yes else other) >= 2", "unknown_name", "zzz"),
        ("(score if p is yes else mass) >= 2", "unit", "if"),
        ("1234567890123456789 + score >= 2", "range", "1234567890123456789"),
    ],
)
def test_a_problem_of_arithmetic_points_at_its_place(text: str, kind: str, about: str) -> None:
    node, problems = resolve(parse(text), VOCABULARY)
    assert node is None
    assert {(each.kind, text[each.start : each.end]) for each in problems} == {(kind, about)}


@pytest.mark.parametrize(
    "text", ["score +", "score + * 3", "max(score)", "max()", "sum(visits)", "lookup(points)", "(score + 1", "score if"]
)
def test_a_term_that_stops_early_is_refused(text: str) -> None:
    with pytest.raises(ConditionSyntaxError):
        parse_term(text)


def test_a_long_chain_is_no_deep_tree_and_a_deep_one_is_refused() -> None:
    long = " + ".join(["score"] * 900)
    found = condition(f"{long} >= 3", VOCABULARY)
    assert found.evaluate(facts({"score": "1"}, found)) is True
    for deep in ("(" * 500 + "score" + ")" * 500, "-" * 500 + "score", "max(1, " * 300 + "score" + ")" * 300):
        with pytest.raises(ConditionSyntaxError, match="nested too deeply"):
            parse_term(deep)
    with pytest.raises(ConditionSyntaxError, match="too long"):
        parse_term("score + " * MOST_TOKENS + "1")
    assert parse_term("(" * (MOST_DEPTH - 1) + "score" + ")" * (MOST_DEPTH - 1))


def test_a_name_of_the_content_may_be_the_name_of_a_call() -> None:
    words = Symbols({"sum": Shape("scale"), "min": Shape("scale")}, frozenset(), {})
    found = condition("sum + min >= 3", words)
    assert found.questions == {"sum", "min"}


def test_a_number_in_doubt_is_never_true_and_a_row_in_doubt_is_no_more_than_possible() -> None:
    text = "score + other >= 5"
    found = condition(text, VOCABULARY)
    sure = facts({"score": "6"}, found)
    assert found.evaluate(sure) is True
    doubt = replace(sure, applies={"other": None})
    assert found.evaluate(doubt) is None
    rows = condition("sum(visits, cost) >= 5", VOCABULARY)
    given_rows = facts({"visits_count": "2", "visits[1].cost": "6"}, rows)
    assert rows.evaluate(replace(given_rows, applies={"visits[2].cost": None})) is True
    largest = condition("max(score, other) >= 5", VOCABULARY)
    assert largest.evaluate(replace(facts({"score": "6"}, largest), applies={"other": None})) is True


def test_while_a_case_is_open_what_is_not_asked_raises_nothing_and_hides_nothing() -> None:
    def open_reading(text: str, given_values: dict[str, Any]) -> Truth:
        found = condition(text, VOCABULARY)
        plan = facts(given_values, found)
        values = {
            key: NOT_APPLICABLE if value is None and plan.states[key] == "not_asked" else value
            for key, value in plan.values.items()
        }
        return found.evaluate(Facts(values, plan.states, plan.findings, plan.as_of, {}, plan))

    assert open_reading("score + other >= 5", {"score": "6"}) is True
    assert open_reading("score + other >= 5", {"score": "4"}) is False
    assert open_reading("score + other >= 5", {"score": "4", "other": "unknown"}) is None
    # The smallest so far may still be undercut: nothing is raised before the other is asked.
    assert open_reading("min(score, other) >= 5", {"score": "6"}) is False
    assert open_reading("10 - score >= 5", {}) is False
    assert open_reading("(score if p is yes else other) >= 5", {"score": "1", "other": "9"}) is False


# --- what holds for every term --------------------------------------------------------------------

NUMBERS = ("score", "other", "chill")
leaves: st.SearchStrategy[Term] = st.one_of(
    st.integers(-5, 12).map(lambda value: Fixed(D(value))),
    st.sampled_from(NUMBERS).map(lambda key: Asked(key, None if key == "chill" else D(0))),
    st.just(NumberOf("index")),
    st.just(Lookup("colour", VOCABULARY.tables["points"].values, D(0), D(5))),
    st.just(Lookup("tags", VOCABULARY.tables["weights"].values, None, None)),
)


def _composed(parts: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    def chain(kind: Any) -> st.SearchStrategy[Term]:
        pairs = st.lists(st.tuples(parts, st.booleans()), min_size=1, max_size=3)
        return pairs.map(lambda found: kind(tuple(p for p, _ in found), tuple(f for _, f in found)))

    several = st.lists(parts, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        chain(Sum),
        chain(Product),
        st.builds(Extreme, st.booleans(), several),
        st.builds(Rows, st.just(Asked("visits_count", D(0))), several),
        st.builds(Banded, parts, st.just(((D(0), D(7)), (D(5), None), (None, D(2)))), st.just(D(0)), st.just(D(9))),
        st.builds(Choice, st.just(OneOf("p", frozenset({"yes"}))), parts, parts),
    )


terms = st.recursive(leaves, _composed, max_leaves=8)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "score": st.integers(0, 10),
    "other": st.integers(0, 10),
    "chill": st.integers(-9, 9).map(D),
    "visits_count": st.integers(0, 3).map(D),
    "colour": st.sampled_from(("red", "green", "blue")),
    "tags": st.sampled_from((("a",), ("a", "b"), ("none",))),
    "p": st.sampled_from(("yes", "no")),
}


@st.composite
def more_and_less(draw: st.DrawFn) -> tuple[Facts, Facts]:
    """The same answers twice: the second time some values are lost."""
    more: dict[str, Any] = {}
    less: dict[str, Any] = {}
    for key, strategy in VALUES.items():
        value = draw(st.one_of(strategy, strategy, st.none(), st.just(NOT_APPLICABLE)))
        more[key] = value
        less[key] = None if value is not NOT_APPLICABLE and draw(st.booleans()) else value
    index = exactly(draw(st.integers(0, 50)))
    wider = Quantity(None, None) if draw(st.booleans()) else index
    states = dict.fromkeys(VALUES, "known")
    return Facts(more, states, {"index": index}, kit.AS_OF), Facts(less, states, {"index": wider}, kit.AS_OF)


@given(terms, more_and_less())
def test_losing_values_only_widens_a_number(term: Term, both: tuple[Facts, Facts]) -> None:
    more, less = (compile_term(term)(each) for each in both)
    assert isinstance(more, NotApplicable) is isinstance(less, NotApplicable) or _hangs_on_a_choice(term)
    if isinstance(more, Quantity) and isinstance(less, Quantity):
        assert less.ends[0] <= more.ends[0] and more.ends[1] <= less.ends[1]


@given(terms, terms, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), more_and_less())
def test_losing_values_never_turns_a_comparison_round(
    left: Term, right: Term, op: str, both: tuple[Facts, Facts]
) -> None:
    found = Condition("", Compare(left, op, right))
    more, less = (found.evaluate(each) for each in both)
    assert less in (None, more)


def _hangs_on_a_choice(term: Term) -> bool:
    return any(isinstance(each, Choice | Extreme) for each in below(term))


@given(terms)
def test_a_comparison_names_every_question_it_reads(term: Term) -> None:
    read: set[str] = set()

    class Spy(dict[str, Any]):
        def __getitem__(self, key: str) -> Any:
            read.add(key)
            return None

    compile_term(term)(Facts(Spy(), Spy(), {"index": exactly(1)}, kit.AS_OF))
    assert read <= set(questions_of(Compare(term, ">=", Fixed(D(1)))))


def test_an_earlier_case_is_no_question_of_this_one() -> None:
    found = condition("score > previous.score and previous is known and not first.odd", VOCABULARY)
    assert found.questions == {"score"} and found.findings == frozenset()
    assert found.outside == {"previous.score", "previous.", "first.odd"}
    day = parse_moment("2026-02-01")
    known = facts({"score": "4", "previous.score": "3"}, found)
    values = {**known.values, "previous.": Span("2026-02-01", day, day)}
    states = {**known.states, "previous.": "known"}
    assert found.evaluate(replace(known, values=values, states=states)) is True
