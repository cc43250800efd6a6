"""What a screen shows, as words and choices: no colours, no widths, no keys of the terminal.

``present`` is a function of (protocol, case, register); every shell draws the same view.
"""

from __future__ import annotations

from dataclasses import dataclass

COVERED = "private answer"
"""What lists show in place of a private answer until somebody asks to see it."""


@dataclass(frozen=True, slots=True)
class OptionView:
    """One choice with the key that gives it."""

    key: str
    """One character: a digit, then letters that no action uses."""
    id: str
    label: str
    stored: str = ""
    """What it stores: the option id, or for a quick date its interval."""
    chosen: bool = False
    """It is part of the answer that stands."""
    exclusive: bool = False
    also: tuple[str, ...] = ()
    """Other names it may be typed by: those in the other register, and synonyms."""


@dataclass(frozen=True, slots=True)
class StatusView:
    """A way to answer without a value."""

    key: str
    """u, d, x or c."""
    status: str
    label: str
    also: tuple[str, ...] = ()
    """Other names it may be typed by."""


@dataclass(frozen=True, slots=True)
class AxisView:
    id: str
    label: str
    options: tuple[OptionView, ...] = ()
    """Of an item of an instrument its choices, each with the key of its score; of a column with options of its own
    those."""


@dataclass(frozen=True, slots=True)
class CitationView:
    """A source as shown beside a question or a rule."""

    reference: str
    citation: str
    locator: str
    type: str
    verified: str


@dataclass(frozen=True, slots=True)
class QuestionView:
    """The question on screen."""

    id: str
    section: str
    """Title of its section."""
    section_intro: str
    """Said once, at the first question of the section; otherwise empty."""
    index: int
    """Place among the applicable questions of its section, from 1."""
    of: int
    text: str
    other_register: str
    """The same question in the other register."""
    why: str
    cites: tuple[CitationView, ...]
    type: str
    """A ``QuestionType`` value."""
    options: tuple[OptionView, ...]
    """Choices; for a date the quick intervals; for a grid its grades."""
    statuses: tuple[StatusView, ...]
    cannot_apply: tuple[OptionView, ...]
    """The coded reasons, when *cannot apply* may be chosen."""
    rows: tuple[AxisView, ...]
    columns: tuple[AxisView, ...]
    normal: str | None
    unit: str | None
    range: str
    """The allowed range in words, or empty."""
    source: str
    """Usual source, as an id of ``Source``."""
    private: bool
    answer: str
    """The answer that stands, in words; empty when there is none."""
    stored: object
    """The stored value that stands, or None."""
    expired: bool
    """The answer that stands has passed its shelf life: one key says *still so*."""
    postponed: bool
    carried: bool = False
    """The answer that stands comes from an earlier visit: one key says *still so*."""
    credit: str = ""
    """Of an instrument: whose it is, and where it is kept."""


@dataclass(frozen=True, slots=True)
class AnsweredView:
    """A question that has an answer."""

    id: str
    text: str
    answer: str
    source: str
    given: str
    raises: bool
    """The answer raises a red flag."""
    status: str
    """The status, or empty when there is a value."""
    applies: bool
    """False: kept in the log, not part of the plan."""
    private: bool = False
    """It tells of a private answer: lists show it only when asked to."""
    carried: bool = False
    """It comes from an earlier visit and is to be confirmed."""


@dataclass(frozen=True, slots=True)
class LineView:
    """One line of a list to confirm."""

    question: str
    text: str
    """How a report names it."""
    answer: str
    """What was said last time."""
    given: str


@dataclass(frozen=True, slots=True)
class RecheckView:
    """A list that is read aloud and confirmed at once; what changed is asked singly."""

    id: str
    text: str
    lines: tuple[LineView, ...]


@dataclass(frozen=True, slots=True)
class BlockLine:
    """One question of a list that is read out as one."""

    question: str
    text: str
    """The question as it is asked."""


@dataclass(frozen=True, slots=True)
class BlockView:
    """A list of yes/no questions: what is marked is yes, the rest no once all of it was shown."""

    id: str
    text: str
    """Read aloud before the lines."""
    section: str
    lines: tuple[BlockLine, ...]
    statuses: tuple[StatusView, ...]
    """Ways to mark a line without a value."""


@dataclass(frozen=True, slots=True)
class ReadBackLine:
    """One answer of the safety screen, as it is read back."""

    question: str
    text: str
    """How a report names it."""
    answer: str
    """What was understood; ``COVERED`` where it is private and nobody asked to see it."""
    settled: bool
    """False: without a value, as unknown or declined."""
    changed: bool
    """It differs from what was read back before."""
    private: bool


@dataclass(frozen=True, slots=True)
class ReadBackView:
    """What is read to the person at the end of the safety screen."""

    lines: tuple[ReadBackLine, ...]
    again: bool
    """It was read back before; only the changed lines are new."""


