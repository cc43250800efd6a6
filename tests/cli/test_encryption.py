"""Encrypted cases from the command line; and a canary in each answer, to be found in no file but a plain case."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from tests.cli.kit import backstory, said
from tests.cli.test_people import at_a_terminal, case_of, cases, interview, new, resume, typed
from tests.cli.test_visits import FIRST
from tests.small_protocols import SMALL


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home and a folder for temporary files of its own, with cases in the home."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setenv("BACKSTORY_TRANSCRIPTS", str(tmp_path / "home" / "cases"))
    for name in ("home", "tmp"):
        (tmp_path / name).mkdir()
    return tmp_path / "home"


def key(home: Path, *options: str | Path) -> str:
    """Make a key for cases; return its recipient."""
    run = backstory("keys", "new", "--case", *options)
    assert run.returncode == 0, said(run)
    return next(word for word in run.stdout.decode().split() if word.startswith("age1"))


def settings(home: Path) -> dict[str, str]:
    return dict(json.loads((home / ".config" / "backstory" / "settings.json").read_text()))


def test_a_key_for_cases_is_made_private_named_and_not_written_over(home: Path) -> None:
    recipient = key(home, "--use")
    path = home / ".config" / "backstory" / "identity.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert settings(home) == {"encrypt_to": recipient, "identity": str(path)}
    assert backstory("keys", "recipient", path).stdout.decode().split() == [recipient]
    again = backstory("keys", "new", "--case", "--passphrase")
    assert again.returncode == 9 and "K002" in said(again)
    assert backstory("keys", "new", "--use").returncode == 2


def test_with_the_settings_alone_a_case_is_begun_resumed_verified_listed_and_exported(home: Path) -> None:
    key(home, "--use")
    code, shown, _ = new("bed 4", lines=("y", ":about", "1"))
    assert code == 0 and "New cases are encrypted to the key" in shown
    case = case_of("bed 4")
    assert case["encrypted"] is True and case["state"] == "ok" and b"bed 4" not in Path(case["path"]).read_bytes()
    code, shown, _ = resume(case["case"], lines=("y", ":q"))
    assert code == 0 and "bed 4" in shown
    assert backstory("replay", case["path"]).returncode == 0
    assert "bed 4" in backstory("replay", case["path"], "--events").stdout.decode()
    assert backstory("export", case["path"]).returncode == 0
    assert "bed 4" in backstory("cases").stdout.decode()


def test_without_the_key_every_command_ends_with_9_and_the_id_and_writes_nothing(home: Path, tmp_path: Path) -> None:
    key(home, "--use")
    assert new("bed 4")[0] == 0
    case = case_of("bed 4")
    path, before = Path(case["path"]), Path(case["path"]).read_bytes()
    own = home / ".config" / "backstory"
    (own / "identity.key").rename(tmp_path / "safe.key")
    (own / "settings.json").unlink()
    wrong = tmp_path / "other.key"
    key(home, "--out", wrong)
    resuming = ("--protocols", SMALL, "interview", "--plain", "--resume", case["case"])
    for options, commands in (
        ((), [("replay", path), ("export", path), resuming]),
        (("--identity", wrong), [("replay", path, "--events")]),
    ):
        for command in commands:
            run = backstory(*command, *options, input=typed("y", "1"))
            assert run.returncode == 9 and "K030" in said(run) and "bed 4" not in said(run) + run.stdout.decode()
            assert path.read_bytes() == before
        listed = backstory("cases", *options).stdout.decode()
        assert "encrypted" in listed and "bed 4" not in listed
        (row,) = cases(*map(str, options))
        assert (row["label"], row["state"], row["shut"]) == ("", "encrypted", True)
    assert backstory("replay", path, "--identity", tmp_path / "safe.key").returncode == 0
    (tmp_path / "safe.key").chmod(0o644)
    run = backstory("replay", path, "--identity", tmp_path / "safe.key")
    assert run.returncode == 9 and "K003" in said(run) and "chmod 600" in said(run)


def test_no_case_is_begun_that_nobody_here_could_go_on_with(home: Path, tmp_path: Path) -> None:
    recipient = key(home, "--out", tmp_path / "safe.key")
    code, _, errors = new("bed 4", "--encrypt-to", recipient)
    assert code == 9 and "K034" in errors and "--recipients-only" in errors and cases() == []
    code, _, errors = new("bed 4", "--encrypt-to", "age1nobody")
    assert code == 9 and "K032" in errors and cases() == []
    assert new("bed 4", "--encrypt-to", recipient, "--recipients-only")[0] == 0
    assert [each["state"] for each in cases()] == ["encrypted"]
    assert [each["label"] for each in cases("--identity", str(tmp_path / "safe.key"))] == ["bed 4"]


@pytest.mark.parametrize("how", ["--amend", "--follow-up"])
def test_what_comes_from_an_encrypted_case_is_encrypted_to_the_same_and_verifies(home: Path, how: str) -> None:
    key(home, "--use")
    assert new("bed 4", lines=(*FIRST, "plan", "sign", "yes"))[0] == 0
    signed = case_of("bed 4")
    later = () if how == "--amend" else ("--as-of", "2026-03-29")
    code, shown, errors = interview(how, signed["case"], *later, "--encrypt-to", "off", lines=("yes", "yes"))
    assert code == 0 and "bed 4" in shown, errors
    newest, oldest = cases()
    assert (oldest["phase"], newest["amends"] or newest["follows"]) == ("signed", signed["case"])
    assert newest["encrypted"] and newest["label"] == "bed 4" and b"bed 4" not in Path(newest["path"]).read_bytes()
    report = json.loads(backstory("replay", newest["path"], "--json").stdout)
    assert report["comes_from"][0]["state"] == "same" and report["label"] == "bed 4"


def test_at_a_terminal_encryption_is_offered_once_and_one_word_turns_it_on(home: Path) -> None:
    begin = ("interview", "--plain", "--kind", "test", "--as-of", "2026-03-15", "--label")
    who = [("Who interviews?", ""), ("Encrypt new cases?", "yes"), (">", "q")]
    code, shown = at_a_terminal(who, *begin, "AB bed 3")
    assert code == 0 and "no other way in" in " ".join(shown.split()), shown
    assert case_of("AB bed 3")["encrypted"] and settings(home)["encrypt_to"].startswith("age1")
    assert new("CD bed 4")[0] == 0 and case_of("CD bed 4")["encrypted"]


# --- the canary ---

CANARIES = ("ZZCANARYLABEL", "ZZCANARYNOTE", "ZZCANARYACTORNOTE", "SUBJZZCANARY")


def seen(*folders: Path) -> dict[str, set[str]]:
    """Return which canaries stand in which files, named by their suffixes."""
    found: dict[str, set[str]] = {}
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file():
                data = path.read_bytes()
                for each in CANARIES:
                    if each.encode() in data or each.encode() in str(path).encode():
                        found.setdefault(each, set()).add(path.name)
    return found


def whole_case(home: Path) -> str:
    """Play a case with a torn end, a relocation, damage and a salvage; return what was said on standard error."""
    from chatbot.core.events import NoteAdded
    from chatbot.record.host import Host
    from chatbot.record.identities import Keyring, using
    from chatbot.record.store import TranscriptWriter

    lines = ("y", ":note ZZCANARYNOTE", "1", ":q")
    errors = [new("ZZCANARYLABEL", "--subject", "SUBJZZCANARY", lines=lines)[2]]
    (path,) = (home / "cases" / "test").glob("*.jsonl")
    identity = home / ".config" / "backstory" / "identity.key"
    ring = Keyring(identity if identity.exists() else None)
    with using(ring):
        writer, _ = TranscriptWriter.resume(path, Host())
        writer.append([NoteAdded("ZZCANARYACTORNOTE")])
        os.unlink(writer.path)
        writer.append([NoteAdded("ZZCANARYNOTE again")])
        writer.close()
        path = writer.path
        path.write_bytes(path.read_bytes()[:-50])
        writer, found = TranscriptWriter.resume(path, Host())
        assert found.recovered
        writer.close()
    fault = backstory("export", path, "--to", "text", "--out", path)
    assert fault.returncode != 0
    errors.append(said(fault))
    data = path.read_bytes().splitlines(keepends=True)
    data[4] = data[4][:-10] + b"\n"
    path.write_bytes(b"".join(data))
    for command in (("replay", path), ("replay", path, "--salvage", home / "cases" / "test" / "out.jsonl")):
        errors.append(said(backstory(*command)))
    return "\n".join(errors)


def test_no_file_and_no_error_shows_an_answer_or_an_identifier_of_an_encrypted_case(home: Path, tmp_path: Path) -> None:
    key(home, "--use")
    errors = whole_case(home)
    assert not any(each in errors for each in CANARIES), errors
    assert [path.name for path in (home / "cases" / "test").iterdir() if ".torn-" in path.name]
    assert (home / "cases" / "test" / "out.jsonl").exists()
    assert seen(home, tmp_path / "tmp") == {}


def test_the_same_case_in_the_clear_shows_them_in_its_own_files_alone(home: Path, tmp_path: Path) -> None:
    errors = whole_case(home)
    assert "T00" in errors and not any(each in errors for each in CANARIES), errors
    found = seen(home, tmp_path / "tmp")
    assert found.keys() == set(CANARIES), "the search finds what is there"
    names = set.union(*found.values())
    assert all(name.endswith(".jsonl") or ".jsonl.torn-" in name for name in names), names


@pytest.mark.parametrize("encrypted", [False, True], ids=["in the clear", "encrypted"])
def test_a_fault_of_ours_while_an_answer_is_kept_shows_nothing_of_it(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], encrypted: bool
) -> None:
    import io

    from chatbot import cli
    from chatbot.record import chain, identities

    if encrypted:
        key(home, "--use")
    seal = chain.seal

    def failing(body: bytes, *domain: bytes) -> tuple[bytes, str]:
        text = "ZZCANARYNOTE"
        if json.loads(body).get("type") == "note.added":
            raise RuntimeError(f"the record holds {text}")
        return seal(body, *domain)

    monkeypatch.setattr(chain, "seal", failing)
    monkeypatch.setattr(cli, "keep_memory_private", lambda: None)
    monkeypatch.setattr(identities, "_current", identities.Keyring())
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n:note ZZCANARYNOTE\n"))
    arguments = ["interview", "--plain", "--kind", "test", "--label", "bed 4", "--as-of", "2026-03-15"]
    assert cli.main(["--protocols", str(SMALL), *arguments]) == 70
    said = capfd.readouterr().err
    assert "RuntimeError" in said and "ZZCANARY" not in said and "Traceback" not in said
    assert seen(home, tmp_path / "tmp") == {}


# --- a whole life ---


def asked_of(*words: str | Path) -> tuple[int, str]:
    """Run a command in this process; return its code and everything it printed."""
    from contextlib import redirect_stderr, redirect_stdout
    from io import StringIO

    from chatbot import cli
    from chatbot.record import identities

    identities.use(identities.Keyring())
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = cli.main(["--protocols", str(SMALL), *map(str, words)])
    assert "Traceback" not in err.getvalue()
    return code, out.getvalue() + err.getvalue()


def test_through_its_whole_life_an_encrypted_case_is_told_in_the_files_that_were_asked_for_alone(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chatbot import cli
    from chatbot.record import identities

    monkeypatch.setattr(cli, "keep_memory_private", lambda: None)
    monkeypatch.setattr(identities, "_current", identities.Keyring())
    key(home, "--use")
    cases_folder, asked = home / "cases", home / "asked"
    asked.mkdir()
    assert new("ZZCANARYLABEL", "--subject", "SUBJZZCANARY", lines=("y", ":note ZZCANARYNOTE", ":q"))[0] == 0
    (path,) = (cases_folder / "test").glob("*.jsonl")
    data = path.read_bytes()
    path.write_bytes(data + data.splitlines()[-1][:-40])
    case = json.loads(asked_of("cases", "--json")[1])[0]["case"]
    resumed = resume(case, lines=("y", ":note ZZCANARYACTORNOTE", "1", ":q"))
    assert resumed[0] == 0, resumed
    assert list(path.parent.glob("*.torn-*")), "a fragment was set aside"
    state, table = home / "audit.state", home / "asked" / "tables"
    audited = ("audit", cases_folder, "--kind", "all", "--jobs", "1")
    query = ("--query", "SELECT label, subject FROM cases")
    refused = asked_of("export", path, "--to", "text", "--out", path)
    assert refused[0] != 0
    for words, shows in (
        (("replay", case, "--verify"), True),
        (("replay", case, "--events"), True),
        ((*audited, "--state", state, "--identities"), False),
        ((*audited, "--state", state, "--identities"), False),
        ((*audited, *query, "--identities"), True),
        ((*audited, "--format", "html", "--out", home / "report.html"), False),
        ((*audited, "--parquet", table, "--identities", "--show-private"), False),
        (("cases", "--access"), False),
        (("cases", "--check"), False),
        (("inventory",), False),
        (("hold", case, "--reason", "claim"), False),
        (("retention",), False),
        (("backup", home / "kept.tar"), False),
        (("restore", home / "kept.tar", "--into", home / "restored"), False),
        (("subject", "SUBJZZCANARY", "--out", asked / "package"), False),
        (("export", case, "--to", "text", "--out", asked / "record.txt"), False),
    ):
        given, told = asked_of(*words)
        assert given == 0, (words, told)
        assert not shows or "ZZCANARY" in told, "the search finds what is there"
        assert shows or not any(each in told for each in CANARIES), (words, told)
    assert (home / "report.html").exists() and state.stat().st_size and (cases_folder / "access.jsonl").exists()
    found = seen(*(each for each in home.iterdir() if each != asked), tmp_path / "tmp")
    assert found == {}
    assert set(seen(asked)) >= {"ZZCANARYLABEL", "SUBJZZCANARY", "ZZCANARYNOTE"}, "and in what was asked for it stands"
