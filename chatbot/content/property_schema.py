"""The shape of ``properties.yaml`` and ``contraindications.yaml``: what must hold on every possible interview."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from chatbot.content.fields import BothWords, Condition, Identifier, Strict, Text, YesNo, one_of, problem
from chatbot.core.values import Urgency

_Texts = Annotated[tuple[Text, ...], Field(strict=False, min_length=1)]

SETS_OF_QUESTIONS = ("every", "safety_screen")
"""Sets of questions that have a name."""

SETS_OF_ANSWERS = ("harmless", "a_value", "no_value")
"""Sets of answers that have a name."""


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


_Listed = Annotated[tuple[Text, ...], BeforeValidator(_listed), Field(strict=False, min_length=1)]


class ForEachModel(Strict):
    urgency: tuple[Annotated[str, one_of(*Urgency)], ...] = Field(default=(), strict=False)
    urgency_if_unknown: YesNo | None = None


class RaisesOnlyModel(Strict):
    red_flags: _Listed | None = None
    questions: _Listed | None = None
    from_: _Listed | None = Field(default=None, alias="from")
    to: _Listed | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> RaisesOnlyModel:
        of_answers = (self.questions, self.from_, self.to)
        if all(of_answers) == (self.red_flags is not None) or any(of_answers) != all(of_answers):
            hint = "write 'questions:', 'from:' and 'to:', or 'red_flags:'"
            raise problem("P500", "it does not say what is changed", hint)
        return self


class IndependentModel(Strict):
    questions: _Listed
    outcomes: _Listed


class PropertyModel(Strict):
    title: BothWords
    states: Text
    origin: _Texts
    for_each: ForEachModel | None = None
    always: Condition | None = None
    when: Condition | None = None
    while_not_excluded: Condition | None = None
    then: Condition | None = None
    raises_only: RaisesOnlyModel | None = None
    independent_of: IndependentModel | None = None

    @property
    def kind(self) -> str:
        """Return which kind of property it is."""
        if self.then is not None:
            return "implies"
        return next(kind for kind in ("always", "raises_only", "independent_of") if getattr(self, kind) is not None)

    @model_validator(mode="after")
    def _one_kind(self) -> PropertyModel:
        premise = self.when is not None or self.while_not_excluded is not None
        said = [self.always, self.then, self.raises_only, self.independent_of]
        if sum(each is not None for each in said) != 1 or premise != (self.then is not None):
            hint = "write one of 'when:' with 'then:', 'always:', 'raises_only:', 'independent_of:'"
            raise problem("P500", "a property states one thing", hint)
        if self.for_each is not None and (self.raises_only is not None or self.independent_of is not None):
            raise problem("P500", "'for_each:' goes with 'then:' or 'always:'", "leave it out")
        return self


class PropertiesModel(Strict):
    properties: dict[Identifier, PropertyModel] = Field(min_length=1)
    backups: dict[Text, Text] = Field(default_factory=dict)


class ContraindicationModel(Strict):
    states: Text
    when: Condition
    at_most: Annotated[str, one_of("never", "check_first")] = "never"
    if_unknown: Annotated[str, one_of("check_first", "free")] = "check_first"
    unless: Condition | None = None
    origin: _Texts


class ActionRisksModel(Strict):
    title: BothWords
    against: dict[Identifier, ContraindicationModel] = Field(min_length=1)


class ContraindicationsModel(Strict):
    contraindications: dict[Identifier, ActionRisksModel] = Field(min_length=1)
