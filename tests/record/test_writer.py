"""Writing a transcript: what is on disk, what is refused, what happens when the file goes astray."""

from __future__ import annotations

import errno
import json
import os
import platform
import stat
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chatbot.core import events as ev
from chatbot.errors import LockedByAnother, NotSaved, StorageError, UsageError
from chatbot.interview import Interview
from chatbot.record import store
from chatbot.record.disk import Disk
from chatbot.record.host import FixedHost, Host
from chatbot.record.read import read_transcript
from chatbot.record.replay import verify
from chatbot.record.store import MemoryRecorder, TranscriptWriter
from tests.record import kit


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# --- the file -------------------------------------------------------------------------------------


def test_a_case_begins_with_its_header_and_its_protocol_on_disk(folder: Path) -> None:
    with kit.create(folder, "practice") as writer:
        assert writer.path.parent == folder / "practice"
        assert writer.path.name.startswith("20260302T090000Z-")
        assert (folder / "protocols" / f"{kit.DIGEST}.json").read_text("utf-8") == kit.CANONICAL
        (line,) = writer.path.read_bytes().splitlines()
    header = json.loads(line)
    assert sorted(header) == ["actor", "data", "id", "mono_ns", "prev", "seq", "t", "type", "v", "~h"]
    assert header["data"] == {
        "format": "backstory-transcript",
        "format_version": 1,
        "min_reader": 1,
        "case": "TESTCASE",
        "kind": "practice",
        "protocol": {"id": "small", "version": "1.0", "digest": kit.DIGEST},
        "software": "backstory 1",
        "as_of": "2026-03-02T09:00",
        "subject": "",
        "label": "bed 4",
        "locale": "en",
        "amends": None,
        "follows": None,
    }


def test_every_event_is_in_the_file_when_append_returns(folder: Path) -> None:
    with kit.create(folder) as writer:
        for count, events in enumerate(kit.STEPS, 1):
            writer.append(events)
            found = read_transcript(writer.path).events[1:]
            assert found == tuple(event for step in kit.STEPS[:count] for event in step)
        assert (writer.records, writer.head) == (9, read_transcript(writer.path).head)


def test_one_append_is_one_write_and_one_sync(folder: Path) -> None:
    disk = kit.FaultyDisk()
    with kit.create(folder, disk=disk) as writer:
        before = len(disk.calls)
        writer.append([kit.answer("first"), kit.shown("second")])
        calls = disk.calls[before:]
    assert calls.count("write") == 1
    assert calls[-2:] == ["sync_data", "fstat"], "after the sync only the length is looked at"


def test_the_protocol_is_durable_before_the_case_and_the_name_before_the_answer(folder: Path) -> None:
    class Watching(Disk):
        def __init__(self) -> None:
            self.seen: list[str] = []

        def rename(self, source: Path, target: Path) -> None:
            self.seen.append(f"rename {target.suffix}")
            super().rename(source, target)

        def link(self, source: Path, target: Path) -> None:
            self.seen.append(f"link {target.suffix}")
            super().link(source, target)

        def sync(self, fd: int) -> None:
            self.seen.append("sync folder" if stat.S_ISDIR(os.fstat(fd).st_mode) else "sync file")
            super().sync(fd)

    disk = Watching()
    kit.create(folder, disk=disk).close()
    # The register of cases is begun after the case.
    seen = disk.seen[: disk.seen.index("link .jsonl") + 2]
    assert seen[-6:] == ["sync file", "rename .json", "sync folder", "sync file", "link .jsonl", "sync folder"]
    # A protocol that is there already may have been left by a writer killed before its name was durable.
    disk.seen.clear()
    kit.create(folder, disk=disk, seed=1).close()
    assert disk.seen[:5] == ["sync file", "sync folder", "sync file", "link .jsonl", "sync folder"]
    assert "rename .json" not in disk.seen


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o277])
def test_files_are_for_this_user_alone_whatever_the_umask(folder: Path, umask: int) -> None:
    earlier = os.umask(umask)
    try:
        path = kit.written(folder)
    finally:
        os.umask(earlier)
    assert mode(path) == mode(folder / "protocols" / f"{kit.DIGEST}.json") == 0o600
    assert mode(path.parent) == mode(folder / "protocols") == 0o700


