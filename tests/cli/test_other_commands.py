"""``check``, ``cases``, ``replay``, ``--version`` and the screens without a terminal."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from chatbot import __version__
from tests.cli.kit import backstory, said
from tests.small_protocols import SMALL


def test_check_says_that_content_is_sound_and_prints_the_safety_screen() -> None:
    run = backstory("check", "--protocols", SMALL)
    assert run.returncode == 0 and b"no errors" in run.stdout and b"safety screen: smoke, smoke_since" in run.stdout


def test_check_prints_located_diagnostics_and_ends_with_three(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(SMALL, tmp_path / "protocols"))
    flags = folder / "tiny" / "red_flags.yaml"
    flags.write_text(flags.read_text().replace("    when: smoke is thin", "    when: not smoke is none"))
    run = backstory("check", "--protocols", folder)
    assert run.returncode == 3
    assert f"{flags}:11:11: error P402:" in run.stdout.decode()
    asked = backstory("check", "--protocols", folder, "--json")
    (report,) = (each for each in json.loads(asked.stdout) if each["path"].endswith("tiny"))
    assert asked.returncode == 3 and not report["ok"]
    assert [(each["code"], each["line"]) for each in report["diagnostics"]] == [("P402", 11)]


@pytest.mark.parametrize("arguments", [["--protocols", SMALL / "nothing", "check"], ["check", "tinny"]])
def test_a_protocol_that_is_not_there_is_wrong_use(arguments: list[str | Path]) -> None:
    run = backstory(*arguments)
    assert run.returncode == 2 and said(run)


def test_the_version_comes_with_intended_use_status_and_disclaimer() -> None:
    run = backstory("--version", environ={"BACKSTORY_PROTOCOLS": str(SMALL)})
    text = run.stdout.decode()
    assert run.returncode == 0 and text.startswith(f"backstory {__version__}\n")
    for each in ("draft, pending clinical review", "For trying the program out.", "Not a medical device."):
        assert each in text


@pytest.mark.parametrize("arguments", [[], ["interview"]])
def test_a_screen_without_a_terminal_ends_with_ten(arguments: list[str]) -> None:
    run = backstory("--protocols", SMALL, *arguments)
    assert run.returncode == 10 and "error U001: the screen needs a terminal" in said(run)


def test_no_cases_is_no_error(tmp_path: Path) -> None:
    run = backstory("cases", "--transcripts", tmp_path)
    assert run.returncode == 0 and b"no cases" in run.stdout
    assert json.loads(backstory("cases", "--transcripts", tmp_path, "--json").stdout) == []


@pytest.mark.parametrize(
    ("written", "code"), [(None, 8), (b"", 5), (b"not a transcript\n", 5), (b"{}\n{}\n", 5), (b"\xff\xfe\x00", 5)]
)
def test_what_is_no_transcript_is_refused_with_its_code(tmp_path: Path, written: bytes | None, code: int) -> None:
    path = tmp_path / "case.jsonl"
    if written is not None:
        path.write_bytes(written)
    run = backstory("replay", path, "--verify")
    assert run.returncode == code and "error" in said(run)


def test_settings_that_are_not_json_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text("role: clinician")
    run = backstory("--settings", path, "check", "--protocols", SMALL)
    assert run.returncode == 0
    run = backstory("--settings", path, "interview", "--plain", "--protocols", SMALL)
    assert run.returncode == 2 and "the settings are not JSON" in said(run)


def test_help_lists_every_command() -> None:
    text = backstory("--help").stdout.decode()
    for command in ("interview", "plan", "check", "replay", "cases", "--version"):
        assert command in text
