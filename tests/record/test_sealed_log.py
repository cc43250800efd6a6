"""What the register, the access log and the journal have in common: waiting, torn ends, and disks that fail."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chatbot.errors import StorageError
from chatbot.record import access, journal, register
from chatbot.record.disk import Disk
from chatbot.record.sealed_log import Kind, SealedLog, read_lines
from tests.record.kit import QuickDisk

OWN = Kind(name="log", domain=b"two\n", members=frozenset({"prev", "seq", "x"}), largest=4096, patience=0.05)
SHARED = replace(OWN, domain=b"one\n", shared=True)
KINDS = pytest.mark.parametrize("kind", [SHARED, OWN], ids=["shared", "own"])


class Failing(Disk):
    """Fails what it is told to, as often as it is told to."""

    def __init__(self, number: int, *calls: str, times: int = 100) -> None:
        self.number, self.calls, self.times = number, calls, times

    def _perhaps(self, call: str) -> None:
        if call in self.calls and self.times > 0:
            self.times -= 1
            raise OSError(self.number, os.strerror(self.number))

    def write(self, fd: int, data: bytes) -> int:
        if self.times > 0 and "write" in self.calls:
            super().write(fd, data[: len(data) // 2])
        self._perhaps("write")
        return super().write(fd, data)

    def sync_data(self, fd: int) -> None:
        self._perhaps("sync_data")
        super().sync_data(fd)

    def rename(self, source: Path, target: Path) -> None:
        self._perhaps("rename")
        super().rename(source, target)

    def truncate(self, fd: int, size: int) -> None:
        self._perhaps("truncate")
        super().truncate(fd, size)


def saying(text: str) -> Callable[[int, str], dict[str, Any]]:
    return lambda seq, prev: {"prev": prev, "seq": seq, "x": text}


def add(kind: Kind, path: Path, text: str, disk: Disk | None = None) -> None:
    SealedLog(kind, path, disk or Disk()).append(saying(text))


def held(kind: Kind, path: Path) -> list[str]:
    lines = list(read_lines(path.read_bytes(), kind))
    assert not any(each.problem for each in lines if each.members)
    return [each.members["x"] for each in lines if each.members]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
@pytest.mark.parametrize("call", ["write", "sync_data"])
def test_after_one_failure_a_log_of_ours_is_replaced_and_the_line_is_in_it(path: Path, call: str, number: int) -> None:
    add(OWN, path, "a")
    before = path.stat().st_ino
    with path.open("rb"):
        add(OWN, path, "b", Failing(number, call, times=1))
        assert path.stat().st_ino != before
    assert held(OWN, path) == ["a", "b"]


def test_a_write_that_took_less_than_it_said_is_found(path: Path) -> None:
    class Liar(Disk):
        def write(self, fd: int, data: bytes) -> int:
            return len(data)

    add(SHARED, path, "a")
    with pytest.raises(OSError, match="not as long"):
        add(SHARED, path, "b", Liar())


@KINDS
@pytest.mark.parametrize("call", ["write", "sync_data"])
def test_a_line_that_failed_for_good_is_not_there(path: Path, kind: Kind, call: str) -> None:
    add(kind, path, "a")
    with pytest.raises(OSError, match="Input/output"):
        add(kind, path, "b", Failing(errno.EIO, call, "rename"))
    assert held(kind, path) == ["a"]


def test_a_log_of_ours_that_failed_is_not_added_to_again_but_replaced(path: Path) -> None:
    add(OWN, path, "a")
    with pytest.raises(OSError, match="Input/output"):
        add(OWN, path, "b", Failing(errno.EIO, "sync_data", "rename"))
    before = path.stat().st_ino
    with path.open("rb"):
        add(OWN, path, "c")
        assert path.stat().st_ino != before
        after = path.stat().st_ino
    add(OWN, path, "d")
    assert path.stat().st_ino == after and held(OWN, path) == ["a", "c", "d"]


def test_a_shared_log_that_failed_is_left_alone_and_never_replaced(path: Path) -> None:
    add(SHARED, path, "a")
    good = path.read_bytes()
    with pytest.raises(OSError, match="Input/output"):
        add(SHARED, path, "b", Failing(errno.EIO, "sync_data", times=1))
    with pytest.raises(OSError, match="left alone"):
        add(SHARED, path, "c")
    assert path.read_bytes() == good


@pytest.mark.parametrize(
    ("calls", "goes_on"), [(["write"], True), (["sync_data"], False), (["write", "truncate"], False)]
)
def test_a_full_disk_stops_a_shared_log_only_while_it_is_full(path: Path, calls: list[str], goes_on: bool) -> None:
    add(SHARED, path, "a")
    with pytest.raises(OSError, match="No space"):
        add(SHARED, path, "b", Failing(errno.ENOSPC, *calls))
    if goes_on:
        add(SHARED, path, "c")
        assert held(SHARED, path) == ["a", "c"]
    else:
        with pytest.raises(OSError, match="left alone"):
            add(SHARED, path, "c")


@KINDS
def test_whoever_holds_the_lock_is_waited_for_and_not_for_ever(path: Path, kind: Kind) -> None:
    add(kind, path, "a")
    with path.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(TimeoutError, match="another process holds it"):
            add(kind, path, "b")
    add(kind, path, "b")
    assert held(kind, path) == ["a", "b"]


@KINDS
def test_a_torn_end_is_set_aside_or_skipped_and_only_a_newline_missing_loses_nothing(path: Path, kind: Kind) -> None:
    add(kind, path, "a")
    add(kind, path, "b")
    good = path.read_bytes()
    for cut in (*range(len(good.split(b"\n")[0]) + 2, len(good), 9), len(good) - 1):
        path.write_bytes(good[:cut])
        add(kind, path, "c", QuickDisk())
        whole = cut == len(good) - 1
        assert held(kind, path) == (["a", "b", "c"] if whole else ["a", "c"])
        asides = list(path.parent.glob("log.torn-*"))
        assert len(asides) == (0 if whole or kind.shared else 1)
        for each in asides:
            assert good[:cut].endswith(each.read_bytes())
            each.unlink()


def test_what_is_longer_than_a_torn_line_is_not_taken_for_one(path: Path) -> None:
    add(OWN, path, "a")
    with path.open("ab") as stream:
        stream.write(b"x" * (2 * OWN.longest + 1))
    before = path.read_bytes()
    with pytest.raises(StorageError, match="does not end in a line of its own"):
        add(OWN, path, "b")
    assert path.read_bytes() == before


def test_a_log_too_large_to_be_one_is_never_written_anew_cut_short(path: Path) -> None:
    while not path.exists() or path.stat().st_size <= OWN.largest:
        add(OWN, path, "a" * 500)
    size = path.stat().st_size
    with pytest.raises(StorageError, match="too large"):
        add(OWN, path, "b", Failing(errno.EIO, "sync_data", times=1))
    assert path.stat().st_size == size


def test_a_file_of_ours_that_others_could_read_is_closed_to_them_and_a_shared_one_is_not(path: Path) -> None:
    for kind, after in ((SHARED, 0o664), (OWN, 0o600)):
        path.unlink(missing_ok=True)
        add(kind, path, "a")
        path.chmod(0o664)
        add(kind, path, "b")
        assert path.stat().st_mode & 0o777 == after


def test_no_two_logs_take_a_line_of_each_other() -> None:
    kinds = [register.KIND, access.KIND, journal.KIND]
    assert len({each.domain for each in kinds}) == 3 and [each.shared for each in kinds] == [False, True, False]
