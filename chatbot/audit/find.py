"""The files an audit is about: cases of the kinds asked for, by name, and whatever else lies in the folder.

A folder is listed, never opened up: no symbolic link is followed, no pipe is read. Of each case only the first line is
read here, to learn its kind; what is kept in memory is its name.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from chatbot.core.events import KINDS
from chatbot.errors import StorageError
from chatbot.record.checkpoint import BESIDE
from chatbot.record.lineage import peek
from chatbot.record.publish import storage_error

_KNOWN = frozenset(
    {"protocols", "stations", "register.jsonl", "access.jsonl", "journal.log", "README.md", ".gitignore"}
)
"""What stands in a folder of cases and is none."""


@dataclass(frozen=True, slots=True)
class Found:
    """One file to audit."""

    path: Path
    folder_kind: str
    """The kind whose folder it stands in; empty when it stands in none."""


@dataclass(slots=True)
class Cases:
    """What a folder holds. Iterating gives the cases in the order of their folders and names."""

    folder: Path
    names: list[tuple[str, list[str]]] = field(default_factory=list)
    """Folder of a kind, or empty, to the names of its cases."""
    others: list[tuple[Path, str]] = field(default_factory=list)
    """What is neither a case nor known to belong here, and what it is."""
    left_out: dict[str, int] = field(default_factory=dict)
    """Kind to how many cases of it were not asked for."""
    fragments: int = 0
    """Ends that were not completely saved and were set aside."""
    earlier: dict[str, list[Path]] = field(default_factory=dict)
    """Case code that some case names as the one it comes from, to its files."""
    doubles: dict[str, int] = field(default_factory=dict)
    """Case code that several files hold, to how many."""
    codes: set[int] = field(default_factory=set)
    """Hashes of the codes there are, eight bytes each."""
    sealed: int = 0
    """How many of the cases are encrypted."""
    one: bool = False
    """One file was asked for, not a folder."""

    def holds(self, code: str) -> bool:
        """Whether a file of this case is there."""
        return hash(code) in self.codes

    def __len__(self) -> int:
        return sum(len(names) for _, names in self.names)

    def __iter__(self) -> Iterator[Found]:
        for kind, names in self.names:
            place = self.folder / kind if kind else self.folder
            for name in names:
                yield Found(place / name, kind or (place.name if place.name in KINDS else ""))


def find_cases(folder: Path, kinds: Sequence[str]) -> Cases:
    """List a folder of transcripts, a folder of one kind, or one file. The header says of which kind a case is.

    Raises: StorageError when it is not there or cannot be read.
    """
    try:
        mode = os.stat(folder).st_mode
    except FileNotFoundError as error:
        hint = "name the folder that holds the cases, or one transcript"
        raise StorageError("this folder is not there", code="F003", place=str(folder), hint=hint) from error
    except OSError as error:
        raise storage_error(error, folder, "list the cases") from error
    if stat.S_ISREG(mode):
        return _one(folder)
    if not stat.S_ISDIR(mode):
        hint = "name the folder that holds the cases, or one transcript"
        raise StorageError("this is neither a folder nor a file", code="F004", place=str(folder), hint=hint)
    found = Cases(folder)
    for kind in ("", *KINDS):
        names = _listed(found, kind)
        if names:
            found.names.append((kind, names))
    _choose(found, frozenset(kinds))
    return found


def _one(path: Path) -> Cases:
    """Return one file as a folder of its own; asked for by name, it is audited whatever its kind."""
    header = peek(path)
    return Cases(path.parent, [("", [path.name])], sealed=int(header is not None and header["sealed"]), one=True)


def _listed(found: Cases, kind: str) -> list[str]:
    """Return the names that claim to be cases, sorted; note what else there is."""
    place = found.folder / kind if kind else found.folder
    names = []
    try:
        with os.scandir(place) as entries:
            for entry in entries:
                what = _judged(entry, top=not kind)
                if what is None:
                    names.append(entry.name)
                elif what == "fragment":
                    found.fragments += 1
                elif what:
                    found.others.append((Path(entry.path), what))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise storage_error(error, place, "list the cases") from error
    found.others.sort()
    return sorted(names)


def _judged(entry: os.DirEntry[str], *, top: bool) -> str | None:
    """Return what a name is: None a case, empty nothing to tell of, else in words."""
    if entry.is_symlink():
        return "a symbolic link, not followed"
    if entry.is_dir(follow_symlinks=False):
        if top and (entry.name in KINDS or entry.name in _KNOWN):
            return ""
        return "a folder, not searched"
    if not entry.is_file(follow_symlinks=False):
        return "not a regular file"
    if entry.name.endswith(".jsonl") and not (top and entry.name in _KNOWN):
        return None
    if ".jsonl.torn-" in entry.name or ".torn-" in entry.name:
        return "fragment"
    if f".jsonl{BESIDE}" in entry.name:
        return ""
    if ".new-" in entry.name:
        return "left by a writer that was ended"
    return "" if entry.name in _KNOWN else "not a transcript by its name"


def _choose(found: Cases, kinds: frozenset[str]) -> None:
    """Keep the cases of the kinds asked for; learn which are named by others, and which have two files."""
    chosen: list[tuple[str, list[str]]] = []
    seen = found.codes
    twice: set[str] = set()
    for kind, names in found.names:
        place = found.folder / kind if kind else found.folder
        kept = []
        for name in names:
            header = peek(place / name)
            own = (header or {}).get("kind") or kind or (place.name if place.name in KINDS else "")
            if own in KINDS and own not in kinds:
                found.left_out[own] = found.left_out.get(own, 0) + 1
                continue
            kept.append(name)
            if header is None:
                continue
            found.sealed += header["sealed"]
            # Eight bytes a case, so that memory does not grow with what a code looks like.
            key = hash(header["case"])
            if key in seen:
                twice.add(header["case"])
            seen.add(key)
            for code in (header["amends"], header["follows"]):
                if code is not None:
                    found.earlier.setdefault(code, [])
        chosen.append((kind, kept))
    everywhere = found.names
    found.names = chosen
    if not (found.earlier or twice):
        return
    for kind, names in everywhere:
        place = found.folder / kind if kind else found.folder
        for name in names:
            header = peek(place / name)
            code = (header or {}).get("case")
            if code in found.earlier:
                found.earlier[code].append(place / name)
            if code in twice:
                found.doubles[code] = found.doubles.get(code, 0) + 1
    found.doubles = {code: count for code, count in found.doubles.items() if count > 1}
    if found.folder.name in KINDS:
        # What is not in this folder may be beside it; whoever needs it looks there.
        found.earlier = {code: paths for code, paths in found.earlier.items() if paths}