@dataclass(frozen=True, slots=True)
class FlagView:
    """A red flag and where it stands."""

    id: str
    title: str
    state: str
    """present, cannot_exclude, open or clear."""
    urgency: str
    """Its urgency level when present."""


@dataclass(frozen=True, slots=True)
class CauseView:
    """One reason for an alarm: a question with its answer."""

    question: str
    """Question id."""
    text: str
    answer: str
    source: str
    given: str


@dataclass(frozen=True, slots=True)
class ActionView:
    """One thing to do, or not to do."""

    rule: str
    kind: str
    """do, avoid or note."""
    text: str
    within: str
    """The time limit in words, such as "now" or "within 4 hours"."""
    numbers: tuple[int, ...]
    """Reference numbers in the plan."""
    title: str = ""
    declined: str = ""
    """That the person declined it, and when that was recorded; empty otherwise."""


@dataclass(frozen=True, slots=True)
class PartView:
    """One part of a handover."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AlarmView:
    """The emergency, whole screen: what, why, what now, by when."""

    titles: tuple[str, ...]
    flags: tuple[str, ...]
    causes: tuple[CauseView, ...]
    actions: tuple[ActionView, ...]
    handover: tuple[str, ...]
    """Sentences to read aloud."""
    references: tuple[str, ...]
    """Numbered citations used on this screen."""
    call: tuple[str, ...] = ()
    """Whom to call, with the number where it is known."""
    ready: tuple[str, ...] = ()
    """What to have ready."""
    explain: tuple[str, ...] = ()
    """What to tell the person."""
    at_hand: tuple[int, ...] = ()
    """Reference numbers of these three."""
    parts: tuple[PartView, ...] = ()
    """The handover to read over the telephone, part by part."""


@dataclass(frozen=True, slots=True)
class CountsView:
    """The plan so far, as counts."""

    recommended: int
    check_first: int
    pending: int
    withheld: int
    precaution: int


@dataclass(frozen=True, slots=True)
class LeftView:
    """What is left to ask of one section."""

    section: str
    """Its title."""
    questions: int
    later: int
    """How many of them were postponed."""
    minutes: float
    """About how long they take."""


@dataclass(frozen=True, slots=True)
class PlanLineView:
    """A line of the plan as it forms."""

    rule: str
    title: str
    status: str
    """recommended or precaution."""
    within: str
    """The time limit in words."""


@dataclass(frozen=True, slots=True)
class View:
    """Everything an interview screen shows."""

    title: str
    version: str
    content_status: str
    disclaimer: str
    case: str
    label: str
    subject: str
    kind: str
    as_of: str
    actor: str
    phase: str
    scope: str
    """in, out or unknown."""
    scope_text: str
    """What the protocol says about that; empty while in scope."""
    urgency: str
    urgency_label: str
    urgency_symbol: str
    urgency_text: str
    """One sentence, such as "6 safety questions open"."""
    safety_asked: bool
    safety_resolved: bool
    alarm: AlarmView | None
    """Set while an alarm waits to be acknowledged: nothing else may be asked."""
    question: QuestionView | None
    """None while an alarm waits, and when nothing is left to ask."""
    answered: tuple[AnsweredView, ...]
    """In the order of asking."""
    postponed: tuple[str, ...]
    """Ids of postponed questions that are still open."""
    recheck: RecheckView | None
    """The list that begins with the question on screen; None when there is none."""
    carried: tuple[str, ...]
    """Ids of questions whose answer is carried and to be confirmed before signing."""
    visit: int
    """1 for a first visit."""
    case_version: int
    """1 unless the case amends another."""
    flags: tuple[FlagView, ...]
    done: int
    expected: int
    """Applicable questions answered, and applicable questions in all as far as known."""
    counts: CountsView
    notes: tuple[str, ...]
    closed: bool
    """Signed or abandoned: nothing can be changed."""
    emergency: tuple[str, ...] = ()
    """What is suspected while an emergency stands, read or not; neutral words where content has them."""
    for_team: bool = False
    """Only what the receiving team needs is asked, until somebody goes on with everything."""
    left: tuple[LeftView, ...] = ()
    """What is left to ask of the questions known to apply, by section."""
    may_come: int = 0
    """Questions of which nobody can say yet whether they will apply."""
    may_take: float = 0
    """About how many minutes those would take, if all came."""
    first: tuple[PlanLineView, ...] = ()
    """The plan as it forms: what is to be done first, the most pressing first."""
    overdue: str = ""
    """That reviews of the content are past their date; empty while none is."""
    block: BlockView | None = None
    """The list of yes/no questions that begins with the question on screen; None when there is none."""
    read_back: ReadBackView | None = None
    """The answers of the safety screen while they wait to be read to the person; None otherwise."""
