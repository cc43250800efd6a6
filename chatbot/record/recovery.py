"""Judge the bytes of a transcript: sound, torn at its end, or corrupt. Pure, but for the keyring it is given.

Every append is on disk before the next one begins, so a crash can leave at most one append unfinished.
That, and nothing else, is *torn*. *good* ends after the last record that verifies in sequence, ``fragment``
is what follows:

1. the fragment is empty, or only the newline after the last record is missing → sound;
2. the fragment is no longer than one append, and no whole record stands anywhere in it → torn;
3. the fragment begins with zeros up to a sector boundary, and the records in it were written by one append:
   what some file systems leave of an append that crossed that boundary → torn;
4. otherwise something valid follows damage, which no crash leaves behind → corrupt.

Nothing may follow the end of a case, so there the fragment is never torn. Nor is a damaged first record:
the header is written before the file gets its name.

An encrypted case is judged by its chain alone where no key opens it; with one, a record whose ciphertext does not
open is corrupt, however well its chain was made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from chatbot.core.events import Event, UnknownEvent
from chatbot.errors import BackstoryError, CorruptTranscript, TornTranscript, VersionUnsupported
from chatbot.record import chain, codec, upcast
from chatbot.record.envelope import (
    CLOSING,
    FORMAT,
    FORMAT_VERSION,
    EnvelopeProblem,
    Record,
    Unread,
    check_header,
    check_members,
    read_event,
)
from chatbot.record.identities import Keyring, Shut
from chatbot.record.sealing import SEALED_MEMBERS, SEALED_OF_HEADER, Sealer, SealProblem, enc_problem

LONGEST_APPEND = 256 * 1024
"""Bytes written by one append."""

LARGEST_FILE = 64 * 1024 * 1024
"""Bytes of a transcript; a case is a hundredth of this."""

SECTOR = 512

_SALVAGE = "backstory replay --salvage OUT copies what stands before it"
_OUR_FORMAT = b'"format":"' + FORMAT.encode() + b'"'


@dataclass(frozen=True, slots=True)
class Damage:
    """The first thing that is wrong, and where."""

    code: str
    message: str
    line: int
    torn: bool = False
    """Only the last append is unfinished; everything before it stands."""

    def error(self, path: object) -> BackstoryError:
        """Return the exception that names it."""
        place = f"{path}:{self.line}"
        if self.code in {"T010", "T011"}:
            hint = "update Backstory to read it"
            return VersionUnsupported(self.message, code=self.code, place=place, hint=hint)
        if self.torn:
            hint = "resume the case: the fragment is set aside and the last entry is asked for again"
            return TornTranscript(self.message, code=self.code, place=place, hint=hint)
        hint = "choose a transcript written by Backstory" if self.code == "T001" else _SALVAGE
        return CorruptTranscript(self.message, code=self.code, place=place, hint=hint)


@dataclass(frozen=True, slots=True)
class Examined:
    """What the bytes of one file hold."""

    records: tuple[Record, ...]
    """Every record up to the damage, if there is any."""
    good: int
    """Where the last of them ends, its newline included where there is one."""
    lacks_newline: bool
    """Only the newline after the last record is missing."""
    damage: Damage | None
    sealer: Sealer | None = None
    """What opened its content; None for a case that is not encrypted, or stays shut."""
    shut: Shut | None = None
    """Why its content stays shut. Then its records have no data but the plain members of the header, and no events."""

    @property
    def head(self) -> str:
        """Hash of the last good record."""
        return self.records[-1].hash if self.records else chain.GENESIS

    @property
    def closed(self) -> bool:
        """Signed or abandoned: nothing may be added."""
        return bool(self.records) and self.records[-1].type in CLOSING


class _Problem(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class LineReader:
    """Reads one record after the other and checks that each follows the one before."""

    def __init__(self, *, strict: bool = True) -> None:
        self.strict = strict
        self.seq = 0
        self.prev = chain.GENESIS
        self.closed = False

    def read(self, line: bytes) -> tuple[dict[str, Any], str]:
        """Return the members and the hash of the next record.

        Raises: _Problem; the reader then stands where it stood.
        """
        if self.closed:
            raise _Problem("T009", "something stands after the end of the case")
        if len(line) > chain.LONGEST_LINE:
            raise _Problem("T004", f"a line of {len(line)} bytes is no record (at most {chain.LONGEST_LINE})")
        parts = chain.verified(line)
        if parts is None:
            if chain.unseal(line) is None:
                raise _Problem("T004", "this is not a whole record: it does not end in its hash")
            raise _Problem("T005", "the hash of this record does not match its content")
        body, claimed = parts
        try:
            record = codec.parse(body, strict=self.strict)
        except codec.CodecProblem as problem:
            raise _Problem("T004", f"this record is not canonical JSON: {problem}") from problem
        try:
            check_members(record, self.seq)
        except EnvelopeProblem as problem:
            raise _Problem("T015", str(problem)) from problem
        if record["seq"] != self.seq or record["prev"] != self.prev:
            before = f"line {self.seq}" if self.seq else "the beginning of a file"
            raise _Problem("T006", f"this record does not follow {before}")
        self.seq += 1
        self.prev = claimed
        self.closed = record["type"] in CLOSING
        return record, claimed


@dataclass(frozen=True, slots=True)
class Chain:
    """What the chain alone says about the bytes of one file."""

    links: tuple[tuple[dict[str, Any], str, int], ...]
    """Members, hash and end (newline included) of every record up to the damage."""
    damage: Damage | None


def walk(data: bytes, *, strict: bool = True) -> Chain:
    """Check hashes, sequence and spelling of all records. Without *strict* the spelling is left unchecked."""
    reader = LineReader(strict=strict)
    links: list[tuple[dict[str, Any], str, int]] = []
    position = 0
    while position < len(data):
        newline = data.find(b"\n", position)
        end = len(data) if newline < 0 else newline
        try:
            record, hash_ = reader.read(data[position:end])
        except _Problem as problem:
            # A whole record whose newline was damaged still counts; the damage begins behind it.
            length = chain.record_at(data, position)
            try:
                record, hash_ = reader.read(data[position : position + length])
            except _Problem:
                return Chain(tuple(links), _judged(data, position, reader, len(links) + 1, problem))
            links.append((record, hash_, position + length))
            problem = _Problem("T004", "something else follows the record on this line")
            return Chain(tuple(links), _judged(data, position + length, reader, len(links), problem))
        position = min(end + 1, len(data))
        links.append((record, hash_, position))
    return Chain(tuple(links), None if links else Damage("T001", "this is not a transcript: the file is empty", 1))


def _judged(data: bytes, good: int, reader: LineReader, line: int, problem: _Problem) -> Damage:
    """Say whether what follows the good records is the trace of a crash or damage."""
    fragment = data[good:]
    if reader.seq == 0:
        known = _OUR_FORMAT in fragment[: chain.LONGEST_LINE]
        return Damage(problem.code, problem.message, 1) if known else Damage("T001", "this is not a transcript", 1)
    if reader.closed:
        return Damage("T009", "something stands after the end of the case", line)
    if len(fragment) <= LONGEST_APPEND:
        inside = chain.records_inside(fragment)
        if not inside or _crossed_a_sector(data, good, inside):
            message = f"the last record was not completely saved ({len(fragment)} bytes after record {reader.seq})"
            return Damage("T003", message, line, torn=True)
    return Damage(problem.code, problem.message, line)


def _crossed_a_sector(data: bytes, good: int, inside: list[bytes]) -> bool:
    """Whether zeros run from the last good record to a sector boundary, and one append wrote what follows."""
    written = good + len(data[good:]) - len(data[good:].lstrip(b"\0"))
    if written == good or written % SECTOR:
        return False
    stamps = set()
    for line in inside:
        members = codec.parse(line)
        stamps.add((members.get("t"), members.get("mono_ns")))
    return len(stamps) == 1


def examine(data: bytes, keyring: Keyring | None = None) -> Examined:
    """Read all records with their events and judge what follows the last good one.

    *keyring*: opens an encrypted case; one that it does not open stays shut.
    """
    newer = _newer(data)
    if newer is not None:
        return Examined((), 0, False, newer)
    chained = walk(data)
    records: list[Record] = []
    damage = chained.damage
    good = 0
    opener = _Opener(keyring or Keyring())
    for members, hash_, end in chained.links:
        try:
            records.append(_record(opener.opened(members), hash_, opener.shut))
        except _Problem as problem:
            # A chain broken further down weighs more than an event that only a newer version knows.
            if problem.code != "T011" or damage is None or damage.torn:
                damage = Damage(problem.code, problem.message, len(records) + 1)
            break
        good = end
    lacks_newline = damage is None and not data.endswith(b"\n")
    return Examined(tuple(records), good, lacks_newline, damage, opener.sealer, opener.shut)


class _Opener:
    """Opens the data of one transcript after another record, once its header has said how."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._encrypted = False
        self.sealer: Sealer | None = None
        self.shut: Shut | None = None

    def opened(self, members: dict[str, Any]) -> dict[str, Any]:
        """Return the members of a record with its data in the clear. Raises: _Problem."""
        data = members["data"]
        if members["seq"] == 0 and data.get("format") == FORMAT and data.get("enc") is not None:
            self._begin(data)
        if not self._encrypted:
            return members
        if not data.keys() >= SEALED_MEMBERS or (members["seq"] and data.keys() != SEALED_MEMBERS):
            raise _Problem("T015", "the data of this record are not encrypted, those of its case are")
        if self.sealer is None:
            kept = {name: value for name, value in data.items() if name not in SEALED_MEMBERS}
            return {**members, "data": {**dict.fromkeys(SEALED_OF_HEADER, ""), **kept} if members["seq"] == 0 else {}}
        try:
            return {**members, "data": self.sealer.open(members)}
        except SealProblem as problem:
            raise _Problem("T023", "the content of this record does not open with the key of its case") from problem

    def _begin(self, header: dict[str, Any]) -> None:
        wrong = enc_problem(header["enc"]) or ("" if isinstance(header.get("case"), str) else "case is not text")
        if wrong:
            raise _Problem("T015", wrong)
        self._encrypted = True
        try:
            found = self._keyring.opened(header["case"], header["enc"])
        except SealProblem as problem:
            raise _Problem("T023", "the key of this case does not open, or is not its key") from problem
        if isinstance(found, Sealer):
            self.sealer = found
        else:
            self.shut = found


