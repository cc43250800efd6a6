"""The power may go before any call of a writer: what was acknowledged is there when it is back."""

from __future__ import annotations

from pathlib import Path

from chatbot.core import events as ev
from chatbot.errors import BackstoryError
from chatbot.record.host import FixedHost
from chatbot.record.store import TranscriptWriter
from tests.record import kit
from tests.record.power import PowerDisk


class Recording(PowerDisk):
    """Looks before every call at what a loss of power would leave, and keeps each distinct finding."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.done: list[ev.Event] = []
        self.states: dict[tuple[tuple[Path, bytes], ...], int] = {}

    def __getattribute__(self, name: str) -> object:
        if name in kit.CALLS:
            super().__getattribute__("look")()
        return super().__getattribute__(name)

    def look(self) -> None:
        for found in self.leftovers():
            key = tuple(sorted(found.items()))
            # The same leftovers must serve everything acknowledged at any time they might be found.
            self.states[key] = max(self.states.get(key, 0), len(self.done))


def survive(disk: Recording, folder: Path, place: Path) -> int:
    """Put every state down as files and resume; return how many states there were."""
    for number, (state, acknowledged) in enumerate(disk.states.items()):
        target = place / str(number)
        for path, content in state:
            there = target / path.relative_to(folder.parent)
            there.parent.mkdir(parents=True, exist_ok=True)
            there.write_bytes(content)
        cases = sorted((target / folder.name).glob("*/*.jsonl"))
        if not cases:
            assert acknowledged == 0
            continue
        (path,) = cases
        try:
            writer, found = TranscriptWriter.resume(path, FixedHost(seed=3), disk=kit.QuickDisk())
        except BackstoryError:
            assert acknowledged == 0, state
            continue
        writer.close()
        events = kit.told(found.events)
        assert events[:acknowledged] == disk.done[:acknowledged]
        assert (target / folder.name / "protocols" / f"{kit.DIGEST}.json").read_text("utf-8") == kit.CANONICAL
    return len(disk.states)


def test_a_new_case_survives_a_loss_of_power_at_any_moment(tmp_path: Path) -> None:
    folder = tmp_path / "run" / "transcripts"
    folder.parent.mkdir()
    disk = Recording(folder.parent)
    with kit.create(folder, disk=disk) as writer:
        disk.done.append(kit.opened())
        for events in kit.STEPS:
            writer.append(events)
            disk.done.extend(events)
        disk.look()
    assert survive(disk, folder, tmp_path / "after") > 30


def test_writing_anew_survives_a_loss_of_power_at_any_moment(tmp_path: Path) -> None:
    folder = tmp_path / "run" / "transcripts"
    folder.parent.mkdir()

    class Failing(Recording):
        failed = False

        def sync_data(self, fd: int) -> None:
            if len(self.done) == 4 and not self.failed:
                self.failed = True
                raise OSError(5, "input/output error")
            super().sync_data(fd)

    disk = Failing(folder.parent)
    with kit.create(folder, disk=disk) as writer:
        disk.done.append(kit.opened())
        for events in kit.STEPS:
            writer.append(events)
            disk.done.extend(events)
        disk.look()
        assert writer.notices
    assert survive(disk, folder, tmp_path / "after") > 30


def test_recovering_a_torn_transcript_survives_a_loss_of_power_at_any_moment(tmp_path: Path) -> None:
    folder = tmp_path / "run" / "transcripts"
    path = kit.written(folder)
    path.write_bytes(path.read_bytes()[:-30])
    disk = Recording(folder.parent)
    disk.adopt(path)
    disk.adopt(folder / "protocols" / f"{kit.DIGEST}.json")
    disk.adopt(folder / "register.jsonl")
    disk.done = [kit.opened(), *(event for step in kit.STEPS for event in step)][:-1]
    writer, found = TranscriptWriter.resume(path, FixedHost(seed=4), disk=disk)
    with writer:
        assert found.recovered
        writer.append([kit.answer("last")])
        disk.done.append(kit.answer("last"))
        disk.look()
    assert survive(disk, folder, tmp_path / "after") > 5


def test_without_syncs_the_same_check_finds_losses(tmp_path: Path) -> None:
    """The test of this test."""

    class Careless(Recording):
        def sync_data(self, fd: int) -> None:
            pass

    folder = tmp_path / "run" / "transcripts"
    folder.parent.mkdir()
    disk = Careless(folder.parent)
    with kit.create(folder, disk=disk) as writer:
        disk.done.append(kit.opened())
        writer.append(kit.STEPS[0])
        disk.done.extend(kit.STEPS[0])
        disk.look()
    lost = False
    try:
        survive(disk, folder, tmp_path / "after")
    except AssertionError:
        lost = True
    assert lost
