"""``backstory ask`` and ``plan --what-if``: answers from a vignette or a saved case, exit codes, and no guesses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from chatbot.core.plan import plan_digest
from tests.cli.kit import ROOT, backstory, said
from tests.small_protocols import SMALL

PATIENT = ROOT / "dialogue" / "post_surgical_back_pain" / "vignettes" / "article_patient.yaml"
CALM = SMALL / "tiny" / "vignettes" / "calm.yaml"


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one saved case of the shipped protocol."""
    folder = tmp_path_factory.mktemp("cases")
    run = backstory(
        *("interview", "--plain", "--kind", "test", "--transcripts", folder, "--as-of", "2026-03-15"),
        input=b"44\n1\n",
    )
    assert run.returncode == 0, said(run)
    (path,) = folder.glob("*/*.jsonl")
    return path


def test_a_question_about_an_answers_file_is_answered_with_sources() -> None:
    run = backstory("ask", "--answers", PATIENT, "why no opioid?")
    text = run.stdout.decode("utf-8")
    assert run.returncode == 0, said(run)
    assert text.startswith("Opioids: Why not\n") and "References" in text and "[1] " in text
    assert "would change it: opioid use" in " ".join(text.split())


def test_a_saved_case_is_asked_by_its_code_or_its_file_and_nothing_is_written(saved: Path) -> None:
    before = saved.read_bytes()
    folder = saved.parents[1]
    code = json.loads(backstory("cases", "--transcripts", folder, "--json").stdout)[0]["case"]
    by_code = backstory("ask", "--transcripts", folder, code, "why", "MRI")
    by_file = backstory("ask", saved, "why MRI", "--json")
    assert by_code.returncode == by_file.returncode == 0, said(by_code) + said(by_file)
    found = json.loads(by_file.stdout)
    assert (found["topic"], found["kind"], found["understood"]) == ("imaging", "why", True)
    assert found["asked"] == "why MRI" and found["schema"] == "backstory.answer/1"
    assert by_code.stdout.startswith(b"MRI and other imaging: Why\n")
    assert saved.read_bytes() == before


def test_a_misspelt_topic_is_offered_on_standard_error_and_ends_with_2() -> None:
    run = backstory("ask", "--answers", PATIENT, "why no opiod?")
    assert run.returncode == 2 and run.stdout == b""
    assert "Did you mean:" in said(run) and "Opioids: Why not (--topic opioids)" in said(run)
    chosen = backstory("ask", "--answers", PATIENT, "--topic", "opioids", "why no opiod?")
    assert chosen.returncode == 0 and chosen.stdout.startswith(b"Opioids: Why not\n")
    data = backstory("ask", "--answers", PATIENT, "--json", "why no opiod?")
    assert data.returncode == 2 and json.loads(data.stdout)["near"][0]["topic"] == "opioids"


def test_what_no_topic_fits_lists_the_topics() -> None:
    run = backstory("ask", "--answers", PATIENT, "the weather in Paris")
    assert run.returncode == 2 and "No topic fits" in said(run) and "Cauda equina syndrome" in said(run)


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("ask", "--answers", PATIENT, "--topic", "opioid", "why"), 2, "did you mean 'opioids'?"),
        (("ask", "--protocols", SMALL, "--answers", CALM, "why rest"), 2, "has no topics"),
        (("ask", "nobody"), 2, "there is no question"),
        (("ask", "--transcripts", "/nonexistent", "ZZZZ", "why"), 2, ""),
        (("ask", "--answers", "/nonexistent.yaml", "why"), 2, ""),
    ],
)
def test_wrong_use_is_said(arguments: tuple[str | Path, ...], code: int, says: str) -> None:
    run = backstory(*arguments)
    assert run.returncode == code and says in said(run)


def test_a_corrupt_case_ends_with_5(saved: Path, tmp_path: Path) -> None:
    copy = tmp_path / "test" / saved.name
    shutil.copytree(saved.parents[1], tmp_path, dirs_exist_ok=True)
    copy.write_bytes(saved.read_bytes().replace(b'"44"', b'"45"', 1))
    run = backstory("ask", copy, "why MRI")
    assert run.returncode == 5 and "T0" in said(run)


def test_a_case_made_before_there_were_topics_says_so() -> None:
    (path,) = (ROOT / "transcripts" / "examples" / "demonstration").glob("*.jsonl")
    run = backstory("ask", path, "why no opioid?")
    assert run.returncode == 2 and "has no topics" in said(run)


def test_markdown_and_the_patients_words() -> None:
    run = backstory("ask", "--answers", PATIENT, "--format", "md", "--register", "patient", "why no scan?")
    assert run.returncode == 0 and run.stdout.startswith(b"# Scans: Why not\n")


def test_what_if_follows_the_plan_as_text_and_markdown() -> None:
    for form in ("text", "md"):
        arguments = ("plan", "--protocols", SMALL, "--answers", CALM, "--format", form)
        plain, more = backstory(*arguments), backstory(*arguments, "--what-if")
        assert more.stdout.startswith(plain.stdout)
        section = more.stdout[len(plain.stdout) :].decode("utf-8")
        assert "What would change this plan" in section and "pain: '5' → '3': not applicable" in section


def test_what_if_in_json_is_outside_the_digest() -> None:
    arguments = ("plan", "--protocols", SMALL, "--answers", CALM, "--format", "json")
    plain, more = (json.loads(backstory(*each).stdout) for each in (arguments, (*arguments, "--what-if")))
    found = more["what_if"]
    assert "what_if" not in plain and plan_digest(more) == plan_digest(plain)
    changes = [each["changes"][0] for each in found["targets"]["tablet"]["changes"]]
    assert {"question": "pain", "value": 3, "text": "pain: '5' → '3'"} in changes
