"""Stations kept beside the transcripts while an attempt at them runs, each once, under its digest.

``stations/<digest>.json`` is a station as its canonical JSON has it; ``stations/<digest>.sealed`` is one that only its
code opens, as it was handed out: then the plain one never lies on the disk. Bytes are checked against the digest
whenever they are read. An attempt that has ended carries its station itself, and the file goes.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from chatbot.core import events as ev
from chatbot.core.practice.station import NotAStation, Station, canonical, from_data
from chatbot.errors import BackstoryError, CorruptTranscript, StorageError
from chatbot.record.codec import CodecProblem, parse
from chatbot.record.disk import Disk, close_quietly, make_private_folder, read_all, sync_folder, unlink_quietly
from chatbot.record.envelope import is_digest
from chatbot.record.publish import publish, storage_error
from chatbot.record.read import read_transcript
from chatbot.record.sealed_stations import LARGEST, unseal

FOLDER = "stations"
PLAIN, SEALED = ".json", ".sealed"

AskCode = Callable[[Path], str]
"""Asks for the code of a sealed station; told its file. Raises: KeyProblem, UsageError."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A station as it is kept."""

    path: Path
    sealed: bool


def keep(disk: Disk, folder: Path, station: Station) -> Kept:
    """Make sure that a station is kept durably under *folder*. Raises: StorageError."""
    data = canonical(station).encode()
    return Kept(_keep(disk, folder, hashlib.sha256(data).hexdigest() + PLAIN, data), sealed=False)


def keep_sealed(disk: Disk, folder: Path, digest: str, data: bytes) -> Kept:
    """Make sure that a sealed station, by the bytes of its file, is kept durably under *folder*.

    *digest*: that of the station in it. Raises: StorageError.
    """
    return Kept(_keep(disk, folder, digest + SEALED, data), sealed=True)


def _keep(disk: Disk, folder: Path, name: str, data: bytes) -> Path:
    path = folder / FOLDER / name
    try:
        make_private_folder(disk, path.parent)
        publish(disk, path, data, replace=True)
    except OSError as error:
        raise storage_error(error, path, "keep the station") from error
    return path


def find(transcript: Path, digest: str, also: Path | None = None) -> Kept:
    """Return where the station of an attempt is kept: in ``stations`` of a folder above it, or of *also*.

    Where it is kept both ways, the sealed one counts. Raises: StorageError (F014) when it is kept nowhere.
    """
    places = [*transcript.absolute().parents, *([] if also is None else [also])]
    for end in (SEALED, PLAIN) if is_digest(digest) else ():
        for folder in places:
            path = folder / FOLDER / f"{digest}{end}"
            try:
                if path.is_file():
                    return Kept(path, end == SEALED)
            except OSError as error:
                raise storage_error(error, path, "read the station") from error
    raise StorageError(
        f"the station of this attempt is not kept beside it: {FOLDER}/{digest[:12]}…",
        code="F014",
        place=str(transcript),
        hint=f"put the {FOLDER} folder it was begun with beside the folder of the transcript",
    )


def load(kept: Kept, digest: str, ask: AskCode) -> Station:
    """Return a kept station; *ask* is asked for the code of a sealed one.

    Raises: StorageError; CorruptTranscript (T024) when it is damaged or is another one; KeyProblem (K040).
    """
    data = read_file(kept.path)
    station = unseal(data, ask(kept.path), str(kept.path)) if kept.sealed else _plain(data, kept.path)
    if hashlib.sha256(canonical(station).encode()).hexdigest() != digest:
        raise _damaged(kept.path)
    return station


def write_sealed(path: Path, data: bytes) -> None:
    """Write a sealed station to a file of its own, which is never written over. Raises: StorageError."""
    try:
        publish(Disk(), path.absolute(), data)
    except OSError as error:
        raise storage_error(error, path, "write the sealed station") from error


def read_file(path: Path) -> bytes:
    """Return the bytes of a station's file, sealed or not. Raises: StorageError."""
    disk = Disk()
    try:
        fd = disk.open(path, os.O_RDONLY | os.O_NONBLOCK)
        try:
            return read_all(disk, fd, LARGEST)
        finally:
            close_quietly(disk, fd)
    except OSError as error:
        raise storage_error(error, path, "read the station") from error


def _plain(data: bytes, path: Path) -> Station:
    try:
        return from_data(parse(data))
    except (CodecProblem, NotAStation) as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> CorruptTranscript:
    return CorruptTranscript(
        "this kept station does not match its digest: it was damaged or altered",
        code="T024",
        place=str(path),
        hint="bring back the file from a copy; the attempt cannot be gone on with under another station",
    )


# --- once it is over ------------------------------------------------------------------------------


def remove(disk: Disk, kept: Kept, digest: str, others: Iterable[Path]) -> bool:
    """Remove a station that no attempt needs any more; whether it is gone.

    *others*: transcripts of the attempts that were not ended, as far as is known. One that cannot be read may need it,
    and it stays. A file that cannot be removed stays too: it holds nothing that the ended attempt does not lay open.
    """
    if any(needs(each, digest) for each in others):
        return False
    unlink_quietly(disk, kept.path)
    try:
        sync_folder(disk, kept.path.parent)
    except OSError:
        return False
    return not kept.path.exists()


def needs(transcript: Path, digest: str) -> bool:
    """Return whether an attempt was begun at a station and not ended; one that cannot be read counts as such."""
    try:
        events = read_transcript(transcript).events
    except BackstoryError:
        return True
    begun = any(isinstance(each, ev.PracticeBegun) and each.station == digest for each in events)
    return begun and not any(isinstance(each, ev.PracticeEnded) for each in events)
