"""Stations beside the transcripts, and stations that only their code opens."""

from __future__ import annotations

import base64
import json
import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chatbot.core import events as ev
from chatbot.core.practice.station import canonical, digest
from chatbot.errors import CorruptTranscript, ExitCode, KeyProblem, StorageError
from chatbot.record import sealed_stations as sealed
from chatbot.record import stations
from chatbot.record.disk import Disk
from chatbot.record.store import TranscriptWriter
from tests.plain.practice_kit import CANARIES, TRUTH, station
from tests.record import kit

STATION = station()
DIGEST = digest(STATION)
CODE = "TS48-NF62-BEQB-K323"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stretching a code takes a tenth of a second by intent; a file says itself how much it was stretched."""
    monkeypatch.setattr(sealed, "_SCRYPT", {"n": 1 << 4, "p": 1, "r": 8})


def test_a_code_is_stretched_so_that_each_try_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    data = sealed.seal(STATION, CODE)
    assert json.loads(data)["kdf"] == {"name": "scrypt", "n": 1 << 15, "r": 8, "p": 1}
    assert sealed.unseal(data, CODE, "x") == STATION


def no_code(_: Path) -> str:
    raise AssertionError("nobody is asked for a code")


def with_code(_: Path) -> str:
    return CODE


# --- kept -----------------------------------------------------------------------------------------


def test_a_station_is_kept_for_its_user_alone_under_its_digest_and_read_back(folder: Path) -> None:
    kept = stations.keep(Disk(), folder, STATION)
    assert kept.path == folder / "stations" / f"{DIGEST}.json" and not kept.sealed
    assert kept.path.read_text("utf-8") == canonical(STATION)
    assert stat.S_IMODE(kept.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.path.parent.stat().st_mode) == 0o700
    assert stations.load(kept, DIGEST, no_code) == STATION


def test_it_is_found_above_a_transcript_or_in_the_folder_that_is_named(folder: Path, tmp_path: Path) -> None:
    kept = stations.keep(Disk(), folder, STATION)
    assert stations.find(folder / "practice" / "x.jsonl", DIGEST) == kept
    assert stations.find(tmp_path / "elsewhere" / "practice" / "x.jsonl", DIGEST, folder) == kept
    with pytest.raises(StorageError) as refused:
        stations.find(tmp_path / "elsewhere" / "x.jsonl", DIGEST)
    assert refused.value.code == "F014"


@pytest.mark.parametrize("name", ["../" + "a" * 61, "A" * 64, "", "a" * 63])
def test_nothing_but_a_digest_becomes_part_of_a_file_name(folder: Path, name: str) -> None:
    with pytest.raises(StorageError):
        stations.find(folder / "x.jsonl", name, folder)


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace(b"2.5", b"2.6"),
        lambda data: data[:-1],
        lambda data: b"",
        lambda data: b"\xff" + data,
        lambda data: canonical(replace(STATION, seed=1)).encode(),
        lambda data: b'{"format":"backstory.station/2"}',
    ],
)
def test_one_that_was_damaged_or_exchanged_is_refused(folder: Path, change: Any) -> None:
    kept = stations.keep(Disk(), folder, STATION)
    kept.path.write_bytes(change(kept.path.read_bytes()))
    with pytest.raises(CorruptTranscript) as refused:
        stations.load(kept, DIGEST, no_code)
    assert (refused.value.code, refused.value.exit_code) == ("T024", ExitCode.CORRUPT)


def test_a_sealed_one_counts_where_both_are_kept_and_asks_for_its_code(folder: Path) -> None:
    stations.keep(Disk(), folder, STATION)
    data = sealed.seal(STATION, CODE)
    kept = stations.keep_sealed(Disk(), folder, DIGEST, data)
    assert stations.find(folder / "practice" / "x.jsonl", DIGEST) == kept and kept.path.read_bytes() == data
    assert stations.load(kept, DIGEST, with_code) == STATION
    with pytest.raises(KeyProblem):
        stations.load(kept, DIGEST, lambda _: CODE[:-1] + "4")


def test_a_sealed_one_of_another_station_is_refused(folder: Path) -> None:
    kept = stations.keep_sealed(Disk(), folder, DIGEST, sealed.seal(replace(STATION, seed=1), CODE))
    with pytest.raises(CorruptTranscript):
        stations.load(kept, DIGEST, with_code)


def attempt(folder: Path, case: str, *events: ev.Event) -> Path:
    """Write an attempt at the station."""
    opened = replace(kit.opened(kind="practice"), case=case)
    with TranscriptWriter.create(folder, opened, kit.PROTOCOL, kit.FixedHost(seed=len(case) + ord(case[-1]))) as writer:
        writer.append([ev.PracticeBegun(DIGEST, "practice", 0, 0), *events])
        return writer.path


def test_it_goes_when_no_attempt_needs_it_any_more(folder: Path) -> None:
    kept = stations.keep(Disk(), folder, STATION)
    over = attempt(folder, "A1", ev.PracticeLaid(1, 1, "x"), ev.PracticeEnded())
    running = attempt(folder, "B2")
    assert not stations.needs(over, DIGEST) and stations.needs(running, DIGEST)
    assert not stations.needs(running, "0" * 64)
    assert not stations.remove(Disk(), kept, DIGEST, [over, running]) and kept.path.exists()
    assert stations.remove(Disk(), kept, DIGEST, [over]) and not kept.path.exists()


def test_an_attempt_that_cannot_be_read_may_need_it(folder: Path) -> None:
    kept = stations.keep(Disk(), folder, STATION)
    path = attempt(folder, "C3")
    path.write_bytes(b"nothing\n")
    assert not stations.remove(Disk(), kept, DIGEST, [path]) and kept.path.exists()


# --- sealed ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", [CODE, CODE.lower(), CODE.replace("-", ""), f"  {CODE.replace('-', ' ')} "])
def test_the_code_opens_it_however_it_is_spaced(typed: str) -> None:
    assert sealed.unseal(sealed.seal(STATION, CODE), typed, "x") == STATION


def test_its_head_says_what_it_is_and_nothing_of_the_patient() -> None:
    data = sealed.seal(STATION, CODE)
    head = json.loads(data)
    assert "SIMULATED" in head["about"] and head["protocol"] == dict(STATION.protocol)
    assert (head["minutes"], head["preparation"]) == (STATION.minutes, STATION.preparation)
    assert sealed.head_of(data, "x") == sealed.Head(head["protocol"], 5, 1)
    known = (*CANARIES.values(), TRUTH, STATION.who, STATION.opening, STATION.persona, DIGEST, CODE)
    assert [each for each in known if each.encode() in data] == []
    assert base64.b64decode(head["sealed"]).count(b"QUAX") == 0


def test_its_length_does_not_tell_one_patient_from_another() -> None:
    other = replace(STATION, facts=STATION.facts[:2], opening="x" * 4_000, title="y" * 900)
    assert len(sealed.seal(STATION, CODE)) == len(sealed.seal(other, CODE))


def test_it_is_another_file_every_time() -> None:
    assert sealed.seal(STATION, CODE) != sealed.seal(STATION, CODE)


@pytest.mark.parametrize("code", ["TS48-NF62-BEQB-K324", "", "-", CODE[:-1], CODE + "0"])
def test_a_wrong_code_is_told_from_damage(code: str) -> None:
    with pytest.raises(KeyProblem) as refused:
        sealed.unseal(sealed.seal(STATION, CODE), code, "exam.sealed")
    assert (refused.value.code, refused.value.exit_code, refused.value.place) == ("K040", ExitCode.KEY, "exam.sealed")
    assert code not in refused.value.message or not code


def test_any_byte_that_changes_is_damage() -> None:
    data = sealed.seal(STATION, CODE)
    for at in (
        *range(0, 600, 17),
        *range(600, len(data) - 1, len(data) // 20),
        *range(len(data) - 80, len(data) - 1, 9),
    ):
        broken = bytes([*data[:at], data[at] ^ 1, *data[at + 1 :]])
        with pytest.raises(CorruptTranscript) as refused:
            sealed.head_of(broken, "x")
        assert refused.value.code == "T024"


def resealed(**changes: Any) -> bytes:
    """Return a sealed file with members changed and a sum that agrees."""
    members = {name: value for name, value in json.loads(sealed.seal(STATION, CODE)).items() if name != "sum"}
    members |= changes
    members = {name: value for name, value in members.items() if value is not None}
    return sealed.spelled({**members, "sum": sealed._sum(members)}, longest=sealed.LARGEST)


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "backstory.sealed-station/2"},
        {"cipher": "none"},
        {"kdf": {"name": "scrypt", "n": 1 << 30, "r": 8, "p": 1}},
        {"kdf": {"name": "scrypt", "n": 3, "r": 8, "p": 1}},
        {"kdf": {"name": "scrypt", "n": 1 << 15, "r": 1 << 20, "p": 1}},
        {"kdf": {"name": "scrypt", "n": True, "r": 8, "p": 1}},
        {"kdf": "scrypt"},
        {"minutes": "5"},
        {"nonce": "AAAA"},
        {"salt": "?"},
        {"sealed": 7},
        {"protocol": {"id": "x", "version": "1", "digest": "../x"}},
        {"about": None},
        {"more": 1},
    ],
)
def test_a_head_that_is_none_is_refused_before_a_code_is_stretched(changes: dict[str, Any]) -> None:
    with pytest.raises(CorruptTranscript):
        sealed.unseal(resealed(**changes), CODE, "x")


@pytest.mark.parametrize("changes", [{"minutes": 9}, {"about": "open me"}, {"preparation": 0}])
def test_a_head_that_was_exchanged_does_not_open(changes: dict[str, Any]) -> None:
    with pytest.raises(KeyProblem):
        sealed.unseal(resealed(**changes), CODE, "x")


def test_codes_that_are_made_cannot_be_guessed() -> None:
    codes = {sealed.new_code() for _ in range(200)}
    assert len(codes) == 200
    assert all([len(part) for part in each.split("-")] == [4, 4, 4, 4] for each in codes)
    assert len({letter for each in codes for letter in each}) == 33  # every letter, and the hyphen


@pytest.mark.parametrize("code", ["", "short", "TS48-NF62-BEQB", "- - - - - - - - - - - - - -"])
def test_a_code_of_ones_own_is_long_enough(code: str) -> None:
    with pytest.raises(KeyProblem) as refused:
        sealed.seal(STATION, code)
    assert refused.value.code == "K041"


def test_a_sealed_file_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "exam.sealed"
    stations.write_sealed(path, b"one")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(StorageError):
        stations.write_sealed(path, b"two")
    assert path.read_bytes() == b"one" and os.listdir(tmp_path) == ["exam.sealed"]
