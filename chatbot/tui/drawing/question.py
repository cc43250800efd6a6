"""The question as lines: what is asked and the ways to answer above the field, the rest below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chatbot.core.entry import entry_hint
from chatbot.core.entry_names import known_as
from chatbot.core.keys import score_key
from chatbot.core.protocol import QuestionType
from chatbot.tui.form import Form, Mode
from chatbot.tui.lines import (
    BLANK,
    Line,
    Seg,
    centred,
    fit,
    hang,
    line,
    packed,
    pad,
    prefixed,
    spread,
    width_of,
    wrapped,
)
from chatbot.tui.safe import cells, safe
from chatbot.tui.words import Words, sentence

BAR = Seg("▌ ", "key")
"""Stands beside everything that belongs to the question; it is where the eye and the keys are."""

CARET = "▸"

INSET = "  "
"""Before the choices of a record, under its row."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Lines, and the rows among them that must stay in sight."""

    lines: list[Line]
    first: int = -1
    last: int = -1
    held: tuple[Line, ...] = ()
    """What stays on top while the question itself is out of sight: its text, shortened, and the heads of a table."""


def above(form: Form, words: Words, width: int, tight: bool, height: int = 0) -> Drawn:
    """Draw the question and its choices. *tight* leaves out what only gives air.

    *height*: rows there are for it; where a table does not fit them, what its keys mean goes with the mark. 0: enough.
    """
    room = width - width_of((BAR,))
    gap: list[Line] = [] if tight else [BLANK]
    rows = head(form, room)
    intro = wrapped(form.view.section_intro, room, "quiet") if form.view.section_intro else []
    rows += [] if tight else intro
    asked = wrapped(form.view.text, room, "strong")
    text_from = len(rows) + len(gap)
    rows += [*gap, *asked, *gap]
    choices = _choices(form, room)
    if height and len(rows) + len(choices.lines) >= height:
        choices = _choices(form, room, follows=True)
    offset = len(rows)
    # Where rows are few the question itself comes first, and what introduces its section last.
    rows += [*choices.lines, *(intro if tight else [])]
    held = tuple(prefixed([line(Seg(fit(form.view.text, room), "strong")), *choices.held], BAR))
    if choices.first < 0:
        return Drawn(prefixed(rows, BAR), text_from, text_from + len(asked) - 1, held)
    return Drawn(prefixed(rows, BAR), choices.first + offset, choices.last + offset, held)


def calm(form: Form, width: int, height: int) -> Drawn:
    """Draw the question for the person to read: what is asked and the choices alone, with air where there is room."""
    asked = [*wrapped(form.view.text, width, "strong"), BLANK]
    choices = _choices(form, width, airy=True)
    if len(asked) + len(choices.lines) > height:
        choices = _choices(form, width, follows=True)
    held = (line(Seg(fit(form.view.text, width), "strong")), *choices.held)
    if choices.first < 0:
        return Drawn([*asked, *choices.lines], 0, len(asked) - 1, held)
    return Drawn([*asked, *choices.lines], choices.first + len(asked), choices.last + len(asked), held)


def calm_below(
    form: Form, words: Words, statuses: Sequence[tuple[str, str]], width: int, *, escape: bool
) -> list[Line]:
    """Draw what the person needs under the choices: what is in doubt or wrong, and how to answer without a value."""
    if form.mode in {Mode.DOUBT, Mode.REASONS}:
        return [BLANK, *_asking(form, words, width)]
    keys = [_key(key, label) for key, label in statuses]
    if escape and keys:
        keys.insert(0, line(Seg(words.key_for("leave_field"), "key"), Seg(", then:")))
    problem = _problem(form, width)
    hint = [] if problem and form.is_typed else _hint(form, words, width)
    return [BLANK, *problem, *hint, *packed(keys, width)]


def head(form: Form, width: int) -> list[Line]:
    """Draw the name of the section and how far it is."""
    view = form.view
    marks = [mark for mark, holds in (("private", view.private), ("postponed", view.postponed)) if holds]
    right = " · ".join([*marks, f"{view.index} of {view.of}"])
    return spread(line(Seg(view.section, "strong")), line(Seg(right, "quiet")), width)


