"""One case, verified and replayed: what a worker does. Nothing escapes; whatever is wrong becomes the row's verdict."""

from __future__ import annotations

import gc
import re
import resource
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from chatbot import __version__
from chatbot.audit.find import Found
from chatbot.audit.measure import Measure, Watched
from chatbot.audit.row import NOT_OVER, Row
from chatbot.audit.tables import Tables, tables_of
from chatbot.content.library import load_bundle
from chatbot.core.protocol import Protocol
from chatbot.errors import (
    BackstoryError,
    CorruptTranscript,
    ExitCode,
    KeyProblem,
    StorageError,
    TornTranscript,
    VersionUnsupported,
)
from chatbot.record import chain
from chatbot.record.anchoring import compare_shut
from chatbot.record.cases import misplaced_problem
from chatbot.record.checkpoint import Trusted
from chatbot.record.identities import Identity, Keyring, use
from chatbot.record.lineage import files_of, peek
from chatbot.record.read import read_bytes
from chatbot.record.replay import verify
from chatbot.record.sealing import wraps_of

_OURS = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{32}\.jsonl", re.ASCII)
"""How a writer names a transcript: such a file was one, whatever it holds now."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of every case."""

    identities: bool = False
    """Labels, subject codes and names of actors too."""
    tables: frozenset[str] = frozenset()
    """Tables to fill besides the row."""
    show_private: bool = False
    trusted: tuple[Trusted, ...] = ()
    """Whose signatures count."""
    measures: Mapping[str, Measure] = field(default_factory=dict)
    """Further measures by name; each gives a member of ``Row.extra``."""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of one file."""

    row: Row
    tables: Tables | None = None
    recipients: tuple[str, ...] = ()
    """Who can open the case, where it is encrypted."""


@lru_cache(maxsize=8)
def cached_bundle(data: bytes) -> Protocol:
    """Return the protocol of a kept bundle, loaded once in this process."""
    protocol = load_bundle(data)
    # It lives as long as the process; looking through it at every collection would cost a fifth of the time.
    gc.collect()
    gc.freeze()
    return protocol


def examine(found: Found, wanted: Wanted, earlier: Mapping[str, list[Path]]) -> Done:
    """Verify, replay and measure one case. *earlier*: files of the cases that others come from, by code."""
    watched = Watched()

    def find(code: str, folder: Path) -> list[Path]:
        known = earlier.get(code)
        return files_of(code, folder) if known is None else known

    try:
        report = verify(found.path, cached_bundle, trusted=wanted.trusted, watch=watched, find=find)
        if report.running:
            return Done(Row(str(found.path), "OTHER", int(report.exit_code), (NOT_OVER, *report.problems)))
        row = watched.row(report, identities=wanted.identities, measures=wanted.measures)
        if wanted.trusted:
            row = replace(row, signed_state=report.signatures.state)
        misplaced = misplaced_problem(found.path, report.kind, found.folder_kind)
        if misplaced:
            row = _with_problem(row, misplaced, ExitCode.STORAGE)
        tables = tables_of(row, watched, wanted.tables, wanted.show_private) if wanted.tables else None
        return Done(row, tables, tuple(each.to for each in wraps_of(watched.records[0].data.get("enc"))))
    except BackstoryError as error:
        return Done(_failed(found.path, error))
    except Exception as error:
        # One case must not end an audit of thousands; the kind of error says nothing of the person.
        said = f"{found.path}: error: a fault in backstory {__version__}: {type(error).__name__}; please report this"
        return Done(Row(str(found.path), "FAULT", int(ExitCode.INTERNAL), (said,)))


def _with_problem(row: Row, problem: str, code: ExitCode) -> Row:
    return replace(row, problems=(*row.problems, problem), exit_code=row.exit_code or int(code))


def _failed(path: Path, error: BackstoryError) -> Row:
    verdict, code = "UNREADABLE", ExitCode.STORAGE
    match error:
        case CorruptTranscript():
            if _never_was_one(path, error):
                return Row(str(path), "OTHER", 0, (error.render(),))
            verdict, code = "CORRUPT", ExitCode.CORRUPT
        case VersionUnsupported():
            verdict, code = "UNKNOWN-VERSION", ExitCode.VERSION
        case KeyProblem():
            return _shut(path, error)
        case TornTranscript():
            verdict, code = "TORN", ExitCode.TORN
        case StorageError():
            pass
    # What cannot be loaded does not know for which case it was asked.
    said = error.render() if error.place else f"{path}: {error.render()}"
    return Row(str(path), verdict, int(code), (said,))


def _shut(path: Path, error: KeyProblem) -> Row:
    """Return what can be shown of a case that nobody here can open: its chain holds; the register needs no key."""
    header = peek(path) or {}
    row = Row(
        file=str(path),
        verdict="NO-KEY",
        exit_code=int(ExitCode.KEY),
        problems=(error.render(),),
        sealed=True,
        case=header.get("case") or "",
        kind=header.get("kind") or "",
    )
    try:
        found = compare_shut(path)
    except BackstoryError as other:
        return replace(row, problems=(*row.problems, other.render()))
    if not found.problems:
        return replace(row, anchored=found.state)
    problems = (*found.problems, *row.problems)
    return replace(row, verdict="CORRUPT", exit_code=int(ExitCode.CORRUPT), problems=problems, anchored=found.state)


def _never_was_one(path: Path, error: CorruptTranscript) -> bool:
    """Whether a file that is no transcript is none at all, and not one whose beginning was damaged."""
    if error.code != "T001" or _OURS.fullmatch(path.name):
        return False
    try:
        return not chain.records_inside(read_bytes(path))
    except BackstoryError:
        return False


# --- in a process of its own ----------------------------------------------------------------------

_given: list[Any] = []
"""What this worker was started with: what is wanted, and the files of earlier cases."""


def start_worker(wanted: Wanted, earlier: Mapping[str, list[Path]], identities: tuple[Identity, ...] = ()) -> None:
    """Prepare a process that works for a pool: the keyboard is the parent's business, and it ends with the parent.

    *identities*: what opens encrypted cases. They come through a pipe of the parent and stay in memory.
    """
    import multiprocessing
    import signal
    import threading

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    use(Keyring(identities=identities))
    _given[:] = [wanted, earlier]


def _end_with(sentinel: int) -> None:
    import os
    from multiprocessing import connection

    connection.wait([sentinel])
    os._exit(ExitCode.ENDED)


def work(chunk: tuple[Found, ...]) -> tuple[list[Done], int]:
    """Do some cases; return what came of them, and the most memory this process has held, in KiB."""
    wanted, earlier = _given
    return [examine(each, wanted, earlier) for each in chunk], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
