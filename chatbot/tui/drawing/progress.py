"""The course of attempts as lines: small plots with their numbers beside them."""

from __future__ import annotations

from collections.abc import Sequence

from chatbot.tui.lines import BLANK, Line, Seg, fit, hang, line, pad, wrapped
from chatbot.tui.practice import Course
from chatbot.tui.words import day_words, many

STEPS = "▁▂▃▄▅▆▇█"

TITLE = 30
"""Columns of the name of a topic."""

NARROW = 60


def plot(percents: Sequence[int], columns: int) -> str:
    """Draw the latest attempts as columns of blocks, one each."""
    return "".join(STEPS[max(0, min(each, 100)) * (len(STEPS) - 1) // 100] for each in percents[-columns:])


def course(found: Course, width: int) -> list[Line]:
    """Draw everything."""
    days = [day_words(each) for each in found.days]
    span = days[0] if days[0] == days[-1] else f"{days[0]} to {days[-1]}"
    rows = wrapped(f"{many(len(days), 'attempt')}, {span}. Each column is one attempt.", width, "quiet")
    rows += [BLANK, *_course("all together", found.percents, width, "strong"), BLANK]
    for each in found.domains:
        rows += _course(each.title, each.percents, width)
    for title, lines in (("WEAKEST", found.weakest), ("NEXT", found.next_up)):
        if lines:
            rows += [BLANK, line(Seg(title, "strong")), *(row for one in lines for row in hang("· ", one, width))]
    return rows


def _course(title: str, percents: Sequence[int], width: int, role: str = "") -> list[Line]:
    said = f"{percents[-1]} %" if percents else "–"
    if len(percents) > 1:
        said = f"first {percents[0]} %, last {percents[-1]} %, best {max(percents)} %"
    if width < NARROW:
        return [
            line(Seg(fit(title, width), role)),
            line(Seg(f"  {plot(percents, width - 2)}")),
            line(Seg(f"  {said}", "quiet")),
        ]
    columns = max(width - TITLE - 46, 12)
    return [line(Seg(pad(title, TITLE), role), Seg(pad(plot(percents, columns), columns)), Seg(f"  {said}", "quiet"))]
