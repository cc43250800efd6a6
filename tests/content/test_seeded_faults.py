"""Faults put into the shipped protocol, one at a time, are each caught where they stand, with the way to mend them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from chatbot.content.checks import Memory, check_package
from chatbot.content.diagnostics import in_order
from chatbot.content.package import read_package
from tests.small_protocols import edit

HERE = Path(__file__).parent
SHIPPED = HERE.parents[1] / "dialogue" / "post_surgical_back_pain"
FAULTS: list[dict[str, Any]] = yaml.load((HERE / "seeded_faults.yaml").read_text("utf-8"), yaml.BaseLoader)

SIDE_EFFECTS = frozenset({"P213", "P216", "P219", "P419"})
"""What a fault that renames or unhooks something brings about besides."""


def expected_place(fault: dict[str, Any], text: str) -> str:
    """Return ``line:column`` of what must be underlined: behind the anchor, else where the edit stands."""
    start = text.index(fault.get("anchor", fault["put"]))
    start = text.index(fault["under"], start + len(fault["anchor"]) if "anchor" in fault else start)
    return f"{text.count(chr(10), 0, start) + 1}:{start - text.rfind(chr(10), 0, start)}"


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Memory]:
    """A copy of the shipped protocol, and what checking it leaves for the next check, as while an author writes."""
    folder = tmp_path_factory.mktemp("faults") / "protocol"
    shutil.copytree(SHIPPED, folder, ignore=shutil.ignore_patterns("vignettes", "cases"))
    return folder, Memory()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault["fault"])
def test_a_seeded_fault_is_caught_where_it_stands(fault: dict[str, Any], checked: tuple[Path, Memory]) -> None:
    folder, memory = checked
    sound = (folder / fault["file"]).read_bytes()
    try:
        edit(folder, fault["file"], fault["find"], fault["put"])
        assert_caught(fault, folder, memory)
    finally:
        (folder / fault["file"]).write_bytes(sound)


def assert_caught(fault: dict[str, Any], folder: Path, memory: Memory) -> None:
    package = read_package(folder, str(folder), vignettes=False, memory=memory.files)
    found = in_order([*package.found, *check_package(package, memory)])
    about = [each for each in found if each.code == fault["code"]]
    assert about, [each.render() for each in found]
    first = about[0]
    assert first.severity == "error" and first.hint
    assert first.path.endswith(fault.get("reported_in", fault["file"])) and first.line and first.column
    if "under" in fault:
        assert first.text[first.column - 1 :][: first.width] == fault["under"]
        text = (folder / fault.get("reported_in", fault["file"])).read_text("utf-8")
        assert f"{first.line}:{first.column}" == expected_place(fault, text)
    assert "hint" not in fault or first.hint == fault["hint"]
    assert "says" not in fault or fault["says"] in first.message


def test_there_are_thirty_faults_of_different_kinds_and_the_four_silent_ones() -> None:
    assert len(FAULTS) >= 30
    assert len({fault["code"] for fault in FAULTS}) >= 25
    assert sum("silent" in fault for fault in FAULTS) == 4
    assert all(("xlsform" in fault) is not ("not_expressible" in fault) for fault in FAULTS)
