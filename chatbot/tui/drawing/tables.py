"""Tables and the items of instruments as lines: a mark to move, what keys mean, and a figure where content has one."""

from __future__ import annotations

from dataclasses import dataclass

from chatbot.tui.drawing.figure import figure
from chatbot.tui.form import Form
from chatbot.tui.lines import BLANK, Line, Seg, centred, hang, line, packed, pad, prefixed, width_of, wrapped
from chatbot.tui.safe import cells, safe
from chatbot.tui.sight import Part
from chatbot.tui.words import Words

CARET = "▸"

INSET = "  "
"""Before the choices of a record, under its row."""


FIGURE_GAP = "    "
"""Between a table and its figure."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Lines, and the rows among them that must stay in sight."""

    lines: list[Line]
    first: int = -1
    last: int = -1
    held: tuple[Line, ...] = ()
    """What stays on top while the question itself is out of sight: its text, shortened, and the heads of a table."""
    parts: tuple[Part, ...] = ()
    """Where the choices of a list or the rows of a table stand."""

    def below(self, rows: int) -> tuple[Part, ...]:
        """Return the parts as they stand under so many rows."""
        return tuple((name, first + rows, last + rows) for name, first, last in self.parts)


def grid(form: Form, words: Words, width: int, *, follows: bool, drawn: bool) -> Drawn:
    """Draw a table. *follows*: what its keys mean goes with the mark. *drawn*: with its figure, where there is room."""
    view = form.view
    names = max(cells(safe(each.label)) for each in view.rows)
    size = max(3, *(cells(safe(each.label)) for each in view.columns))
    # Narrow terminals: short cells and full names of the columns in the line that says where the mark is.
    if names + (size + 2) * len(view.columns) > width:
        size = max(3, min(size, (width - min(names, width // 2)) // max(len(view.columns), 1) - 2))
        names = max(8, width - (size + 2) * len(view.columns))
    # Of records the choices change with the column, and the table may be longer than the screen: they go with the mark.
    records = any(each.options for each in view.columns)
    at_mark = records or follows
    row, column = view.rows[form.row].label, view.columns[form.column].label
    legend = _legend(form, (column if records else f"{row}, {column}") if at_mark else "", width)
    head: Line = (Seg(" " * names), *(Seg("  " + centred(each.label, size), "quiet") for each in view.columns))
    rows = [head, *(_row(form, place, names, size) for place in range(len(view.rows)))]
    first = last = form.row + 1
    if at_mark:
        last = first + len(legend)
        parts = _parts(form, 1, len(legend))
        return Drawn([*rows[: first + 1], *legend, *rows[first + 1 :]], first, last, (head,), parts)
    rows += wrapped(f"{CARET} {row}, {column}", width, "strong")
    above = 0
    if drawn and form.question.figure is not None:
        rows, above = _with_figure(rows, figure(form.question.figure, _marks(form), words), width)
    return Drawn([*rows, *legend], first + above, last + above, (head,), _parts(form, 1 + above, 0))


def _parts(form: Form, begin: int, legend: int) -> tuple[Part, ...]:
    """Return where the rows of the table stand, from the row *begin*, with the *legend* under the row of the mark."""
    places = [(each.id, begin + at + (legend if at > form.row else 0)) for at, each in enumerate(form.view.rows)]
    return tuple((name, at, at) for name, at in places)


def _row(form: Form, place: int, names: int, size: int) -> Line:
    axis = form.view.rows[place]
    drawn: list[Seg] = [Seg(pad(axis.label, names), "strong" if place == form.row else "")]
    for column, head in enumerate(form.view.columns):
        at = (place, column) == (form.row, form.column)
        text, other = _mark(form, f"{axis.id}.{head.id}", column)
        role = "caret" if at else "strong" if other else ""
        drawn.append(Seg("  " + centred(f"{CARET}{text}◂" if at else text, size), role))
    return tuple(drawn)


def _mark(form: Form, cell: str, column: int) -> tuple[str, bool]:
    """Return the key of what is recorded at a cell, and whether it is other than normal."""
    recorded = form.cells.get(cell)
    if recorded is None:
        return "·", False
    keys = {option.id: key for key, option in form.choices(column)}
    return keys.get(recorded, "?"), form.view.normal is not None and recorded != form.view.normal


def _marks(form: Form) -> dict[str, Seg]:
    """Return what stands at each cell of a figure."""
    found = {}
    for place, axis in enumerate(form.view.rows):
        for column, head in enumerate(form.view.columns):
            cell = f"{axis.id}.{head.id}"
            text, other = _mark(form, cell, column)
            at = (place, column) == (form.row, form.column)
            found[cell] = Seg("○" if at and text == "·" else text, "caret" if at else "strong" if other else "quiet")
    return found


def _legend(form: Form, here: str, width: int) -> list[Line]:
    """Say what the keys mean: of the cell *here* under its row, or of the whole table under it."""
    choices = [line(Seg(key, "key"), Seg(f" {each.label}")) for key, each in form.choices()]
    choices.append(line(Seg("·", "key"), Seg(" not recorded", "quiet")))
    if not here:
        return packed(choices, width)
    return prefixed(packed([line(Seg(f"{here}:", "strong")), *choices], width - len(INSET)), Seg(INSET))


def _with_figure(rows: list[Line], drawn: list[Line], width: int) -> tuple[list[Line], int]:
    """Set a figure beside a table, or above it where it is too wide for that; return the rows that came above it."""
    wide = max(map(width_of, rows))
    if wide + len(FIGURE_GAP) + width_of(drawn[0]) > width:
        return ([*drawn, BLANK, *rows], len(drawn) + 1) if width_of(drawn[0]) <= width else (rows, 0)
    rows = rows + [BLANK] * (len(drawn) - len(rows))
    beside = drawn + [BLANK] * (len(rows) - len(drawn))
    air = [Seg(" " * (wide - width_of(row)) + FIGURE_GAP) for row in rows]
    return [(*row, gap, *side) if side else row for row, gap, side in zip(rows, air, beside, strict=True)], 0


def items(form: Form, width: int) -> Drawn:
    """Draw the items one below the other with their scores, the one that is asked in full and with its choices."""
    rows: list[Line] = []
    first = last = 0
    for place, item in enumerate(form.view.rows):
        at = place == form.row
        chosen = next((each for each in item.options if each.id == form.cells.get(item.id)), None)
        mark, score = f"{CARET} " if at else "  ", "·" if chosen is None else chosen.key
        head_ = line(Seg(mark, "key"), Seg(score, "strong" if chosen is not None else "quiet"), Seg("  "))
        drawn = hang(head_, item.label, width, "strong" if at else "quiet")
        if at:
            first = len(rows)
            drawn += _item_choices(form, width)
            last = first + len(drawn) - 1
        rows += drawn
    return Drawn(rows, first, last)


def _item_choices(form: Form, width: int) -> list[Line]:
    """Draw the choices of an item: one below the other, or of a scale with words at its ends only in one line."""
    options = form.item_options
    worded = [each for each in options if each.label != each.id]
    chosen = form.cells.get(form.cell)
    if len(worded) < len(options):
        marks = [Seg(f"[{e.key}]", "caret") if e.id == chosen else Seg(f" {e.key} ", "key") for e in options]
        keys = [line(mark) for mark in marks]
        ends = [line(Seg(each.key, "key"), Seg(f" {each.label.removeprefix(each.id).strip()}")) for each in worded]
        return prefixed([*packed(keys, width - 5, ""), *packed(ends, width - 5)], Seg("     "))
    rows: list[Line] = []
    for each in options:
        label = line(Seg("   ✓ " if each.id == chosen else "     "), Seg(each.key, "key"), Seg("  "))
        rows += hang(label, each.label, width, "strong" if each.id == chosen else "")
    return rows
