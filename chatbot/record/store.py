"""The writer of one transcript: every event is on disk before ``append`` returns.

After any error between the first byte written and the end of the sync the file is no longer trusted: the
system may have dropped the data and say *fine* the next time. The whole transcript is then written anew from
memory, or the answer counts as not saved. Nothing is ever tried again on the same file.

One writer with all that may go wrong under it, so it stays one module past 400 lines.
"""

from __future__ import annotations

import errno
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from chatbot.core.events import KINDS, CaseOpened, ClockJumped, Event, StorageRelocated
from chatbot.core.protocol import Protocol
from chatbot.errors import NotSaved, StorageError, UsageError
from chatbot.record import bundle, chain, publish, reopen
from chatbot.record.disk import (
    Disk,
    check_length,
    close_quietly,
    make_private_folder,
    real,
    same_file,
    sync_folder,
    unlink_quietly,
    write_all,
)
from chatbot.record.envelope import CLOSING, EnvelopeProblem, check_opening, header_data
from chatbot.record.host import Host
from chatbot.record.pen import Draft, Pen, Place, batches
from chatbot.record.recovery import LARGEST_FILE
from chatbot.record.registrar import Anchor
from chatbot.record.reopen import RecoveredTranscript
from chatbot.record.sealing import new_sealer

LEAST_FREE = 16 * 1024 * 1024
"""Bytes that must be free before a case is opened."""

EARLIEST_YEAR = 2025
"""No case can have been written before: a clock that says so was lost."""

TOLD_MS = 60_000
"""How far the clock may be set back before the person is told; less is what keeps it right."""

_ANSWERS = frozenset({"answer.given", "answer.corrected", "answer.carried"})

_CAUSES = {
    "write_failed": "could not be written",
    "unlinked": "was removed or renamed",
    "replaced": "was replaced by another file",
    "changed": "was changed by another program",
    "unreadable": "can no longer be reached",
}
"""Why a transcript was written anew, as ``storage.relocated`` spells it, and in words."""


@dataclass(frozen=True, slots=True)
class _Fallback:
    """Where a case goes on when its own folder can no longer be written."""

    folder: Path
    """Best on another disk."""
    digest: str
    protocol: bytes
    """The canonical bytes of the protocol: a case is read with the one kept beside it."""


@dataclass(frozen=True, slots=True)
class _Durable:
    """What is on disk for certain. One value, so that nothing can interrupt its change half-way."""

    lines: tuple[bytes, ...]
    place: Place
    size: int
    answers: int
    ended: bool


