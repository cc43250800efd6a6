"""Versions of content by whatever names them: a protocol, its folder, a kept bundle, or the digest of one."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatbot.content.bundle import FORMAT
from chatbot.content.library import load_bundle, load_protocol
from chatbot.core.protocol import Protocol
from chatbot.errors import BackstoryError, CorruptTranscript, StorageError, UsageError

DIGEST = re.compile(r"[0-9a-f]{8,64}")


@dataclass(frozen=True, slots=True)
class Version:
    """One state of the content of a protocol."""

    data: dict[str, Any]
    """Its canonical JSON as data."""
    digest: str
    protocol: Protocol | None
    """None for content that this version of the program cannot run."""

    @property
    def named(self) -> str:
        """How it is called in a heading."""
        return f"{self.data['id']} {self.data['version']} ({self.digest[:12]})"

    def to_json(self) -> dict[str, str]:
        """Return how it is named as JSON data."""
        return {"id": self.data["id"], "version": self.data["version"], "digest": self.digest}


def version_at(name: str, protocols: Path | None, kept: Callable[[], Path]) -> Version:
    """Return the content that is named. *protocols*: the folder of protocols; *kept*: that of the transcripts.

    Raises: UsageError when nothing is called so; ContentError for content with an error; StorageError.
    """
    path = Path(name)
    if path.is_file():
        return _bundle(path)
    if DIGEST.fullmatch(name) and not path.exists():
        kept_file = _kept(name, kept())
        version = _bundle(kept_file)
        if version.digest != kept_file.stem:
            raise CorruptTranscript(
                "this kept protocol does not match its digest: it was damaged or altered",
                code="T014",
                place=str(kept_file),
                hint="bring back the file from a copy; its name is the SHA-256 of the right one",
            )
        return version
    protocol = load_protocol(name, folder=protocols)
    return Version(json.loads(protocol.canonical), protocol.digest, protocol)


def _kept(start: str, folder: Path) -> Path:
    """Return the bundle whose digest begins so, of those kept beside transcripts."""
    found = {path.name: path for path in sorted(folder.rglob(f"protocols/{start}*.json"))}
    if len(found) == 1:
        return next(iter(found.values()))
    if not found:
        raise UsageError(f"no content with the digest {start}… is kept in {folder}", hint="--transcripts names another")
    raise UsageError(f"{len(found)} versions have a digest that begins with {start}", hint="write more of it")


def _bundle(path: Path) -> Version:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror}", hint="check its rights") from error
    try:
        data = json.loads(raw)
    except ValueError:
        data = None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise UsageError(f"{path} is no kept content", hint="name a protocol, its folder, or a file of protocols/")
    try:
        protocol: Protocol | None = load_bundle(raw)
    except BackstoryError:
        protocol = None
    return Version(data, hashlib.sha256(raw).hexdigest(), protocol)
