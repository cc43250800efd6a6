"""A log of sealed lines that many processes add to: the register of cases, the access log and the journal are kept so.

Each line is the canonical form of its members with their hash as last one, under a domain of its own, so that no line
of one file can be taken for one of another; through ``prev`` it covers everything earlier. A line is durable before the
next is begun. What a crash left of a line is never guessed: it is set aside, or skipped. A file that a write or a sync
failed on is never added to again as if nothing had been: the system may have dropped what it said *fine* to.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatbot.errors import StorageError
from chatbot.record import chain, codec, publish
from chatbot.record.disk import (
    FILE_MODE,
    Disk,
    check_length,
    close_quietly,
    read_all,
    same_file,
    sync_folder,
    unlink_quietly,
    write_all,
)

PAUSE = 0.02
"""Seconds between two tries for the lock."""

NOT_NEXT = "it does not follow the line before it"

Members = Callable[[int, str], dict[str, Any]]
"""From the number and the ``prev`` of a line to its members."""

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})

_spoilt: set[tuple[Path, int, int]] = set()
"""Files that a write or a sync of this process failed on and that could not be replaced: name, device, number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What tells the logs apart."""

    name: str
    """As messages say it."""
    domain: bytes
    """Hashed before every body."""
    members: frozenset[str]
    """Of every line, ``seq`` and ``prev`` among them."""
    longest: int = chain.LONGEST_LINE
    """Bytes of a line without its newline."""
    largest: int
    """Bytes of a log."""
    patience: float
    """Seconds that another process is waited for that is adding to it."""
    shared: bool = False
    """Several accounts may add to one file, which may stand in a folder of others: it is only ever added to, never
    replaced and never closed to anybody. What a crash left in it is skipped, and after an error it is left alone."""


# --- reading --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it was read."""

    number: int
    """From 1."""
    start: int
    end: int
    """Bytes of the file before it, and with it and its newline."""
    members: dict[str, Any] | None
    """None when it does not carry the hash of its own content."""
    hash: str
    problem: str
    """Empty when it holds and follows the one before it."""


def opened(line: bytes, kind: Kind) -> tuple[dict[str, Any], str]:
    """Return the members and the hash of a line, wherever it belongs. Raises: ValueError saying what is wrong."""
    found = chain.verified(line, kind.domain) if len(line) <= kind.longest else None
    if found is None:
        raise ValueError("its hash does not match its content" if chain.unseal(line) else "it does not end in its hash")
    members = codec.parse(found[0])
    if not isinstance(members, dict) or members.keys() != kind.members or type(members["seq"]) is not int:
        raise ValueError(f"its members are not those of the {kind.name}")
    return members, found[1]


def read_lines(
    data: bytes, kind: Kind, *, position: int = 0, seq: int = 0, prev: str = chain.GENESIS
) -> Iterator[Line]:
    """Yield the lines of a log. After one that does not hold, the next sound one is held against the last sound one;
    after one that does not follow, the chain goes on from it.

    *position*, *seq*, *prev*: where an earlier reading ended that found nothing wrong.
    """
    number = seq
    while position < len(data):
        newline = data.find(b"\n", position)
        stop, end = (len(data), len(data)) if newline < 0 else (newline, newline + 1)
        number += 1
        try:
            members, hash_ = opened(data[position:stop], kind)
        except ValueError as problem:
            yield Line(number, position, end, None, "", str(problem))
        else:
            follows = members["seq"] == seq and members["prev"] == prev
            seq, prev = members["seq"] + 1, hash_
            yield Line(number, position, end, members, hash_, "" if follows else NOT_NEXT)
        position = end


@contextmanager
def reading(path: Path, kind: Kind, disk: Disk) -> Iterator[int | None]:
    """Open a log for reading; None when there is none. Raises: StorageError, also for what is read inside."""
    fd = None
    try:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            fd = disk.open(path, os.O_RDONLY | os.O_NONBLOCK)
        yield fd
    except OSError as error:
        raise publish.storage_error(error, path, f"read the {kind.name}") from error
    finally:
        if fd is not None:
            close_quietly(disk, fd)


