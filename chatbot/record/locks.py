"""One writer for one case: the lock on its transcript, and who holds it.

The lock is the kernel's: it ends with the process, whatever happens, and leaves nothing to clean up.
"""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path

from chatbot.errors import LockedByAnother
from chatbot.record.disk import Disk

LOCK_TABLE = Path("/proc/locks")
"""Linux lists all locks here; elsewhere the holder stays unknown."""


def take(disk: Disk, fd: int, path: Path) -> None:
    """Lock an open transcript for this process.

    Raises: LockedByAnother at once when someone holds it; OSError when the file system has no locks.
    """
    try:
        disk.lock(fd)
    except OSError as error:
        if error.errno not in {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES}:
            raise
        holder = owner(disk.fstat(fd))
        who = "another process" if holder is None else _named(holder)
        raise LockedByAnother(
            f"{who} is writing this case",
            code="L001",
            place=str(path),
            hint="close it there first; until then the case can be read, not written",
        ) from error


def _named(pid: int) -> str:
    if pid == os.getpid():
        return f"this program itself (pid {pid})"
    return f"another process (pid {pid}) on this computer"


def owner(found: os.stat_result) -> int | None:
    """Return the process that holds the write lock of a file, where the system tells."""
    try:
        table = LOCK_TABLE.read_text("ascii", "replace")
    except OSError:
        return None
    exact = f"{os.major(found.st_dev):02x}:{os.minor(found.st_dev):02x}:{found.st_ino}"
    holders: dict[str, int] = {}
    for line in table.splitlines():
        words = line.split()
        # 1: FLOCK  ADVISORY  WRITE 4711 fd:01:393217 0 EOF
        if len(words) >= 6 and words[1] == "FLOCK" and words[3] == "WRITE" and words[4].isdigit():
            holders[words[5]] = int(words[4])
    if exact in holders:
        return holders[exact]
    # Some file systems show another device number in this table than in stat.
    close = [pid for place, pid in holders.items() if place.rpartition(":")[2] == str(found.st_ino)]
    return close[0] if len(close) == 1 else None


def is_locked(path: Path) -> bool:
    """Whether someone is writing this transcript now. Only a hint: it may change at any moment."""
    try:
        if LOCK_TABLE.exists():
            return owner(path.lstat()) is not None
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(fd)
    return False
