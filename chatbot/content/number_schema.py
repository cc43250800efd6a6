"""The shape of numbers in content files: worked examples beside them, and the tables they look up."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from chatbot.content.fields import (
    Cited,
    Name,
    Number,
    NumberOrNone,
    OptionId,
    RangeModel,
    Strict,
    Text,
    Words,
    problem,
    table_key,
)


class ExampleModel(Strict):
    """A worked example beside a number: answers, and what must come out."""

    given: dict[str, Any]
    is_: Text | None = Field(default=None, alias="is")
    at_least: Number | None = None

    @model_validator(mode="after")
    def _has_one_outcome(self) -> ExampleModel:
        if (self.is_ is None) == (self.at_least is None):
            raise problem("P111", "an example has 'is' or 'at_least'")
        return self


class BandModel(Strict):
    below: Number | None = None
    value: NumberOrNone


class TableModel(Strict):
    title: Words
    key: Annotated[str | tuple[str, ...] | None, BeforeValidator(table_key)] = None
    unit: Text | None = None
    key_unit: Text | None = None
    range: RangeModel | None = None
    values: dict[OptionId, NumberOrNone] = Field(default={})
    bands: tuple[BandModel, ...] = Field(default=(), strict=False)
    cites: tuple[Cited, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _has_values_or_bands(self) -> TableModel:
        if bool(self.values) == bool(self.bands):
            raise problem("P111", "a table has either 'values' by option or 'bands' of a number")
        if self.bands and self.key is not None:
            raise problem("P306", "'key' belongs to a table of options", "delete it")
        if self.values and self.key is None:
            raise problem("P111", "a table of options names the question they belong to as its 'key'")
        if self.values and self.key_unit is not None:
            raise problem("P306", "'key_unit' belongs to a table of bands", "delete it")
        ends = [band.below for band in self.bands]
        if ends and (ends[-1] is not None or None in ends[:-1]):
            raise problem("P306", "every band but the last has 'below', and the last has none")
        known = [end for end in ends if end is not None]
        if any(a >= b for a, b in pairwise(known)):
            raise problem("P306", "the bands are not in order", "from the lowest 'below' to the highest")
        return self


class TablesModel(Strict):
    tables: dict[Name, TableModel]
