"""Follow-ups and amendments from the command line, in the line mode."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.kit import backstory, said
from tests.cli.test_cases_on_disk import cases, typed
from tests.cli.test_people import at_a_terminal
from tests.small_protocols import SMALL

TINY = ("--protocols", SMALL)

START = (*TINY, "interview", "--plain", "--kind", "test", "--label", "bed 4", "--as-of", "2026-03-15")

FIRST = ["y", "1", "=", "n", "1, 2", "70", "5", "1", "1", "", "nothing else"]
"""Answers to the whole tiny protocol, one visit in it."""


@pytest.fixture
def signed(tmp_path: Path) -> Path:
    """A folder with one signed case."""
    run = backstory(*START, "--transcripts", tmp_path, input=typed(*FIRST, "plan", "sign", "yes"))
    (case,) = cases(tmp_path)
    assert case["phase"] == "signed", run.stdout.decode() + said(run)
    return tmp_path


def follow_up(folder: Path, *lines: str, more: tuple[str, ...] = (), as_of: str = "2026-03-29"):  # type: ignore[no-untyped-def]
    code = next(
        each["case"] for each in cases(folder) if each["visit"] == each["visits"] and each["phase"] != "abandoned"
    )
    return backstory(
        *TINY, "interview", "--plain", "--follow-up", code, "--transcripts", folder, "--as-of", as_of, *more,
        input=typed(*lines),
    )  # fmt: skip


def text_of(run) -> str:  # type: ignore[no-untyped-def]
    return " ".join(run.stdout.decode().split())


def test_a_follow_up_confirms_what_is_carried_and_asks_the_rest_again(signed: Path) -> None:
    run = follow_up(signed, "yes", "yes", "1", "=", "7", ":changes", "plan", "sign", "yes")
    text = text_of(run)
    assert run.returncode == 0, text + said(run)
    assert "Is this the person in front of you?" in text and "visit 2 of 2" in text
    assert "carried answers to be confirmed" in text and "Is all of this still so?" in text
    assert "pain: 5 → 7" in text and "This case is signed" in text
    newest, oldest = cases(signed)
    assert (newest["visit"], newest["visits"], oldest["visit"]) == (2, 2, 1)
    assert newest["follows"] == oldest["case"] and newest["lineage"] == oldest["case"]
    run = backstory("replay", newest["path"], "--verify", "--json")
    report = json.loads(run.stdout)
    assert run.returncode == 0 and report["comes_from"][0]["state"] == "same"


@pytest.mark.parametrize("how", ["--follow-up", "--amend"])
def test_the_full_screen_opens_nothing_before_the_person_was_confirmed(signed: Path, how: str) -> None:
    (case,) = cases(signed)
    arguments = ("interview", how, case["case"], "--transcripts", str(signed))
    code, shown = at_a_terminal([("Is this the person", "")], *arguments, term="xterm-256color")
    assert code == 0 and "bed 4" in shown and "Nothing was opened" in shown
    assert len(cases(signed)) == 1


def test_a_follow_up_of_the_wrong_person_is_closed_and_counts_for_nothing(signed: Path) -> None:
    run = follow_up(signed, "")
    assert run.returncode == 0 and "Nothing was entered" in text_of(run)
    newest, oldest = cases(signed)
    assert newest["phase"] == "abandoned" and oldest["visits"] == 1
    assert follow_up(signed, "yes", "yes").returncode == 0


def test_answers_are_confirmed_one_by_one_where_not_all_is_still_so(signed: Path) -> None:
    run = follow_up(
        signed,
        "yes",
        "",
        "1",
        "=",
        "7",
        ":jump weight",
        "=",
        "plan",
        "sign",
        "yes",
        "carried",
        "yes",
        "plan",
        "sign",
        "yes",
    )
    text = text_of(run)
    assert "carried, to be confirmed" in text and "carried answers are not confirmed" in text
    assert "This case is signed" in text, text


def test_cases_lists_a_lineage_on_one_line_and_opens_to_its_members(signed: Path) -> None:
    follow_up(signed, "yes", "yes", "1", "=", "7", "plan", "sign", "yes")
    shown = backstory("cases", "--transcripts", signed).stdout.decode()
    assert shown.count("\n") == 1 and "2 visits, 2 weeks" in shown
    code = cases(signed)[1]["case"]
    opened = backstory("cases", code, "--transcripts", signed).stdout.decode()
    assert opened.count("\n") == 2 and "visit 1 of 2, version 1 of 1" in opened and "visit 2 of 2" in opened


def test_an_amendment_gives_a_new_version_and_asks_for_a_reason(signed: Path) -> None:
    (first,) = cases(signed)
    before = Path(first["path"]).read_bytes()
    amend = ("interview", "--plain", "--amend", first["case"], "--transcripts", signed)
    run = backstory(*amend, input=typed("yes", ":jump pain", "9", "1", "plan", "sign", "yes"))
    text = text_of(run)
    assert run.returncode == 0, text + said(run)
    assert "changed only with a reason" in text and "version 2 of 2" in text and "Changes against version 1" in text
    assert Path(first["path"]).read_bytes() == before
    second = next(each for each in cases(signed) if each["version"] == 2)
    assert second["amends"] == first["case"]
    assert next(each for each in cases(signed) if each["version"] == 1)["superseded_by"] == second["case"]
    assert backstory("replay", second["path"], "--verify").returncode == 0


REFUSED = [
    (("--follow-up", "CODE", "--kind", "clinical"), 2, "kinds never mix"),
    (("--follow-up", "CODE", "--as-of", "2026-03-01"), 2, "lies before the visit"),
    (("--follow-up", "CODE", "--resume", "CODE"), 2, "not allowed with"),
    (("--amend", "CODE", "--label", "x"), 2, "about the same person"),
    (("--amend", "QQQQQQQQ"), 2, "no case is called"),
    (("--resume", "CODE"), 5, "T009"),
]


@pytest.mark.parametrize(("options", "code", "told"), REFUSED)
def test_what_cannot_be_is_refused_with_what_to_do(
    signed: Path, options: tuple[str, ...], code: int, told: str
) -> None:
    case = cases(signed)[0]["case"]
    given = [case if each == "CODE" else each for each in options]
    run = backstory(*TINY, "interview", "--plain", *given, "--transcripts", signed)
    assert (run.returncode == code or told == "T009") and told in said(run)
    assert len(cases(signed)) == 1


def test_any_line_added_to_a_signed_case_ends_with_five(signed: Path) -> None:
    (case,) = cases(signed)
    path = Path(case["path"])
    data = path.read_bytes()
    for added in (b"\n", b"one more thing\n", data.splitlines(keepends=True)[-1], data.splitlines(keepends=True)[2]):
        path.write_bytes(data + added)
        run = backstory("replay", path, "--verify")
        assert run.returncode == 5 and f"{path}:{data.count(10) + 1}" in said(run)
        assert follow_up_code(path.parents[1], case["case"]) == 5


def follow_up_code(folder: Path, code: str) -> int:
    return backstory(*TINY, "interview", "--plain", "--follow-up", code, "--transcripts", folder).returncode


def test_the_outcome_of_an_earlier_recommendation_is_said_in_the_line_mode(signed: Path) -> None:
    lines = ["yes", "yes", "1", "=", "7", "outcome", "1", "1", "2026-03", "nothing new", "plan", "q"]
    run = follow_up(signed, *lines)
    text = text_of(run)
    assert run.returncode == 0 and "done, 2026-03: nothing new" in text, text


def test_a_replaced_earlier_file_is_noticed_by_verify(signed: Path) -> None:
    follow_up(signed, "yes", "yes", "q")
    newest, oldest = cases(signed)
    Path(oldest["path"]).write_bytes(b"\n".join(Path(oldest["path"]).read_bytes().split(b"\n")[:-2]) + b"\n")
    run = backstory("replay", newest["path"], "--verify")
    assert run.returncode == 5 and "replaced or altered" in said(run)
    Path(oldest["path"]).unlink()
    run = backstory("replay", newest["path"], "--verify")
    assert run.returncode == 0 and "was not compared" in said(run)
