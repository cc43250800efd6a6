"""What recorded cases come to under other content: each edit of a small protocol against four cases of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from chatbot.audit.accepted import Accepted
from chatbot.audit.impact import Impact, impact_of, recalled
from chatbot.content.library import load_protocol
from chatbot.core import commands as cmd
from chatbot.core.acceptance import Acceptance
from chatbot.core.case import Case
from chatbot.core.events import CaseOpened
from chatbot.core.protocol import Protocol
from chatbot.core.values import Stored
from chatbot.interview import Interview, MemoryRecorder, Recorder
from chatbot.record.host import FixedHost
from chatbot.record.store import TranscriptWriter
from tests.cli.kit import backstory, said
from tests.record.kit import QuickDisk
from tests.small_protocols import TINY, edit

AS_OF = "2026-03-15T10:30"

CALM: Mapping[str, Stored] = {
    "grown_up": "yes",
    "smoke": "none",
    "kidney": "no",
    "things": ["head", "foot"],
    "weight": "70",
    "pain": 5,
    "visits_count": "0",
    "power": {"foot.left": "3", "foot.right": "5", "hip.left": "5", "hip.right": "5"},
    "remark": "none",
}

CASES: Mapping[str, Mapping[str, Stored]] = {
    "CALM": CALM,
    "FRESH": {**CALM, "smoke": "thin", "smoke_since": "2026-03-15T08:00", "alone": "no"},
    "SLOW": {**CALM, "smoke": "thin", "smoke_since": "2026-03-14T02:00", "alone": "no", "pain": 2},
    "THICK": {**CALM, "smoke": "thick", "smoke_since": "2026-03-15T10:00", "alone": "no", "kidney": "yes"},
}
"""Routine; an emergency by an hour; urgent; an emergency whatever the hour, with a tablet withheld."""


@cache
def old() -> Protocol:
    return load_protocol(str(TINY), cache=False)


def answered(recorder: Recorder, name: str) -> Case:
    opened = CaseOpened(name, "test", AS_OF, f"bed {name.lower()}", f"S-{name}", old().identity)
    interview = Interview.start(old(), recorder, opened)
    for question, value in CASES[name].items():
        assert interview.send(cmd.GiveAnswer(question, value, confirmed=True)) is None, question
        if interview.case.alarms:
            assert interview.send(cmd.Acknowledge()) is None
    assert interview.send(cmd.IssuePlan()) is None
    return interview.case


@cache
def cases() -> dict[str, Case]:
    return {name: answered(MemoryRecorder(), name) for name in CASES}


@dataclass(frozen=True)
class Edit:
    """One edit of the protocol, and the first verdict of each case under it."""

    file: str
    find: str
    put: str
    CALM: str = "same"
    FRESH: str = "same"
    SLOW: str = "same"
    THICK: str = "same"
    recalled: tuple[str, ...] = ()


FIRE = "hours_since(smoke_since) <= 12"
EDITS = {
    "nothing": Edit("findings.yaml", FIRE, FIRE),
    "lowers": Edit("findings.yaml", FIRE, "hours_since(smoke_since) <= 1", FRESH="urgency lowered"),
    "raises": Edit("findings.yaml", FIRE, "hours_since(smoke_since) <= 72", SLOW="urgency raised", recalled=("SLOW",)),
    "rewords": Edit("rules/drug.yaml", "Have a rest.", "Rest a while.", *["wording only"] * 4),
    "rewords a question": Edit("sections/story.yaml", "Power?", "Strength?", *["wording only"] * 4),
    "asks of all": Edit(
        "sections/story.yaml",
        "  remark:\n",
        "  thirst:\n    ask: {clinician: Thirsty?, patient: Are you thirsty?}\n    report: thirst\n    type: yes_no\n"
        "    recorded_only: yes\n    why: {clinician: To know., patient: To know.}\n  remark:\n",
        *["new question needed"] * 4,
    ),
    "withholds": Edit(
        "guards.yaml",
        "kidney is yes",
        "kidney is no",
        *["plan changed", "plan changed", "same", "plan changed"],
        recalled=("FRESH", "CALM"),
    ),
    "is due sooner": Edit("rules/safety.yaml", "within: P14D", "within: P1D", SLOW="plan changed", recalled=("SLOW",)),
}


def new(folder: Path, change: Edit) -> Path:
    shutil.copytree(TINY, folder)
    edit(folder, change.file, change.find, change.put)
    return folder


def impacts(folder: Path, change: Edit) -> dict[str, Impact]:
    protocol = load_protocol(str(new(folder / "tiny", change)), cache=False)
    return {name: impact_of(case, old(), protocol) for name, case in cases().items()}


@pytest.mark.parametrize("name", EDITS)
def test_each_case_gets_the_verdict_of_the_edit_and_recall_names_the_cases(name: str, tmp_path: Path) -> None:
    change = EDITS[name]
    found = impacts(tmp_path, change)
    assert {case: each.verdicts[0] for case, each in found.items()} == {case: getattr(change, case) for case in CASES}
    assert tuple(each.case for each in recalled(found.values())) == change.recalled
    assert all(not each.not_taken_over for each in found.values())


def test_a_fall_names_the_flag_its_state_what_changed_behind_it_and_its_sources(tmp_path: Path) -> None:
    found = impacts(tmp_path, EDITS["lowers"])["FRESH"]
    assert (found.urgency, found.verdicts) == (("emergency", "urgent"), ("urgency lowered", "plan changed"))
    flag = next(each for each in found.items if each.item == "red_flag:burning")
    assert (flag.before, flag.after, flag.urgency) == ("present", "clear", ("emergency", None))
    assert any("hours" in text for text in flag.changed) and flag.references[0].startswith("MANUAL (page 1): ")
    rule = next(each for each in found.items if each.item == "rule:call")
    assert (rule.before, rule.after, rule.changed) == ("recommended", "not_applicable", flag.changed)
    assert found.fell == (("red_flag:burning", ("rule:call",)),)


ANSWER_LOST = Edit("sections/story.yaml", "      head: Head\n", "      hat: Head\n")


def test_answers_that_other_content_does_not_take_are_listed_and_asked_again(tmp_path: Path) -> None:
    found = impacts(tmp_path, ANSWER_LOST)["CALM"]
    assert found.not_taken_over == (("things", "the question does not take this answer"),)
    assert found.asked == ("things",) and "new question needed" in found.verdicts


@pytest.mark.parametrize(
    ("entries", "holds", "unused"),
    [
        ((), False, 0),
        ((Acceptance("red_flag:burning", "why", "who"),), True, 0),
        ((Acceptance("rule:call", "why", "who", case="FRESH"),), True, 0),
        ((Acceptance("red_flag:burning", "why", "who", case="SLOW"),), False, 1),
        ((Acceptance("red_flag:old_smoke", "why", "who"),), False, 1),
        ((Acceptance("red_flag:burning", "why", "who"), Acceptance("rule:look", "why", "who")), True, 1),
    ],
)
def test_a_fall_is_accepted_by_its_flag_or_the_rule_that_answers_it(
    entries: tuple[Acceptance, ...], holds: bool, unused: int, tmp_path: Path
) -> None:
    accepted = Accepted(entries)
    assert accepted.accepts(impacts(tmp_path, EDITS["lowers"])["FRESH"]) is holds
    assert len(accepted.unused) == unused


# --- the command ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the four cases as transcripts."""
    folder = tmp_path_factory.mktemp("kept")
    for seed, name in enumerate(CASES):
        opened = CaseOpened(name, "test", AS_OF, f"bed {name.lower()}", f"S-{name}", old().identity)
        host = FixedHost(seed=seed, software="backstory 1")
        with TranscriptWriter.create(folder, opened, old(), host, disk=QuickDisk()) as writer:
            answered(writer, name)
    return folder


