"""Older shapes are brought to the newest one when they are read; what is hashed stays what stands in the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chatbot.core import events as ev
from chatbot.errors import BackstoryError
from chatbot.record import upcast
from chatbot.record.envelope import header_data
from chatbot.record.read import read_transcript
from tests.record import kit
from tests.record.test_sealing import rewritten


def _named(data: dict[str, Any]) -> dict[str, Any]:
    return {"text": data["said"], **({"question": data["about"]} if "about" in data else {})}


def _older(number: int, record: dict[str, Any]) -> None:
    """Spell a note as a first version would have, had its members been called otherwise then."""
    if record["type"] == "note.added":
        data = record["data"]
        record["data"] = {"said": data["text"], **({"about": data["question"]} if "question" in data else {})}


@pytest.fixture
def renamed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A world in which the members of a note were renamed, so that its version is 2."""
    monkeypatch.setitem(upcast.EVENTS, ("note.added", 1), _named)


def test_a_header_of_format_1_is_held_in_the_shape_of_format_2(transcript: Path) -> None:
    found = read_transcript(transcript)
    assert found.header["enc"] is None and b'"enc"' not in transcript.read_bytes()
    assert upcast.header(header_data(kit.opened(), "x")).keys() == found.header.keys()


def test_an_event_of_an_older_version_is_read_in_its_newest_shape(transcript: Path, renamed: None) -> None:
    rewritten(transcript, _older)
    head = read_transcript(transcript).head
    assert ev.NoteAdded("line\u2028separator and \x7f") in read_transcript(transcript).events
    assert b'"said":' in transcript.read_bytes() and head in transcript.read_text("utf-8")


def test_a_changed_event_is_written_in_its_new_version_and_its_old_files_are_still_read(
    folder: Path, renamed: None
) -> None:
    path = kit.written(folder)
    notes = [line for line in path.read_bytes().split(b"\n") if b'"note.added"' in line]
    assert notes and all(b'"v":2' in line for line in notes)
    assert read_transcript(path).events == read_transcript(path).events


def test_a_version_from_the_future_and_an_old_shape_that_is_none_are_refused(transcript: Path, renamed: None) -> None:
    def later(number: int, record: dict[str, Any]) -> None:
        record["v"] = 3 if record["type"] == "note.added" else record["v"]

    copy = transcript.with_name("later.jsonl")
    copy.write_bytes(transcript.read_bytes())
    rewritten(copy, later)
    with pytest.raises(BackstoryError) as raised:
        read_transcript(copy)
    assert raised.value.code == "T011"

    def spoilt(number: int, record: dict[str, Any]) -> None:
        if record["type"] == "note.added":
            record.update(v=1, data={"text": "no member of the first version"})

    rewritten(transcript, spoilt)
    with pytest.raises(BackstoryError) as raised:
        read_transcript(transcript)
    assert raised.value.code == "T015" and "no member" not in raised.value.message


def test_an_encrypted_header_belongs_to_format_2_alone(folder: Path) -> None:
    path = kit.written(folder)

    def with_enc(number: int, record: dict[str, Any]) -> None:
        if number == 0:
            record["data"]["enc"] = None

    rewritten(path, with_enc)
    with pytest.raises(BackstoryError) as raised:
        read_transcript(path)
    assert raised.value.code == "T015"


def test_no_step_is_missing_from_any_older_version_to_the_newest() -> None:
    for type_, version in upcast.EVENTS:
        assert type_ in ev.EVENT_TYPES
        assert all((type_, each) in upcast.EVENTS for each in range(version, upcast.newest(type_)))
    assert set(upcast.HEADERS) == set(range(1, upcast.HEADER_SHAPE))
