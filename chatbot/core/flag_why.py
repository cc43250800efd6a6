"""Why a red flag stands where it does: its condition in words, the answers behind it, what would settle it.

A function of (protocol, case, flag). Answers carry whether they are private, so that whoever shows them can cover them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache

from chatbot.core.answers import answer_text
from chatbot.core.case import Case, is_open
from chatbot.core.content_words import Words
from chatbot.core.explain import contributors
from chatbot.core.protocol import Protocol, RedFlag
from chatbot.core.taint import taint
from chatbot.core.urgency import contribution
from chatbot.core.values import Urgency, moment_text


@dataclass(frozen=True, slots=True)
class Behind:
    """An answer behind the state of a flag."""

    question: str
    text: str
    answer: str
    source: str
    """As an id of ``Source``."""
    given: str
    private: bool


@dataclass(frozen=True, slots=True)
class Settles:
    """A question that would settle a flag."""

    question: str
    text: str
    answer: str
    """What stands in place of an answer, such as *does not know*; empty while it was not asked."""


@dataclass(frozen=True, slots=True)
class FlagWhy:
    """Everything to say about one red flag."""

    flag: str
    condition: str
    """What raises it, in words."""
    unless: str
    """What clears it nevertheless; empty where nothing does."""
    urgency: Urgency | None
    """The urgency it asks for as it stands."""
    present: Urgency
    """The urgency when it is present."""
    if_unknown: Urgency | None
    """The urgency when it can be neither shown nor excluded."""
    behind: tuple[Behind, ...]
    settles: tuple[Settles, ...]


def flag_why(protocol: Protocol, case: Case, name: str, register: str) -> FlagWhy:
    """Return why a red flag stands where it does."""
    flag = protocol.red_flags[name]
    words = _words(protocol)
    deciding = _deciding(protocol, case, flag)
    answered = [key for key in deciding if _has_value(case, key)]
    return FlagWhy(
        flag=name,
        condition=words.condition(flag.when.text),
        unless="" if flag.unless is None else words.condition(flag.unless.text),
        urgency=contribution(flag, case.assessment.open_flags[name]),
        present=flag.urgency,
        if_unknown=flag.if_unknown,
        behind=tuple(_behind(protocol, case, key, register) for key in answered or _read(protocol, case, flag)),
        settles=tuple(_settles(protocol, case, key, register) for key in deciding if not _has_value(case, key)),
    )


@lru_cache(maxsize=4)
def _words(protocol: Protocol) -> Words:
    return Words(json.loads(protocol.canonical)) if protocol.canonical else Words()


def _deciding(protocol: Protocol, case: Case, flag: RedFlag) -> list[str]:
    """Return the questions that decide the state: of what raises it, and where that holds of what clears it."""
    facts = case.assessment.facts
    found = list(contributors(protocol, flag.when, facts))
    if flag.unless is not None and flag.when.evaluate(facts) is not False:
        found += [key for key in contributors(protocol, flag.unless, facts) if key not in found]
    return [key for key in found if case.assessment.applies[key] is not False]


def _read(protocol: Protocol, case: Case, flag: RedFlag) -> list[str]:
    """Return the answers that are known of it already, where none decides it."""
    read = protocol.questions_behind(flag.when)
    return [key for key in protocol.questions if key in read and _has_value(case, key)]


def _has_value(case: Case, key: str) -> bool:
    answer = case.answers.get(key)
    return answer is not None and answer.value is not None and key not in case.assessment.expired


def _behind(protocol: Protocol, case: Case, key: str, register: str) -> Behind:
    question, answer = protocol.questions[key], case.answers[key]
    return Behind(
        question=key,
        text=question.named.in_register(register),
        answer=answer_text(protocol.labels, question, answer, register),
        source=answer.source.value,
        given=moment_text(answer.given),
        private=key in taint(protocol).questions,
    )


def _settles(protocol: Protocol, case: Case, key: str, register: str) -> Settles:
    question, answer = protocol.questions[key], case.answers.get(key)
    asked = answer is not None and not is_open(protocol, case, key)
    said = answer_text(protocol.labels, question, answer, register) if asked and answer is not None else ""
    return Settles(key, question.named.in_register(register), said)
