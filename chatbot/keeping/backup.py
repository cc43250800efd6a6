"""A backup of a folder of cases: one tar of everything in it, verified by reading it back.

Interviews may go on meanwhile. A case somebody is writing is copied up to its last whole record, the logs up to their
last whole line; the logs come first, so that no log in a backup speaks of more than the cases beside it hold.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import stat
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from chatbot.core.events import KINDS
from chatbot.errors import BackstoryError, CorruptTranscript, StorageError, UsageError
from chatbot.record import locks
from chatbot.record.disk import FILE_MODE, Disk, real, sync_folder, unlink_quietly
from chatbot.record.host import Host
from chatbot.record.journal import note
from chatbot.record.pen import stamp_text
from chatbot.record.publish import UNFINISHED, give_name, storage_error
from chatbot.record.read import examine_file, read_bytes

FORMAT = "backstory-backup"
VERSION = 1
ROOT = "transcripts/"
KEYS = "keys/"
ABOUT = "backup.json"
MANIFEST = "SHA256SUMS"
"""The last member: a backup that was cut has none."""

_SECRETS = (b'"backstory-site-key"', b"AGE-SECRET-KEY-", b"PRIVATE+KEY", b"age-encryption.org/", b"BEGIN AGE ENCRYPTED")
"""What only files of keys begin with."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file as it goes into a backup."""

    name: str
    data: bytes
    state: str = ""
    """Of a case: closed, open, torn or damaged; empty for other files."""
    records: int = 0
    head: str = ""


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What was written and read back."""

    path: Path
    files: int
    cases: int
    bytes: int
    sha256: str
    damaged: tuple[str, ...]
    """Cases that did not verify already; they are in it as they are."""
    left_out: tuple[str, ...]
    """Files that were left out: keys, unfinished files, links."""


def members(folder: Path, left_out: list[str]) -> Iterator[Member]:
    """Yield everything in a folder of cases, logs first and then in order of name; names what it leaves out."""
    paths = sorted(_regular(folder, left_out), key=lambda each: (not _is_log(each, folder), each.as_posix()))
    for path in paths:
        name = ROOT + path.relative_to(folder).as_posix()
        try:
            member = _log(name, path) if _is_log(path, folder) else _member(name, path, folder)
        except StorageError as error:
            if error.code == "F002":
                continue  # It was disposed of, or finished, since it was listed.
            raise
        if member is None:
            left_out.append(f"{name}: a key")
        else:
            yield member


def _regular(folder: Path, left_out: list[str]) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(each for each in folders if not Path(place, each).is_symlink())
        for name in names:
            path = Path(place, name)
            said = path.relative_to(folder).as_posix()
            try:
                regular = stat.S_ISREG(path.lstat().st_mode)
            except FileNotFoundError:
                continue
            if not regular:
                left_out.append(f"{ROOT}{said}: not a regular file")
            elif UNFINISHED in name:
                left_out.append(f"{ROOT}{said}: unfinished")
            else:
                yield path


def _is_log(path: Path, folder: Path) -> bool:
    """Whether a file is one of the logs that stand beside the folders by kind."""
    return path.parent == folder and path.name in {"register.jsonl", "access.jsonl", "journal.log"}


def _log(name: str, path: Path) -> Member:
    data = read_bytes(path)
    return Member(name, data[: data.rfind(b"\n") + 1])


def _member(name: str, path: Path, folder: Path) -> Member | None:
    if path.suffix != ".jsonl" or path.parent not in {folder, *(folder / kind for kind in KINDS)}:
        data = read_bytes(path)
        return None if any(secret in data[:4096] for secret in _SECRETS) else Member(name, data)
    # Whoever writes it holds its lock before and after: a torn end without one was there before.
    written = locks.is_locked(path)
    data, examined = examine_file(path)
    damage = examined.damage
    if damage is not None and damage.torn and (written or locks.is_locked(path)):
        data, damage = data[: examined.good], None
    if damage is not None:
        state = "torn" if damage.torn else "damaged"
    else:
        state = "closed" if examined.closed else "open"
    return Member(name, data, state, len(examined.records), examined.head)


def back_up(
    folder: Path, target: Path, *, keys: Path | None = None, by: str = "", host: Host | None = None
) -> BackedUp:
    """Write a backup, read it back, and note it in the journal.

    *target*: a new file, or a folder that is there: then the file is named by the moment. *keys*: the file of the site
    key, to be included. Raises: UsageError R007; CorruptTranscript R006 when it does not read back; StorageError.
    """
    host = host or Host()
    folder = real(folder.absolute())
    if not folder.is_dir():
        raise UsageError("there is no folder of cases here", place=str(folder), hint="name it with --transcripts")
    moment = stamp_text(host.wall())
    target = _target(folder, target, moment)
    disk = Disk()
    temporary = target.with_name(f"{target.name}{UNFINISHED}{os.getpid()}")
    left_out: list[str] = []
    try:
        fd = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, FILE_MODE)
        try:
            with os.fdopen(fd, "wb") as out:
                os.fchmod(out.fileno(), FILE_MODE)
                rows, damaged = _write(folder, out, moment, keys, left_out)
                out.flush()
                os.fsync(out.fileno())
            files = sum(1 for _ in checked(temporary))
            cases = sum(bool(each["state"]) for each in rows)
            sha256 = file_sha256(temporary)
            give_name(disk, temporary, target)
            sync_folder(disk, target.parent)
        except BaseException:
            unlink_quietly(disk, temporary)
            raise
    except OSError as error:
        raise storage_error(error, target, "write the backup") from error
    made = {"file": str(target), "sha256": sha256, "cases_count": cases, "files": files, "keys": bool(keys)}
    note(folder, "backed_up", made, by=by, host=host)
    size = target.stat().st_size
    return BackedUp(target, files, cases, size, sha256, tuple(damaged), tuple(left_out))


def _target(folder: Path, target: Path, moment: str) -> Path:
    target = target.expanduser().absolute()
    if target.is_dir():
        target = target / f"backstory-{moment[:19].replace(':', '').replace('-', '')}Z.tar"
    if target.resolve().is_relative_to(folder.resolve()):
        hint = "choose another folder, best on another disk"
        raise UsageError("a backup does not stand among the transcripts", code="R007", place=str(target), hint=hint)
    if target.exists() or target.is_symlink():
        raise UsageError("the target exists already", code="R007", place=str(target), hint="choose another name")
    return target


def _write(
    folder: Path, out: IO[bytes], moment: str, keys: Path | None, left_out: list[str]
) -> tuple[list[dict[str, Any]], list[str]]:
    rows: list[dict[str, Any]] = []
    sums: list[str] = []
    damaged: list[str] = []
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:

        def add(name: str, data: bytes) -> None:
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(data), FILE_MODE
            archive.addfile(info, io.BytesIO(data))
            sums.append(f"{hashlib.sha256(data).hexdigest()}  {name}\n")

        for each in members(folder, left_out):
            add(each.name, each.data)
            rows.append({"name": each.name, "state": each.state, "records": each.records, "head": each.head})
            if each.state == "damaged":
                damaged.append(each.name)
        if keys is not None:
            add(f"{KEYS}{keys.name}", read_bytes(keys))
        about = {"format": FORMAT, "version": VERSION, "made": moment, "files": rows}
        add(ABOUT, json.dumps(about, indent=1, sort_keys=True).encode())
        manifest = "".join(sums).encode()
        add(MANIFEST, manifest)
    return rows, damaged


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checked(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every file of a backup with its bytes, but for the manifest, against which each was checked at the end.

    The caller must take nothing for sound before the last one. Raises: CorruptTranscript R006 naming the file, R012
    for what is no backup; OSError.
    """
    found: dict[str, str] = {}
    manifest: bytes | None = None
    last = ""
    try:
        with tarfile.open(path, "r:") as archive:
            for info in archive:
                name = info.name
                if not info.isfile() or not _safe(name) or name in found or manifest is not None:
                    raise _damaged(path, f"{name!r} does not belong into a backup, or stands twice")
                file = archive.extractfile(info)
                data = b"" if file is None else file.read()
                if len(data) != info.size:
                    raise _damaged(path, f"{name} is cut short")
                last = name
                if name == MANIFEST:
                    manifest = data
                    continue
                found[name] = hashlib.sha256(data).hexdigest()
                yield name, data
    except tarfile.TarError as error:
        if last:
            raise _damaged(path, f"what follows {last} cannot be read") from error
        raise _no_backup(path) from error
    if manifest is None:
        raise _damaged(path, f"it ends after {last}, without its manifest") if last else _no_backup(path)
    _compare(path, found, manifest)


