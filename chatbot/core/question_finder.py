"""Find the questions a line of speech may be about, by the words of the content. Nothing is ever answered by it.

A question is known by its wordings in both registers, its report names, the labels and synonyms of its options, rows
and columns, the words content adds to it, the title of its section, and the phrasings of the topics that name it.
Rare words count for more than common ones; scores are whole numbers, and ties keep the order of the protocol, safety
questions first. So the same line always finds the same questions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from chatbot.core.asking import Words, misspelt, words
from chatbot.core.entry_dates import WORDS_OF_TIME
from chatbot.core.protocol import Protocol, Question, Wording
from chatbot.core.topics import Asks

LONGEST = 400
"""Characters of a line that are read."""

LEAST_SHARE = 6
"""A question that scores less than one part in so many of the best one is not found."""


class Place(IntEnum):
    """Where of a question a phrase stands; how much a word counts for there."""

    SECTION = 1
    TOPIC = 2
    LABEL = 3
    ASK = 4
    NAME = 4
    """A report name, or what content lists under ``words``."""


@dataclass(frozen=True, slots=True)
class Found:
    """A question that may be meant."""

    question: str
    """Its key; of a group the field of the first row."""
    score: int
    """Comparable within one search only."""
    words: Words
    """The words of the line that led to it, as they are compared."""


def find_questions(protocol: Protocol, text: str) -> tuple[Found, ...]:
    """Return the questions a text may be about, the likeliest first; none where no word is known."""
    return _Search(_index(protocol), text).found()


def spread_questions(protocol: Protocol, text: str) -> tuple[Found, ...]:
    """Return the same questions with every fact of the text represented early: "I wet myself and my foot is dead".

    Each question is chosen for the words that those before it leave unexplained.
    """
    return _Search(_index(protocol), text).spread()


# --- the index ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Phrase:
    place: Place
    words: frozenset[str]
    mass: int
    """What its words weigh together."""


@dataclass(frozen=True, slots=True)
class _Document:
    """A question as words; a field of a group stands once for all its rows."""

    question: str
    safety: bool
    phrases: tuple[_Phrase, ...]


@dataclass(frozen=True, slots=True)
class _Index:
    asks: Asks
    documents: tuple[_Document, ...]
    where: Mapping[str, tuple[tuple[int, int], ...]]
    """Word to (document, phrase)."""
    weight: Mapping[str, int]
    """How much a word tells."""
    stems: Mapping[str, tuple[str, ...]]
    """The words that begin with the same letters."""


_NO_ASKS = Asks({}, {}, frozenset(), {})


@lru_cache(maxsize=8)
def _index(protocol: Protocol) -> _Index:
    asks = protocol.asks or _NO_ASKS
    spoken = [(key, tuple(_phrases(protocol, asks, key))) for key in _once(protocol)]
    seen: dict[str, set[int]] = {}
    for place, (_, phrases) in enumerate(spoken):
        for _, said in phrases:
            for word in said:
                seen.setdefault(word, set()).add(place)
    count = max(len(spoken), 1)
    weak = asks.stop_words | WORDS_OF_TIME
    weight = {word: _weight(count, len(places), word in weak) for word, places in seen.items()}
    documents = []
    where: dict[str, list[tuple[int, int]]] = {}
    for place, (key, phrases) in enumerate(spoken):
        for at, (_, said) in enumerate(phrases):
            for word in sorted(said):
                where.setdefault(word, []).append((place, at))
        made = tuple(_Phrase(kind, said, sum(weight[word] for word in said)) for kind, said in phrases)
        documents.append(_Document(key, key in protocol.safety_questions, made))
    stems: dict[str, list[str]] = {}
    for word in weight:
        stems.setdefault(word[:STEM], []).append(word)
    return _Index(
        asks,
        tuple(documents),
        {word: tuple(each) for word, each in where.items()},
        weight,
        {stem: tuple(each) for stem, each in stems.items()},
    )


def _weight(count: int, found: int, says_nothing: bool) -> int:
    """Return a logarithm of how rare a word is, in whole numbers; a word that says nothing by itself keeps little."""
    rare = (count**4 // found**4).bit_length()
    return max(rare // 6, 1) if says_nothing else rare


def _once(protocol: Protocol) -> Iterator[str]:
    """Yield every question once, a field of a group by its first row."""
    for key, question in protocol.questions.items():
        if question.row <= 1:
            yield key


def _phrases(protocol: Protocol, asks: Asks, key: str) -> Iterator[tuple[Place, frozenset[str]]]:
    question = protocol.questions[key]
    for place, text in _texts(protocol, question):
        said = frozenset(words(asks, text))
        if said:
            yield place, said


def _texts(protocol: Protocol, question: Question) -> Iterator[tuple[Place, str]]:
    yield from _both(Place.ASK, question.ask)
    if question.report is not None:
        yield from _both(Place.NAME, question.report)
    for text in question.words:
        yield Place.NAME, text
    axes = (*question.rows, *question.columns)
    for option in (*question.options, *(each for axis in axes for each in axis.options)):
        yield from _both(Place.LABEL, option.label)
        for text in option.synonyms:
            yield Place.LABEL, text
    for axis in axes:
        yield from _both(Place.LABEL, axis.label)
    yield from _both(Place.SECTION, protocol.sections[question.section].title)
    for topic in protocol.topics.values():
        if question.id in topic.questions or question.group in topic.questions:
            for text in topic.phrasings:
                yield Place.TOPIC, text


def _both(place: Place, wording: Wording) -> Iterator[tuple[Place, str]]:
    yield place, wording.clinician
    if wording.patient != wording.clinician:
        yield place, wording.patient


# --- the search -----------------------------------------------------------------------------------

SAME, FORM, KIN, SLIP = 4, 3, 2, 2
"""How well a word of the line fits one of the content: it is that word, another form of it, a longer word of the same
stem, or it misspelt."""

STEM = 3
"""Letters that two forms of a word share at least."""


def kinship(word: str, other: str) -> int:
    """Return how well two words fit as forms of one: a plural, or a common stem with short endings; 0: not at all."""
    if word == other:
        return SAME
    short, long = sorted((word, other), key=len)
    if len(short) < STEM:
        return 0
    shared = next((at for at, letter in enumerate(short) if letter != long[at]), len(short))
    more = len(long) - shared
    if shared == len(short):
        return 0 if more > (1 if shared == STEM else 4) else FORM if more <= 3 else KIN
    return KIN if shared >= 5 and 3 * shared >= 2 * len(long) else 0


class _Search:
    """One line looked up."""

    def __init__(self, index: _Index, text: str) -> None:
        self.index = index
        self.gains: dict[int, dict[str, int]] = {}
        """Document to what each word of the line adds for it."""
        fits: dict[tuple[int, int], dict[str, tuple[str, int]]] = {}
        for word in dict.fromkeys(words(index.asks, text[:LONGEST])):
            for other, quality in self._known(word):
                for at in index.where[other]:
                    here = fits.setdefault(at, {})
                    if word not in here or quality > here[word][1]:
                        here[word] = (other, quality)
        for (document, place), here in fits.items():
            phrase = index.documents[document].phrases[place]
            covered = sum({other: index.weight[other] for other, _ in here.values()}.values())
            for word, (other, quality) in here.items():
                # A word is as common as it is, whatever rarer forms it has.
                tells = min(index.weight[other], index.weight.get(word, index.weight[other]))
                # A phrase that is said whole counts for more than one that is merely touched.
                worth = tells * quality * phrase.place * (2 * phrase.mass + covered) // phrase.mass
                gains = self.gains.setdefault(document, {})
                gains[word] = max(gains.get(word, 0), worth)

    def _known(self, word: str) -> Iterable[tuple[str, int]]:
        """Return the words of the content a word of the line may be; misspelt ones only where there is no other."""
        where = self.index.where
        stem = self.index.stems.get(word[:STEM], ())
        related = [(other, quality) for other in stem if (quality := kinship(word, other))]
        return related or [(other, SLIP) for other in where if misspelt(word, other)]

    def _ranked(self, gains: Mapping[int, Mapping[str, int]]) -> list[tuple[int, int]]:
        """Return (document, score), the best first; ties by safety, then by the order of the protocol."""
        scored = [(document, sum(each.values())) for document, each in gains.items()]
        documents = self.index.documents
        return sorted(scored, key=lambda each: (-each[1], not documents[each[0]].safety, each[0]))

    def _as_found(self, document: int, score: int) -> Found:
        return Found(self.index.documents[document].question, score, tuple(self.gains[document]))

    def found(self) -> tuple[Found, ...]:
        ranked = self._ranked(self.gains)
        return tuple(self._as_found(*each) for each in ranked if each[1] * LEAST_SHARE >= ranked[0][1])

    def spread(self) -> tuple[Found, ...]:
        order: list[Found] = []
        explained: dict[str, int] = {}
        """Word to what it was worth for the question that explains it best so far."""
        waiting, most = dict(self.gains), 0
        while waiting:
            now = {
                place: {word: max(worth - explained.get(word, 0), worth // 4) for word, worth in gains.items()}
                for place, gains in waiting.items()
            }
            best, score = self._ranked(now)[0]
            most = most or score
            if score * LEAST_SHARE < most:
                break
            order.append(self._as_found(best, sum(self.gains[best].values())))
            for word, worth in waiting.pop(best).items():
                explained[word] = max(explained.get(word, 0), worth)
        return tuple(order)
