"""The journal of a folder of cases: what was done with whole cases, by whom and why, in a chained file of its own.

``journal.log`` stands beside the folders by kind. It holds disposals, legal holds, backups, restores and exports: one
canonical line each, sealed with its own hash as the lines of a transcript are, under another domain. It is only ever
added to; a line that was not completely written is set aside by the next writer.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatbot.errors import CorruptTranscript
from chatbot.record import publish
from chatbot.record.codec import CodecProblem, canonical, parse
from chatbot.record.disk import (
    FILE_MODE,
    Disk,
    close_quietly,
    make_private_folder,
    read_all,
    real,
    same_file,
    sync_folder,
    write_all,
)
from chatbot.record.host import Host
from chatbot.record.pen import stamp_text

NAME = "journal.log"

DOMAIN = b"backstory/journal/v1\n"
"""Hashed before every body: a line of this file is never taken for one of a transcript."""

GENESIS = "0" * 64

LARGEST = 64 * 1024 * 1024
"""Bytes of a journal; an entry is a few hundred."""

WHATS = ("disposed", "held", "lifted", "exported", "backed_up", "restored")
"""What an entry may say."""

_MEMBERS = frozenset({"by", "data", "prev", "seq", "t", "v", "what"})
_SEAL = re.compile(rb',"~h":"([0-9a-f]{64})"\}')
_SEAL_LENGTH = len(',"~h":"') + 64 + len('"}')


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was done."""

    seq: int
    what: str
    """One of ``WHATS``."""
    t: str
    """When, by the wall clock: UTC to the millisecond."""
    by: str
    """Who said that it was them; the account otherwise."""
    data: dict[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class Journal:
    """Everything that stands in the file."""

    path: Path
    entries: tuple[Entry, ...]
    good: bytes = b""
    """The whole lines."""
    torn: bytes = b""
    """The beginning of a line that was not completely written."""

    def of(self, *whats: str) -> tuple[Entry, ...]:
        """Return the entries that say one of these things, the oldest first."""
        return tuple(each for each in self.entries if each.what in whats)


def journal_file(folder: Path) -> Path:
    """Return where the journal of a folder of cases is kept."""
    return folder / NAME


def read_journal(folder: Path) -> Journal:
    """Read and check the journal; an empty one when there is none.

    Raises: CorruptTranscript (R001) naming the line; StorageError when it cannot be read.
    """
    path = journal_file(folder)
    disk = Disk()
    try:
        fd = disk.open(real(path.absolute().parent) / path.name, os.O_RDONLY | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        return Journal(path, ())
    except OSError as error:
        raise publish.storage_error(error, path, "read the journal") from error
    try:
        data = read_all(disk, fd, LARGEST)
    except OSError as error:
        raise publish.storage_error(error, path, "read the journal") from error
    finally:
        close_quietly(disk, fd)
    return _parsed(path, data)


def note(
    folder: Path,
    what: str,
    data: Mapping[str, Any],
    *,
    by: str = "",
    host: Host | None = None,
    disk: Disk | None = None,
) -> Entry:
    """Add an entry durably and return it. The folder is made where there is none yet.

    *by*: who does it; the account otherwise. Raises: CorruptTranscript (R001), StorageError; then nothing was added.
    """
    if what not in WHATS:
        raise ValueError(f"nothing in a journal is called {what!r}")
    disk, host = disk or Disk(), host or Host()
    folder = real(folder.absolute())
    path = journal_file(folder)
    try:
        make_private_folder(disk, folder)
        fd = _open_locked(disk, path)
    except OSError as error:
        raise publish.storage_error(error, path, "open the journal") from error
    try:
        known = _parsed(path, read_all(disk, fd, LARGEST))
        prev = known.entries[-1].hash if known.entries else GENESIS
        body = {
            "by": by or f"os:{host.user()}",
            "data": dict(data),
            "prev": prev,
            "seq": len(known.entries),
            "t": stamp_text(host.wall()),
            "v": 1,
            "what": what,
        }
        line, hash_ = _sealed(canonical(body))
        if known.torn:
            _set_aside(disk, path, known, line)
        else:
            write_all(disk, fd, line + b"\n")
            disk.sync_data(fd)
            sync_folder(disk, folder)
    except OSError as error:
        raise publish.storage_error(error, path, "write the journal") from error
    finally:
        close_quietly(disk, fd)
    return Entry(len(known.entries), what, str(body["t"]), str(body["by"]), dict(data), hash_)


def _open_locked(disk: Disk, path: Path) -> int:
    """Open the journal for adding, alone; wait for whoever adds to it now."""
    while True:
        fd = disk.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            # Whoever was waited for may have put another file in its place.
            if same_file(disk.fstat(fd), disk.lstat(path)):
                disk.fchmod(fd, FILE_MODE)
                return fd
        except FileNotFoundError:
            pass
        except BaseException:
            close_quietly(disk, fd)
            raise
        close_quietly(disk, fd)


def _set_aside(disk: Disk, path: Path, known: Journal, line: bytes) -> None:
    """Keep what a crash left of a line in a file of its own, and put the whole lines and a new one in its place."""
    found = hashlib.sha256(known.torn).hexdigest()
    aside = path.with_name(f"{path.name}.torn-{len(known.good)}-{found[:16]}")
    publish.publish(disk, aside, known.torn, replace=True)
    publish.publish(disk, path, known.good + line + b"\n", replace=True)


def _sealed(body: bytes) -> tuple[bytes, str]:
    hash_ = hashlib.sha256(DOMAIN + body).hexdigest()
    return b'%s,"~h":"%s"}' % (body[:-1], hash_.encode()), hash_


def _parsed(path: Path, data: bytes) -> Journal:
    *lines, rest = data.split(b"\n")
    entries: list[Entry] = []
    prev = GENESIS
    for number, line in enumerate(lines, 1):
        entry = _entry(line, len(entries), prev)
        if entry is None:
            raise CorruptTranscript(
                "a line of the journal is damaged, or does not follow the one before it",
                code="R001",
                place=f"{path}:{number}",
                hint="bring the file back from a backup; until then holds and disposals cannot be told",
            )
        entries.append(entry)
        prev = entry.hash
    return Journal(path, tuple(entries), data[: len(data) - len(rest)], rest)


def _entry(line: bytes, seq: int, prev: str) -> Entry | None:
    found = _SEAL.fullmatch(line, max(0, len(line) - _SEAL_LENGTH))
    body = line[:-_SEAL_LENGTH] + b"}"
    if found is None or hashlib.sha256(DOMAIN + body).hexdigest() != found[1].decode():
        return None
    try:
        record = parse(body)
    except CodecProblem:
        return None
    if not isinstance(record, dict) or record.keys() != _MEMBERS:
        return None
    if record["seq"] != seq or record["prev"] != prev or record["what"] not in WHATS:
        return None
    if not isinstance(record["data"], dict) or not isinstance(record["by"], str) or not isinstance(record["t"], str):
        return None
    return Entry(seq, record["what"], record["t"], record["by"], record["data"], found[1].decode())
