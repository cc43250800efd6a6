"""Representatives stand for every value: whatever a person may say reads like one of them."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.core import domains
from chatbot.core.answers import accept, limits
from chatbot.core.condition import compile_node
from chatbot.core.protocol import QuestionType
from chatbot.core.tree import Cell, CellGrade, Includes, Number
from chatbot.core.values import Span, parse_moment, to_stored
from tests.random_answers import random_value
from tests.shipped import shipped_protocol

PROTOCOL = shipped_protocol()
AS_OF = parse_moment("2026-03-15T10:30")
ATOMS = domains.atoms_by_question(PROTOCOL)
READ = sorted(key for key in ATOMS if PROTOCOL.questions[key].type is not QuestionType.GRID)


def own_atoms(key: str) -> list:
    return [atom for atom in ATOMS[key] if not isinstance(atom, domains.SHARED)]


@given(st.sampled_from(READ), st.integers(0, 2**32))
def test_any_value_reads_like_a_representative(key: str, seed: int) -> None:
    question, atoms = PROTOCOL.questions[key], own_atoms(key)
    value = accept(question, random_value(question, Random(seed)), AS_OF)
    tests = [compile_node(atom) for atom in atoms]
    reads = domains.vector(key, tests, value, AS_OF)
    if isinstance(value, Span | dict) and None in reads:
        return  # an interval that straddles a limit, or a score with an item left out, stands for both of its sides
    values = domains.representatives(question, ATOMS[key], AS_OF)
    assert reads in {domains.vector(key, tests, each, AS_OF) for each in values}, to_stored(value)


@pytest.mark.parametrize("key", sorted(ATOMS))
def test_a_representative_is_a_value_the_question_takes(key: str) -> None:
    question = PROTOCOL.questions[key]
    for value in domains.representatives(question, ATOMS[key], AS_OF):
        assert to_stored(accept(question, to_stored(value), AS_OF)) == to_stored(value)


@pytest.mark.parametrize("key", READ)
def test_representatives_differ_in_what_reads_them(key: str) -> None:
    question, atoms = PROTOCOL.questions[key], own_atoms(key)
    if len(atoms) < len(ATOMS[key]) or question.type in {QuestionType.YES_NO, QuestionType.CHOICE}:
        return
    values = domains.representatives(question, ATOMS[key], AS_OF)
    assert len(domains.one_of_each(key, atoms, values, AS_OF)) == len(values)


def test_both_sides_of_every_limit_are_there() -> None:
    found = 0
    for key, atoms in ATOMS.items():
        for atom in atoms:
            edge = isinstance(atom, Number) and atom.limit in limits(PROTOCOL.questions[key])
            if isinstance(atom, Number | Includes) and not edge:
                values = domains.representatives(PROTOCOL.questions[key], [atom], AS_OF)
                assert set(domains.one_of_each(key, [atom], values, AS_OF)) == {(True,), (False,)}, atom
                found += 1
    assert found > 50


def test_every_grade_of_a_cell_is_tried() -> None:
    cells = {(key, atom.cell) for key, atoms in ATOMS.items() for atom in atoms if isinstance(atom, Cell | CellGrade)}
    assert cells
    for key, cell in cells:
        question = PROTOCOL.questions[key]
        assert [value[cell] for value in domains.cell_values(question, cell)] == [o.id for o in question.cells[cell]]  # type: ignore[index,call-overload]


def test_a_step_adds_or_leaves_out_one_option_or_changes_one_cell() -> None:
    several = next(q for q in PROTOCOL.questions.values() if q.type is QuestionType.SEVERAL and len(q.options) > 3)
    first, second = [option.id for option in several.options if not option.exclusive][:2]
    steps = list(domains.neighbours(several, (first,)))
    assert (first, second) in steps and () not in steps
    assert all(len(set(step) ^ {first}) == 1 for step in steps)
    grid = next(q for q in PROTOCOL.questions.values() if q.type is QuestionType.GRID)
    whole = next(iter(domains.representatives(grid, [], AS_OF)))
    for step in domains.neighbours(grid, whole):
        assert sum(step[cell] != whole[cell] for cell in whole) == 1  # type: ignore[index,call-overload,union-attr]
