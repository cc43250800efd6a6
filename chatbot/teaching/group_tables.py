"""The numbers of a group as tables, and these as CSV and JSON.

The CSV is safe to open in a spreadsheet: no text can be taken for a formula there.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from chatbot.core.text import visible
from chatbot.record.attempts import VERDICTS
from chatbot.teaching.group import FORMAT, Group
from chatbot.teaching.marked import Marked
from chatbot.teaching.shares import Share

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Table:
    """One table."""

    name: str
    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    texts: int
    """How many of the columns, from the left, are text."""


def attempts(group: Group) -> Table:
    """Return a row for each attempt, with a column for each domain and each marker."""
    domains = [(each.id, each.title) for each in group.domains]
    markers = [each.marker for each in group.markers]
    place = () if group.anonymous else ("file",)
    heads = (
        *("trainee", "station", "title", "mode", "day", "case", *place, "percent", "points", "of", "urgency"),
        *("true_urgency", "triage", "minutes", "questions", *(f"{id_}_percent" for id_, _ in domains)),
        *(name for marker in markers for name in (f"{marker}_percent", f"{marker}_overall")),
    )

    def row(each: Marked) -> tuple[Cell, ...]:
        parts = {mark.id: mark for mark in each.domains}
        given = {mark.marker: mark for mark in each.second}
        seconds: list[Cell] = []
        for marker in markers:
            mark = given.get(marker)
            score = None if mark is None or not each.of else mark.points * 100 // each.of
            seconds += [score, mark.overall or None if mark is not None else None]
        of_domains = [parts.get(id_) for id_, _ in domains]
        return (
            *(each.trainee, station_name(each), each.title, each.mode, each.day, each.case),
            *(() if group.anonymous else (str(each.path),)),
            *(each.percent, each.points, each.of, each.urgency or None, each.true_urgency, each.triage),
            *(round(each.seconds / 60, 1) if each.seconds else None, each.questions),
            *(None if part is None or not part.of else part.points * 100 // part.of for part in of_domains),
            *seconds,
        )

    return Table("attempts", "Attempts", heads, tuple(row(each) for each in group.rows), 6 + len(place))


def station_name(row: Marked) -> str:
    """Return the name of a station; of a drawn one with its seed."""
    return f"{row.name}:{row.seed}" if row.name == "generated" else row.name


def stations(group: Group) -> Table:
    heads = ("station", "title", "attempts", "trainees", "mean", "median", "least", "most", "minutes")
    rows = [
        (
            *(each.name, each.title, each.attempts, each.trainees, round(each.mean, 1), round(each.median, 1)),
            *(each.least, each.most, None if each.minutes is None else round(each.minutes, 1)),
        )
        for each in group.stations
    ]
    return Table("stations", "Stations, in per cent; minutes are the median", heads, tuple(rows), 2)


def domains(group: Group) -> Table:
    heads = ("domain", "title", "attempts", "mean", "least", "most")
    rows = [(each.id, each.title, each.attempts, round(each.mean, 1), each.least, each.most) for each in group.domains]
    return Table("domains", "Domains, in per cent of each attempt", heads, tuple(rows), 2)


def items(group: Group) -> Table:
    heads = ("station", "item", "title", "kind", "domain", "points", *_SHARE, "lost_on_average")
    rows = [
        (
            *(each.name, each.id, each.title, each.kind, each.domain, each.of),
            *_share(each.missed),
            round(each.lost, 2),
        )
        for each in group.items
    ]
    return Table("items", "Items of each station, the most missed first", heads, tuple(rows), 5)


def flags(group: Group) -> Table:
    heads = ("flag", "title", "stations", *_SHARE)
    rows = [(each.flag, each.title, each.stations, *_share(each.missed)) for each in group.flags]
    caption = "Red flags that were there to be found, the most missed first"
    return Table("flags", caption, heads, tuple(rows), 2)


def triage(group: Group) -> Table:
    heads = ("true_urgency", "attempts", "right", "too_high", "none_chosen", "too_low", *_SHARE[1:])
    rows = [
        (each.true_urgency or "all", each.attempts, each.right, each.high, each.none, *_share(each.low))
        for each in group.triage
    ]
    return Table("triage", "Urgency chosen, by the true one", heads, tuple(rows), 1)


def markers(group: Group) -> Table:
    heads = ("marker", "attempts", "items_set_aside", "items", "mean_difference", "greatest_difference")
    rows = [
        (each.marker, each.attempts, each.set_aside, each.items, round(each.difference, 1), each.greatest)
        for each in group.markers
    ]
    return Table("markers", "Markers beside the program, in hundredths of the score", heads, tuple(rows), 1)


def pairs(group: Group) -> Table:
    heads = (
        *("marker", "other_marker", "attempts", "mean_difference", "with_overall", "overall_same"),
        *("overall_within_one", "kappa"),
    )
    rows = [
        (
            *(*each.markers, each.attempts, round(each.difference, 1), each.overall, each.same, each.near),
            None if each.kappa is None else round(each.kappa, 2),
        )
        for each in group.pairs
    ]
    return Table("pairs", "Markers beside one another", heads, tuple(rows), 2)


def not_counted(group: Group) -> Table:
    heads = ("file", "case", "verdict", "means", "said")
    rows = [(str(each.path), each.case, each.verdict, VERDICTS[each.verdict], each.said) for each in group.bad]
    return Table("not_counted", "Files that are not counted", heads, tuple(rows), 5)


PARTS: dict[str, Callable[[Group], Table]] = {
    "attempts": attempts,
    "stations": stations,
    "domains": domains,
    "items": items,
    "flags": flags,
    "triage": triage,
    "markers": markers,
    "pairs": pairs,
    "not_counted": not_counted,
}
"""Name of a part to what makes its table."""

_SHARE = ("missed", "of_attempts", "percent", "interval_low", "interval_high", "few")


def _share(share: Share) -> tuple[Cell, ...]:
    percent, interval = share.percent, share.interval
    if percent is None or interval is None:
        return share.number, share.of, None, None, None, None
    low, high = interval
    return share.number, share.of, round(percent, 1), round(low, 1), round(high, 1), "few" if share.few else None


# --- CSV ------------------------------------------------------------------------------------------


def csv_lines(table: Table) -> Iterator[str]:
    """Yield the lines of a table as CSV, the heads first."""
    for row in (table.heads, *table.rows):
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow([_harmless(each) for each in row])
        yield line.getvalue()


_STARTERS = "=+-@|%＝＋－＠"
"""What begins a formula, or a command, in one spreadsheet or another; full-width signs among them."""


def _harmless(cell: Cell) -> Cell:
    """Keep a spreadsheet from taking a text for a formula. Numbers stay numbers."""
    if cell is None:
        return ""
    if not isinstance(cell, str):
        return cell
    # No line break or tab: what follows one could begin a cell of its own where text is pasted.
    text = visible(" ".join(cell.split()))
    return f"'{text}" if text[:1] and text[0] in _STARTERS else text


# --- JSON -----------------------------------------------------------------------------------------


def to_data(group: Group) -> dict[str, Any]:
    """Return everything as JSON holds it."""
    return {
        "format": FORMAT,
        "kind": "practice",
        "simulated": True,
        "attempts_counted": len(group.rows),
        "trainees": group.trainees,
        "left_out_as_repeated": group.repeated,
        "other_kinds": group.other_kinds,
        "first_only": group.first_only,
        "anonymous": group.anonymous,
        **{name: _objects(make(group)) for name, make in PARTS.items()},
    }


def _objects(table: Table) -> list[dict[str, Cell]]:
    return [dict(zip(table.heads, row, strict=True)) for row in table.rows]


def text_lines(group: Group, parts: Sequence[str]) -> Iterator[str]:
    """Yield tables as lines for a terminal, columns apart by two blanks."""
    for name in parts:
        table = PARTS[name](group)
        if not table.rows:
            continue
        yield visible(f"{table.caption}")
        rows = [[_shown(each) for each in row] for row in (table.heads, *table.rows)]
        widths = [max(len(row[at]) for row in rows) for at in range(len(table.heads))]
        for row in rows:
            cells = (
                each.ljust(width) if at < table.texts else each.rjust(width)
                for at, (each, width) in enumerate(zip(row, widths, strict=True))
            )
            yield f"  {'  '.join(cells)}".rstrip()
        yield ""


def _shown(cell: Cell) -> str:
    return "" if cell is None else visible(" ".join(str(cell).split()))
