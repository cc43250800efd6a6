"""Read a transcript. Nothing is changed, no lock is needed, file modes and owners do not matter."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatbot.core.events import Event
from chatbot.errors import StorageError
from chatbot.record import chain
from chatbot.record.disk import Disk, close_quietly, read_all, real
from chatbot.record.envelope import Record
from chatbot.record.identities import Keyring, keyring
from chatbot.record.publish import storage_error
from chatbot.record.recovery import LARGEST_FILE, Damage, Examined, examine
from chatbot.record.sealing import wraps_of


@dataclass(frozen=True, slots=True)
class Transcript:
    """A case as its file tells it."""

    path: Path
    header: dict[str, Any]
    """Data of the first record, in the shape of the newest format."""
    events: tuple[Event, ...]
    records: int
    """How many records there are, the header included."""
    head: str
    """Hash of the last record; held elsewhere, it shows any later change."""
    torn: bool
    """The last append was not completely saved."""
    tail_bytes: int
    """Bytes after the last good record."""
    entries: tuple[Record, ...]
    """The records with who, when and hash; ``events`` in full."""
    damage: Damage | None
    """Why it is torn; None when it is sound."""

    @property
    def case(self) -> str:
        """The case code."""
        return str(self.header["case"])

    @property
    def kind(self) -> str:
        """clinical, practice, demonstration or test."""
        return str(self.header["kind"])

    @property
    def digest(self) -> str:
        """The digest of the protocol it was made with."""
        return str(self.header["protocol"]["digest"])

    @property
    def recipients(self) -> tuple[str, ...]:
        """Who can open it: ``age1…``; none where it is not encrypted."""
        return tuple(each.to for each in wraps_of(self.header.get("enc")))

    @property
    def head_code(self) -> str:
        """What reports print, to anchor this transcript."""
        return chain.head_code(self.head, self.records)


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a transcript.

    Raises: StorageError when it is missing, not readable, or not a regular file.
    """
    disk = Disk()
    try:
        # Following a link is the reader's wish; O_NONBLOCK keeps a pipe from holding us up.
        fd = disk.open(real(path), os.O_RDONLY | os.O_NONBLOCK)
    except OSError as error:
        raise storage_error(error, path, "read the transcript") from error
    try:
        if not stat.S_ISREG(disk.fstat(fd).st_mode):
            raise StorageError(
                "this is not a regular file", code="F004", place=str(path), hint="give the transcript itself"
            )
        data = read_all(disk, fd, LARGEST_FILE)
    except OSError as error:
        raise storage_error(error, path, "read the transcript") from error
    finally:
        close_quietly(disk, fd)
    return data


def examine_file(path: Path, ring: Keyring | None = None) -> tuple[bytes, Examined]:
    """Return the bytes of a file and what they hold, as far as *ring* (None: that of this run) opens it.

    Raises: StorageError.
    """
    data = read_bytes(path)
    if len(data) > LARGEST_FILE:
        damage = Damage("T001", f"this is not a transcript: it is larger than {LARGEST_FILE >> 20} MiB", 1)
        return data, Examined((), 0, False, damage)
    return data, examine(data, keyring() if ring is None else ring)


def transcript_of(path: Path, size: int, examined: Examined) -> Transcript:
    """Return what was read as a transcript.

    Raises: CorruptTranscript or VersionUnsupported naming the line; KeyProblem for an encrypted case that stays shut.
    """
    damage = examined.damage
    if damage is not None and not damage.torn:
        raise damage.error(path)
    if examined.shut is not None:
        code = chain.head_code(examined.head, len(examined.records))
        torn = "" if damage is None else ", its last entry not completely saved"
        raise examined.shut.error(path, f"its chain of {len(examined.records)} records holds{torn}; head {code}")
    return Transcript(
        path=path,
        header=examined.records[0].data,
        events=tuple(record.event for record in examined.records),
        records=len(examined.records),
        head=examined.head,
        torn=damage is not None,
        tail_bytes=size - examined.good,
        entries=examined.records,
        damage=damage,
    )


def read_transcript(path: Path, *, allow_torn: bool = True, ring: Keyring | None = None) -> Transcript:
    """Read and check a whole transcript. *ring*: opens it where it is encrypted; None: the keyring of this run.

    Raises: CorruptTranscript or VersionUnsupported naming the line; TornTranscript unless *allow_torn*;
    KeyProblem when it is encrypted and no key opens it; StorageError when it is missing or cannot be read.
    """
    data, examined = examine_file(path, ring)
    transcript = transcript_of(path, len(data), examined)
    if transcript.damage is not None and not allow_torn:
        raise transcript.damage.error(path)
    return transcript
