"""Disposal: a case is removed from this folder, on somebody's authority and for a reason, and leaves a tombstone.

The tombstone is durable before anything is removed, and the transcript is removed last: a crash in between leaves a
case that says it was disposed of, and running the disposal again finishes it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from chatbot.errors import BackstoryError, CorruptTranscript, KeyProblem, UsageError
from chatbot.keeping.hold import holds
from chatbot.keeping.registered import register_disposal
from chatbot.keeping.relatives import Families
from chatbot.keeping.retention import kept
from chatbot.record import locks
from chatbot.record.cases import CaseSummary, find_case, list_cases
from chatbot.record.disk import Disk, close_quietly, real, sync_folder
from chatbot.record.host import Host
from chatbot.record.journal import Entry, note, read_journal
from chatbot.record.lineage import files_of
from chatbot.record.publish import storage_error
from chatbot.record.read import examine_file
from chatbot.record.replay import LoadBundle, verify
from chatbot.record.tombstones import Tombstone, tombstone_of, tombstones

REMAINS = (
    "What this cannot reach: backups and copies, exports that were handed on, snapshots of the disk, and what a "
    "solid-state disk or a file system that copies on writing keeps of removed files until it is used anew. "
    "Disk encryption is what makes those unreadable."
)
"""What is said after every disposal."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A case that may be disposed of, once somebody has typed its code."""

    folder: Path
    summary: CaseSummary
    files: tuple[Path, ...]
    """The transcript, or all files of the case where it was written anew; the one that stands for it last."""
    sides: tuple[Path, ...]
    """Fragments, unfinished and other files beside them."""
    count: int
    head: str
    again: Tombstone | None
    """The tombstone of a disposal that was begun and not finished."""


@dataclass(frozen=True, slots=True)
class Disposed:
    """What was removed, and what is known to remain."""

    tombstone: Tombstone
    removed: tuple[Path, ...]
    backups: tuple[Entry, ...]
    """Backups noted since the case was opened: it may be in them."""
    exports: tuple[Entry, ...]
    """Exports of it that were noted."""
    finished: bool
    """It only finished an earlier disposal."""


def prepare(
    folder: Path,
    named: str,
    load_bundle: LoadBundle,
    *,
    years: int = 0,
    day: date | None = None,
    before_retention: str = "",
    damaged: bool = False,
) -> Ready:
    """Verify a case and say whether it may be disposed of. Nothing is changed.

    *years*: the retention period, 0 for none. *before_retention*: the reason to go before it. *damaged*: also a case
    that does not verify. Raises: UsageError R002 (held), R003 (not due), R010 (disposed of already);
    CorruptTranscript R005; KeyProblem for an encrypted case that no key here opens; LockedByAnother; StorageError.
    """
    known = tombstone_of(folder, named)
    try:
        path = find_case(folder, named)
        if not path.exists():
            raise UsageError("there is no such case", place=str(path), hint="backstory cases lists them")
    except UsageError as error:
        if known is None:
            raise
        raise UsageError(known.said, code="R010", hint="there is nothing left of it here") from error
    cases = list_cases(folder)
    absolute = real(path.absolute())
    summary = next((each for each in cases if real(each.path.absolute()) == absolute), None)
    if summary is None:
        raise UsageError("this file is not among these cases", place=str(path), hint="name its folder: --transcripts")
    if locks.is_locked(summary.path):
        _refuse_locked(summary.path)
    count, head = _counted(summary.path)
    others = [each for each in files_of(summary.case, folder) if each != summary.path] if summary.case else []
    files = (*others, summary.path)
    known = tombstone_of(folder, summary.case) if summary.case else None
    again = known if known is not None and known.head == head else None
    if again is None:
        _check_may(summary, cases, folder, years, day or Host().wall().date(), before_retention)
        if not damaged:
            _check_sound(summary, load_bundle)
    sides = tuple(each for file in files for each in _beside(file))
    return Ready(folder, summary, files, tuple(dict.fromkeys(sides)), count, head, again)


def _check_may(
    summary: CaseSummary, cases: Sequence[CaseSummary], folder: Path, years: int, day: date, before_retention: str
) -> None:
    row = kept(summary, Families(cases, tombstones(folder)), holds(folder), years, day)
    if row.holds:
        why = "; ".join(each.said for each in row.holds)
        raise UsageError(
            f"a legal hold stands on this case ({why})",
            code="R002",
            hint="a hold is lifted with backstory hold CASE --lift --reason TEXT",
        )
    if before_retention.strip() or (row.due and day.isoformat() >= row.due):
        return
    when = f"it is kept until {row.due}" if row.due else "no retention period says how long it is kept"
    raise UsageError(
        f"this case is not due: {when}",
        code="R003",
        hint="set retention_years, or say why it must go before: --before-retention REASON",
    )


