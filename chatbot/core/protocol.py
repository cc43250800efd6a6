"""The protocol as frozen values: sections, questions, findings, red flags, guards, rules, references.

Built by ``chatbot.content.build`` from checked YAML. Nothing here reads a file or evaluates a case.
It is one list of value types with no logic but the safety screen and lists, so it stays one module past 400 lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from chatbot.core.calculate import Calculation
from chatbot.core.certificate import Certificate
from chatbot.core.condition import Condition
from chatbot.core.review import Review
from chatbot.core.topics import Asks, Topic
from chatbot.core.tree import SCORE
from chatbot.core.values import Source, Urgency


class QuestionType(StrEnum):
    """How a question is answered."""

    YES_NO = "yes_no"
    CHOICE = "choice"
    SEVERAL = "several"
    NUMBER = "number"
    SCALE = "scale"
    DATE = "date"
    TEXT = "text"
    GRID = "grid"
    INSTRUMENT = "instrument"


class Stage(StrEnum):
    """Which part of the interview a section belongs to; the phases of an open case follow it."""

    CONTEXT = "context"
    SAFETY = "safety"
    HISTORY = "history"
    EXAMINATION = "examination"


class RuleKind(StrEnum):
    """What a rule says about its action."""

    DO = "do"
    AVOID = "avoid"
    NOTE = "note"


SAFETY_CATEGORY = "safety"
"""The one category the engine treats apart: guards never withhold its rules."""

CATEGORIES = (
    SAFETY_CATEGORY,
    "imaging",
    "laboratory",
    "referral",
    "non_drug",
    "drug",
    "opioid_safety",
    "interventional",
    "surgical",
    "psychosocial",
    "follow_up",
)
"""Every category of the plan, in the order it is printed."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One text in both registers."""

    clinician: str
    patient: str

    def in_register(self, register: str) -> str:
        """Return the text for ``"clinician"`` or ``"patient"``."""
        return self.patient if register == "patient" else self.clinician


def other_register(register: str) -> str:
    """Return the register a switch of wording leads to."""
    return "patient" if register == "clinician" else "clinician"


@dataclass(frozen=True, slots=True)
class Citation:
    """A reference with the place in it."""

    reference: str
    locator: str = ""
    """Section, table or page as printed in the source; empty when the whole source is meant."""


@dataclass(frozen=True, slots=True)
class Neutral:
    """What stands in for something that tells of a private answer, for readers who may not know it."""

    title: Wording
    text: Wording | None = None
    """Of a rule: what is to be done."""
    tell: Wording | None = None
    """Of a red flag: the sentence to say aloud."""
    cites: tuple[Citation, ...] = ()
    """References that may be named beside it; none unless the content says so."""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a question, or one grade of a grid."""

    id: str
    label: Wording
    exclusive: bool = False
    """Of several choices: cannot stand beside another ("none of these")."""
    grade: Decimal | None = None
    """Of a grid: what comparisons on ``grade`` read; None compares as unknown."""
    synonyms: tuple[str, ...] = ()
    """Other words people type for it, beside its labels."""


@dataclass(frozen=True, slots=True)
class CannotApply:
    """A coded reason why a question cannot apply to this person, and what must be settled instead."""

    id: str
    label: Wording
    substitute: tuple[str, ...]
    """Questions that settle it; until each has a value the question reads as unknown."""


@dataclass(frozen=True, slots=True)
class QuickDate:
    """One key that writes an interval relative to the sitting's ``as_of`` ("4 to 14 days ago")."""

    id: str
    label: Wording
    oldest: str | None
    """ISO 8601 duration before ``as_of`` at which the interval begins; None: open, stored from the year 1900."""
    newest: str
    """ISO 8601 duration before ``as_of`` at which it ends."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One row or column of a grid, or one item of an instrument."""

    id: str
    label: Wording
    options: tuple[Option, ...] = ()
    """Of an item: its own options, each with its score as ``grade``. Of a column: those it takes; empty: all."""


@dataclass(frozen=True, slots=True)
class FigureSide:
    """One drawing of a figure."""

    title: Wording
    rows: tuple[str, ...]
    """Each sign takes one column; a letter stands for a cell."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What a table looks like drawn: beside it, what is marked is seen where it is."""

    sides: tuple[FigureSide, ...]
    places: tuple[tuple[str, str], ...]
    """Letter and the cell it stands for, as ``row.column``."""


