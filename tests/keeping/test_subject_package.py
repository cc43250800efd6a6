"""Everything about one person: complete against what was put in, nothing of anybody else, checkable without us."""

from __future__ import annotations

import csv
import json
import shutil
import stat
import subprocess
import zipfile
from pathlib import Path

import pytest

from chatbot.cli import main
from chatbot.desk import cached_bundle
from chatbot.keeping.accesses import accesses
from chatbot.keeping.relatives import families_of
from chatbot.keeping.subject_package import write_package
from chatbot.record.access import AccessLog
from chatbot.record.host import FixedHost
from chatbot.record.keys import new_key
from chatbot.record.replay import verify
from chatbot.record.subject import subject_code
from tests.keeping.kit import ANSWERS, CANARY, OTHER, PERSON, SITE, People


def package(
    capsys: pytest.CaptureFixture[str], folk: People, out: Path, *more: str | Path, code: str = PERSON
) -> tuple[int, str, str]:
    words = [
        "subject",
        *([code] if code else []),
        "--out",
        str(out),
        "--transcripts",
        str(folk.folder),
        *map(str, more),
    ]
    done = main(words)
    captured = capsys.readouterr()
    return done, captured.out, captured.err


def texts(out: Path) -> str:
    return "\n".join(each.read_text("utf-8") for each in sorted(out.rglob("*")) if each.is_file())


@pytest.fixture(scope="module")
def whole(written: People, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("package")
    shutil.copytree(written.folder, place / "transcripts")
    write_package(place / "transcripts", PERSON, place / "package")
    return place / "package"


@pytest.fixture
def made(whole: Path, tmp_path: Path) -> Path:
    shutil.copytree(whole, tmp_path / "made")
    return tmp_path / "made"


def table(folder: Path) -> list[dict[str, str]]:
    return list(csv.DictReader((folder / "answers.csv").read_text("utf-8").splitlines()))


def case_folders(made: Path) -> dict[str, Path]:
    return {each.name.rpartition("-")[2]: each for each in made.iterdir() if each.name[:2].isdigit()}


def test_every_case_is_there_in_order_of_time_and_nobody_else_is(folk: People, made: Path) -> None:
    order = sorted(each.name for each in made.iterdir() if each.name[:2].isdigit())
    assert [each.rpartition("-")[2] for each in order] == [
        folk.codes[name] for name in ("first", "second", "amended", "practice")
    ]
    said = texts(made)
    assert CANARY not in said and OTHER not in said and "ZZ bed 9" not in said and folk.codes["other"] not in said


def test_everything_that_was_put_in_can_be_read(folk: People, made: Path) -> None:
    read = "\n".join(
        (folder / name).read_text("utf-8")
        for folder in case_folders(made).values()
        for name in ("record.txt", "record.md", "events.txt", "answers.csv", "record-plain-words.txt")
    )
    read = " ".join(read.split())
    for text in (*folk.seeded, *SITE.values(), "Nurse Quillfeather", "Dr Thistlewood", "Student Brackenridge"):
        assert text in read, text


def test_the_table_of_answers_holds_every_answer_with_source_day_and_who(folk: People, made: Path) -> None:
    rows = table(case_folders(made)[folk.codes["first"]])
    assert {each["question"] for each in rows} == {*ANSWERS, "gauge"}
    amounts = [(row["what"], row["value"], row["stands"], row["because"], row["note"]) for row in rows]
    (secret,) = [row for row in rows if row["question"] == "secret"]
    assert (secret["answer"], secret["value"]) == ("a little of it", "mild")
    assert ("given", "5", "no", "", "") in amounts
    assert ("corrected", "7", "yes", "mis_keyed", "read from the yellow booklet") in amounts
    for row in rows:
        assert row["source"] == "patient" and row["given"] == "2026-03-02T09:00"
        assert row["who"] == "Nurse Quillfeather, nurse of ward Quince" and row["written"].endswith("Z")
    carried = table(case_folders(made)[folk.codes["second"]])
    assert {each["what"] for each in carried} >= {"carried", "given", "corrected"}


def test_the_manifest_is_checked_by_the_tool_that_every_machine_has(made: Path) -> None:
    done = subprocess.run(["sha256sum", "-c", "--strict", "SHA256SUMS"], cwd=made, capture_output=True, check=False)
    assert done.returncode == 0, done
    listed = {line.partition("  ")[2] for line in (made / "SHA256SUMS").read_text().splitlines()}
    assert listed | {"SHA256SUMS"} == {str(each.relative_to(made)) for each in made.rglob("*") if each.is_file()}
    (made / "README.txt").write_text("other")
    done = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=made, capture_output=True, check=False)
    assert done.returncode == 1


def test_files_are_private_and_the_transcripts_inside_verify_by_themselves(folk: People, made: Path) -> None:
    for each in made.rglob("*"):
        assert stat.S_IMODE(each.stat().st_mode) == (0o700 if each.is_dir() else 0o600), each
    found = sorted((made / "transcripts").rglob("*.jsonl"))
    assert len(found) == 4
    for path in found:
        assert verify(path, cached_bundle).exit_code == 0
        assert path.read_bytes() == (folk.folder / path.relative_to(made / "transcripts")).read_bytes()


def test_the_page_says_what_each_file_is_how_it_stands_and_what_is_missing(folk: People, made: Path) -> None:
    page = (made / "README.txt").read_text("utf-8")
    for name in ("first", "second", "amended", "practice"):
        report = verify(folk.path(name), cached_bundle)
        assert f"{folk.codes[name]}, " in page and f"{report.verdict}, head code {report.head_code}" in page
    for word in ("backups", "handed on", "sha256sum -c", "answers.csv", "no log of that is kept here"):
        assert word in page