def read_whole(path: Path, kind: Kind, disk: Disk, fd: int) -> bytes:
    """Return all bytes of a log. Raises: OSError; StorageError when it is too large to be one."""
    os.lseek(fd, 0, os.SEEK_SET)
    data = read_all(disk, fd, kind.largest)
    if len(data) > kind.largest:
        raise StorageError(f"this is not a {kind.name}: it is too large", code="F012", place=str(path))
    return data


# --- writing --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _End:
    """How a file ends."""

    size: int
    good: int
    """Bytes up to and with the last whole line."""
    seq: int
    prev: str
    fragment: bytes
    """What follows the last whole line."""
    lacks_newline: bool
    """The file holds something and does not end in a newline."""


class SealedLog:
    """Adds to one log."""

    def __init__(
        self,
        kind: Kind,
        path: Path,
        disk: Disk,
        *,
        begins: Members | None = None,
        mended: Callable[[bytes], Members] | None = None,
        check: Callable[[bytes], object] | None = None,
    ) -> None:
        """*begins*: the first line of a new one. *mended*: the line that says that a fragment was set aside.
        *check*: raises when nothing may be added behind what is there.
        """
        self._kind, self.path, self._disk = kind, path, disk
        self._begins, self._mended, self._check = begins, mended, check

    def append(self, members: Members) -> tuple[dict[str, Any], str]:
        """Make one line durable and return its members and its hash; a log is begun where there is none.

        Raises: OSError; StorageError when the end of the file is none of ours; what *check* raises. Then nothing was
        added, as far as the system let that be undone.
        """
        fd = self._open_locked()
        try:
            if self._check is not None:
                self._check(read_whole(self.path, self._kind, self._disk, fd))
            end = self._end(fd)
            torn = bool(end.fragment) and not self._kind.shared
            seq, prev, lines = end.seq, end.prev, b""
            if torn:
                self._set_aside(end)
                if self._mended is not None:
                    lines, _, prev = self._line(self._mended(end.fragment), seq, prev)
                    seq += 1
            line, said, hash_ = self._line(members, seq, prev)
            if torn or self._key(fd) in _spoilt:
                self._anew(fd, end.good, lines + line)
            else:
                self._add(fd, end, line)
            return said, hash_
        finally:
            close_quietly(self._disk, fd)

    def _line(self, members: Members, seq: int, prev: str) -> tuple[bytes, dict[str, Any], str]:
        said = members(seq, prev)
        line, hash_ = chain.seal(codec.canonical(said), self._kind.domain)
        if len(line) > self._kind.longest:
            raise OSError(errno.EFBIG, "a line of it would be too long", str(self.path))
        return line + b"\n", said, hash_

    def _add(self, fd: int, end: _End, line: bytes) -> None:
        written = False
        try:
            data = b"\n" + line if end.lacks_newline else line
            write_all(self._disk, fd, data)
            written = True
            check_length(self._disk, fd, end.size + len(data))
            self._disk.sync_data(fd)
        except OSError as error:
            if not self._kind.shared:
                try:
                    self._anew(fd, end.good, line)
                    return
                except (OSError, StorageError):
                    self._undo(fd, end)
                    _spoilt.add(self._key(fd))
                    raise
            # A full disk refuses a write before anything is lost; whatever else failed, the file is left alone.
            if not self._undo(fd, end) or written or error.errno not in _NO_ROOM:
                _spoilt.add(self._key(fd))
            raise

    def _undo(self, fd: int, end: _End) -> bool:
        """Take a line away again that is not durable; whether that was done."""
        try:
            self._disk.truncate(fd, end.size)
        except OSError:
            return False
        return True

    def _key(self, fd: int) -> tuple[Path, int, int]:
        # Not by the disk: a file that failed must not escape by failing to tell which it is.
        found = os.fstat(fd)
        return self.path, found.st_dev, found.st_ino

    def _open_locked(self) -> int:
        """Open and lock the file that has the name of the log now."""
        disk = self._disk
        for attempt in range(round(self._kind.patience / PAUSE)):
            try:
                fd = disk.open(self.path, os.O_RDWR | os.O_APPEND | os.O_NONBLOCK)
            except FileNotFoundError:
                self._begin()
                continue
            try:
                disk.lock(fd)
                found = disk.fstat(fd)
                # Whoever was waited for may have put another file in its place.
                if same_file(found, disk.lstat(self.path)):
                    self._usable(fd, found)
                    return fd
            except (BlockingIOError, FileNotFoundError):
                if attempt:
                    time.sleep(PAUSE)
            except BaseException:
                close_quietly(disk, fd)
                raise
            close_quietly(disk, fd)
        raise TimeoutError(errno.ETIMEDOUT, "another process holds it", str(self.path))

    def _usable(self, fd: int, found: os.stat_result) -> None:
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.ENXIO, "not a regular file")
        if self._kind.shared:
            if self._key(fd) in _spoilt:
                raise OSError(errno.EIO, "it could not be written earlier and is left alone until a new start")
        elif stat.S_IMODE(found.st_mode) != FILE_MODE:
            self._disk.fchmod(fd, FILE_MODE)

    def _begin(self) -> None:
        """Give a new log its name, with its first line, durably."""
        first = b"" if self._begins is None else self._line(self._begins, 0, chain.GENESIS)[0]
        # Somebody else may begin it at the same time.
        with contextlib.suppress(FileExistsError):
            publish.publish(self._disk, self.path, first)

    def _end(self, fd: int) -> _End:
        """Find the last whole line. What follows it may be as long as a line; where it is skipped, of any length."""
        size = self._disk.fstat(fd).st_size
        reach = 2 * self._kind.longest
        while True:
            start = max(0, size - reach)
            os.lseek(fd, start, os.SEEK_SET)
            tail = read_all(self._disk, fd, size - start)
            stop = len(tail)
            while stop > 0:
                begin = tail.rfind(b"\n", 0, stop) + 1
                try:
                    members, hash_ = opened(tail[begin:stop], self._kind)
                except ValueError:
                    stop = begin - 1
                    continue
                after = min(stop + 1, len(tail))
                return _End(size, start + after, members["seq"] + 1, hash_, tail[after:], tail[-1:] != b"\n")
            if start == 0 and self._begins is None:
                return _End(size, 0, 0, chain.GENESIS, tail, tail[-1:] not in {b"", b"\n"})
            if start == 0 or not self._kind.shared:
                raise StorageError(
                    f"the {self._kind.name} does not end in a line of its own",
                    code="T020",
                    place=str(self.path),
                    hint="bring it back from a copy, or move it away: a new one is begun",
                )
            reach *= 16

    def _set_aside(self, end: _End) -> None:
        """Keep what a crash left of a line in a file of its own."""
        found = hashlib.sha256(end.fragment).hexdigest()
        side = self.path.with_name(f"{self.path.name}.torn-{end.good}-{found[:16]}")
        publish.publish(self._disk, side, end.fragment, replace=True)

    def _anew(self, fd: int, good: int, lines: bytes) -> None:
        """Put a file with the good lines and *lines* in the place of the log, or leave it as it is."""
        kept = read_whole(self.path, self._kind, self._disk, fd)[:good]
        kept += b"\n" if kept and not kept.endswith(b"\n") else b""
        key = self._key(fd)
        new, temporary = publish.write_temporary(self._disk, self.path, kept + lines, lock=True)
        try:
            self._disk.rename(temporary, self.path)
            sync_folder(self._disk, self.path.parent)
            _spoilt.difference_update((key, self._key(new)))
        except BaseException:
            # It may have the name already, and not durably: whoever adds next writes it anew once more.
            _spoilt.add(self._key(new))
            unlink_quietly(self._disk, temporary)
            raise
        finally:
            close_quietly(self._disk, new)
