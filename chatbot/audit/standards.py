"""Standards over many cases: each case judged where it is replayed, then counted, month by month.

What a case comes to under a standard is one word in its row, so nothing is read twice and no answer leaves the worker.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

from chatbot.audit.charts import Point
from chatbot.audit.record_measures import measures_of
from chatbot.audit.row import Row
from chatbot.content.standards_file import StandardsFile, read_standards
from chatbot.core.case import Case
from chatbot.core.findings import FlagState
from chatbot.core.outcome import SHOWN_STATUSES
from chatbot.core.property_tree import ActionIs, FlagIs, PropertyNode
from chatbot.core.protocol import Protocol, RuleKind
from chatbot.core.standards import COUNTED, Judged, Measured, Result, Seen, Standard, judge
from chatbot.core.values import Truth
from chatbot.proof.situation import Situation, evaluate, situation_of
from chatbot.record.envelope import Record

MEASURE = "standards"
"""The name of this measure in ``Row.extra``."""

OLDER = "older"
"""Why nobody can tell: the content the case was made with does not have what the standard names."""


@dataclass(frozen=True, slots=True)
class JudgeCase:
    """A measure for the audit: what a case comes to under every standard of its protocol, ``result`` or
    ``result:detail`` by id. Nothing for a protocol without standards."""

    protocols: Path
    """The folder that holds protocols; standards are those of today, not of the day of the case."""

    def __call__(self, protocol: Protocol, case: Case, entries: tuple[Record, ...], row: Row) -> dict[str, str]:
        """Judge one case."""
        file = standards_of(self.protocols, protocol.id)
        if file is None:
            return {}
        bound = bound_standards(self.protocols, protocol)
        seen = seen_of(protocol, case, measures_of(protocol, case, row))
        return {name: _word(judge(bound[name], seen)) if name in bound else _older() for name in file.ids}


@cache
def standards_of(protocols: Path, name: str) -> StandardsFile | None:
    """Return the standards of a protocol by its id; None where it has none. Read once in this process.

    Raises: ContentError.
    """
    return read_standards(protocols / name)


@lru_cache(maxsize=16)
def bound_standards(protocols: Path, protocol: Protocol) -> Mapping[str, Standard]:
    """Return the standards that fit the content a case was made with."""
    file = standards_of(protocols, protocol.id)
    return {} if file is None else file.bound(protocol)


def _word(judged: Judged) -> str:
    return f"{judged.result}:{judged.excuse}" if judged.excuse else str(judged.result)


def _older() -> str:
    return f"{Result.CANNOT_TELL}:{OLDER}"


def seen_of(protocol: Protocol, case: Case, measures: Mapping[str, Measured]) -> Seen:
    """Return what is known of a case at its end, ready to be judged."""
    situation = situation_of(protocol, case)

    def says(node: PropertyNode) -> Truth:
        return _three_valued(node, situation)

    return Seen(
        says=says,
        measures=measures,
        decisions={rule: (made.decision, made.code) for rule, made in case.decisions.items()},
        asked_for=frozenset(rule for rule, status in situation.outcome.statuses.items() if status in SHOWN_STATUSES),
    )


def _three_valued(node: PropertyNode, situation: Situation) -> Truth:
    """Evaluate what a plan says, but where it leaves open what is so, nobody knows."""
    match node:
        case FlagIs(flag, states) if FlagState.CANNOT_EXCLUDE not in states:
            state = situation.outcome.flags[flag]
            return None if state is FlagState.CANNOT_EXCLUDE else state in states
        case ActionIs(action, "called_for"):
            if evaluate(node, situation) is True:
                return True
            waiting = {"precaution", "pending"}
            statuses = situation.outcome.statuses
            rules = situation.protocol.rules.values()
            having = (rule for rule in rules if rule.kind is RuleKind.DO and action in rule.actions)
            return None if any(statuses[rule.id] in waiting for rule in having) else False
    return evaluate(node, situation)


# --- counting -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Listed:
    """One case under one standard, for whoever looks into it."""

    file: str
    case: str
    month: str
    result: Result
    detail: str

    @property
    def counted(self) -> bool:
        """Whether it is among N."""
        return self.result in COUNTED


@dataclass(slots=True)
class Tally:
    """What the cases came to under one standard."""

    id: str
    protocol: str
    results: Counter[Result] = field(default_factory=Counter)
    excuses: Counter[str] = field(default_factory=Counter)
    """Exception to how many cases it excused."""
    older: int = 0
    """Of those nobody can tell of: made with content that the standard does not fit."""
    months: dict[str, Counter[Result]] = field(default_factory=dict)

    @property
    def met(self) -> int:
        """How many meet it: n."""
        return self.results[Result.MET]

    @property
    def of(self) -> int:
        """Of how many: N."""
        return sum(self.results[each] for each in COUNTED)

    @property
    def unmet(self) -> int:
        """How many of N do not, or do not say."""
        return self.of - self.met

    @property
    def cases(self) -> int:
        """All cases it was asked of."""
        return sum(self.results.values())

    def points(self) -> list[Point]:
        """Return the months that have a case among N, in order."""
        return [
            Point(month, found[Result.MET], of)
            for month, found in sorted(self.months.items())
            if (of := sum(found[each] for each in COUNTED))
        ]


@dataclass(slots=True)
class Counting:
    """Counts rows as they come; keeps the cases of one standard where somebody wants to look into it."""

    look_into: str | None = None
    tallies: dict[tuple[str, str], Tally] = field(default_factory=dict)
    """By protocol and standard, in the order they came."""
    listed: list[Listed] = field(default_factory=list)
    without: int = 0
    """Cases of a protocol that has no standards."""

    def add(self, row: Row) -> None:
        """Count one row; one that was not replayed is not counted."""
        if not row.sound:
            return
        found: Mapping[str, str] = row.extra.get(MEASURE, {})
        self.without += not found
        for name, word in found.items():
            result, _, detail = word.partition(":")
            judged = Result(result)
            tally = self.tallies.setdefault((row.protocol, name), Tally(name, row.protocol))
            tally.results[judged] += 1
            tally.months.setdefault(row.month, Counter())[judged] += 1
            if judged is Result.EXCEPTED:
                tally.excuses[detail] += 1
            tally.older += detail == OLDER
            if name == self.look_into:
                self.listed.append(Listed(row.file, row.case, row.month, judged, detail))

    def failing(self) -> list[Listed]:
        """Return the cases that do not meet the standard looked into, in the order they came."""
        return [each for each in self.listed if each.counted and each.result is not Result.MET]


def sample(listed: Iterable[Listed], size: int, seed: str) -> list[Listed]:
    """Draw cases among N for a manual review, half of those that meet the standard and half of those that do not.

    The draw depends on the seed and on the case codes alone, not on their order or on anything else in the folder:
    whoever repeats it gets the same cases, and one that was added later takes the place of at most one. Where one half
    has too few, the other fills up.
    """
    counted = sorted((each for each in listed if each.counted), key=lambda each: (_lot(seed, each.case), each.file))
    met = [each for each in counted if each.result is Result.MET]
    unmet = [each for each in counted if each.result is not Result.MET]
    of_unmet = min(len(unmet), max(size - size // 2, size - len(met)))
    of_met = min(len(met), size - of_unmet)
    chosen = [*unmet[:of_unmet], *met[:of_met]]
    # In the order of the lot, so that the reviewer does not learn beforehand what the count says.
    return sorted(chosen, key=lambda each: (_lot(seed, each.case), each.file))


def _lot(seed: str, case: str) -> str:
    return hashlib.sha256(f"backstory/sample/v1\n{seed}\n{case}".encode()).hexdigest()
