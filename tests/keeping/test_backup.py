"""Backup and restore: a round trip keeps every byte; damage is named; an interview may go on meanwhile."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import tarfile
from pathlib import Path

import pytest

from chatbot.cli import main
from chatbot.core.events import NoteAdded
from chatbot.desk import cached_bundle
from chatbot.errors import BackstoryError
from chatbot.keeping.backup import back_up, checked
from chatbot.keeping.restoring import restore
from chatbot.record.host import FixedHost
from chatbot.record.journal import note, read_journal
from chatbot.record.keys import new_key
from chatbot.record.replay import verify
from chatbot.record.store import TranscriptWriter
from tests.keeping.kit import People


def run(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, str, str]:
    code = main([*map(str, words)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def tree(folder: Path) -> dict[str, bytes]:
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


@pytest.fixture(scope="module")
def backup(written: People, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("backup")
    shutil.copytree(written.folder, place / "transcripts")
    return back_up(place / "transcripts", place / "all.tar").path


def test_a_round_trip_keeps_every_byte_and_every_verdict(
    folk: People, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    note(folk.folder, "held", {"scope": "case", "code": folk.codes["first"], "reason": "claim"})
    torn = folk.path("practice")
    torn.write_bytes(torn.read_bytes() + b'{"actor":"half a rec')
    torn.with_name(f"{torn.name}.torn-12-00").write_bytes(b"bees")
    before = tree(folk.folder)
    code, out, err = run(capsys, "backup", tmp_path / "all.tar", "--transcripts", folk.folder, "--by", "R. Keeper")
    assert (code, err) == (0, "") and "5 cases" in out and "Keys are not in it" in out
    assert stat.S_IMODE((tmp_path / "all.tar").stat().st_mode) == 0o600
    (entry,) = read_journal(folk.folder).of("backed_up")
    assert entry.by == "R. Keeper" and entry.data["file"] == str(tmp_path / "all.tar")
    code, out, err = run(capsys, "restore", tmp_path / "all.tar", "--into", tmp_path / "back", "--json")
    assert code == 0
    after = tree(tmp_path / "back")
    journal = after.pop("journal.log")
    assert journal.startswith(before.pop("journal.log")) and after == before
    verdicts = {Path(each["path"]).name: each["verdict"] for each in json.loads(out)["cases"]}
    assert verdicts == {
        folk.path(name).name: "TORN" if name == "practice" else verify(folk.path(name), cached_bundle).verdict
        for name in folk.codes
    }
    for each in (tmp_path / "back").rglob("*"):
        assert stat.S_IMODE(each.stat().st_mode) == (0o700 if each.is_dir() else 0o600)
    writer, transcript = TranscriptWriter.resume(tmp_path / "back" / torn.relative_to(folk.folder), FixedHost(seed=3))
    writer.close()
    assert transcript.recovered


def test_any_machine_can_unpack_and_check_it(backup: Path, tmp_path: Path) -> None:
    subprocess.run(["tar", "xf", str(backup)], cwd=tmp_path, check=True)
    done = subprocess.run(["sha256sum", "-c", "--strict", "SHA256SUMS"], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done


def test_the_order_is_the_same_each_time_and_logs_come_first(folk: People, tmp_path: Path) -> None:
    register = (folk.folder / "register.jsonl").read_bytes()
    (folk.folder / "register.jsonl").write_bytes(register + b"half a li")
    note(folk.folder, "held", {"scope": "case", "code": "X", "reason": "claim"})
    names = []
    for name in ("one.tar", "two.tar"):
        back_up(folk.folder, tmp_path / name, host=FixedHost())
        with tarfile.open(tmp_path / name) as archive:
            names.append([each.name for each in archive])
    assert names[0] == names[1] and names[0][:2] == ["transcripts/journal.log", "transcripts/register.jsonl"]
    assert names[0][-2:] == ["backup.json", "SHA256SUMS"]
    assert dict(checked(tmp_path / "one.tar"))["transcripts/register.jsonl"] == register


def test_a_case_that_is_being_written_is_copied_to_its_last_whole_record(folk: People, tmp_path: Path) -> None:
    path = folk.path("practice")
    writer, _ = TranscriptWriter.resume(path, FixedHost(seed=3))
    with writer:
        writer.append([NoteAdded("one more")])
        whole = path.read_bytes()
        with path.open("ab") as file:
            file.write(b'{"actor":"half a rec')
        made = back_up(folk.folder, tmp_path / "all.tar")
    assert made.cases == 5 and not made.damaged
    name = f"transcripts/{path.relative_to(folk.folder)}"
    files = dict(checked(tmp_path / "all.tar"))
    assert files[name] == whole
    (row,) = [each for each in json.loads(files["backup.json"])["files"] if each["name"] == name]
    assert row["state"] == "open" and row["records"] == whole.count(b"\n")


def test_every_flipped_byte_of_a_backup_is_found_before_anything_is_restored(backup: Path, tmp_path: Path) -> None:
    good = backup.read_bytes()
    with tarfile.open(backup) as archive:
        places = [(each.name, each.offset_data + each.size // 2) for each in archive if each.size]
        heads = [(each.name, each.offset + 3) for each in archive]
    assert len(places) == 9
    for name, place in (*places, *heads):
        spoilt = tmp_path / "spoilt.tar"
        spoilt.write_bytes(good[:place] + bytes([good[place] ^ 0x10]) + good[place + 1 :])
        with pytest.raises(BackstoryError) as caught:
            restore(spoilt, tmp_path / "back", cached_bundle)
        assert caught.value.code in {"R006", "R012"} and caught.value.exit_code == 5, name
        if (name, place) in places and name not in {"SHA256SUMS"}:
            assert name in caught.value.message
        assert [each.name for each in tmp_path.iterdir()] == ["spoilt.tar"]


def test_every_cut_backup_is_found(backup: Path, tmp_path: Path) -> None:
    good = backup.read_bytes()
    with tarfile.open(backup) as archive:
        parts = [(each.offset, each.offset_data + each.size - 1) for each in archive]
    for cut in (0, 100, 512, *(cut for part in parts for cut in part)):
        (tmp_path / "cut.tar").write_bytes(good[:cut])
        with pytest.raises(BackstoryError) as caught:
            list(checked(tmp_path / "cut.tar"))
        assert caught.value.code in {"R006", "R012"}


def evil(path: Path, name: str, kind: bytes = tarfile.REGTYPE) -> Path:
    with tarfile.open(path, "w") as archive:
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, "/etc/passwd"
        archive.addfile(info)
    return path


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("transcripts/../../evil", tarfile.REGTYPE),
        ("/etc/evil", tarfile.REGTYPE),
        ("transcripts//evil", tarfile.REGTYPE),
        ("elsewhere/evil", tarfile.REGTYPE),
        ("transcripts/evil", tarfile.SYMTYPE),
        ("transcripts/evil", tarfile.LNKTYPE),
        ("transcripts/evil", tarfile.FIFOTYPE),
    ],
)
def test_a_backup_made_by_somebody_else_writes_nowhere(tmp_path: Path, name: str, kind: bytes) -> None:
    with pytest.raises(BackstoryError, match="does not belong"):
        restore(evil(tmp_path / "evil.tar", name, kind), tmp_path / "back", cached_bundle)
    assert [each.name for each in tmp_path.iterdir()] == ["evil.tar"]


def test_nothing_is_ever_written_over(
    folk: People, backup: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys, "restore", backup, "--into", folk.folder)[0] == 2
    code, _, err = run(capsys, "backup", backup, "--transcripts", folk.folder)
    assert code == 2 and "R007" in err
    code, _, err = run(capsys, "backup", folk.folder / "x.tar", "--transcripts", folk.folder)
    assert code == 2 and "R007" in err
    (tmp_path / "empty").mkdir()
    assert run(capsys, "restore", backup, "--into", tmp_path / "empty")[0] == 0
    code, _, err = run(capsys, "restore", tmp_path / "none.tar", "--into", tmp_path / "new")
    assert code == 8 and "F002" in err
    (tmp_path / "text").write_text("no tar")
    code, _, err = run(capsys, "restore", tmp_path / "text", "--into", tmp_path / "new")
    assert code == 5 and "R012" in err and not (tmp_path / "new").exists()


def test_keys_are_left_out_unless_asked_for(folk: People, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key = new_key(tmp_path / "site.key")
    shutil.copy(key.path, folk.folder / "site.key")
    os.symlink("/etc/passwd", folk.folder / "link")
    secret = key.secret.hex().encode()
    words = ("--transcripts", folk.folder, "--keys", key.path)
    code, out, _ = run(capsys, "backup", tmp_path / "without.tar", *words)
    assert code == 0 and "left out: transcripts/site.key: a key" in out and "transcripts/link" in out
    assert secret not in (tmp_path / "without.tar").read_bytes()
    assert run(capsys, "backup", tmp_path / "with.tar", *words, "--with-keys")[0] == 0
    assert secret in (tmp_path / "with.tar").read_bytes()
    code, out, _ = run(capsys, "restore", tmp_path / "with.tar", "--into", tmp_path / "back")
    assert code == 0 and "a key was brought back" in out
    assert (tmp_path / "back" / "keys" / "site.key").read_bytes() == key.path.read_bytes()


def test_a_case_that_was_damaged_before_is_kept_as_it_is_and_said(
    folk: People, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folk.path("other")
    data = path.read_bytes()
    path.write_bytes(data[:2000] + b"x" + data[2001:])
    code, _, err = run(capsys, "backup", tmp_path / "all.tar", "--transcripts", folk.folder)
    assert code == 1 and path.name in err
    code, out, err = run(capsys, "restore", tmp_path / "all.tar", "--into", tmp_path / "back")
    assert code == 1 and "1 CORRUPT" in out and path.name in err
    assert (tmp_path / "back" / path.relative_to(folk.folder)).read_bytes() == path.read_bytes()


def test_a_folder_as_target_gives_a_file_named_by_the_moment(folk: People, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    made = back_up(folk.folder, tmp_path / "disk", host=FixedHost())
    assert made.path == tmp_path / "disk" / "backstory-20260302T090000Z.tar"
    assert [each.name for each in (tmp_path / "disk").iterdir()] == [made.path.name]
