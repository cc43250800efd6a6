"""What the line mode says while an entry is being saved, and when it cannot be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from chatbot.core.events import Event
from chatbot.errors import BackstoryError, NotSaved
from chatbot.plain_shell import Ended, Shell
from chatbot.saving import NOT_YET, NOTHING_ELSE, PatientRecorder, answered_lines, unsaved_lines


@contextmanager
def saving_patiently(shell: Shell) -> Iterator[None]:
    """Let what is recorded for a while take its time, and be tried again, in words."""

    def late() -> None:
        shell.put(f"{NOT_YET}: the disk has not taken the last entry. {NOTHING_ELSE}", "! ")

    def again(error: BackstoryError, events: Sequence[Event]) -> bool:
        return _again(shell, error, events)

    plain = shell.interview.recorder
    patient = PatientRecorder(plain, late=late, again=again)
    shell.interview.recorder = patient
    try:
        yield
    finally:
        # The interview may have been taken up under other content meanwhile; it records where this one did.
        if shell.interview.recorder is patient:
            shell.interview.recorder = plain
        patient.close()


def _again(shell: Shell, error: BackstoryError, events: Sequence[Event]) -> bool:
    """Say what was not saved; whether it is to be tried again."""
    shell.put(" ".join(filter(None, [error.code, error.message])), "! NOT SAVED ")
    shell.problem(error.place, error.hint)
    safe = not isinstance(error, NotSaved) or error.earlier_safe
    if not safe:
        shell.put("Earlier answers are in the memory of this program alone: copy them before it ends.", "! ")
    while True:
        try:
            typed = shell.ask("Enter tries again; copy shows it in words; stop ends the program:").casefold()
        except Ended:
            return False
        if typed in {"", "again"}:
            return True
        if typed in {"stop", "quit", ":quit"}:
            return False
        shell.put("Not saved:")
        for each in unsaved_lines(shell.interview, events, shell.register):
            shell.put(each, "· ")
        shell.put("Saved before:" if safe else "In memory alone, not saved either:")
        for each in answered_lines(shell.interview, shell.register):
            shell.put(each, "· ")