@dataclass(frozen=True, slots=True)
class Group:
    """Questions repeated for each operation, treatment …; instances are keyed ``group[n].field``, n from 1."""

    id: str
    title: Wording
    count: str
    """The question whose value says how many there are."""
    most: int
    """The largest number of rows."""
    fields: tuple[str, ...]
    """Bare field ids in order."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question. A field of a group is expanded to one Question for each possible row."""

    id: str
    """``bladder_retention``, or ``operations[2].procedure`` for a row of a group."""
    section: str
    type: QuestionType
    ask: Wording
    why: Wording
    """Why it is asked, in both registers."""
    report: Wording | None = None
    """How a report names it ("bladder retention"); None: by its wording."""
    cites: tuple[Citation, ...] = ()
    options: tuple[Option, ...] = ()
    rows: tuple[Axis, ...] = ()
    columns: tuple[Axis, ...] = ()
    normal: str | None = None
    """Of a grid: the option that "all normal" fills in."""
    figure: Figure | None = None
    """Of a grid: its drawing."""
    quick: tuple[QuickDate, ...] = ()
    unit: str | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    """Hard range, inclusive: outside it the answer is refused."""
    soft_minimum: Decimal | None = None
    soft_maximum: Decimal | None = None
    """Soft range: outside it the answer must be confirmed."""
    when: Condition | None = None
    """When the question applies; None: always."""
    valid_for: int | None = None
    """Shelf life of a reassuring answer in minutes; None: does not age."""
    carry: bool | None = None
    """Whether a follow-up carries its answer; None: by the rule of ``Protocol.carried_questions``."""
    private: bool = False
    source: Source = Source.PATIENT
    """The usual source of its answer."""
    cannot_apply: tuple[CannotApply, ...] = ()
    group: str | None = None
    """The group it is a row of."""
    row: int = 0
    """Its row in that group, from 1; 0 outside groups."""
    instrument: str | None = None
    """The instrument it asks item by item, or (a number) whose score it takes."""
    words: tuple[str, ...] = ()
    """What people say when they mean it, beside its wordings. They only help to find it."""

    @property
    def is_table(self) -> bool:
        """Whether its value maps cells to options: a grid, or the items of an instrument."""
        return self.type in {QuestionType.GRID, QuestionType.INSTRUMENT}

    @property
    def cells(self) -> Mapping[str, tuple[Option, ...]]:
        """The cells of a grid (``row.column``) or the items of an instrument, each with its options."""
        if self.type is QuestionType.INSTRUMENT:
            return {item.id: item.options for item in self.rows}
        return {f"{row.id}.{column.id}": column.options or self.options for row in self.rows for column in self.columns}

    @property
    def named(self) -> Wording:
        """How a report names it."""
        return self.report or self.ask


@dataclass(frozen=True, slots=True)
class Band:
    """A named stretch of the scores of an instrument; its truth is the finding ``question.band``."""

    id: str
    title: Wording
    cites: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Instrument:
    """A published questionnaire: what its score means, and whose it is. Its items stand in its question."""

    id: str
    title: Wording
    question: str
    """The question that asks it; ``question.score`` is the finding with its score."""
    reproduced: bool
    """Its items are asked here; otherwise the score is entered."""
    owner: str
    licence: str
    attribution: Wording
    """Who is to be named wherever it is used."""
    address: str
    """Where its owner keeps it."""
    bands: tuple[Band, ...]
    prorated: int
    """How many items may be missing for an estimate; 0: no estimate is made."""
    includes: str | None
    """The question of another instrument whose score counts into this one."""
    mean: bool
    """The score is the mean of the items, not their sum."""
    cites: tuple[Citation, ...]
    verified: str
    """How far the wording and the scoring were compared with the source."""

    @property
    def score(self) -> str:
        """The finding with its score."""
        return f"{self.question}.{SCORE}"


