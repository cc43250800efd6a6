"""The desk: cases on disk as the shells use them. Opens, resumes and lets go of one case at a time.

One method for each thing a shell may ask of it, so it stays one module past 400 lines.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property, lru_cache
from pathlib import Path

from chatbot.content.in_use import refuse_withdrawn, withdrawn_content
from chatbot.content.library import load_bundle, load_protocol, protocol_names, protocols_folder
from chatbot.content.wordings import Wordings
from chatbot.core.beginnings import Beginning, begin_amendment, begin_follow_up
from chatbot.core.changes import Story
from chatbot.core.commands import ChangeActor
from chatbot.core.events import ActorChanged, CaseOpened, Event, SitePinned
from chatbot.core.identity import Confirmation
from chatbot.core.lineage import header_of
from chatbot.core.navigation import pinned_review
from chatbot.core.plan import build_plan
from chatbot.core.protocol import Protocol
from chatbot.core.site import named_facts, region_kept
from chatbot.core.values import moment_text
from chatbot.core.withdrawals import Withdrawal, told
from chatbot.encryption import Encryption, encryption_of
from chatbot.errors import BackstoryError, ContentError, UsageError
from chatbot.export.document import with_head
from chatbot.export.text import plan_text
from chatbot.interview import Interview, MemoryRecorder, as_shown
from chatbot.record.access import AccessLog
from chatbot.record.cases import CaseSummary, storage_warning, transcripts_folder
from chatbot.record.confirm import look
from chatbot.record.event_list import EventLine, event_lines
from chatbot.record.glance import Glances, file_stamp
from chatbot.record.host import Host
from chatbot.record.keys import keys_file, read_key
from chatbot.record.lineage import folder_of
from chatbot.record.read import Transcript, read_transcript
from chatbot.record.recording import Recording, open_recording
from chatbot.record.reopen import RecoveredTranscript
from chatbot.record.replay import load_protocol as protocol_of
from chatbot.record.replay import replay
from chatbot.record.running import check_no_attempt
from chatbot.record.standing import Standing, Verdict, standing, turns, verdict
from chatbot.record.store import TranscriptWriter
from chatbot.record.subject import check_identity, check_text, subject_code
from chatbot.record.succession import Kept, check_amendment, check_follow_up, first_visit, kept, story_of
from chatbot.settings import read_settings, write_settings

cached_bundle = lru_cache(maxsize=4)(load_bundle)
"""Bundles by their bytes: many cases share one."""


UNSAID = "role not said"
"""Stands for the role of somebody who did not say it."""


class Desk:
    """Where cases are taken from and put back."""

    def __init__(
        self,
        transcripts: Path,
        protocol: Callable[[], Protocol],
        host: Host,
        *,
        as_of: str | None = None,
        actor: str = "",
        role: str = "",
        known: str = "typed",
        keys: Path | None = None,
        site: Callable[[Protocol, bool], Mapping[str, str] | None] = lambda protocol, strict: None,
        wordings: Wordings | None = None,
        withdrawals: Callable[[], Sequence[Withdrawal]] = tuple,
        protocol_names: Callable[[], Sequence[str]] = tuple,
        signing: Path | None = None,
        encryption: Encryption | None = None,
        fallback: Path | None = None,
    ) -> None:
        """*as_of* is the clinical moment of every sitting begun here; None: the host's clock.

        *actor*: who is at the keyboard; empty: nobody said. *keys*: the file of the site key. *site* returns the
        local facts that a protocol names, strictly checked or not; None: there is no file of them. *wordings* says
        in which language texts are shown; None: the protocol's own. *withdrawals* returns the content that must no
        longer be used. *signing*: the file of the key that signs at sign-off; None: nothing is signed. *encryption*
        says to whom new cases are encrypted; None: to nobody. *fallback*: the folder a case
        goes on in when its own can no longer be written.
        """
        self.transcripts = transcripts
        self.host = host
        self._protocol = protocol
        self._as_of = as_of
        self.actor, self.role, self.known = actor, role, known
        self.keys = keys
        self._site = site
        self._wordings = wordings or Wordings()
        self._withdrawals = withdrawals
        self.protocol_names = protocol_names
        self.signing = signing
        self._encryption = encryption or Encryption()
        self.fallback = fallback
        self._writer: TranscriptWriter | None = None
        self._glances = Glances()
        self._standings: dict[Path, tuple[tuple[int, ...], Standing]] = {}
        self._notices: list[str] = []

    @classmethod
    def from_options(cls, options: argparse.Namespace, *, as_of: str | None = None) -> Desk:
        """Return the desk that command line, environment and settings ask for."""
        settings = read_settings(options.settings)
        name = getattr(options, "protocol", None) or settings.protocol
        actor = check_text(getattr(options, "actor", ""), "--actor")
        role = check_text(getattr(options, "role", ""), "--role")
        path = getattr(options, "site", None) or (Path(settings.site) if settings.site else None)
        region = getattr(options, "region", None)

        def site(protocol: Protocol, strict: bool) -> Mapping[str, str] | None:
            if not protocol.site and not protocol.regions and region is None:
                return None
            # Deferred: PyYAML, for protocols that name local facts only.
            from chatbot.content.site_file import in_region, site_facts

            facts = site_facts(protocol, path, folder=options.protocols, strict=strict)
            return in_region(protocol, facts, region, remembered=settings.region)

        return cls(
            transcripts_folder(options.transcripts, os.environ),
            lambda: load_protocol(name, folder=options.protocols),
            Host(),
            as_of=as_of,
            actor=actor or settings.actor or "",
            role=role or settings.actor_role or settings.role or "",
            known="typed" if actor else "remembered",
            keys=keys_file(getattr(options, "keys", None), os.environ, settings.keys),
            site=site,
            wordings=Wordings.of(getattr(options, "language", None), options.protocols),
            withdrawals=lambda: withdrawn_content(options.protocols),
            protocol_names=lambda: protocol_names(protocols_folder(options.protocols)),
            signing=Path(settings.signing_key).expanduser() if settings.signing_key else None,
            encryption=encryption_of(options),
            fallback=Path(settings.fallback).expanduser() if settings.fallback else None,
        )

    @cached_property
    def protocol(self) -> Protocol:
        """The protocol new cases are opened with.

        Raises: ContentError, UsageError.
        """
        return self._protocol()

    @property
    def withdrawals(self) -> Sequence[Withdrawal]:
        """Content that must no longer be used.

        Raises: ContentError when it cannot be told.
        """
        return self._withdrawals()

    def now(self) -> str:
        """Return the moment of a sitting that begins now: the clinic's own clock, to the minute."""
        if self._as_of is not None:
            return self._as_of
        return moment_text(local(self.host.wall()))

    def cases(self) -> Sequence[CaseSummary]:
        """Return every case in the folder by a glance at each, damaged ones included, and those of the second folder.

        Of a case that had to be written anew elsewhere, the file it was left in is not offered beside the one that goes
        on: answers given there would be missing here.
        """
        found = self._glances.cases(self.transcripts)
        if self.fallback is None or not self.fallback.is_dir():
            return found
        moved = self._glances.cases(self.fallback)
        went_on = {each.case for each in moved if each.case and each.relocated}
        kept = [each for each in found if each.case not in went_on]
        return sorted([*moved, *kept], key=lambda each: (each.last, each.path.name), reverse=True)

    def standing(self, path: Path) -> Standing:
        """Return where a kept case stands; remembered until its file changes. Reads only."""
        stamp = file_stamp(path)
        if path not in self._standings or self._standings[path][0] != stamp:
            self._standings[path] = stamp, standing(path, self._content_of)
        return self._standings[path][1]

    def turns(self, path: Path) -> dict[int, Standing]:
        """Return where the urgency of a kept case became another, by the number of the record. Reads only.

        Raises: CorruptTranscript, VersionUnsupported, StorageError.
        """
        transcript = read_transcript(path)
        return turns(transcript, self._content_of(transcript))

    def verdict(self, path: Path) -> Verdict:
        """Verify a kept case. Reads only."""
        return verdict(path, cached_bundle)

    def recording(self, path: Path) -> Recording:
        """Open a kept case to be played. Reads only.

        Raises: CorruptTranscript, VersionUnsupported, StorageError.
        """
        return open_recording(path, cached_bundle)

    @cached_property
    def access(self) -> AccessLog:
        """Where it is noted that cases were opened to be read."""
        return AccessLog(self.host, os.environ)

    def noted(self, what: str, path: Path | None, cases: int = 1) -> str:
        """Note that a case was opened to be read, or with no *path* many; return what must be said about it, if any."""
        if path is None:
            return self.access.note_run(what, self.transcripts, cases, actor=self.actor)
        return self.access.note(what, path, actor=self.actor)

    def demonstration(self) -> Interview:
        """Begin a case that shows how an interview goes. It is kept in memory alone; no file is touched."""
        protocol = self.protocol
        opened = self._opened(protocol, "demonstration", "tour", "", None)
        recorder = MemoryRecorder()
        recorder.append([opened])
        site = self._site_again(protocol)
        words = self._wordings.shown(protocol, opened.kind, self._notices.append)
        return Interview.start(protocol, recorder, opened, site, words)

    # --- who ---

    def subject(self, record_number: str) -> str:
        """Return the subject code of a record number, which is kept nowhere.

        Raises: KeyProblem without a usable site key; UsageError for a number that cannot be used.
        """
        return subject_code(read_key(self.keys).secret, record_number)

    @property
    def has_key(self) -> bool:
        """Whether there is a site key file, usable or not: then record numbers are asked for."""
        return self.keys is not None and self.keys.exists()

    def named(self, actor: str, role: str, known: str = "typed") -> None:
        """Say who is at the keyboard from now on. A case being worked on is told by ``ChangeActor``."""
        self.actor, self.role, self.known = actor, role, known

    def _named(self, interview: Interview, opened_by: str) -> Interview:
        """Record who is at the keyboard where the records do not say so already."""
        interview.opened_by = opened_by
        interview.withdrawals = self.withdrawals
        actor = self._at_keyboard
        other_role = bool(self.actor and self.role) and self.role != interview.case.role
        if actor != interview.actor or other_role:
            known = self.known if self.actor else "login"
            refusal = interview.send(ChangeActor(actor, self.role or UNSAID, known))
            if refusal is not None:
                raise UsageError(refusal.message, hint="say who interviews in plain words: --actor, --role")
        return interview

    # --- cases ---

    def look(self, path: Path, kind: str | None = None) -> Confirmation:
        """Return what is to be confirmed before a case is resumed. Reads only.

        Raises: what ``chatbot.record.confirm.look`` raises; UsageError (T025) for an attempt at a station.
        """
        check_no_attempt(read_transcript(path))
        return look(self.transcripts, path, self._content_of, kind)

    def _content_of(self, transcript: Transcript) -> Protocol:
        return protocol_of(transcript, cached_bundle)

    def event_lines(self, path: Path | None = None, register: str = "clinician") -> list[EventLine]:
        """Return every event of a case in words: of the one being worked on, or of the one at *path*. Reads only.

        Raises: CorruptTranscript, VersionUnsupported, StorageError; UsageError when there is no such case.
        """
        if path is None:
            if self._writer is None:
                raise UsageError("no case is open", hint="choose one")
            path = self._writer.path
        transcript = read_transcript(path)
        return event_lines(self._content_of(transcript), transcript.entries, register=register)

    def start(
        self,
        kind: str,
        label: str,
        subject: str,
        as_of: str | None = None,
        *,
        record_number: str = "",
        confirmed: bool = False,
    ) -> Interview:
        """Open a new case. A *record_number* becomes the subject code and is kept nowhere.

        *confirmed*: a label that reads like a name was said to be none. Raises: UsageError for a label or code that
        says too much; KeyProblem; StorageError when the case cannot be kept. Then there is no case.
        """
        self.close()
        check_identity(label, subject, record_number=record_number, confirmed=confirmed)
        if record_number:
            subject = self.subject(record_number)
        protocol = self.protocol
        refuse_withdrawn(self.withdrawals, protocol)
        site = self._site(protocol, True)
        opened = self._opened(protocol, kind, label, subject, as_of)
        words = self._wordings.shown(protocol, opened.kind, self._notices.append)
        writer = TranscriptWriter.create(
            self.transcripts,
            opened,
            protocol,
            self.host,
            actor=self.actor,
            signing=self.signing,
            recipients=self._encryption.for_new_case(),
            fallback=self.fallback,
        )
        self._writer = writer
        self._warn(self.transcripts)
        return self._named(Interview.start(protocol, writer, opened, site, words), self._at_keyboard)

    def follow_up(
        self, path: Path, *, label: str = "", subject: str = "", kind: str | None = None, as_of: str | None = None
    ) -> Interview:
        """Open the next visit of a finished case, under the content of today.

        Stable history is carried, to be confirmed; everything else is asked again. *kind*, where it is said, must be
        that of the earlier case. Raises: UsageError when the case cannot be followed up; CorruptTranscript,
        TornTranscript, VersionUnsupported, LockedByAnother, StorageError.
        """
        self.close()
        earlier = kept(path, cached_bundle)
        protocol = self.protocol
        refuse_withdrawn(self.withdrawals, protocol)
        moment = as_of or self.now()
        check_follow_up(earlier, protocol, moment)
        _same_person(earlier, kind, subject)
        opened = header_of(earlier.case, self._opened(protocol, "", label, subject, moment), amends=False)
        first = first_visit(earlier, protocol, cached_bundle)
        head = earlier.transcript.head
        site = {**region_kept(earlier.case.site), **(self._site(protocol, True) or {})}
        facts = named_facts(protocol, site)
        beginning = begin_follow_up(protocol, opened, earlier.protocol, earlier.case, head, first, facts)
        return self._begun(earlier, protocol, opened, beginning, facts)

    def amend(self, path: Path, *, kind: str | None = None) -> Interview:
        """Open a new version of a signed case, under the content it was signed with; the signed file is not touched.

        Raises: UsageError when the case is not signed or has a newer version; otherwise as ``follow_up``.
        """
        self.close()
        earlier = kept(path, cached_bundle)
        check_amendment(earlier)
        _same_person(earlier, kind, "")
        protocol, transcript = earlier.protocol, earlier.transcript
        refuse_withdrawn(self.withdrawals, protocol, earlier.case)
        opened = header_of(earlier.case, self._opened(protocol, "", "", "", None), amends=True)
        beginning = begin_amendment(protocol, opened, earlier.case, transcript.head, transcript.events)
        return self._begun(earlier, protocol, opened, beginning)

    def _opened(self, protocol: Protocol, kind: str, label: str, subject: str, as_of: str | None) -> CaseOpened:
        return CaseOpened(
            case=self.host.new_case(),
            kind=kind,
            as_of=as_of or self.now(),
            label=label,
            subject=subject,
            protocol=protocol.identity,
            locale=self._wordings.locale(protocol),
        )

    def _begun(
        self,
        earlier: Kept,
        protocol: Protocol,
        opened: CaseOpened,
        beginning: Beginning,
        site: Mapping[str, str] | None = None,
    ) -> Interview:
        """Record the beginning of a case beside the one it comes from, in one piece."""
        words = self._wordings.shown(protocol, opened.kind, self._notices.append)
        root = folder_of(earlier.path)
        folder = root if (root / "protocols").is_dir() else self.transcripts
        # Who is at the keyboard comes first: taking over from nobody needs no recap.
        who = [ActorChanged(self.actor, self.role or UNSAID, self.known)] if self.actor else []
        facts = named_facts(protocol, site or {})
        site_facts = [SitePinned(facts)] if facts else []
        first = (*who, *site_facts, *pinned_review(protocol.review), *as_shown(beginning.events, words))
        writer = TranscriptWriter.create(
            folder,
            opened,
            protocol,
            self.host,
            actor=self.actor,
            first=first,
            signing=self.signing,
            recipients=self._encryption.for_new_case(earlier.transcript.recipients),
            fallback=self.fallback,
        )
        self._writer = writer
        self._warn(folder)
        if beginning.left_behind:
            names = "; ".join(each.clinician for each in beginning.left_behind)
            self._notices.append(
                f"Today's content no longer takes these earlier answers, so they were left out: {names}"
            )
        return self._named(Interview(protocol, writer, [opened, *first], words), self._at_keyboard)

    # --- attempts at stations, which ``chatbot.practice_desk`` makes ---

    def opening(self, protocol: Protocol, kind: str, label: str, as_of: str) -> CaseOpened:
        """Return the header of a case that is no interview."""
        return self._opened(protocol, kind, label, "", as_of)

    def write(
        self, opened: CaseOpened, protocol: Protocol, first: Sequence[Event]
    ) -> tuple[TranscriptWriter, tuple[Event, ...]]:
        """Begin the transcript of a case that is no interview, with its *first* events, in one piece.

        Returns its writer, and all that was recorded. It is the case being worked on from then on.
        Raises: StorageError, KeyProblem; then there is no case.
        """
        self.close()
        who = [ActorChanged(self.actor, self.role or UNSAID, self.known)] if self.actor else []
        writer = TranscriptWriter.create(
            self.transcripts,
            opened,
            protocol,
            self.host,
            actor=self.actor,
            first=(*who, *first),
            signing=self.signing,
            recipients=self._encryption.for_new_case(),
            fallback=self.fallback,
        )
        self._writer = writer
        self._warn(self.transcripts)
        return writer, (opened, *who, *first)

    def write_on(self, path: Path) -> tuple[TranscriptWriter, RecoveredTranscript]:
        """Open the transcript of a case that is no interview again; it is the one being worked on from then on.

        Raises: LockedByAnother, CorruptTranscript, VersionUnsupported, StorageError, UsageError, KeyProblem.
        """
        self.close()
        writer, transcript = TranscriptWriter.resume(
            path, self.host, actor=self.actor, signing=self.signing, fallback=self.fallback
        )
        self._writer = writer
        if transcript.recovered:
            self._notices.append(recovered_text(transcript.after, transcript.side_file))
        return writer, transcript

    def _warn(self, folder: Path) -> None:
        warning = storage_warning(folder)
        if warning:
            self._notices.append(warning)

    def resume(self, path: Path, as_of: str | None = None) -> Interview:
        """Begin another sitting of a kept case, under the content it was made with. ``look`` at it first.

        Raises: LockedByAnother, CorruptTranscript, VersionUnsupported, StorageError, UsageError; WithdrawnContent.
        """
        self.close()
        if self.withdrawals:
            # Before anything is opened for writing: what was withdrawn leaves no trace in the case.
            as_it_stands = read_transcript(path)
            content = self._content_of(as_it_stands)
            refuse_withdrawn(self.withdrawals, content, replay(as_it_stands, content)[0])
        writer, transcript = TranscriptWriter.resume(
            path, self.host, actor=self.actor, signing=self.signing, fallback=self.fallback
        )
        try:
            check_no_attempt(transcript)
            protocol = self._content_of(transcript)
            site = self._site_again(protocol)
            header = transcript.header
            words = self._wordings.shown(protocol, header["kind"], self._notices.append, header["locale"])
            today = self._today(protocol)
            if today is not None and today.certificate is not None:
                protocol = replace(protocol, certificate=today.certificate)
            moment, review = as_of or self.now(), None if today is None else today.review
            interview = Interview.resume(protocol, writer, transcript.events, moment, site, words, review)
        except BaseException:
            writer.close()
            raise
        self._writer = writer
        if transcript.recovered:
            self._notices.append(recovered_text(transcript.after, transcript.side_file))
        return self._named(interview, transcript.entries[0].actor)

    @property
    def _at_keyboard(self) -> str:
        """Who is at the keyboard, as records spell it."""
        return self.actor or f"os:{self.host.user()}"

    def _site_again(self, protocol: Protocol) -> Mapping[str, str] | None:
        """Return the local facts for a kept case. A faulty file strands no case: what was pinned stays."""
        try:
            return self._site(protocol, False)
        except (ContentError, UsageError) as error:
            self._notices.append(f"{error.render()}\nThe local facts of the last sitting are used.")
            return None

    def _today(self, protocol: Protocol) -> Protocol | None:
        """Return the content of a kept case as it stands today, reviewed and proved; None when today's is another."""
        try:
            today = self.protocol
        except BackstoryError:
            return None
        return today if today.digest == protocol.digest else None

    def story(self, interview: Interview) -> Story | None:
        """Return where the case being worked on stands, and what differs from those before it.

        None for a case that stands alone. Raises: StorageError.
        """
        case = interview.case
        if self._writer is None or (case.previous is None and case.amends is None):
            return None
        return story_of(self._writer.path, interview.protocol, tuple(interview.events), cached_bundle)

    def read_plan(self, path: Path, register: str = "clinician", *, width: int = 80) -> str:
        """Return the plan of a kept case as text, without opening it for writing.

        Raises: CorruptTranscript, VersionUnsupported, StorageError.
        """
        transcript = read_transcript(path)
        protocol = protocol_of(transcript, cached_bundle)
        case, _ = replay(transcript, protocol)
        story = story_of(path, protocol, transcript.events, cached_bundle)
        return plan_text(
            with_head(
                told(build_plan(protocol, case), self._withdrawn_as_known(), protocol),
                transcript.head_code,
                transcript.records,
            ),
            protocol.labels,
            width=width,
            register=register,
            case=" · ".join(filter(None, [case.case, case.label, case.subject])),
            decisions=case.decisions,
            story=story,
            left_open=case.left_open,
        )

    def _withdrawn_as_known(self) -> Sequence[Withdrawal]:
        """Return what was withdrawn, for a page that is only read."""
        try:
            return self.withdrawals
        except ContentError as error:
            self._notices.append(error.render())
            return ()

    def notices(self) -> list[str]:
        """Return what the person must be told about the file, once."""
        self._collect_notices()
        found = list(self._notices)
        self._notices.clear()
        return found

    def _collect_notices(self) -> None:
        """Take over what the writer has to tell, one by one: its thread may be adding to it."""
        while self._writer is not None and self._writer.notices:
            self._notices.append(self._writer.notices.pop(0))

    def close(self) -> None:
        """Let go of the case being worked on; everything acknowledged is on disk already."""
        if self._writer is not None:
            self._writer.close()
            # What could not be registered, or was written anew at the last moment, is still to be told.
            self._collect_notices()
            self._writer = None


