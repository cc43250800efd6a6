"""An encrypted case: what is hidden, what is shown without a key, and that nothing else about keeping it changes."""

from __future__ import annotations

import base64
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.core import events as ev
from chatbot.errors import BackstoryError, CorruptTranscript, ExitCode, KeyProblem
from chatbot.record import chain
from chatbot.record.bonds import bonds
from chatbot.record.cases import summarise
from chatbot.record.codec import canonical
from chatbot.record.glance import glance
from chatbot.record.host import FixedHost
from chatbot.record.identities import Identity, Keyring, new_identity, using
from chatbot.record.read import examine_file, read_transcript
from chatbot.record.recovery import examine
from chatbot.record.replay import verify
from chatbot.record.salvage import salvage
from chatbot.record.sealing import DOMAIN, STEP, SealProblem, new_sealer, wraps_of
from chatbot.record.standing import standing, verdict
from chatbot.record.store import TranscriptWriter
from tests.record import golden, kit, second_opinion


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Identity, Identity, Identity]:
    """Two who can open a case, and one who cannot."""
    folder = tmp_path_factory.mktemp("keys")
    one, two, other = (new_identity(folder / f"{name}.key") for name in ("one", "two", "other"))
    return one, two, other


@pytest.fixture
def ring(keys: tuple[Identity, ...]) -> Any:
    with using(Keyring(identities=keys[:1])) as ring:
        yield ring


def create(folder: Path, keys: tuple[Identity, ...], **more: Any) -> TranscriptWriter:
    return kit.create(folder, recipients=[each.recipient for each in keys[:2]], **more)


def sealed(folder: Path, keys: tuple[Identity, ...], steps: Any = kit.STEPS, **more: Any) -> Path:
    with create(folder, keys, **more) as writer:
        for events in steps:
            writer.append(events)
        return writer.path


def rewritten(path: Path, change: Any) -> None:
    """Change the members of records and compute every hash anew, as somebody without a key can."""
    prev, lines = chain.GENESIS, []
    for number, line in enumerate(path.read_bytes().splitlines()):
        record = json.loads(line)
        del record["~h"]
        change(number, record)
        record["prev"] = prev
        line, prev = chain.seal(canonical(record, longest=chain.LONGEST_LINE))
        lines.append(line + b"\n")
    path.write_bytes(b"".join(lines))


# --- reading back ---


def test_a_sealed_case_reads_back_with_each_of_its_keys(folder: Path, keys: tuple[Identity, ...]) -> None:
    path, plain = sealed(folder / "a", keys), kit.written(folder / "b")
    for each in keys[:2]:
        found = read_transcript(path, ring=Keyring(identities=[each]))
        assert found.events == read_transcript(plain).events
        assert found.header["label"] == "bed 4" and (found.header["format_version"], found.header["min_reader"]) == (
            2,
            2,
        )
        assert found.recipients == (keys[0].recipient, keys[1].recipient)
    assert read_transcript(plain).recipients == () and read_transcript(plain).header["format_version"] == 1


EVERYTHING = [step for name in ("EVERY_EVENT", "SIGNED_OPEN", "REFUSED") for step in getattr(golden, name)]


def test_every_event_survives_being_sealed(folder: Path, keys: tuple[Identity, ...], ring: Keyring) -> None:
    steps = [step for step in EVERYTHING if not any(each.type == "case.signed" for each in step)]
    path = sealed(folder, keys, [*steps, golden.FOLLOW_UP, golden.AMENDMENT])
    said = tuple(each for step in [*steps, golden.FOLLOW_UP, golden.AMENDMENT] for each in step)
    assert read_transcript(path).events[1:] == said


def test_what_stands_in_the_clear_is_what_is_needed_to_list_and_check_a_case(
    folder: Path, keys: tuple[Identity, ...]
) -> None:
    header, *others = [json.loads(line) for line in sealed(folder, keys).read_bytes().splitlines()]
    plain = "format format_version min_reader case kind protocol software as_of locale amends follows enc c n"
    assert header["data"].keys() == set(plain.split())
    assert all(each["data"].keys() == {"c", "n"} for each in others)
    assert header["data"]["enc"].keys() == {"cipher", "check", "wraps"}
    assert [each.to for each in wraps_of(header["data"]["enc"])] == [each.recipient for each in keys[:2]]


