"""Legal holds: cases that must not be disposed of, whoever asks and whatever the retention period says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatbot.errors import UsageError
from chatbot.keeping.relatives import Families, is_shut
from chatbot.record.cases import CaseSummary
from chatbot.record.host import plain_code
from chatbot.record.journal import Entry, note, read_journal

SCOPES = ("case", "subject")
"""A hold on a case holds every visit and version of that person; one on a subject code those to come as well."""


@dataclass(frozen=True, slots=True)
class Hold:
    """One hold that stands."""

    scope: str
    code: str
    reason: str
    by: str
    since: str

    @property
    def said(self) -> str:
        """One line for a list."""
        return f"{self.scope} {self.code}: held since {self.since[:10]} by {self.by}: {self.reason}"

    def to_json(self) -> dict[str, Any]:
        """Return the hold as JSON data."""
        return {
            "scope": self.scope,
            "code": self.code,
            "reason": self.reason,
            "by": self.by,
            "since": self.since,
        }


def holds(folder: Path) -> tuple[Hold, ...]:
    """Return the holds that stand, the oldest first. Raises: CorruptTranscript (R001), StorageError."""
    standing: list[Hold] = []
    for each in read_journal(folder).of("held", "lifted"):
        hold = _hold(each)
        if each.what == "held":
            standing.append(hold)
        else:
            standing = [other for other in standing if not _same(other, hold)]
    return tuple(standing)


def _hold(entry: Entry) -> Hold:
    data = entry.data
    return Hold(str(data.get("scope")), str(data.get("code")), str(data.get("reason")), entry.by, entry.t)


def _same(left: Hold, right: Hold) -> bool:
    return left.scope == right.scope and plain_code(left.code) == plain_code(right.code)


def hold(folder: Path, scope: str, code: str, reason: str, by: str = "") -> Entry:
    """Put a hold on a case or on a subject code. Raises: UsageError without a reason; StorageError."""
    _reasoned(reason)
    return note(folder, "held", {"scope": scope, "code": code, "reason": reason}, by=by)


def lift(folder: Path, scope: str, code: str, reason: str, by: str = "") -> tuple[Hold, ...]:
    """End every hold on a case or a subject code; return those that ended.

    Raises: UsageError without a reason, or when there is none (R009); StorageError.
    """
    _reasoned(reason)
    ended = tuple(each for each in holds(folder) if _same(each, Hold(scope, code, "", "", "")))
    if not ended:
        raise UsageError(f"there is no hold on this {scope}", code="R009", hint="backstory hold lists those that stand")
    note(folder, "lifted", {"scope": scope, "code": code, "reason": reason}, by=by)
    return ended


def _reasoned(reason: str) -> None:
    if not reason.strip():
        raise UsageError("a hold is put on and lifted for a reason", hint="give one: --reason TEXT")


def holds_on(case: CaseSummary, families: Families, standing: Sequence[Hold]) -> tuple[Hold, ...]:
    """Return the holds that keep a case: on it, on its person, or on any case joined to it.

    Of an encrypted case that no key opens it cannot be told whose it is: every hold on a person keeps it.
    """
    if not standing:
        return ()
    joined = families.of(case)
    codes = {
        "case": {plain_code(code) for each in joined for code in (each.case, each.amends, each.follows) if code},
        "subject": {plain_code(each.subject) for each in joined if each.subject},
    }
    unknown = any(is_shut(each) for each in joined)
    return tuple(
        each
        for each in standing
        if plain_code(each.code) in codes.get(each.scope, set()) or (unknown and each.scope == "subject")
    )
