"""The tutorial, followed literally from an empty folder: its commands, what they print, and the folder it ends in."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.cli.kit import ROOT, backstory, said

PAGE = ROOT / "docs" / "tutorial.md"
SHIPPED = ROOT / "dialogue" / "ottawa_ankle"
KEPT_FROM = "# Words for every state of the program."
BLOCK = re.compile(
    r"^```(?P<kind>\w+)(?: (?P<what>file|head)=(?P<name>\S+))?\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)


def run(line: str, folder: Path) -> str:
    """Run one command of the page in *folder* and return what it printed; it must succeed."""
    command, *arguments = shlex.split(line)
    if command == "rm":
        for name in arguments:
            (folder / name).unlink()
        return ""
    assert command == "backstory", line
    done = backstory(*arguments, cwd=folder)
    assert done.returncode == 0, f"{line}\n{done.stdout.decode()}{said(done)}"
    return done.stdout.decode() + said(done)


def follow(text: str, folder: Path) -> None:
    """Run the commands of one block; the lines under each must be in what it prints, in their order."""
    for step in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        line, *expected = step.splitlines()
        printed, place = run(line, folder), 0
        for words in expected:
            found = printed.find(words, place)
            assert found >= 0, f"{line}\nexpected after what was found so far: {words}\nprinted: {printed}"
            place = found + len(words)


def files(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text("utf-8") for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the page leads to."""
    folder = tmp_path_factory.mktemp("tutorial")
    protocol = folder / "protocols" / SHIPPED.name
    for block in BLOCK.finditer(PAGE.read_text("utf-8")):
        text, name = block["text"], block["name"]
        if block["kind"] == "console":
            follow(text, folder)
        elif block["what"] == "file":
            path = protocol / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
        elif block["what"] == "head":
            path = protocol / name
            kept = path.read_text("utf-8")
            path.write_text(text + kept[kept.index(KEPT_FROM) :], "utf-8")
    return protocol


LATER = {"certificate.yaml", "cases/edges.yaml", "practice.yaml", "voices.yaml"}
"""What the page names as added behind it: the proof, patients at every edge, and how the protocol is practised."""

PRACTICE = re.compile(r"^practice:\n.*", re.MULTILINE | re.DOTALL)
"""The block of a vignette that ``docs/practice-authoring.md`` speaks of; it stands last."""


def test_following_the_tutorial_from_an_empty_folder_builds_the_shipped_protocol(built: Path) -> None:
    shipped = {name: PRACTICE.sub("", text) for name, text in files(SHIPPED).items() if name not in LATER}
    assert files(built) == shipped
    assert all(f"`{name}`" in PAGE.read_text("utf-8") for name in LATER)


def test_the_protocol_of_the_tutorial_holds_no_line_of_python() -> None:
    assert {path.suffix for path in SHIPPED.rglob("*") if path.is_file()} == {".yaml"}
