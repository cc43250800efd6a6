"""Logic coverage: does each comparison decide by itself how its condition comes out, and who shows it?

The measure is masking MC/DC over three values. An *atom* is a comparison, a test of state or a finding in a condition
of the content; all places where one condition says the same count as one atom, and a quantifier is unrolled row by
row. In an interview a condition *hangs on* an atom when, everything else left as it is, it is true for one of the
atom's two values and false for the other. An atom is shown by two interviews in which the condition hangs on it, the
atom is true in one and false in the other, and the condition comes out the other way.

Unknown counts as neither: an interview in which the atom is unknown belongs to no pair, and neither does one in which
some other unknown keeps the condition from hanging on the atom. Interviews in which the condition hangs on an atom
that is unknown are counted apart: they show that what is not known is not taken for a no.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeVar

from chatbot.core.condition import Evaluate, at_least, compile_node, conjunction, disjunction, negate, without_constants
from chatbot.core.facts import Facts
from chatbot.core.protocol import Protocol
from chatbot.core.tree import And, AtLeast, Choice, Constant, Node, Not, Or, below, children, walk
from chatbot.core.values import Truth

T = TypeVar("T")


class Place(NamedTuple):
    """A condition by where it stands in the content."""

    kind: str
    """question, finding, red_flag, guard, rule, hypothesis or scope."""
    name: str
    part: str
    """``when``, ``unless``, ``for 1``, ``against 2``; of a finding that is a number ``choice 1``."""

    def __str__(self) -> str:
        return " ".join(filter(None, self))


class Side(NamedTuple):
    """How an atom and its condition came out, where the condition hangs on the atom."""

    atom: bool
    condition: bool

    @property
    def other(self) -> Side:
        """What the other interview of a pair must come to."""
        return Side(not self.atom, not self.condition)


SIDES = (Side(True, True), Side(False, False), Side(True, False), Side(False, True))
"""Every side there is: one that makes a pair with each, the atoms that are not negated first."""


def conditions(protocol: Protocol) -> Iterator[tuple[Place, Node]]:
    """Yield every condition that content writes, with the tests of row and column of a grid folded away.

    Of a finding that is a number these are the conditions its calculation chooses by.
    """
    for place, node in _written(protocol):
        yield place, without_constants(node)


def _written(protocol: Protocol) -> Iterator[tuple[Place, Node]]:
    yield Place("scope", "", "when"), protocol.scope.when.tree
    for key, question in protocol.questions.items():
        if question.when is not None:
            yield Place("question", key, "when"), question.when.tree
    for name, finding in protocol.findings.items():
        if finding.number is None:
            yield Place("finding", name, "when"), finding.when.tree
            continue
        chosen = [term.condition for term in below(finding.number.term) if isinstance(term, Choice)]
        for count, node in enumerate(chosen, 1):
            yield Place("finding", name, f"choice {count}"), node
    for name, flag in protocol.red_flags.items():
        yield Place("red_flag", name, "when"), flag.when.tree
        if flag.unless is not None:
            yield Place("red_flag", name, "unless"), flag.unless.tree
    for name, guard in protocol.guards.items():
        yield Place("guard", name, "when"), guard.when.tree
    for name, rule in protocol.rules.items():
        if rule.when is not None:
            yield Place("rule", name, "when"), rule.when.tree
    for name, hypothesis in protocol.hypotheses.items():
        for side, clues in (("for", hypothesis.for_), ("against", hypothesis.against)):
            for count, clue in enumerate(clues, 1):
                yield Place("hypothesis", name, f"{side} {count}"), clue.when.tree


def atoms_in(node: Node) -> tuple[Node, ...]:
    """Return the atoms of a condition, each once, in the order they are written."""
    leaves = (each for each in walk(node) if not children(each) and not isinstance(each, Constant))
    return tuple(dict.fromkeys(leaves))


def joined(node: Node, truth: Callable[[Node], T], join: Callable[[Node, Sequence[T]], T]) -> T:
    """Work out a tree whose atoms and constants come to *truth*, and whose other nodes join what is below them."""
    below_it = children(node)
    return join(node, [joined(each, truth, join) for each in below_it]) if below_it else truth(node)


def truth_of(node: Node, atoms: Mapping[Node, Truth]) -> Truth:
    """Return the truth of a condition by the truths of its atoms."""
    return joined(node, lambda leaf: leaf.value if isinstance(leaf, Constant) else atoms[leaf], _joined_truths)


def _joined_truths(node: Node, parts: Sequence[Truth]) -> Truth:
    match node:
        case And():
            return conjunction(tuple(parts))
        case Or():
            return disjunction(tuple(parts))
        case AtLeast(least):
            return at_least(least, tuple(parts))
        case Not():
            return negate(parts[0])
    raise TypeError(f"a node of an unknown kind: {node!r}")


@dataclass(frozen=True)
class Watched:
    """A condition with its atoms, ready to be read off one interview after the other."""

    place: Place
    node: Node

    @cached_property
    def atoms(self) -> tuple[Node, ...]:
        """Its atoms."""
        return atoms_in(self.node)

    @cached_property
    def _evaluate(self) -> tuple[Evaluate, ...]:
        return tuple(map(compile_node, self.atoms))

    def truths(self, facts: Facts) -> tuple[Truth, ...]:
        """Return what its atoms come to in an interview."""
        return tuple(evaluate(facts) for evaluate in self._evaluate)

    def hangs(self, truths: Sequence[Truth], atom: Node) -> bool | None:
        """Return what the condition comes to where an atom is true; None where it does not hang on the atom."""
        atoms = dict(zip(self.atoms, truths, strict=True))
        ways = [truth_of(self.node, {**atoms, atom: way}) for way in (True, False)]
        return ways[0] if None not in ways and ways[0] is not ways[1] else None

    def side(self, truths: Sequence[Truth], atom: Node) -> Side | None:
        """Return what an interview with these truths shows of an atom; None for nothing."""
        value, where_true = truths[self.atoms.index(atom)], self.hangs(truths, atom)
        return None if value is None or where_true is None else Side(value, where_true is value)

    def is_left_open(self, truths: Sequence[Truth], atom: Node) -> bool:
        """Whether an atom is unknown and the condition hangs on it."""
        return truths[self.atoms.index(atom)] is None and self.hangs(truths, atom) is not None


@dataclass(frozen=True)
class Shown:
    """What interviews show of one atom of one condition."""

    place: Place
    atom: Node
    sides: Mapping[Side, tuple[str, ...]]
    """By side: the names of the interviews that show it."""
    open_in: tuple[str, ...]
    """Interviews in which the condition hangs on the atom and the atom is unknown."""
    alone: tuple[str, str] | None
    """Two interviews that make a pair and differ, as far as the condition sees, in this atom alone."""

    @property
    def pair(self) -> tuple[str, str] | None:
        """Two interviews that show the atom: the first makes it true, the second false."""
        if self.alone is not None:
            return self.alone
        return next(
            ((self.sides[side][0], self.sides[side.other][0]) for side in SIDES if side.atom and self._both(side)), None
        )

    def _both(self, side: Side) -> bool:
        return side in self.sides and side.other in self.sides


def watched(protocol: Protocol) -> tuple[Watched, ...]:
    """Return every condition of a protocol, ready to be read off."""
    return tuple(Watched(place, node) for place, node in conditions(protocol))


def shown(protocol: Protocol, interviews: Iterable[tuple[str, Facts]]) -> Iterator[Shown]:
    """Yield what interviews, each with a name and its facts as a plan reads them, show of each atom."""
    each_facts = list(interviews)
    for condition in watched(protocol):
        seen: dict[tuple[Truth, ...], list[str]] = {}
        for name, facts in each_facts:
            seen.setdefault(condition.truths(facts), []).append(name)
        yield from (_shown(condition, atom, seen) for atom in condition.atoms)


def _shown(condition: Watched, atom: Node, seen: Mapping[tuple[Truth, ...], Sequence[str]]) -> Shown:
    sides: dict[Side, list[str]] = {}
    alone: tuple[str, str] | None = None
    open_in: list[str] = []
    place = condition.atoms.index(atom)
    for truths, names in seen.items():
        if condition.is_left_open(truths, atom):
            open_in += names
        side = condition.side(truths, atom)
        if side is None:
            continue
        sides.setdefault(side, []).extend(names)
        flipped = (*truths[:place], not truths[place], *truths[place + 1 :])
        if alone is None and side.atom and flipped in seen:
            alone = (names[0], seen[flipped][0])
    return Shown(condition.place, atom, {side: tuple(names) for side, names in sides.items()}, tuple(open_in), alone)
