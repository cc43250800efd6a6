"""Marks for an attempt, from its records, its station and the protocol alone.

The same records give the same debrief on any day and machine: nothing here asks for the time, draws or reads a file.
How marks are given is told in ``docs/practice-marking.md``; what they are worth the station says, which is content.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from chatbot.core import events as ev
from chatbot.core.findings import assess
from chatbot.core.practice import marking_plan, marking_safety, marking_talk
from chatbot.core.practice.debrief import (
    KINDS,
    Cited,
    Debrief,
    DomainMark,
    Line,
    PathStep,
    Placed,
    SecondMark,
)
from chatbot.core.practice.marking_kit import Draft, Marking
from chatbot.core.practice.marking_read import read
from chatbot.core.practice.station import Station
from chatbot.core.protocol import Citation, Protocol


def mark(protocol: Protocol, station: Station, placed: Sequence[Placed]) -> Debrief:
    """Mark an attempt. *placed* are its events from ``case.opened`` on; *station* is the one it laid open.

    Raises: ValueError when they are not the records of an attempt, or not one under this protocol; ValueProblem when
    an answer does not fit its question.
    """
    if station.protocol["digest"] != protocol.digest:
        raise ValueError("the station was made under other content")
    record = read(protocol, placed)
    learned = assess(protocol, record.answers, record.as_of, region=station.region)
    marking = Marking(protocol, station, record, learned)
    recognised = marking_safety.recognised(marking)
    drafts = sorted(
        chain(marking_safety.lines(marking, recognised), marking_plan.lines(marking), marking_talk.lines(marking)),
        key=lambda each: KINDS.index(each.kind),
    )
    references = _references(protocol, drafts)
    lines = tuple(_line(each, references, record.clock) for each in drafts)
    commitment = record.commitment
    return Debrief(
        station=record.station,
        name=station.name,
        title=station.title,
        mode=record.mode,
        points=_points(lines),
        of=sum(each.of for each in lines),
        urgency="" if commitment is None else commitment.urgency,
        true_urgency=station.expected.urgency,
        within="" if commitment is None else commitment.within,
        true_within=station.expected.within,
        domains=_domains(station, lines),
        lines=lines,
        recognised=recognised,
        yours=_yours(marking),
        expert=_expert(marking),
        references=tuple(references.values()),
        questions=len(record.asked),
        seconds=record.seconds,
        reason=station.reason,
        second=tuple(_second(lines, each) for each in record.marks),
    )


def _references(protocol: Protocol, drafts: Iterable[Draft]) -> Mapping[Citation, Cited]:
    """Number the sources in the order in which a reader meets them."""
    found: dict[Citation, Cited] = {}
    for draft in drafts:
        for each in draft.cites:
            if each not in found and each.reference in protocol.references:
                citation = protocol.references[each.reference].citation
                found[each] = Cited(len(found) + 1, each.reference, citation, each.locator)
    return found


def _line(draft: Draft, references: Mapping[Citation, Cited], clock: Mapping[int, int]) -> Line:
    numbers = tuple(dict.fromkeys(references[each].n for each in draft.cites if each in references))
    return Line(
        id=draft.id,
        kind=draft.kind,
        domain=draft.domain,
        points=draft.points,
        of=draft.of,
        text=draft.text,
        why=draft.why,
        rule=draft.rule,
        references=numbers,
        at=draft.at,
        after=None if draft.at is None else clock.get(draft.at),
    )


def _points(lines: Iterable[Line], instead: Mapping[str, int] | None = None) -> int:
    """Return the score. A mark given instead counts, but for no more than the line could bring."""
    given = {} if instead is None else instead
    return max(0, sum(min(given[each.id], each.of) if each.id in given else each.points for each in lines))


def _second(lines: Sequence[Line], mark: ev.PracticeMarked) -> SecondMark:
    return SecondMark(
        marker=mark.marker,
        overall=mark.overall,
        points=_points(lines, mark.marks),
        set_aside=dict(mark.marks),
        reasons=dict(mark.reasons),
        comment=mark.comment or "",
    )


def _domains(station: Station, lines: Sequence[Line]) -> tuple[DomainMark, ...]:
    return tuple(
        DomainMark(
            each.id,
            each.title,
            max(0, sum(line.points for line in lines if line.domain == each.id)),
            sum(line.of for line in lines if line.domain == each.id),
        )
        for each in station.scoring.domains
    )


def _yours(marking: Marking) -> tuple[PathStep, ...]:
    safety = frozenset(marking.expected.safety)
    return tuple(
        PathStep(
            question=turn.of,
            text=marking.named(turn.of),
            safety=turn.of in safety,
            at=turn.seq,
            told=turn.told,
            needless=marking_talk.is_needless(marking, turn),
            after=marking.record.clock.get(turn.seq),
        )
        for turn in marking.record.asked
    )


def _expert(marking: Marking) -> tuple[PathStep, ...]:
    safety = frozenset(marking.expected.safety)
    return tuple(PathStep(key, marking.named(key), key in safety) for key in marking.expected.path)
