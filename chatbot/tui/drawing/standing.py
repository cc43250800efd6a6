"""Where the case stands: header, pane at the right, and the line that replaces the pane where there is no room."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from chatbot.core.case import Case
from chatbot.core.view import FlagView, View
from chatbot.tui.lines import BLANK, Line, Seg, fit, hang, line, packed, width_of, wrapped
from chatbot.tui.safe import cells, safe
from chatbot.tui.words import Words, day_words, sentence

NAME = "Backstory"

URGENCY_ROLE = {
    "emergency": "banner",
    "same_day": "alarm",
    "urgent": "warn",
    "undetermined": "strong",
    "routine": "good",
}

FLAG_MARK = {"present": "!", "cannot_exclude": "?", "open": "·", "clear": "✓"}
FLAG_ROLE = {"present": "alarm", "cannot_exclude": "warn", "open": "", "clear": "good"}
ASKING = "▸"


def header(view: View, width: int, narrow: bool) -> list[Line]:
    """Draw title, status of the content and whose case it is. Status and case are never left out.

    Before the first answer it also says that reviews are past their date.
    """
    banner = wrapped(f"! {view.overdue}", width, "warn") if view.overdue and not view.done else []
    return [*_header(view, width, narrow), *banner]


def _header(view: View, width: int, narrow: bool) -> list[Line]:
    case = (*kind_mark(view.kind), Seg(case_words(view), "strong"))
    status = line(Seg(sentence(view.content_status), "warn"))
    if not narrow:
        title = f" {NAME} · {view.title} {view.version}"
        room = width - width_of(case) - width_of(status) - 7
        if room >= min(cells(safe(title)), 24):
            shown = fit(title, room)
            slack = width - cells(shown) - width_of(status) - width_of(case) - 1
            left = slack // 2
            return [(Seg(shown), Seg(" " * left), *status, Seg(" " * (slack - left)), *case)]
    return packed([case, status], width)


def case_words(view: View) -> str:
    """Name the case as staff know it: label, code, day."""
    code = view.subject or view.case
    return " · ".join(part for part in (view.label, code, day_words(view.as_of)) if part)


def kind_mark(kind: str) -> Line:
    """Mark a case that is not a clinical one, in words."""
    return () if kind == "clinical" else (Seg(f" {kind.upper()} ", "caret"), Seg(" "))


def whose(case: Case, width: int) -> list[Line]:
    """Draw the line that says on every screen whose case it is: kind, label, code."""
    words = " · ".join(part for part in (case.label, case.subject or case.case) if part)
    return packed([(*kind_mark(case.kind), Seg(words, "strong"))], width)


def side(view: View, words: Words, asking: Collection[str], width: int, height: int) -> list[Line]:
    """Draw the pane at the right. Where it is too low for every red flag, those that are clear or open are counted."""
    rows = _pane(view, words, asking, width, view.flags)
    if len(rows) <= height:
        return rows
    worth = [flag for flag in view.flags if flag.state in {"present", "cannot_exclude"} or flag.id in asking]
    rows = _pane(view, words, asking, width, worth)
    # What stands comes first; the last lines, counts of the plan, are also behind the key of the plan.
    return (
        rows if len(rows) <= height else [*rows[: height - 1], line(Seg(f"▾ more: {words.key_for('plan')}", "strong"))]
    )


def _pane(view: View, words: Words, asking: Collection[str], width: int, flags: Sequence[FlagView]) -> list[Line]:
    heading = "strong"
    rows: list[Line] = [line(Seg(words.heading("urgency").upper(), heading)), *urgency(view, width), BLANK]
    rows.append(line(Seg(words.heading("red_flags").upper(), heading)))
    rows += [each for flag in flags for each in _flag(flag, words, asking, width)]
    left_out = [flag for flag in view.flags if flag not in flags]
    for state in ("open", "clear"):
        count = sum(1 for flag in left_out if flag.state == state)
        if count:
            mark = FLAG_MARK[state]
            rows.append(line(Seg(f"{mark} {count} {words.label(f'flag.{state}')}", FLAG_ROLE[state])))
    rows += [BLANK, line(Seg("PROGRESS", heading)), *progress(view, width), BLANK]
    rows.append(line(Seg(words.heading("plan").upper(), heading)))
    rows += packed([line(part) for part in counts(view, words)], width)
    if view.scope_text:
        rows += [BLANK, *wrapped(view.scope_text, width, "warn")]
    return rows


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
    """Draw how many of the questions known to apply have been answered."""
    said = (
        f"{view.done} of {view.expected}, receiving team" if view.for_team else f"{view.done} of about {view.expected}"
    )
    room = min(width - cells(said) - 2, 26)
    if room < 6:
        return [line(said)]
    filled = room * view.done // max(view.expected, 1)
    return [line(Seg("━" * filled, "key"), Seg("─" * (room - filled), "edge"), Seg(f"  {said}"))]


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


def status(view: View, words: Words, width: int) -> list[Line]:
    """Draw where the case stands in one line, two where it must: urgency, red flags that stand, progress."""
    role = URGENCY_ROLE.get(view.urgency, "strong")
    parts = [line(Seg(f"{view.urgency_symbol} {view.urgency_label}", role))]
    for state in ("present", "cannot_exclude", "open"):
        count = sum(1 for flag in view.flags if flag.state == state)
        if count:
            mark = "" if state == "open" else f"{FLAG_MARK[state]} "
            said = f"{mark}{count} {words.label(f'flag.{state}')}"
            parts.append(line(Seg(said, FLAG_ROLE[state])))
    parts.append(line(Seg(f"{view.done}/{view.expected}", "quiet")))
    if view.scope_text:
        parts.insert(1, line(Seg(words.label(f"scope.{view.scope}"), "warn")))
    return packed(parts, width, " · ")
