"""Whether a question can be asked although earlier answers leave it one answer only.

``implications.yaml`` says which answers leave which question nothing open. That is knowledge of the world, which no
condition holds: so it is written down, and a search over all answers looks for somebody who is asked all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from chatbot.content.beside import ImplicationModel
from chatbot.content.build import symbols_of
from chatbot.content.bundle import bundle_of
from chatbot.content.checks import conditions
from chatbot.content.checks.alarm_table import said_of
from chatbot.content.checks.conditions import Site
from chatbot.content.checks.satisfiable import DAYS, node_of
from chatbot.content.checks.verdicts import Verdicts
from chatbot.content.diagnostics import WARNING, Diagnostic
from chatbot.content.package import Package
from chatbot.content.source import at
from chatbot.core.condition import Condition
from chatbot.core.findings import network
from chatbot.core.protocol import Protocol
from chatbot.core.resolve import near_miss
from chatbot.core.satisfy import Goal, Verdict, holds, may_hold

STEM = "implications"


def sites(package: Package) -> Iterator[Site]:
    """Yield the conditions of the implications; they read questions without making them matter."""
    for name, entry in _entries(package).items():
        yield Site("implication", name, "when", entry.when, package.single[STEM], (STEM, name, "when"))


def check(package: Package, protocol: Protocol, verdicts: Verdicts) -> list[Diagnostic]:
    """Return what names nothing, and questions somebody is asked whose answer earlier answers imply."""
    if STEM not in package.single:
        return []
    bundle = bundle_of(package)
    found = [*conditions.check(package, bundle, list(sites(package)), None), *_names(package, protocol)]
    return found or list(_searched(package, bundle, protocol, verdicts))


def _names(package: Package, protocol: Protocol) -> Iterator[Diagnostic]:
    known = [key for key in protocol.questions if "[" not in key]
    known += [f"{name}.{field}" for name, group in protocol.groups.items() for field in group.fields]
    for name, entry in _entries(package).items():
        if _key(protocol, entry.question) is None:
            mark = at(package.single[STEM].root, (STEM, name, "question"))
            hint = near_miss(entry.question, known) or "correct its spelling"
            yield mark.diagnostic("P210", f"no question is called {entry.question!r}", hint)


def _searched(
    package: Package, bundle: Mapping[str, Any], protocol: Protocol, verdicts: Verdicts
) -> Iterator[Diagnostic]:
    symbols, order = symbols_of(bundle), network(protocol).ask_order
    for site in sites(package):
        entry = _entries(package)[site.name]
        key = _key(protocol, entry.question)
        assert key is not None
        when = node_of(site, symbols)
        behind = protocol.questions_behind(Condition("", when))
        later = [each for each in order[order.index(key) :] if each in behind]
        if later:
            message = f"{entry.question} is not asked after {later[0]}, so nothing earlier implies it"
            yield site.diagnostic("P477", message, 0, len(site.text), "name what is asked before")
            continue
        goals = [holds(when), *_asked(protocol, key)]
        for day in DAYS:
            found = verdicts.find(protocol, goals, day)
            if isinstance(found, Verdict):
                if found is Verdict.UNDECIDED:
                    message = f"whether {entry.question} is asked then takes more work than the check may do"
                    mark = at(package.single[STEM].root, (STEM, site.name), key=True)
                    yield mark.diagnostic("P476", message, "make the condition simpler", WARNING)
                    break
                continue
            mark = at(package.single[STEM].root, (STEM, site.name), key=True)
            message = f"{entry.question} is asked although it can only be {entry.is_!r} when {said_of(found)}"
            yield mark.diagnostic("P476", message, f"ask {entry.question} only where something is open")
            break


def _asked(protocol: Protocol, key: str) -> list[Goal]:
    """Return the goals of somebody who is asked a question; in doubt only the safety screen is asked."""
    when = protocol.questions[key].when
    if when is None:
        return []
    return [may_hold(when.tree) if key in protocol.safety_questions else holds(when.tree)]


def _entries(package: Package) -> dict[str, ImplicationModel]:
    return package.entries(STEM)


def _key(protocol: Protocol, name: str) -> str | None:
    """Return the key of a question, or of a field in the first row of its group."""
    if name in protocol.questions:
        return name
    group, _, field = name.partition(".")
    key = f"{group}[1].{field}"
    return key if key in protocol.questions else None
