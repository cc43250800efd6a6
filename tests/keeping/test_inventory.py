"""What is on this machine: counted, named by path and fingerprint alone, with what to see to."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from chatbot.cli import main
from chatbot.keeping.backup import back_up
from chatbot.keeping.disk_encryption import disk_encryption
from chatbot.record.keys import new_key
from tests.keeping.kit import People


def listed(capsys: pytest.CaptureFixture[str], folk: People, *more: str | Path) -> dict[str, Any]:
    assert main(["inventory", "--json", "--transcripts", str(folk.folder), *map(str, more)]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_everything_is_counted_and_a_sound_folder_needs_little(
    folk: People, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = new_key(tmp_path / "site.key")
    back_up(folk.folder, tmp_path / "all.tar")
    out = tmp_path / "plan.md"
    code = folk.codes["first"]
    words = ["export", code, "--to", "md", "--out", str(out), "--transcripts", str(folk.folder)]
    assert main(words) == 0
    redacted_out = tmp_path / "teaching.jsonl"
    assert main([*words[:2], "--teaching", "--to", "transcript", "--out", str(redacted_out), *words[-2:]]) == 0
    capsys.readouterr()
    found = listed(capsys, folk, "--keys", key.path)
    kinds = found["kinds"]
    assert isinstance(kinds, dict) and kinds["clinical"]["all"] == 4 and kinds["practice"]["all"] == 1
    assert kinds["clinical"]["closed"] == 3 and found["protocols"] == 1 and "journal.log" in found["logs"]
    assert found["keys"] == [{"path": str(key.path), "what": "site key", "fingerprint": key.fingerprint}]
    assert key.secret.hex() not in json.dumps(found)
    assert [each["there"] for each in found["backups"]] == [True]
    plain, teaching = found["exports"]
    assert plain["format"] == "md" and plain["name"] == "plan.md" and plain["cases"] == [code] and plain["sha256"]
    assert teaching["format"] == "teaching transcript" and not {"name", "sha256"} & teaching.keys()
    assert found["leftovers"] == found["open_to_others"] == found["others"] == []
    assert not [each for each in found["to_see_to"] if "not encrypted" not in each]


def test_what_is_amiss_is_named(folk: People, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folk.path("first")
    path.with_name(f"{path.name}.torn-12-00").write_bytes(b"x")
    path.with_name(f"{path.name}.new-7").write_bytes(b"x")
    for each in path.parent.glob("*.torn-*"):
        each.chmod(0o644)
    (folk.folder / "letter.docx").write_bytes(b"x")
    os.symlink("/etc/passwd", folk.folder / "link")
    damaged = folk.path("other")
    damaged.write_bytes(damaged.read_bytes().replace(b"thin", b"none", 1))
    assert main(["inventory", "--transcripts", str(folk.folder), "--keys", str(tmp_path / "none")]) == 0
    said = capsys.readouterr().out
    for word in (".torn-12-00", ".new-7", "letter.docx", "a symbolic link", "can be read or changed by other users"):
        assert word in said, word
    assert "no backup of this folder was ever noted" in said and f"{damaged}:" in said and "Key: none" in said


def test_an_empty_folder_has_an_inventory_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inventory", "--transcripts", str(tmp_path / "none"), "--keys", str(tmp_path / "k")]) == 0
    assert "no cases" in capsys.readouterr().out and not (tmp_path / "none").exists()


def block(sys: Path, name: str, *below: str, uuid: str = "") -> Path:
    place = sys / "class" / "block" / name
    (place / "slaves").mkdir(parents=True)
    for each in below:
        (place / "slaves" / each).mkdir()
    if uuid:
        (place / "dm").mkdir()
        (place / "dm" / "uuid").write_text(uuid)
        (place / "dm" / "name").write_text("vault\n")
    return place


DISKS = [
    ({"sda1": ((), "")}, "sda1", "no"),
    ({"sda1": ((), ""), "dm-0": (("sda1",), "CRYPT-LUKS2-1")}, "dm-0", "yes"),
    ({"sda1": ((), ""), "dm-0": (("sda1",), "CRYPT-LUKS2-1"), "dm-1": (("dm-0",), "LVM-2")}, "dm-1", "yes"),
    (
        {"sda1": ((), ""), "sdb1": ((), ""), "dm-0": (("sda1",), "CRYPT-1"), "dm-1": (("dm-0", "sdb1"), "LVM-2")},
        "dm-1",
        "no",
    ),
    ({}, "gone", "unknown"),
]


@pytest.mark.parametrize(("devices", "mounted", "state"), DISKS)
def test_disk_encryption_is_said_where_it_can_be_told_and_never_guessed(
    tmp_path: Path, devices: dict[str, tuple[tuple[str, ...], str]], mounted: str, state: str
) -> None:
    for name, (below, uuid) in devices.items():
        block(tmp_path / "sys", name, *below, uuid=uuid)
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"22 1 8:1 / {tmp_path} rw - ext4 /dev/{mounted} rw\n23 1 0:5 / /elsewhere rw - tmpfs tmpfs rw\n")
    assert disk_encryption(tmp_path, sys=tmp_path / "sys", mounts=mounts).state == state


def test_what_has_no_device_is_unknown(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text("22 1 0:5 / / rw - overlay overlay rw\n")
    assert disk_encryption(tmp_path, sys=tmp_path / "sys", mounts=mounts).state == "unknown"
    assert disk_encryption(tmp_path / "none", sys=tmp_path / "sys", mounts=mounts).state == "unknown"
