"""Signed notes as C2SP has them, with Ed25519: a text, a blank line, and one line for each signature.

    — NAME BASE64(key id, signature)

A note says nothing until a key that the reader trusts for reasons of its own has verified it. A *verifier key* is
``NAME+ID+BASE64``; the file of a signing key is one line, as ``golang.org/x/mod/sumdb/note`` writes it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path

from chatbot.errors import UsageError
from chatbot.record.disk import Disk
from chatbot.record.key_file import KeyFile

ED25519 = b"\x01"
"""The type of signature, before the key."""

LARGEST = 64 * 1024
"""Bytes of a note or of a key file."""

_DASH = "\u2014"
_NAME = re.compile(r"[^\s+\x00-\x1f\x7f]{1,100}")
_SECRET = "PRIVATE+KEY"

_FILE = KeyFile(
    name="the signing key",
    largest=LARGEST,
    missing=("there is no signing key here", "make one: backstory keys new --signing --name NAME"),
    damaged=(
        "K004",
        "this is not a signing key, or it is damaged",
        "bring the file back from a copy, or make a new key: only the ability to sign is lost with it",
    ),
    opened="make a new key and trust this one no longer",
    taken="choose another name with --out",
    refused="check the permissions, or name another file",
)


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """What verifies the signatures of one signer. Not secret."""

    name: str
    public: bytes

    @property
    def id(self) -> str:
        """Four bytes in hex that tell keys of one name apart. They are short: the key itself is what counts."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).hexdigest()[:8]

    @property
    def name_and_id(self) -> str:
        """How a key is named in messages and in the register."""
        return f"{self.name}+{self.id}"

    @property
    def text(self) -> str:
        """The key as it is handed to those who verify."""
        return f"{self.name_and_id}+{base64.b64encode(ED25519 + self.public).decode()}"

    def verifies(self, signature: bytes, text: bytes) -> bool:
        """Whether this key signed *text*."""
        # Deferred, as everywhere here: whoever signs nothing need not wait for it.
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signer:
    """A signing key. The secret never shows in a representation or a message."""

    key: VerifierKey
    secret: bytes = field(repr=False)

    def line(self, text: bytes) -> str:
        """Return the signature line, with its newline, for the text of a note."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        signature = Ed25519PrivateKey.from_private_bytes(self.secret).sign(text)
        return f"{_DASH} {self.key.name} {base64.b64encode(bytes.fromhex(self.key.id) + signature).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text and who says to have signed it. Nothing is verified yet."""

    text: bytes
    """With its final newline."""
    signatures: tuple[tuple[str, str, bytes], ...]
    """Name and id of the key, and the signature."""

    def by(self, name_and_id: str) -> bool:
        """Whether a key of this name and id is among those that say so."""
        return any(f"{name}+{id_}" == name_and_id for name, id_, _ in self.signatures)


def parse_note(data: bytes) -> Note:
    """Return a note. Raises: ValueError when it is none."""
    whole = data.decode("utf-8")
    if any(ord(letter) < 32 and letter != "\n" for letter in whole):
        raise ValueError("it holds control characters")
    text, blank, signed = whole.rpartition("\n\n")
    lines = signed.split("\n")
    if not blank or len(data) > LARGEST or lines[-1] or not lines[:-1]:
        raise ValueError("it is not a text and its signatures")
    found = []
    for line in lines[:-1]:
        parts = line.split(" ")
        if len(parts) != 3 or parts[0] != _DASH or _NAME.fullmatch(parts[1]) is None:
            raise ValueError("a signature line is not one")
        try:
            raw = base64.b64decode(parts[2], validate=True)
        except binascii.Error as error:
            raise ValueError("a signature is not base64") from error
        if len(raw) < 5:
            raise ValueError("a signature is too short")
        found.append((parts[1], raw[:4].hex(), raw[4:]))
    return Note(f"{text}\n".encode(), tuple(found))


def parse_verifier(text: str) -> VerifierKey:
    """Return the key that a verifier key spells. Raises: ValueError."""
    name, _, rest = text.strip().partition("+")
    id_, _, encoded = rest.partition("+")
    try:
        raw = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise ValueError("its last part is not base64") from error
    if _NAME.fullmatch(name) is None or len(raw) != 33 or raw[:1] != ED25519:
        raise ValueError("it is not NAME+ID+KEY with an Ed25519 key")
    key = VerifierKey(name, raw[1:])
    if key.id != id_:
        raise ValueError(f"name and key give the id {key.id}, and it says {id_[:8]!r}: it was miscopied")
    return key


def new_signer(path: Path, name: str, disk: Disk | None = None) -> Signer:
    """Make a signing key and keep it in a new file, for this user alone; one that exists is never written over.

    Raises: UsageError for a name that cannot be one; KeyProblem.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    if _NAME.fullmatch(name) is None:
        hint = "such as hospital.example/ward-3: no spaces, no plus"
        raise UsageError("this cannot be the name of a key", hint=hint)
    path = _FILE.free(path)
    made = Ed25519PrivateKey.generate()
    signer = Signer(VerifierKey(name, made.public_key().public_bytes_raw()), made.private_bytes_raw())
    encoded = base64.b64encode(ED25519 + signer.secret).decode()
    _FILE.write(path, f"{_SECRET}+{signer.key.name_and_id}+{encoded}\n".encode(), disk)
    return signer


def read_signer(path: Path, disk: Disk | None = None) -> Signer:
    """Return a signing key. Raises: KeyProblem when it is missing, open to others, or no key."""
    return _signer(_FILE.read(path, disk), path)


def _signer(data: bytes, path: Path) -> Signer:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    try:
        text = data.decode("utf-8").strip()
        private, word, name, id_, encoded = text.split("+", 4)
        raw = base64.b64decode(encoded, validate=True)
        if f"{private}+{word}" != _SECRET or _NAME.fullmatch(name) is None or raw[:1] != ED25519:
            raise ValueError
        secret = raw[1:]
        key = VerifierKey(name, Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw())
    except ValueError as error:
        raise _FILE.broken(path) from error
    if key.id != id_:
        raise _FILE.broken(path)
    return Signer(key, secret)
