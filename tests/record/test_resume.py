"""Opening a case again: what stands, what is set aside, what is refused."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import pytest

from chatbot.core import commands as cmd
from chatbot.core import events as ev
from chatbot.errors import BackstoryError, CorruptTranscript, StorageError, UsageError
from chatbot.interview import Interview
from chatbot.record.disk import Disk
from chatbot.record.host import FixedHost
from chatbot.record.read import read_transcript
from chatbot.record.store import TranscriptWriter
from tests.record import kit


def resume(path: Path, **more: Disk) -> tuple[TranscriptWriter, ev.Event | None]:
    writer, found = TranscriptWriter.resume(path, FixedHost(seed=2), **more)
    return writer, found.events[-1]


def test_a_sound_case_goes_on_where_it_stood(transcript: Path) -> None:
    before = transcript.read_bytes()
    writer, found = TranscriptWriter.resume(transcript, FixedHost(seed=2), actor="rn:2")
    with writer:
        assert (found.recovered, found.side_file, found.after) == (False, None, "third")
        assert (writer.records, writer.head) == (found.records, found.head)
        writer.append([kit.answer("last")])
    after = read_transcript(transcript)
    assert transcript.read_bytes().startswith(before)
    assert after.events[-1] == kit.answer("last")
    assert after.entries[-1].actor == "rn:2"


def test_an_interview_goes_on_with_the_same_screen(folder: Path) -> None:
    with kit.create(folder) as writer:
        interview = Interview.start(kit.PROTOCOL, writer, kit.opened())
        interview.send(cmd.GiveAnswer("first", "no"))
        screen, path = interview.view(), writer.path
    writer, found = TranscriptWriter.resume(path, FixedHost(seed=2))
    with writer:
        again = Interview.resume(kit.PROTOCOL, writer, found.events, "2026-03-02T09:00")
        assert again.view() == screen
        again.send(cmd.GiveAnswer("second", "yes"))
    assert read_transcript(path).events[-2] == kit.answer("second", "yes")


def test_a_torn_end_is_kept_beside_the_case_and_noted_in_it(transcript: Path) -> None:
    data = transcript.read_bytes()
    torn = data[:-25]
    transcript.write_bytes(torn)
    good = torn[: torn.rindex(b"\n") + 1]
    fragment = torn[len(good) :]
    writer, found = TranscriptWriter.resume(transcript, FixedHost(seed=2))
    writer.close()
    assert found.recovered and not found.torn
    assert found.lost_bytes == len(fragment)
    assert found.after == "third"
    assert found.side_file is not None
    sha = hashlib.sha256(fragment).hexdigest()
    assert found.side_file.name == f"{transcript.name}.torn-{len(good)}-{sha[:16]}"
    assert found.side_file.read_bytes() == fragment
    assert stat.S_IMODE(found.side_file.stat().st_mode) == 0o600
    assert transcript.read_bytes().startswith(good)
    assert found.events[-1] == ev.StorageRecovered(len(fragment), sha)
    assert read_transcript(transcript, allow_torn=False).events == found.events
    assert sorted(each.name for each in transcript.parent.iterdir()) == [transcript.name, found.side_file.name]


def test_recovering_twice_gives_the_same_as_recovering_once(transcript: Path) -> None:
    torn = transcript.read_bytes()[:-25]
    results = []
    for _ in range(2):
        transcript.write_bytes(torn)
        writer, found = TranscriptWriter.resume(transcript, FixedHost(seed=2))
        writer.close()
        results.append((transcript.read_bytes(), found.side_file))
    assert results[0] == results[1]
    writer, found = TranscriptWriter.resume(transcript, FixedHost(seed=2))
    writer.close()
    assert not found.recovered


def test_a_missing_last_newline_is_put_back(transcript: Path) -> None:
    data = transcript.read_bytes()
    transcript.write_bytes(data[:-1])
    writer, _ = resume(transcript)
    writer.close()
    assert transcript.read_bytes() == data


def test_a_corrupt_case_is_refused_and_left_untouched(transcript: Path) -> None:
    data = bytearray(transcript.read_bytes())
    data[900] ^= 1
    transcript.write_bytes(data)
    with pytest.raises(CorruptTranscript) as raised:
        resume(transcript)
    assert "--salvage" in raised.value.hint
    assert transcript.read_bytes() == data
    assert list(transcript.parent.iterdir()) == [transcript]


@pytest.mark.parametrize("last", [ev.CaseSigned("0" * 64), ev.CaseAbandoned("other")])
def test_a_case_that_has_ended_is_refused(folder: Path, last: ev.Event) -> None:
    path = kit.written(folder, [*kit.STEPS, (last,)])
    for data in (path.read_bytes(), path.read_bytes()[:-1]):
        path.write_bytes(data)
        with pytest.raises(UsageError):
            resume(path)
        assert path.read_bytes() == data


def test_what_a_killed_writer_left_unfinished_is_removed(transcript: Path) -> None:
    mine = [f"{transcript.name}.new-123", f"{transcript.name}.torn-5-ab.new-9-1"]
    others = ["other.jsonl.new-5", f"{transcript.name}.torn-5-ab"]
    for name in (*mine, *others):
        transcript.with_name(name).write_bytes(b"x")
    writer, _ = resume(transcript)
    writer.close()
    assert sorted(each.name for each in transcript.parent.iterdir()) == sorted([transcript.name, *others])


def test_an_unfinished_file_of_the_same_process_number_is_not_in_the_way(transcript: Path) -> None:
    data = transcript.read_bytes()[:-25]
    transcript.write_bytes(data)
    (transcript.parent / "x").mkdir()
    with kit.create(transcript.parent / "x") as writer:
        writer.path.with_name(f"{writer.path.name}.new-{os.getpid()}").write_bytes(b"left behind")
        os.truncate(writer.path, 10)
        writer.append([kit.answer("first")])
    assert read_transcript(writer.path).records == 3


def test_a_file_replaced_between_opening_and_locking_is_opened_again(transcript: Path) -> None:
    class Racing(Disk):
        raced = False

        def lock(self, fd: int) -> None:
            if not self.raced:
                self.raced = True
                copy = transcript.with_name("copy")
                copy.write_bytes(transcript.read_bytes())
                copy.rename(transcript)
            super().lock(fd)

    writer, _ = resume(transcript, disk=Racing())
    with writer:
        writer.append([kit.answer("last")])
        assert writer.notices == []
    assert read_transcript(transcript).events[-1] == kit.answer("last")


def test_records_that_were_never_synced_are_made_durable_before_they_count(transcript: Path) -> None:
    disk = kit.FaultyDisk()
    writer, _ = resume(transcript, disk=disk)
    writer.close()
    assert "sync_data" in disk.calls


def test_a_case_in_a_folder_without_permission_is_a_storage_error(transcript: Path) -> None:
    class Refusing(Disk):
        def open(self, path: Path, flags: int, mode: int = 0o600) -> int:
            raise PermissionError(13, "denied")

    with pytest.raises(StorageError) as raised:
        resume(transcript, disk=Refusing())
    assert (raised.value.code, raised.value.exit_code) == ("F003", 8)


def test_a_failed_resume_holds_neither_a_file_nor_a_lock(transcript: Path) -> None:
    data = transcript.read_bytes()
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").is_dir() else 0
    for bad in (data[:100], data[:900] + b"X" + data[901:], b""):
        transcript.write_bytes(bad)
        with pytest.raises(BackstoryError):
            resume(transcript)
    transcript.write_bytes(data)
    writer, _ = resume(transcript)
    writer.close()
    if before:
        assert len(os.listdir("/proc/self/fd")) == before


def test_many_sittings_keep_every_answer(folder: Path) -> None:
    path = kit.written(folder, ())
    for number in range(20):
        writer, found = TranscriptWriter.resume(path, FixedHost(seed=number))
        with writer:
            assert found.records == 1 + number + sum(event.type == "clock.jumped" for event in found.events)
            writer.append([ev.NoteAdded(str(number))])
    notes = [event.text for event in read_transcript(path).events if isinstance(event, ev.NoteAdded)]
    assert notes == [str(number) for number in range(20)]
