"""The question as lines: what is asked and the ways to answer above the field, the rest below it."""

from __future__ import annotations

from collections.abc import Sequence

from chatbot.core.entry import entry_hint
from chatbot.core.entry_names import known_as
from chatbot.core.keys import score_key
from chatbot.core.protocol import QuestionType
from chatbot.tui.drawing import tables
from chatbot.tui.drawing.tables import CARET, Drawn
from chatbot.tui.form import Form, Mode
from chatbot.tui.lines import (
    BLANK,
    Line,
    Seg,
    fit,
    hang,
    line,
    packed,
    prefixed,
    spread,
    width_of,
    wrapped,
)
from chatbot.tui.sight import Part
from chatbot.tui.words import Words, sentence

BAR = Seg("▌ ", "key")
"""Stands beside everything that belongs to the question; it is where the eye and the keys are."""


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
    choices = _choices(form, words, room, drawn=True)
    if height and len(rows) + len(choices.lines) >= height:
        if not tight:
            return above(form, words, width, True, height)
        choices = _fitting(form, words, room, height - len(rows))
    offset = len(rows)
    # Where rows are few the question itself comes first, and what introduces its section last.
    rows += [*choices.lines, *(intro if tight else [])]
    held = tuple(prefixed([line(Seg(fit(form.view.text, room), "strong")), *choices.held], BAR))
    parts = choices.below(offset)
    if choices.first < 0:
        return Drawn(prefixed(rows, BAR), text_from, text_from + len(asked) - 1, held, parts)
    return Drawn(prefixed(rows, BAR), choices.first + offset, choices.last + offset, held, parts)


def calm(form: Form, words: Words, width: int, height: int) -> Drawn:
    """Draw the question for the person to read: what is asked and the choices alone, with air where there is room."""
    asked = [*wrapped(form.view.text, width, "strong"), BLANK]
    choices = _choices(form, words, width, airy=True, drawn=True)
    if len(asked) + len(choices.lines) > height:
        choices = _fitting(form, words, width, height - len(asked))
    held = (line(Seg(fit(form.view.text, width), "strong")), *choices.held)
    parts = choices.below(len(asked))
    if choices.first < 0:
        return Drawn([*asked, *choices.lines], 0, len(asked) - 1, held, parts)
    return Drawn([*asked, *choices.lines], choices.first + len(asked), choices.last + len(asked), held, parts)


def _fitting(form: Form, words: Words, width: int, height: int) -> Drawn:
    """Draw the choices as fully as they fit: a figure first goes, then what keys mean goes with the mark."""
    for drawn in (True, False):
        choices = _choices(form, words, width, drawn=drawn)
        if len(choices.lines) < height:
            return choices
    return _choices(form, words, width, follows=True)


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


def _choices(
    form: Form, words: Words, width: int, *, airy: bool = False, follows: bool = False, drawn: bool = False
) -> Drawn:
    """Draw the choices. *airy*: a blank row between them. Of a table, *follows*: what keys mean stands at the mark;
    *drawn*: with its figure.
    """
    if form.scale:
        return _scale(form, width)
    if form.type is QuestionType.GRID:
        return tables.grid(form, words, width, follows=follows, drawn=drawn)
    if form.type is QuestionType.INSTRUMENT:
        return tables.items(form, width)
    if form.naming:
        return _named(form, width)
    if form.mode is Mode.TYPING:
        return Drawn([])
    rows: list[Line] = []
    parts: list[Part] = []
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
        shown = hang(label, option.label, width, "strong" if at or chosen else "")
        if at:
            first, last = len(rows), len(rows) + len(shown) - 1
        parts.append((option.id, len(rows), len(rows) + len(shown) - 1))
        rows += shown
    return Drawn(rows, first, last, parts=tuple(parts))


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
