"""Coverage counts what hand-written vignettes and cases expect with a reason, names gaps, and keeps witnesses apart."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from chatbot.content.checks.coverage import Coverage, Goal, goals
from chatbot.content.checks.report import check_protocol
from chatbot.content.library import load_checked
from tests.cli.kit import backstory, said
from tests.small_protocols import SMALL

CASE = "cases:\n  one:\n    like: calm\n    reason: Because.\n"
SMOKE = "    answers: {smoke: thick, smoke_since: 2026-03-15, alone: yes}\n"

SHOWN = [
    ("    expect: {must: [tablet]}\n", {Goal("rules", "recommended", "tablet")}),
    ("    expect: {rules: {tablet: recommended}}\n", {Goal("rules", "recommended", "tablet")}),
    ("    expect: {must_not: [call]}\n", {Goal("rules", "not recommended", "call")}),
    (SMOKE + "    expect: {present: [burning]}\n", {Goal("red_flags", "present", "burning")}),
    (
        "    answers: {smoke: unknown}\n    expect: {cannot_exclude: [burning]}\n",
        {Goal("red_flags", "cannot_exclude", "burning")},
    ),
    (
        "    answers: {kidney: yes}\n    expect: {guards: {weak_kidney: true}}\n",
        {Goal("guards", "true", "weak_kidney")},
    ),
    ("    expect: {guards: {weak_kidney: false}}\n", set()),
    ("    expect: {urgency: routine}\n", set()),
    (
        SMOKE.replace("thick", "thin") + "    expect: {clear: [old_smoke]}\n",
        {Goal("red_flags", "clear", "old_smoke"), Goal("red_flags", "cleared by unless", "old_smoke")},
    ),
    ("    expect: {clear: [old_smoke]}\n", {Goal("red_flags", "clear", "old_smoke")}),
    ("    expect: {conflicts: [c1]}\n", {Goal("conflicts", "shown", "c1")}),
]


def shown_by(folder: Path, case: str) -> Coverage:
    shutil.copytree(SMALL / "tiny", folder / "tiny")
    (folder / "tiny" / "cases").mkdir()
    (folder / "tiny" / "cases" / "few.yaml").write_text(case, "utf-8")
    report = check_protocol(folder / "tiny", covered=True)
    assert report.coverage is not None, report.render()
    return report.coverage


@pytest.mark.parametrize(("case", "wanted"), SHOWN, ids=[each[0].strip().split("\n")[-1].strip() for each in SHOWN])
def test_what_is_expected_is_shown_and_nothing_else(case: str, wanted: set[Goal], tmp_path: Path) -> None:
    found = shown_by(tmp_path, CASE + case)
    assert set(found.shown) == wanted and found.patients == 1, "the vignette of the tiny protocol gives no reason"


def test_what_only_comes_out_is_a_gap_that_says_where(tmp_path: Path) -> None:
    found = shown_by(tmp_path, CASE + "    expect: {urgency: routine}\n")
    tablet = Goal("rules", "recommended", "tablet")
    assert tablet in found.gaps and found.passed[tablet] == ("one",) and not found.complete
    assert any("tablet (one)" in line for line in found.lines())


def test_a_rule_that_always_applies_and_nothing_holds_back_need_not_be_shown_otherwise() -> None:
    tiny = load_checked(SMALL / "tiny")
    always = replace(tiny.rules["call"], answers=None, when=None)
    wanted = list(goals(replace(tiny, rules={**tiny.rules, "call": always})))
    assert [goal.state for goal in wanted if goal.name == "call"] == ["recommended"]
    assert [goal.state for goal in wanted if goal.name == "rest"] == ["recommended", "not recommended"]


def test_questions_and_options_may_be_reached_by_witnesses_which_are_counted_apart(tmp_path: Path) -> None:
    found = shown_by(tmp_path, CASE + "    expect: {urgency: routine}\n").reached
    assert {"smoke_since", "alone", "alone: yes", "smoke: thick"} <= set(found.by_witness)
    assert {"smoke", "smoke: none", "visits.day", "power: 3"} <= set(found.by_hand)
    assert not found.never and not set(found.by_hand) & set(found.by_witness)


def test_a_gap_ends_with_one_and_json_names_it(tmp_path: Path) -> None:
    shutil.copytree(SMALL / "tiny", tmp_path / "tiny")
    run = backstory("check", "--protocols", tmp_path, "--coverage", "--json")
    assert run.returncode == 1, said(run)
    (report,) = json.loads(run.stdout)
    assert report["ok"] is False and report["diagnostics"] == []
    assert {"kind": "guards", "id": "weak_kidney", "state": "true", "comes_out_in": []} in report["coverage"]["gaps"]
    plain = backstory("check", "--protocols", tmp_path, "--coverage")
    assert plain.returncode == 1 and b"not shown, guards true: weak_kidney" in plain.stdout
    assert backstory("check", "--protocols", tmp_path).returncode == 0
