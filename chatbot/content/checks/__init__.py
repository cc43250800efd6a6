"""Static checks of a package: one small function each, all problems in one run."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from chatbot.content.build import Conditions, build_protocol
from chatbot.content.bundle import bundle_of, protocol_of
from chatbot.content.checks import (
    alarm_table,
    blocks,
    certificate,
    clinical,
    conditions,
    emergencies,
    governance,
    graph,
    ids,
    implications,
    instruments,
    languages,
    links,
    numbers,
    options,
    practice,
    practice_block,
    practice_generator,
    prevalence,
    privacy,
    promises,
    properties,
    reading,
    regions,
    registers,
    reviews,
    satisfiable,
    sense,
    sources,
    spoken,
    standards,
    synonyms,
    topics,
    traceability,
    unused,
    vignettes,
    words,
)
from chatbot.content.checks.verdicts import Verdicts
from chatbot.content.diagnostics import Diagnostic, errors
from chatbot.content.package import Key, Loaded, Package
from chatbot.core.protocol import Protocol


@dataclass
class Memory:
    """What one check of a protocol leaves for the next, so that only what changed is done again."""

    files: dict[Key, Loaded] = field(default_factory=dict)
    conditions: Conditions = field(default_factory=Conditions)
    runs: vignettes.Runs = field(default_factory=vignettes.Runs)
    verdicts: Verdicts = field(default_factory=Verdicts)
    searched: tuple[bytes, str] | None = None
    """What the searches for impossible answers depend on, when they found nothing."""
    examples: tuple[object, list[Diagnostic]] | None = None
    """What the worked examples of numbers and instruments depend on, and what was wrong with them."""


def check_package(package: Package, memory: Memory | None = None) -> list[Diagnostic]:
    """Return everything that is wrong with a package besides its files, which it knows already.

    A file that could not be read at all leaves names unknown; then nothing is said about links.
    """
    if package.manifest is None or not package.whole:
        return []
    known = None if memory is None else memory.conditions
    bundle = bundle_of(package)
    sites = [*conditions.sites(package), *instruments.sites(package)]
    found = [*conditions.check(package, bundle, sites, known), *links.check(package), *clinical.check(package)]
    found += emergencies.check(package)
    found += [*numbers.tables(package), *instruments.check(package, bundle)]
    found += [*ids.check(package), *words.check(package), *spoken.check(package), *registers.check(package)]
    found += [*sense.check(package), *unused.repeated(package), *traceability.check(package)]
    if not errors(found):
        # A misspelt name leaves the one it means unread: say the first, not both.
        found += unused.check(package, sites)
    protocol = build_protocol(bundle, "", "", lenient=True, conditions=known)
    found += [*graph.check(package, protocol, sites), *alarm_table.names(package), *blocks.check(package, protocol)]
    found += [*privacy.check(package, protocol), *topics.check(package, protocol), *sources.check(package, protocol)]
    found += synonyms.check(package, protocol)
    found += [*regions.check(package, protocol, sites), *promises.check(package, protocol, sites)]
    if not errors([*package.found, *found]):
        # These ask what answers can do, and mean nothing while a name or an order is wrong.
        found += [*options.check(package, protocol), *instruments.screened(package, protocol)]
        found += _searched(package, bundle, protocol, sites, memory)
    return found


def _searched(
    package: Package, bundle: dict[str, Any], protocol: Protocol, sites: list[conditions.Site], memory: Memory | None
) -> list[Diagnostic]:
    """Search for what nobody can answer, unless nothing but wordings has changed since nothing was found."""
    tables = package.single.get("alarm_tables")
    depends = (vignettes.logic_of(bundle), "" if tables is None else tables.root.mark.source.text)
    if memory is not None and memory.searched == depends:
        return []
    verdicts = Verdicts() if memory is None else memory.verdicts
    found = list(satisfiable.check(package, bundle, protocol, sites, verdicts))
    found += alarm_table.check(package, bundle, protocol, verdicts)
    if memory is not None:
        memory.searched = None if found else depends
    return found


def examine(
    package: Package,
    memory: Memory | None = None,
    *,
    today: date | None = None,
    release: bool = False,
    listed: bool = False,
) -> tuple[list[Diagnostic], Protocol | None]:
    """Check a package with its files and vignettes. Returns what is wrong, and the protocol when no error is left.

    *memory* holds what earlier checks of the same folder worked out. With *today* also whose review date has
    passed; with *release* also what a release may not lack; with *listed* also what reads harder than its target.
    """
    memory = memory or Memory()
    found = [*package.found, *check_package(package, memory)]
    if package.manifest is not None and today is not None:
        found += reviews.overdue(package, today)
    if package.manifest is not None and package.whole:
        found += reviews.not_ready(package) if release else ()
        found += governance.approvals(package)
    if package.manifest is not None:
        found += reading.check(package, listed=listed, release=release)
        found += languages.check(package)
    if errors(found):
        memory.runs.protocol = None
        return found, None
    protocol = protocol_of(package, memory.conditions)
    found += governance.withdrawn(package, protocol)
    logic = vignettes.logic_of(json.loads(protocol.canonical))
    found += _examples(package, protocol, memory, logic)
    found += [*prevalence.check(package, protocol), *implications.check(package, protocol, memory.verdicts)]
    found += certificate.check(package, protocol, release)
    bundle = json.loads(protocol.canonical)
    found += [*properties.check(package, bundle, protocol), *standards.check(package, bundle, protocol)]
    found += vignettes.run_all(package, protocol, memory.runs, logic)
    found += [*practice.check(package, protocol), *practice_generator.check(package, bundle, protocol)]
    found += [*practice_block.check(package, protocol, memory.runs)]
    return found, None if errors(found) else protocol


def _examples(package: Package, protocol: Protocol, memory: Memory, logic: bytes) -> list[Diagnostic]:
    """Work the examples of numbers, unless neither they nor anything but wordings has changed."""
    files = [*package.single.values(), *package.instruments.values()]
    depends = (logic, [(file.path, file.root.mark.source.text) for file in files])
    if memory.examples is None or memory.examples[0] != depends:
        found = [*numbers.examples(package, protocol), *instruments.examples(package, protocol)]
        memory.examples = (depends, found)
    return memory.examples[1]


def check_all(
    package: Package, *, today: date | None = None, release: bool = False, listed: bool = False
) -> list[Diagnostic]:
    """Return everything that is wrong with a package, its files and its vignettes included."""
    return examine(package, today=today, release=release, listed=listed)[0]
