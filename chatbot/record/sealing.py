"""One case sealed: a random key for its data, wrapped for those who may open it. Knows no file.

The data of each record are encrypted with ChaCha20-Poly1305 under the key of the case. What is authenticated with
them is the record without its data, and so, through ``prev``, every byte before it: whoever has no key can neither
read what was said nor put another envelope around it unnoticed. The chain is computed over what stands in the file
and needs no key.

A nonce is random, 96 bits. One made from ``seq`` would come twice: when a torn last record is set aside, the next
sitting writes another record with the same number under the same key, and two texts under one key and nonce give
each other away.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from chatbot.core.events import CaseOpened
from chatbot.record.codec import CodecProblem, canonical, parse, spelled

if TYPE_CHECKING:
    from chatbot.record.identities import Identity

CIPHER = "chacha20-poly1305"
DOMAIN = b"backstory/sealed/v1\n"
"""Authenticated first, so that no other ciphertext can ever be taken for one of these."""

KEY_DOMAIN = b"backstory/data-key/v1\n"
KEY_BYTES = 32
NONCE_BYTES = 12

STEP = 256
"""Bytes to a multiple of which a plain text is filled up: its length would tell a yes from a no."""

MOST_RECIPIENTS = 16

SEALED_MEMBERS = frozenset({"c", "n"})
"""What stands in the data of a sealed record: the ciphertext and its nonce, in base64."""

SEALED_OF_HEADER = frozenset({"subject", "label"})
"""The members of the header that are sealed; the others are needed to list a case and to check it."""


class SealProblem(ValueError):
    """A ciphertext or a wrapped key that does not open with the key it should. Says no more than that."""


@dataclass(frozen=True, slots=True)
class Wrap:
    """The key of a case, as one recipient can open it."""

    to: str
    """The recipient, ``age1…``."""
    key: str
    """The key encrypted to it, in base64."""


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals and opens the records of one case. The key never shows in a representation or a message."""

    case: str
    key: bytes = field(repr=False)
    enc: dict[str, Any] = field(repr=False)
    """What the header says of it."""

    @property
    def recipients(self) -> tuple[str, ...]:
        """Who can open the case."""
        return tuple(each.to for each in wraps_of(self.enc))

    def seal(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """Return the members of a record with its data sealed. Raises: CodecProblem."""
        plain, secret = _parted(record)
        nonce = secrets.token_bytes(NONCE_BYTES)
        text = canonical(secret)
        text += b" " * (-len(text) % STEP)
        bound = canonical({**record, "data": plain})
        sealed = _cipher(self.key).encrypt(nonce, text, self._bound(bound))
        return {**record, "data": {**plain, "c": _spelled(sealed), "n": _spelled(nonce)}}

    def open(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """Return the data of a sealed record, the plain members of a header among them. Raises: SealProblem."""
        from cryptography.exceptions import InvalidTag

        data = record["data"]
        plain = {name: value for name, value in data.items() if name not in SEALED_MEMBERS}
        sealed, nonce = _bytes(data.get("c")), _bytes(data.get("n"))
        if len(nonce) != NONCE_BYTES:
            raise SealProblem
        try:
            text = _cipher(self.key).decrypt(nonce, sealed, self._bound(spelled({**record, "data": plain})))
            members = parse(text.rstrip(b" "))
        except (InvalidTag, CodecProblem) as problem:
            raise SealProblem from problem
        if not isinstance(members, dict) or len(text) % STEP or members.keys() & plain.keys():
            raise SealProblem
        return {**plain, **members}

    def _bound(self, rest: bytes) -> bytes:
        """Return what is authenticated with the data of a record; *rest*: the record without them, as it is spelled."""
        return DOMAIN + self.case.encode() + b"\n" + rest


def new_sealer(case: str, recipients: Sequence[str]) -> Sealer:
    """Make the key of a new case and wrap it for each recipient, who are at least one. Raises: KeyProblem."""
    import pyrage

    from chatbot.record.identities import recipient

    key = secrets.token_bytes(KEY_BYTES)
    wraps = [{"to": to, "key": _spelled(pyrage.encrypt(key, [recipient(to)]))} for to in dict.fromkeys(recipients)]
    return Sealer(case, key, {"cipher": CIPHER, "check": _check(case, key), "wraps": wraps})


def sealer_of(case: str, enc: Mapping[str, Any], identities: Iterable[Identity]) -> Sealer | None:
    """Return what opens a case to one of these identities; None when it is wrapped for none of them.

    Raises: SealProblem when it is wrapped for one of them and does not open, or is not the key of this case.
    """
    import pyrage

    ours = {each.recipient: each for each in identities}
    for wrap in wraps_of(enc):
        if wrap.to in ours:
            try:
                key = pyrage.decrypt(_bytes(wrap.key), [ours[wrap.to].age()])
            except pyrage.DecryptError as problem:
                raise SealProblem from problem
            if len(key) != KEY_BYTES or _check(case, key) != enc["check"]:
                raise SealProblem
            return Sealer(case, key, dict(enc))
    return None


def wraps_of(enc: Mapping[str, Any] | None) -> tuple[Wrap, ...]:
    """Return the wrapped keys that stand in a header; none for a case that is not encrypted.

    They are all there are: a case can be read as long as one of them and its identity exist, and by nobody once
    either is gone everywhere, copies of the file included.
    """
    return () if enc is None else tuple(Wrap(each["to"], each["key"]) for each in enc["wraps"])


def enc_problem(enc: object) -> str:
    """Say what is wrong with the ``enc`` of a header; empty when nothing is."""
    if not isinstance(enc, dict) or enc.keys() != {"cipher", "check", "wraps"}:
        return "enc does not hold cipher, check and wraps"
    if enc["cipher"] != CIPHER or not isinstance(enc["check"], str):
        return "enc names another cipher, or its check is not text"
    wraps = enc["wraps"]
    if not isinstance(wraps, list) or not 0 < len(wraps) <= MOST_RECIPIENTS:
        return f"enc holds no wrapped key, or more than {MOST_RECIPIENTS}"
    for each in wraps:
        if not isinstance(each, dict) or each.keys() != {"to", "key"} or not all(map(_is_text, each.values())):
            return "a wrapped key of enc is not one"
    return ""


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _parted(record: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return which data of a record stay plain, and which are sealed."""
    data = record["data"]
    if record["type"] != CaseOpened.type:
        return {}, dict(data)
    plain = {name: value for name, value in data.items() if name not in SEALED_OF_HEADER}
    return plain, {name: value for name, value in data.items() if name in SEALED_OF_HEADER}


def _check(case: str, key: bytes) -> str:
    """Commit to the key, so that no two recipients can be given different ones."""
    return hashlib.sha256(KEY_DOMAIN + case.encode() + b"\n" + key).hexdigest()


@lru_cache(maxsize=8)
def _cipher(key: bytes) -> Any:
    """Making one costs more than using it for a record."""
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    return ChaCha20Poly1305(key)


def _spelled(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: object) -> bytes:
    """Return the bytes of base64 in its one spelling. Raises: SealProblem."""
    try:
        data = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except (binascii.Error, ValueError) as problem:
        raise SealProblem from problem
    if not data or _spelled(data) != text:
        raise SealProblem
    return data
