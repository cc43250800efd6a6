"""What register and signatures say of many cases; what is noted of an audit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chatbot.audit import work
from chatbot.keeping.disposal import dispose, prepare
from chatbot.record import checkpoint, notes
from chatbot.record.access import NAME, read_access
from tests.audit.kit import audit, cases_in, files
from tests.record import kit
from tests.record.test_checkpoint import signed


@pytest.fixture(autouse=True)
def _small_protocol(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "cached_bundle", kit.load_bundle)


def told(folder: Path, *options: str | Path) -> dict[str, Any]:
    code, out, _ = audit(folder, "--kind", "test", "--format", "json", *options)
    found: dict[str, Any] = json.loads(out)
    assert found["exit_code"] == code
    return found


def test_files_are_counted_by_what_the_register_says_of_them(tmp_path: Path) -> None:
    path = kit.interviewed(tmp_path)
    assert told(tmp_path)["anchoring"] == {"ANCHORED": 1}
    (tmp_path / "register.jsonl").rename(tmp_path / "kept")
    assert told(tmp_path)["anchoring"] == {"UNANCHORED": 1}
    (tmp_path / "kept").rename(tmp_path / "register.jsonl")
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-2]))
    found = told(tmp_path)
    assert (found["anchoring"], found["verdicts"], found["exit_code"]) == ({"DIFFERS": 1}, {"CORRUPT": 1}, 5)
    assert "DIFFERS from the register" in audit(tmp_path, "--kind", "test", "--part", "verdicts")[1]
    page = audit(tmp_path, "--kind", "test", "--format", "html")[1]
    assert "it is not what was registered" in page


def test_a_row_from_the_state_is_held_against_the_register_again(tmp_path: Path) -> None:
    kept = ("--kind", "test", "--state", tmp_path / "audit.state")
    kit.interviewed(tmp_path)
    assert audit(tmp_path, *kept)[0] == 0
    register = tmp_path / "register.jsonl"
    sound = register.read_bytes()
    register.unlink()
    code, out, err = audit(tmp_path, *kept)
    assert code == 0 and "1 of 1 cases were taken" in err and "UNANCHORED" in out
    register.write_bytes(sound)
    code, out, err = audit(tmp_path, *kept)
    assert code == 0 and "1 of 1 cases were taken" in err and "UNANCHORED" not in out
    # A register that knows this case by another first record: its file took its place.
    other = kit.written(tmp_path / "other", seed=5)
    register.write_bytes((other.parents[1] / "register.jsonl").read_bytes())
    code, out, err = audit(tmp_path, *kept)
    assert code == 5 and "T007" in out and "were taken" not in err


@pytest.mark.parametrize("stated", [False, True], ids=["anew", "with a state"])
def test_signatures_of_trusted_keys_are_counted_and_a_missing_one_ends_with_nine(tmp_path: Path, stated: bool) -> None:
    signer = notes.new_signer(tmp_path / "keys" / "signing.key", "ward.example/3")
    path = signed(tmp_path / "cases", tmp_path / "keys" / "signing.key")
    options: tuple[str | Path, ...] = ("--trust", signer.key.text)
    if stated:
        options = (*options, "--state", tmp_path / "audit.state")
        told(tmp_path / "cases", *options)
    found = told(tmp_path / "cases", *options)
    assert (found["signatures"], found["exit_code"]) == ({"SIGNED": 1}, 0)
    assert found["others"]["count"] == 0, "checkpoints beside a case are known"
    assert told(tmp_path / "cases")["signatures"] == {}
    for each in checkpoint.files_of(path):
        each.unlink()
    found = told(tmp_path / "cases", *options)
    assert found["exit_code"] in {5, 9} and found["problems"]["count"] and found["signatures"] != {"SIGNED": 1}


def test_a_case_that_was_disposed_of_is_a_verdict_of_its_own_and_no_problem(tmp_path: Path) -> None:
    kit.interviewed(tmp_path)
    ready = prepare(tmp_path, "TESTCASE", kit.load_bundle, before_retention="asked for")
    dispose(ready, authority="policy 7", reason="over")
    found = told(tmp_path)
    assert (found["verdicts"], found["files"], found["exit_code"]) == ({"DISPOSED": 1}, 0, 0)
    assert found["problems"]["count"] == 0 and "policy 7" in found["disposed"]["listed"][0]
    out = audit(tmp_path, "--kind", "test")[1]
    assert "DISPOSED, known to the register alone: 1" in out and "authority: policy 7" in out
    page = audit(tmp_path, "--kind", "test", "--format", "html")[1]
    assert "Disposed of (1)" in page and "policy 7" in page


def test_an_audit_is_noted_once_in_the_folder_of_cases(tmp_path: Path) -> None:
    folder = cases_in(tmp_path, 3)
    for place in (folder, folder / "clinical", files(folder)[0]):
        audit(place)
    noted = read_access(folder / NAME).entries
    assert [(each.what, each.cases) for each in noted] == [("audit", 3), ("audit", 3), ("audit", 1)]
    assert noted[2].case and not (folder / "clinical" / NAME).exists()


def test_a_folder_is_looked_through_for_checkpoints_once_until_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chatbot.record import checkpoint as module

    listed: list[object] = []
    listdir = module.os.listdir
    monkeypatch.setattr(module, "_SETTLED_NS", -1)
    monkeypatch.setattr(module.os, "listdir", lambda folder: listed.append(folder) or listdir(folder))
    path = kit.written(tmp_path)
    assert [checkpoint.files_of(path) for _ in range(3)] == [[], [], []] and len(listed) == 1
    for number in (12, 3):
        path.with_name(f"{path.name}.checkpoint-{number}").write_bytes(b"x")
    path.with_name(f"{path.name}.checkpoint-x").write_bytes(b"x")
    assert [each.name.rpartition("-")[2] for each in checkpoint.files_of(path)] == ["3", "12"]
