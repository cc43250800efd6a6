"""``backstory replay`` as its users run it, and who is noted to have looked."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.kit import ROOT, backstory, said


@pytest.fixture
def case(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "transcripts" / "examples", tmp_path / "cases")
    (tmp_path / "cases" / "access.jsonl").unlink(missing_ok=True)
    return next((tmp_path / "cases" / "demonstration").glob("*.jsonl"))


def accesses(case: Path, *more: str) -> list[dict[str, str]]:
    run = backstory("--transcripts", case.parents[1], "cases", "--access", "--json", *more)
    assert run.returncode == 0, said(run)
    return list(json.loads(run.stdout)["accesses"])


def test_without_a_screen_it_is_played_line_by_line(case: Path) -> None:
    run = backstory("replay", case, input=b"flag\nstate\nplan\n")
    out = run.stdout.decode()
    assert run.returncode == 0, said(run)
    for expected in ("VALID-OPEN", "DEMONSTRATION".lower(), "draft, pending clinical review", "record 127 of 210"):
        assert expected in out
    assert "cannot be excluded" in out and "The plan as it was at this record" in out


def test_a_dumb_terminal_and_plain_play_the_same(case: Path) -> None:
    runs = [
        backstory("replay", case, "--plain", "--at", "89", input=b"\n"),
        backstory("replay", case, "--at", "89", input=b"\n", environ={"TERM": "dumb"}),
    ]
    assert runs[0].stdout == runs[1].stdout and b"record 90 of 210" in runs[0].stdout


def test_the_moments_are_one_json_document(case: Path) -> None:
    run = backstory("replay", case, "--json", "--moments")
    data = json.loads(run.stdout)
    assert run.returncode == 0 and data["schema"] == "backstory.moments/1" and data["verdict"] == "VALID-OPEN"
    assert [each["number"] for each in data["moments"]] == list(range(211)) and data["records"] == 211
    assert [each["number"] for each in data["moments"] if "urgency" in each["marks"]] == [89]
    one = json.loads(backstory("replay", case, "--json", "--moments", "--at", "89").stdout)["moments"]
    assert len(one) == 1 and len(one[0]["state"].pop("answers")) == 44 and one[0]["state"].pop("plan") is None
    assert one[0] == data["moments"][89]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--moments"], "--moments needs --json"),
        (["--json", "--moments", "--at", "999"], "there is no record 999"),
        (["--verify", "--at", "3"], "--at is the number of a record"),
        (["--at", "-1"], "--at is the number of a record"),
        (["--verify", "--events"], "not allowed with"),
    ],
)
def test_what_does_not_go_together_is_wrong_use(case: Path, options: list[str], words: str) -> None:
    run = backstory("replay", case, *options)
    assert run.returncode == 2 and words in said(run)


@pytest.mark.parametrize(("cut", "code", "word"), [(-20, 4, "TORN"), (None, 5, "CORRUPT")])
def test_a_damaged_case_is_played_as_far_as_it_goes_and_the_exit_code_tells(
    case: Path, cut: int | None, code: int, word: str, tmp_path: Path
) -> None:
    data = case.read_bytes()
    case.write_bytes(data[:cut] if cut else data.replace(b'"male"', b'"mole"', 1))
    run = backstory("replay", case, input=b"last\n")
    assert run.returncode == code and word in run.stdout.decode() and "because of damage" in run.stdout.decode()
    moments = backstory("replay", case, "--json", "--moments")
    data_ = json.loads(moments.stdout)
    assert moments.returncode == code and data_["verdict"] == word and data_["damage"] and data_["moments"]
    assert backstory("replay", case, "--salvage", tmp_path / "out.jsonl").returncode == 0
    assert [each["what"] for each in accesses(case)] == ["replay", "moments", "salvage"]


def test_a_case_without_its_protocol_says_what_to_do(case: Path) -> None:
    shutil.rmtree(case.parents[1] / "protocols")
    run = backstory("replay", case)
    assert run.returncode == 8 and "F007" in said(run) and "Traceback" not in said(run)


def test_json_alone_is_what_verifying_gave(case: Path) -> None:
    assert json.loads(backstory("replay", case, "--json").stdout)["verdict"] == "VALID-OPEN"


def test_every_way_to_read_a_case_is_noted_and_nothing_else_is_written(case: Path) -> None:
    root = case.parents[1]
    before = {each: (each.stat().st_mtime_ns, each.stat().st_size) for each in root.rglob("*") if each.is_file()}
    backstory("replay", case)
    backstory("replay", case, "--events")
    backstory("replay", case, "--json", "--moments", "--at", "3")
    backstory("replay", case, "--verify")
    backstory("export", case, "--to", "text")
    backstory("ask", case, "why no opioid?")
    after = {each: (each.stat().st_mtime_ns, each.stat().st_size) for each in root.rglob("*") if each.is_file()}
    assert {each for each in after if before.get(each) != after[each]} == {root / "access.jsonl"}
    found = accesses(case)
    assert [each["what"] for each in found] == ["replay", "events", "moments", "verify", "export", "ask"]
    assert {each["case"] for each in found} == {"N4W7BZJG"} and accesses(case, "N4W7BZJG") == found
    assert "article" not in (root / "access.jsonl").read_text()


def test_who_looked_is_listed_in_lines(case: Path) -> None:
    empty = backstory("--transcripts", case.parents[1], "cases", "--access")
    assert empty.returncode == 0 and "nobody is noted" in empty.stdout.decode()
    backstory("replay", case, "--verify")
    listed = backstory("--transcripts", case.parents[1], "cases", "--access").stdout.decode()
    assert "verify" in listed and "N4W7BZJG" in listed and listed.count("\n") == 1


def test_a_log_that_was_altered_is_named(case: Path) -> None:
    for _ in range(3):
        backstory("replay", case, "--verify")
    log = case.parents[1] / "access.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(lines[0] + lines[2])
    run = backstory("--transcripts", case.parents[1], "cases", "--access")
    assert run.returncode == 5 and "altered or are missing" in said(run)


def test_where_the_log_cannot_be_written_reading_goes_on_and_says_so(case: Path) -> None:
    (case.parents[1] / "access.jsonl").mkdir()
    run = backstory("replay", case, "--verify")
    assert run.returncode == 0 and "VALID-OPEN" in run.stdout.decode() and "not noted" in said(run)


def test_the_log_is_not_listed_as_a_case(case: Path) -> None:
    backstory("replay", case, "--verify")
    assert len(json.loads(backstory("--transcripts", case.parents[1], "cases", "--json").stdout)) == 1
