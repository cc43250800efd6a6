"""What an audit knows as tables of columns, for SQL and for files: cases, events, answers, recommendations, flags.

Filled where a case is replayed and carried in columns, so that nothing is read twice. Private answers, free texts and
what red flags say of private answers are covered unless somebody asks to see them; comments and notes never leave.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from chatbot.audit.measure import Watched
from chatbot.audit.row import Row
from chatbot.core import events as ev
from chatbot.core.answers import answer_text
from chatbot.core.case import Case
from chatbot.core.outcome import outcome
from chatbot.core.protocol import Protocol, QuestionType
from chatbot.core.taint import taint
from chatbot.core.urgency import contribution
from chatbot.core.values import moment_text

Tables = Mapping[str, list[tuple[Any, ...]]]
"""Table to its rows, each in the order of ``COLUMNS``."""

COVERED = "(covered)"
"""Stands for what is not shown."""

COLUMNS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "cases": (
        ("file", "text"),
        ("case", "text"),
        ("kind", "text"),
        ("verdict", "text"),
        ("label", "text"),
        ("subject", "text"),
        ("protocol", "text"),
        ("version", "text"),
        ("digest", "text"),
        ("opened", "time"),
        ("as_of", "text"),
        ("month", "text"),
        ("sittings", "int"),
        ("records", "int"),
        ("actors", "int"),
        ("phase", "text"),
        ("urgency", "text"),
        ("plan_urgency", "text"),
        ("scope", "text"),
        ("safety_asked", "bool"),
        ("safety_resolved", "bool"),
        ("safety_minutes", "number"),
        ("minutes", "number"),
        ("questions", "int"),
        ("without_value", "int"),
        ("corrections", "int"),
        ("plans", "int"),
        ("signed", "bool"),
        ("read_back", "bool"),
        ("early_questions", "int"),
        ("problems", "int"),
        ("anchored", "text"),
        ("signatures", "text"),
        ("encrypted", "bool"),
    ),
    "events": (
        ("file", "text"),
        ("case", "text"),
        ("line", "int"),
        ("at", "time"),
        ("minutes", "number"),
        ("type", "text"),
        ("actor", "text"),
        ("question", "text"),
        ("status", "text"),
        ("source", "text"),
        ("via", "text"),
        ("because", "text"),
        ("lowered", "bool"),
        ("rule", "text"),
        ("decision", "text"),
        ("code", "text"),
        ("flags", "text"),
    ),
    "answers": (
        ("file", "text"),
        ("case", "text"),
        ("question", "text"),
        ("section", "text"),
        ("safety", "bool"),
        ("applies", "bool"),
        ("state", "text"),
        ("value", "text"),
        ("source", "text"),
        ("via", "text"),
        ("given", "text"),
        ("corrections", "int"),
        ("left_open", "text"),
    ),
    "recommendations": (
        ("file", "text"),
        ("case", "text"),
        ("rule", "text"),
        ("title", "text"),
        ("kind", "text"),
        ("category", "text"),
        ("status", "text"),
        ("within", "text"),
        ("decision", "text"),
        ("code", "text"),
    ),
    "flags": (
        ("file", "text"),
        ("case", "text"),
        ("flag", "text"),
        ("title", "text"),
        ("state", "text"),
        ("urgency", "text"),
        ("alarm_line", "int"),
        ("alarm_seconds", "int"),
    ),
}
"""Table to its columns, with what they hold. ``time`` is UTC; ``number`` has one decimal."""


def tables_of(row: Row, watched: Watched, wanted: frozenset[str], show_private: bool) -> Tables:
    """Return the rows one replayed case adds to each table that is wanted."""
    assert watched.case is not None and watched.protocol is not None
    teller = _Teller(row, watched, watched.protocol, watched.case, show_private)
    fill: dict[str, Callable[[], Iterable[tuple[Any, ...]]]] = {
        "cases": lambda: [case_row(row)],
        "events": teller.events,
        "answers": teller.answers,
        "recommendations": teller.recommendations,
        "flags": teller.flags,
    }
    return {name: list(fill[name]()) for name in COLUMNS if name in wanted}


def case_row(row: Row) -> tuple[Any, ...]:
    """Return a row of the table of cases, also for a file that could not be replayed."""
    without = sum(state != "known" for state in row.states.values())
    if not row.sound:
        empty: list[Any] = [None] * (len(COLUMNS["cases"]) - 8)
        known = (row.file, row.case or None, row.kind or None, row.verdict)
        return (*known, *empty, len(row.problems), *_anchors(row))
    return (
        *(row.file, row.case, row.kind, row.verdict, row.label or None, row.subject or None),
        *(row.protocol, row.version, row.digest, row.opened, row.as_of, row.month),
        *(row.sittings, row.records, row.actors, row.phase, row.urgency, row.plan_urgency, row.scope),
        *(row.safety_asked, row.safety_resolved, minutes(row.safety_seconds), minutes(row.seconds)),
        *(len(row.states), without, len(row.corrections), row.plans, row.signed, row.read_back),
        *(len(row.early), len(row.problems), *_anchors(row)),
    )


def _anchors(row: Row) -> tuple[Any, ...]:
    return row.anchored or None, row.signed_state or None, row.sealed


def minutes(seconds: int | None) -> float | None:
    """Return seconds as minutes with one decimal."""
    return None if seconds is None else round(seconds / 60, 1)


class _Teller:
    def __init__(self, row: Row, watched: Watched, protocol: Protocol, case: Case, show_private: bool) -> None:
        self.row, self.watched, self.protocol, self.case = row, watched, protocol, case
        self.names = bool(row.names)
        told = taint(protocol)
        self.covered = frozenset() if show_private else told.questions
        self.covered_flags = frozenset() if show_private else told.red_flags
        self.show_texts = show_private

    def events(self) -> Iterable[tuple[Any, ...]]:
        lowered = {each.line: each.lowered for each in self.row.corrections}
        for entry, active in zip(self.watched.records, self.watched.times, strict=True):
            event = entry.event
            told = self.covered_flags.intersection(getattr(event, "flags", ()))
            flags = ",".join(COVERED if flag in told else flag for flag in getattr(event, "flags", ()))
            code = getattr(event, "code", None)
            yield (
                *(self.row.file, self.row.case, entry.line, entry.t, minutes(active // 1_000_000_000), entry.type),
                entry.actor if self.names else None,
                getattr(event, "question", None) or None,
                self._status(event),
                *(getattr(event, "source", None), getattr(event, "via", None), getattr(event, "because", None)),
                lowered.get(entry.line),
                *(getattr(event, "rule", None), getattr(event, "decision", None), code, flags or None),
            )

    @staticmethod
    def _status(event: ev.Event) -> str | None:
        if not isinstance(event, ev.AnswerGiven | ev.AnswerCorrected | ev.AnswerCarried):
            return None
        return event.status or ("known" if event.value is not None else None)

    def answers(self) -> Iterable[tuple[Any, ...]]:
        corrected: dict[str, int] = {}
        for each in self.row.corrections:
            corrected[each.question] = corrected.get(each.question, 0) + 1
        for key, answer in self.case.answers.items():
            question = self.protocol.questions[key]
            hidden = key in self.covered or (question.type is QuestionType.TEXT and not self.show_texts)
            value = None
            if answer.value is not None:
                value = COVERED if hidden else answer_text(self.protocol.labels, question, answer, "clinician")
            left = self.row.left_open.get(key)
            yield (
                *(self.row.file, self.row.case, key, question.section, key in self.protocol.safety_questions),
                self.case.assessment.applies[key] is not False,
                "known" if answer.value is not None else str(answer.status),
                *(value, answer.source.value, answer.via, moment_text(answer.given), corrected.get(key, 0)),
                None if left is None else left.code,
            )

    def recommendations(self) -> Iterable[tuple[Any, ...]]:
        for rule, status in outcome(self.protocol, self.case.assessment).statuses.items():
            known, made = self.protocol.rules[rule], self.row.decisions.get(rule)
            yield (
                *(self.row.file, self.row.case, rule, known.title.clinician, known.kind.value, known.category),
                *(status, known.within),
                *((None, None) if made is None else (made.decision, made.code or None)),
            )

    def flags(self) -> Iterable[tuple[Any, ...]]:
        alarms = {each.flag: each for each in self.row.alarms}
        for name, flag in self.protocol.red_flags.items():
            state = self.case.assessment.flags[name]
            urgency, alarm = contribution(flag, state), alarms.get(name)
            if name in self.covered_flags:
                yield (self.row.file, self.row.case, name, flag.title.clinician, COVERED, None, None, None)
                continue
            yield (
                *(self.row.file, self.row.case, name, flag.title.clinician, state.value),
                None if urgency is None else urgency.value,
                *((None, None) if alarm is None else (alarm.line, alarm.seconds)),
            )
