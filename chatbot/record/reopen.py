"""Open a transcript for another sitting: lock it, verify all of it, set a torn end aside.

The order of recovery lets a crash at any point, followed by another try, end in the same place: the fragment
is durable under its own name before the file without it takes the transcript's name.
"""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass, fields, replace
from pathlib import Path

from chatbot.core.events import AnswerCorrected, AnswerGiven, StorageRecovered
from chatbot.errors import StorageError, UsageError
from chatbot.record import locks, publish
from chatbot.record.disk import (
    Disk,
    check_length,
    close_quietly,
    read_all,
    real,
    same_file,
    sync_folder,
    unlink_quietly,
    write_all,
)
from chatbot.record.host import Host
from chatbot.record.identities import keyring
from chatbot.record.pen import Pen, Place
from chatbot.record.read import Transcript, transcript_of
from chatbot.record.recovery import LARGEST_FILE, Examined, examine

_TRIES = 20
"""How often the file may be replaced by a recovery between opening and locking it."""


@dataclass(frozen=True, slots=True)
class RecoveredTranscript(Transcript):
    """A transcript as it stands after it was opened again; sound, whatever it was before."""

    recovered: bool
    """The last entry was not completely saved and has to be given again."""
    side_file: Path | None
    """Where the fragment is kept."""
    lost_bytes: int
    """Length of the fragment."""
    after: str | None
    """The question whose answer is the last one saved."""


@dataclass(frozen=True, slots=True)
class Reopened:
    """An open, locked, verified transcript."""

    fd: int
    size: int
    lines: tuple[bytes, ...]
    place: Place
    pen: Pen
    transcript: RecoveredTranscript


def reopen(disk: Disk, host: Host, path: Path, place: Place) -> Reopened:
    """Open a transcript for writing; *place* names the actor. What it raises is said at ``TranscriptWriter.resume``."""
    path = real(path.absolute().parent) / path.name
    try:
        fd = _open_locked(disk, path)
        try:
            return _prepared(disk, host, path, fd, place)
        except BaseException:
            close_quietly(disk, fd)
            raise
    except OSError as error:
        raise publish.storage_error(error, path, "open the transcript for writing") from error


def _open_locked(disk: Disk, path: Path) -> int:
    """Open and lock the file that has this name now, not one that had it a moment ago."""
    for _ in range(_TRIES):
        fd = disk.open(path, os.O_RDWR | os.O_APPEND | os.O_NONBLOCK)
        try:
            found = disk.fstat(fd)
            if not stat.S_ISREG(found.st_mode):
                raise StorageError(
                    "this is not a regular file", code="F004", place=str(path), hint="give the transcript itself"
                )
            locks.take(disk, fd, path)
            if same_file(found, disk.lstat(path)):
                return fd
        except BaseException:
            close_quietly(disk, fd)
            raise
        close_quietly(disk, fd)
    raise StorageError("the file is replaced again and again", code="F012", place=str(path), hint="try again")


def _prepared(disk: Disk, host: Host, path: Path, fd: int, place: Place) -> Reopened:
    data = read_all(disk, fd, LARGEST_FILE)
    examined = examine(data, keyring())
    transcript = transcript_of(path, len(data), examined)
    if examined.closed:
        raise UsageError(
            f"this case is {examined.records[-1].type.removeprefix('case.')} and cannot be changed",
            code="T009",
            place=str(path),
            hint="look at it with replay, or open an amendment or a follow-up",
        )
    _remove_unfinished(disk, path)
    pen = Pen(host, examined.records[-1].t, examined.sealer)
    place = replace(place, seq=len(examined.records), prev=examined.head)
    if examined.damage is not None:
        return _recover(disk, path, fd, data, examined, pen, place)
    if examined.lacks_newline:
        write_all(disk, fd, b"\n")
        data += b"\n"
    # A writer killed before its sync left records that are valid but not durable yet. They count from here on.
    disk.sync_data(fd)
    check_length(disk, fd, len(data))
    sync_folder(disk, path.parent)
    return Reopened(fd, len(data), _lines(data), place, pen, _recovered(transcript, None, 0))


def _lines(data: bytes) -> tuple[bytes, ...]:
    return tuple(data.split(b"\n")[:-1])


def _recover(disk: Disk, path: Path, fd: int, data: bytes, examined: Examined, pen: Pen, place: Place) -> Reopened:
    """Set the fragment aside, then put a file without it in the transcript's place. Closes *fd*."""
    fragment = data[examined.good :]
    found = hashlib.sha256(fragment).hexdigest()
    side_file = path.with_name(f"{path.name}.torn-{examined.good}-{found[:16]}")
    publish.publish(disk, side_file, fragment, replace=True)
    good = data[: examined.good]
    good += b"" if good.endswith(b"\n") else b"\n"
    draft = pen.draft((StorageRecovered(len(fragment), found),), place)
    new = good + draft.data
    new_fd, temporary = publish.write_temporary(disk, path, new, lock=True)
    try:
        disk.rename(temporary, path)
        sync_folder(disk, path.parent)
        pen.written(draft)
        transcript = transcript_of(path, len(new), examine(new, keyring()))
    except BaseException:
        close_quietly(disk, new_fd)
        unlink_quietly(disk, temporary)
        raise
    close_quietly(disk, fd)
    recovered = _recovered(transcript, side_file, len(fragment))
    return Reopened(new_fd, len(new), _lines(new), draft.place, pen, recovered)


def _recovered(transcript: Transcript, side_file: Path | None, lost: int) -> RecoveredTranscript:
    answers = [event.question for event in transcript.events if isinstance(event, AnswerGiven | AnswerCorrected)]
    return RecoveredTranscript(
        **{member.name: getattr(transcript, member.name) for member in fields(Transcript)},
        recovered=side_file is not None,
        side_file=side_file,
        lost_bytes=lost,
        after=answers[-1] if answers else None,
    )


def _remove_unfinished(disk: Disk, path: Path) -> None:
    """Remove what a killed writer of this transcript left unfinished; its lock is ours, so nobody needs it."""
    for name in disk.names(path.parent):
        if name.startswith(path.name) and publish.UNFINISHED in name.removeprefix(path.name):
            unlink_quietly(disk, path.with_name(name))
