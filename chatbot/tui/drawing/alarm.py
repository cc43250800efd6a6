"""The emergency as lines: what, why, what now, whom to call, what not, what to have ready. No decoration."""

from __future__ import annotations

from collections.abc import Sequence

from chatbot.core.view import ActionView, AlarmView, CauseView, PartView
from chatbot.tui.lines import BLANK, Line, Seg, fit, fold, hang, line, pad, wrapped
from chatbot.tui.safe import cells, safe
from chatbot.tui.words import Words, sentence, time_words

LABEL = 10
"""Columns of the words at the left; narrow screens set them on a line of their own."""


def banner(alarm: AlarmView, words: Words, width: int, by_when: str = "") -> list[Line]:
    """Name the emergency, and *by_when* to act where there is room for it."""
    head = f" ██  {words.label('urgency.emergency').upper()}"
    when = f"{by_when} " if cells(head) + cells(safe(by_when)) + 2 < width else ""
    titles = [row for title in alarm.titles for row in fold(sentence(title), width - 6)]
    texts = [pad(head, width - cells(when)) + when, *(pad(f"     {row}", width) for row in titles)]
    return [line(Seg(text, "banner")) for text in texts]


def alarm(shown: AlarmView, words: Words, today: str, width: int) -> list[Line]:
    """Draw the rest of the screen."""
    rows: list[Line] = []
    rows += _part(words.heading("because"), _causes(shown.causes, today), width)
    todo = [each for each in shown.actions if each.kind != "avoid"]
    rows += _part(words.heading("now"), [(str(n), _action(each)) for n, each in enumerate(todo, start=1)], width)
    rows += _part(words.heading("call"), [("☎", each) for each in shown.call], width)
    avoid = [each for each in shown.actions if each.kind == "avoid"]
    rows += _part(words.heading("do_not"), [("✗", _action(each)) for each in avoid], width)
    rows += _part(words.heading("ready"), [("□", each) for each in shown.ready], width)
    rows += _part(words.heading("explain"), [("·", each) for each in shown.explain], width)
    if shown.at_hand:
        rows += wrapped(f"{words.heading('references')}: {_numbers(shown.at_hand)}", width, "quiet")
    if shown.handover:
        key = words.key_for("handover", "alarm")
        rows += [BLANK, *wrapped(f"{words.heading('tell_them')}: press {key} for the handover to read aloud", width)]
    return rows


def reasons(shown: AlarmView, words: Words, today: str, width: int) -> list[Line]:
    """Draw what is suspected and the answers it rests on."""
    rows = [row for title in shown.titles for row in wrapped(sentence(title), width, "strong")]
    return rows + _part(words.heading("because"), _causes(shown.causes, today), width)


def band(titles: Sequence[str], word: str, key: str, width: int) -> list[Line]:
    """Draw what stands on every screen while an emergency stands: one row, shortened where it must be."""
    more = f" +{len(titles) - 1}" if len(titles) > 1 else ""
    head = f" ██ {word.upper()} "
    tail = f"{more}  {key} "
    room = width - cells(head) - cells(tail) - 1
    return [line(Seg(head, "banner"), Seg(" " + fit(sentence(titles[0]), room), "alarm"), Seg(tail, "key"))]


def handover(parts: Sequence[PartView], width: int) -> list[Line]:
    """Draw the handover to read over the telephone, each part under its letter and name."""
    rows: list[Line] = []
    for part in parts:
        rows += [BLANK] if rows else []
        rows += wrapped(f"{part.title[:1].upper()}  {sentence(part.title)}", width, "strong")
        rows += [row for said in part.lines for row in hang("   ", said, width)]
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
    numbers = _numbers(action.numbers)
    within = f"{action.within}: " if action.within != "now" and action.kind == "do" else ""
    declined = f"  ! {action.declined}" if action.declined else ""
    return f"{within}{action.text}" + (f"  {numbers}" if numbers else "") + declined


def _numbers(numbers: Sequence[int]) -> str:
    return "".join(f"[{number}]" for number in numbers)
