"""``backstory practice`` as trainees and teachers use it; and a running attempt tells nothing through any command."""

from __future__ import annotations

import io
import json
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from chatbot.cli import main
from chatbot.core.practice.station import Station
from chatbot.record import sealed_stations
from chatbot.record.identities import Keyring, using
from chatbot.record.stations import Kept, load

ANKLE = ("--protocol", "ottawa_ankle")
CODE = "TS48-NF62-BEQB-K323"


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where checked protocols are remembered, for all tests here."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    monkeypatch.setenv("BACKSTORY_TRANSCRIPTS", str(tmp_path / "cases"))
    monkeypatch.setattr(sealed_stations, "_SCRYPT", {"n": 1 << 4, "p": 1, "r": 8})
    (tmp_path / "home").mkdir()
    with using(Keyring()):
        yield tmp_path


@dataclass
class Done:
    returncode: int
    stdout: bytes
    stderr: bytes


def backstory(*arguments: str | Path, input: bytes = b"") -> Done:
    """Run a command in this process: dozens of them, each with the same content."""
    streams = [io.TextIOWrapper(io.BytesIO(data), encoding="utf-8") for data in (input, b"", b"")]
    before = sys.stdin, sys.stdout, sys.stderr
    sys.stdin, sys.stdout, sys.stderr = streams
    try:
        code = main([str(each) for each in arguments])
    except SystemExit as ended:
        code = int(str(ended.code))
    finally:
        sys.stdin, sys.stdout, sys.stderr = before
    outputs = []
    for each in streams[1:]:
        each.flush()
        outputs.append(each.buffer.getvalue())  # type: ignore[attr-defined]  # a BytesIO
    return Done(code, *outputs)


def said(done: Done) -> str:
    text = done.stderr.decode()
    assert "Traceback" not in text and "a fault in backstory" not in text, text
    return text


def out(*arguments: str | Path, typed: str = "", code: int = 0) -> str:
    done = backstory(*arguments, input=typed.encode())
    assert done.returncode == code, said(done)
    return done.stdout.decode()


def practise(*arguments: str | Path, typed: str = "", code: int = 0) -> str:
    return out("practice", *arguments, "--plain", typed=typed, code=code)


def cases() -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(out("cases", "--json"))
    return found


def station(home: Path) -> Station:
    (path,) = (home / "cases" / "stations").glob("*.json")
    return load(Kept(path, sealed=False), path.stem, lambda _: "")


# --- choosing -------------------------------------------------------------------------------------


def test_patients_are_listed_by_who_they_are_and_what_they_say_and_by_nothing_else() -> None:
    text, rows = out("practice", "--list", *ANKLE), json.loads(out("practice", "--list", "--json", *ANKLE))
    assert text.startswith("SIMULATED · practice: 6 patients")
    assert [set(each) for each in rows] == [{"number", "who", "opening", "persona", "difficulty"}] * 6
    names = [path.stem for path in Path("dialogue/ottawa_ankle/vignettes").glob("*.yaml")]
    assert len(names) >= 6 and not [name for name in names if name in text or name in json.dumps(rows)]
    assert all(each["who"] in text and str(each["difficulty"]) in text for each in rows)
    assert practise(*ANKLE) == text


def test_a_patient_is_met_by_number_left_and_gone_on_with() -> None:
    begun = practise("2", *ANKLE, typed="where does it hurt\n1\n:leave\n")
    (case,) = cases()
    assert (case["kind"], case["label"], case["phase"], case["attempt"]) == (
        "practice",
        "practice 1",
        "suspended",
        "running",
    )
    assert f"--resume {case['case']} goes on with it." in begun
    again = practise("--resume", case["case"], typed=":said\n")
    assert "You: where does it hurt" in again and "1 thing was said before" in again


def test_the_same_seed_gives_the_same_patient_and_another_persona_another_one(home: Path) -> None:
    cards = [out("practice", "4", "--card", *more, *ANKLE) for more in ((), (), ("--persona", "talkative"))]
    assert cards[0] == cards[1] != cards[2]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("99",), 2),
        (("no_such",), 2),
        (("1", "--persona", "nobody"), 2),
        (("1", "--seed", "-1"), 2),
        (("1", "--generated"), 2),
        (("1", "--difficulty", "2"), 2),
        (("--generated", "--difficulty", "6"), 2),
        (("--persona", "plain"), 2),
        (("--seed", "1"), 2),
        (("1", "--code", CODE), 2),
        (("1", "--json"), 2),
        (("1", "--out", "x"), 2),
        (("--resume", "NOSUCHCASE"), 2),
        (("--resume", "NOSUCHCASE", "--mode", "guided"), 2),
        (("--station", "no/such/file"), 8),
        (("1", "--mode", "nonsense"), 2),
        (("seal",), 2),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_begun(arguments: tuple[str, ...], expected: int, home: Path) -> None:
    done = backstory("practice", *arguments, "--plain", *ANKLE)
    assert done.returncode == expected and said(done)
    assert not list(home.glob("cases/practice/*.jsonl"))


