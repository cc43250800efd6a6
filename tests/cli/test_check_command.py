"""``check`` with a day, as a release, and keeping the ledger of ids."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from tests.cli.kit import backstory as run_bytes
from tests.small_protocols import TINY


def backstory(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command; what it prints as text."""
    run = run_bytes(*arguments)
    return subprocess.CompletedProcess(run.args, run.returncode, run.stdout.decode(), run.stderr.decode())


def copied(folder: Path) -> Path:
    shutil.copytree(TINY, folder / "tiny")
    return folder


def test_a_review_date_that_has_passed_is_a_warning(tmp_path: Path) -> None:
    before = backstory("check", "--protocols", copied(tmp_path), "--as-of", "2026-12-31")
    after = backstory("check", "--protocols", tmp_path, "--as-of", "2027-01-02")
    assert (before.returncode, after.returncode) == (0, 0)
    assert "P413" not in before.stdout and after.stdout.count("warning P413") == 4


def test_a_release_with_a_warning_ends_with_one(tmp_path: Path) -> None:
    run = backstory("check", "--protocols", copied(tmp_path), "--release", "--as-of", "2026-12-31", "--json")
    assert run.returncode == 1
    (report,) = json.loads(run.stdout)
    assert report["ok"] is False and {each["severity"] for each in report["diagnostics"]} == {"warning"}
    assert {each["code"] for each in report["diagnostics"]} == {"P429", "P430"}


def test_new_ids_are_added_to_the_ledger_once_and_never_from_broken_content(tmp_path: Path) -> None:
    first = backstory("check", "--protocols", copied(tmp_path), "--write-ids")
    assert first.returncode == 0 and "rules: call, look, tablet, rest" in first.stdout
    ledger = tmp_path / "tiny" / "ids.yaml"
    text = ledger.read_text("utf-8")
    again = backstory("check", "--protocols", tmp_path, "--write-ids")
    assert again.stdout.endswith("no new id\n") and ledger.read_text("utf-8") == text
    assert backstory("check", "--protocols", tmp_path).returncode == 0
    guards = tmp_path / "tiny" / "guards.yaml"
    guards.write_text(guards.read_text("utf-8").replace("weak_kidney", "weak_liver"), "utf-8")
    broken = backstory("check", "--protocols", tmp_path, "--write-ids")
    assert broken.returncode == 3 and ledger.read_text("utf-8") == text


def test_what_was_retired_stays_in_the_ledger_when_ids_are_added(tmp_path: Path) -> None:
    copied(tmp_path)
    ledger = tmp_path / "tiny" / "ids.yaml"
    ledger.write_text("ids:\n  rules: [call, gone]\nretired:\n  rules: {gone: Nobody needs it.}\n", "utf-8")
    assert backstory("check", "--protocols", tmp_path, "--write-ids").returncode == 0
    assert "    - gone\n" in ledger.read_text("utf-8")
    assert "retired:\n  rules: {gone: Nobody needs it.}\n" in ledger.read_text("utf-8")
    assert backstory("check", "--protocols", tmp_path).returncode == 0
