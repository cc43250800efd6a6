"""``backstory export``: verified first, marked when incomplete, written whole, and silent on what is private."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path
from typing import Any

import pytest

from chatbot.cli import main
from chatbot.content.answers_file import commands_of, read_answers
from chatbot.core import commands as cmd
from chatbot.core.commands import GiveAnswer
from chatbot.core.events import CaseOpened
from chatbot.core.plan import build_plan
from chatbot.core.protocol import Protocol
from chatbot.export.text import text_lines
from chatbot.export_command import CODES, blocks, load_export
from chatbot.interview import Interview
from chatbot.record.host import FixedHost
from chatbot.record.store import TranscriptWriter
from tests.shipped import small_protocol
from tests.signing import signing
from tests.small_protocols import SMALL

ROOT = Path(__file__).resolve().parents[2]
AS_OF = "2026-03-15T10:30"
TOLD = SMALL / "private" / "vignettes" / "told.yaml"


def written(
    folder: Path, *, name: str = "private", sign: bool = False, site: dict[str, str] | None = None, **other: GiveAnswer
) -> Path:
    """Keep the vignette's case in a folder, some of its answers replaced; return its transcript."""
    protocol = small_protocol(name)
    file = read_answers(TOLD if name == "private" else SMALL / "tiny" / "vignettes" / "calm.yaml")
    answers = {each.question: each for each in commands_of(protocol, file, AS_OF)} | other
    host = FixedHost()
    opened = CaseOpened("K7M20AXQ", "test", AS_OF, "bed 4", "", protocol.identity)
    with TranscriptWriter.create(folder, opened, protocol, host) as writer:
        interview = Interview.start(protocol, writer, opened, site)
        while interview.case.shown is not None or interview.case.alarms:
            if interview.case.alarms:
                send(interview, cmd.Acknowledge())
            else:
                key = str(interview.case.shown)
                send(interview, answers.get(key, GiveAnswer(key, status="unknown")))
        if sign:
            send(interview, cmd.ReadBack())
            send(interview, cmd.IssuePlan())
            send(interview, signing(protocol, interview.case))
        return writer.path


def send(interview: Interview, command: cmd.Command) -> None:
    refusal = interview.send(command)
    assert refusal is None, refusal


