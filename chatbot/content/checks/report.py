"""The report of ``backstory check`` for one protocol."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from chatbot.content.checks import (
    Memory,
    alarm_table,
    certificate,
    check_package,
    examine,
    governance,
    languages,
    reading,
)
from chatbot.content.checks.coverage import Coverage, coverage
from chatbot.content.diagnostics import Diagnostic, errors, in_order, refuse
from chatbot.content.ids import FILE, write_ids
from chatbot.content.library import shown_path
from chatbot.content.package import read_package
from chatbot.core.approvals import with_review
from chatbot.core.findings import network
from chatbot.core.protocol import Protocol
from chatbot.errors import StorageError


@dataclass(frozen=True, slots=True)
class Report:
    """What was checked and what was found."""

    path: str
    found: tuple[Diagnostic, ...]
    protocol: Protocol | None
    """None when there are errors."""
    vignettes: int
    release: bool = False
    """Whether it was checked as a release, which may have no warning."""
    tables: tuple[str, ...] = ()
    """A line for each table of an alarm symptom."""
    reading: str = ""
    """How hard the patient's texts are to read, in one line; empty where the content states no limits."""
    cases: int = 0
    coverage: Coverage | None = None
    """What vignettes and cases show, where that was asked for."""
    languages: tuple[str, ...] = ()
    """A line for each further language."""
    proof: str = ""
    """What is proved, in one line; empty where nothing is stated."""

    @property
    def failed(self) -> bool:
        """Whether the content has an error."""
        return self.protocol is None

    @property
    def held_back(self) -> bool:
        """Whether a release was asked for and something is still missing."""
        return self.release and bool(self.found)

    @property
    def holds(self) -> bool:
        """Whether everything that was asked for besides an error-free content is met."""
        return not self.held_back and (self.coverage is None or self.coverage.complete)

    def counts(self) -> dict[str, int]:
        """Return how many of everything there are."""
        protocol = self.protocol
        if protocol is None:
            return {}
        asked = {
            question.id if question.group is None else f"{question.group}.{question.id.rsplit('.', 1)[1]}"
            for question in protocol.questions.values()
        }
        return {
            "questions": len(asked),
            "safety screen": len(protocol.safety_questions),
            "findings": len(protocol.findings),
            "red flags": len(protocol.red_flags),
            "guards": len(protocol.guards),
            "rules": len(protocol.rules),
            "hypotheses": len(protocol.hypotheses),
            "conflicts": len(protocol.conflicts),
            "references": len(protocol.references),
            "vignettes": self.vignettes,
            **({"cases": self.cases} if self.cases else {}),
        }

    def safety_screen(self) -> list[str]:
        """Return the safety screen in the order of asking."""
        if self.protocol is None:
            return []
        return [key for key in network(self.protocol).ask_order if key in self.protocol.safety_questions]

    def render(self) -> str:
        """Return the report as text."""
        lines = [each.render() for each in self.found]
        wrong = len(errors(self.found))
        if self.protocol is None:
            return "\n".join([*lines, f"{self.path}: {wrong} error{'' if wrong == 1 else 's'}"])
        warned = len(self.found)
        if warned:
            what = "not ready for release" if self.held_back else f"{warned} warning{'' if warned == 1 else 's'}"
            lines.append(f"{self.path}: {what}")
        lines += [
            f"{self.path}: no errors ({self.protocol.content_status})",
            "  " + ", ".join(f"{count} {what}" for what, count in self.counts().items()),
            f"  digest {self.protocol.digest}",
            f"  safety screen: {', '.join(self.safety_screen())}",
            *(f"  alarm table {line}" for line in self.tables),
            *([] if self.coverage is None else (f"  {line}" for line in self.coverage.lines())),
            *([f"  reading ease: {self.reading}"] if self.reading else []),
            *(f"  language {line}" for line in self.languages),
            *([f"  proved: {self.proof}"] if self.proof else []),
        ]
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON data."""
        return {
            "path": self.path,
            "ok": not self.failed and self.holds,
            "digest": None if self.protocol is None else self.protocol.digest,
            "content_status": None if self.protocol is None else self.protocol.content_status,
            "counts": self.counts(),
            "safety_screen": self.safety_screen(),
            "alarm_tables": list(self.tables),
            **({} if self.coverage is None else {"coverage": self.coverage.to_json()}),
            "reading_ease": self.reading,
            "languages": list(self.languages),
            "proof": self.proof,
            "diagnostics": [each.to_json() for each in self.found],
        }


def check_protocol(
    path: Path,
    memory: Memory | None = None,
    *,
    today: date | None = None,
    release: bool = False,
    listed: bool = False,
    covered: bool = False,
) -> Report:
    """Check the protocol in a folder, with its vignettes. *today* is the day review dates are held against.

    *memory* keeps what the next check need not do again; *listed* names each text that reads harder than its target;
    *covered* works out what vignettes and cases show.
    """
    memory = memory or Memory()
    package = read_package(path, shown_path(path), memory=memory.files)
    found, protocol = examine(package, memory, today=today, release=release, listed=listed)
    tables = () if protocol is None else tuple(alarm_table.lines(package, protocol))
    ease = "" if protocol is None else reading.measure(package).line()
    shown = coverage(protocol, memory.runs) if covered and protocol is not None else None
    cases = sum(len(file.model.cases) for file in package.cases)
    problems, vignettes = tuple(in_order(found)), len(package.vignettes)
    spoken = () if protocol is None else tuple(languages.lines(package))
    proof = "" if protocol is None else certificate.line(package, protocol)
    # What it says of itself is what the approvals bear out.
    protocol = None if protocol is None else with_review(protocol, governance.review(package))
    return Report(shown_path(path), problems, protocol, vignettes, release, tables, ease, cases, shown, spoken, proof)


def add_ids(path: Path) -> list[str]:
    """Add the new ids of the protocol in a folder to its ledger. Returns a line for each kind.

    Raises: ContentError when the protocol has an error: an id that is wrong today must not stand for ever.
    """
    package = read_package(path, shown_path(path), vignettes=False)
    refuse([*package.found, *check_package(package)])
    try:
        added = write_ids(package)
    except OSError as error:
        raise StorageError(
            f"cannot write {shown_path(path / FILE)}: {error.strerror}", hint="check rights and space"
        ) from error
    return [f"{kind}: {', '.join(names)}" for kind, names in added.items()]
