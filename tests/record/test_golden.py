"""Transcripts written once are read for ever, byte for byte the same as today's writer makes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatbot.core.events import EVENT_TYPES, from_data
from chatbot.record import bundle
from chatbot.record.codec import parse
from chatbot.record.read import examine_file, read_transcript
from tests.record import golden, kit, second_opinion

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


# --- encrypted ones ---

SEALED = sorted(golden.SEALED_FOLDER.glob("*.jsonl"))


def test_there_is_an_encrypted_golden_file_of_every_shape() -> None:
    assert {path.stem for path in SEALED} == {*golden.SEALED, *golden.SEALED_FIRST}


@pytest.mark.parametrize("path", SEALED, ids=lambda path: path.stem)
def test_an_encrypted_golden_transcript_is_opened_with_its_key(path: Path) -> None:
    found = read_transcript(path, ring=golden.sealed_ring())
    steps = (golden.SEALED_FIRST.get(path.stem, ()), *golden.SEALED.get(path.stem, ()))
    written = [each for step in steps for each in step]
    torn = path.stem == "torn"
    assert list(found.events[1:]) == (written[:-1] if torn else written) and found.torn is torn
    assert (found.header["label"], found.header["subject"]) == ("bed 4", "K7M2-0AXQ-9ZZZ")
    assert bundle.load(path, found.digest) == kit.CANONICAL.encode()


@pytest.mark.parametrize("path", SEALED, ids=lambda path: path.stem)
def test_the_chain_of_an_encrypted_golden_transcript_needs_no_key(path: Path) -> None:
    data, found = examine_file(path)
    verdict, line = second_opinion.judge(data)
    assert (verdict == "torn") is (path.stem == "torn") is (found.damage is not None and found.damage.torn)
    assert found.shut is not None and b"bed 4" not in data and b"K7M2-0AXQ" not in data
    assert line == (0 if found.damage is None else found.damage.line)


SEALED_HEADS = {
    "amendment": "5-EYCC-7H7O-SVDQ-WCDY-3JQ5",
    "every-event": "26-SLFZ-JXP2-XAKJ-KMEJ-MVIO",
    "follow-up": "4-IXKU-LX3D-JJAB-BMUD-6GFQ",
    "open": "9-M3DA-72KI-HZOX-FND4-A7GF",
    "signed-open": "12-MQYG-Q44G-AKIM-YFIG-XNNO",
    "torn": "8-NMBG-QSME-C5DJ-6BRW-H6MD",
}


@pytest.mark.parametrize(("name", "code"), SEALED_HEADS.items())
def test_the_heads_of_encrypted_golden_transcripts_are_known_from_elsewhere(name: str, code: str) -> None:
    path = golden.SEALED_FOLDER / f"{name}.jsonl"
    assert read_transcript(path, ring=golden.sealed_ring()).head_code == code
