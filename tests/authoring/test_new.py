"""``backstory new``: a protocol that passes every check at once, plans, and can be interviewed with."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path

import pytest

from chatbot.content.checks.report import check_protocol
from chatbot.content.scaffold import TEMPLATE, write_scaffold
from chatbot.errors import StorageError, UsageError
from tests.cli.kit import backstory, said

TODAY = date(2026, 3, 15)


def test_a_new_protocol_has_nothing_wrong(tmp_path: Path) -> None:
    report = check_protocol(write_scaffold("first_try", tmp_path, TODAY))
    assert report.found == () and report.protocol is not None
    assert report.protocol.id == "first_try" and report.protocol.last_updated == "2026-03-15"
    assert min(report.counts()[what] for what in ("questions", "red flags", "rules", "references", "vignettes")) >= 1


def test_every_file_of_it_teaches(tmp_path: Path) -> None:
    folder = write_scaffold("first_try", tmp_path, TODAY)
    written = sorted(path.relative_to(folder) for path in folder.rglob("*.yaml"))
    assert written == sorted(path.relative_to(TEMPLATE) for path in TEMPLATE.rglob("*.yaml")) and len(written) >= 6
    for path in written:
        text = (folder / path).read_text("utf-8")
        assert text.startswith("# ") and "__" not in text, path


def test_from_new_to_plan_and_interview(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    done = backstory("new", "first_try", "--in", folder)
    assert (done.returncode, done.stdout.decode().strip()) == (0, str(folder / "first_try"))
    assert "backstory check" in said(done)
    done = backstory("check", "--protocols", folder, "--json")
    (report,) = json.loads(done.stdout)
    assert done.returncode == 0 and report["diagnostics"] == [] and report["ok"]
    vignette = folder / "first_try" / "vignettes" / "wet_floor.yaml"
    done = backstory("plan", "--answers", vignette, "--protocols", folder, "--format", "json")
    plan = json.loads(done.stdout)
    statuses = {each["id"]: each["status"] for each in plan["recommendations"]}
    assert plan["urgency"] == "routine"
    assert statuses == {"switch_off": "not_applicable", "close_the_tap": "recommended"}
    done = backstory(
        *("interview", "first_try", "--plain", "--kind", "test", "--as-of", "2026-01-15T09:30"),
        *("--protocols", folder, "--transcripts", tmp_path / "cases"),
        input=b"y\n2\n=\n1\nplan\nq\n",
    )
    text = done.stdout.decode()
    assert done.returncode == 0 and "Close the tap" in text and "TEST CASE" in text
    done = backstory(
        *("interview", "first_try", "--plain", "--kind", "test", "--as-of", "2026-01-15T09:30"),
        *("--protocols", folder, "--transcripts", tmp_path / "cases"),
        input=b"y\n3\nread\nq\n",
    )
    assert "Have the electricity switched off" in done.stdout.decode()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    folder = write_scaffold("first_try", tmp_path, TODAY)
    (folder / "protocol.yaml").write_text("mine")
    with pytest.raises(UsageError, match="exists already"):
        write_scaffold("first_try", tmp_path, TODAY)
    assert (folder / "protocol.yaml").read_text() == "mine"
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(UsageError, match="exists already"):
        write_scaffold("taken", tmp_path, TODAY)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("First Try", "for example 'first_try'"),
        ("../elsewhere", "for example 'elsewhere'"),
        ("", "begin with a letter"),
        ("1st", "begin with a letter"),
        ("x" * 41, "begin with a letter"),
        ("a/b", "for example 'a_b'"),
    ],
)
def test_a_name_that_is_no_id_is_refused(tmp_path: Path, name: str, hint: str) -> None:
    with pytest.raises(UsageError) as raised:
        write_scaffold(name, tmp_path / "in", TODAY)
    assert hint in raised.value.hint and not (tmp_path / "in").exists()


def test_a_folder_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(StorageError) as raised:
        write_scaffold("first_try", tmp_path, TODAY)
    assert raised.value.code == "F005" and list(tmp_path.iterdir()) == []


def test_a_folder_below_a_file_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = backstory("new", "first_try", "--in", tmp_path / "file" / "sub")
    assert done.returncode == 8 and "--in DIR" in said(done)
