"""Where the boxes of a diagram stand and which way its arrows run: columns from left to right.

``igraph`` orders the boxes so that few arrows cross and threads long arrows through the columns between; here
the columns are given the widths and heights of the texts in them, so that nothing overlaps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chatbot.errors import UsageError
from chatbot.export.diagram import Diagram

BOX_GAP, THREAD = 22.0, 10.0
"""Between boxes of a column, and the height an arrow takes where it passes through a column."""

SWEEPS = 24
INSTALL = "pip install 'backstory[graph]'"

Size = tuple[float, float]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Layout:
    """The corners of every box, the points of every arrow, and the size of it all."""

    corners: tuple[Point, ...]
    """Left upper corner of each box, in the order of the diagram."""
    routes: tuple[tuple[Point, ...], ...]
    """For each arrow the points it runs through, from its source to its target."""
    width: float
    height: float


@dataclass(slots=True)
class _Slot:
    """Something that takes room in a column: a box, or the place where an arrow passes."""

    width: float
    height: float
    near: list[int]
    y: float = 0.0
    """Of its middle."""


def laid_out(diagram: Diagram, sizes: Sequence[Size], gap: float = 90.0) -> Layout:
    """Place the boxes of a diagram, each of a given width and height, with a *gap* between columns.

    Raises: UsageError when ``igraph`` is not installed.
    """
    try:
        from igraph import Graph
    except ImportError as error:
        raise UsageError(
            "a drawing needs igraph, which is not installed",
            hint=f"{INSTALL}; --to tree and --to mermaid need nothing",
        ) from error
    index = {box.id: place for place, box in enumerate(diagram.boxes)}
    ends = [(index[arrow.source], index[arrow.target]) for arrow in diagram.arrows]
    graph = Graph(n=len(diagram.boxes), edges=ends, directed=True)
    layers = _packed(diagram) if diagram.layered else None
    columns, chains = _ordered(graph, layers)
    slots = [_Slot(*sizes[each], []) for each in range(len(diagram.boxes))]
    slots += [_Slot(0.0, THREAD, []) for _ in range(sum(map(len, columns)) - len(slots))]
    for (source, target), chain in zip(ends, chains, strict=True):
        for one, other in zip([source, *chain], [*chain, target], strict=True):
            slots[one].near.append(other)
            slots[other].near.append(one)
    _stack(columns, slots)
    lefts = _lefts(columns, slots, gap)
    return _layout(diagram, ends, chains, columns, slots, lefts)


def _packed(diagram: Diagram) -> list[int]:
    """Return the column of every box, without empty columns."""
    used = sorted({box.layer for box in diagram.boxes})
    return [used.index(box.layer) for box in diagram.boxes]


def _ordered(graph: object, layers: list[int] | None) -> tuple[list[list[int]], list[list[int]]]:
    """Return the slots of every column from top to bottom, and the threads of every arrow.

    Boxes are slots by their number; threads, which stand where an arrow passes a column, follow after them.
    """
    layout = graph.layout_sugiyama(layers=layers)  # type: ignore[attr-defined]
    count, ends = graph.vcount(), graph.get_edgelist()  # type: ignore[attr-defined]
    points = list(layout)
    given = layers is not None
    if layers is None:
        heights = sorted({round(point[1], 3) for point in points})
        layers = [heights.index(round(point[1], 3)) for point in points]
    columns: list[list[int]] = [[] for _ in range(max(layers, default=0) + 1)]
    across: dict[int, float] = {}
    for vertex in range(count):
        columns[layers[vertex]].append(vertex)
        across[vertex] = points[vertex][0]
    chains: list[list[int]] = []
    number = count
    for source, target in ends:
        first, last = layers[source], layers[target]
        step = 1 if last >= first else -1
        chain = []
        for column in range(first + step, last, step):
            share = abs(column - first) / abs(last - first)
            across[number] = across[source] + (across[target] - across[source]) * share
            columns[column].append(number)
            chain.append(number)
            number += 1
        chains.append(chain)
    for column_slots in columns:
        column_slots.sort(key=lambda slot: (across[slot], slot))
    _untangle(columns, ends, chains, in_order=not given)
    return columns, chains


def _untangle(
    columns: list[list[int]], ends: Sequence[tuple[int, int]], chains: Sequence[Sequence[int]], *, in_order: bool
) -> None:
    """Put threads, and boxes with them, beside what they lead to: the median of their neighbours, to and fro.

    *in_order*: boxes that are drawn to the same place keep the order of the diagram.
    """
    near: dict[int, list[int]] = {}
    for (source, target), chain in zip(ends, chains, strict=True):
        for one, other in zip([source, *chain], [*chain, target], strict=True):
            near.setdefault(one, []).append(other)
            near.setdefault(other, []).append(one)
    for sweep in range(8):
        order = columns if sweep % 2 == 0 else list(reversed(columns))
        rank = {slot: place / max(1, len(column)) for column in columns for place, slot in enumerate(column)}
        for column in order:
            key = {}
            for place, slot in enumerate(column):
                around = sorted(rank[other] for other in near.get(slot, ()))
                key[slot] = (around[len(around) // 2] if around else rank[slot], slot if in_order else place)
            column.sort(key=key.__getitem__)
            rank.update({slot: place / max(1, len(column)) for place, slot in enumerate(column)})


def _stack(columns: list[list[int]], slots: list[_Slot]) -> None:
    """Give every slot its height: below the one before it, as near to its neighbours as there is room."""
    for column in columns:
        y = 0.0
        for number in column:
            slot = slots[number]
            slot.y = y + slot.height / 2
            y += slot.height + _gap(slot)
        for number in column:
            slots[number].y -= y / 2
    for sweep in range(SWEEPS):
        for column in columns if sweep % 2 == 0 else reversed(columns):
            _settle(column, slots)


def _gap(slot: _Slot) -> float:
    return BOX_GAP if slot.width else THREAD / 2


def _settle(column: list[int], slots: list[_Slot]) -> None:
    """Move a column's slots to the mean of their neighbours in order; blocks that meet move as one."""
    blocks: list[tuple[float, float, list[tuple[int, float]]]] = []
    for number in column:
        slot = slots[number]
        wanted = sum(slots[each].y for each in slot.near) / len(slot.near) if slot.near else slot.y
        block = (wanted, slot.height + _gap(slot), [(number, 0.0)])
        blocks.append(block)
        while len(blocks) > 1 and blocks[-2][0] + blocks[-2][1] / 2 > blocks[-1][0] - blocks[-1][1] / 2:
            after, before = blocks.pop(), blocks.pop()
            blocks.append(_merged(before, after))
    for middle, height, members in blocks:
        top = middle - height / 2
        for number, offset in members:
            slot = slots[number]
            slot.y = top + offset + (slot.height + _gap(slot)) / 2


