"""Whether an attempt at a station is over, and the guard over those that are not.

What was learned so far folds to a case like any other, and its urgency and plan would tell the trainee how well it
goes. So nobody is given the content to read a running attempt with, unless they say that they tell nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chatbot.core import events as ev
from chatbot.core.practice.debrief import Placed
from chatbot.errors import UsageError
from chatbot.record.envelope import Record
from chatbot.record.read import Transcript

RUNNING, ENDED = "running", "ended"

_STANDS = {ev.PracticeBegun.type: RUNNING, ev.PracticeEnded.type: ENDED}


def attempt_in(types: Iterable[str]) -> str:
    """Return whether the records of these types are an attempt that runs or has ended; empty when they are none."""
    found = ""
    for each in types:
        found = _STANDS.get(each, found) if found != ENDED else ENDED
    return found


def attempt_of(transcript: Transcript) -> str:
    """Return running or ended for an attempt at a station; empty for any other case."""
    return attempt_in(each.type for each in transcript.entries)


def check_over(transcript: Transcript) -> None:
    """Raises: UsageError (T025) for an attempt that is not over."""
    if attempt_of(transcript) == RUNNING:
        raise UsageError(
            "the attempt is not over: until then nothing is told of where it stands",
            code="T025",
            place=str(transcript.path),
            hint=f"go on with it, and end it: backstory practice --resume {transcript.case}",
        )


def check_no_attempt(transcript: Transcript) -> None:
    """Raises: UsageError (T025) for an attempt at a station, which is gone on with as such and not as an interview."""
    check_over(transcript)
    if attempt_of(transcript):
        raise UsageError(
            "this is an attempt at a station, and it is over",
            code="T025",
            place=str(transcript.path),
            hint=f"backstory practice debrief {transcript.case} says what came of it; replay plays it",
        )


def station_of(transcript: Transcript) -> str:
    """Return the digest of the station an attempt was begun at; empty for any other case."""
    return next((each.station for each in transcript.events if isinstance(each, ev.PracticeBegun)), "")


def placed_of(entries: Sequence[Record]) -> tuple[Placed, ...]:
    """Return events with their places. Time is that of the clock nobody can set; between two sittings none passes."""
    found: list[Placed] = []
    passed = 0
    for at, entry in enumerate(entries):
        if at and not _begins_a_sitting(entry.event):
            passed += max(0, entry.mono_ns - entries[at - 1].mono_ns)
        found.append(Placed(entry.seq, passed // 1_000_000, entry.event))
    return tuple(found)


def _begins_a_sitting(event: ev.Event) -> bool:
    """Whether the clock of another writer begins anew with it: what stands before it is of an earlier sitting."""
    set_back = isinstance(event, ev.ClockJumped) and not event.monotonic_ms
    return set_back or isinstance(event, ev.CaseResumed | ev.StorageRecovered)
