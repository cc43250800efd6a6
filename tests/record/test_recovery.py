"""Every cut, every changed byte, every trace of a crash gets the right verdict and the right line."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.core import events as ev
from chatbot.errors import CorruptTranscript, TornTranscript, VersionUnsupported
from chatbot.record import chain
from chatbot.record.codec import canonical
from chatbot.record.read import read_transcript
from chatbot.record.recovery import LONGEST_APPEND, Examined, examine, walk
from chatbot.record.store import TranscriptWriter
from tests.record import kit
from tests.record.second_opinion import judge


def verdict(examined: Examined) -> tuple[str, int]:
    """Spell a verdict as the second verifier does."""
    damage = examined.damage
    if damage is None:
        return "sound", 0
    return ("torn" if damage.torn else "corrupt"), damage.line


def line_starts(data: bytes) -> list[int]:
    return [0, *(place + 1 for place, byte in enumerate(data[:-1]) if byte == 10)]


def line_at(data: bytes, place: int) -> int:
    return data.count(b"\n", 0, place) + 1


# --- cuts -----------------------------------------------------------------------------------------


def test_a_cut_at_any_byte_keeps_every_whole_record_and_never_invents_one(transcript: Path) -> None:
    data = transcript.read_bytes()
    whole = examine(data).records
    for length in range(len(data)):
        cut = data[:length]
        found = examine(cut)
        assert verdict(found) == judge(cut), length
        kept = sum(1 for start in line_starts(data) if cut[start:].count(b'"}') and chain.record_at(cut, start))
        assert found.records == whole[:kept], length
        if kept == 0:
            assert (found.damage is not None and found.damage.code == "T001") or not found.damage.torn
            continue
        boundary = found.good == length
        assert (found.damage is None) is boundary, length


def test_resuming_after_a_cut_at_any_byte_loses_no_whole_record(folder: Path) -> None:
    path = kit.written(folder, kit.STEPS[:3])
    data = path.read_bytes()
    events = read_transcript(path).events
    disk = kit.QuickDisk()
    for length in range(len(data)):
        path.write_bytes(data[:length])
        # A register of all these tries would be as long as the test.
        (folder / "register.jsonl").unlink(missing_ok=True)
        kept = len(examine(data[:length]).records)
        if kept == 0:
            with pytest.raises(CorruptTranscript):
                TranscriptWriter.resume(path, kit.FixedHost(), disk=disk)
            assert path.read_bytes() == data[:length]
            continue
        writer, recovered = TranscriptWriter.resume(path, kit.FixedHost(), disk=disk)
        with writer:
            writer.append([kit.answer("last")])
        again = read_transcript(path, allow_torn=False).events
        assert again[:kept] == events[:kept]
        assert [event for event in again[kept:] if isinstance(event, ev.AnswerGiven)] == [kit.answer("last")]
        if recovered.recovered:
            assert recovered.side_file is not None
            assert data[:length].endswith(recovered.side_file.read_bytes())
            recovered.side_file.unlink()


# --- changed bytes --------------------------------------------------------------------------------


@pytest.mark.parametrize("signed", [False, True])
def test_a_flip_of_any_bit_is_found_and_its_line_named(folder: Path, signed: bool) -> None:
    steps = [*kit.STEPS[:3], (ev.CaseSigned("0" * 64),)] if signed else kit.STEPS[:3]
    data = kit.written(folder, steps).read_bytes()
    last = data.count(b"\n")
    for place, bit in itertools.product(range(len(data)), range(8)):
        changed = bytearray(data)
        changed[place] ^= 1 << bit
        line = line_at(data, place)
        found = examine(bytes(changed)).damage
        assert found is not None and found.line == line, (place, bit)
        # A damaged end cannot be told from an append that was not finished, except after the end of the case.
        torn = line == last and not (signed and place == len(data) - 1)
        assert found.torn is torn, (place, bit)


def test_a_flip_in_the_middle_is_corrupt_and_in_the_last_record_torn(transcript: Path) -> None:
    data = transcript.read_bytes()
    middle = bytearray(data)
    middle[len(data) // 2] ^= 0x20
    transcript.write_bytes(middle)
    with pytest.raises(CorruptTranscript) as raised:
        read_transcript(transcript)
    assert raised.value.exit_code == 5
    assert raised.value.place == f"{transcript}:{line_at(data, len(data) // 2)}"
    end = bytearray(data)
    end[-100] ^= 0x20
    transcript.write_bytes(end)
    assert read_transcript(transcript).torn
    with pytest.raises(TornTranscript) as torn:
        read_transcript(transcript, allow_torn=False)
    assert torn.value.exit_code == 4
    assert torn.value.place == f"{transcript}:9"
    assert "error T003" in torn.value.render()


def test_random_damage_gets_the_same_verdict_from_a_second_verifier(transcript: Path) -> None:
    data = transcript.read_bytes()
    chance = random.Random(7)
    for _ in range(3_000):
        changed = bytearray(data)
        for _ in range(chance.choice((1, 1, 2, 5))):
            place = chance.randrange(len(changed))
            match chance.randrange(5):
                case 0:
                    changed[place] = chance.randrange(256)
                case 1:
                    del changed[place : place + chance.randrange(1, 400)]
                case 2:
                    changed[place:place] = chance.randbytes(chance.randrange(1, 40))
                case 3:
                    changed[place:place] = changed[place : place + chance.randrange(1, 600)]
                case 4:
                    changed[place : place + chance.randrange(1, 600)] = b"\0" * chance.randrange(1, 600)
            if not changed:
                break
        assert verdict(examine(bytes(changed))) == judge(bytes(changed))


@given(st.binary(max_size=300))
def test_bytes_that_are_no_transcript_are_corrupt_at_line_one(data: bytes) -> None:
    found = examine(data)
    assert found.damage is not None
    assert (found.damage.code, found.damage.line, found.damage.torn) == ("T001", 1, False)


# --- traces of a crash ----------------------------------------------------------------------------


def crash_states(before: bytes, append: bytes, chance: random.Random) -> Iterator[bytes]:
    """Yield what a loss of power may leave of one append: cut short, zeros behind, sectors missing, garbage."""
    for length in range(len(append)):
        yield before + append[:length]
        yield before + append[:length] + bytes(len(append) - length)
    edges = sorted({0, len(append), *range(-len(before) % 512, len(append), 512)})
    sectors = [append[left:right] for left, right in itertools.pairwise(edges)]
    for kept in itertools.product((True, False), repeat=len(sectors)):
        if not all(kept):
            parts = zip(sectors, kept, strict=True)
            yield before + b"".join(part if there else bytes(len(part)) for part, there in parts)
    for _ in range(200):
        yield before + chance.randbytes(len(append))
        yield before + chance.randbytes(len(append) - 1) + b"\n"


def test_whatever_a_crash_leaves_of_one_record_is_torn_or_sound_and_costs_nothing_else(transcript: Path) -> None:
    data = transcript.read_bytes()
    chance = random.Random(1)
    states = 0
    for start, end in itertools.pairwise([*line_starts(data), len(data)]):
        if start == 0:
            continue
        whole = examine(data[:start]).records
        for state in crash_states(data[:start], data[start:end], chance):
            found = examine(state)
            states += 1
            assert found.damage is None or found.damage.torn
            assert found.records[: len(whole)] == whole
            assert len(found.records) <= len(whole) + 1
            assert verdict(found) == judge(state)
    assert states > 8_000


def test_an_append_of_two_records_with_its_first_page_lost_is_torn(folder: Path) -> None:
    """Some file systems may write the second page of an append and lose the first: zeros, then a whole record."""
    with kit.create(folder) as writer:
        while (room := 4096 - writer.path.stat().st_size % 4096) > 1_000:
            writer.append([kit.answer("first")])
        before = writer.path.read_bytes()
        writer.append([kit.answer("second", note="x" * room), kit.shown("third")])
        data = writer.path.read_bytes()
    lost = before + bytes(room) + data[len(before) + room :]
    assert chain.records_inside(lost[len(before) :])
    assert verdict(examine(lost)) == ("torn", before.count(b"\n") + 1) == judge(lost)


def test_zeros_that_end_inside_a_sector_are_damage(transcript: Path) -> None:
    data = transcript.read_bytes()
    start = line_starts(data)[7]
    lost = data[:start] + bytes((-start % 512 or 512) + 1) + data[line_starts(data)[8] :]
    assert verdict(examine(lost)) == ("corrupt", 8) == judge(lost)


def test_zeros_before_records_of_several_appends_are_damage(transcript: Path) -> None:
    data = transcript.read_bytes()
    starts = line_starts(data)
    damaged = data[: starts[4]] + bytes(-starts[4] % 512 or 512) + data[starts[5] :]
    assert verdict(examine(damaged)) == ("corrupt", 5) == judge(damaged)


def test_a_fragment_longer_than_one_append_is_damage(transcript: Path) -> None:
    data = transcript.read_bytes()
    assert verdict(examine(data + b"x" * LONGEST_APPEND)) == ("torn", 10)
    assert verdict(examine(data + b"x" * (LONGEST_APPEND + 1))) == ("corrupt", 10)


def test_only_the_last_newline_missing_is_sound(transcript: Path) -> None:
    found = examine(transcript.read_bytes()[:-1])
    assert (found.damage, found.lacks_newline) == (None, True)


def test_a_whole_record_whose_newline_is_damaged_is_kept(transcript: Path) -> None:
    data = transcript.read_bytes()
    found = examine(data[:-1] + b"X")
    assert len(found.records) == 9
    assert verdict(found) == ("torn", 9)


# --- structure ------------------------------------------------------------------------------------


def resealed(data: bytes, change: Callable[[int, dict[str, Any]], None]) -> bytes:
    """Change records and compute every hash anew, as someone who knows the format can."""
    prev, lines = chain.GENESIS, []
    for number, line in enumerate(data.splitlines()):
        record = json.loads(line)
        del record["~h"]
        record["prev"] = prev
        change(number, record)
        sealed, prev = chain.seal(canonical(record))
        lines.append(sealed)
    return b"\n".join(lines) + b"\n"


def structural_edits(lines: list[bytes]) -> Iterator[tuple[str, list[bytes], int]]:
    yield "a line is left out", lines[:3] + lines[4:], 4
    yield "two lines change places", [*lines[:3], lines[4], lines[3], *lines[5:]], 4
    yield "a line stands twice", lines[:4] + lines[3:], 5
    yield "the header is left out", lines[1:], 1
    yield "the header stands twice", lines[:1] + lines, 2
    yield "an empty line in between", [*lines[:3], b"", *lines[3:]], 4
    yield "an early end and a new beginning", lines[:5] + lines[:5], 6


def test_every_structural_edit_is_corrupt_at_its_line(transcript: Path) -> None:
    lines = transcript.read_bytes().splitlines()
    for name, edited, line in structural_edits(lines):
        data = b"\n".join(edited) + b"\n"
        assert verdict(examine(data)) == ("corrupt", line) == judge(data), name


def test_records_of_another_case_do_not_follow(transcript: Path, tmp_path: Path) -> None:
    other = kit.written(tmp_path / "other", seed=5).read_bytes().splitlines()
    lines = transcript.read_bytes().splitlines()
    data = b"\n".join(lines[:4] + other[4:]) + b"\n"
    found = examine(data).damage
    assert found is not None and (found.code, found.line) == ("T006", 5)


def test_anything_after_the_end_of_a_case_is_corrupt(folder: Path, tmp_path: Path) -> None:
    data = kit.written(folder, [*kit.STEPS, (ev.CaseSigned("0" * 64),)]).read_bytes()
    assert examine(data).damage is None
    longer = kit.written(tmp_path / "longer", [*kit.STEPS, (ev.NoteAdded("x"),)]).read_bytes()
    for more in (b"\n", b"x", b"{", longer.splitlines()[-1] + b"\n", bytes(512)):
        found = examine(data + more).damage
        assert found is not None and (found.code, found.line, found.torn) == ("T009", 11, False)
    assert examine(data[:-1]).damage is None


def test_a_cut_at_the_end_of_a_record_of_an_open_case_is_not_detected(transcript: Path) -> None:
    """A limit of any chain, and the reason why reports print the head code."""
    data = transcript.read_bytes()
    starts = line_starts(data)
    shorter = examine(data[: starts[5]])
    assert shorter.damage is None
    assert shorter.head != examine(data).head


def test_an_edit_with_every_hash_computed_anew_changes_the_head(transcript: Path) -> None:
    """Not detected by the chain; shown by a head code kept elsewhere."""
    data = transcript.read_bytes()

    def change(number: int, record: dict[str, Any]) -> None:
        if record["type"] == "answer.given" and number == 2:
            record["data"]["value"] = "yes"

    edited = examine(resealed(data, change))
    assert edited.damage is None
    assert edited.head != examine(data).head


# --- members --------------------------------------------------------------------------------------


def at(number: int, **members: Any) -> Callable[[int, dict[str, Any]], None]:
    def change(index: int, record: dict[str, Any]) -> None:
        if index == number:
            record.update(members)

    return change


def data_at(number: int, **members: Any) -> Callable[[int, dict[str, Any]], None]:
    def change(index: int, record: dict[str, Any]) -> None:
        if index == number:
            record["data"] = {key: value for key, value in {**record["data"], **members}.items() if value != "—"}

    return change


WRONG_MEMBERS = {
    "an extra member": (at(2, more=1), "T015", 3),
    "a wrong number": (at(2, seq=7), "T006", 3),
    "a wrong predecessor": (at(2, prev="0" * 64), "T006", 3),
    "an id that is not one": (at(2, id="x"), "T015", 3),
    "a local time": (at(2, t="2026-03-02T09:00:00.000"), "T015", 3),
    "a negative clock": (at(2, mono_ns=-1), "T015", 3),
    "a truth value for a number": (at(2, mono_ns=True), "T015", 3),
    "data that is no mapping": (at(2, data=[]), "T015", 3),
    "a second opening": (at(2, type="case.opened"), "T015", 3),
    "no opening": (at(0, type="note.added"), "T015", 1),
    "another format": (data_at(0, format="something-else"), "T001", 1),
    "a kind nobody knows": (data_at(0, kind="real"), "T015", 1),
    "a digest that is a path": (data_at(0, protocol={"id": "a", "version": "1", "digest": "../../x"}), "T015", 1),
    "a case code that is a path": (data_at(0, case="../x"), "T015", 1),
    "a header with more": (data_at(0, more="x"), "T015", 1),
    "a header with less": (data_at(0, locale="—"), "T015", 1),
    "a day that is none": (data_at(0, as_of="yesterday"), "T015", 1),
    "an answer without its question": (data_at(2, question="—"), "T015", 3),
    "a question that is a number": (data_at(2, question=3), "T015", 3),
    "a value that is a truth value": (data_at(2, value=True), "T015", 3),
}


@pytest.mark.parametrize(("change", "code", "line"), WRONG_MEMBERS.values(), ids=WRONG_MEMBERS.keys())
def test_wrong_members_are_named_even_when_every_hash_is_right(
    transcript: Path, change: Callable[[int, dict[str, Any]], None], code: str, line: int
) -> None:
    damage = examine(resealed(transcript.read_bytes(), change)).damage
    assert damage is not None
    assert (damage.code, damage.line, damage.torn) == (code, line, False)


UNKNOWN = {
    "an event": at(4, type="answer.dreamt"),
    "a version": at(4, v=2),
    "a member": data_at(4, mood="good"),
}


@pytest.mark.parametrize("change", UNKNOWN.values(), ids=UNKNOWN.keys())
def test_what_only_a_newer_version_knows_is_unsupported_at_its_line(
    transcript: Path, change: Callable[[int, dict[str, Any]], None]
) -> None:
    transcript.write_bytes(resealed(transcript.read_bytes(), change))
    with pytest.raises(VersionUnsupported) as raised:
        read_transcript(transcript)
    assert (raised.value.exit_code, raised.value.code, raised.value.place) == (6, "T011", f"{transcript}:5")


def test_damage_further_down_weighs_more_than_an_unknown_event(transcript: Path) -> None:
    data = bytearray(resealed(transcript.read_bytes(), at(2, type="answer.dreamt")))
    data[line_starts(bytes(data))[6] + 30] ^= 1
    found = examine(bytes(data)).damage
    assert found is not None and (found.torn, found.line) == (False, 7)


def test_a_newer_format_is_unsupported_even_if_its_hashes_are_of_another_kind(transcript: Path) -> None:
    newer = resealed(transcript.read_bytes(), data_at(0, format_version=4, min_reader=3))
    for data in (newer, newer.replace(b'"~h":"', b'"~h":"0')):
        transcript.write_bytes(data)
        with pytest.raises(VersionUnsupported) as raised:
            read_transcript(transcript)
        assert (raised.value.code, raised.value.place) == ("T010", f"{transcript}:1")
        assert "format 4" in raised.value.message


def test_a_newer_version_that_older_readers_understand_is_read(transcript: Path) -> None:
    transcript.write_bytes(resealed(transcript.read_bytes(), data_at(0, format_version=2)))
    assert read_transcript(transcript).records == 9


def test_the_chain_can_be_walked_without_knowing_the_events(transcript: Path) -> None:
    data = resealed(transcript.read_bytes(), at(4, type="answer.dreamt"))
    assert walk(data).damage is None
    assert len(walk(data, strict=False).links) == 9
