"""Approvals, due dates, withdrawals and versions, as the command shows them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.kit import backstory, said
from tests.cli.test_cases_on_disk import LINES, cases, typed
from tests.cli.test_visits import FIRST
from tests.small_protocols import SMALL, edit

CALM = SMALL / "tiny" / "vignettes" / "calm.yaml"
PERSON = ("--by", "A. Example", "--role", "physician", "--as-of", "2026-02-01")

WITHDRAWN = """\
withdrawals:
  - {what}
    on: 2026-04-01
    reason: {{clinician: Its source was retracted., patient: This advice was wrong.}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with protocols that may be edited and cases of its own."""
    shutil.copytree(SMALL / "tiny", tmp_path / "protocols" / "tiny")
    return tmp_path


def run(folder: Path, *arguments: str | Path, lines: tuple[str, ...] = (), code: int = 0) -> str:
    """Run the command on the folder; return what it printed, of both streams, in one line of words."""
    where = ("--protocols", folder / "protocols", "--transcripts", folder / "cases")
    done = backstory(*arguments, *where, input=typed(*lines))
    text = done.stdout.decode() + said(done)
    assert done.returncode == code, text
    return " ".join(text.split()) if "--json" not in arguments and "json" not in arguments else done.stdout.decode()


def plan(folder: Path, *more: str | Path, as_of: str = "2026-03-15") -> dict[str, Any]:
    found = run(folder, "plan", "--answers", CALM, "--as-of", as_of, "--format", "json", *more)
    return dict(json.loads(found))


def statuses(plan: dict[str, Any]) -> dict[str, str]:
    return {each["id"]: each["review_status"] for each in plan["recommendations"]}


# --- approvals ------------------------------------------------------------------------------------


def test_one_edited_word_takes_an_approval_back_and_review_says_which(folder: Path) -> None:
    assert set(statuses(plan(folder)).values()) == {"draft"}
    run(folder, "review", "--approve", "rule:*", *PERSON, "--note", "Read: all of it")
    approved = plan(folder)
    assert set(statuses(approved).values()) == {"approved"}
    assert approved["content_status"] == "under review, not approved"
    edit(folder / "protocols" / "tiny", "rules/drug.yaml", "Advise rest.", "Advise a rest.")
    edit(folder / "protocols" / "tiny", "rules/drug.yaml", "when: pain >= 4", "when: pain >= 3")
    assert statuses(plan(folder)) == {
        "call": "approved",
        "look": "approved",
        "tablet": "under review",
        "rest": "under review",
    }
    text = run(folder, "review")
    assert "2 approved, 2 under review, 0 submitted, 57 draft" in text
    assert "approved by A. Example, physician, on 2026-02-01; changed since: Read: all of it" in text
    assert "text for the clinician is now “Advise a rest.”; before: “Advise rest.”" in text
    assert "now applies when “pain” is at least 3; before: when “pain” is at least 4" in text
    report = json.loads(run(folder, "review", "--json", "--state", "under_review"))
    assert [each["item"] for each in report["items"]] == ["rule:tablet", "rule:rest"]
    assert report["items"][1]["changes"][0]["field"] == "text"
    run(folder, "review", "--approve", "rule:tablet", "rule:rest", *PERSON)
    assert set(statuses(plan(folder)).values()) == {"approved"}


def test_content_is_approved_and_released_only_when_every_item_is(folder: Path) -> None:
    run(folder, "review", "--approve", "*", *PERSON)
    assert plan(folder)["content_status"] == "approved"
    run(folder, "check", "--write-ids")
    (folder / "protocols" / "tiny" / "words.yaml").write_text("words: {}\n", "utf-8")
    release = ("check", "--release", "--as-of", "2026-12-31", "--json")
    (report,) = json.loads(run(folder, *release))
    assert report["ok"] and report["content_status"] == "approved"
    edit(folder / "protocols" / "tiny", "guards.yaml", "title: weak kidney", "title: frail kidney")
    (report,) = json.loads(run(folder, *release, code=1))
    (found,) = (each for each in report["diagnostics"] if each["code"] == "P429")
    assert "1 of 61 items, the first is guard:weak_kidney" in found["message"]
    assert report["content_status"] == "under review, not approved"


def test_an_entry_is_added_without_touching_what_stands_there(folder: Path) -> None:
    path = folder / "protocols" / "tiny" / "approvals.yaml"
    path.write_text("# Ours.\napprovals: []  # none yet\n", "utf-8")
    assert "guard:weak_kidney: submitted, A. Example" in run(folder, "review", "--submit", "guard:weak_kidney", *PERSON)
    first = path.read_text("utf-8")
    assert first.startswith("# Ours.\napprovals:\n  - state: submitted\n")
    path.write_text(first + "  # Mind the gap.\n", "utf-8")
    run(folder, "review", "--under-review", "guard:weak_kidney", *PERSON)
    assert path.read_text("utf-8").startswith(first + "  # Mind the gap.\n  - state: under_review\n")
    assert "nothing to add" in run(folder, "review", "--under-review", "guard:weak_kidney", *PERSON)
    assert not (folder / "protocols" / "tiny" / "approved").exists()
    assert run(folder, "check")


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("--approve", "rule:rest"), "give --by NAME and --role ROLE"),
        (("--approve", "rule:rest", "--by", " ", "--role", "r"), "give --by NAME and --role ROLE"),
        (("--approve", "rest", *PERSON), "did you mean 'rule:rest'?"),
        (("--approve", "rule:rset", *PERSON), "did you mean 'rule:rest'?"),
        (("--by", "A. Example"), "name an item"),
    ],
)
def test_an_entry_needs_a_person_and_an_item(folder: Path, arguments: tuple[str, ...], hint: str) -> None:
    assert hint in run(folder, "review", *arguments, code=2)
    assert not (folder / "protocols" / "tiny" / "approvals.yaml").exists()


def test_a_file_that_cannot_be_added_to_is_left_alone(folder: Path) -> None:
    path = folder / "protocols" / "tiny" / "approvals.yaml"
    flow = (
        "approvals: [{state: submitted, by: {name: B, role: r}, on: 2026-01-01, items: {guard:weak_kidney: " + "0" * 64
    )
    path.write_text(flow + "}}]\n", "utf-8")
    assert "cannot be added" in run(folder, "review", "--submit", "rule:rest", *PERSON, code=8)
    assert path.read_text("utf-8") == flow + "}}]\n"


def interview(folder: Path, *lines: str, resume: str = "", code: int = 0, as_of: str = "2026-03-15") -> str:
    begin = ("--resume", resume) if resume else ("--kind", "test", "--label", "bed 4")
    return run(folder, "interview", "--plain", *begin, "--as-of", as_of, lines=lines, code=code)


def test_an_old_case_shows_the_status_of_then(folder: Path) -> None:
    run(folder, "review", "--approve", "rule:*", *PERSON)
    interview(folder, *FIRST, "plan", "sign", "yes")
    (case,) = cases(folder / "cases")
    edit(folder / "protocols" / "tiny", "rules/drug.yaml", "Advise rest.", "Advise a rest.")
    assert set(statuses(plan(folder)).values()) == {"approved", "under review"}
    exported = json.loads(run(folder, "export", case["path"], "--to", "json"))["plan"]
    assert set(statuses(exported).values()) == {"approved"}
    assert "under review, not approved" in run(folder, "replay", case["path"], "--verify")
    assert "where the review of the content stands (draft; 4 items differ)" in run(
        folder, "replay", case["path"], "--events"
    )


def test_a_later_sitting_takes_over_where_the_review_stands_while_the_content_is_the_same(folder: Path) -> None:
    interview(folder, *LINES)
    (case,) = cases(folder / "cases")
    run(folder, "review", "--approve", "rule:*", *PERSON)
    interview(folder, "yes", resume=case["case"])
    events = Path(case["path"]).read_text("utf-8").split("\n")
    assert sum('"approvals.pinned"' in each for each in events) == 2
    edit(folder / "protocols" / "tiny", "rules/drug.yaml", "Advise rest.", "Advise a rest.")
    interview(folder, "yes", resume=case["case"])
    assert sum('"approvals.pinned"' in each for each in Path(case["path"]).read_text("utf-8").split("\n")) == 2


# --- due dates ------------------------------------------------------------------------------------


def test_a_review_past_its_date_is_said_by_the_day_of_the_case(folder: Path) -> None:
    before, after = plan(folder, as_of="2027-01-01"), plan(folder, as_of="2027-01-02")
    assert "review_overdue" not in before
    assert after["review_overdue"]["rules"] == ["call", "look", "tablet", "rest"]
    assert after["review_overdue"]["since"] == "2027-01-01"
    text = run(folder, "plan", "--answers", CALM, "--as-of", "2027-01-02")
    assert "! Review overdue: 4 of 4 recommendations, the first since 2027-01-01." in text
    patient = run(folder, "plan", "--answers", CALM, "--as-of", "2027-01-02", "--register", "patient")
    assert "should have been checked again by 2027-01-01" in patient
    assert "Review overdue" in interview(folder, *LINES, as_of="2027-01-02")
    assert "Review overdue: 4 of 4" in run(folder, "review", "--as-of", "2027-01-02")
    assert "next review due on 2027-01-01" in run(folder, "review", "--as-of", "2026-01-02")


# --- withdrawals ----------------------------------------------------------------------------------


def withdraw(folder: Path, what: str) -> None:
    (folder / "protocols" / "tiny" / "withdrawals.yaml").write_text(WITHDRAWN.format(what=what), "utf-8")


def test_under_a_withdrawn_version_nothing_is_begun_and_nothing_gone_on_with(folder: Path) -> None:
    interview(folder, *LINES)
    (case,) = cases(folder / "cases")
    before = Path(case["path"]).read_bytes()
    withdraw(folder, 'version: "1"')
    for text in (
        interview(folder, *LINES, code=3),
        interview(folder, "yes", resume=case["case"], code=3),
        run(folder, "plan", "--answers", CALM, code=3),
    ):
        assert "error P493: Withdrawn on 2026-04-01: version 1 of “Tiny”. Its source was retracted." in text
    assert Path(case["path"]).read_bytes() == before and len(cases(folder / "cases")) == 1
    assert "Withdrawn on 2026-04-01" in run(folder, "export", case["path"])
    assert "Do not rely on “Tiny” any more" in run(folder, "export", case["path"], "--register", "patient")
    assert "Withdrawn on 2026-04-01" in run(folder, "replay", case["path"])
    assert "warning P493" in run(folder, "check")


def test_with_a_withdrawn_rule_in_the_plan_a_case_is_not_signed_until_it_is_declined(folder: Path) -> None:
    withdraw(folder, "rule: tablet")
    text = interview(folder, *FIRST, "plan", "sign", "yes", code=0)
    assert "Withdrawn on 2026-04-01: “A tablet”. Its source was retracted." in text
    assert "decline the withdrawn advice" in text
    (case,) = cases(folder / "cases")
    assert case["phase"] != "signed"
    assert "error P494" in interview(folder, "yes", resume=case["case"], code=3)
    exported = json.loads(run(folder, "export", case["path"], "--to", "json"))["plan"]
    assert [each["rule"] for each in exported["withdrawn"]] == ["tablet"]
    withdraw(folder, "rule: call")
    # It asks for nothing in this case.
    interview(folder, "yes", "plan", "sign", "yes", resume=case["case"])
    assert cases(folder / "cases")[0]["phase"] == "signed"
    withdraw(folder, "rule: tablet")
    assert "error P494" in run(folder, "interview", "--plain", "--amend", case["case"], lines=("yes",), code=3)


def test_a_file_of_withdrawals_that_cannot_be_read_lets_nothing_begin_and_everything_be_read(folder: Path) -> None:
    interview(folder, *FIRST, "plan", "sign", "yes")
    (case,) = cases(folder / "cases")
    withdraw(folder, "rules: tablet")
    assert "'rules' is not a key here" in interview(folder, *LINES, code=3)
    assert "'rules' is not a key here" in run(folder, "export", case["path"])


# --- versions -------------------------------------------------------------------------------------


def test_a_version_is_named_by_folder_file_or_digest(folder: Path) -> None:
    interview(folder, *LINES)
    (kept,) = (folder / "cases" / "protocols").glob("*.json")
    edit(folder / "protocols" / "tiny", "rules/safety.yaml", "within: P14D", "within: P7D")
    sentence = "Rule “Look for it”: the time limit is now within 1 week; before: within 2 weeks."
    for old in (kept, kept.stem[:8], kept.stem, SMALL / "tiny"):
        assert sentence in run(folder, "diff", old)
    data = json.loads(run(folder, "diff", kept, folder / "protocols" / "tiny", "--json"))
    assert data["old"]["digest"] == kept.stem and data["changes"][0]["group"] == "safety"
    assert "Nothing changed." in run(folder, "diff", "tiny", "tiny")
    assert "is kept in" in run(folder, "diff", "0123456789", code=2)
    assert "no kept content" in run(folder, "diff", CALM, code=2)
    kept.write_text(kept.read_text("utf-8").replace("Tiny", "Tin"), "utf-8")
    assert "T014" in run(folder, "diff", kept.stem[:8], code=5)
