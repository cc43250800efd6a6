"""Each atom of each condition decides by itself: what counts as shown, pairs of the solver, and pairs that are kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from campaigns.mcdc import data_file, patients_of
from chatbot.core import commands as cmd
from chatbot.core.case import evolve
from chatbot.core.condition import Condition, without_constants
from chatbot.core.events import CaseOpened
from chatbot.core.protocol import Protocol
from chatbot.core.tree import And, AtLeast, Constant, FindingIs, Node, Not, OneOf, Or
from chatbot.core.values import Truth, moment_text
from chatbot.proof.difference import Difference
from chatbot.proof.mcdc import Place, Side, Watched, shown, truth_of
from chatbot.proof.mcdc_pairs import Pair, PairMaker, Why
from chatbot.proof.mcdc_record import Goal, Goals, Record, record_from
from chatbot.proof.model import Model
from tests.proof.test_model import AS_OF, protocol_of
from tests.shipped import shipped_protocol

A, B, C = (FindingIs(name) for name in "abc")
ANKLE, SHIPPED = "ottawa_ankle", "post_surgical_back_pain"


def sides(node: Node, *truths: Truth) -> list[Side | None]:
    condition = Watched(Place("rule", "r", "when"), node)
    return [condition.side(truths, atom) for atom in condition.atoms]


YES, NO = Side(True, True), Side(False, False)


@pytest.mark.parametrize(
    ("node", "truths", "expected"),
    [
        (And((A, B)), (True, True), [YES, YES]),
        (And((A, B)), (True, False), [None, NO]),
        (And((A, B)), (False, False), [None, None]),
        (And((A, B)), (True, None), [None, None]),
        (And((A, B)), (False, None), [None, None]),
        (Or((A, B)), (True, False), [YES, None]),
        (Or((A, B)), (True, True), [None, None]),
        (Or((A, Not(B))), (False, True), [NO, Side(True, False)]),
        (AtLeast(2, (A, B, C)), (True, True, False), [YES, YES, None]),
        (AtLeast(2, (A, B, C)), (True, False, None), [None, None, None]),
        (And((A, Or((A, B)))), (True, False), [YES, None]),
    ],
)
def test_a_condition_hangs_on_an_atom_where_it_alone_turns_it_round(
    node: Node, truths: tuple[Truth, ...], expected: list[Side | None]
) -> None:
    assert sides(node, *truths) == expected


def test_an_unknown_atom_belongs_to_no_pair_and_is_counted_apart() -> None:
    condition = Watched(Place("rule", "r", "when"), And((A, Not(B))))
    assert condition.is_left_open((True, None), B) and not condition.is_left_open((False, None), B)
    assert condition.side((True, None), B) is None
    assert truth_of(condition.node, {A: True, B: None}) is None


def tiny_with(node: Node) -> Protocol:
    """Return the tiny protocol with a condition in place of that of its first finding."""
    tiny = protocol_of("tiny")
    first = next(each for each in tiny.findings.values() if each.number is None)
    return replace(tiny, findings={**tiny.findings, first.id: replace(first, when=Condition("", node))})


SMOKE, THICK, THIN = (OneOf("smoke", frozenset(each)) for each in (("thick", "thin"), ("thick",), ("thin",)))


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (And((SMOKE, THICK)), [Why.FALSE_IS_IDLE, None]),
        (Or((SMOKE, THICK)), [None, Why.TRUE_IS_IDLE]),
        (And((THICK, THIN)), [Why.TRUE_IS_IDLE, Why.TRUE_IS_IDLE]),
        (Or((And((THICK, Not(THIN))), Constant(False))), [None, Why.TRUE_IS_IDLE]),
    ],
)
def test_the_solver_makes_a_pair_or_proves_that_there_is_none(node: Node, expected: list[Why | None]) -> None:
    protocol = tiny_with(node)
    model = Model(protocol, AS_OF)
    model.build()
    patient = evolve(protocol, None, CaseOpened("", "test", moment_text(AS_OF), "", "", protocol.identity))
    maker, goals = PairMaker(model, {"nobody": patient}), Goals(protocol)
    found = {}
    for (goal, (condition, atom)), each in zip(goals.atoms.items(), shown(protocol, []), strict=True):
        if condition.node == without_constants(node):
            made = found[atom] = maker.pair(condition.node, each)
            if isinstance(made, Pair):
                assert goals.problem(goal, made, {"nobody": patient}) is None
    assert [each if isinstance(each, Why) else None for each in found.values()] == expected


# --- what is kept ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [ANKLE, SHIPPED])
def test_every_pair_that_is_kept_still_shows_its_atom(name: str) -> None:
    record, goals = record_from(data_file(name).read_text("utf-8")), Goals(shipped_protocol(name))
    patients = patients_of(name, *{pair.like for pair in record.pairs.values()})
    problems = {goal: goals.problem(goal, pair, patients) for goal, pair in record.pairs.items()}
    wrong = [f"{goal.place}: {goal.atom}: {problem}" for goal, problem in problems.items() if problem is not None]
    assert not wrong, "run python -m campaigns.mcdc"


def test_what_no_longer_holds_is_said() -> None:
    text = data_file(SHIPPED).read_text("utf-8")
    record, goals, patients = record_from(text), Goals(shipped_protocol(SHIPPED)), patients_of(SHIPPED)
    assert record.text() == text
    goal, pair = next(iter(record.pairs.items()))
    said = {
        goals.problem(goal, replace(pair, side=pair.side._replace(condition=not pair.side.condition)), patients),
        goals.problem(goal, replace(pair, true=pair.false), patients),
        goals.problem(Goal(goal.place, "no such atom"), pair, patients),
        goals.problem(goal, replace(pair, like="nobody"), patients),
        goals.problem(goal, replace(pair, true=Difference(without=frozenset(patients[pair.like].answers))), patients),
    }
    assert None not in said and len(said) == 5


def test_a_proof_counts_only_for_the_content_it_was_made_with() -> None:
    goals = Goals(shipped_protocol(ANKLE))
    goal = next(iter(goals))
    for logic, why, expected in (
        (goals.logic, Why.NEVER_TRUE, Why.NEVER_TRUE),
        (goals.logic, Why.UNDECIDED, None),
        ("another", Why.NEVER_TRUE, None),
    ):
        assert goals.proved(Record(ANKLE, logic, {}, {goal: why}), goal) is expected


def test_a_difference_is_written_down_and_read_back() -> None:
    given = {
        "a": cmd.GiveAnswer("a", value=["x"], via="file", confirmed=True),
        "b": cmd.GiveAnswer("b", status="declined", via="file"),
        "c": cmd.GiveAnswer("c", status="cannot_apply", reason="absent", via="file"),
    }
    cells = {"t": {"left": "x", "right": None}}
    first = Difference(given, cells, frozenset({"d"}), "")
    assert Difference.from_json(first.to_json()) == first
    later = Difference({"d": replace(given["a"], question="d")}, {}, frozenset({"a"}))
    both = replace(first, cells={}).then(later)
    assert both == Difference({"b": given["b"], "c": given["c"], "d": later.given["d"]}, {}, frozenset({"a"}), "")
