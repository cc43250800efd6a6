"""Signed checkpoints: where the chain of a case stood, signed, in a file beside the transcript.

The text of the note is three lines, as tlog checkpoints have them: the origin, which names the case by the hash of its
first record; the number of records; the head in base64, which here is the hash of the last record and not of a tree.
Who is trusted is said by whoever verifies, never by transcript, folder or settings of the case under test.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from chatbot.errors import BackstoryError, CorruptTranscript, ExitCode, KeyProblem
from chatbot.record import chain, notes, publish
from chatbot.record.disk import Disk
from chatbot.record.register import Entry

ORIGIN = "backstory/transcript/v1/"
"""Before the hash of the first record."""

BESIDE = ".checkpoint-"
"""Between the name of a transcript and the number of records that were signed."""

_TEXT = re.compile(rf"{ORIGIN}([0-9a-f]{{64}})\n([1-9][0-9]{{0,8}})\n([A-Za-z0-9+/]{{43}}=)\n", re.ASCII)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Where a chain stood."""

    first: str
    """Hash of the first record."""
    count: int
    head: str
    """Hash of record number ``count``, counted from 1."""

    @property
    def text(self) -> bytes:
        """What is signed."""
        encoded = base64.b64encode(bytes.fromhex(self.head)).decode()
        return f"{ORIGIN}{self.first}\n{self.count}\n{encoded}\n".encode()


def parse_checkpoint(text: bytes) -> Checkpoint:
    """Return the checkpoint that the text of a note spells. Raises: ValueError."""
    found = _TEXT.fullmatch(text.decode("utf-8"))
    if found is None:
        raise ValueError("it is not a checkpoint of a transcript")
    return Checkpoint(found[1], int(found[2]), base64.b64decode(found[3]).hex())


def files_of(path: Path) -> list[Path]:
    """Return the checkpoints beside a transcript, the first one first. Raises: OSError."""
    return [path.with_name(f"{path.name}{BESIDE}{number}") for number in _listed(path.parent).get(path.name, ())]


_SETTLED_NS = 2_000_000_000
"""A folder that was changed less than so long ago may change again without its time showing it."""

_last: tuple[tuple[Any, ...], dict[str, list[str]]] | None = None


def _listed(folder: Path) -> dict[str, list[str]]:
    """Return the numbers of the checkpoints in a folder by transcript, the first one first. Raises: OSError.

    Read once for all cases of a folder that stays as it is: else verifying many would take the square of their number.
    """
    global _last
    status = os.stat(folder)
    key = (folder, status.st_dev, status.st_ino, status.st_mtime_ns, status.st_ctime_ns)
    if _last is not None and _last[0] == key:
        return _last[1]
    found: dict[str, list[str]] = {}
    for name in os.listdir(folder):
        transcript, _, number = name.rpartition(BESIDE)
        if transcript and number.isdecimal() and number.isascii():
            found.setdefault(transcript, []).append(number)
    for numbers in found.values():
        numbers.sort(key=int)
    if time.time_ns() - max(status.st_mtime_ns, status.st_ctime_ns) > _SETTLED_NS:
        _last = key, found
    return found


def write(path: Path, point: Checkpoint, signer: notes.Signer, disk: Disk) -> Path:
    """Sign a checkpoint durably beside its transcript; another signer's line on the same one is kept.

    Raises: StorageError.
    """
    side = path.with_name(f"{path.name}{BESIDE}{point.count}")
    own = signer.line(point.text).encode()
    try:
        others = b""
        if side.exists():
            data = side.read_bytes()
            earlier = _note(data)
            if earlier is not None and earlier.text == point.text:
                if earlier.by(signer.key.name_and_id) and _sound(earlier, signer.key):
                    return side
                others = _others(data, earlier, signer.key)
        publish.publish(disk, side, point.text + b"\n" + others + own, replace=True)
    except OSError as error:
        raise publish.storage_error(error, side, "write the checkpoint") from error
    return side


def _note(data: bytes) -> notes.Note | None:
    try:
        return notes.parse_note(data)
    except ValueError:
        return None


def _sound(note: notes.Note, key: notes.VerifierKey) -> bool:
    mine = [sig for name, id_, sig in note.signatures if (name, id_) == (key.name, key.id)]
    return all(key.verifies(each, note.text) for each in mine)


