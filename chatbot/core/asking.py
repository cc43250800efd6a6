"""Recognise a follow-up question: its topic and its kind, by the words of the content. Never a guess.

A phrase of a topic that stands in the question as it is beats words that merely occur in it; scores are whole
numbers and fractions. A tie, a weak match or a misspelt word gives the near topics to choose from, nothing else.
Near topics stand by their whole phrases first, then by the weight of their words: a word that few topics know tells
more than one that many know, and a word of a phrase more than one of a rule that belongs to the topic.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from chatbot.core.protocol import Protocol, Wording
from chatbot.core.topics import AskKind, Asks, Topic, rules_of

Words = tuple[str, ...]

MOST_NEAR = 5
"""Topics that are offered when none is meant for sure."""

LEAST_COVERED = Fraction(1, 2)
"""The part of a question's words that a topic must account for."""

LEAST_SPOKEN = 4
"""Words from which on a phrase is recognised as it is spoken, even when none of them says something alone."""

LONGEST = 400
"""Characters of a question that are read."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A follow-up question as understood."""

    kind: AskKind
    topic: str | None
    """The topic that is meant; None when it is not clear."""
    near: tuple[str, ...]
    """Topics that may be meant, nearest first, the one that is meant before all; empty when nothing is near."""


def recognise(protocol: Protocol, text: str) -> Asked:
    """Return what a question is about. Without topics in the content nothing is ever near."""
    asks = protocol.asks
    if asks is None:
        return Asked(AskKind.WHAT, None, ())
    said = words(asks, text[:LONGEST])
    kind, rest = _kind(asks, said)
    spoken = [topic for topic, phrases in _spoken(protocol) if any(_find(said, own) is not None for own in phrases)]
    scored = _scores(protocol, rest)
    scored += [(_Score(True, True, Fraction(1), 4), name) for name in spoken]
    near = _near(protocol, rest, {topic: score for score, topic in scored})
    if not scored:
        return Asked(kind, None, near)
    best = max(score for score, _ in scored)
    first = [topic for score, topic in scored if score == best]
    if len(first) == 1 and best.sure:
        others = (name for name in near if name != first[0])
        return Asked(kind, first[0], (first[0], *others)[:MOST_NEAR])
    return Asked(kind, None, near)


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


def _scores(protocol: Protocol, rest: Words) -> list[tuple[_Score, str]]:
    """Score every topic that has anything to do with the words; misspelt words count where no phrase is whole."""
    prepared = _prepared(protocol)
    found = _best(prepared, lambda phrase: _score(phrase, rest))
    if rest and not any(score.whole for score, _ in found):
        slipped = {topic: (score, topic) for score, topic in _best(prepared, lambda phrase: _slipped(phrase, rest))}
        found = list({**slipped, **{topic: (score, topic) for score, topic in found}}.values())
    return found


def _best(
    prepared: Iterable[tuple[Topic, tuple[Spelled, ...]]], score: Callable[[Spelled], _Score | None]
) -> list[tuple[_Score, str]]:
    scored = (
        (topic, [each for phrase in phrases if (each := score(phrase)) is not None]) for topic, phrases in prepared
    )
    return [(max(scores), topic.id) for topic, scores in scored if scores]


@lru_cache(maxsize=8)
def _spoken(protocol: Protocol) -> tuple[tuple[str, tuple[Words, ...]], ...]:
    """Return of each topic the phrases that are recognised only as they are spoken, computed once."""
    asks = protocol.asks
    assert asks is not None
    found = []
    for topic in protocol.topics.values():
        phrases = (words(asks, phrase) for phrase in topic.phrasings)
        bare = tuple(phrase for phrase in phrases if len(phrase) >= LEAST_SPOKEN and not telling(asks, phrase))
        if bare:
            found.append((topic.id, bare))
    return tuple(found)


OWN, TITLE, RULE = Fraction(1), Fraction(3, 4), Fraction(1, 4)
"""What a word weighs that stands in a phrase of a topic, in its title, or in what belongs to it."""

KIN = Fraction(1, 2)
"""What is left of that for a word that is only akin: begins alike, or is misspelt."""


def _near(protocol: Protocol, rest: Words, scores: Mapping[str, _Score]) -> tuple[str, ...]:
    """Return the topics that may be meant, nearest first; ties stand in content order."""
    known, spread = _vocabulary(protocol)
    weights = {name: Fraction(0) for name in protocol.topics}
    for word in dict.fromkeys(rest):
        alike = {word: Fraction(1)} if word in spread else {each: KIN for each in spread if akin(word, each)}
        for name, own in known.items():
            weights[name] += max(
                (own[each] * part / spread[each] for each, part in alike.items() if each in own), default=0
            )

    def rank(name: str) -> tuple[bool, Fraction, Fraction]:
        score = scores.get(name)
        part = Fraction(0) if score is None else score.part
        whole = part if score is not None and score.whole else Fraction(0)
        return whole > 0, weights[name] + whole, part

    found = [name for name in protocol.topics if weights[name] > 0 or name in scores]
    return tuple(sorted(found, key=rank, reverse=True)[:MOST_NEAR])


@lru_cache(maxsize=8)
def _vocabulary(protocol: Protocol) -> tuple[dict[str, dict[str, Fraction]], dict[str, Fraction]]:
    """Return of each topic its words with their weight, and of each word how many topics know it, by their weights."""
    asks = protocol.asks
    assert asks is not None
    known: dict[str, dict[str, Fraction]] = {}
    spread: dict[str, Fraction] = {}
    for topic in protocol.topics.values():
        own = known[topic.id] = {}
        for texts, weight in _texts(protocol, topic):
            for text in texts:
                for word in telling(asks, words(asks, text)):
                    own[word] = max(weight, own.get(word, weight))
        for word, weight in own.items():
            spread[word] = spread.get(word, Fraction(0)) + weight
    return known, {word: max(Fraction(1), count) for word, count in spread.items()}


def _texts(protocol: Protocol, topic: Topic) -> Iterable[tuple[Iterable[str], Fraction]]:
    """Return the texts that belong to a topic, with the weight of their words."""
    yield topic.phrasings, OWN
    yield _both(topic.title), TITLE
    for rule in rules_of(protocol, topic):
        yield _both(protocol.rules[rule].title), RULE
    for name in topic.hypotheses:
        yield _both(protocol.hypotheses[name].title), RULE
    for name in topic.conflicts:
        yield _both(protocol.conflicts[name].question), RULE
    for key in topic.questions:
        if key in protocol.questions:
            yield _both(protocol.questions[key].named), RULE


def _both(wording: Wording) -> tuple[str, str]:
    return wording.clinician, wording.patient


def akin(word: str, other: str) -> bool:
    """Whether two words begin alike for most of their length, or one may be the other misspelt."""
    alike = 0
    for one, two in zip(word, other, strict=False):
        if one != two:
            break
        alike += 1
    return (
        alike >= 4 and 4 * alike >= 3 * min(len(word), len(other)) and 2 * alike >= max(len(word), len(other))
    ) or misspelt(word, other)


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
