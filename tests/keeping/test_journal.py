"""The journal of a folder of cases: chained, durable, mended after a crash, never quietly wrong."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest

from chatbot.errors import CorruptTranscript
from chatbot.record.disk import Disk
from chatbot.record.host import FixedHost
from chatbot.record.journal import journal_file, note, read_journal


def noted(folder: Path, *reasons: str) -> Path:
    for reason in reasons:
        note(folder, "held", {"scope": "case", "code": "AAAA0001", "reason": reason}, host=FixedHost())
    return journal_file(folder)


def reasons(folder: Path) -> list[str]:
    return [str(each.data["reason"]) for each in read_journal(folder).entries]


def test_there_is_an_empty_journal_where_nothing_was_noted(tmp_path: Path) -> None:
    assert read_journal(tmp_path).entries == () and not journal_file(tmp_path).exists()


def test_entries_come_back_in_order_and_are_private_to_the_user(tmp_path: Path) -> None:
    path = noted(tmp_path / "cases", "eins", "zwei – „drei“")
    assert reasons(tmp_path / "cases") == ["eins", "zwei – „drei“"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_any_flipped_bit_is_found_and_the_line_named(tmp_path: Path) -> None:
    path = noted(tmp_path, "one", "two", "three")
    good = path.read_bytes()
    for place in range(0, len(good) - 1, 11):
        path.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        with pytest.raises(CorruptTranscript) as caught:
            read_journal(tmp_path)
        assert caught.value.code == "R001" and f"{path}:" in caught.value.place


@pytest.mark.parametrize("order", [(1, 2), (0, 2), (0, 1, 1, 2), (1, 0, 2)])
def test_lines_left_out_doubled_or_moved_are_found(tmp_path: Path, order: tuple[int, ...]) -> None:
    path = noted(tmp_path, "one", "two", "three")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[each] for each in order))
    with pytest.raises(CorruptTranscript):
        read_journal(tmp_path)


def test_whatever_a_crash_leaves_of_a_line_the_next_entry_sets_it_aside(tmp_path: Path) -> None:
    path = noted(tmp_path, "one", "two")
    good = path.read_bytes()
    first = good.index(b"\n") + 1
    for cut in range(first, len(good), 17):
        path.write_bytes(good[:cut])
        assert reasons(tmp_path) == ["one"]
        noted(tmp_path, "three")
        assert reasons(tmp_path) == ["one", "three"]
        asides = list(tmp_path.glob("journal.log.torn-*"))
        assert [each.read_bytes() for each in asides] == ([good[first:cut]] if cut > first else [])
        for each in asides:
            each.unlink()


def test_a_failed_write_leaves_no_entry(tmp_path: Path) -> None:
    class Full(Disk):
        def sync_data(self, fd: int) -> None:
            raise OSError(28, "full")

        sync = sync_data

    noted(tmp_path, "one")
    with pytest.raises(Exception, match="the disk is full"):
        note(tmp_path, "held", {"reason": "two"}, disk=Full())
    assert reasons(tmp_path) == ["one"]


def test_many_at_once_leave_one_chain(tmp_path: Path) -> None:
    threads = [threading.Thread(target=noted, args=(tmp_path, *[f"{n}.{m}" for m in range(5)])) for n in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(reasons(tmp_path)) == sorted(f"{n}.{m}" for n in range(4) for m in range(5))
