"""The register of cases: which cases there are, and where the chain of each stood. Reads only; ``registrar`` writes.

``register.jsonl`` in the folder of cases is a chain of sealed lines like a transcript, under a domain of its own, so
that neither can be taken for the other. It holds codes, counts, hashes and file names, nothing of what a person said.
A transcript that disagrees with it was cut, replaced or written anew; one that it does not know is *unanchored*.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from sys import intern
from typing import Any

from chatbot.errors import BackstoryError, CorruptTranscript, StorageError, TornTranscript
from chatbot.record import chain, codec
from chatbot.record.disk import Disk, close_quietly, read_all
from chatbot.record.publish import storage_error

DOMAIN = b"backstory/register/v1\n"
"""Hashed before every body; transcripts have another."""

FORMAT = "backstory-register"
FORMAT_VERSION = 1

NAME = "register.jsonl"

LARGEST = 1024 * 1024 * 1024
"""Bytes of a register; a million cases need about as much."""

LONGEST_LINE = chain.LONGEST_LINE

BEGUN, RECOVERED = "register.begun", "register.recovered"

OF_A_CASE = ("opened", "sitting", "closed", "relocated", "recovered", "checkpoint", "disposed")
"""What the register says of a case. ``checkpoint``: its head was signed; ``disposed``: the file was done away with, by
whom, why, and on which authority. A name that is not here is kept and not understood."""

_MEMBERS = frozenset({"data", "prev", "seq", "t", "type", "v"})
_OF_A_CASE = ("case", "kind", "first", "head", "file")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line about a case."""

    seq: int
    t: str
    """By the wall clock of the record it registers, UTC."""
    what: str
    """One of ``OF_A_CASE``."""
    case: str
    kind: str
    first: str
    """Hash of the first record: what tells two files of one case code apart."""
    count: int
    """How many records there were."""
    head: str
    """Hash of the last of them."""
    file: str
    """Where the transcript was: below the folder of cases, or a whole path when it stood elsewhere."""
    more: dict[str, Any]
    """What else it says: ``signer`` and ``note`` of a checkpoint; ``authority``, ``reason``, ``by`` of a disposal."""

    @property
    def head_code(self) -> str:
        """The head as reports print it."""
        return chain.head_code(self.head, self.count)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a register."""

    line: int
    message: str
    torn: bool
    """Only the last line is unfinished: the trace of a crash, mended by the next one who writes."""

    def error(self, path: Path) -> BackstoryError:
        """Return the exception that names it."""
        place = f"{path}:{self.line}"
        if self.torn:
            hint = "nothing is to be done: the next case that is opened or closed sets the fragment aside"
            return TornTranscript(self.message, code="T003", place=place, hint=hint)
        hint = (
            "bring the register back from a copy, and ask who touched it; until then it anchors nothing after that line"
        )
        return CorruptTranscript(
            f"the register of cases is damaged: {self.message}", code="T020", place=place, hint=hint
        )


class Book:
    """A register as it was read: every line up to the first fault."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.fault: Fault | None = None
        self.length = 0
        """So many bytes were read, all of them sound."""
        self._digest = b""
        self._hashes = bytearray()
        self._of: dict[str, list[Entry]] = {}

    @property
    def records(self) -> int:
        """How many lines hold."""
        return len(self._hashes) // 32

    @property
    def head(self) -> str:
        """Hash of the last of them."""
        return self._hashes[-32:].hex() or chain.GENESIS

    @property
    def head_code(self) -> str:
        """What is to be kept somewhere else, so that a register cut short is noticed too."""
        return chain.head_code(self.head, self.records)

    def hash_of(self, seq: int) -> str:
        """Return the hash of one line."""
        return self._hashes[32 * seq : 32 * seq + 32].hex()

    def of(self, case: str) -> tuple[Entry, ...]:
        """Return all lines about a case code, the oldest first."""
        return tuple(self._of.get(case, ()))

    def cases(self) -> Iterator[tuple[Entry, ...]]:
        """Yield the lines of each case: of one code and one first record, in the order they were registered."""
        for entries in self._of.values():
            for first in dict.fromkeys(entry.first for entry in entries):
                yield tuple(entry for entry in entries if entry.first == first)

    def disposed(self, *, case: str = "", file: str = "") -> Entry | None:
        """Return the disposal of a case, by its code or the name of its file; None when there was none."""
        lists = [self._of.get(case, [])] if case else self._of.values()
        found = [
            e for entries in lists for e in entries if e.what == "disposed" and (not file or Path(e.file).name == file)
        ]
        return found[-1] if found else None

    def knows_file(self, name: str) -> Entry | None:
        """Return the last line about the file of a name; None when there is none."""
        found = [entry for entries in self._of.values() for entry in entries if Path(entry.file).name == name]
        return max(found, key=lambda entry: entry.seq) if found else None

    def read_to(self, data: bytes) -> None:
        """Note that all of *data* was read and is sound."""
        if data.endswith(b"\n"):
            self.length, self._digest = len(data), hashlib.sha256(data).digest()

    def begins(self, data: bytes) -> bool:
        """Whether *data* begins with all that was read."""
        read = self.length if self.fault is None else 0
        return 0 < read <= len(data) and hashlib.sha256(data[:read]).digest() == self._digest

    def add(self, hash_: str, entry: Entry | None) -> None:
        """For the reader."""
        self._hashes += bytes.fromhex(hash_)
        if entry is not None:
            self._of.setdefault(entry.case, []).append(entry)


