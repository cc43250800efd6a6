"""A tree is spelled so that reading the text gives the same tree, whatever was unrolled in it."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chatbot.content.build import symbols_of
from chatbot.core.resolve import GroupShape, Shape, Symbols, resolve
from chatbot.core.spell import rolled, spell
from chatbot.core.syntax import ConditionSyntaxError, parse
from chatbot.core.terms import NumberShape, TableShape
from chatbot.core.tree import And, AtLeast, Cell, CellGrade, Constant, FindingIs, Node, OneOf
from chatbot.core.unrolled import Place
from tests.core.kit import GRADES, SYMBOLS, rows
from tests.core.test_condition_properties import trees as any_tree
from tests.shipped import shipped_protocol

# --- random conditions, as text -------------------------------------------------------------------

OPERATORS = ("<=", "<", ">=", ">", "==", "!=")


def words(names: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(names), min_size=1, max_size=3).map(lambda some: "{" + ", ".join(some) + "}")


def membership(name: str, options: tuple[str, ...]) -> st.SearchStrategy[str]:
    one = st.sampled_from(options)
    return st.one_of(
        st.builds(f"{name} is {{}}".format, one),
        st.builds(f"{name} is not {{}}".format, one),
        st.builds(f"{name} in {{}}".format, words(options)),
        st.builds(f"{name} not in {{}}".format, words(options)),
    )


def compared(name: str, low: int, high: int) -> st.SearchStrategy[str]:
    return st.builds(f"{name} {{}} {{}}".format, st.sampled_from(OPERATORS), st.integers(low, high))


STATES = ("known", "unknown", "declined", "not_assessed", "cannot_apply", "asked", "not_asked")

everywhere = st.one_of(
    membership("p", ("yes", "no")),
    membership("colour", ("red", "green", "blue")),
    membership("remark", STATES[:1]).filter(lambda text: " in " not in text),
    st.builds("tags includes {} {}".format, st.sampled_from(("any", "all")), words(("a", "b", "c"))),
    st.builds("tags includes {}".format, st.sampled_from(("a", "b"))),
    st.builds("{} is {}".format, st.sampled_from(("p", "heat", "power", "met")), st.sampled_from(STATES)),
    membership("worry.calm", ("0", "1", "2", "3")),
    membership("previous.worry.calm", ("0", "3")),
    compared("worry.sleep", 0, 3),
    compared("heat", 30, 45),
    st.builds("heat {} 37.5 C".format, st.sampled_from(OPERATORS)),
    st.builds("heat {} chill".format, st.sampled_from(OPERATORS)),
    st.builds("met {} left".format, st.sampled_from(OPERATORS)),
    compared("weeks_since(met)", 0, 60),
    st.sampled_from(("odd", "even")),
)
in_a_row = st.one_of(everywhere, membership("kind", ("fusion", "discectomy")), compared("months_since(day)", 0, 40))
in_a_cell = st.one_of(
    everywhere,
    membership("row", ("hip", "foot")),
    membership("column", ("here", "there")),
    membership("cell", ("3", "5", "untestable")),
    compared("grade", 0, 5),
)


def built(leaves: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def deeper(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        some = st.lists(parts.map("({})".format), min_size=2, max_size=3)
        return st.one_of(some.map(" and ".join), some.map(" or ".join), parts.map("not ({})".format))

    return st.recursive(leaves, deeper, max_leaves=5)


def quantified(over: str, body: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    counts = st.builds("{} {} {}".format, st.just(f"count({over})"), st.sampled_from(OPERATORS), st.integers(0, 4))
    return st.one_of(
        st.builds(f"any({over}, {{}})".format, body),
        st.builds(f"all({over}, {{}})".format, body),
        st.builds(f"count({over}, {{}}) {{}} {{}}".format, body, st.sampled_from(OPERATORS), st.integers(0, 4)),
        counts,
    )


row_bodies = built(in_a_row)
cell_bodies = built(in_a_cell)
nested = built(st.one_of(in_a_row, in_a_cell))
texts = built(
    st.one_of(
        everywhere,
        quantified("visits", row_bodies),
        quantified("power", cell_bodies),
        quantified("visits", quantified("power", nested)),
        quantified("power", quantified("visits", nested)),
    )
)

ONE_ROW = replace(
    SYMBOLS,
    questions={
        **{key: shape for key, shape in SYMBOLS.questions.items() if not key.startswith(("visits[2", "visits[3"))},
        "power": Shape("grid", options=(*map(str, range(6)), "untestable"), rows=("hip", "foot"),
                       columns=("here", "there"), grades=GRADES),
    },
    groups={"visits": GroupShape("visits_count", 1, ("kind", "day"))},
)  # fmt: skip
"""The same names with a group of a single row."""


def tree_of(text: str, symbols: Symbols = SYMBOLS) -> Node:
    node, problems = resolve(parse(text), symbols)
    assert node is not None, (text, problems)
    return node


@given(texts)
def test_what_is_spelled_reads_as_the_same_tree(text: str) -> None:
    for symbols in (SYMBOLS, ONE_ROW):
        tree = tree_of(text, symbols)
        assert tree_of(spell(tree, symbols), symbols) == tree


NUMBERS = replace(
    SYMBOLS,
    numbers={"share": NumberShape(None, Decimal(0), Decimal(100)), "warmth": NumberShape("C", Decimal(0), Decimal(99))},
    tables={
        "by_colour": TableShape(values=(("red", Decimal(1)), ("green", Decimal(2)), ("blue", None),
                                        ("unknown_shade", Decimal("0.5"))), minimum=Decimal(0), maximum=Decimal(9)),
        "by_kind": TableShape(values=(("fusion", Decimal(3)), ("discectomy", Decimal(4)))),
        "by_score": TableShape(bands=((Decimal(4), Decimal(1)), (None, Decimal(2)))),
    },
)  # fmt: skip
"""The same names with number findings and tables."""

terms = st.recursive(
    st.sampled_from(("score", "share", "3", "2.5", "-4", "lookup(by_colour, colour)", "lookup(by_score, score)",
                     "sum(visits, lookup(by_kind, kind))", "sum(visits, 1)")),
    lambda parts: st.one_of(
        st.builds("({} {} {})".format, parts, st.sampled_from("+-*"), parts),
        st.builds("{} {} {} {} {}".format, parts, st.sampled_from("+-"), parts, st.sampled_from("+-*"), parts),
        st.builds("({} / max({}, 1))".format, parts, parts),
        st.builds("{}({}, {})".format, st.sampled_from(("min", "max")), parts, parts),
        st.builds("-({})".format, parts),
        st.builds("({} if p is yes else {})".format, parts, parts),
    ),
    max_leaves=5,
)  # fmt: skip


@given(st.builds("{} {} {}".format, terms, st.sampled_from(OPERATORS), terms))
def test_what_is_spelled_of_arithmetic_reads_as_the_same_tree(text: str) -> None:
    try:
        node, _ = resolve(parse(text), NUMBERS)
    except ConditionSyntaxError:  # a comparison that begins with two parentheses is taken for a condition
        node = None
    assume(node is not None)
    assert node is not None
    assert tree_of(spell(node, NUMBERS), NUMBERS) == node


@given(row_bodies)
def test_a_row_is_spelled_with_the_bare_names_of_its_fields(text: str) -> None:
    here = replace(SYMBOLS, row_of="visits[2]")
    tree = tree_of(text, here)
    assert "[" not in spell(tree, here)
    assert tree_of(spell(tree, here), here) == tree


@given(any_tree)
def test_every_tree_can_be_said_in_one_line(tree: Node) -> None:
    said = spell(tree, SYMBOLS)
    assert said.strip() and "\n" not in said


@pytest.mark.parametrize("row", rows("conditions"), ids=lambda row: row["condition"])
def test_every_condition_of_the_tables_comes_back(row: dict[str, str]) -> None:
    tree = tree_of(row["condition"])
    assert tree_of(spell(tree, SYMBOLS)) == tree


SPELLED = [
    ("p  is  yes", "p is yes"),
    ("not (p is yes)", "p is not yes"),
    ("not (p is yes or q is no)", "not (p is yes or q is no)"),
    ("(p is yes or q is no) and odd", "(p is yes or q is no) and odd"),
    ("any(visits, kind is fusion and days_since(day) <= 7)", "any(visits, kind is fusion and days_since(day) <= 7)"),
    ("all(visits, kind is not fusion)", "all(visits, kind is not fusion)"),
    ("count(visits) < 2", "count(visits) < 2"),
    ("count(visits, kind is fusion) == 2", "count(visits, kind is fusion) == 2"),
    ("count(power, grade <= 3) != 1", "count(power, grade <= 3) != 1"),
    ("any(power, row is foot and grade <= 3)", "any(power, row is foot and grade <= 3)"),
    ("any(power, column in {there} and cell is 5)", "any(power, column is there and cell is 5)"),
    ("not (count(power) >= 2)", "count(power) < 2"),
    ("tags includes all {b, a}", "tags includes all {a, b}"),
    ("38 <= heat", "heat >= 38"),
    ("previous is known and previous.p is yes", "previous is known and previous.p is yes"),
    ("previous.score >= 3 and not previous.odd", "previous.score >= 3 and not previous.odd"),
]


@pytest.mark.parametrize(("written", "spelled"), SPELLED)
def test_conditions_are_spelled_as_an_author_would(written: str, spelled: str) -> None:
    assert spell(tree_of(written), SYMBOLS) == spelled


def test_a_quantifier_is_found_again_with_its_rows() -> None:
    found = rolled(tree_of("any(visits, kind is fusion)"), SYMBOLS)
    assert found is not None and (found.kind, found.over) == ("any", "visits")
    assert [place.title for place in found.places] == ["visits[1]", "visits[2]", "visits[3]"]
    assert [spell(body, SYMBOLS, place) for body, place in zip(found.bodies, found.places, strict=True)] == [
        "kind is fusion"
    ] * 3
    assert rolled(tree_of("p is yes and q is no"), SYMBOLS) is None


def test_a_cell_is_spelled_in_its_own_place() -> None:
    found = rolled(tree_of("count(power, grade <= 3) >= 2"), SYMBOLS)
    assert found is not None and (found.kind, found.over, found.least) == ("count", "power", 2)
    assert found.places[3] == Place(None, "power", "foot", "there")
    assert spell(found.bodies[3], SYMBOLS, found.places[3]) == "grade <= 3"


LOOSE: list[tuple[Node, str]] = [
    (Constant(True), "always"),
    (OneOf("visits[2].kind", frozenset({"fusion"})), "visits[2].kind is fusion"),
    (Cell("power", "hip.here", frozenset({"3"})), "power[hip.here] cell is 3"),
    (CellGrade("power", "hip.here", "<=", GRADES[3][1], GRADES), "power[hip.here] grade <= 3"),
    (AtLeast(1, (FindingIs("odd"), FindingIs("even"))), "at least 1 of (odd; even)"),
    (And(()), "always"),
]


@pytest.mark.parametrize(("node", "said"), LOOSE)
def test_what_no_condition_says_is_said_in_words_close_to_it(node: Node, said: str) -> None:
    assert spell(node, SYMBOLS) == said


def test_every_condition_of_the_shipped_protocol_comes_back() -> None:
    protocol = shipped_protocol()
    symbols = symbols_of(json.loads(protocol.canonical))
    truths = [each for each in protocol.findings.values() if each.number is None]
    found = [(each.when, symbols) for each in (*truths, *protocol.guards.values())]
    found += [(each, symbols) for flag in protocol.red_flags.values() for each in (flag.when, flag.unless) if each]
    found += [(rule.when, symbols) for rule in protocol.rules.values() if rule.when]
    for question in protocol.questions.values():
        row_of = None if question.group is None else f"{question.group}[{question.row}]"
        if question.when is not None:
            found.append((question.when, replace(symbols, row_of=row_of)))
    assert len(found) > 200
    for condition, here in found:
        assert tree_of(spell(condition.tree, here), here) == condition.tree, condition.text
