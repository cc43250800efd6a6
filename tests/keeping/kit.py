"""One person with three visits and a practice case, another person, and all the words that stand in them."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from chatbot.content.library import load_protocol
from chatbot.core import commands as cmd
from chatbot.core.protocol import Protocol
from chatbot.desk import Desk
from chatbot.encryption import Encryption
from chatbot.interview import Interview
from chatbot.record.cases import CaseSummary, list_cases
from chatbot.record.host import FixedHost
from tests.signing import signing
from tests.small_protocols import SMALL, edit

PERSON = "7K2M-9QXA-0B1C"
OTHER = "3ZV0-81RT-W4N6"
CANARY = "canary-of-another-person"
SITE = {"desk": "Room Zebra 12", "line": "+44 20 7946 0999"}

_MORE = """\
  remark:
    ask: {clinician: "Anything else?", patient: "Anything else now?"}
    report: remark
    type: text
    why: {clinician: To know., patient: To know.}
  began:
    ask: {clinician: "Began when?", patient: "When did it begin?"}
    report: began
    type: date
    why: {clinician: To know., patient: To know.}
  consent:
"""

ANSWERS: dict[str, object] = {
    "grown_up": "yes",
    "smoke": "none",
    "secret": "mild",
    "secret_detail": "old",
    "looked_at": "no",
    "kidney": "no",
    "secret_amount": "3",
    "amount": "5",
    "pain": 5,
    "visits_count": "1",
    "visits[1].place": "here",
    "visits[1].reason": "cut",
    "remark": "keeps bees by the river Ouse",
    "began": "2025-12-24",
    "consent": ["nobody"],
}
"""Question to answer of the first visit."""


def protocol_folder(place: Path) -> Path:
    """Copy the small protocol with private answers and add a free text and a date to it."""
    shutil.copytree(SMALL / "private", place / "private")
    edit(place / "private", "sections/story.yaml", "  consent:\n", _MORE)
    return place


@dataclass
class People:
    """A folder of cases and what was put into it."""

    folder: Path
    protocols: Path
    protocol: Protocol
    seeded: list[str] = field(default_factory=list)
    """Free texts of the person: notes, comments, text answers."""
    codes: dict[str, str] = field(default_factory=dict)
    """first, second, amended, practice, other to the code of the case."""

    def case(self, name: str) -> CaseSummary:
        return next(each for each in list_cases(self.folder) if each.case == self.codes[name])

    def path(self, name: str) -> Path:
        return self.case(name).path


def send(interview: Interview, command: cmd.Command) -> None:
    refusal = interview.send(command)
    assert refusal is None, refusal


def answered(interview: Interview, answers: dict[str, object]) -> None:
    """Answer whatever is asked until nothing is left; what is not named is unknown."""
    while interview.case.shown is not None or interview.case.alarms:
        if interview.case.alarms:
            send(interview, cmd.Acknowledge())
            continue
        key = str(interview.case.shown)
        if key == "gauge":
            send(interview, cmd.GiveAnswer(key, status="cannot_apply", reason="broken"))
        elif key in answers:
            send(interview, cmd.GiveAnswer(key, answers[key]))  # type: ignore[arg-type]
        else:
            send(interview, cmd.GiveAnswer(key, status="unknown"))


def signed(interview: Interview, comment: str) -> None:
    protocol = interview.protocol
    interview.send(cmd.ReadBack())
    send(interview, cmd.IssuePlan())
    send(interview, cmd.DecideRule("rest", "modify", "other", comment))
    send(interview, signing(protocol, interview.case))


def people(place: Path, recipients: str = "") -> People:
    """Write the cases of a person and of another, encrypted to somebody or not."""
    protocols = protocol_folder(place / "protocols-source")
    protocol = load_protocol("private", folder=protocols)
    folder = place / "transcripts"
    host = FixedHost(seed=7)
    made = People(folder, protocols, protocol)

    def desk(as_of: str, actor: str) -> Desk:
        return Desk(
            folder,
            lambda: protocol,
            host,
            as_of=as_of,
            actor=actor,
            role="nurse of ward Quince",
            site=lambda protocol, strict: SITE,
            encryption=Encryption(recipients=lambda: recipients.split()),
        )

    at = desk("2026-03-02T09:00", "Nurse Quillfeather")
    interview = at.start("clinical", "QF bed 4", PERSON)
    made.codes["first"] = interview.case.case
    answered(interview, ANSWERS)
    send(interview, cmd.AddNote("the neighbour Mr Applewhite drove"))
    send(interview, cmd.GiveAnswer("amount", "7", because="mis_keyed", note="read from the yellow booklet"))
    answered(interview, ANSWERS)
    signed(interview, "prefers the garden to the sofa")
    first = at._writer.path if at._writer is not None else Path()
    at.close()

    at = desk("2026-03-20T10:30", "Dr Thistlewood")
    interview = at.follow_up(first, label="QF bed 4", subject=PERSON)
    made.codes["second"] = interview.case.case
    send(interview, cmd.ConfirmCarried())
    later = {**ANSWERS, "pain": 3, "remark": "the bees have swarmed", "began": "2026-03"}
    answered(interview, later)
    answered(interview, later)
    send(interview, cmd.GiveAnswer("remark", "the bees have swarmed", because="mis_keyed"))
    send(interview, cmd.GiveAnswer("began", "2026-02", because="mis_keyed"))
    send(interview, cmd.RecordOutcome("rest", "not_done", "she had to look after the horses", "2026-03-09"))
    answered(interview, later)
    signed(interview, "would like to ask her sister first")
    second = at._writer.path if at._writer is not None else Path()
    at.close()

    at = desk("2026-03-20T10:30", "Dr Thistlewood")
    interview = at.amend(second)
    made.codes["amended"] = interview.case.case
    send(interview, cmd.GiveAnswer("pain", 4, because="mis_keyed", note="was written on the left sleeve"))
    answered(interview, later)
    signed(interview, "amended after the telephone call")
    at.close()

    at = desk("2026-04-01T08:00", "Student Brackenridge")
    interview = at.start("practice", "QF practice", PERSON)
    made.codes["practice"] = interview.case.case
    answered(interview, {**ANSWERS, "remark": "rehearsed with a walnut"})
    at.close()

    at = desk("2026-03-03T11:00", "Nurse Quillfeather")
    interview = at.start("clinical", "ZZ bed 9", OTHER)
    made.codes["other"] = interview.case.case
    answered(interview, {**ANSWERS, "remark": CANARY, "smoke": "thin"})
    at.close()
    made.seeded = [
        "keeps bees by the river Ouse",
        "the neighbour Mr Applewhite drove",
        "read from the yellow booklet",
        "prefers the garden to the sofa",
        "the bees have swarmed",
        "she had to look after the horses",
        "would like to ask her sister first",
        "was written on the left sleeve",
        "amended after the telephone call",
        "rehearsed with a walnut",
    ]
    return made