def _choices(form: Form, width: int, *, airy: bool = False, follows: bool = False) -> Drawn:
    """Draw the choices. *airy*: a blank row between them. *follows*: what keys mean in a table stands at the mark."""
    if form.scale:
        return _scale(form, width)
    if form.type is QuestionType.GRID:
        return _grid(form, width, follows=follows)
    if form.type is QuestionType.INSTRUMENT:
        return _items(form, width)
    if form.naming:
        return _named(form, width)
    if form.mode is Mode.TYPING:
        return Drawn([])
    rows: list[Line] = []
    first = last = -1
    for index, (key, option) in enumerate(zip(form.keys, form.view.options, strict=True)):
        at = index == form.caret
        if airy and index:
            rows.append(BLANK)
        mark = f"{CARET} " if at else "  "
        box = ""
        if form.type is QuestionType.SEVERAL:
            box = "[x] " if option.id in form.chosen else "[ ] "
        elif option.chosen:
            box = "✓ "
        label = line(Seg(mark, "key"), Seg(key, "key"), Seg(f"  {box}"))
        chosen = option.id in form.chosen
        drawn = hang(label, option.label, width, "strong" if at or chosen else "")
        if at:
            first, last = len(rows), len(rows) + len(drawn) - 1
        rows += drawn
    return Drawn(rows, first, last)


def _named(form: Form, width: int) -> Drawn:
    """Draw the choices that fit what is typed: the one Enter takes is marked, one that is only near says so."""
    rows: list[Line] = []
    first = last = -1
    taken = form.name.taken(form.view)
    near = {each.id for each in form.name.fitting(form.view).near}
    for each in form.name.offered(form.view):
        at = each == taken
        box = ""
        if form.type is QuestionType.SEVERAL and not each.is_status:
            box = "[x] " if each.id in form.chosen else "[ ] "
        other = known_as(form.name.typed, each)
        said = f"{each.label} · {other}" if other and len(other) > 1 else each.label
        said += " (near)" if each.id in near else ""
        drawn = hang(
            line(Seg(f"{CARET} " if at else "  ", "key"), Seg(f"   {box}")), said, width, "strong" if at else ""
        )
        if at:
            first, last = len(rows), len(rows) + len(drawn) - 1
        rows += drawn
    return Drawn(rows, first, last)


def _scale(form: Form, width: int) -> Drawn:
    parts: list[Line] = []
    for index, number in enumerate(form.scale):
        key = score_key(number)
        shown = f"{number}" if number < 10 else f"{key} = {number}"
        at = index == form.caret
        parts.append(line(Seg(f"{CARET}{shown}" if at else f" {shown}", "caret" if at else "key")))
    rows = packed(parts, width, " ")
    if form.view.options:
        rows += [each for option in form.view.options for each in hang(f"  {option.id}  ", option.label, width)]
    return Drawn(rows, 0, len(rows) - 1)


