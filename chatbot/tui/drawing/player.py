"""The player as lines: where one is, what happened, what it changed, the question and what was said so far."""

from __future__ import annotations

from collections.abc import Sequence

from chatbot.core.playback import MARKS, Moment, Playback
from chatbot.core.view import COVERED, AnsweredView, QuestionView
from chatbot.export.moments import MARK_NAMES, MARK_SIGNS, Said, marked, when
from chatbot.record.event_list import EventLine
from chatbot.tui.drawing import history
from chatbot.tui.drawing.question import BAR
from chatbot.tui.lines import BLANK, Line, Seg, hang, line, packed, prefixed, width_of, wrapped
from chatbot.tui.safe import cells
from chatbot.tui.words import many

MOST = 7
"""So many changes stand on the screen; the rest is counted, and the page of reasons has all."""

VERDICT_ROLE = {
    **{"VALID-CLOSED": "good", "VALID-OPEN": "good"},
    **{"TORN": "warn", "UNKNOWN-VERSION": "warn", "NO-KEY": "warn"},
}
MARK_ROLE = {"flag": "alarm", "alarm": "alarm", "urgency": "warn", "correction": "warn"}


def badge(word: str, head_code: str, width: int) -> list[Line]:
    """Draw that this is a replay, and what verifying gave; the head code where there is room for all of it."""
    said = line(
        Seg("REPLAY", "key"), Seg(" · read only · "), Seg(word or "verifying …", VERDICT_ROLE.get(word, "alarm"))
    )
    if not word:
        said = line(Seg("REPLAY", "key"), Seg(" · read only · verifying …"))
    if head_code and width_of(said) + 3 + cells(head_code) <= width:
        return [(*said, Seg(f" · {head_code}", "quiet"))]
    return packed([said], width)


def position(moment: Moment, count: int, playing: str, said: str, width: int) -> list[Line]:
    """Draw whether it plays, which record this is and when it was."""
    short = width < 60
    of = "" if short else f" of {count - 1}"
    parts = [line(Seg(playing, "key")), line(Seg(f"record {moment.number}{of}", "strong"))]
    parts += [line(Seg(each, "quiet")) for each in when(moment, short).split(" · ")]
    rows = packed(parts, width, " · ")
    return [*rows, *wrapped(said, width, "strong")] if said else rows


def happened(event: EventLine, who: bool, marks: Sequence[str], width: int) -> list[Line]:
    """Draw what happened at this moment: who, what, and what it is on the time line."""
    room = width - width_of((BAR,))
    rows = [*(wrapped(f"{event.who}:", room, "quiet") if who else []), *wrapped(event.text, room, "strong")]
    if marks:
        role = next((MARK_ROLE[each] for each in marks if each in MARK_ROLE), "key")
        rows += wrapped(marked(marks), room, role)
    return prefixed(rows, BAR)


def changes(found: Sequence[Said], more: str, width: int) -> list[Line]:
    """Draw what changed. *more*: the key of the page that has all of it."""
    if not found:
        return [line(Seg("nothing else changed", "quiet"))]
    shown = found if len(found) <= MOST else found[: MOST - 1]
    rows = [row for each in shown for row in hang(Seg(f"{each.sign} ", each.grave), each.text, width, each.grave)]
    if len(found) > len(shown):
        rows.append(line(Seg(f"and {len(found) - len(shown)} more changes: {more}", "quiet")))
    return rows


def question(view: QuestionView, hidden: bool, width: int) -> list[Line]:
    """Draw a question with its choices as it stood. *hidden*: what was chosen is covered."""
    marks = f"{view.section} · {view.index} of {view.of}{' · private' if view.private else ''}"
    rows = [*wrapped(marks, width, "quiet"), *wrapped(view.text, width, "strong")]
    for each in view.options:
        chosen = each.chosen and not hidden
        rows += hang("  [x] " if chosen else "  [ ] ", each.label, width, "strong" if chosen else "")
    if view.answer and (hidden or not any(each.chosen for each in view.options)):
        rows += hang("  answer: ", COVERED if hidden else view.answer, width, "" if hidden else "strong")
    elif not view.answer:
        rows += wrapped("  not answered", width, "quiet")
    return rows


def said_so_far(answered: Sequence[AnsweredView], width: int, most: int) -> list[Line]:
    """Draw what was answered, the latest first."""
    rows: list[Line] = []
    for each in answered[:most]:
        rows += history.recent([each], width, 99)
    return rows


def timeline(playback: Playback, index: int, width: int, *, tight: bool, keys: dict[str, str]) -> list[Line]:
    """Draw the time line: signs over the records that bear a mark, and where one is. *keys*: mark to its key."""
    count = len(playback)
    tail = f" {index}/{count - 1}"
    room = max(width - cells(tail), 10)
    signs: list[Seg] = [Seg(" ")] * room
    for name in reversed(list(MARK_SIGNS)):
        for at in playback.marks(name):
            signs[_place(at, count, room)] = Seg(MARK_SIGNS[name], MARK_ROLE.get(name, "key"))
    here = _place(index, count, room)
    bar: Line = (Seg("━" * here, "key"), Seg("●", "key"), Seg("─" * (room - here - 1), "edge"), Seg(tail, "strong"))
    rows = [_joined(signs), bar]
    if tight:
        return rows
    legend = []
    for name in MARKS:
        found = len(playback.marks(name))
        if found or name in keys:
            key = f" ({keys[name]})" if name in keys and found else ""
            legend.append(line(Seg(f"{MARK_SIGNS[name]} {many(found, *MARK_NAMES[name])}{key}", "quiet")))
    if not playback.whole:
        legend.append(line(Seg(f"searched {playback.scanned} of {count}", "quiet")))
    return [*packed(legend, width, "  ")[:2], *rows]


def _place(index: int, count: int, room: int) -> int:
    return min(room - 1, index * (room - 1) // max(count - 1, 1))


def _joined(signs: Sequence[Seg]) -> Line:
    """Join signs of one role next to each other."""
    found: list[Seg] = []
    for each in signs:
        if found and found[-1].role == each.role:
            found[-1] = Seg(found[-1].text + each.text, each.role)
        else:
            found.append(each)
    return tuple(found)


def ended(problem: str, width: int) -> list[Line]:
    """Draw the end of the recording, and why it ends before the case does."""
    if problem:
        return [
            BLANK,
            *wrapped("! The recording ends here, because of damage:", width, "warn"),
            *wrapped(problem, width),
        ]
    return [BLANK, *wrapped("End of the recording.", width, "quiet")]
