"""Find something by words typed as they come: the order is always the same, and a slip of the hand is never a guess.

What is called exactly so comes first, then what has a word that begins so, then what has all the words anywhere.
Only where nothing has them all, what is one slip away is offered, and said to be near.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cached_property
from re import findall

from chatbot.core.asking import slips

SHORTEST = 4
"""Letters from which a word may be misspelt: shorter ones are too much alike."""

MOST_NEAR = 5
"""Things offered when nothing has the words."""

Words = tuple[str, ...]


class Kind(StrEnum):
    """What can be found, in the order in which equally good ones stand."""

    COMMAND = "command"
    QUESTION = "question"
    SECTION = "section"
    RECOMMENDATION = "recommendation"
    REFERENCE = "reference"


class Fit(IntEnum):
    """How well something fits what was typed, the best first."""

    EXACT = 0
    BEGINS = 1
    """Every word typed is the beginning of a word of its name."""
    ANYWHERE = 2
    """Every word typed stands somewhere in its name or in what belongs to it."""
    NEAR = 3
    """Every word typed is at most one slip away."""


@dataclass(frozen=True)
class Target:
    """Something that can be found."""

    kind: Kind
    id: str
    name: str
    """What it is called on screen."""
    also: tuple[str, ...] = ()
    """Other words it is found by, not shown."""
    called: tuple[str, ...] = ()
    """Other names it has, such as its key."""

    @cached_property
    def names(self) -> Words:
        """The words of its name."""
        return words_of(self.name)

    @cached_property
    def all_words(self) -> Words:
        """All words it is found by."""
        return words_of(" ".join((self.name, self.id, *self.also)))

    @cached_property
    def exact(self) -> frozenset[Words]:
        """What it is called exactly."""
        return frozenset({self.names, words_of(self.id), *map(words_of, self.called)}) - {()}


@dataclass(frozen=True, slots=True)
class Found:
    """Something found, and how well it fits."""

    target: Target
    fit: Fit


def words_of(text: str) -> Words:
    """Return a text as words, without case and accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(each for each in plain if not unicodedata.combining(each)) if not plain.isascii() else plain
    return tuple(findall(r"[^\W_]+", bare))


def find(targets: Sequence[Target], typed: str) -> list[Found]:
    """Return what fits what was typed, the best first; equally good ones by kind and in the order given."""
    said = words_of(typed)
    if not said:
        return []
    fits = [Found(each, fit) for each in targets if (fit := _fit(each, said)) is not None]
    if not fits:
        return [Found(each, Fit.NEAR) for each in _by_kind(each for each in targets if _near(each, said))][:MOST_NEAR]
    kinds = list(Kind)
    begins = [each.target.names[: len(said)] for each in fits]
    order = sorted(
        range(len(fits)),
        key=lambda at: (fits[at].fit, not _opens(begins[at], said), kinds.index(fits[at].target.kind), at),
    )
    return [fits[at] for at in order]


def _by_kind(targets: Iterable[Target]) -> list[Target]:
    kinds = list(Kind)
    return sorted(targets, key=lambda each: kinds.index(each.kind))


def _opens(beginning: Words, said: Words) -> bool:
    """Whether a name begins with what was typed, whose last word may not be finished."""
    return beginning[:-1] == said[:-1] and len(beginning) == len(said) and beginning[-1].startswith(said[-1])


def _fit(target: Target, said: Words) -> Fit | None:
    if said in target.exact:
        return Fit.EXACT
    if all(any(word.startswith(each) for word in target.names) for each in said):
        return Fit.BEGINS
    if all(any(each in word for word in target.all_words) for each in said):
        return Fit.ANYWHERE
    return None


def _near(target: Target, said: Words) -> bool:
    return all(any(_one_slip(each, word) for word in target.all_words) for each in said)


def _one_slip(said: str, word: str) -> bool:
    """Whether a word, or its beginning where more of it follows, is what was typed but for one slip."""
    if word.startswith(said):
        return True
    # One slip leaves the first letter or the second one where it was.
    if len(said) < SHORTEST or len(word) < len(said) - 1 or (said[0] != word[0] and not set(said[:2]) & set(word[:2])):
        return False
    return any(slips(said, word[:length]) <= 1 for length in {len(said) - 1, len(said), len(said) + 1})
