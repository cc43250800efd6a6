"""Files that hold a secret: for this user alone, not through a symbolic link, of a bounded size, never written over.

What stands in one is for whoever keeps it; no message here holds any of it.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from chatbot.errors import KeyProblem
from chatbot.record import publish
from chatbot.record.disk import Disk, close_quietly, make_private_folder, read_all, real


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFile:
    """One kind of key file, and what is said of it."""

    name: str
    """As messages say it, such as ``the key``."""
    largest: int
    """Bytes of one."""
    missing: tuple[str, str] | None
    """What is said, and what to do, where there is none (K001); None: it was named, and is told as any file that
    cannot be read."""
    damaged: tuple[str, str, str]
    """Code, what is said, and what to do."""
    opened: str
    """What to do besides ``chmod`` when others may have read it."""
    taken: str
    """What to do when there is one of that name."""
    refused: str
    """What to do when the system refuses it."""

    def free(self, path: Path | None) -> Path:
        """Return where a new one can be kept, without symbolic links. Raises: KeyProblem (K002, K005)."""
        if path is None:
            raise KeyProblem("this user has no home to keep a key in", code="K005", hint="say where: --out FILE")
        path = real(path.absolute().parent) / path.name
        try:
            if path == path.parent or path.is_symlink() or path.exists():
                raise self._taken(path)
        except OSError as error:
            raise self._storage(error, path, "write") from error
        return path

    def write(self, path: Path, data: bytes, disk: Disk | None = None) -> None:
        """Keep a key in a new file, which appears whole or not at all. *path* is ``free``. Raises: KeyProblem."""
        disk = disk or Disk()
        try:
            if not path.parent.exists():
                make_private_folder(disk, path.parent)
            publish.publish(disk, path, data)
        except FileExistsError as error:
            raise self._taken(path) from error
        except OSError as error:
            raise self._storage(error, path, "write") from error

    def read(self, path: Path, disk: Disk | None = None) -> bytes:
        """Return what a file holds.

        Raises: KeyProblem when there is none, other users may read it, or it is no file or too large.
        """
        disk = disk or Disk()
        try:
            fd = disk.open(path, os.O_RDONLY | os.O_NONBLOCK)
        except OSError as error:
            if self.missing is not None and isinstance(error, FileNotFoundError):
                raise KeyProblem(self.missing[0], code="K001", place=str(path), hint=self.missing[1]) from error
            raise self._storage(error, path, "read") from error
        try:
            found = disk.fstat(fd)
            mode = stat.S_IMODE(found.st_mode)
            if not stat.S_ISREG(found.st_mode):
                raise self.broken(path)
            if mode & 0o077:
                message = f"other users may read or change this key (mode {mode:04o})"
                hint = f"chmod 600 {path}; when others may have read it, {self.opened}"
                raise KeyProblem(message, code="K003", place=str(path), hint=hint)
            data = read_all(disk, fd, self.largest)
        except OSError as error:
            raise self._storage(error, path, "read") from error
        finally:
            close_quietly(disk, fd)
        if len(data) > self.largest:
            raise self.broken(path)
        return data

    def broken(self, path: Path) -> KeyProblem:
        """Return the refusal of a file that holds no such key."""
        code, message, hint = self.damaged
        return KeyProblem(message, code=code, place=str(path), hint=hint)

    def _taken(self, path: Path) -> KeyProblem:
        message = "this key file exists already and is not written over"
        return KeyProblem(message, code="K002", place=str(path), hint=self.taken)

    def _storage(self, error: OSError, path: Path, doing: str) -> KeyProblem:
        message = f"cannot {doing} {self.name}: {publish.reason(error)}"
        return KeyProblem(message, code="K005", place=str(path), hint=self.refused)