def _grid(form: Form, width: int, *, follows: bool) -> Drawn:
    view = form.view
    names = max(cells(safe(each.label)) for each in view.rows)
    size = max(3, *(cells(safe(each.label)) for each in view.columns))
    # Narrow terminals: short cells and full names of the columns in the line that says where the mark is.
    if names + (size + 2) * len(view.columns) > width:
        size = max(3, min(size, (width - min(names, width // 2)) // max(len(view.columns), 1) - 2))
        names = max(8, width - (size + 2) * len(view.columns))
    keys = [{option.id: key for key, option in form.choices(place)} for place in range(len(view.columns))]
    rows: list[Line] = [(Seg(" " * names), *(Seg("  " + centred(each.label, size), "quiet") for each in view.columns))]
    # Of records the choices change with the column, and the table may be longer than the screen: they go with the mark.
    records = any(each.options for each in view.columns)
    at_mark = records or follows
    choices = [line(Seg(key, "key"), Seg(f" {each.label}")) for key, each in form.choices()]
    choices.append(line(Seg("·", "key"), Seg(" not recorded", "quiet")))
    if at_mark:
        here = (
            view.columns[form.column].label
            if records
            else f"{view.rows[form.row].label}, {view.columns[form.column].label}"
        )
        choices.insert(0, line(Seg(f"{here}:", "strong")))
    legend = packed(choices, width - len(INSET) if at_mark else width)
    first = last = 0
    for row, axis in enumerate(view.rows):
        drawn: list[Seg] = [Seg(pad(axis.label, names), "strong" if row == form.row else "")]
        for column, head_ in enumerate(view.columns):
            at = (row, column) == (form.row, form.column)
            grade = form.cells.get(f"{axis.id}.{head_.id}")
            text = keys[column].get(grade, "?") if grade is not None else "·"
            other = grade is not None and view.normal is not None and grade != view.normal
            role = "caret" if at else "strong" if other else ""
            drawn.append(Seg("  " + centred(f"{CARET}{text}◂" if at else text, size), role))
        if row == form.row:
            first = last = len(rows)
        rows.append(tuple(drawn))
        if row == form.row and at_mark:
            rows += prefixed(legend, Seg(INSET))
            last = len(rows) - 1
    if at_mark:
        return Drawn(rows, first, last, (rows[0],))
    at_cell = f"{CARET} {view.rows[form.row].label}, {view.columns[form.column].label}"
    rows += wrapped(at_cell, width, "strong")
    return Drawn([*rows, *legend], first, first, (rows[0],))


def _items(form: Form, width: int) -> Drawn:
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


def below(
    form: Form,
    words: Words,
    width: int,
    statuses: Sequence[tuple[str, str]],
    *,
    tight: bool,
    escape: bool,
    most: int,
) -> list[Line]:
    """Draw what stands under the field: hint, doubt, reasons or problem, then the ways to answer without a value.

    *escape*: letters are text now, so Escape comes before the keys of the statuses. Where there are more than *most*
    rows, what is least needed now is left out.
    """
    room = width - width_of((BAR,))
    if form.mode in {Mode.DOUBT, Mode.REASONS}:
        return prefixed(_asking(form, words, room), BAR)
    problem = _problem(form, room)
    hint = [] if form.problem is not None and form.is_typed else _hint(form, words, room)
    keys = [_key(key, label) for key, label in statuses]
    if escape and keys:
        keys.insert(0, line(Seg(words.key_for("leave_field"), "key"), Seg(", then:")))
    source = words.label(f"source.{form.source or form.view.source}")
    begun = wrapped("begun before, not given yet", room, "quiet") if form.resumed else []
    parts: list[list[Line]] = [
        problem,
        [*begun, *hint],
        _standing(form, words, room),
        wrapped(form.view.credit, room, "quiet") if form.view.credit and not tight else [],
        [] if tight else [BLANK],
        packed(keys, room),
        [(Seg("source: ", "quiet"), Seg(source, "strong" if form.source else "quiet"))],
    ]
    if form.naming:
        parts = parts[:3]
    while len(parts) > 1 and sum(map(len, parts)) > most:
        parts.pop()
    return prefixed([row for part in parts for row in part], BAR)


def _asking(form: Form, words: Words, width: int) -> list[Line]:
    """Ask whether an unusual value is right, or for a coded reason."""
    rows = wrapped(f"? {sentence(form.asks_for)}", width, "warn")
    if form.mode is Mode.DOUBT:
        return rows + packed(
            [_key(words.key_for("confirm"), "confirm"), _key(words.key_for("cancel"), "change it")], width
        )
    for reason in form.reasons:
        rows += hang(line(Seg(f"  {reason.key}", "key"), Seg("  ")), reason.label, width)
    return [*rows, _key(words.key_for("cancel", "reasons"), "change it")]


def _problem(form: Form, width: int) -> list[Line]:
    if form.problem is None:
        return []
    message, hint = form.problem
    rows = wrapped(f"! {sentence(message)}", width, "warn")
    return rows + (hang("  ", hint, width) if hint else [])


def _key(key: str, label: str) -> Line:
    return line(Seg(key, "key"), Seg(f"  {label}"))


def _hint(form: Form, words: Words, width: int) -> list[Line]:
    """Say what a typed answer looks like, or that one may be typed."""
    view = form.view
    if form.mode is Mode.KEYS and (form.is_typed or form.draft):
        rows = wrapped(f"typed: {form.draft}", width) if form.draft else []
        what = "type a date" if form.type is QuestionType.DATE else "go on typing"
        return rows + packed([_key(words.key_for("type"), what)], width)
    if form.naming:
        marked = "; Enter alone gives those marked" if form.type is QuestionType.SEVERAL else ""
        return wrapped(f"type its name, or how it begins; Enter takes the one at ▸{marked}", width, "quiet")
    if not form.is_typed or form.mode in {Mode.DOUBT, Mode.REASONS}:
        return []
    said = " · ".join(part for part in (view.unit if not view.range else "", view.range) if part)
    if form.type is QuestionType.DATE:
        said = entry_hint(form.question)
    return wrapped(said, width, "quiet") if said else []


def _standing(form: Form, words: Words, width: int) -> list[Line]:
    """Say the answer that stands."""
    view = form.view
    if not view.answer:
        return []
    if view.expired or view.carried:
        why = "carried, to be confirmed" if view.carried else "too old to count"
        rows = wrapped(f"earlier: {view.answer}; {why}", width, "warn")
        return [*rows, _key(words.key_for("still_so"), "still so")] if view.stored is not None else rows
    return wrapped(f"answer now: {view.answer}", width, "quiet")
