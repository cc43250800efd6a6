"""Who looked at which case: a log of its own, one sealed line for each opening. It holds no label, code of a person or
answer.

Lines are sealed and chained as those of a transcript are, under a domain of their own, and appended under the kernel's
lock. A failure to write never keeps anybody from reading; it is returned as a notice, and said once. What an append
left unfinished becomes a line that nothing relies on: the next one begins anew and chains to the last good line.
The same limits hold: a chain shows careless edits, not a tail that was cut off or a log written anew.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from time import sleep
from typing import Any

from chatbot.record import chain, codec
from chatbot.record.disk import Disk, close_quietly, read_all, real, write_all
from chatbot.record.host import Host
from chatbot.record.lineage import folder_of
from chatbot.record.publish import reason

NAME = "access.jsonl"
"""The log, in the folder of cases."""

PLACE = "BACKSTORY_ACCESS_LOG"
"""Environment variable that names another file for it."""

FORMAT = "backstory-access/1"

DOMAIN = b"backstory/access/v1\n"
"""Hashed before every line, so that no other file's hash can be taken for one of these."""

LONGEST = 4096
"""Bytes of one line at most."""

LARGEST = 256 * 1024 * 1024
"""Bytes of a log that are read."""

WHAT = ("replay", "events", "moments", "verify", "export", "plan", "ask", "salvage", "audit")
"""What a case is opened for."""

_TRIES = 40
_WAIT = 0.025
"""So often, and after so many seconds each, another process is waited for that is appending."""

_SEAL = re.compile(rb',"~h":"([0-9a-f]{64})"\}')
_MEMBERS = frozenset({"account", "actor", "case", "cases", "file", "format", "prev", "seq", "t", "what"})


@dataclass(frozen=True, slots=True)
class Access:
    """One opening."""

    seq: int
    t: str
    """When, by the wall clock: UTC to the millisecond."""
    account: str
    """The account of the computer."""
    actor: str
    """Who was at the keyboard; empty: nobody said."""
    what: str
    """What for: one of ``WHAT``."""
    case: str
    """The case code; empty for many cases, or where it could not be read."""
    file: str
    """Name of the file; of many cases that of their folder."""
    cases: int
    """How many cases."""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class AccessRead:
    """What a log holds."""

    entries: tuple[Access, ...]
    problems: tuple[str, ...] = ()
    """What is wrong with it, line by line."""
    fragments: int = 0
    """Lines that an append left unfinished; nothing relies on them."""


class AccessLog:
    """Notes openings for one process. Never raises because a log cannot be written."""

    def __init__(self, host: Host, environ: Mapping[str, str], *, disk: Disk | None = None) -> None:
        self._host, self._environ = host, environ
        self._disk = disk or Disk()
        self._told: set[Path] = set()

    def place(self, path: Path) -> Path:
        """Return the log for a case, or for a folder of cases: beside them, unless the environment names another."""
        named = self._environ.get(PLACE)
        if named:
            return Path(named).expanduser()
        return (path if path.is_dir() else folder_of(real(path))) / NAME

    def note(self, what: str, path: Path, *, case: str | None = None, actor: str = "") -> str:
        """Note that a case was opened; return what must be said about it, empty when all is well or it was said."""
        code = case_code_of(path, self._disk) if case is None else case
        return self._append(path, what, code, actor, 1)

    def note_run(self, what: str, folder: Path, cases: int, *, actor: str = "") -> str:
        """Note one run over many cases of a folder, in one line; otherwise as ``note``."""
        return self._append(folder, what, "", actor, cases)

    def _append(self, path: Path, what: str, case: str, actor: str, cases: int) -> str:
        place = Path(NAME)
        try:
            place = self.place(path)
            self._write(place, what, path.name, case, actor, cases)
        except (OSError, codec.CodecProblem) as error:
            if place in self._told:
                return ""
            self._told.add(place)
            why = reason(error) if isinstance(error, OSError) else str(error)
            return f"that this was opened is not noted in {place}: {why}"
        return ""

    def _write(self, place: Path, what: str, file: str, case: str, actor: str, cases: int) -> None:
        disk = self._disk
        fd = disk.open(place, os.O_RDWR | os.O_CREAT | os.O_APPEND)
        try:
            if not stat.S_ISREG(disk.fstat(fd).st_mode):
                raise OSError(errno.ENXIO, "not a regular file")
            self._lock(fd)
            seq, prev, whole = _end(disk, fd)
            members = {
                "format": FORMAT,
                "seq": seq,
                "prev": prev,
                "t": f"{self._host.wall():%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z",
                "account": self._host.user()[:128],
                "actor": actor[:256],
                "what": what,
                "case": case,
                "file": file[:512],
                "cases": cases,
            }
            line = seal(codec.canonical(members)) + b"\n"
            write_all(disk, fd, line if whole else b"\n" + line)
            disk.sync_data(fd)
        finally:
            close_quietly(disk, fd)

    def _lock(self, fd: int) -> None:
        for left in reversed(range(_TRIES)):
            try:
                self._disk.lock(fd)
                return
            except BlockingIOError:
                if not left:
                    raise
                sleep(_WAIT)


