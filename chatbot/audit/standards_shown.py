"""What may be shown of a standard: its counts with small ones hidden, its percentage, its months, in words and JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from chatbot.audit.charts import FEWEST, Point, Signal, middle, months_between, signals, spark, wilson
from chatbot.audit.hiding import LEAST, hidden, hidden_rows
from chatbot.audit.standards import Tally
from chatbot.content.standard_schema import StandardModel
from chatbot.core.standards import Result

HIDDEN = "–"
"""Stands for a number that is not shown."""

Count = int | None
"""None: not shown."""


@dataclass(frozen=True, slots=True)
class Month:
    """One month of a run chart; None where it is not shown, or where no case counts."""

    month: str
    point: Point | None
    hidden: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """One standard as a report tells it."""

    id: str
    protocol: str
    model: StandardModel
    cases: int
    not_applicable: Count
    cannot_tell: Count
    older: Count
    """Of those nobody can tell of: made with content that the standard does not fit."""
    excepted: Count
    excuses: tuple[tuple[str, Count], ...]
    """Reason to count, in the order of the file; those of no case left out."""
    of: Count
    met: Count
    not_met: Count
    not_documented: Count
    percent: float | None
    interval: tuple[float, float] | None
    months: tuple[Month, ...]
    """Empty where the chart as a whole is not shown."""
    median: float | None
    signals: tuple[Signal, ...]

    @property
    def reached(self) -> bool | None:
        """Whether the target is reached; None where no case counts, or the number is not shown."""
        return None if self.percent is None else self.percent >= float(self.model.target.percent)

    @property
    def said(self) -> str:
        """In words where it stands to its target."""
        if self.percent is None or self.interval is None:
            return "no case counts" if self.of == 0 else "not shown: small numbers"
        target = float(self.model.target.percent)
        low, high = self.interval
        if self.percent >= target:
            return "target reached" if low >= target else "target reached, but its interval reaches below"
        return "target not reached" if high < target else "target not reached, but its interval includes it"


def shown(tally: Tally, model: StandardModel, least: int = LEAST, *, span: tuple[str, str] | None = None) -> Shown:
    """Return what may be shown. *least*: counts from 1 to below it are hidden; *span*: first and last month.

    Counts are a tree, and each of its partings is hidden by itself: applies or not; excused, met or not; why.
    """
    results = tally.results
    excepted, of = results[Result.EXCEPTED], tally.of
    top = _parting([results[Result.NOT_APPLICABLE], results[Result.CANNOT_TELL], excepted + of], least)
    older = _parting([tally.older, results[Result.CANNOT_TELL] - tally.older], least) if top[1] is not None else [None]
    mid = _parting([excepted, tally.met, tally.unmet], least)
    unmet = [results[Result.NOT_MET], results[Result.NOT_DOCUMENTED]]
    low = _parting(unmet, least) if mid[2] is not None else [None, None]
    reasons = [(each.reason, tally.excuses[name]) for name, each in model.exceptions.items() if tally.excuses[name]]
    why = [count for _, count in reasons]
    why_shown = _parting(why, least) if mid[0] is not None else [None] * len(why)
    whole = mid[1] is not None and mid[2] is not None
    months = _months(tally.points(), least, span) if whole and of else ()
    points = [each.point for each in months if each.point is not None]
    return Shown(
        id=tally.id,
        protocol=tally.protocol,
        model=model,
        cases=tally.cases,
        not_applicable=top[0],
        cannot_tell=top[1],
        older=older[0],
        excepted=mid[0],
        excuses=tuple((reason, count) for (reason, _), count in zip(reasons, why_shown, strict=True)),
        # N is what the excused leave of those it applies to, so it is shown only where both are.
        of=of if mid[0] is not None and top[2] is not None else None,
        met=mid[1] if top[2] is not None else None,
        not_met=low[0],
        not_documented=low[1],
        percent=100 * tally.met / of if whole and of and top[2] is not None else None,
        interval=wilson(tally.met, of) if whole and top[2] is not None else None,
        months=months if top[2] is not None else (),
        median=middle(points),
        signals=signals(points),
    )


def _parting(counts: Sequence[int], least: int) -> list[Count]:
    gone = hidden(counts, least)
    return [None if at in gone else count for at, count in enumerate(counts)]


def _months(points: Sequence[Point], least: int, span: tuple[str, str] | None) -> tuple[Month, ...]:
    gone = hidden_rows([(point.met, point.of - point.met) for point in points], least)
    known = {point.month: (point, at in gone) for at, point in enumerate(points)}
    first, last = span or (points[0].month, points[-1].month)
    found = []
    for month in months_between(first, last):
        point, is_hidden = known.get(month, (None, False))
        found.append(Month(month, None if is_hidden else point, is_hidden))
    return tuple(found)


# --- text -----------------------------------------------------------------------------------------


def lines(found: Sequence[Shown], least: int) -> Iterator[str]:
    """Yield the standards as a terminal of 80 columns shows them."""
    for each in found:
        yield from ("", *_lines(each))
    if least > 1 and any(_hides(each) for each in found):
        yield ""
        yield f"A number below {least}, and what it could be worked out from, is not shown ({HIDDEN})."


def _lines(each: Shown) -> Iterator[str]:
    target = f"{_percent(float(each.model.target.percent))} %"
    yield f"{each.id}"
    yield f"  {each.model.title.clinician}"
    share = "" if each.percent is None else f"  {each.percent:.1f} %, 95 % interval {interval_text(each.interval)}"
    yield f"  {count(each.met)} of {count(each.of)}{share}"
    yield f"  {each.said} ({target}, {origin_text(each.model)})"
    apart = [
        (each.not_documented, "not documented (counted as not met)"),
        (each.cannot_tell, "cannot be told"),
        (each.not_applicable, "not applicable"),
    ]
    said = [f"{count(number)} {what}" for number, what in apart if number != 0]
    if each.older:
        said.append(f"{count(each.older)} of an older content that this does not fit")
    if said:
        yield from wrap(" · ".join(said), 80, initial_indent="  ", subsequent_indent="  ")
    if each.excepted != 0:
        yield f"  {count(each.excepted)} excepted"
        yield from (f"    {count(number):>5} {reason}" for reason, number in each.excuses)
    yield from _chart(each)


def _chart(each: Shown) -> Iterator[str]:
    if len(each.months) < 2 or each.median is None:
        return
    bars = spark([None if month.point is None else month.point.percent for month in each.months])
    yield f"  {each.months[0].month} {bars} {each.months[-1].month}  median {each.median:.0f} %"
    yield from (f"  {signal.said}" for signal in each.signals)


def chart_note(each: Shown) -> str:
    """Say which rules were applied to a run chart, and what they found."""
    months = sum(month.point is not None for month in each.months)
    if months < FEWEST:
        return f"{months} months: too few for the rules of a run chart, which want {FEWEST}."
    return "; ".join(signal.said for signal in each.signals) or "No shift and no trend by the rules of a run chart."


def count(number: Count) -> str:
    """Return a count as it is shown."""
    return HIDDEN if number is None else f"{number:,}"


def interval_text(interval: tuple[float, float] | None) -> str:
    """Return an interval in words."""
    return HIDDEN if interval is None else f"{interval[0]:.1f} to {interval[1]:.1f}"


def origin_text(model: StandardModel) -> str:
    """Say where a target comes from."""
    return "stated by its source" if model.target.from_ == "source" else "a judgement"


def sources_text(model: StandardModel) -> str:
    """Return what a standard cites, with the places."""
    return "; ".join(f"{each.reference}: {each.locator}" if each.locator else each.reference for each in model.cites)


def _percent(number: float) -> str:
    return f"{number:g}"


def _hides(each: Shown) -> bool:
    counts = (each.not_applicable, each.cannot_tell, each.excepted, each.of, each.met, each.not_met)
    return None in counts or any(month.hidden for month in each.months)


# --- for machines ---------------------------------------------------------------------------------


def to_json(each: Shown) -> dict[str, Any]:
    """Return a standard as JSON data; null where a number is not shown."""
    model = each.model
    return {
        "id": each.id,
        "protocol": each.protocol,
        "title": {"clinician": model.title.clinician, "patient": model.title.patient},
        "why": model.why,
        "cites": [{"reference": cited.reference, "locator": cited.locator} for cited in model.cites],
        "verification": model.verification,
        "target": {
            "percent": float(model.target.percent),
            "from": model.target.from_,
            "note": model.target.note,
            "reached": each.reached,
            "said": each.said,
        },
        "cases": each.cases,
        "not_applicable": each.not_applicable,
        "cannot_tell": each.cannot_tell,
        "cannot_tell_older_content": each.older,
        "excepted": {"count": each.excepted, "reasons": [{"reason": why, "count": n} for why, n in each.excuses]},
        "n": each.met,
        "N": each.of,
        "not_met": each.not_met,
        "not_documented": each.not_documented,
        "percent": None if each.percent is None else round(each.percent, 2),
        "interval95": None if each.interval is None else [round(end, 2) for end in each.interval],
        "months": [_month(month) for month in each.months],
        "median": None if each.median is None else round(each.median, 2),
        "signals": [{"rule": s.rule, "from": s.first, "to": s.last, "up": s.up} for s in each.signals],
    }


def _month(month: Month) -> Mapping[str, Any]:
    point = month.point
    if point is None:
        return {"month": month.month, "hidden": month.hidden}
    return {"month": month.month, "n": point.met, "N": point.of}
