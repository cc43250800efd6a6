"""What came of an attempt as lines: score, profile, what kept the patient safe and what would have harmed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from chatbot.core.practice import debrief as core
from chatbot.core.practice.debrief import Debrief, PathStep
from chatbot.tui.lines import BLANK, Line, Seg, fit, hang, line, pad, rule, spread, width_of, wrapped
from chatbot.tui.safe import cells
from chatbot.tui.words import many

SAFETY = frozenset({"flag", "urgency", "within", "late", "order"})
"""Kinds of lines that a patient's safety hangs on."""

ORDERLY = frozenset({"late", "order", "needless", "unresolved"})
"""Kinds of what was done, but not well."""

BAR = 20
"""Columns of a bar."""

GROUPS = ("WHAT KEPT THE PATIENT SAFE", "WHAT WOULD HAVE HARMED", "THE REST")

SIDE_BY_SIDE = 76
"""Columns from which both paths stand side by side."""


def group_of(each: core.Line) -> int:
    """Return which of ``GROUPS`` a line belongs to."""
    if each.points < 0 or (not each.good and each.kind in SAFETY):
        return 1
    return 0 if each.kind in SAFETY else 2


def mark_of(each: core.Line) -> tuple[str, str]:
    """Return the sign of a line and its role."""
    if each.good:
        return "✓", "good"
    if each.points > 0 or each.kind in ORDERLY:
        return "!", "warn"
    return "✗", "alarm"


def points_of(each: core.Line) -> str:
    """Say what a line brought."""
    if each.of:
        return f"{each.points} of {each.of}"
    return str(each.points) if each.points < 0 else ""


