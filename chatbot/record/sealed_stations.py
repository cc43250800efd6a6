"""A station in a file that only its code opens. Knows no file: from a station to bytes, and back.

So that the answers of an examination are not one ``cat`` away. The code is stretched with scrypt and the station
encrypted with ChaCha20-Poly1305. The head of the file is readable and authenticated: what it is, under which content
it was made, how long it takes; nothing of the patient. What is sealed is compressed and filled up to a step that one
station hardly ever leaves, as its length would tell those who have the content which patient it is.

A hash over the rest of the file tells damage from a wrong code: it is no secret and proves nothing else.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chatbot.core.practice.station import NotAStation, Station, canonical, from_data
from chatbot.errors import CorruptTranscript, KeyProblem
from chatbot.record.codec import CodecProblem, parse
from chatbot.record.codec import canonical as spelled
from chatbot.record.envelope import is_digest
from chatbot.record.host import CROCKFORD, plain_code

FORMAT = "backstory.sealed-station/1"

ABOUT = (
    "A sealed station of Backstory: one SIMULATED patient, for practice. Its code opens it: "
    "backstory practice --station FILE"
)

STEP = 64 * 1024
"""Bytes to a multiple of which a compressed station is filled up."""

LARGEST = 8 * 1024 * 1024
"""Bytes of a sealed file, and of the station in it."""

CODE_LETTERS, GROUP = 16, 4
"""Letters of a code that is made here, five random bits each, and how many stand together."""

SHORTEST_CODE = 13
"""Letters and figures of a code of one's own: 65 bits if they were drawn blindly."""

_SCRYPT = {"n": 1 << 15, "p": 1, "r": 8}
"""About a tenth of a second and 32 MiB for each try."""

_MOST_N = 1 << 18
_NAME = b"backstory/sealed-station/v1\n"
_MEMBERS = {"about", "cipher", "format", "kdf", "minutes", "nonce", "preparation", "protocol", "salt", "sealed", "sum"}
_PROTOCOL = {"digest", "id", "version"}
_CIPHER, _KDF = "chacha20-poly1305", "scrypt"


@dataclass(frozen=True, slots=True)
class Head:
    """What can be read of a sealed station without its code."""

    protocol: Mapping[str, str]
    """``id``, ``version`` and ``digest`` of the content it was made under."""
    minutes: int
    preparation: int


def new_code() -> str:
    """Return a new code: 80 random bits in four groups of letters that can be read aloud."""
    letters = [CROCKFORD[secrets.randbelow(len(CROCKFORD))] for _ in range(CODE_LETTERS)]
    return "-".join("".join(letters[at : at + GROUP]) for at in range(0, CODE_LETTERS, GROUP))


def check_code(code: str) -> str:
    """Return a code of one's own as it stands. Raises: KeyProblem (K041) for one that is too short."""
    if len(plain_code(code)) < SHORTEST_CODE:
        raise KeyProblem(
            f"the code has fewer than {SHORTEST_CODE} letters and figures",
            code="K041",
            hint="whoever has the file can try as many as they like; without --code one is made that cannot be guessed",
        )
    return code


def seal(station: Station, code: str) -> bytes:
    """Return a station as a file that *code* opens; another one every time. Raises: KeyProblem for a weak code."""
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    head: dict[str, Any] = {
        "about": ABOUT,
        "cipher": _CIPHER,
        "format": FORMAT,
        "kdf": {"name": _KDF, **_SCRYPT},
        "minutes": station.minutes,
        "nonce": _spelled(nonce),
        "preparation": station.preparation,
        "protocol": {name: station.protocol[name] for name in sorted(_PROTOCOL)},
        "salt": _spelled(salt),
    }
    text = zlib.compress(canonical(station).encode(), 9)
    text += b"\0" * (-len(text) % STEP)
    sealed = _cipher(check_code(code), salt, _SCRYPT).encrypt(nonce, text, _NAME + spelled(head))
    whole = {**head, "sealed": _spelled(sealed)}
    return spelled({**whole, "sum": _sum(whole)}, longest=LARGEST) + b"\n"


def head_of(data: bytes, place: str) -> Head:
    """Return what a sealed station says of itself; *place*: the file, for messages.

    Raises: CorruptTranscript (T024) for one that is damaged or none.
    """
    members = _read(data, place)
    return Head(members["protocol"], members["minutes"], members["preparation"])


