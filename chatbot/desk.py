"""The desk: cases on disk as the shells use them. Opens, resumes and lets go of one case at a time."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property, lru_cache
from pathlib import Path

from chatbot.content.library import load_bundle, load_protocol
from chatbot.core.commands import ChangeActor
from chatbot.core.events import CaseOpened
from chatbot.core.protocol import Protocol
from chatbot.core.values import moment_text
from chatbot.errors import ContentError, UsageError
from chatbot.interview import Interview
from chatbot.record.cases import CaseSummary, list_cases, storage_warning, transcripts_folder
from chatbot.record.host import Host
from chatbot.record.replay import load_protocol as protocol_of
from chatbot.record.store import TranscriptWriter
from chatbot.settings import read_settings

cached_bundle = lru_cache(maxsize=4)(load_bundle)
"""Bundles by their bytes: many cases share one."""


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
        site: Callable[[Protocol, bool], Mapping[str, str] | None] = lambda protocol, strict: None,
    ) -> None:
        """*as_of* is the clinical moment of every sitting begun here; None: the host's clock.

        *site* returns the local facts that a protocol names, strictly checked or not; None: there is no file of them.
        """
        self.transcripts = transcripts
        self.host = host
        self._protocol = protocol
        self._as_of = as_of
        self._actor, self._role = actor, role
        self._site = site
        self._writer: TranscriptWriter | None = None
        self._notices: list[str] = []

    @classmethod
    def from_options(cls, options: argparse.Namespace, *, as_of: str | None = None) -> Desk:
        """Return the desk that command line, environment and settings ask for."""
        settings = read_settings(options.settings)
        name = getattr(options, "protocol", None) or settings.protocol
        path = getattr(options, "site", None) or (Path(settings.site) if settings.site else None)

        def site(protocol: Protocol, strict: bool) -> Mapping[str, str] | None:
            if not protocol.site:
                return None
            # Deferred: PyYAML, for protocols that name local facts only.
            from chatbot.content.site_file import site_facts

            return site_facts(protocol, path, folder=options.protocols, strict=strict)

        return cls(
            transcripts_folder(options.transcripts, os.environ),
            lambda: load_protocol(name, folder=options.protocols),
            Host(),
            as_of=as_of,
            actor=getattr(options, "actor", ""),
            role=settings.role or "",
            site=site,
        )

    @cached_property
    def protocol(self) -> Protocol:
        """The protocol new cases are opened with.

        Raises: ContentError, UsageError.
        """
        return self._protocol()

    def now(self) -> str:
        """Return the moment of a sitting that begins now: the clinic's own clock, to the minute."""
        if self._as_of is not None:
            return self._as_of
        return moment_text(local(self.host.wall()))

    def cases(self) -> Sequence[CaseSummary]:
        """Return every case in the folder, damaged ones included."""
        return list_cases(self.transcripts)

    def start(self, kind: str, label: str, subject: str, as_of: str | None = None) -> Interview:
        """Open a new case.

        Raises: StorageError when it cannot be kept; then there is no case.
        """
        self.close()
        protocol = self.protocol
        site = self._site(protocol, True)
        opened = CaseOpened(
            case=self.host.new_case(),
            kind=kind,
            as_of=as_of or self.now(),
            label=label,
            subject=subject,
            protocol=protocol.identity,
        )
        writer = TranscriptWriter.create(self.transcripts, opened, protocol, self.host, actor=self._actor)
        self._writer = writer
        warning = storage_warning(self.transcripts)
        if warning:
            self._notices.append(warning)
        return self._named(Interview.start(protocol, writer, opened, site))

    def resume(self, path: Path, as_of: str | None = None) -> Interview:
        """Begin another sitting of a kept case, under the content it was made with.

        Raises: LockedByAnother, CorruptTranscript, VersionUnsupported, StorageError, UsageError.
        """
        self.close()
        writer, transcript = TranscriptWriter.resume(path, self.host, actor=self._actor)
        try:
            protocol = protocol_of(transcript, cached_bundle)
            site = self._site_again(protocol)
            interview = Interview.resume(protocol, writer, transcript.events, as_of or self.now(), site)
        except BaseException:
            writer.close()
            raise
        self._writer = writer
        if transcript.recovered:
            self._notices.append(recovered_text(transcript.after, transcript.side_file))
        return self._named(interview)

    def _site_again(self, protocol: Protocol) -> Mapping[str, str] | None:
        """Return the local facts for a kept case. A faulty file strands no case: what was pinned stays."""
        try:
            return self._site(protocol, False)
        except (ContentError, UsageError) as error:
            self._notices.append(f"{error.render()}\nThe local facts of the last sitting are used.")
            return None

    def _named(self, interview: Interview) -> Interview:
        """Record who interviews, where that was said and is not known already."""
        if self._actor and self._actor != interview.case.actor:
            interview.send(ChangeActor(self._actor, self._role or "clinician"))
        return interview

    def notices(self) -> list[str]:
        """Return what the person must be told about the file, once."""
        found = [*self._notices, *(self._writer.notices if self._writer is not None else ())]
        self._notices.clear()
        if self._writer is not None:
            self._writer.notices.clear()
        return found

    def close(self) -> None:
        """Let go of the case being worked on; everything acknowledged is on disk already."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def local(moment: datetime) -> datetime:
    """Return a moment on the clinic's own clock, without zone."""
    return moment.astimezone().replace(tzinfo=None)


def recovered_text(after: str | None, side_file: Path | None) -> str:
    """Say that the end of a transcript was torn and what became of it."""
    behind = f" after the answer to {after!r}" if after else ""
    kept = f" The fragment is kept in {side_file}." if side_file is not None else ""
    return f"The last entry{behind} was not completely saved and has to be given again.{kept}"
