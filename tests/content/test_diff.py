"""What changed between two versions is said in sentences that a clinician understands."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from chatbot.content.bundle import bundle_of
from chatbot.content.package import read_package
from chatbot.core.condition_changes import condition_changes
from chatbot.core.content_diff import GROUPS, content_diff
from chatbot.core.content_words import IDS
from tests.cli.kit import ROOT
from tests.shipped import shipped_protocol
from tests.small_protocols import TINY, edit

CASES: list[dict[str, Any]] = yaml.load(Path(__file__).with_name("diffs.yaml").read_text("utf-8"), yaml.BaseLoader)
OLD = bundle_of(read_package(TINY, "tiny", vignettes=False))


def edited(case: dict[str, Any], folder: Path) -> dict[str, Any]:
    shutil.copytree(TINY, folder)
    edit(folder, case["file"], case["find"], case["put"])
    return bundle_of(read_package(folder, "tiny", vignettes=False))


@pytest.mark.parametrize("case", CASES, ids=[f"{case['item']} {place}" for place, case in enumerate(CASES)])
def test_a_change_is_said_in_a_sentence_where_it_matters(case: dict[str, Any], tmp_path: Path) -> None:
    changes = content_diff(OLD, edited(case, tmp_path / "tiny"))
    (first, *_) = [each for each in changes if each.item == case["item"]] or [None]
    assert first is not None and first.text.startswith(case["says"]), [each.text for each in changes]
    assert first.group == case["group"]


def test_nothing_is_said_of_content_that_is_the_same() -> None:
    assert content_diff(OLD, json.loads(json.dumps(OLD))) == []


def test_what_is_new_one_way_is_gone_the_other_way(tmp_path: Path) -> None:
    new = edited(CASES[-2], tmp_path / "tiny")
    assert {each.what for each in content_diff(OLD, new)} == {"new"}
    assert {each.what for each in content_diff(new, OLD)} == {"gone"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("a", "a or b is x", ["now also holds when “b” is x"]),
        ("b in {x, y}", "b in {y, z}", ["now also holds when “b” is z", "no longer holds merely because “b” is x"]),
        ("a and b is x", "a and b in {x, y}", ["now holds when “b” is one of x, y; before: when “b” is x (the rest"]),
        ("a and c >= 3", "a", ["now holds without asking that “c” is at least 3"]),
        ("a or b is x", "b is x or a", ["holds as before: its condition is only written in another way"]),
        ("not a", "not (a or d)", ["now holds when it is not so that (“a” holds or “d” holds)"]),
        ("a", "a and", ["now holds when a and; before: when a"]),
    ],
)
def test_conditions_are_compared_by_what_they_say(old: str, new: str, said: list[str]) -> None:
    found = condition_changes(old, new, "* holds", IDS, IDS)
    assert len(found) >= len(said)
    for clause, wanted in zip(found, said, strict=False):
        assert clause.startswith(wanted), found


def test_every_condition_of_the_shipped_content_is_said_without_a_bare_id() -> None:
    shipped = shipped_protocol()
    (kept,) = (ROOT / "transcripts" / "examples" / "protocols").glob("*.json")
    changes = content_diff(json.loads(kept.read_text("utf-8")), json.loads(shipped.canonical))
    assert [each.group for each in changes] == sorted((each.group for each in changes), key=list(GROUPS).index)
    keys = {key for key in shipped.questions if "_" in key} | {key for key in shipped.findings if "_" in key}
    conditions = [each for each in changes if each.field in {"when", "unless"}]
    assert conditions and all("{" not in each.text for each in conditions)
    bare = [each.text for each in conditions if any(f"“{key}”" in each.text for key in keys)]
    assert bare == []
