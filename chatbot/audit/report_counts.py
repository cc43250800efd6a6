"""The counts of an audit in its report: a drawing of each, and a table of the same numbers."""

from __future__ import annotations

from collections import Counter

from chatbot.audit import plots
from chatbot.audit.lines import grouped
from chatbot.audit.markup import Safe, Words, cell, centiles, el, joined, more, plot, share, table
from chatbot.audit.standards_shown import HIDDEN, count
from chatbot.audit.tally import URGENCIES, WITHIN, Tally, ranked

TOP = 20
"""Rows of a list that is sorted by number."""


def counts(tally: Tally, least: int, words: Words) -> list[Safe]:
    return [
        _urgency(tally, least, words),
        _safety(tally),
        _sections(tally, words),
        _questions(tally, words),
        _alarms(tally),
        _decisions(tally, words),
        _corrections(tally, words),
        _order(tally, words),
    ]


def _urgency(tally: Tally, least: int, words: Words) -> Safe:
    levels = [(words.urgency(level), tally.urgency[level]) for level in URGENCIES]
    about = "; ".join(f"{name} {number}" for name, number in levels)
    rows = [(name, (number,)) for name, number in levels]
    parts = [
        el("h2", "Urgency"),
        el("p", "How soon the person must be seen, as the final plan says."),
        plot("urgency", "Cases by urgency", about, plots.bars, rows, ("cases",), "cases"),
        table(
            "Cases by urgency",
            ("Urgency", "Cases", "Share"),
            [(n, f"{c:,}", share(c, tally.sound)) for n, c in levels],
        ),
    ]
    if tally.by == "month" and tally.groups:
        cells = grouped(tally, least)
        body = [
            (month, *(count(found[each]) for each in ("cases", *URGENCIES)), cell(found["safety_p50"]))
            for month, found in cells.items()
        ]
        heads = ("Month", "Cases", *(words.urgency(level) for level in URGENCIES), "Median minutes to settled")
        parts.append(more("By month", table("By month", heads, body)))
        parts.append(
            el("p", f"{HIDDEN}: below {least}, or could be worked out from what is shown.") if least > 1 else Safe("")
        )
    return joined(parts)


