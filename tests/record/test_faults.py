"""Every system call of a writer fails once, fails from then on, or is the last one: no acknowledged event is lost."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from chatbot.core import events as ev
from chatbot.errors import BackstoryError
from chatbot.record.read import read_transcript
from chatbot.record.store import TranscriptWriter
from tests.record import kit

STEPS = kit.STEPS[:3]

Acknowledged = list[ev.Event]


def interview(folder: Path, disk: kit.MortalDisk) -> Acknowledged:
    """Open a case and append to it; an entry that was not saved is entered once more. Return what was acknowledged."""
    done: Acknowledged = []
    try:
        writer = kit.create(folder, disk=disk)
        done.append(kit.opened())
        for events in STEPS:
            _append(writer, events, done)
        writer.close()
    except (kit.Killed, BackstoryError):
        pass
    disk.end()
    return done


def _append(writer: TranscriptWriter, events: tuple[ev.Event, ...], done: Acknowledged) -> None:
    try:
        writer.append(events)
    except BackstoryError:
        writer.append(events)
    done.extend(events)


def resumed(path: Path, disk: kit.MortalDisk) -> Acknowledged:
    """Resume a case and append one answer. Return what was acknowledged."""
    done: Acknowledged = []
    try:
        writer, found = TranscriptWriter.resume(path, kit.FixedHost(seed=9), disk=disk)
        done.extend(found.events)
        _append(writer, (kit.answer("last"),), done)
        writer.close()
    except (kit.Killed, BackstoryError):
        pass
    disk.end()
    return done


def check(folder: Path, done: Acknowledged) -> None:
    """The five checks: nothing lost, no corruption, resumable, private and tidy, nothing twice."""
    paths = list(folder.glob("*/*.jsonl"))
    if not done:
        assert len(paths) <= 1
    if not paths:
        assert not done
        return
    (path,) = paths
    writer, found = TranscriptWriter.resume(path, kit.FixedHost(seed=8))
    with writer:
        writer.append([kit.answer("remark", "resumed")])
    assert kit.told(found.events)[: len(kit.told(done))] == kit.told(done)
    kept = [event.question for event in read_transcript(path).events if isinstance(event, ev.AnswerGiven)]
    assert len(kept) == len(set(kept))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for each in path.parent.iterdir():
        assert each == path or ".torn-" in each.name, each


FAULTS: dict[str, tuple[Callable[[str], None], bool]] = {
    "killed": (kit.killing, True),
    "EIO once": (kit.EIO, False),
    "EIO from then on": (kit.EIO, True),
    "ENOSPC once": (kit.ENOSPC, False),
}


@pytest.mark.parametrize(("fault", "ever_after"), FAULTS.values(), ids=FAULTS.keys())
def test_a_new_case_survives_a_fault_at_every_call(
    tmp_path: Path, fault: Callable[[str], None], ever_after: bool
) -> None:
    quiet = kit.MortalDisk()
    assert len(interview(tmp_path / "quiet", quiet)) == 6
    for at in range(len(quiet.calls)):
        folder = tmp_path / str(at)
        done = interview(folder, kit.MortalDisk(at, fault, ever_after=ever_after))
        check(folder, done)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize(("fault", "ever_after"), FAULTS.values(), ids=FAULTS.keys())
@pytest.mark.parametrize("cut", [40, 1], ids=["torn", "newline missing"])
def test_resuming_survives_a_fault_at_every_call(
    tmp_path: Path, fault: Callable[[str], None], ever_after: bool, cut: int
) -> None:
    original = kit.written(tmp_path / "original", STEPS).read_bytes()[:-cut]
    name = next((tmp_path / "original" / "test").iterdir()).name

    def prepared(folder: Path) -> Path:
        (folder / "test").mkdir(parents=True)
        path = folder / "test" / name
        path.write_bytes(original)
        path.chmod(0o600)
        return path

    quiet = kit.MortalDisk()
    before = read_transcript(prepared(tmp_path / "quiet")).events
    assert len(resumed(tmp_path / "quiet" / "test" / name, quiet)) >= len(before) + 1
    for at in range(len(quiet.calls)):
        folder = tmp_path / str(at)
        path = prepared(folder)
        done = resumed(path, kit.MortalDisk(at, fault, ever_after=ever_after))
        check(folder, done or list(before))
        shutil.rmtree(folder)


def test_two_faults_in_one_append_lose_nothing(tmp_path: Path) -> None:
    """An error while recovering from an error."""
    quiet = kit.MortalDisk()
    interview(tmp_path / "quiet", quiet)
    first = [at for at, name in enumerate(quiet.calls) if name in {"write", "sync_data"}][-1]
    for later in range(first + 1, first + 25):
        disk = Twice(first, later)
        folder = tmp_path / str(later)
        check(folder, interview(folder, disk))


class Twice(kit.MortalDisk):
    """Fails two calls."""

    def __init__(self, first: int, second: int) -> None:
        super().__init__(first, self._fail, ever_after=True)
        self.second = second

    def _fail(self, name: str) -> None:
        if len(self.calls) - 1 in (self.at, self.second):
            kit.EIO(name)
