"""The shape of files beside the content, outside its digest: words, ids, alarm tables, constants, traceability."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from chatbot.content.fields import (
    Condition,
    Day,
    Identifier,
    Name,
    Number,
    ReferenceId,
    Strict,
    Text,
    Whole,
    Words,
    one_of,
    problem,
)
from chatbot.content.reading import FORMULAS


class ReadingModel(Strict):
    target: Number
    limit: Number
    fewest_words: Whole
    formulas: tuple[Annotated[str, one_of(*FORMULAS)], ...] = Field(strict=False, min_length=1)
    names: tuple[Text, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _in_order(self) -> ReadingModel:
        if self.target > self.limit:
            raise problem("P323", "the target lies above the limit", "the target is what most texts should reach")
        return self


class SpokenModel(Strict):
    marks: dict[str, Text] = {}
    abbreviations: tuple[Text, ...] = Field(default=(), strict=False)


class WordListModel(Strict):
    stigmatising: dict[str, Text] = {}
    barred: dict[str, Text] = {}
    spoken: SpokenModel | None = None
    reading: ReadingModel | None = None
    reassuring: tuple[Text, ...] = Field(default=(), strict=False)
    negations: tuple[Text, ...] = Field(default=(), strict=False)
    affirmations: tuple[Text, ...] = Field(default=(), strict=False)
    amounts: dict[str, Text] = {}
    numbers: dict[str, Number] = {}
    units: dict[Identifier, dict[str, Number]] = {}
    unseen: tuple[Text, ...] = Field(default=(), strict=False)


class WordListsModel(Strict):
    words: dict[Identifier, WordListModel]


_Ids = Annotated[tuple[str, ...], Field(strict=False)]


class LedgerModel(Strict):
    questions: dict[str, _Ids] = {}
    findings: _Ids = ()
    red_flags: _Ids = ()
    guards: _Ids = ()
    rules: _Ids = ()
    hypotheses: _Ids = ()
    conflicts: _Ids = ()
    references: _Ids = ()


LEDGER_KINDS = tuple(LedgerModel.model_fields)


class IdsModel(Strict):
    ids: LedgerModel
    retired: dict[Annotated[str, one_of(*LEDGER_KINDS)], dict[str, Text]] = {}


class AxisModel(Strict):
    question: Name
    cells: dict[Identifier, Condition] = Field(min_length=2)


class RoutineModel(Strict):
    when: Condition
    reason: Text


AXES = ("onset", "trend", "documented", "imaged")


class AlarmTableModel(Strict):
    title: Words
    when: Condition
    axes: dict[Annotated[str, one_of(*AXES)], AxisModel]
    flags: tuple[Name, ...] = Field(strict=False, min_length=1)
    allowed_routine: tuple[RoutineModel, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _has_every_axis(self) -> AlarmTableModel:
        missing = [name for name in AXES if name not in self.axes]
        if missing:
            raise problem("P111", f"the table has no axis {', '.join(missing)}", "name the question and its cells")
        return self


class AlarmTablesModel(Strict):
    alarm_tables: dict[Identifier, AlarmTableModel]


class ImplicationModel(Strict):
    when: Condition
    question: Text
    is_: Text = Field(alias="is")
    reason: Text


class ImplicationsModel(Strict):
    implications: dict[Identifier, ImplicationModel]


CONSTANT_KINDS = ("urgency", "dose", "score", "evidence", "other")


class ConstantModel(Strict):
    title: Text
    kind: Annotated[str, one_of(*CONSTANT_KINDS)]
    value: Text
    used_in: dict[Annotated[str, one_of(*LEDGER_KINDS, "tables", "instruments")], _Ids] = {}
    references: Annotated[tuple[ReferenceId, ...], Field(strict=False)] = ()
    verified: Annotated[str, one_of("yes", "partly", "no", "judgement")]
    source: Text
    checked: Day | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def _says_when(self) -> ConstantModel:
        if self.verified in {"yes", "partly"} and self.checked is None:
            raise problem("P111", "what was checked says when", "checked: 2026-01-31")
        return self


class ConstantsModel(Strict):
    constants: dict[Identifier, ConstantModel]


class TraceModel(Strict):
    is_: Text = Field(alias="is")
    content: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    reason: Text | None = None

    @model_validator(mode="after")
    def _leads_somewhere(self) -> TraceModel:
        if not self.content and self.reason is None:
            raise problem("P111", "neither content nor a reason", "name what carries it, or say why nothing does")
        return self


class TracePartModel(Strict):
    title: Text
    ids: dict[str, TraceModel] = Field(min_length=1)


class TraceabilityModel(Strict):
    expected: tuple[Text, ...] = Field(strict=False, min_length=1)
    traceability: tuple[TracePartModel, ...] = Field(strict=False, min_length=1)
