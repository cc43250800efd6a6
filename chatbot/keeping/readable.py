"""One case in files that people can read: the record, every event in words, and a table of every answer ever given."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from chatbot.content.library import load_bundle
from chatbot.core import events as ev
from chatbot.core.answers import accept, answer_text
from chatbot.core.protocol import Protocol
from chatbot.core.text import visible, wrap
from chatbot.core.values import Answer, Source, Status, ValueProblem, parse_moment
from chatbot.core.withdrawals import Withdrawal
from chatbot.errors import BackstoryError, KeyProblem
from chatbot.export_command import export_json, export_markdown, export_text, load_export
from chatbot.record.cases import CaseSummary
from chatbot.record.envelope import Record
from chatbot.record.event_list import EventLine, event_lines
from chatbot.record.read import examine_file, transcript_of
from chatbot.record.recovery import Examined
from chatbot.record.replay import load_protocol, verify

ANSWER_COLUMNS = (
    *("record", "what", "question", "asked", "answer", "value", "status", "source", "given", "written", "who", "via"),
    *("because", "reason", "note", "stands"),
)
"""Of the table of answers. ``stands``: yes, or no for what was corrected or taken back later."""

VERDICTS = {5: "CORRUPT", 6: "UNKNOWN-VERSION", 9: "NO-KEY"}
"""Exit code of an error to the verdict on what it kept from being read."""

_bundle = lru_cache(maxsize=4)(load_bundle)
"""Bundles by their bytes: the cases of a person share one or two."""

_Answered = ev.AnswerGiven | ev.AnswerCorrected | ev.AnswerCarried


@dataclass
class Readable:
    """A case as files, by name; and how it stands."""

    files: dict[str, str] = field(default_factory=dict)
    verdict: str = ""
    head_code: str = ""
    said: list[str] = field(default_factory=list)
    """What is to be told about it."""
    whole: bool = True
    """It verifies, and all of it could be put in words."""
    digest: str = ""
    """Of its protocol; empty where the header cannot be read."""


def readable(summary: CaseSummary, withdrawals: Sequence[Withdrawal] = ()) -> Readable:
    """Return everything that can be read of a case. What cannot is said, and hides nothing else."""
    made = Readable()
    path = summary.path
    try:
        data, examined = examine_file(path)
    except BackstoryError as error:
        return _unreadable(made, error)
    if not examined.records:
        return _unreadable(made, examined.damage.error(path) if examined.damage else BackstoryError("it is empty"))
    made.digest = str(examined.records[0].data["protocol"]["digest"])
    _verified(made, path)
    if made.verdict == "NO-KEY":
        return made
    try:
        protocol = _protocol(path, examined, len(data))
        lines = event_lines(protocol, examined.records, show_private=True)
        made.files["events.txt"] = _events_text(lines)
        made.files["answers.csv"] = answers_csv(protocol, examined.records, lines)
    except (BackstoryError, LookupError, ValueError, TypeError) as error:
        said = error.message if isinstance(error, BackstoryError) else "its events do not fit its protocol"
        made.whole = False
        made.said.append(f"The events could not be put in words: {said}.")
    try:
        own = load_export(path, None, "clinician", withdrawals)
        made.files |= {
            "record.txt": export_text(own),
            "record.md": export_markdown(own),
            "record.json": export_json(own),
        }
        made.files["record-plain-words.txt"] = export_text(replace(own, register="patient"))
    except BackstoryError as error:
        made.whole = False
        made.said.append(f"The record could not be written out: {error.message}.")
    return made


def _unreadable(made: Readable, error: BackstoryError) -> Readable:
    made.whole = False
    made.verdict = VERDICTS.get(int(error.exit_code), "UNREADABLE")
    made.said.append(f"It cannot be opened here: {error.message}. The file is included as it is.")
    return made


def _verified(made: Readable, path: Path) -> None:
    try:
        report = verify(path, _bundle)
    except BackstoryError as error:
        _unreadable(made, error)
        if isinstance(error, KeyProblem):
            return
        made.said[-1] = f"It does not verify: {error.message}. What stands before the damage is included."
        return
    made.verdict, made.head_code = report.verdict, report.head_code
    made.said += [each.replace(f"{path}:", "line ") for each in report.problems]


def _protocol(path: Path, examined: Examined, size: int) -> Protocol:
    whole = Examined(examined.records, examined.good, examined.lacks_newline, None)
    return load_protocol(transcript_of(path, size, whole), _bundle)


def _events_text(lines: Sequence[EventLine]) -> str:
    rows: list[str] = []
    for each in lines:
        rows += wrap(f"{each.wall[:19]}  {each.said}", 100, "      ", f"{each.number:>4}  ")
    return "\n".join(map(visible, rows)) + "\n"


def answers_csv(protocol: Protocol, records: Sequence[Record], lines: Sequence[EventLine]) -> str:
    """Return every answer ever given, one a row, as CSV with a head; *lines* are the same records in words."""
    standing: dict[str, int] = {}
    for each in records:
        if isinstance(each.event, _Answered):
            standing[each.event.question] = each.seq
        elif isinstance(each.event, ev.AnswerWithdrawn):
            standing.pop(each.event.question, None)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(ANSWER_COLUMNS)
    for each, line in zip(records, lines, strict=True):
        event = each.event
        if not isinstance(event, _Answered):
            continue
        question = protocol.questions[event.question]
        stands = "yes" if standing.get(event.question) == each.seq else "no"
        row = (
            *(each.seq, each.type.removeprefix("answer."), event.question, question.ask.clinician),
            *(
                _words(protocol, event),
                _value(event.value),
                event.status or "",
                event.source,
                event.on,
                each.t,
                line.who,
                event.via,
            ),
            *(getattr(event, "because", ""), event.reason or "", event.note or "", stands),
        )
        writer.writerow([_cell(str(cell)) for cell in row])
    return out.getvalue()


def _words(protocol: Protocol, event: _Answered) -> str:
    """Return what was answered as the record says it."""
    question = protocol.questions[event.question]
    try:
        # Whether a date lay ahead was asked when it was given.
        value = None if event.value is None else accept(question, event.value, datetime.max)
    except ValueProblem:
        return _value(event.value)
    status = None if event.status is None else Status(event.status)
    answer = Answer(value, status, Source(event.source), parse_moment(event.on), event.reason)
    return answer_text(protocol.labels, question, answer, "clinician")


def _value(value: object) -> str:
    if isinstance(value, list):
        return "; ".join(map(str, value))
    if isinstance(value, dict):
        return "; ".join(f"{key}: {each}" for key, each in value.items())
    return "" if value is None else str(value)


def _cell(text: str) -> str:
    """Keep a spreadsheet from taking what somebody said for a formula."""
    said = visible(text)
    return f"'{said}" if said[:1] in {"=", "+", "-", "@"} else said
