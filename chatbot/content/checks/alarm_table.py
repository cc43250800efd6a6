"""Tables of alarm symptoms: onset × trend × documented × imaged, without an empty cell.

A cell is empty when somebody with the symptom could give answers that put them there with none of the table's red
flags standing and none of its allowed exceptions holding. One search over all answers looks for such a person; only
when it finds one are the cells gone through one by one, to name them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any

from chatbot.content.beside import AXES, AlarmTableModel
from chatbot.content.build import symbols_of
from chatbot.content.bundle import bundle_of
from chatbot.content.checks.satisfiable import DAYS
from chatbot.content.checks.verdicts import Verdicts
from chatbot.content.diagnostics import WARNING, Diagnostic
from chatbot.content.package import Package
from chatbot.content.source import Mark, at
from chatbot.core.protocol import Protocol
from chatbot.core.resolve import Symbols, condition, near_miss
from chatbot.core.satisfy import Goal, Reading, Verdict, does_not_hold, find, holds
from chatbot.core.tree import InState, Node, Not, Or
from chatbot.core.values import Urgency, to_stored

UNKNOWN = "unknown"
"""The cell every axis has besides its own: the question has no value."""

MOST_STEPS = 20_000
"""Readings tried for a whole table before it is gone through cell by cell."""

MOST_NAMED = 3
"""Empty cells of one table that are named; they most often have one cause."""


@dataclass(frozen=True)
class Table:
    """One table with its conditions resolved."""

    name: str
    model: AlarmTableModel
    symptom: Node
    cells: Mapping[str, Mapping[str, Goal]]
    """Axis to cell to what puts somebody there."""
    standing: Mapping[str, Node]
    """Red flag to the condition that it is clear."""
    allowed: tuple[Node, ...]

    def empty(self) -> list[Goal]:
        """Return the goals of a person whom the table does not catch."""
        clear = [holds(node) for node in self.standing.values()]
        return [holds(self.symptom), *clear, *(does_not_hold(node) for node in self.allowed)]

    def places(self) -> Iterator[tuple[tuple[str, ...], list[Goal]]]:
        """Yield (cell on each axis, goals that put somebody there)."""
        axes = [self.cells[axis].items() for axis in AXES]
        for place in product(*axes):
            yield tuple(name for name, _ in place), [goal for _, goal in place]


def tables_of(package: Package, bundle: Mapping[str, Any], protocol: Protocol) -> Iterator[Table]:
    """Yield the tables of a package whose names are right."""
    symbols = symbols_of(bundle)
    for name, model in package.entries("alarm_tables").items():
        yield Table(
            name=name,
            model=model,
            symptom=condition(model.when, symbols).tree,
            cells={axis: _cells(model, axis, symbols) for axis in AXES},
            standing={flag: _clear(protocol, flag) for flag in model.flags if flag in protocol.red_flags},
            allowed=tuple(condition(each.when, symbols).tree for each in model.allowed_routine),
        )


def _cells(model: AlarmTableModel, axis: str, symbols: Symbols) -> dict[str, Goal]:
    entry = model.axes[axis]
    cells = {name: holds(condition(text, symbols).tree) for name, text in entry.cells.items()}
    return {**cells, UNKNOWN: holds(InState(entry.question, "unknown"))}


def _clear(protocol: Protocol, name: str) -> Node:
    flag = protocol.red_flags[name]
    lowered = Not(flag.when.tree)
    return lowered if flag.unless is None else Or((flag.unless.tree, lowered))


def names(package: Package) -> Iterator[Diagnostic]:
    """Yield what a table names that does not exist or does not raise an alarm."""
    flags = package.entries("red_flags")
    questions = {name for _, _, name, _ in package.all_questions()}
    for name, model in package.entries("alarm_tables").items():
        root, path = package.single["alarm_tables"].root, ("alarm_tables", name)
        for index, flag in enumerate(model.flags):
            mark = at(root, (*path, "flags", index))
            if flag not in flags and flag not in package.broken:
                yield mark.diagnostic("P206", f"no red flag is called {flag!r}", near_miss(flag, flags))
            elif flag in flags and Urgency(flags[flag].urgency).rank < Urgency.SAME_DAY.rank:
                message = f"the red flag {flag!r} is only {flags[flag].urgency}"
                yield mark.diagnostic("P424", message, "an alarm symptom is seen the same day or at once")
        for axis, entry in model.axes.items():
            if entry.question not in questions and entry.question not in package.broken:
                mark = at(root, (*path, "axes", axis, "question"))
                hint = near_miss(entry.question, questions)
                yield mark.diagnostic("P210", f"no question is called {entry.question!r}", hint)


def check(package: Package, bundle: Mapping[str, Any], protocol: Protocol, verdicts: Verdicts) -> Iterator[Diagnostic]:
    """Yield empty cells, and tables or axes that leave somebody out. Only for content whose names are right."""
    for table in tables_of(package, bundle, protocol):
        yield from _possible(package, protocol, table, verdicts)
        for axis in AXES:
            yield from _whole_axis(package, protocol, table, axis, verdicts)
        yield from _empty_cells(package, protocol, table, verdicts)


def _mark(package: Package, table: Table, *path: str) -> Mark:
    return at(package.single["alarm_tables"].root, ("alarm_tables", table.name, *path), key=True)


def _possible(package: Package, protocol: Protocol, table: Table, verdicts: Verdicts) -> Iterator[Diagnostic]:
    if all(verdicts.find(protocol, [holds(table.symptom)], day) is Verdict.NEVER for day in DAYS):
        message = f"nobody can have the symptom of the table {table.name!r}"
        yield _mark(package, table, "when").diagnostic("P424", message, "correct 'when'")


def _whole_axis(
    package: Package, protocol: Protocol, table: Table, axis: str, verdicts: Verdicts
) -> Iterator[Diagnostic]:
    question = table.model.axes[axis].question
    outside = [does_not_hold(goal.node) for goal in table.cells[axis].values()]
    for day in DAYS:
        found = verdicts.find(protocol, [holds(table.symptom), holds(InState(question, "known")), *outside], day)
        if not isinstance(found, Verdict):
            said = to_stored(found[question].value) if question in found else "?"
            message = f"no cell of {axis!r} holds for {question} = {said}"
            hint = "let the cells cover every value"
            yield _mark(package, table, "axes", axis).diagnostic("P424", message, hint)
            return


def _empty_cells(package: Package, protocol: Protocol, table: Table, verdicts: Verdicts) -> Iterator[Diagnostic]:
    verdict = verdicts.find(protocol, table.empty(), DAYS[0], MOST_STEPS)
    if verdict is Verdict.NEVER:
        return
    if verdict is Verdict.UNDECIDED:
        message = f"whether the table {table.name!r} has an empty cell takes more work than the check may do"
        yield _mark(package, table).diagnostic("P424", message, "make the conditions of its flags simpler", WARNING)
        return
    named = 0
    for place, goals in table.places():
        found = verdicts.find(protocol, [*goals, *table.empty()], DAYS[0])
        if isinstance(found, Verdict):
            continue
        where = ", ".join(f"{axis} {cell.replace('_', ' ')}" for axis, cell in zip(AXES, place, strict=True))
        message = f"empty cell: {where}; no flag of the table stands when {said_of(found)}"
        hint = "raise a red flag for it, or list it under 'allowed_routine' with the reason"
        yield _mark(package, table).diagnostic("P423", message, hint)
        named += 1
        if named == MOST_NAMED:
            return


def said_of(found: Mapping[str, Reading]) -> str:
    """Spell the answers of an example: values, and what is not known."""
    parts = []
    for key, reading in found.items():
        if reading.state in {"known", "unknown"}:
            value = "unknown" if reading.state == "unknown" else to_stored(reading.value)
            parts.append(f"{key} = {value}")
    return ", ".join(parts)


def lines(package: Package, protocol: Protocol) -> list[str]:
    """Return a line for each table of a sound protocol: how many cells, which flags, how many exceptions."""
    found = []
    for table in tables_of(package, bundle_of(package), protocol):
        sizes = " × ".join(f"{len(table.cells[axis])} {axis}" for axis in AXES)
        exceptions = f"{len(table.allowed)} exception{'' if len(table.allowed) == 1 else 's'}"
        found.append(f"{table.name}: {sizes}; every cell raises {' or '.join(table.standing)}, but for {exceptions}")
    return found


def stands(protocol: Protocol, table: Table, goals: list[Goal], flag: str, day: datetime = DAYS[0]) -> str:
    """Return ``always``, ``sometimes`` or ``never``: whether a flag stands for those whom *goals* put in a cell."""
    clear = table.standing[flag]
    if find(protocol, [*goals, holds(table.symptom), holds(clear)], day) is Verdict.NEVER:
        return "always"
    up = find(protocol, [*goals, holds(table.symptom), does_not_hold(clear)], day)
    return "never" if up is Verdict.NEVER else "sometimes"
