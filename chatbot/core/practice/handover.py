"""Whether a written handover says what was found, how soon, and what is asked for. Words are looked up, not understood.

A phrase counts as said where two of its words stand in the handover, or half of them where there are fewer than four.
*Not* in front of it is not seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from chatbot.core.answers import accept
from chatbot.core.case import unanswered
from chatbot.core.find import words_of
from chatbot.core.findings import network_behind, reassess
from chatbot.core.practice.expected import flag_behind
from chatbot.core.practice.expected_causes import deciding
from chatbot.core.practice.patient import words_in
from chatbot.core.practice.station import Fact, Station
from chatbot.core.protocol import Protocol
from chatbot.core.values import Answer, Source, Status, Urgency, parse_moment

_SHORT = 3
"""Words up to so many letters say nothing by themselves."""

_FILLERS = frozenset("with without from that this have more less than over under after before into onto when".split())
"""Longer words that do not either."""

ENOUGH = 2
"""So many words of a phrase name what it says."""


@dataclass(frozen=True, slots=True)
class Said:
    """One part of a handover."""

    is_said: bool
    what: str
    """What says it; where nothing does, what would."""


def situation(protocol: Protocol, station: Station, text: str) -> Said | None:
    """Say whether a handover names what was found. None: nothing was found that could be named."""
    words, first = frozenset(words_of(text)), ""
    for called, spellings in findings(protocol, station):
        first = first or called
        if any(is_named(words, each) for each in spellings):
            return Said(True, called)
    return Said(False, first) if first else None


def findings(protocol: Protocol, station: Station) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what a handover may name, the most pressing first, with its spellings.

    The red flags that stand, and the answers that raise them; the causes that are likely or must not be missed. Where
    there is neither, anything that was found.
    """
    expected, found = station.expected, False
    standing = sorted(
        (each for each in expected.flags if each.state != "clear"), key=lambda each: -Urgency(each.urgency).rank
    )
    for each in standing:
        title = protocol.red_flags[each.flag].title
        found = True
        yield title.clinician, (title.clinician, title.patient)
    for name in (*expected.likely, *expected.not_to_miss):
        title = protocol.hypotheses[name].title
        found = True
        yield title.clinician, (title.clinician, title.patient)
    raising = raised_by(protocol, station, [each.flag for each in standing])
    for key in raising if found else [each.question for each in station.facts]:
        named = protocol.questions[key].named
        yield named.clinician, (named.clinician, named.patient)


def raised_by(protocol: Protocol, station: Station, flags: Sequence[str]) -> tuple[str, ...]:
    """Return the questions whose answers raise red flags, or leave them open, by what is true of the patient."""
    as_of = parse_moment(station.as_of)
    found: dict[str, None] = {}
    for name in flags:
        behind = flag_behind(protocol, name)
        answers = {each.question: answer_of(protocol, each, as_of) for each in station.facts if each.question in behind}
        only = network_behind(protocol, name)
        truth = reassess(protocol, unanswered(protocol, as_of), answers, answers, only=only)
        found.update((key, None) for key, _ in sorted(deciding(protocol, protocol.red_flags[name].when, truth.facts)))
    return tuple(key for key in protocol.questions if key in found)


def answer_of(protocol: Protocol, fact: Fact, as_of: datetime) -> Answer:
    """Return a fact as an answer."""
    value = None if fact.value is None else accept(protocol.questions[fact.question], fact.value, as_of)
    status = None if fact.status is None else Status(fact.status)
    return Answer(value, status, Source(fact.source), as_of, fact.reason)


def said_urgency(protocol: Protocol, station: Station, text: str) -> Said | None:
    """Say whether a handover says how soon, in a word the content lists for the true urgency. None: it lists none."""
    level = station.expected.urgency
    words = station.scoring.urgency_words.get(level, ())
    said = words_in(text, words)
    if said:
        return Said(True, said[0])
    return Said(False, words[0]) if words else None


def asked_for(protocol: Protocol, station: Station, text: str) -> Said | None:
    """Say whether a handover asks for something the plan requires, where there is one for a safety action.

    None: nothing is required that has words.
    """
    words = station.scoring.item_words
    required = [each for each in station.expected.items if each.verdict == "required" and words.get(each.item)]
    most = max((each.points for each in required), default=0)
    titles = {each.id: each.title for each in station.scoring.items}
    pressing = [each.item for each in required if each.points == most]
    for item in pressing:
        if words_in(text, words[item]):
            return Said(True, titles.get(item, item))
    return Said(False, titles.get(pressing[0], pressing[0])) if pressing else None


def is_named(said: frozenset[str], phrase: str) -> bool:
    """Whether enough of the words of a phrase that say something are among those said."""
    telling = _telling(phrase)
    return bool(telling) and sum(each in said for each in telling) >= min(ENOUGH, (len(telling) + 1) // 2)


@lru_cache(maxsize=2_048)
def _telling(phrase: str) -> tuple[str, ...]:
    words = tuple(dict.fromkeys(words_of(phrase)))
    return tuple(each for each in words if len(each) > _SHORT and each not in _FILLERS) or words
