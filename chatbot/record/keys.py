"""The site key: 32 random bytes in a file of their own, from which subject codes are made.

The key stands outside every transcript. Whoever has it can test record numbers against codes, so it is as private
as the list of patients; whoever loses it can make no code of an earlier patient again.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from chatbot.errors import KeyProblem
from chatbot.record import publish
from chatbot.record.disk import Disk, close_quietly, make_private_folder, read_all, real

FORMAT = "backstory-site-key"
KEY_BYTES = 32
LARGEST = 4096
"""Bytes of a key file; one is a tenth of this."""

NAME = "site.key"

_MAKE = "make one: backstory keys new"


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
    if path is None:
        raise KeyProblem("this user has no home to keep a key in", code="K005", hint="say where: --out FILE")
    disk = disk or Disk()
    path = real(path.absolute().parent) / path.name
    secret = secrets.token_bytes(KEY_BYTES)
    text = json.dumps({"format": FORMAT, "version": 1, "key": secret.hex(), "check": _fingerprint(secret)}, indent=2)
    try:
        if path == path.parent or path.is_symlink() or path.exists():
            raise FileExistsError(errno.EEXIST, "it exists already", str(path))
        if not path.parent.exists():
            make_private_folder(disk, path.parent)
        publish.publish(disk, path, f"{text}\n".encode())
    except FileExistsError as error:
        raise KeyProblem(
            "this key file exists already and is not written over",
            code="K002",
            place=str(path),
            hint="codes made with it can be made with no other key; choose another name with --out",
        ) from error
    except OSError as error:
        raise _storage(error, path, "write") from error
    return SiteKey(secret, path)


def read_key(path: Path | None, disk: Disk | None = None) -> SiteKey:
    """Return the site key.

    Raises: KeyProblem when there is none, other users may read it, or the file is not a key.
    """
    if path is None:
        raise KeyProblem("there is no site key, and this user has no home to keep one in", code="K001", hint=_MAKE)
    disk = disk or Disk()
    try:
        fd = disk.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except FileNotFoundError as error:
        raise KeyProblem("there is no site key here", code="K001", place=str(path), hint=_MAKE) from error
    except OSError as error:
        raise _storage(error, path, "read") from error
    try:
        found = disk.fstat(fd)
        if not stat.S_ISREG(found.st_mode):
            raise _damaged(path)
        if stat.S_IMODE(found.st_mode) & 0o077:
            hint = f"chmod 600 {path}; when others may have read it, make a new key"
            raise KeyProblem("other users may read or change this key", code="K003", place=str(path), hint=hint)
        data = read_all(disk, fd, LARGEST)
    except OSError as error:
        raise _storage(error, path, "read") from error
    finally:
        close_quietly(disk, fd)
    return SiteKey(_parsed(data, path), path)


def _parsed(data: bytes, path: Path) -> bytes:
    try:
        members = json.loads(data)
        secret = bytes.fromhex(members["key"])
        sound = members["format"] == FORMAT and members["version"] == 1 and members["check"] == _fingerprint(secret)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _damaged(path) from error
    if not sound or len(secret) != KEY_BYTES or len(data) > LARGEST:
        raise _damaged(path)
    return secret


def _damaged(path: Path) -> KeyProblem:
    hint = "bring the file back from a copy; a new key makes other codes"
    return KeyProblem("this is not a key file, or it is damaged", code="K004", place=str(path), hint=hint)


def _storage(error: OSError, path: Path, doing: str) -> KeyProblem:
    hint = "check the permissions, or name another file with --keys or --out"
    return KeyProblem(f"cannot {doing} the key: {publish.reason(error)}", code="K005", place=str(path), hint=hint)


def _fingerprint(secret: bytes) -> str:
    return hashlib.sha256(b"backstory/site-key/v1\n" + secret).hexdigest()[:8]