@dataclass(frozen=True, slots=True)
class QuestionBlock:
    """Yes/no questions of one section that may be read out as one list."""

    id: str
    ask: Wording
    """Read aloud before the lines."""
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Questions grouped as a clinician would."""

    id: str
    title: Wording
    stage: Stage
    questions: tuple[str, ...]
    intro: Wording | None = None
    """Said once before its first question."""
    blocks: tuple[QuestionBlock, ...] = ()
    """Questions in it that may be read out as lists."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A named clinical fact derived from answers: true or false, or a number."""

    id: str
    title: Wording
    when: Condition
    """When it is true; of a number, whether it is known."""
    number: Calculation | None = None
    """How it is calculated, where it is a number."""
    cites: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Emergency:
    """What is wanted at hand in an emergency besides its actions: of one red flag, or of every one."""

    call: tuple[Wording, ...] = ()
    """Whom to call, mostly by a local fact."""
    ready: tuple[Wording, ...] = ()
    """What to have ready."""
    explain: tuple[Wording, ...] = ()
    """What to tell the person."""
    then_ask: tuple[str, ...] = ()
    """The questions whose answers the receiving team needs, the most important first."""
    cites: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class RedFlag:
    """A finding that sets the urgency of the case."""

    id: str
    title: Wording
    urgency: Urgency
    when: Condition
    unless: Condition | None
    if_unknown: Urgency | None
    """The urgency when it can be neither shown nor excluded; None: no urgency hangs on it."""
    cites: tuple[Citation, ...]
    tell: Wording | None = None
    """The sentence to say aloud when handing the person over."""
    neutral: Neutral | None = None
    unsettles: bool = False
    """While it is present no answer of the safety screen counts as settled."""
    emergency: Emergency | None = None
    """What is wanted at hand when it raises an emergency, besides what every emergency wants."""


@dataclass(frozen=True, slots=True)
class Guard:
    """A named contraindication."""

    id: str
    title: Wording
    when: Condition
    neutral: Neutral | None = None


@dataclass(frozen=True, slots=True)
class RuleGuard:
    """A guard as one rule uses it."""

    guard: str
    instead: Wording | None
    """What replaces the action while the guard holds; every safety rule with guards has it."""
    neutral: Wording | None = None
    """What replaces ``instead`` for readers who may not know the reason."""


@dataclass(frozen=True, slots=True)
class Rule:
    """When a condition holds, a recommendation is made, withheld, or held back pending a fact."""

    id: str
    kind: RuleKind
    category: str
    when: Condition | None
    """None: always, or whenever the red flag it answers is raised."""
    guards: tuple[RuleGuard, ...]
    answers: str | None
    """The red flag it answers; the rule holds as far as the flag is raised."""
    within: str
    """ISO 8601 duration within which it is due; ``PT0S`` is now."""
    verb: str
    """What is to happen within that time: request, be_seen or done."""
    actions: tuple[str, ...]
    """Tags from the protocol's closed list."""
    title: Wording
    text: Wording
    strength: str
    """As its source states it."""
    certainty: str
    """As its source states it."""
    cites: tuple[Citation, ...]
    applicability: str
    """direct or indirect, for this population."""
    jurisdiction: str
    topic: str
    """What it is about; must be on the topic list of every reference it cites."""
    review_status: str
    reviewed: str | None
    review_due: str
    """Dates YYYY-MM-DD; ``reviewed`` None: by nobody yet."""
    origin: str
    """Where the rule comes from in the evidence: its number there, or why it was added."""
    verification: str
    """verified, unverified, expert_opinion or judgement."""
    neutral: Neutral | None = None
    regions: tuple[str, ...] = ()
    """The regions it is for; empty: everywhere. Where the region is not known it stands as well."""


@dataclass(frozen=True, slots=True)
class Clue:
    """One finding for or against a hypothesis."""

    text: Wording
    when: Condition


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A candidate cause with what speaks for it, against it, and the test that decides. Never a probability."""

    id: str
    title: Wording
    for_: tuple[Clue, ...]
    against: tuple[Clue, ...]
    decided_by: Wording
    cites: tuple[Citation, ...]
    left_out: frozenset[str] = frozenset()
    """``for`` and ``against`` where clues of that side were left out; no state is said that they could overturn."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a conflict."""

    text: Wording
    cites: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A question on which named guidelines disagree."""

    id: str
    question: Wording
    sides: tuple[Side, ...]
    rules: tuple[str, ...]
    """Rules that touch it; it is shown when one of them is not ``not_applicable``."""
    default: Wording
    """What this protocol does, and who decided so."""


UNVERIFIED = frozenset({"from_memory", "not_found", ""})
"""What a reference says of its verification when nobody has seen any of it."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One source."""

    id: str
    citation: str
    """Vancouver style, without its number."""
    type: str
    jurisdiction: str
    year: int
    applicability: str
    topics: tuple[str, ...]
    """What it may be cited for."""
    identifier: str
    """DOI, PMID, ISBN, address, or empty."""
    verified: str
    """seen, partly_seen, from_memory or not_applicable."""
    verified_note: str
    """What exactly was or was not verified."""
    superseded: str = ""
    """What replaced it, or why it has lapsed."""


