"""Cases of an audit under other content: compared where they are replayed, by whichever process does that."""

from __future__ import annotations

from dataclasses import dataclass

from chatbot.audit import work
from chatbot.audit.impact import Impact, impact_of
from chatbot.audit.row import Row
from chatbot.core.case import Case
from chatbot.core.protocol import Protocol
from chatbot.record.envelope import Record


@dataclass(frozen=True, slots=True)
class Against:
    """A measure: what a case comes to under other content; None for one of another protocol."""

    content: bytes
    """The canonical JSON of that content. Each process loads it once."""

    def __call__(self, protocol: Protocol, case: Case, records: tuple[Record, ...], row: Row) -> Impact | None:
        new = work.cached_bundle(self.content)
        return impact_of(case, protocol, new) if protocol.id == new.id else None