def test_a_yes_is_as_long_as_a_no_and_an_unknown(folder: Path, keys: tuple[Identity, ...]) -> None:
    unknown = replace(kit.answer("first"), value=None, status="unknown")
    answers = [kit.answer("first", "yes"), kit.answer("first", "no"), unknown]
    lengths = set()
    for number, answer in enumerate(answers):
        last = sealed(folder / str(number), keys, [(answer,)]).read_bytes().splitlines()[-1]
        lengths.add(len(json.loads(last)["data"]["c"]))
    assert len(lengths) == 1 and next(iter(lengths)) == len(base64.b64encode(bytes(STEP + 16)))


def test_no_nonce_and_no_key_comes_twice(folder: Path, keys: tuple[Identity, ...], ring: Keyring) -> None:
    paths = [sealed(folder / name, keys) for name in "ab"]
    for path in paths:
        path.write_bytes(path.read_bytes()[:-40])
        TranscriptWriter.resume(path, FixedHost())[0].close()
    files = [each for path in paths for each in path.parent.iterdir()]
    nonces = [n for each in files for n in nonces_in(each.read_bytes())]
    assert len(nonces) > 18 and len(set(nonces)) == len(nonces)
    checks = {json.loads(path.read_bytes().splitlines()[0])["data"]["enc"]["check"] for path in paths}
    assert len(checks) == 2


def nonces_in(data: bytes) -> list[str]:
    import re

    return re.findall(r'"n":"([^"]+)"', data.decode("latin-1"))


# --- without a key ---


def test_without_a_key_the_chain_is_checked_and_nothing_else_is_said(folder: Path, keys: tuple[Identity, ...]) -> None:
    path = sealed(folder, keys)
    data, found = examine_file(path)
    assert found.damage is None and found.shut is not None and len(found.records) == 9
    assert found.head == read_transcript(path, ring=Keyring(identities=keys[:1])).head
    assert all(record.data == {} for record in found.records[1:])
    assert not any(isinstance(record.event, ev.Event) for record in found.records)
    assert second_opinion.judge(data) == ("sound", 0)


@pytest.mark.parametrize("held", [(), (2,)], ids=["no key", "another key"])
def test_what_needs_data_ends_with_the_ids_of_the_keys_that_open_it(
    folder: Path, keys: tuple[Identity, ...], held: tuple[int, ...]
) -> None:
    path = sealed(folder, keys)
    with using(Keyring(identities=[keys[place] for place in held])):
        for needs in (
            lambda: read_transcript(path),
            lambda: verify(path, kit.load_bundle),
            lambda: TranscriptWriter.resume(path, FixedHost()),
        ):
            before = path.read_bytes()
            with pytest.raises(KeyProblem) as raised:
                needs()
            error = raised.value
            assert (error.code, error.exit_code) == ("K030", ExitCode.KEY) and path.read_bytes() == before
            assert keys[0].id in error.hint and keys[1].id in error.hint and "chain of 9 records holds" in error.hint
        assert verdict(path, kit.load_bundle).word == "NO-KEY"
        assert "encrypted" in standing(path, lambda _: kit.PROTOCOL).problem


@pytest.mark.parametrize("look", [summarise, glance])
def test_a_list_shows_a_case_without_its_key_as_encrypted_and_without_its_label(
    folder: Path, keys: tuple[Identity, ...], look: Any
) -> None:
    path = sealed(folder, keys, [*kit.STEPS, (ev.CaseSuspended(),), (ev.CaseResumed("2026-03-09T10:00"),)])
    shut = look(path, "test")
    assert (shut.case, shut.kind, shut.label, shut.state, shut.shut) == ("TESTCASE", "test", "", "encrypted", True)
    assert (shut.phase, shut.records, shut.name) == ("open", 11, "encrypted") and keys[0].id in shut.problem
    with using(Keyring(identities=keys[1:2])):
        found = look(path, "test")
    assert (found.label, found.state, found.shut, found.encrypted) == ("bed 4", "ok", False, True)
    assert found.as_of == "2026-03-09T10:00" and shut.as_of == "2026-03-02T09:00"


def test_damage_is_said_before_a_missing_key(folder: Path, keys: tuple[Identity, ...]) -> None:
    path = sealed(folder, keys)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(CorruptTranscript):
        read_transcript(path)
    assert summarise(path).state == "damaged" and summarise(path).label == ""


# --- altered by somebody who computes the chain anew ---


def _cipher(number: int, record: dict[str, Any]) -> None:
    if number == 3:
        sealed = bytearray(base64.b64decode(record["data"]["c"]))
        sealed[5] ^= 1
        record["data"]["c"] = base64.b64encode(bytes(sealed)).decode()


