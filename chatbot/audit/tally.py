"""Counts over rows, one after the other: nothing of a row is kept but what it adds to a count.

Times are counted by the second, so that medians and centiles are exact and take no more room than there are different
times. Lists are cut at ``LISTED``; how many there were is counted all the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from chatbot.audit.row import NOT_OVER, VERDICTS, Row

LISTED = 500
"""Problems that are kept to be listed."""

WITHIN = 5 * 60
"""Seconds within which an alarm ought to be acknowledged."""

URGENCIES = ("emergency", "same_day", "urgent", "routine")


class Times:
    """Whole seconds, counted. Quantiles are exact."""

    def __init__(self) -> None:
        self.counts: Counter[int] = Counter()

    def add(self, seconds: int) -> None:
        """Count one."""
        self.counts[seconds] += 1

    def __len__(self) -> int:
        return self.counts.total()

    def quantile(self, hundredths: int) -> int | None:
        """Return the smallest time that at least so many hundredths do not exceed; None where there is none."""
        total = len(self)
        if not total:
            return None
        need, seen = max(1, -(-total * hundredths // 100)), 0
        for seconds in sorted(self.counts):
            seen += self.counts[seconds]
            if seen >= need:
                return seconds
        raise AssertionError("a count without its times")  # pragma: no cover

    def until(self, seconds: int) -> int:
        """Return how many do not exceed *seconds*."""
        return sum(count for each, count in self.counts.items() if each <= seconds)

    def to_json(self) -> dict[str, Any]:
        """Return number, median and centiles in minutes."""
        ends = {f"p{each}": self.quantile(each) for each in (10, 25, 50, 75, 90)}
        return {"n": len(self), **{name: None if each is None else round(each / 60, 2) for name, each in ends.items()}}


@dataclass
class Group:
    """What is counted of the cases of one month, or of one actor."""

    cases: int = 0
    urgency: Counter[str] = field(default_factory=Counter)
    safety: Times = field(default_factory=Times)


@dataclass
class Tally:
    """Everything an audit counts. Only cases that were replayed are counted beyond their verdict."""

    by: str = "month"
    """What cases are grouped by: month or actor."""
    files: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    codes: Counter[int] = field(default_factory=Counter)
    anchors: Counter[str] = field(default_factory=Counter)
    """How files stand to the register of cases."""
    signatures: Counter[str] = field(default_factory=Counter)
    """How signed checkpoints stand, where a key is trusted."""
    sealed: int = 0
    """Encrypted cases."""
    disposed: list[str] = field(default_factory=list)
    """Cases that only the register still knows, in words."""
    problems: list[str] = field(default_factory=list)
    problem_count: int = 0
    others: list[str] = field(default_factory=list)
    other_count: int = 0
    phases: Counter[str] = field(default_factory=Counter)
    urgency: Counter[str] = field(default_factory=Counter)
    scope: Counter[str] = field(default_factory=Counter)
    records: int = 0
    asked: int = 0
    resolved: int = 0
    read_back: int = 0
    plans: int = 0
    signed: int = 0
    amendments: int = 0
    safety: Times = field(default_factory=Times)
    whole: Times = field(default_factory=Times)
    sections: dict[str, Times] = field(default_factory=dict)
    alarms: Times = field(default_factory=Times)
    alarms_open: int = 0
    """Alarms that were never acknowledged."""
    states: dict[str, Counter[str]] = field(default_factory=dict)
    """Question to how often it stands in which state."""
    safety_questions: set[str] = field(default_factory=set)
    corrections: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    lowering: Counter[str] = field(default_factory=Counter)
    """Coded reason of corrections that lowered the urgency."""
    lowering_again: int = 0
    """Of those, how many were corrected again afterwards."""
    cases_lowered: int = 0
    recommended: Counter[str] = field(default_factory=Counter)
    """Rule to how many final plans ask for it."""
    decided: dict[str, Counter[str]] = field(default_factory=dict)
    """Rule to accept, modify and decline."""
    why: dict[str, Counter[str]] = field(default_factory=dict)
    """Rule to the coded reasons it was declined for."""
    left_open: dict[str, Counter[str]] = field(default_factory=dict)
    """Safety question to the coded reasons it was left open for."""
    cases_left_open: int = 0
    flags: dict[str, Counter[str]] = field(default_factory=dict)
    early: Counter[str] = field(default_factory=Counter)
    cases_early: int = 0
    places: dict[str, list[int]] = field(default_factory=dict)
    """Safety question to how often it was answered, and the sum of its places in the order."""
    groups: dict[str, Group] = field(default_factory=dict)

    def add(self, row: Row) -> None:
        """Count one file."""
        if row.verdict == "OTHER":
            self.other(f"{row.file}: {NOT_OVER if NOT_OVER in row.problems else 'not a transcript'}")
            return
        self.files += 1
        self.verdicts[row.verdict] += 1
        self.codes[row.exit_code] += 1
        self.sealed += row.sealed
        if row.anchored:
            self.anchors[row.anchored] += 1
        if row.signed_state:
            self.signatures[row.signed_state] += 1
        for problem in row.problems:
            self.problem(problem)
        if row.sound:
            self._case(row)

    def problem(self, said: str, code: int = 0) -> None:
        """Note what is not as it should be, of a case or of the folder; *code*: what it ends the audit with."""
        self.problem_count += 1
        self.codes[code] += 1
        if len(self.problems) < LISTED:
            self.problems.append(said)

    def dispose(self, said: str) -> None:
        """Count a case that was disposed of: it has no file, and nothing is wrong with that."""
        self.verdicts["DISPOSED"] += 1
        if len(self.disposed) < LISTED:
            self.disposed.append(said)

    def other(self, said: str) -> None:
        """Note what is no transcript."""
        self.other_count += 1
        if len(self.others) < LISTED:
            self.others.append(said)

    def _case(self, row: Row) -> None:
        self.phases[row.phase] += 1
        self.urgency[row.plan_urgency] += 1
        self.scope[row.scope] += 1
        self.records += row.records
        self.asked += row.safety_asked
        self.resolved += row.safety_resolved
        self.read_back += row.read_back
        self.plans += row.plans > 0
        self.signed += row.signed
        self.whole.add(row.seconds)
        if row.safety_seconds is not None:
            self.safety.add(row.safety_seconds)
        for section, seconds in row.section_seconds.items():
            self.sections.setdefault(section, Times()).add(seconds)
        for alarm in row.alarms:
            if alarm.seconds is None:
                self.alarms_open += 1
            else:
                self.alarms.add(alarm.seconds)
        self._questions(row)
        self._corrections(row)
        self._decisions(row)
        for flag, state in row.flags.items():
            self.flags.setdefault(flag, Counter())[state] += 1
        names: Iterable[str] = (row.month,) if self.by == "month" else row.names
        for name in names:
            group = self.groups.setdefault(name, Group())
            group.cases += 1
            group.urgency[row.plan_urgency] += 1
            if row.safety_seconds is not None:
                group.safety.add(row.safety_seconds)

    def _questions(self, row: Row) -> None:
        for key, state in row.states.items():
            self.states.setdefault(key, Counter())[state] += 1
        self.safety_questions.update(row.order)
        for place, key in enumerate(row.order, 1):
            known = self.places.setdefault(key, [0, 0])
            known[0] += 1
            known[1] += place
        self.early.update(row.early)
        self.cases_early += bool(row.early)

    def _corrections(self, row: Row) -> None:
        for each in row.corrections:
            self.corrections[each.question] += 1
            self.reasons[each.because] += 1
            if each.lowered:
                self.lowering[each.because] += 1
                self.lowering_again += each.again
        self.cases_lowered += any(each.lowered for each in row.corrections)

    def _decisions(self, row: Row) -> None:
        for rule, status in row.statuses.items():
            if status in {"recommended", "precaution", "check_first"}:
                self.recommended[rule] += 1
        for rule, made in row.decisions.items():
            self.decided.setdefault(rule, Counter())[made.decision] += 1
            if made.decision == "decline":
                self.why.setdefault(rule, Counter())[made.code or "none"] += 1
        for key, left in row.left_open.items():
            self.left_open.setdefault(key, Counter())[left.code] += 1
        self.cases_left_open += bool(row.left_open)

    @property
    def sound(self) -> int:
        """Cases that were replayed to their end."""
        return self.phases.total()

    def verdict_counts(self) -> dict[str, int]:
        """Return the verdicts there are, in the order they are told."""
        return {verdict: self.verdicts[verdict] for verdict in VERDICTS if self.verdicts[verdict]}

    def without_value(self, *, safety: bool) -> list[tuple[str, int, Counter[str]]]:
        """Return (question, how often answered, states), the question most often without a value first.

        *safety*: those of the safety screen, else all others.
        """
        found = [
            (key, states.total(), states)
            for key, states in self.states.items()
            if (key in self.safety_questions) is safety and states.total() > states["known"]
        ]
        return sorted(found, key=lambda each: (each[2]["known"] - each[1], each[0]))

    def declined(self) -> list[tuple[str, int, int]]:
        """Return (rule, how often declined, how often decided), the most declined first."""
        found = [(rule, made["decline"], made.total()) for rule, made in self.decided.items() if made["decline"]]
        return sorted(found, key=lambda each: (-each[1], each[0]))


def ranked(counts: Counter[str]) -> list[tuple[str, int]]:
    """Return counts, the largest first, equal ones by name."""
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))
