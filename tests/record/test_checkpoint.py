"""Signed checkpoints: the note as C2SP has it, and every attack on a signature that we know of."""

from __future__ import annotations

import stat
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from chatbot.core import events as ev
from chatbot.errors import BackstoryError, CorruptTranscript, ExitCode, KeyProblem, UsageError
from chatbot.record import checkpoint, notes
from chatbot.record.checkpoint import Checkpoint, Trusted, read_trust
from chatbot.record.disk import Disk
from chatbot.record.host import FixedHost
from chatbot.record.read import read_transcript
from chatbot.record.register import NAME
from chatbot.record.registrar import sign_case
from chatbot.record.replay import VerifyReport, verify
from chatbot.record.store import TranscriptWriter
from tests.record import kit
from tests.record.test_register import other_answer, rewritten

# The example of golang.org/x/mod/sumdb/note: signed by another program than ours.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


@pytest.fixture
def signer(tmp_path: Path) -> notes.Signer:
    return notes.new_signer(tmp_path / "keys" / "signing.key", "ward.example/3")


def signed(folder: Path, key: Path) -> Path:
    """Write a case that is signed off with a signing key at hand."""
    with TranscriptWriter.create(folder, kit.opened(), kit.PROTOCOL, FixedHost(), signing=key) as writer:
        for events in kit.STEPS:
            writer.append(events)
        writer.append([ev.CaseAbandoned("left")])
        assert writer.notices == []
    lines = writer.path.read_bytes().splitlines()
    sign_case(writer.path, lines, notes.read_signer(key), folder, Disk())
    return writer.path


def report(path: Path, *trusted: notes.Signer) -> VerifyReport:
    return verify(path, kit.load_bundle, trusted=[Trusted(each.key) for each in trusted])


def side(path: Path) -> Path:
    (found,) = checkpoint.files_of(path)
    return found


def codes(found: VerifyReport) -> set[str]:
    return {error.code for error in found.signatures.errors}


def test_a_note_signed_by_another_program_verifies() -> None:
    key, note = notes.parse_verifier(GO_KEY), notes.parse_note(GO_NOTE.encode())
    ((name, id_, signature),) = note.signatures
    assert (name, id_) == (key.name, key.id) and key.text == GO_KEY
    assert key.verifies(signature, note.text) and not key.verifies(signature, note.text + b"x")


def test_a_key_is_private_never_written_over_and_read_back(tmp_path: Path, signer: notes.Signer) -> None:
    path = tmp_path / "keys" / "signing.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert notes.read_signer(path) == signer and repr(signer.secret) not in repr(signer)
    with pytest.raises(KeyProblem) as taken:
        notes.new_signer(path, "ward.example/3")
    assert taken.value.code == "K002"
    path.chmod(0o644)
    with pytest.raises(KeyProblem) as shared:
        notes.read_signer(path)
    assert shared.value.code == "K003"
    path.chmod(0o600)
    path.write_text(path.read_text()[:-9])
    with pytest.raises(KeyProblem) as damaged:
        notes.read_signer(path)
    assert damaged.value.code == "K004"
    with pytest.raises(UsageError):
        notes.new_signer(tmp_path / "other", "a name with spaces")


def test_sign_off_signs_beside_the_transcript_and_tells_the_register(folder: Path, tmp_path: Path) -> None:
    key = tmp_path / "signing.key"
    signer = notes.new_signer(key, "ward.example/3")
    with TranscriptWriter.create(folder, kit.opened(), kit.PROTOCOL, FixedHost(), signing=key) as writer:
        writer.append([ev.CaseSigned("0" * 64)])
    text = side(writer.path).read_text("utf-8")
    first, count, head, blank, line, end = text.split("\n")
    assert first.startswith(checkpoint.ORIGIN) and count == "2" and not blank and not end
    assert line.startswith("\u2014 ward.example/3 ")
    assert len(head) == 44 and stat.S_IMODE(side(writer.path).stat().st_mode) == 0o600
    assert signer.key.name_and_id in (folder / NAME).read_text("utf-8")
    assert writer.path.read_bytes().count(b"\n") == 2, "nothing follows the end of the case"


def test_a_key_that_cannot_be_used_is_told_and_the_case_is_closed(folder: Path, tmp_path: Path) -> None:
    nowhere = tmp_path / "none"
    with TranscriptWriter.create(folder, kit.opened(), kit.PROTOCOL, FixedHost(), signing=nowhere) as writer:
        writer.append([ev.CaseSigned("0" * 64)])
        assert "no checkpoint was signed" in writer.notices[0] and "K001" in writer.notices[0]
    assert checkpoint.files_of(writer.path) == []


def test_who_is_trusted_decides(folder: Path, tmp_path: Path, signer: notes.Signer) -> None:
    path = signed(folder, tmp_path / "keys" / "signing.key")
    other = notes.new_signer(tmp_path / "other.key", "ward.example/3")
    found = report(path, signer)
    assert (found.signatures.state, found.exit_code) == ("SIGNED", ExitCode.FINE)
    assert found.signatures.upto == found.records
    assert (report(path).signatures.state, report(path).exit_code) == ("NOT CHECKED", ExitCode.FINE)
    unknown = report(path, other)
    assert codes(unknown) == {"K021"} and unknown.exit_code is ExitCode.KEY
    until = [Trusted(signer.key, date(2026, 3, 1))]
    late = verify(path, kit.load_bundle, trusted=until)
    assert codes(late) == {"K024"} and late.exit_code is ExitCode.KEY


def test_no_checkpoint_where_one_is_asked_for_ends_with_nine(folder: Path, signer: notes.Signer) -> None:
    found = report(kit.written(folder), signer)
    assert codes(found) == {"K022"} and found.exit_code is ExitCode.KEY


