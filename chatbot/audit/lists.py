"""One line for each thing found, as it is found, with the place in the file where it stands: nothing is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chatbot.audit.row import Row
from chatbot.audit.tally import WITHIN


@dataclass(frozen=True, slots=True)
class Item:
    """One thing found."""

    file: str
    line: int
    case: str
    what: str
    """The question, the rule or the flag it is about."""
    why: str
    """A coded reason, or what is to be said of it."""

    def text(self) -> str:
        """Return it as a line that begins with its place."""
        return f"{self.file}:{self.line}: {self.case}  {self.what}  {self.why}"

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {"file": self.file, "line": self.line, "case": self.case, "what": self.what, "why": self.why}


def _left_open(row: Row) -> Iterator[Item]:
    for key, left in row.left_open.items():
        yield Item(row.file, left.line, row.case, key, left.code)


def _declined(row: Row) -> Iterator[Item]:
    for rule, made in row.decisions.items():
        if made.decision == "decline":
            yield Item(row.file, made.line, row.case, rule, made.code)


def _lowered(row: Row) -> Iterator[Item]:
    for each in row.corrections:
        if each.lowered:
            why = each.because + (", corrected again afterwards" if each.again else "")
            yield Item(row.file, each.line, row.case, each.question, why)


def _alarms(row: Row) -> Iterator[Item]:
    for each in row.alarms:
        if each.seconds is None or each.seconds > WITHIN:
            why = "never acknowledged" if each.seconds is None else f"acknowledged after {each.seconds / 60:.1f} min"
            yield Item(row.file, each.line, row.case, each.flag, why)


def _early(row: Row) -> Iterator[Item]:
    for key in row.early:
        yield Item(row.file, 1, row.case, key, "before the safety screen was settled")


LISTS: Mapping[str, Callable[[Row], Iterator[Item]]] = {
    "left-open": _left_open,
    "declined": _declined,
    "lowered": _lowered,
    "late-alarms": _alarms,
    "early": _early,
}
"""Name of a list to what of a row stands in it. ``problems`` is one more: it is told of every file."""
