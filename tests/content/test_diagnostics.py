"""Every mistake an author can make is reported with its code, its place and the way to mend it."""

from __future__ import annotations

import re
import shutil
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from chatbot.content.checks import check_all
from chatbot.content.diagnostics import CODES, Diagnostic, in_order
from chatbot.content.package import read_package
from tests.small_protocols import SMALL, edit

HERE = Path(__file__).parent
TINY = SMALL / "tiny"
DOCS = HERE.parents[1] / "docs" / "diagnostics.md"
CASES: list[dict[str, Any]] = yaml.load((HERE / "cases.yaml").read_text("utf-8"), yaml.BaseLoader)


def edited(case: dict[str, Any], folder: Path) -> Path:
    """Return a copy of a small protocol, the tiny one unless the case says otherwise, with the case's edit made."""
    shutil.copytree(SMALL / case.get("base", "tiny"), folder)
    if "over" in case:
        shutil.copytree(HERE / case["over"], folder, dirs_exist_ok=True)
    for name, text in case.get("files", {}).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    path = folder / case["file"]
    if "bytes" in case:
        path.write_bytes(bytes.fromhex(case["bytes"]))
    elif "deep" in case:
        path.write_text("guards: " + "[" * int(case["deep"]))
    elif "long" in case:
        path.write_text("# " + "x" * int(case["long"]))
    elif "whole" in case:
        path.parent.mkdir(exist_ok=True)
        path.write_text(case["whole"])
    elif "delete" in case:
        path.unlink()
    else:
        text = case.get("prepend", "") + path.read_text("utf-8") + case.get("append", "")
        for each in (case, *case.get("more", ())):
            if "find" in each:
                assert each["find"] in text, each
                text = text.replace(each["find"], each["put"], 1)
        path.write_text(text, "utf-8")
    for name, each in case.get("more_files", {}).items():
        edit(folder, name, each["find"], each["put"])
    return folder


TODAY = date(2026, 11, 25)


def found_in(folder: Path, *, release: bool = False, listed: bool = False) -> list[Diagnostic]:
    return in_order(check_all(read_package(folder, str(folder)), today=TODAY, release=release, listed=listed))


SIDE_EFFECTS = frozenset({"P216", "P218", "P219", "P418"})
"""Warnings that something is not read any more, as most mistakes in a condition bring about, or is written once."""


def named(case: dict[str, Any]) -> str:
    return f"{case['code']}-{case.get('name', CODES[case['code']])}"


@pytest.mark.parametrize("case", CASES, ids=named)
def test_a_mistake_is_reported_where_it_stands(
    case: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "without_library" in case:
        monkeypatch.setitem(sys.modules, "textstat", None)
    found = found_in(edited(case, tmp_path / "tiny"), release="release" in case, listed="listed" in case)
    about = [each for each in found if each.code == case["code"]]
    assert about, [each.render() for each in found]
    if not case.get("also_any"):
        codes = {each.code for each in found if each.code == case["code"] or each.code not in SIDE_EFFECTS}
        assert codes == {case["code"], *case.get("also", ())}, [each.render() for each in found]
    first = about[0]
    assert first.path.endswith(case.get("reported_in", case["file"]))
    assert "at" not in case or f"{first.line}:{first.column}" == case["at"]
    assert "under" not in case or first.text[first.column - 1 :][: first.width] == case["under"]
    assert "hint" not in case or first.hint == case["hint"]
    assert "says" not in case or case["says"] in first.message
    assert "severity" not in case or first.severity == case["severity"]


@pytest.mark.parametrize("case", CASES, ids=named)
def test_a_diagnostic_reads_path_line_column_severity_code(case: dict[str, Any], tmp_path: Path) -> None:
    for each in found_in(edited(case, tmp_path / "tiny")):
        first, *rest = each.render().split("\n")
        assert re.match(r".+?(:\d+:\d+)?: (error|warning) P\d{3}: \S", first)
        if each.text:
            assert rest[0].strip() and "^" in rest[1] and rest[1].strip("^ \t") == ""


def test_every_code_has_a_failing_example() -> None:
    assert {case["code"] for case in CASES} == set(CODES)


def test_every_code_is_explained_in_the_docs() -> None:
    explained = set(re.findall(r"^### (P\d{3})", DOCS.read_text("utf-8"), re.MULTILINE))
    assert explained == set(CODES)


@pytest.mark.parametrize("name", ["tiny", "private"])
def test_a_small_protocol_has_nothing_wrong(name: str) -> None:
    assert found_in(SMALL / name) == []


def test_a_small_protocol_to_practise_with_has_nothing_wrong(tmp_path: Path) -> None:
    folder = shutil.copytree(TINY, tmp_path / "tiny")
    shutil.copytree(HERE / "practised", folder, dirs_exist_ok=True)
    assert found_in(folder) == []


def test_all_problems_come_in_one_run(tmp_path: Path) -> None:
    folder = tmp_path / "tiny"
    shutil.copytree(TINY, folder)
    edits = {
        "guards.yaml": ("kidney is yes", "kidny is yes"),
        "rules/drug.yaml": ("verb: request", "verb: requests"),
        "red_flags.yaml": ("    when: smoke is thin", "    when: not smoke is none"),
        "conflicts.yaml": ("rules: [rest]", "rules: [rset]"),
    }
    for name, (before, after) in edits.items():
        path = folder / name
        path.write_text(path.read_text("utf-8").replace(before, after), "utf-8")
    assert [each.code for each in found_in(folder)] == ["P209", "P201", "P402", "P301"]
