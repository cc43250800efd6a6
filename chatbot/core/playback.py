"""A kept case played like a recording: the state after any of its records, what each of them changed, and its marks.

Pure, from a protocol and the records of a case. States are folded when they are asked for; every ``EVERY``-th is kept,
so that going back costs no more than going on. Words of what happened come from whoever draws it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol

from chatbot.core import events as ev
from chatbot.core.case import Case, evolve
from chatbot.core.explain import contributors
from chatbot.core.findings import FlagState, network
from chatbot.core.numbers import finding_json
from chatbot.core.outcome import outcome
from chatbot.core.phases import Phase
from chatbot.core.plan import build_plan
from chatbot.core.protocol import Protocol as Content
from chatbot.core.urgency import is_asked, plan_urgency, safety_asked, safety_resolved, shown_flags
from chatbot.core.values import Answer, Urgency

EVERY = 32
"""A state is kept for each so many records."""

MARKS = ("flag", "correction", "urgency", "alarm", "sitting", "plan", "closing")
"""What can be jumped to: a red flag that appears, an answer corrected or taken back, another urgency, an alarm, a
sitting that begins, a plan that is issued, the end of the case."""

_MARK_OF = {
    "answer.corrected": "correction",
    "answer.withdrawn": "correction",
    "alarm.raised": "alarm",
    "case.opened": "sitting",
    "case.resumed": "sitting",
    "plan.issued": "plan",
    "case.signed": "closing",
    "case.abandoned": "closing",
}

FINISHED = frozenset({Phase.PLANNED, Phase.SIGNED})
"""Phases in which what was not asked counts as unknown, as in the plan that was issued."""

STANDS = (FlagState.CANNOT_EXCLUDE, FlagState.PRESENT)
"""States of a red flag that stands, the graver last."""

_QUIET = frozenset({"pending", "not_applicable"})
"""Statuses of a rule that nobody is shown: between them nothing changes."""


class Entry(Protocol):
    """One record, as it is read from a transcript."""

    @property
    def seq(self) -> int: ...

    @property
    def t(self) -> str:
        """When it was written, by the wall clock: UTC to the millisecond."""

    @property
    def mono_ns(self) -> int:
        """Nanoseconds since its writer began, by a clock that cannot be set."""

    @property
    def actor(self) -> str: ...

    @property
    def type(self) -> str: ...

    @property
    def event(self) -> ev.Event: ...


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing that became another: its id, and what it was and is; empty: it was not there, or is not any more."""

    id: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class AnswerTurn:
    """An answer that was given, changed or taken back."""

    question: str
    before: Answer | None
    after: Answer | None


@dataclass(frozen=True, slots=True)
class Changed:
    """What one record changed. None and empty: it is as it was."""

    urgency: Turn | None
    phase: Turn | None
    question: Turn | None
    """The question on screen."""
    flags: tuple[Turn, ...]
    """Red flags whose state became another: present, cannot_exclude, open, clear."""
    findings: tuple[Turn, ...]
    """Findings that hold now or hold no longer, and numbers that came to another value."""
    rules: tuple[Turn, ...]
    """Rules by status; empty where a rule waits or does not apply."""
    unresolved: tuple[int, int] | None
    """How many questions that apply have no value."""
    answers: tuple[AnswerTurn, ...]

    @property
    def nothing(self) -> bool:
        """Whether all is as before."""
        turns = (self.urgency, self.phase, self.question, self.unresolved)
        return all(each is None for each in turns) and not (self.flags or self.findings or self.rules or self.answers)


@dataclass(frozen=True, slots=True)
class Moment:
    """One record of the recording."""

    index: int
    number: int
    """The number of its record, 0 for the header."""
    wall: str
    actor: str
    type: str
    event: ev.Event
    elapsed_ms: int
    """Since the opening, pauses between sittings included."""
    pause_ms: int
    """Since the record before."""
    marks: tuple[str, ...]
    """Those of ``MARKS`` it bears."""


@dataclass(frozen=True, slots=True)
class FlagThen:
    """A red flag as it stood."""

    id: str
    state: FlagState
    because: tuple[str, ...]
    """Questions whose answers are behind it, where it stands."""


