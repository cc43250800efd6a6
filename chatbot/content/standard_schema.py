"""The shape of ``standards.yaml``: how a good record looks, and how many should. Outside the digest."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from chatbot.content.fields import BothWords, Cited, Condition, Identifier, Number, Strict, Text, one_of, problem

OWN_OPINION = "EXP"
"""The reference that stands for expert opinion; it has no place in a text to point to."""


class ExceptionModel(Strict):
    when: Condition
    reason: Text


class TargetModel(Strict):
    percent: Number
    from_: Annotated[str, one_of("source", "judgement")] = Field(alias="from")
    note: Text

    @model_validator(mode="after")
    def _is_a_percentage(self) -> TargetModel:
        if not 0 <= self.percent <= 100:
            raise problem("P523", f"{self.percent} is no percentage", "write a number from 0 to 100")
        return self


class StandardModel(Strict):
    title: BothWords
    why: Text
    cites: Annotated[tuple[Cited, ...], Field(strict=False, min_length=1)]
    verification: Annotated[str, one_of("verified", "unverified", "expert_opinion", "judgement")]
    denominator: Condition
    numerator: Condition
    exceptions: dict[Identifier, ExceptionModel] = Field(default_factory=dict)
    target: TargetModel

    @model_validator(mode="after")
    def _says_where_it_comes_from(self) -> StandardModel:
        sources = [each for each in self.cites if each.reference != OWN_OPINION]
        for each in sources:
            if not each.locator:
                hint = f"write '{each.reference}: ' and the place, such as a recommendation's number"
                raise problem("P522", f"it does not say where in {each.reference} it stands", hint)
        if not sources and self.verification in {"verified", "unverified"}:
            hint = "write 'verification: judgement' or 'expert_opinion', or cite what it comes from"
            raise problem("P522", "it rests on opinion alone and does not say so", hint)
        if not sources and self.target.from_ == "source":
            hint = "write 'from: judgement', or cite what states the target"
            raise problem("P522", "its target is said to come from a source, and it cites none", hint)
        return self


class StandardsModel(Strict):
    standards: dict[Identifier, StandardModel] = Field(min_length=1)
