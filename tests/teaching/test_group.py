"""Statistics of a group: each number worked out by hand, what is bad listed and left out, and files safe to open."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.core import events as ev
from chatbot.core.practice.laid import laid_open
from chatbot.record.host import FixedHost
from chatbot.record.store import TranscriptWriter
from chatbot.teaching import group_tables as tables
from chatbot.teaching.group import Group, group_of
from chatbot.teaching.group_page import page
from chatbot.teaching.marked import LeftOut, group_files, walk
from tests.record.kit import written
from tests.teaching.kit import altered, generated, load_bundle, mark, play, station


def group(folder: Path, **options: bool) -> Group:
    left_out = LeftOut()
    files = list(group_files(folder, left_out))
    return group_of(walk(files, load_bundle, mark), other_kinds=left_out.other_kinds, **options)


@pytest.fixture
def ward(tmp_path: Path) -> Path:
    """Four trainees at the fire, one of them at the candle too, in folders of their own."""
    play(tmp_path / "ab", "AB")
    play(tmp_path / "ab", "AB", day="2026-03-03", of=station("candle"), urgency="routine")
    play(tmp_path / "cd", "CD", asked=(), urgency="routine", items=("look", "pill"))
    play(tmp_path / "ef", "EF", urgency="same_day", items=())
    play(tmp_path / "gh", "GH", asked=(), urgency=None)
    return tmp_path


def test_every_attempt_is_a_row_by_trainee_and_time(ward: Path) -> None:
    made = group(ward)
    assert [(each.trainee, each.name, each.percent) for each in made.rows] == [
        ("AB", "fire", 100),
        ("AB", "candle", 100),
        ("CD", "fire", 0),
        ("EF", "fire", 46),
        ("GH", "fire", 0),
    ]
    assert (made.trainees, made.bad, made.repeated) == (4, (), 0)


def test_items_are_counted_by_station_the_most_missed_first(ward: Path) -> None:
    fire = [each for each in group(ward).items if each.name == "fire"]
    assert [(each.id, each.missed.number, each.missed.of) for each in fire] == [
        ("urgency", 3, 4),
        ("flag:danger", 2, 4),
        ("item:look", 2, 4),
        ("harmful:pill", 1, 4),
    ]
    assert fire[-1].lost == 5 / 4 and fire[1].lost == 12 / 4
    assert [each.title for each in fire] == ["urgency", "Danger", "Look again", "A pill"]


def test_red_flags_are_counted_only_where_they_were_there_to_be_found(ward: Path) -> None:
    (flag,) = group(ward).flags
    assert (flag.flag, flag.title, flag.stations) == ("danger", "Danger", 1)
    assert (flag.missed.number, flag.missed.of) == (2, 4)


def test_under_triage_is_a_rate_of_those_that_could_be_too_low_with_its_interval(ward: Path) -> None:
    all_, emergency, routine = group(ward).triage
    assert (all_.attempts, all_.right, all_.high, all_.none) == (5, 2, 0, 1)
    assert (all_.low.number, all_.low.of) == (2, 3)
    assert (emergency.true_urgency, emergency.attempts, emergency.low.of) == ("emergency", 4, 3)
    assert (routine.true_urgency, routine.low.of, routine.low.said) == ("routine", 0, "none of none")
    assert all_.low.said == "2 of 3 (67 %, 95 % interval 21 to 94 %; few: read the counts)"


def test_domains_and_stations_are_means_of_attempts(ward: Path) -> None:
    made = group(ward)
    assert [(each.id, each.attempts, each.least, each.most) for each in made.domains] == [
        ("safety", 5, 0, 100),
        ("plan", 5, 0, 100),
    ]
    assert [(each.name, each.attempts, each.trainees, each.least, each.most) for each in made.stations] == [
        ("candle", 1, 1, 100, 100),
        ("fire", 4, 4, 0, 100),
    ]


def test_only_first_meetings_count_where_that_is_asked_for(tmp_path: Path) -> None:
    play(tmp_path, "AB", day="2026-03-02", urgency="routine")
    play(tmp_path, "AB", day="2026-03-09", of=station("fire", seed=3))
    play(tmp_path, "AB", day="2026-03-10", of=generated(1))
    play(tmp_path, "AB", day="2026-03-11", of=generated(2))
    made = group(tmp_path, first_only=True)
    assert [each.day for each in made.rows] == ["2026-03-02", "2026-03-10", "2026-03-11"]
    assert made.repeated == 1


# --- what is not counted --------------------------------------------------------------------------


def test_what_is_damaged_unfinished_or_of_another_kind_is_listed_and_not_counted(ward: Path) -> None:
    altered(play(ward / "ij", "IJ"), "first?", "frist?")
    play(ward / "kl", "KL", end=False)
    written(ward / "ij", kind="clinical")
    made = group(ward)
    assert len(made.rows) == 5 and made.other_kinds == 1
    assert [each.verdict for each in made.bad] == ["CORRUPT", "UNFINISHED"]
    said = page(made)
    assert "CORRUPT" in said and "IJ" not in json.dumps([each.trainee for each in made.rows])


def _resumed(path: Path, marker: str, overall: int, seed: int) -> None:
    writer, _ = TranscriptWriter.resume(path, FixedHost(seed=seed), actor=marker)
    with writer:
        writer.append([ev.PracticeMarked(marker, overall, {"item:look": 0}, {"item:look": "too late"})])


def test_a_copy_counts_once_with_the_marks_that_either_file_holds(tmp_path: Path) -> None:
    path = play(tmp_path / "one")
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    _resumed(path, "MM", 3, 11)
    _resumed(tmp_path / "two" / "practice" / path.name, "NN", 5, 12)
    made = group(tmp_path)
    assert len(made.rows) == 1 and [each.verdict for each in made.bad] == ["COPY"]
    assert {each.marker: each.overall for each in made.rows[0].second} == {"MM": 3, "NN": 5}
    assert [(each.markers, each.attempts, each.overall, each.same) for each in made.pairs] == [(("MM", "NN"), 1, 1, 0)]


def test_two_files_that_tell_one_interview_differently_are_both_set_aside(tmp_path: Path) -> None:
    path = play(tmp_path / "one", end=False)
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    other = tmp_path / "two" / "practice" / path.name
    for each, question in ((path, "second"), (other, "third")):
        writer, _ = TranscriptWriter.resume(each, FixedHost(seed=len(question)), actor="AB")
        with writer:
            writer.append([ev.PracticeAsked("ask", question, f"{question}?", "No.", "yes")])
            writer.append([*laid_open(station()), ev.PracticeEnded()])
    made = group(tmp_path)
    assert made.rows == () and [each.verdict for each in made.bad] == ["CORRUPT", "CORRUPT"]


# --- names ----------------------------------------------------------------------------------------


def test_codes_stand_for_names_and_nothing_else_gives_them_away(tmp_path: Path) -> None:
    for trainee in ("Annabel", "Bertram", "Cuthbert"):
        path = play(tmp_path / trainee, trainee, label=f"room of {trainee}")
        _resumed(path, "Examiner Zacharias", 4, 21)
    altered(play(tmp_path / "Dorothea", "Dorothea"), "first?", "frist?")
    made = group(tmp_path, anonymous=True)
    everything = page(made) + json.dumps(tables.to_data(made))
    everything += "".join("\n".join(tables.csv_lines(make(made))) for make in tables.PARTS.values())
    for name in ("Annabel", "Bertram", "Cuthbert", "Dorothea", "Zacharias", str(tmp_path)):
        assert name not in everything
    assert sorted({each.trainee for each in made.rows}) == ["T01", "T02", "T03"]
    assert [each.marker for each in made.markers] == ["M01"]
    assert group(tmp_path, anonymous=True) == made


# --- files ----------------------------------------------------------------------------------------

FORMULAS = ["=1+1", "+1", "-cmd", "@SUM(A1)", "\t=1", "\r=1", " =1", "|calc", "%0", "＝1", '=HYPERLINK("http://x")']


@pytest.mark.parametrize("name", FORMULAS)
def test_no_text_of_the_csv_can_be_taken_for_a_formula(name: str) -> None:
    table = tables.Table("t", "t", ("a", "b"), ((name, -3),), 1)
    ((_, row),) = [tuple(csv.reader(io.StringIO("\n".join(tables.csv_lines(table)))))]
    assert row[0].startswith("'") and row[1] == "-3"


@given(st.text(max_size=12))
def test_a_cell_never_begins_with_what_a_spreadsheet_carries_out(text: str) -> None:
    table = tables.Table("t", "t", ("a",), ((text,),), 1)
    rows = list(csv.reader(io.StringIO("\n".join(tables.csv_lines(table)))))
    cell = rows[1][0] if len(rows) > 1 and rows[1] else ""
    assert not cell[:1] or cell[0] not in "=+-@|%\t\r\n＝＋－＠"


def test_a_trainee_called_like_a_formula_is_harmless_in_every_file(tmp_path: Path) -> None:
    play(tmp_path, "=cmd<script>alert(1)</script>")
    made = group(tmp_path)
    (_, row) = list(csv.reader(io.StringIO("\n".join(tables.csv_lines(tables.attempts(made))))))
    assert row[0].startswith("'=cmd")
    assert "<script" not in page(made)


def test_the_page_stands_by_itself_and_says_what_it_is(ward: Path) -> None:
    said = page(group(ward))
    assert "SIMULATED" in said and "practice" in said
    assert not re.findall(r"(?:src|href)=\"(?!#)[^\"]+\"", said) and "@import" not in said
    assert "default-src &#x27;none&#x27;" in said and "<script" not in said
    assert said.count("<svg") == 3, "red flags, domains, and the one station in which something was missed"
    assert "few: read the counts" in said


def test_without_what_draws_the_page_has_its_tables_and_says_so(ward: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = group(ward)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    said = page(made)
    assert "<svg" not in said and "Tables only" in said and "Look again" in said


def test_an_empty_folder_gives_an_empty_page(tmp_path: Path) -> None:
    made = group(tmp_path)
    assert made.rows == () and "0 attempts" in page(made)
    assert tables.to_data(made)["attempts_counted"] == 0


def test_every_table_has_as_many_cells_as_heads_and_json_has_them_all(ward: Path) -> None:
    made = group(ward)
    for name, make in tables.PARTS.items():
        table = make(made)
        assert table.name == name and len(set(table.heads)) == len(table.heads)
        assert all(len(row) == len(table.heads) for row in table.rows)
    assert tables.PARTS.keys() <= tables.to_data(made).keys()
