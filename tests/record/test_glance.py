"""A glance at a case says what reading it whole says; what it cannot see shows when the case is looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatbot.core import events as ev
from chatbot.record import glance as module
from chatbot.record.cases import list_cases, summarise
from chatbot.record.glance import Glances, glance
from chatbot.record.read import read_transcript
from chatbot.record.replay import load_protocol
from chatbot.record.standing import Standing, standing, turns, verdict
from tests.record import kit
from tests.record.test_cases import PHASES, case

EXAMPLES = Path(__file__).resolve().parents[2] / "transcripts" / "examples"


def where(path: Path) -> Standing:
    return standing(path, lambda transcript: load_protocol(transcript, kit.load_bundle))


@pytest.mark.parametrize(("phase", "events"), PHASES)
def test_a_glance_says_what_reading_it_whole_says(folder: Path, phase: str, events: tuple[ev.Event, ...]) -> None:
    path = case(folder, "AAAA1111", steps=(events,))
    assert glance(path, "clinical") == summarise(path, "clinical") and glance(path).phase == phase
    assert glance(path, "practice").state == "misplaced"


def test_the_shipped_examples_read_the_same_at_a_glance() -> None:
    assert Glances().cases(EXAMPLES) == list_cases(EXAMPLES) != []


@pytest.mark.parametrize("cut", [1, 9, 300])
def test_a_file_that_ends_badly_is_read_whole(folder: Path, cut: int) -> None:
    path = case(folder, "AAAA1111")
    path.write_bytes(path.read_bytes()[:-cut])
    assert glance(path) == summarise(path)


@pytest.mark.parametrize("data", [b"", b"\n", b"hello\n", b'{"type":"case.opened"}\n', b"\xff\xfe\n"])
def test_what_is_no_transcript_is_read_whole(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(data)
    assert glance(path) == summarise(path) and glance(path).state == "damaged"


def test_a_file_is_looked_at_again_only_when_it_has_changed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = case(folder, "AAAA1111")
    glances = Glances()
    before = glances.cases(folder)
    with monkeypatch.context() as patched:
        patched.setattr(module, "glance", lambda *_: pytest.fail("it was read again"))
        assert glances.cases(folder) == before
    path.write_bytes(path.read_bytes()[:-9])
    assert glances.cases(folder) == list_cases(folder)


def test_a_case_that_is_being_written_is_seen_so_also_when_its_file_is_known(folder: Path) -> None:
    glances = Glances()
    with kit.create(folder):
        assert [each.locked for each in glances.cases(folder)] == [True]
    assert [each.locked for each in glances.cases(folder)] == [False]


def test_standing_is_that_of_the_case_and_damage_in_the_middle_shows(folder: Path) -> None:
    path = kit.interviewed(folder)
    found = where(path)
    assert found.level in {"routine", "urgent", "same_day", "emergency"} and not found.problem
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert glance(path).state == "ok", "a glance does not see the middle"
    assert where(path).problem and not where(path).level
    assert verdict(path, kit.load_bundle).word == "CORRUPT"


def test_where_the_urgency_became_another_ends_where_the_case_stands(folder: Path) -> None:
    transcript = read_transcript(kit.interviewed(folder))
    found = turns(transcript, load_protocol(transcript, kit.load_bundle))
    assert min(found) == 0 and len({each.level for each in found.values()}) > 1
    assert found[max(found)] == where(transcript.path)


def test_a_verdict_is_one_word_and_says_what_it_rests_on(folder: Path, tmp_path: Path) -> None:
    signed = kit.interviewed(folder)
    shown = verdict(signed, kit.load_bundle)
    assert shown.word == "VALID-CLOSED" and shown.holds and shown.records and shown.plans and shown.head_code
    signed.write_bytes(signed.read_bytes()[:-2])
    assert verdict(signed, kit.load_bundle).word != "VALID-CLOSED"
    torn = case(folder, "AAAA1111")
    torn.write_bytes(torn.read_bytes() + b'{"actor":"os:')
    assert verdict(torn, kit.load_bundle).word == "TORN" and not verdict(torn, kit.load_bundle).holds
    gone = verdict(tmp_path / "none.jsonl", kit.load_bundle)
    assert gone.word == "UNREADABLE" and gone.problems
