"""Protocols kept beside the transcripts, each once, under its digest.

What was asked can then always be shown again, whatever becomes of the content. The bytes are checked against
the digest whenever they are read, so a transcript vouches for its protocol.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from chatbot.core.protocol import Protocol
from chatbot.errors import CorruptTranscript, StorageError
from chatbot.record.disk import Disk, close_quietly, make_private_folder, read_all, sync_folder
from chatbot.record.envelope import is_digest
from chatbot.record.publish import publish, storage_error

FOLDER = "protocols"

LARGEST = 64 * 1024 * 1024
"""Bytes of one protocol."""


def keep(disk: Disk, folder: Path, protocol: Protocol) -> Path:
    """Make sure the protocol is kept durably under *folder*; one that is damaged there is written anew.

    Raises: StorageError when its digest is not that of its canonical form, or when it cannot be written.
    """
    data = protocol.canonical.encode("utf-8")
    if hashlib.sha256(data).hexdigest() != protocol.digest:
        raise StorageError(
            f"the digest of protocol {protocol.id!r} is not that of its content",
            code="F008",
            hint="load the protocol again; if this stays, it is a fault of the program",
        )
    return keep_bytes(disk, folder, protocol.digest, data)


def keep_bytes(disk: Disk, folder: Path, digest: str, data: bytes) -> Path:
    """Make sure that a protocol, by its canonical bytes, is kept durably under *folder*. Raises: StorageError."""
    path = folder / FOLDER / f"{digest}.json"
    if _kept(disk, path, data):
        return path
    try:
        make_private_folder(disk, path.parent)
        publish(disk, path, data, replace=True)
    except OSError as error:
        raise storage_error(error, path, "keep the protocol") from error
    return path


def _kept(disk: Disk, path: Path, data: bytes) -> bool:
    """Whether the file is there, whole and durable."""
    try:
        fd = disk.open(path, os.O_RDONLY | os.O_NONBLOCK)
        try:
            if read_all(disk, fd, LARGEST) != data:
                return False
            # Whoever wrote it may have been killed before its name was durable.
            disk.sync(fd)
        finally:
            close_quietly(disk, fd)
        sync_folder(disk, path.parent)
    except OSError:
        return False
    return True


def find(transcript: Path, digest: str) -> Path:
    """Return where the protocol of a transcript is kept: in ``protocols`` of a folder above it.

    Raises: StorageError when it is kept in none.
    """
    name = f"{digest}.json"
    for folder in transcript.absolute().parents if is_digest(digest) else ():
        path = folder / FOLDER / name
        try:
            if path.is_file():
                return path
        except OSError as error:
            raise storage_error(error, path, "read the protocol") from error
    raise StorageError(
        f"the protocol of this case is not kept beside it: {FOLDER}/{name}",
        code="F007",
        place=str(transcript),
        hint=f"put the {FOLDER} folder it was written with beside the folder of the transcript",
    )


def load(transcript: Path, digest: str, folder: Path | None = None) -> bytes:
    """Return the canonical JSON of a transcript's protocol. *folder*: look there, not above the transcript.

    Raises: StorageError when it is missing or unreadable; CorruptTranscript when it is not what the digest says.
    """
    path = find(transcript, digest) if folder is None or not is_digest(digest) else folder / f"{digest}.json"
    try:
        data = _read(Disk(), path)
    except FileNotFoundError as error:
        raise StorageError(
            "the protocol of this case is not kept here", code="F007", place=str(path), hint="name another folder"
        ) from error
    except OSError as error:
        raise storage_error(error, path, "read the protocol") from error
    if hashlib.sha256(data).hexdigest() != digest:
        raise CorruptTranscript(
            "this kept protocol does not match its digest: it was damaged or altered",
            code="T014",
            place=f"{path}:1",
            hint="bring back the file from a copy; its name is the SHA-256 of the right one",
        )
    return data


def _read(disk: Disk, path: Path) -> bytes:
    fd = disk.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        return read_all(disk, fd, LARGEST)
    finally:
        close_quietly(disk, fd)
