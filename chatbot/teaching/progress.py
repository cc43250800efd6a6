"""The progress of one trainee, and the next patient. Pure: from marked attempts and a day to values that screens show.

Nothing here names what a patient turned out to have: a patient that comes again shall be met, not remembered. Names
and titles are there for those who may see them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from chatbot.core.practice.debrief import DomainMark
from chatbot.teaching.marked import HIGH, LOW, NONE, RIGHT, Bad, Marked
from chatbot.teaching.spacing import RATINGS, Review, days_until, due_day, rating_of

FORMAT = "backstory.progress/1"

RECENT = 5
"""Attempts that say where a trainee stands now."""

WEAKEST = 3
"""Areas named as the weakest, at most."""

EASIEST, HARDEST = 1, 5

_GIVES_AWAY = frozenset({"name", "title", "path", "urgency", "true_urgency"})
"""Members of a row that tell what a patient who may come again turned out to have."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A patient that can be met."""

    name: str
    """The vignette; not to be shown."""
    number: int
    who: str
    difficulty: int


Offers = Callable[[str], Mapping[str, int]]
"""From a candidate's name to the points that can be won there, by domain. Asked only where it decides."""


def _share(offered: Mapping[str, int], domain: str) -> float:
    """Return how much of what is offered belongs to a domain, 0 to 1."""
    whole = sum(offered.values())
    return offered.get(domain, 0) / whole if whole else 0.0


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One attempt that was marked."""

    case: str
    path: str
    day: str
    """UTC."""
    number: int | None
    """Of the patient in the list of stations; None where it is not listed."""
    name: str
    title: str
    """What the patient turned out to have. Not shown beside a patient that may come again."""
    who: str
    mode: str
    percent: int
    points: int
    of: int
    domains: tuple[DomainMark, ...]
    urgency: str
    true_urgency: str
    triage: str
    """right, low, high or none."""
    rating: str
    seconds: int


@dataclass(frozen=True, slots=True)
class DomainTrend:
    """One domain over time."""

    id: str
    title: str
    days: tuple[tuple[str, int], ...]
    """Day and per cent of each attempt in which it counted, oldest first."""
    recent: int
    """Per cent of all its points in the last ``RECENT`` of them."""

    @property
    def change(self) -> int | None:
        """Points of a hundred between the first of them and the last; None of fewer than two."""
        return self.days[-1][1] - self.days[0][1] if len(self.days) > 1 else None


@dataclass(frozen=True, slots=True)
class Due:
    """A patient that was met, or shall be met next."""

    name: str
    number: int
    who: str
    difficulty: int
    attempts: int
    best: int | None
    """Per cent; None where the patient was never met."""
    last: int | None
    day: str
    """When the patient is due again; empty for one never met."""
    overdue: int
    """Days since then; below nought: days until then. 0 for one never met."""
    why: str
    """due, new or early: the next one although not yet due. Of a patient in a list: due, or later."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a trainee stands."""

    actor: str
    today: str
    attempts: tuple[AttemptRow, ...]
    """Oldest first."""
    unfinished: int
    triage: Mapping[str, int]
    """right, low, high and none to how many attempts."""
    trends: tuple[DomainTrend, ...]
    """In the order of the content."""
    weakest: tuple[str, ...]
    """Ids of domains, the weakest first; none at full marks."""
    patients: tuple[Due, ...]
    """Those that were met and can be met again, by number."""
    next: Due | None
    bad: tuple[Bad, ...]
    """Files that could not be counted."""

    @property
    def points(self) -> tuple[tuple[str, int], ...]:
        """Day and per cent of every attempt, oldest first."""
        return tuple((each.day, each.percent) for each in self.attempts)


