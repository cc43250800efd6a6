"""What ``backstory audit --standards`` prints: every standard, the cases that fail one, or a sample for review."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chatbot.audit.measure import Watched
from chatbot.audit.record_measures import measures_of
from chatbot.audit.row import Row
from chatbot.audit.standards import MEASURE, Counting, JudgeCase, Listed, bound_standards, sample, seen_of, standards_of
from chatbot.audit.standards_shown import Shown, lines, shown, to_json
from chatbot.audit.work import cached_bundle
from chatbot.content.library import protocol_names, protocols_folder
from chatbot.content.standard_schema import StandardModel
from chatbot.core.case import Case
from chatbot.core.protocol import Protocol
from chatbot.core.resolve import near_miss
from chatbot.core.standards import Result, truth
from chatbot.errors import UsageError
from chatbot.record.envelope import Record
from chatbot.record.replay import verify

WORDS = {
    Result.MET: "met",
    Result.NOT_MET: "not met",
    Result.NOT_DOCUMENTED: "not documented",
    Result.EXCEPTED: "excepted",
    Result.CANNOT_TELL: "cannot be told",
    Result.NOT_APPLICABLE: "not applicable",
}


@dataclass
class StandardsRun:
    """One audit by standards: what it measures of each case, and what it says in the end."""

    protocols: Path | None
    """Where protocols are, as the command line says; None: where they are looked for."""
    least: int
    drill: str | None = None
    """Standard whose failing cases are listed."""
    size: int | None = None
    """How many cases are drawn for review instead."""
    seed: str = ""
    counting: Counting = field(init=False)
    home: Path = field(init=False)

    def __post_init__(self) -> None:
        """Read the standards. Raises: UsageError for a standard that does not exist; ContentError."""
        self.home = protocols_folder(self.protocols)
        self.counting = Counting(self.drill)
        known = [name for protocol in protocol_names(self.home) for name in self._models(protocol)]
        if not known:
            raise UsageError(
                f"no protocol in {self.home} has standards", hint="docs/standards.md says how to write them"
            )
        if self.drill is not None and self.drill not in known:
            hint = near_miss(self.drill, known) or "backstory audit FOLDER --standards lists them"
            raise UsageError(f"no standard is called {self.drill!r}", hint=hint)

    def _models(self, protocol: str) -> dict[str, StandardModel]:
        file = standards_of(self.home, protocol)
        return {} if file is None else dict(file.file.model.standards)

    @property
    def measures(self) -> dict[str, JudgeCase]:
        """What the audit measures of every case for it."""
        return {MEASURE: JudgeCase(self.home)}

    @property
    def digest(self) -> str:
        """What finished rows depend on: the files of standards as they are."""
        found = hashlib.sha256()
        for path in sorted(self.home.glob("*/standards.yaml")):
            found.update(path.parent.name.encode() + b"\n" + path.read_bytes())
        return found.hexdigest()

    def add(self, row: Row) -> None:
        """Count one row."""
        self.counting.add(row)

    def shown(self) -> list[Shown]:
        """Return every standard as it may be shown, in the order of its file."""
        months = sorted({month for tally in self.counting.tallies.values() for month in tally.months})
        span = (months[0], months[-1]) if months else None
        found = []
        for protocol in sorted({protocol for protocol, _ in self.counting.tallies}):
            for name, model in self._models(protocol).items():
                tally = self.counting.tallies.get((protocol, name))
                if tally is not None:
                    found.append(shown(tally, model, self.least, span=span))
        return found

    @property
    def missed(self) -> bool:
        """Whether a target is known not to be reached; what small numbers hide counts all the same."""
        for (protocol, name), tally in self.counting.tallies.items():
            target = float(self._models(protocol)[name].target.percent)
            if tally.of and 100 * tally.met / tally.of < target:
                return True
        return False

    # --- what is printed ---

    def text(self, form: str) -> str:
        """Return the standards, the cases, or the sample: as text, or as JSON for *form* json."""
        if self.drill is None:
            return self._json() if form == "json" else "\n".join(self._report())
        listed = self._listed()
        if form == "json":
            return json.dumps([self._case_json(each, record) for each, record in listed], indent=2, ensure_ascii=False)
        return "\n".join(self._cases(listed))

    def _report(self) -> Iterator[str]:
        found = self.shown()
        cases = max((each.cases for each in found), default=0)
        yield f"{len(found)} standards, {cases:,} cases that were replayed" if found else "no case was replayed"
        if self.counting.without and found:
            yield f"{self.counting.without:,} more of protocols without standards"
        yield from lines(found, self.least)

    def _json(self) -> str:
        data = {
            "schema": "backstory.audit-standards/1",
            "small_numbers": self.least,
            "cases_without_standards": self.counting.without,
            "standards": [to_json(each) for each in self.shown()],
        }
        return json.dumps(data, indent=2, ensure_ascii=False)

    def _listed(self) -> list[tuple[Listed, int]]:
        assert self.drill is not None
        chosen = self.counting.failing() if self.size is None else self._sampled()
        return [(each, moment(Path(each.file), self.drill, self.home)) for each in chosen]

    def _sampled(self) -> list[Listed]:
        assert self.size is not None
        return sample(self.counting.listed, self.size, self.seed)

    def _cases(self, listed: list[tuple[Listed, int]]) -> Iterator[str]:
        for each, record in listed:
            yield f"{each.file}:{record + 1}: {each.case}  {WORDS[each.result]}  (record {record})"
        if not listed:
            yield f"no case fails {self.drill}" if self.size is None else f"no case counts under {self.drill}"
        else:
            yield ""
            yield "The record is where the standard began to apply: backstory replay FILE --at RECORD"

    def _case_json(self, each: Listed, record: int) -> dict[str, Any]:
        return {
            "file": each.file,
            "record": record,
            "case": each.case,
            "month": each.month,
            "result": each.result.value,
        }


def moment(path: Path, name: str, protocols: Path) -> int:
    """Return the number of the record to open a case at: the first at which a standard is known to apply to it.

    Of one that applies to a case as a whole, such as to every signed one, that is the last record.
    Raises: what verifying raises.
    """
    steps: list[tuple[int, Case]] = []
    watched = Watched()

    def watch(protocol: Protocol, entry: Record, before: Case | None, after: Case) -> None:
        watched(protocol, entry, before, after)
        steps.append((entry.seq, after))

    report = verify(path, cached_bundle, watch=watch)
    protocol, last = watched.protocol, steps[-1]
    assert protocol is not None
    measures = measures_of(protocol, last[1], watched.row(report, identities=False, measures={}))
    standard = bound_standards(protocols, protocol)[name]
    applies = _first(steps, lambda case: truth(standard.denominator, seen_of(protocol, case, measures)) is True)
    return last[0] if applies is None or applies == steps[0][0] else applies


def _first(steps: list[tuple[int, Case]], holds: Callable[[Case], bool]) -> int | None:
    before: Any = None
    for record, case in steps:
        # Only answers, decisions and the day change what a case comes to.
        if case.assessment is not before and holds(case):
            return record
        before = case.assessment
    return None
