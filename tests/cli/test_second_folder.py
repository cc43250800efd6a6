"""Cases that go on in the second folder of the settings are listed, and found by their code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chatbot.record.cases import cases_in_both, find_case
from tests.cli.kit import backstory
from tests.record import kit


def test_of_a_case_that_went_on_elsewhere_the_file_it_left_is_not_listed(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    with kit.create(first, fallback=second) as writer:
        left = writer.path
        left.parent.rename(tmp_path / "gone")
        left.parent.write_text("a file where the folder was")
        writer.append(kit.STEPS[0])
        moved = writer.path
    left.parent.unlink()
    (tmp_path / "gone").rename(left.parent)
    assert moved.is_relative_to(second) and left.exists()
    assert [each.path for each in cases_in_both(first, second)] == [moved]
    assert [each.path for each in cases_in_both(first, None)] == [left]
    assert find_case(first, "TESTCASE", second) == moved and find_case(first, moved.name, second).name == moved.name


@pytest.mark.parametrize("there", [True, False], ids=["there", "not there"])
def test_the_list_has_the_cases_of_both_folders(tmp_path: Path, there: bool) -> None:
    second = tmp_path / "second"
    if there:
        kit.written(second)
    settings = tmp_path / "settings.json"
    settings.write_text(json.dumps({"fallback": str(second)}))
    (tmp_path / "first").mkdir()
    run = backstory("--settings", settings, "cases", "--json", "--transcripts", tmp_path / "first")
    assert [each["case"] for each in json.loads(run.stdout)] == (["TESTCASE"] if there else [])
