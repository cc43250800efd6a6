"""Who did what: every event of a transcript in words, one after the other.

Pure, from records and their protocol to lines. Private answers are masked unless they are asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from typing import Any, assert_never

from chatbot.core import events as ev
from chatbot.core.answers import accept, answer_text
from chatbot.core.case import LeftOpen, RuleOutcome
from chatbot.core.content_words import quoted
from chatbot.core.protocol import Protocol, Question
from chatbot.core.review import status_text
from chatbot.core.signing import reason_text
from chatbot.core.telling import outcome_text
from chatbot.core.values import Answer, Source, Status, ValueProblem, parse_moment
from chatbot.record.envelope import Record

MASKED = "(private)"
"""Stands for what a private question was answered."""


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event in words."""

    number: int
    """Its record's number, 0 for the header."""
    type: str
    on: str
    """Clinical moment: that of the answer, otherwise of the sitting."""
    wall: str
    """When it was written, by the wall clock, UTC."""
    actor: str
    role: str
    """Role of the actor; empty where it was never said."""
    text: str
    """What happened."""

    @property
    def who(self) -> str:
        """The actor with the role."""
        return f"{self.actor}, {self.role}" if self.role else self.actor

    @property
    def said(self) -> str:
        """The whole line: clinical moment, who, what. The wall clock is left to JSON and to wider lists."""
        return f"{self.on.replace('T', ' ')}  {self.who}: {self.text}"

    def to_json(self) -> dict[str, Any]:
        """Return the line as JSON data."""
        return asdict(self)


def event_lines(
    protocol: Protocol,
    entries: Iterable[Record],
    *,
    register: str = "clinician",
    show_private: bool = False,
    covered: Collection[str] | None = None,
) -> list[EventLine]:
    """Return every event in words, in order. *covered*: questions whose answers are masked; None: the private ones.

    The records may be the beginning of a transcript. Raises: KeyError for a question the protocol does not have.
    """
    if covered is None:
        covered = _covered(protocol, show_private)
    teller = _Teller(protocol, register, covered)
    return [teller.line(entry) for entry in entries]


def event_text(protocol: Protocol, event: ev.Event, register: str = "clinician", *, show_private: bool = False) -> str:
    """Return what one event says happened, in words. Raises: KeyError for a question the protocol does not have."""
    return _Teller(protocol, register, _covered(protocol, show_private)).tell(event)


def _covered(protocol: Protocol, show_private: bool) -> Collection[str]:
    return () if show_private else {key for key, question in protocol.questions.items() if question.private}


_CLOCK = {
    "started": "began the interview",
    "paused": "stopped the clock",
    "went_on": "let the clock run on",
    "extra": "was given more time",
    "up": "the time was up",
}