def _nonce(number: int, record: dict[str, Any]) -> None:
    if number == 3:
        record["data"]["n"] = base64.b64encode(bytes(12)).decode()


def _spelling(number: int, record: dict[str, Any]) -> None:
    if number == 3:
        record["data"]["n"] = record["data"]["n"] + "===="


def _actor(number: int, record: dict[str, Any]) -> None:
    if number == 3:
        record["actor"] = "somebody else"


def _type(number: int, record: dict[str, Any]) -> None:
    if number == 3:
        record["type"] = "answer.withdrawn"


def _time(number: int, record: dict[str, Any]) -> None:
    if number == 3:
        record["t"] = "2027-01-01T00:00:00.000Z"


def _plain(number: int, record: dict[str, Any]) -> None:
    if number == 3:
        record["data"] = {"question": "first", "wording": "00"}


def _locale(number: int, record: dict[str, Any]) -> None:
    if number == 0:
        record["data"]["locale"] = "de"


def _wrap(number: int, record: dict[str, Any]) -> None:
    if number == 0:
        wrapped = bytearray(base64.b64decode(record["data"]["enc"]["wraps"][0]["key"]))
        wrapped[-1] ^= 1
        record["data"]["enc"]["wraps"][0]["key"] = base64.b64encode(bytes(wrapped)).decode()


def _check(number: int, record: dict[str, Any]) -> None:
    if number == 0:
        record["data"]["enc"]["check"] = "0" * 64


def _unsealed(number: int, record: dict[str, Any]) -> None:
    if number == 0:
        record["data"]["enc"] = None
        record["data"].update(label="bed 5", subject="")
        del record["data"]["c"], record["data"]["n"]


ALTERED = [
    (_cipher, "T023", 4),
    (_nonce, "T023", 4),
    (_spelling, "T023", 4),
    (_actor, "T023", 4),
    (_type, "T023", 4),
    (_time, "T023", 4),
    (_plain, "T015", 4),
    (_locale, "T023", 1),
    (_wrap, "T023", 1),
    (_check, "T023", 1),
    (_unsealed, "T015", 2),
]


@pytest.mark.parametrize(("change", "code", "line"), ALTERED, ids=[change.__name__ for change, _, _ in ALTERED])
def test_what_was_altered_under_a_chain_made_anew_is_found_with_the_key(
    folder: Path, keys: tuple[Identity, ...], ring: Keyring, change: Any, code: str, line: int
) -> None:
    path = sealed(folder, keys)
    rewritten(path, change)
    assert second_opinion.judge(path.read_bytes()) == ("sound", 0), "the chain alone does not show it"
    with pytest.raises(CorruptTranscript) as raised:
        read_transcript(path)
    assert (raised.value.code, raised.value.place) == (code, f"{path}:{line}")
    with pytest.raises(CorruptTranscript):
        TranscriptWriter.resume(path, FixedHost())


def test_records_put_elsewhere_or_taken_from_another_case_are_found(
    folder: Path, keys: tuple[Identity, ...], ring: Keyring
) -> None:
    one, other = sealed(folder / "a", keys), sealed(folder / "b", keys, seed=1)
    taken = json.loads(other.read_bytes().splitlines()[4])["data"]
    rewritten(one, lambda number, record: record.update(data=taken) if number == 4 else None)
    with pytest.raises(CorruptTranscript) as raised:
        read_transcript(one)
    assert raised.value.place.endswith(":5")
    lines = other.read_bytes().splitlines(keepends=True)
    other.write_bytes(b"".join([*lines[:3], *lines[4:]]))

    def renumbered(number: int, record: dict[str, Any]) -> None:
        record["seq"] = number

    rewritten(other, renumbered)
    with pytest.raises(CorruptTranscript) as raised:
        read_transcript(other)
    assert raised.value.place.endswith(":4")


def test_the_associated_data_are_what_the_page_says(folder: Path, keys: tuple[Identity, ...]) -> None:
    """Opened as another program would: from the page, with age and an AEAD, without our code."""
    import hashlib

    import pyrage
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    lines = [json.loads(line) for line in sealed(folder, keys).read_bytes().splitlines()]
    enc, case = lines[0]["data"]["enc"], lines[0]["data"]["case"]
    identity = pyrage.x25519.Identity.from_str(keys[1].secret)
    key = pyrage.decrypt(base64.b64decode(enc["wraps"][1]["key"]), [identity])
    assert hashlib.sha256(b"backstory/data-key/v1\n" + case.encode() + b"\n" + key).hexdigest() == enc["check"]
    said = []
    for record in lines:
        del record["~h"]
        c, n = (base64.b64decode(record["data"].pop(name)) for name in "cn")
        bound = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        text = ChaCha20Poly1305(key).decrypt(n, c, b"backstory/sealed/v1\n" + case.encode() + b"\n" + bound)
        assert len(text) % 256 == 0
        said.append(json.loads(text))
    assert said[0] == {"label": "bed 4", "subject": ""} and said[2]["value"] == "no"
    assert DOMAIN == b"backstory/sealed/v1\n"


