"""The register of cases: which cases there are, and where the chain of each stood. Reads only; ``registrar`` writes.

``register.jsonl`` in the folder of cases is a chain of sealed lines like a transcript, under a domain of its own, so
that neither can be taken for the other. It holds codes, counts, hashes and file names, nothing of what a person said.
A transcript that disagrees with it was cut, replaced or written anew; one that it does not know is *unanchored*.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from sys import intern
from typing import Any

from chatbot.errors import BackstoryError, CorruptTranscript, TornTranscript
from chatbot.record import chain
from chatbot.record.disk import Disk
from chatbot.record.sealed_log import Kind, read_lines, read_whole, reading

FORMAT = "backstory-register"
FORMAT_VERSION = 1

NAME = "register.jsonl"

KIND = Kind(
    name="register of cases",
    domain=b"backstory/register/v1\n",
    members=frozenset({"data", "prev", "seq", "t", "type", "v"}),
    # A million cases need about as much.
    largest=1024 * 1024 * 1024,
    # An interview goes on without it.
    patience=2.0,
)

BEGUN, RECOVERED = "register.begun", "register.recovered"

OF_A_CASE = ("opened", "sitting", "closed", "relocated", "recovered", "checkpoint", "disposed")
"""What the register says of a case. ``checkpoint``: its head was signed; ``disposed``: the file was done away with, by
whom, why, and on which authority. A name that is not here is kept and not understood."""

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
    with reading(path, KIND, disk) as fd:
        if fd is None:
            return None
        found = disk.fstat(fd)
        key = (path, found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
        if _last is not None and _last[0] == key:
            return _last[1]
        data = read_whole(path, KIND, disk, fd)
    # One that grew since, as it does with every case, is read from where the last reading ended.
    same = _last is not None and _last[0][:3] == key[:3] and _last[1].begins(data)
    book = parse(data, path, _last[1] if same and _last is not None else None)
    _last = (key, book)
    return book


def parse(data: bytes, path: Path, earlier: Book | None = None) -> Book:
    """Return what the bytes of a register hold. *earlier*: a sound reading of how they begin; it goes on."""
    book = earlier or Book(path)
    for line in read_lines(data, KIND, position=book.length, seq=book.records, prev=book.head):
        try:
            if line.members is None or line.problem:
                raise ValueError(line.problem)
            entry = _read(line.members)
        except ValueError as problem:
            rest = data[line.start :]
            torn = len(rest) <= KIND.longest and book.records > 0 and not any(map(_whole, rest.split(b"\n")))
            message = "the last line was not completely saved" if torn else str(problem)
            book.fault = Fault(line.number, message, torn)
            return book
        book.add(line.hash, entry)
    book.read_to(data)
    if not data:
        book.fault = Fault(1, "the file is empty", torn=False)
    return book


def _whole(line: bytes) -> bool:
    return chain.verified(line, KIND.domain) is not None


def _read(record: dict[str, Any]) -> Entry | None:
    """Return what a line says of a case, if it does. Raises: ValueError."""
    data = record["data"]
    if not isinstance(data, dict):
        raise ValueError("its data is not an object")
    if record["seq"] == 0:
        if record["type"] != BEGUN or data.get("format") != FORMAT:
            raise ValueError("this is not a register of cases")
        if type(data.get("min_reader")) is not int or data["min_reader"] > FORMAT_VERSION:
            raise ValueError("it was written by a newer version; update Backstory to read it")
    return _entry(record, data) if "case" in data else None


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