def run(kept: Path, folder: Path, edit: str, *more: str | Path, code: int = 0) -> str:
    content = new(folder / "tiny", EDITS[edit])
    done = backstory("replay", kept, "--against", content, *more)
    text = done.stdout.decode() + said(done)
    assert done.returncode == code, text
    return text


def accepting(folder: Path, *entries: str) -> Path:
    path = folder / "accept.yaml"
    path.write_text("accept:\n" + "".join(f"  - {each}\n" for each in entries), "utf-8")
    return path


FITS = "{red_flag: burning, reason: An hour is enough., approver: A. Example, date: 2026-03-01, case: FRESH}"


def test_a_folder_is_compared_and_a_fall_ends_with_one(kept: Path, tmp_path: Path) -> None:
    text = run(kept, tmp_path, "lowers", code=1)
    assert "FRESH (test) · bed fresh · S-FRESH: urgency lowered, plan changed (not accepted)" in text
    assert "urgency: emergency → urgent" in text
    assert "red_flag:burning “Fire”: present → clear, asks for nothing (before: emergency)" in text
    assert "4 cases: 1 urgency lowered, 3 same" in text


def test_an_accepted_fall_passes_and_an_acceptance_that_nothing_needs_does_not(kept: Path, tmp_path: Path) -> None:
    text = run(kept, tmp_path / "a", "lowers", "--accept", accepting(tmp_path, FITS))
    assert "(accepted)" in text
    text = run(kept, tmp_path / "b", "raises", "--accept", accepting(tmp_path, FITS), code=1)
    assert "accept.yaml:2:5: error: red_flag:burning is accepted here, but no urgency falls with it" in text


