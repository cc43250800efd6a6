"""What follow-up questions may be about: topics with their phrasings, and the kinds of question. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chatbot.core.protocol import Protocol, Wording


class AskKind(StrEnum):
    """What is asked about a topic. How people ask it is content."""

    WHAT = "what"
    """An overview; also what a question that names only a topic asks."""
    WHY = "why"
    WHY_NOT = "why_not"
    WHAT_IF = "what_if"
    """What would change it."""
    SOURCES = "sources"
    STRENGTH = "strength"
    """How sure, how strong."""
    WHEN = "when"
    NEXT = "next"
    """What is to be done next."""


@dataclass(frozen=True, slots=True)
class Topic:
    """Something a follow-up question may be about, and what of the protocol belongs to it."""

    id: str
    title: Wording
    phrasings: tuple[str, ...]
    """How people name it, of both registers."""
    rules: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    """Every rule with one of these actions belongs to it too."""
    conflicts: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    hypotheses: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    """Questions or groups."""
    related: tuple[str, ...] = ()
    """Topics that are suggested after an answer."""


@dataclass(frozen=True, slots=True)
class Asks:
    """The grammar of follow-up questions: how each kind is asked, words that say nothing, words that say the same."""

    titles: Mapping[AskKind, Wording]
    kinds: Mapping[AskKind, tuple[str, ...]]
    stop_words: frozenset[str]
    synonyms: Mapping[str, str]
    """A word to the word it stands for, plurals included."""


def rules_of(protocol: Protocol, topic: Topic) -> tuple[str, ...]:
    """Return the rules of a topic, by name and by action, in content order."""
    return tuple(
        rule.id
        for rule in protocol.rules.values()
        if rule.id in topic.rules or any(action in topic.actions for action in rule.actions)
    )
