"""People from the command line: keys, codes, the right person, who answered what."""

from __future__ import annotations

import json
import os
import re
import stat
import sys
from pathlib import Path

import pytest

from tests.cli.kit import ROOT, backstory, said
from tests.small_protocols import SMALL

NUMBER = "H2024-4711"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, with cases in it."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("BACKSTORY_TRANSCRIPTS", str(tmp_path / "cases"))
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def typed(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def interview(*options: str | Path, lines: tuple[str, ...] = ()) -> tuple[int, str, str]:
    """Run the line mode; return the exit code and what was said on both streams, in one line each."""
    run = backstory("--protocols", SMALL, "interview", "--plain", *options, input=typed(*lines))
    return run.returncode, " ".join(run.stdout.decode().split()), " ".join(said(run).split())


def new(label: str, *options: str, lines: tuple[str, ...] = ("y", "1"), kind: str = "test") -> tuple[int, str, str]:
    return interview("--kind", kind, "--label", label, "--as-of", "2026-03-15", *options, lines=lines)


def cases(*options: str) -> list[dict[str, str]]:
    return list(json.loads(backstory("cases", "--json", *options).stdout))


def case_of(label: str) -> dict[str, str]:
    return next(each for each in cases() if each["label"] == label)


def resume(code: str, *options: str, lines: tuple[str, ...]) -> tuple[int, str, str]:
    return interview("--resume", code, "--as-of", "2026-03-15T09:00", *options, lines=lines)


# --- keys and codes ---


def test_keys_new_makes_a_private_key_and_never_writes_it_over(home: Path) -> None:
    run = backstory("keys", "new")
    path = home / ".config" / "backstory" / "site.key"
    assert run.returncode == 0 and stat.S_IMODE(path.stat().st_mode) == 0o600
    secret = json.loads(path.read_text())["key"]
    assert secret not in run.stdout.decode() and len(secret) == 64
    again = backstory("keys", "new")
    assert again.returncode == 9 and "K002" in said(again) and secret in path.read_text()
    other = backstory("keys", "new", "--out", home / "other.key")
    assert other.returncode == 0 and secret not in (home / "other.key").read_text()


def test_a_record_number_becomes_the_code_and_stands_nowhere(home: Path) -> None:
    backstory("keys", "new")
    one = new("AB bed 3", "--record-number", NUMBER)
    other = new("CD window", "--record-number", "-", lines=(NUMBER.lower().replace("-", " "), "y", "1"))
    assert one[0] == other[0] == 0, one[2] + other[2]
    assert len({each["subject"] for each in cases()}) == 1 and len(cases()[0]["subject"]) == 14
    assert cases()[0]["subject"] in one[1]
    for spelling in ("4711", "h2024"):
        # Four digits stand in one hash or another by chance; inside hexadecimal digits they are no record number.
        found = re.compile(rf"(?<![0-9a-f]){spelling}(?![0-9a-f])".encode(), re.IGNORECASE)
        assert not [p for p in home.parent.rglob("*") if p.is_file() and found.search(p.read_bytes())]
        assert spelling not in (one[1] + one[2] + other[1] + other[2]).lower()


def test_other_keys_make_other_codes(home: Path) -> None:
    for name in ("a.key", "b.key"):
        backstory("keys", "new", "--out", home / name)
        assert new(name[0], "--record-number", NUMBER, "--keys", str(home / name))[0] == 0
    assert len({each["subject"] for each in cases()}) == 2


def test_without_a_key_a_record_number_cannot_be_used(home: Path) -> None:
    code, _, errors = new("AB", "--record-number", NUMBER)
    assert code == 9 and "K001" in errors and "backstory keys new" in errors and NUMBER not in errors
    assert cases() == []


def test_a_key_open_to_others_is_not_used(home: Path) -> None:
    backstory("keys", "new", "--out", home / "k")
    (home / "k").chmod(0o644)
    code, _, errors = new("AB", "--record-number", NUMBER, "--keys", str(home / "k"))
    assert code == 9 and "K003" in errors and "chmod 600" in errors


@pytest.mark.parametrize(
    ("label", "options", "code"),
    [
        ("Anna Smith", (), "K007"),
        ("12.3.1956", (), "K008"),
        ("12.3.1956", ("--label-is-no-name",), "K008"),
        ("AB 44711", ("--record-number", NUMBER), "K008"),
        ("AB", ("--record-number", "\u200b"), "K006"),
        ("AB", ("--subject", "Anna Smith"), "K007"),
        ("AB", ("--subject", "X", "--record-number", NUMBER), ""),
    ],
)
def test_what_could_name_a_person_is_refused(home: Path, label: str, options: tuple[str, ...], code: str) -> None:
    backstory("keys", "new")
    ended, _, errors = new(label, *options)
    assert ended == 2 and f"error {code}".strip() in errors
    assert len(label) < 3 or label not in errors
    assert cases() == []


def test_a_label_that_is_no_name_is_taken_when_somebody_says_so(home: Path) -> None:
    assert new("Green Room", "--label-is-no-name")[0] == 0
    assert case_of("Green Room")["phase"] == "suspended"


# --- the right person ---


@pytest.fixture
def two(home: Path) -> dict[str, dict[str, str]]:
    """Two cases in progress whose labels are easily mistaken."""
    backstory("keys", "new")
    for label, number in (("AB bed 3", NUMBER), ("AB bed 8", "H2024-9999")):
        assert new(label, "--record-number", number, "--actor", "AB", "--role", "nurse")[0] == 0
    return {label: case_of(label) for label in ("AB bed 3", "AB bed 8")}


@pytest.mark.parametrize("answer", ["y", "yes", "of bed 3", "", "no"])
def test_resuming_the_wrong_one_is_stopped_before_anything_is_opened(
    two: dict[str, dict[str, str]], answer: str
) -> None:
    chosen, meant = two["AB bed 8"], two["AB bed 3"]
    path = Path(chosen["path"])
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    line = meant["subject"][-3:] if answer == "of bed 3" else answer
    code, shown, errors = resume(chosen["case"], lines=(line,))
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before, "no event was written"
    assert "AB bed [8]" in shown and "AB bed [3]" in shown and meant["case"] in shown
    assert chosen["subject"] not in shown, "the code is to be read off the record"
    if answer in {"", "no"}:
        assert code == 0 and "Nothing was opened." in shown
    else:
        assert code == 2 and "K009" in errors and "nothing was opened" in errors


def test_the_right_one_goes_on(two: dict[str, dict[str, str]]) -> None:
    chosen = two["AB bed 8"]
    code, shown, errors = resume(chosen["case"], "--actor", "AB", "--role", "nurse", lines=(chosen["subject"][-3:],))
    assert code == 0 and f"{chosen['case']} · AB bed 8 · {chosen['subject']}" in shown, errors
    kinds = [json.loads(line)["type"] for line in Path(chosen["path"]).read_text().splitlines()]
    assert kinds.count("case.resumed") == 1


def test_a_case_of_another_kind_than_asked_for_is_not_opened(two: dict[str, dict[str, str]]) -> None:
    before = Path(two["AB bed 8"]["path"]).read_bytes()
    code, _, errors = resume(two["AB bed 8"]["case"], "--kind", "clinical", lines=("x",))
    assert code == 2 and "this is a test case, not a clinical one" in errors
    assert Path(two["AB bed 8"]["path"]).read_bytes() == before


# --- who answered what ---


def test_the_event_list_says_who_answered_what_before_and_after_a_hand_over(two: dict[str, dict[str, str]]) -> None:
    chosen = two["AB bed 8"]
    code, shown, errors = resume(
        chosen["case"],
        "--actor",
        "CD",
        "--role",
        "registrar",
        lines=(chosen["subject"][-3:], "n", "read", "=", "n", ":takeover EF", "fellow", "read", "1, 2"),
    )
    assert code == 0, errors
    assert "For CD, who takes over" in shown and "Answered so far: AB 2" in shown
    assert "Nothing is answered before this has been read." in shown
    run = backstory("replay", chosen["path"], "--events")
    text = " ".join(run.stdout.decode().split())
    assert run.returncode == 0 and f"test · AB bed 8 · {chosen['subject']} · {chosen['case']}" in text
    for expected in (
        "AB, nurse: answered 'Is there smoke?': No smoke (patient)",
        "CD, registrar: read the recap of what was done before",
        "CD, registrar: answered 'Is the kidney weak?': (private) (patient)",
        "CD, registrar: EF, fellow, is at the keyboard from here on",
        "EF, fellow: read the recap of what was done before",
        "EF, fellow: answered 'Which things hurt?': Head, Foot (patient)",
    ):
        assert expected in text, text
    shown_private = backstory("replay", chosen["path"], "--events", "--show-private").stdout.decode()
    assert "answered 'Is the kidney weak?': no" in " ".join(shown_private.split())
    data = json.loads(backstory("replay", chosen["path"], "--events", "--json").stdout)
    assert (data["label"], data["kind"]) == ("AB bed 8", "test")
    assert [e["actor"] for e in data["events"] if e["type"] == "answer.given"] == ["AB", "AB", "CD", "EF"]
    assert all(e["wall"] and e["on"] for e in data["events"])
    verified = backstory("replay", chosen["path"], "--verify")
    assert verified.returncode == 0 and f"AB bed 8 · {chosen['subject']}" in verified.stdout.decode()


def test_who_interviews_comes_from_the_settings_and_the_account_otherwise(home: Path, tmp_path: Path) -> None:
    settings = tmp_path / "settings.json"
    settings.write_text(json.dumps({"role": "trainee", "actor": "GH"}))
    assert new("one", "--settings", str(settings))[0] == new("two")[0] == 0
    for label, expected in (("one", ("GH", "trainee")), ("two", (f"os:{_account()}", ""))):
        events = json.loads(backstory("replay", case_of(label)["path"], "--events", "--json").stdout)["events"]
        assert {(e["actor"], e["role"]) for e in events if e["type"] == "answer.given"} == {expected}


def _account() -> str:
    import pwd

    return pwd.getpwuid(os.geteuid()).pw_name


# --- kinds ---


def test_cases_are_listed_by_kind_with_label_and_code(home: Path) -> None:
    for kind in ("practice", "test", "clinical"):
        assert new(f"{kind[0]} one", "--subject", "SUB-1", kind=kind)[0] == 0
    text = backstory("cases").stdout.decode()
    assert [row.split()[1] for row in text.splitlines()] == ["clinical", "practice", "test"]
    assert "c one · SUB-1" in text
    assert [each["kind"] for each in cases("--kind", "practice")] == ["practice"]
    assert "no demonstration cases" in backstory("cases", "--kind", "demonstration").stdout.decode()


def test_a_case_put_into_the_folder_of_another_kind_is_reported(home: Path) -> None:
    assert new("AB")[0] == 0
    path = Path(case_of("AB")["path"])
    moved = path.parents[1] / "clinical" / path.name
    moved.parent.mkdir()
    path.rename(moved)
    run = backstory("cases")
    assert "MISPLACED" in run.stdout.decode() and "F013" in said(run) and "test case" in said(run)
    code, shown, _ = resume(case_of("AB")["case"], lines=("",))
    assert code == 0 and "F013" in shown


@pytest.mark.parametrize("kind", ["clinical", "practice"])
def test_what_is_not_clinical_says_so_at_the_top_and_the_bottom_of_its_plan(home: Path, kind: str) -> None:
    code, shown, _ = new("AB bed 3", lines=("y", "1", ":plan"), kind=kind)
    assert code == 0 and ("PRACTICE" in shown.upper()) is (kind == "practice")


# --- at a terminal ---


def at_a_terminal(steps: list[tuple[str, str]], *arguments: str, term: str = "dumb") -> tuple[int, str]:
    """Run ``backstory`` in a terminal of its own; type each line once its prompt has come. Return code and output."""
    import pty
    import select

    command = [sys.executable, "-m", "chatbot", "--protocols", str(SMALL), *arguments]
    process, master = pty.fork()
    if process == 0:  # pragma: no cover - the child becomes the program
        os.chdir(ROOT)
        os.execve(sys.executable, command, {**os.environ, "PYTHONPATH": str(ROOT), "TERM": term})
    seen = bytearray()
    waiting = list(steps)
    start = 0
    while True:
        assert select.select([master], [], [], 60)[0], f"nothing came any more: {seen.decode()}"
        try:
            chunk = os.read(master, 65536)
        except OSError:
            break
        if not chunk:
            break
        seen += chunk
        while waiting and (place := seen.find(waiting[0][0].encode(), start)) >= 0:
            start = place + len(waiting[0][0])
            os.write(master, f"{waiting.pop(0)[1]}\n".encode())
    os.close(master)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), seen.decode()


def test_at_a_terminal_the_number_is_asked_for_unseen_and_who_interviews_once(home: Path) -> None:
    backstory("keys", "new")
    who = [("Who interviews?", "AB"), ("Role of AB", "nurse"), ("Encrypt new cases?", "")]
    begin = ("interview", "--plain", "--kind", "test", "--as-of", "2026-03-15", "--label")
    code, shown = at_a_terminal([*who, ("Record number", NUMBER), (">", "q")], *begin, "AB bed 3")
    assert code == 0 and "4711" not in shown and case_of("AB bed 3")["subject"] in shown, shown
    code, shown = at_a_terminal([("Record number", ""), (">", "q")], *begin, "CD window")
    assert (
        code == 0
        and "Who interviews?" not in shown
        and "Encrypt new" not in shown
        and case_of("CD window")["subject"] == ""
    )
    settings = json.loads((home / ".config" / "backstory" / "settings.json").read_text())
    assert (settings["actor"], settings["actor_role"]) == ("AB", "nurse") and settings["encrypt_to"] == "off"