# --- crash, recovery, relocation, salvage ---


def test_every_cut_of_a_sealed_case_is_judged_as_one_of_a_plain_case(
    folder: Path, keys: tuple[Identity, ...], ring: Keyring
) -> None:
    data = sealed(folder, keys, kit.STEPS[:2]).read_bytes()
    ends = {0, *(place + 1 for place, byte in enumerate(data) if byte == 10)}
    first = min(ends - {0})
    for cut in range(0, len(data), 7):
        damage = examine(data[:cut], ring).damage
        if cut + 1 in ends or (cut in ends and cut):
            assert damage is None
        else:
            assert damage is not None and damage.torn is (cut > first)


def test_a_torn_sealed_case_is_resumed_and_its_fragment_holds_ciphertext_only(
    folder: Path, keys: tuple[Identity, ...], ring: Keyring
) -> None:
    path = sealed(folder, keys, [*kit.STEPS, (ev.NoteAdded("ZZCANARY"),)])
    whole = path.read_bytes()
    path.write_bytes(whole[:-30])
    writer, found = TranscriptWriter.resume(path, FixedHost(seed=5))
    assert found.recovered and found.side_file is not None
    assert b"ZZCANARY" not in found.side_file.read_bytes() and found.side_file.read_bytes() in whole
    with writer:
        writer.append([kit.answer("last")])
    events = read_transcript(path).events
    assert isinstance(events[-2], ev.StorageRecovered) and events[-1] == kit.answer("last")
    assert all(each["data"].keys() == {"c", "n"} for each in map(json.loads, path.read_bytes().splitlines()[1:]))


def test_a_sealed_case_is_written_anew_when_its_file_goes(
    folder: Path, keys: tuple[Identity, ...], ring: Keyring
) -> None:
    with create(folder, keys) as writer:
        writer.path.unlink()
        writer.append([kit.answer("first")])
    found = read_transcript(writer.path)
    assert [each.type for each in found.events] == ["case.opened", "storage.relocated", "answer.given"]


@pytest.mark.parametrize("ever_after", [False, True])
def test_a_fault_at_each_call_loses_no_acknowledged_answer(
    folder: Path, keys: tuple[Identity, ...], ring: Keyring, ever_after: bool
) -> None:
    counted = kit.FaultyDisk()
    sealed(folder / "counted", keys, kit.STEPS[:3], disk=counted)
    for number in range(len(counted.calls)):
        disk = kit.FaultyDisk(number, kit.ENOSPC, ever_after=ever_after)
        acknowledged: list[ev.Event] = []
        place = folder / f"{ever_after}-{number}"
        try:
            with create(place, keys, disk=disk) as writer:
                for events in kit.STEPS[:3]:
                    writer.append(events)
                    acknowledged += events
        except BackstoryError:
            pass
        for path in place.glob("test/*.jsonl"):
            assert kit.told(read_transcript(path).events)[1 : 1 + len(acknowledged)] == acknowledged


def test_what_stands_before_damage_is_salvaged_with_the_key_and_without(
    folder: Path, keys: tuple[Identity, ...], tmp_path: Path
) -> None:
    path = sealed(folder, keys)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[5] = lines[5].replace(b'"seq"', b'"sex"')
    path.write_bytes(b"".join(lines))
    ring = Keyring(identities=keys[:1])
    with using(ring):
        noted = salvage(path, tmp_path / "noted.jsonl", host=FixedHost(), actor="AB")
    without = salvage(path, tmp_path / "without.jsonl", host=FixedHost(), actor="AB")
    assert (noted.noted, without.noted) == (True, False)
    assert without.path.read_bytes() == b"".join(lines[:5])
    found = read_transcript(noted.path, ring=ring)
    note = found.events[-1]
    assert kit.told(found.events)[:5] == kit.told(read_transcript(without.path, ring=ring).events)
    assert isinstance(note, ev.NoteAdded) and "Salvaged" in note.text
    assert b"Salvaged" not in noted.path.read_bytes()


