"""The shape of simulated patients and of what must come out of them: ``vignettes/*.yaml`` and ``cases/*.yaml``."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from chatbot.content.fields import (
    Duration,
    FindingName,
    Identifier,
    Moment,
    Name,
    RegionId,
    Strict,
    Text,
    TruthWord,
    YesNo,
    one_of,
    problem,
)
from chatbot.content.practice_schema import VignettePracticeModel
from chatbot.core.events import KINDS
from chatbot.core.outcome import HYPOTHESIS_STATES, STATUSES
from chatbot.core.values import Urgency


class ExpectModel(Strict):
    """What must come out. Ids are looked up when it is run (P473)."""

    urgency: Annotated[str, one_of(*Urgency)] | None = None
    safety_resolved: YesNo | None = None
    scope: Annotated[str, one_of("in", "out", "unknown")] | None = None
    present: tuple[Name, ...] = Field(default=(), strict=False)
    cannot_exclude: tuple[Name, ...] = Field(default=(), strict=False)
    clear: tuple[Name, ...] = Field(default=(), strict=False)
    clear_all: YesNo = False
    urgency_of: dict[Name, Annotated[str, one_of(*Urgency)]] = {}
    rules: dict[Identifier, Annotated[str, one_of(*STATUSES)]] = {}
    must: tuple[Identifier, ...] = Field(default=(), strict=False)
    must_not: tuple[Identifier, ...] = Field(default=(), strict=False)
    guards: dict[Name, TruthWord] = {}
    hypotheses: dict[Identifier, Annotated[str, one_of(*HYPOTHESIS_STATES)]] = {}
    conflicts: tuple[Identifier, ...] = Field(default=(), strict=False)
    findings: dict[FindingName, Text] = {}
    asked: tuple[str, ...] = Field(default=(), strict=False)
    not_asked: tuple[str, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _says_something(self) -> ExpectModel:
        if not self.model_fields_set:
            raise problem("P111", "nothing is expected", "write at least one thing that must come out")
        return self


class VignetteExpectModel(ExpectModel):
    urgency: Annotated[str, one_of(*Urgency)]
    safety_resolved: YesNo
    scope: Annotated[str, one_of("in", "out", "unknown")] = "in"


class VignetteModel(Strict):
    vignette: Identifier
    title: Text
    story: Text
    persona: Text | None = None
    kind: Annotated[str, one_of(*KINDS)] = "test"
    as_of: Moment | None = None
    region: RegionId | None = None
    like: Identifier | None = None
    invented: tuple[str, ...] = Field(default=(), strict=False)
    answers: dict[str, Any] = {}
    for_others: tuple[str, ...] = Field(default=(), strict=False)
    without: tuple[str, ...] = Field(default=(), strict=False)
    expect: VignetteExpectModel
    reason: Text | None = None
    practice: VignettePracticeModel | None = None

    @model_validator(mode="after")
    def _stands_by_itself_or_is_like_another(self) -> VignetteModel:
        if self.like is None:
            for key in ("as_of", "answers"):
                if key not in self.model_fields_set:
                    raise problem("P111", f"{key!r} is missing", "add it, or say which vignette it is 'like'")
        return self


class CaseModel(Strict):
    like: Identifier
    after: Duration | None = None
    region: RegionId | None = None
    answers: dict[str, Any] = {}
    without: tuple[str, ...] = Field(default=(), strict=False)
    reason: Text
    expect: ExpectModel


class CasesModel(Strict):
    cases: dict[Identifier, CaseModel] = Field(min_length=1)
