"""Coverage: which rules, guards, red flags, hypotheses and conflicts are shown in each of their states.

Only hand-written vignettes and cases count, only when they come out as expected and say why, and only for what their
``expect`` names: a state that is merely passed through is not looked at by anybody. Questions and options may also be
reached by generated witnesses, which are counted apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from chatbot.content.checks.vignettes import Run, Runs
from chatbot.content.checks.witnesses import Reached, reached
from chatbot.content.vignette_schema import ExpectModel
from chatbot.core.outcome import conflicts_shown, hypothesis_state
from chatbot.core.protocol import SAFETY_CATEGORY, Protocol, Rule
from chatbot.core.values import Truth

RECOMMENDED, NOT_RECOMMENDED = "recommended", "not recommended"

HELD_BACK = frozenset({"not_applicable", "withheld", "pending"})
"""Statuses of a rule that is not recommended; *check first* is recommended once something is known."""

UNLESS = "cleared by unless"
"""A red flag whose ``unless`` is true while its ``when`` is not false."""


@dataclass(frozen=True, slots=True, order=True)
class Goal:
    """One state in which something must be shown."""

    kind: str
    """rules, guards, red_flags, hypotheses or conflicts."""
    state: str
    name: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is shown, by whom, and what is not."""

    goals: tuple[Goal, ...]
    shown: dict[Goal, tuple[str, ...]]
    """Vignettes and cases that expect it."""
    passed: dict[Goal, tuple[str, ...]]
    """Those in which it comes out so and is not expected."""
    patients: int
    """Vignettes and cases that count."""
    reached: Reached

    @property
    def gaps(self) -> tuple[Goal, ...]:
        """What nobody shows."""
        return tuple(goal for goal in self.goals if goal not in self.shown)

    @property
    def complete(self) -> bool:
        """Whether everything is shown, and every question and option reached."""
        return not self.gaps and not self.reached.never

    def table(self) -> list[tuple[str, str, int, int]]:
        """Return (kind, state, how many are shown, how many there are)."""
        rows: dict[tuple[str, str], list[Goal]] = {}
        for goal in self.goals:
            rows.setdefault((goal.kind, goal.state), []).append(goal)
        return [
            (kind, state, sum(goal in self.shown for goal in goals), len(goals))
            for (kind, state), goals in rows.items()
        ]

    def lines(self) -> list[str]:
        """Return the table and the gaps as text."""
        found = [f"coverage by {self.patients} hand-written vignettes and cases:"]
        found += [
            f"  {kind.replace('_', ' '):<12} {state.replace('_', ' '):<18} {shown:>4} of {there}"
            for kind, state, shown, there in self.table()
        ]
        found += self.reached.lines()
        for kind, state, shown, there in self.table():
            if shown < there:
                names = [self._said(goal) for goal in self.gaps if (goal.kind, goal.state) == (kind, state)]
                found.append(f"  not shown, {kind.replace('_', ' ')} {state.replace('_', ' ')}: {', '.join(names)}")
        if any(goal in self.passed for goal in self.gaps):
            found.append("  (in brackets: where it comes out so and is not expected)")
        return found

    def _said(self, goal: Goal) -> str:
        return f"{goal.name} ({self.passed[goal][0]})" if goal in self.passed else goal.name

    def to_json(self) -> dict[str, Any]:
        """Return the coverage as JSON data."""
        return {
            "complete": self.complete,
            "patients": self.patients,
            "table": [
                {"kind": kind, "state": state, "shown": shown, "of": there}
                for kind, state, shown, there in self.table()
            ],
            "gaps": [
                {
                    "kind": goal.kind,
                    "id": goal.name,
                    "state": goal.state,
                    "comes_out_in": list(self.passed.get(goal, ())),
                }
                for goal in self.gaps
            ],
            "reached": self.reached.to_json(),
        }


def coverage(protocol: Protocol, runs: Runs) -> Coverage:
    """Return what the vignettes and cases of a protocol show. *runs* are those of its last check."""
    wanted = tuple(goals(protocol))
    known = frozenset(wanted)
    counting = [run for run in runs.by_name.values() if _counts(run)]
    shown: dict[Goal, tuple[str, ...]] = {}
    passed: dict[Goal, tuple[str, ...]] = {}
    for run in counting:
        said = known.intersection(expected(protocol, run))
        for goal in said:
            shown[goal] = (*shown.get(goal, ()), run.name)
        for goal in came_out(protocol, run):
            if goal not in said:
                passed[goal] = (*passed.get(goal, ()), run.name)
    cases = [run.case for run in counting if run.case is not None]
    return Coverage(wanted, shown, passed, len(counting), reached(protocol, cases))


