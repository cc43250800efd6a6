"""The home screen as lines: what can be begun, the cases there are, and what to know when there are none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chatbot.core.events import KINDS
from chatbot.record.lineage import Lineage
from chatbot.record.listing import extent
from chatbot.tui.drawing.standing import URGENCY_ROLE
from chatbot.tui.lines import BLANK, Line, Seg, hang, line, packed, pad, width_of, wrapped
from chatbot.tui.safe import cells, safe
from chatbot.tui.words import day_words, many, time_words

if TYPE_CHECKING:
    from chatbot.record.standing import Standing
    from chatbot.tui.services import CaseSummary

SOUND = frozenset({"", "ok", "whole", "sound"})
"""States of a case file that need no mention."""

CLOSED = frozenset({"signed", "abandoned", "ended"})
"""Phases in which nothing can be added to a case."""

COLUMNS = 60
"""Columns from which urgency, phase and day stand in columns of their own."""

ENTRIES: Mapping[str, tuple[str, ...]] = {
    "clinician": ("new_case", "practise", "tour", "verify_all"),
    "trainee": ("practise", "tour", "new_case", "verify_all"),
    "auditor": ("verify_all", "verify", "replay", "tour", "new_case"),
    "author": ("tour", "practise", "new_case", "verify_all"),
}
"""Who somebody is to what home offers first, in that order; each is an action of the registry."""

KINDS_FIRST: Mapping[str, tuple[str, ...]] = {
    "trainee": ("practice", "demonstration", "clinical", "test"),
    "author": ("test", "demonstration", "practice", "clinical"),
}
"""Who somebody is to the order of kinds, where it is another than that of ``KINDS``."""


def kinds_for(role: str) -> tuple[str, ...]:
    """Return the kinds of cases in the order in which they are listed, and offered for a new case."""
    return KINDS_FIRST.get(role, KINDS)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list: a lineage by its latest case, or one of its members."""

    lineage: Lineage[CaseSummary]
    case: CaseSummary
    whole: bool

    @property
    def closed(self) -> bool:
        return self.lineage.latest.phase in CLOSED


def ordered(found: Sequence[Lineage[CaseSummary]], role: str) -> list[Lineage[CaseSummary]]:
    """Return lineages kind by kind, in each those in progress first; what cannot be read comes last."""
    kinds = kinds_for(role)

    def place(each: Lineage[CaseSummary]) -> tuple[int, bool]:
        latest = each.latest
        return kinds.index(latest.kind) if latest.kind in kinds else len(kinds), latest.phase in CLOSED

    return sorted(found, key=place)


def heading(rows: Sequence[Row], index: int) -> list[Line]:
    """Draw the heading of a group before its first row."""
    here, before = _group(rows[index]), _group(rows[index - 1]) if index else None
    return [] if here == before else [BLANK, line(Seg(here, "strong"))]


def _group(row: Row) -> str:
    kind = row.lineage.latest.kind
    if not kind:
        return "CANNOT BE READ"
    state = "FINISHED" if row.closed else "IN PROGRESS"
    return state if kind == KINDS[0] else f"{kind.upper()} CASES, {state}"


NAMELESS = {"encrypted": "encrypted"}
"""State to what stands for the label of a case whose label cannot be read."""


def case_name(case: CaseSummary) -> str:
    """Return a case as staff know it: label and code."""
    return " · ".join(
        part for part in (case.label or NAMELESS.get(case.state, "no label"), case.subject or case.case) if part
    )


def searched(row: Row, standing: Standing | None, register: str) -> str:
    """Return everything of a row that a search looks at."""
    said = "" if standing is None else standing.said(register)
    members = row.lineage.members if row.whole else (row.case,)
    parts = [part for each in members for part in (each.label, each.subject, each.case)]
    return " ".join([*parts, row.case.kind, row.case.phase, said]).casefold()


