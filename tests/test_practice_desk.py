"""Attempts on disk: begun, left, killed at any point, gone on with, ended; plain, sealed and encrypted."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chatbot.content.library import find_protocol, protocols_folder
from chatbot.core import events as ev
from chatbot.core.practice import commands as cmd
from chatbot.core.practice.laid import station_laid
from chatbot.core.practice.station import Station, digest
from chatbot.desk import Desk
from chatbot.encryption import Encryption
from chatbot.errors import (
    BackstoryError,
    CorruptTranscript,
    KeyProblem,
    LockedByAnother,
    StorageError,
    UsageError,
    WithdrawnContent,
)
from chatbot.practice_desk import PracticeDesk, Sealed, with_times
from chatbot.practising import Practising
from chatbot.record import sealed_stations as sealed
from chatbot.record import stations
from chatbot.record.host import FixedHost, Host
from chatbot.record.identities import Identity, Keyring, new_identity, using
from chatbot.record.read import read_transcript
from tests.shipped import shipped_protocol, small_protocol

ANKLE = "ottawa_ankle"
CODE = "TS48-NF62-BEQB-K323"
WAYS = ("plain", "sealed", "encrypted")

SAID: tuple[cmd.PracticeCommand, ...] = (
    cmd.BeginInterview(),
    cmd.Make("introduce", "I am the nurse"),
    cmd.SayUnclear("xyzzy"),
    cmd.Ask("pain_zone", "where does it hurt"),
    cmd.Ask("pain_zone", "where exactly"),
    cmd.Pause(),
    cmd.GoOn(),
    cmd.ExtraTime(2, "the door was shut"),
    cmd.Ask("injury_on", "when did it happen"),
    cmd.Commit("urgent", "none", (), (), (), "Please see this person."),
    cmd.TimeUp(),
)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "_SCRYPT", {"n": 1 << 4, "p": 1, "r": 8})


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    return new_identity(tmp_path_factory.mktemp("keys") / "own.key")


@pytest.fixture(autouse=True)
def ring(identity: Identity) -> Iterator[None]:
    with using(Keyring(identities=[identity])):
        yield


def desk(folder: Path, *, to: Sequence[str] = (), host: Host | None = None, **more: Any) -> PracticeDesk:
    encryption = Encryption(lambda: to)
    found = Desk(
        folder,
        lambda: shipped_protocol(ANKLE),
        host or FixedHost(),
        actor="Jo",
        role="trainee",
        encryption=encryption,
        **more,
    )
    return PracticeDesk(found, lambda: find_protocol(ANKLE, protocols_folder()))


def patient(practice: PracticeDesk) -> Station:
    return practice.station(practice.patients()[0].id, seed=7)


def opened(practice: PracticeDesk, way: str, tmp_path: Path) -> Practising:
    """Begin an attempt in one of ``WAYS``."""
    station = patient(practice)
    if way != "sealed":
        return practice.begin(station, "examination")
    path = tmp_path / "exam.sealed"
    stations.write_sealed(path, sealed.seal(station, CODE))
    found = practice.unsealed(path, CODE)
    return practice.begin(found.station, "examination", sealed=found)


def of_way(way: str, identity: Identity) -> dict[str, Any]:
    return {"to": (identity.recipient,)} if way == "encrypted" else {}


def only(folder: Path) -> Path:
    (path,) = (folder / "practice").glob("*.jsonl")
    return path


def code(_: Path) -> str:
    return CODE


# --- nothing is lost ------------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
def test_an_attempt_that_is_killed_after_any_entry_goes_on_with_nothing_lost(
    way: str, tmp_path: Path, identity: Identity
) -> None:
    more = of_way(way, identity)
    practice = desk(tmp_path / "cases", **more)
    practising = opened(practice, way, tmp_path)
    shots: list[tuple[Path, Any, int]] = []

    def shoot() -> None:
        shots.append((tmp_path / f"shot{len(shots)}", practising.attempt, practice.spent().interviewing))
        shutil.copytree(tmp_path / "cases", shots[-1][0])

    shoot()
    for each in SAID:
        assert practising.send(each) is None
        shoot()
    for folder, before, _ in shots:
        again = desk(folder, **more).resume(only(folder), code)
        after = again.attempt
        for name in ("turns", "mode", "minutes", "started", "paused", "up", "ended", "commitment"):
            assert getattr(after, name) == getattr(before, name), name
        assert after.case.answers == before.case.answers and after.case.as_of == before.case.as_of


@pytest.mark.parametrize("way", WAYS)
def test_an_attempt_is_left_gone_on_with_and_ended_and_its_station_goes(
    way: str, tmp_path: Path, identity: Identity
) -> None:
    folder, more = tmp_path / "cases", of_way(way, identity)
    practice = desk(folder, **more)
    practising = opened(practice, way, tmp_path)
    practising.send(SAID[0])
    practising.send(SAID[3])
    practice.leave(practising)
    (kept,) = (folder / "stations").iterdir()
    assert kept.suffix == (".sealed" if way == "sealed" else ".json")
    (listed,) = practice.unfinished()
    assert (listed.label, listed.phase, listed.kind) == ("practice 1", "suspended", "practice")
    again = practice.resume(listed.path, code)
    assert [turn.of for turn in again.attempt.turns] == ["pain_zone"] and practice.unfinished()[0].phase == "station"
    assert again.send(cmd.End()) is None
    practice.leave(again)
    assert list((folder / "stations").iterdir()) == [] and practice.unfinished() == []
    assert [each.phase for each in practice.finished()] == ["ended"]
    events = read_transcript(only(folder)).events
    assert station_laid(events) == again.station and isinstance(events[-1], ev.PracticeEnded)


def test_two_attempts_at_one_station_share_it_until_both_are_over(tmp_path: Path) -> None:
    practice = desk(tmp_path)
    first = practice.begin(patient(practice), "practice")
    practice.leave(first)
    second = practice.begin(patient(practice), "practice")
    assert second.send(cmd.End()) is None and len(list((tmp_path / "stations").iterdir())) == 1
    paths = {each.label: each.path for each in practice.desk.cases()}
    assert sorted(paths) == ["practice 1", "practice 2"]
    assert practice.resume(paths["practice 1"], code).send(cmd.End()) is None
    assert list((tmp_path / "stations").iterdir()) == []


def test_an_attempt_stands_there_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    practice = desk(tmp_path)
    station = patient(practice)

    def refused(*_: Any, **__: Any) -> Any:
        raise StorageError("the disk is full", code="F005")

    monkeypatch.setattr("chatbot.desk.TranscriptWriter.create", refused)
    with pytest.raises(StorageError):
        practice.begin(station, "practice")
    assert list((tmp_path / "stations").iterdir()) == []


def test_somebody_else_cannot_go_on_with_it_meanwhile(tmp_path: Path) -> None:
    practice = desk(tmp_path)
    practice.begin(patient(practice), "practice")
    with pytest.raises(LockedByAnother):
        desk(tmp_path).resume(only(tmp_path), code)


# --- sealed ---------------------------------------------------------------------------------------


def spoken(station: Station) -> list[str]:
    """Return the words of each fact, but those said at the beginning, that are long enough to be known again."""
    return [each.says for each in station.facts if each.question not in station.volunteered and len(each.says) > 12]


def on_disk(folder: Path) -> bytes:
    return b"".join(
        path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.parent.name != "protocols"
    )


def test_of_a_sealed_station_no_file_holds_a_fact_before_it_was_told(tmp_path: Path) -> None:
    folder = tmp_path / "cases"
    practice = desk(folder)
    practising = opened(practice, "sealed", tmp_path)
    station = practising.station
    told: set[str] = set()
    assert len(spoken(station)) > 5
    for each in (None, *SAID):
        if each is not None:
            assert practising.send(each) is None
        told |= {turn.reply for turn in practising.attempt.turns}
        data = on_disk(tmp_path)
        assert [said for said in spoken(station) if said not in told and said.encode() in data] == []
        assert station.title.encode() not in data and station.name.encode() not in data
    practising.send(cmd.End())
    assert station.title.encode() in on_disk(folder)


def test_a_sealed_station_needs_its_code_again_to_go_on(tmp_path: Path) -> None:
    practice = desk(tmp_path / "cases")
    practice.leave(opened(practice, "sealed", tmp_path))
    (tmp_path / "exam.sealed").unlink()
    path, before = only(tmp_path / "cases"), only(tmp_path / "cases").read_bytes()
    for wrong in ("TS48-NF62-BEQB-K324", ""):
        with pytest.raises(KeyProblem):
            practice.resume(path, lambda _, wrong=wrong: wrong)
    assert path.read_bytes() == before
    assert practice.resume(path, code).attempt.mode == "examination"


def test_a_sealed_station_is_met_under_the_content_it_was_made_under(tmp_path: Path) -> None:
    practice = desk(tmp_path / "cases")
    other = replace(patient(practice), protocol={"id": ANKLE, "version": "1999.1", "digest": "0" * 64})
    path = tmp_path / "old.sealed"
    stations.write_sealed(path, sealed.seal(other, CODE))
    practice.check_sealed(path)
    with pytest.raises(UsageError, match=r"made under other content: ottawa_ankle 1999\.1"):
        practice.unsealed(path, CODE)
    # Once the content of today is another, what is kept beside earlier cases still does.
    station = patient(practice)
    practice.begin(station, "practice")
    practice.leave()
    stations.write_sealed(tmp_path / "kept.sealed", sealed.seal(station, CODE))
    later = desk(tmp_path / "cases")
    later.desk.__dict__["protocol"] = small_protocol()
    assert isinstance(later.unsealed(tmp_path / "kept.sealed", CODE), Sealed)


# --- refusals -------------------------------------------------------------------------------------


def test_what_is_no_attempt_or_is_over_is_not_gone_on_with(tmp_path: Path) -> None:
    practice = desk(tmp_path)
    interview = practice.desk.start("practice", "bed 4", "")
    case = practice.desk.cases()[0].path
    del interview
    practice.leave()
    with pytest.raises(UsageError, match="no attempt at a station was begun here"):
        practice.resume(case, code)
    practising = practice.begin(patient(practice), "practice")
    practising.send(cmd.End())
    practice.leave(practising)
    with pytest.raises(UsageError, match="this attempt is over"):
        practice.resume(practice.finished()[0].path, code)
    assert practice.begin(patient(practice), "practice").attempt.case.label == "practice 2"


def test_a_station_that_is_gone_or_damaged_is_told(tmp_path: Path) -> None:
    practice = desk(tmp_path)
    practice.leave(practice.begin(patient(practice), "practice"))
    (kept,) = (tmp_path / "stations").iterdir()
    data = kept.read_bytes()
    kept.write_bytes(data.replace(b'"seed":7', b'"seed":8'))
    with pytest.raises(CorruptTranscript):
        practice.resume(only(tmp_path), code)
    kept.unlink()
    with pytest.raises(StorageError) as refused:
        practice.resume(only(tmp_path), code)
    assert refused.value.code == "F014"
    kept.write_bytes(data)
    assert practice.resume(only(tmp_path), code)


@pytest.mark.parametrize(("minutes", "preparation"), [(0, None), (181, None), (None, -1), (None, 61)])
def test_times_that_are_none_are_refused(minutes: int | None, preparation: int | None, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        with_times(patient(desk(tmp_path)), minutes, preparation)


def test_withdrawn_content_is_not_practised_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any) -> None:
        raise WithdrawnContent("withdrawn")

    practice = desk(tmp_path)
    station = patient(practice)
    monkeypatch.setattr("chatbot.content.in_use.refuse_withdrawn", refused)
    with pytest.raises(WithdrawnContent):
        practice.begin(station, "practice")
    assert not (tmp_path / "stations").exists()


@pytest.mark.parametrize(
    "call",
    [
        lambda practice: practice.station("999"),
        lambda practice: practice.station("no_such_patient"),
        lambda practice: practice.station("1", persona="no_such_persona"),
        lambda practice: practice.station("1", seed=-1),
        lambda practice: practice.begin(patient(practice), "no_such_mode"),
        lambda practice: practice.over(),
    ],
)
def test_what_does_not_exist_is_refused_with_a_hint(call: Any, tmp_path: Path) -> None:
    with pytest.raises(BackstoryError) as refused:
        call(desk(tmp_path))
    assert refused.value.hint and not (tmp_path / "practice").exists()


# --- time -----------------------------------------------------------------------------------------


class Watch(FixedHost):
    """A clock that stands still until it is moved."""

    seconds = 0

    def monotonic_ns(self) -> int:
        return self.seconds * 1_000_000_000


def test_time_between_sittings_and_in_pauses_does_not_count(tmp_path: Path) -> None:
    host = Watch()
    practice = desk(tmp_path, host=host)
    practising = practice.begin(patient(practice), "examination")
    host.seconds += 20
    assert (practice.spent().preparing, practice.spent().interviewing) == (20_000, 0)
    practising.send(cmd.BeginInterview())
    host.seconds += 30
    practising.send(cmd.Pause())
    host.seconds += 100
    practising.send(cmd.GoOn())
    host.seconds += 5
    assert practice.spent().interviewing == 35_000
    practice.leave(practising)
    host.seconds += 1_000
    later = Watch()
    again = desk(tmp_path, host=later)
    practising = again.resume(only(tmp_path), code)
    assert again.spent().interviewing == 35_000
    later.seconds += 7
    practising.send(cmd.TimeUp())
    later.seconds += 50
    assert again.spent().interviewing == 42_000
    practising.send(cmd.ExtraTime(3, "alarm"))
    later.seconds += 1
    spent = again.spent()
    assert (spent.interviewing, spent.minutes) == (43_000, practising.station.minutes + 3)
    assert spent.left == spent.minutes * 60_000 - 43_000
    assert digest(practising.station)
