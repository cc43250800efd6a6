"""``backstory plan --answers``: the same bytes everywhere, and clear refusals."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.kit import ROOT, backstory, said
from tests.small_protocols import SMALL

CALM = SMALL / "tiny" / "vignettes" / "calm.yaml"

SURROUNDINGS = [
    {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "LC_ALL": "C"},
    {"PYTHONHASHSEED": "2", "TZ": "America/Los_Angeles", "LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "latin-1"},
    {"PYTHONHASHSEED": "3", "LANG": "tr_TR.UTF-8", "PYTHONUTF8": "0", "XDG_CACHE_HOME": "/nowhere"},
]


@pytest.mark.parametrize("form", ["json", "text", "md"])
def test_a_plan_is_the_same_bytes_for_any_hash_seed_time_zone_and_locale(form: str) -> None:
    runs = [
        backstory("plan", "--protocols", SMALL, "--answers", CALM, "--format", form, environ=each)
        for each in SURROUNDINGS
    ]
    assert all(run.returncode == 0 for run in runs), [said(run) for run in runs]
    assert len({run.stdout for run in runs}) == 1 and runs[0].stdout.endswith(b"\n")


def test_the_json_keeps_the_answers_moment_and_as_of_overrides_it() -> None:
    plain = backstory("plan", "--protocols", SMALL, "--answers", CALM, "--format", "json")
    later = backstory("plan", "--protocols", SMALL, "--answers", CALM, "--format", "json", "--as-of", "2026-03-16")
    assert json.loads(plain.stdout)["as_of"] == "2026-03-15T10:30"
    assert json.loads(later.stdout)["as_of"] == "2026-03-16T00:00"


def test_text_and_markdown_carry_status_intended_use_and_disclaimer() -> None:
    for form in ("text", "md"):
        run = backstory("plan", "--protocols", SMALL, "--answers", CALM, "--format", form)
        text = " ".join(run.stdout.decode("utf-8").split())
        assert "draft, pending clinical review" in text
        assert "For trying the program out." in text and "Not a medical device" in text


@pytest.mark.parametrize(
    ("written", "code", "says"),
    [
        (None, 2, "No such file"),
        (b"smoke: none\n", 2, "give --as-of"),
        (b"as_of: 2026-03-15\nsmokee: none\n", 2, "did you mean 'smoke'?"),
        (b"as_of: 2026-03-15\nweight: 5000\n", 2, "5000 is outside 20 to 300 kg"),
        (b"as_of: 2026-03-15\nsmoke: [\n", 2, "not YAML"),
        (b"as_of: 2026-03-15\nsmoke: \xff\n", 2, "is not UTF-8"),
        (b"as_of: 2026-03-15\nprotocol: tinny\nsmoke: none\n", 2, "did you mean 'tiny'?"),
        (b"\x00\x01\x02", 2, "U+0000"),
    ],
)
def test_a_bad_answers_file_is_refused_without_a_traceback(
    tmp_path: Path, written: bytes | None, code: int, says: str
) -> None:
    path = tmp_path / "answers.yaml"
    if written is not None:
        path.write_bytes(written)
    run = backstory("plan", "--protocols", SMALL, "--answers", path)
    assert run.returncode == code and says in said(run) and run.stdout == b""


def test_content_with_an_error_ends_with_three(tmp_path: Path) -> None:
    import shutil

    folder = Path(shutil.copytree(SMALL, tmp_path / "protocols"))
    guards = folder / "tiny" / "guards.yaml"
    guards.write_text(guards.read_text().replace("kidney is yes", "kidny is yes"))
    run = backstory("plan", "--protocols", folder, "--answers", CALM)
    assert run.returncode == 3 and "error P201" in said(run) and "did you mean 'kidney'?" in said(run)


@pytest.mark.parametrize("arguments", [["plan"], ["plna"], ["plan", "--answers", CALM, "--format", "pdf"]])
def test_wrong_use_ends_with_two(arguments: list[str]) -> None:
    run = backstory(*arguments)
    assert run.returncode == 2 and said(run)


def test_a_vignette_is_planned_under_the_protocol_in_whose_folder_it_stands(tmp_path: Path) -> None:
    ankle = ROOT / "dialogue" / "ottawa_ankle" / "vignettes" / "rolled_ankle.yaml"
    assert b"Ottawa" in backstory("plan", "--answers", ankle).stdout
    assert b"tiny" in backstory("plan", "--answers", CALM).stdout
    folder = tmp_path / "protocols"
    shutil.copytree(SMALL, folder)
    broken = folder / "tiny" / "guards.yaml"
    broken.write_text(broken.read_text().replace("kidney is yes", "kidny is yes"))
    assert backstory("plan", "--protocols", folder, "--answers", CALM).returncode == 3, (
        "--protocols goes before the place"
    )
