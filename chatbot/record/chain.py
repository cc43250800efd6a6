"""One line of a transcript: seal it with its own hash, open it, find sealed records in bytes. Pure.

A sealed line is the canonical form of its record with the hash as last member, so it is canonical itself:
``~h`` sorts after every other name. The hash covers the bytes before it and, through ``prev``, everything
earlier. A chain shows accidents and careless edits. It does not show that whole records were cut off the
end of an open case, nor an edit by someone who computes every later hash anew: for that the head must be
known from somewhere else.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b32encode

DOMAIN = b"backstory/transcript/v1\n"
"""Hashed before every body, so that no other file's hash can ever be taken for one of these."""

GENESIS = "0" * 64
"""The ``prev`` of the first record."""

LONGEST_LINE = 64 * 1024
"""Bytes of one record without its newline."""

SEAL_LENGTH = len(',"~h":"') + 64 + len('"}')

_SEAL = re.compile(rb',"~h":"([0-9a-f]{64})"\}')
_OPENING = b'{"actor":'
"""How every record begins; inside a JSON text its quotes would be escaped."""

_LOOKS_LIKE = str.maketrans({"0": "O", "1": "I", "8": "B"})


def digest(body: bytes, domain: bytes = DOMAIN) -> str:
    """Return the hash of a record's canonical bytes."""
    return hashlib.sha256(domain + body).hexdigest()


def seal(body: bytes, domain: bytes = DOMAIN) -> tuple[bytes, str]:
    """Return the line of a record, without its newline, and its hash. *body* is canonical and not empty."""
    hash_ = digest(body, domain)
    return b'%s,"~h":"%s"}' % (body[:-1], hash_.encode()), hash_


def unseal(line: bytes) -> tuple[bytes, str] | None:
    """Return the body of a line and the hash it claims, or None when it ends in no hash."""
    found = _SEAL.fullmatch(line, max(0, len(line) - SEAL_LENGTH))
    return None if found is None else (line[:-SEAL_LENGTH] + b"}", found[1].decode())


def verified(line: bytes, domain: bytes = DOMAIN) -> tuple[bytes, str] | None:
    """Return the body and the hash of a line that carries the hash of its own content, else None."""
    body = line[:-SEAL_LENGTH] + b"}"
    hash_ = digest(body, domain)
    return (body, hash_) if line.endswith(b',"~h":"%s"}' % hash_.encode()) else None


def is_record(line: bytes) -> bool:
    """Whether a line carries the hash of its own content, wherever it belongs."""
    return verified(line) is not None


def record_at(data: bytes, start: int = 0) -> int:
    """Return the length of the whole record that begins at *start*, or 0 when none does."""
    found = _SEAL.search(data, start, start + LONGEST_LINE)
    return found.end() - start if found is not None and is_record(data[start : found.end()]) else 0


def records_inside(data: bytes) -> list[bytes]:
    """Return every whole record found anywhere in *data*, in order, overlaps left out."""
    found: list[bytes] = []
    position = 0
    while (start := data.find(_OPENING, position)) >= 0:
        length = record_at(data, start)
        if length:
            found.append(data[start : start + length])
        position = start + (length or 1)
    return found


def head_code(head: str, records: int) -> str:
    """Return what is printed on reports to anchor a transcript: its length and 100 bits of its head."""
    return f"{records}-{head_letters(head)}"


def head_letters(head: str) -> str:
    """Return the letters of a head code alone: 100 bits of the head in groups of four."""
    letters = b32encode(bytes.fromhex(head)).decode()[:20]
    return "-".join(letters[index : index + 4] for index in range(0, 20, 4))


def read_head_code(text: str) -> tuple[int | None, str] | None:
    """Return how many records a head code names, where it says so, and its letters; None when it is no head code.

    It is read as people copy it: small letters, spaces and missing dashes do not matter, and 0, 1 and 8, which
    base32 does not have, are the letters they look like.
    """
    found = re.fullmatch(r"\s*(?:([0-9]{1,9})\s*[-:. ]\s*)?((?:[A-Za-z0-9][-\s]*){20})", text, re.ASCII)
    if found is None:
        return None
    plain = re.sub(r"[-\s]", "", found[2]).upper().translate(_LOOKS_LIKE)
    groups = "-".join(plain[index : index + 4] for index in range(0, 20, 4))
    return (None if found[1] is None else int(found[1])), groups
