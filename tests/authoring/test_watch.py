"""On every save a protocol is checked again, and vignettes that come out differently are named."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chatbot.authoring import watch as watching
from chatbot.authoring.watch import Cycle, looked_at, saves, stamps, wakes, watch
from chatbot.content.checks import Memory
from chatbot.content.checks.report import check_protocol
from tests.authoring.kit import copy_of_tiny
from tests.cli.kit import ROOT
from tests.small_protocols import edit

Edit = tuple[str, str, str]

WORDING: Edit = ("red_flags.yaml", "title: Fire", "title: A fire")
NO_SMOKE_BURNS: Edit = ("findings.yaml", "smoke is thick or", "smoke is thick or smoke is none or")
MORE_PAIN: Edit = ("rules/drug.yaml", "when: pain >= 4", "when: pain >= 6")


def cycles(folder: Path, *edits: Edit | Callable[[Path], object]) -> list[Cycle]:
    """Watch while one edit after another is saved; return every cycle, the first one before any edit."""
    found: list[Cycle] = []

    def changes() -> Iterator[list[Path]]:
        for each in edits:
            if callable(each):
                each(folder)
                yield [folder / "protocol.yaml"]
            else:
                yield [edit(folder, *each)]

    watch([folder], changes(), found.append, lambda _: None)
    return found


def moves(cycle: Cycle) -> list[str]:
    return [
        f"{each.vignette}: {move.what} {move.before} > {move.after}" for each in cycle.changed for move in each.moves
    ]


def test_a_wording_changes_no_outcome(tmp_path: Path) -> None:
    first, second = cycles(copy_of_tiny(tmp_path), WORDING)
    assert not first.report.failed and not second.report.failed
    assert first.report.protocol is not None and second.report.protocol is not None
    assert first.report.protocol.digest != second.report.protocol.digest
    assert second.changed == ()


def test_a_vignette_that_comes_out_differently_is_named_with_what_changed(tmp_path: Path) -> None:
    _, second = cycles(copy_of_tiny(tmp_path), NO_SMOKE_BURNS)
    assert second.report.failed
    assert {each.code for each in second.report.found} == {"P409"}
    assert moves(second) == [
        "calm: urgency routine > emergency",
        "calm: flag burning clear > present",
        "calm: rule call not_applicable > recommended",
    ]
    assert not second.changed[0].met
    assert "not as expected" in second.render() and "urgency: routine → emergency" in second.render()


def test_it_is_named_also_when_it_still_comes_out_as_expected(tmp_path: Path) -> None:
    folder = copy_of_tiny(tmp_path)
    edit(folder, "vignettes/calm.yaml", "  rules: {tablet: recommended, call: not_applicable}\n", "")
    _, second = cycles(folder, MORE_PAIN)
    assert not second.report.failed
    assert moves(second) == ["calm: rule tablet recommended > not_applicable"]
    assert second.changed[0].met and second.against == "the last state without errors"


def test_outcomes_are_compared_with_the_last_state_without_errors(tmp_path: Path) -> None:
    found = cycles(
        copy_of_tiny(tmp_path),
        NO_SMOKE_BURNS,
        WORDING,
        ("findings.yaml", "smoke is thick or smoke is none or", "smoke is thick or"),
        (*WORDING[:1], "title: A fire", "title: Fire"),
    )
    assert [bool(each.changed) for each in found] == [False, True, True, False, False]
    assert moves(found[1]) == moves(found[2])


def test_a_half_saved_file_is_an_error_in_the_list_and_ends_nothing(tmp_path: Path) -> None:
    found = cycles(
        copy_of_tiny(tmp_path),
        ("findings.yaml", "title: Weak foot", "title: [Weak foot"),
        lambda folder: (folder / "guards.yaml").write_bytes(b""),
        lambda folder: (folder / "guards.yaml").unlink(),
        ("findings.yaml", "title: [Weak foot", "title: Weak foot"),
        lambda folder: (folder / "guards.yaml").write_text(
            "guards:\n  weak_kidney: {title: weak kidney, when: kidney is yes}\n"
        ),
    )
    assert [each.report.failed for each in found] == [False, True, True, True, True, False]
    assert {each.code for each in found[1].report.found} == {"P102"}
    assert all(each.changed == () for each in found)


def test_a_folder_that_goes_away_and_comes_back_is_an_error_until_then(tmp_path: Path) -> None:
    def away(folder: Path) -> None:
        folder.rename(folder.with_name("elsewhere"))

    def back(folder: Path) -> None:
        folder.with_name("elsewhere").rename(folder)

    found = cycles(copy_of_tiny(tmp_path), away, back)
    assert [each.report.failed for each in found] == [False, True, False]
    assert "P113" in {each.code for each in found[1].report.found}


def test_new_and_deleted_vignettes_are_named(tmp_path: Path) -> None:
    def add(folder: Path) -> None:
        text = (folder / "vignettes" / "calm.yaml").read_text("utf-8")
        (folder / "vignettes" / "quiet.yaml").write_text(text.replace("vignette: calm", "vignette: quiet"), "utf-8")

    found = cycles(copy_of_tiny(tmp_path), add, lambda folder: (folder / "vignettes" / "quiet.yaml").unlink())
    assert moves(found[1]) == ["quiet: vignette not there > routine"]
    assert moves(found[2]) == ["quiet: vignette routine > not there"]


def test_a_vignette_whose_answers_no_longer_fit_is_named(tmp_path: Path) -> None:
    narrow = ("sections/story.yaml", "{min: 20, max: 300, soft_min: 40, soft_max: 160}", "{min: 20, max: 60}")
    _, second = cycles(copy_of_tiny(tmp_path), narrow)
    assert [each.code for each in second.report.found] == ["P410"]
    assert moves(second) == ["calm: vignette routine > its answers do not fit"]


def test_where_the_first_state_has_errors_outcomes_are_compared_with_it(tmp_path: Path) -> None:
    folder = copy_of_tiny(tmp_path)
    edit(folder, *NO_SMOKE_BURNS)
    first, second = cycles(folder, ("findings.yaml", "smoke is thick or smoke is none or", "smoke is thick or"))
    assert first.report.failed and not second.report.failed
    assert second.against == "the first state that could be run"
    assert moves(second)[0] == "calm: urgency emergency > routine"


EDITS: list[Edit] = [
    WORDING,
    NO_SMOKE_BURNS,
    MORE_PAIN,
    ("guards.yaml", "kidney is yes", "kidney is no"),
    ("red_flags.yaml", "when: smoke is thin", "when: smoke in {thin, none}"),
    ("sections/alarm.yaml", "    valid_for: PT12H\n", ""),
    ("sections/alarm.yaml", "thick: Thick smoke", "thick: Thick smoke\n      black: Black smoke"),
    ("sections/story.yaml", "    report: weight", "    when: pain >= 9\n    report: weight"),
    ("sections/story.yaml", "    unit: kg", "    unit: stone"),
    ("sections/story.yaml", "      head: Head\n", ""),
    ("sections/story.yaml", "      head: Head\n", "      head: Head\n      hand: Hand\n"),
    ("sections/story.yaml", "    most: 3", "    most: 1"),
    ("sections/story.yaml", "    type: scale", "    type: number"),
    ("sections/story.yaml", "  remark:\n", "  remarks:\n"),
    ("sections/story.yaml", "{min: 20, max: 300", "{min: 75, max: 300"),
    ("vignettes/calm.yaml", "smoke: none", "smoke: thick"),
    ("protocol.yaml", "when: grown_up is yes", "when: grown_up is no"),
    ("findings.yaml", "smoke is thick or", "smok is thick or"),
    ("rules/safety.yaml", "    verb: be_seen\n    actions", "    actions"),
]


@pytest.mark.parametrize("change", EDITS, ids=lambda change: f"{change[0]}: {change[2][:30]}")
def test_what_is_remembered_gives_what_a_check_from_nothing_gives(tmp_path: Path, change: Edit) -> None:
    folder = copy_of_tiny(tmp_path)
    memory = Memory()
    for step in (change, (change[0], change[2], change[1])):
        check_protocol(folder, memory)
        edit(folder, *step)
        fresh = Memory()
        remembered, anew = check_protocol(folder, memory), check_protocol(folder, fresh)
        assert remembered.found == anew.found and remembered.failed == anew.failed
        assert remembered.counts() == anew.counts() and remembered.safety_screen() == anew.safety_screen()
        if fresh.runs.protocol is not None:
            runs = {name: (run.found, run.outcome, run.resolved) for name, run in memory.runs.by_name.items()}
            assert runs == {name: (run.found, run.outcome, run.resolved) for name, run in fresh.runs.by_name.items()}


def test_only_the_protocol_that_was_saved_is_checked_again(tmp_path: Path) -> None:
    one = copy_of_tiny(tmp_path / "one")
    two = copy_of_tiny(tmp_path / "two")
    found: list[Cycle] = []
    said: list[str] = []
    changes = [[edit(two, *WORDING)], [tmp_path / "elsewhere.yaml"]]
    watch([one, two], changes, found.append, said.append)
    assert [each.report.path for each in found] == [str(one), str(two), str(two)]
    assert said == ["saved: red_flags.yaml"]


# --- noticing -------------------------------------------------------------------------------------


def test_files_that_are_new_gone_or_written_are_noticed(tmp_path: Path) -> None:
    folder = copy_of_tiny(tmp_path)

    def wake() -> Iterator[None]:
        yield
        edit(folder, *WORDING)
        yield
        (folder / "guards.yaml").rename(folder / "gards.yaml")
        yield
        (folder / "notes.txt").write_text("no content")
        yield
        (folder / "gards.yaml").unlink()
        yield

    before = stamps([folder])
    edit(folder, "findings.yaml", "title: Fire", "title: A fire")
    assert [{path.name for path in seen} for seen in looked_at([folder], before, wake())] == [
        {"findings.yaml"},
        {"red_flags.yaml"},
        {"guards.yaml", "gards.yaml"},
        {"gards.yaml"},
    ]


def test_what_is_saved_while_the_first_check_runs_is_not_missed(tmp_path: Path) -> None:
    folder = copy_of_tiny(tmp_path)
    changes = saves([folder], lambda _: None)
    edit(folder, *WORDING)
    assert next(changes) == {folder / "red_flags.yaml"}


def test_a_folder_that_is_not_there_has_no_files(tmp_path: Path) -> None:
    assert stamps([tmp_path / "nowhere"]) == {}


def test_without_watchfiles_the_files_are_looked_at_and_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    monkeypatch.setattr(watching.time, "sleep", slept.append)
    said: list[str] = []
    found = wakes([tmp_path], said.append)
    next(found), next(found)
    assert slept == [watching.PAUSE] * 2
    assert len(said) == 1 and "watchfiles is not installed" in said[0] and "backstory[authoring]" in said[0]


def test_the_command_watches_until_ctrl_c_and_ends_with_130(tmp_path: Path) -> None:
    folder = copy_of_tiny(tmp_path)
    process = subprocess.Popen(
        [sys.executable, "-m", "chatbot", "check", "--watch", "--json", "tiny", "--protocols", str(folder.parent)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        assert json.loads(process.stdout.readline())["ok"] is True
        edit(folder, *NO_SMOKE_BURNS)
        cycle = json.loads(process.stdout.readline())
        assert {"what": "urgency", "before": "routine", "after": "emergency"} in cycle["changed"][0]["moves"]
    finally:
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "no longer watching" in errors and "saved: findings.yaml" in errors and "Traceback" not in errors
