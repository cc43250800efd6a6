"""Transcripts written once are read for ever, byte for byte the same as today's writer makes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatbot.core.events import EVENT_TYPES, from_data
from chatbot.record import bundle
from chatbot.record.codec import parse
from chatbot.record.read import read_transcript
from tests.record import golden, kit

FILES = sorted(golden.FOLDER.glob("*.jsonl"))


def test_there_is_a_golden_file_of_every_shape() -> None:
    assert {path.stem for path in FILES} >= set(golden.GOLDEN)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_golden_transcript_is_read(path: Path) -> None:
    found = read_transcript(path)
    assert found.torn is (path.stem == "torn")
    assert found.events[0] == found.entries[0].event
    for line in path.read_bytes().splitlines()[: found.records]:
        parse(line)
    assert bundle.load(path, found.digest) == kit.CANONICAL.encode()


@pytest.mark.parametrize("name", golden.GOLDEN)
def test_todays_writer_makes_the_same_bytes(name: str) -> None:
    assert golden.written(name) == (golden.FOLDER / f"{name}.jsonl").read_bytes()


def test_the_golden_transcripts_hold_every_event_there_is() -> None:
    seen = {event.type for path in FILES for event in read_transcript(path).events}
    assert seen == set(EVENT_TYPES)


def test_every_event_reads_back_as_it_was_written() -> None:
    events = read_transcript(golden.FOLDER / "every-event.jsonl").events
    assert events[1:] == tuple(event for step in golden.EVERY_EVENT for event in step)


def test_what_comes_from_other_cases_reads_back_as_it_was_written() -> None:
    for name, written in (("follow-up", golden.FOLLOW_UP), ("amendment", golden.AMENDMENT)):
        events = read_transcript(golden.FOLDER / f"{name}.jsonl").events
        assert events[1 : 1 + len(written)] == written


def test_events_are_read_as_the_core_reads_them() -> None:
    for path in FILES:
        for entry in read_transcript(path).entries:
            assert entry.event == from_data(entry.type, 1, entry.data)


HEADS = {
    "every-event": "26-",
    "open": "9-QI5K-M2PT-46RS-PCTX-3YUI",
}


@pytest.mark.parametrize(("name", "code"), HEADS.items())
def test_the_heads_of_golden_transcripts_are_known_from_elsewhere(name: str, code: str) -> None:
    assert read_transcript(golden.FOLDER / f"{name}.jsonl").head_code.startswith(code)
