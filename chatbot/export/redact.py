"""A case without what tells whose it is: names, labels, codes, free text, local facts and days are taken out. Pure.

What remains is what the protocol itself offers to be answered, in its order, with the distances between days. Every
kind of event is named here, so that a new one cannot pass unread.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar, assert_never

from chatbot.core import events as ev
from chatbot.core.case import Case
from chatbot.core.outcome import Outcome, outcome
from chatbot.core.protocol import Protocol, QuestionType
from chatbot.core.site import region_kept
from chatbot.core.taint import Taint, taint
from chatbot.core.values import Stored, moment_text, parse_moment, parse_span

REMOVED = "[removed]"
"""Stands where a text was."""

LABEL = "REDACTED"

DIGEST = "0" * 64
"""Stands where a hash of something was: the hash of a short text gives the text away."""

KIND = "practice"
"""The kind of every redacted case, so that none is ever taken for a clinical one."""

_CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")
_ROLES = frozenset({"clinician", "trainee", "auditor", "author", "role not said"})

_Answered = TypeVar("_Answered", ev.AnswerGiven, ev.AnswerCorrected, ev.AnswerCarried)


@dataclass
class Redactor:
    """Takes one case apart. Names and codes get the same stand-in wherever they stand in it."""

    protocol: Protocol
    new_code: Callable[[], str]
    """Gives a case code that was never used."""
    days: int = 0
    """By how many days every day is moved."""
    teaching: bool = False
    """Private answers, and all that hangs on them, are taken out too."""
    _people: dict[str, str] = field(default_factory=dict)
    _codes: dict[str, str] = field(default_factory=dict)

    # --- stand-ins ---

    def person(self, name: str) -> str:
        """Return what stands for somebody who was at the keyboard: ``person 1``, ``person 2``, …"""
        return self._people.setdefault(name, f"person {len(self._people) + 1}") if name else ""

    def code(self, case: str) -> str:
        """Return the code that stands for a case."""
        if case not in self._codes:
            self._codes[case] = self.new_code()
        return self._codes[case]

    def moved(self, moment: str) -> str:
        """Return a stored moment, or a day, as many days away."""
        shifted = parse_moment(moment) + timedelta(days=self.days)
        return moment_text(shifted)[: len(moment)]

    def moved_span(self, text: str) -> str:
        """Return a stored date, whole or partial, as many days away: a month becomes the month of its middle.

        A span that holds the moment of asking keeps holding it only by luck; whoever folds the case finds out.
        """
        return "/".join(self._moved_point(point) for point in text.split("/"))

    def _moved_point(self, point: str) -> str:
        if len(point) >= len("2025-01-01"):
            return self.moved(point)
        span = parse_span(point)
        middle = span.first + (span.last - span.first) / 2 + timedelta(days=self.days)
        return moment_text(middle)[: len(point)]

    def value(self, question: str, value: Stored | None) -> Stored | None:
        """Return a stored answer without text and days."""
        asked = self.protocol.questions[question]
        if value is None:
            return None
        if asked.type is QuestionType.TEXT:
            return REMOVED
        if asked.type is QuestionType.DATE:
            return self.moved_span(str(value))
        return value

    # --- events ---

    @property
    def hidden(self) -> Taint | None:
        """What is taken out for teaching; None when private answers stay."""
        return taint(self.protocol) if self.teaching else None

    def hides_question(self, key: str | None) -> bool:
        """Whether a question, or its being asked, is taken out."""
        hidden = self.hidden
        return hidden is not None and key is not None and key in hidden.questions

    def hides_rule(self, name: str) -> bool:
        """Whether that a rule came up is taken out."""
        hidden = self.hidden
        return hidden is not None and name in hidden.rules

    def flags(self, names: Sequence[str]) -> list[str]:
        """Return the red flags that may be told of."""
        hidden = self.hidden
        return [name for name in names if hidden is None or name not in hidden.red_flags]

    def event(self, event: ev.Event) -> ev.Event | None:
        """Return an event without what tells whose case it is; None when the whole event is taken out.

        Digests of plans come out empty: they are computed when the case is folded. Raises: ValueError for a day that
        cannot be moved; KeyError for a question the protocol does not have.
        """
        match event:
            case ev.CaseOpened():
                return replace(
                    event,
                    case=self.code(event.case),
                    kind=KIND,
                    as_of=self.moved(event.as_of),
                    label=LABEL,
                    subject="",
                    amends=None if event.amends is None else self.code(event.amends),
                    follows=None if event.follows is None else self.code(event.follows),
                )
            case ev.CaseResumed(as_of):
                return ev.CaseResumed(self.moved(as_of))
            case ev.CaseAbandoned():
                return ev.CaseAbandoned(REMOVED)
            case ev.CaseSigned() | ev.PlanIssued():
                return replace(event, digest="")
            case ev.ActorChanged(name, role, known):
                return ev.ActorChanged(self.person(name), role if role in _ROLES else REMOVED, known)
            case ev.RecapRead() | ev.SafetyReadBack():
                return replace(event, digest=DIGEST)
            case ev.QuestionShown(question, wording):
                return None if self.hides_question(question) else ev.QuestionShown(question, DIGEST if wording else "")
            case ev.AnswerGiven():
                return self.answer(event)
            case ev.AnswerCorrected():
                return self.answer(event)
            case ev.AnswerCarried(by=by):
                kept = self.answer(event)
                by = None if by is None else self.person(by)
                return None if kept is None else replace(kept, case=self.code(event.case), by=by)
            case ev.AnswerWithdrawn(question, because):
                return None if self.hides_question(question) else ev.AnswerWithdrawn(question, _coded(because))
            case ev.QuestionPostponed(question):
                return None if self.hides_question(question) else event
            case ev.NoteAdded(_, question):
                return None if self.hides_question(question) else ev.NoteAdded(REMOVED, question)
            case ev.AlarmRaised(flags) | ev.AlarmAcknowledged(flags) | ev.InterviewWidened(flags):
                told = self.flags(flags)
                return replace(event, flags=told) if told else None
            case ev.SitePinned(facts):
                return ev.SitePinned(region_kept(facts))
            case ev.PlanDecided(rule, decision, code, _):
                return None if self.hides_rule(rule) else ev.PlanDecided(rule, decision, _coded_or_none(code), None)
            case ev.RefusalInformed(rule, statements, comment):
                if self.hides_rule(rule):
                    return None
                said = {name: text if text in {"yes", "no"} else REMOVED for name, text in statements.items()}
                return ev.RefusalInformed(rule, said, REMOVED if comment else "")
            case ev.PreviousPinned(previous, first, chain):
                return ev.PreviousPinned(self.pinned(previous), self.pinned(first), [self.code(each) for each in chain])
            case ev.AmendedPinned(case, _, chain, held):
                kept_flags = set(self.flags(list(held)))
                states = {name: state for name, state in held.items() if name in kept_flags}
                return ev.AmendedPinned(self.code(case), DIGEST, [self.code(each) for each in chain], states)
            case ev.OutcomeRecorded(rule, what, text, on):
                if self.hides_rule(rule):
                    return None
                day = None if on is None else self.moved_span(on)
                return ev.OutcomeRecorded(rule, what, None if text is None else REMOVED, day)
            case ev.SafetyLeftOpen(question, code, comment):
                if self.hides_question(question):
                    return None
                return ev.SafetyLeftOpen(question, _coded(code), None if comment is None else REMOVED)
            case ev.StorageRelocated(cause):
                return ev.StorageRelocated(_coded(cause), DIGEST)
            case ev.StorageRecovered(length):
                return ev.StorageRecovered(length, DIGEST)
            case ev.PracticeMarked(_, overall, marks, reasons):
                return ev.PracticeMarked(REMOVED, overall, marks, dict.fromkeys(reasons, REMOVED))
            case ev.PracticeAsked(act, of, _, reply, told):
                return ev.PracticeAsked(act, of, REMOVED, reply, told)  # the patient is simulated, the trainee is not
            case ev.PracticeCommitted():
                return replace(event, handover=REMOVED if event.handover else "")
            case ev.PracticeTime(what, minutes, reason):
                return ev.PracticeTime(what, minutes, None if reason is None else REMOVED)
            case ev.PracticeBegun():
                return event
            case ev.PracticeLaid() | ev.PracticeEnded():
                return event
            case ev.ApprovalsPinned() | ev.CaseSuspended() | ev.ClockJumped():
                return event
            case _:
                assert_never(event)

    def answer(self, event: _Answered) -> _Answered | None:
        """Return an answer without texts and days."""
        if self.hides_question(event.question):
            return None
        kept: dict[str, Any] = {
            "value": self.value(event.question, event.value),
            "on": self.moved(event.on),
            "reason": _coded_or_none(event.reason),
            "note": None if event.note is None else REMOVED,
        }
        if isinstance(event, ev.AnswerCorrected):
            kept["because"] = _coded(event.because)
        return replace(event, **kept)

    def pinned(self, pinned: ev.Pinned) -> ev.Pinned:
        """Return what a case took from an earlier one. Answers to questions that are no longer asked are taken out."""
        hidden = self.hidden
        asked = [key for key in pinned["answers"] if key in self.protocol.questions and not self.hides_question(key)]
        kept: dict[str, Any] = {
            "case": self.code(pinned["case"]),
            "as_of": self.moved(pinned["as_of"]),
            "head": DIGEST,
            "answers": {key: self.value(key, pinned["answers"][key]) for key in asked},
            "findings": {
                name: state
                for name, state in pinned["findings"].items()
                if hidden is None or name not in hidden.findings
            },
            "urgency": "undetermined" if hidden is not None and hidden.red_flags else pinned["urgency"],
            "rules": {name: made for name, made in pinned["rules"].items() if not self.hides_rule(name)},
        }
        if "statuses" in pinned:
            statuses = pinned["statuses"]
            kept["statuses"] = {
                key: statuses[key]
                for key in statuses
                if key in self.protocol.questions and not self.hides_question(key)
            }
        return kept


def _coded(text: str) -> str:
    """Keep a coded word; what is none was written by hand."""
    return text if _CODE.fullmatch(text) else "other"


def _coded_or_none(text: str | None) -> str | None:
    return None if text is None else _coded(text)


def same_outcome(protocol: Protocol, left: Case, right: Case) -> bool:
    """Whether two cases come to the same: urgency, scope, red flags, guards, and the status of every rule."""
    return _outcome(protocol, left) == _outcome(protocol, right)


def _outcome(protocol: Protocol, case: Case) -> Outcome:
    return outcome(protocol, case.assessment)


def day_text(text: str, opened: datetime) -> str:
    """Return a stored date as its distance from the day a case was opened: ``day 0 09:30``, ``days -70 to -40``."""
    span = parse_span(text)
    first, last = (span.first.date() - opened.date()).days, (span.last.date() - opened.date()).days
    if first != last:
        return f"days {first} to {last}"
    return f"day {first}" + (f" {text[11:16]}" if "T" in text and "/" not in text else "")
