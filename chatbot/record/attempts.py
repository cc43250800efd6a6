"""Attempts at stations, read from their transcripts: who, when, what was done, and the station they lay open.

Reads only. Whatever is wrong with one file becomes its verdict, so that a walk over a folder goes on.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from chatbot import __version__
from chatbot.core import events as ev
from chatbot.core.practice.debrief import Placed
from chatbot.core.practice.laid import station_laid
from chatbot.core.practice.station import NotAStation, Station
from chatbot.core.protocol import Protocol
from chatbot.errors import (
    BackstoryError,
    CorruptTranscript,
    ExitCode,
    KeyProblem,
    StorageError,
    TornTranscript,
    VersionUnsupported,
)
from chatbot.record.anchoring import compare_transcript
from chatbot.record.cases import NOT_CASES
from chatbot.record.envelope import Record
from chatbot.record.identities import Keyring
from chatbot.record.publish import storage_error
from chatbot.record.read import Transcript, read_transcript
from chatbot.record.replay import KeptProtocols, LoadBundle, load_protocol, replay
from chatbot.record.running import placed_of

KIND = "practice"

VERDICTS = {
    "VALID": "over; every hash and event holds, and the station is the one it began with",
    "UNFINISHED": "sound as far as it goes, and not over",
    "TORN": "the last entry was not completely saved; opening it again mends it",
    "CORRUPT": "damaged or altered",
    "NO-KEY": "encrypted, and no key that was given opens it",
    "UNREADABLE": "it, or the protocol kept beside it, cannot be read",
    "UNKNOWN-VERSION": "written by a newer version",
    "NO-ATTEMPT": "a transcript, and no attempt at a station",
    "COPY": "another file holds the same attempt, as far or further",
    "FAULT": "the program failed at it",
}
"""What reading one file can give. Only what is VALID can be marked; COPY is for walks over many files."""

_AFTER_THE_END = (
    *(ev.PracticeMarked, ev.ActorChanged, ev.NoteAdded, ev.CaseResumed, ev.CaseSuspended),
    *(ev.StorageRelocated, ev.StorageRecovered, ev.ClockJumped),
)
"""What may stand behind the end of an attempt. Anything else was done with the answer at hand."""

_SKIPPED = frozenset({"protocols", "stations"})
"""Folders beside transcripts that hold none."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One attempt as its file tells it."""

    path: Path
    verdict: str
    """One of ``VERDICTS``."""
    problems: tuple[str, ...] = ()
    """What is wrong, rendered."""
    exit_code: int = 0
    case: str = ""
    """Empty, as all that follows, where the file does not tell."""
    kind: str = ""
    label: str = ""
    actor: str = ""
    """The trainee: who was at the keyboard when the attempt ended."""
    when: str = ""
    """When it was begun, by the wall clock: UTC to the millisecond."""
    mode: str = ""
    digest: str = ""
    """Of the station it began with."""
    protocol: Protocol | None = None
    station: Station | None = None
    """None while the attempt is not over, and where the file cannot be trusted."""
    placed: tuple[Placed, ...] = ()
    """Every event with its place, the header among them."""
    records: int = 0
    head: str = ""
    hashes: tuple[str, ...] = field(default=(), repr=False)
    """Of every record."""

    @property
    def sound(self) -> bool:
        """Whether it may be marked and counted."""
        return self.verdict == "VALID"

    @property
    def day(self) -> str:
        """The day it was begun, in UTC."""
        return self.when[:10]


def attempt_files(folder: Path) -> Iterator[Path]:
    """Yield every file below *folder* that claims to be a transcript, sorted; no symbolic link is followed.

    Raises: StorageError when a folder is not there or cannot be read.
    """
    if folder.is_file():
        yield folder
        return
    try:
        with os.scandir(folder) as entries:
            there = sorted(entries, key=lambda each: each.name)
    except OSError as error:
        raise storage_error(error, folder, "list the attempts") from error
    for entry in there:
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in _SKIPPED and not entry.name.startswith("."):
                yield from attempt_files(Path(entry.path))
        elif entry.is_file(follow_symlinks=False) and entry.name.endswith(".jsonl") and entry.name not in NOT_CASES:
            yield Path(entry.path)


def read_attempt(
    path: Path, load_bundle: LoadBundle, *, kept: KeptProtocols | None = None, ring: Keyring | None = None
) -> Kept:
    """Read and verify one attempt. *kept* gives the protocols where many are read; *ring*: opens encrypted ones.

    The chain is checked, held against the register of its folder, and every event folded again under the protocol kept
    beside it. Never raises for what is wrong with the file.
    """
    try:
        return _read(path, load_bundle, kept, ring)
    except BackstoryError as error:
        return _failed(path, error)
    except Exception as error:
        # One file must not end a walk over many; the kind of error says nothing of anybody.
        said = f"{path}: error: a fault in backstory {__version__}: {type(error).__name__}; please report this"
        return Kept(path, "FAULT", (said,), int(ExitCode.INTERNAL))


