"""Attempts read back: who, when, what, which station; and everything that can be wrong with a file, as a verdict."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chatbot.core import events as ev
from chatbot.core.practice.laid import laid_open
from chatbot.core.practice.station import digest
from chatbot.record.attempts import VERDICTS, attempt_files, read_attempt
from chatbot.record.host import FixedHost
from chatbot.record.identities import Keyring, new_identity
from chatbot.record.store import TranscriptWriter
from tests.record.kit import PROTOCOL, written
from tests.teaching.kit import altered, load_bundle, play, station


def test_an_attempt_that_is_over_is_read_with_its_station_and_every_event_in_its_place(tmp_path: Path) -> None:
    kept = read_attempt(play(tmp_path, "AB", label="bed 4"), load_bundle)
    assert (kept.verdict, kept.problems, kept.exit_code) == ("VALID", (), 0)
    assert (kept.actor, kept.label, kept.mode, kept.day) == ("AB", "bed 4", "practice", "2026-03-02")
    assert kept.station == station() and kept.digest == digest(station())
    assert [each.seq for each in kept.placed] == list(range(kept.records))
    assert kept.placed[0].ms == 0 and [each.ms for each in kept.placed] == sorted(each.ms for each in kept.placed)
    assert isinstance(kept.placed[-1].event, ev.PracticeEnded)


def test_an_attempt_that_goes_on_has_no_station_yet(tmp_path: Path) -> None:
    kept = read_attempt(play(tmp_path, end=False), load_bundle)
    assert (kept.verdict, kept.station, kept.exit_code) == ("UNFINISHED", None, 0)


def test_no_time_passes_between_two_sittings(tmp_path: Path) -> None:
    path = play(tmp_path)
    before = read_attempt(path, load_bundle).placed[-1].ms
    late = FixedHost(datetime(2026, 5, 1, tzinfo=UTC), seed=9)
    writer, _ = TranscriptWriter.resume(path, late, actor="MM")
    with writer:
        writer.append([ev.PracticeMarked("MM", 3, {}, {})])
    kept = read_attempt(path, load_bundle)
    assert kept.placed[-1].ms - before < 60_000
    assert kept.actor == "AB", "who marks is not who was examined"


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b'{"actor":"MM","data":{"comm')


def _fewer(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]))


def _without_protocol(path: Path) -> None:
    shutil.rmtree(path.parents[1] / "protocols")


def _hello(path: Path) -> None:
    path.write_text("hello\n")


def _with(*events: ev.Event) -> Callable[[Path], None]:
    def add(path: Path) -> None:
        writer, _ = TranscriptWriter.resume(path, FixedHost(seed=77), actor="AB")
        with writer:
            writer.append(events)

    return add


BAD: list[tuple[str, Callable[[Path], None], str, str]] = [
    ("an answer changed by hand", lambda path: altered(path, "first?", "frist?"), "CORRUPT", "T0"),
    ("marks that were not completely saved", _cut, "TORN", "T0"),
    ("whole records cut off", _fewer, "CORRUPT", "register"),
    ("no protocol beside it", _without_protocol, "UNREADABLE", "F007"),
    ("no transcript at all", _hello, "CORRUPT", "T001"),
    (
        "something asked after the end",
        _with(ev.PracticeAsked("ask", "second", "s?", "No.", "yes")),
        "CORRUPT",
        "behind",
    ),
    ("a second commitment", _with(ev.PracticeCommitted("routine", "none", [], [], [], "")), "CORRUPT", "behind"),
    ("a second beginning", _with(ev.PracticeBegun("0" * 64, "practice", 0, 0)), "CORRUPT", "second attempt"),
]


@pytest.mark.parametrize(("change", "verdict", "said"), [each[1:] for each in BAD], ids=[each[0] for each in BAD])
def test_what_is_wrong_becomes_the_verdict_and_is_never_raised(
    tmp_path: Path, change: Callable[[Path], None], verdict: str, said: str
) -> None:
    path = play(tmp_path)
    change(path)
    kept = read_attempt(path, load_bundle)
    assert kept.verdict == verdict and said in "\n".join(kept.problems), kept.problems
    assert kept.exit_code != 0 and not kept.sound
    assert str(path) in kept.problems[0]


def _laid_elsewhere(folder: Path) -> Path:
    """Write an attempt that lays open another station than the one it began with."""
    host = FixedHost(seed=5)
    opened = ev.CaseOpened(host.new_case(), "practice", "2026-03-02T09:00", "", "", PROTOCOL.identity)
    with TranscriptWriter.create(folder, opened, PROTOCOL, host, actor="AB") as writer:
        writer.append([ev.PracticeBegun(digest(station()), "practice", 0, 0)])
        writer.append([*laid_open(station("candle")), ev.PracticeEnded()])
        return writer.path


def test_a_station_that_is_not_the_one_it_began_with_is_corrupt_although_the_chain_holds(tmp_path: Path) -> None:
    kept = read_attempt(_laid_elsewhere(tmp_path), load_bundle)
    assert (kept.verdict, kept.station) == ("CORRUPT", None)
    assert "not the one the attempt began with" in kept.problems[0]


def test_another_case_is_no_attempt(tmp_path: Path) -> None:
    kept = read_attempt(written(tmp_path), load_bundle)
    assert (kept.verdict, kept.exit_code) == ("NO-ATTEMPT", 0)


def test_a_fault_of_the_program_ends_no_walk_and_says_nothing_of_the_data(tmp_path: Path) -> None:
    def load(data: bytes) -> object:
        raise RuntimeError("secret")

    kept = read_attempt(play(tmp_path), load)  # type: ignore[arg-type]
    assert kept.verdict == "FAULT" and "secret" not in kept.problems[0] and "RuntimeError" in kept.problems[0]


def test_an_encrypted_attempt_is_opened_by_its_key_alone(tmp_path: Path) -> None:
    key = new_identity(tmp_path / "key.txt")
    host = FixedHost(seed=6)
    opened = ev.CaseOpened(host.new_case(), "practice", "2026-03-02T09:00", "", "", PROTOCOL.identity)
    with TranscriptWriter.create(
        tmp_path / "cases", opened, PROTOCOL, host, actor="AB", recipients=[key.recipient]
    ) as writer:
        writer.append([ev.PracticeBegun(digest(station()), "practice", 0, 0)])
        writer.append([*laid_open(station()), ev.PracticeEnded()])
        path = writer.path
    assert read_attempt(path, load_bundle, ring=Keyring(identities=())).verdict == "NO-KEY"
    kept = read_attempt(path, load_bundle, ring=Keyring(identities=(key,)))
    assert kept.verdict == "VALID" and kept.station == station()


def test_a_walk_finds_attempts_at_any_depth_in_order_and_leaves_what_is_none(tmp_path: Path) -> None:
    one, two = play(tmp_path / "b"), play(tmp_path / "a" / "deep")
    (tmp_path / "a" / "deep" / "stations").mkdir()
    (tmp_path / "a" / "deep" / "stations" / "x.jsonl").write_text("{}")
    (tmp_path / "link.jsonl").symlink_to(one)
    found = list(attempt_files(tmp_path))
    assert found == [two, one]
    assert list(attempt_files(one)) == [one]


def test_every_verdict_is_explained() -> None:
    assert all(json.dumps(means) and means for means in VERDICTS.values())
