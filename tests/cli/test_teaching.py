"""The words progress, group and mark of the command, with shipped patients played by the expert's script."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from chatbot.content.practice import station_of, stations
from chatbot.core.practice.expert import Fault
from tests.cli.kit import backstory, said
from tests.shipped import shipped_protocol
from tests.teaching.kit import altered
from tests.teaching.played import ANKLE, play


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two trainees; one who meets a patient perfectly, one who does it with a wrong urgency."""
    folder = tmp_path_factory.mktemp("day")
    play(folder / "ab", "AB", 1, "2026-03-02")
    play(folder / "ab", "AB", 2, "2026-03-03")
    play(folder / "cdef", "CDEF", 1, "2026-03-02", Fault(urgency="routine"))
    return folder


def progress(day: Path, *more: str, actor: str = "AB", on: str = "2026-03-05") -> tuple[int, str]:
    done = backstory(
        *("practice", "progress", "--protocol", "ottawa_ankle", "--transcripts", day / "ab", "--actor", actor),
        *("--as-of", on, *more),
    )
    said(done)
    return done.returncode, done.stdout.decode()


def test_a_perfect_script_is_a_hundred_per_cent_and_a_new_patient_comes_next(day: Path) -> None:
    code, out = progress(day, "--json")
    data = json.loads(out)
    assert code == 0
    assert [(each["number"], each["percent"], each["triage"]) for each in data["attempts"]] == [
        (1, 100, "right"),
        (2, 100, "right"),
    ]
    assert data["weakest"] == [] and data["next"]["why"] == "new" and data["next"]["number"] not in {1, 2}


def test_whoever_is_due_comes_first_and_no_page_names_what_they_have(day: Path) -> None:
    _, out = progress(day, on="2026-12-24")
    assert "Next patient: 1. " in out and "SIMULATED" in out
    for each in stations(ANKLE):
        station = station_of(shipped_protocol("ottawa_ankle"), ANKLE, each.id)
        assert each.id not in out and station.title not in out


def test_another_name_has_no_attempts_and_is_told_whose_there_are(day: Path) -> None:
    done = backstory(
        *("practice", "progress", "--protocol", "ottawa_ankle", "--transcripts", day / "ab", "--actor", "nobody")
    )
    assert done.returncode == 0 and "attempts of: AB" in said(done)
    assert "No attempt has been marked yet" in done.stdout.decode()


def test_a_group_is_exported_as_a_table_a_page_and_data(day: Path, tmp_path: Path) -> None:
    table = backstory("practice", "group", day, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(table.stdout.decode())))
    assert [(each["trainee"], each["triage"]) for each in rows] == [
        ("AB", "right"),
        ("AB", "right"),
        ("CDEF", rows[2]["triage"]),
    ]
    assert rows[0]["percent"] == "100" and int(rows[2]["percent"]) <= 100
    page = backstory("practice", "group", day, "--format", "html", "--out", tmp_path / "day.html")
    assert page.returncode == 0 and "3 attempts of 2 trainees" in page.stdout.decode()
    assert "SIMULATED" in (tmp_path / "day.html").read_text("utf-8")
    data = json.loads(backstory("practice", "group", day, "--format", "json", "--anonymous").stdout)
    assert data["attempts_counted"] == 3 and "CDEF" not in json.dumps(data)


def test_a_file_that_was_changed_is_listed_left_out_and_ends_the_command_with_its_code(
    day: Path, tmp_path: Path
) -> None:
    play(tmp_path / "ab", "AB", 1, "2026-03-02")
    bad = play(tmp_path / "x", "X", 2, "2026-03-02")
    altered(bad, '"actor":"X"', '"actor":"Y"')
    done = backstory("practice", "group", tmp_path, "--format", "csv")
    assert done.returncode == 5 and "not counted (CORRUPT)" in said(done) and bad.name in said(done)
    assert len(done.stdout.decode().splitlines()) == 2


def test_a_mark_is_saved_told_and_counted(tmp_path: Path) -> None:
    path = play(tmp_path, "AB", 1, "2026-03-02")
    listed = json.loads(backstory("practice", "mark", path, "--items", "--json").stdout)
    item = next(each["item"] for each in listed if each["most"] > 1)
    done = backstory(
        *("practice", "mark", path, "--marker", "Dr M", "--overall", "4", "--set", f"{item}=1"),
        *("--reason", f"{item}=too quietly", "--json"),
    )
    told = json.loads(done.stdout)
    assert said(done) == "" and told["percent_before"] == 100 and told["after"] < told["before"]
    rows = list(
        csv.DictReader(io.StringIO(backstory("practice", "group", tmp_path, "--format", "csv").stdout.decode()))
    )
    assert rows[0]["Dr M_overall"] == "4" and int(rows[0]["Dr M_percent"]) < 100
    debrief = backstory("practice", "debrief", path, "--format", "json")
    assert json.loads(debrief.stdout)["second"][0]["reasons"] == {item: "too quietly"}


WRONG = [
    (("mark", "PATH", "--overall", "3"), "nobody says who marks"),
    (("mark", "PATH", "--marker", "MM"), "nothing is given"),
    (("mark", "PATH", "--marker", "MM", "--set", "nothing=1"), "has no item 'nothing'"),
    (("mark", "PATH", "--marker", "MM", "--set", "urgency"), "is not ITEM=VALUE"),
    (("group", "PATH", "--format", "html", "--part", "items"), "--part is for text and csv"),
]


@pytest.mark.parametrize(("words", "message"), WRONG, ids=[each[1] for each in WRONG])
def test_wrong_use_is_one_message_and_the_code_2(day: Path, words: tuple[str, ...], message: str) -> None:
    path = next((day / "ab" / "practice").glob("*.jsonl"))
    before = path.read_bytes()
    done = backstory("practice", *(str(path) if each == "PATH" else each for each in words))
    assert done.returncode == 2 and message in said(done) and path.read_bytes() == before


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    done = backstory("practice", "group", tmp_path / "none")
    assert done.returncode == 8 and "none" in said(done)