def test_a_case_that_shares_only_the_lineage_or_only_the_code_belongs_too(
    folk: People, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert package(capsys, folk, tmp_path / "p", code=folk.codes["practice"])[0] == 0
    four = {folk.codes[each] for each in ("first", "second", "amended", "practice")}
    assert set(case_folders(tmp_path / "p")) == four
    for named in ("first", "amended"):
        assert {each.case for each in families_of(folk.folder).named(codes=[folk.codes[named]])} == four


def test_a_zip_holds_the_same_and_is_the_same_each_time(
    folk: People, tmp_path: Path, made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("one.zip", "two.zip"):
        for log in ("journal.log", "access.jsonl"):
            (folk.folder / log).unlink(missing_ok=True)
        assert package(capsys, folk, tmp_path / name)[0] == 0
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert stat.S_IMODE((tmp_path / "one.zip").stat().st_mode) == 0o600
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        names = {each.filename for each in archive.infolist()}
        assert all(each.external_attr >> 16 & 0o777 == 0o600 for each in archive.infolist())
    assert names == {str(each.relative_to(made)) for each in made.rglob("*") if each.is_file()}


def test_a_damaged_case_is_included_as_far_as_it_goes_and_ends_with_one(
    folk: People, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folk.path("first")
    data = path.read_bytes()
    path.write_bytes(data[:-700] + b"x" + data[-699:])
    done, _, err = package(capsys, folk, tmp_path / "package")
    assert done == 1 and "does not verify" in err
    folder = case_folders(tmp_path / "package")[folk.codes["first"]]
    assert "keeps bees by the river Ouse" in (folder / "events.txt").read_text("utf-8")
    page = (tmp_path / "package" / "README.txt").read_text("utf-8")
    assert "verified: CORRUPT" in page and "What stands before the damage is included" in page


def test_a_disposed_visit_and_a_file_of_nobody_are_named(
    folk: People, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = folk.codes["second"]
    words = ["--authority", "policy 9", "--reason", "asked for", "--yes", code, "--before-retention", "asked for"]
    assert main(["dispose", code, *words, "--transcripts", str(folk.folder)]) == 0
    (folk.folder / "clinical" / "broken.jsonl").write_bytes(b"nothing\n")
    capsys.readouterr()
    done, _, err = package(capsys, folk, tmp_path / "package", code=folk.codes["first"])
    assert done == 0 and "whose this file is" in err
    page = (tmp_path / "package" / "README.txt").read_text("utf-8")
    assert f"{code} (clinical) was disposed of on" in page and "1 file(s) in the same folder" in page
    assert set(case_folders(tmp_path / "package")) == {folk.codes[each] for each in ("first", "amended", "practice")}


def test_who_opened_the_cases_is_in_it_and_who_opened_others_is_not(
    folk: People, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = AccessLog(FixedHost(user="ann"), {})
    assert log.note("replay", folk.path("first"), actor="Dr Fennel") == ""
    assert log.note("export", folk.path("other"), actor="Dr Sorrel") == ""
    assert log.note_run("audit", folk.folder, 5) == ""
    assert package(capsys, folk, tmp_path / "package")[0] == 0
    said = (tmp_path / "package" / "access.txt").read_text("utf-8")
    assert said == f"2026-03-02T09:00:00  ann (Dr Fennel): replay, {folk.path('first').name}\n"
    later = accesses(folk.folder, {}) or []
    assert sum("export" in line for case, line in later if case == folk.codes["first"]) == 1
    assert "access.txt" in (tmp_path / "package" / "README.txt").read_text("utf-8")


def test_it_is_noted_that_a_package_left(folk: People, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done, out, _ = package(capsys, folk, tmp_path / "package", "--json", "--by", "R. Keeper")
    assert done == 0
    from chatbot.record.journal import read_journal

    (entry,) = read_journal(folk.folder).of("exported")
    assert entry.by == "R. Keeper" and entry.data["sha256"] == json.loads(out)["sha256"]
    assert entry.data["cases"] == sorted(folk.codes[each] for each in ("first", "second", "amended", "practice"))


def test_a_record_number_gives_the_code_and_is_written_nowhere(
    folk: People, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = new_key(tmp_path / "site.key")
    code = subject_code(key.secret, "RN 4711 0815")
    done, out, err = package(
        capsys, folk, tmp_path / "p", "--record-number", "RN 4711 0815", "--keys", tmp_path / "site.key", code=""
    )
    assert done == 2 and "R011" in err and "4711" not in out + err and code not in out + err


@pytest.mark.parametrize("where", ["inside", "exists", "nobody", "neither", "both"])
def test_what_cannot_be_is_refused_and_nothing_is_written(
    folk: People, tmp_path: Path, capsys: pytest.CaptureFixture[str], where: str
) -> None:
    out = {"inside": folk.folder / "clinical" / "x", "exists": tmp_path}.get(where, tmp_path / "new")
    more = {"both": ("--record-number", "1")}.get(where, ())
    code = {"nobody": "N0B0-DYAT-A110", "neither": ""}.get(where, PERSON)
    done, _, err = package(capsys, folk, out, *more, code=code)
    assert done == 2 and {"inside": "R007", "exists": "R007", "nobody": "R011"}.get(where, "one person") in err
    assert not (folk.folder / "journal.log").exists() and not (tmp_path / "new").exists()
