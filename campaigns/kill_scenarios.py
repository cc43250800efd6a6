"""What a victim of ``campaigns.kill_faults`` does, and how its remains are judged. One entry a scenario.

A scenario is a name, what must be there before (``prepare``), what the victim does (``script``), and what must hold
of its folder afterwards (``judge``). A victim tells what happens through ``Teller``: each acknowledgement at once, so
that nothing counts as acknowledged that was not.
"""

from __future__ import annotations

import contextlib
import io
import json
import socket
import stat
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from campaigns.kill_kit import judge_case, note
from chatbot import export_command
from chatbot.cli import main as command
from chatbot.core import commands as cmd
from chatbot.core import events as ev
from chatbot.errors import BackstoryError
from chatbot.interview import Interview
from chatbot.record.cases import transcript_files
from chatbot.record.host import Host
from chatbot.record.identities import Identity, keyring, using
from chatbot.record.read import read_transcript
from chatbot.record.replay import verify
from chatbot.record.store import TranscriptWriter
from tests.record import golden, kit

LONG = 20
"""Answers of the new case."""

AFTER_TORN = 4
"""Answers given after a torn case was opened again."""

LATER = "2026-03-02T10:00"


class Teller:
    """The victim's voice: lines of JSON over a socket, whose calls no injection aims at."""

    def __init__(self, out: socket.socket) -> None:
        self._out = out

    def say(self, kind: str, *told: object) -> None:
        self._out.sendall(json.dumps([kind, *told]).encode() + b"\n")

    def acknowledged(self, number: int) -> None:
        """A person has been shown that this is saved."""
        self.say("ack", number)

    def refused(self, error: BackstoryError) -> None:
        """A person has been shown that something is not saved."""
        self.say("refused", error.code, error.message)

    def notices(self, notices: list[str]) -> None:
        """Tell what a shell would show, and clear it."""
        for each in notices:
            self.say("notice", each)
        notices.clear()


