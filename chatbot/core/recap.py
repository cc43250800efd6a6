"""The recap for whoever takes over: what they must know before the next answer, on one page, in one register.

A function of (protocol, case, register, who opened the case). Private answers are counted, never repeated: a
recap is read where others may see it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass

from chatbot.core.answers import answer_text
from chatbot.core.case import Case, is_open
from chatbot.core.explain import contributors
from chatbot.core.findings import FlagState, network
from chatbot.core.protocol import Protocol
from chatbot.core.urgency import is_asked, open_safety_questions
from chatbot.core.values import moment_text

MOST = 3
"""How many items of one part stand on the page; the rest is counted."""

LONGEST_NOTE = 160
"""Characters of a note on the page; the whole note is in the list of events."""

UNNAMED = "not named"
"""Stands for whoever opened a case kept in memory, where no account is known."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the page."""

    title: str
    items: tuple[str, ...]
    """At most ``MOST``, or as many as matter; never empty, *nothing* is said in words."""
    left_out: int = 0
    """How many more there are."""


@dataclass(frozen=True, slots=True)
class Recap:
    """What whoever takes over reads."""

    case: str
    label: str
    subject: str
    kind: str
    as_of: str
    actor: str
    """Who takes over."""
    role: str
    urgency: str
    """Symbol, word and sentence."""
    level: str
    """Its id."""
    parts: tuple[Part, ...]


def recap(protocol: Protocol, case: Case, register: str = "clinician", opened_by: str = "") -> Recap:
    """Return the recap of a case. *opened_by*: who is meant where nobody was named, such as ``os:anna``."""
    return _Writer(protocol, case, register, opened_by or UNNAMED).write()


def recap_digest(shown: Recap) -> str:
    """SHA-256 in hex over everything a recap says."""
    return hashlib.sha256(repr(astuple(shown)).encode()).hexdigest()


class _Writer:
    def __init__(self, protocol: Protocol, case: Case, register: str, opened_by: str) -> None:
        self.protocol, self.case, self.register, self.opened_by = protocol, case, register, opened_by

    def write(self) -> Recap:
        case, level = self.case, self.case.urgency.value
        sentence = self.label(f"urgency_text.{level}").replace("{open}", str(len(self.open_safety())))
        return Recap(
            case=case.case,
            label=case.label,
            subject=case.subject,
            kind=case.kind,
            as_of=moment_text(case.as_of),
            actor=case.actor or self.opened_by,
            role=case.role,
            urgency=f"{self.label(f'symbol.{level}')} {self.label(f'urgency.{level}')}. {sentence}",
            level=level,
            parts=(
                self.part("Because", self.flags(), "nothing has raised it"),
                self.part("Emergencies read", self.alarms(), "none"),
                self.part("Safety, open", [self.name(key) for key in self.open_safety()], "none"),
                self.part("Safety, unclear", self.unclear(), "none"),
                self.part("Put off", self.postponed(), "none"),
                self.part("Notes", self.notes(), "none"),
                self.part("Last answers", [self.said(key) for key in self.case.recent], "none"),
                self.part("Answered so far", self.counts(), "nothing yet", most=6),
            ),
        )

    # --- words ---

    def label(self, key: str) -> str:
        return self.protocol.labels[key].in_register(self.register)

    def name(self, key: str) -> str:
        return self.protocol.questions[key].named.in_register(self.register)

    def by(self, actor: str) -> str:
        return actor or self.opened_by

    def said(self, key: str) -> str:
        question, answer = self.protocol.questions[key], self.case.answers[key]
        if question.private:
            return f"{self.name(key)}: answered, private"
        return f"{self.name(key)}: {answer_text(self.protocol.labels, question, answer, self.register)}"

    def part(self, title: str, items: Sequence[str], nothing: str, most: int = MOST) -> Part:
        return Part(title, tuple(items[:most]) or (nothing,), max(0, len(items) - most))

    # --- parts ---

    def flags(self) -> list[str]:
        """Return what raises the urgency, present before in doubt, with the answers behind it."""
        states = self.case.assessment.open_flags
        order = (FlagState.PRESENT, FlagState.CANNOT_EXCLUDE)
        found = [(name, state) for state in order for name in self.protocol.red_flags if states[name] is state]
        found.sort(key=lambda each: (order.index(each[1]), -self.protocol.red_flags[each[0]].urgency.rank))
        return [self.flag(name, state) for name, state in found]

    def flag(self, name: str, state: FlagState) -> str:
        flag = self.protocol.red_flags[name]
        behind = contributors(self.protocol, flag.when, self.case.assessment.facts)
        answers = [self.said(key) for key in behind if key in self.case.answers][:2]
        head = f"{flag.title.in_register(self.register)} {self.label(f'flag.{state.value}')}"
        return f"{head} ({'; '.join(answers)})" if answers else head

    def alarms(self) -> list[str]:
        read = [name for name in self.protocol.red_flags if name in self.case.acknowledged]
        flags = self.protocol.red_flags
        lines = [
            f"{flags[name].title.in_register(self.register)}, read by {self.by(self.case.acknowledged_by[name])}"
            for name in read
        ]
        return lines + [f"{flags[name].title.in_register(self.register)}, NOT READ YET" for name in self.case.alarms]

    def open_safety(self) -> list[str]:
        return [
            key
            for key in open_safety_questions(self.protocol, self.case.assessment)
            if self.case.assessment.applies[key] is not None or key == self.case.shown
        ]

    def unclear(self) -> list[str]:
        """Return the safety questions that were answered without a value, or whose answer is too old to count."""
        assessment = self.case.assessment
        return [
            f"{self.said(key)}{', too old to count' if key in assessment.expired else ''}"
            for key in network(self.protocol).ask_order
            if key in self.protocol.safety_questions
            and key in self.case.answers
            and is_asked(self.protocol, assessment, key)
            and (self.case.answers[key].value is None or key in assessment.expired)
        ]

    def postponed(self) -> list[str]:
        order = network(self.protocol).ask_order
        return [
            self.name(key) for key in order if key in self.case.postponed and is_open(self.protocol, self.case, key)
        ]

    def notes(self) -> list[str]:
        """Return the latest notes first; those about a private question are only counted as such."""
        lines = []
        for question, text in reversed(self.case.notes):
            if question is not None and self.protocol.questions[question].private:
                lines.append(f"{self.name(question)}: a note, private")
                continue
            about = "" if question is None else f"{self.name(question)}: "
            one_line = " ".join(text.split())
            lines.append(about + (one_line if len(one_line) <= LONGEST_NOTE else one_line[: LONGEST_NOTE - 1] + "…"))
        return lines

    def counts(self) -> list[str]:
        counted = Counter(self.by(answer.by) for answer in self.case.answers.values())
        return [f"{actor} {count}" for actor, count in counted.most_common()]
