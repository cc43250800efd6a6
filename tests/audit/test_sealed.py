"""Encrypted cases in an audit: with their key as all others, without it as far as their chains go."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatbot.audit import cluster
from chatbot.audit.bulk import Engine
from chatbot.audit.find import find_cases
from chatbot.audit.row import Row
from chatbot.audit.work import Wanted
from chatbot.content.library import load_protocol
from chatbot.core import events as ev
from chatbot.errors import UsageError
from chatbot.record.identities import Identity, Keyring, new_identity, using
from chatbot.record.read import read_transcript
from chatbot.record.store import TranscriptWriter
from tests.audit.kit import PROTOCOL, audit, few_cases, files
from tests.record import kit

SEALED = 6


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    return new_identity(tmp_path_factory.mktemp("keys") / "case.key")


@pytest.fixture(scope="module")
def plain_and_sealed(tmp_path_factory: pytest.TempPathFactory, identity: Identity) -> tuple[Path, Path]:
    """The same cases twice, by the same events: in the clear and encrypted."""
    place, protocol = tmp_path_factory.mktemp("both"), load_protocol(PROTOCOL)
    folders = place / "plain", place / "sealed"
    for path in files(few_cases())[:SEALED]:
        entries = read_transcript(path).entries
        for folder, recipients in zip(folders, ((), (identity.recipient,)), strict=True):
            opened = entries[0].event
            assert isinstance(opened, ev.CaseOpened)
            with TranscriptWriter.create(
                folder, opened, protocol, kit.FixedHost(seed=3), recipients=recipients
            ) as writer:
                for entry in entries[1:]:
                    writer.append([entry.event])
    return folders


@pytest.fixture
def sealed(plain_and_sealed: tuple[Path, Path], tmp_path: Path) -> Path:
    """The encrypted ones, free to be damaged."""
    import shutil

    shutil.copytree(plain_and_sealed[1], tmp_path / "cases")
    return tmp_path / "cases"


@pytest.fixture
def key(identity: Identity) -> Iterator[Keyring]:
    with using(Keyring(identities=[identity])) as ring:
        yield ring


def key_file(tmp_path: Path, identity: Identity) -> Path:
    path = tmp_path / "own.key"
    path.write_text(identity.secret + "\n")
    path.chmod(0o600)
    return path


def found(folder: Path, identities: tuple[Identity, ...] = (), jobs: int = 1) -> list[Row]:
    engine = Engine(Wanted(), jobs, identities=identities)
    return [done.row for done in engine.run(find_cases(folder, ("clinical",)))]


def bare(rows: list[Row]) -> list[dict[str, object]]:
    """What rows say that does not hang on encryption, on the clock or on where the file lies."""
    loose = {
        "file",
        "head",
        "sealed",
        "opened",
        "seconds",
        "section_seconds",
        "safety_seconds",
        "settled_seconds",
        "alarms",
    }
    return sorted(
        ({name: each for name, each in row.to_json().items() if name not in loose} for row in rows),
        key=lambda each: str(each["case"]),
    )


def test_workers_are_handed_the_key_and_find_what_the_same_cases_say_in_the_clear(
    plain_and_sealed: tuple[Path, Path], identity: Identity
) -> None:
    plain, sealed = plain_and_sealed
    with using(Keyring()):
        rows = found(sealed, (identity,), jobs=2)
    assert len(rows) == SEALED and all(row.sound and row.sealed and row.anchored == "ANCHORED" for row in rows)
    assert bare(rows) == bare(found(plain))


def test_without_a_key_each_chain_is_verified_and_the_way_to_the_key_is_said(sealed: Path) -> None:
    with using(Keyring()):
        for jobs in (1, 2):
            rows = found(sealed, jobs=jobs)
            assert {(row.verdict, row.exit_code, row.anchored) for row in rows} == {("NO-KEY", 9, "ANCHORED")}
            assert all(row.case and "K030" in row.problems[0] and "chain of" in row.problems[0] for row in rows)
    code, out, err = audit(sealed)
    assert code == 9 and out.splitlines()[1].split()[:2] == ["NO-KEY", str(SEALED)] and not err
    assert "--identity" in out and "BACKSTORY_IDENTITY" in out
    told = json.loads(audit(sealed, "--format", "json")[1])
    assert (told["verdicts"], told["encrypted"], told["cases"]) == ({"NO-KEY": SEALED}, SEALED, 0)
    assert told["anchoring"] == {"ANCHORED": SEALED}


def test_damage_and_a_cut_end_are_told_before_a_missing_key(sealed: Path) -> None:
    flipped, cut, *_ = files(sealed)
    data = bytearray(flipped.read_bytes())
    data[len(data) // 2] ^= 1
    flipped.write_bytes(data)
    cut.write_bytes(b"".join(cut.read_bytes().splitlines(keepends=True)[:-2]))
    with using(Keyring()):
        rows = found(sealed)
    assert [row.verdict for row in rows[:3]] == ["CORRUPT", "CORRUPT", "NO-KEY"]
    assert "T007" in rows[1].problems[0] and rows[1].anchored == "DIFFERS" and "K030" in rows[1].problems[1]
    assert audit(sealed)[0] == 5


def test_the_command_reads_the_key_once_and_answers_as_for_plain_cases(
    sealed: Path, tmp_path: Path, identity: Identity
) -> None:
    own = key_file(tmp_path, identity)
    code, out, err = audit(sealed, "--identity", own, "--jobs", "2")
    assert code == 0 and "NO-KEY" not in out and "encrypted" in out, (out, err)
    query = "SELECT count(*) AS n, bool_and(encrypted) AS e, min(anchored) AS a FROM cases JOIN answers USING (file)"
    code, out, _ = audit(sealed, "--identity", own, "--query", query, "--format", "json")
    (row,) = json.loads(out)
    assert code == 0 and row["n"] > SEALED and row["e"] is True and row["a"] == "ANCHORED"
    page = audit(sealed, "--identity", own, "--format", "html")[1]
    assert "Register, signatures, encryption" in page and identity.secret not in page


def test_a_key_that_cannot_be_used_is_said_once_and_the_chains_are_checked(sealed: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.key").write_text("nothing\n")
    (tmp_path / "broken.key").chmod(0o600)
    code, out, err = audit(sealed, "--identity", tmp_path / "broken.key")
    assert code == 9 and err.count("K031") == 1 and out.count("K030") == SEALED


def test_the_state_of_encrypted_cases_opens_with_their_key_alone(
    sealed: Path, tmp_path: Path, identity: Identity
) -> None:
    own, state = key_file(tmp_path, identity), tmp_path / "audit.state"
    options = ("--identity", own, "--state", state, "--identities")
    first = audit(sealed, *options)
    assert first[0] == 0
    lines = state.read_text().splitlines()[1:]
    assert len(lines) == SEALED and all("row" not in json.loads(line) for line in lines)
    code, out, err = audit(sealed, *options)
    assert (code, out) == first[:2] and f"{SEALED} of {SEALED} cases were taken" in err
    code, _, err = audit(sealed, "--state", state, "--identities")
    assert code == 9 and "were taken" not in err


# --- clusters, without one ---


class _Client:
    """As much of a cluster's client as handing out keys needs."""

    def __init__(self, scheduler: str, *workers: str) -> None:
        self.scheduler = type("Scheduler", (), {"address": scheduler})
        self._workers = dict.fromkeys(workers, 1)

    def nthreads(self) -> dict[str, int]:
        return self._workers


@pytest.mark.parametrize(
    ("addresses", "allowed"),
    [
        (("tls://10.0.0.1:8786", "tls://10.0.0.2:1"), True),
        (("tcp://127.0.0.1:8786", "tcp://127.0.0.1:1"), True),
        (("tcp://10.0.0.1:8786",), False),
        (("tcp://127.0.0.1:8786", "tcp://10.0.0.2:1"), False),
        (("tls://10.0.0.1:8786", "tcp://10.0.0.2:1"), False),
    ],
)
def test_keys_go_to_a_cluster_over_tls_or_within_one_machine_alone(addresses: tuple[str, ...], allowed: bool) -> None:
    pytest.importorskip("distributed")
    client = _Client(*addresses)
    if allowed:
        cluster._check_private(client)
        return
    with pytest.raises(UsageError, match="in the clear"):
        cluster._check_private(client)