def _merged(
    before: tuple[float, float, list[tuple[int, float]]], after: tuple[float, float, list[tuple[int, float]]]
) -> tuple[float, float, list[tuple[int, float]]]:
    (first, upper, above), (second, lower, below) = before, after
    height = upper + lower
    # Where each wanted to be, as the middle of the block they make together, by how many they are.
    wish = ((first + lower / 2) * len(above) + (second - upper / 2) * len(below)) / (len(above) + len(below))
    return wish, height, [*above, *((number, offset + upper) for number, offset in below)]


def _lefts(columns: list[list[int]], slots: list[_Slot], gap: float) -> list[float]:
    lefts, x = [], 0.0
    for column in columns:
        lefts.append(x)
        x += max((slots[number].width for number in column), default=0.0) + gap
    return lefts


def _layout(
    diagram: Diagram,
    ends: Sequence[tuple[int, int]],
    chains: Sequence[Sequence[int]],
    columns: list[list[int]],
    slots: list[_Slot],
    lefts: list[float],
) -> Layout:
    where = {number: place for place, column in enumerate(columns) for number in column}
    widths = [max((slots[number].width for number in column), default=0.0) for column in columns]
    top = min((slot.y - slot.height / 2 for slot in slots), default=0.0)
    corners = []
    for number in range(len(diagram.boxes)):
        slot, column = slots[number], where[number]
        corners.append((lefts[column] + (widths[column] - slot.width) / 2, slot.y - slot.height / 2 - top))
    routes = []
    for (source, target), chain in zip(ends, chains, strict=True):
        forward = where[target] >= where[source]
        points = [_side(corners[source], slots[source], right=forward)]
        for number in chain:
            left, width = lefts[where[number]], widths[where[number]]
            pair = [(left, slots[number].y - top), (left + width, slots[number].y - top)]
            points += pair if forward else reversed(pair)
        points.append(_side(corners[target], slots[target], right=not forward or where[target] == where[source]))
        routes.append(tuple(points))
    height = max((slot.y + slot.height / 2 for slot in slots), default=0.0) - top
    width = max((left + width for left, width in zip(lefts, widths, strict=True)), default=0.0)
    return Layout(tuple(corners), tuple(routes), width, height)


def _side(corner: Point, slot: _Slot, *, right: bool) -> Point:
    return (corner[0] + (slot.width if right else 0.0), corner[1] + slot.height / 2)