def test_a_folder_open_to_others_is_closed_before_a_case_is_written_into_it(folder: Path) -> None:
    (folder / "test").mkdir(parents=True)
    (folder / "test").chmod(0o755)
    kit.written(folder)
    assert mode(folder / "test") == 0o700


def test_a_folder_of_someone_else_that_is_open_to_others_is_refused(folder: Path) -> None:
    class NotOurs(Disk):
        def fchmod(self, fd: int, mode: int) -> None:
            raise PermissionError(errno.EPERM, "not owner")

    (folder / "test").mkdir(parents=True)
    (folder / "test").chmod(0o755)
    with pytest.raises(StorageError) as raised:
        kit.create(folder, disk=NotOurs())
    assert raised.value.code == "F001"
    assert list((folder / "test").iterdir()) == []


def test_nothing_a_person_typed_becomes_part_of_a_file_name(folder: Path) -> None:
    opened = kit.opened(case="..")
    with pytest.raises(StorageError) as raised:
        TranscriptWriter.create(folder, opened, kit.PROTOCOL, FixedHost())
    assert raised.value.code == "F008"
    for kind in ("../test", "", "clinical/../x", "Clinical"):
        with pytest.raises(StorageError):
            TranscriptWriter.create(folder, kit.opened(kind), kit.PROTOCOL, FixedHost())
    assert not folder.exists()


def test_two_cases_opened_by_the_same_host_never_share_a_file(folder: Path) -> None:
    first, second = kit.written(folder), kit.written(folder)
    assert first != second
    assert read_transcript(first).records == read_transcript(second).records == 9


def test_a_kept_protocol_that_was_damaged_is_written_anew(folder: Path) -> None:
    kit.written(folder)
    kept = folder / "protocols" / f"{kit.DIGEST}.json"
    kept.write_bytes(b"{}")
    kit.written(folder)
    assert kept.read_text("utf-8") == kit.CANONICAL


def test_a_protocol_with_a_wrong_digest_opens_no_case(folder: Path) -> None:
    from dataclasses import replace

    wrong = replace(kit.PROTOCOL, canonical=kit.CANONICAL + " ")
    with pytest.raises(StorageError) as raised:
        TranscriptWriter.create(folder, kit.opened(), wrong, FixedHost())
    assert raised.value.code == "F008"


def test_the_actor_is_the_account_until_someone_says_who_they_are(folder: Path) -> None:
    with kit.create(folder) as writer:
        writer.append([kit.answer("first")])
        writer.append([ev.ActorChanged("rn:4711", "nurse", "typed"), kit.answer("second")])
        writer.append([kit.answer("third")])
    actors = [entry.actor for entry in read_transcript(writer.path).entries]
    assert actors == ["os:example", "os:example", "os:example", "rn:4711", "rn:4711"]
    with kit.create(folder, actor="dr:1") as named:
        pass
    assert b"example" not in named.path.read_bytes()


def test_no_name_of_the_account_or_the_computer_enters_a_file_when_the_actor_is_given(folder: Path) -> None:
    host = Host()
    with TranscriptWriter.create(folder, kit.opened(), kit.PROTOCOL, host, actor="rn:1") as writer:
        writer.append([kit.answer("first")])
    data = writer.path.read_text("utf-8")
    assert f'"{host.user()}"' not in data and os.uname().nodename not in data
    assert str(Path.home()) not in data and (not host.boot_id() or host.boot_id() not in data)


# --- what is refused ------------------------------------------------------------------------------


def test_after_signing_nothing_can_be_added(folder: Path) -> None:
    with kit.create(folder) as writer:
        with pytest.raises(UsageError):
            writer.append([ev.CaseSigned("0" * 64), ev.NoteAdded("late")])
        writer.append([ev.NoteAdded("in time"), ev.CaseSigned("0" * 64)])
        before = writer.path.read_bytes()
        with pytest.raises(UsageError):
            writer.append([ev.NoteAdded("late")])
    assert writer.path.read_bytes() == before
    with pytest.raises(UsageError) as raised:
        TranscriptWriter.resume(writer.path, FixedHost())
    assert "signed" in raised.value.message
    assert writer.path.read_bytes() == before