_last: tuple[tuple[Any, ...], Book] | None = None


def read_register(path: Path) -> Book | None:
    """Return the register at *path*; None when there is none. What is wrong with it stands in ``fault``.

    A register that did not change since it was last read is not read again. Raises: StorageError.
    """
    global _last
    disk = Disk()
    try:
        fd = disk.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise storage_error(error, path, "read the register of cases") from error
    try:
        found = disk.fstat(fd)
        key = (path, found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
        if _last is not None and _last[0] == key:
            return _last[1]
        data = read_all(disk, fd, LARGEST)
    except OSError as error:
        raise storage_error(error, path, "read the register of cases") from error
    finally:
        close_quietly(disk, fd)
    if len(data) > LARGEST:
        raise StorageError("this is not a register of cases: it is too large", code="F012", place=str(path))
    # One that grew since, as it does with every case, is read from where the last reading ended.
    same = _last is not None and _last[0][:3] == key[:3] and _last[1].begins(data)
    book = parse(data, path, _last[1] if same and _last is not None else None)
    _last = (key, book)
    return book


def parse(data: bytes, path: Path, earlier: Book | None = None) -> Book:
    """Return what the bytes of a register hold. *earlier*: a sound reading of how they begin; it goes on."""
    book = earlier or Book(path)
    position = book.length
    while position < len(data):
        newline = data.find(b"\n", position)
        end = len(data) if newline < 0 else newline
        try:
            hash_, entry = _read(data[position:end], book)
        except ValueError as problem:
            rest = data[position:]
            torn = len(rest) <= LONGEST_LINE and book.records > 0 and not any(map(whole, rest.split(b"\n")))
            message = "the last line was not completely saved" if torn else str(problem)
            book.fault = Fault(book.records + 1, message, torn)
            return book
        book.add(hash_, entry)
        position = end + 1
    book.read_to(data)
    if not data:
        book.fault = Fault(1, "the file is empty", torn=False)
    return book


def whole(line: bytes) -> bool:
    """Whether a line carries the hash of its own content, wherever it belongs."""
    return chain.verified(line, DOMAIN) is not None


def _read(line: bytes, book: Book) -> tuple[str, Entry | None]:
    """Return the hash of the next line and what it says of a case. Raises: ValueError."""
    parts = chain.verified(line, DOMAIN) if len(line) <= LONGEST_LINE else None
    if parts is None:
        what = "its hash does not match its content" if chain.unseal(line) else "it does not end in its hash"
        raise ValueError(what)
    record = codec.parse(parts[0])
    if not isinstance(record, dict) or record.keys() != _MEMBERS or not isinstance(record["data"], dict):
        raise ValueError("its members are not those of a register")
    if record["seq"] != book.records or record["prev"] != book.head:
        raise ValueError("it does not follow the line before it")
    data = record["data"]
    if record["seq"] == 0:
        if record["type"] != BEGUN or data.get("format") != FORMAT:
            raise ValueError("this is not a register of cases")
        if type(data.get("min_reader")) is not int or data["min_reader"] > FORMAT_VERSION:
            raise ValueError("it was written by a newer version; update Backstory to read it")
    return parts[1], _entry(record, data) if "case" in data else None


def _entry(record: dict[str, Any], data: dict[str, Any]) -> Entry:
    texts = (record["t"], record["type"], *(data.get(name) for name in _OF_A_CASE))
    if not all(isinstance(each, str) for each in texts) or type(data.get("count")) is not int or data["count"] < 1:
        raise ValueError("a member is missing or of the wrong kind")
    return Entry(
        record["seq"],
        record["t"],
        intern(record["type"]),
        intern(data["case"]),
        intern(data["kind"]),
        intern(data["first"]),
        data["count"],
        data["head"],
        intern(data["file"]),
        {name: value for name, value in data.items() if name not in {*_OF_A_CASE, "count"}},
    )
