"""Keys that open cases: their files, passphrases, the keyring of a run, and the drill for a key that is lost."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from chatbot.errors import BackstoryError, CorruptTranscript, KeyProblem, UsageError
from chatbot.record.cases import summarise
from chatbot.record.identities import (
    Identity,
    Keyring,
    check_opens,
    identity_file,
    key_id,
    keyring,
    new_identity,
    read_identities,
    recipients_in,
    using,
)
from chatbot.record.read import read_transcript
from tests.record import kit

PASSPHRASE = "four odd wooden ladders"


def code_of(call: Any, *arguments: Any, **more: Any) -> str:
    with pytest.raises(BackstoryError) as raised:
        call(*arguments, **more)
    assert "AGE-SECRET" not in raised.value.render()
    return raised.value.code


# --- files ---


def test_a_new_identity_is_private_and_reads_back(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        made = new_identity(tmp_path / "deep" / "identity.key")
    finally:
        os.umask(old)
    path = tmp_path / "deep" / "identity.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert read_identities(path) == (made,) and made.recipient.startswith("age1") and len(made.id) == 8
    assert made.secret not in repr(made) and made.id == key_id(made.recipient)


def test_an_identity_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "identity.key"
    new_identity(path)
    before = path.read_bytes()
    assert code_of(new_identity, path) == "K002" and path.read_bytes() == before
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    assert code_of(new_identity, tmp_path / "link") == "K002"
    assert code_of(new_identity, None) == "K005"


def test_a_file_of_several_identities_opens_what_any_of_them_opens(tmp_path: Path) -> None:
    made = [new_identity(tmp_path / name) for name in "ab"]
    both = tmp_path / "both"
    both.write_text("\n".join((tmp_path / name).read_text() for name in "ab"))
    both.chmod(0o600)
    assert list(read_identities(both)) == made


SPOILT = [b"", b"# only a comment\n", b"AGE-SECRET-KEY-1NOTONE\n", b"\xff\xfe", b"{}", b"AGE-PLUGIN-YUBIKEY-1Q\n"]


@pytest.mark.parametrize("data", SPOILT)
def test_what_is_no_identity_file_is_refused_without_a_word_of_it(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "identity.key"
    path.write_bytes(data)
    path.chmod(0o600)
    assert code_of(read_identities, path) == "K031"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_an_identity_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "identity.key"
    new_identity(path)
    path.chmod(mode)
    with pytest.raises(KeyProblem) as raised:
        read_identities(path)
    assert raised.value.code == "K003" and f"{mode:04o}" in raised.value.message and "chmod 600" in raised.value.hint


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    assert code_of(read_identities, tmp_path / "missing") == "K005"
    assert code_of(read_identities, tmp_path) == "K031"
    (tmp_path / "link").symlink_to(tmp_path)
    assert code_of(read_identities, tmp_path / "link") == "K005"


def test_the_file_is_named_by_option_environment_settings_or_its_place(tmp_path: Path) -> None:
    beside = tmp_path / "settings.json"
    assert identity_file(None, {}, None, beside) is None
    (tmp_path / "identity.key").touch()
    assert identity_file(None, {}, None, beside) == tmp_path / "identity.key"
    assert identity_file(None, {}, "/set", beside) == Path("/set")
    assert identity_file(None, {"BACKSTORY_IDENTITY": "/env"}, "/set", beside) == Path("/env")
    assert identity_file(Path("/opt"), {"BACKSTORY_IDENTITY": "/env"}, "/set", beside) == Path("/opt")


def test_recipients_are_parted_and_checked(tmp_path: Path) -> None:
    one, two = (new_identity(tmp_path / name).recipient for name in "ab")
    assert recipients_in(f" {one},{two}\n{one} ") == (one, two)
    assert code_of(recipients_in, "age1nobody") == "K032"
    assert code_of(recipients_in, " ".join(new_identity(tmp_path / f"n{n}").recipient for n in range(17))) == "K032"


# --- passphrases ---


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Identity]:
    """An identity under a passphrase; making and trying one takes about a second each, by intent."""
    path = tmp_path_factory.mktemp("locked") / "identity.key"
    return path, new_identity(path, PASSPHRASE)


def test_a_locked_file_shows_neither_secret_nor_recipient(locked: tuple[Path, Identity]) -> None:
    path, made = locked
    text = path.read_text("ascii")
    assert text.startswith("-----BEGIN AGE ENCRYPTED FILE-----") and made.recipient not in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_passphrase_is_asked_for_once_in_a_run(locked: tuple[Path, Identity]) -> None:
    path, made = locked
    asked: list[int] = []

    def ask(of: Path, number: int) -> str:
        assert of == path
        asked.append(number)
        return PASSPHRASE if number == 2 else "not this one at all"

    ring = Keyring(path, ask)
    assert asked == [] and ring.identities() == (made,)
    assert ring.identities() == (made,) and asked == [1, 2]


def test_after_three_wrong_passphrases_the_run_goes_on_without_asking_again(locked: tuple[Path, Identity]) -> None:
    asked: list[int] = []
    ring = Keyring(locked[0], lambda _, number: asked.append(number) or "wrong and long enough")
    for _ in range(2):
        assert code_of(ring.identities) == "K033"
    assert asked == [1, 2, 3]


def test_nobody_is_asked_where_there_is_no_terminal(locked: tuple[Path, Identity]) -> None:
    assert code_of(read_identities, locked[0]) == "K033"
    assert code_of(read_identities, locked[0], lambda *_: "") == "K033"


def test_a_short_passphrase_makes_no_key(tmp_path: Path) -> None:
    assert code_of(new_identity, tmp_path / "identity.key", "too short") == "K033"
    assert list(tmp_path.iterdir()) == []


# --- the keyring ---


def test_the_keyring_of_a_run_begins_empty_and_is_put_back() -> None:
    before = keyring()
    with using(Keyring()) as ring:
        assert keyring() is ring
    assert keyring() is before


def test_a_file_is_read_when_the_first_encrypted_case_needs_it(tmp_path: Path, folder: Path) -> None:
    found: list[int] = []

    def where() -> Path:
        found.append(1)
        return tmp_path / "identity.key"

    made = new_identity(tmp_path / "identity.key")
    plain = kit.written(folder / "plain")
    with kit.create(folder / "sealed", recipients=[made.recipient]) as writer:
        path = writer.path
    with using(Keyring(where)):
        read_transcript(plain)
        assert found == []
        read_transcript(path)
        read_transcript(path)
        assert found == [1]


def test_settings_that_cannot_be_read_make_no_case_look_damaged(tmp_path: Path, folder: Path) -> None:
    made = new_identity(tmp_path / "identity.key")
    with kit.create(folder, recipients=[made.recipient]) as writer:
        pass

    def where() -> Path:
        raise UsageError("the settings are not JSON", place="settings.json", hint="mend the file")

    with using(Keyring(where)):
        for _ in range(2):
            found = summarise(writer.path)
            assert found.state == "encrypted" and "not JSON" in found.problem and "K005" in found.problem


def test_what_is_wrong_with_the_key_is_said_with_the_ids_that_would_open_the_case(tmp_path: Path, folder: Path) -> None:
    made = new_identity(tmp_path / "identity.key")
    with kit.create(folder, recipients=[made.recipient]) as writer:
        pass
    (tmp_path / "identity.key").chmod(0o644)
    with pytest.raises(KeyProblem) as raised:
        read_transcript(writer.path, ring=Keyring(tmp_path / "identity.key"))
    error = raised.value
    assert error.code == "K003" and made.id in error.hint and error.place == str(tmp_path / "identity.key")


def test_a_case_is_begun_only_where_it_can_be_gone_on_with(tmp_path: Path) -> None:
    ours, theirs = (new_identity(tmp_path / name) for name in "ab")
    check_opens(Keyring(identities=[ours]), [theirs.recipient, ours.recipient])
    for ring in (Keyring(), Keyring(identities=[ours]), Keyring(tmp_path / "missing")):
        with pytest.raises(KeyProblem) as raised:
            check_opens(ring, [theirs.recipient])
        assert raised.value.code == "K034" and theirs.id in raised.value.hint


# --- the drill ---


def test_losing_one_of_two_keys_loses_nothing_and_losing_both_loses_the_answers_alone(
    tmp_path: Path, folder: Path
) -> None:
    ours, safe = (new_identity(tmp_path / name) for name in ("ours.key", "safe.key"))
    with kit.create(folder, recipients=[ours.recipient, safe.recipient]) as writer:
        for events in kit.STEPS:
            writer.append(events)
    whole = read_transcript(writer.path, ring=Keyring(tmp_path / "ours.key")).events
    copy = tmp_path / "copy.key"
    copy.write_bytes((tmp_path / "ours.key").read_bytes())
    copy.chmod(0o600)
    (tmp_path / "ours.key").unlink()
    assert read_transcript(writer.path, ring=Keyring(copy)).events == whole
    assert read_transcript(writer.path, ring=Keyring(tmp_path / "safe.key")).events == whole
    copy.unlink()
    (tmp_path / "safe.key").unlink()
    later = new_identity(tmp_path / "ours.key")
    assert code_of(read_transcript, writer.path, ring=Keyring(tmp_path / "ours.key")) == "K030"
    data = bytearray(writer.path.read_bytes())
    data[-200] ^= 1
    writer.path.write_bytes(bytes(data[:-1]) + b"x" * 40)
    with pytest.raises((CorruptTranscript, KeyProblem)):
        read_transcript(writer.path, allow_torn=False, ring=Keyring(identities=[later]))
