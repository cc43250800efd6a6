"""A disk that remembers what a loss of power would leave of it.

It follows the rules that hold on every file system: what was synced is there; of what was not, any part may be
missing: the name, the content, the end of the content, or its bytes with the length already there.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from chatbot.record.disk import Disk


@dataclass
class File:
    """One file, under whatever names it has."""

    durable: bytes = b""
    now: bytes = b""


@dataclass
class Folder:
    """One folder: name to file, or None for a folder."""

    durable: dict[str, File | None] = field(default_factory=dict)
    now: dict[str, File | None] = field(default_factory=dict)


class PowerDisk(Disk):
    """Carries everything out, and keeps account of what is durable."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folders: dict[Path, Folder] = {root: Folder()}
        self.files: dict[int, File] = {}
        self.opened: dict[int, Path] = {}

    def open(self, path: Path, flags: int, mode: int = 0o600) -> int:
        fd = super().open(path, flags, mode)
        if stat.S_ISDIR(os.fstat(fd).st_mode):
            self.opened[fd] = path
        elif flags & os.O_CREAT:
            self.files[fd] = self.folders[path.parent].now[path.name] = File()
        else:
            found = self.folders[path.parent].now[path.name]
            assert found is not None
            self.files[fd] = found
        return fd

    def write(self, fd: int, data: bytes) -> int:
        written = super().write(fd, data)
        self.files[fd].now += data[:written]
        return written

    def truncate(self, fd: int, size: int) -> None:
        super().truncate(fd, size)
        self.files[fd].now = self.files[fd].now[:size]

    def sync(self, fd: int) -> None:
        if fd in self.opened:
            folder = self.folders[self.opened[fd]]
            folder.durable = dict(folder.now)
        else:
            self.files[fd].durable = self.files[fd].now

    sync_data = sync

    def link(self, source: Path, target: Path) -> None:
        super().link(source, target)
        self.folders[target.parent].now[target.name] = self.folders[source.parent].now[source.name]

    def rename(self, source: Path, target: Path) -> None:
        super().rename(source, target)
        self.folders[target.parent].now[target.name] = self.folders[source.parent].now.pop(source.name)

    def unlink(self, path: Path) -> None:
        super().unlink(path)
        del self.folders[path.parent].now[path.name]

    def mkdir(self, path: Path) -> None:
        super().mkdir(path)
        if path.parent in self.folders:
            self.folders[path.parent].now[path.name] = None
        self.folders[path] = Folder()

    def close(self, fd: int) -> None:
        super().close(fd)
        self.opened.pop(fd, None)
        self.files.pop(fd, None)

    def adopt(self, path: Path) -> None:
        """Take a file that was there before, durable."""
        data = path.read_bytes()
        folder = self.folders[path.parent] = Folder()
        names: dict[str, File | None] = {each.name: None for each in path.parent.iterdir() if each.is_dir()}
        folder.durable, folder.now = dict(names), dict(names)
        if above := self.folders.get(path.parent.parent):
            above.durable[path.parent.name] = above.now[path.parent.name] = None
        folder.durable[path.name] = folder.now[path.name] = File(data, data)

    def leftovers(self) -> Iterator[dict[Path, bytes]]:
        """Yield what may be found after the power went now: path to content."""
        for names_kept in (False, True):
            for content in range(6):
                found: dict[Path, bytes] = {}
                for place, folder in self.folders.items():
                    if not self._reachable(place, names_kept):
                        continue
                    names = folder.now if names_kept else folder.durable
                    for name, file in names.items():
                        if file is not None:
                            found[place / name] = _content(file, content)
                yield found

    def _reachable(self, place: Path, names_kept: bool) -> bool:
        if place == self.root or place.parent not in self.folders:
            return True
        folder = self.folders[place.parent]
        return place.name in (folder.now if names_kept else folder.durable) and self._reachable(
            place.parent, names_kept
        )


def _content(file: File, variant: int) -> bytes:
    """Return one of the things a crash may leave of a file: synced, all, cut, zeros, first or last part missing."""
    if not file.now.startswith(file.durable):
        return file.durable
    rest = file.now[len(file.durable) :]
    half = len(rest) // 2
    page = min(len(rest), -len(file.durable) % 4096)
    return (
        file.durable
        + (
            b"",
            rest,
            rest[:half],
            bytes(len(rest)),
            rest[:half] + bytes(len(rest) - half),
            bytes(page) + rest[page:],
        )[variant]
    )
