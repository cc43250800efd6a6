"""Reading changes nothing and asks for nothing but the bytes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from chatbot.errors import BackstoryError, CorruptTranscript, StorageError
from chatbot.record.publish import storage_error
from chatbot.record.read import read_transcript
from chatbot.record.recovery import LARGEST_FILE
from tests.record import kit


def test_a_transcript_reads_back_as_it_was_written(transcript: Path) -> None:
    found = read_transcript(transcript)
    assert found.path == transcript
    assert (found.records, found.torn, found.tail_bytes) == (9, False, 0)
    assert found.events == (kit.opened(), *(event for step in kit.STEPS for event in step))
    assert found.header["kind"] == found.kind == "test"
    assert (found.case, found.digest) == ("TESTCASE", kit.DIGEST)
    assert found.head_code.startswith("9-")
    assert [entry.line for entry in found.entries] == list(range(1, 10))


def test_reading_needs_neither_the_lock_nor_our_file_modes(folder: Path) -> None:
    with kit.create(folder) as writer:
        assert read_transcript(writer.path).records == 1
        writer.path.chmod(0o644)
        writer.path.parent.chmod(0o755)
        assert read_transcript(writer.path).records == 1


def test_a_transcript_in_a_folder_that_cannot_be_written_is_read(transcript: Path) -> None:
    transcript.chmod(0o444)
    transcript.parent.chmod(0o555)
    try:
        assert read_transcript(transcript).records == 9
    finally:
        transcript.parent.chmod(0o755)


def test_reading_leaves_the_file_alone_even_when_it_is_torn(transcript: Path) -> None:
    data = transcript.read_bytes()[:-20]
    transcript.write_bytes(data)
    found = read_transcript(transcript)
    assert (found.torn, found.records) == (True, 8)
    assert found.tail_bytes == len(data) - data.rindex(b"\n") - 1
    assert transcript.read_bytes() == data
    assert list(transcript.parent.iterdir()) == [transcript]


def test_a_link_to_a_transcript_can_be_read(transcript: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(transcript)
    assert read_transcript(link).records == 9


def test_a_missing_file_is_a_storage_error_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as raised:
        read_transcript(tmp_path / "none.jsonl")
    assert (raised.value.exit_code, raised.value.code) == (8, "F002")
    assert raised.value.render().startswith(f"{tmp_path}/none.jsonl: error F002: cannot read")
    assert raised.value.hint


def test_folders_pipes_and_loops_are_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    for path in (tmp_path, pipe, loop):
        with pytest.raises(StorageError):
            read_transcript(path)


NOT_TRANSCRIPTS = {
    "empty": b"",
    "newline": b"\n",
    "text": b"Dear doctor,\n",
    "json": b'{"a":1}\n',
    "list": b"[1,2]\n",
    "zeros": bytes(4096),
    "binary": bytes(range(256)) * 20,
    "deep": b"[" * 60_000,
}


@pytest.mark.parametrize("data", NOT_TRANSCRIPTS.values(), ids=NOT_TRANSCRIPTS.keys())
def test_what_is_not_a_transcript_is_said_not_to_be_one(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(data)
    with pytest.raises(CorruptTranscript) as raised:
        read_transcript(path)
    assert (raised.value.exit_code, raised.value.code, raised.value.place) == (5, "T001", f"{path}:1")


def test_a_file_larger_than_any_case_is_refused_without_reading_all_of_it(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    with path.open("wb") as file:
        file.truncate(LARGEST_FILE * 50)
    with pytest.raises(CorruptTranscript) as raised:
        read_transcript(path)
    assert raised.value.code == "T001"


def test_an_error_message_never_repeats_an_answer(folder: Path) -> None:
    canary = "ZZCANARY1"
    path = kit.written(folder, [(kit.answer("remark", canary),), (kit.shown("last"),)])
    data = path.read_bytes()
    for place in range(data.index(b"\n") + 1, len(data)):
        changed = bytearray(data)
        changed[place] ^= 0x04
        path.write_bytes(changed)
        try:
            read_transcript(path, allow_torn=False)
        except BackstoryError as error:
            assert canary not in error.render()


@pytest.mark.parametrize("number", [*range(1, 40), 95, 110, 116, 122])
def test_every_refusal_of_the_system_has_a_code_and_says_what_to_do(number: int, tmp_path: Path) -> None:
    error = storage_error(OSError(number, os.strerror(number)), tmp_path, "read it")
    assert error.code.startswith("F0") and error.hint and error.message
