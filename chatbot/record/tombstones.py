"""What is left of a case that was disposed of: which it was, on whose authority and why, and nothing that it said."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatbot.record.host import plain_code
from chatbot.record.journal import Entry, read_journal


@dataclass(frozen=True, slots=True)
class Tombstone:
    """One case that was disposed of."""

    case: str
    kind: str
    count: int
    """How many records it had."""
    head: str
    """Hash of the last of them."""
    files: tuple[str, ...]
    """Names of the files that held it."""
    comes_from: tuple[str, ...]
    """Codes of the cases it followed or amended: they keep the story of the others together."""
    authority: str
    reason: str
    by: str
    when: str
    """By the wall clock, UTC."""

    @property
    def said(self) -> str:
        """One sentence that says what became of the case."""
        return (
            f"{self.case} ({self.kind}) was disposed of on {self.when[:10]} by {self.by}; "
            f"authority: {self.authority}; reason: {self.reason}"
        )

    def to_json(self) -> dict[str, Any]:
        """Return the tombstone as JSON data."""
        return {
            "verdict": "DISPOSED",
            "case": self.case,
            "kind": self.kind,
            "records": self.count,
            "head": self.head,
            "files": list(self.files),
            "comes_from": list(self.comes_from),
            "authority": self.authority,
            "reason": self.reason,
            "by": self.by,
            "when": self.when,
        }


def tombstones(folder: Path) -> tuple[Tombstone, ...]:
    """Return every disposal in a folder of cases, the oldest first.

    Raises: CorruptTranscript (R001) for a damaged journal; StorageError.
    """
    return tuple(map(_tombstone, read_journal(folder).of("disposed")))


def tombstone_of(folder: Path, named: str) -> Tombstone | None:
    """Return the last disposal of a case that is named by its code or by its file; None when there is none."""
    code, name = plain_code(named), Path(named).name
    found = [each for each in tombstones(folder) if (each.case and plain_code(each.case) == code) or name in each.files]
    return found[-1] if found else None


def _tombstone(entry: Entry) -> Tombstone:
    data = entry.data
    return Tombstone(
        case=str(data.get("case", "")),
        kind=str(data.get("kind", "")),
        count=int(data.get("count", 0)),
        head=str(data.get("head", "")),
        files=tuple(map(str, data.get("files", ()))),
        comes_from=tuple(map(str, data.get("comes_from", ()))),
        authority=str(data.get("authority", "")),
        reason=str(data.get("reason", "")),
        by=entry.by,
        when=entry.t,
    )
