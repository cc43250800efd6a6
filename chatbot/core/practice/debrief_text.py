"""A debrief as lines of plain text: for the line mode, and for files.

First what kept the patient safe, then what would have harmed, then the rest; the two paths side by side; the sources.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest

from chatbot.core.practice.debrief import Debrief, Line, PathStep
from chatbot.core.practice.marking_kit import NOT_ASKED, counted, several
from chatbot.core.text import columns, visible, wrap

SIMULATED = "SIMULATED · practice · this is not a real person"
"""Stands at the top and at the end."""

SAFE = frozenset({"flag", "urgency", "within", "not_to_miss"})
"""Kinds of lines that say what kept the patient safe, where nothing was lost."""

HARM = frozenset({"flag", "urgency", "within", "late", "order", "not_to_miss", "harmful", "unresolved"})
"""Kinds of lines that say what would have harmed, where something was lost."""

NARROW = 60
"""Below so many columns the two paths stand one after the other."""

_SIGNS = {"safe": "✓", "harm": "!", "lost": "✗"}


def lines(debrief: Debrief, width: int = 78) -> list[str]:
    """Return a debrief as lines of at most *width* columns, made visible."""
    return list(_lines(debrief, width))


def parts(debrief: Debrief) -> tuple[tuple[Line, ...], tuple[Line, ...], tuple[Line, ...]]:
    """Return the lines that kept the patient safe, those that would have harmed, and the rest, what was lost first."""
    safe = tuple(each for each in debrief.lines if each.good and each.kind in SAFE)
    harm = tuple(each for each in debrief.lines if not each.good and each.kind in HARM)
    rest = [each for each in debrief.lines if each not in safe and each not in harm]
    return safe, harm, tuple(sorted(rest, key=lambda each: each.good))


def headline(debrief: Debrief) -> str:
    """Return the first sentence: how soon the gravest of what is there was recognised; empty where nothing is."""
    if not debrief.recognised:
        return ""
    # Of several as grave, the one that was recognised, and first.
    first = min(
        debrief.recognised,
        key=lambda each: (-_GRAVITY.get(each.urgency, 0), each.yours is None, each.yours or 0),
    )
    if first.yours is None:
        return f"You did not recognise it: {first.title}. The safest path takes {counted(first.expert, 'question')}."
    yours = counted(first.yours, "question")
    return f"You recognised it after {yours}; the safest path takes {first.expert}: {first.title}."


_GRAVITY = {"urgent": 1, "same_day": 2, "emergency": 3}


def _lines(debrief: Debrief, width: int) -> Iterator[str]:
    yield visible(SIMULATED)
    yield from wrap(debrief.title, width)
    yield from wrap(_score(debrief), width)
    yield from _profile(debrief, width)
    if said := headline(debrief):
        yield ""
        yield from wrap(said, width)
    safe, harm, rest = parts(debrief)
    yield from _section("What kept this patient safe", _shortened(debrief, safe), "safe", width)
    yield from _section("What would have harmed", _together(debrief, harm), "harm", width)
    yield from _section("The rest", rest, "lost", width)
    yield from _seconded(debrief, width)
    if debrief.reason:
        yield from ("", "Why this patient comes out so")
        yield from wrap(debrief.reason, width, "  ")
    yield from _paths(debrief, width)
    if debrief.references:
        yield from ("", "Sources")
        for source in debrief.references:
            place = f" {source.locator}." if source.locator else ""
            yield from wrap(f"{source.citation}{place}", width, "      ", f"  [{source.n}] ")
    yield from ("", visible(SIMULATED))


def _score(debrief: Debrief) -> str:
    asked = counted(debrief.questions, "question")
    minutes = f" in {clock(debrief.seconds)}" if debrief.seconds else ""
    return f"{debrief.points} of {debrief.of} points ({debrief.percent} %). {asked}{minutes}."


def _profile(debrief: Debrief, width: int) -> Iterator[str]:
    longest = max((columns(visible(each.title)) for each in debrief.domains), default=0)
    for each in debrief.domains:
        if each.of:
            title = visible(each.title)
            yield from wrap(
                f"{each.points} of {each.of}", width, "  ", f"  {title}{' ' * (longest - columns(title))}  "
            )


def _shortened(debrief: Debrief, safe: Iterable[Line]) -> tuple[Line, ...]:
    """Put what was ruled out into one line: it is much, and all of it is well."""
    there = {f"flag:{each.flag}" for each in debrief.recognised}
    kept = [each for each in safe if each.kind != "flag" or each.id in there]
    ruled_out = [each for each in safe if each not in kept]
    if not ruled_out:
        return tuple(kept)
    points, of = sum(each.points for each in ruled_out), sum(each.of for each in ruled_out)
    text = f"Settled as it truly is: {several(_named(each) for each in ruled_out)}."
    first = ruled_out[0]
    return (*kept, Line("flags", "flag", first.domain, points, of, text))


def _together(debrief: Debrief, harm: Iterable[Line]) -> tuple[Line, ...]:
    """Put red flags that were left open for the same reason into one line: one question would have settled them."""
    there = {f"flag:{each.flag}" for each in debrief.recognised}
    found: dict[str, list[Line]] = {}
    for each in harm:
        alike = each.kind == "flag" and each.id not in there and each.why
        found.setdefault(each.why if alike else each.id, []).append(each)
    return tuple(each[0] if len(each) == 1 else _joined(each) for each in found.values())


def _joined(alike: Sequence[Line]) -> Line:
    first = alike[0]
    lead, missing = first.text.partition(": ")[0], first.text.partition(NOT_ASKED)[2]
    text = f"{lead}: {'; '.join(map(_named, alike))}."
    return replace(
        first,
        points=sum(each.points for each in alike),
        of=sum(each.of for each in alike),
        text=f"{text}{NOT_ASKED}{missing}" if missing else text,
        references=tuple(dict.fromkeys(number for each in alike for number in each.references)),
    )


def _named(line: Line) -> str:
    """Return what a line is about: what stands behind its colon."""
    return line.text.partition(NOT_ASKED)[0].partition(": ")[2].rstrip(".")


def _section(title: str, found: Iterable[Line], kind: str, width: int) -> Iterator[str]:
    found = list(found)
    if not found:
        return
    yield from ("", title)
    for each in found:
        sign = _SIGNS["safe"] if each.good else _SIGNS[kind]
        moment = "" if each.after is None else clock(each.after)
        first = f"  {sign} {moment:>5}  {_points(each):>9}  "
        yield from wrap(f"{each.text}{_numbers(each)}", width, " " * columns(first), first)
        if each.why and not each.good:
            yield from wrap(each.why, width, " " * columns(first))


def _points(line: Line) -> str:
    return f"{line.points} of {line.of}" if line.of else f"{line.points}"


def _numbers(line: Line) -> str:
    return "".join(f" [{number}]" for number in line.references)


def clock(seconds: int) -> str:
    """Return a time into the interview: ``4:05``."""
    return f"{seconds // 60}:{seconds % 60:02}"


def _seconded(debrief: Debrief, width: int) -> Iterator[str]:
    for each in debrief.second:
        overall = f", global mark {each.overall}" if each.overall else ""
        yield ""
        yield from wrap(f"Marked by {each.marker}{overall}: {each.points} of {debrief.of} points.", width)
        for item, points in each.set_aside.items():
            yield from wrap(f"{item}: {points}. {each.reasons.get(item, '')}", width, "    ", "  ")
        if each.comment:
            yield from wrap(each.comment, width, "  ")


# --- the two paths --------------------------------------------------------------------------------


def _paths(debrief: Debrief, width: int) -> Iterator[str]:
    yours = [_step(number, each) for number, each in enumerate(debrief.yours, 1)]
    expert = [_step(number, each) for number, each in enumerate(debrief.expert, 1)]
    yield from ("", "Your path and the expert's (* a safety question)")
    if width < NARROW:
        for title, steps in (("Yours", yours), ("The expert's", expert)):
            yield f"  {title}"
            for lead, text in steps:
                yield from wrap(text, width, " " * columns(lead), lead)
        return
    half = (width - 3) // 2
    yield f"{'  Yours':<{half}} | {'  The expert’s'}"
    for left, right in zip_longest(yours, expert):
        one, other = _cell(left, half), _cell(right, half)
        for a, b in zip_longest(one, other, fillvalue=""):
            yield f"{a}{' ' * (half - columns(a))} | {b}".rstrip()


def _step(number: int, step: PathStep) -> tuple[str, str]:
    said = "" if step.told else " (not answered)"
    said += " (needless)" if step.needless else ""
    return f"{number:>4}{'*' if step.safety else ' '} ", f"{step.text}{said}"


def _cell(step: tuple[str, str] | None, width: int) -> list[str]:
    return [] if step is None else wrap(step[1], width, " " * columns(step[0]), step[0])
