"""The members of a record and of the header: built when writing, checked when reading."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from chatbot.core.events import (
    EVENT_TYPES,
    EVENT_VERSION,
    KINDS,
    PINNED_MEMBERS,
    CaseOpened,
    Event,
    UnknownEvent,
    from_data,
    to_data,
)
from chatbot.core.values import ValueProblem, parse_moment
from chatbot.record import upcast
from chatbot.record.sealing import enc_problem

FORMAT = "backstory-transcript"

FORMAT_VERSION = 2
"""The newest format this version reads."""

PLAIN_FORMAT, SEALED_FORMAT = 1, 2
"""What this version writes: a case that is not encrypted, and one that is. Each names itself as its oldest reader."""

CLOSING = frozenset({"case.signed", "case.abandoned"})
"""Nothing may stand after one of these."""

MEMBERS = frozenset({"actor", "data", "id", "mono_ns", "prev", "seq", "t", "type", "v"})

_TEXTS, _COUNTS = ("actor", "id", "prev", "t", "type"), ("mono_ns", "seq", "v")

_HEADER = frozenset(
    "format format_version min_reader case kind protocol software as_of subject label locale amends follows enc".split()
)
_HEX_128 = re.compile(r"[0-9a-f]{32}", re.ASCII)
_HEX_256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
_is_id, _is_stamp = _HEX_128.fullmatch, _STAMP.fullmatch
_CASE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]{0,63}", re.ASCII)


class EnvelopeProblem(ValueError):
    """A record or header whose members are not what they must be."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a transcript, read and checked."""

    seq: int
    """0 for the header, then 1, 2, …; it stands on line ``seq + 1``."""
    id: str
    t: str
    """When it was written, by the wall clock: UTC to the millisecond."""
    mono_ns: int
    """Nanoseconds since this sitting's writer began, by a clock that cannot be set."""
    actor: str
    type: str
    data: dict[str, Any]
    event: Event
    hash: str

    @property
    def line(self) -> int:
        """The line it stands on, from 1."""
        return self.seq + 1


def is_digest(text: object) -> bool:
    """Whether *text* is a SHA-256 in hex; nothing else may become part of a file name."""
    return isinstance(text, str) and _HEX_256.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Unread:
    """Stands for the event of a record whose case stays shut. No shape of it may be mistaken for an answer."""

    type: str


