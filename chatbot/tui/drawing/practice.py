"""Practice as lines: that it is simulated, the patients there are, the conversation, and what a line may mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from chatbot.core.practice.attempt import Attempt, Turn
from chatbot.core.practice.suggest import Suggestion
from chatbot.core.protocol import Protocol
from chatbot.core.values import Source
from chatbot.tui.lines import BLANK, Line, Seg, fit, hang, line, packed, pad, spread, width_of, wrapped
from chatbot.tui.practice import Patient, Unfinished
from chatbot.tui.safe import cells
from chatbot.tui.words import time_words

MODES: Mapping[str, tuple[str, str]] = {
    "guided": ("guided", "hints, and why each question is asked; the debrief at the end"),
    "practice": ("practice", "no hints; the debrief at the end"),
    "examination": ("examination", "a station against the clock, with time to read the task first; no hints"),
    "two_person": ("two persons", "one plays the patient from a card, the other asks; you keep the list"),
}
"""Mode to what it is called, and what it brings."""

DIFFICULTIES = ("easy", "fairly easy", "medium", "hard", "very hard")

DIFFICULTY_WIDTH = max(map(len, DIFFICULTIES)) + len(DIFFICULTIES) + 1

SPEAKER = 12
"""Columns of the name of who speaks, where there is room."""

NARROW = 60


def difficulty(level: int) -> str:
    """Say how difficult a patient is, in dots and in words."""
    return f"{'●' * level}{'○' * (len(DIFFICULTIES) - level)} {DIFFICULTIES[level - 1]}"


# --- the list of patients ---


def patient_row(patient: Patient, at: bool, width: int) -> list[Line]:
    """Draw one patient: who, what they say first, how difficult; what came of earlier attempts."""
    mark = Seg("▸ " if at else "  ", "key")
    head = line(mark, Seg(pad(str(patient.number), 5), "quiet"))
    who = line(*((Seg("due: ", "key"),) if patient.due else ()), Seg(patient.who, "strong"))
    hard = line(Seg(pad(difficulty(patient.difficulty), DIFFICULTY_WIDTH), "quiet"))
    if width < NARROW:
        rows = hang((*head, *who[:-1]), patient.who, width, "strong")
        rows += hang("       ", f"“{patient.opening}”", width) if at else []
        return [*rows, *((Seg("       "), *each) for each in packed([hard, *_done(patient)], width - 7, " · "))]
    rows = spread((*head, *who), hard, width)
    if at:
        rows += hang("       ", f"“{patient.opening}”", width)
        how = line(Seg(patient.persona.lower(), "quiet"))
        return [*rows, *((Seg("       "), *each) for each in packed([how, *_done(patient)], width - 7, " · "))]
    shown = packed([line(Seg(fit(f"“{patient.opening}”", width - 7), "quiet"))], width - 7)
    return [*rows, *((Seg("       "), *each) for each in shown)]


def _done(patient: Patient) -> list[Line]:
    return [line(Seg(patient.done or "not met yet", "quiet"))]


def searched(patient: Patient) -> str:
    """Return everything of a patient that a search looks at: nothing that is not shown."""
    parts = (str(patient.number), patient.who, patient.opening, patient.persona, difficulty(patient.difficulty))
    return " ".join((*parts, "due" if patient.due else "", patient.done)).casefold()


def unfinished_row(each: Unfinished, at: bool, width: int) -> list[Line]:
    """Draw an attempt that can be gone on with."""
    mark = Seg("▸ " if at else "  ", "key")
    return hang(line(mark, Seg("go on  ", "key")), f"{each.label}, last {time_words(each.last)}", width, "strong")


def entry_row(title: str, told: str, at: bool, width: int) -> list[Line]:
    """Draw something else that can be begun."""
    mark = Seg("▸ " if at else "  ", "key")
    rows = [line(mark, Seg(fit(title, width - 2), "strong" if at else ""))]
    return [*rows, *((Seg("  "), *each) for each in wrapped(told, width - 2, "quiet"))] if at else rows


# --- the conversation ---


def speakers(protocol: Protocol, turn: Turn) -> tuple[str, str]:
    """Return who speaks in a turn: who asked or did it, and who answered."""
    if turn.act == "document":
        return "you", "record"
    if turn.act == "ask":
        match protocol.questions[turn.of].source:
            case Source.EXAMINATION:
                return "examine", "found"
            case Source.RECORD:
                return "you", "answer"
    return "you", "patient"


def turn_rows(protocol: Protocol, turn: Turn, width: int) -> list[Line]:
    """Draw one turn: what was said or done, then the reply."""
    asked, answered = speakers(protocol, turn)
    return [*spoken(asked, turn.said, width, "quiet"), *spoken(answered, turn.reply, width)]


def spoken(who: str, said: str, width: int, role: str = "") -> list[Line]:
    """Draw what somebody says after their name."""
    head = Seg(pad(who, SPEAKER) if width >= NARROW else f"{who}: ", "quiet" if who in {"you", "examine"} else "key")
    return hang(head, said, width, role)


def conversation(attempt: Attempt, width: int) -> list[Line]:
    """Draw everything that was said so far, the newest at the bottom."""
    station = attempt.station
    rows: list[Line] = []
    if station.handover is not None:
        rows += [*spoken("handed over", f" {station.handover.title}. {station.handover.text}", width), BLANK]
    rows += spoken("patient", station.opening, width)
    for turn in attempt.turns:
        rows += [BLANK, *turn_rows(attempt.protocol, turn, width)]
    return rows


def task(attempt: Attempt, width: int) -> list[Line]:
    """Draw who is met and what is to be done."""
    station = attempt.station
    rows = [*wrapped(station.who, width, "strong"), BLANK, *wrapped(station.task, width)]
    rows += [BLANK, *wrapped("Nobody here is real: the patient is simulated.", width, "quiet")]
    if attempt.minutes:
        told = f"{attempt.minutes} minutes for the interview"
        told += f", after {attempt.preparation} to read this" if attempt.preparation else ""
        rows += wrapped(f"{told}.", width, "quiet")
    return rows


# --- what a line may mean ---


def kind_of(protocol: Protocol, each: Suggestion) -> str:
    """Say what is done by a suggestion that is not simply asked."""
    if each.act == "document":
        return "record"
    if each.act == "ask":
        return {Source.EXAMINATION: "examine", Source.RECORD: "records"}.get(protocol.questions[each.of].source, "")
    return ""


def suggestions(
    offered: Sequence[Suggestion], kinds: Iterable[str], asked: frozenset[str], caret: int, as_it_is: str, width: int
) -> list[Line]:
    """Draw what a line may mean, each with its digit, and last that it is said as it is."""
    rows: list[Line] = []
    for number, (each, kind) in enumerate(zip(offered, kinds, strict=True), 1):
        at = number - 1 == caret
        before = "✓ " if each.of in asked else "  "
        head = line(Seg("▸ " if at else "  ", "key"), Seg(f"{number} ", "key"), Seg(before, "quiet"))
        tail = f" ({kind})" if kind else ""
        if at:
            rows += hang(head, f"{each.text}{tail}{' (asked before)' if each.of in asked else ''}", width, "strong")
        else:
            rows.append((*head, Seg(fit(each.text, width - width_of(head) - cells(tail))), Seg(tail, "quiet")))
    at = caret == len(offered)
    head = line(Seg("▸ " if at else "  ", "key"), Seg("0   ", "key"))
    rows.append((*head, Seg(fit(as_it_is, width - width_of(head)), "strong" if at else "quiet")))
    return rows
