"""The register of cases: what it hears of, what it shows that no chain can, and that it never stops an interview."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from chatbot.core import events as ev
from chatbot.errors import CorruptTranscript, ExitCode, UsageError
from chatbot.record import chain
from chatbot.record.anchoring import check_code, check_folder, disposal, missing
from chatbot.record.cases import list_cases
from chatbot.record.codec import canonical
from chatbot.record.disk import Disk
from chatbot.record.host import FixedHost
from chatbot.record.read import read_transcript
from chatbot.record.register import NAME, Book, Entry, parse, read_register
from chatbot.record.registrar import Registrar, entry_data
from chatbot.record.replay import verify
from chatbot.record.standing import verdict
from chatbot.record.store import TranscriptWriter
from tests.record import kit

ROOT = Path(__file__).resolve().parents[2]


def book_of(folder: Path) -> Book:
    book = read_register(folder / NAME)
    assert book is not None
    return book


def whats(folder: Path) -> list[str]:
    return [entry.what for entry in book_of(folder).of("TESTCASE")]


def rewritten(data: bytes, change: Callable[[list[dict]], None]) -> bytes:
    """Change records as somebody does who knows the format and computes every hash anew."""
    records = [json.loads(line) for line in data.splitlines()]
    change(records)
    prev, lines = chain.GENESIS, []
    for number, record in enumerate(records):
        record.pop("~h", None)
        record["prev"], record["seq"] = prev, number
        line, prev = chain.seal(canonical(record))
        lines.append(line + b"\n")
    return b"".join(lines)


def other_answer(records: list[dict]) -> None:
    answer = next(record for record in records if record["type"] == "answer.given")
    answer["data"]["value"] = "yes"


def dispose(folder: Path, path: Path) -> None:
    lines = path.read_bytes().splitlines()
    entry = {**entry_data(path, lines, folder), "authority": "policy 4", "reason": "period is over", "by": "rn:1"}
    Registrar(folder).append("disposed", "2026-03-02T10:00:00.000Z", entry)
    path.unlink()


# --- what it hears of -----------------------------------------------------------------------------


def test_opening_and_the_end_of_a_sitting_are_registered_with_count_head_and_name(folder: Path) -> None:
    path = kit.written(folder)
    found = read_transcript(path)
    opened, sitting = book_of(folder).of("TESTCASE")
    assert (opened.what, opened.count, opened.kind) == ("opened", 1, "test")
    assert (sitting.what, sitting.count, sitting.head) == ("sitting", found.records, found.head)
    assert sitting.file == f"test/{path.name}" and sitting.first == found.entries[0].hash
    assert sitting.t == found.entries[-1].t
    assert (folder / NAME).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("end", [ev.CaseSigned("0" * 64), ev.CaseAbandoned("left")])
def test_the_end_of_a_case_is_registered_at_once_and_once(folder: Path, end: ev.Event) -> None:
    with kit.create(folder) as writer:
        writer.append([end])
        assert whats(folder) == ["opened", "closed"]
    assert whats(folder) == ["opened", "closed"]


def test_a_file_written_anew_is_registered_under_its_new_name(folder: Path) -> None:
    with kit.create(folder) as writer:
        there = writer.path
        there.write_bytes(there.read_bytes() + b"x")
        writer.append(kit.STEPS[0])
        assert whats(folder) == ["opened", "relocated"] and writer.path != there
    assert book_of(folder).of("TESTCASE")[-1].file == f"test/{writer.path.name}"
    assert verify(writer.path, kit.load_bundle).anchoring.state == "ANCHORED"


def test_a_recovery_is_registered(folder: Path) -> None:
    path = kit.written(folder)
    path.write_bytes(path.read_bytes() + b'{"actor":"os:')
    TranscriptWriter.resume(path, FixedHost(seed=2))[0].close()
    assert whats(folder) == ["opened", "sitting", "recovered"]
    assert verify(path, kit.load_bundle).anchoring.state == "ANCHORED"


def test_it_holds_nothing_that_was_said_of_a_person(folder: Path) -> None:
    kit.written(folder)
    text = (folder / NAME).read_text("utf-8")
    assert "bed 4" not in text and "März" not in text and "patient" not in text
    members = [set(json.loads(line)["data"]) for line in text.splitlines()[1:]]
    assert all(each == {"case", "kind", "first", "count", "head", "file"} for each in members)


def test_it_is_no_transcript_and_no_case(folder: Path) -> None:
    kit.written(folder)
    assert [each.path.name for each in list_cases(folder)] != [] and all(e.case for e in list_cases(folder))
    with pytest.raises(CorruptTranscript):
        read_transcript(folder / NAME)
    line = (folder / NAME).read_bytes().splitlines()[0]
    assert chain.verified(line) is None, "a hash of one can never be taken for one of the other"


# --- what it shows --------------------------------------------------------------------------------


def cut(path: Path) -> None:
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:5]))


def rechained(path: Path) -> None:
    path.write_bytes(rewritten(path.read_bytes(), other_answer))


def other_header(path: Path) -> None:
    path.write_bytes(rewritten(path.read_bytes(), lambda records: records[0].update(actor="os:other")))


def cut_and_continued(path: Path) -> None:
    cut(path)
    with TranscriptWriter.resume(path, FixedHost(seed=5))[0] as writer:
        assert any("T007" in notice for notice in writer.notices), "whoever goes on is told"
        writer.append([kit.answer("third", "yes")])
        writer.append([kit.answer("last", "yes"), ev.NoteAdded("one"), ev.NoteAdded("two"), ev.NoteAdded("three")])


ATTACKS = {
    "cut while open": cut,
    "hashes anew": rechained,
    "another first record": other_header,
    "cut and continued": cut_and_continued,
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_what_no_chain_shows_the_register_shows(folder: Path, attack: Callable[[Path], None]) -> None:
    path = kit.written(folder)
    attack(path)
    report = verify(path, kit.load_bundle)
    assert report.exit_code is ExitCode.CORRUPT and report.anchoring.state == "DIFFERS"
    assert any(f"{path}:" in problem and "error T007" in problem for problem in report.problems)
    assert verdict(path, kit.load_bundle).word == "CORRUPT"
    assert check_folder(folder).exit_code is ExitCode.CORRUPT


@pytest.mark.parametrize("attack", list(ATTACKS.values())[:3], ids=list(ATTACKS)[:3])
def test_without_a_register_it_is_said_to_be_unanchored(folder: Path, attack: Callable[[Path], None]) -> None:
    path = kit.written(folder)
    attack(path)
    (folder / NAME).unlink()
    report = verify(path, kit.load_bundle)
    assert (report.anchoring.state, report.exit_code) == ("UNANCHORED", ExitCode.FINE)
    assert "would not show" in report.anchoring.said and "head code" in report.anchoring.said


def test_a_sitting_that_was_interrupted_is_no_fault(folder: Path) -> None:
    with kit.create(folder) as writer:
        writer.append(kit.STEPS[0])
        report = verify(writer.path, kit.load_bundle)
    assert (report.anchoring.state, report.exit_code) == ("ANCHORED", ExitCode.FINE)
    assert "1 record since then is not registered yet" in report.anchoring.said


def test_a_missing_file_and_one_that_was_disposed_of_are_told_apart(folder: Path) -> None:
    gone, kept = kit.written(folder), kit.written(folder, seed=1)
    dispose(folder, gone)
    assert check_folder(folder).exit_code is ExitCode.FINE
    assert [entry.more["by"] for entry in check_folder(folder).disposed] == ["rn:1"]
    assert disposal(gone) is not None and missing(gone) is None
    shown = verdict(gone, kit.load_bundle)
    assert shown.word == "DISPOSED" and shown.holds and "period is over" in shown.anchored
    kept.unlink()
    found = check_folder(folder)
    assert [Path(entry.file).name for entry in found.missing] == [kept.name]
    assert found.exit_code is ExitCode.CORRUPT and "error T008" in found.problems[0]
    assert "T008" in verdict(kept, kit.load_bundle).problems[0]


def test_a_disposed_case_whose_file_is_back_is_told(folder: Path) -> None:
    path = kit.written(folder)
    data = path.read_bytes()
    dispose(folder, path)
    path.write_bytes(data)
    assert "error T022" in verify(path, kit.load_bundle).problems[0]
    assert check_folder(folder).exit_code is ExitCode.CORRUPT


def test_files_the_register_does_not_know_are_listed(folder: Path) -> None:
    path = kit.written(folder)
    (folder / NAME).unlink()
    TranscriptWriter.create(folder, kit.opened("test", "AAAA0001"), kit.PROTOCOL, FixedHost(seed=1)).close()
    found = check_folder(folder)
    assert found.unknown == [path] and len(found.anchored) == 1 and found.exit_code is ExitCode.FINE


def test_a_register_cut_or_begun_anew_shows_by_its_own_head_code(folder: Path) -> None:
    kit.written(folder)
    code = book_of(folder).head_code
    kit.written(folder, seed=1)
    assert "agrees" in check_folder(folder, anchor=code).notes[0]
    lines = (folder / NAME).read_bytes().splitlines(keepends=True)
    last = lines.pop()
    (folder / NAME).write_bytes(b"".join(lines))
    assert check_folder(folder, anchor=code).exit_code is ExitCode.FINE, "the code is older than the cut"
    newest = chain.head_code(json.loads(last)["~h"], 5)
    assert "error T021" in check_folder(folder, anchor=newest).problems[0]
    (folder / NAME).unlink()
    kit.written(folder, seed=2)
    assert any("error T021" in each for each in check_folder(folder, anchor=code).problems)


@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_a_damaged_register_is_told_with_its_line(folder: Path, place: int) -> None:
    kit.written(folder)
    path = kit.written(folder, seed=1)
    lines = (folder / NAME).read_bytes().splitlines(keepends=True)
    lines[place] = lines[place].replace(b"test", b"tent").replace(b"backstory-", b"bockstory-")
    (folder / NAME).write_bytes(b"".join(lines))
    report = verify(path, kit.load_bundle)
    assert report.exit_code is ExitCode.CORRUPT
    assert any(f"{NAME}:{place + 1}: error T020" in problem for problem in report.problems)


# --- writing --------------------------------------------------------------------------------------


def test_a_torn_end_is_set_aside_at_every_byte(folder: Path) -> None:
    path = kit.written(folder)
    lines = path.read_bytes().splitlines()
    data = (folder / NAME).read_bytes()
    last = data[:-1].rindex(b"\n") + 1
    for end in range(last + 1, len(data), 7):
        (folder / NAME).write_bytes(data[:end])
        assert (fault := book_of(folder).fault) is None or fault.torn
        Registrar(folder, kit.QuickDisk()).append(
            "sitting", "2026-03-02T09:00:00.000Z", entry_data(path, lines, folder)
        )
        book = book_of(folder)
        assert book.fault is None and book.of("TESTCASE")[-1].what == "sitting"
        for side in folder.glob(f"{NAME}.torn-*"):
            assert data[last:end] == side.read_bytes()
            side.unlink()


class Failing(Disk):
    """Fails the next write or sync that it is told to."""

    fail = ""

    def _once(self, name: str) -> None:
        if self.fail == name:
            self.fail = ""
            raise OSError(28, os.strerror(28))

    def write(self, fd: int, data: bytes) -> int:
        self._once("write")
        return super().write(fd, data)

    def sync_data(self, fd: int) -> None:
        self._once("sync")
        super().sync_data(fd)


@pytest.mark.parametrize("fail", ["write", "sync"])
def test_after_an_error_the_register_is_written_anew(folder: Path, fail: str) -> None:
    disk = Failing()
    with kit.create(folder, disk=disk) as writer:
        before = (folder / NAME).stat().st_ino
        writer.append(kit.STEPS[0])
        disk.fail = fail
    assert writer.notices == [] and whats(folder) == ["opened", "sitting"]
    assert (folder / NAME).stat().st_ino != before


def test_a_register_that_cannot_be_written_is_told_and_stops_nothing(folder: Path) -> None:
    with kit.create(folder) as writer:
        (folder / NAME).unlink()
        (folder / NAME).mkdir()
        writer.append([ev.CaseSigned("0" * 64)])
        assert "register of cases could not be written" in writer.notices[0]
        assert writer.head_code in writer.notices[0]
    assert read_transcript(writer.path).records == 2


def test_many_processes_append_whole_lines_in_one_chain(folder: Path) -> None:
    path = kit.written(folder)
    program = (
        "import sys; from pathlib import Path; from chatbot.record.registrar import Registrar, entry_data\n"
        "folder, path = Path(sys.argv[1]), Path(sys.argv[2])\n"
        "data = entry_data(path, path.read_bytes().splitlines(), folder)\n"
        "for _ in range(8): Registrar(folder).append('sitting', '2026-03-02T09:00:00.000Z', data)\n"
    )
    (folder / NAME).unlink()
    command = [sys.executable, "-c", program, str(folder), str(path)]
    running = [subprocess.Popen(command, cwd=ROOT) for _ in range(2)]
    assert [each.wait() for each in running] == [0, 0]
    book = book_of(folder)
    assert book.fault is None and book.records == 17


def test_a_register_that_grew_is_read_on_and_one_that_changed_is_read_again(folder: Path) -> None:
    kit.written(folder)
    first = book_of(folder)
    kit.written(folder, seed=1)
    assert book_of(folder) is first and first.records == 5
    data = (folder / NAME).read_bytes()
    (folder / NAME).write_bytes(data.replace(b'"opened"', b'"opaned"'))
    assert book_of(folder) is not first and book_of(folder).fault is not None


def test_a_line_of_a_later_version_is_kept_and_not_understood(folder: Path) -> None:
    path = kit.written(folder)
    lines = path.read_bytes().splitlines()
    Registrar(folder).append("countersigned", "2026-03-02T09:00:00.000Z", entry_data(path, lines, folder))
    assert whats(folder)[-1] == "countersigned" and verify(path, kit.load_bundle).anchoring.state == "ANCHORED"


# --- head codes -----------------------------------------------------------------------------------

HASHES = [f"{number:064x}" for number in (1 << 250, 2 << 250, 3 << 250)]


@pytest.mark.parametrize(
    "spell", [str, str.lower, lambda code: code.replace("-", " "), lambda code: code.partition("-")[2]]
)
def test_a_head_code_is_read_as_people_copy_it(spell: Callable[[str], str]) -> None:
    said = check_code(spell(chain.head_code(HASHES[1], 2)), HASHES, Path("x"), "this")
    assert said == "the code agrees with this, which has gone on by 1 since"


@pytest.mark.parametrize("code", [chain.head_code(HASHES[1], 3), chain.head_code(HASHES[1], 9), "7-" + "A" * 20])
def test_a_head_code_of_another_file_is_refused(code: str) -> None:
    with pytest.raises(CorruptTranscript) as raised:
        check_code(code, HASHES, Path("x"), "this")
    assert raised.value.code == "T021"


def test_what_is_no_head_code_is_wrong_use() -> None:
    with pytest.raises(UsageError):
        check_code("58-KQ7M", HASHES, Path("x"), "this")


def test_a_copy_of_a_case_elsewhere_is_held_against_a_register_that_is_named(folder: Path, tmp_path: Path) -> None:
    path = kit.written(folder)
    copy = tmp_path / "elsewhere" / path.name
    shutil.copytree(folder / "protocols", copy.parent / "protocols")
    copy.write_bytes(path.read_bytes())
    assert verify(copy, kit.load_bundle).anchoring.state == "UNANCHORED"
    assert verify(copy, kit.load_bundle, register=folder / NAME).anchoring.state == "ANCHORED"
    with pytest.raises(UsageError):
        verify(copy, kit.load_bundle, register=tmp_path / "none")


def test_an_entry_says_its_head_code() -> None:
    entry = Entry(1, "", "opened", "A", "test", "0" * 64, 1, "00" * 32, "x", {})
    assert entry.head_code == "1-AAAA-AAAA-AAAA-AAAA-AAAA" and parse(b"", Path("x")).fault is not None
