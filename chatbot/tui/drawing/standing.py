"""Where the case stands: the header, and the line that replaces the case panel where there is no room for it."""

from __future__ import annotations

from chatbot.core.case import Case
from chatbot.core.view import View
from chatbot.export.standing import FLAG_MARK
from chatbot.tui.lines import Line, Seg, fit, line, packed, spread, width_of, wrapped
from chatbot.tui.words import Words, day_words, sentence

NAME = "Backstory"

URGENCY_ROLE = {
    "emergency": "banner",
    "same_day": "alarm",
    "urgent": "warn",
    "undetermined": "strong",
    "routine": "good",
}

FLAG_ROLE = {"present": "alarm", "cannot_exclude": "warn", "open": "", "clear": "good"}


def header(view: View, width: int, narrow: bool) -> list[Line]:
    """Draw title, status of the content and whose case it is. Status and case are never left out.

    Before the first answer it also says that reviews are past their date.
    """
    banner = wrapped(f"! {view.overdue}", width, "warn") if view.overdue and not view.done else []
    return [*_header(view, width, narrow), *banner]


def _header(view: View, width: int, narrow: bool) -> list[Line]:
    case = (*kind_mark(view.kind), Seg(case_words(view, day=not narrow), "strong"))
    status = line(Seg(sentence(view.content_status), "warn"))
    if not narrow:
        title = f" {view.title} {view.version}"
        named = line(Seg(f" {NAME}", "key"), Seg(f" ·{title}"))
        room = width - width_of(case) - width_of(status) - 4
        shown = named if width_of(named) <= room else line(fit(title, room))
        if room >= 24:
            slack = width - width_of(shown) - width_of(status) - width_of(case)
            return [(*shown, Seg(" " * (slack // 2)), *status, Seg(" " * (slack - slack // 2)), *case)]
    return packed([case, status], width)


def case_words(view: View, day: bool = True) -> str:
    """Name the case as staff know it: label, code, day. Where there is no room the day is left out."""
    code = view.subject or view.case
    return " · ".join(part for part in (view.label, code, day_words(view.as_of) if day else "") if part)


def kind_mark(kind: str) -> Line:
    """Mark a case that is not a clinical one, in words."""
    return () if kind == "clinical" else (Seg(f" {kind.upper()} ", "caret"), Seg(" "))


def whose(case: Case, width: int) -> list[Line]:
    """Draw the line that says on every screen whose case it is: kind, label, code."""
    words = " · ".join(part for part in (case.label, case.subject or case.case) if part)
    return packed([(*kind_mark(case.kind), Seg(words, "strong"))], width)


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


def simulated(who: str, left: str, width: int) -> list[Line]:
    """Draw the line that says on every screen of an attempt that nobody here is real. *left*: of the time."""
    mark = (Seg(" SIMULATED ", "caret"), Seg(" "))
    time = line(Seg(left, "strong")) if left else ()
    room = width - width_of(mark) - (width_of(time) + 2 if time else 0)
    return spread((*mark, Seg(fit(who, max(room, 8)), "strong")), time, width)
