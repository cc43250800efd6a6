"""Where cases are, what is listed, which one is meant."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from chatbot.core import events as ev
from chatbot.errors import StorageError, UsageError
from chatbot.record import cases
from chatbot.record.cases import find_case, list_cases, storage_warning, transcripts_folder
from chatbot.record.host import FixedHost
from chatbot.record.store import TranscriptWriter
from tests.record import kit


def case(folder: Path, code: str, kind: str = "clinical", steps: tuple[tuple[ev.Event, ...], ...] = kit.STEPS) -> Path:
    host = FixedHost(seed=sum(code.encode()))
    with TranscriptWriter.create(folder, kit.opened(kind, code), kit.PROTOCOL, host) as writer:
        for events in steps:
            writer.append(events)
    return writer.path


def test_an_option_wins_over_the_environment_and_the_environment_over_the_checkout(tmp_path: Path) -> None:
    environ = {"BACKSTORY_TRANSCRIPTS": "/from/environ", "HOME": "/home/x"}
    assert transcripts_folder(tmp_path, environ) == tmp_path
    assert transcripts_folder(None, environ) == Path("/from/environ")
    checkout = Path(__file__).resolve().parents[2]
    assert transcripts_folder(None, {"HOME": "/home/x"}) == checkout / "transcripts"


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"HOME": "/home/x"}, "/home/x/.local/share/backstory/transcripts"),
        ({"HOME": "/home/x", "XDG_DATA_HOME": "/data"}, "/data/backstory/transcripts"),
        ({"HOME": "/home/x", "XDG_DATA_HOME": "relative"}, "/home/x/.local/share/backstory/transcripts"),
        ({"HOME": "/home/x", "BACKSTORY_TRANSCRIPTS": ""}, "/home/x/.local/share/backstory/transcripts"),
    ],
)
def test_without_a_checkout_cases_are_kept_in_the_users_data_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, environ: dict[str, str], expected: str
) -> None:
    monkeypatch.setattr(cases, "__file__", str(tmp_path / "site-packages" / "chatbot" / "record" / "cases.py"))
    assert transcripts_folder(None, environ) == Path(expected)


def test_a_folder_that_does_not_exist_holds_no_cases(folder: Path) -> None:
    assert list_cases(folder) == []


PHASES: list[tuple[str, tuple[ev.Event, ...]]] = [
    ("open", ()),
    ("open", (kit.answer("first"),)),
    ("suspended", (ev.CaseSuspended(),)),
    ("open", (ev.CaseSuspended(), ev.CaseResumed("2026-03-02T10:00"))),
    ("planned", (ev.PlanIssued("0" * 64), ev.PlanDecided("look_again", "accept", None, None))),
    ("open", (ev.PlanIssued("0" * 64), kit.answer("first"))),
    ("signed", (ev.PlanIssued("0" * 64), ev.CaseSigned("0" * 64))),
    ("abandoned", (ev.CaseAbandoned("other"),)),
]


@pytest.mark.parametrize(("phase", "events"), PHASES)
def test_a_list_says_where_each_case_stands(folder: Path, phase: str, events: tuple[ev.Event, ...]) -> None:
    case(folder, "AAAA1111", steps=(events,))
    (found,) = list_cases(folder)
    assert (found.phase, found.state, found.locked) == (phase, "ok", False)
    assert (found.case, found.kind, found.label, found.subject) == ("AAAA1111", "clinical", "bed 4", "")
    assert found.as_of == (
        "2026-03-02T10:00" if any(isinstance(e, ev.CaseResumed) for e in events) else "2026-03-02T09:00"
    )
    assert found.last.startswith("2026-03-02T09:00:0")


def test_a_list_holds_every_kind_and_names_what_is_damaged(folder: Path) -> None:
    sound = case(folder, "AAAA1111", "clinical")
    torn = case(folder, "BBBB2222", "practice")
    damaged = case(folder, "CCCC3333", "demonstration")
    nothing = folder / "test" / "x.jsonl"
    nothing.parent.mkdir()
    nothing.write_bytes(b"hello\n")
    torn.write_bytes(torn.read_bytes()[:-9])
    data = bytearray(damaged.read_bytes())
    data[1500] ^= 1
    damaged.write_bytes(data)
    (folder / "clinical" / "link.jsonl").symlink_to(sound)
    (folder / "clinical" / "pipe.jsonl").mkdir()
    os.mkfifo(folder / "clinical" / "fifo.jsonl")
    found = {each.path: each for each in list_cases(folder)}
    assert {path: each.state for path, each in found.items()} == {
        sound: "ok",
        torn: "torn",
        damaged: "damaged",
        nothing: "damaged",
    }
    assert found[damaged].case == "CCCC3333"
    assert f"{damaged}:" in found[damaged].problem and "T005" in found[damaged].problem
    assert found[nothing].case == "" and "T001" in found[nothing].problem


def test_a_case_being_written_is_listed_as_locked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with kit.create(folder):
        assert [each.locked for each in list_cases(folder)] == [True]
        monkeypatch.setattr("chatbot.record.locks.LOCK_TABLE", folder / "none")
        assert [each.locked for each in list_cases(folder)] == [True]
    assert [each.locked for each in list_cases(folder)] == [False]


def test_a_case_is_found_by_path_name_code_or_the_beginning_of_its_code(folder: Path) -> None:
    first, second = case(folder, "K7M20AXQ"), case(folder, "K7P9ZZZZ", "practice")
    for text in (str(first), first.name, "K7M20AXQ", "k7m2-0axq", "K7M2OAXQ", "K7M", " k7m "):
        assert find_case(folder, text) == first
    assert find_case(folder, "K7P") == second


def test_a_path_that_is_not_there_is_left_to_the_reader(folder: Path) -> None:
    assert find_case(folder, "some/where.jsonl") == Path("some/where.jsonl")


def test_a_beginning_that_means_several_cases_is_refused_with_their_codes(folder: Path) -> None:
    case(folder, "K7M20AXQ")
    case(folder, "K7P9ZZZZ")
    with pytest.raises(UsageError) as raised:
        find_case(folder, "K7")
    assert raised.value.exit_code == 2
    assert "K7M20AXQ" in raised.value.hint and "K7P9ZZZZ" in raised.value.hint


def test_a_code_that_does_not_exist_is_refused_with_near_misses(folder: Path) -> None:
    case(folder, "K7M20AXQ")
    with pytest.raises(UsageError, match="no case is called") as raised:
        find_case(folder, "K7N20AXQ")
    assert "did you mean K7M20AXQ?" in raised.value.hint
    with pytest.raises(UsageError):
        find_case(folder, "")


def test_of_several_files_of_one_case_the_one_written_anew_is_meant(folder: Path) -> None:
    with kit.create(folder) as writer:
        old = writer.path
        with old.open("ab") as file:
            file.write(b"x")
        writer.append([kit.answer("first")])
    assert writer.path != old
    assert find_case(folder, "TESTCASE") == writer.path


def test_two_equal_copies_of_a_case_are_not_chosen_from(folder: Path) -> None:
    path = case(folder, "K7M20AXQ")
    shutil.copy(path, path.with_name("copy.jsonl"))
    with pytest.raises(UsageError, match="several files"):
        find_case(folder, "K7M20AXQ")


def test_a_folder_that_cannot_be_read_is_not_taken_for_an_empty_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: Path) -> None:
        raise PermissionError(13, "denied")

    monkeypatch.setattr(cases.os, "scandir", refused)
    with pytest.raises(StorageError) as raised:
        list_cases(folder)
    assert raised.value.code == "F003"


def test_network_folders_are_warned_about(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mounts"
    monkeypatch.setattr(cases, "_MOUNTS", mounts)
    assert storage_warning(tmp_path) == ""
    mounts.write_text(f"/dev/sda / ext4 rw 0 0\nserver:/x {tmp_path}/share nfs4 rw 0 0\nbroken\n")
    assert storage_warning(tmp_path) == ""
    assert "nfs4" in storage_warning(tmp_path / "share" / "cases")
