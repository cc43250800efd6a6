"""The journal of a folder of cases: what was done with whole cases, by whom and why, in a chained file of its own.

``journal.log`` stands beside the folders by kind. It holds disposals, legal holds, backups, restores and exports: one
canonical line each, added as ``sealed_log`` says; one that was not completely written is set aside by the next
writer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatbot.errors import CorruptTranscript
from chatbot.record import publish
from chatbot.record.disk import Disk, make_private_folder, real
from chatbot.record.host import Host
from chatbot.record.pen import stamp_text
from chatbot.record.sealed_log import Kind, SealedLog, read_lines, read_whole, reading

NAME = "journal.log"

_LARGEST = 64 * 1024 * 1024
"""Bytes; an entry is a few hundred."""

KIND = Kind(
    name="journal",
    domain=b"backstory/journal/v1\n",
    members=frozenset({"by", "data", "prev", "seq", "t", "v", "what"}),
    # An entry names as many files as a case has.
    longest=_LARGEST,
    largest=_LARGEST,
    # A disposal or a hold does not happen unless it is noted.
    patience=10.0,
)

WHATS = ("disposed", "held", "lifted", "exported", "backed_up", "restored")
"""What an entry may say."""


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
    with reading(real(path.absolute().parent) / path.name, KIND, disk) as fd:
        return Journal(path, ()) if fd is None else _parsed(path, read_whole(path, KIND, disk, fd))


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

    def members(seq: int, prev: str) -> dict[str, Any]:
        who, when = by or f"os:{host.user()}", stamp_text(host.wall())
        return {"by": who, "data": dict(data), "prev": prev, "seq": seq, "t": when, "v": 1, "what": what}

    # The whole of it is read first: nothing is added behind a line that does not hold.
    log = SealedLog(KIND, path, disk, check=lambda known: _parsed(path, known))
    try:
        make_private_folder(disk, folder)
        return _entry(*log.append(members))
    except OSError as error:
        raise publish.storage_error(error, path, "write the journal") from error


def _parsed(path: Path, data: bytes) -> Journal:
    entries = []
    for line in read_lines(data, KIND):
        if line.members is not None and not line.problem and _sound(line.members):
            entries.append(_entry(line.members, line.hash))
        elif line.members is not None or data[line.end - 1 : line.end] == b"\n":
            raise CorruptTranscript(
                "a line of the journal is damaged, or does not follow the one before it",
                code="R001",
                place=f"{path}:{line.number}",
                hint="bring the file back from a backup; until then holds and disposals cannot be told",
            )
    return Journal(path, tuple(entries))


def _sound(said: dict[str, Any]) -> bool:
    texts = isinstance(said["by"], str) and isinstance(said["t"], str)
    return texts and said["what"] in WHATS and isinstance(said["data"], dict)


def _entry(said: dict[str, Any], hash_: str) -> Entry:
    return Entry(said["seq"], said["what"], said["t"], said["by"], said["data"], hash_)
