"""Conditions that cannot come out both ways, parts of them that never matter, and conflicts whose rules never meet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from itertools import combinations
from typing import Any

from chatbot.content.build import symbols_of
from chatbot.content.checks.conditions import Site
from chatbot.content.checks.verdicts import Verdicts
from chatbot.content.diagnostics import Diagnostic
from chatbot.content.package import Package
from chatbot.content.source import at
from chatbot.core.protocol import Protocol, Rule
from chatbot.core.resolve import Symbols, resolve
from chatbot.core.satisfy import Goal, Verdict, does_not_hold, fails, holds, may_hold
from chatbot.core.syntax import Joined, Negated, Tree, Word, parse
from chatbot.core.tree import Node

DAYS = (datetime(2026, 1, 31, 12), datetime(2027, 3, 15, 9, 30), datetime(2028, 2, 29, 18))
"""Days on which nothing must be possible before it is called impossible: calendar months differ in length."""


@dataclass(frozen=True)
class _Search:
    protocol: Protocol
    symbols: Symbols
    verdicts: Verdicts

    def never(self, goals: Sequence[Goal]) -> bool:
        """Whether goals cannot be met together; False also where the search did not finish."""
        return all(self.verdicts.find(self.protocol, goals, day) is Verdict.NEVER for day in DAYS)

    def part(self, site: Site, part: Tree | None = None) -> Node:
        """Return the resolved tree of a condition, or of a part of it."""
        return node_of(site, self.symbols, part)


def check(
    package: Package, bundle: dict[str, Any], protocol: Protocol, sites: list[Site], verdicts: Verdicts
) -> Iterator[Diagnostic]:
    """Yield conditions without a case for, or against. Only for content whose names and order are right."""
    search = _Search(protocol, symbols_of(bundle), verdicts)
    for site in sites:
        if site.owner != "alarm_table" and not site.is_term:
            yield from _site(search, site)
    yield from _cleared(search, sites)
    yield from _conflicts(package, search)


def node_of(site: Site, symbols: Symbols, tree: Tree | None = None) -> Node:
    """Return the resolved tree of a condition, or of a part of it, that is known to be right."""
    if site.row_of is not None:
        symbols = replace(symbols, row_of=f"{site.row_of}[1]")
    node, _ = resolve(parse(site.text) if tree is None else tree, symbols)
    assert node is not None
    return node


def _site(search: _Search, site: Site) -> Iterator[Diagnostic]:
    node = search.part(site)
    if search.never([holds(node)]):
        where, why = _contradiction(search, site)
        yield site.diagnostic("P421", f"{_what(site)} can never be true", *where, why or "correct the condition")
        return
    if search.never([fails(node)]):
        message = f"{_what(site)} can never be false"
        yield site.diagnostic("P422", message, 0, len(site.text), "'or' for 'and' is the usual slip; else leave it out")
        return
    for part in _alternatives(parse(site.text)):
        if isinstance(part, Joined) and search.never([holds(search.part(site, part))]):
            start, end = span(site.text, part)
            message = f"this part of {_what(site)} can never be true"
            yield site.diagnostic("P421", message, start, end, "correct it, or delete it")


def _what(site: Site) -> str:
    owner = site.owner.replace("_", " ")
    if site.owner == "scope":
        return "the scope's condition"
    if site.owner == "question":
        return f"the condition of question {site.name!r}"
    return f"'{site.part}' of the {owner} {site.name!r}"


def _alternatives(tree: Tree) -> Iterator[Tree]:
    """Yield every side of an ``or``, at any depth; what is negated or counted is left alone."""
    if isinstance(tree, Joined):
        for part in tree.parts:
            if tree.word == "or":
                yield part
            yield from _alternatives(part)


def _contradiction(search: _Search, site: Site) -> tuple[tuple[int, int], str]:
    """Return the stretch that contradicts itself, and what contradicts what where two parts of an ``and`` do."""
    tree = parse(site.text)
    whole = (0, len(site.text))
    if not isinstance(tree, Joined) or tree.word != "and":
        return whole, ""
    for size in (1, 2):
        for parts in combinations(tree.parts, size):
            if search.never([holds(search.part(site, part)) for part in parts]):
                spans = [span(site.text, part) for part in parts]
                said = [f"'{' '.join(site.text[start:end].split())}'" for start, end in spans]
                why = f"{said[0]} and {said[1]} exclude each other" if size == 2 else f"{said[0]} alone is impossible"
                return (spans[0][0], spans[-1][1]), why
    return whole, "its parts exclude each other"


def span(text: str, tree: Tree) -> tuple[int, int]:
    """Return the stretch of a text that a parsed part of it covers, brackets and the name before them included."""
    words = list(_words(tree))
    start, end = min(word[0] for word in words), max(word[1] for word in words)
    before = re.search(r"\b(any|all|count|\w+_since)\s*\(\s*\Z", text[:start])
    start = before.start() if before else start
    while end < len(text) and any(
        text.count(left, start, end) > text.count(right, start, end) for left, right in PAIRS
    ):
        end += 1
    return start, end


PAIRS = (("(", ")"), ("{", "}"))


def _words(part: Any) -> Iterator[tuple[int, int]]:
    if isinstance(part, Word | Negated):
        yield part.start, part.end
    if isinstance(part, tuple):
        for each in part:
            yield from _words(each)
    elif is_dataclass(part) and not isinstance(part, Word):
        for field in fields(part):
            yield from _words(getattr(part, field.name))


def _cleared(search: _Search, sites: list[Site]) -> Iterator[Diagnostic]:
    for site in sites:
        if site.owner == "red_flag" and site.part == "unless":
            flag = search.protocol.red_flags[site.name]
            assert flag.unless is not None
            if search.never([holds(flag.when.tree), does_not_hold(flag.unless.tree)]):
                message = f"whatever raises {site.name!r} clears it too"
                yield site.diagnostic("P421", message, 0, len(site.text), "correct 'when' or 'unless'")


def _conflicts(package: Package, search: _Search) -> Iterator[Diagnostic]:
    protocol = search.protocol
    for name, conflict in protocol.conflicts.items():
        named = [protocol.rules[rule] for rule in conflict.rules]
        for first, second in combinations(named, 2):
            if not search.never([*_applies(protocol, first), *_applies(protocol, second)]):
                break
        else:
            if len(named) > 1:
                mark = at(package.single["conflicts"].root, ("conflicts", name, "rules"))
                message = f"no two rules of the conflict {name!r} ever apply to the same person"
                yield mark.diagnostic("P420", message, "name the rules that meet, or correct their conditions")


def _applies(protocol: Protocol, rule: Rule) -> list[Goal]:
    """Return what must be so for a rule not to be ``not_applicable``: nothing that it hangs on is false."""
    goals = [] if rule.when is None else [may_hold(rule.when.tree)]
    if rule.answers is not None:
        flag = protocol.red_flags[rule.answers]
        goals.append(may_hold(flag.when.tree))
        goals += [] if flag.unless is None else [does_not_hold(flag.unless.tree)]
    return goals