def _counts(run: Run) -> bool:
    return run.case is not None and not run.found and run.patient is not None and run.patient.model.reason is not None


def goals(protocol: Protocol) -> Iterator[Goal]:
    """Yield every state that must be shown; what can come out in one way only need not come out in the other."""
    for rule in protocol.rules.values():
        yield Goal("rules", RECOMMENDED, rule.id)
    for rule in protocol.rules.values():
        if not _always_recommended(rule):
            yield Goal("rules", NOT_RECOMMENDED, rule.id)
    for state in ("true", "unknown"):
        for name in protocol.guards:
            yield Goal("guards", state, name)
    for state in ("present", "cannot_exclude", "clear"):
        for name in protocol.red_flags:
            yield Goal("red_flags", state, name)
    for name, flag in protocol.red_flags.items():
        if flag.unless is not None:
            yield Goal("red_flags", UNLESS, name)
    for state in ("supported", "unlikely"):
        for name in protocol.hypotheses:
            yield Goal("hypotheses", state, name)
    for name in protocol.conflicts:
        yield Goal("conflicts", "shown", name)


def _always_recommended(rule: Rule) -> bool:
    """Whether a rule is recommended whatever is answered: scope and guards hold no safety rule back."""
    return rule.category == SAFETY_CATEGORY and rule.when is None and rule.answers is None


def expected(protocol: Protocol, run: Run) -> Iterator[Goal]:
    """Yield what the ``expect`` of a vignette or case names, all of which came out so."""
    assert run.patient is not None
    expect = run.patient.model.expect
    for name in (*expect.must, *_with_status(expect, {RECOMMENDED})):
        yield Goal("rules", RECOMMENDED, name)
    for name in (*expect.must_not, *_with_status(expect, HELD_BACK)):
        yield Goal("rules", NOT_RECOMMENDED, name)
    for name, truth in expect.guards.items():
        yield from _guard(name, truth)
    for name in expect.present:
        yield Goal("red_flags", "present", name)
    for name in expect.cannot_exclude:
        yield Goal("red_flags", "cannot_exclude", name)
    for name in protocol.red_flags if expect.clear_all else expect.clear:
        yield Goal("red_flags", "clear", name)
    for name in expect.clear:
        if _cleared_by_unless(protocol, run, name):
            yield Goal("red_flags", UNLESS, name)
    for name, state in expect.hypotheses.items():
        yield Goal("hypotheses", state, name)
    for name in expect.conflicts:
        yield Goal("conflicts", "shown", name)


def _with_status(expect: ExpectModel, statuses: Iterable[str]) -> list[str]:
    return [name for name, status in expect.rules.items() if status in statuses]


def _guard(name: str, truth: Truth) -> Iterator[Goal]:
    if truth is not False:
        yield Goal("guards", "true" if truth else "unknown", name)


def _cleared_by_unless(protocol: Protocol, run: Run, name: str) -> bool:
    assert run.case is not None
    flag, facts = protocol.red_flags[name], run.case.assessment.facts
    unless = None if flag.unless is None else flag.unless.evaluate(facts)
    return unless is True and flag.when.evaluate(facts) is not False


def came_out(protocol: Protocol, run: Run) -> Iterator[Goal]:
    """Yield every state that came out, expected or not."""
    assert run.case is not None and run.outcome is not None
    facts = run.case.assessment.facts
    for name, status in run.outcome.statuses.items():
        if status == RECOMMENDED or status in HELD_BACK:
            yield Goal("rules", RECOMMENDED if status == RECOMMENDED else NOT_RECOMMENDED, name)
    for name, truth in run.outcome.guards.items():
        yield from _guard(name, truth)
    for name, state in run.outcome.flags.items():
        yield Goal("red_flags", state.value, name)
        if _cleared_by_unless(protocol, run, name):
            yield Goal("red_flags", UNLESS, name)
    for name, hypothesis in protocol.hypotheses.items():
        yield Goal("hypotheses", hypothesis_state(hypothesis, facts), name)
    for name in conflicts_shown(protocol, run.outcome.statuses):
        yield Goal("conflicts", "shown", name)
