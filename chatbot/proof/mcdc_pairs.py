"""Pairs of interviews that the solver makes for atoms nobody shows, and the proof that there is none.

Whether a condition hangs on an atom is a formula over one interview, so the two sides of a pair are searched one
after the other: the second as like the first as it can be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from chatbot.core.case import Case
from chatbot.core.condition import Condition
from chatbot.core.tree import And, AtLeast, Node, Not, Or
from chatbot.proof.difference import Difference
from chatbot.proof.interviews import Unsettled
from chatbot.proof.mcdc import SIDES, Shown, Side, joined
from chatbot.proof.model import Model
from chatbot.proof.nearest import Nearest
from chatbot.proof.theorems import reads_earlier_visits
from chatbot.proof.truths import FALSE, TRUE, Formula, Kleene, both, k_all, k_any, k_at_least, k_not


class Why(StrEnum):
    """Why an atom cannot be shown, or was not."""

    NEVER_TRUE = "never true"
    NEVER_FALSE = "never false"
    TRUE_IS_IDLE = "where it is true something else decides"
    FALSE_IS_IDLE = "where it is false something else decides"
    NO_PAIR = "its two sides never come out the other way"
    EARLIER_VISIT = "hangs on an earlier visit"
    UNDECIDED = "not decided in time"


PROVED = frozenset(Why) - {Why.EARLIER_VISIT, Why.UNDECIDED}
"""What is a proof that no pair of interviews shows an atom."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two interviews that show an atom, by how they differ from one patient written by hand."""

    like: str
    true: Difference
    """Makes the atom true."""
    false: Difference
    side: Side
    """What the first comes to; the second comes to the other."""


def can_be_followed(model: Model, case: Case) -> bool:
    """Whether the formulas speak of a case: a first visit at their moment, with no answer past its shelf life."""
    return case.earlier is None and case.as_of == model.as_of and not case.assessment.aged


class PairMaker:
    """Makes pairs for one protocol. The model must have been built whole."""

    def __init__(self, model: Model, patients: Mapping[str, Case], *, seconds: float = 20) -> None:
        """Take the patients that can be followed; where none of them shows a side, the first is begun with."""
        self.model, self.patients = model, patients
        self.search = Nearest(model, seconds=seconds)

    def pair(self, node: Node, shown: Shown) -> Pair | Why:
        """Return a pair that shows an atom of a condition, or why there is none."""
        if reads_earlier_visits(self.model.protocol, Condition("", node)):
            return Why.EARLIER_VISIT
        # Beginning with a side that somebody shows leaves one interview to be made.
        undecided = False
        for side in sorted(SIDES, key=lambda side: side not in shown.sides):
            found = self._beginning_with(node, shown, side)
            if not isinstance(found, Unsettled):
                return found
            undecided = undecided or found is Unsettled.UNDECIDED
        return Why.UNDECIDED if undecided else self._why(node, shown.atom)

    def _beginning_with(self, node: Node, shown: Shown, side: Side) -> Pair | Unsettled:
        """Return a pair of which the first interview made is this side."""
        protocol = self.model.protocol
        by_hand = [name for name in self.patients if name in shown.sides.get(side, ())]
        like = by_hand[0] if by_hand else next(iter(self.patients))
        patient = self.patients[like]
        one: Difference | Unsettled = Difference()
        if not by_hand:
            one = self.search.near(patient, self.formula(node, shown.atom, side))
        if isinstance(one, Unsettled):
            return one
        other = self.search.near(one.applied(protocol, patient), self.formula(node, shown.atom, side.other))
        if isinstance(other, Unsettled):
            return other
        one, other = (each.beside(protocol, patient) for each in (one, one.then(other)))
        return Pair(like, one, other, side) if side.atom else Pair(like, other, one, side.other)

    def formula(self, node: Node, atom: Node, side: Side) -> Formula:
        """Return whether an interview is one side of a pair."""
        value = self.model.node(atom)
        with_true, with_false = (_with(self.model, node, atom, way) for way in (TRUE, FALSE))
        if side.atom is side.condition:
            hangs = both(with_true.true, with_false.false)
        else:
            hangs = both(with_true.false, with_false.true)
        return both(value.true if side.atom else value.false, hangs)

    def _why(self, node: Node, atom: Node) -> Why:
        value = self.model.node(atom)
        if self.search.never(value.true):
            return Why.NEVER_TRUE
        if self.search.never(value.false):
            return Why.NEVER_FALSE
        for truth, why in ((True, Why.TRUE_IS_IDLE), (False, Why.FALSE_IS_IDLE)):
            if all(self.search.never(self.formula(node, atom, side)) for side in SIDES if side.atom is truth):
                return why
        return Why.NO_PAIR


def _with(model: Model, node: Node, atom: Node, value: Kleene) -> Kleene:
    """Return the truth of a condition in which an atom has a given truth."""
    return joined(node, lambda leaf: value if leaf == atom else model.node(leaf), _joined_formulas)


def _joined_formulas(node: Node, parts: Sequence[Kleene]) -> Kleene:
    match node:
        case And():
            return k_all(parts)
        case Or():
            return k_any(parts)
        case AtLeast(least):
            return k_at_least(least, parts)
        case Not():
            return k_not(parts[0])
    raise TypeError(f"a node of an unknown kind: {node!r}")