def case_row(row: Row, at: bool, standing: Standing | None, register: str, width: int) -> list[Line]:
    """Draw one row: whose it is, how urgent, how far; where the mark stands also when and how much."""
    case, lineage = row.case, row.lineage
    pointer = Seg("▸ " if at else "  ", "key")
    if row.whole:
        name, place = case_name(case), extent(lineage)
    else:
        stands = lineage.place(case)
        name = f"    {case.case} · visit {stands.visit}, version {stands.version}"
        place = f"superseded by {stands.superseded_by}" if stands.superseded_by else ""
    urgency = Seg("") if standing is None else Seg(standing.said(register), _role(standing))
    indent = "    " if row.whole else "        "
    role = "strong" if at else ""
    kind = Seg("") if case.kind in {"", KINDS[0]} else Seg(f" {case.kind.upper()} ", "caret")
    if width >= COLUMNS:
        head = line(pointer, kind, " ") if kind.text else line(pointer)
        rows = _columns(head, name, urgency, case, width, role)
        parts = [line(Seg(place, "quiet"))] if place else []
    else:
        rows = hang(pointer, name, width, role)
        parts = [line(each) for each in (kind, urgency, Seg(case.phase, "quiet"), Seg(place, "quiet")) if each.text]
    if at:
        when = [f"sitting {day_words(case.as_of)}", f"last {time_words(case.last)}", many(case.records, "record")]
        parts += [line(Seg(each, "quiet")) for each in when]
    parts += [line(Seg(f"! {each}", "warn")) for each in _problems(row, standing)]
    return [*rows, *((Seg(indent), *each) for each in packed(parts, width - len(indent), " · "))]


def _columns(head: Line, name: str, urgency: Seg, case: CaseSummary, width: int, role: str) -> list[Line]:
    """Set name, urgency, phase and day side by side; a name too long for its column has a row of its own."""
    room = width - 18 - 10 - 11
    space = Seg(" " * max(18 - cells(safe(urgency.text)), 1))
    tail = (urgency, space, Seg(pad(case.phase, 10), "quiet"), Seg(day_words(case.last), "quiet"))
    left = room - width_of(head)
    if cells(safe(name)) < left:
        return [(*head, Seg(pad(name, left), role), *tail)]
    return [*hang(head, name, width, role), line(Seg(" " * room), *tail)]


def _role(standing: Standing) -> str:
    role = URGENCY_ROLE.get(standing.level, "strong")
    return "alarm" if role == "banner" else role


def _problems(row: Row, standing: Standing | None) -> list[str]:
    case = row.case
    found = [] if case.state in SOUND else [case.state.replace("_", " ")]
    if standing is not None and standing.problem and case.state in SOUND:
        found.append(standing.problem)
    if case.locked:
        found.append("open in another window")
    return [*found, *(row.lineage.problems if row.whole else ())]


# --- what can be begun ---


def entries(role: str, keys: Mapping[str, tuple[str, str]], width: int) -> list[Line]:
    """Draw what can be begun, the first thing first. *keys*: action to its key and its label."""
    first, *rest = [keys[each] for each in ENTRIES.get(role, ENTRIES["clinician"]) if each in keys]
    rows = hang(line(Seg("▌ ", "key"), Seg(f"{first[0]}  ", "key")), first[1].capitalize(), width, "strong")
    more = packed([line(Seg(key, "key"), Seg(f" {label}")) for key, label in rest], width - 2)
    one = (*rows[0], Seg("     "), *more[0]) if more else ()
    if len(rows) == len(more) == 1 and width_of(one) <= width:
        return [one]
    return [*rows, *((Seg("  "), *each) for each in more)]


def hints(role: str, width: int) -> list[Line]:
    """Draw what somebody who writes content begins with outside this program."""
    if role != "author":
        return []
    told = (
        ("backstory check", "what is wrong in the content, and where; --watch says it at every save"),
        ("backstory try FILE:QUESTION", "that question as it is asked here, read again at every save"),
    )
    return [BLANK, *(each for command, what in told for each in hang(Seg(f"{command}  ", "key"), what, width, "quiet"))]


TEACHES = (
    (
        "new_case",
        "begins a case: a label, a code, its kind, then the first question. Each answer is saved as it is given.",
    ),
    ("practise", "lets you interview simulated patients, and says what came of it."),
    ("tour", "is a tour on a made-up case: a dozen keys, a minute or two. Nothing of it is kept."),
    ("help", "lists every key that works now."),
    ("about", "says what this is for, and what it is not."),
    ("settings", "are the settings."),
)
"""Action to what it brings, for somebody who has no case yet."""


def empty(place: str, key_for: Callable[[str], str], width: int) -> list[Line]:
    """Draw what to know before the first case."""
    rows = [BLANK, line(Seg("No cases yet.", "strong")), BLANK]
    for action, told in TEACHES:
        key = key_for(action)
        rows += hang(line(Seg(f"  {pad(key, 6)} " if width >= COLUMNS else f"{key} ", "key")), told, width)
    kept = f"Cases are kept in {place}, one file each. Nothing leaves this computer."
    return [*rows, BLANK, *wrapped(kept, width, "quiet")]
