"""What the simulated patient says. The same station and the same things asked before give the same reply.

Nothing is told that was not asked for, and nothing that is told gives away something else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from chatbot.core.find import words_of
from chatbot.core.practice.station import Document, Fact, Move, Station, Told
from chatbot.core.values import Status, Stored


@dataclass(frozen=True, slots=True)
class Heard:
    """What the trainee learned about a question."""

    question: str
    value: Stored | None
    status: str | None
    source: str
    via: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply and what was learned from it."""

    text: str
    told: bool
    heard: tuple[Heard, ...] = ()


@dataclass(frozen=True, slots=True)
class Before:
    """What the reply hangs on besides the station: what was done before."""

    asked: tuple[str, ...]
    """Questions asked, in order, each as often as it was asked."""
    moves: frozenset[str]
    """Kinds of the moves that were made."""
    turns: int
    """Things said before, of whatever kind."""


def answer(station: Station, before: Before, question: str, said: str, *, applies: bool) -> Reply:
    """Return the reply to a question about a fact. *applies*: whether the question fits this patient at all."""
    fact = station.fact(question)
    if fact is None:
        if not applies:
            return Reply(_one(station.not_applicable, before), False)
        unknown = Heard(question, None, Status.UNKNOWN.value, "patient", "key")
        return Reply(_one(station.no_fact, before), True, (unknown,))
    if fact.needs == "never":
        return Reply(fact.holds_back, True, (Heard(question, None, Status.DECLINED.value, fact.source, "key"),))
    if not is_met(station, before, fact, said):
        return Reply(fact.holds_back, False)
    return Reply(fact.says, True, (_heard(fact),))


def is_met(station: Station, before: Before, fact: Fact, said: str) -> bool:
    """Return whether a fact is told now."""
    match fact.needs:
        case "plain":
            return is_plain(station, said)
        case "again":
            return fact.question in before.asked
        case "trust":
            return "permission" in before.moves
        case "reason" | "interpreter":
            return fact.needs in before.moves
    return True


def _is_open(before: Before, fact: Fact) -> bool:
    """Whether what a fact needs was done before, whatever is said now."""
    needed = {"trust": "permission", "reason": "reason", "interpreter": "interpreter"}.get(fact.needs)
    return needed in before.moves


def is_plain(station: Station, said: str) -> bool:
    """Return whether a question was put without a word that is not plain to a patient."""
    return not words_in(said, station.scoring.jargon)


def words_in(said: str, words: Sequence[str]) -> tuple[str, ...]:
    """Return the words or phrases that stand in a text, whole, in the order given."""
    text = f" {' '.join(words_of(said))} "
    return tuple(each for each in words if (bare := _bare(each)) and f" {bare} " in text)


@lru_cache(maxsize=4_096)
def _bare(phrase: str) -> str:
    """Return a phrase as its words; the same lists are looked through again and again."""
    return " ".join(words_of(phrase))


def respond(station: Station, before: Before, move: Move) -> Reply:
    """Return the reply to a move, with the facts it gives away."""
    told = tuple(
        fact for fact in station.facts if fact.question in move.tells and (not fact.needs or _is_open(before, fact))
    )
    return Reply(move.reply, True, tuple(_heard(fact) for fact in told))


def read_out(document: Document) -> Reply:
    """Return what a document says, which need not be so."""
    return Reply(document.text, True, tuple(from_document(each) for each in document.told))


def from_document(told: Told) -> Heard:
    """Return what is taken from a document."""
    return Heard(told.question, told.value, told.status, "record", "record")


def at_the_start(station: Station) -> tuple[Heard, ...]:
    """Return what is known when the interview begins: what the opening tells, and what was handed over."""
    handed = () if station.handover is None else tuple(from_document(each) for each in station.handover.told)
    opening = tuple(_heard(fact) for fact in station.facts if fact.question in station.volunteered)
    said = {each.question for each in opening}
    return (*(each for each in handed if each.question not in said), *opening)


def not_understood(station: Station, before: Before) -> Reply:
    """Return the reply to what fits no question."""
    return Reply(_one(station.not_understood, before), False)


def _heard(fact: Fact) -> Heard:
    return Heard(fact.question, fact.value, fact.status, fact.source, "key", fact.reason)


def _one(replies: Sequence[str], before: Before) -> str:
    """Choose one of several replies; the next time another one."""
    return replies[before.turns % len(replies)]