@dataclass(frozen=True, slots=True)
class Period:
    """One stretch of the timeline."""

    id: str
    label: Wording
    from_day: int
    to_day: int


@dataclass(frozen=True, slots=True)
class SafetyNet:
    """One tier of when-to-come-back advice."""

    id: str
    title: Wording
    items: tuple[Wording, ...]
    cites: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that is asked and recorded before an emergency action counts as declined by the person."""

    id: str
    ask: Wording
    type: str
    """yes_no or text."""
    consequence: Wording | None
    """What follows from *no*."""
    blocks: bool
    """*No* means that the refusal does not stand."""


@dataclass(frozen=True, slots=True)
class RecheckBlock:
    """Questions that may be confirmed together when all is as it was last time."""

    id: str
    ask: Wording
    """Read aloud before the lines."""
    questions: tuple[str, ...]
    """Question keys; a row of a group is a key of its own."""


@dataclass(frozen=True, slots=True)
class HandoverPart:
    """One part of the handover summary and what it reports."""

    id: str
    """situation, background, assessment or recommendation."""
    title: Wording
    intro: Wording | None
    questions: tuple[str, ...]
    """Questions whose answers it reports, in order; a group id reports every row."""


@dataclass(frozen=True, slots=True)
class OriginItem:
    """One recommendation of the source article and what became of it."""

    id: str
    says: str
    """In our own words."""
    rules: tuple[str, ...]
    changed: str
    """Why it is changed or left out; empty when the rules carry it as it stands."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom the protocol is for."""

    when: Condition
    """True: in scope; false: outside; unknown: not settled."""
    in_scope: Wording
    out_of_scope: Wording
    """What is said when the person is outside it."""
    unsettled: Wording


@dataclass(frozen=True, slots=True)
class Audience:
    """Somebody an export may be for."""

    id: str
    title: Wording
    may_know: Condition | None
    """What must be known to be true before private answers are passed on; None: nothing allows it."""
    always: bool = False
    """May know whatever was answered: the person's own page."""
    register: str = "clinician"
    """The wording its exports have unless another is asked for."""


