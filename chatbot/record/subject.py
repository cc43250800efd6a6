"""The subject code of a record number, and the gate that a label passes before a case is opened.

A record number is an argument of one call. It is never stored, logged, or repeated in a message.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata

from chatbot.core.answers import checked_text
from chatbot.core.identity import (
    LONGEST_LABEL,
    DoubtKind,
    label_doubt,
    longest_digits,
    reads_like_a_name,
)
from chatbot.core.values import ValueProblem
from chatbot.errors import UsageError
from chatbot.record.host import CROCKFORD

CODE_LENGTH = 12
"""Letters of a subject code: 60 bits."""

LONGEST_NUMBER = 64
"""Characters of a record number."""

CODE_DIGITS = 9
"""Digits in a row in a code made elsewhere that are taken for the record number itself."""


def subject_code(key: bytes, record_number: str) -> str:
    """Return the code of a record number under a site key: twelve letters in groups of four, to be read aloud.

    HMAC-SHA256 over the record number in one spelling (surrounding space, case, spaces and dashes do not matter),
    of which 60 bits are kept, in the letters of a case code (no I, L, O or U). Two of n people share a code with
    a chance of about n²/2^61: one in 23 billion for ten thousand people, one in 2.3 million for a million.
    Without the key a code says nothing; with it, whoever can list record numbers can list their codes.

    Raises: UsageError K006 for a record number that is empty, too long or holds characters that cannot be seen.
    """
    data = normalised(record_number).encode()
    digest = hmac.new(key, b"backstory/subject/v1\n" + data, hashlib.sha256).digest()
    number = int.from_bytes(digest[:8], "big") >> 4
    letters = "".join(CROCKFORD[number >> 5 * place & 31] for place in reversed(range(CODE_LENGTH)))
    return "-".join(letters[start : start + 4] for start in range(0, CODE_LENGTH, 4))


def normalised(record_number: str) -> str:
    """Return a record number in one spelling: compatibility forms folded, capitals, no spaces, no dashes.

    Raises: UsageError K006.
    """
    text = unicodedata.normalize("NFKC", record_number)
    kept = "".join(each for each in text if not each.isspace() and unicodedata.category(each) != "Pd").upper()
    if not kept:
        raise _unusable("it is empty")
    if len(kept) > LONGEST_NUMBER:
        raise _unusable(f"it is longer than {LONGEST_NUMBER} characters")
    if any(unicodedata.category(each)[0] == "C" or each == "\ufffd" for each in kept):
        raise _unusable("it holds a character that cannot be seen or read")
    if not any(each.isalnum() for each in kept):
        raise _unusable("it holds no letter and no digit")
    return kept


def _unusable(why: str) -> UsageError:
    return UsageError(f"the record number cannot be used: {why}", code="K006", hint="type it as the record shows it")


def check_identity(label: str, subject: str, *, record_number: str = "", confirmed: bool = False) -> None:
    """Let a label and a code made elsewhere pass into a header, or say why not. Nothing that was typed is repeated.

    *confirmed*: somebody has said that what reads like a name is none. Digits are never excused.

    Raises: UsageError K007 for what reads like a name; K008 for the record number, or a number long enough to be one.
    """
    check_text(label, "label")
    check_text(subject, "code")
    doubt = label_doubt(label, record_number)
    if doubt is not None and not (confirmed and doubt.may_be_confirmed):
        is_name = doubt.kind is DoubtKind.NAME
        hint = f"{doubt.hint}: --label-is-no-name" if is_name else doubt.hint
        raise UsageError(doubt.message, code="K007" if is_name else "K008", hint=hint)
    if reads_like_a_name(subject) and not confirmed:
        raise UsageError("the code reads like a person's name", code="K007", hint="give a code, or leave it out")
    if longest_digits(subject) >= CODE_DIGITS and subject.replace(" ", "").isdecimal() and not confirmed:
        hint = "a record number becomes a code with --record-number; a code of digits alone is to be confirmed"
        raise UsageError("the code looks like a record number", code="K008", hint=hint)


def check_text(text: str, what: str) -> str:
    """Return what was typed as a label, code, name or role, without space around it.

    Raises: UsageError when it has characters that cannot be shown, or is too long.
    """
    said = text.strip()
    try:
        if said:
            checked_text(said)
    except ValueProblem as problem:
        raise UsageError(f"{what}: {problem}", hint="type plain text") from problem
    if len(said) > LONGEST_LABEL:
        raise UsageError(f"{what}: longer than {LONGEST_LABEL} characters", hint="shorten it")
    return said
