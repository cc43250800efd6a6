"""The shape of ``prevalence.yaml``: how often people give which answers, and which of their facts are red flags.

Simulated patients by the thousand are drawn from it, to count how many a protocol sends on who need not go, and to
find those whom it misses. What is a red flag stands here once more, in plain lists of answers from the sources and
not in the conditions of the content, so that one cannot hide a mistake of the other.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from chatbot.content.fields import Cited, Identifier, Name, Number, Strict, Text, one_of, problem
from chatbot.core.values import Urgency

WAYS = ("shares", "each", "ranges", "days_ago")
"""Ways of drawing an answer; one of them is written."""

_SET = (Urgency.EMERGENCY.value, Urgency.SAME_DAY.value, Urgency.URGENT.value)


def drawn(value: object) -> object:
    """Let one answer that is always given be written as itself, or as a list of options."""
    if isinstance(value, str):
        return {"shares": {value: "100"}}
    if isinstance(value, list):
        return {"always": value}
    return value


class DrawModel(Strict):
    shares: dict[str, Number] = {}
    each: dict[str, Number] = {}
    ranges: dict[str, Number] = {}
    days_ago: dict[str, Number] = {}
    always: tuple[str, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _one_way(self) -> DrawModel:
        if sum(bool(getattr(self, way)) for way in (*WAYS, "always")) != 1:
            raise problem("P111", "an answer is drawn in one way", f"write one of {', '.join(WAYS)}")
        return self


class SourcedModel(Strict):
    """Where a share or a fact comes from."""

    cites: tuple[Cited, ...] = Field(default=(), strict=False)
    judgement: Text | None = None

    @model_validator(mode="after")
    def _has_a_source(self) -> SourcedModel:
        if not self.cites and self.judgement is None:
            raise problem("P111", "nothing says where this comes from", "write 'cites:', or 'judgement:' and why")
        return self


class CommonModel(DrawModel, SourcedModel):
    """One question as people answer it."""


class PictureModel(SourcedModel):
    title: Text
    share: Number
    answers: dict[Name, Annotated[DrawModel, BeforeValidator(drawn)]] = Field(min_length=1)


def _wanted(value: object) -> object:
    """Let the answers that count be written as a list, or one of them as itself."""
    if isinstance(value, str):
        return {"values": [value]}
    return {"values": value} if isinstance(value, list) else value


class WantedModel(Strict):
    values: tuple[str, ...] = Field(default=(), strict=False)
    days_ago: Text | None = None
    between: Text | None = None

    @model_validator(mode="after")
    def _one_way(self) -> WantedModel:
        if sum(bool(each) for each in (self.values, self.days_ago, self.between)) != 1:
            raise problem("P111", "nothing says which answers count", "write a list of them, 'days_ago' or 'between'")
        return self


class FactModel(SourcedModel):
    title: Text
    all_: dict[Name, Annotated[WantedModel, BeforeValidator(_wanted)]] = Field(default={}, alias="all")
    any_: dict[Name, Annotated[WantedModel, BeforeValidator(_wanted)]] = Field(default={}, alias="any")
    at_least: Annotated[str, one_of(*_SET)]

    @model_validator(mode="after")
    def _says_something(self) -> FactModel:
        if not self.all_ and not self.any_:
            raise problem("P111", "a fact names answers", "write 'all:' or 'any:' with questions and answers")
        return self


class PrevalenceModel(Strict):
    people: Text
    like: Identifier
    answers: dict[Name, CommonModel]
    pictures: dict[Identifier, PictureModel] = {}
    facts: dict[Identifier, FactModel] = {}
