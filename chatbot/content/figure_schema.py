"""The figure of a grid: a drawing in characters whose letters stand for its cells."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from chatbot.content.fields import Strict, Words, problem
from chatbot.core.resolve import near_miss

WIDEST, HIGHEST = 30, 20
"""Columns and rows a drawing may take: it stands beside its table."""


def _drawing(value: object) -> str:
    if not isinstance(value, str):
        raise problem("P112", "a drawing is expected here", "write it as a block: '|', then its rows")
    rows = [row.rstrip() for row in value.rstrip("\n").split("\n")]
    if any(not character.isprintable() or _wide(character) for row in rows for character in row):
        raise problem("P306", "a drawing is made of signs that take one column each", "no tabs, no emoji, no accents")
    if len(rows) > HIGHEST or max(map(len, rows)) > WIDEST:
        raise problem("P306", f"a drawing takes at most {WIDEST} columns and {HIGHEST} rows", "make it smaller")
    return "\n".join(rows)


def _wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in {"W", "F"} or unicodedata.combining(character) > 0


def _letter(value: object) -> str:
    if not isinstance(value, str) or re.fullmatch(r"[A-Za-z]", value) is None:
        raise problem("P305", f"{value!r} is not a letter of the drawing", "one letter, a to z or A to Z")
    return value


def _cell(value: object) -> str:
    if not isinstance(value, str) or re.fullmatch(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*", value) is None:
        raise problem("P305", f"{value!r} is not a cell of a table", "row and column: hip.left")
    return value


Letter = Annotated[str, BeforeValidator(_letter)]
Drawing = Annotated[str, BeforeValidator(_drawing)]
Cell = Annotated[str, BeforeValidator(_cell)]


class FigureSideModel(Strict):
    title: Words
    drawing: Drawing


class FigureModel(Strict):
    sides: tuple[FigureSideModel, ...] = Field(strict=False, min_length=1)
    places: dict[Letter, Cell] = Field(min_length=1)

    @model_validator(mode="after")
    def _letters_are_cells(self) -> FigureModel:
        drawn = {letter for side in self.sides for letter in side.drawing if letter.isalpha()}
        if missing := sorted(drawn - self.places.keys()):
            raise problem("P306", f"the letter {missing[0]!r} of the drawing has no place", "name its cell in 'places'")
        if unused := sorted(self.places.keys() - drawn):
            raise problem("P306", f"the letter {unused[0]!r} stands nowhere in the drawing", "draw it, or leave it out")
        return self

    def check_cells(self, cells: Collection[str]) -> None:
        """Every letter stands for a cell of the table the figure belongs to."""
        for letter, cell in self.places.items():
            if cell not in cells:
                raise problem("P306", f"{letter!r} stands for {cell!r}, which is no cell", near_miss(cell, cells))
