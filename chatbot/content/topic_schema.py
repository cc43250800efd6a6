"""The shape of ``topics.yaml``: what follow-up questions may be about, and how they are asked."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chatbot.content.fields import Identifier, Name, ReferenceId, Strict, Text, Words, one_of
from chatbot.core.topics import AskKind


class PhrasingsModel(Strict):
    clinician: tuple[Text, ...] = Field(default=(), strict=False)
    patient: tuple[Text, ...] = Field(default=(), strict=False)


class TopicModel(Strict):
    title: Words
    phrasings: PhrasingsModel
    rules: tuple[Identifier, ...] = Field(default=(), strict=False)
    actions: tuple[Identifier, ...] = Field(default=(), strict=False)
    conflicts: tuple[Identifier, ...] = Field(default=(), strict=False)
    references: tuple[ReferenceId, ...] = Field(default=(), strict=False)
    hypotheses: tuple[Identifier, ...] = Field(default=(), strict=False)
    questions: tuple[Name, ...] = Field(default=(), strict=False)
    related: tuple[Identifier, ...] = Field(default=(), strict=False)


class KindModel(Strict):
    title: Words
    phrasings: PhrasingsModel


class AsksModel(Strict):
    kinds: dict[Annotated[str, one_of(*AskKind)], KindModel]
    stop_words: tuple[Text, ...] = Field(default=(), strict=False)
    synonyms: dict[str, Annotated[tuple[Text, ...], Field(strict=False, min_length=1)]] = Field(default={})


class TopicsModel(Strict):
    topics: dict[Identifier, TopicModel]
    asks: AsksModel