class Stopped(Exception):
    """A record does not fit the protocol of its case: the recording ends before it."""


@dataclass(frozen=True)
class State:
    """The case after one record, and all that follows from it, worked out when it is asked for."""

    content: Content
    case: Case

    @property
    def urgency(self) -> Urgency:
        """Its urgency as lists of cases say it."""
        return urgency_of(self.content, self.case)

    @cached_property
    def safety_asked(self) -> bool:
        return safety_asked(self.content, self.case.assessment)

    @cached_property
    def safety_resolved(self) -> bool:
        return safety_resolved(self.content, self.case.assessment)

    @cached_property
    def flags(self) -> Mapping[str, FlagState]:
        """Every red flag in content order to its state: what nobody has asked about yet is open."""
        return shown_flags(self.content, self.case.assessment)

    @cached_property
    def findings(self) -> Mapping[str, bool | int | str]:
        """Every finding and number, as a plan spells them."""
        facts = self.case.assessment.facts
        return {name: finding_json(self.content, facts, name) for name in self.content.findings}

    @cached_property
    def rules(self) -> Mapping[str, str]:
        """Every rule to its status. Before the safety screen was asked nothing is a precaution."""
        found = outcome(self.content, self.case.assessment).statuses
        if self.safety_asked:
            return found
        return {name: "pending" if status == "precaution" else status for name, status in found.items()}

    @cached_property
    def unresolved(self) -> tuple[str, ...]:
        """The questions that apply and have no value, in the order of asking."""
        facts, assessment = self.case.assessment.facts, self.case.assessment
        return tuple(
            key
            for key in network(self.content).ask_order
            if facts.states[key] not in {"known", "not_applicable"}
            and facts.values[key] is None
            and is_asked(self.content, assessment, key)
        )

    def flag(self, name: str) -> FlagThen:
        """Return a red flag with the answers behind it."""
        state = self.flags[name]
        behind: list[str] = []
        if state in STANDS:
            when = self.content.red_flags[name].when
            behind = [
                key
                for key in contributors(self.content, when, self.case.assessment.facts)
                if key in self.case.answers and self.case.assessment.applies[key] is not False
            ]
        return FlagThen(name, state, tuple(behind))

    def plan(self) -> dict[str, Any]:
        """Build the plan as it would have been issued at this moment."""
        return build_plan(self.content, self.case)


