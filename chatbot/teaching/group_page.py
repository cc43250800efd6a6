"""A group as one page that stands by itself: tables, drawings where they can be drawn, nothing fetched, no script."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

from chatbot import __version__
from chatbot.audit import plots
from chatbot.audit.markup import Safe, el, joined, plot, put, table
from chatbot.audit.report import POLICY, STYLE
from chatbot.errors import EnvironmentProblem
from chatbot.teaching import group_tables as tables
from chatbot.teaching.group import Group, ItemStat, TriageStat
from chatbot.teaching.shares import FEW

MOST_DRAWN = 20
"""Rows of one drawing; the table beside it has them all."""

MEANS = (
    "The marks are the program's, by the weights of the content. They say what was done in the interview and in what "
    "order, and whether the plan fits; not how it was said, nor how a trainee would do with a person.",
    "A rate is of attempts, not of trainees: attempts of one trainee resemble each other, so that the true interval is "
    f"wider than the one printed. Fewer than {FEW} are called few: read the counts.",
    "An item that most miss may be hard, badly taught, or badly made. Look at the interview before you blame anybody.",
)
"""What the numbers say, and what not."""


def page(group: Group) -> str:
    """Return the page."""
    title = f"Practice: {len(group.rows)} attempts at SIMULATED patients"
    parts = [
        el(
            "p",
            el("strong", "SIMULATED patients, practice only: nobody in care is meant."),
            class_="note",
        ),
        _counted(group),
        *(el("p", each) for each in MEANS),
        *([el("p", missing, class_="note")] if (missing := undrawn()) else []),
        *(_results(group) if group.rows else ()),
        _table("not_counted", group),
        el("p", f"Made by backstory {__version__}."),
    ]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{put(POLICY)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"{el('title', title)}\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"{el('h1', title)}\n{joined(each for each in parts if each)}\n</main>\n</body>\n</html>\n"
    )


def _counted(group: Group) -> Safe:
    facts = [
        ("Attempts counted", f"{len(group.rows)} of {group.trainees} trainees"),
        ("Files not counted", f"{len(group.bad)}, listed at the end"),
        *([("Repeated meetings", f"{group.repeated} left out: first meetings only")] if group.first_only else []),
        *([("Cases of other kinds", f"{group.other_kinds}, not opened")] if group.other_kinds else []),
        ("Names", "replaced by codes" if group.anonymous else "as the attempts have them"),
    ]
    return table("What was counted", ("", ""), facts, texts=2)


def _results(group: Group) -> list[Safe]:
    return [
        el("h2", "Urgency"),
        *(el("p", _triage_said(each)) for each in group.triage[:1]),
        _table("triage", group),
        el("h2", "Red flags"),
        _draw(lambda: _flags(group)),
        _table("flags", group),
        el("h2", "Domains"),
        _draw(lambda: _domains(group)),
        _table("domains", group),
        el("h2", "Stations"),
        _table("stations", group),
        *(_station(group, each.name, each.title) for each in group.stations),
        *([el("h2", "Markers"), _table("markers", group), _table("pairs", group)] if group.markers else []),
        el("h2", "Attempts"),
        _table("attempts", group),
    ]


def _triage_said(all_: TriageStat) -> str:
    without = f" In {all_.none} more none was chosen." if all_.none else ""
    return (
        f"Too low where a lower one could be chosen: {all_.low.said}.{without} Right in {all_.right} of "
        f"{all_.attempts}, too high in {all_.high}."
    )


def _station(group: Group, name: str, title: str) -> Safe:
    of = [each for each in group.items if each.name == name]
    missed = [each for each in of if each.missed.number]
    made = tables.items(group)
    rows = [row[1:] for row in made.rows if row[0] == name]
    return joined(
        [
            el("h3", f"{title or name}"),
            _draw(lambda: _items(name, missed)) if missed else el("p", "Nothing was missed by anybody."),
            table("Items, the most missed first", [_head(each) for each in made.heads[1:]], _cells(rows), texts=4),
        ]
    )


def _table(name: str, group: Group) -> Safe:
    made = tables.PARTS[name](group)
    if not made.rows:
        return Safe("")
    return table(made.caption, [_head(each) for each in made.heads], _cells(made.rows), texts=made.texts)


def _head(name: str) -> str:
    return name.replace("_", " ")


def _cells(rows: object) -> list[list[object]]:
    assert isinstance(rows, list | tuple)
    return [["" if cell is None else cell for cell in row] for row in rows]


# --- drawings -------------------------------------------------------------------------------------


def undrawn() -> str:
    """Return why there are no drawings; empty where there are."""
    if find_spec("matplotlib") is None:
        return "Tables only: matplotlib, which draws, is not installed (pip install 'backstory[audit]')."
    return ""


def _draw(draw: Callable[[], Safe]) -> Safe:
    try:
        return draw()
    except EnvironmentProblem:
        return Safe("")


def _flags(group: Group) -> Safe:
    rows = [
        (each.title, (float(each.missed.number), float(each.missed.of - each.missed.number)))
        for each in group.flags[:MOST_DRAWN]
    ]
    if not rows:
        return Safe("")
    about = "For each red flag that was there to be found: attempts that missed it, then those that found it."
    return plot("flags", "Red flags missed and found", about, plots.bars, rows, ("missed", "found"), "attempts")


def _domains(group: Group) -> Safe:
    rows = [(each.title, each.mean) for each in group.domains]
    about = "For each domain the mean of all attempts in per cent."
    return plot("domains", "Domains", about, plots.dots, rows, "per cent, mean of attempts")


def _items(name: str, items: list[ItemStat]) -> Safe:
    rows = [(each.title, (float(each.missed.number),)) for each in items[:MOST_DRAWN]]
    about = f"For each item of the station {name} how many attempts lost by it, the most first."
    return plot(f"items-{_id(name)}", f"Missed in {name}", about, plots.bars, rows, ("missed",), "attempts")


def _id(name: str) -> str:
    return "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in name)
