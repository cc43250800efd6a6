"""The shape of every content file, as strict pydantic models over strings.

A model types and normalises what one file says; what links files to each other is checked elsewhere.
One shape after another and nothing else, a little past 400 lines.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator

from chatbot.content.fields import (
    BothWords,
    CannotApplyModel,
    Cited,
    ColumnModel,
    Condition,
    Day,
    Duration,
    Entry,
    Identifier,
    Language,
    Name,
    OptionId,
    OptionModel,
    QuickModel,
    RangeModel,
    ReferenceId,
    RegionId,
    Strict,
    Text,
    Whole,
    Words,
    YesNo,
    YesNoOrWhy,
    labelled,
    one_of,
    problem,
)
from chatbot.content.figure_schema import FigureModel
from chatbot.content.number_schema import ExampleModel
from chatbot.core.protocol import CATEGORIES, QuestionType, RuleKind, Stage
from chatbot.core.resolve import near_miss
from chatbot.core.site import REGION_FACT
from chatbot.core.values import Source, Urgency

# --- sections and questions -----------------------------------------------------------------------


class QuestionModel(Entry):
    ask: BothWords
    report: Words | None = None
    words: tuple[Text, ...] = Field(default=(), strict=False)
    type: Annotated[str, one_of(*QuestionType, "group")]
    why: BothWords
    cites: tuple[Cited, ...] = Field(default=(), strict=False)
    options: dict[OptionId, Annotated[OptionModel, BeforeValidator(labelled)]] = {}
    rows: dict[Identifier, Words] = {}
    columns: dict[Identifier, Annotated[ColumnModel, BeforeValidator(labelled)]] = {}
    normal: OptionId | None = None
    figure: FigureModel | None = None
    quick: dict[Identifier, QuickModel] = {}
    unit: Text | None = None
    range: RangeModel | None = None
    when: Condition | None = None
    valid_for: Duration | None = None
    carry: YesNo | None = None
    private: YesNo = False
    recorded_only: YesNoOrWhy = Field(default=False, exclude=True)
    source: Annotated[str, one_of(*Source)] = "patient"
    cannot_apply: dict[OptionId, Annotated[CannotApplyModel, BeforeValidator(labelled)]] = {}

    @model_validator(mode="after")
    def _parts_fit_the_type(self) -> QuestionModel:
        for part, types in _PARTS.items():
            if getattr(self, part) and self.type not in types:
                raise problem("P306", f"{part!r} does not belong to a question of type {self.type}")
        least = {"choice": 2, "several": 2, "grid": 2}.get(self.type, 0)
        if len(self.options) < least:
            raise problem("P306", f"a question of type {self.type} needs at least {least} options")
        if self.type == "instrument" and not isinstance(self, InstrumentQuestionModel):
            raise problem("P306", "an instrument is asked once, not for each row of a group")
        if self.type == "grid" and not (self.rows and self.columns):
            raise problem("P306", "a grid needs rows and columns")
        if self.normal is not None and self.normal not in self.options:
            raise problem(
                "P306", f"'normal' is {self.normal!r}, which is no option", near_miss(self.normal, self.options)
            )
        for name, column in self.columns.items():
            self._options_of(name, column)
        if self.figure is not None:
            self.figure.check_cells([f"{row}.{column}" for row in self.rows for column in self.columns])
        return self

    def _options_of(self, name: str, column: ColumnModel) -> None:
        """Options of a column are options of the grid, two at least, the normal one among them."""
        for option in column.options:
            if option not in self.options:
                hint = near_miss(option, self.options) or f"the options are {', '.join(self.options)}"
                raise problem("P306", f"the column {name!r} takes {option!r}, which is no option of the grid", hint)
        if column.options and len(set(column.options)) < 2:
            raise problem(
                "P306", f"the column {name!r} leaves no choice", "give it two options, or leave 'options' out"
            )
        if column.options and self.normal is not None and self.normal not in column.options:
            hint = f"add {self.normal!r}: it is what the column says of a row that nothing was said about"
            raise problem("P306", f"the column {name!r} does not take the normal option", hint)


_PARTS = {
    "options": ("choice", "several", "grid"),
    "rows": ("grid",),
    "columns": ("grid",),
    "normal": ("grid",),
    "figure": ("grid",),
    "quick": ("date",),
    "unit": ("number", "scale"),
    "range": ("number", "scale"),
}
"""Parts of a question that only some types have."""


class InstrumentQuestionModel(QuestionModel):
    """A question that asks an instrument: its wording, its items or its range stand there."""

    ask: BothWords | None = None  # type: ignore[assignment]
    type: Literal["instrument"]
    instrument: Identifier


class GroupModel(Entry):
    type: Literal["group"]
    title: Words
    count: Name
    most: Whole
    fields: dict[Name, QuestionModel] = Field(min_length=1)


def _kind(value: object) -> str:
    written = value.get("type") if isinstance(value, dict) else getattr(value, "type", None)
    return {"group": "a group", "instrument": "an instrument"}.get(str(written), "a question")


class BlockModel(Strict):
    """Yes/no questions of the section that may be read out as one list."""

    id: Identifier
    ask: BothWords
    questions: tuple[Name, ...] = Field(strict=False, min_length=2)


class SectionModel(Strict):
    section: Identifier
    title: Words
    stage: Annotated[str, one_of(*Stage)]
    intro: Words | None = None
    questions: dict[
        Name,
        Annotated[
            Annotated[QuestionModel, Tag("a question")]
            | Annotated[GroupModel, Tag("a group")]
            | Annotated[InstrumentQuestionModel, Tag("an instrument")],
            Discriminator(_kind),
        ],
    ] = Field(min_length=1)
    blocks: tuple[BlockModel, ...] = Field(default=(), strict=False)


# --- findings, red flags, guards, rules -----------------------------------------------------------


class FindingModel(Entry):
    title: Words
    when: Condition | None = None
    recorded_only: YesNo = Field(default=False, exclude=True)
    number: Condition | None = None
    unit: Text | None = None
    range: RangeModel | None = None
    round: Annotated[str, one_of(*"012346")] = "1"
    empirical: YesNo = False
    cites: tuple[Cited, ...] = Field(default=(), strict=False)
    examples: tuple[ExampleModel, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _is_a_truth_or_a_number(self) -> FindingModel:
        if (self.when is None) == (self.number is None):
            raise problem("P111", "a finding has either 'when' or 'number'")
        if self.number is None:
            odd = [part for part in ("unit", "range", "empirical", "examples") if getattr(self, part)]
            if odd:
                raise problem("P306", f"{odd[0]!r} belongs to a number, and this finding is true or false")
        elif self.range is None or self.range.min is None or self.range.max is None:
            raise problem("P111", "a number declares its 'range' with min and max", "range: {min: 0, max: 100}")
        return self


class FindingsModel(Strict):
    findings: dict[Name, FindingModel]


class NeutralFlagModel(Strict):
    title: Words
    tell: Words | None = None


class NeutralGuardModel(Strict):
    title: Words


class NeutralRuleModel(Strict):
    title: Words
    text: BothWords
    cites: tuple[Cited, ...] = Field(default=(), strict=False)


_LEVELS = (Urgency.EMERGENCY.value, Urgency.SAME_DAY.value, Urgency.URGENT.value)


class EmergencyModel(Strict):
    call: tuple[Words, ...] = Field(default=(), strict=False)
    ready: tuple[Words, ...] = Field(default=(), strict=False)
    explain: tuple[Words, ...] = Field(default=(), strict=False)
    then_ask: tuple[Name, ...] = Field(default=(), strict=False)
    cites: tuple[Cited, ...] = Field(default=(), strict=False)


class RedFlagModel(Entry):
    title: Words
    urgency: Annotated[str, one_of(*_LEVELS)]
    when: Condition
    unless: Condition | None = None
    if_unknown: Annotated[str, one_of(*_LEVELS, "none")] | None = None
    unsettles: YesNo = False
    cites: tuple[Cited, ...] = Field(strict=False, min_length=1)
    tell: Words | None = None
    neutral: NeutralFlagModel | None = None
    emergency: EmergencyModel | None = None


class RedFlagsModel(Strict):
    red_flags: dict[Name, RedFlagModel]


class GuardModel(Entry):
    title: Words
    when: Condition
    neutral: NeutralGuardModel | None = None


class GuardsModel(Strict):
    guards: dict[Name, GuardModel]


class RuleGuardModel(Strict):
    guard: Name
    instead: Words | None = None
    neutral: Words | None = None


def _rule_guard(value: object) -> object:
    if isinstance(value, str):
        return {"guard": value}
    if isinstance(value, dict) and len(value) == 1:
        name, more = next(iter(value.items()))
        if isinstance(more, dict) and more.keys() <= {"instead", "neutral"}:
            return {"guard": name, **more}
    raise problem("P112", "a guard is written as its id, or as 'id: {instead: …}'")


class RuleModel(Entry):
    kind: Annotated[str, one_of(*RuleKind)]
    when: Condition | None = None
    always: YesNo = False
    guards: tuple[Annotated[RuleGuardModel, BeforeValidator(_rule_guard)], ...] = Field(default=(), strict=False)
    answers: Name | None = None
    within: Duration
    verb: Annotated[str, one_of("request", "be_seen", "done")]
    actions: tuple[Identifier, ...] = Field(default=(), strict=False)
    title: Words
    text: BothWords
    strength: Text
    certainty: Text
    cites: tuple[Cited, ...] = Field(default=(), strict=False)
    applicability: Annotated[str, one_of("direct", "indirect")]
    jurisdiction: Text
    topic: Identifier
    review_status: Text
    reviewed: Day | None = None
    review_due: Day
    origin: Text
    verification: Annotated[str, one_of("verified", "unverified", "expert_opinion", "judgement")]
    neutral: NeutralRuleModel | None = None
    regions: tuple[RegionId, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _has_one_condition(self) -> RuleModel:
        given = [self.when is not None, self.always, self.answers is not None]
        if not any(given) or (self.always and sum(given) > 1):
            raise problem("P111", "a rule has 'when', or 'always: yes', or the red flag it 'answers'")
        return self


class RulesModel(Strict):
    category: Annotated[str, one_of(*CATEGORIES)]
    rules: dict[Identifier, RuleModel]


class ClueModel(Strict):
    text: Words
    when: Condition


class HypothesisModel(Entry):
    title: Words
    for_: tuple[ClueModel, ...] = Field(alias="for", strict=False, min_length=1)
    against: tuple[ClueModel, ...] = Field(default=(), strict=False)
    decided_by: Words
    cites: tuple[Cited, ...] = Field(default=(), strict=False)


class HypothesesModel(Strict):
    hypotheses: dict[Identifier, HypothesisModel]


class SideModel(Strict):
    text: Words
    cites: tuple[Cited, ...] = Field(strict=False, min_length=1)


class ConflictModel(Entry):
    question: Words
    sides: tuple[SideModel, ...] = Field(strict=False, min_length=2)
    rules: tuple[Identifier, ...] = Field(strict=False, min_length=1)
    default: Words


class ConflictsModel(Strict):
    conflicts: dict[Identifier, ConflictModel]


VERIFIED = ("seen", "partly_seen", "from_memory", "not_found", "not_applicable")
"""How far a source was checked: itself, in part, not at all, looked for in vain; an opinion has nothing to check."""


class ReferenceModel(Entry):
    citation: Text
    type: Text
    jurisdiction: Text
    year: Whole
    applicability: Annotated[str, one_of("direct", "indirect", "background")]
    topics: tuple[Identifier, ...] = Field(strict=False, min_length=1)
    identifier: str = ""
    verified: Annotated[str, one_of(*VERIFIED)]
    verified_note: Text
    checked: Day | None = Field(default=None, exclude=True)
    superseded: Text | None = None
    evidence: YesNo = True


class ReferencesModel(Strict):
    references: dict[ReferenceId, ReferenceModel]


class OriginModel(Strict):
    says: Text
    rules: tuple[Identifier, ...] = Field(default=(), strict=False)
    changed: Text | None = None


class OriginsModel(Strict):
    recommendations: dict[Identifier, OriginModel]


class AudienceModel(Strict):
    title: Words
    may_know: Condition | None = None
    always: YesNo = False
    wording: Annotated[str, one_of("clinician", "patient")] = "clinician"

    @model_validator(mode="after")
    def _has_one_ground(self) -> AudienceModel:
        if self.always and self.may_know is not None:
            raise problem("P306", "an audience has 'may_know' or 'always: yes', not both", "delete one of them")
        return self


class AudiencesModel(Strict):
    audiences: dict[Identifier, AudienceModel] = Field(min_length=1)


# --- protocol.yaml --------------------------------------------------------------------------------


class ScopeModel(Strict):
    when: Condition
    in_scope: Words
    out_of_scope: Words
    unsettled: Words


class PeriodModel(Strict):
    id: Identifier
    label: Words
    from_day: Whole
    to_day: Whole


class SafetyNetModel(Strict):
    id: Identifier
    title: Words
    items: tuple[Words, ...] = Field(strict=False, min_length=1)
    cites: tuple[Cited, ...] = Field(default=(), strict=False)


class HandoverModel(Strict):
    id: Annotated[str, one_of("situation", "background", "assessment", "recommendation")]
    title: Words
    intro: Words | None = None
    questions: tuple[Name, ...] = Field(default=(), strict=False)


class SiteFactModel(Strict):
    label: Words


def _no_region(key: str) -> str:
    if key == REGION_FACT:
        raise problem("P305", "'region' is declared under 'regions'", "regions: {UK: United Kingdom}")
    return key


class StatementModel(Strict):
    id: Identifier
    ask: BothWords
    type: Annotated[str, one_of("yes_no", "text")]
    consequence: Words | None = None
    blocks: YesNo = False

    @model_validator(mode="after")
    def _parts_fit_the_type(self) -> StatementModel:
        if self.type != "yes_no" and (self.blocks or self.consequence is not None):
            raise problem("P306", "'consequence' and 'blocks' speak of a no: they belong to type yes_no")
        if self.blocks and self.consequence is None:
            raise problem("P111", "a statement that blocks says in 'consequence' what to do instead")
        return self


def _of_their_own(statements: tuple[StatementModel, ...]) -> tuple[StatementModel, ...]:
    names = [each.id for each in statements]
    for name in names:
        if names.count(name) > 1:
            raise problem("P211", f"two statements are called {name!r}", "rename one of them")
    return statements


class RecheckModel(Strict):
    id: Identifier
    ask: BothWords
    questions: tuple[Name, ...] = Field(strict=False, min_length=2)


class AfterBreakModel(Strict):
    """What holds after a break in use, whatever its cause."""

    finding: Identifier
    guard: Identifier
    says: Identifier
    actions: tuple[Identifier, ...] = Field(strict=False, min_length=1)
    breaks: tuple[Name, ...] = Field(strict=False, min_length=1)


class ManifestModel(Strict):
    id: Identifier
    version: Text
    default: YesNo = False
    language: Language = "en"
    title: Words
    content_status: Text
    last_updated: Day
    intended_use: Words
    disclaimer: Words
    editorial_policy: Words
    scope: ScopeModel
    sections: tuple[Identifier, ...] = Field(strict=False, min_length=1)
    actions: tuple[Identifier, ...] = Field(strict=False)
    timeline: tuple[PeriodModel, ...] = Field(strict=False, min_length=1)
    safety_net: tuple[SafetyNetModel, ...] = Field(default=(), strict=False)
    reassurance: tuple[Words, ...] = Field(default=(), strict=False)
    handover: tuple[HandoverModel, ...] = Field(default=(), strict=False)
    site: dict[Annotated[Identifier, AfterValidator(_no_region)], SiteFactModel] = {}
    regions: dict[RegionId, Words] = {}
    emergency: EmergencyModel | None = None
    refusal: Annotated[tuple[StatementModel, ...], AfterValidator(_of_their_own)] = Field(default=(), strict=False)
    recheck: tuple[RecheckModel, ...] = Field(default=(), strict=False)
    never_withholds: dict[Name, Annotated[tuple[OptionId, ...], Field(strict=False)]] = Field(default={}, exclude=True)
    after_a_break: AfterBreakModel | None = Field(default=None, exclude=True)
    labels: dict[Identifier, dict[Identifier, Words]]