def header_data(opened: CaseOpened, software: str, enc: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the data of a transcript's first record; *enc*: how its case is encrypted."""
    version = PLAIN_FORMAT if enc is None else SEALED_FORMAT
    return {
        "format": FORMAT,
        "format_version": version,
        "min_reader": version,
        "software": software,
        "amends": None,
        "follows": None,
        **to_data(opened),
        **({} if enc is None else {"enc": dict(enc)}),
    }


def members(event: Event, data: Mapping[str, Any], **stamp: Any) -> dict[str, Any]:
    """Return a record's members; *stamp* holds actor, id, mono_ns, prev, seq and t."""
    return {"type": event.type, "v": upcast.newest(event.type), "data": data, **stamp}


def check_members(record: object, seq: int) -> None:
    """Check everything about a record but its place in the chain and its event.

    Raises: EnvelopeProblem.
    """
    if not isinstance(record, dict) or record.keys() != MEMBERS:
        raise EnvelopeProblem("the members are not those of a record")
    # Whoever checks a thousand files comes by here for every record.
    for name in _TEXTS:
        if type(record[name]) is not str:
            raise EnvelopeProblem(f"{name} is not text")
    for name in _COUNTS:
        if type(record[name]) is not int or record[name] < 0:
            raise EnvelopeProblem(f"{name} is not a count")
    if not _is_id(record["id"]):
        raise EnvelopeProblem("id is not 128 bits in hex")
    if not _is_stamp(record["t"]):
        raise EnvelopeProblem("t is not a time in UTC to the millisecond")
    if not isinstance(record["data"], dict):
        raise EnvelopeProblem("data is not a mapping")
    if (record["type"] == CaseOpened.type) is not (seq == 0):
        raise EnvelopeProblem("a case is opened by its first record, and by no other")


def check_header(data: Mapping[str, Any]) -> None:
    """Check the data of a transcript's first record, in the shape held in memory.

    Raises: EnvelopeProblem.
    """
    if data.keys() != _HEADER:
        wrong = sorted(data.keys() ^ _HEADER)
        raise EnvelopeProblem(f"the header has members missing or too many: {', '.join(map(repr, wrong))}")
    if data["kind"] not in KINDS:
        raise EnvelopeProblem("the header names no known kind of case")
    for name in ("case", "as_of", "subject", "label", "locale", "software"):
        if not isinstance(data[name], str):
            raise EnvelopeProblem(f"{name} is not text")
    for name in ("amends", "follows"):
        if not isinstance(data[name], str | None):
            raise EnvelopeProblem(f"{name} is neither text nor null")
    if data["enc"] is not None and (problem := enc_problem(data["enc"])):
        raise EnvelopeProblem(problem)
    check_opening(data)


def check_opening(data: Mapping[str, Any]) -> None:
    """Check what can be wrong with a case before it is written.

    Raises: EnvelopeProblem.
    """
    if _CASE.fullmatch(data["case"]) is None:
        raise EnvelopeProblem("the case code is not short plain text")
    protocol = data["protocol"]
    if not isinstance(protocol, dict) or protocol.keys() != {"id", "version", "digest"}:
        raise EnvelopeProblem("the protocol is not named by id, version and digest")
    if not all(isinstance(each, str) for each in protocol.values()) or not is_digest(protocol["digest"]):
        raise EnvelopeProblem("the protocol's digest is not a SHA-256")
    try:
        parse_moment(data["as_of"])
    except ValueProblem as error:
        raise EnvelopeProblem("as_of is not a day with or without a time") from error


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _is_mapping(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())


def _is_integer(value: object) -> bool:
    return type(value) is int


def _is_stored(value: object) -> bool:
    return _is_text(value) or _is_integer(value) or _is_texts(value) or _is_mapping(value)


def _is_pinned(value: object) -> bool:
    if not isinstance(value, dict) or value.keys() - {"statuses"} != PINNED_MEMBERS:
        return False
    answers = value["answers"]
    texts = (value["case"], value["as_of"], value["head"], value["urgency"])
    return (
        all(map(_is_text, texts))
        and isinstance(answers, dict)
        and all(map(_is_stored, answers.values()))
        and _is_mapping(value["findings"])
        and _is_mapping(value["rules"])
        and _is_mapping(value.get("statuses", {}))
    )


_FITS: dict[str, Callable[[object], bool]] = {
    "str": _is_text,
    "int": _is_integer,
    "list[str]": _is_texts,
    "dict[str, str]": _is_mapping,
    "Stored": _is_stored,
    "Pinned": _is_pinned,
    "Points": lambda value: isinstance(value, dict) and all(map(_is_integer, value.values())),
}

_SHAPES: dict[str, tuple[tuple[str, Callable[[object], bool], bool], ...]] = {
    name: tuple(
        (member.name, _FITS[str(member.type).removesuffix(" | None")], str(member.type).endswith(" | None"))
        for member in fields(cls)
    )
    for name, cls in EVENT_TYPES.items()
}
"""Event name to (member, what it must be, whether it may be missing)."""


def read_event(record: Mapping[str, Any]) -> Event:
    """Return the event of a checked record, whose data are in their newest shape.

    Raises: UnknownEvent when this version does not know it; EnvelopeProblem when a member is of the wrong kind.
    """
    data: dict[str, Any] = record["data"]
    cls = EVENT_TYPES.get(record["type"])
    if cls is None or (record["v"] != EVENT_VERSION and record["v"] != upcast.newest(record["type"])):
        raise UnknownEvent(f"event {record['type']!r} version {record['v']} is not known")
    values, missing = [], 0
    for name, fits, optional in _SHAPES[record["type"]]:
        value = data.get(name)
        missing += name not in data
        if not fits(value) and not (optional and value is None):
            raise EnvelopeProblem(f"{name} of {record['type']} is missing or of the wrong kind")
        values.append(value)
    if len(data) + missing != len(values):
        # More members than the event has: its header, or a newer version, which is for from_data to say.
        return from_data(record["type"], EVENT_VERSION, data)
    event: Event = cls(*values)
    return event