def test_without_a_terminal_nothing_is_begun_on_a_screen(home: Path) -> None:
    for arguments in (("1",), (), ("--generated",)):
        done = backstory("practice", *arguments, *ANKLE)
        assert done.returncode == 10 and "U001" in said(done)
    assert not (home / "cases").exists()


def test_a_word_that_does_not_come_first_is_explained() -> None:
    done = backstory("practice", *ANKLE, "seal")
    assert done.returncode == 2 and "backstory practice seal" in said(done)


# --- papers ---------------------------------------------------------------------------------------


def test_the_card_has_each_fact_with_its_words_and_what_it_needs(home: Path) -> None:
    card, data = out("practice", "4", "--card", *ANKLE), json.loads(out("practice", "4", "--card", "--json", *ANKLE))
    practise("4", *ANKLE)
    made = station(home)
    flat = " ".join(card.split())
    assert all(" ".join(each.says.split()) in flat for each in made.facts if each.needs != "never")
    assert all(" ".join(each.holds_back.split()) in flat for each in made.facts if each.needs)
    assert card.startswith("SIMULATED · practice") and card.rstrip().endswith("SIMULATED · practice")
    assert {each["says"] for each in data["facts"]} == {each.says for each in made.facts}
    assert data["opening"] == made.opening and made.title not in card and made.name not in card


def test_the_checklist_has_what_is_expected_with_its_points(home: Path) -> None:
    text, data = (
        out("practice", "1", "--checklist", *ANKLE),
        json.loads(out("practice", "1", "--checklist", "--json", *ANKLE)),
    )
    practise("1", *ANKLE)
    expected = station(home).expected
    assert data["urgency"]["is"] == expected.urgency and len(data["red_flags"]) == len(expected.flags)
    assert [each["points"] for each in data["red_flags"]] == [each.points for each in expected.flags]
    assert len(data["questions"]) == len(expected.path)
    assert all(each["title"] in " ".join(text.split()) for each in data["red_flags"])
    assert text.startswith("SIMULATED · practice")


def test_a_paper_goes_to_a_file_for_oneself_which_is_not_written_over(home: Path) -> None:
    path = home / "card.txt"
    out("practice", "1", "--card", "--out", path, *ANKLE)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and "SIMULATED" in path.read_text("utf-8")
    assert backstory("practice", "1", "--card", "--out", path, *ANKLE).returncode == 2


# --- sealed ---------------------------------------------------------------------------------------


def test_a_sealed_station_is_opened_by_its_code_alone_and_again_when_it_is_gone_on_with(home: Path) -> None:
    path = home / "exam.sealed"
    told = json.loads(out("practice", "seal", "2", "--out", path, "--minutes", "7", "--json", *ANKLE))
    assert (told["minutes"], told["path"]) == (7, str(path)) and len(told["code"]) == 19
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    wrong = backstory("practice", "--plain", "--station", path, "--code", CODE, *ANKLE)
    assert wrong.returncode == 9 and "K040" in said(wrong) and CODE not in said(wrong)
    none = backstory("practice", "--plain", "--station", path, *ANKLE)
    assert none.returncode == 9 and "K040" in said(none)
    # Without --code it is read unseen, as the first line here.
    begun = practise("--station", path, *ANKLE, typed=f"{told['code'].lower()}\n:begin\nwhere does it hurt\n1\n")
    assert "Time: 7 minutes" in begun and told["code"].lower() not in begun
    (kept,) = (home / "cases" / "stations").iterdir()
    assert kept.suffix == ".sealed" and kept.read_bytes() == path.read_bytes()
    path.unlink()
    code = cases()[0]["case"]
    assert backstory("practice", "--plain", "--resume", code, "--code", CODE).returncode == 9
    ended = practise("--resume", code, "--code", told["code"], typed=":end\nyes\n")
    assert "SIMULATED · practice · this is not a real person" in ended
    assert not list((home / "cases" / "stations").iterdir())


def test_a_sealed_file_that_is_damaged_or_none_is_told_before_a_code_is_asked_for(home: Path) -> None:
    path = home / "exam.sealed"
    out("practice", "seal", "2", "--out", path, "--code", CODE, *ANKLE)
    data = path.read_bytes()
    for broken in (data[:-9], data.replace(b'"minutes":', b'"minutes": '), b"", b"{}"):
        path.write_bytes(broken)
        done = backstory("practice", "--plain", "--station", path, *ANKLE)
        assert done.returncode == 5 and "T024" in said(done) and not done.stdout


def test_sealing_refuses_a_weak_code_and_a_file_that_is_there(home: Path) -> None:
    path = home / "exam.sealed"
    weak = backstory("practice", "seal", "2", "--out", path, "--code", "letmein", *ANKLE)
    assert weak.returncode == 9 and "K041" in said(weak) and not path.exists()
    out("practice", "seal", "2", "--out", path, *ANKLE)
    before = path.read_bytes()
    assert backstory("practice", "seal", "2", "--out", path, *ANKLE).returncode == 8
    assert path.read_bytes() == before