def unseal(data: bytes, code: str, place: str) -> Station:
    """Return the station in a sealed file; *place*: the file, for messages.

    Raises: CorruptTranscript (T024) for one that is damaged or none; KeyProblem (K040) when the code does not open it.
    """
    from cryptography.exceptions import InvalidTag

    members = _read(data, place)
    head = {name: value for name, value in members.items() if name not in {"sealed", "sum"}}
    salt, nonce, sealed = (_bytes(members[name]) for name in ("salt", "nonce", "sealed"))
    try:
        text = _cipher(code, salt, members["kdf"]).decrypt(nonce, sealed, _NAME + spelled(head))
    except InvalidTag as error:
        hint = "type it as it was printed when the station was sealed; case, hyphens and spaces do not matter"
        raise KeyProblem("this code does not open the station", code="K040", place=place, hint=hint) from error
    unzip = zlib.decompressobj()
    try:
        station = from_data(parse(unzip.decompress(text, LARGEST)))
    except (zlib.error, CodecProblem, NotAStation) as error:
        raise _damaged(place, "what it holds is no station") from error
    if not unzip.eof:
        raise _damaged(place, "what it holds is no station")
    if dict(station.protocol) != members["protocol"]:
        raise _damaged(place, "its head names other content than the station in it")
    return station


def _read(data: bytes, place: str) -> dict[str, Any]:
    """Return the members of a sealed file, each checked, and the hash over them held against it."""
    if len(data) > LARGEST:
        raise _damaged(place, "it is too large")
    try:
        members = parse(data.removesuffix(b"\n"))
    except CodecProblem as error:
        raise _damaged(place, str(error)) from error
    if not isinstance(members, dict) or members.get("format") != FORMAT:
        raise _damaged(place, f"it is not of the format {FORMAT}")
    whole = {name: value for name, value in members.items() if name != "sum"}
    if members.keys() != _MEMBERS or members["sum"] != _sum(whole):
        raise _damaged(place, "what stands in it does not agree with the hash it carries")
    if not _is_sound(members):
        raise _damaged(place, "its head is not that of a sealed station")
    return members


def _is_sound(members: Mapping[str, Any]) -> bool:
    kdf, protocol = members["kdf"], members["protocol"]
    if members["cipher"] != _CIPHER or not isinstance(kdf, dict) or kdf.keys() != {"name", *_SCRYPT}:
        return False
    n, r, p = (kdf[name] for name in ("n", "r", "p"))
    if kdf["name"] != _KDF or any(type(each) is not int for each in (n, r, p)):
        return False
    # What is to be stretched is bounded: a file made by somebody else must not eat the memory of this computer.
    if not (2 <= n <= _MOST_N and n & (n - 1) == 0 and 1 <= r <= 8 and 1 <= p <= 4):
        return False
    if not isinstance(protocol, dict) or protocol.keys() != _PROTOCOL or not is_digest(protocol["digest"]):
        return False
    sizes = {"salt": 16, "nonce": 12}
    try:
        parts = {name: len(_bytes(members[name])) for name in ("salt", "nonce", "sealed")}
    except (binascii.Error, ValueError):
        return False
    counts = (members["minutes"], members["preparation"])
    return all(parts[name] == size for name, size in sizes.items()) and all(type(each) is int for each in counts)


def _damaged(place: str, why: str) -> CorruptTranscript:
    return CorruptTranscript(
        f"this is not a sealed station, or it is damaged: {why}",
        code="T024",
        place=place,
        hint="bring the file back from a copy, or have the station sealed again",
    )


def _cipher(code: str, salt: bytes, cost: Mapping[str, int]) -> Any:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    stretched = Scrypt(salt=salt, length=32, n=cost["n"], r=cost["r"], p=cost["p"])
    return ChaCha20Poly1305(stretched.derive(plain_code(code).encode()))


def _sum(whole: Mapping[str, Any]) -> str:
    return hashlib.sha256(spelled(whole, longest=LARGEST)).hexdigest()


def _spelled(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: object) -> bytes:
    if not isinstance(text, str):
        raise ValueError("not text")
    return base64.b64decode(text, validate=True)
