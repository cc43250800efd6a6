"""A kept case played like a recording: the state after any of its records, what each of them changed, and its marks.

Pure, from a protocol and the records of a case. States are folded when they are asked for; every ``EVERY``-th is kept,
so that going back costs no more than going on. Words of what happened come from whoever draws it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chatbot.core import events as ev
from chatbot.core.case import Case, evolve
from chatbot.core.protocol import Protocol as Content
from chatbot.core.then import STANDS, Changed, State, difference, urgency_of
from chatbot.core.urgency import shown_flags

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


class Stopped(Exception):
    """A record does not fit the protocol of its case: the recording ends before it."""


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
        return difference(self.state(index - 1) if index else None, now)

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


# --- marks ----------------------------------------------------------------------------------------


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
