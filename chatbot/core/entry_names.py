"""What is typed, matched to the names of choices: an exact name, or the beginning of one choice only. Never a guess.

A name begins with what is typed letter by letter ("cauda eq"), or word by word ("lum fus" for "lumbar fusion"). A word
further on, or a slip of the keys, makes a choice *near*: it is offered, and never taken for what was typed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from chatbot.core.asking import misspelt
from chatbot.core.protocol import QuestionType
from chatbot.core.view import QuestionView

NAMED = frozenset({QuestionType.YES_NO, QuestionType.CHOICE, QuestionType.SEVERAL})
"""Questions whose answers are choices with names."""

NEVER_BEGINS = frozenset({"y", "n", "yes", "no"})
"""Answers of their own: "no" is never taken for the beginning of "normal"."""

LETTERS = {"yes": ("y",), "no": ("n",)}
"""Letters that answer a yes/no question."""

SHORTEST_SLIP = 4
"""Letters from which on a word may be another one misspelt."""


class Named(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def labels(self) -> tuple[str, ...]:
        """Every name it has, the one it is called by first."""


N = TypeVar("N", bound=Named)


@dataclass(frozen=True, slots=True)
class Name:
    """An option of a question, or a way to answer it without a value, as it may be named."""

    id: str
    labels: tuple[str, ...]
    is_status: bool = False

    @property
    def label(self) -> str:
        return self.labels[0]


@dataclass(frozen=True, slots=True)
class Fit(Generic[N]):
    """What a text may stand for, in the order of the choices."""

    meant: N | None
    """The one choice it stands for; None while there is none, or more than one."""
    begun: tuple[N, ...]
    """The choices it names or begins."""
    near: tuple[N, ...]
    """Those that have its words further on; without any of either, those it may be a slip for."""


def folded(text: str) -> str:
    """Return a text as it is compared: without case, white space as one space."""
    return " ".join(text.casefold().split())


def spoken(text: str) -> tuple[str, ...]:
    """Return the words of a text without case and accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return tuple(re.findall(r"[^\W_]+", "".join(each for each in plain if not unicodedata.combining(each))))


def names_of(asked: QuestionView) -> tuple[Name, ...]:
    """Return what may be typed at a question of choices: its options, then the ways to answer without a value."""
    letters = LETTERS if asked.type == QuestionType.YES_NO else {}
    options = (Name(each.id, (each.label, *each.also, *letters.get(each.id, ()))) for each in asked.options)
    statuses = (Name(each.status, (each.label, *each.also), is_status=True) for each in asked.statuses)
    return (*options, *statuses)


def fit(typed: str, choices: Sequence[N]) -> Fit[N]:
    """Return what a text may stand for among some choices; nothing typed stands for nothing."""
    text = folded(typed)
    if not text:
        return Fit(None, (), ())
    exact = [each for each in choices if text in _ids(each)]
    exact = exact or [each for each in choices if text in map(folded, each.labels)]
    exact = exact or [each for each in choices if _is_worded(text) and _same(text, each)]
    begun = [each for each in choices if each in exact or any(_begins(text, name) for name in _names(each))]
    sure = exact or [each for each in begun if any(_begins_surely(text, name) for name in _names(each))]
    sure = sure if exact or len(begun) == 1 else []
    near = [each for each in choices if each not in begun and any(_stands_in(text, name) for name in _names(each))]
    if not begun and not near:
        near = [each for each in choices if any(_slipped(text, name) for name in _names(each))]
    return Fit(sure[0] if len(sure) == 1 else None, tuple(begun), tuple(near))


def known_as(typed: str, choice: Named) -> str:
    """Return the name of a choice that fits a text where the one it is called by does not; empty where that does."""
    text = folded(typed)
    for holds in (_begins, _stands_in):
        fitting = [name for name in choice.labels if holds(text, name)]
        if fitting:
            return "" if choice.labels[0] in fitting else fitting[0]
    return ""


def _ids(choice: Named) -> tuple[str, str]:
    return choice.id, choice.id.replace("_", " ")


def _names(choice: Named) -> tuple[str, ...]:
    return (*_ids(choice), *choice.labels)


def _is_worded(text: str) -> bool:
    """Whether a text is more than digits and signs: "4-" and "4+" are no words."""
    return any(each.isalpha() for each in text)


def _same(text: str, choice: Named) -> bool:
    said = spoken(text)
    return bool(said) and any(said == spoken(name) for name in _names(choice))


def _begins(text: str, name: str) -> bool:
    said, words = spoken(text), spoken(name)
    if not said or text.isdecimal() or len(said) > len(words):
        return False
    if folded(name).startswith(text):
        return True
    return _is_worded(text) and all(word.startswith(each) for each, word in zip(said, words, strict=False))


def _begins_surely(text: str, name: str) -> bool:
    """Whether a name begins so, and not with a word that is an answer of its own elsewhere."""
    said, words = spoken(text), spoken(name)
    return _begins(text, name) and (said[-1] not in NEVER_BEGINS or words[len(said) - 1] == said[-1])


def _stands_in(text: str, name: str) -> bool:
    """Whether the words typed stand in a name, in their order, whole or begun."""
    words = iter(spoken(name))
    said = spoken(text)
    return _is_worded(text) and all(
        any(word == each if each in NEVER_BEGINS else word.startswith(each) for word in words) for each in said
    )


def _slipped(text: str, name: str) -> bool:
    """Whether every word typed is one of a name, whole or begun, and one at least only by a slip."""
    said, words = spoken(text), spoken(name)
    return _is_worded(text) and all(any(_alike(each, word) for word in words) for each in said)


def _alike(typed: str, word: str) -> bool:
    if word == typed or (typed not in NEVER_BEGINS and word.startswith(typed)):
        return True
    if len(typed) < SHORTEST_SLIP:
        return False
    return misspelt(typed, word) or misspelt(typed, word[: len(typed)])
