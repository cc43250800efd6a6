"""The exact part of the semantics, row by row from ``tables/``."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from chatbot.core.condition import at_least, compile_node, conjunction, disjunction, negate
from chatbot.core.findings import FlagState, flag_state
from chatbot.core.outcome import STATUSES, rule_status
from chatbot.core.protocol import RedFlag, Wording
from chatbot.core.tree import And, AtLeast, Constant, FindingIs, Node, Not, Or
from chatbot.core.urgency import contribution
from chatbot.core.values import Truth, Urgency
from tests.core.kit import TRUTHS, compiled, facts, rows, truth


def named(row: dict[str, Any]) -> str:
    return " ".join(str(value) for value in row.values())


def constant(value: Truth) -> Node:
    """A node with any of the three values; an unknown finding is the third."""
    return FindingIs("odd") if value is None else Constant(value)


@pytest.mark.parametrize("row", rows("kleene"), ids=named)
def test_a_connective_follows_kleene(row: dict[str, Any]) -> None:
    word, *least = row["connective"].rsplit(" ", 1)
    values = tuple(TRUTHS[spelled] for spelled in row["of"])
    nodes = tuple(constant(value) for value in values)
    by_function: Truth
    match word:
        case "not":
            node, by_function = Not(nodes[0]), negate(values[0])
        case "and":
            node, by_function = And(nodes), conjunction(values)
        case "or":
            node, by_function = Or(nodes), disjunction(values)
        case _:
            node, by_function = AtLeast(int(least[0]), nodes), at_least(int(least[0]), values)
    expected = TRUTHS[row["is"]]
    assert (compile_node(node)(facts({})), by_function) == (expected, expected)


@pytest.mark.parametrize("row", rows("rule_status"), ids=named)
def test_a_rule_has_the_status_of_the_table(row: dict[str, Any]) -> None:
    when, guards = TRUTHS[row["when"]], [TRUTHS[spelled] for spelled in row["guards"]]
    assert (rule_status(when, guards, True), rule_status(when, guards, False)) == (row["safety"], row["other"])


def test_every_combination_of_up_to_three_guards_has_a_status() -> None:
    values = tuple(TRUTHS.values())
    for size in range(4):
        for when, *guards in product(values, repeat=size + 1):
            for safety in (True, False):
                assert rule_status(when, guards, safety) in STATUSES


def test_the_order_of_guards_does_not_matter() -> None:
    values = tuple(TRUTHS.values())
    for when, first, second in product(values, repeat=3):
        for safety in (True, False):
            assert rule_status(when, [first, second], safety) == rule_status(when, [second, first], safety)


@pytest.mark.parametrize("row", rows("red_flags"), ids=named)
def test_a_red_flag_stands_as_the_table_says(row: dict[str, Any]) -> None:
    assert flag_state(TRUTHS[row["when"]], TRUTHS[row["unless"]]).value == row["is"]


@pytest.mark.parametrize(
    ("state", "if_unknown", "asked_for"),
    [
        (FlagState.PRESENT, Urgency.SAME_DAY, Urgency.EMERGENCY),
        (FlagState.PRESENT, None, Urgency.EMERGENCY),
        (FlagState.CANNOT_EXCLUDE, Urgency.SAME_DAY, Urgency.SAME_DAY),
        (FlagState.CANNOT_EXCLUDE, None, None),
        (FlagState.CLEAR, Urgency.SAME_DAY, None),
        (FlagState.OPEN, Urgency.SAME_DAY, None),
    ],
)
def test_a_flag_asks_for_its_urgency_when_present_and_for_another_when_it_cannot_be_excluded(
    state: FlagState, if_unknown: Urgency | None, asked_for: Urgency | None
) -> None:
    flag = RedFlag("f", Wording("f", "f"), Urgency.EMERGENCY, compiled("p is yes"), None, if_unknown, ())
    assert contribution(flag, state) is asked_for


@pytest.mark.parametrize("row", rows("conditions"), ids=named)
def test_a_condition_comes_out_as_the_table_says(row: dict[str, Any]) -> None:
    assert truth(row["condition"], row["given"]) is TRUTHS[row["is"]]


@pytest.mark.parametrize("row", rows("dates"), ids=named)
def test_a_window_on_a_date_comes_out_as_the_table_says(row: dict[str, Any]) -> None:
    assert truth(row["condition"], row["given"], row.get("as_of")) is TRUTHS[row["is"]]


@pytest.mark.parametrize("row", rows("conditions") + rows("dates"), ids=named)
def test_a_traced_tree_agrees_with_the_condition_it_explains(row: dict[str, Any]) -> None:
    condition, given = compiled(row["condition"]), facts(row["given"])
    assert condition.traced.evaluate(given) is condition.evaluate(given)
