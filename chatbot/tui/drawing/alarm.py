"""The emergency as lines: what, why, what now, what not, by when. No decoration."""

from __future__ import annotations

from collections.abc import Sequence

from chatbot.core.view import ActionView, AlarmView, CauseView
from chatbot.tui.lines import BLANK, Line, Seg, hang, line, wrapped
from chatbot.tui.safe import cells, safe
from chatbot.tui.words import Words, sentence, time_words

LABEL = 10
"""Columns of the words at the left; narrow screens set them on a line of their own."""


def banner(alarm: AlarmView, words: Words, width: int) -> list[Line]:
    """Name the emergency."""
    word = words.label("urgency.emergency").upper()
    rows = [line(Seg(f" ██  {word} ", "banner"))]
    return rows + [
        each for title in alarm.titles for each in hang(Seg(" ██  ", "alarm"), sentence(title), width, "strong")
    ]


def alarm(shown: AlarmView, words: Words, today: str, width: int) -> list[Line]:
    """Draw the rest of the screen."""
    rows: list[Line] = []
    rows += _part(words.heading("because"), _causes(shown.causes, today), width)
    todo = [each for each in shown.actions if each.kind != "avoid"]
    rows += _part(words.heading("now"), [(str(n), _action(each)) for n, each in enumerate(todo, start=1)], width)
    avoid = [each for each in shown.actions if each.kind == "avoid"]
    rows += _part(words.heading("do_not"), [("✗", _action(each)) for each in avoid], width)
    if shown.handover:
        key = words.key_for("handover", "alarm")
        rows += [BLANK, *wrapped(f"{words.heading('tell_them')}: press {key} for the handover to read aloud", width)]
    return rows


def _part(title: str, items: Sequence[tuple[str, str]], width: int) -> list[Line]:
    if not items:
        return []
    rows: list[Line] = [BLANK]
    beside = width >= 60 and cells(safe(title)) < LABEL
    if not beside:
        rows += wrapped(title, width, "strong")
    indent = LABEL if beside else 1
    for index, (mark, text) in enumerate(items):
        head = title if beside and index == 0 else ""
        label = (Seg(head + " " * (indent - cells(safe(head))), "strong"), Seg(f"{mark}  " if mark else "", "key"))
        rows += hang(label, text, width)
    return rows


def _causes(causes: Sequence[CauseView], today: str) -> list[tuple[str, str]]:
    return [("", f"{each.text}: {each.answer}  ({each.source}, {time_words(each.given, today)})") for each in causes]


def _action(action: ActionView) -> str:
    numbers = "".join(f"[{number}]" for number in action.numbers)
    within = f"{action.within}: " if action.within != "now" and action.kind == "do" else ""
    declined = f"  ! {action.declined}" if action.declined else ""
    return f"{within}{action.text}" + (f"  {numbers}" if numbers else "") + declined