def _check_sound(summary: CaseSummary, load_bundle: LoadBundle) -> None:
    try:
        verify(summary.path, load_bundle)
    except KeyProblem:
        raise
    except BackstoryError as error:
        raise CorruptTranscript(
            f"this case does not verify: {error.message}",
            code="R005",
            place=str(summary.path),
            hint="find out why first; --damaged disposes of it all the same",
        ) from error


def _counted(path: Path) -> tuple[int, str]:
    _, examined = examine_file(path)
    return len(examined.records), examined.head


def _beside(path: Path) -> list[Path]:
    """Return the files whose names begin with a transcript's: fragments, unfinished files, signatures."""
    with os.scandir(path.parent) as entries:
        names = [each.name for each in entries if each.is_file(follow_symlinks=False)]
    return [path.with_name(name) for name in sorted(names) if name.startswith(f"{path.name}.")]


def _refuse_locked(path: Path) -> None:
    disk = Disk()
    fd = disk.open(real(path.absolute().parent) / path.name, os.O_RDONLY | os.O_NONBLOCK)
    try:
        locks.take(disk, fd, path)
    finally:
        close_quietly(disk, fd)


def dispose(
    ready: Ready,
    *,
    authority: str,
    reason: str,
    before_retention: str = "",
    by: str = "",
    disk: Disk | None = None,
    host: Host | None = None,
) -> Disposed:
    """Write the tombstone durably, then remove the case and everything beside it.

    The register of cases is told too, before anything is removed. Raises: UsageError without authority or reason;
    LockedByAnother; CorruptTranscript for a damaged register; StorageError, when it is to be run again.
    """
    disk = disk or Disk()
    if not authority.strip() or not reason.strip():
        raise UsageError("a disposal needs an authority and a reason", hint="--authority TEXT --reason TEXT")
    held: list[int] = []
    try:
        for path in ready.files:
            fd = disk.open(real(path.absolute().parent) / path.name, os.O_RDONLY | os.O_NONBLOCK)
            held.append(fd)
            locks.take(disk, fd, path)
        if _counted(ready.summary.path) != (ready.count, ready.head):
            raise UsageError("the case has changed meanwhile", place=str(ready.summary.path), hint="look at it again")
        if ready.again is None:
            data = {
                "case": ready.summary.case,
                "kind": ready.summary.kind,
                "count": ready.count,
                "head": ready.head,
                "files": [each.name for each in ready.files],
                "comes_from": [each for each in (ready.summary.follows, ready.summary.amends) if each],
                "authority": authority,
                "reason": reason,
            }
            if before_retention.strip():
                data["before_retention"] = before_retention
            note(ready.folder, "disposed", data, by=by, host=host, disk=disk)
        stone = tombstone_of(ready.folder, ready.summary.case or ready.summary.path.name)
        assert stone is not None
        for path in ready.files:
            register_disposal(ready.folder, path, stone, disk)
        # The transcript goes last: while it is there, running this again finds the case.
        for path in (*ready.sides, *ready.files):
            with contextlib.suppress(FileNotFoundError):
                disk.unlink(path)
        for place in dict.fromkeys(each.parent for each in ready.files):
            sync_folder(disk, place)
    except OSError as error:
        raise storage_error(error, ready.summary.path, "dispose of the case; run it again") from error
    finally:
        for fd in held:
            close_quietly(disk, fd)
    journal = read_journal(ready.folder)
    opened = ready.summary.opened
    return Disposed(
        tombstone=stone,
        removed=(*ready.files, *ready.sides),
        backups=tuple(each for each in journal.of("backed_up") if each.t >= opened),
        exports=tuple(each for each in journal.of("exported") if ready.summary.case in each.data.get("cases", ())),
        finished=ready.again is not None,
    )


def unfinished(folder: Path) -> list[tuple[Tombstone, Path]]:
    """Return the cases that were disposed of and are here all the same: a crash, or a backup brought back."""
    return [(stone, path) for stone in tombstones(folder) for path in files_of(stone.case, folder) if stone.case]
