"""A small dose of the damage campaign: nothing unnoticed, and the second verifier agrees."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from campaigns import damage
from chatbot.record.recovery import examine
from chatbot.record.register import NAME
from tests.record import golden, kit
from tests.record.second_opinion import PLACE, judge


@pytest.mark.parametrize("name", [*damage.SHOWN_BY_CHAIN, *damage.SHOWN_BY_ANCHOR])
def test_no_damage_goes_unnoticed_and_both_verifiers_agree(name: str, tmp_path: Path) -> None:
    count = damage.campaign(name, 60, 7, tmp_path)
    assert count.holds, count.told(name)
    assert count.runs == 60
    if name in damage.SHOWN_BY_ANCHOR:
        assert count.to_anchor == 60, "no chain shows it"


def test_the_second_verifier_takes_every_kept_transcript_for_what_it_is() -> None:
    for path in sorted(golden.FOLDER.glob("*.jsonl")):
        verdict, _ = judge(path.read_bytes())
        assert verdict in {"sound", "torn"}, path.name


def test_the_second_verifier_imports_nothing_of_ours_and_is_short() -> None:
    text = PLACE.read_text("utf-8")
    modules = set(re.findall(r"^(?:from|import) (\w+)", text, re.MULTILINE))
    assert modules <= sys.stdlib_module_names
    assert len(text.splitlines()) < 200


def run(*arguments: object) -> tuple[int, str]:
    done = subprocess.run([sys.executable, PLACE, *map(str, arguments)], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_it_runs_by_itself_and_names_the_bad_record(folder: Path, tmp_path: Path) -> None:
    path = kit.written(folder)
    register = folder / NAME
    assert run(path)[0] == 0 and "UNANCHORED" in run(path)[1]
    code, said = run(path, "--register", register)
    assert code == 0 and "SOUND" in said and "ANCHORED: the register agrees on the first 9 records" in said
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:6]))
    code, said = run(path, "--register", register)
    assert code == 5 and "it was cut" in said
    path.write_bytes(b"".join(lines).replace(b'"value":"no"', b'"value":"yes"', 1))
    code, said = run(path)
    assert code == 5 and f"{path}:3: CORRUPT the hash of this record (answer.given, 2026-03-02T09:" in said
    path.write_bytes(b"".join(lines[:3]) + lines[3][:50])
    assert run(path)[0] == 4
    newer = lines[0].replace(b'"min_reader":1', b'"min_reader":9')
    path.write_bytes(newer.replace(b'"format_version":1', b'"format_version":9'))
    assert run(path)[0] == 6
    path.write_bytes(newer)
    assert run(path)[0] == 5, "a reader that the format does not ask for is damage, not a newer version"
    damage = examine(newer).damage
    assert damage is not None and damage.code == "T005"
    assert run(tmp_path / "none")[0] == 8
    register.write_bytes(register.read_bytes().replace(b"opened", b"opaned"))
    assert run(folder / "test" / path.name, "--register", register)[0] == 5
