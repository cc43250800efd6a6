"""What holds for every condition, over generated trees and generated answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import assume, example, given
from hypothesis import strategies as st

from chatbot.core.condition import NOT_APPLICABLE, Facts, compare_bounds, compile_node, cut_off, trace
from chatbot.core.tree import (
    OPERATORS,
    SINCE_UNITS,
    STATES,
    And,
    AtLeast,
    Atom,
    Cell,
    CellGrade,
    Constant,
    FindingIs,
    Includes,
    InState,
    Node,
    Not,
    Number,
    OneOf,
    Or,
    Pair,
    Since,
    children,
    questions_of,
    walk,
)
from chatbot.core.values import Span, Truth
from tests.core.kit import AS_OF, GRADES, SYMBOLS, facts

# --- generated answers ----------------------------------------------------------------------------

WITHOUT_VALUE = ("unknown", "declined", "not_assessed", "cannot_apply", "not_asked")
CELLS = ("hip.here", "hip.there", "foot.here", "foot.there")
GRADE_OPTIONS = ("0", "1", "2", "3", "4", "5", "untestable")

moments = st.datetimes(datetime(2024, 1, 1), AS_OF).map(lambda moment: moment.replace(second=0, microsecond=0))
spans = st.tuples(moments, moments).map(lambda pair: Span("", min(pair), max(pair)))


def subset(options: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.sets(st.sampled_from(options), min_size=1).map(lambda chosen: tuple(sorted(chosen)))


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "p": st.sampled_from(("yes", "no")),
    "q": st.sampled_from(("yes", "no")),
    "colour": st.sampled_from(("red", "green", "blue")),
    "tags": subset(("a", "b", "c")),
    "heat": st.integers(300, 450).map(lambda tenths: Decimal(tenths) / 10),
    "chill": st.integers(300, 450).map(lambda tenths: Decimal(tenths) / 10),
    "met": spans,
    "left": spans,
    "power": st.dictionaries(st.sampled_from(CELLS), st.sampled_from(GRADE_OPTIONS), min_size=1),
}
"""The questions that generated conditions read."""


@st.composite
def any_facts(draw: st.DrawFn, *, not_applicable: bool = True) -> Facts:
    """Every question with a value, without one for some reason, or not applicable."""
    found = facts({})
    values, states = dict(found.values), dict(found.states)
    kinds = ("value", "value", "none", "not_applicable") if not_applicable else ("value", "value", "none")
    for key, strategy in VALUES.items():
        match draw(st.sampled_from(kinds)):
            case "value":
                values[key], states[key] = draw(strategy), "known"
            case "none":
                values[key], states[key] = None, draw(st.sampled_from(WITHOUT_VALUE))
            case _:
                values[key], states[key] = NOT_APPLICABLE, "not_applicable"
    findings = {name: draw(st.sampled_from((True, False, None))) for name in sorted(SYMBOLS.findings)}
    return Facts(values, states, findings, AS_OF)


@st.composite
def more_and_less(draw: st.DrawFn) -> tuple[Facts, Facts]:
    """The same answers twice: the second time some of the values are not known."""
    more = draw(any_facts())
    values, states, findings = dict(more.values), dict(more.states), dict(more.findings)
    for key in VALUES:
        if values[key] is not None and values[key] is not NOT_APPLICABLE and draw(st.booleans()):
            values[key], states[key] = None, draw(st.sampled_from(WITHOUT_VALUE))
    for name in findings:
        if draw(st.booleans()):
            findings[name] = None
    return more, Facts(values, states, findings, AS_OF)


# --- generated conditions -------------------------------------------------------------------------

operators = st.sampled_from(sorted(OPERATORS))
grades = st.integers(0, 5).map(Decimal)


def option_sets(options: tuple[str, ...]) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(options), min_size=1)


comparisons: st.SearchStrategy[Atom] = st.one_of(
    st.builds(OneOf, st.sampled_from(("p", "q")), option_sets(("yes", "no"))),
    st.builds(OneOf, st.just("colour"), option_sets(("red", "green", "blue"))),
    st.builds(Includes, st.just("tags"), option_sets(("a", "b", "c")), st.booleans()),
    st.builds(Number, st.sampled_from(("heat", "chill")), operators, st.integers(30, 45).map(Decimal)),
    st.builds(Pair, st.just("heat"), operators, st.just("chill")),
    st.builds(Pair, st.just("met"), operators, st.just("left")),
    st.builds(Since, st.just("met"), st.sampled_from(SINCE_UNITS), operators, st.integers(0, 60)),
    st.builds(Cell, st.just("power"), st.sampled_from(CELLS), option_sets(GRADE_OPTIONS)),
    st.builds(CellGrade, st.just("power"), st.sampled_from(CELLS), operators, grades, st.just(GRADES)),
)
state_tests = st.builds(InState, st.sampled_from(sorted(VALUES)), st.sampled_from(STATES))
known_findings = st.builds(FindingIs, st.sampled_from(("odd", "even")))
plain = st.one_of(comparisons, known_findings, st.builds(Constant, st.booleans()))


def joined(parts: st.SearchStrategy[Node], *, negation: bool) -> st.SearchStrategy[Node]:
    several = st.lists(parts, min_size=1, max_size=4).map(tuple)
    kinds = [
        st.builds(And, several),
        st.builds(Or, several),
        st.builds(AtLeast, st.integers(0, 4), several),
    ]
    return st.one_of(*kinds, st.builds(Not, parts)) if negation else st.one_of(*kinds)


trees = st.recursive(st.one_of(plain, state_tests), lambda parts: joined(parts, negation=True), max_leaves=12)
without_state_tests = st.recursive(plain, lambda parts: joined(parts, negation=True), max_leaves=12)
positive = st.recursive(plain, lambda parts: joined(parts, negation=False), max_leaves=12)


def of(node: Node, given: Facts) -> Truth:
    return compile_node(node)(given)


def by_definition(node: Node, given: Facts) -> Truth:
    """Evaluate a tree the slow way: atoms as they are, connectives by counting."""
    values = [by_definition(part, given) for part in children(node)]
    match node:
        case Not():
            return {True: False, False: True, None: None}[values[0]]
        case And():
            return False if False in values else None if None in values else True
        case Or():
            return True if True in values else None if None in values else False
        case AtLeast(least, _):
            sure, possible = values.count(True), values.count(True) + values.count(None)
            return True if sure >= least else False if possible < least else None
        case _:
            return of(node, given)


# --- logic ----------------------------------------------------------------------------------------


@given(trees, any_facts())
def test_the_compiled_tree_agrees_with_the_definition(node: Node, given: Facts) -> None:
    assert of(node, given) is by_definition(node, given)


@given(trees, any_facts())
def test_every_traced_part_agrees_with_itself_compiled_alone(node: Node, given: Facts) -> None:
    traced = trace(node)
    waiting = [traced]
    while waiting:
        part = waiting.pop()
        assert part.evaluate(given) is of(part.node, given)
        waiting.extend(part.parts)


@given(trees, trees, any_facts())
def test_de_morgan(a: Node, b: Node, given: Facts) -> None:
    assert of(Not(And((a, b))), given) is of(Or((Not(a), Not(b))), given)
    assert of(Not(Or((a, b))), given) is of(And((Not(a), Not(b))), given)


@given(trees, any_facts())
def test_idempotence_and_double_negation(a: Node, given: Facts) -> None:
    assert of(And((a, a)), given) is of(a, given)
    assert of(Or((a, a)), given) is of(a, given)
    assert of(Not(Not(a)), given) is of(a, given)


@given(trees, trees, trees, any_facts())
def test_order_and_grouping_do_not_matter(a: Node, b: Node, c: Node, given: Facts) -> None:
    for kind in (And, Or):
        assert of(kind((a, b, c)), given) is of(kind((c, a, b)), given) is of(kind((kind((a, b)), c)), given)


@given(trees, trees, trees, any_facts())
def test_absorption_and_distribution(a: Node, b: Node, c: Node, given: Facts) -> None:
    assert of(And((a, Or((a, b)))), given) is of(a, given)
    assert of(Or((a, And((a, b)))), given) is of(a, given)
    assert of(And((a, Or((b, c)))), given) is of(Or((And((a, b)), And((a, c)))), given)


@given(st.lists(trees, min_size=1, max_size=4).map(tuple), any_facts())
def test_at_least_one_is_or_and_at_least_all_is_and(parts: tuple[Node, ...], given: Facts) -> None:
    assert of(AtLeast(1, parts), given) is of(Or(parts), given)
    assert of(AtLeast(len(parts), parts), given) is of(And(parts), given)
    assert of(AtLeast(0, parts), given) is True
    assert of(AtLeast(len(parts) + 1, parts), given) is False


# --- what is not known ----------------------------------------------------------------------------

RANK: dict[Truth, int] = {False: 0, None: 1, True: 2}


@given(without_state_tests, more_and_less())
def test_learning_a_value_settles_what_was_unknown_and_turns_nothing_round(
    node: Node, both: tuple[Facts, Facts]
) -> None:
    more, less = both
    assert of(node, less) in (None, of(node, more))


@given(positive, more_and_less())
def test_a_positive_condition_that_is_not_true_never_falls_when_answers_are_lost(
    node: Node, both: tuple[Facts, Facts]
) -> None:
    more, less = both
    if of(node, more) is not True:
        assert RANK[of(node, less)] >= RANK[of(node, more)]


@given(positive, any_facts())
def test_a_positive_condition_rises_with_its_findings(node: Node, given: Facts) -> None:
    raised = Facts(given.values, given.states, {**given.findings, "odd": True}, given.as_of)
    assert RANK[of(node, raised)] >= RANK[of(node, given)]


@given(comparisons, any_facts(not_applicable=False), st.sampled_from(WITHOUT_VALUE))
def test_a_comparison_on_a_question_without_a_value_is_unknown_whichever_status_it_has(
    node: Atom, given: Facts, status: str
) -> None:
    for key in questions_of(node):
        values, states = {**given.values, key: None}, {**given.states, key: status}
        assert of(node, Facts(values, states, given.findings, given.as_of)) is None


@given(comparisons, any_facts())
def test_a_comparison_on_a_question_that_does_not_apply_is_false_and_its_negation_true(
    node: Atom, given: Facts
) -> None:
    for key in questions_of(node):
        values, states = {**given.values, key: NOT_APPLICABLE}, {**given.states, key: "not_applicable"}
        changed = Facts(values, states, given.findings, given.as_of)
        assert (of(node, changed), of(Not(node), changed)) == (False, True)


@given(state_tests, any_facts())
def test_a_test_of_a_state_is_never_unknown(node: InState, given: Facts) -> None:
    assert of(node, given) is not None


@given(st.sampled_from(sorted(VALUES)), any_facts(not_applicable=False))
def test_a_question_is_in_exactly_one_state(key: str, given: Facts) -> None:
    exclusive = [state for state in STATES if state != "asked"]
    assert [of(InState(key, state), given) for state in exclusive].count(True) == 1
    assert of(InState(key, "asked"), given) is not of(InState(key, "not_asked"), given)


@given(trees, any_facts(), any_facts())
def test_a_condition_reads_only_what_it_says_it_reads(node: Node, given: Facts, other: Facts) -> None:
    read = {key for part in walk(node) for key in questions_of(part)}
    named = {part.finding for part in walk(node) if isinstance(part, FindingIs)}
    mixed = Facts(
        {key: (given if key in read else other).values[key] for key in given.values},
        {key: (given if key in read else other).states[key] for key in given.states},
        {name: (given if name in named else other).findings[name] for name in given.findings},
        given.as_of,
    )
    assert of(node, mixed) is of(node, given)


# --- bounds and dates, against enumeration --------------------------------------------------------


def enumerated(results: set[bool]) -> Truth:
    """What is known when every possibility has been tried."""
    return None if len(results) == 2 else results.pop()


@given(st.integers(0, 5), st.integers(0, 3), operators, st.integers(0, 5), st.integers(0, 3))
def test_bounds_compare_as_every_pair_within_them_does(a: int, a_width: int, op: str, b: int, b_width: int) -> None:
    tried = {OPERATORS[op](x, y) for x in range(a, a + a_width + 1) for y in range(b, b + b_width + 1)}
    assert compare_bounds(a, a + a_width, op, b, b + b_width) is enumerated(tried)


def whole_days(span: Span, as_of: datetime) -> list[datetime]:
    last = min(span.last, as_of)
    count = (last.date() - span.first.date()).days
    return [span.first + timedelta(days=each) for each in range(count)] + [last]


day_units = st.sampled_from([unit for unit in SINCE_UNITS if unit != "hours"])


@given(moments, st.integers(0, 200), day_units, operators, st.integers(0, 60))
@example(datetime(2026, 3, 1), 40, "days", "<=", 14)
@example(datetime(2026, 2, 28, 23, 59), 0, "months", ">=", 1)
def test_a_window_in_days_or_longer_agrees_with_every_day_it_may_have_been(
    first: datetime, width: int, unit: str, op: str, limit: int
) -> None:
    span = Span("", first, first + timedelta(days=width))
    day = AS_OF.date()
    border = cut_off(day, unit, limit)
    # Age against a limit: older is greater, so the day itself compares the other way round.
    tried = {OPERATORS[op]((day - each.date()).days, (day - border).days) for each in whole_days(span, AS_OF)}
    given = facts({})
    changed = Facts({**given.values, "met": span}, given.states, given.findings, AS_OF)
    assert of(Since("met", unit, op, limit), changed) is enumerated(tried)


@given(st.integers(0, 72 * 60), st.integers(0, 300), operators, st.integers(0, 72))
def test_a_window_in_hours_agrees_with_every_minute_it_may_have_been(ago: int, width: int, op: str, limit: int) -> None:
    first = AS_OF - timedelta(minutes=ago)
    span = Span("", first, first + timedelta(minutes=width))
    minutes_old = range(ago, max(ago - width, 0) - 1, -1)
    tried = {OPERATORS[op](age, limit * 60) for age in minutes_old}
    given = facts({})
    changed = Facts({**given.values, "met": span}, given.states, given.findings, AS_OF)
    assert of(Since("met", "hours", op, limit), changed) is enumerated(tried)


@given(st.dates(datetime(1950, 1, 1).date(), datetime(2100, 1, 1).date()), day_units, st.integers(0, 600))
def test_a_longer_time_ago_is_never_later(day: Any, unit: str, count: int) -> None:
    assume(day.year - count > 100 or unit != "years")
    assert cut_off(day, unit, count + 1) < cut_off(day, unit, count) <= day
