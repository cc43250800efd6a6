"""A kept case opened to be played: read only, as far as it can be read, in words and as JSON."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chatbot.core.events import AnswerGiven
from chatbot.core.values import Urgency
from chatbot.errors import BackstoryError, CorruptTranscript, StorageError, VersionUnsupported
from chatbot.record import chain, codec
from chatbot.record.event_list import MASKED
from chatbot.record.recording import open_recording, playable
from tests import recorded


@pytest.fixture
def case(tmp_path: Path) -> Path:
    return recorded.keep(tmp_path / "cases")


def moments(case: Path, **more: Any) -> list[dict[str, Any]]:
    return list(open_recording(case, recorded.load).moments_json(**more))


def test_nothing_is_written_or_locked(case: Path) -> None:
    before = {each: each.stat() for each in case.parents[1].rglob("*")}
    found = open_recording(case, recorded.load)
    found.playback.scan()
    assert found.verdict.word == "VALID-CLOSED" and list(found.moments_json())
    after = {each: each.stat() for each in case.parents[1].rglob("*")}
    assert {each: (s.st_mtime_ns, s.st_size) for each, s in before.items()} == {
        each: (s.st_mtime_ns, s.st_size) for each, s in after.items()
    }


MOMENT = {
    "number",
    "type",
    "on",
    "wall",
    "actor",
    "role",
    "text",
    "elapsed_ms",
    "pause_ms",
    "marks",
    "changes",
    "state",
}
CHANGES = {"urgency", "phase", "question", "red_flags", "findings", "recommendations", "unresolved", "answers"}
STATE = {
    *("phase", "urgency", "safety_asked", "safety_resolved", "question", "alarms", "red_flags", "findings"),
    *("recommendations", "answered", "unresolved"),
}


def test_every_moment_has_the_members_that_the_page_names(case: Path) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "replay.md").read_text("utf-8")
    for each in moments(case):
        assert each.keys() == MOMENT and each["changes"].keys() == CHANGES and each["state"].keys() == STATE
    for name in (*MOMENT, *CHANGES, *STATE, *open_recording(case, recorded.load).head_json()):
        assert f"`{name}`" in page, name


def test_a_moment_says_what_was_so_and_what_changed(case: Path) -> None:
    raised = moments(case)[3]
    assert raised["changes"]["urgency"] == {"before": "undetermined", "after": "emergency"}
    assert raised["state"]["urgency"] == Urgency.EMERGENCY.value and raised["marks"] == ["flag", "urgency"]
    assert {"id": "blocked", "state": "present", "because": ["water"]} in raised["state"]["red_flags"]
    assert "send" in raised["state"]["recommendations"]["recommended"]


def test_answers_at_any_moment_follow_from_what_the_moments_changed(case: Path) -> None:
    found = open_recording(case, recorded.load)
    answers: dict[str, Any] = {}
    for index, each in enumerate(found.moments_json(private=True)):
        for turn in each["changes"]["answers"]:
            answers.pop(turn["question"], None)
            if turn["after"] is not None:
                answers[turn["question"]] = turn["after"]
        assert answers == found.moment_json(index, private=True)["state"]["answers"]


def test_private_answers_are_masked_unless_they_are_asked_for(case: Path) -> None:
    found = open_recording(case, recorded.load)
    covered = json.dumps([list(found.moments_json()), found.moment_json(33)])
    assert recorded.SECRET not in covered and MASKED in covered
    assert found.moment_json(33)["state"]["plan"] is None
    shown = found.moment_json(33, private=True)
    assert recorded.SECRET in json.dumps(shown) and shown["state"]["plan"]["schema"] == "backstory.plan/1"


def test_a_torn_end_is_played_up_to_it_and_named(case: Path) -> None:
    whole = len(moments(case))
    case.write_bytes(case.read_bytes()[:-20])
    assert open_recording(case, recorded.load).verdict.word == "CORRUPT", "the register knows of the record"
    (case.parents[1] / "register.jsonl").unlink()
    found = open_recording(case, recorded.load)
    assert len(list(found.moments_json())) == whole - 1
    assert found.verdict.word == "TORN" and f"{case}:{whole}" in found.problem


def test_damage_in_the_middle_is_played_up_to_it_and_named(case: Path) -> None:
    lines = case.read_bytes().split(b"\n")
    lines[9] = lines[9].replace(b"both_sides", b"one_side_x")
    case.write_bytes(b"\n".join(lines))
    found = open_recording(case, recorded.load)
    assert len(list(found.moments_json())) == 9
    assert found.verdict.word == "CORRUPT" and f"{case}:10" in found.problem and "T005" in found.problem
    assert found.head_json()["damage"] == found.problem and found.head_json()["verdict"] == "CORRUPT"


def test_a_case_whose_protocol_is_not_kept_cannot_be_played_and_says_what_to_do(case: Path) -> None:
    shutil.rmtree(case.parents[1] / "protocols")
    with pytest.raises(StorageError) as problem:
        open_recording(case, recorded.load)
    assert problem.value.code == "F007" and problem.value.hint


@pytest.mark.parametrize("data", [b"", b"nothing\n", b"\x00" * 100])
def test_what_is_no_transcript_cannot_be_played(case: Path, data: bytes) -> None:
    case.write_bytes(data)
    with pytest.raises(BackstoryError) as problem:
        open_recording(case, recorded.load)
    assert problem.value.code == "T001"


def test_a_newer_format_is_refused(case: Path) -> None:
    first = case.read_bytes().split(b"\n", 1)[0]
    parts = chain.unseal(first)
    assert parts is not None
    members = codec.parse(parts[0])
    members["data"].update(format_version=99, min_reader=99)
    case.write_bytes(chain.seal(codec.canonical(members))[0] + b"\n")
    with pytest.raises(VersionUnsupported):
        open_recording(case, recorded.load)


def test_where_a_record_does_not_fit_its_protocol_it_plays_up_to_that(case: Path) -> None:
    found = open_recording(case, recorded.load)
    heat = next(each for each in found.records if each.data.get("question") == "heat" and each.type == "answer.given")
    assert isinstance(heat.event, AnswerGiven)
    foreign = replace(heat, event=replace(heat.event, question="no_such_question"))
    short = replace(found, records=tuple(foreign if each is heat else each for each in found.records))
    assert playable(short, 33) == heat.seq - 1 and "does not fit" in short.problem
    assert len(short.lines()) == len(short.playback) == heat.seq
    nothing = replace(found, records=(replace(found.records[0], event=foreign.event),))
    with pytest.raises(CorruptTranscript, match="nothing of it can be played"):
        playable(nothing, 0)