class _Teller:
    """Tells one event after the other; remembers what later ones refer to."""

    def __init__(self, protocol: Protocol, register: str, covered: Collection[str]) -> None:
        self.protocol, self.register, self.covered = protocol, register, covered
        self.as_of = ""
        self.roles: dict[str, str] = {}
        self.answers: dict[str, str] = {}
        """What stands as the answer of each question, in words."""

    def line(self, entry: Record) -> EventLine:
        event = entry.event
        if isinstance(event, ev.CaseOpened | ev.CaseResumed):
            self.as_of = event.as_of
        on = event.on if isinstance(event, ev.AnswerGiven | ev.AnswerCorrected | ev.AnswerCarried) else self.as_of
        text = self.tell(event)
        role = self.roles.get(entry.actor, "")
        if isinstance(event, ev.ActorChanged):
            self.roles[event.name] = event.role
        return EventLine(entry.seq, entry.type, on, entry.t, entry.actor, role, text)

    # --- words ---

    def label(self, key: str) -> str:
        found = self.protocol.labels.get(key)
        return key.rpartition(".")[2].replace("_", " ") if found is None else found.in_register(self.register)

    def asked(self, key: str) -> str:
        return f"'{self.protocol.questions[key].ask.in_register(self.register)}'"

    def flags(self, names: Iterable[str]) -> str:
        flags = self.protocol.red_flags
        titles = [flags[name].title.in_register(self.register) if name in flags else name for name in names]
        return ", ".join(titles)

    def hidden(self, key: str | None) -> bool:
        return key in self.covered

    def answer(self, event: ev.AnswerGiven | ev.AnswerCorrected | ev.AnswerCarried) -> str:
        """Return an answer with its source, its reason and its note."""
        question = self.protocol.questions[event.question]
        said = MASKED if self.hidden(event.question) else self.value(question, event)
        self.answers[event.question] = said
        note = "" if event.note is None else f"; note: {MASKED if self.hidden(event.question) else event.note}"
        return f"{said} ({self.label(f'source.{event.source}')}){note}"

    def tell(self, event: ev.Event) -> str:
        """Return what happened, in words."""
        match event:
            case ev.CaseOpened():
                return self.opened(event)
            case ev.CaseResumed(as_of):
                return f"went on with the case; a sitting of {as_of.replace('T', ' ')}"
            case ev.CaseSuspended():
                return "left the case"
            case ev.CaseAbandoned(reason):
                return f"abandoned the case: {reason}"
            case ev.CaseSigned(digest):
                return f"signed the plan {digest[:12]}; the case is closed"
            case ev.ActorChanged(name, role, known):
                return f"{name}, {role}, is at the keyboard from here on ({known})"
            case ev.RecapRead():
                return "read the recap of what was done before"
            case ev.SafetyReadBack():
                return "read the answers of the safety screen back to the person, who said that they are right"
            case ev.QuestionShown(question):
                return f"was shown {self.asked(question)}" if question else "was shown the review"
            case ev.AnswerGiven(question):
                earlier = self.answers.get(question)
                again = "" if earlier is None else " again"
                return f"answered {self.asked(question)}{again}: {self.answer(event)}"
            case ev.AnswerCarried(question):
                by = f" by {event.by}" if event.by else ""
                return f"carried from {event.case}: {self.asked(question)}: {self.answer(event)}{by}"
            case ev.PreviousPinned(previous, _, chain):
                return f"follows up {previous['case']} of {previous['as_of'].replace('T', ' ')}; visit {len(chain) + 1}"
            case ev.AmendedPinned(case, _, chain):
                return f"amends {case}; version {len(chain) + 1}"
            case ev.OutcomeRecorded():
                return self.became(event)
            case ev.AnswerCorrected(question):
                return self.corrected(event)
            case ev.AnswerWithdrawn(question, because):
                earlier = self.answers.pop(question, "")
                why = "" if because == "not_needed" else f" ({self.label(f'reason.{because}')})"
                return f"took back the answer to {self.asked(question)}: {earlier}{why}"
            case ev.QuestionPostponed(question):
                return f"put off {self.asked(question)}"
            case ev.NoteAdded(text, question):
                about = "" if question is None else f" on {self.asked(question)}"
                return f"noted{about}: {MASKED if self.hidden(question) else ' '.join(text.split())}"
            case ev.AlarmRaised(flags):
                return f"{self.label('urgency.emergency').upper()}: {self.flags(flags)}"
            case ev.AlarmAcknowledged(flags):
                return f"read the emergency: {self.flags(flags)}"
            case ev.InterviewWidened(flags):
                return f"went on with all questions in spite of the emergency: {self.flags(flags)}"
            case ev.PlanIssued(digest):
                return f"issued the plan {digest[:12]}"
            case ev.PlanDecided():
                return self.decided(event)
            case ev.SitePinned(facts):
                kept = ", ".join(f"{name}: {fact}" for name, fact in sorted(facts.items()))
                return f"took over the local facts ({kept or 'none'})"
            case ev.ApprovalsPinned(state, items):
                differ = f"; {len(items)} items differ" if items else ""
                return f"took over where the review of the content stands ({status_text(state)}{differ})"
            case ev.RefusalInformed(rule, statements):
                # The statements are the person's own words: the plan shows them, a list of events counts them.
                return f"recorded an informed refusal of '{self.rule(rule)}': {len(statements)} statements"
            case ev.SafetyLeftOpen(question):
                why = (
                    MASKED
                    if self.hidden(question) and event.comment
                    else reason_text(self.protocol.labels, LeftOpen(event.code, event.comment), self.register)
                )
                return f"signs with {self.asked(question)} not settled: {why}"
            case ev.StorageRelocated(cause):
                return f"the transcript was written anew ({cause.replace('_', ' ')})"
            case ev.StorageRecovered(length):
                return f"an entry that was not completely saved was set aside ({length} bytes)"
            case ev.ClockJumped(wall_ms, monotonic_ms):
                return f"the clock jumped by {(wall_ms - monotonic_ms) / 1000:.0f} s"
            case ev.PracticeBegun(station, mode):
                return f"met a simulated patient ({mode.replace('_', ' ')}; station {station[:12]})"
            case ev.PracticeAsked(_, _, said, reply):
                return f"said {quoted(said)}; the reply: {quoted(reply)}"
            case ev.PracticeCommitted(urgency, within):
                return f"committed to {self.label(f'urgency.{urgency}')}, {within}"
            case ev.PracticeTime(what, minutes, reason):
                return _CLOCK[what] if reason is None else f"{_CLOCK[what]}: {minutes} minutes ({reason})"
            case ev.PracticeLaid(part, parts):
                return f"laid the station open, part {part} of {parts}"
            case ev.PracticeEnded():
                return "ended the attempt"
            case ev.PracticeMarked(marker, overall, marks):
                given = f"; global mark {overall}" if overall else ""
                return f"{marker} marked the attempt ({len(marks)} marks set aside{given})"
            case _:
                assert_never(event)

    def opened(self, event: ev.CaseOpened) -> str:
        protocol = self.protocol
        who = " · ".join(filter(None, [event.label, event.subject, event.case]))
        title = f"{protocol.title.in_register(self.register)} {protocol.version}"
        return f"opened a {event.kind} case ({who}) with {title}"

    def corrected(self, event: ev.AnswerCorrected) -> str:
        old = self.answers.get(event.question, "nothing")
        new = self.answer(event)
        why = "" if event.because == "not_needed" else f"; {self.label(f'reason.{event.because}')}"
        return f"corrected {self.asked(event.question)}: {old} → {new}{why}"

    def rule(self, name: str) -> str:
        rule = self.protocol.rules.get(name)
        return name if rule is None else rule.title.in_register(self.register)

    def decided(self, event: ev.PlanDecided) -> str:
        why = "" if event.code is None else f" ({self.label(f'decision_reason.{event.code}')})"
        comment = "" if event.comment is None else f": {event.comment}"
        return f"{self.label(f'decision.{event.decision}')}: '{self.rule(event.rule)}'{why}{comment}"

    def became(self, event: ev.OutcomeRecorded) -> str:
        rule = self.protocol.rules.get(event.rule)
        title = event.rule if rule is None else rule.title.in_register(self.register)
        made = RuleOutcome(event.outcome, event.text, event.on)
        return f"said what became of '{title}': {outcome_text(self.protocol.labels, made, self.register)}"

    def value(self, question: Question, event: ev.AnswerGiven | ev.AnswerCorrected | ev.AnswerCarried) -> str:
        given = parse_moment(event.on)
        try:
            value = None if event.value is None else accept(question, event.value, max(given, parse_moment(self.as_of)))
        except ValueProblem:
            return str(event.value)
        status = None if event.status is None else Status(event.status)
        answer = Answer(value, status, Source(event.source), given, event.reason)
        return answer_text(self.protocol.labels, question, answer, self.register)