def _compare(path: Path, found: dict[str, str], manifest: bytes) -> None:
    try:
        lines = [line.partition("  ") for line in manifest.decode("utf-8").splitlines()]
    except UnicodeDecodeError as error:
        raise _damaged(path, f"{MANIFEST} cannot be read") from error
    listed = {name: sha256 for sha256, _, name in lines}
    for name in sorted(listed.keys() | found.keys()):
        if name not in found:
            raise _damaged(path, f"{name} is missing")
        if name not in listed:
            raise _damaged(path, f"{name} is not in its manifest")
        if listed[name] != found[name]:
            raise _damaged(path, f"{name} is not what its manifest says")
    if ABOUT not in found:
        raise _no_backup(path)


def _safe(name: str) -> bool:
    parts = name.split("/")
    inside = name in {ABOUT, MANIFEST} or name.startswith((ROOT, KEYS))
    return inside and all(part not in {"", ".", ".."} and "\\" not in part and "\0" not in part for part in parts)


def _damaged(path: Path, why: str) -> BackstoryError:
    hint = "use another backup; nothing was changed"
    return CorruptTranscript(f"this backup is damaged: {why}", code="R006", place=str(path), hint=hint)


def _no_backup(path: Path) -> BackstoryError:
    return CorruptTranscript("this is not a backup", code="R012", place=str(path), hint="backstory backup makes one")
