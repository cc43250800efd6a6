"""Finding quantifiers again in a resolved tree, in which groups and grids are unrolled row by row and cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from chatbot.core.resolve import Symbols
from chatbot.core.tree import And, AtLeast, Cell, CellGrade, Constant, Node, Not, Number, Or, walk


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text is read: nowhere in particular, in a row of a group, in a cell of a grid."""

    row_of: str | None = None
    """``group[n]``: bare field names mean that row."""
    grid: str | None = None
    """The grid of the cell."""
    row: str = ""
    column: str = ""

    @property
    def title(self) -> str:
        """How a row or cell is called: ``visits[2]``, ``foot.left``."""
        return f"{self.row}.{self.column}" if self.grid is not None else self.row_of or ""


@dataclass(frozen=True, slots=True)
class Rolled:
    """A quantifier found again in an unrolled tree."""

    kind: str
    """any, all or count."""
    over: str
    """The group or grid."""
    least: int
    """Of a count: at least so many."""
    exists: tuple[Node | None, ...]
    """For each row whether there is one; None for the cells of a grid."""
    bodies: tuple[Node, ...]
    places: tuple[Place, ...]
    text: str = ""
    """What each body says, read in its own place; empty when nothing but the row is asked for."""


At = tuple[Node, Place]
"""A node and where it is read."""


def candidates(nodes: Sequence[At], symbols: Symbols) -> list[list[Rolled]]:
    """Return for each group and grid that could have been unrolled into all of these nodes how it was."""
    found = []
    first = nodes[0][0]
    if not isinstance(first, And | Or | AtLeast):
        return []
    for group in symbols.groups:
        each = [_over_group(node, place, group, symbols) for node, place in nodes]
        if all(each):
            found.append([one for one in each if one is not None])
    if isinstance(first, AtLeast) or any(isinstance(part, Cell | CellGrade | Constant) for part in walk(first)):
        for key, shape in symbols.questions.items():
            if shape.type == "grid":
                each = [_over_grid(node, place, key, symbols) for node, place in nodes]
                if all(each):
                    found.append([one for one in each if one is not None])
    return found


def _over_group(node: Node, place: Place, name: str, symbols: Symbols) -> Rolled | None:
    group = symbols.groups[name]
    assert isinstance(node, And | Or | AtLeast)
    if len(node.items) != group.most:
        return None
    exists: list[Node] = []
    bodies: list[Node] = []
    for index, item in enumerate(node.items, 1):
        there = Number(group.count, ">=", Decimal(index))
        match node, item:
            case And(), Or((Not(left), right)) if left == there:
                pass
            case ((Or() | AtLeast()), And((left, right))) if left == there:
                pass
            case _:
                return None
        exists.append(there)
        bodies.append(right)
    places = tuple(Place(f"{name}[{index}]", place.grid, place.row, place.column) for index in range(1, group.most + 1))
    return Rolled(_kind(node), name, _least(node), tuple(exists), tuple(bodies), places)


def _over_grid(node: Node, place: Place, key: str, symbols: Symbols) -> Rolled | None:
    shape = symbols.questions[key]
    assert isinstance(node, And | Or | AtLeast)
    places = tuple(Place(place.row_of, key, row, column) for row in shape.rows for column in shape.columns)
    if len(node.items) != len(places):
        return None
    return Rolled(_kind(node), key, _least(node), (None,) * len(places), node.items, places)


def _kind(node: Node) -> str:
    return "any" if isinstance(node, Or) else "all" if isinstance(node, And) else "count"


def _least(node: Node) -> int:
    return node.least if isinstance(node, AtLeast) else 0
