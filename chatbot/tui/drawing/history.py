"""What was just answered, in a quiet voice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chatbot.core.view import COVERED, AnsweredView
from chatbot.tui.lines import Line, Seg, fold, pad
from chatbot.tui.safe import cells, safe


def mark(answered: AnsweredView) -> tuple[str, str]:
    """Return the sign and role of an answer: raises a flag, has no value, or is to be confirmed."""
    if answered.raises:
        return "!", "alarm"
    if answered.status:
        return "?", "warn"
    if answered.carried:
        return "~", "warn"
    return " ", "quiet"


def veiled(answered: Sequence[AnsweredView], revealed: bool = False) -> tuple[AnsweredView, ...]:
    """Return answers with the private ones covered, signs included: others may look at the screen."""
    return tuple(
        replace(each, answer=COVERED, raises=False, status="") if each.private and not revealed else each
        for each in answered
    )


def recent(answered: Sequence[AnsweredView], width: int, height: int) -> list[Line]:
    """Draw the last answers, the latest at the bottom, in at most *height* rows."""
    rows: list[Line] = []
    for each in reversed([one for one in answered if one.applies]):
        drawn = _answered(each, width)
        if len(drawn) + len(rows) > height:
            break
        rows = [*drawn, *rows]
    return rows


def _answered(each: AnsweredView, width: int) -> list[Line]:
    """Draw the question on one row and the whole answer beside it, or under it where that is too narrow."""
    sign, role = mark(each)
    room = width - 3
    if width < 60 and cells(safe(each.answer)) > room * 2 // 5:
        question = (Seg(f"{sign}  ", role), Seg(pad(each.text, room), "quiet"))
        return [question, *((Seg("     ↳ ", "quiet"), Seg(row, role)) for row in fold(each.answer, width - 7))]
    column = room * 3 // 5
    rows = fold(each.answer, room - column)
    head = (Seg(f"{sign}  ", role), Seg(pad(each.text, column - 1) + " ", "quiet"), Seg(rows[0], role))
    return [head, *((Seg(" " * (3 + column)), Seg(row, role)) for row in rows[1:])]
