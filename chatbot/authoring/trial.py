"""``backstory try``: a question of content that is being written, as the interview puts it.

A trial is a case of kind *test* that is kept in memory only. When a file is saved the content is read again and the
answers that still fit are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from chatbot.authoring.watch import stamps
from chatbot.content.answers_file import AnswersError, commands_of, read_answers
from chatbot.content.bundle import protocol_of
from chatbot.content.checks import Memory, check_package
from chatbot.content.diagnostics import refuse
from chatbot.content.library import find_protocol, protocols_folder, shown_path
from chatbot.content.package import MANIFEST, read_package
from chatbot.core.batch import NotAccepted, give_all
from chatbot.core.case import Case
from chatbot.core.commands import Acknowledge, AskEverything, Forward, GiveAnswer, ReadBack, Show
from chatbot.core.events import CaseOpened
from chatbot.core.findings import network
from chatbot.core.protocol import Protocol
from chatbot.core.resolve import near_miss
from chatbot.core.values import Answer, Status, moment_text, parse_moment, to_stored
from chatbot.core.ways import Given, filled, way_to
from chatbot.errors import ContentError, UsageError
from chatbot.interview import Interview, MemoryRecorder

NOWHERE = "nowhere: this is a trial, kept in memory only"


@dataclass(frozen=True, slots=True)
class Spot:
    """What FILE[:QUESTION] names."""

    folder: Path
    """The protocol folder."""
    question: str | None
    """As it was written; None: where FILE begins."""
    section: str | None = None
    """The section whose file it is."""
    answers: Path | None = None
    """The vignette it is."""


def spot(text: str, protocols: Path | None) -> Spot:
    """Find the protocol a file belongs to; a protocol may also be named.

    Raises: UsageError when there is no such file or it belongs to no protocol.
    """
    path, question = Path(text), None
    if not path.exists() and ":" in text:
        before, _, question = text.rpartition(":")
        path = Path(before)
    if not path.exists():
        if path.suffix or len(path.parts) > 1:
            raise UsageError(f"there is no file {str(path)!r}", hint="name a content file, or a protocol")
        return Spot(find_protocol(str(path), protocols_folder(protocols)), question or None)
    for folder in (path.resolve(), *path.resolve().parents):
        if (folder / MANIFEST).is_file():
            break
    else:
        raise UsageError(f"{str(path)!r} belongs to no protocol", hint=f"no folder above it has a {MANIFEST}")
    home = path.resolve().parent.name if path.is_file() else ""
    return Spot(
        folder,
        question or None,
        section=path.stem if home == "sections" else None,
        answers=path if home == "vignettes" else None,
    )


class Trial:
    """One question of a protocol being tried, and tried again whenever a file is saved."""

    def __init__(self, where: Spot, *, answers: Path | None = None, as_of: str | None = None, now: str) -> None:
        """*answers*: a file to start from; *as_of* overrides its day; *now*: the day where nothing names one.

        Raises: ContentError, AnswersError, UsageError.
        """
        self.where = where
        self.memory = Memory()
        self.told: list[str] = []
        self.seen = stamps([where.folder])
        self.protocol = self._load()
        self.target = self._target()
        self.interview = self._begin(answers or where.answers, as_of, now)

    # --- content ---

    def _load(self) -> Protocol:
        """Read the content as it stands now, without its vignettes.

        Raises: ContentError with every diagnostic.
        """
        folder = self.where.folder
        package = read_package(folder, shown_path(folder), vignettes=False, memory=self.memory.files)
        found = [*package.found, *check_package(package, self.memory)]
        refuse(found)
        return protocol_of(package, self.memory.conditions)

    def _target(self) -> str | None:
        """Return the question to open at; None: the first one."""
        protocol, written = self.protocol, self.where.question
        if written is None:
            section = protocol.sections.get(self.where.section or "")
            return None if section is None else section.questions[0]
        if written in protocol.questions:
            return written
        if written in protocol.groups:
            return f"{written}[1].{protocol.groups[written].fields[0]}"
        group, _, field = written.partition(".")
        for name in (f"{group}[1].{field}", *(f"{each}[1].{written}" for each in protocol.groups)):
            if name in protocol.questions:
                return name
        for owners in (protocol.findings, protocol.red_flags, protocol.guards, protocol.rules):
            when = owners[written].when if written in owners else None
            if when is not None and (behind := protocol.questions_behind(when)):
                return next(key for key in network(protocol).ask_order if key in behind)
        known = [*(key for key in protocol.questions if "[" not in key), *protocol.groups, *protocol.red_flags]
        hint = near_miss(written, known) or "name a question of this protocol"
        raise UsageError(f"no question is called {written!r} in {shown_path(self.where.folder)}", hint=hint)

    # --- the case ---

    def _begin(self, answers: Path | None, as_of: str | None, now: str) -> Interview:
        if answers is not None:
            file = read_answers(answers)
            day = as_of or file.as_of or now
            given = commands_of(self.protocol, file, moment_text(parse_moment(day)))
            self.told.append(f"The answers of {shown_path(answers.resolve())} are filled in.")
            return self._reached(given, day)
        if self.target is None:
            return self._opened((), as_of or now)
        for path in sorted((self.where.folder / "vignettes").glob("*.yaml")):
            found = self._of_vignette(path, as_of)
            if found is not None:
                return found
        return self._reached((), as_of or now)

    def _of_vignette(self, path: Path, as_of: str | None) -> Interview | None:
        """Return the case of a vignette up to the target, or None when the vignette does not come to it."""
        assert self.target is not None
        order = network(self.protocol).ask_order
        before = set(order[: order.index(self.target)])
        try:
            file = read_answers(path)
            day = as_of or file.as_of
            if day is None:
                return None
            given = [one for one in commands_of(self.protocol, file, day) if one.question in before]
            case = self._case(given, day)
        except (AnswersError, NotAccepted):
            return None
        if case.assessment.applies[self.target] is not True:
            return None
        self.told.append(f"The answers before it are those of the vignette {path.stem}.")
        return self._reached(given, day)

    def _reached(self, given: Iterable[GiveAnswer], as_of: str) -> Interview:
        """Open the case with answers, adding what it takes to ask the target."""
        given = list(given)
        if self.target is None:
            return self._opened(given, as_of)
        try:
            answers = dict(self._case(given, as_of).answers)
        except NotAccepted as error:
            raise UsageError(f"{error.command.question}: {error.refusal.message}", hint=error.refusal.hint) from error
        moment = parse_moment(as_of)
        way = way_to(self.protocol, self.target, answers, moment)
        if way is None:
            when = self.protocol.questions[self.target].when
            said = "" if when is None else f"; its condition is: {when.text}"
            hint = "give answers that lead to it with --answers FILE"
            raise UsageError(f"no answers were found under which {self.target!r} is asked{said}", hint=hint)
        assumed = {one.question: one for one in given}
        assumed |= {key: _command(key, one) for key, one in way.items()}
        if way:
            self.told.append(f"Assumed, so that it is asked: {_said(way)}.")
        case = self._case(list(assumed.values()), as_of)
        rest = filled(self.protocol, self.target, case.answers, moment)
        if rest:
            self.told.append(f"Filled in before it, with what raises nothing: {_said(rest)}.")
        assumed |= {key: _command(key, one) for key, one in rest.items()}
        return self._opened(list(assumed.values()), as_of)

    def _header(self, as_of: str) -> CaseOpened:
        moment = moment_text(parse_moment(as_of))
        return CaseOpened("TRY", "test", moment, "try", "", self.protocol.identity)

    def _case(self, given: Iterable[GiveAnswer], as_of: str) -> Case:
        return give_all(self.protocol, self._header(as_of), given)[0]

    def _opened(self, given: Iterable[GiveAnswer], as_of: str) -> Interview:
        given = list(given)
        recorder = MemoryRecorder()
        header = self._header(as_of)
        if not given:
            recorder.append([header])
            interview = Interview.start(self.protocol, recorder, header)
        else:
            _, events = give_all(self.protocol, header, given)
            recorder.append(events)
            interview = Interview(self.protocol, recorder, events)
            if interview.case.alarms:
                interview.send(Acknowledge())
            if interview.case.acknowledged:
                names = ", ".join(sorted(interview.case.acknowledged))
                self.told.append(f"These answers raise an emergency, taken as read: {names}.")
            # What was assumed is not read back to anybody; where nothing is due, this is refused and changes nothing.
            interview.send(ReadBack())
        if self.target is not None:
            interview.send(Show(self.target))
        return interview

    # --- saving ---

    def reload(self) -> Interview | None:
        """Return the interview to go on with when a file was saved since; None when none was.

        Where the content has errors, that is the interview as it was.
        """
        now = stamps([self.where.folder])
        if now == self.seen:
            return None
        self.seen = now
        try:
            protocol = self._load()
        except ContentError as error:
            self.told.append("Not read again: the content has errors. What you see is the content before.")
            self.told += error.message.split("\n")
            return self.interview
        if protocol.digest == self.protocol.digest:
            return None
        self.protocol = protocol
        self.interview = self._carried_over(self.interview)
        return self.interview

    def _carried_over(self, before: Interview) -> Interview:
        """Return the same answers under the content as it is now."""
        case, protocol = before.case, self.protocol
        dropped = {key: "it is not asked any more" for key in case.answers if key not in protocol.questions}
        kept = {key: _again(key, answer) for key, answer in case.answers.items() if key in protocol.questions}
        header = self._header(moment_text(case.as_of))
        while True:
            try:
                _, events = give_all(protocol, header, kept.values())
                break
            except NotAccepted as error:
                key = error.command.question
                dropped[key] = error.refusal.message
                del kept[key]
        recorder = MemoryRecorder()
        recorder.append(events)
        interview = Interview(protocol, recorder, events)
        if interview.case.alarms and set(interview.case.alarms) <= case.acknowledged:
            interview.send(Acknowledge())
            if case.widened:
                interview.send(AskEverything())
        if case.read_back:
            interview.send(ReadBack())
        for wanted in (case.shown, self.target):
            if wanted is not None and wanted in protocol.questions and interview.send(Show(wanted)) is None:
                break
        else:
            interview.send(Forward())
        self.told.append(f"Read again: {len(kept)} answer{'' if len(kept) == 1 else 's'} kept.")
        self.told += [f"Dropped, the answer to {key}: {why}." for key, why in dropped.items()]
        return interview

    def notices(self) -> list[str]:
        """Return what the author is to be told, once."""
        told, self.told = self.told, []
        return told


def _command(key: str, given: Given) -> GiveAnswer:
    if isinstance(given, Status):
        return GiveAnswer(key, status=given.value, via="file")
    return GiveAnswer(key, value=to_stored(given), via="file", confirmed=True)


def _again(key: str, answer: Answer) -> GiveAnswer:
    """Return the command that gives an answer as it was given."""
    return GiveAnswer(
        key,
        value=None if answer.value is None else to_stored(answer.value),
        status=None if answer.status is None else answer.status.value,
        source=answer.source.value,
        via="file",
        reason=answer.reason,
        on=moment_text(answer.given),
        note=answer.note,
        confirmed=True,
    )


def _said(way: Mapping[str, Given]) -> str:
    """Say assumed answers as an answers file would."""
    parts = []
    for key, given in way.items():
        stored = given.value if isinstance(given, Status) else to_stored(given)
        if isinstance(stored, dict):
            stored = f"{{{', '.join(f'{cell}: {option}' for cell, option in stored.items())}}}"
        elif isinstance(stored, list):
            stored = f"[{', '.join(stored)}]"
        parts.append(f"{key}: {stored}")
    return ", ".join(parts)