class Playback:
    """The records of one case as a recording. Indices count from 0; ``len`` is how many can be played."""

    def __init__(self, content: Content, entries: Sequence[Entry], *, every: int = EVERY) -> None:
        self.content = content
        self.entries = tuple(entries)
        self.problem = ""
        """Why it ends before its last record; empty while all of it can be played."""
        self._every = every
        self._end = len(self.entries)
        self._kept: dict[int, Case] = {}
        self._near: dict[int, Case] = {}
        self._states: dict[int, State] = {}
        self._marks: dict[str, list[int]] = {name: [] for name in MARKS}
        self._of: dict[int, tuple[str, ...]] = {}
        self._scanned = 0
        self._pauses = _pauses(self.entries)
        total = 0
        self._elapsed = [total := total + each for each in self._pauses]

    def __len__(self) -> int:
        return self._end

    # --- states ---

    def case(self, index: int) -> Case:
        """Return the case after the record at *index*. Raises: Stopped where the recording ends before it."""
        if index < 0 or index >= self._end:
            raise Stopped(self.problem or f"there is no record {index}")
        known = self._near.get(index) or self._kept.get(index)
        if known is not None:
            return known
        start = index
        case: Case | None = None
        while start > 0 and case is None:
            start -= 1
            case = self._near.get(start) or self._kept.get(start)
        for each in range(0 if case is None else start + 1, index + 1):
            case = self._step(case, each)
        assert case is not None
        return case

    def _step(self, case: Case | None, index: int) -> Case:
        entry = self.entries[index]
        try:
            case = evolve(self.content, case, entry.event)
        except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
            self._end = index
            question = getattr(entry.event, "question", None)
            about = f" (question {question!r})" if question else ""
            self.problem = f"record {entry.seq}, {entry.type}{about}, does not fit the protocol of the case"
            raise Stopped(self.problem) from error
        if index % self._every == 0:
            self._kept[index] = case
        self._near[index] = case
        while len(self._near) > 2 * self._every:
            del self._near[next(iter(self._near))]
        return case

    def state(self, index: int) -> State:
        """Return the state after the record at *index*. Raises: Stopped."""
        if index not in self._states:
            while len(self._states) >= 8:
                del self._states[next(iter(self._states))]
            self._states[index] = State(self.content, self.case(index))
        return self._states[index]

    def seek(self, index: int) -> int:
        """Return the index nearest to *index* that can be played; -1 where none can."""
        index = max(0, min(index, self._end - 1))
        try:
            self.case(index)
        except Stopped:
            return self._end - 1
        return index

    # --- moments ---

    def moment(self, index: int) -> Moment:
        """Return the record at *index*. Raises: Stopped."""
        if index >= self._scanned:
            self.scan(index + 1)
        if index < 0 or index >= self._end:
            raise Stopped(self.problem or f"there is no record {index}")
        entry = self.entries[index]
        return Moment(
            index=index,
            number=entry.seq,
            wall=entry.t,
            actor=entry.actor,
            type=entry.type,
            event=entry.event,
            elapsed_ms=self._elapsed[index],
            pause_ms=self._pauses[index],
            marks=self._of.get(index, ()),
        )

    def pause_after(self, index: int) -> int:
        """Return the milliseconds from the record at *index* to the next one; 0 at the end."""
        return self._pauses[index + 1] if index + 1 < self._end else 0

    def index_of(self, number: int) -> int:
        """Return the index of the record with a number, or of the last one before it."""
        return self.seek(max((at for at, each in enumerate(self.entries) if each.seq <= number), default=0))

    def changed(self, index: int) -> Changed:
        """Return what the record at *index* changed. Of the first one: what is so from the start. Raises: Stopped."""
        now = self.state(index)
        return _changed(self.state(index - 1) if index else None, now)

    # --- marks ---

    @property
    def scanned(self) -> int:
        """How many records have been searched for marks."""
        return self._scanned

    @property
    def whole(self) -> bool:
        """All marks are known."""
        return self._scanned >= self._end

    def scan(self, upto: int | None = None) -> bool:
        """Search for marks up to an index, or to the end; return whether all of them are known now."""
        upto = self._end if upto is None else min(upto, self._end)
        while self._scanned < upto:
            index = self._scanned
            try:
                now = self.case(index)
            except Stopped:
                break
            before = self.case(index - 1) if index else None
            found = _marks(self.content, self.entries[index].type, before, now)
            for name in found:
                self._marks[name].append(index)
            if found:
                self._of[index] = found
            self._scanned += 1
        return self.whole

    def marks(self, name: str) -> tuple[int, ...]:
        """Return the indices that bear a mark, as far as was searched."""
        return tuple(self._marks[name])

    def next(self, names: Sequence[str], index: int) -> int | None:
        """Return the next index after *index* that bears one of these marks; searches on as far as it must."""
        while True:
            found = [at for name in names for at in self._marks[name] if at > index]
            if found:
                return min(found)
            if self.whole:
                return None
            self.scan(self._scanned + self._every)

    def previous(self, names: Sequence[str], index: int) -> int | None:
        """Return the last index before *index* that bears one of these marks."""
        self.scan(index)
        return max((at for name in names for at in self._marks[name] if at < index), default=None)


# --- what follows from a case ---------------------------------------------------------------------


def urgency_of(content: Content, case: Case) -> Urgency:
    """Return the urgency of a case; of a finished one that of its plan, in which what was not asked is unknown."""
    return plan_urgency(content, case.assessment) if case.phase in FINISHED else case.urgency