def test_two_sealed_stations_of_one_patient_have_nothing_in_common_to_know_them_by(home: Path) -> None:
    told = [json.loads(out("practice", "seal", "2", "--out", home / n, "--json", *ANKLE)) for n in ("one", "two")]
    assert told[0]["seed"] != told[1]["seed"] and told[0]["code"] != told[1]["code"]
    assert (home / "one").stat().st_size == (home / "two").stat().st_size


# --- the end --------------------------------------------------------------------------------------


def test_an_attempt_that_is_over_is_marked_the_same_each_time_and_replayed(home: Path) -> None:
    practise("5", *ANKLE, "--no-debrief", typed="where does it hurt\n1\n:end\nyes\n")
    (case,) = cases()
    assert (case["phase"], case["attempt"]) == ("ended", "ended")
    first, again = (out("practice", "debrief", case["case"], "--json") for _ in range(2))
    assert first == again and json.loads(first)["case"] == case["case"]
    text = out("practice", "debrief", case["case"])
    assert text.startswith("SIMULATED") and str(json.loads(first)["of"]) in text
    path = home / "debrief.txt"
    out("practice", "debrief", case["case"], "--out", path)
    assert path.read_text("utf-8").startswith("SIMULATED")
    assert "VALID" in out("replay", case["case"], "--verify")
    assert "ended the attempt" in out("replay", case["case"], "--events")
    refused = backstory("practice", "--plain", "--resume", case["case"])
    assert refused.returncode == 2 and "is over" in said(refused)


def test_a_debrief_is_refused_of_a_file_that_was_altered(home: Path) -> None:
    practise("5", *ANKLE, typed=":end\nyes\n")
    (path,) = (home / "cases" / "practice").glob("*.jsonl")
    data = path.read_bytes()
    path.write_bytes(data.replace(b'"mode":"practice"', b'"mode":"guided__"'))
    done = backstory("practice", "debrief", path)
    assert done.returncode == 5 and not done.stdout


def test_a_debrief_of_what_is_no_attempt_is_refused() -> None:
    out("interview", "ottawa_ankle", "--plain", "--kind", "practice", "--label", "bed 4")
    done = backstory("practice", "debrief", cases()[0]["case"])
    assert done.returncode == 2 and "no attempt at a station was made here" in said(done)


# --- a running attempt tells nothing --------------------------------------------------------------

GUARDED: tuple[tuple[str, ...], ...] = (
    ("replay", "CASE", "--plain"),
    ("replay", "CASE", "--json", "--moments"),
    ("replay", "CASE", "--events"),
    ("replay", "CASE", "--against", "ottawa_ankle"),
    ("ask", "CASE", "why"),
    ("export", "CASE"),
    ("export", "CASE", "--to", "json"),
    ("export", "CASE", "--redact"),
    ("export", "CASE", "--teaching"),
    ("interview", "--plain", "--resume", "CASE"),
    ("interview", "--plain", "--follow-up", "CASE"),
    ("practice", "debrief", "CASE"),
    ("graph", "--path", "FILE"),
)
"""Commands that would tell where a case stands."""

TOLD = ("urgency", "emergency", "same day", "same_day", "routine", "red flag", "hypothes", "Emergency department")


@pytest.fixture
def running(home: Path) -> dict[str, str]:
    practise("2", *ANKLE, typed="where does it hurt\n1\nis it cold pale or numb\n1\n:leave\n")
    (case,) = cases()
    return case


@pytest.mark.parametrize("command", GUARDED, ids=" ".join)
def test_no_command_tells_where_a_running_attempt_stands(command: tuple[str, ...], running: dict[str, str]) -> None:
    named = [{"CASE": running["case"], "FILE": running["path"]}.get(each, each) for each in command]
    done = backstory(*named)
    assert done.returncode == 2 and "T025" in said(done)
    assert not [word for word in TOLD if word in done.stdout.decode()]


@pytest.mark.parametrize(
    "command",
    [
        ("cases",),
        ("cases", "--json"),
        ("cases", "CASE"),
        ("cases", "--check"),
        ("replay", "CASE", "--verify"),
        ("audit", "FOLDER", "--kind", "practice"),
        ("audit", "FOLDER", "--kind", "practice", "--format", "json"),
        ("inventory",),
    ],
    ids=" ".join,
)
def test_what_still_works_tells_nothing_of_where_it_stands(
    command: tuple[str, ...], running: dict[str, str], home: Path
) -> None:
    named = [{"CASE": running["case"], "FOLDER": str(home / "cases")}.get(each, each) for each in command]
    text = out(*named)
    # Reports of an audit have a table of urgencies, in which nothing is counted.
    assert "audit" in command or not [word for word in TOLD if word in text.replace("an attempt that is not over", "")]
    if command[0] == "audit":
        assert "an attempt at a station that is not over" in text and '"cases": 1' not in text


def test_verifying_a_running_attempt_as_json_says_that_it_runs(running: dict[str, str]) -> None:
    found = json.loads(out("replay", running["case"], "--json"))
    assert (found["verdict"], found["running"], found["phase"]) == ("VALID-OPEN", True, "station")
    assert found["urgency"] == "undetermined"
