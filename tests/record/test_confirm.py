"""Before a case is opened it is only looked at: no lock, no byte, and the look-alikes are named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from chatbot.core import events as ev
from chatbot.errors import CorruptTranscript, ExitCode, UsageError
from chatbot.record.cases import list_cases, summarise
from chatbot.record.confirm import look, not_confirmed
from chatbot.record.host import FixedHost
from chatbot.record.read import Transcript
from chatbot.record.store import TranscriptWriter
from tests.record import kit


def load(transcript: Transcript) -> object:
    return kit.PROTOCOL


def case(folder: Path, code: str, label: str, *steps: ev.Event, kind: str = "clinical", subject: str = "") -> Path:
    opened = replace(kit.opened(kind, code), label=label, subject=subject)
    with TranscriptWriter.create(folder, opened, kit.PROTOCOL, FixedHost(seed=sum(code.encode()))) as writer:
        for event in steps:
            writer.append([event])
    return writer.path


def test_the_look_alikes_are_named_and_nothing_is_written_or_locked(folder: Path) -> None:
    three = case(folder, "AAAA1111", "AB bed 3", kit.answer("first"), subject="2222-3333-4XYZ")
    eight = case(folder, "BBBB2222", "AB bed 8", subject="5555-6666-7QRS")
    case(folder, "CCCC3333", "CD window")
    case(folder, "DDDD4444", "AB bed 5", ev.CaseAbandoned("left"))
    before = {
        path: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.rglob("*.json*") if path.parent != folder
    }
    with kit.create(folder / "elsewhere"), TranscriptWriter.resume(three, FixedHost(seed=9))[0]:
        asked = look(folder, eight, load)
    assert asked.chosen.label == "AB bed 8" and asked.chosen.phase == "open" and asked.chosen.section == ""
    assert [(other.label, why) for other, why in asked.look_alikes] == [("AB bed 3", "the same letters, other numbers")]
    assert asked.look_alikes[0][0].section != "" and asked.look_alikes[0][0].subject == "2222-3333-4XYZ"
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in before} == before
    assert not any(each.locked for each in list_cases(folder))


def test_a_practice_case_is_a_look_alike_of_a_clinical_one(folder: Path) -> None:
    case(folder, "AAAA1111", "AB bed 3", kind="practice")
    assert look(folder, case(folder, "BBBB2222", "AB bed 8"), load).asks_for_code


def test_a_copy_of_the_same_case_is_no_look_alike(folder: Path) -> None:
    path = case(folder, "AAAA1111", "AB bed 3")
    path.with_name("copy.jsonl").write_bytes(path.read_bytes())
    assert not look(folder, path, load).asks_for_code


def test_a_damaged_look_alike_hinders_nobody(folder: Path) -> None:
    three = case(folder, "AAAA1111", "AB bed 3")
    three.write_bytes(three.read_bytes()[:-3] + b"xxx" + b"\n{}\n")
    assert not look(folder, case(folder, "BBBB2222", "AB bed 8"), load).asks_for_code


@pytest.mark.parametrize("last", [ev.CaseAbandoned("left"), ev.CaseSigned("0" * 64)])
def test_a_closed_case_is_refused_before_anybody_compares(folder: Path, last: ev.Event) -> None:
    with pytest.raises(UsageError) as raised:
        look(folder, case(folder, "AAAA1111", "AB", last), load)
    assert raised.value.code == "T009"


def test_a_case_of_another_kind_than_asked_for_is_refused(folder: Path) -> None:
    path = case(folder, "AAAA1111", "AB", kind="practice")
    with pytest.raises(UsageError, match="this is a practice case, not a clinical one; nothing was opened"):
        look(folder, path, load, "clinical")
    assert look(folder, path, load, "practice") == look(folder, path, load)


def test_a_corrupt_case_is_refused_with_its_line(folder: Path) -> None:
    path = case(folder, "AAAA1111", "AB", kit.answer("first"), kit.answer("second"))
    lines = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join([lines[0], lines[1].replace(b"a", b"b", 1), *lines[2:]]))
    with pytest.raises(CorruptTranscript):
        look(folder, path, load)


def test_a_case_in_the_folder_of_another_kind_is_reported(folder: Path) -> None:
    path = case(folder, "AAAA1111", "AB", kind="test")
    moved = folder / "clinical" / path.name
    moved.parent.mkdir(exist_ok=True)
    path.rename(moved)
    (found,) = list_cases(folder)
    assert (found.state, found.kind) == ("misplaced", "test")
    assert "F013" in found.problem and "test case in the folder for clinical cases" in found.problem
    assert "F013" in look(folder, moved, load).notice
    assert summarise(moved).state == "ok", "a folder that happens to be called so says nothing"


def test_not_confirming_is_wrong_use_and_says_that_nothing_was_opened(folder: Path) -> None:
    asked = look(folder, case(folder, "AAAA1111", "AB"), load)
    for wrong in (True, False):
        error = not_confirmed(asked, wrong=wrong)
        assert error.exit_code is ExitCode.USAGE and error.code == "K009" and "nothing was opened" in error.message