@dataclass
class Told:
    """What a victim said before it ended."""

    acknowledged: list[int] = field(default_factory=list)
    refusals: list[tuple[str, str]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    ended: bool = False
    """It came to its end by itself."""
    fault: str = ""
    """An exception no person should ever meet."""

    @classmethod
    def of(cls, lines: bytes) -> Told:
        told = cls()
        for line in lines.splitlines():
            kind, *rest = json.loads(line)
            match kind:
                case "ack":
                    told.acknowledged.append(rest[0])
                case "refused":
                    told.refusals.append((rest[0], rest[1]))
                case "notice":
                    told.notices.append(rest[0])
                case "fault":
                    told.fault = rest[0]
                case "end":
                    told.ended = True
        return told


@dataclass(frozen=True)
class Scenario:
    """One thing people do with a case."""

    name: str
    prepare: Callable[[Path], None]
    """Puts into an empty folder what is there before."""
    script: Callable[[Path, Teller], None]
    judge: Callable[[Path, Told], int]
    """Raises AssertionError or BackstoryError for what must not be; returns how many torn ends it met."""
    steps: int
    """How many acknowledgements an undisturbed run gives."""


# --- parts ----------------------------------------------------------------------------------------


def twice(what: Callable[[], Any], teller: Teller) -> Any:
    """Do something as a person does: where it is refused, read why and try once more.

    Raises: BackstoryError the second time, after that was told too.
    """
    try:
        return what()
    except BackstoryError as error:
        teller.refused(error)
    try:
        return what()
    except BackstoryError as error:
        teller.refused(error)
        raise


def only_case(folder: Path) -> Path:
    """Return the one transcript there. Raises: StorageError when the folder cannot be read."""
    return next(transcript_files(folder))


def answering(writer: TranscriptWriter, count: int, teller: Teller) -> None:
    """Give answers until one cannot be saved even at the second try."""
    with writer:
        teller.notices(writer.notices)
        for number in range(count):
            twice(lambda number=number: writer.append(note(number)), teller)  # type: ignore[misc]
            teller.notices(writer.notices)
            teller.acknowledged(number)


def _told_enough(told: Told, steps: int) -> None:
    """What was not done was said: by a refusal in words, with its code."""
    assert not told.fault, f"a fault reached the person: {told.fault}"
    assert all(code and message for code, message in told.refusals), "a refusal without words"
    if told.ended:
        assert len(told.acknowledged) == steps or told.refusals, "something is missing and nothing was said"


# --- new, and torn --------------------------------------------------------------------------------


def _nothing(folder: Path) -> None:
    folder.mkdir()


def _new(folder: Path, teller: Teller) -> None:
    def create() -> TranscriptWriter:
        return TranscriptWriter.create(folder, kit.opened(), kit.PROTOCOL, Host())

    answering(twice(create, teller), LONG, teller)


def _torn(folder: Path) -> None:
    folder.mkdir()
    with kit.create(folder) as writer:
        writer.append([kit.shown("first")])
        writer.append([kit.shown("last")])
    data = writer.path.read_bytes()
    writer.path.write_bytes(data[:-20])


def _resume(folder: Path, teller: Teller) -> None:
    writer, found = twice(lambda: TranscriptWriter.resume(only_case(folder), Host()), teller)
    if found.recovered:
        teller.say("notice", "recovered")
    answering(writer, AFTER_TORN, teller)


def _judge_case(steps: int) -> Callable[[Path, Told], int]:
    def judge(folder: Path, told: Told) -> int:
        _told_enough(told, steps)
        torn, events = judge_case(folder, told.acknowledged)
        if told.ended and any(isinstance(each, ev.StorageRelocated) for each in events):
            assert told.notices, "the transcript was written anew and nothing was said"
        return torn

    return judge


# --- encrypted ------------------------------------------------------------------------------------

SEALED = 6
"""Answers of the new encrypted case."""


@cache
def _identity() -> Identity:
    """Return the made-up key of the tests. Whoever calls it first puts it on the keyring, and forks inherit that."""
    import pyrage

    secret = next(line for line in golden.IDENTITY.read_text().splitlines() if not line.startswith("#"))
    identity = Identity(secret, str(pyrage.x25519.Identity.from_str(secret).to_public()))
    keyring().add(identity)
    return identity


def _nothing_sealed(folder: Path) -> None:
    # Writes one elsewhere, so that no victim has to import what seals: those calls are not of the scenario.
    with tempfile.TemporaryDirectory() as elsewhere:
        _torn_sealed(Path(elsewhere, "cases"))
    folder.mkdir()


def _resume_sealed(folder: Path, teller: Teller) -> None:
    _identity()
    _resume(folder, teller)


def _new_sealed(folder: Path, teller: Teller) -> None:
    def create() -> TranscriptWriter:
        recipients = [_identity().recipient]
        return TranscriptWriter.create(folder, kit.opened(), kit.PROTOCOL, Host(), recipients=recipients)

    answering(twice(create, teller), SEALED, teller)


def _torn_sealed(folder: Path) -> None:
    folder.mkdir()
    with kit.create(folder, recipients=[_identity().recipient]) as writer:
        writer.append([kit.shown("first")])
        writer.append([kit.shown("last")])
    data = writer.path.read_bytes()
    writer.path.write_bytes(data[:-20])


def _judge_sealed(steps: int) -> Callable[[Path, Told], int]:
    plain = _judge_case(steps)

    def judge(folder: Path, told: Told) -> int:
        _identity()
        torn = plain(folder, told)
        for path in folder.rglob("*"):
            # The protocol is no secret; it is the only file that may hold a word of it.
            if path.is_file() and path.parent.name != "protocols":
                assert b"answer " not in path.read_bytes(), f"{path.name} holds an answer in the clear"
        return torn

    return judge


# --- sign-off -------------------------------------------------------------------------------------


def _ready(folder: Path) -> None:
    """A case with every answer, read back, waiting for its plan."""
    folder.mkdir()
    with kit.create(folder) as writer:
        interview = Interview.start(kit.PROTOCOL, writer, kit.opened())
        for question in kit.YES_NO:
            assert interview.send(cmd.GiveAnswer(question, "no")) is None
        assert interview.send(cmd.GiveAnswer("remark", "nothing")) is None
        assert interview.send(cmd.ReadBack()) is None


def _sign(folder: Path, teller: Teller) -> None:
    writer, found = twice(lambda: TranscriptWriter.resume(only_case(folder), Host()), teller)
    with writer:
        interview = twice(lambda: Interview.resume(kit.PROTOCOL, writer, found.events, LATER), teller)
        for number, step in enumerate((cmd.IssuePlan(), cmd.Sign())):
            refusal = twice(lambda step=step: interview.send(step), teller)  # type: ignore[misc]
            teller.notices(writer.notices)
            assert refusal is None, refusal
            teller.acknowledged(number)


def _judge_signed(folder: Path, told: Told) -> int:
    _told_enough(told, 2)
    path = only_case(folder)
    before = read_transcript(path)
    kinds = [each.type for each in before.events]
    assert kinds.count("plan.issued") >= (1 if told.acknowledged else 0), "the plan is gone"
    closed = kinds[-1] == "case.signed"
    assert closed or told.acknowledged != [0, 1], "the signature is gone"
    if not closed:
        writer, found = TranscriptWriter.resume(path, Host())
        with writer:
            interview = Interview.resume(kit.PROTOCOL, writer, found.events, LATER)
            assert interview.send(cmd.IssuePlan()) is None
            assert interview.send(cmd.Sign()) is None
        path = writer.path
    report = verify(path, kit.load_bundle)
    assert report.verdict == "VALID-CLOSED", report.verdict
    assert [each.type for each in read_transcript(path).events].count("case.signed") == 1, "signed twice"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600, "not private"
    tidy(path.parent, path)
    return int(before.torn)


def tidy(folder: Path, *known: Path, killed: bool = False) -> None:
    """Nothing lies about but what is known, fragments set aside, and what a killed process left unfinished."""
    stray = [
        each.name
        for each in folder.iterdir()
        if each not in known and ".torn-" not in each.name and not (killed and ".new-" in each.name)
    ]
    assert not stray, f"left behind: {stray}"


# --- export ---------------------------------------------------------------------------------------

OLD = "an export of yesterday\n"


def _signed(folder: Path) -> None:
    folder.mkdir()
    kit.interviewed(folder)
    (folder / "out").mkdir()
    (folder / "out" / "plan.txt").write_text(OLD)
    _export(only_case(folder), folder / "out" / "expected")


def _export(path: Path, out: Path) -> tuple[int, str]:
    """Run the command as a person does; return its exit code and what it said."""
    said = io.StringIO()
    arguments = ["export", str(path), "--to", "text", "--out", str(out)]
    loader, export_command.load_bundle = export_command.load_bundle, kit.load_bundle
    try:
        # The command brings a keyring of its own; the one with the key of the sealed scenarios comes back after it.
        with using(keyring()), contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            code = command(arguments)
    finally:
        export_command.load_bundle = loader
    return code, said.getvalue()


def _exporting(folder: Path, teller: Teller) -> None:
    path = twice(lambda: only_case(folder), teller)
    code, said = _export(path, folder / "out" / "plan.txt")
    if code == 0:
        teller.acknowledged(0)
    elif code == 70:
        teller.say("fault", said)
    else:
        teller.say("refused", f"exit {code}", said)


def _judge_export(folder: Path, told: Told) -> int:
    _told_enough(told, 1)
    out, expected = folder / "out" / "plan.txt", (folder / "out" / "expected").read_text()
    found = out.read_text()
    assert found in {OLD, expected}, "half an export"
    if told.acknowledged:
        assert found == expected, "the export is not there"
    if found == expected:
        assert stat.S_IMODE(out.stat().st_mode) == 0o600, "not private"
    path = only_case(folder)
    assert verify(path, kit.load_bundle).verdict == "VALID-CLOSED"
    tidy(folder / "out", out, folder / "out" / "expected", killed=not told.ended)
    tidy(path.parent, path)
    return 0


SCENARIOS = (
    Scenario("new", _nothing, _new, _judge_case(LONG), LONG),
    Scenario("torn", _torn, _resume, _judge_case(AFTER_TORN), AFTER_TORN),
    Scenario("sealed", _nothing_sealed, _new_sealed, _judge_sealed(SEALED), SEALED),
    Scenario("sealed-torn", _torn_sealed, _resume_sealed, _judge_sealed(AFTER_TORN), AFTER_TORN),
    Scenario("sign", _ready, _sign, _judge_signed, 2),
    Scenario("export", _signed, _exporting, _judge_export, 1),
)
"""Every scenario; the campaign, its dose in the tests and its page read this table."""
