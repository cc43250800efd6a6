"""The case panel: urgency, red flags, progress and the plan as it forms, as lines that can be opened one by one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from chatbot.core.view import FlagView, PlanLineView, View
from chatbot.export import standing
from chatbot.export.document import Block, Heading, Paragraph
from chatbot.export.document import Item as Listed
from chatbot.export.standing import FLAG_MARK, STANDING
from chatbot.tui.drawing.standing import FLAG_ROLE, URGENCY_ROLE
from chatbot.tui.lines import BLANK, Line, Seg, hang, line, packed, width_of, wrapped
from chatbot.tui.safe import cells, safe
from chatbot.tui.words import Words

ASKING = "▸"
"""Before a red flag the question on screen is asked for."""

POINTER = "▸"
"""Before the line the mark stands on."""

AIR = Seg("  ")
"""Before every other line while there is a mark."""

SAVED = "saved"
"""The line with the head code of the transcript."""

ANCHOR = (
    "Every answer so far is in the transcript. This is how many records it has, and the beginning of the hash of the "
    "last one; every answer makes it another. Noted elsewhere at the end, it shows later whether the file was altered."
)

FEW = 10
"""So many red flags are all named; of more, those that are open or clear are counted."""

PLAN_MARK = {"recommended": ("✓ ", "good"), "precaution": ("! ", "warn")}


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the panel, which may take several rows."""

    id: str
    """What opens it, such as ``flag:x``; empty: a heading or air."""
    rows: tuple[Line, ...]


def _item(id_: str, rows: Iterable[Line]) -> Item:
    return Item(id_, tuple(rows))


def glance(
    view: View, words: Words, asking: Collection[str], width: int, height: int, opened_by: str = "panel"
) -> list[Line]:
    """Draw the panel beside the question: what stands by name, as much of the rest as there is room for.

    *opened_by*: the action that shows all of it.
    """
    shown = named(view, asking)
    for lines in range(len(view.first), -1, -1):
        rows = [row for item in items(view, words, asking, width, shown, view.first[:lines]) for row in item.rows]
        if len(rows) <= height:
            return rows
    return [*rows[: height - 1], line(Seg(f"▾ more: {words.key_for(opened_by)}", "strong"))]


def named(view: View, asking: Collection[str]) -> list[FlagView]:
    """Return the red flags to name: all where they are few, otherwise those that stand or are asked about."""
    if len(view.flags) <= FEW:
        return list(view.flags)
    return [flag for flag in view.flags if flag.state in STANDING or (flag.id in asking and flag.state == "open")]


def items(
    view: View,
    words: Words,
    asking: Collection[str],
    width: int,
    flags: Sequence[FlagView] | None = None,
    first: Sequence[PlanLineView] | None = None,
    unfolded: Collection[str] = (),
) -> list[Item]:
    """Return the lines of the panel.

    *flags*, *first*: those to name, where not all. The other flags are counted, and named under their count where
    their state is *unfolded*.
    """
    flags = view.flags if flags is None else flags
    first = view.first if first is None else first
    found = [_heading(words.heading("urgency")), _item("urgency", urgency(view, width)), _item("", [BLANK])]
    found.append(_heading(words.heading("red_flags")))
    found += [_item(f"flag:{flag.id}", _flag(flag, words, asking, width)) for flag in flags]
    for state in ("open", "clear"):
        rest = [flag for flag in view.flags if flag.state == state and flag not in flags]
        if rest:
            said = f"{FLAG_MARK[state]} {len(rest)} {words.label(f'flag.{state}')}"
            found.append(_item(f"flags:{state}", [line(Seg(said, FLAG_ROLE[state]))]))
        if state in unfolded:
            found += [_item(f"flag:{flag.id}", _flag(flag, words, asking, width)) for flag in rest]
    found += [_item("", [BLANK]), _heading("progress"), _item("progress", progress(view, width)), _item("", [BLANK])]
    found.append(_heading(words.heading("plan")))
    found.append(_item("plan", packed([line(part) for part in counts(view, words)], width) or [line("nothing yet")]))
    found += [_item(f"rule:{each.rule}", _plan_line(each, words, width)) for each in first]
    if view.scope_text:
        found += [_item("", [BLANK]), _item("scope", wrapped(view.scope_text, width, "warn"))]
    return found