def bar(points: int, of: int, columns: int = BAR) -> str:
    """Draw a share in blocks, lower than their row so that bars under each other stay apart."""
    filled = min(columns * max(points, 0) // of, columns) if of else 0
    return "▆" * filled + "─" * (columns - filled)


@dataclass
class Drawn:
    """The debrief with the rows of each line."""

    rows: list[Line] = field(default_factory=list)
    spans: dict[str, tuple[int, int]] = field(default_factory=dict)


def ordered(debrief: Debrief) -> list[core.Line]:
    """Return the lines as they are shown: group by group, each in the order they are told."""
    return sorted(debrief.lines, key=group_of)


def draw(
    debrief: Debrief, says: Mapping[str, str], times: Mapping[int, str], caret: str, opened: frozenset[str], width: int
) -> Drawn:
    """Draw all of it. *says*: urgency or time limit to its words. *times*: record to when it was."""
    drawn = Drawn(_top(debrief, says, width))
    group = -1
    for each in ordered(debrief):
        if group_of(each) != group:
            group = group_of(each)
            drawn.rows += [BLANK, line(Seg(GROUPS[group], "strong"))]
        first = len(drawn.rows)
        drawn.rows += _row(each, times, at=each.id == caret, width=width)
        if each.id in opened:
            drawn.rows += _why(debrief, each, width)
        drawn.spans[each.id] = (first, len(drawn.rows) - 1)
    drawn.rows += _second(debrief, width)
    return drawn


def _top(debrief: Debrief, says: Mapping[str, str], width: int) -> list[Line]:
    rows = wrapped(debrief.title, width, "strong")
    rows += wrapped(debrief.reason, width, "quiet") if debrief.reason else []
    rows.append(BLANK)
    for each in debrief.recognised:
        expert = many(each.expert, "question")
        if each.yours is not None and not each.expert:
            told = f"You recognised: {each.title}; what you were told at first shows it."
            rows += hang(Seg("✓ ", "good"), told, width)
        elif each.yours is None:
            told = f"You did not recognise: {each.title}. The safest path needs {expert}."
            rows += hang(Seg("✗ ", "alarm"), told, width, "alarm")
        else:
            slow = each.yours > each.expert
            after = many(each.yours, "question")
            told = f"You recognised: {each.title}, after {after}; the safest path takes {each.expert}."
            rows += hang(Seg("! " if slow else "✓ ", "warn" if slow else "good"), told, width)
    right = debrief.urgency == debrief.true_urgency
    yours = says.get(debrief.urgency, "nothing") + _within(debrief.within, says)
    true = says.get(debrief.true_urgency, debrief.true_urgency) + _within(debrief.true_within, says)
    sign = Seg("✓ ", "good") if right else Seg("✗ ", "alarm")
    rows += hang(sign, f"You said: {yours}. It was: {true}.", width)
    spent = f" in {many(-(-debrief.seconds // 60), 'minute')}" if debrief.seconds else ""
    rows += wrapped(f"{many(debrief.questions, 'question')} asked{spent}.", width, "quiet")
    rows += [BLANK, line(Seg("YOUR PROFILE", "strong"))]
    name = min(max((cells(each.title) for each in debrief.domains), default=0) + 2, max(width - BAR - 12, 12))
    for domain in debrief.domains:
        said = f"{domain.points} of {domain.of}" if domain.of else "nothing to ask here"
        if name + BAR + 12 > width:
            rows += [line(f"{fit(domain.title, width - 10)}  {said}"), line(Seg(bar(domain.points, domain.of)))]
        else:
            rows.append(line(pad(domain.title, name), Seg(bar(domain.points, domain.of)), Seg(f"  {said}", "quiet")))
    return rows


def _within(limit: str, says: Mapping[str, str]) -> str:
    return f", {says[limit]}" if limit in says else ""


def _row(each: core.Line, times: Mapping[int, str], *, at: bool, width: int) -> list[Line]:
    sign, role = mark_of(each)
    pointer = Seg("▸ " if at else "  ", "key")
    points = points_of(each)
    when = times.get(each.at, "") if each.at is not None else ""
    head: Line = (pointer, Seg(f"{sign} ", role))
    tail = line(Seg(points, "strong" if each.points < 0 else "quiet")) if points else ()
    told = f"{when}  {each.text}" if when else each.text
    rows = hang(head, told, width - width_of(tail) - 1 if tail and width >= 60 else width, "strong" if at else "")
    if not tail:
        return rows
    if width >= 60:
        return [*spread(rows[0], tail, width), *rows[1:]]
    return [*rows, (Seg("    "), *tail)]


def _why(debrief: Debrief, each: core.Line, width: int) -> list[Line]:
    rows = hang("      ", each.why, width) if each.why else []
    cited = {ref.n: ref for ref in debrief.references}
    for number in each.references:
        if number in cited:
            ref = cited[number]
            place = f", {ref.locator}" if ref.locator else ""
            rows += hang(f"      [{number}] ", f"{ref.citation}{place}", width, "quiet")
    return rows or hang("      ", "There is nothing more to say of it.", width, "quiet")


def _second(debrief: Debrief, width: int) -> list[Line]:
    rows: list[Line] = []
    for each in debrief.second:
        overall = f", global mark {each.overall} of 5" if each.overall else ""
        told = f"{each.marker}: {each.points} of {debrief.of}{overall}"
        rows += [BLANK, *wrapped("SECOND MARKS", width, "strong"), *wrapped(told, width)]
        titles = {one.id: one.text for one in debrief.lines}
        for item, points in each.set_aside.items():
            rows += hang("· ", f"{titles.get(item, item)}: {points}, because {each.reasons.get(item, '')}", width)
        rows += hang("· ", each.comment, width) if each.comment else []
    return rows


# --- the two paths ---


def paths(debrief: Debrief, times: Mapping[int, str], width: int) -> list[Line]:
    """Draw the expert's path beside the trainee's; one under the other where there is no room."""
    told = "● marks questions of the safety screen. The opening, and what it tells, is left out of the expert's path."
    rows = [*wrapped(told, width, "quiet"), BLANK]
    if width < SIDE_BY_SIDE:
        for title, steps in (("THE EXPERT", debrief.expert), ("YOU", debrief.yours)):
            rows += [line(Seg(title, "strong")), *(row for step in _steps(steps, times, width) for row in step), BLANK]
        return rows
    room = (min(width, 120) - 3) // 2
    left, right = _steps(debrief.expert, times, room), _steps(debrief.yours, times, room)
    rows += _beside([[line(Seg("THE EXPERT", "strong"))]], [[line(Seg("YOU", "strong"))]], room)
    return rows + _beside(left, right, room)


def _beside(left: Sequence[list[Line]], right: Sequence[list[Line]], room: int) -> list[Line]:
    rows: list[Line] = []
    for at in range(max(len(left), len(right))):
        one = left[at] if at < len(left) else []
        other = right[at] if at < len(right) else []
        for index in range(max(len(one), len(other))):
            here = one[index] if index < len(one) else BLANK
            there = other[index] if index < len(other) else BLANK
            rows.append((*here, Seg(" " * (room - width_of(here))), Seg(" │ ", "edge"), *there))
    return rows


def _steps(steps: Sequence[PathStep], times: Mapping[int, str], width: int) -> list[list[Line]]:
    found = []
    for number, step in enumerate(steps, 1):
        head = line(Seg(pad(str(number), 4), "quiet"), Seg("● " if step.safety else "  ", "strong"))
        notes = [times.get(step.at, "") if step.at is not None else "", "" if step.told else "not told"]
        notes.append("needless" if step.needless else "")
        said = ", ".join(each for each in notes if each)
        found.append(hang(head, f"{step.text}{f' ({said})' if said else ''}", width))
    return found


def clock(seconds: int) -> str:
    """Write a time since the interview began: ``2:05``."""
    return f"{seconds // 60}:{seconds % 60:02}"


def heading(debrief: Debrief, width: int) -> list[Line]:
    """Draw the score."""
    score = line(Seg(f"{debrief.points} of {debrief.of} points", "strong"), Seg(f"  {debrief.percent} %", "quiet"))
    return [*spread(line(Seg("Debrief", "key")), score, width), rule(width)]