class MemoryRecorder:
    """Keeps events in memory only: for plans from an answers file, and for tests."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def append(self, events: Sequence[Event]) -> None:
        self.events.extend(events)


class TranscriptWriter:
    """Appends to one transcript. Made by ``create`` or ``resume``; holds its lock until closed.

    May be called from any thread. A process must not fork while one is open: the lock would be shared.
    """

    def __init__(
        self,
        disk: Disk,
        host: Host,
        pen: Pen,
        path: Path,
        fd: int,
        durable: _Durable,
        fallback: _Fallback | None,
        anchor: Anchor | None,
    ) -> None:
        """For ``create`` and ``resume``."""
        self.path = path
        """Where the transcript is; changes when it has to be written anew."""
        self.notices: list[str] = []
        """What the person must be told, oldest first; a shell shows them and clears the list."""
        self._disk, self._host, self._pen, self._fallback = disk, host, pen, fallback
        self._fd = fd
        self._durable = durable
        self._anchor = anchor
        """What the register of cases hears of; None for a stray copy."""
        self._guard = threading.Lock()
        self._error: OSError | None = None
        """The first thing the system refused while writing the present events."""
        self._early = False
        """The clock stood before ``EARLIEST_YEAR`` the last time it was looked at."""
        self._distrust = ""
        """Why the file may no longer be written to; empty while it may."""

    # --- opening ---

    @classmethod
    def create(
        cls,
        folder: Path,
        opened: CaseOpened,
        protocol: Protocol,
        host: Host,
        *,
        actor: str = "",
        fallback: Path | None = None,
        disk: Disk | None = None,
        first: Sequence[Event] = (),
        signing: Path | None = None,
        recipients: Sequence[str] = (),
    ) -> Self:
        """Begin a transcript: the protocol first, then a file that holds the header from its first moment.

        *first*: events recorded with the opening, all of them or none: the file gets its name when it is whole.
        *actor*: who is at the keyboard; the account otherwise. *fallback*: a folder, best on another disk,
        used when the first can no longer be written. *recipients*: whom the case is encrypted to; none: it is not.
        Raises: StorageError, KeyProblem; then no transcript exists.
        """
        disk = disk or Disk()
        _check_opening(opened, protocol, host)
        folder = real(folder.absolute())
        pen = Pen(host, sealer=new_sealer(opened.case, recipients) if recipients else None)
        drafts: list[Draft] = []
        for events in batches((opened, *first), sealed=bool(recipients)):
            drafts.append(pen.draft(events, drafts[-1].place if drafts else Place(actor=actor or f"os:{host.user()}")))
        data = b"".join(draft.data for draft in drafts)
        place = folder / opened.kind
        try:
            make_private_folder(disk, place)
            _check_space(disk, place)
            bundle.keep(disk, folder, protocol)
            fd, path = _publish_locked(disk, host, place, drafts[0], data)
        except OSError as error:
            raise publish.storage_error(error, place, "open a case here") from error
        pen.written(drafts[-1])
        lines = tuple(line for draft in drafts for line in draft.lines)
        answers = sum(event.type in _ANSWERS for event in first)
        durable = _Durable(lines, drafts[-1].place, len(data), answers, ended=False)
        canonical = protocol.canonical.encode("utf-8")
        other = None if fallback is None else _Fallback(fallback, protocol.digest, canonical)
        writer = cls(disk, host, pen, path, fd, durable, other, Anchor(folder, disk, signing))
        try:
            writer._register("opened")
        except BaseException:
            close_quietly(disk, fd)
            raise
        writer._look_at_clock(drafts[0])
        return writer

    @classmethod
    def resume(
        cls,
        path: Path,
        host: Host,
        *,
        actor: str = "",
        fallback: Path | None = None,
        disk: Disk | None = None,
        signing: Path | None = None,
    ) -> tuple[Self, RecoveredTranscript]:
        """Open a transcript for another sitting; a torn end is set aside and noted.

        Raises: LockedByAnother; CorruptTranscript or VersionUnsupported, the file then being untouched;
        UsageError when the case is signed or abandoned; KeyProblem when it is encrypted and no key of the keyring
        opens it; StorageError.
        """
        disk = disk or Disk()
        place = Place(actor=actor or f"os:{host.user()}")
        opened = reopen.reopen(disk, host, path, place)
        transcript = opened.transcript
        answers = sum(entry.type in _ANSWERS for entry in transcript.entries)
        durable = _Durable(opened.lines, opened.place, opened.size, answers, ended=False)
        try:
            # Now, while the first folder can be read.
            known = None if fallback is None else bundle.load(transcript.path, transcript.digest)
        except BaseException:
            close_quietly(disk, opened.fd)
            raise
        other = None if fallback is None or known is None else _Fallback(fallback, transcript.digest, known)
        anchor = Anchor.of(transcript.path, disk, signing)
        writer = cls(disk, host, opened.pen, transcript.path, opened.fd, durable, other, anchor)
        if anchor is not None:
            writer.notices += anchor.opened_again(writer.path, durable.lines, recovered=transcript.recovered)
        return writer, transcript

    # --- what is known ---

    @property
    def records(self) -> int:
        """How many records are durable, the header included."""
        return len(self._durable.lines)

    @property
    def head(self) -> str:
        """Hash of the last durable record."""
        return self._durable.place.prev

    @property
    def head_code(self) -> str:
        """What reports print, to anchor the transcript."""
        return chain.head_code(self.head, self.records)

    # --- writing ---

    def append(self, events: Sequence[Event]) -> None:
        """Make events durable, all of them, in this order.

        Raises: StorageError when that cannot be done; the caller may try again once the cause is mended.
        UsageError when the case is signed or abandoned. Then none of the events counts as recorded.
        """
        with self._guard:
            if not events:
                return
            self._check(events)
            self._error = None
            if not self._distrust:
                self._write(self._pen.draft(events, self._durable.place))
            relocated = bool(self._distrust)
            if relocated:
                self._relocate(events)
            if relocated or self._durable.ended:
                self._register("closed" if self._durable.ended else "relocated")

    def _check(self, events: Sequence[Event]) -> None:
        if self._fd < 0:
            raise StorageError("the transcript is closed", code="F011", place=str(self.path), hint="resume the case")
        if any(isinstance(event, CaseOpened) for event in events):
            raise StorageError("a case is opened once", code="F010", place=str(self.path))
        if self._durable.ended or any(event.type in CLOSING for event in events[:-1]):
            raise UsageError(
                "nothing can be added to a case that is signed or abandoned",
                code="T009",
                place=str(self.path),
                hint="open an amendment or a follow-up",
            )

    def _write(self, draft: Draft) -> None:
        """Append a draft, or set ``_distrust``."""
        data = draft.data
        if self._durable.size + len(data) > LARGEST_FILE:
            raise StorageError("the transcript is as large as it may be", code="F010", place=str(self.path))
        self._distrust = self._strayed()
        if self._distrust:
            return
        # Whatever interrupts the next lines, the keyboard included, leaves the file distrusted.
        self._distrust = "write_failed"
        try:
            write_all(self._disk, self._fd, data)
            self._disk.sync_data(self._fd)
            check_length(self._disk, self._fd, self._durable.size + len(data))
        except OSError as error:
            self._error = error
            return
        self._accept(draft, self._durable.size + len(data))

    def _strayed(self) -> str:
        """Return why the open file is no longer the transcript as we left it; empty when it is."""
        try:
            ours = self._disk.fstat(self._fd)
            try:
                named = self._disk.lstat(self.path)
            except (FileNotFoundError, NotADirectoryError):
                return "unlinked"
        except OSError as error:
            self._error = error
            return "unreadable"
        if not same_file(ours, named):
            return "replaced"
        return "" if ours.st_size == self._durable.size else "changed"

    def _accept(self, draft: Draft, size: int) -> None:
        """The draft is durable: from here on it counts."""
        before = self._durable
        self._durable = _Durable(
            lines=before.lines + draft.lines,
            place=draft.place,
            size=size,
            answers=before.answers + sum(event.type in _ANSWERS for event in draft.events),
            ended=draft.events[-1].type in CLOSING,
        )
        self._pen.written(draft)
        self._distrust = ""
        self._look_at_clock(draft)

    def _look_at_clock(self, draft: Draft) -> None:
        """Tell the person of a clock that cannot be right, once for each time it goes wrong."""
        jump = draft.events[0]
        early = draft.wall.year < EARLIEST_YEAR
        if early and not self._early:
            self.notices.append(f"The clock of this computer says {draft.wall:%Y-%m-%d}: check day and time.")
        elif not early and isinstance(jump, ClockJumped) and jump.monotonic_ms - jump.wall_ms > TOLD_MS:
            self.notices.append(
                "The clock of this computer was set back: check day and time. Answers keep their order all the same."
            )
        self._early = early

    # --- writing anew ---

    def _relocate(self, events: Sequence[Event]) -> None:
        """Write the whole transcript with *events* to a new file."""
        cause = self._distrust
        folders = [self.path.parent]
        if self._fallback is not None:
            folders.append(real(self._fallback.folder.absolute()) / self.path.parent.name)
        for folder in dict.fromkeys(folders):
            try:
                if folder != self.path.parent and self._fallback is not None:
                    self._keep_protocol(self._fallback, folder.parent)
                self._rewrite(folder, cause, events)
            except OSError as error:
                self._error = self._error or error
            else:
                return
        raise self._not_saved(cause)

    def _keep_protocol(self, fallback: _Fallback, folder: Path) -> None:
        """Keep the protocol where the case goes on, so that it can be read there. Raises: OSError."""
        try:
            bundle.keep_bytes(self._disk, folder, fallback.digest, fallback.protocol)
        except StorageError as error:
            raise error.__cause__ if isinstance(error.__cause__, OSError) else OSError(errno.EIO, str(error)) from error

    def _rewrite(self, folder: Path, cause: str, events: Sequence[Event]) -> None:
        make_private_folder(self._disk, folder)
        draft = self._pen.draft((StorageRelocated(cause, self.head), *events), self._durable.place)
        data = b"".join(line + b"\n" for line in self._durable.lines) + draft.data
        target = folder / self.path.name
        fd, temporary = publish.write_temporary(self._disk, target, data, lock=True)
        try:
            path = self._name_rewritten(temporary, target, cause, draft)
        except BaseException:
            close_quietly(self._disk, fd)
            unlink_quietly(self._disk, temporary)
            raise
        earlier, self._fd, self.path = self._fd, fd, path
        close_quietly(self._disk, earlier)
        sync_folder(self._disk, folder)
        self._accept(draft, len(data))
        words = _CAUSES[cause]
        count = self._durable.answers
        all_of_them = "The one answer was" if count == 1 else f"All {count} answers were"
        self.notices.append(f"The transcript {words}. {all_of_them} written again to {path}")

    def _name_rewritten(self, temporary: Path, target: Path, cause: str, draft: Draft) -> Path:
        """Give the new file its name: that of the old one unless somebody else's bytes are there now."""
        try:
            there = self._disk.lstat(target)
        except FileNotFoundError:
            there = None
        if there is None:
            try:
                publish.give_name(self._disk, temporary, target)
                return target
            except FileExistsError:
                pass
        elif cause != "changed" and same_file(there, self._disk.fstat(self._fd)):
            self._disk.rename(temporary, target)
            return target
        free = target.with_name(_file_name(self._host, draft))
        publish.give_name(self._disk, temporary, free)
        return free

    def _not_saved(self, cause: str) -> NotSaved:
        why = _CAUSES[cause] if self._error is None else publish.reason(self._error)
        count = self._durable.answers
        before = "the one answer before it is" if count == 1 else f"the {count} answers before it are"
        safe = cause in {"write_failed", "unreadable"}
        where = "safe" if safe else "in this program's memory only: do not close it"
        return NotSaved(
            f"the last entry is NOT SAVED: {why}",
            earlier_safe=safe,
            code="F006",
            place=str(self.path),
            hint=f"{before} {where}; make room or mend the disk, then enter it again",
        )

    # --- closing ---

    def close(self) -> None:
        """Let go of the file and its lock. Everything appended is durable already."""
        if not self._guard.acquire(blocking=False):
            # A disk that hangs holds an append in another thread: the kernel closes its file with the program.
            return
        try:
            if self._fd >= 0:
                fd, self._fd = self._fd, -1
                try:
                    if not self._durable.ended:
                        self._register("sitting")
                finally:
                    close_quietly(self._disk, fd)
        finally:
            self._guard.release()

    def _register(self, what: str) -> None:
        """Tell the register of cases where the transcript stands; trouble with it becomes a notice."""
        if self._anchor is not None:
            self.notices += self._anchor.tell(what, self.path, self._durable.lines)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _file_name(host: Host, draft: Draft) -> str:
    """Return a name made of time and random bits only; nothing a person typed becomes part of it."""
    return f"{draft.wall:%Y%m%dT%H%M%SZ}-{host.new_id()}.jsonl"


