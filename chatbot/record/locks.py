"""One writer for one case: the lock on its transcript, and who holds it.

The lock is the kernel's: it ends with the process, whatever happens, and leaves nothing to clean up.
"""

from __future__ import annotations

import errno
import fcntl
import os
import platform
import pwd
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from chatbot.errors import LockedByAnother
from chatbot.record.disk import Disk, read_all
from chatbot.record.recovery import LARGEST_FILE

PROCESSES = Path("/proc")

LOCK_TABLE = PROCESSES / "locks"
"""Linux lists all locks here; elsewhere the holder stays unknown."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who is writing a case, as far as this computer knows."""

    pid: int
    user: str
    """The account; empty when it is not known."""
    computer: str
    since: str
    """Day and time on this computer's clock; empty when it is not known."""

    def __str__(self) -> str:
        who = "this program itself" if self.pid == os.getpid() else "another process"
        user = f", user {self.user}" if self.user else ""
        since = f", since {self.since}" if self.since else ""
        return f"{who} (pid {self.pid}{user}) on this computer ({self.computer}){since}"


def take(disk: Disk, fd: int, path: Path) -> None:
    """Lock an open transcript for this process.

    Raises: LockedByAnother at once when someone holds it; OSError when the file system has no locks.
    """
    try:
        disk.lock(fd)
    except OSError as error:
        if error.errno not in {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES}:
            raise
        found = holder(disk, fd)
        who = "another process, perhaps on another computer," if found is None else str(found)
        raise LockedByAnother(
            f"{who} is writing this case",
            code="L001",
            place=str(path),
            hint="close it there first; until then the case can be read, not written",
        ) from error


_SITTING = re.compile(rb'"t":"([0-9T:.-]+Z)","type":"case\.(?:opened|resumed)"')
"""When a sitting began. In a text of a record the quotes would be escaped: this stands only where a type stands."""


def holder(disk: Disk, fd: int) -> Holder | None:
    """Return who holds the lock of an open transcript; None where the system does not tell, or it is free by now."""
    pid = owner(disk.fstat(fd))
    if pid is None:
        return None
    # A process that has only just opened the case has not begun its sitting yet: the one there is not its own.
    began = max(filter(None, (_started(pid), _sitting(disk, fd))), default=None)
    since = "" if began is None else began.astimezone().strftime("%Y-%m-%d %H:%M")
    return Holder(pid, _user(pid), platform.node() or "no name", since)


def _sitting(disk: Disk, fd: int) -> datetime | None:
    try:
        stamps = _SITTING.findall(read_all(disk, fd, LARGEST_FILE))
        return datetime.fromisoformat(stamps[-1].decode("ascii")) if stamps else None
    except (OSError, ValueError):
        return None


def _started(pid: int) -> datetime | None:
    """Return when a process began."""
    try:
        ticks = int((PROCESSES / str(pid) / "stat").read_text("ascii", "replace").rpartition(")")[2].split()[19])
        boot = re.search(r"^btime (\d+)$", (PROCESSES / "stat").read_text("ascii", "replace"), re.MULTILINE)
    except (OSError, ValueError, IndexError):
        return None
    return None if boot is None else datetime.fromtimestamp(int(boot[1]) + ticks / os.sysconf("SC_CLK_TCK"), UTC)


def _user(pid: int) -> str:
    """Return the account of a process. Not by the owner of its folder: that is root where memory is kept private."""
    try:
        text = (PROCESSES / str(pid) / "status").read_text("ascii", "replace")
    except OSError:
        return ""
    found = re.search(r"^Uid:\s+\d+\s+(\d+)", text, re.MULTILINE)
    if found is None:
        return ""
    try:
        return pwd.getpwuid(int(found[1])).pw_name
    except KeyError:
        return found[1]


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
