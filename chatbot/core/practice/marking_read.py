"""What the records of an attempt say, read once for marking: what was asked, learned, committed to, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from chatbot.core import events as ev
from chatbot.core.case import answer_in, evolve
from chatbot.core.practice.debrief import Placed
from chatbot.core.protocol import Protocol
from chatbot.core.values import Answer


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing the trainee said or did."""

    act: str
    of: str
    said: str
    told: bool
    seq: int
    count: int
    """Questions asked so far, this one among them."""
    known: Answer | None = None
    """Of a question: what had been learned about it before."""


@dataclass(frozen=True, slots=True)
class Learned:
    """One answer as it was learned."""

    question: str
    answer: Answer
    seq: int
    count: int
    """Questions asked by then."""


@dataclass(frozen=True)
class Record:
    """An attempt as its records tell it."""

    station: str
    """Digest of the station it began with."""
    mode: str
    as_of: datetime
    turns: tuple[Turn, ...] = ()
    learned: tuple[Learned, ...] = ()
    """Every answer, corrections too, in order."""
    commitment: ev.PracticeCommitted | None = None
    """The last one before the end."""
    committed_at: int | None = None
    marks: tuple[ev.PracticeMarked, ...] = ()
    seconds: int = 0
    """From the beginning of the interview to the last thing done, pauses left out."""
    clock: Mapping[int, int] = field(default_factory=dict)
    """Record to seconds into the interview."""
    answers: Mapping[str, Answer] = field(default_factory=dict)
    """What was known at the end."""

    @cached_property
    def asked(self) -> tuple[Turn, ...]:
        """The questions that were put, each as often as it was."""
        return tuple(turn for turn in self.turns if turn.act == "ask")


def read(protocol: Protocol, placed: Sequence[Placed]) -> Record:
    """Read the records of an attempt.

    Raises: ValueError when they are not those of an attempt; ValueProblem when an answer does not fit its question.
    """
    opened = next((each.event for each in placed if isinstance(each.event, ev.CaseOpened)), None)
    begun = next((each.event for each in placed if isinstance(each.event, ev.PracticeBegun)), None)
    if opened is None or begun is None:
        raise ValueError("these are not the records of an attempt at a station")
    case = evolve(protocol, None, opened)
    turns: list[Turn] = []
    learned: list[Learned] = []
    answers: dict[str, Answer] = {}
    found = Record(begun.station, begun.mode, case.as_of)
    count, ended = 0, False
    for each in placed:
        match each.event:
            case ev.PracticeAsked(act, of, said, _, told) if not ended:
                count += act == "ask"
                known = answers.get(of) if act == "ask" else None
                turns.append(Turn(act, of, said, told == "yes", each.seq, count, known))
            case (ev.AnswerGiven() | ev.AnswerCorrected()) as given if not ended:
                answers[given.question] = answer = answer_in(protocol, case, given)
                learned.append(Learned(given.question, answer, each.seq, count))
            case ev.PracticeCommitted() as commitment if not ended:
                found = replace(found, commitment=commitment, committed_at=each.seq)
            case ev.PracticeEnded():
                ended = True
            case ev.PracticeMarked() as mark:
                found = replace(found, marks=(*found.marks, mark))
    clock = _clock(placed)
    return replace(
        found,
        turns=tuple(turns),
        learned=tuple(learned),
        answers=answers,
        clock=clock,
        seconds=_last_done(placed, clock),
    )


def _clock(placed: Sequence[Placed]) -> dict[int, int]:
    """Return for each record how many seconds into the interview it stands, pauses left out; from the beginning on."""
    begun: int | None = None
    paused: int | None = None
    out, found = 0, {}
    for each in placed:
        match each.event:
            case ev.PracticeBegun(_, _, _, preparation) if not preparation:
                begun = each.ms
            case ev.PracticeTime("started"):
                begun = each.ms
            case ev.PracticeTime("paused"):
                paused = each.ms
            case ev.PracticeTime("went_on") if paused is not None:
                out, paused = out + max(0, each.ms - paused), None
        if begun is not None:
            # In a pause the clock stands still; committing oneself is possible then too.
            found[each.seq] = max(0, (each.ms if paused is None else paused) - begun - out) // 1000
    return found


def _last_done(placed: Sequence[Placed], clock: Mapping[int, int]) -> int:
    """Return the time of the last thing that was done before the end."""
    last = 0
    for each in placed:
        if isinstance(each.event, ev.PracticeEnded):
            break
        if isinstance(each.event, ev.PracticeAsked | ev.PracticeCommitted):
            last = max(last, clock.get(each.seq, 0))
    return last
