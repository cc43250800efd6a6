"""Arithmetic within bounds, against every number that may lie in them; units as products of powers."""

from __future__ import annotations

import decimal
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chatbot.core import quantity as q
from chatbot.core.condition import compare_quantities
from chatbot.core.quantity import Quantity, exactly
from chatbot.core.tree import OPERATORS
from chatbot.core.units import joined, parse_unit, unit_text

small = st.integers(-6, 6).map(Decimal)
ends = st.tuples(small, small).map(sorted)
bounded = ends.map(lambda pair: Quantity(pair[0], pair[1]))
open_ended = st.builds(
    lambda pair, below, above: Quantity(None if below else pair[0], None if above else pair[1]),
    ends,
    st.booleans(),
    st.booleans(),
)
operations: list[tuple[Callable[..., Quantity], Callable[[Decimal, Decimal], Decimal]]] = [
    (q.plus, lambda x, y: x + y),
    (q.times, lambda x, y: x * y),
    (q.over, lambda x, y: q.CONTEXT.divide(x, y)),
    (lambda a, b: q.greatest((a, b)), max),
    (lambda a, b: q.least((a, b)), min),
]


def members(a: Quantity) -> list[Decimal]:
    """Whole numbers that may lie in it, some far out where an end is open."""
    low, high = int(a.low if a.low is not None else -40), int(a.high if a.high is not None else 40)
    return [Decimal(each) for each in range(low, high + 1)]


def holds(a: Quantity, x: Decimal) -> bool:
    low, high = a.ends
    return low <= x <= high


@given(st.sampled_from(operations), open_ended, open_ended)
def test_a_result_holds_whatever_its_parts_may_be(
    operation: tuple[Callable[..., Quantity], Callable[..., Decimal]], a: Quantity, b: Quantity
) -> None:
    within, exact = operation
    found = within(a, b)
    for x in members(a):
        for y in members(b):
            if y or within is not q.over:
                assert holds(found, exact(x, y)), (x, y, found)


@given(st.sampled_from(operations), bounded, bounded)
def test_bounds_are_as_tight_as_the_parts_allow(
    operation: tuple[Callable[..., Quantity], Callable[..., Decimal]], a: Quantity, b: Quantity
) -> None:
    within, exact = operation
    assume(within is not q.over or not b.holds_zero())
    found = within(a, b)
    tried = [exact(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
    assert (found.low, found.high) == (min(tried), max(tried))


@given(st.sampled_from(operations), bounded, bounded, open_ended)
def test_knowing_less_of_a_part_never_narrows_a_result(
    operation: tuple[Callable[..., Quantity], object], a: Quantity, b: Quantity, c: Quantity
) -> None:
    within, _ = operation
    wider = q.hull(a, c)
    before, after = within(a, b), within(wider, b)
    assert after.ends[0] <= before.ends[0] and before.ends[1] <= after.ends[1]


@given(open_ended, open_ended, open_ended, st.sampled_from(sorted(OPERATORS)))
def test_knowing_less_never_turns_a_comparison_round(a: Quantity, b: Quantity, c: Quantity, op: str) -> None:
    known, less = compare_quantities(a, op, b), compare_quantities(q.hull(a, c), op, b)
    assert less in (None, known)


@given(bounded, bounded, st.sampled_from(sorted(OPERATORS)))
def test_what_may_not_apply_is_never_true_and_what_waits_is_never_unknown(a: Quantity, b: Quantity, op: str) -> None:
    plain = compare_quantities(a, op, b)
    assert compare_quantities(Quantity(a.low, a.high, sure=False), op, b) is (None if plain is True else plain)
    assert compare_quantities(Quantity(a.low, a.high, waits=True), op, b) is (plain is True)


@given(bounded)
def test_dividing_by_what_may_be_zero_leaves_nothing_known(a: Quantity) -> None:
    assert q.over(a, Quantity(Decimal(0), Decimal(2))).ends == q.over(a, Quantity(None, None)).ends
    assert q.over(a, exactly(0)).exact is None


@given(small, small, small)
def test_the_largest_of_what_may_not_apply_keeps_only_the_sure_lower_end(x: Decimal, y: Decimal, z: Decimal) -> None:
    doubtful = Quantity(y, y, sure=False)
    found = q.greatest((exactly(x), doubtful, Quantity(None, z if z > x else x)))
    assert found.low == x and found.sure
    assert not q.greatest((doubtful,)).sure
    assert q.least((exactly(x), doubtful)).high == x


def test_arithmetic_does_not_depend_on_the_context_of_the_thread() -> None:
    def third() -> tuple[Quantity, Quantity]:
        return q.over(exactly(1), exactly(3)), q.rounded(q.times(exactly("1.15"), exactly("1.5")), 1)

    usual = third()
    with decimal.localcontext() as context:
        context.prec, context.rounding = 3, decimal.ROUND_DOWN
        context.traps[decimal.Inexact] = True
        assert third() == usual
    assert usual[0].exact == Decimal("0." + "3" * 34)


@pytest.mark.parametrize(
    ("number", "decimals", "rounded"),
    [("2.25", 1, "2.3"), ("-2.25", 1, "-2.3"), ("2.5", 0, "3"), ("24.691", 1, "24.7"), ("7", 2, "7.00")],
)
def test_numbers_round_half_up(number: str, decimals: int, rounded: str) -> None:
    assert str(q.rounded(exactly(number), decimals).exact) == rounded


@given(st.decimals(-1000, 1000, places=4), st.decimals(-1000, 1000, places=4), st.integers(0, 3))
def test_rounding_keeps_order(x: Decimal, y: Decimal, decimals: int) -> None:
    low, high = sorted((x, y))
    found = q.rounded(Quantity(low, high), decimals)
    assert found.low is not None and found.high is not None and found.low <= found.high
    assert found.low == low.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def test_a_number_too_long_to_round_stays_as_it_is() -> None:
    long = q.times(exactly("1" + "0" * 30), exactly("1" + "0" * 30))
    assert q.rounded(long, 1) == long


# --- units ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "unit", "said"),
    [
        (None, {}, "no unit"),
        ("1", {}, "no unit"),
        ("kg", {"kg": 1}, "kg"),
        ("kg/m2", {"kg": 1, "m": -2}, "kg/m2"),
        ("kg/m²", {"kg": 1, "m": -2}, "kg/m2"),
        ("mL/min", {"mL": 1, "min": -1}, "mL/min"),
        ("/min", {"min": -1}, "1/min"),
        ("cm2/m2", {"cm": 2, "m": -2}, "cm2/m2"),
        ("mg/mg", {}, "no unit"),
        ("μmol/L", {"µmol": 1, "L": -1}, "µmol/L"),
        ("mg·h/L/d", {"mg": 1, "h": 1, "L": -1, "d": -1}, "h·mg/L/d"),
        ("%", {"%": 1}, "%"),
    ],
)
def test_a_unit_is_a_product_of_powers(text: str | None, unit: dict[str, int], said: str) -> None:
    assert parse_unit(text) == unit and (said == "no unit") == (not unit)
    if unit:
        assert parse_unit(unit_text(unit)) == unit
    assert unit_text(unit).split("/")[0] == said.split("/")[0] or "·" in said


@given(st.sampled_from(["kg", "kg/m2", "mL/min", "", "%"]), st.sampled_from(["m", "m2", "1/min", "kg"]))
def test_multiplying_and_dividing_by_a_unit_leads_back(a: str, b: str) -> None:
    assert joined(joined(parse_unit(a), parse_unit(b), 1), parse_unit(b), -1) == parse_unit(a)
