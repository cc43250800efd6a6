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
from chatbot.core.tree import (
    STATES,
    Asked,
    Compare,
    Extreme,
    FindingIs,
    InState,
    Lookup,
    Measured,
    Node,
    Not,
    Number,
    NumberOf,
    OneOf,
    Pair,
    Rows,
    Since,
    below,
    children,
    conditions_in,
    findings_of,
    is_outside,
    keys_of,
    names_of,
    terms_of,
    walk,
)


def check(package: Package, protocol: Protocol, sites: list[Site]) -> Iterator[Diagnostic]:
    """Yield questions that read later ones, cycles between findings, and negations under a red flag."""
    yield from _later_questions(protocol, sites)
    yield from _cycles(protocol, sites)
    yield from _negations(protocol, sites)
    yield from _cleared_by_absence(protocol, sites)
    yield from _absent_cases(protocol, sites)
    yield from _asked_by_state(protocol, sites)


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
        elif site.owner in {"finding", "instrument"} and site.name in used:
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


def _cleared_by_absence(protocol: Protocol, sites: list[Site]) -> Iterator[Diagnostic]:
    """Yield flags that an answer without a value would clear: what clears one must be *known* to be true."""
    for site in sites:
        flag = protocol.red_flags.get(site.name) if (site.owner, site.part) == ("red_flag", "unless") else None
        if flag is None or flag.unless is None:
            continue
        state = _absence(protocol, flag.unless.tree, True)
        if state is not None:
            match = re.search(rf"\bis\s+(not\s+)?{state}\b", site.text)
            start, end = match.span() if match else (0, len(site.text))
            message = f"the red flag {site.name!r} is cleared by the absence of an answer"
            yield site.diagnostic("P402", message, start, end, "say which answer clears it")


_STATES_WITHOUT_VALUE = frozenset(STATES) - {"known", "asked"}


def _absence(protocol: Protocol, node: Node, positive: bool, seen: frozenset[str] = frozenset()) -> str | None:
    """Return the state whose test comes true when an answer is lost; None when none does."""
    if isinstance(node, InState):
        comes_true = node.state in _STATES_WITHOUT_VALUE if positive else node.state == "known"
        return node.state if comes_true else None
    if isinstance(node, FindingIs):
        if is_outside(node.finding) or node.finding in seen:
            return None
        return _absence(protocol, protocol.findings[node.finding].when.tree, positive, seen | {node.finding})
    inner = positive is not isinstance(node, Not)
    found = (_absence(protocol, child, inner, seen) for child in children(node))
    return next((state for state in found if state is not None), None)


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
        # A choice between two terms is safe under negation: while it is unknown both count. A state is not.
        if any(
            isinstance(inner, InState) or (isinstance(inner, Measured) and inner.settled)
            for inner in conditions_in(node)
        ):
            return "a test of state", r"\bis\s+\w+\b"
        match node:
            case Not():
                return "a negation", r"\bnot\b|!=|\ball\b|\bcount\s*\([^)]*\)\s*(<=?|==|!=)"
            case Number(_, "!=") | Pair(_, "!=") | Since(_, _, "!=") | Compare(_, "!="):
                return "'!='", r"!="
            case Measured(_, True):
                return "a test of state", r"\bis\s+known\b"
            case InState(_, state):
                return "a test of state", rf"\bis\s+{state}\b"
            case OneOf(question, options) if options == {"no"}:
                plain = question.partition(".")[2] if is_outside(question) else question
                if [each.id for each in protocol.questions[plain].options] == ["yes", "no"]:
                    return "'is no'", r"\bis\s+no\b|\bin\s*\{\s*no\s*\}"
            case FindingIs():
                continue
    return None


def _asked_by_state(protocol: Protocol, sites: list[Site]) -> Iterator[Diagnostic]:
    """Yield questions of the safety screen that are asked by a test of state.

    Such a test turns when an answer is lost: the question no longer applies, and what its own answer raised is gone.
    """
    for site in sites:
        if site.owner != "question":
            continue
        key = site.name if site.row_of is None else site.name.replace(".", "[1].", 1)
        when = protocol.questions[key].when
        if key not in protocol.safety_questions or when is None:
            continue
        through = sorted(_findings_used(protocol, {key: when}))
        found = [name for name in through if _tested_state(protocol.findings[name].when.tree)]
        state = _tested_state(when.tree)
        if state is None and not found:
            continue
        match = re.search(rf"\bis\s+(not\s+)?{state}\b", site.text)
        start, end = match.span() if match else _stretch(site.text, found[0] if found else "")
        message = f"the safety question {site.name!r} is asked by a test of state: a lost answer could take it away"
        yield site.diagnostic("P431", message, start, end, "say which answers it follows, or name them under 'not'")


def _tested_state(tree: Node) -> str | None:
    for node in walk(tree):
        if isinstance(node, InState):
            return node.state
        for inner in conditions_in(node):
            if isinstance(inner, InState):
                return inner.state
        if isinstance(node, Measured) and node.settled:
            return "known"
    return None


# --- and never by the absence of an earlier case ----------------------------------------------------


def _absent_cases(protocol: Protocol, sites: list[Site]) -> Iterator[Diagnostic]:
    """Yield what an earlier case raises, or clears by its absence.

    With no earlier case every comparison on it is false. In ``when`` that could only be read as "not
    raised", and under a negation in ``unless`` it would clear the flag.
    """
    of_finding = {site.name: site for site in sites if site.owner == "finding"}
    for site in sites:
        flag = protocol.red_flags.get(site.name) if site.owner == "red_flag" else None
        if flag is None:
            continue
        condition = flag.when if site.part == "when" else flag.unless
        if condition is None:
            continue
        place, name = _unsafe_earlier(protocol, site.name, condition.tree, site.part == "when")
        if name is None:
            continue
        at = of_finding.get(place, site) if place != site.name else site
        start, end = at.text.find(name), at.text.find(name) + len(name)
        says = "raised by" if site.part == "when" else "cleared by the absence of"
        hint = "say it of this case; what an earlier case clears stands in 'unless', without 'not'"
        message = f"the red flag {site.name!r} is {says} what an earlier case said"
        yield at.diagnostic("P313", message, max(start, 0), max(end, 1), hint)


def _unsafe_earlier(protocol: Protocol, owner: str, tree: Node, unsafe: bool) -> tuple[str, str | None]:
    """Return (whose condition, what it reads of an earlier case) where absence could lower an urgency."""
    waiting: list[tuple[str, Node, bool]] = [(owner, tree, unsafe)]
    seen: set[tuple[str, bool]] = set()
    while waiting:
        place, node, here = waiting.pop()
        earlier = [name.rstrip(".") for name in (*keys_of(node), *names_of(node)) if is_outside(name)]
        if here and earlier:
            return place, earlier[0]
        if chosen := _left_out_when_absent(node):
            return place, chosen
        turned = (not here) if isinstance(node, Not) and not unsafe else here
        waiting += [(place, child, turned) for child in children(node)]
        for name in findings_of(node):
            if (name, here) not in seen:
                seen.add((name, here))
                waiting.append((name, protocol.findings[name].when.tree, here))
    return owner, None


def _left_out_when_absent(node: Node) -> str | None:
    """Return what min, max or sum would simply leave out with no earlier case, so that the rest compares true."""
    for term in terms_of(node):
        if isinstance(term, Extreme | Rows):
            for part in below(term):
                if isinstance(part, Asked | Lookup) and is_outside(part.question):
                    return part.question
                if isinstance(part, NumberOf) and is_outside(part.finding):
                    return part.finding
    return None