# --- attacks --------------------------------------------------------------------------------------


def removed(path: Path, thief: notes.Signer) -> None:
    side(path).unlink()


def altered(path: Path, thief: notes.Signer) -> None:
    place = side(path)
    place.write_text(place.read_text("utf-8").replace("\n10\n", "\n9\n"), "utf-8")


def signed_again_with_a_newer_key(path: Path, thief: notes.Signer) -> None:
    """Rewrite, drop the old signature, sign with a key of one's own that has the same name."""
    removed(path, thief)
    path.write_bytes(rewritten(path.read_bytes(), other_answer))
    lines = path.read_bytes().splitlines()
    found = read_transcript(path)
    checkpoint.write(path, Checkpoint(found.entries[0].hash, len(lines), found.head), thief, Disk())


def cut_and_continued(path: Path, thief: notes.Signer) -> None:
    """Take off the end of the case and go on as if it had never been closed."""
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-3]))
    with TranscriptWriter.resume(path, FixedHost(seed=4))[0] as writer:
        writer.append([ev.NoteAdded("one"), ev.NoteAdded("two"), ev.NoteAdded("three"), ev.NoteAdded("four")])


def rewritten_under_the_signature(path: Path, thief: notes.Signer) -> None:
    path.write_bytes(rewritten(path.read_bytes(), other_answer))


def of_another_case(path: Path, thief: notes.Signer) -> None:
    other = checkpoint.write(path.with_name("other"), Checkpoint("ab" * 32, 3, "cd" * 32), thief, Disk())
    side(path).write_bytes(other.read_bytes())


ATTACKS: dict[str, tuple[Callable[[Path, notes.Signer], None], set[str], ExitCode]] = {
    "signature removed": (removed, {"K022", "K023"}, ExitCode.KEY),
    "text altered": (altered, {"K020"}, ExitCode.KEY),
    "signed again with another key of that name": (signed_again_with_a_newer_key, {"K021", "K023"}, ExitCode.CORRUPT),
    "cut and continued": (cut_and_continued, {"T007"}, ExitCode.CORRUPT),
    "rewritten under the signature": (rewritten_under_the_signature, {"T007"}, ExitCode.CORRUPT),
    "checkpoint of another case": (of_another_case, {"K021", "K023"}, ExitCode.KEY),
}


@pytest.mark.parametrize(("attack", "expected", "code"), ATTACKS.values(), ids=ATTACKS.keys())
def test_an_attack_on_a_signed_case_is_told(
    folder: Path,
    tmp_path: Path,
    signer: notes.Signer,
    attack: Callable[[Path, notes.Signer], None],
    expected: set[str],
    code: ExitCode,
) -> None:
    path = signed(folder, tmp_path / "keys" / "signing.key")
    attack(path, notes.new_signer(tmp_path / "thief.key", "ward.example/3"))
    found = report(path, signer)
    assert codes(found) & expected and codes(found) <= expected
    assert found.exit_code is code and found.signatures.state != "SIGNED"
    if attack is not altered:
        assert verify(path, kit.load_bundle).exit_code is not ExitCode.FINE, "the register alone shows it, too"


@pytest.mark.parametrize("name", list(ATTACKS))
def test_without_the_register_a_trusted_key_still_shows_it(
    folder: Path, tmp_path: Path, signer: notes.Signer, name: str
) -> None:
    path = signed(folder, tmp_path / "keys" / "signing.key")
    ATTACKS[name][0](path, notes.new_signer(tmp_path / "thief.key", "ward.example/3"))
    (folder / NAME).unlink(missing_ok=True)
    found = report(path, signer)
    assert found.exit_code in {ExitCode.KEY, ExitCode.CORRUPT} and found.signatures.upto == 0


def test_two_signers_sign_one_checkpoint(folder: Path, tmp_path: Path, signer: notes.Signer) -> None:
    path = signed(folder, tmp_path / "keys" / "signing.key")
    second = notes.new_signer(tmp_path / "second.key", "archive.example")
    lines = path.read_bytes().splitlines()
    for _ in range(2):
        sign_case(path, lines, second, folder, Disk())
    assert len(notes.parse_note(side(path).read_bytes()).signatures) == 2
    assert report(path, signer).signatures.state == report(path, second).signatures.state == "SIGNED"


def test_trust_is_a_key_or_a_file_of_keys(tmp_path: Path, signer: notes.Signer) -> None:
    file = tmp_path / "trusted"
    file.write_text(f"# who signs here\n{signer.key.text} until 2026-12-31  # until they left\n\n{GO_KEY}\n")
    assert [str(each.until) for each in read_trust([str(file)])] == ["2026-12-31", "None"]
    assert read_trust([signer.key.text]) == (Trusted(signer.key),)
    file.write_text("nothing of the kind\n")
    for wrong in (str(file), signer.key.text[:-4] + "AAA=", str(tmp_path / "none")):
        with pytest.raises(BackstoryError) as raised:
            read_trust([wrong])
        assert raised.value.exit_code is ExitCode.KEY


NO_NOTES = [b"", b"text\n", b"a\n\n\xe2\x80\x94 x\n", b"a\r\n\n\xe2\x80\x94 n AAAAAAAA\n", b"\xff\n\n"]


@pytest.mark.parametrize("data", NO_NOTES)
def test_what_is_no_note_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        notes.parse_note(data)


def test_a_signature_shows_a_file_that_is_another(folder: Path, tmp_path: Path, signer: notes.Signer) -> None:
    path = signed(folder, tmp_path / "keys" / "signing.key")
    rewritten_under_the_signature(path, signer)
    (error,) = report(path, signer).signatures.errors
    assert isinstance(error, CorruptTranscript) and "is not the one that was signed" in error.message
