"""Standards in the report of an audit: all in one drawing, then each with its sources, its counts and its run chart."""

from __future__ import annotations

from collections.abc import Sequence

from chatbot.audit import plots
from chatbot.audit.markup import Safe, Words, cell, el, joined, more, plot, table
from chatbot.audit.standards_shown import (
    HIDDEN,
    Shown,
    chart_note,
    count,
    interval_text,
    origin_text,
    sources_text,
)
from chatbot.core.protocol import Protocol


def standards_part(found: Sequence[Shown], least: int, words: Words) -> list[Safe]:
    """Return the part of the page that tells of standards."""
    drawn = [
        (each.model.title.clinician, each.percent, each.interval, float(each.model.target.percent))
        for each in found
        if each.percent is not None and each.interval is not None
    ]
    about = "; ".join(f"{name}: {percent:.1f} per cent, target {target:g}" for name, percent, _, target in drawn)
    rows = [
        (
            each.model.title.clinician,
            each.said,
            f"{float(each.model.target.percent):g}",
            count(each.met),
            count(each.of),
            cell(each.percent),
            interval_text(each.interval),
        )
        for each in found
    ]
    heads = ("Standard", "Where it stands", "Target %", "n", "N", "%", "95 % interval")
    return [
        el("h2", f"Standards ({len(found)})"),
        el(
            "p",
            "n of N cases meet the standard. Cases of which the record does not say count as not met and are listed "
            "apart; cases of which nobody can tell whether it applies are in neither. Intervals are Wilson's.",
        ),
        *([plot("standards", "Standards and their targets", about, plots.forest, drawn)] if drawn else ()),
        table("Standards", heads, rows, texts=2),
        el("p", f"{HIDDEN}: below {least}, or could be worked out from what is shown.") if least > 1 else Safe(""),
        *(_standard(each) for each in found),
        _sources(found, words),
    ]


def _sources(found: Sequence[Shown], words: Words) -> Safe:
    cited = sorted({each.reference for one in found for each in one.model.cites})
    known = {name: text for protocol in words.protocols for name, text in _citations(protocol) if name in cited}
    items = [el("li", el("strong", name), ": ", known.get(name, "not a reference of this content")) for name in cited]
    return joined([el("h3", "Sources of the standards"), el("ul", *items)])


def _citations(protocol: Protocol) -> list[tuple[str, str]]:
    return [(name, each.citation) for name, each in protocol.references.items()]


def _standard(each: Shown) -> Safe:
    model = each.model
    target = float(model.target.percent)
    apart = [
        ("met", each.met),
        ("not met", each.not_met),
        ("not documented (counts as not met)", each.not_documented),
        *((f"excepted: {reason}", number) for reason, number in each.excuses),
        ("cannot be told whether it applies", each.cannot_tell),
        ("does not apply", each.not_applicable),
    ]
    parts = [
        el("h3", model.title.clinician),
        el("p", model.why),
        el(
            "p",
            f"{each.said[0].upper()}{each.said[1:]}. Target {target:g} %, {origin_text(model)}: {model.target.note}.",
        ),
        el("p", f"Sources: {sources_text(model)} ({model.verification.replace('_', ' ')}). Id: {each.id}."),
        table("Cases", ("", "Cases"), [(name, count(number)) for name, number in apart if number != 0]),
    ]
    if len(each.months) > 1 and each.median is not None:
        months = [(month.month, None if month.point is None else month.point.percent) for month in each.months]
        about = "; ".join(f"{month} {percent:.0f} per cent" for month, percent in months if percent is not None)
        title = f"{model.title.clinician}: run chart by month"
        parts.append(
            plot(f"run-{each.id.replace('_', '-')}", title, about, plots.run_chart, months, each.median, target)
        )
        parts.append(el("p", f"Median {each.median:.0f} %. {chart_note(each)}"))
        body = [
            (
                month.month,
                *((month.point.met, month.point.of) if month.point else (HIDDEN if month.hidden else "",) * 2),
            )
            for month in each.months
        ]
        parts.append(more("By month", table("By month", ("Month", "n", "N"), body)))
    return el("section", *parts)
