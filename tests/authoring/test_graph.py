"""``backstory graph`` draws what is asked for, lays a verified case over it, and writes whole files."""

from __future__ import annotations

import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.kit import ROOT, backstory, said
from tests.small_protocols import SMALL

TINY = ("tiny", "--protocols", SMALL)
CALM = SMALL / "tiny" / "vignettes" / "calm.yaml"
(EXAMPLE,) = sorted((ROOT / "transcripts" / "examples" / "demonstration").glob("*.jsonl"))


def test_the_tree_goes_to_standard_output() -> None:
    done = backstory("graph", *TINY)
    assert done.returncode == 0 and said(done) == ""
    text = done.stdout.decode()
    assert text.startswith("Tiny 1\n") and "burning (emergency)" in text and "visits.day (date)" in text


def test_a_terminal_without_the_signs_gets_plain_ones() -> None:
    done = backstory("graph", *TINY, environ={"PYTHONIOENCODING": "ascii"})
    assert done.stdout.isascii() and b"|" in done.stdout


def test_a_drawing_is_written_whole(tmp_path: Path) -> None:
    out = tmp_path / "tiny.svg"
    done = backstory("graph", *TINY, "--to", "svg", "--section", "story", "--out", out)
    assert (done.returncode, done.stdout) == (0, b"")
    assert ElementTree.fromstring(out.read_text("utf-8")).tag.endswith("svg")
    assert list(tmp_path.iterdir()) == [out]


def test_an_answers_file_is_laid_over_and_private_answers_are_not_said() -> None:
    done = backstory("graph", *TINY, "--path", CALM, "--to", "mermaid", "--section", "story")
    text = done.stdout.decode()
    assert done.returncode == 0 and "answered: 5" in text
    assert "answered: #40;private#41;" in text and "answered: no<" not in text


def test_a_transcript_is_verified_and_drawn_under_its_own_content() -> None:
    done = backstory("graph", "--path", EXAMPLE)
    text = done.stdout.decode()
    assert done.returncode == 0 and "1✓ " in text
    done = backstory("graph", "--path", EXAMPLE, "--case")
    assert "1✓ context" in done.stdout.decode()


def test_a_transcript_that_was_altered_is_not_drawn(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE.parents[1], tmp_path / "examples")
    path = tmp_path / "examples" / "demonstration" / EXAMPLE.name
    path.write_bytes(path.read_bytes().replace(b'"value":"no"', b'"value":"yes"', 1))
    done = backstory("graph", "--path", path)
    assert done.returncode == 5 and done.stdout == b"" and "error T" in said(done)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((*TINY, "--section", "storry"), 2, "did you mean 'story'?"),
        ((*TINY, "--case"), 2, "--case draws the same for every protocol"),
        ((*TINY, "--path", "/nonexistent.yaml"), 2, "cannot read the file"),
        ((*TINY, "--path", "/nonexistent.jsonl"), 2, "a transcript brings its own content"),
        (("--path", "/nonexistent.jsonl"), 8, "F002"),
        ((*TINY, "--out", "/nonexistent/x.svg"), 8, "F002"),
        (("nothing", "--protocols", SMALL), 2, "no protocol is called"),
    ],
)
def test_what_cannot_be_drawn_is_said(arguments: tuple[str | Path, ...], code: int, message: str) -> None:
    done = backstory("graph", *arguments)
    assert done.returncode == code and message in said(done) and done.stdout == b""
