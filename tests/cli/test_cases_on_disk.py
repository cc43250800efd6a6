"""Cases from the command line: left, killed, damaged, locked, and gone on with. Nothing acknowledged is ever lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.kit import ROOT, backstory, said
from tests.small_protocols import SMALL

LINES = ["y", "1", "=", "n", "1, 2", "70", "5", "2"]
"""Answers to the first seven questions of the tiny protocol."""

START = (
    "--protocols",
    SMALL,
    "interview",
    "--plain",
    "--kind",
    "test",
    "--label",
    "bed 4",
    "--as-of",
    "2026-03-15",
)


def typed(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def cases(folder: Path) -> list[dict[str, str]]:
    return list(json.loads(backstory("cases", "--transcripts", folder, "--json").stdout))


@pytest.fixture
def left(tmp_path: Path) -> Path:
    """A folder with one case that was left after seven answers; returns its transcript."""
    run = backstory(*START, "--transcripts", tmp_path, input=typed(*LINES))
    assert run.returncode == 0 and "saved: 7 answers" in run.stdout.decode(), run.stdout.decode() + said(run)
    (case,) = cases(tmp_path)
    assert (case["kind"], case["label"], case["phase"], case["state"]) == ("test", "bed 4", "suspended", "ok")
    return Path(case["path"])


def resumed(path: Path, *lines: str, as_of: str = "2026-03-15T09:00") -> subprocess.CompletedProcess[bytes]:
    folder = path.parents[1]
    code = cases(folder)[0]["case"]
    return backstory(
        "interview", "--plain", "--resume", code, "--transcripts", folder, "--as-of", as_of, input=typed(*lines)
    )


def test_a_case_goes_on_where_it_was_left_with_every_answer(left: Path) -> None:
    run = resumed(left, "yes", ":plan")
    text = run.stdout.decode()
    assert run.returncode == 0 and "Visit 1: where?" in text and "answered: 7" in text, text + said(run)


def test_the_content_it_was_made_with_is_kept_and_used(left: Path) -> None:
    """Resume names no protocol folder: the bundle beside the transcript is enough."""
    assert [path.suffix for path in (left.parents[1] / "protocols").iterdir()] == [".json"]
    run = backstory("replay", left, "--verify")
    assert run.returncode == 0 and "Not a medical device." in run.stdout.decode()


@contextmanager
def running(*arguments: str | Path, until: str, lines: bytes) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``backstory`` with its input held open, and read what it says until a text has come."""
    process = subprocess.Popen(
        [sys.executable, "-m", "chatbot", *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(lines)
    process.stdin.flush()
    said_so_far = b""
    while until.encode() not in said_so_far:
        chunk = os.read(process.stdout.fileno(), 65536)
        assert chunk, said_so_far.decode()
        said_so_far += chunk
    try:
        yield process
    finally:
        process.kill()
        process.stdin.close()
        process.stdout.close()
        process.wait()


def test_a_killed_process_leaves_every_answer_and_the_same_question(tmp_path: Path) -> None:
    start = (*START, "--transcripts", tmp_path)
    with running(*start, until="Visit 1: where?", lines=typed(*LINES)) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    (case,) = cases(tmp_path)
    assert backstory("replay", Path(case["path"]), "--verify").returncode == 0
    run = resumed(Path(case["path"]), "yes")
    assert run.returncode == 0 and "answered: 7" in run.stdout.decode() and "Visit 1: where?" in run.stdout.decode()


def test_a_second_writer_is_refused_with_seven(tmp_path: Path) -> None:
    start = (*START, "--transcripts", tmp_path)
    with running(*start, until="Visit 1: where?", lines=typed(*LINES)):
        (case,) = cases(tmp_path)
        assert case["locked"]
        run = resumed(Path(case["path"]), "yes")
        assert run.returncode == 7 and "error L" in said(run)


def test_a_flipped_byte_ends_with_five_and_names_the_line(left: Path) -> None:
    lines = left.read_bytes().split(b"\n")
    lines[4] = lines[4].replace(b"a", b"b", 1)
    left.write_bytes(b"\n".join(lines))
    run = backstory("replay", left, "--verify")
    assert run.returncode == 5 and f"{left}:5" in said(run)
    assert resumed(left, "yes").returncode == 5


def test_a_flipped_byte_in_the_last_record_ends_with_five_where_the_register_knows_it_and_with_four_elsewhere(
    left: Path,
) -> None:
    lines = left.read_bytes().split(b"\n")
    lines[-2] = lines[-2].replace(b"case", b"cose", 1)
    left.write_bytes(b"\n".join(lines))
    run = backstory("replay", left, "--verify")
    assert run.returncode == 5 and "T007" in said(run)
    (left.parents[1] / "register.jsonl").unlink()
    run = backstory("replay", left, "--verify")
    assert run.returncode == 4 and f"{left}:{len(lines) - 1}" in said(run)


def test_a_torn_last_line_is_recovered_with_a_message(left: Path) -> None:
    data = left.read_bytes()
    # An append that a crash left unfinished; what the register has heard of is whole.
    left.write_bytes(data + data.splitlines()[-1][:-40])
    assert backstory("replay", left, "--verify").returncode == 4
    run = resumed(left, "yes")
    assert run.returncode == 0 and "not completely saved" in " ".join(run.stdout.decode().split())
    assert backstory("replay", Path(cases(left.parents[1])[0]["path"]), "--verify").returncode == 0


def test_what_stands_of_a_damaged_transcript_is_salvaged(left: Path, tmp_path: Path) -> None:
    lines = left.read_bytes().split(b"\n")
    lines[8] = lines[8].replace(b"a", b"b", 1)
    left.write_bytes(b"\n".join(lines))
    out = tmp_path / "salvaged.jsonl"
    run = backstory("replay", left, "--salvage", out)
    assert run.returncode == 0 and "8 records copied" in run.stdout.decode()
    checked = backstory("replay", out, "--verify")
    assert checked.returncode == 5 and "T007" in said(checked), "the register knows that there was more"


@pytest.mark.parametrize("folder", ["/dev/null/cases", "/proc/cases"])
def test_a_folder_that_cannot_be_written_ends_with_eight_and_opens_no_case(folder: str) -> None:
    run = backstory(*START, "--transcripts", folder, input=typed("y"))
    assert run.returncode == 8 and "error F" in said(run)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_ends_with_eight(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    assert backstory(*START, "--transcripts", tmp_path, input=typed("y")).returncode == 8


def test_bytes_that_are_no_text_are_refused_as_an_answer(tmp_path: Path) -> None:
    run = backstory(*START, "--transcripts", tmp_path, input=b"\xff\xfe\ny\n")
    assert run.returncode == 0 and "saved: 1 answers" in run.stdout.decode()


def test_control_characters_in_a_label_never_reach_the_terminal(tmp_path: Path) -> None:
    run = backstory(*START[:-4], "--label", "bed\x1b[31m4", "--transcripts", tmp_path, input=typed("y"))
    assert b"\x1b" not in run.stdout
    assert b"\x1b" not in backstory("cases", "--transcripts", tmp_path).stdout


def test_an_unknown_case_is_wrong_use_with_the_nearest_code(left: Path) -> None:
    run = backstory("interview", "--plain", "--resume", "QQQQQQQQ", "--transcripts", left.parents[1])
    assert run.returncode == 2 and "no case is called" in said(run)


def test_dumb_terminals_get_plain_lines(tmp_path: Path) -> None:
    run = backstory(*START, "--transcripts", tmp_path, input=typed(*LINES), environ={"TERM": "dumb", "LC_ALL": "C"})
    assert run.returncode == 0 and b"\x1b" not in run.stdout