def _safety(tally: Tally) -> Safe:
    rows = [
        ("every question asked", tally.asked),
        ("every red flag settled", tally.resolved),
        ("read back to the person", tally.read_back),
    ]
    parts = [
        el("h2", "Safety screen"),
        el("p", "Settled is the first moment at which each safety question that applies has an answer or a status."),
        table("Safety screen", ("", "Cases", "Share"), [(n, f"{c:,}", share(c, tally.sound)) for n, c in rows]),
    ]
    middle = tally.safety.quantile(50)
    if middle is not None:
        minutes: Counter[int] = Counter()
        for seconds, number in tally.safety.counts.items():
            minutes[seconds // 60] += number
        last = tally.safety.quantile(99) or 0
        shown = {minute: minutes[minute] for minute in range(last // 60 + 1)}
        beyond = sum(number for minute, number in minutes.items() if minute > last // 60)
        about = f"Half of {len(tally.safety)} cases within {middle / 60:.1f} minutes. {centiles(tally.safety)}"
        label = "minutes from opening to settled" + (f" ({beyond} longer ones not drawn)" if beyond else "")
        parts.append(
            plot("safety", "Time to the safety screen settled", about, plots.histogram, shown, middle / 60, label)
        )
        body = [(f"{low} to {low + 1}", f"{number:,}") for low, number in shown.items()]
        if beyond:
            body.append((f"{last // 60 + 1} or more", f"{beyond:,}"))
        parts.append(el("p", centiles(tally.safety)))
        parts.append(more("Minute by minute", table("Time to settled", ("Minutes", "Cases"), body)))
    return joined(parts)


def _sections(tally: Tally, words: Words) -> Safe:
    rows, body = [], []
    names = words.sections()
    for section in sorted(tally.sections, key=list(names).index if tally.sections.keys() <= names.keys() else None):
        times, name = tally.sections[section], names.get(section, section)
        ends = [times.quantile(each) for each in (10, 25, 50, 75, 90)]
        known = [each / 60 for each in ends if each is not None]
        if len(known) == 5:
            rows.append((name, known))
            body.append((name, f"{len(times):,}", *(f"{each:.1f}" for each in known)))
    if not rows:
        return Safe("")
    about = "; ".join(f"{name} median {ends[2]:.1f} minutes" for name, ends in rows)
    heads = ("Section", "Cases", "10th", "25th", "Median", "75th", "90th")
    return joined(
        [
            el("h2", "Time per section"),
            el(
                "p",
                "Lines run from the 10th to the 90th centile, boxes from the 25th to the 75th; the mark is the median.",
            ),
            plot("sections", "Minutes per section", about, plots.spreads, rows, "minutes"),
            more("Numbers", table("Minutes per section", heads, body)),
        ]
    )


_STATES = ("unknown", "declined", "not_assessed", "cannot_apply")


def _questions(tally: Tally, words: Words) -> Safe:
    parts = [
        el("h2", "Answers without a value"),
        el(
            "p",
            "Unknown, declined, not assessed and cannot apply are states of their own. None of them counts as a no.",
        ),
    ]
    for name, title, safety in (("safety", "Safety questions", True), ("other", "Other questions", False)):
        found = tally.without_value(safety=safety)[:TOP]
        if not found:
            continue
        rows = [(words.question(key), [states[each] for each in _STATES]) for key, _, states in found]
        about = "; ".join(f"{label}: unknown {values[0]}, declined {values[1]}" for label, values in rows)
        names = [words.label(f"status.{each}", each.replace("_", " ")) for each in _STATES]
        body = [
            (label, f"{answered:,}", *values) for (label, values), (_, answered, _) in zip(rows, found, strict=True)
        ]
        parts += [
            el("h3", title),
            plot(f"unknown-{name}", f"{title} most often without a value", about, plots.bars, rows, names, "cases"),
            more("Numbers", table(title, ("Question", "Answered", *names), body)),
        ]
    return joined(parts)


def _alarms(tally: Tally) -> Safe:
    raised = len(tally.alarms) + tally.alarms_open
    if not raised:
        return Safe("")
    soon = tally.alarms.until(WITHIN)
    rows = [
        (f"within {WITHIN // 60} minutes", soon),
        ("later", len(tally.alarms) - soon),
        ("never", tally.alarms_open),
    ]
    return joined(
        [
            el("h2", "Alarms acknowledged"),
            table("Alarms acknowledged", ("", "Alarms", "Share"), [(n, f"{c:,}", share(c, raised)) for n, c in rows]),
        ]
    )


def _decisions(tally: Tally, words: Words) -> Safe:
    order = ("accept", "modify", "decline")
    found = sorted(tally.decided.items(), key=lambda each: (-each[1].total(), each[0]))[:TOP]
    if not found:
        return Safe("")
    names = [words.label(f"decision.{each}", each) for each in order]
    rows = [(words.rule(rule), [made[each] for each in order]) for rule, made in found]
    about = "; ".join(f"{name}: accepted {made[0]}, modified {made[1]}, declined {made[2]}" for name, made in rows)
    body = []
    for rule, made in found:
        why = ", ".join(f"{words.reason(code)} {number}" for code, number in ranked(tally.why.get(rule, Counter())))
        body.append((words.rule(rule), why, tally.recommended[rule], *(made[each] for each in order)))
    heads = ("Recommendation", "Declined because", "In final plans", *names)
    return joined(
        [
            el("h2", "Recommendations"),
            el("p", f"The {len(found)} that were decided on most often."),
            plot(
                "decisions", "Recommendations accepted, modified, declined", about, plots.bars, rows, names, "decisions"
            ),
            more("Numbers, with the reasons for declining", table("Recommendations", heads, body, texts=2)),
        ]
    )


def _corrections(tally: Tally, words: Words) -> Safe:
    total = tally.corrections.total()
    if not total:
        return Safe("")
    rows = [(words.question(key), (number,)) for key, number in ranked(tally.corrections)[:TOP]]
    about = "; ".join(f"{name} {values[0]}" for name, values in rows)
    reasons = [(words.reason(code), number, tally.lowering[code]) for code, number in ranked(tally.reasons)]
    return joined(
        [
            el("h2", "Corrections"),
            el(
                "p",
                f"{total:,} answers were corrected or taken back. {tally.lowering.total():,} of these lowered the "
                f"urgency, in {tally.cases_lowered:,} cases; {tally.lowering_again:,} of those were corrected again.",
            ),
            plot(
                "corrections", "Answers corrected most often", about, plots.bars, rows, ("corrections",), "corrections"
            ),
            more(
                "Numbers",
                table("Corrections by reason", ("Reason", "Corrections", "Lowered the urgency"), reasons),
                table("Corrections by question", ("Question", "Corrections"), [(n, v[0]) for n, v in rows]),
            ),
        ]
    )


def _order(tally: Tally, words: Words) -> Safe:
    means = sorted((total / times, key, times) for key, (times, total) in tally.places.items())[: 2 * TOP]
    if not means:
        return Safe("")
    rows = [(words.question(key), mean) for mean, key, _ in means]
    about = "First to last: " + "; ".join(f"{name} {mean:.1f}" for name, mean in rows)
    body = [(words.question(key), f"{times:,}", f"{mean:.1f}") for mean, key, times in means]
    early = [(words.question(key), f"{number:,}") for key, number in ranked(tally.early)[:TOP]]
    return joined(
        [
            el("h2", "Order of the safety questions"),
            el("p", "The mean place at which each was first answered, of the cases in which it was."),
            plot("order", "Mean place of each safety question", about, plots.dots, rows, "mean place"),
            more("Numbers", table("Order", ("Question", "Cases", "Mean place"), body)),
            el("p", f"Other questions answered before the screen was settled: {tally.cases_early:,} cases."),
            table("Answered early", ("Question", "Cases"), early) if early else Safe(""),
        ]
    )