def _read(path: Path, load_bundle: LoadBundle, kept: KeptProtocols | None, ring: Keyring | None) -> Kept:
    transcript = read_transcript(path, ring=ring)
    events = transcript.events
    begun = next((each for each in events if isinstance(each, ev.PracticeBegun)), None)
    found = _known(transcript, begun)
    if begun is None or transcript.kind != KIND:
        said = "no attempt at a station was begun here" if begun is None else f"this is a {transcript.kind} case"
        return replace(found, verdict="NO-ATTEMPT", problems=(f"{path}: {said}",))
    # Nothing is told of where an attempt stands that is not over: it gets no station and is not marked.
    load = partial(load_protocol, load_bundle=load_bundle) if kept is None else kept
    protocol = load(transcript, running=True)
    replay(transcript, protocol)
    anchoring = compare_transcript(transcript)
    if anchoring.problems:
        return replace(found, verdict="CORRUPT", problems=anchoring.problems, exit_code=int(ExitCode.CORRUPT))
    station = _station(transcript, protocol)
    found = replace(found, protocol=protocol, station=station)
    if transcript.damage is not None:
        said = transcript.damage.error(path).render()
        return replace(found, verdict="TORN", problems=(said,), exit_code=int(ExitCode.TORN))
    return found if station is not None else replace(found, verdict="UNFINISHED")


def _known(transcript: Transcript, begun: ev.PracticeBegun | None) -> Kept:
    entries = transcript.entries
    over = next((at for at, each in enumerate(entries) if isinstance(each.event, ev.PracticeEnded)), len(entries) - 1)
    return Kept(
        path=transcript.path,
        verdict="VALID",
        case=transcript.case,
        kind=transcript.kind,
        label=str(transcript.header["label"]),
        actor=entries[over].actor,
        when=entries[0].t,
        mode="" if begun is None else begun.mode,
        digest="" if begun is None else begun.station,
        placed=placed_of(entries),
        records=transcript.records,
        head=transcript.head,
        hashes=tuple(each.hash for each in entries),
    )


def _station(transcript: Transcript, protocol: Protocol) -> Station | None:
    """Return the station that is laid open; None where the attempt is not over.

    Raises: CorruptTranscript when it is not the one the attempt began with, or the events are not those of an attempt.
    """
    entries = transcript.entries
    begun = [each for each in entries if isinstance(each.event, ev.PracticeBegun)]
    ended = [at for at, each in enumerate(entries) if isinstance(each.event, ev.PracticeEnded)]
    if len(begun) > 1:
        raise _odd(transcript, begun[1], "a second attempt is begun in the same case")
    if not ended:
        stray = next((each for each in entries if isinstance(each.event, ev.PracticeMarked)), None)
        if stray is not None:
            raise _odd(transcript, stray, "an attempt is marked that is not over")
        return None
    over = entries[ended[0]]
    for each in entries[ended[0] + 1 :]:
        if not isinstance(each.event, _AFTER_THE_END):
            raise _odd(transcript, each, f"{each.type} stands behind the end of the attempt")
    laid = [at for at, each in enumerate(entries) if isinstance(each.event, ev.PracticeLaid)]
    between = entries[laid[0] : ended[0]] if laid else ()
    late = next((each for each in between if not isinstance(each.event, ev.PracticeLaid | ev.ClockJumped)), None)
    if late is not None and not isinstance(late.event, _AFTER_THE_END):
        raise _odd(transcript, late, f"{late.type} stands behind the station that was laid open")
    try:
        station = station_laid(transcript.events)
        if station is None:
            raise NotAStation("the attempt is over, and its station is not laid open")
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        said = str(error) if isinstance(error, ValueError) else type(error).__name__
        raise _odd(transcript, over, said) from error
    if dict(station.protocol) != dict(protocol.identity):
        raise _odd(transcript, over, "the station was made under another protocol than the case names")
    return station


def _odd(transcript: Transcript, entry: Record, said: str) -> CorruptTranscript:
    return CorruptTranscript(
        said,
        code="T013",
        place=f"{transcript.path}:{entry.line}",
        hint="do not rely on this attempt: it cannot have been recorded so",
    )


def _failed(path: Path, error: BackstoryError) -> Kept:
    verdict = "UNREADABLE"
    match error:
        case CorruptTranscript():
            verdict = "CORRUPT"
        case VersionUnsupported():
            verdict = "UNKNOWN-VERSION"
        case KeyProblem():
            verdict = "NO-KEY"
        case TornTranscript():
            verdict = "TORN"
        case StorageError():
            pass
    said = error.render() if error.place else f"{path}: {error.render()}"
    return Kept(path, verdict, (said,), int(error.exit_code))
