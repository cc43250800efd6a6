"""The shape of ``instruments/*.yaml``: a published questionnaire with its scoring, its bands and its owner."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from chatbot.content.fields import (
    Cited,
    Condition,
    Entry,
    Identifier,
    Name,
    OptionId,
    OptionModel,
    RangeModel,
    Strict,
    Text,
    Whole,
    Words,
    YesNo,
    labelled,
    one_of,
    problem,
)

LONGEST_SCALE = 101
"""Steps a scale of one item may have."""


class ItemScaleModel(Strict):
    min: Whole = 0
    max: Whole = 10
    low: Words
    high: Words

    @model_validator(mode="after")
    def _in_order(self) -> ItemScaleModel:
        if not self.min < self.max < self.min + LONGEST_SCALE:
            raise problem("P331", f"a scale from {self.min} to {self.max} has no steps to choose from", "min < max")
        return self


Options = dict[OptionId, Annotated[OptionModel, BeforeValidator(labelled)]]


class ItemModel(Entry):
    text: Words
    options: Options = Field(default={})
    scale: ItemScaleModel | None = None


class InstrumentBandModel(Strict):
    title: Words
    from_: Condition | None = Field(default=None, alias="from")
    to: Condition | None = None
    cites: tuple[Cited, ...] = Field(default=(), strict=False)


class InstrumentExampleModel(Strict):
    """A worked example: the score of these answers, or the band of that score."""

    given: dict[str, Any] | None = None
    others: OptionId | None = None
    answers: dict[str, Any] = Field(default={})
    score: Text | None = None
    at_least: Text | None = None
    band: Identifier | None = None
    cites: tuple[Cited, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _says_something(self) -> InstrumentExampleModel:
        if (self.score is None) == (self.at_least is None):
            raise problem("P111", "an example has 'score' or 'at_least'")
        if self.given is None and (self.at_least is not None or self.others is not None or self.band is None):
            raise problem("P111", "an example without 'given' says in which 'band' a 'score' falls")
        return self


class InstrumentModel(Strict):
    instrument: Identifier
    title: Words
    owner: Text
    licence: Text
    attribution: Words
    address: Text
    reproduce: YesNo
    cites: tuple[Cited, ...] = Field(strict=False, min_length=1)
    verified: Annotated[str, one_of("seen", "partly_seen", "from_memory")]
    verified_note: Text = Field(exclude=True)
    """Outside the digest: it changes nothing that is asked or said."""
    period: Words | None = None
    stem: Words | None = None
    options: Options = Field(default={})
    items: dict[Name, ItemModel] = Field(default={})
    includes: Identifier | None = None
    scoring: Annotated[str, one_of("sum", "mean")] = "sum"
    round: Annotated[str, one_of(*"012")] | None = None
    range: RangeModel | None = None
    missing: Annotated[str, one_of("incomplete", "at_least", "prorate")] = "at_least"
    prorated: Whole = 0
    bands: dict[Identifier, InstrumentBandModel] = Field(default={})
    examples: tuple[InstrumentExampleModel, ...] = Field(default=(), strict=False, exclude=True)

    @model_validator(mode="after")
    def _is_asked_or_entered(self) -> InstrumentModel:
        if self.reproduce:
            self._items_can_be_asked()
        else:
            self._score_can_be_entered()
        if (self.missing == "prorate") != bool(self.prorated):
            raise problem("P331", "'missing: prorate' and 'prorated', how many items may be missing, belong together")
        return self

    def _items_can_be_asked(self) -> None:
        if not self.items or self.stem is None:
            raise problem("P331", "an instrument that is reproduced has its 'stem' and its 'items'")
        if self.range is not None:
            raise problem("P331", "the range of a reproduced instrument follows from its items", "delete 'range'")
        for name, item in self.items.items():
            if bool(item.options) and item.scale is not None:
                raise problem("P331", f"the item {name!r} has options and a scale", "leave one of them")
            options = item.options or self.options
            if item.scale is None and len(options) < 2:
                raise problem("P331", f"the item {name!r} has no options to choose from", "write options, or a scale")
            for option, entry in options.items():
                if entry.grade is None and not option.isdecimal():
                    message = f"the option {option!r} has no score"
                    raise problem("P331", message, "write its 'grade', or name it by its score")
                if entry.exclusive:
                    raise problem("P331", f"{option!r} stands alone in any case", "delete 'exclusive'")
        clash = ({*self.items, *self.bands} & {"score", "value", "status"}) | (self.items.keys() & self.bands.keys())
        if clash:
            raise problem("P331", f"{min(clash)!r} cannot name an item or a band, or not both", "rename it")

    def _score_can_be_entered(self) -> None:
        odd = [part for part in ("stem", "options", "items", "includes", "prorated") if getattr(self, part)]
        if odd:
            raise problem("P331", f"{odd[0]!r} stands in an instrument whose items may not be shown", "delete it")
        if self.range is None or self.range.min is None or self.range.max is None:
            raise problem("P331", "a score that is entered declares its 'range' with min and max")