def _publish_locked(disk: Disk, host: Host, folder: Path, draft: Draft, data: bytes) -> tuple[int, Path]:
    """Write a new file that is locked before anybody can see it; return its descriptor and name. Raises: OSError."""
    path = folder / _file_name(host, draft)
    fd, temporary = publish.write_temporary(disk, path, data, lock=True)
    try:
        for _ in range(8):
            try:
                publish.give_name(disk, temporary, path)
                break
            except FileExistsError:
                path = folder / _file_name(host, draft)
        else:
            raise FileExistsError(errno.EEXIST, "every name is taken", str(path))
        temporary = path
        sync_folder(disk, folder)
    except BaseException:
        close_quietly(disk, fd)
        unlink_quietly(disk, temporary)
        raise
    return fd, path


def _check_opening(opened: CaseOpened, protocol: Protocol, host: Host) -> None:
    wanted = protocol.identity
    try:
        if opened.kind not in KINDS:
            raise EnvelopeProblem(f"{opened.kind!r} is not a kind of case; the kinds are {', '.join(KINDS)}")
        if opened.protocol != wanted:
            raise EnvelopeProblem("the case names another protocol than it is opened with")
        check_opening(header_data(opened, host.software()))
    except EnvelopeProblem as problem:
        raise StorageError(
            f"the case cannot be opened: {problem}", code="F008", hint="this is a fault of the program, not of yours"
        ) from problem


def _check_space(disk: Disk, folder: Path) -> None:
    free = disk.free_bytes(folder)
    if free < LEAST_FREE:
        raise StorageError(
            f"the disk is nearly full: {free >> 20} MiB are free, {LEAST_FREE >> 20} MiB are needed to begin",
            code="F005",
            place=str(folder),
            hint="free some space, or choose another folder with --transcripts",
        )