def export(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    code = main(["export", *map(str, arguments)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def protocol() -> Protocol:
    return small_protocol("private")


def test_without_an_audience_the_full_record_says_that_it_is_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = export(capsys, written(tmp_path, sign=True))
    assert (code, err) == (0, "")
    head = out.split("\n\n")[0]
    assert "TEST CASE" in head and "bed 4" in head and "Full record, not to be passed on" in head
    assert "INCOMPLETE" not in head and "secret: a little of it" in out
    assert f"private 1 · sha256 {protocol().digest}" in " ".join(out.split())


@pytest.mark.parametrize("form", ["text", "md", "json"])
def test_a_case_nobody_signed_is_marked_incomplete(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for audience in ([], ["--audience", "class"]):
        _, out, _ = export(capsys, written(tmp_path / f"{form}{len(audience)}"), "--to", form, *audience)
        assert "INCOMPLETE: the case is still open" in out


def test_a_torn_transcript_is_exported_as_incomplete(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path)
    path.write_bytes(path.read_bytes()[:-20])
    code, out, _ = export(capsys, path, "--audience", "person")
    assert code == 0 and "INCOMPLETE: the last entry of the transcript was not completely saved" in out


def test_a_corrupt_transcript_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path)
    data = path.read_bytes()
    path.write_bytes(data.replace(b'"mild"', b'"good"'))
    code, out, err = export(capsys, path, "--audience", "class")
    assert (code, out) == (5, "") and "T005" in err


def test_an_unknown_audience_is_refused_with_the_nearest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = export(capsys, written(tmp_path), "--audience", "docter")
    assert (code, out) == (2, "")
    assert err.splitlines() == ["error X001: no audience is called 'docter'", "  did you mean 'doctor'?"]


def test_a_protocol_without_audiences_exports_only_in_full(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, name="tiny")
    code, _, err = export(capsys, path, "--audience", "gp")
    assert code == 2 and "error X002" in err
    code, out, _ = export(capsys, path)
    assert code == 0 and "Full record, for the treating clinician's own use" in out


OTHERS: list[dict[str, GiveAnswer]] = [
    {"secret": GiveAnswer("secret", value="nothing")},
    {"secret": GiveAnswer("secret", value="grave")},
    {"secret": GiveAnswer("secret", status="declined")},
    {"secret_amount": GiveAnswer("secret_amount", value="99")},
    {"looked_at": GiveAnswer("looked_at", status="unknown")},
]


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("other", OTHERS, ids=lambda other: str(next(iter(other.values()))))
def test_two_kept_cases_that_differ_in_a_private_answer_read_alike(
    other: dict[str, GiveAnswer], signed: bool, tmp_path: Path
) -> None:
    one = load_export(written(tmp_path / "one", sign=signed), "doctor")
    two = load_export(written(tmp_path / "two", sign=signed, **other), "doctor")
    assert one.withheld and build_plan(one.protocol, one.case) != build_plan(two.protocol, two.case)
    for register in ("clinician", "patient"):
        lines = []
        for each in (one, two):
            drawn = text_lines(blocks(load_export(each.transcript.path, "doctor", register), all_rules=True))
            lines.append([line for line, neutral in drawn if not neutral])
        assert lines[0] == lines[1]


@pytest.mark.parametrize("audience", [None, "doctor", "class", "person"])
@pytest.mark.parametrize("format_", ["text", "md", "json"])
def test_every_format_says_where_the_transcript_stood(
    format_: str, audience: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, sign=True)
    code = load_export(path).transcript.head_code
    count, _, letters = code.partition("-")
    out = export(capsys, path, "--to", format_, *(() if audience is None else ("--audience", audience)))[1]
    withheld = load_export(path, audience).withheld
    assert (letters if withheld else code) in out.replace("\\", "")
    assert (code in out.replace("\\", "")) is not withheld, "how many records there are may hang on a private answer"
    if format_ == "json":
        made = json.loads(out)["plan"]["produced_by"]["transcript"]
        assert made == ({"head_code": letters} if withheld else {"head_code": code, "records": int(count)})


def test_json_holds_head_and_plan_and_says_less_of_the_chain_where_answers_are_kept_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, sign=True)
    full: dict[str, Any] = json.loads(export(capsys, path, "--to", "json")[1])
    quiet: dict[str, Any] = json.loads(export(capsys, path, "--to", "json", "--audience", "class")[1])
    assert full["schema"] == "backstory.export/1" and full["head_code"] and full["incomplete"] is None
    assert full["head_code"].endswith(quiet["head_code"]) and quiet["head_code"].count("-") == 4
    assert quiet["plan"]["audience"]["id"] == "class"
    assert "secret" not in json.dumps(quiet).lower()


def test_the_persons_own_page_is_in_their_words(tmp_path: Path) -> None:
    path = written(tmp_path)
    assert load_export(path, "person").register == "patient"
    assert load_export(path, "person", "clinician").register == "clinician"


def test_an_export_is_written_whole_and_for_its_owner_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = written(tmp_path), tmp_path / "letter.md"
    out.write_text("an older letter")
    assert export(capsys, path, "--to", "md", "--out", out) == (0, "", "")
    assert out.read_text("utf-8").startswith("# Private\n")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir() if ".new-" in each.name] == []


@pytest.mark.parametrize("where", ["missing/letter.txt", "."])
def test_an_export_that_cannot_be_written_ends_with_8(
    where: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = export(capsys, written(tmp_path), "--out", tmp_path / where)
    assert (code, out) == (8, "") and "error X003: cannot write the export" in err


def test_an_export_never_takes_the_place_of_its_transcript(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path)
    before = path.read_bytes()
    code, _, err = export(capsys, path, "--out", path)
    assert code == 2 and "X004" in err and path.read_bytes() == before


def test_a_case_is_found_by_its_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(tmp_path)
    assert export(capsys, "K7M20AXQ", "--transcripts", tmp_path, "--audience", "class")[0] == 0


def test_every_code_of_the_command_is_explained() -> None:
    explained = re.findall(r"^### (X\d{3})", (ROOT / "docs" / "diagnostics.md").read_text("utf-8"), re.MULTILINE)
    assert explained == list(CODES)


def test_pinned_facts_stand_in_the_export_and_a_missing_one_is_a_blank(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pinned = written(tmp_path / "one", sign=True, site={"line": "0123 456"}, smoke=GiveAnswer("smoke", value="thick"))
    assert "Call the fire service, night line: 0123 456." in export(capsys, pinned)[1].replace("\n    ", " ")
    blank = written(tmp_path / "two", smoke=GiveAnswer("smoke", value="thick"))
    out = export(capsys, blank)[1].replace("\n    ", " ")
    assert "Call the fire service, night line: ______." in out and "{site" not in out
