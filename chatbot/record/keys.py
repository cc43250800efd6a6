"""The site key: 32 random bytes in a file of their own, from which subject codes are made.

The key stands outside every transcript. Whoever has it can test record numbers against codes, so it is as private
as the list of patients; whoever loses it can make no code of an earlier patient again.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from chatbot.errors import KeyProblem
from chatbot.record.disk import Disk
from chatbot.record.key_file import KeyFile

FORMAT = "backstory-site-key"
KEY_BYTES = 32
NAME = "site.key"

_MAKE = "make one: backstory keys new"

_FILE = KeyFile(
    name="the key",
    # Ten times as much as one holds.
    largest=4096,
    missing=("there is no site key here", _MAKE),
    damaged=(
        "K004",
        "this is not a key file, or it is damaged",
        "bring the file back from a copy; a new key makes other codes",
    ),
    opened="make a new key",
    taken="codes made with it can be made with no other key; choose another name with --out",
    refused="check the permissions, or name another file with --keys or --out",
)


@dataclass(frozen=True, slots=True)
class SiteKey:
    """A key, and what may be said of it. The secret never shows in a representation or a message."""

    secret: bytes = field(repr=False)
    path: Path

    @property
    def fingerprint(self) -> str:
        """Eight hex digits that tell keys apart and give nothing away."""
        return _fingerprint(self.secret)


def keys_file(option: Path | None, environ: Mapping[str, str], setting: str | None = None) -> Path | None:
    """Return where the site key is kept: as asked for, else ``BACKSTORY_KEYS``, else as set, else the user's folder.

    None when this user has no home.
    """
    if option is not None:
        return option
    if named := environ.get("BACKSTORY_KEYS") or setting:
        return Path(named).expanduser()
    config = Path(environ.get("XDG_CONFIG_HOME") or "")
    if config.is_absolute():
        return config / "backstory" / NAME
    return Path(environ["HOME"], ".config", "backstory", NAME) if environ.get("HOME") else None


def new_key(path: Path | None, disk: Disk | None = None) -> SiteKey:
    """Make a key of random bytes of the system and keep it in a new file, for this user alone.

    The file appears whole or not at all; one that exists is never written over. Raises: KeyProblem.
    """
    path = _FILE.free(path)
    secret = secrets.token_bytes(KEY_BYTES)
    text = json.dumps({"format": FORMAT, "version": 1, "key": secret.hex(), "check": _fingerprint(secret)}, indent=2)
    _FILE.write(path, f"{text}\n".encode(), disk)
    return SiteKey(secret, path)


def read_key(path: Path | None, disk: Disk | None = None) -> SiteKey:
    """Return the site key.

    Raises: KeyProblem when there is none, other users may read it, or the file is not a key.
    """
    if path is None:
        raise KeyProblem("there is no site key, and this user has no home to keep one in", code="K001", hint=_MAKE)
    return SiteKey(_parsed(_FILE.read(path, disk), path), path)


def _parsed(data: bytes, path: Path) -> bytes:
    try:
        members = json.loads(data)
        secret = bytes.fromhex(members["key"])
        sound = members["format"] == FORMAT and members["version"] == 1 and members["check"] == _fingerprint(secret)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _FILE.broken(path) from error
    if not sound or len(secret) != KEY_BYTES:
        raise _FILE.broken(path)
    return secret


def _fingerprint(secret: bytes) -> str:
    return hashlib.sha256(b"backstory/site-key/v1\n" + secret).hexdigest()[:8]
