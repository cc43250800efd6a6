"""Verifying: the kept protocol, every step, every plan."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chatbot.core import events as ev
from chatbot.core.protocol import Protocol
from chatbot.errors import CorruptTranscript, ExitCode, StorageError
from chatbot.record import bundle
from chatbot.record.replay import verify
from tests.record import kit
from tests.record.test_recovery import data_at, resealed


def kept(folder: Path) -> Path:
    return folder / "protocols" / f"{kit.DIGEST}.json"


def test_a_signed_case_verifies(folder: Path) -> None:
    path = kit.interviewed(folder)
    report = verify(path, kit.load_bundle)
    assert (report.verdict, report.exit_code) == ("VALID-CLOSED", ExitCode.FINE)
    assert (report.case, report.kind, report.phase, report.urgency) == ("TESTCASE", "test", "signed", "routine")
    assert (report.plan_digests_checked, report.problems, report.torn) == (2, (), False)
    assert report.records == len(path.read_bytes().splitlines())
    assert json.loads(json.dumps(report.to_json()))["head"] == report.head


def test_an_open_case_verifies_as_open(folder: Path) -> None:
    assert verify(kit.interviewed(folder, sign=False), kit.load_bundle).verdict == "VALID-OPEN"


def test_a_torn_case_is_reported_with_its_line_and_exit_code_four(folder: Path) -> None:
    path = kit.interviewed(folder, sign=False)
    # An append that a crash left unfinished: no register has heard of it.
    path.write_bytes(path.read_bytes() + path.read_bytes().splitlines()[-1][:-40])
    report = verify(path, kit.load_bundle)
    assert (report.verdict, report.exit_code, report.torn) == ("TORN", ExitCode.TORN, True)
    assert report.problems[0].startswith(f"{path}:{report.records + 1}: error T003: ")


def test_a_plan_that_comes_out_differently_is_corrupt_at_its_line(folder: Path) -> None:
    path = kit.interviewed(folder, sign=False)
    issued = len(path.read_bytes().splitlines())
    path.write_bytes(resealed(path.read_bytes(), data_at(issued - 1, digest="f" * 64)))
    with pytest.raises(CorruptTranscript) as raised:
        verify(path, kit.load_bundle)
    assert (raised.value.exit_code, raised.value.code, raised.value.place) == (5, "T012", f"{path}:{issued}")


def test_an_answer_changed_with_every_hash_anew_is_found_by_the_plan(folder: Path) -> None:
    path = kit.interviewed(folder)

    def change(number: int, record: dict[str, Any]) -> None:
        if record["type"] == "answer.given" and record["data"]["question"] == "second":
            record["data"]["value"] = "yes"

    path.write_bytes(resealed(path.read_bytes(), change))
    with pytest.raises(CorruptTranscript) as raised:
        verify(path, kit.load_bundle)
    assert raised.value.code == "T012"


def test_a_signature_under_another_plan_is_corrupt(folder: Path) -> None:
    path = kit.interviewed(folder)
    last = len(path.read_bytes().splitlines())
    path.write_bytes(resealed(path.read_bytes(), data_at(last - 1, digest="0" * 64)))
    with pytest.raises(CorruptTranscript) as raised:
        verify(path, kit.load_bundle)
    assert (raised.value.code, raised.value.place) == ("T012", f"{path}:{last}")


DO_NOT_FIT: dict[str, ev.Event] = {
    "an unknown question": kit.answer("nobody_asked"),
    "an unknown option": kit.answer("second", "ZZCANARY2"),
    "an unknown source": ev.AnswerGiven("second", "no", None, "rumour", "key", "2026-03-02T09:00"),
    "an unknown status": ev.AnswerGiven("second", None, "maybe", "patient", "key", "2026-03-02T09:00"),
    "a day that is none": ev.AnswerGiven("second", "no", None, "patient", "key", "soon"),
    "a signature before a plan": ev.CaseSigned("0" * 64),
    "a sitting before the last": ev.CaseResumed("never"),
    "a number that is text": ev.AnswerGiven("remark", 3, None, "patient", "key", "2026-03-02T09:00"),
}


@pytest.mark.parametrize("event", DO_NOT_FIT.values(), ids=DO_NOT_FIT.keys())
def test_an_event_that_does_not_fit_its_protocol_is_corrupt_at_its_line(folder: Path, event: ev.Event) -> None:
    path = kit.written(folder, [(kit.answer("first"),), (event,)])
    with pytest.raises(CorruptTranscript) as raised:
        verify(path, kit.load_bundle)
    assert raised.value.place == f"{path}:3"
    assert raised.value.code in {"T012", "T013"}
    assert "ZZCANARY2" not in raised.value.render()


def test_the_protocol_is_found_above_the_transcript_or_where_it_is_said_to_be(folder: Path, tmp_path: Path) -> None:
    path = kit.interviewed(folder)
    deep = folder / "archive" / "2026" / path.name
    deep.parent.mkdir(parents=True)
    shutil.copy(path, deep)
    assert bundle.find(deep, kit.DIGEST) == kept(folder)
    assert verify(deep, kit.load_bundle).verdict == "VALID-CLOSED"
    moved = tmp_path / "elsewhere"
    shutil.move(folder / "protocols", moved)
    with pytest.raises(StorageError) as raised:
        verify(path, kit.load_bundle)
    assert (raised.value.exit_code, raised.value.code) == (8, "F007")
    assert verify(path, kit.load_bundle, moved).verdict == "VALID-CLOSED"
    with pytest.raises(StorageError):
        verify(path, kit.load_bundle, tmp_path)


def test_an_altered_protocol_is_corrupt_and_never_loaded(folder: Path) -> None:
    path = kit.interviewed(folder)
    kept(folder).write_text(kit.CANONICAL.replace("Größe", "Grösse"), "utf-8")
    with pytest.raises(CorruptTranscript) as raised:
        verify(path, lambda data: pytest.fail("loaded"))
    assert (raised.value.code, raised.value.place) == ("T014", f"{kept(folder)}:1")


def test_a_header_that_names_another_protocol_than_its_digest_is_corrupt(folder: Path) -> None:
    path = kit.interviewed(folder)

    def newer(data: bytes) -> Protocol:
        return replace(kit.PROTOCOL, version="2.0")

    with pytest.raises(CorruptTranscript) as raised:
        verify(path, newer)
    assert (raised.value.code, raised.value.place) == ("T013", f"{path}:1")


def test_what_the_loader_raises_reaches_the_caller(folder: Path) -> None:
    class Broken(Exception):
        pass

    def broken(data: bytes) -> Protocol:
        raise Broken

    with pytest.raises(Broken):
        verify(kit.interviewed(folder), broken)


def test_a_digest_never_becomes_a_path(transcript: Path) -> None:
    for digest in ("../../etc/passwd", "", "x" * 64, "A" * 64):
        with pytest.raises(StorageError):
            bundle.load(transcript, digest)
        with pytest.raises(StorageError):
            bundle.load(transcript, digest, transcript.parent)