def same_actor(one: str, other: str) -> bool:
    """Whether two names of trainees are one."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def actors(found: Iterable[Marked | Bad]) -> tuple[str, ...]:
    """Return whose attempts there are, as first written, sorted."""
    names: dict[str, str] = {}
    for each in found:
        if isinstance(each, Marked):
            names.setdefault(" ".join(each.trainee.split()).casefold(), each.trainee)
    return tuple(sorted(names.values()))


def progress_of(
    actor: str,
    found: Iterable[Marked | Bad],
    candidates: Sequence[Candidate],
    thresholds: Mapping[str, int],
    today: date,
    offers: Offers,
) -> Progress:
    """Return the progress of one trainee.

    *candidates*: the patients there are; *thresholds*: rating to the least per cent of it, from the content; *offers*:
    what can be won at a patient. Attempts after *today* are left out.
    """
    taken = list(found)
    bad = tuple(each for each in taken if isinstance(each, Bad) and each.verdict != "COPY")
    own = [each for each in taken if isinstance(each, Marked) and same_actor(each.trainee, actor)]
    own = sorted((each for each in own if each.day <= today.isoformat()), key=lambda each: (each.when, each.case))
    numbers = {each.name: each.number for each in candidates}
    rows = tuple(_row(each, numbers, thresholds) for each in own)
    trends = _trends(rows)
    weakest = tuple(each.id for each in sorted(trends, key=lambda each: each.recent) if each.recent < 100)[
        :WEAKEST
    ]  # sorted keeps the order of the content among equals
    patients = _patients(rows, candidates, today)
    return Progress(
        actor=actor,
        today=today.isoformat(),
        attempts=rows,
        unfinished=sum(each.verdict == "UNFINISHED" for each in bad),
        triage={each: sum(row.triage == each for row in rows) for each in (RIGHT, LOW, HIGH, NONE)},
        trends=trends,
        weakest=weakest,
        patients=patients,
        next=next_patient(rows, patients, candidates, weakest, offers),
        bad=tuple(each for each in bad if each.verdict != "UNFINISHED"),
    )


def _row(each: Marked, numbers: Mapping[str, int], thresholds: Mapping[str, int]) -> AttemptRow:
    return AttemptRow(
        case=each.case,
        path=str(each.path),
        day=each.day,
        number=numbers.get(each.name),
        name=each.name,
        title=each.title,
        who=each.who,
        mode=each.mode,
        percent=each.percent,
        points=each.points,
        of=each.of,
        domains=each.domains,
        urgency=each.urgency,
        true_urgency=each.true_urgency,
        triage=each.triage,
        rating=rating_of(each.percent, each.triage, thresholds),
        seconds=each.seconds,
    )


def _trends(rows: Sequence[AttemptRow]) -> tuple[DomainTrend, ...]:
    marks: dict[str, list[tuple[str, DomainMark]]] = defaultdict(list)
    for row in rows:
        for domain in row.domains:
            if domain.of:
                marks[domain.id].append((row.day, domain))
    return tuple(
        DomainTrend(
            id_,
            found[-1][1].title,
            tuple((day, mark.points * 100 // mark.of) for day, mark in found),
            sum(mark.points for _, mark in found[-RECENT:]) * 100 // sum(mark.of for _, mark in found[-RECENT:]),
        )
        for id_, found in marks.items()
    )


def _patients(rows: Sequence[AttemptRow], candidates: Sequence[Candidate], today: date) -> tuple[Due, ...]:
    met: dict[str, list[AttemptRow]] = defaultdict(list)
    for row in rows:
        met[row.name].append(row)
    found = []
    for each in sorted(candidates, key=lambda each: (each.number, each.name)):
        attempts = met.get(each.name)
        if not attempts:
            continue
        day = due_day([Review(date.fromisoformat(row.day), row.rating) for row in attempts])
        left = days_until(day, today)
        found.append(
            Due(
                name=each.name,
                number=each.number,
                who=each.who,
                difficulty=each.difficulty,
                attempts=len(attempts),
                best=max(row.percent for row in attempts),
                last=attempts[-1].percent,
                day=day.isoformat(),
                overdue=-left,
                why="due" if left <= 0 else "later",
            )
        )
    return tuple(found)


LOOKED_AT = 10
"""New patients of whom it is worked out what they offer."""


def next_patient(
    rows: Sequence[AttemptRow],
    patients: Sequence[Due],
    candidates: Sequence[Candidate],
    weakest: Sequence[str],
    offers: Offers,
) -> Due | None:
    """Return whom to meet next; None where there is nobody.

    The one most overdue; else a new one that fits what the trainee can do and offers most in the weakest domain; else
    the one that is due first.
    """
    due = [each for each in patients if each.why == "due"]
    if due:
        return min(due, key=lambda each: (-each.overdue, each.last, each.number, each.name))
    met = {each.name for each in patients}
    new = [each for each in candidates if each.name not in met]
    if new:
        level = _level(rows)
        fitting = [each for each in new if abs(each.difficulty - level) <= 1] or new
        # Working out what a patient offers takes a moment; the nearest and first of the list are looked at.
        fitting = sorted(fitting, key=lambda each: (abs(each.difficulty - level), each.number, each.name))[:LOOKED_AT]

        def rank(each: Candidate) -> tuple[float, int, int, str]:
            # Before the first attempt nothing is weak, and nobody needs to be asked for it.
            share = _share(offers(each.name), weakest[0]) if weakest else 0.0
            return -share, abs(each.difficulty - level), each.number, each.name

        best = min(fitting, key=rank)
        return Due(best.name, best.number, best.who, best.difficulty, 0, None, None, "", 0, "new")
    if not patients:
        return None
    early = min(patients, key=lambda each: (each.day, each.last, each.number, each.name))
    return Due(**{**asdict(early), "why": "early"})


def _level(rows: Sequence[AttemptRow]) -> int:
    """Return the difficulty that fits: a step up after an attempt that went well, a step down after one that did not.

    It starts at the easiest, and follows the ratings of all attempts in their order.
    """
    step = dict(zip(RATINGS, (-1, 0, 1, 1), strict=True))
    level = EASIEST
    for row in rows:
        level = min(HARDEST, max(EASIEST, level + step[row.rating]))
    return level


def to_data(progress: Progress) -> dict[str, Any]:
    """Return progress as JSON holds it. What patients turned out to have is not in it."""

    def bare(row: AttemptRow) -> dict[str, Any]:
        return {name: value for name, value in asdict(row).items() if name not in _GIVES_AWAY}

    return {
        "format": FORMAT,
        "kind": "practice",
        "simulated": True,
        "actor": progress.actor,
        "today": progress.today,
        "attempts": [bare(each) for each in progress.attempts],
        "unfinished": progress.unfinished,
        "triage": dict(progress.triage),
        "domains": [
            {**asdict(each), "days": [list(day) for day in each.days], "change": each.change}
            for each in progress.trends
        ],
        "weakest": list(progress.weakest),
        "patients": [_shown(each) for each in progress.patients],
        "next": None if progress.next is None else _shown(progress.next),
        "not_counted": [{"path": str(each.path), "verdict": each.verdict, "said": each.said} for each in progress.bad],
    }


def _shown(due: Due) -> dict[str, Any]:
    return {name: value for name, value in asdict(due).items() if name != "name"}