def _others(data: bytes, note: notes.Note, key: notes.VerifierKey) -> bytes:
    """Return the signature lines of a note but those of one key."""
    lines = data.rpartition(b"\n\n")[2].splitlines(keepends=True)
    signed = zip(lines, note.signatures, strict=True)
    return b"".join(line for line, (name, id_, _) in signed if (name, id_) != (key.name, key.id))


# --- trust -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Trusted:
    """A key that whoever verifies trusts."""

    key: notes.VerifierKey
    until: date | None = None
    """The last day for which its signatures count; None: there is none."""


def read_trust(values: Iterable[str]) -> tuple[Trusted, ...]:
    """Return the keys that ``--trust`` names: each a verifier key, or a file with one on each line.

    In a file a key may be followed by ``until DATE``; ``#`` begins a comment. Raises: KeyProblem.
    """
    found: list[Trusted] = []
    for value in values:
        if value.count("+") >= 2 and not Path(value).is_file():
            found.append(_trusted(value, "--trust"))
            continue
        try:
            lines = Path(value).expanduser().read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            why = publish.reason(error) if isinstance(error, OSError) else "it is not text"
            hint = "give a verifier key, NAME+ID+KEY, or a file of them"
            raise KeyProblem(f"cannot read the trusted keys: {why}", code="K005", place=value, hint=hint) from error
        for number, line in enumerate(lines, 1):
            if text := re.sub(r"(^|\s)#.*", "", line).strip():
                found.append(_trusted(text, f"{value}:{number}"))
    return tuple(found)


def _trusted(text: str, place: str) -> Trusted:
    words = text.split()
    try:
        if len(words) not in {1, 3} or (len(words) == 3 and words[1] != "until"):
            raise ValueError("it is not a key, or a key, the word until, and a date")
        until = date.fromisoformat(words[2]) if len(words) == 3 else None
        return Trusted(notes.parse_verifier(words[0]), until)
    except ValueError as problem:
        hint = "backstory keys new --signing prints the key to trust"
        raise KeyProblem(f"this is not a verifier key: {problem}", code="K025", place=place, hint=hint) from problem


# --- verifying -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Signatures:
    """What the checkpoints beside a transcript show."""

    state: str
    """SIGNED by a trusted key; NOT CHECKED, as no key was trusted; UNSIGNED; or REFUSED."""
    said: str
    errors: tuple[BackstoryError, ...] = ()
    upto: int = 0
    """So many records are covered by a trusted signature."""

    @property
    def problems(self) -> tuple[str, ...]:
        """The errors as they are told."""
        return tuple(error.render() for error in self.errors)

    @property
    def exit_code(self) -> ExitCode:
        """5 where a signature shows another file, 9 where one is bad, unknown or gone."""
        codes = {error.exit_code for error in self.errors}
        return next((code for code in (ExitCode.CORRUPT, ExitCode.KEY) if code in codes), ExitCode.FINE)


def check(
    path: Path, hashes: Sequence[str], times: Sequence[str], registered: Sequence[Entry], trusted: Sequence[Trusted]
) -> Signatures:
    """Judge the checkpoints beside a transcript.

    *hashes*, *times*: of its records. *registered*: what the register says of the case; a checkpoint there whose
    signature is not beside the file was removed. *trusted*: empty where nobody is to be trusted; then no signature
    counts, and none is missed but those the register knows.
    """
    found: list[tuple[Path, notes.Note]] = []
    errors: list[BackstoryError] = []
    try:
        for each in files_of(path):
            note = _note(each.read_bytes())
            if note is None:
                errors.append(_bad(each, "this is not a signed checkpoint"))
            else:
                found.append((each, note))
    except OSError as error:
        raise publish.storage_error(error, path.parent, "read the checkpoints") from error
    errors += _removed(path, found, registered)
    if not trusted:
        return _unchecked(found, errors)
    upto, signer, unknown = 0, "", set[str]()
    for place, note in found:
        for name, id_, signature in note.signatures:
            known = [each for each in trusted if (each.key.name, each.key.id) == (name, id_)]
            if not known:
                unknown.add(f"{name}+{id_}")
                continue
            good = [each for each in known if each.key.verifies(signature, note.text)]
            if not good:
                errors.append(_bad(place, f"the signature of {name}+{id_} does not fit what it is to have signed"))
                continue
            problem, count = _compared(place, path, note.text, hashes, times, good[0])
            errors += [] if problem is None else [problem]
            if problem is None and count > upto:
                upto, signer = count, f"{name}+{id_}"
    if upto:
        rest = len(hashes) - upto
        more = f"; the {rest} after it are not" if rest else ""
        said = f"signed by {signer}: {'all' if not rest else 'the first'} {upto} records{more}"
        return Signatures("REFUSED" if errors else "SIGNED", said, tuple(errors), upto)
    if not errors and unknown:
        errors.append(
            KeyProblem(
                f"it is signed by {', '.join(sorted(unknown))} only, and none of these keys is trusted",
                code="K021",
                place=str(path),
                hint="ask the signer for their verifier key by another way than this folder, and give it with --trust",
            )
        )
    elif not errors:
        hint = "ask whoever signs for a checkpoint, or leave --trust out"
        errors.append(KeyProblem("no checkpoint of this case is signed", code="K022", place=str(path), hint=hint))
    return Signatures("REFUSED" if found else "UNSIGNED", "no signature of a trusted key counts", tuple(errors))


