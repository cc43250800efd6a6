"""The counts of an audit as people and machines read them: 80 columns of text, or JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from chatbot.audit.find import Cases
from chatbot.audit.tally import URGENCIES, WITHIN, Group, Tally, Times, ranked

TOP = 10
"""Lines of a list that is sorted by number."""

PARTS = (
    *("verdicts", "urgency", "safety", "questions", "alarms", "corrections", "decisions", "left-open"),
    *("sections", "order", "flags", "groups", "problems"),
)
"""What a report is made of, in its order."""

ANCHORS = {"ANCHORED": "in the register", "UNANCHORED": "(no register knows it)", "DIFFERS": "from the register"}
"""How a file stands to the register, as far as it could be compared."""

NO_KEY = (
    "NO-KEY: encrypted; the chains hold, and nothing else was looked at. Name the",
    "file of a key with --identity, BACKSTORY_IDENTITY or the settings.",
)

_STATES = ("unknown", "declined", "not_assessed", "cannot_apply")


def report(tally: Tally, cases: Cases, small: int, part: str | None = None) -> str:
    """Return the report, or one *part* of it. Numbers below *small* are not shown where cases are grouped."""
    made: Mapping[str, Callable[[], Iterator[str]]] = {
        "verdicts": lambda: _verdicts(tally, cases),
        "urgency": lambda: _urgency(tally),
        "safety": lambda: _safety(tally),
        "questions": lambda: _questions(tally),
        "alarms": lambda: _alarms(tally),
        "corrections": lambda: _corrections(tally),
        "decisions": lambda: _decisions(tally),
        "left-open": lambda: _left_open(tally),
        "sections": lambda: _sections(tally),
        "order": lambda: _order(tally),
        "flags": lambda: _flags(tally),
        "groups": lambda: _groups(tally, small),
        "problems": lambda: _problems(tally),
    }
    counted = {"verdicts", "problems"} if not tally.sound else set(PARTS)
    wanted = (part,) if part else tuple(each for each in PARTS if each in counted)
    blocks = ["\n".join(lines) for each in wanted if (lines := list(made[each]()))]
    return "\n\n".join(blocks) or "nothing to tell"


def _verdicts(tally: Tally, cases: Cases) -> Iterator[str]:
    disposed = tally.verdicts["DISPOSED"]
    if not tally.files:
        asked = ", ".join(f"{count} {kind}" for kind, count in sorted(cases.left_out.items()))
        yield f"No case was audited in {cases.folder}." + (f" Not asked for: {asked}." if asked else "")
    else:
        yield f"{_count(tally.files, 'case')} in {cases.folder}"
        for verdict, count in tally.verdict_counts().items():
            if verdict != "DISPOSED":
                yield _row(verdict, count, tally.files)
        for state in ANCHORS:
            if tally.anchors[state]:
                yield _row(f"{state} {ANCHORS[state]}", tally.anchors[state], tally.files)
        for state, count in ranked(tally.signatures):
            yield _row(f"{state} by a trusted key" if state == "SIGNED" else f"signatures {state}", count, tally.files)
        if tally.sealed:
            yield _row("encrypted", tally.sealed, tally.files)
        if tally.verdicts["NO-KEY"]:
            yield from (f"  {line}" for line in NO_KEY)
        if asked := ", ".join(f"{count} {kind}" for kind, count in sorted(cases.left_out.items())):
            yield f"  not asked for: {asked}"
    if disposed:
        yield f"  DISPOSED, known to the register alone: {disposed}"
    if cases.fragments:
        yield f"  {_count(cases.fragments, 'torn end')} set aside earlier"
    if tally.other_count:
        yield f"  {_count(tally.other_count, 'other file')}, not counted: see problems"
    if tally.sound:
        yield f"  signed {tally.signed}, with a plan {tally.plans}, " + ", ".join(
            f"{phase} {count}" for phase, count in ranked(tally.phases) if phase != "signed"
        )


def _urgency(tally: Tally) -> Iterator[str]:
    yield "Urgency of the plan"
    for level in URGENCIES:
        yield _row(level, tally.urgency[level], tally.sound)
    yield "  scope: " + ", ".join(f"{name} {count}" for name, count in ranked(tally.scope))


def _safety(tally: Tally) -> Iterator[str]:
    yield "Safety screen"
    yield _row("every question asked", tally.asked, tally.sound)
    yield _row("every flag settled", tally.resolved, tally.sound)
    yield _row("read back", tally.read_back, tally.sound)
    yield _times("opening to settled", tally.safety)
    yield _times("opening to last record", tally.whole)


def _questions(tally: Tally) -> Iterator[str]:
    for title, safety in (("Safety questions", True), ("Other questions", False)):
        found = tally.without_value(safety=safety)
        yield f"{title} most often without a value ({len(found)} in all)"
        if found:
            yield f"  {'':32} {'answered':>9} {'unknown':>8} {'declined':>9} {'not ass.':>9}"
        for key, answered, states in found[:TOP]:
            yield (
                f"  {_cut(key, 32):32} {answered:9} {states['unknown']:8} {states['declined']:9} "
                f"{states['not_assessed'] + states['cannot_apply']:9}"
            )
        if safety:
            yield ""


def _alarms(tally: Tally) -> Iterator[str]:
    raised = len(tally.alarms) + tally.alarms_open
    yield f"Alarms ({raised} raised)"
    if raised:
        yield _row(f"acknowledged within {WITHIN // 60} minutes", tally.alarms.until(WITHIN), raised)
        yield _row("later", len(tally.alarms) - tally.alarms.until(WITHIN), raised)
        yield _row("never", tally.alarms_open, raised)
        yield _times("until acknowledged", tally.alarms)


def _corrections(tally: Tally) -> Iterator[str]:
    yield f"Corrections ({tally.corrections.total()})"
    yield f"  lowered the urgency: {tally.lowering.total()}, in {_count(tally.cases_lowered, 'case')}"
    for reason, count in ranked(tally.lowering):
        yield _row(f"  {reason}", count, tally.lowering.total())
    yield f"  of these corrected again afterwards: {tally.lowering_again}"
    yield from _list("most corrected", ranked(tally.corrections))


def _decisions(tally: Tally) -> Iterator[str]:
    made: Counter[str] = sum(tally.decided.values(), Counter())
    yield f"Recommendations ({tally.recommended.total()} in final plans)"
    for decision in ("accept", "modify", "decline"):
        yield _row(decision, made[decision], made.total())
    declined = tally.declined()
    if declined:
        yield f"  most declined ({len(declined)} in all), with reasons"
    for rule, times, decided in declined[:TOP]:
        yield f"    {_cut(rule, 44):44} {times:5} of {decided}"
        yield "      " + ", ".join(f"{reason} {count}" for reason, count in ranked(tally.why[rule]))


def _left_open(tally: Tally) -> Iterator[str]:
    yield f"Signed with a safety question left open: {_count(tally.cases_left_open, 'case')}"
    whole = [(key, reasons.total()) for key, reasons in tally.left_open.items()]
    for key, times in sorted(whole, key=lambda each: (-each[1], each[0]))[:TOP]:
        yield f"  {_cut(key, 44):44} {times:7}"
        yield "    " + ", ".join(f"{reason} {count}" for reason, count in ranked(tally.left_open[key]))
    if tally.cases_left_open:
        yield "  which cases: --list left-open"


def _sections(tally: Tally) -> Iterator[str]:
    yield "Minutes per section"
    yield f"  {'':36} {'cases':>7} {'median':>8} {'p90':>8}"
    for section, times in tally.sections.items():
        name = section or "(review, plan, alarms)"
        yield f"  {_cut(name, 36):36} {len(times):7} {_minutes(times, 50):>8} {_minutes(times, 90):>8}"


def _order(tally: Tally) -> Iterator[str]:
    yield "Order of the safety questions, by mean place"
    means = [(sum_ / times, key, times) for key, (times, sum_) in tally.places.items()]
    for mean, key, times in sorted(means)[: 2 * TOP]:
        yield f"  {mean:5.1f}  {_cut(key, 44):44} {times:7}"
    yield f"  other questions answered before the screen was settled: {_count(tally.cases_early, 'case')}"
    for key, count in ranked(tally.early)[:TOP]:
        yield f"         {_cut(key, 44):44} {count:7}"


def _flags(tally: Tally) -> Iterator[str]:
    yield f"{'Red flags':40} {'present':>9} {'not excluded':>13}"
    found = sorted(tally.flags.items(), key=lambda each: (-each[1]["present"], each[0]))
    for flag, states in found[: 2 * TOP]:
        yield f"  {_cut(flag, 38):38} {states['present']:9} {states['cannot_exclude']:13}"


def _groups(tally: Tally, small: int) -> Iterator[str]:
    yield f"{'By ' + tally.by:30} {'cases':>7} {'emergency':>10} {'same day':>9} {'minutes to settled':>19}"
    shown = grouped(tally, small)
    for name, cells in shown.items():
        values = [cells["cases"], cells["emergency"], cells["same_day"], cells["safety_p50"]]
        cases, emergency, same_day, median = ("–" if each is None else str(each) for each in values)
        yield f"  {_cut(name, 28):28} {cases:>7} {emergency:>10} {same_day:>9} {median:>19}"
    if small > 1:
        yield f"  A number below {small}, and one it could be worked out from, is not shown (–)."


def grouped(tally: Tally, small: int) -> dict[str, dict[str, Any]]:
    """Return the numbers of each group, with None for those that say too much of few people.

    A number that could be worked out from those beside it or below it and their sum is hidden too.
    """
    names, columns = sorted(tally.groups), ("cases", *URGENCIES)
    table = {name: _cells(tally.groups[name]) for name in names}
    hidden = {(name, each) for name in names for each in columns if 0 < table[name][each] < small}
    lines = [[(name, each) for name in names] for each in columns] + [
        [(name, each) for each in columns] for name in names
    ]
    while True:
        more = {cell for line in lines if (cell := _alone(line, hidden, table)) is not None}
        if not more:
            break
        hidden |= more
    for name, each in hidden:
        table[name][each] = None
    for name in names:
        if table[name]["cases"] is None or len(tally.groups[name].safety) < small:
            table[name]["safety_p50"] = None
    return table


def _alone(
    line: list[tuple[str, str]], hidden: set[tuple[str, str]], table: Mapping[str, Mapping[str, int]]
) -> tuple[str, str] | None:
    """Return the smallest cell to hide with the only hidden one of a row or a column; None where there is no need."""
    if len(hidden.intersection(line)) != 1:
        return None
    rest = [cell for cell in line if cell not in hidden and table[cell[0]][cell[1]]]
    return min(rest, key=lambda cell: (table[cell[0]][cell[1]], cell), default=None)


def _cells(group: Group) -> dict[str, Any]:
    middle = group.safety.quantile(50)
    return {
        "cases": group.cases,
        **{level: group.urgency[level] for level in URGENCIES},
        "safety_p50": None if middle is None else round(middle / 60, 1),
    }


def _problems(tally: Tally) -> Iterator[str]:
    if tally.problem_count:
        yield f"Problems ({tally.problem_count})"
        yield from (f"  {line}" for said in tally.problems for line in said.split("\n"))
        if tally.problem_count > len(tally.problems):
            yield f"  and {tally.problem_count - len(tally.problems)} more: --list problems"
    if tally.disposed:
        yield f"Disposed of ({tally.verdicts['DISPOSED']})"
        yield from (f"  {said}" for said in tally.disposed)
    if tally.other_count:
        yield f"Other files ({tally.other_count}), not counted"
        yield from (f"  {said}" for said in tally.others)
        if tally.other_count > len(tally.others):
            yield f"  and {tally.other_count - len(tally.others)} more"


def _row(name: str, count: int, of: int) -> str:
    share = f"{100 * count / of:6.1f} %" if of else ""
    return f"  {name:36} {count:8} {share:>9}"


def _list(title: str, found: list[tuple[str, int]]) -> Iterator[str]:
    if found:
        yield f"  {title}"
    for name, count in found[:TOP]:
        yield f"    {_cut(name, 44):44} {count:7}"


def _times(name: str, times: Times) -> str:
    if not times:
        return f"  {name:36}     none"
    return f"  {name:24} median {_minutes(times, 50)} min, 90th centile {_minutes(times, 90)} min (n = {len(times)})"


def _minutes(times: Times, hundredths: int) -> str:
    found = times.quantile(hundredths)
    return "–" if found is None else f"{found / 60:.1f}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


# --- for machines ---------------------------------------------------------------------------------


def to_json(tally: Tally, cases: Cases, small: int, exit_code: int) -> dict[str, Any]:
    """Return every count as JSON data. Numbers of groups are hidden as in the report."""
    raised = len(tally.alarms) + tally.alarms_open
    return {
        "schema": "backstory.audit/1",
        "folder": str(cases.folder),
        "exit_code": exit_code,
        "files": tally.files,
        "verdicts": tally.verdict_counts(),
        "anchoring": dict(ranked(tally.anchors)),
        "signatures": dict(ranked(tally.signatures)),
        "encrypted": tally.sealed,
        "not_asked_for": dict(sorted(cases.left_out.items())),
        "fragments": cases.fragments,
        "cases": tally.sound,
        "records": tally.records,
        "phases": dict(ranked(tally.phases)),
        "urgency": {level: tally.urgency[level] for level in URGENCIES},
        "scope": dict(ranked(tally.scope)),
        "safety": {
            "asked": tally.asked,
            "resolved": tally.resolved,
            "read_back": tally.read_back,
            "minutes": tally.safety.to_json(),
        },
        "minutes": tally.whole.to_json(),
        "sections": {name: times.to_json() for name, times in tally.sections.items()},
        "alarms": {
            "raised": raised,
            f"within_{WITHIN // 60}_minutes": tally.alarms.until(WITHIN),
            "never": tally.alarms_open,
            "minutes": tally.alarms.to_json(),
        },
        "questions": {
            key: {"safety": key in tally.safety_questions, "answered": states.total(), **dict(ranked(states))}
            for key, states in sorted(tally.states.items())
        },
        "corrections": {
            "total": tally.corrections.total(),
            "reasons": dict(ranked(tally.reasons)),
            "lowered": tally.lowering.total(),
            "lowered_reasons": dict(ranked(tally.lowering)),
            "lowered_cases": tally.cases_lowered,
            "lowered_corrected_again": tally.lowering_again,
            "questions": dict(ranked(tally.corrections)),
        },
        "recommendations": {
            rule: {
                "in_final_plans": tally.recommended[rule],
                **dict(tally.decided.get(rule, {})),
                "declined_because": dict(ranked(tally.why.get(rule, Counter()))),
            }
            for rule in sorted({*tally.recommended, *tally.decided})
        },
        "left_open": {
            "cases": tally.cases_left_open,
            "questions": {key: dict(ranked(reasons)) for key, reasons in sorted(tally.left_open.items())},
        },
        "flags": {flag: dict(ranked(states)) for flag, states in sorted(tally.flags.items())},
        "early": {"cases": tally.cases_early, "questions": dict(ranked(tally.early))},
        "order": {key: {"answered": n, "mean_place": round(s / n, 2)} for key, (n, s) in tally.places.items()},
        "groups": {"by": tally.by, "small_numbers": small, "rows": grouped(tally, small)},
        "problems": {"count": tally.problem_count, "listed": tally.problems},
        "disposed": {"count": tally.verdicts["DISPOSED"], "listed": tally.disposed},
        "others": {"count": tally.other_count, "listed": tally.others},
    }


def render(tally: Tally, cases: Cases, form: str, small: int, exit_code: int, part: str | None = None) -> str:
    """Return the report in a format of ``FORMATS``."""
    if form == "json":
        return json.dumps(to_json(tally, cases, small, exit_code), indent=2, ensure_ascii=False)
    return report(tally, cases, small, part)


FORMATS = ("table", "json")
