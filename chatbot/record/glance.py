"""A quick look at many transcripts, for a list that must be there at once.

``summarise`` checks every record; a glance checks the first and the last and reads the types of the others, which takes
a tenth of the time, and a file that has not changed is not read again. Whatever looks wrong is summarised in full, so
a glance never calls a file sound that begins or ends badly. Damage in the middle it does not see: that shows when the
case itself is looked at.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from chatbot.core.events import KINDS
from chatbot.errors import BackstoryError
from chatbot.record import chain, codec, locks
from chatbot.record.cases import CaseSummary, misplaced_problem, phase_of, summarise, transcript_files
from chatbot.record.envelope import FORMAT, FORMAT_VERSION
from chatbot.record.identities import keyring
from chatbot.record.read import read_bytes
from chatbot.record.running import attempt_in
from chatbot.record.sealing import Sealer, enc_problem

_TYPE = re.compile(rb'"type":"([a-z_.]+)"')
"""In a text of a record the quotes would be escaped: this stands only where a type stands."""


class Glances:
    """Remembers what was seen of files until they change."""

    def __init__(self) -> None:
        self._seen: dict[Path, tuple[tuple[int, ...], CaseSummary]] = {}

    def cases(self, folder: Path) -> list[CaseSummary]:
        """Return every transcript in *folder* and its folders by kind as ``list_cases`` does, by a glance at each.

        Raises: StorageError for a folder that is there and cannot be read.
        """
        kinds = {folder / kind: kind for kind in KINDS}
        found = [self._glance(path, kinds.get(path.parent, "")) for path in transcript_files(folder)]
        return sorted(found, key=lambda each: (each.last, each.path.name), reverse=True)

    def _glance(self, path: Path, folder_kind: str) -> CaseSummary:
        stamp = file_stamp(path)
        before, known = self._seen.get(path, (None, None))
        if known is None or before != stamp or not stamp:
            known = glance(path, folder_kind)
            self._seen[path] = stamp, known
        elif known.locked != (locked := locks.is_locked(path)):
            known = replace(known, locked=locked)
            self._seen[path] = stamp, known
        return known


def file_stamp(path: Path) -> tuple[int, ...]:
    """Return what changes whenever a file does; empty when it is gone."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns


def glance(path: Path, folder_kind: str = "") -> CaseSummary:
    """Return one transcript as a list shows it; in full where its first or last record is not sound."""
    try:
        return _glance(path, folder_kind) or summarise(path, folder_kind)
    except (BackstoryError, codec.CodecProblem, KeyError, TypeError, ValueError):
        return summarise(path, folder_kind)


def _glance(path: Path, folder_kind: str) -> CaseSummary | None:
    data = read_bytes(path)
    lines = data.split(b"\n")
    if len(lines) < 2 or lines[-1]:
        return None
    first, last = _record(lines[0]), _record(lines[-2])
    if first is None or last is None or last["seq"] != len(lines) - 2:
        return None
    header = first["data"]
    if header["format"] != FORMAT or header["min_reader"] > FORMAT_VERSION:
        return None
    sealer: Sealer | None = None
    if header.get("enc") is not None:
        found = None if enc_problem(header["enc"]) else keyring().opened(header["case"], header["enc"])
        if not isinstance(found, Sealer):
            return None
        sealer, header = found, found.open(first)
    types = [each.decode() for each in _TYPE.findall(data)]
    if len(types) != len(lines) - 1:
        return None
    sittings = [place for place, type_ in enumerate(types) if type_ == "case.resumed"]
    sitting = _record(lines[sittings[-1]]) if sittings else first
    if sitting is None:
        return None
    misplaced = misplaced_problem(path, header["kind"], folder_kind)
    return CaseSummary(
        path=path,
        case=header["case"],
        kind=header["kind"],
        label=header["label"],
        subject=header["subject"],
        as_of=(sitting["data"] if sealer is None else sealer.open(sitting))["as_of"],
        phase=phase_of(types),
        last=last["t"],
        records=len(types),
        state="misplaced" if misplaced else "ok",
        locked=locks.is_locked(path),
        problem=misplaced,
        relocated="storage.relocated" in types,
        amends=header.get("amends") or "",
        follows=header.get("follows") or "",
        began=header["as_of"],
        opened=first["t"],
        encrypted=sealer is not None,
        attempt=attempt_in(types),
    )


def _record(line: bytes) -> dict[str, Any] | None:
    """Return the members of a record that carries its own hash, else None."""
    parts = chain.verified(line)
    return None if parts is None else codec.parse(parts[0], strict=False)
