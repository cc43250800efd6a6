"""Who looked at which case: a log of its own, one sealed line for each opening. It holds no label, code of a person or
answer.

Lines are added as ``sealed_log`` says. A failure to write never keeps anybody from reading; it is returned as a notice,
and said once. What an append left unfinished becomes a line that nothing relies on: the next one begins anew and chains
to the last good line. A chain shows careless edits, not a tail that was cut off or a log written anew.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from chatbot.errors import BackstoryError
from chatbot.record import chain, codec
from chatbot.record.disk import Disk, close_quietly, read_all, real
from chatbot.record.host import Host
from chatbot.record.lineage import folder_of
from chatbot.record.pen import stamp_text
from chatbot.record.publish import reason
from chatbot.record.sealed_log import Kind, SealedLog, opened, read_lines, read_whole, reading

NAME = "access.jsonl"
"""The log, in the folder of cases."""

PLACE = "BACKSTORY_ACCESS_LOG"
"""Environment variable that names another file for it."""

FORMAT = "backstory-access/1"

WHAT = ("replay", "events", "moments", "verify", "export", "plan", "ask", "salvage", "audit", "subject", "backup")
"""What a case is opened for."""

_MEMBERS = frozenset({"account", "actor", "case", "cases", "file", "format", "prev", "seq", "t", "what"})

KIND = Kind(
    name="access log",
    domain=b"backstory/access/v1\n",
    members=_MEMBERS,
    largest=256 * 1024 * 1024,
    # Somebody waits who only wants to look.
    patience=1.0,
    # The environment may name one log for several accounts.
    shared=True,
)


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
        except (OSError, BackstoryError, codec.CodecProblem) as error:
            if place in self._told:
                return ""
            self._told.add(place)
            why = reason(error) if isinstance(error, OSError) else str(error)
            return f"that this was opened is not noted in {place}: {why}"
        return ""

    def _write(self, place: Path, what: str, file: str, case: str, actor: str, cases: int) -> None:
        said = {
            "format": FORMAT,
            "t": stamp_text(self._host.wall()),
            "account": self._host.user()[:128],
            "actor": actor[:256],
            "what": what,
            "case": case,
            "file": file[:512],
            "cases": cases,
        }
        SealedLog(KIND, place, self._disk).append(lambda seq, prev: {**said, "seq": seq, "prev": prev})


def unseal(line: bytes) -> tuple[dict[str, Any], str] | None:
    """Return the members and the hash of a line that carries the hash of its own content, else None."""
    try:
        return opened(line, KIND)
    except ValueError:
        return None


def read_access(place: Path) -> AccessRead:
    """Read a log. One that is not there is empty. Raises: StorageError."""
    disk = Disk()
    with reading(place, KIND, disk) as fd:
        return AccessRead(()) if fd is None else parse(read_whole(place, KIND, disk, fd))


def parse(data: bytes) -> AccessRead:
    """Return what the bytes of a log hold."""
    entries: list[Access] = []
    problems: list[str] = []
    fragments = bad = 0
    for line in read_lines(data, KIND):
        if line.members is None:
            blank = line.end - line.start == 1
            fragments, bad = fragments + (not blank), bad or (0 if blank else line.number)
            continue
        if line.problem:
            # A fragment alone leaves the chain whole; here something was altered, or is missing.
            missing = f"entries were altered or are missing before entry {line.members['seq']}"
            problems.append(f"line {bad or line.number}: {missing}")
        entries.append(Access(**{name: line.members[name] for name in Access.__dataclass_fields__}))
        bad = 0
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
