"""Write the register of cases. Many processes may; one line is appended at a time, and no interview waits for it long.

A line is on disk before the next is begun. After an error the register is written anew without what may not have
been saved, as transcripts are. What an unfinished line left behind is set aside, never guessed.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import secrets
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chatbot.errors import BackstoryError, StorageError
from chatbot.record import anchoring, chain, checkpoint, notes, publish
from chatbot.record.codec import canonical
from chatbot.record.disk import Disk, close_quietly, read_all, same_file, sync_folder, unlink_quietly, write_all
from chatbot.record.lineage import folder_of
from chatbot.record.register import (
    BEGUN,
    DOMAIN,
    FORMAT,
    FORMAT_VERSION,
    LARGEST,
    LONGEST_LINE,
    NAME,
    RECOVERED,
    read_register,
    whole,
)

_TRIES, _PAUSE = 100, 0.02
"""How often, and with how many seconds between, the lock of the register is tried for: two seconds in all."""


class Registrar:
    """Appends to the register of one folder of cases."""

    def __init__(self, root: Path, disk: Disk | None = None) -> None:
        self.path = root / NAME
        self._disk = disk or Disk()

    def append(self, what: str, t: str, data: dict[str, Any]) -> None:
        """Make one line durable; the register is begun when there is none.

        Raises: OSError; StorageError when the end of the register is none of ours.
        """
        fd = self._open_locked(t)
        try:
            good, last, fragment, lacks_newline = self._end(fd)
            seq, prev = last
            if fragment:
                self._set_aside(fragment, good)
                noted = {"length": len(fragment), "sha256": hashlib.sha256(fragment).hexdigest()}
                mended, seq, prev = _line(RECOVERED, t, seq, prev, noted)
                self._anew(fd, good, mended + _line(what, t, seq, prev, data)[0])
                return
            line = _line(what, t, seq, prev, data)[0]
            try:
                write_all(self._disk, fd, b"\n" + line if lacks_newline else line)
                self._disk.sync_data(fd)
            except OSError:
                # The system may have dropped the line and say *fine* the next time: nothing is added behind it.
                self._anew(fd, good, line)
        finally:
            close_quietly(self._disk, fd)

    def _open_locked(self, t: str) -> int:
        """Open and lock the file that has the name of the register now."""
        for attempt in range(_TRIES):
            try:
                fd = self._disk.open(self.path, os.O_RDWR | os.O_APPEND | os.O_NONBLOCK)
            except FileNotFoundError:
                self._begin(t)
                continue
            try:
                self._disk.lock(fd)
                if same_file(self._disk.fstat(fd), self._disk.lstat(self.path)):
                    return fd
            except (BlockingIOError, FileNotFoundError):
                if attempt:
                    time.sleep(_PAUSE)
            except BaseException:
                close_quietly(self._disk, fd)
                raise
            close_quietly(self._disk, fd)
        raise TimeoutError(errno.ETIMEDOUT, "another process holds it", str(self.path))

    def _begin(self, t: str) -> None:
        about = {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "min_reader": 1,
            "register": secrets.token_hex(16),
        }
        try:
            publish.publish(self._disk, self.path, _line(BEGUN, t, 0, chain.GENESIS, about)[0])
        except FileExistsError:
            # Somebody else began it at the same time.
            return

    def _end(self, fd: int) -> tuple[int, tuple[int, str], bytes, bool]:
        """Return where the last whole line ends, the next number and ``prev``, what follows it, and whether only its
        newline is missing."""
        size = self._disk.fstat(fd).st_size
        start = max(0, size - 2 * LONGEST_LINE)
        os.lseek(fd, start, os.SEEK_SET)
        tail = read_all(self._disk, fd, 2 * LONGEST_LINE)
        end = len(tail)
        while end > 0:
            begin = tail.rfind(b"\n", 0, end) + 1
            line = tail[begin:end]
            if whole(line):
                place = (int(json.loads(line)["seq"]) + 1, str(json.loads(line)["~h"]))
                after = min(end + 1, len(tail))
                return start + after, place, tail[after:], end == len(tail)
            end = begin - 1
        raise StorageError(
            "the register of cases does not end in a line of its own",
            code="T020",
            place=str(self.path),
            hint="bring it back from a copy, or move it away: a new one is begun",
        )

    def _set_aside(self, fragment: bytes, good: int) -> None:
        found = hashlib.sha256(fragment).hexdigest()
        side = self.path.with_name(f"{NAME}.torn-{good}-{found[:16]}")
        publish.publish(self._disk, side, fragment, replace=True)

    def _anew(self, fd: int, good: int, lines: bytes) -> None:
        """Put a file with the good lines and *lines* in the place of the register."""
        os.lseek(fd, 0, os.SEEK_SET)
        kept = read_all(self._disk, fd, LARGEST)[:good]
        kept += b"" if kept.endswith(b"\n") else b"\n"
        new, temporary = publish.write_temporary(self._disk, self.path, kept + lines, lock=True)
        try:
            self._disk.rename(temporary, self.path)
            sync_folder(self._disk, self.path.parent)
        except BaseException:
            unlink_quietly(self._disk, temporary)
            raise
        finally:
            close_quietly(self._disk, new)


def _line(what: str, t: str, seq: int, prev: str, data: dict[str, Any]) -> tuple[bytes, int, str]:
    """Return a line with its newline, and the number and ``prev`` of the next."""
    body = canonical({"data": data, "prev": prev, "seq": seq, "t": t, "type": what, "v": 1})
    line, hash_ = chain.seal(body, DOMAIN)
    return line + b"\n", seq + 1, hash_


class Anchor:
    """Tells the register, and the signer, where one transcript stands.

    Trouble with either never stops an interview: it is returned in words, for the person to read.
    """

    def __init__(self, root: Path, disk: Disk, signing: Path | None = None) -> None:
        """*signing*: the file of the key that signs at sign-off; None: nothing is signed."""
        self.root, self._disk, self._signing = root, disk, signing
        self._told = 0
        """How many records the register has heard of in this sitting."""

    @classmethod
    def of(cls, path: Path, disk: Disk, signing: Path | None = None) -> Anchor | None:
        """Return the anchor of a transcript that is there already; None where no cases are kept, as in a stray copy."""
        root = folder_of(path)
        kept = any(_may_be_there(disk, root / name) for name in (NAME, "protocols"))
        return cls(root, disk, signing) if kept else None

    def opened_again(self, path: Path, lines: Sequence[bytes], *, recovered: bool) -> list[str]:
        """Compare a transcript with the register before it is gone on with."""
        try:
            said = list(anchoring.compare_lines(path, lines, self.root).problems)
        except BackstoryError as error:
            said = [error.render()]
        return [*said, *(self.tell("recovered", path, lines) if recovered else ())]

    def tell(self, what: str, path: Path, lines: Sequence[bytes]) -> list[str]:
        """Register where a transcript stands; at sign-off sign it too. Return what the person must be told."""
        if what == "sitting" and self._told == len(lines):
            return []
        entry = entry_data(path, lines, self.root)
        last = json.loads(lines[-1])
        try:
            Registrar(self.root, self._disk).append(what, last["t"], entry)
        except (OSError, BackstoryError) as error:
            why = publish.reason(error) if isinstance(error, OSError) else error.message
            return [
                f"The register of cases could not be written: {why}. Every answer is saved; "
                f"keep the head code of this case: {chain.head_code(entry['head'], entry['count'])}"
            ]
        self._told = len(lines)
        if what == "closed" and last["type"] == "case.signed" and self._signing is not None:
            return self._sign(path, lines)
        return []

    def _sign(self, path: Path, lines: Sequence[bytes]) -> list[str]:
        assert self._signing is not None
        try:
            sign_case(path, lines, notes.read_signer(self._signing), self.root, self._disk)
        except BackstoryError as error:
            return [f"The case is signed off and saved, but no checkpoint was signed: {error.render()}"]
        return []


def sign_case(path: Path, lines: Sequence[bytes], signer: notes.Signer, root: Path, disk: Disk) -> Path:
    """Sign where a transcript stands, beside it, and register that this was done; return the file of the checkpoint.

    Raises: StorageError, KeyProblem.
    """
    entry = entry_data(path, lines, root)
    point = checkpoint.Checkpoint(entry["first"], entry["count"], entry["head"])
    side = checkpoint.write(path, point, signer, disk)
    named = {**entry, "signer": signer.key.name_and_id, "note": side.name}
    try:
        book = read_register(root / NAME)
        known = () if book is None else book.of(entry["case"])
        if any(
            e.what == "checkpoint" and e.head == entry["head"] and e.more.get("signer") == named["signer"]
            for e in known
        ):
            return side
        Registrar(root, disk).append("checkpoint", str(json.loads(lines[-1])["t"]), named)
    except OSError as error:
        raise publish.storage_error(error, root / NAME, "register the checkpoint") from error
    return side


def entry_data(path: Path, lines: Sequence[bytes], root: Path) -> dict[str, Any]:
    """Return what the register says of a transcript: nothing of it but code, kind, hashes and name."""
    header = json.loads(lines[0])
    real, base = path.absolute(), root.absolute()
    inside = real.is_relative_to(base)
    return {
        "case": header["data"]["case"],
        "kind": header["data"]["kind"],
        "first": header["~h"],
        "count": len(lines),
        "head": json.loads(lines[-1])["~h"],
        "file": str(real.relative_to(base) if inside else real),
    }


def _may_be_there(disk: Disk, path: Path) -> bool:
    """Whether something is there; where that cannot be told, the attempt to register will say why."""
    try:
        disk.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True
