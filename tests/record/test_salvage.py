"""What stands before the damage is copied, byte for byte, and the loss is noted."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from chatbot.core import events as ev
from chatbot.errors import CorruptTranscript, StorageError, UsageError, VersionUnsupported
from chatbot.record.host import FixedHost
from chatbot.record.read import read_transcript
from chatbot.record.salvage import salvage
from chatbot.record.store import TranscriptWriter
from tests.record import kit
from tests.record.test_recovery import UNKNOWN, line_starts, resealed


def damage(path: Path, line: int) -> bytes:
    data = bytearray(path.read_bytes())
    data[line_starts(bytes(data))[line - 1] + 50] ^= 1
    path.write_bytes(data)
    return bytes(data)


@pytest.mark.parametrize("line", range(2, 10))
def test_every_record_before_the_damage_is_copied_and_the_rest_is_noted(transcript: Path, line: int) -> None:
    original = transcript.read_bytes()
    damaged = damage(transcript, line)
    out = transcript.with_name("salvaged.jsonl")
    result = salvage(transcript, out, host=FixedHost())
    good = original[: line_starts(original)[line - 1]]
    assert transcript.read_bytes() == damaged
    assert out.read_bytes().startswith(good)
    assert (result.path, result.records, result.line, result.noted) == (out, line - 1, line, True)
    assert result.lost_bytes == len(damaged) - len(good)
    found = read_transcript(out, allow_torn=False)
    recovered, note = found.events[-2:]
    assert recovered == ev.StorageRecovered(result.lost_bytes, hashlib.sha256(damaged[len(good) :]).hexdigest())
    assert isinstance(note, ev.NoteAdded)
    assert transcript.name in note.text and hashlib.sha256(damaged).hexdigest() in note.text


def test_a_salvaged_case_can_be_resumed(transcript: Path) -> None:
    damage(transcript, 5)
    out = transcript.with_name("salvaged.jsonl")
    salvage(transcript, out)
    writer, found = TranscriptWriter.resume(out, FixedHost())
    with writer:
        writer.append([kit.answer("last")])
    assert found.case == "TESTCASE"


def test_what_follows_the_end_of_a_case_is_left_out(folder: Path) -> None:
    path = kit.written(folder, [*kit.STEPS, (ev.CaseSigned("0" * 64),)])
    good = path.read_bytes()
    path.write_bytes(good + b"more\n")
    result = salvage(path, path.with_name("out.jsonl"))
    assert result.path.read_bytes() == good
    assert not result.noted


def test_a_sound_transcript_is_not_salvaged(transcript: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        salvage(transcript, tmp_path / "out.jsonl")
    assert not (tmp_path / "out.jsonl").exists()


def test_without_a_header_there_is_nothing_to_salvage(transcript: Path, tmp_path: Path) -> None:
    damage(transcript, 1)
    with pytest.raises(CorruptTranscript):
        salvage(transcript, tmp_path / "out.jsonl")


def test_a_newer_transcript_is_not_cut_down_to_what_this_version_knows(transcript: Path, tmp_path: Path) -> None:
    transcript.write_bytes(resealed(transcript.read_bytes(), UNKNOWN["an event"]))
    with pytest.raises(VersionUnsupported):
        salvage(transcript, tmp_path / "out.jsonl")


def test_an_existing_file_is_never_overwritten(transcript: Path, tmp_path: Path) -> None:
    damage(transcript, 5)
    out = tmp_path / "out.jsonl"
    out.write_bytes(b"precious")
    with pytest.raises(StorageError) as raised:
        salvage(transcript, out)
    assert (raised.value.code, raised.value.exit_code) == ("F009", 8)
    assert out.read_bytes() == b"precious"
    with pytest.raises(StorageError):
        salvage(transcript, transcript)
    with pytest.raises(StorageError) as missing:
        salvage(transcript, tmp_path / "none" / "out.jsonl")
    assert missing.value.code == "F002"