def test_content_that_does_not_open_is_salvaged_up_to_it(
    folder: Path, keys: tuple[Identity, ...], ring: Keyring, tmp_path: Path
) -> None:
    path = sealed(folder, keys)
    rewritten(path, _cipher)
    saved = salvage(path, tmp_path / "out.jsonl", host=FixedHost())
    assert (saved.records, saved.line) == (3, 4)
    assert [each.type for each in kit.told(read_transcript(saved.path).events)[3:]] == ["note.added"]


def test_a_large_beginning_fits_when_it_is_sealed(folder: Path, keys: tuple[Identity, ...], ring: Keyring) -> None:
    long = [ev.AnswerCarried(f"q{n}", "x" * 9_000, None, "record", "key", "2026", "OLD", "stands") for n in range(60)]
    with create(folder, keys, first=long) as writer:
        pass
    assert read_transcript(writer.path).records == 61
    with create(folder, keys) as writer, pytest.raises(BackstoryError) as raised:
        writer.append([ev.AnswerGiven("q", {f"c{n}": "x" * 9_000 for n in range(7)}, None, "record", "key", "2026")])
    assert raised.value.code == "F010"


# --- cases that come from others ---


def test_a_bond_is_checked_without_the_key_of_the_earlier_case(
    folder: Path, keys: tuple[Identity, ...], ring: Keyring
) -> None:
    earlier = sealed(folder, keys[:1])
    code, head = "TESTCASE", read_transcript(earlier).head
    pinned = {**golden._pinned(code, head)}
    opened = replace(kit.opened("test", "LATER001"), follows=code)
    to, first = [keys[2].recipient], [ev.PreviousPinned(pinned, pinned, [code])]
    host = FixedHost(seed=7)
    with TranscriptWriter.create(folder, opened, kit.PROTOCOL, host, first=first, recipients=to) as writer:
        later = read_transcript(writer.path, ring=Keyring(identities=keys[2:]))
    with using(Keyring(identities=keys[2:])):
        assert [(each.how, each.state) for each in bonds(later)] == [("follows", "same")]


def test_a_case_through_a_real_interview_verifies_when_it_is_sealed(
    folder: Path, keys: tuple[Identity, ...], ring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kit, "create", lambda where: _made(where, keys))
    report = verify(kit.interviewed(folder), kit.load_bundle)
    assert (report.verdict, report.plan_digests_checked, report.label) == ("VALID-CLOSED", 2, "bed 4")


def _made(folder: Path, keys: tuple[Identity, ...]) -> TranscriptWriter:
    host = FixedHost(software="backstory 1")
    to = [each.recipient for each in keys[:2]]
    return TranscriptWriter.create(folder, kit.opened(), kit.PROTOCOL, host, recipients=to)


# --- the sealer itself ---


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


@given(data=st.dictionaries(st.text("abcxyz_", min_size=1, max_size=8), TEXTS | st.integers(-9, 9), max_size=4))
def test_what_is_sealed_opens_again_and_only_in_its_place(data: dict[str, Any]) -> None:
    sealer = SEALER
    record = {"type": "note.added", "v": 1, "seq": 3, "data": data}
    closed = sealer.seal(record)
    assert closed["data"].keys() == {"c", "n"} and sealer.open(closed) == data
    for wrong in ({**closed, "seq": 4}, {**closed, "type": "answer.given"}, {**closed, "v": 2}):
        with pytest.raises(SealProblem):
            sealer.open(wrong)
    with pytest.raises(SealProblem):
        replace(sealer, case="OTHER").open(closed)
    with pytest.raises(SealProblem):
        replace(sealer, key=os.urandom(32)).open(closed)


def _sealer() -> Any:
    import pyrage

    return new_sealer("CASE", [str(pyrage.x25519.Identity.generate().to_public())])


SEALER = _sealer()


def test_a_representation_shows_no_key() -> None:
    assert SEALER.key.hex() not in repr(SEALER) and repr(SEALER.key) not in repr(SEALER)


def test_the_wraps_that_exist_are_named(folder: Path, keys: tuple[Identity, ...]) -> None:
    _, found = examine_file(sealed(folder, keys))
    assert [each.to for each in wraps_of(found.records[0].data["enc"])] == [each.recipient for each in keys[:2]]
    _, plain = examine_file(kit.written(folder / "plain"))
    assert wraps_of(plain.records[0].data["enc"]) == ()
