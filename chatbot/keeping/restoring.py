"""A backup brought back into a folder that was not there, and every case in it verified."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from chatbot.errors import BackstoryError, ExitCode, UsageError
from chatbot.keeping.backup import ABOUT, KEYS, ROOT, checked, file_sha256
from chatbot.keeping.readable import VERDICTS
from chatbot.keeping.registered import register_problems
from chatbot.record.cases import transcript_files
from chatbot.record.disk import Disk, make_private_folder, sync_folder
from chatbot.record.journal import note, read_journal
from chatbot.record.publish import UNFINISHED, publish, storage_error
from chatbot.record.replay import LoadBundle, verify


@dataclass(frozen=True, slots=True)
class Restored:
    """What was brought back, and how every case in it stands."""

    folder: Path
    files: int
    keys: tuple[Path, ...]
    verdicts: tuple[tuple[Path, str, str], ...]
    """Path, verdict, and what is wrong; empty when nothing is."""
    problems: tuple[str, ...]
    """What is wrong with the logs."""

    @property
    def exit_code(self) -> ExitCode:
        """Fine although a case is torn: it was when it was backed up, and can be resumed. 9: a key is missing."""
        found = {verdict for _, verdict, _ in self.verdicts} - {"VALID-CLOSED", "VALID-OPEN", "TORN"}
        if self.problems or found - {"NO-KEY"}:
            return ExitCode.DOES_NOT_HOLD
        return ExitCode.KEY if found else ExitCode.FINE


def restore(source: Path, into: Path, load_bundle: LoadBundle, *, by: str = "") -> Restored:
    """Check a backup, write it to a folder that is not there or is empty, and verify every case there.

    The register of cases is held against the files. Raises: UsageError R007 for a folder with something in it;
    CorruptTranscript R006, R012, the folder then not being there; StorageError.
    """
    into = into.expanduser().absolute()
    if into.is_symlink() or (into.exists() and (not into.is_dir() or any(into.iterdir()))):
        hint = "name a folder that is not there yet; nothing is ever written over"
        raise UsageError("there is something in this folder", code="R007", place=str(into), hint=hint)
    disk = Disk()
    fresh = into.with_name(f"{into.name}{UNFINISHED}{os.getpid()}")
    keys: list[Path] = []
    files = 0
    about = b"{}"
    try:
        sha256 = file_sha256(source)
        make_private_folder(disk, fresh)
        for name, data in checked(source):
            if name == ABOUT:
                about = data
                continue
            path = fresh / (name if name.startswith(KEYS) else name.removeprefix(ROOT))
            make_private_folder(disk, path.parent)
            publish(disk, path, data)
            files += 1
            if name.startswith(KEYS):
                keys.append(into / path.relative_to(fresh))
        os.rename(fresh, into)
        sync_folder(disk, into.parent)
    except OSError as error:
        shutil.rmtree(fresh, ignore_errors=True)
        place = source if str(source) in {str(error.filename), str(error.filename2)} else into
        raise storage_error(error, place, "restore the backup") from error
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    verdicts = tuple(_verdict(path, load_bundle) for path in transcript_files(into))
    problems = register_problems(into)
    try:
        read_journal(into)
        made = str(json.loads(about).get("made", ""))
        note(into, "restored", {"file": str(source.absolute()), "sha256": sha256, "made": made}, by=by)
    except BackstoryError as error:
        problems.append(error.render())
    return Restored(into, files, tuple(keys), verdicts, tuple(problems))


def _verdict(path: Path, load_bundle: LoadBundle) -> tuple[Path, str, str]:
    try:
        report = verify(path, load_bundle)
    except BackstoryError as error:
        return path, VERDICTS.get(int(error.exit_code), "UNREADABLE"), error.render()
    broken = [each.said for each in report.bonds if each.broken]
    return path, "CORRUPT" if broken else report.verdict, "; ".join(broken)
