"""Encrypted cases: gathered, backed up, redacted and disposed of with their key; without it nothing is guessed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from chatbot.cli import main
from chatbot.desk import cached_bundle
from chatbot.errors import KeyProblem, UsageError
from chatbot.keeping.backup import back_up, checked
from chatbot.keeping.disposal import dispose, prepare
from chatbot.keeping.hold import hold
from chatbot.keeping.redaction import redacted
from chatbot.keeping.relatives import families_of
from chatbot.keeping.restoring import restore
from chatbot.keeping.subject_package import write_package
from chatbot.record.cases import list_cases
from chatbot.record.identities import Identity, Keyring, new_identity, using
from chatbot.record.replay import verify
from chatbot.record.tombstones import tombstones
from tests.keeping.kit import CANARY, OTHER, PERSON, People, people


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    return new_identity(tmp_path_factory.mktemp("identity") / "case.key")


@pytest.fixture(scope="module")
def sealed_once(tmp_path_factory: pytest.TempPathFactory, identity: Identity) -> People:
    with using(Keyring(identities=[identity])):
        return people(tmp_path_factory.mktemp("sealed"), recipients=identity.recipient)


@pytest.fixture
def sealed(sealed_once: People, tmp_path: Path) -> People:
    import shutil

    shutil.copytree(sealed_once.folder, tmp_path / "transcripts")
    return replace(sealed_once, folder=tmp_path / "transcripts")


@pytest.fixture
def ring(identity: Identity) -> Iterator[Keyring]:
    with using(Keyring(identities=[identity])) as ring:
        yield ring


@pytest.fixture
def no_ring() -> Iterator[Keyring]:
    with using(Keyring()) as ring:
        yield ring


def everything(folder: Path) -> bytes:
    return b"\n".join(each.read_bytes() for each in sorted(folder.rglob("*")) if each.is_file())


def test_a_package_of_encrypted_cases_is_complete_with_the_key(sealed: People, ring: Keyring, tmp_path: Path) -> None:
    made = write_package(sealed.folder, PERSON, tmp_path / "package")
    assert made.whole and {each.case for each, _ in made.cases} == {
        sealed.codes[name] for name in ("first", "second", "amended", "practice")
    }
    said = " ".join(everything(tmp_path / "package").decode("utf-8", "replace").split())
    assert all(text in said for text in sealed.seeded) and CANARY not in said and OTHER not in said


def test_without_the_key_a_package_names_what_it_cannot_open(sealed: People, no_ring: Keyring, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        write_package(sealed.folder, PERSON, tmp_path / "by-person")
    assert caught.value.code == "R011"
    made = write_package(sealed.folder, sealed.codes["first"], tmp_path / "package")
    assert not made.whole and {case.verdict for _, case in made.cases} == {"NO-KEY"}
    # Without the key nothing joins the practice case to this person, nor keeps the other person's apart.
    assert {each.name for each in made.unread} == {sealed.path("practice").name, sealed.path("other").name}
    page = (tmp_path / "package" / "README.txt").read_text("utf-8")
    assert "NO-KEY" in page and "encrypted to a key that is not here" in page
    whole = everything(tmp_path / "package").decode("utf-8", "replace")
    assert not any(text in whole for text in sealed.seeded) and PERSON not in whole


def test_a_backup_of_encrypted_cases_needs_no_key_and_holds_no_answer(
    sealed: People, identity: Identity, no_ring: Keyring, tmp_path: Path
) -> None:
    made = back_up(sealed.folder, tmp_path / "all.tar")
    data = (tmp_path / "all.tar").read_bytes()
    assert made.cases == 5 and not made.damaged
    assert not any(text.encode() in data for text in (*sealed.seeded, CANARY, PERSON, "QF bed 4"))
    done = restore(tmp_path / "all.tar", tmp_path / "shut", cached_bundle)
    assert {verdict for _, verdict, _ in done.verdicts} == {"NO-KEY"} and done.exit_code == 9
    with using(Keyring(identities=[identity])):
        done = restore(tmp_path / "all.tar", tmp_path / "open", cached_bundle)
        assert done.exit_code == 0 and {v for _, v, _ in done.verdicts} == {"VALID-CLOSED", "VALID-OPEN"}
    files = dict(checked(tmp_path / "all.tar"))
    path = sealed.path("first")
    assert files[f"transcripts/{path.relative_to(sealed.folder)}"] == path.read_bytes()


def test_a_redacted_encrypted_case_is_plain_and_comes_to_the_same(
    sealed: People, ring: Keyring, tmp_path: Path
) -> None:
    out = tmp_path / "out" / "redacted.jsonl"
    out.parent.mkdir()
    out.write_bytes(redacted(sealed.path("first")).data)
    import shutil

    shutil.copytree(sealed.folder / "protocols", out.parent / "protocols")
    with using(Keyring()):
        report = verify(out, cached_bundle)
    assert report.urgency == verify(sealed.path("first"), cached_bundle).urgency and report.label == "REDACTED"


def test_an_encrypted_case_is_disposed_of_with_its_key_and_not_without(
    sealed: People, identity: Identity, no_ring: Keyring
) -> None:
    code = sealed.codes["practice"]
    with pytest.raises(KeyProblem):
        prepare(sealed.folder, code, cached_bundle, before_retention="x")
    with using(Keyring(identities=[identity])):
        ready = prepare(sealed.folder, code, cached_bundle, before_retention="x")
    dispose(ready, authority="policy", reason="over")
    assert [each.case for each in tombstones(sealed.folder)] == [code]
    assert code not in {each.case for each in list_cases(sealed.folder)}


def test_a_hold_on_a_person_keeps_every_case_that_nobody_can_open(
    sealed: People, identity: Identity, no_ring: Keyring
) -> None:
    hold(sealed.folder, "subject", PERSON, "claim")
    for name in ("practice", "other"):
        with pytest.raises(UsageError) as caught:
            prepare(sealed.folder, sealed.codes[name], cached_bundle, before_retention="x", damaged=True)
        assert caught.value.code == "R002"
    with using(Keyring(identities=[identity])):
        assert prepare(sealed.folder, sealed.codes["other"], cached_bundle, before_retention="x").again is None
        assert len(families_of(sealed.folder).named(subjects=[PERSON])) == 4


def test_a_case_whose_key_is_lost_can_go_when_that_is_said(sealed: People, no_ring: Keyring) -> None:
    ready = prepare(sealed.folder, sealed.codes["other"], cached_bundle, before_retention="key lost", damaged=True)
    dispose(ready, authority="policy", reason="key lost")
    assert [each.case for each in tombstones(sealed.folder)] == [sealed.codes["other"]]


def test_the_inventory_counts_encrypted_cases(
    sealed: People, no_ring: Keyring, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = new_identity(tmp_path / "another.key")
    (tmp_path / "another.key").chmod(0o644)
    words = ["--transcripts", str(sealed.folder), "--keys", str(tmp_path / "none")]
    assert main(["inventory", "--json", *words, "--identity", str(tmp_path / "another.key")]) == 0
    found = json.loads(capsys.readouterr().out)
    kinds = found["kinds"]
    assert found["keys"] == [{"path": str(tmp_path / "another.key"), "what": "key for cases", "fingerprint": ""}]
    assert any("may read or change this key for cases" in each for each in found["to_see_to"]) and key
    assert kinds["clinical"]["encrypted"] == 4 and kinds["practice"]["encrypted"] == 1
