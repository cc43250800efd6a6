"""What was finished is used again only while nothing it hangs on has changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.audit.kit import audit, cases_in, files


@pytest.fixture
def kept(tmp_path: Path) -> tuple[Path, Path]:
    folder, state = cases_in(tmp_path, 5), tmp_path / "audit.state"
    assert audit(folder, "--state", state)[0] == 0
    return folder, state


def reused(folder: Path, state: Path) -> str:
    code, _, err = audit(folder, "--state", state)
    return f"{code} {err.split(' of ')[0] if ' of ' in err else 0}"


def test_a_second_run_takes_every_case_from_the_state(kept: tuple[Path, Path]) -> None:
    assert reused(*kept) == "0 5"


def test_the_state_is_private_and_holds_no_answer(kept: tuple[Path, Path]) -> None:
    _, state = kept
    assert state.stat().st_mode & 0o777 == 0o600
    assert b'"value"' not in state.read_bytes() and b"bed " not in state.read_bytes()


def test_a_changed_file_is_done_again_even_with_its_old_time(kept: tuple[Path, Path]) -> None:
    folder, state = kept
    bad = files(folder)[2]
    before = bad.stat()
    data = bad.read_bytes()
    bad.write_bytes(data.replace(b'"answer.given"', b'"answer.givem"', 1))
    os.utime(bad, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert reused(folder, state) == "5 4"
    bad.write_bytes(data)
    assert reused(folder, state) == "0 4"


def test_a_protocol_that_was_altered_makes_every_case_be_done_again(kept: tuple[Path, Path]) -> None:
    folder, state = kept
    (protocol,) = (folder / "protocols").iterdir()
    protocol.write_bytes(protocol.read_bytes() + b"\n")
    assert reused(folder, state) == "5 0"


def test_a_line_that_was_not_completely_written_is_dropped(kept: tuple[Path, Path]) -> None:
    folder, state = kept
    data = state.read_bytes()
    for cut in (1, 30, 500):
        state.write_bytes(data[:-cut])
        assert reused(folder, state) == "0 4"
        assert reused(folder, state) == "0 5"


def test_a_state_of_another_audit_and_a_file_that_is_none_are_left_alone(kept: tuple[Path, Path]) -> None:
    folder, state = kept
    before = state.read_bytes()
    code, _, err = audit(folder, "--state", state, "--identities")
    assert code == 2 and "other options" in err and state.read_bytes() == before
    precious = state.with_name("letter.txt")
    precious.write_text("Dear Sir\n")
    assert audit(folder, "--state", precious)[0] == 2 and precious.read_text() == "Dear Sir\n"
    os.symlink(precious, state.with_name("link"))
    assert audit(folder, "--state", state.with_name("link"))[0] == 8 and precious.read_text() == "Dear Sir\n"
