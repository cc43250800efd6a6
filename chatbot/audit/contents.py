"""Under which contents the cases of an audit were made, and the words these have for what is counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from chatbot.audit.row import Row
from chatbot.audit.work import cached_bundle
from chatbot.core.protocol import Protocol
from chatbot.errors import BackstoryError
from chatbot.record import bundle


@dataclass(frozen=True, slots=True)
class Content:
    """One content, and how many cases were made with it."""

    protocol: str
    version: str
    digest: str
    cases: int


@dataclass(slots=True)
class Contents:
    """Counts contents as rows come; loads the one most cases were made with when its words are wanted."""

    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    files: dict[str, str] = field(default_factory=dict)
    """Digest to a case that was made with it."""

    def add(self, row: Row) -> None:
        """Count one row."""
        if row.sound:
            self.counts[row.protocol, row.version, row.digest] += 1
            self.files.setdefault(row.digest, row.file)

    def listed(self) -> list[Content]:
        """Return every content, the one of most cases first."""
        ordered = sorted(self.counts.items(), key=lambda each: (-each[1], each[0]))
        return [Content(*of, cases) for of, cases in ordered]

    def protocols(self) -> list[Protocol]:
        """Return for each protocol the content of most cases, as it is kept beside them; what cannot be read is left
        out, and its ids stand for themselves."""
        found: dict[str, Protocol] = {}
        for content in self.listed():
            if content.protocol not in found:
                try:
                    data = bundle.load(Path(self.files[content.digest]), content.digest)
                    found[content.protocol] = cached_bundle(data)
                except BackstoryError:
                    continue
        return list(found.values())
