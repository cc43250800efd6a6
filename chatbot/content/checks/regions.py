"""Regions: how soon a person must be seen is the same everywhere, and every red flag is answered everywhere."""

from __future__ import annotations

from collections.abc import Iterator

from chatbot.content.checks.conditions import Site
from chatbot.content.diagnostics import Diagnostic
from chatbot.content.package import Package
from chatbot.content.source import at
from chatbot.core.condition import Condition
from chatbot.core.protocol import SAFETY_CATEGORY, Protocol
from chatbot.core.resolve import near_miss
from chatbot.core.tree import REGION


def check(package: Package, protocol: Protocol, sites: list[Site]) -> Iterator[Diagnostic]:
    """Yield conditions that may not hang on the region, and rules whose regions do not fit."""
    yield from _not_here(protocol, sites)
    yield from _rules(package, protocol)


def _not_here(protocol: Protocol, sites: list[Site]) -> Iterator[Diagnostic]:
    conditions: dict[tuple[str, str, str], Condition] = {("scope", "scope", "when"): protocol.scope.when}
    for name, flag in protocol.red_flags.items():
        conditions["red_flag", name, "when"] = flag.when
        if flag.unless is not None:
            conditions["red_flag", name, "unless"] = flag.unless
    for key in protocol.safety_questions:
        question = protocol.questions[key]
        if question.when is not None:
            name = key if question.group is None else f"{question.group}.{key.rpartition('.')[2]}"
            conditions["question", name, "when"] = question.when
    for name, audience in protocol.audiences.items():
        if audience.may_know is not None:
            conditions["audience", name, "may_know"] = audience.may_know
    of_finding = {site.name: site for site in sites if site.owner == "finding"}
    for site in sites:
        condition = conditions.get((site.owner, site.name, site.part))
        if condition is None:
            continue
        place = _reads_region(protocol, condition)
        if place is not None:
            here = of_finding.get(place, site)
            start = max(here.text.find(REGION), 0)
            what = site.owner.replace("_", " ")
            message = f"the {what} {site.name!r} would be another one in another region"
            hint = "let rules differ by region; danger, and what is asked about it, are the same everywhere"
            yield here.diagnostic("P448", message, start, start + len(REGION), hint)


def _reads_region(protocol: Protocol, condition: Condition) -> str | None:
    """Return the finding through which a condition reads the region; empty: it reads it itself; None: it does not."""
    if REGION in condition.outside:
        return ""
    behind = protocol.findings_behind(condition)
    return next((name for name in behind if REGION in protocol.findings[name].when.outside), None)


def _rules(package: Package, protocol: Protocol) -> Iterator[Diagnostic]:
    answered: dict[str, set[str]] = {}
    for file, name, rule in package.all_rules():
        for index, region in enumerate(rule.regions):
            if region not in protocol.regions:
                known = ", ".join(protocol.regions)
                hint = near_miss(region, protocol.regions) or (f"one of {known}" if known else "declare 'regions'")
                mark = at(file.root, ("rules", name, "regions", index))
                yield mark.diagnostic("P449", f"no region is called {region!r}", hint)
        if rule.answers is not None and rule.kind == "do" and file.model.category == SAFETY_CATEGORY:
            answered.setdefault(rule.answers, set()).update(rule.regions or protocol.regions)
    for flag, regions in answered.items():
        missing = [region for region in protocol.regions if region not in regions]
        if missing and flag in protocol.red_flags:
            mark = at(package.single["red_flags"].root, ("red_flags", flag), key=True)
            message = f"nothing says what to do about {flag!r} in {', '.join(missing)}"
            yield mark.diagnostic("P449", message, f"write a safety rule with 'answers: {flag}' for it")
