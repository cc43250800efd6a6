"""Hold transcripts against the register of cases: one file, or a whole folder. Reads only.

What a transcript alone cannot show, shows here: whole records cut off its end, a file written anew by somebody who
computes every hash, a file that is gone. One that has grown since it was registered is no fault: a sitting goes on, or
was interrupted.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chatbot.errors import BackstoryError, CorruptTranscript, ExitCode, UsageError
from chatbot.record import chain
from chatbot.record.cases import transcript_files
from chatbot.record.lineage import folder_of
from chatbot.record.read import Transcript, read_bytes
from chatbot.record.recovery import walk
from chatbot.record.register import NAME, Book, Entry, read_register

_ASK = "ask who touched the folder; compare head codes on printed reports, and look for the file in a copy"


@dataclass(frozen=True, slots=True)
class Anchoring:
    """How one file stands to the register."""

    state: str
    """ANCHORED: the register agrees; UNANCHORED: it does not know it; DIFFERS: it is not what was registered."""
    said: str
    """In plain words."""
    problems: tuple[str, ...] = ()
    """What is wrong, rendered; each of them ends a command with 5."""
    entries: tuple[Entry, ...] = ()
    """What the register says of this case."""
    upto: int = 0
    """So many records are registered."""


def compare(
    path: Path, case: str, hashes: Sequence[str], root: Path | None = None, register: Path | None = None
) -> Anchoring:
    """Hold the hashes of all records of a transcript against the register of its folder, or the one at *register*.

    Raises: StorageError when the register cannot be read; UsageError when the one that was named is not there.
    """
    place = register or (root or folder_of(path)) / NAME
    book = read_register(place)
    if book is None:
        if register is not None:
            raise UsageError(f"there is no register of cases at {register}", hint="name the file of the register")
        return Anchoring("UNANCHORED", f"no register of cases stands in {place.parent}. {_UNSHOWN}")
    fault = () if book.fault is None or book.fault.torn else (book.fault.error(book.path).render(),)
    found = judged(path, case, hashes, book)
    return Anchoring(found.state, found.said, (*found.problems, *fault), found.entries, found.upto)


_UNSHOWN = (
    "Whole records cut off its end, or a file written anew by somebody who knows the format, would not show: compare "
    "its head code with a printed report"
)


def judged(path: Path, case: str, hashes: Sequence[str], book: Book) -> Anchoring:
    """Hold the hashes of all records of a transcript against a register that was read."""
    known = book.of(case)
    if not known:
        return Anchoring("UNANCHORED", f"the register {book.path} does not know case {case}. {_UNSHOWN}")
    mine = tuple(entry for entry in known if entry.first == hashes[0])
    if not mine:
        other = known[-1]
        message = (
            f"the register knows case {case} by another first record ({other.what} {other.t}, {other.head_code}, "
            f"{other.file}): this file is not that case, or took its place"
        )
        return _differs(path, 1, message, known)
    for entry in sorted(mine, key=lambda each: each.count):
        if entry.count > len(hashes):
            last = max(mine, key=lambda each: each.count)
            now = chain.head_code(hashes[-1], len(hashes))
            elsewhere = "" if Path(last.file).name == path.name else f", in {last.file}"
            message = (
                f"this file ends at record {len(hashes)}, head {now}; the register says {last.count} records, head "
                f"{last.head_code}, {last.what} {last.t}{elsewhere}: it was cut, or is an older copy"
            )
            return _differs(path, len(hashes), message, mine)
        if hashes[entry.count - 1] != entry.head:
            agreed = max((e.count for e in mine if e.count <= len(hashes) and hashes[e.count - 1] == e.head), default=0)
            message = (
                f"record {entry.count} is not the one that was registered ({entry.what} {entry.t}, head "
                f"{entry.head_code}); the two agree up to record {agreed}: the file was written anew, or continued "
                "from a shorter copy"
            )
            return _differs(path, entry.count, message, mine)
    gone = next((entry for entry in mine if entry.what == "disposed"), None)
    if gone is not None:
        message = f"the register says that this case was disposed of ({gone.t}), and here is its file"
        hint = "it came back from a copy: dispose of it again, or find out who brought it back, and why"
        problem = CorruptTranscript(message, code="T022", place=str(path), hint=hint).render()
        return Anchoring("DIFFERS", message, (problem,), mine, len(hashes))
    last = max(mine, key=lambda each: (each.count, each.seq))
    more = len(hashes) - last.count
    grown = (
        f"; the {more} record{'' if more == 1 else 's'} since then {'is' if more == 1 else 'are'} not registered yet: "
        "a sitting is going on, or was interrupted"
        if more
        else ""
    )
    said = f"the register agrees on the first {last.count} records ({last.what} {last.t}){grown}"
    if not more:
        said = f"the register agrees on all {last.count} records ({last.what} {last.t})"
    return Anchoring("ANCHORED", said, (), mine, last.count)


def _differs(path: Path, line: int, message: str, entries: tuple[Entry, ...]) -> Anchoring:
    problem = CorruptTranscript(message, code="T007", place=f"{path}:{line}", hint=_ASK).render()
    return Anchoring("DIFFERS", message, (problem,), entries)


def compare_transcript(transcript: Transcript, register: Path | None = None) -> Anchoring:
    """Hold a transcript that was read against the register. Raises: as ``compare``."""
    return compare(transcript.path, transcript.case, [entry.hash for entry in transcript.entries], register=register)


def compare_shut(path: Path, register: Path | None = None) -> Anchoring:
    """Hold a transcript against the register by its chain alone, which needs neither key nor content.

    Raises: as ``compare``; CorruptTranscript or VersionUnsupported where it has no sound beginning.
    """
    chained = walk(read_bytes(path), strict=False)
    if not chained.links:
        assert chained.damage is not None
        raise chained.damage.error(path)
    case = str(chained.links[0][0]["data"]["case"])
    return compare(path, case, [hash_ for _, hash_, _ in chained.links], register=register)


def compare_lines(path: Path, lines: Sequence[bytes], root: Path) -> Anchoring:
    """The same for the lines of a transcript. Raises: as ``compare``."""
    hashes = [line[-66:-2].decode("ascii") for line in lines]
    return compare(path, str(json.loads(lines[0])["data"]["case"]), hashes, root)


def disposal(path: Path) -> Entry | None:
    """Return the disposal of the case that a missing file held; None when the register knows of none."""
    if path.exists():
        return None
    book = read_register(folder_of(path) / NAME)
    return None if book is None else book.disposed(file=path.name)


def missing(path: Path) -> CorruptTranscript | None:
    """Return what is wrong when a file that the register knows is not there; None when it knows of none."""
    if path.exists():
        return None
    book = read_register(folder_of(path) / NAME)
    entry = None if book is None else book.knows_file(path.name)
    if entry is None or book is None or book.disposed(file=path.name) is not None:
        return None
    return _gone(entry, path)


def _gone(entry: Entry, place: Path) -> CorruptTranscript:
    message = (
        f"case {entry.case} ({entry.what} {entry.t}, head {entry.head_code}) is registered, and its file is missing"
    )
    return CorruptTranscript(message, code="T008", place=str(place), hint=_ASK)


def disposed_words(entry: Entry) -> str:
    """Say that a case was done away with, by whom and why."""
    parts = [f"{name}: {entry.more[name]}" for name in ("authority", "reason", "by") if entry.more.get(name)]
    return f"DISPOSED {entry.t}, case {entry.case} ({entry.kind}), head {entry.head_code}" + "".join(
        f"; {part}" for part in parts
    )


# --- head codes ------------------------------------------------------------------------------------


def check_code(text: str, hashes: Sequence[str], place: Path, what: str) -> str:
    """Hold a head code that was kept elsewhere against the hashes of *what*; return what it shows, in words.

    Raises: UsageError when it is no head code; CorruptTranscript (T021) when it does not agree.
    """
    read = chain.read_head_code(text)
    if read is None:
        raise UsageError(f"{text!r} is no head code", hint="it reads like 58-KQ7M-… with five groups of four letters")
    count, letters = read
    hint = "compare the code again; if it was copied right, the file was cut, replaced or written anew"
    now = chain.head_code(hashes[-1], len(hashes)) if hashes else "none"
    if count is None:
        count = next((n for n, each in enumerate(hashes, 1) if chain.head_letters(each) == letters), 0)
        if not count:
            message = f"no record of {what} has this head; its head is {now}"
            raise CorruptTranscript(message, code="T021", place=str(place), hint=hint)
    if count < 1 or count > len(hashes):
        message = f"the code is of record {count}, and {what} has {len(hashes)} records, head {now}"
        raise CorruptTranscript(message, code="T021", place=str(place), hint=hint)
    if chain.head_letters(hashes[count - 1]) != letters:
        gives = chain.head_code(hashes[count - 1], count)
        message = f"record {count} of {what} is not the one the code was made from: it gives {gives}"
        raise CorruptTranscript(message, code="T021", place=f"{place}:{count}", hint=hint)
    since = len(hashes) - count
    return f"the code agrees with {what}" + (f", which has gone on by {since} since" if since else "")


# --- a whole folder --------------------------------------------------------------------------------


@dataclass(slots=True)
class FolderCheck:
    """How a folder of cases stands to its register."""

    root: Path
    book: Book | None
    anchored: list[Path] = field(default_factory=list)
    grown: list[tuple[Path, str]] = field(default_factory=list)
    """Anchored, and gone on since."""
    unknown: list[Path] = field(default_factory=list)
    """Files the register does not know."""
    left_behind: list[Path] = field(default_factory=list)
    """Earlier files of cases that were written anew and are whole under another name."""
    disposed: list[Entry] = field(default_factory=list)
    missing: list[Entry] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """Rendered: T007, T008, T020, T021, T022, and what is wrong with the chains."""
    notes: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> ExitCode:
        """5 when anything is wrong."""
        return ExitCode.CORRUPT if self.problems else ExitCode.FINE

    def to_json(self) -> dict[str, Any]:
        """Return the check as JSON data."""
        return {
            "folder": str(self.root),
            "register": None if self.book is None else str(self.book.path),
            "records": 0 if self.book is None else self.book.records,
            "head_code": None if self.book is None else self.book.head_code,
            "anchored": [str(path) for path in self.anchored],
            "grown": [str(path) for path, _ in self.grown],
            "unanchored": [str(path) for path in self.unknown],
            "left_behind": [str(path) for path in self.left_behind],
            "disposed": [{"case": e.case, "kind": e.kind, "t": e.t, "file": e.file, **e.more} for e in self.disposed],
            "missing": [{"case": e.case, "kind": e.kind, "t": e.t, "file": e.file} for e in self.missing],
            "problems": self.problems,
            "notes": self.notes,
        }


def check_folder(root: Path, register: Path | None = None, anchor: str | None = None) -> FolderCheck:
    """Hold every transcript of a folder, by its chain, against the register, and the register against the folder.

    *anchor*: the head code of the register as it was kept elsewhere; it must be of a line that is still there.
    Raises: StorageError; UsageError when *anchor* is no head code.
    """
    place = register or root / NAME
    book = read_register(place)
    found = FolderCheck(root, book)
    if book is None:
        found.notes.append(f"no register of cases stands in {place.parent}: every case here is unanchored")
        if anchor is not None:
            hint = "bring it back from a copy; ask who removed it"
            gone = CorruptTranscript("the register of cases is missing", code="T021", place=str(place), hint=hint)
            found.problems.append(gone.render())
    else:
        if book.fault is not None:
            (found.notes if book.fault.torn else found.problems).append(book.fault.error(book.path).render())
        if anchor is not None:
            hashes = [book.hash_of(seq) for seq in range(book.records)]
            try:
                found.notes.append(check_code(anchor, hashes, book.path, "the register"))
            except CorruptTranscript as error:
                found.problems.append(error.render())
    _check_files(found, place if register else None)
    return found


def _check_files(found: FolderCheck, register: Path | None) -> None:
    seen: set[tuple[str, str]] = set()
    damaged: set[str] = set()
    differing: list[tuple[Path, tuple[str, str], Anchoring]] = []
    for path in transcript_files(found.root):
        try:
            chained = walk(read_bytes(path), strict=False)
        except BackstoryError as error:
            found.problems.append(error.render())
            damaged.add(path.name)
            continue
        if chained.damage is not None:
            (found.notes if chained.damage.torn else found.problems).append(chained.damage.error(path).render())
        case = str(chained.links[0][0]["data"].get("case", "")) if chained.links else ""
        if not case:
            damaged.add(path.name)
            continue
        hashes = [hash_ for _, hash_, _ in chained.links]
        result = compare(path, case, hashes, found.root, register)
        key = (case, hashes[0])
        if result.state == "UNANCHORED":
            found.unknown.append(path)
        elif result.state == "DIFFERS":
            differing.append((path, key, result))
        elif result.upto < len(hashes):
            found.grown.append((path, result.said))
            seen.add(key)
        else:
            found.anchored.append(path)
            seen.add(key)
    for path, key, result in differing:
        if key in seen and not any("T022" in problem for problem in result.problems):
            found.left_behind.append(path)
        else:
            found.problems += [each for each in result.problems if " T020" not in each]
            seen.add(key)
    for entries in () if found.book is None else found.book.cases():
        _check_present(found, entries, seen, damaged)


def _check_present(
    found: FolderCheck, entries: tuple[Entry, ...], seen: set[tuple[str, str]], damaged: set[str]
) -> None:
    """Note when a registered case has no file here."""
    last = max(entries, key=lambda entry: (entry.count, entry.seq))
    if (last.case, last.first) in seen or Path(last.file).name in damaged:
        return
    gone = next((entry for entry in entries if entry.what == "disposed"), None)
    if gone is not None:
        found.disposed.append(gone)
        return
    elsewhere = Path(last.file)
    if elsewhere.is_absolute() and elsewhere.is_file():
        found.notes.append(f"case {last.case} was written anew outside this folder: {elsewhere}")
        return
    found.missing.append(last)
    found.problems.append(_gone(last, found.root / last.file).render())
