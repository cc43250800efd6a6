"""Files that appear whole or not at all, and the errors of storage in words.

A new file is written under a temporary name, made durable, and only then given its name; a name that is
taken is never overwritten unless that is asked for.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

from chatbot.errors import StorageError
from chatbot.record.disk import (
    FILE_MODE,
    Disk,
    OpenToOthers,
    check_length,
    close_quietly,
    sync_folder,
    unlink_quietly,
    write_all,
)

UNFINISHED = ".new-"
"""Between the name of a file and the process that is writing it."""

_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}

_CODES = {
    errno.ENOENT: ("F002", "there is no such file"),
    errno.EACCES: ("F003", "there is no permission to use it"),
    errno.EPERM: ("F003", "there is no permission to use it"),
    errno.EROFS: ("F003", "the file system is read-only"),
    errno.ELOOP: ("F004", "it is a symbolic link, or behind too many of them"),
    errno.EISDIR: ("F004", "it is a folder"),
    errno.ENOTDIR: ("F004", "part of the path is not a folder"),
    errno.ENXIO: ("F004", "it is not a regular file"),
    errno.ENOSPC: ("F005", "the disk is full"),
    errno.EDQUOT: ("F005", "the disk quota is used up"),
    errno.EFBIG: ("F005", "the file may not grow any further"),
    errno.EEXIST: ("F009", "it exists already"),
}

_HINTS = {
    "F001": "let its owner run chmod 700 on it, or choose another folder with --transcripts",
    "F002": "check the name, or list the cases: backstory cases",
    "F003": "check the permissions, or choose another folder with --transcripts",
    "F004": "give the transcript itself",
    "F005": "free some space, or choose another folder with --transcripts",
    "F009": "choose another name",
    "F012": "check the disk, or choose another folder with --transcripts",
}


def reason(error: OSError) -> str:
    """Say in words what the system refused."""
    if isinstance(error, OpenToOthers):
        return str(error.strerror)
    known = _CODES.get(error.errno or 0)
    return known[1] if known else (error.strerror or str(error))


def storage_error(error: OSError, path: Path, doing: str) -> StorageError:
    """Return the error to report when the system refused something done to *path*."""
    code = "F001" if isinstance(error, OpenToOthers) else _CODES.get(error.errno or 0, ("F012", ""))[0]
    return StorageError(f"cannot {doing}: {reason(error)}", code=code, place=str(path), hint=_HINTS[code])


def write_temporary(disk: Disk, target: Path, data: bytes, *, lock: bool = False) -> tuple[int, Path]:
    """Write *data* durably under a temporary name beside *target*; return its descriptor and that name.

    Raises: OSError; then nothing is left behind if that can be helped.
    """
    fd, temporary = _create(disk, target)
    try:
        disk.fchmod(fd, FILE_MODE)
        if lock:
            disk.lock(fd)
        write_all(disk, fd, data)
        disk.sync(fd)
        check_length(disk, fd, len(data))
    except BaseException:
        close_quietly(disk, fd)
        unlink_quietly(disk, temporary)
        raise
    return fd, temporary


def _create(disk: Disk, target: Path) -> tuple[int, Path]:
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND
    for attempt in range(100):
        # A process killed earlier may have left its file behind under the same number.
        temporary = target.with_name(f"{target.name}{UNFINISHED}{os.getpid()}" + (f"-{attempt}" if attempt else ""))
        try:
            return disk.open(temporary, flags), temporary
        except FileExistsError:
            continue
    raise FileExistsError(errno.EEXIST, "too many unfinished files", str(target))


def give_name(disk: Disk, temporary: Path, target: Path) -> None:
    """Give a finished file its name. The caller makes the folder durable.

    Raises: FileExistsError when the name is taken; OSError. The temporary name then still stands.
    """
    try:
        disk.link(temporary, target)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        _rename_to_free_name(disk, temporary, target)
    else:
        unlink_quietly(disk, temporary)


def _rename_to_free_name(disk: Disk, temporary: Path, target: Path) -> None:
    """For file systems without hard links; the names are random, so nobody takes one in between."""
    try:
        disk.lstat(target)
    except FileNotFoundError:
        disk.rename(temporary, target)
    else:
        raise FileExistsError(errno.EEXIST, "the name is taken", str(target))


def publish(disk: Disk, target: Path, data: bytes, *, replace: bool = False) -> None:
    """Write a whole file durably under its name.

    Raises: FileExistsError unless *replace*; OSError.
    """
    fd, temporary = write_temporary(disk, target, data)
    close_quietly(disk, fd)
    try:
        if replace:
            disk.rename(temporary, target)
        else:
            give_name(disk, temporary, target)
    except BaseException:
        unlink_quietly(disk, temporary)
        raise
    sync_folder(disk, target.parent)