def _unchecked(found: Sequence[tuple[Path, notes.Note]], errors: Sequence[BackstoryError]) -> Signatures:
    names = sorted({f"{name}+{id_}" for _, note in found for name, id_, _ in note.signatures})
    if errors:
        return Signatures("REFUSED", "the signatures are not as they were made", tuple(errors))
    if not names:
        return Signatures("UNSIGNED", "no checkpoint is signed")
    return Signatures(
        "NOT CHECKED", f"signed by {', '.join(names)}, which says nothing until that key is trusted: --trust"
    )


def _removed(
    path: Path, found: Sequence[tuple[Path, notes.Note]], registered: Sequence[Entry]
) -> Iterable[BackstoryError]:
    there = {(each.name.rpartition(BESIDE)[2], f"{name}+{id_}") for each, n in found for name, id_, _ in n.signatures}
    missed = dict.fromkeys((e.count, str(e.more.get("signer")), e.t) for e in registered if e.what == "checkpoint")
    for count, signer, t in missed:
        if (str(count), signer) not in there:
            yield KeyProblem(
                f"the register says that {signer} signed the first {count} records ({t}), and that signature is gone",
                code="K023",
                place=str(path),
                hint=f"look for {path.name}{BESIDE}{count} in a copy; ask who removed it",
            )


def _compared(
    place: Path, path: Path, text: bytes, hashes: Sequence[str], times: Sequence[str], by: Trusted
) -> tuple[BackstoryError | None, int]:
    """Hold a checkpoint that a trusted key signed against the file. Return what is wrong, and the records it covers."""
    try:
        point = parse_checkpoint(text)
    except (ValueError, binascii.Error) as problem:
        return _bad(place, f"what a trusted key signed here: {problem}"), 0
    hint = "whole records were cut off, or the file was written anew; find the file that was signed"
    signed = f"{by.key.name_and_id} signed {chain.head_code(point.head, point.count)}"
    if point.count > len(hashes):
        now = chain.head_code(hashes[-1], len(hashes))
        message = f"this file ends at record {len(hashes)}, head {now}; {signed}"
        return CorruptTranscript(message, code="T007", place=f"{path}:{len(hashes)}", hint=hint), 0
    if hashes[0] != point.first or hashes[point.count - 1] != point.head:
        line = 1 if hashes[0] != point.first else point.count
        message = f"record {line} is not the one that was signed: {signed}"
        return CorruptTranscript(message, code="T007", place=f"{path}:{line}", hint=hint), 0
    written = date.fromisoformat(times[point.count - 1][:10])
    if by.until is not None and written > by.until:
        message = f"{by.key.name_and_id} is trusted until {by.until}, and signed what was written on {written}"
        hint = "ask the signer which key they use now"
        return KeyProblem(message, code="K024", place=str(place), hint=hint), 0
    return None, point.count


def _bad(place: Path, message: str) -> KeyProblem:
    hint = "do not rely on it; ask who touched the file, and for a copy of the checkpoint"
    return KeyProblem(message, code="K020", place=str(place), hint=hint)
