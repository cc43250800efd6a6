"""Vignettes and cases take over the answers of a vignette, and are held against what they expect."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from chatbot.content.answers_file import AnswersError, open_case, read_answers
from chatbot.content.checks import Memory, check_all, examine
from chatbot.content.library import load_checked
from chatbot.content.package import read_package
from chatbot.core.values import to_stored
from tests.cli.kit import backstory, said
from tests.small_protocols import SMALL

TINY = SMALL / "tiny"

HEAD = "vignette: other\ntitle: Another\nstory: A house.\nlike: calm\n"
EXPECT = "expect: {urgency: routine, safety_resolved: yes}\n"

TAKEN = [
    ("nothing of its own", "", {"kidney": "no", "weight": "70", "visits_count": "2"}),
    ("an answer of its own", "answers: {weight: 80}\n", {"weight": "80", "kidney": "no"}),
    ("an answer left out", "without: [weight, kidney]\n", {"weight": None, "kidney": None, "pain": 5}),
    (
        "a grid cell by cell",
        "answers: {power: {hip: {left: '3'}}}\n",
        {"power": {"hip.left": "3", "hip.right": "5", "foot.left": "3", "foot.right": "5"}},
    ),
    ("a grid of its own", "answers: {power: {hip.left: '3'}}\nwithout: [power]\n", {"power": {"hip.left": "3"}}),
    ("a status in place of a grid", "answers: {power: not_assessed}\n", {"power": "not_assessed"}),
    (
        "rows that do not apply any more",
        "answers: {visits_count: 1}\n",
        {"visits_count": "1", "visits[1].place": "here", "visits[2].place": None},
    ),
    ("a group as a whole", "answers: {visits: [{place: there, day: 2020}]}\n", {"visits[1].day": "2020"}),
]


def copy(folder: Path) -> Path:
    shutil.copytree(TINY, folder / "tiny")
    return folder / "tiny"


def write(folder: Path, text: str, name: str = "vignettes/other.yaml") -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(("what", "written", "wanted"), TAKEN, ids=[each[0] for each in TAKEN])
def test_a_vignette_takes_over(what: str, written: str, wanted: dict[str, Any], tmp_path: Path) -> None:
    folder = copy(tmp_path)
    file = read_answers(write(folder, HEAD + written + EXPECT))
    assert file.as_of == "2026-03-15T10:30", what
    case, _ = open_case(load_checked(folder), file, file.as_of)
    found = {
        key: None if answer is None else (to_stored(answer.value) if answer.status is None else answer.status.value)
        for key in wanted
        for answer in [case.answers.get(key)]
    }
    assert found == wanted


def test_it_may_be_like_one_that_is_like_another(tmp_path: Path) -> None:
    folder = copy(tmp_path)
    write(folder, HEAD + "answers: {weight: 80}\n" + EXPECT)
    third = HEAD.replace("other", "third").replace("calm", "other") + "answers: {pain: 1}\nas_of: 2026-04-01\n" + EXPECT
    file = read_answers(write(folder, third, "vignettes/third.yaml"))
    assert file.as_of == "2026-04-01" and len(file.roots) == 2
    case, _ = open_case(load_checked(folder), file, file.as_of)
    assert [str(case.answers[key].value) for key in ("weight", "pain", "kidney")] == ["80", "1", "no"]
    assert not check_all(read_package(folder, str(folder)))


CASES = """cases:
  smoky:
    like: calm
    answers: {smoke: thick, smoke_since: 2026-03-15, alone: yes}
    reason: Thick smoke is a fire.
    expect: {present: [burning], must: [call], must_not: [rest_less], findings: {fire: true}}
"""


def test_a_case_is_checked_like_a_vignette_and_says_what_it_misses(tmp_path: Path) -> None:
    folder = copy(tmp_path)
    write(folder, CASES.replace("rest_less", "tablet"), "cases/fire.yaml")
    found = check_all(read_package(folder, str(folder)))
    assert [(each.code, each.message) for each in found] == [
        ("P409", "tablet comes out as recommended, and must not")
    ], [each.render() for each in found]
    assert found[0].path.endswith("cases/fire.yaml") and found[0].line == 6


def test_a_plan_is_made_of_an_inheriting_vignette_and_of_a_case(tmp_path: Path) -> None:
    folder = copy(tmp_path)
    path = write(folder, HEAD + "answers: {weight: 80}\n" + EXPECT)
    run = backstory("plan", "--protocols", tmp_path, "--answers", path, "--format", "json")
    assert run.returncode == 0 and json.loads(run.stdout)["as_of"] == "2026-03-15T10:30", said(run)
    cases = write(folder, CASES, "cases/fire.yaml")
    run = backstory("plan", "--protocols", tmp_path, "--answers", f"{cases}:smoky", "--format", "json")
    assert run.returncode == 0 and json.loads(run.stdout)["urgency"] == "emergency", said(run)
    run = backstory("plan", "--protocols", tmp_path, "--answers", f"{cases}:smokey", "--format", "json")
    assert run.returncode == 2 and "did you mean 'smoky'?" in said(run)


def test_what_a_vignette_takes_over_is_read_again_when_it_changes(tmp_path: Path) -> None:
    folder, memory = copy(tmp_path), Memory()
    write(folder, HEAD + EXPECT)
    found, _ = examine(read_package(folder, str(folder), memory=memory.files), memory)
    assert not found
    calm = folder / "vignettes" / "calm.yaml"
    calm.write_text(calm.read_text("utf-8").replace("smoke: none", "smoke: thick\n  smoke_since: 2026-03-15"), "utf-8")
    found, _ = examine(read_package(folder, str(folder), memory=memory.files), memory)
    assert {each.path.rsplit("/", 1)[1] for each in found} == {"calm.yaml", "other.yaml"}


def test_an_answers_file_is_not_like_anything(tmp_path: Path) -> None:
    path = tmp_path / "answers.yaml"
    path.write_text("as_of: 2026-03-15\nlike: calm\nanswers: {kidney: no}\n", "utf-8")
    with pytest.raises(AnswersError, match="'like' is not a key here"):
        read_answers(path)


def test_a_case_comes_back_after_a_time_that_can_be_read(tmp_path: Path) -> None:
    folder = copy(tmp_path)
    case = "cases:\n  one: {like: calm, after: AFTER, reason: r, expect: {urgency: routine}}\n"
    cases = write(folder, case.replace("AFTER", "P14D"), "cases/few.yaml")
    assert read_answers(cases.with_name("few.yaml:one")).as_of == "2026-03-29T10:30"
    write(folder, case.replace("AFTER", "fortnight"), "cases/few.yaml")
    with pytest.raises(AnswersError, match="P301"):
        read_answers(cases.with_name("few.yaml:one"))
