"""Recognise a follow-up question: its topic and its kind, by the words of the content. Never a guess.

A phrase of a topic that stands in the question as it is beats words that merely occur in it; scores are whole
numbers and fractions. A tie, a weak match or a misspelt word gives the near topics to choose from, nothing else.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from chatbot.core.protocol import Protocol
from chatbot.core.topics import AskKind, Asks, Topic

Words = tuple[str, ...]

MOST_NEAR = 5
"""Topics that are offered when none is meant for sure."""

LEAST_COVERED = Fraction(1, 2)
"""The part of a question's words that a topic must account for."""

LONGEST = 400
"""Characters of a question that are read."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A follow-up question as understood."""

    kind: AskKind
    topic: str | None
    """The topic that is meant; None when it is not clear."""
    near: tuple[str, ...]
    """Topics that may be meant, nearest first, when none is meant for sure; empty when nothing is near."""


def recognise(protocol: Protocol, text: str) -> Asked:
    """Return what a question is about. Without topics in the content nothing is ever near."""
    asks = protocol.asks
    if asks is None:
        return Asked(AskKind.WHAT, None, ())
    said = words(asks, text[:LONGEST])
    kind, rest = _kind(asks, said)
    scored = sorted(_scores(protocol, rest), key=lambda each: each[0], reverse=True)
    if not scored:
        return Asked(kind, None, ())
    best = scored[0][0]
    first = [topic for score, topic in scored if score == best]
    if len(first) == 1 and best.sure:
        return Asked(kind, first[0].id, ())
    return Asked(kind, None, tuple(topic.id for _, topic in scored[:MOST_NEAR]))


def words(asks: Asks, text: str) -> Words:
    """Return a text as words: no case, no accents, each word replaced by the one it stands for."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", text).casefold())
    bare = "".join(character for character in plain if not unicodedata.combining(character))
    return tuple(asks.synonyms.get(word, word) for word in re.findall(r"[^\W_]+", bare))


def telling(asks: Asks, said: Words) -> Words:
    """Leave out the words that say nothing."""
    return tuple(word for word in said if word not in asks.stop_words)


def _kind(asks: Asks, said: Words) -> tuple[AskKind, Words]:
    """Return the kind whose phrase is longest, and the words that are left to name the topic."""
    best: tuple[int, AskKind, Words] | None = None
    for kind, phrases in asks.kinds.items():
        for phrase in phrases:
            own = words(asks, phrase)
            at = _find(said, own)
            if at is not None and (best is None or len(own) > best[0]):
                best = (len(own), kind, (*said[:at], *said[at + len(own) :]))
    if best is None:
        return AskKind.WHAT, telling(asks, said)
    return best[1], telling(asks, best[2]) or telling(asks, said)


def _find(said: Words, phrase: Words) -> int | None:
    for at in range(len(said) - len(phrase) + 1):
        if phrase and said[at : at + len(phrase)] == phrase:
            return at
    return None


@dataclass(frozen=True, order=True, slots=True)
class _Score:
    """How well a topic fits; compared in this order."""

    sure: bool
    whole: bool
    """The question has every word of the phrase."""
    part: Fraction
    """The part of the question's words the phrase accounts for; of a partial fit the overlap of both."""
    tier: int
    """4 the very phrase, 3 the phrase within the question, 2 all its words, 1 some of them, 0 misspelt ones."""


def _scores(protocol: Protocol, rest: Words) -> list[tuple[_Score, Topic]]:
    """Score every topic that has anything to do with the words; misspelt words count where no phrase is whole."""
    prepared = _prepared(protocol)
    found = _best(prepared, lambda phrase: _score(phrase, rest))
    if rest and not any(score.whole for score, _ in found):
        slipped = {topic.id: (score, topic) for score, topic in _best(prepared, lambda phrase: _slipped(phrase, rest))}
        found = list({**slipped, **{topic.id: (score, topic) for score, topic in found}}.values())
    return found


def _best(
    prepared: Iterable[tuple[Topic, tuple[Spelled, ...]]], score: Callable[[Spelled], _Score | None]
) -> list[tuple[_Score, Topic]]:
    scored = (
        (topic, [each for phrase in phrases if (each := score(phrase)) is not None]) for topic, phrases in prepared
    )
    return [(max(scores), topic) for topic, scores in scored if scores]


@dataclass(frozen=True, slots=True)
class Spelled:
    """A phrase of a topic as words."""

    words: Words
    ways: tuple[Words, ...]
    """Each word with those that stand for it."""


@lru_cache(maxsize=8)
def _prepared(protocol: Protocol) -> tuple[tuple[Topic, tuple[Spelled, ...]], ...]:
    """Return the phrases of every topic as words, computed once."""
    asks = protocol.asks
    assert asks is not None
    ways: dict[str, list[str]] = {}
    for other, word in asks.synonyms.items():
        ways.setdefault(word, []).append(other)
    found = []
    for topic in protocol.topics.values():
        phrases = [telling(asks, words(asks, phrase)) for phrase in topic.phrasings]
        spelled = [Spelled(phrase, tuple((word, *ways.get(word, ())) for word in phrase)) for phrase in phrases]
        found.append((topic, tuple(each for each in spelled if each.words)))
    return tuple(found)


def _score(spelled: Spelled, rest: Words) -> _Score | None:
    phrase = spelled.words
    shared = set(phrase) & set(rest)
    if not shared:
        return None
    part = Fraction(len(phrase), len(rest))
    if phrase == rest:
        return _Score(True, True, part, 4)
    if _find(rest, phrase) is not None:
        return _Score(part >= LEAST_COVERED, True, part, 3)
    if shared == set(phrase):
        return _Score(part >= LEAST_COVERED, True, part, 2)
    return _Score(False, False, Fraction(2 * len(shared), len(set(phrase)) + len(set(rest))), 1)


def _slipped(spelled: Spelled, rest: Words) -> _Score | None:
    alike = sum(any(misspelt(each, other) for each in ways for other in rest) for ways in spelled.ways)
    # Below every overlap: a word that is there counts for more than one that may be meant.
    return _Score(False, False, Fraction(alike, 100 * len(spelled.words)), 0) if alike else None


def misspelt(word: str, other: str) -> bool:
    """Whether one word may be the other one misspelt: one slip in words of four letters or more, two from eight on."""
    longest = max(len(word), len(other))
    allowed = 0 if min(len(word), len(other)) < 4 else 1 if longest < 8 else 2
    return word != other and abs(len(word) - len(other)) <= allowed and slips(word, other) <= allowed


def slips(word: str, other: Sequence[str]) -> int:
    """Count letters to add, leave out, change, or exchange with their neighbour, to get from one word to the other."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(word, 1):
        older, before, row = before, row, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and word[i - 2] == wanted:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]