@dataclass(frozen=True, eq=False)
class Protocol:
    """One content package, ready to run. Mappings keep content order; two are equal only when they are one."""

    id: str
    version: str
    digest: str
    """SHA-256 in hex over all that can change what is asked or said."""
    title: Wording
    intended_use: Wording
    disclaimer: Wording
    content_status: str
    """Shown on every screen and page, such as "draft, pending clinical review"."""
    last_updated: str
    """YYYY-MM-DD."""
    editorial_policy: Wording
    scope: Scope
    sections: Mapping[str, Section]
    questions: Mapping[str, Question]
    """Every question in the order of asking, groups expanded."""
    groups: Mapping[str, Group]
    findings: Mapping[str, Finding]
    red_flags: Mapping[str, RedFlag]
    guards: Mapping[str, Guard]
    rules: Mapping[str, Rule]
    hypotheses: Mapping[str, Hypothesis]
    conflicts: Mapping[str, Conflict]
    references: Mapping[str, Reference]
    timeline: tuple[Period, ...]
    safety_net: tuple[SafetyNet, ...]
    reassurance: tuple[Wording, ...]
    """Sentences that may be said only when every red flag is clear."""
    handover: tuple[HandoverPart, ...]
    labels: Mapping[str, Wording]
    """Words for urgency levels, statuses, plan states … keyed ``urgency.emergency``, ``status.check_first``."""
    origin: tuple[OriginItem, ...] = ()
    review: Review | None = None
    """Where its review stands today, outside the digest; None: not known, as for content kept beside a case."""
    certificate: Certificate | None = None
    """What is proved of it, outside the digest; None: nothing that fits."""
    recheck: tuple[RecheckBlock, ...] = ()
    """Lists that are read aloud and confirmed at once when something was said before."""
    refusal: tuple[Statement, ...] = ()
    """What an informed refusal of an emergency action asks."""
    emergency: Emergency | None = None
    """What every emergency wants at hand."""
    actions: frozenset[str] = field(default_factory=frozenset)
    audiences: Mapping[str, Audience] = field(default_factory=dict)
    site: Mapping[str, Wording] = field(default_factory=dict)
    """Local facts its texts name as ``{site.key}``: key to what it is."""
    regions: Mapping[str, Wording] = field(default_factory=dict)
    """Where the content knows differences: ``UK``, ``US``."""
    default: bool = False
    canonical: str = ""
    """The canonical JSON the digest is over; kept once beside the transcripts."""
    topics: Mapping[str, Topic] = field(default_factory=dict)
    """What follow-up questions may be about."""
    asks: Asks | None = None
    """How they are asked; None without topics."""
    instruments: Mapping[str, Instrument] = field(default_factory=dict)
    language: str = "en"
    """The tag of the language it is written in."""

    @property
    def identity(self) -> dict[str, str]:
        """How headers and plans name it."""
        return {"id": self.id, "version": self.version, "digest": self.digest}

    @cached_property
    def safety_questions(self) -> frozenset[str]:
        """The safety screen, computed: what red flags with an ``if_unknown`` urgency read.

        Directly, through findings, through the conditions of those questions, and through what
        settles them when they cannot apply.
        """
        found: set[str] = set()
        for flag in self.red_flags.values():
            if flag.if_unknown is None:
                continue
            for condition in (flag.when, flag.unless):
                if condition is not None:
                    found |= self.questions_behind(condition)
        waiting = list(found)
        while waiting:
            question = self.questions[waiting.pop()]
            behind = set() if question.when is None else set(self.questions_behind(question.when))
            for reason in question.cannot_apply:
                behind.update(reason.substitute)
            waiting.extend(behind - found)
            found |= behind
        return frozenset(found)

    @cached_property
    def numbers(self) -> Mapping[str, Calculation]:
        """The findings that are numbers."""
        return {name: each.number for name, each in self.findings.items() if each.number is not None}

    def conditions(self) -> Iterator[Condition]:
        """Yield every condition of the protocol; a number stands as whether it is known."""
        yield self.scope.when
        for question in self.questions.values():
            if question.when is not None:
                yield question.when
        for finding in self.findings.values():
            yield finding.when
        for flag in self.red_flags.values():
            yield flag.when
            if flag.unless is not None:
                yield flag.unless
        for guard in self.guards.values():
            yield guard.when
        for rule in self.rules.values():
            if rule.when is not None:
                yield rule.when
        for hypothesis in self.hypotheses.values():
            for clue in (*hypothesis.for_, *hypothesis.against):
                yield clue.when

    @cached_property
    def carried_questions(self) -> frozenset[str]:
        """What a follow-up carries: what content says, else what does not age and hangs on nothing that is asked again.

        A question whose own condition reads something volatile belongs to that: its answer is about what was so then.
        A scale or an instrument says how things are now.
        """
        found: set[str] = set()
        for key, question in self.questions.items():
            behind = frozenset() if question.when is None else self.questions_behind(question.when)
            # Questions stand in the order of asking: what a condition reads has been looked at before.
            now = question.type is QuestionType.SCALE or question.instrument is not None
            lasts = question.valid_for is None and not now
            stable = lasts and behind <= found
            if stable if question.carry is None else question.carry:
                found.add(key)
        return frozenset(found)

    def questions_behind(self, condition: Condition) -> frozenset[str]:
        """Return every question a condition reads, directly or through findings."""
        behind = (self.findings[name].when.questions for name in self.findings_behind(condition))
        return condition.questions.union(*behind)

    def findings_behind(self, condition: Condition) -> Iterator[str]:
        """Yield every finding a condition reads, directly or through others, each once."""
        seen: set[str] = set()
        waiting = sorted(condition.findings)
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                yield name
                waiting += sorted(self.findings[name].when.findings)