def test_an_event_that_cannot_be_stored_is_refused_and_the_next_one_is_written(folder: Path) -> None:
    with kit.create(folder) as writer:
        for note in ("x" * 20_000, "\ud800"):
            with pytest.raises(StorageError) as raised:
                writer.append([kit.answer("first"), ev.NoteAdded(note)])
            assert raised.value.code == "F010"
        with pytest.raises(StorageError):
            writer.append([ev.NoteAdded("ü" * 8_000)] * 20)
        writer.append([kit.answer("second")])
    assert [event.type for event in read_transcript(writer.path).events] == ["case.opened", "answer.given"]


def test_a_case_is_opened_only_once(folder: Path) -> None:
    with kit.create(folder) as writer, pytest.raises(StorageError):
        writer.append([kit.opened()])


def test_a_closed_writer_refuses(folder: Path) -> None:
    writer = kit.create(folder)
    writer.close()
    writer.close()
    with pytest.raises(StorageError) as raised:
        writer.append([kit.answer("first")])
    assert raised.value.code == "F011"


def test_no_events_write_nothing(folder: Path) -> None:
    with kit.create(folder) as writer:
        writer.append([])
        assert writer.records == 1


def test_no_case_is_opened_on_a_disk_that_is_nearly_full(folder: Path) -> None:
    class Full(Disk):
        def free_bytes(self, path: Path) -> int:
            return store.LEAST_FREE - 1

    with pytest.raises(StorageError) as raised:
        kit.create(folder, disk=Full())
    assert (raised.value.code, raised.value.exit_code) == ("F005", 8)
    assert list(folder.glob("*/*.jsonl")) == []


def test_a_second_writer_is_refused_and_told_who_holds_the_case(folder: Path) -> None:
    with kit.create(folder) as writer:
        with pytest.raises(LockedByAnother) as raised:
            TranscriptWriter.resume(writer.path, FixedHost())
        assert raised.value.exit_code == 7
        assert raised.value.code == "L001"
        link = writer.path.with_name("other.jsonl")
        os.link(writer.path, link)
        with pytest.raises(LockedByAnother):
            TranscriptWriter.resume(link, FixedHost())
        writer.append([kit.answer("first")])
    again, recovered = TranscriptWriter.resume(writer.path, FixedHost())
    again.close()
    assert recovered.records == 2