@pytest.mark.parametrize(
    ("entry", "place"),
    [
        ("{red_flag: burning, reason: It is so.}", ":2:5: error P"),
        ("{red_flag: burning, rule: call, reason: It is so., approver: A. Example}", ":2:5: error P111"),
        ("{rule: call, reason: It is so., approver: A. Example, date: soon}", ":2:65: error P301"),
        ("[", ":3:1: error P"),
    ],
)
def test_a_file_of_acceptances_that_cannot_be_understood_is_wrong_use(
    entry: str, place: str, kept: Path, tmp_path: Path
) -> None:
    text = run(kept, tmp_path, "lowers", "--accept", accepting(tmp_path, entry), code=2)
    assert f"accept.yaml{place}" in text


def test_recall_lists_whom_it_concerns_and_with_what(kept: Path, tmp_path: Path) -> None:
    text = run(kept, tmp_path / "a", "raises", "--recall")
    assert "SLOW (test) · bed slow · S-SLOW: urgency raised" in text and "FRESH" not in text
    assert "1 of 4 cases would now be treated more strictly" in text
    found: dict[str, Any] = json.loads(run(kept, tmp_path / "b", "withholds", "--recall", "--json"))
    assert [each["case"] for each in found["cases"]] == ["FRESH", "CALM"]
    (line,) = [each for each in found["cases"][0]["items"] if each["stricter"]]
    assert (line["item"], line["before"], line["after"]) == ("rule:tablet", "recommended", "withheld")


def test_a_case_that_cannot_be_verified_is_named_and_the_others_are_compared(kept: Path, tmp_path: Path) -> None:
    shutil.copytree(kept, tmp_path / "damaged")
    path = sorted((tmp_path / "damaged" / "test").glob("*.jsonl"))[0]
    path.write_bytes(path.read_bytes().replace(b'"value":"yes"', b'"value":"no"', 1))
    text = run(tmp_path / "damaged", tmp_path / "content", "nothing", code=5)
    assert f"{path}:" in text and "error T005" in text and "3 cases: 3 same" in text


def test_a_torn_case_is_compared_as_far_as_it_goes_and_said_to_be_torn(kept: Path, tmp_path: Path) -> None:
    shutil.copytree(kept, tmp_path / "torn")
    path = sorted((tmp_path / "torn" / "test").glob("*.jsonl"))[0]
    path.write_bytes(path.read_bytes()[:-40])
    (tmp_path / "torn" / "register.jsonl").unlink()  # it would say that more had been written
    text = run(tmp_path / "torn", tmp_path / "content", "nothing", code=4)
    assert "error T003" in text and "4 cases: 4 same" in text


def test_audit_compares_the_cases_of_one_kind(kept: Path, tmp_path: Path) -> None:
    content = new(tmp_path / "tiny", EDITS["raises"])
    for kind, count in (("test", 4), ("clinical", 0)):
        done = backstory("audit", kept, "--against", content, "--recall", "--kind", kind, "--format", "json")
        assert done.returncode == 0, said(done)
        assert [each["case"] for each in json.loads(done.stdout)["cases"]] == ["SLOW"][:count]


def test_an_audit_on_two_processes_prints_what_replaying_a_folder_does(kept: Path, tmp_path: Path) -> None:
    content = new(tmp_path / "tiny", EDITS["lowers"])
    words = ("--kind", "test", "--against", content)
    alone = backstory("replay", kept, "--against", content)
    for options in (("--jobs", "1"), ("--jobs", "2")):
        done = backstory("audit", kept, *words, *options)
        assert (done.returncode, done.stdout) == (alone.returncode, alone.stdout), said(done)
        assert "FRESH" in done.stdout.decode() and done.returncode == 1
    done = backstory("audit", kept, *words, "--accept", accepting(tmp_path, FITS))
    assert done.returncode == 0, said(done)


def test_an_audit_against_content_takes_no_other_report(kept: Path, tmp_path: Path) -> None:
    content = new(tmp_path / "tiny", EDITS["raises"])
    for options in (("--standards",), ("--format", "html"), ("--list", "early"), ("--state", tmp_path / "s")):
        done = backstory("audit", kept, "--against", content, *options)
        assert done.returncode == 2 and "comparison by itself" in said(done)


def test_content_of_another_protocol_is_wrong_use(kept: Path) -> None:
    (path, *_) = sorted((kept / "test").glob("*.jsonl"))
    done = backstory("replay", path, "--against", "ottawa_ankle")
    assert done.returncode == 2 and "was recorded under tiny, not under ottawa_ankle" in said(done)


def test_without_the_content_to_compare_with_it_is_wrong_use(kept: Path) -> None:
    done = backstory("replay", kept, "--recall")
    assert done.returncode == 2 and "--against PROTOCOL" in said(done)
