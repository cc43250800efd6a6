"""Every case is verified and counted once, in order, however many work on it and whatever happens to them."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from chatbot.audit.bulk import Engine, worst
from chatbot.audit.find import find_cases
from chatbot.audit.row import Row
from chatbot.audit.work import Wanted
from chatbot.core.case import Case
from chatbot.core.protocol import Protocol
from chatbot.record.envelope import Record
from chatbot.record.replay import verify
from tests.audit.kit import COUNT, all_cases, audit, cases_in, few_cases, files, rows


def test_each_case_is_verified_and_given_back_in_order() -> None:
    found = rows(all_cases())
    assert [row.file for row in found] == [str(path) for path in files(all_cases())]
    assert len(found) == COUNT and {row.verdict for row in found} == {"VALID-CLOSED", "VALID-OPEN"}


def test_two_processes_find_what_one_finds() -> None:
    assert rows(few_cases(), jobs=2) == rows(few_cases())


def test_a_row_survives_being_kept_as_json() -> None:
    for row in rows(few_cases(), Wanted(identities=True)):
        assert Row.from_json(json.loads(json.dumps(row.to_json()))) == row
        assert row.label and row.subject and row.names


def test_without_being_asked_nobody_is_named() -> None:
    for row in rows(few_cases()):
        assert not (row.label or row.subject or row.names) and row.actors >= 1


def counted(protocol: Protocol, case: Case, entries: tuple[Record, ...], row: Row) -> dict[str, object]:
    return {"protocol": protocol.id, "answers": len(case.answers), "records": len(entries)}


def test_a_further_measure_sees_the_case_at_its_end() -> None:
    for row in rows(few_cases(), Wanted(measures={"counted": counted})):
        assert row.extra["counted"]["records"] == row.records
        assert row.extra["counted"]["protocol"] == "ottawa_ankle"


def ended_once(protocol: Protocol, case: Case, entries: tuple[Record, ...], row: Row) -> None:
    """End the process at one case, the first time."""
    mark = Path(os.environ["BACKSTORY_TEST_MARK"])
    if case.case == os.environ["BACKSTORY_TEST_CASE"] and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)


def ended_always(protocol: Protocol, case: Case, entries: tuple[Record, ...], row: Row) -> None:
    if case.case == os.environ["BACKSTORY_TEST_CASE"]:
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture
def own_forkserver() -> object:
    """Let workers be started with the present environment."""
    from multiprocessing import forkserver

    forkserver._forkserver._stop()  # type: ignore[attr-defined]
    yield None
    forkserver._forkserver._stop()  # type: ignore[attr-defined]


@pytest.mark.usefixtures("own_forkserver")
def test_a_worker_that_is_killed_costs_no_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = cases_in(tmp_path, 20)
    whole = rows(folder)
    monkeypatch.setenv("BACKSTORY_TEST_MARK", str(tmp_path / "mark"))
    monkeypatch.setenv("BACKSTORY_TEST_CASE", whole[11].case)
    again = rows(folder, Wanted(measures={"ended": ended_once}), jobs=2)
    assert (tmp_path / "mark").exists()
    assert [row.to_json() | {"extra": {}} for row in again] == [row.to_json() | {"extra": {}} for row in whole]


@pytest.mark.usefixtures("own_forkserver")
def test_a_case_that_kills_its_worker_twice_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = cases_in(tmp_path, 6)
    whole = rows(folder)
    monkeypatch.setenv("BACKSTORY_TEST_CASE", whole[3].case)
    again = rows(folder, Wanted(measures={"ended": ended_always}), jobs=2)
    assert [row.verdict for row in again].count("FAULT") == 1 and again[3].verdict == "FAULT"
    assert "ended twice" in again[3].problems[0]


def newer(data: bytes) -> bytes:
    return data.replace(b'"min_reader":1', b'"min_reader":9', 1).replace(
        b'"format_version":1', b'"format_version":9', 1
    )


DAMAGE = [
    ("flipped", lambda data: data.replace(b'"answer.given"', b'"answer.givem"', 1), "CORRUPT", 5),
    ("torn", lambda data: data[:-40], "TORN", 4),
    ("emptied", lambda data: b"", "CORRUPT", 5),
    ("overwritten", lambda data: b"hello\n", "CORRUPT", 5),
    ("beginning lost", lambda data: data[50:], "CORRUPT", 5),
    ("newer", newer, "UNKNOWN-VERSION", 6),
]


@pytest.mark.parametrize(("damage", "verdict", "code"), [each[1:] for each in DAMAGE], ids=[each[0] for each in DAMAGE])
def test_a_damaged_file_is_told_apart_and_named(tmp_path: Path, damage: object, verdict: str, code: int) -> None:
    folder = cases_in(tmp_path, 4)
    bad = files(folder)[1]
    bad.write_bytes(damage(bad.read_bytes()))  # type: ignore[operator]
    found = rows(folder)
    assert [row.verdict for row in found].count(verdict) == 1 and found[1].verdict == verdict
    assert str(bad) in found[1].problems[0]
    exit_code, out, _ = audit(folder)
    assert exit_code == code and verdict in out and f"{bad}:" in out


def test_a_protocol_that_is_missing_or_altered_is_no_sound_case(tmp_path: Path) -> None:
    folder = cases_in(tmp_path, 2)
    (kept,) = (folder / "protocols").iterdir()
    kept.write_bytes(kept.read_bytes() + b" ")
    assert {row.verdict for row in rows(folder)} == {"CORRUPT"}
    kept.unlink()
    assert {row.verdict for row in rows(folder)} == {"UNREADABLE"}
    assert audit(folder)[0] == 8


def test_what_never_was_a_case_is_listed_and_not_counted(tmp_path: Path) -> None:
    folder = cases_in(tmp_path, 3)
    (folder / "clinical" / "notes.jsonl").write_text("buy milk\n")
    (folder / "clinical" / "notes.txt").write_text("buy milk\n")
    (folder / "clinical" / "more").mkdir()
    os.symlink(files(folder)[0], folder / "clinical" / "zz-linked.jsonl")
    os.mkfifo(folder / "clinical" / "zz-pipe.jsonl")
    (folder / "clinical" / "x.jsonl.torn-12-abc").write_bytes(b"{")
    code, out, _ = audit(folder)
    assert code == 0 and out.startswith("3 cases in ") and "milk" not in out
    for said in ("notes.jsonl: not a transcript", "notes.txt", "symbolic link, not followed", "not a regular file"):
        assert said in out
    assert "1 torn end set aside earlier" in out and "a folder, not searched" in out


def test_a_copy_of_a_damaged_case_under_another_name_is_still_corrupt(tmp_path: Path) -> None:
    folder = cases_in(tmp_path, 2)
    data = files(folder)[0].read_bytes()
    (folder / "clinical" / "copy.jsonl").write_bytes(b"x" + data)
    assert audit(folder)[0] == 5


def test_kinds_are_told_by_the_header_and_a_case_in_the_wrong_folder_is_named(tmp_path: Path) -> None:
    folder = cases_in(tmp_path, 3)
    (folder / "practice").mkdir()
    first = files(folder)[0]
    moved = first.rename(folder / "practice" / first.name)
    found = rows(folder)
    assert len(found) == 3 and found[-1].file == str(moved)
    assert "F013" in found[-1].problems[0] and audit(folder)[0] == 8
    code, out, _ = audit(folder, "--kind", "practice")
    assert code == 0 and "No case was audited" in out and "3 clinical" in out


def test_two_files_of_one_case_do_not_pass(tmp_path: Path) -> None:
    folder = cases_in(tmp_path, 3)
    first = files(folder)[0]
    (folder / "clinical" / f"0{first.name[1:]}").write_bytes(first.read_bytes())
    code, out, _ = audit(folder)
    assert code == 1 and "2 files hold case" in out


def test_the_worst_code_decides() -> None:
    assert [worst([0, *codes]) for codes in ([1], [1, 8], [8, 4], [4, 6], [6, 9], [9, 5], [5, 70], [])] == [
        *(1, 8, 4, 6, 9, 5, 70, 0),
    ]


def test_an_empty_folder_one_file_and_no_folder_are_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    code, out, _ = audit(tmp_path / "empty")
    assert code == 0 and out.startswith("No case was audited in ")
    code, out, _ = audit(files(all_cases())[0], "--part", "verdicts")
    assert code == 0 and out.startswith("1 case in ")
    code, _, err = audit(tmp_path / "nowhere")
    assert code == 8 and "F003" in err


def test_a_case_is_judged_as_replay_judges_it() -> None:
    from chatbot.audit.work import cached_bundle

    for row in rows(few_cases())[:8]:
        report = verify(Path(row.file), cached_bundle)
        assert (row.verdict, row.case, row.head, row.urgency, row.phase, row.records) == (
            *(report.verdict, report.case, report.head, report.urgency, report.phase, report.records),
        )


def test_ctrl_c_says_what_was_done_and_how_to_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from chatbot.audit.tally import Tally

    folder, state = cases_in(tmp_path, 6), tmp_path / "audit.state"
    add = Tally.add

    def interrupted(tally: Tally, row: Row) -> None:
        add(tally, row)
        if tally.files == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(Tally, "add", interrupted)
    code, out, err = audit(folder)
    assert code == 130 and not out and "--state FILE" in err
    code, out, err = audit(folder, "--state", state)
    assert code == 130 and "2 of 6" in err
    monkeypatch.undo()
    code, out, err = audit(folder, "--state", state)
    assert code == 0 and "3 of 6 cases were taken from" in err
    assert out == audit(folder)[1]


def test_ending_early_leaves_no_process_behind() -> None:
    engine = Engine(Wanted(), 2)
    results = engine.run(find_cases(all_cases(), ("clinical",)))
    first = next(results)
    results.close()
    assert first.row.sound
    import multiprocessing

    assert multiprocessing.active_children() == []
