"""What is on this machine: folders of cases, logs, keys by fingerprint, what left, what was left behind. Reads only."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from chatbot.core.events import KINDS
from chatbot.errors import BackstoryError
from chatbot.keeping.disk_encryption import disk_encryption
from chatbot.keeping.disposal import unfinished
from chatbot.keeping.hold import holds
from chatbot.record.cases import list_cases, storage_warning
from chatbot.record.journal import read_journal
from chatbot.record.keys import keys_file, read_key
from chatbot.record.publish import UNFINISHED

LOGS = ("register.jsonl", "access.jsonl", "journal.log")


@dataclass
class Inventory:
    """Everything that was found, and what to see to."""

    folder: str
    kinds: dict[str, dict[str, int]] = field(default_factory=dict)
    """Kind to how many cases: all, closed, encrypted, torn, damaged, open in another program."""
    bytes: int = 0
    protocols: int = 0
    stations: int = 0
    """Kept for attempts at simulated patients that are not over."""
    logs: dict[str, int] = field(default_factory=dict)
    """Name to bytes of the logs that are there."""
    disposed: int = 0
    holds: int = 0
    keys: list[dict[str, str]] = field(default_factory=list)
    """Path, what it is, and fingerprint; nothing of a key."""
    settings: str = ""
    disk: str = ""
    """yes, no or unknown: whether the disk below is encrypted."""
    disk_said: str = ""
    exports: list[dict[str, Any]] = field(default_factory=list)
    """What was noted to have left, the oldest first."""
    backups: list[dict[str, Any]] = field(default_factory=list)
    """``there``: whether the file is still where it was written."""
    leftovers: list[str] = field(default_factory=list)
    """Fragments that were set aside, and files that were left unfinished."""
    open_to_others: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    """Files in the folder that are none of ours."""
    to_see_to: list[str] = field(default_factory=list)
    """In words, the gravest first."""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return asdict(self)


def inventory(
    folder: Path,
    environ: Mapping[str, str],
    *,
    keys: Path | None = None,
    other_keys: Mapping[str, Path | None] | None = None,
    settings: Path | None = None,
) -> Inventory:
    """Look at a folder of cases and what belongs to it.

    *keys*: the file of the site key, as option or settings name it; *other_keys*: what else is a key, to its file.
    Raises: StorageError for a folder that is there and cannot be read.
    """
    found = Inventory(str(folder), settings=str(settings) if settings is not None and settings.exists() else "")
    _cases(found, folder)
    _files(found, folder)
    _keys(found, environ, keys)
    for what, path in (other_keys or {}).items():
        _other_key(found, what, path)
    _journal(found, folder)
    encryption = disk_encryption(folder if folder.exists() else folder.parent)
    found.disk, found.disk_said = encryption.state, encryption.said
    plain = sum(each["all"] - each["encrypted"] for each in found.kinds.values())
    if plain and encryption.state != "yes":
        found.to_see_to.append(f"{plain} cases are not encrypted, and {encryption.said}")
    if warning := storage_warning(folder):
        found.to_see_to.append(warning)
    if found.open_to_others:
        found.to_see_to.append(f"{len(found.open_to_others)} files or folders can be read or changed by other users")
    if found.leftovers:
        found.to_see_to.append(f"{len(found.leftovers)} fragments and unfinished files hold parts of cases")
    if found.kinds and not found.backups:
        found.to_see_to.append("no backup of this folder was ever noted: backstory backup")
    return found


def _cases(found: Inventory, folder: Path) -> None:
    counts: dict[str, Counter[str]] = {}
    for case in list_cases(folder):
        count = counts.setdefault(case.kind or "unknown", Counter())
        count["all"] += 1
        count["closed"] += case.phase in {"signed", "abandoned"}
        count["encrypted"] += bool(getattr(case, "encrypted", False))
        count["torn"] += case.state == "torn"
        count["damaged"] += case.state == "damaged"
        count["locked"] += case.locked
        if case.state == "damaged":
            found.to_see_to.append(case.problem.splitlines()[0])
    order = (*KINDS, "unknown")
    columns = ("all", "closed", "encrypted", "torn", "damaged", "locked")
    found.kinds = {kind: {name: counts[kind][name] for name in columns} for kind in order if kind in counts}


def _files(found: Inventory, folder: Path) -> None:
    for place, folders, names in os.walk(folder):
        for name in (".", *sorted(names)):
            path = Path(place) if name == "." else Path(place, name)
            try:
                seen = path.lstat()
            except FileNotFoundError:
                continue
            if stat.S_ISLNK(seen.st_mode):
                found.others.append(f"{path}: a symbolic link")
                continue
            if stat.S_IMODE(seen.st_mode) & 0o077 or seen.st_uid != os.geteuid():
                found.open_to_others.append(str(path))
            if stat.S_ISREG(seen.st_mode):
                _file(found, path, seen.st_size, folder)
        folders.sort()


def _file(found: Inventory, path: Path, size: int, folder: Path) -> None:
    found.bytes += size
    if UNFINISHED in path.name or ".torn-" in path.name:
        found.leftovers.append(str(path))
    elif path.parent == folder and path.name in LOGS:
        found.logs[path.name] = size
    elif path.parent == folder / "protocols" and path.suffix == ".json":
        found.protocols += 1
    elif path.parent == folder / "stations" and path.suffix in {".json", ".sealed"}:
        found.stations += 1
    elif not (path.suffix == ".jsonl" or ".jsonl." in path.name):
        found.others.append(str(path))


def _keys(found: Inventory, environ: Mapping[str, str], named: Path | None) -> None:
    path = keys_file(named, environ)
    if path is None or not path.exists():
        return
    try:
        found.keys.append({"path": str(path), "what": "site key", "fingerprint": read_key(path).fingerprint})
    except BackstoryError as error:
        found.keys.append({"path": str(path), "what": "site key", "fingerprint": ""})
        found.to_see_to.append(error.render().splitlines()[0])


def _other_key(found: Inventory, what: str, path: Path | None) -> None:
    if path is None or not path.exists():
        return
    found.keys.append({"path": str(path), "what": what, "fingerprint": ""})
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        found.to_see_to.append(f"{path}: other users may read or change this {what}")


def _journal(found: Inventory, folder: Path) -> None:
    try:
        journal = read_journal(folder)
        found.holds = len(holds(folder))
        half = unfinished(folder)
    except BackstoryError as error:
        found.to_see_to.insert(0, error.render().splitlines()[0])
        return
    found.disposed = len({each.data.get("case") for each in journal.of("disposed")})
    found.exports = [{"when": each.t, "by": each.by, **each.data} for each in journal.of("exported")]
    found.backups = [
        {"when": each.t, "by": each.by, **each.data, "there": Path(str(each.data.get("file", ""))).exists()}
        for each in journal.of("backed_up")
    ]
    for stone, path in half:
        found.to_see_to.insert(0, f"{path}: {stone.case} was disposed of on {stone.when[:10]} and is here")


def inventory_lines(found: Inventory) -> list[str]:
    """Return an inventory as people read it."""
    running = f", {found.stations} stations of attempts that are not over" if found.stations else ""
    rows = [f"Cases in {found.folder}: {found.bytes} bytes, {found.protocols} protocols kept beside them{running}"]
    for kind, count in found.kinds.items():
        more = ", ".join(f"{count[name]} {name}" for name in ("closed", "encrypted", "torn", "damaged") if count[name])
        rows.append(f"  {kind:13} {count['all']:>6}" + (f"  ({more})" if more else ""))
    rows += [] if found.kinds else ["  no cases"]
    rows.append(f"Holds: {found.holds}. Disposed of: {found.disposed}.")
    logs = ", ".join(f"{name} ({size} bytes)" for name, size in found.logs.items())
    rows.append(f"Logs: {logs or 'none'}")
    for each in found.keys:
        rows.append(
            f"Key: {each['what']}, {each['path']}" + f", fingerprint {each['fingerprint']}" * bool(each["fingerprint"])
        )
    rows += [] if found.keys else ["Key: none"]
    rows.append(f"Settings: {found.settings or 'none'}")
    rows.append(f"Disk: {found.disk_said}")
    rows.append(f"Backups noted: {len(found.backups) or 'none'}")
    rows += [
        f"  {each['when'][:10]}  {each.get('file', '')}{'' if each['there'] else '  (no longer there)'}"
        for each in found.backups
    ]
    rows.append(f"Exports noted: {len(found.exports) or 'none'}")
    rows += [f"  {each['when'][:10]}  {each.get('format', '')}: {_left(each)}" for each in found.exports]
    rows += [f"Left behind: {each}" for each in found.leftovers]
    rows += [f"Open to others: {each}" for each in found.open_to_others]
    rows += [f"Not one of ours: {each}" for each in found.others]
    rows += (
        ["", "To see to:", *(f"- {each}" for each in found.to_see_to)] if found.to_see_to else ["Nothing to see to."]
    )
    return rows


def _left(export: Mapping[str, Any]) -> str:
    cases = ", ".join(map(str, export.get("cases", ())))
    who = f", for {export['audience']}" if export.get("audience") else ""
    return f"{cases}{who}" + (f", {export['name']}" if export.get("name") else "")
