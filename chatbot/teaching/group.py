"""A group of trainees: what its attempts come to. Pure: from marked attempts to numbers.

Counts are of attempts. A trainee who met a patient several times counts several times, unless only first meetings are
asked for.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import mean, median

from chatbot.core.values import Urgency
from chatbot.teaching.agreement import BetweenMarkers, WithEngine, between_markers, with_engine
from chatbot.teaching.marked import HIGH, LOW, NONE, RIGHT, Bad, Marked, Scored
from chatbot.teaching.shares import Share

FORMAT = "backstory.group/1"


@dataclass(frozen=True, slots=True)
class ItemStat:
    """One line of the debrief of one station, over all its attempts."""

    name: str
    """Of the station."""
    id: str
    kind: str
    domain: str
    title: str
    of: int
    """What it can bring; 0 where it can only take off."""
    missed: Share
    """Attempts that lost by it, of those it could be lost in."""
    lost: float
    """Points lost by it in an attempt, on average."""


@dataclass(frozen=True, slots=True)
class FlagStat:
    """One red flag over all stations in which it is truly present or cannot be excluded."""

    flag: str
    title: str
    stations: int
    missed: Share


@dataclass(frozen=True, slots=True)
class StationStat:
    """One station."""

    name: str
    title: str
    attempts: int
    trainees: int
    mean: float
    """Per cent, as the next three."""
    median: float
    least: int
    most: int
    minutes: float | None
    """The median; None where no attempt tells."""


@dataclass(frozen=True, slots=True)
class DomainStat:
    """One domain over all attempts in which it counted."""

    id: str
    title: str
    attempts: int
    mean: float
    """Per cent, of each attempt by itself."""
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class TriageStat:
    """How the urgency chosen stands to the true one, of patients of one true urgency, or of all (empty)."""

    true_urgency: str
    attempts: int
    right: int
    high: int
    low: Share
    """Too low, of the attempts in which an urgency was chosen and a lower one could have been."""
    none: int
    """Nothing was chosen."""


@dataclass(frozen=True, slots=True)
class Group:
    """All of it."""

    rows: tuple[Marked, ...]
    """By trainee and time."""
    trainees: int
    repeated: int
    """Attempts left out because only first meetings count; 0 where all do."""
    stations: tuple[StationStat, ...]
    domains: tuple[DomainStat, ...]
    items: tuple[ItemStat, ...]
    """By station; in it the most missed first."""
    flags: tuple[FlagStat, ...]
    """The most missed first."""
    triage: tuple[TriageStat, ...]
    """All together first, then from the most urgent on."""
    markers: tuple[WithEngine, ...]
    pairs: tuple[BetweenMarkers, ...]
    bad: tuple[Bad, ...]
    """By path."""
    other_kinds: int
    first_only: bool
    anonymous: bool


def group_of(
    found: Iterable[Marked | Bad], *, other_kinds: int = 0, first_only: bool = False, anonymous: bool = False
) -> Group:
    """Return what the attempts of a group come to.

    *first_only*: each trainee's first meeting with each station counts alone. *anonymous*: codes stand for trainees
    and markers, and what else might name somebody is left out.
    """
    rows: list[Marked] = []
    bad: list[Bad] = []
    for each in found:
        if isinstance(each, Marked):
            rows.append(each)
        else:
            bad.append(each)
    rows.sort(key=lambda each: (each.trainee.casefold(), each.trainee, each.when, each.case))
    bad.sort(key=lambda each: str(each.path))
    everything = len(rows)
    if first_only:
        rows = _first_meetings(rows)
    if anonymous:
        rows, bad = _without_names(rows), _without_places(bad)
    return Group(
        rows=tuple(rows),
        trainees=len({each.trainee for each in rows}),
        repeated=everything - len(rows),
        stations=_stations(rows),
        domains=_domains(rows),
        items=_items(rows),
        flags=_flags(rows),
        triage=_triage(rows),
        markers=with_engine(rows),
        pairs=between_markers(rows),
        bad=tuple(bad),
        other_kinds=other_kinds,
        first_only=first_only,
        anonymous=anonymous,
    )


def _first_meetings(rows: Sequence[Marked]) -> list[Marked]:
    seen: set[tuple[str, str, int]] = set()
    kept = []
    for row in rows:
        # A generated patient is another one for every seed; a vignette is the same with any.
        key = (row.trainee, row.name, row.seed if row.name == "generated" else 0)
        if key not in seen:
            seen.add(key)
            kept.append(row)
    return kept


# --- names ----------------------------------------------------------------------------------------


def _without_names(rows: Sequence[Marked]) -> list[Marked]:
    """Put codes in place of trainees and markers. Their numbers follow neither the names nor the times."""
    salt = "/".join(sorted(each.case for each in rows))
    trainees = _codes({each.trainee for each in rows}, salt, "T")
    markers = _codes({mark.marker for each in rows for mark in each.second}, salt, "M")
    renamed = [
        replace(
            each,
            trainee=trainees[each.trainee],
            second=tuple(
                replace(mark, marker=markers[mark.marker], comment="", reasons=dict.fromkeys(mark.reasons, ""))
                for mark in each.second
            ),
        )
        for each in rows
    ]
    return sorted(renamed, key=lambda each: (each.trainee, each.when, each.case))


def _codes(names: set[str], salt: str, letter: str) -> dict[str, str]:
    mixed = sorted(names, key=lambda name: hashlib.sha256(f"{salt}/{name}".encode()).hexdigest())
    width = max(2, len(str(len(mixed))))
    return {name: f"{letter}{number:0{width}}" for number, name in enumerate(mixed, 1)}


def _without_places(bad: Sequence[Bad]) -> list[Bad]:
    """Leave out paths, which may be called after somebody: the verdict and the case code stay."""
    return [replace(each, path=type(each.path)(f"file {number}"), said="") for number, each in enumerate(bad, 1)]


# --- numbers --------------------------------------------------------------------------------------


def _stations(rows: Sequence[Marked]) -> tuple[StationStat, ...]:
    found = []
    for name, of in _by_name(rows).items():
        minutes = [each.seconds / 60 for each in of if each.seconds]
        percents = [each.percent for each in of]
        found.append(
            StationStat(
                name=name,
                title=of[0].title if name != "generated" else "",
                attempts=len(of),
                trainees=len({each.trainee for each in of}),
                mean=mean(percents),
                median=median(percents),
                least=min(percents),
                most=max(percents),
                minutes=median(minutes) if minutes else None,
            )
        )
    return tuple(found)


def _by_name(rows: Sequence[Marked]) -> dict[str, list[Marked]]:
    found: dict[str, list[Marked]] = defaultdict(list)
    for row in rows:
        found[row.name].append(row)
    return {name: found[name] for name in sorted(found)}


def _domains(rows: Sequence[Marked]) -> tuple[DomainStat, ...]:
    percents: dict[str, list[int]] = {}
    titles: dict[str, str] = {}
    for row in rows:
        for each in row.domains:
            titles.setdefault(each.id, each.title)
            if each.of:
                percents.setdefault(each.id, []).append(each.points * 100 // each.of)
    return tuple(DomainStat(id_, titles[id_], len(of), mean(of), min(of), max(of)) for id_, of in percents.items())


def _items(rows: Sequence[Marked]) -> tuple[ItemStat, ...]:
    found = []
    for name, of in _by_name(rows).items():
        lines: dict[str, Scored] = {}
        seen: dict[str, int] = defaultdict(int)
        missed: dict[str, int] = defaultdict(int)
        lost: dict[str, int] = defaultdict(int)
        for row in of:
            told: dict[str, bool] = {}
            for each in row.lines:
                lines.setdefault(each.item, each)
                told[each.item] = told.get(each.item, False) or each.missed
                lost[each.item] += max(0, each.of - each.points)
            for item, is_missed in told.items():
                seen[item] += 1
                missed[item] += is_missed
        stats = []
        for id_, line in lines.items():
            # What only takes off is not always told of: it could be lost in every attempt all the same.
            attempts = seen[id_] if line.of else len(of)
            share = Share(missed[id_], attempts)
            stats.append(ItemStat(name, id_, line.kind, line.domain, line.title, line.of, share, lost[id_] / attempts))
        stats.sort(key=lambda each: (-each.missed.number / each.missed.of, -each.lost, each.id))
        found += stats
    return tuple(found)


def _flags(rows: Sequence[Marked]) -> tuple[FlagStat, ...]:
    titles: dict[str, str] = {}
    stations: dict[str, set[str]] = defaultdict(set)
    seen: dict[str, int] = defaultdict(int)
    missed: dict[str, int] = defaultdict(int)
    for row in rows:
        lines = {each.id: each for each in row.lines if each.kind == "flag"}
        for flag, title in row.flags:
            line = lines.get(f"flag:{flag}")
            if line is None:
                continue
            titles.setdefault(flag, title)
            stations[flag].add(row.name)
            seen[flag] += 1
            missed[flag] += line.missed
    found = [
        FlagStat(flag, title, len(stations[flag]), Share(missed[flag], seen[flag])) for flag, title in titles.items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.missed.number / each.missed.of, -each.missed.of, each.flag)))


def _triage(rows: Sequence[Marked]) -> tuple[TriageStat, ...]:
    if not rows:
        return ()
    levels = sorted({each.true_urgency for each in rows}, key=lambda level: -Urgency(level).rank)
    alone = [_triage_of(level, [each for each in rows if each.true_urgency == level]) for level in levels]
    return (_triage_of("", rows), *alone)


def _triage_of(level: str, rows: Sequence[Marked]) -> TriageStat:
    counts = {each: sum(row.triage == each for row in rows) for each in (RIGHT, LOW, HIGH, NONE)}
    could = sum(row.triage != NONE and row.true_urgency != Urgency.ROUTINE.value for row in rows)
    return TriageStat(level, len(rows), counts[RIGHT], counts[HIGH], Share(counts[LOW], could), counts[NONE])
