"""The page about writing patients, followed literally: its files, its mistakes, and what its commands print."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

from tests.cli.kit import ROOT, backstory, said
from tests.content.test_tutorial import SHIPPED

PAGE = ROOT / "docs" / "practice-authoring.md"
BLOCK = re.compile(
    r"^```(?P<kind>\w+)(?: (?P<what>file|put)=(?P<name>\S+))?\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)


def follow(text: str, folder: Path) -> None:
    """Run the commands of one block; the last line under each is its exit code, the others are printed in order."""
    for step in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        line, *expected = step.splitlines()
        command, *arguments = shlex.split(line)
        assert command == "backstory"
        done = backstory(*arguments, cwd=folder)
        printed, place = done.stdout.decode() + said(done), 0
        assert expected[-1] == f"ends with {done.returncode}", printed
        for words in expected[:-1]:
            place = printed.find(words, place)
            assert place >= 0, f"{line}\nexpected: {words}\nprinted: {printed}"


def test_following_the_page_makes_a_patient_to_practise_with(tmp_path: Path) -> None:
    protocol = Path(shutil.copytree(SHIPPED, tmp_path / "protocols" / SHIPPED.name))
    done = 0
    for block in BLOCK.finditer(PAGE.read_text("utf-8")):
        text, name = block["text"], block["name"]
        if block["kind"] == "console":
            follow(text, tmp_path)
            done += 1
        elif block["what"] == "file":
            (protocol / name).write_text(text, "utf-8")
        elif block["what"] == "put":
            before, after = text.split("---\n")
            whole = (protocol / name).read_text("utf-8")
            assert before.removesuffix("\n") in whole
            whole = whole.replace(before.removesuffix("\n"), after.removesuffix("\n"), 1)
            (protocol / name).write_text(whole, "utf-8")
    assert done == 4
