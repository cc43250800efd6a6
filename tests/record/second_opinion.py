"""A second verifier of the transcript format, written from docs/transcript-format.md alone, without our code.

It judges a file as ``sound``, ``torn`` or ``corrupt`` and names the line. Where it and ``chatbot.record``
disagree, one of them is wrong.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

PREFIX = b"backstory/transcript/v1\n"
NAMES = ["actor", "data", "id", "mono_ns", "prev", "seq", "t", "type", "v"]
RECORD = re.compile(rb'\{"actor":.*?,"~h":"([0-9a-f]{64})"\}', re.DOTALL)
ENDS = ("case.signed", "case.abandoned")


def seal_holds(record: bytes) -> bool:
    """Whether the last member is the hash of the others."""
    match = re.search(rb',"~h":"([0-9a-f]{64})"\}\Z', record)
    if match is None:
        return False
    return hashlib.sha256(PREFIX + record[: match.start()] + b"}").hexdigest().encode() == match[1]


def no_number(_: str) -> Any:
    raise ValueError("not an integer")


def content(record: bytes) -> dict[str, Any] | None:
    """Return the members of a sealed record in canonical form, or None."""
    try:
        found = json.loads(record, parse_float=no_number, parse_constant=no_number)
        again = json.dumps(found, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return found if again == record and sorted(found) == [*NAMES, "~h"] else None


def judge(data: bytes) -> tuple[str, int]:
    """Return the verdict and the line of the first damage, 0 when there is none."""
    position, line, last, ended = 0, 1, "0" * 64, False
    while position < len(data):
        match = RECORD.match(data, position)
        record = match[0] if match else b""
        found = content(record) if seal_holds(record) else None
        if found is None or ended or found["seq"] != line - 1 or found["prev"] != last:
            return verdict(data, position, line, ended)
        last, ended = found["~h"], found["type"] in ENDS
        position += len(record)
        if position == len(data):
            break
        if data[position : position + 1] != b"\n":
            return verdict(data, position, line, ended)
        position += 1
        line += 1
    return ("sound", 0) if data else ("corrupt", 1)


def verdict(data: bytes, position: int, line: int, ended: bool) -> tuple[str, int]:
    """Tell an unfinished append from damage."""
    rest = data[position:]
    if position == 0 or ended or len(rest) > 256 * 1024:
        return "corrupt", line
    starts = [match.start() for match in re.finditer(rb'\{"actor":', rest)]
    whole = [match[0] for start in starts if (match := RECORD.match(rest, start)) and seal_holds(match[0])]
    if not whole:
        return "torn", line
    zeros = len(rest) - len(rest.lstrip(b"\0"))
    times = {(each["t"], each["mono_ns"]) for each in map(json.loads, whole)}
    crossed = zeros > 0 and (position + zeros) % 512 == 0 and len(times) == 1
    return ("torn" if crossed else "corrupt"), line