# --- one line -------------------------------------------------------------------------------------


def seal(body: bytes) -> bytes:
    """Return the line of a record with its hash as last member. *body* is canonical."""
    return b'%s,"~h":"%s"}' % (body[:-1], hashlib.sha256(DOMAIN + body).hexdigest().encode())


def unseal(line: bytes) -> tuple[dict[str, Any], str] | None:
    """Return the members and the hash of a line that carries the hash of its own content, else None."""
    found = _SEAL.search(line, max(0, len(line) - chain.SEAL_LENGTH))
    if found is None or found.end() != len(line):
        return None
    body, claimed = line[: found.start()] + b"}", found[1].decode()
    if hashlib.sha256(DOMAIN + body).hexdigest() != claimed:
        return None
    try:
        members = codec.parse(body)
    except codec.CodecProblem:
        return None
    return (members, claimed) if isinstance(members, dict) and members.keys() == _MEMBERS else None


def _end(disk: Disk, fd: int) -> tuple[int, str, bool]:
    """Return the number and the ``prev`` of the next line, and whether the file ends with a whole line."""
    size = disk.fstat(fd).st_size
    reach = 16 * LONGEST
    while True:
        start = max(0, size - reach)
        os.lseek(fd, start, os.SEEK_SET)
        data = read_all(disk, fd, size - start)
        for line in reversed(data.split(b"\n")):
            found = unseal(line)
            if found is not None:
                return int(found[0]["seq"]) + 1, found[1], data.endswith(b"\n")
        if not start:
            return 0, chain.GENESIS, not data or data.endswith(b"\n")
        reach *= 16


# --- reading --------------------------------------------------------------------------------------


def read_access(place: Path) -> AccessRead:
    """Read a log. One that is not there is empty. Raises: OSError."""
    disk = Disk()
    try:
        fd = disk.open(place, os.O_RDONLY | os.O_NONBLOCK)
    except FileNotFoundError:
        return AccessRead(())
    try:
        data = read_all(disk, fd, LARGEST)
    finally:
        close_quietly(disk, fd)
    return read_lines(data.split(b"\n"))


def read_lines(lines: Iterable[bytes]) -> AccessRead:
    """Return what the lines of a log hold."""
    entries: list[Access] = []
    problems: list[str] = []
    fragments = 0
    prev, seq, bad = chain.GENESIS, 0, 0
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        found = unseal(line)
        if found is None:
            bad = bad or number
            fragments += 1
            continue
        members, hash_ = found
        if members["prev"] != prev or members["seq"] != seq:
            # A fragment alone leaves the chain whole; here something was altered, or is missing.
            problems.append(f"line {bad or number}: entries were altered or are missing before entry {members['seq']}")
        entries.append(Access(**{name: members[name] for name in Access.__dataclass_fields__}))
        prev, seq, bad = hash_, members["seq"] + 1, 0
    return AccessRead(tuple(entries), tuple(problems), fragments)


_CASE = re.compile(rb'"case":"([0-9A-Za-z][0-9A-Za-z_.-]{0,63})"')


def case_code_of(path: Path, disk: Disk | None = None) -> str:
    """Return the code in the header of a transcript, sound or not; empty where it cannot be read."""
    disk = disk or Disk()
    try:
        fd = disk.open(real(path), os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return ""
    try:
        head = read_all(disk, fd, chain.LONGEST_LINE).split(b"\n", 1)[0]
    except OSError:
        return ""
    finally:
        close_quietly(disk, fd)
    found = _CASE.search(head)
    return found[1].decode() if found else ""
