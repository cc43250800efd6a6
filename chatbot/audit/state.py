"""What is kept to go on after an interruption: one line of JSON for every finished case, added and never changed.

A row is used again only for a file that is the same: its size, the times of its last change as the file system keeps
them (one of which no program can set), and the hash its last line carries. Whoever trusts none of that leaves the
state out, and everything is verified anew.

The row of an encrypted case is encrypted to those who can open the case: without a key nothing of it is read here
either. What register and signed checkpoints say of a file is looked up each time anew, since they are other files.
"""

from __future__ import annotations

import base64
import json
import os
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from chatbot import __version__
from chatbot.audit.row import Row
from chatbot.errors import BackstoryError, UsageError
from chatbot.record import bundle, chain
from chatbot.record.anchoring import compare_lines
from chatbot.record.checkpoint import Trusted, check
from chatbot.record.identities import keyring, sealed_for
from chatbot.record.lineage import folder_of
from chatbot.record.publish import storage_error
from chatbot.record.read import read_bytes

FORMAT = "backstory-audit-state"
VERSION = 2


class State:
    """An open file of finished rows. It has mode 0600; a line that was not completely written is dropped."""

    def __init__(self, path: Path, settings: dict[str, Any], trusted: tuple[Trusted, ...] = ()) -> None:
        """*settings*: what rows depend on besides the file; a state made with others is refused. *trusted*: whose
        signatures count.

        Raises: UsageError for a state of another audit, or a file that is none; StorageError.
        """
        self.path, self._trusted = path, trusted
        self._head = {"format": FORMAT, "version": VERSION, "software": __version__, **settings}
        self._places: dict[str, tuple[int, int]] = {}
        """File to where its line stands: the last one counts."""
        self._bundles: dict[tuple[Path, str], bool] = {}
        try:
            fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise storage_error(error, path, "keep what is finished") from error
        self._file = os.fdopen(fd, "r+b")
        try:
            self._open()
        except BaseException:
            self._file.close()
            raise

    def _open(self) -> None:
        size = os.fstat(self._file.fileno()).st_size
        if size == 0:
            self._write(self._head)
            return
        first = self._file.readline(64 * 1024)
        try:
            head = json.loads(first)
            ours = isinstance(head, dict) and head.get("format") == FORMAT
        except ValueError:
            ours = False
        if not ours:
            raise UsageError(
                f"{self.path} is not the state of an audit; it is left as it is", hint="name another file for --state"
            )
        if head != self._head:
            hint = "name another file for --state, or remove this one"
            raise UsageError(f"{self.path} was made by another version or with other options", hint=hint)
        at = self._file.tell()
        for line in self._file:
            if not line.endswith(b"\n"):
                break
            try:
                self._places[json.loads(line)["file"]] = (at, len(line))
            except (ValueError, LookupError, TypeError):
                break
            at += len(line)
        # What follows was not completely written when the audit ended.
        self._file.truncate(at)
        self._file.seek(at)

    def __len__(self) -> int:
        return len(self._places)

    def row_of(self, path: Path) -> Row | None:
        """Return the finished row of a file that has not changed since; None when it is to be done."""
        place = self._places.get(str(path))
        if place is None:
            return None
        end = self._file.tell()
        self._file.seek(place[0])
        line = self._file.read(place[1])
        self._file.seek(end)
        try:
            kept = json.loads(line)
            row = Row.from_json(kept["row"] if "row" in kept else _opened(kept["sealed"]))
        except (ValueError, LookupError, TypeError):
            return None
        same = kept["stamp"] == stamp(path) and kept["tail"] == tail(path)
        # What a case says of an earlier one hangs on another file, so it is looked at again.
        if not same or row.links or not self._content_stands(path, row):
            return None
        return self._anchored(path, row)

    def _anchored(self, path: Path, row: Row) -> Row | None:
        """Return a row with how its file stands to register and signatures today; None where it is to be done again."""
        try:
            lines = read_bytes(path).splitlines()
            found = compare_lines(path, lines, folder_of(path))
            times = [str(json.loads(line)["t"]) for line in lines]
            hashes = [line[-66:-2].decode("ascii") for line in lines]
            signed = check(path, hashes, times, found.entries, self._trusted)
        except (BackstoryError, ValueError, LookupError, TypeError):
            return None
        if found.problems or signed.problems:
            return None
        return replace(row, anchored=found.state, signed_state=signed.state if self._trusted else "")

    def _content_stands(self, path: Path, row: Row) -> bool:
        """Whether the protocol a case was verified under is still kept, and still is what its digest says."""
        if not row.digest:
            return False
        key = (path.parent, row.digest)
        if key not in self._bundles:
            try:
                bundle.load(path, row.digest)
                self._bundles[key] = True
            except BackstoryError:
                self._bundles[key] = False
        return self._bundles[key]

    def keep(self, row: Row, recipients: tuple[str, ...] = ()) -> None:
        """Add a finished row. *recipients*: who can open the case, where it is encrypted. Raises: StorageError."""
        path = Path(row.file)
        now, end = stamp(path), tail(path)
        # A file that is being written, or was replaced since, does not end as it was read.
        if row.verdict in {"VALID-CLOSED", "VALID-OPEN"} and now is not None and row.head in end:
            data = row.to_json()
            self._write({"file": row.file, "stamp": now, "tail": end, **_kept(data, recipients)})

    def _write(self, data: dict[str, Any]) -> None:
        line = json.dumps(data, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"
        try:
            at = self._file.seek(0, os.SEEK_END)
            self._file.write(line)
            self._file.flush()
        except OSError as error:
            raise storage_error(error, self.path, "keep what is finished") from error
        if "file" in data:
            self._places[data["file"]] = (at, len(line))

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _kept(row: dict[str, Any], recipients: tuple[str, ...]) -> dict[str, Any]:
    if not recipients:
        return {"row": row}
    text = json.dumps(row, ensure_ascii=True, separators=(",", ":")).encode()
    return {"sealed": base64.b64encode(sealed_for(recipients, text)).decode()}


def _opened(text: str) -> Any:
    """Raises: LookupError where no key that is here opens it; ValueError."""
    data = keyring().read(base64.b64decode(text, validate=True))
    if data is None:
        raise LookupError
    return json.loads(data)


def stamp(path: Path) -> list[int] | None:
    """Return what the file system says of a file; None when it cannot be said."""
    try:
        found = os.lstat(path)
    except OSError:
        return None
    return [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]


def tail(path: Path) -> str:
    """Return the end of a file, which holds the hash of its last record."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - chain.SEAL_LENGTH - 1))
            return file.read().decode("ascii", "replace")
    except OSError:
        return ""
