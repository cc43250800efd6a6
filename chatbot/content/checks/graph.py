"""What conditions make of the questions as a graph: order, cycles, and red flags that only answers can raise."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from chatbot.content.checks.conditions import Site
from chatbot.content.diagnostics import Diagnostic
from chatbot.content.package import Package
from chatbot.core.condition import Condition
from chatbot.core.findings import network
from chatbot.core.protocol import Protocol
from chatbot.core.tree import FindingIs, InState, Node, Not, Number, OneOf, Pair, Since, walk


def check(package: Package, protocol: Protocol, sites: list[Site]) -> Iterator[Diagnostic]:
    """Yield questions that read later ones, cycles between findings, and negations under a red flag."""
    yield from _later_questions(protocol, sites)
    yield from _cycles(protocol, sites)
    yield from _negations(protocol, sites)


def _later_questions(protocol: Protocol, sites: list[Site]) -> Iterator[Diagnostic]:
    order = network(protocol).ask_order
    rank = {key: index for index, key in enumerate(order)}
    for site in sites:
        if site.owner != "question":
            continue
        key = site.name if site.row_of is None else site.name.replace(".", "[1].", 1)
        when = protocol.questions[key].when
        if when is None:
            continue
        for other in sorted(protocol.questions_behind(when), key=rank.__getitem__):
            if rank[other] >= rank[key]:
                yield _later(protocol, site, key, other, rank)


def _later(protocol: Protocol, site: Site, key: str, other: str, rank: Mapping[str, int]) -> Diagnostic:
    start, end = _stretch(site.text, other)
    if other == key:
        return site.diagnostic("P203", "the question's own condition reads its own answer", start, end, "reword it")
    stages = network(protocol).stages
    hint = (
        f"{key!r} is number {rank[key] + 1} in the order of asking ({stages[key].value}), "
        f"{other!r} number {rank[other] + 1} ({stages[other].value}); move one of them"
    )
    return site.diagnostic("P203", f"the condition reads {other!r}, which is asked later", start, end, hint)


def _stretch(text: str, name: str) -> tuple[int, int]:
    match = re.search(rf"\b{re.escape(name.rpartition('.')[2])}\b", text)
    return match.span() if match else (0, len(text))


def _cycles(protocol: Protocol, sites: list[Site]) -> Iterator[Diagnostic]:
    reported: set[str] = set()
    for site in sites:
        if site.owner != "finding" or site.name in reported:
            continue
        cycle = _cycle_from(protocol, site.name)
        if cycle:
            reported |= set(cycle)
            start, end = _stretch(site.text, cycle[1] if len(cycle) > 1 else cycle[0])
            path = " → ".join([*cycle, cycle[0]])
            yield site.diagnostic("P204", f"findings read each other in a circle: {path}", start, end, "break it")


def _cycle_from(protocol: Protocol, start: str) -> list[str]:
    waiting = [[start]]
    seen: set[str] = set()
    while waiting:
        path = waiting.pop()
        for other in sorted(protocol.findings[path[-1]].when.findings):
            if other == start:
                return path
            if other not in seen:
                seen.add(other)
                waiting.append([*path, other])
    return []


# --- red flags are raised by answers, never by their absence ---------------------------------------


def _negations(protocol: Protocol, sites: list[Site]) -> Iterator[Diagnostic]:
    raising = {name: flag.when for name, flag in protocol.red_flags.items()}
    used = _findings_used(protocol, raising)
    for site in sites:
        if site.owner == "red_flag" and site.part == "when":
            condition: Condition | None = raising.get(site.name)
            what = f"the red flag {site.name!r}"
        elif site.owner == "finding" and site.name in used:
            condition = protocol.findings[site.name].when
            what = f"the finding {site.name!r}, which red flag {used[site.name]!r} reads,"
        else:
            continue
        negation = None if condition is None else _negation(protocol, condition.tree)
        if negation is not None:
            word, pattern = negation
            match = re.search(pattern, site.text)
            start, end = match.span() if match else (0, len(site.text))
            message = f"{what} is raised by {word}: an answer without a value could then lower the urgency"
            yield site.diagnostic("P402", message, start, end, "say what raises it; what clears it stands in 'unless'")


def _findings_used(protocol: Protocol, raising: Mapping[str, Condition]) -> dict[str, str]:
    used: dict[str, str] = {}
    for flag, condition in raising.items():
        waiting = sorted(condition.findings)
        while waiting:
            name = waiting.pop()
            if name not in used:
                used[name] = flag
                waiting += sorted(protocol.findings[name].when.findings)
    return used


def _negation(protocol: Protocol, tree: Node) -> tuple[str, str] | None:
    """Return what negates in a tree, with a pattern that finds it in the text; None when nothing does."""
    for node in walk(tree):
        match node:
            case Not():
                return "a negation", r"\bnot\b|!=|\ball\b|\bcount\s*\([^)]*\)\s*(<=?|==|!=)"
            case Number(_, "!=") | Pair(_, "!=") | Since(_, _, "!="):
                return "'!='", r"!="
            case InState(_, state):
                return "a test of state", rf"\bis\s+{state}\b"
            case OneOf(question, options) if options == {"no"}:
                if [each.id for each in protocol.questions[question].options] == ["yes", "no"]:
                    return "'is no'", r"\bis\s+no\b|\bin\s*\{\s*no\s*\}"
            case FindingIs():
                continue
    return None