def test_the_holder_of_a_lock_is_named_where_the_system_tells(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "locks"
    monkeypatch.setattr("chatbot.record.locks.LOCK_TABLE", table)
    with kit.create(folder) as writer:
        found = writer.path.stat()
        place = f"{os.major(found.st_dev):02x}:{os.minor(found.st_dev):02x}:{found.st_ino}"
        table.write_text(
            "1: POSIX  ADVISORY  READ 12 fe:00:99 0 EOF\n"
            "1: -> FLOCK  ADVISORY  WRITE 13 fe:00:98 0 EOF\n"
            f"2: FLOCK  ADVISORY  WRITE 4711 {place} 0 EOF\n"
        )
        with pytest.raises(LockedByAnother, match="pid 4711"):
            TranscriptWriter.resume(writer.path, FixedHost())
        table.write_text(f"2: FLOCK  ADVISORY  WRITE 4712 00:2a:{found.st_ino} 0 EOF\n")
        with pytest.raises(LockedByAnother, match="pid 4712"):
            TranscriptWriter.resume(writer.path, FixedHost())
        table.unlink()
        with pytest.raises(LockedByAnother, match="another process, perhaps on another computer, is writing"):
            TranscriptWriter.resume(writer.path, FixedHost())


def test_the_holder_is_named_by_account_computer_and_since_when(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The account even of a process whose memory is private: the owner of its folder is then root."""
    processes = tmp_path / "proc"
    (processes / "4711").mkdir(parents=True)
    (processes / "4711" / "status").write_text("Name:\tback story)\nUid:\t0\t0\t0\t0\n")
    # Field 22: begun 100 seconds after the computer; the name of a program may hold anything.
    ticks = 100 * os.sysconf("SC_CLK_TCK")
    (processes / "4711" / "stat").write_text(f"4711 (a) b) S {' '.join('0' * 18)} {ticks} 0 0\n")
    (processes / "stat").write_text("cpu 1 2\nbtime 1772438300\n")
    monkeypatch.setattr("chatbot.record.locks.PROCESSES", processes)
    monkeypatch.setattr("chatbot.record.locks.owner", lambda found: 4711)
    with kit.create(folder) as writer:

        def told() -> str:
            with pytest.raises(LockedByAnother) as raised:
                TranscriptWriter.resume(writer.path, FixedHost())
            assert raised.value.exit_code == 7
            return raised.value.message

        here = f"another process (pid 4711, user root) on this computer ({platform.node()})"
        sitting = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
        assert told() == f"{here}, since {sitting.astimezone():%Y-%m-%d %H:%M} is writing this case"
        writer.append([ev.NoteAdded('"t":"2030-01-01T00:00:00.000Z","type":"case.resumed"')])
        assert "2030" not in told(), "a text that looks like a record is none"
        (processes / "stat").write_text("btime 1772500000\n")
        began = datetime.fromtimestamp(1772500100, UTC)
        assert f"since {began.astimezone():%Y-%m-%d %H:%M}" in told(), "its sitting is not that of another before it"
        for name in ("stat", "4711/stat", "4711/status"):
            (processes / name).unlink()
        assert told().startswith(f"another process (pid 4711) on this computer ({platform.node()}), since 20")


def test_data_is_never_written_to_a_standard_descriptor(folder: Path) -> None:
    saved = os.dup(0)
    os.close(0)
    try:
        with kit.create(folder) as writer:
            writer.append([kit.answer("first")])
            with pytest.raises(OSError):
                os.fstat(0)
    finally:
        os.dup2(saved, 0)
        os.close(saved)
    assert read_transcript(writer.path).records == 2


def test_a_symbolic_link_is_never_written_through(folder: Path, tmp_path: Path) -> None:
    path = kit.written(folder)
    link = path.with_name("20260302T090000Z-link.jsonl")
    link.symlink_to(path)
    with pytest.raises(StorageError) as raised:
        TranscriptWriter.resume(link, FixedHost())
    assert raised.value.code == "F004"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (folder / "practice").symlink_to(elsewhere)
    with pytest.raises(StorageError):
        kit.create(folder, "practice")
    assert list(elsewhere.iterdir()) == []


def test_the_folder_of_cases_itself_may_be_a_symbolic_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    path = kit.written(tmp_path / "link")
    assert path.parent == tmp_path / "real" / "test"


# --- faults ---------------------------------------------------------------------------------------


class Broken(Disk):
    """Fails named calls while a countdown runs."""

    def __init__(self) -> None:
        self.write_error: int | None = None
        self.sync_error: int | None = None
        self.folder_error: int | None = None
        self.most: int | None = None
        self.nothing = False

    def write(self, fd: int, data: bytes) -> int:
        if self.nothing:
            return 0
        if self.write_error is not None:
            number, self.write_error = self.write_error, None
            raise OSError(number, os.strerror(number))
        return super().write(fd, data if self.most is None else data[: self.most])

    def sync_data(self, fd: int) -> None:
        if self.sync_error is not None:
            number, self.sync_error = self.sync_error, None
            raise OSError(number, os.strerror(number))
        super().sync_data(fd)

    def open(self, path: Path, flags: int, mode: int = 0o600) -> int:
        if self.folder_error is not None and flags & os.O_CREAT:
            raise OSError(self.folder_error, os.strerror(self.folder_error))
        return super().open(path, flags, mode)


def relocations(path: Path) -> list[str]:
    return [event.cause for event in read_transcript(path).events if isinstance(event, ev.StorageRelocated)]


def answers(path: Path) -> list[str]:
    events = read_transcript(path, allow_torn=False).events
    return [event.question for event in events if isinstance(event, ev.AnswerGiven)]


@pytest.mark.parametrize("fault", ["write_error", "sync_error"])
@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.EROFS])
def test_after_an_error_the_whole_transcript_is_written_to_a_new_file(folder: Path, fault: str, number: int) -> None:
    disk = Broken()
    with kit.create(folder, disk=disk) as writer:
        writer.append([kit.answer("first")])
        head, before, path = writer.head, writer.path.stat().st_ino, writer.path
        setattr(disk, fault, number)
        writer.append([kit.answer("second")])
        writer.append([kit.answer("third")])
        assert writer.path == path
        assert path.stat().st_ino != before
        assert writer.notices == [
            f"The transcript could not be written. All 2 answers were written again to {writer.path}"
        ]
    found = read_transcript(path)
    assert answers(path) == ["first", "second", "third"]
    assert found.events[2] == ev.StorageRelocated("write_failed", head)
    assert mode(path) == 0o600
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_an_error_is_never_followed_by_another_try_on_the_same_file(folder: Path) -> None:
    """A sync that failed once succeeds the next time without the data."""
    disk = Broken()
    with kit.create(folder, disk=disk) as writer:
        disk.sync_error, disk.folder_error = errno.EIO, errno.EROFS
        for _ in range(3):
            size = writer.path.stat().st_size
            with pytest.raises(StorageError):
                writer.append([kit.answer("first")])
            disk.sync_error = None
        assert writer.path.stat().st_size == size


def test_an_answer_that_cannot_be_saved_anywhere_is_said_not_to_be_saved_and_can_be_given_again(folder: Path) -> None:
    disk = Broken()
    with kit.create(folder, disk=disk) as writer:
        writer.append([kit.answer("first")])
        disk.write_error = disk.folder_error = errno.ENOSPC
        with pytest.raises(StorageError) as raised:
            writer.append([kit.answer("second", "yes")])
        assert (raised.value.code, raised.value.exit_code) == ("F006", 8)
        assert "NOT SAVED: the disk is full" in raised.value.message
        assert "the one answer before it is safe" in raised.value.hint
        assert answers(writer.path) == ["first"]
        disk.folder_error = None
        writer.append([kit.answer("second", "no")])
    events = read_transcript(writer.path).events
    assert kit.answer("second", "yes") not in events
    assert answers(writer.path) == ["first", "second"]


def test_the_case_stands_as_before_when_an_answer_could_not_be_saved(folder: Path) -> None:
    from chatbot.core import commands as cmd

    disk = Broken()
    with kit.create(folder, disk=disk) as writer:
        interview = Interview.start(kit.PROTOCOL, writer, kit.opened())
        interview.send(cmd.GiveAnswer("first", "no"))
        before = interview.case
        disk.sync_error = disk.folder_error = errno.EIO
        with pytest.raises(StorageError):
            interview.send(cmd.GiveAnswer("second", "no"))
        assert interview.case is before
        disk.folder_error = None
        interview.send(cmd.GiveAnswer("second", "yes"))
        assert interview.case.answers["second"].value == "yes"


def test_another_folder_is_used_when_the_first_cannot_be_written(folder: Path, tmp_path: Path) -> None:
    class FirstFolderFull(Broken):
        def open(self, path: Path, flags: int, mode: int = 0o600) -> int:
            if self.folder_error is not None and flags & os.O_CREAT and folder in path.parents:
                raise OSError(self.folder_error, "full")
            return Disk.open(self, path, flags, mode)

    disk = FirstFolderFull()
    with kit.create(folder, disk=disk, fallback=tmp_path / "spare") as writer:
        writer.append([kit.answer("first")])
        first = writer.path
        disk.sync_error = disk.folder_error = errno.ENOSPC
        writer.append([kit.answer("second")])
        writer.append([kit.answer("third")])
        assert writer.path.parent == tmp_path / "spare" / "test"
        assert str(writer.path) in writer.notices[0]
    assert answers(writer.path) == ["first", "second", "third"]
    assert answers(first)[:1] == ["first"]
    assert mode(writer.path.parent) == 0o700
    assert verify(writer.path, kit.load_bundle).verdict == "VALID-OPEN", "its protocol went with it"
    again, _ = TranscriptWriter.resume(first, FixedHost(), disk=disk, fallback=tmp_path / "third")
    with again:
        disk.sync_error = disk.folder_error = errno.EDQUOT
        again.append([kit.answer("last")])
    assert verify(again.path, kit.load_bundle).verdict == "VALID-OPEN"


def test_where_the_second_folder_fails_too_nothing_more_is_recorded_until_one_of_them_is_mended(
    folder: Path, tmp_path: Path
) -> None:
    disk = Broken()
    with kit.create(folder, disk=disk, fallback=tmp_path / "spare") as writer:
        writer.append([kit.answer("first")])
        disk.write_error = disk.folder_error = errno.EROFS
        for _ in range(3):
            with pytest.raises(NotSaved) as raised:
                writer.append([kit.answer("second")])
            assert raised.value.earlier_safe and raised.value.code == "F006"
        writer.path.unlink()
        disk.folder_error = None
        writer.append([kit.answer("second", "yes")])
    assert answers(writer.path) == ["first", "second"]


@pytest.mark.parametrize("most", [1, 7, 100])
def test_short_writes_are_continued(folder: Path, most: int) -> None:
    disk = Broken()
    with kit.create(folder, disk=disk) as writer:
        disk.most = most
        writer.append(kit.STEPS[2])
    assert relocations(writer.path) == []
    assert read_transcript(writer.path).events[1:] == kit.STEPS[2]


def test_a_write_that_takes_nothing_is_an_error_not_an_endless_loop(folder: Path) -> None:
    disk = Broken()
    with kit.create(folder, disk=disk) as writer:
        disk.nothing = True
        with pytest.raises(StorageError):
            writer.append([kit.answer("first")])
        disk.nothing = False
        writer.append([kit.answer("second")])
    assert answers(writer.path) == ["second"]


def test_a_write_that_took_less_than_the_system_says_is_found_out_before_it_counts(folder: Path) -> None:
    """Whatever answers a write may be wrong; the length of the file is looked at after every sync."""

    class Lying(Disk):
        taken = 0
        lies = False

        def write(self, fd: int, data: bytes) -> int:
            if not self.lies:
                return super().write(fd, data)
            self.lies = False
            return min(100, len(data))

    disk = Lying()
    with kit.create(folder, disk=disk) as writer:
        disk.lies = True
        writer.append([kit.answer("first")])
        assert answers(writer.path) == ["first"], "acknowledged, so it is there"
        disk.lies = True
        path = writer.path
        writer.append([kit.answer("second")])
        assert writer.path == path, "the name stays: nobody else has touched the file"
    assert answers(path) == ["first", "second"]
    assert relocations(path) == ["write_failed", "write_failed"]
    disk.lies = True
    with pytest.raises(StorageError):
        kit.create(folder / "other", disk=disk)


def test_closing_does_not_take_the_file_from_an_append_that_hangs(folder: Path) -> None:
    reached, released = threading.Event(), threading.Event()

    class Hanging(Disk):
        hangs = False

        def sync_data(self, fd: int) -> None:
            if self.hangs:
                reached.set()
                released.wait()
            super().sync_data(fd)

    disk = Hanging()
    writer = kit.create(folder, disk=disk)
    disk.hangs = True
    thread = threading.Thread(target=lambda: writer.append([kit.answer("first")]))
    thread.start()
    reached.wait()
    writer.close()
    released.set()
    thread.join()
    assert answers(writer.path) == ["first"]
    writer.close()


def test_an_interruption_between_writing_and_saving_leaves_the_file_distrusted(folder: Path) -> None:
    class Interrupting(Disk):
        interrupted = True

        def sync_data(self, fd: int) -> None:
            if not self.interrupted:
                self.interrupted = True
                raise KeyboardInterrupt
            super().sync_data(fd)

    disk = Interrupting()
    with kit.create(folder, disk=disk) as writer:
        disk.interrupted = False
        with pytest.raises(KeyboardInterrupt):
            writer.append([kit.answer("first")])
        writer.append([kit.answer("second")])
    assert answers(writer.path) == ["second"]
    assert relocations(writer.path) == ["write_failed"]


# --- a file that goes astray ----------------------------------------------------------------------


def test_a_transcript_removed_under_the_writer_is_written_again_under_its_name(folder: Path) -> None:
    with kit.create(folder) as writer:
        path = writer.path
        writer.append([kit.answer("first")])
        path.unlink()
        writer.append([kit.answer("second")])
        writer.append([kit.answer("third")])
        assert writer.path == path
        assert "was removed or renamed" in writer.notices[0]
    assert answers(path) == ["first", "second", "third"]
    assert relocations(path) == ["unlinked"]


def test_a_transcript_whose_folder_was_removed_is_written_again(folder: Path) -> None:
    import shutil

    with kit.create(folder) as writer:
        writer.append([kit.answer("first")])
        shutil.rmtree(folder)
        writer.append([kit.answer("second")])
    assert answers(writer.path) == ["first", "second"]


def test_a_renamed_transcript_stays_and_a_new_one_takes_its_place(folder: Path) -> None:
    with kit.create(folder) as writer:
        writer.append([kit.answer("first")])
        renamed = writer.path.with_name("renamed.jsonl")
        writer.path.rename(renamed)
        writer.append([kit.answer("second")])
    assert answers(renamed) == ["first"]
    assert answers(writer.path) == ["first", "second"]


def test_a_file_put_in_its_place_is_left_alone(folder: Path) -> None:
    with kit.create(folder) as writer:
        path = writer.path
        writer.append([kit.answer("first")])
        path.rename(path.with_name("away.jsonl"))
        path.write_bytes(b"somebody else's")
        writer.append([kit.answer("second")])
        assert writer.path != path
    assert path.read_bytes() == b"somebody else's"
    assert answers(writer.path) == ["first", "second"]
    assert relocations(writer.path) == ["replaced"]


@pytest.mark.parametrize("change", [b"x", b'{"actor":"intruder"}\n', None])
def test_a_file_another_program_changed_is_kept_and_a_new_one_written(folder: Path, change: bytes | None) -> None:
    with kit.create(folder) as writer:
        path = writer.path
        writer.append([kit.answer("first")])
        if change is None:
            os.truncate(path, 100)
        else:
            with path.open("ab") as file:
                file.write(change)
        altered = path.read_bytes()
        writer.append([kit.answer("second")])
        assert writer.path != path
    assert path.read_bytes() == altered
    assert answers(writer.path) == ["first", "second"]
    assert relocations(writer.path) == ["changed"]


def test_when_a_removed_file_cannot_be_written_again_nothing_is_claimed_to_be_safe(folder: Path) -> None:
    disk = Broken()
    with kit.create(folder, disk=disk) as writer:
        writer.append([kit.answer("first")])
        writer.path.unlink()
        disk.folder_error = errno.EROFS
        with pytest.raises(StorageError) as raised:
            writer.append([kit.answer("second")])
        assert "memory only" in raised.value.hint
        assert isinstance(raised.value, NotSaved) and not raised.value.earlier_safe


def test_a_read_only_file_system_opens_no_case_and_says_so(folder: Path) -> None:
    disk = Broken()
    disk.folder_error = errno.EROFS
    with pytest.raises(StorageError) as raised:
        kit.create(folder, disk=disk)
    assert (raised.value.code, raised.value.exit_code) == ("F003", 8)
    assert "read-only" in raised.value.message


# --- clocks ---------------------------------------------------------------------------------------


class Clock(FixedHost):
    """Both clocks set by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
        self.mono = 5_000_000_000

    def wall(self) -> datetime:
        return self.now

    def monotonic_ns(self) -> int:
        return self.mono

    def advance(self, wall: float, mono: float) -> None:
        self.now += timedelta(seconds=wall)
        self.mono += int(mono * 1e9)


JUMPS = [
    (60, 60, None),
    (2 - 3600, 2, (2_000 - 3_600_000, 2_000)),  # what a program that keeps local time does when summer time ends
    (-10 * 365 * 86_400, 5, (-10 * 365 * 86_400_000, 5_000)),
    (12 * 365 * 86_400, 5, (12 * 365 * 86_400_000, 5_000)),  # beyond the second that ends 32-bit clocks in 2038
    (61.9, 60, None),
    (62.5, 60, (62_500, 60_000)),
    (-3600, 5, (-3_600_000, 5_000)),
    (3600, 5, (3_600_000, 5_000)),
    (0, 3, (0, 3_000)),
]


@pytest.mark.parametrize(("wall", "mono", "jump"), JUMPS)
def test_a_clock_that_was_set_is_noted_before_the_events_that_follow(
    folder: Path, wall: float, mono: float, jump: tuple[int, int] | None
) -> None:
    clock = Clock()
    with TranscriptWriter.create(folder, kit.opened(), kit.PROTOCOL, clock) as writer:
        clock.advance(wall, mono)
        writer.append([kit.answer("first")])
        clock.advance(1, 1)
        writer.append([kit.answer("second")])
    events = read_transcript(writer.path).events
    expected: list[Any] = [kit.answer("first"), kit.answer("second")]
    if jump is not None:
        expected.insert(0, ev.ClockJumped(*jump))
    assert list(events[1:]) == expected


def test_neither_order_nor_verdict_hangs_on_the_clock(folder: Path) -> None:
    """Back ten years, beyond 2038, long before, an hour on and back: records are in order of their number."""
    clock = Clock()
    with TranscriptWriter.create(folder, kit.opened(), kit.PROTOCOL, clock) as writer:
        for jump in (-3650 * 86_400, 3 * 3650 * 86_400, -60 * 365 * 86_400, 3600, -3600):
            clock.advance(jump, 1)
            writer.append([kit.answer("first", note=str(jump))])
    clock.mono = 0
    again, found = TranscriptWriter.resume(writer.path, clock)
    with again:
        again.append([kit.answer("last")])
    assert not found.recovered
    entries = read_transcript(writer.path, allow_torn=False).entries
    assert [each.seq for each in entries] == list(range(len(entries)))
    assert sum(each.type == "clock.jumped" for each in entries) == 5
    stamps = [each.t for each in entries]
    assert stamps != sorted(stamps) and min(stamps).startswith("19") and max(stamps) > "2038-01-19T03:14:08"
    assert verify(writer.path, kit.load_bundle).verdict == "VALID-OPEN"


def test_a_clock_that_went_back_or_stands_before_its_time_is_told_to_the_person(folder: Path) -> None:
    clock = Clock()
    with TranscriptWriter.create(folder, kit.opened(), kit.PROTOCOL, clock) as writer:
        clock.advance(3600, 5)  # as after sleep
        writer.append([kit.answer("first")])
        assert writer.notices == []
        clock.advance(-7200, 5)
        writer.append([kit.answer("second")])
        assert writer.notices == [
            "The clock of this computer was set back: check day and time. Answers keep their order all the same."
        ]
        writer.notices.clear()
        clock.now = datetime(1970, 1, 1, tzinfo=UTC)
        writer.append([kit.answer("third")])
        writer.append([kit.answer("last")])
        assert writer.notices == ["The clock of this computer says 1970-01-01: check day and time."]
    clock.now = datetime(1970, 1, 1, 8, tzinfo=UTC)
    with TranscriptWriter.create(folder, kit.opened(case="OTHER"), kit.PROTOCOL, clock) as writer:
        assert writer.notices == ["The clock of this computer says 1970-01-01: check day and time."]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/St_Johns", "UTC"])
def test_the_end_of_summer_time_is_no_jump(folder: Path, zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        clock = Clock()
        clock.now = datetime(2026, 10, 25, 0, 59, 59, tzinfo=UTC)
        with TranscriptWriter.create(folder, kit.opened(), kit.PROTOCOL, clock) as writer:
            for _ in range(3):
                clock.advance(1800, 1800)
                writer.append([kit.answer("first")])
        found = read_transcript(writer.path).entries
        assert [each.t[11:16] for each in found] == ["00:59", "01:29", "01:59", "02:29"]
        assert not any(each.type == "clock.jumped" for each in found)
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_new_sitting_on_a_clock_set_back_is_noted(folder: Path) -> None:
    path = kit.written(folder)
    clock = Clock()
    clock.advance(-86_400, 0)
    writer, _ = TranscriptWriter.resume(path, clock)
    with writer:
        writer.append([ev.CaseResumed("2026-03-02T09:00")])
    assert isinstance(read_transcript(path).events[-2], ev.ClockJumped)


def test_times_are_utc_to_the_millisecond_and_the_sitting_clock_starts_near_zero(folder: Path) -> None:
    clock = Clock()
    clock.mono = 200 * 86_400 * 10**9
    with TranscriptWriter.create(folder, kit.opened(), kit.PROTOCOL, clock) as writer:
        clock.advance(1.5, 1.5)
        writer.append([kit.answer("first")])
    entries = read_transcript(writer.path).entries
    assert [(each.t, each.mono_ns) for each in entries] == [
        ("2026-03-02T09:00:00.000Z", 0),
        ("2026-03-02T09:00:01.500Z", 1_500_000_000),
    ]


# --- memory ---------------------------------------------------------------------------------------


def test_a_recorder_in_memory_keeps_the_events(folder: Path) -> None:
    recorder = MemoryRecorder()
    interview = Interview.start(kit.PROTOCOL, recorder, kit.opened())
    assert interview.events[1:] == recorder.events