def saved(head_code: str | None, width: int) -> list[Item]:
    """Return the lines that say where the transcript stands; none where none is kept."""
    if head_code is None:
        return []
    return [_item("", [BLANK]), _heading("saved"), _item(SAVED, hang("head code  ", head_code, width))]


def marked(item: Item, width: int) -> list[Line]:
    """Draw the line the mark stands on: a pointer before it, its text in bold."""
    return [
        (Seg(f"{POINTER} " if index == 0 else "  ", "key"), *(Seg(text, role or "strong") for text, role in row))
        for index, row in enumerate(item.rows)
    ]


def _heading(text: str) -> Item:
    return _item("", [line(Seg(text.upper(), "strong"))])


def urgency(view: View, width: int) -> list[Line]:
    """Draw the urgency: symbol, word, and the sentence that explains it."""
    role = URGENCY_ROLE.get(view.urgency, "strong")
    label = f"{view.urgency_symbol} {view.urgency_label}"
    return [*wrapped(label, width, role), *wrapped(view.urgency_text, width)]


def _flag(flag: FlagView, words: Words, asking: Collection[str], width: int) -> list[Line]:
    """Draw one red flag: mark, title, state in words."""
    now = flag.id in asking and flag.state == "open"
    mark = ASKING if now else FLAG_MARK.get(flag.state, "·")
    role = "key" if now else FLAG_ROLE.get(flag.state, "")
    state = "asking" if now else words.label(f"flag.{flag.state}")
    head = line(Seg(f"{mark} ", role), Seg(safe(flag.title), role))
    if width_of(head) + 1 + cells(safe(state)) <= width:
        gap = max(1, min(23, width - cells(safe(state))) - width_of(head))
        return [(*head, Seg(" " * gap + state, role))]
    return hang(line(Seg(f"{mark} ", role)), f"{flag.title}: {state}", width, role)


def progress(view: View, width: int) -> list[Line]:
    """Draw how many of the questions known to apply have been answered, and an estimate of what is left."""
    said = standing.progress(view)
    room = min(width - cells(said) - 2, 26)
    rows = [line(said)]
    if room >= 6:
        filled = room * view.done // max(view.expected, 1)
        rows = [line(Seg("━" * filled, "key"), Seg("─" * (room - filled), "edge"), Seg(f"  {said}"))]
    return [*rows, *wrapped(standing.ahead(view), width, "quiet")]


def counts(view: View, words: Words) -> list[str]:
    """Count the lines of the plan so far by status."""
    numbers = (
        ("recommended", view.counts.recommended),
        ("precaution", view.counts.precaution),
        ("check_first", view.counts.check_first),
        ("withheld", view.counts.withheld),
        ("pending", view.counts.pending),
    )
    return [f"{count} {words.label(f'rule.{status}')}" for status, count in numbers if count]


def _plan_line(each: PlanLineView, words: Words, width: int) -> list[Line]:
    """Draw a line of the plan as it forms."""
    sign, role = PLAN_MARK[each.status]
    tail = "" if each.status == "recommended" else f" ({words.label(f'rule.{each.status}')})"
    return hang(Seg(sign, role), each.title + tail, width)


def explained(blocks: Sequence[Block], width: int) -> list[Line]:
    """Draw why a line stands as it does."""
    rows: list[Line] = []
    for block in blocks:
        match block:
            case Heading(_, text):
                rows += [*([BLANK] if rows else []), *wrapped(text, width, "strong")]
            case Paragraph(text, strong):
                rows += [*([] if strong else [BLANK]), *wrapped(text, width, "strong" if strong else "")]
            case Listed(text):
                rows += hang("· ", text, width)
    return rows
