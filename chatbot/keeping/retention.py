"""How long cases are kept, and which are due. Nothing here disposes of anything.

The period counts from the last record of any case of the same person in the folder: a follow-up keeps the visits
before it. Without a period every case is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from chatbot.core.values import months_before
from chatbot.keeping.hold import Hold, holds, holds_on
from chatbot.keeping.relatives import Families
from chatbot.record.cases import CaseSummary, list_cases
from chatbot.record.tombstones import Tombstone, tombstones


@dataclass(frozen=True, slots=True)
class Kept:
    """One case and how long it is kept."""

    case: CaseSummary
    last: str
    """The day of the last record of this person, UTC; empty where it cannot be read."""
    due: str
    """The day from which it may be disposed of; empty: never by a period."""
    state: str
    """kept, due, held or damaged."""
    holds: tuple[Hold, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the row as JSON data."""
        return {
            "case": self.case.case,
            "kind": self.case.kind,
            "phase": self.case.phase,
            "path": str(self.case.path),
            "last": self.last,
            "due": self.due or None,
            "state": self.state,
            "holds": [each.to_json() for each in self.holds],
        }


@dataclass(frozen=True, slots=True)
class Report:
    """The cases of a folder by what may become of them."""

    years: int
    """The period; 0: none, everything is kept."""
    day: date
    rows: tuple[Kept, ...]
    disposed: tuple[Tombstone, ...]

    def count(self, state: str) -> int:
        """Return how many cases are in a state."""
        return sum(each.state == state for each in self.rows)


def report(folder: Path, years: int, day: date) -> Report:
    """Return where every case of a folder stands. Raises: CorruptTranscript (R001), StorageError."""
    cases = list_cases(folder)
    standing = holds(folder)
    gone = tombstones(folder)
    gone = tombstones(folder)
    families = Families(cases, gone)
    rows = tuple(kept(each, families, standing, years, day) for each in cases)
    here = {each.case for each in cases}
    return Report(years, day, rows, tuple(each for each in gone if each.case not in here))


def kept(case: CaseSummary, families: Families, standing: Sequence[Hold], years: int, day: date) -> Kept:
    """Return how long a case is kept."""
    last = max((each.last for each in families.of(case) if each.last), default="")[:10]
    due = _after(last, years) if last and years else ""
    found = holds_on(case, families, standing)
    if found:
        state = "held"
    elif case.state == "damaged":
        state = "damaged"
    elif due and day.isoformat() >= due:
        state = "due"
    else:
        state = "kept"
    return Kept(case, last, due, state, found)


def _after(last: str, years: int) -> str:
    return months_before(date.fromisoformat(last), -12 * years).isoformat()
