"""The system calls a writer makes, behind one object so that tests can make any of them fail.

Nothing here knows what a transcript is. Flags are those that a data file needs: close on exec, no symbolic
links, and never one of the three standard descriptors.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
from pathlib import Path

FILE_MODE = 0o600
FOLDER_MODE = 0o700

_SAFE = os.O_CLOEXEC | os.O_NOFOLLOW


class Disk:
    """The real thing. Every method raises OSError as the system call does."""

    def open(self, path: Path, flags: int, mode: int = FILE_MODE) -> int:
        """Open a file as descriptor 3 or above, never through a symbolic link."""
        fd = os.open(path, flags | _SAFE, mode)
        if fd > 2:
            return fd
        try:
            # A program started without stdin, stdout or stderr would otherwise print into the transcript.
            return fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 3)
        finally:
            os.close(fd)

    def write(self, fd: int, data: bytes) -> int:
        return os.write(fd, data)

    def read(self, fd: int, size: int) -> bytes:
        return os.read(fd, size)

    def truncate(self, fd: int, size: int) -> None:
        os.ftruncate(fd, size)

    def sync_data(self, fd: int) -> None:
        """Make content and size durable."""
        if hasattr(fcntl, "F_FULLFSYNC"):  # pragma: no cover - macOS, where fsync stops at the drive's cache
            fcntl.fcntl(fd, fcntl.F_FULLFSYNC)
        else:
            os.fdatasync(fd)

    def sync(self, fd: int) -> None:
        """Make a file or a folder durable, all of it."""
        if hasattr(fcntl, "F_FULLFSYNC"):  # pragma: no cover - macOS
            fcntl.fcntl(fd, fcntl.F_FULLFSYNC)
        else:
            os.fsync(fd)

    def fstat(self, fd: int) -> os.stat_result:
        return os.fstat(fd)

    def lstat(self, path: Path) -> os.stat_result:
        return os.lstat(path)

    def fchmod(self, fd: int, mode: int) -> None:
        os.fchmod(fd, mode)

    def lock(self, fd: int) -> None:
        """Take the exclusive lock or raise BlockingIOError at once."""
        # flock, not lockf: a lock of the latter kind is lost when any descriptor of the file is closed.
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def link(self, source: Path, target: Path) -> None:
        os.link(source, target, follow_symlinks=False)

    def rename(self, source: Path, target: Path) -> None:
        os.rename(source, target)

    def unlink(self, path: Path) -> None:
        os.unlink(path)

    def mkdir(self, path: Path) -> None:
        """Make a folder for this user alone, whatever the umask."""
        os.mkdir(path, FOLDER_MODE)
        os.chmod(path, FOLDER_MODE)

    def names(self, folder: Path) -> list[str]:
        return os.listdir(folder)

    def close(self, fd: int) -> None:
        os.close(fd)

    def free_bytes(self, path: Path) -> int:
        """Return the bytes an ordinary user may still write."""
        found = os.statvfs(path)
        return found.f_bavail * found.f_frsize


def write_all(disk: Disk, fd: int, data: bytes) -> None:
    """Write all of *data*.

    Raises: OSError, also when the system takes no byte and says nothing.
    """
    rest = memoryview(data)
    while rest:
        written = disk.write(fd, bytes(rest))
        if written <= 0:
            raise OSError(errno.EIO, "nothing was written")
        rest = rest[written:]


def check_length(disk: Disk, fd: int, size: int) -> None:
    """Make sure that a file is as long as what was written to it: a system that took less may have said otherwise.

    Raises: OSError.
    """
    if disk.fstat(fd).st_size != size:
        raise OSError(errno.EIO, "the file is not as long as what was written to it")


def read_all(disk: Disk, fd: int, limit: int) -> bytes:
    """Return the rest of a file, at most one byte more than *limit*."""
    parts: list[bytes] = []
    left = limit + 1
    while left > 0 and (part := disk.read(fd, min(left, 1 << 20))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def sync_folder(disk: Disk, folder: Path) -> None:
    """Make the names in a folder durable."""
    fd = disk.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        disk.sync(fd)
    finally:
        close_quietly(disk, fd)


class OpenToOthers(PermissionError):
    """A folder that belongs to someone else and that others may look into."""


def make_private_folder(disk: Disk, folder: Path) -> None:
    """Make a folder, and those above it, for this user alone; close an existing one to others.

    Only *folder* itself is closed: those above it may be anyone's.
    Raises: OSError, as OpenToOthers when an existing folder cannot be closed.
    """
    _make(disk, folder)
    fd = disk.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if stat.S_IMODE(disk.fstat(fd).st_mode) != FOLDER_MODE:
            disk.fchmod(fd, FOLDER_MODE)
    except PermissionError as error:
        raise OpenToOthers(error.errno, "it is open to other users and cannot be closed to them") from error
    finally:
        close_quietly(disk, fd)


def _make(disk: Disk, folder: Path) -> None:
    try:
        disk.mkdir(folder)
    except FileExistsError:
        return
    except FileNotFoundError:
        _make(disk, folder.parent)
        with contextlib.suppress(FileExistsError):
            disk.mkdir(folder)
    sync_folder(disk, folder.parent)


def real(path: Path) -> Path:
    """Return a path without symbolic links; unlike ``Path.resolve``, a loop of them is left to the next call."""
    return Path(os.path.realpath(path))


def same_file(left: os.stat_result, right: os.stat_result) -> bool:
    """Whether both describe one file."""
    return (left.st_dev, left.st_ino) == (right.st_dev, right.st_ino)


def close_quietly(disk: Disk, fd: int) -> None:
    """Close a descriptor whose data is safe already, or lost already: an error would change nothing."""
    with contextlib.suppress(OSError):
        disk.close(fd)


def unlink_quietly(disk: Disk, path: Path) -> None:
    """Remove an unfinished file if it is there; a later start removes it otherwise."""
    with contextlib.suppress(OSError):
        disk.unlink(path)
