"""Measures of one case, taken while it is replayed: how long, in which order, what was corrected, what was decided.

Time within a sitting is that of the clock nobody can set. Between two sittings nothing is counted: nobody was asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from chatbot.audit.row import Alarm, Correction, Decided, Left, Row
from chatbot.core import events as ev
from chatbot.core.case import Case, for_team
from chatbot.core.findings import FlagState, network
from chatbot.core.outcome import outcome
from chatbot.core.protocol import Protocol, QuestionType, Stage
from chatbot.core.urgency import plan_urgency, safety_asked, safety_resolved
from chatbot.core.values import moment_text
from chatbot.record.envelope import Record
from chatbot.record.replay import VerifyReport

Measure = Callable[[Protocol, Case, tuple[Record, ...], Row], Any]
"""A further measure of a case: from its protocol, the case at its end, its records and its row without such measures
to something ready for JSON. It runs where the case is replayed: a function of a module, or a value that is called."""

_ANSWERS = ev.AnswerGiven | ev.AnswerCorrected | ev.AnswerCarried
_SECOND = 1_000_000_000


class Watched:
    """Watches the replay of one case; ``row`` says what was seen."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.case: Case | None = None
        self.protocol: Protocol | None = None
        self.times: list[int] = []
        """Of every record, ``active`` when it was written."""
        self.active = 0
        """Nanoseconds from opening to the last record, without time suspended."""
        self._safety: int | None = None
        self._settled: int | None = None
        self._sections: dict[str, int] = {}
        self._alarms: list[Alarm] = []
        self._raised: dict[str, tuple[int, Record, int]] = {}
        """Flag that waits to be read: position in ``_alarms``, record, sitting."""
        self._corrections: list[Correction] = []
        self._lines: dict[str, int] = {}
        """Rule to the line of its last decision, and safety question to that of its reason."""
        self._shown: set[str] = set()
        self._order: dict[str, None] = {}
        self._early: dict[str, None] = {}
        self._actors: dict[str, None] = {}
        self.sittings = 1
        self._first = ""
        self._given = self._plans = 0
        self._signed = self._read_back = False

    def __call__(self, protocol: Protocol, entry: Record, before: Case | None, after: Case) -> None:
        """Take one step in."""
        event = entry.event
        passed = self._passed(entry)
        self.active += passed
        self.records.append(entry)
        self.times.append(self.active)
        self.protocol, self.case = protocol, after
        if not self._first:
            self._first = moment_text(after.as_of)
        self._actor(entry)
        if passed:
            section = _section(protocol, event, before)
            self._sections[section] = self._sections.get(section, 0) + passed
        if before is not None:
            self._step(protocol, entry, before, after)
        if self._safety is None and isinstance(event, _ANSWERS | ev.AnswerWithdrawn):
            if safety_asked(protocol, after.assessment):
                self._safety = self.active
        if self._settled is None and isinstance(event, _ANSWERS | ev.AnswerWithdrawn):
            if safety_resolved(protocol, after.assessment):
                self._settled = self.active

    def _passed(self, entry: Record) -> int:
        """Return the nanoseconds since the record before; 0 where a sitting begins."""
        if not self.records:
            return 0
        event, last = entry.event, self.records[-1]
        if isinstance(event, ev.CaseResumed):
            self.sittings += 1
            return 0
        if isinstance(event, ev.StorageRecovered) or isinstance(last.event, ev.CaseSuspended):
            return 0
        if isinstance(event, ev.ClockJumped) and event.monotonic_ms == 0:
            return 0
        # The clock of another process begins anew.
        return max(0, entry.mono_ns - last.mono_ns)

    def _actor(self, entry: Record) -> None:
        if isinstance(entry.event, ev.ActorChanged):
            self._actors[entry.event.name] = None

    def _step(self, protocol: Protocol, entry: Record, before: Case, after: Case) -> None:
        match entry.event:
            case ev.AnswerGiven(question):
                self._given += 1
                self._answered(protocol, question, before)
            case ev.AnswerCorrected(question) | ev.AnswerWithdrawn(question):
                self._corrected(protocol, entry, question, before, after)
            case ev.QuestionShown(question) if question:
                self._shown.add(question)
            case ev.AlarmRaised(flags):
                for flag in flags:
                    self._raised[flag] = (len(self._alarms), entry, self.sittings)
                    self._alarms.append(Alarm(flag, entry.line, None))
            case ev.AlarmAcknowledged(flags):
                for flag in flags:
                    if flag in self._raised:
                        at, raised, sitting = self._raised.pop(flag)
                        waited = _between(raised, entry, same=sitting == self.sittings)
                        self._alarms[at] = Alarm(flag, raised.line, waited)
            case ev.PlanDecided(rule):
                self._lines[f"rule {rule}"] = entry.line
            case ev.SafetyLeftOpen(question):
                self._lines[f"open {question}"] = entry.line
            case ev.PlanIssued():
                self._plans += 1
            case ev.CaseSigned():
                self._signed = True
            case ev.SafetyReadBack():
                self._read_back = True

    def _answered(self, protocol: Protocol, question: str, before: Case) -> None:
        if question in protocol.safety_questions:
            self._order.setdefault(question)
        elif self._safety is None:
            if question in (for_team(protocol, before) or ()):
                return  # what the receiving team of an emergency needs comes first
            late = network(protocol).stages[question] in {Stage.HISTORY, Stage.EXAMINATION}
            if late or protocol.questions[question].type is QuestionType.INSTRUMENT:
                self._early.setdefault(question)

    def _corrected(self, protocol: Protocol, entry: Record, question: str, before: Case, after: Case) -> None:
        event = entry.event
        assert isinstance(event, ev.AnswerCorrected | ev.AnswerWithdrawn)
        levels = (
            (before.urgency, after.urgency),
            (plan_urgency(protocol, before.assessment), plan_urgency(protocol, after.assessment)),
        )
        lowered = any(now.rank < was.rank for was, now in levels)
        self._corrections = [
            Correction(each.question, each.line, each.because, each.lowered, again=True)
            if each.question == question
            else each
            for each in self._corrections
        ]
        self._corrections.append(Correction(question, entry.line, event.because or "", lowered))

    def row(self, report: VerifyReport, *, identities: bool, measures: Mapping[str, Measure]) -> Row:
        """Return what was seen of a case that was replayed to its end."""
        case, protocol = self.case, self.protocol
        assert case is not None and protocol is not None
        assessment = case.assessment
        came_to = outcome(protocol, assessment)
        header = self.records[0]
        names = tuple(self._actors) or (header.actor,)
        entries = tuple(self.records)
        row = Row(
            file=str(report.path),
            verdict=report.verdict,
            exit_code=int(report.exit_code),
            problems=report.problems,
            anchored=report.anchoring.state,
            sealed=header.data.get("enc") is not None,
            head=report.head,
            case=report.case,
            kind=report.kind,
            label=report.label if identities else "",
            subject=report.subject if identities else "",
            names=names if identities else (),
            actors=len(names),
            protocol=protocol.id,
            version=protocol.version,
            digest=protocol.digest,
            opened=header.t,
            as_of=self._first,
            sittings=self.sittings,
            records=report.records,
            given=self._given,
            phase=report.phase,
            urgency=report.urgency,
            plan_urgency=came_to.urgency.value,
            scope=came_to.scope.value,
            safety_asked=safety_asked(protocol, assessment),
            safety_resolved=safety_resolved(protocol, assessment),
            # An amendment begins with all that was signed: nobody waited for it.
            safety_seconds=None if self._safety is None or case.amends else self._safety // _SECOND,
            settled_seconds=None if self._settled is None or case.amends else self._settled // _SECOND,
            seconds=self.active // _SECOND,
            section_seconds={name: each // _SECOND for name, each in self._sections.items()},
            alarms=tuple(self._alarms),
            shown=len(self._shown),
            states={
                key: "known" if answer.value is not None else str(answer.status)
                for key, answer in case.answers.items()
                if assessment.applies[key] is not False
            },
            corrections=tuple(self._corrections),
            statuses={rule: status for rule, status in came_to.statuses.items() if status != "not_applicable"},
            decisions={
                rule: Decided(made.decision, made.code or "", self._lines[f"rule {rule}"])
                for rule, made in case.decisions.items()
            },
            plans=self._plans,
            signed=self._signed,
            read_back=self._read_back,
            left_open={key: Left(left.code, self._lines[f"open {key}"]) for key, left in case.left_open.items()},
            flags={name: state.value for name, state in came_to.flags.items() if state is not FlagState.CLEAR},
            order=tuple(self._order),
            early=tuple(self._early),
            links=len(report.bonds),
        )
        if not measures:
            return row
        return replace(row, extra={name: measure(protocol, case, entries, row) for name, measure in measures.items()})


def _section(protocol: Protocol, event: ev.Event, before: Case | None) -> str:
    """Return the section whose question took the time up to an event."""
    if isinstance(event, _ANSWERS | ev.AnswerWithdrawn | ev.QuestionPostponed):
        return protocol.questions[event.question].section
    shown = None if before is None else before.shown
    return "" if shown is None else protocol.questions[shown].section


def _between(first: Record, second: Record, *, same: bool) -> int:
    """Return whole seconds between two records, *same*: of one sitting."""
    if same and second.mono_ns >= first.mono_ns:
        return (second.mono_ns - first.mono_ns) // _SECOND
    # Across sittings an emergency goes on waiting.
    passed = datetime.fromisoformat(second.t) - datetime.fromisoformat(first.t)
    return max(0, int(passed.total_seconds()))