def _newer(data: bytes) -> Damage | None:
    """Return the damage when the header says that this version is too old; its hash may be of another kind."""
    try:
        record = codec.parse(data.partition(b"\n")[0][: chain.LONGEST_LINE], strict=False)
        header = record["data"]
        version, reader = header["format_version"], header["min_reader"]
        newer = header["format"] == FORMAT and version >= reader > FORMAT_VERSION
    except (codec.CodecProblem, KeyError, TypeError):
        return None
    if not newer:
        return None
    message = f"written in format {version}, which needs a reader of {reader}; this version reads {FORMAT_VERSION}"
    return Damage("T010", message, 1)


def _record(members: dict[str, Any], hash_: str, shut: Shut | None = None) -> Record:
    """Return a chained record with its event; without one where its case stays shut."""
    data = members["data"]
    try:
        if members["seq"] == 0:
            if data.get("format") != FORMAT:
                raise _Problem("T001", "this is not a transcript of Backstory")
            data = _header(data)
        elif shut is None and (members["type"], members["v"]) in upcast.EVENTS:
            members = _raised(members)
            data = members["data"]
        event = read_event(members) if shut is None else cast(Event, Unread(members["type"]))
    except UnknownEvent as problem:
        raise _Problem("T011", f"{problem}; it was written by a newer version") from problem
    except EnvelopeProblem as problem:
        raise _Problem("T015", str(problem)) from problem
    return Record(
        seq=members["seq"],
        id=members["id"],
        t=members["t"],
        mono_ns=members["mono_ns"],
        actor=members["actor"],
        type=members["type"],
        data=data,
        event=event,
        hash=hash_,
    )


def _raised(members: dict[str, Any]) -> dict[str, Any]:
    """Return the members of a record with its event in its newest shape. Raises: EnvelopeProblem."""
    try:
        version, data = upcast.event(members["type"], members["v"], members["data"])
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise EnvelopeProblem(f"{members['type']} is not of its version {members['v']}") from error
    return {**members, "v": version, "data": dict(data)}


def _header(data: dict[str, Any]) -> dict[str, Any]:
    """Return a header in the shape held in memory, checked. Raises: EnvelopeProblem."""
    try:
        data = upcast.header(data)
    except ValueError as error:
        raise EnvelopeProblem(f"the header is not of its format: {error}") from error
    check_header(data)
    return data
