"""Who looked: one sealed line for each opening, a torn tail that loses nothing else, and reading that never waits."""

from __future__ import annotations

import errno
import json
import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from chatbot.record import access
from chatbot.record.access import AccessLog, case_code_of, read_access
from chatbot.record.cases import list_cases
from chatbot.record.host import FixedHost, Host
from tests.record.kit import EIO, ENOSPC, FaultyDisk, failing, written

READ_ONLY = failing(errno.EROFS)


@pytest.fixture
def case(tmp_path: Path) -> Path:
    return written(tmp_path / "cases")


def log(**more: Any) -> AccessLog:
    return AccessLog(FixedHost(user="anna"), {}, **more)


def place(case: Path) -> Path:
    return case.parents[1] / "access.jsonl"


def test_an_opening_is_noted_beside_the_cases_without_label_code_or_answers(case: Path) -> None:
    assert log().note("replay", case, actor="AB") == ""
    (entry,) = read_access(place(case)).entries
    assert (entry.what, entry.case, entry.file, entry.actor, entry.account, entry.cases) == (
        "replay", "TESTCASE", case.name, "AB", "anna", 1,
    )  # fmt: skip
    assert entry.t == "2026-03-02T09:00:00.000Z" and entry.seq == 0
    text = place(case).read_text()
    assert "bed 4" not in text and set(json.loads(text)) - {"~h"} == access._MEMBERS
    assert stat.S_IMODE(place(case).stat().st_mode) == 0o600


def test_lines_are_chained(case: Path) -> None:
    noted = log()
    for what in ("replay", "export", "verify"):
        noted.note(what, case)
    found = read_access(place(case))
    assert [each.seq for each in found.entries] == [0, 1, 2] and not found.problems
    lines = [json.loads(line) for line in place(case).read_text().splitlines()]
    assert [each["prev"] for each in lines[1:]] == [each["~h"] for each in lines[:-1]]


@pytest.mark.parametrize("change", ["altered", "left out", "swapped"])
def test_what_was_altered_in_the_middle_is_told(case: Path, change: str) -> None:
    noted = log()
    for what in ("replay", "export", "verify", "plan"):
        noted.note(what, case)
    lines = place(case).read_bytes().splitlines()
    if change == "altered":
        lines[1] = lines[1].replace(b"export", b"verify")
    elif change == "left out":
        del lines[1]
    else:
        lines[1], lines[2] = lines[2], lines[1]
    place(case).write_bytes(b"\n".join(lines) + b"\n")
    assert read_access(place(case)).problems


def test_no_line_of_a_transcript_passes_for_one_of_the_log(case: Path) -> None:
    assert access.unseal(case.read_bytes().splitlines()[0]) is None


@pytest.mark.parametrize("cut", [1, 2, 40, 200])
def test_a_torn_tail_is_left_behind_and_the_next_line_chains_to_the_last_good_one(case: Path, cut: int) -> None:
    noted = log()
    noted.note("replay", case)
    noted.note("export", case)
    place(case).write_bytes(place(case).read_bytes()[:-cut])
    assert noted.note("verify", case) == ""
    found = read_access(place(case))
    whole = cut == 1  # only the newline is missing: the line itself is there
    assert [each.what for each in found.entries] == (["replay", "export", "verify"] if whole else ["replay", "verify"])
    assert not found.problems and found.fragments == (0 if whole else 1)


def test_a_log_with_a_long_tail_of_rubbish_goes_on_from_its_last_good_line(case: Path) -> None:
    log().note("replay", case)
    with place(case).open("ab") as stream:
        stream.write(b"\n".join([b"x" * 3000] * 60))
    assert log().note("export", case) == ""
    found = read_access(place(case))
    assert [each.seq for each in found.entries] == [0, 1] and not found.problems


@pytest.mark.parametrize("fault", [ENOSPC, EIO, READ_ONLY])
@pytest.mark.parametrize("at", range(12))
def test_a_failure_to_write_never_raises_and_is_told_once(case: Path, at: int, fault: Any) -> None:
    disk = FaultyDisk(at, fault, ever_after=True)
    noted = log(disk=disk)
    told = [noted.note("replay", case, case="TESTCASE") for _ in range(4)]
    assert len([each for each in told if each]) == 1
    assert "not noted" in "".join(told)


def test_of_a_medium_that_is_read_only_it_is_told_so(case: Path) -> None:
    assert "read-only" in log(disk=FaultyDisk(0, READ_ONLY, ever_after=True)).note("replay", case, case="TESTCASE")


@pytest.mark.parametrize("what", ["folder", "link"])
def test_a_log_that_is_no_file_is_told_and_not_followed(case: Path, what: str, tmp_path: Path) -> None:
    if what == "folder":
        place(case).mkdir()
    else:
        place(case).symlink_to(tmp_path / "elsewhere")
    assert "not noted" in log().note("replay", case) and not (tmp_path / "elsewhere").exists()


def test_the_log_may_stand_elsewhere(case: Path, tmp_path: Path) -> None:
    noted = AccessLog(FixedHost(), {access.PLACE: str(tmp_path / "log.jsonl")})
    assert noted.note("replay", case) == "" and not place(case).exists()
    assert len(read_access(tmp_path / "log.jsonl").entries) == 1


def test_a_run_over_many_cases_is_one_line(case: Path) -> None:
    assert log().note_run("audit", case.parents[1], 2000) == ""
    (entry,) = read_access(place(case)).entries
    assert (entry.what, entry.cases, entry.case) == ("audit", 2000, "")


def test_the_log_is_no_case(case: Path) -> None:
    log().note("replay", case)
    assert [each.path for each in list_cases(case.parents[1])] == [case]


def test_of_a_damaged_case_the_code_is_noted_where_its_header_still_says_it(case: Path) -> None:
    case.write_bytes(case.read_bytes().replace(b"bed 4", b"bed 5"))
    assert case_code_of(case) == "TESTCASE"
    case.write_bytes(b"nothing of it\n")
    assert case_code_of(case) == "" and case_code_of(case.with_name("gone")) == ""


def test_many_at_once_lose_no_line(case: Path) -> None:
    noted = AccessLog(Host(), {})
    told: list[str] = []
    threads = [
        threading.Thread(target=lambda: told.extend(noted.note("replay", case) for _ in range(8))) for _ in range(4)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    found = read_access(place(case))
    assert told == [""] * 32 and not found.problems and [each.seq for each in found.entries] == list(range(32))


def test_a_log_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert read_access(tmp_path / "access.jsonl").entries == ()