def _marks(content: Content, type_: str, before: Case | None, now: Case) -> tuple[str, ...]:
    found = {_MARK_OF[type_]} if type_ in _MARK_OF else set()
    if before is None:
        return tuple(name for name in MARKS if name in found)
    if urgency_of(content, before) is not urgency_of(content, now):
        found.add("urgency")
    if before.assessment is not now.assessment and _appears(content, before, now):
        found.add("flag")
    return tuple(name for name in MARKS if name in found)


def _appears(content: Content, before: Case, now: Case) -> bool:
    """Whether a red flag stands that did not, or is graver than it was."""
    rank = {state: place for place, state in enumerate(STANDS, 1)}
    was = shown_flags(content, before.assessment)
    flags = shown_flags(content, now.assessment)
    return any(rank.get(state, 0) > rank.get(was[name], 0) for name, state in flags.items())


def _changed(before: State | None, now: State) -> Changed:
    then = None if before is None else before.case
    case = now.case
    flags: Mapping[str, FlagState] = {} if before is None else before.flags
    findings: Mapping[str, bool | int | str] = {} if before is None else before.findings
    rules: Mapping[str, str] = {} if before is None else before.rules
    same = before is not None and then is not None and then.assessment is case.assessment
    unresolved = (0 if before is None else len(before.unresolved), len(now.unresolved))
    return Changed(
        urgency=_turn("urgency", "" if before is None else before.urgency.value, now.urgency.value),
        phase=_turn("phase", "" if then is None else then.phase.value, case.phase.value),
        question=_turn("question", "" if then is None else then.shown or "", case.shown or ""),
        flags=()
        if same
        else tuple(
            Turn(name, flags[name].value if name in flags else "", state.value)
            for name, state in now.flags.items()
            if flags.get(name, FlagState.OPEN) is not state
        ),
        findings=() if same else tuple(_findings(findings, now.findings)),
        rules=()
        if same
        else tuple(
            Turn(name, was, is_)
            for name, status in now.rules.items()
            if (was := _loud(rules.get(name, ""))) != (is_ := _loud(status))
        ),
        unresolved=None if unresolved[0] == unresolved[1] else unresolved,
        answers=tuple(_answers({} if then is None else then.answers, case.answers)),
    )


def _turn(name: str, before: str, after: str) -> Turn | None:
    return None if before == after else Turn(name, before, after)


def _loud(status: str) -> str:
    return "" if status in _QUIET else status


def _findings(before: Mapping[str, bool | int | str], now: Mapping[str, bool | int | str]) -> list[Turn]:
    """Return what holds now or no longer, and numbers with another value; that something is *no* is not told."""
    found: list[Turn] = []
    for name, value in now.items():
        was = before.get(name, "unknown")
        told = {_spelled(each) for each in (was, value)} - {"no", "unknown"}
        if told and (was is not value or not isinstance(value, bool)) and was != value:
            found.append(Turn(name, _spelled(was), _spelled(value)))
    return found


def _spelled(value: bool | int | str) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _answers(before: Mapping[str, Answer], now: Mapping[str, Answer]) -> list[AnswerTurn]:
    if before is now:
        return []
    turns = [AnswerTurn(key, before.get(key), each) for key, each in now.items() if before.get(key) != each]
    return turns + [AnswerTurn(key, each, None) for key, each in before.items() if key not in now]


# --- time -----------------------------------------------------------------------------------------

_NEW_WRITER = (ev.CaseOpened, ev.CaseResumed, ev.StorageRecovered, ev.StorageRelocated)
"""What a new writer may begin with: its clock that cannot be set begins anew."""


def _pauses(entries: Sequence[Entry]) -> list[int]:
    """Return the milliseconds before each record. Inside a sitting by the clock that nobody can set, never negative."""
    found: list[int] = []
    for before, now in zip((None, *entries), entries, strict=False):
        if before is None:
            found.append(0)
        elif isinstance(now.event, _NEW_WRITER) or now.mono_ns < before.mono_ns:
            gap = datetime.fromisoformat(now.t) - datetime.fromisoformat(before.t)
            found.append(max(0, round(gap.total_seconds() * 1000)))
        else:
            found.append((now.mono_ns - before.mono_ns) // 1_000_000)
    return found
