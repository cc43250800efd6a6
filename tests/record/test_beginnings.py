"""What is recorded with the opening of a case is there whole or not at all, whenever the process ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatbot.core import events as ev
from chatbot.record.host import FixedHost
from chatbot.record.read import read_transcript
from chatbot.record.recovery import LONGEST_APPEND
from chatbot.record.store import TranscriptWriter
from tests.record import golden, kit


def begin(folder: Path, disk: kit.FaultyDisk | None = None, first: tuple[ev.Event, ...] = golden.FOLLOW_UP) -> Path:
    opened = kit.opened("test", "K7M20AXR", follows="K7M20AXP")
    with TranscriptWriter.create(folder, opened, kit.PROTOCOL, FixedHost(seed=3), first=first, disk=disk) as writer:
        return writer.path


def test_a_process_killed_at_any_call_leaves_the_whole_beginning_or_no_case(tmp_path: Path) -> None:
    counting = kit.MortalDisk()
    whole = read_transcript(begin(tmp_path / "whole", counting)).events
    assert whole[1:] == golden.FOLLOW_UP
    kept = 0
    for at in range(len(counting.calls)):
        disk = kit.MortalDisk(at, kit.killing, ever_after=True)
        folder = tmp_path / str(at)
        try:
            begin(folder, disk)
        except kit.Killed:
            pass
        finally:
            disk.end()
        found = list(folder.glob("*/*.jsonl"))
        assert len(found) <= 1
        for path in found:
            assert read_transcript(path, allow_torn=False).events == whole
            writer, transcript = TranscriptWriter.resume(path, FixedHost(seed=4))
            writer.close()
            assert transcript.events[: len(whole)] == whole and not transcript.recovered
            kept += 1
    assert 0 < kept < len(counting.calls)


def test_a_beginning_longer_than_one_append_is_kept_whole(tmp_path: Path) -> None:
    notes = tuple(ev.NoteAdded(f"{number} " + "ü" * 7_000) for number in range(60))
    path = begin(tmp_path, first=notes)
    assert path.stat().st_size > 2 * LONGEST_APPEND
    assert read_transcript(path, allow_torn=False).events[1:] == notes


@pytest.mark.parametrize("name", ["head", "answers", "findings", "rules", "case"])
@pytest.mark.parametrize("wrong", [7, None, ["x"], {"x": None}])
def test_a_pinned_member_of_the_wrong_kind_is_refused(name: str, wrong: object) -> None:
    from chatbot.record.envelope import EnvelopeProblem, read_event

    event = golden.FOLLOW_UP[0]
    data = ev.to_data(event)
    record = {"type": event.type, "v": 1, "data": data}
    assert read_event(record) == event
    broken = {**data, "previous": {**data["previous"], name: wrong}}
    with pytest.raises(EnvelopeProblem, match="previous"):
        read_event({**record, "data": broken})
    without = {key: value for key, value in data["previous"].items() if key != name}
    with pytest.raises(EnvelopeProblem, match="previous"):
        read_event({**record, "data": {**data, "previous": without}})


def test_a_second_verifier_agrees_on_cases_that_come_from_others() -> None:
    from tests.record.second_opinion import judge

    for name in ("follow-up", "amendment"):
        data = (golden.FOLDER / f"{name}.jsonl").read_bytes()
        assert judge(data) == ("sound", 0)
        lines = data.split(b"\n")
        lines[1] = lines[1].replace(b"K7M20AXP", b"K7M20AXQ", 1)
        assert judge(b"\n".join(lines))[0] == "corrupt"
