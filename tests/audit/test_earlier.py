"""A case that comes from another is compared with it, whatever order they are audited in; old formats stay readable."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chatbot.audit import work
from chatbot.audit.find import find_cases
from chatbot.audit.row import Row
from chatbot.core import events as ev
from chatbot.errors import BackstoryError
from chatbot.record.host import FixedHost
from chatbot.record.read import read_transcript
from chatbot.record.replay import verify
from chatbot.record.store import TranscriptWriter
from tests.audit.kit import audit, rows
from tests.record import kit

GOLDEN = Path(__file__).resolve().parents[1] / "data" / "transcripts" / "v1"


@pytest.fixture(autouse=True)
def _small_protocol(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "cached_bundle", kit.load_bundle)


def follow_up(folder: Path, head: str) -> Path:
    """Write a follow-up of the case that ``kit.interviewed`` writes, begun when its last hash was *head*."""
    pinned: ev.Pinned = {
        "case": "TESTCASE",
        "as_of": "2026-03-02T09:00",
        "head": head,
        "answers": {},
        "findings": {},
        "urgency": "routine",
        "rules": {},
    }
    opened = kit.opened("test", "K7M20AXR", follows="TESTCASE")
    with TranscriptWriter.create(folder, opened, kit.PROTOCOL, FixedHost(seed=5)) as writer:
        writer.append([ev.PreviousPinned(pinned, pinned, ["TESTCASE"])])
        return writer.path


def audited(folder: Path) -> dict[str, Row]:
    return {row.case: row for row in rows(folder, kinds=("test",))}


def test_a_follow_up_of_the_file_that_is_there_is_sound(tmp_path: Path) -> None:
    first = kit.interviewed(tmp_path)
    follow_up(tmp_path, read_transcript(first).head)
    row = audited(tmp_path)["K7M20AXR"]
    assert (row.exit_code, row.problems, row.links) == (0, (), 1)


def test_a_follow_up_of_a_file_that_was_replaced_is_not(tmp_path: Path) -> None:
    kit.interviewed(tmp_path)
    follow_up(tmp_path, "0" * 64)
    row = audited(tmp_path)["K7M20AXR"]
    assert row.exit_code == 5 and "replaced or altered" in row.problems[0]


def test_an_earlier_case_that_is_missing_is_said_and_no_fault(tmp_path: Path) -> None:
    follow_up(tmp_path, "0" * 64)
    row = audited(tmp_path)["K7M20AXR"]
    assert row.exit_code == 0 and "not compared" in row.problems[0]


def test_the_folder_is_read_once_for_all_earlier_cases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = kit.interviewed(tmp_path)
    follow_up(tmp_path, read_transcript(first).head)
    assert find_cases(tmp_path, ("test",)).earlier == {"TESTCASE": [first]}

    def searched(*_: Any) -> list[Path]:
        raise AssertionError("the folder was searched for one case")

    monkeypatch.setattr(work, "files_of", searched)
    assert audited(tmp_path)["K7M20AXR"].exit_code == 0


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.jsonl")), ids=lambda path: path.stem)
def test_every_kept_transcript_is_judged_as_replay_judges_it(path: Path) -> None:
    (row,) = rows(path)
    try:
        report = verify(path, kit.load_bundle)
    except BackstoryError as error:
        assert (row.exit_code, row.problems) == (int(error.exit_code), (error.render(),))
        return
    assert (row.verdict, row.exit_code, row.head, row.problems) == (
        *(report.verdict, int(report.exit_code), report.head, report.problems),
    )
    assert Row.from_json(row.to_json()) == row


def test_a_case_that_the_register_knows_and_that_is_gone_is_named(tmp_path: Path) -> None:
    first = kit.interviewed(tmp_path)
    follow_up(tmp_path, read_transcript(first).head)
    assert audit(tmp_path, "--kind", "test")[0] == 0
    first.unlink()
    code, out, _ = audit(tmp_path, "--kind", "test")
    assert code == 5 and "T008" in out and "TESTCASE" in out
    assert audit(tmp_path, "--kind", "practice")[0] == 0


def test_a_case_that_was_cut_differs_from_the_register(tmp_path: Path) -> None:
    first = kit.interviewed(tmp_path)
    lines = first.read_bytes().splitlines(keepends=True)
    first.write_bytes(b"".join(lines[:-2]))
    code, out, _ = audit(tmp_path, "--kind", "test")
    assert code == 5 and "T007" in out