def _same_person(earlier: Kept, kind: str | None, subject: str) -> None:
    """Refuse what would make another case of it. Raises: UsageError."""
    case = earlier.case
    if kind is not None and kind != case.kind:
        raise UsageError(f"{case.case} is a {case.kind} case: kinds never mix", hint="leave --kind out")
    if subject and case.subject and subject != case.subject:
        raise UsageError(
            f"{case.case} has the code {case.subject!r}, not {subject!r}", hint="check that this is the same person"
        )


def remember_actor(settings_file: Path | None, name: str, role: str) -> None:
    """Keep who interviews for the next time; an empty role leaves the one kept.

    Raises: StorageError.
    """
    kept = read_settings(settings_file)
    write_settings(replace(kept, actor=name, actor_role=role or kept.actor_role), settings_file)


def local(moment: datetime) -> datetime:
    """Return a moment on the clinic's own clock, without zone."""
    return moment.astimezone().replace(tzinfo=None)


def recovered_text(after: str | None, side_file: Path | None) -> str:
    """Say that the end of a transcript was torn and what became of it."""
    behind = f" after the answer to {after!r}" if after else ""
    kept = f" The fragment is kept in {side_file}." if side_file is not None else ""
    return f"The last entry{behind} was not completely saved and has to be given again.{kept}"
