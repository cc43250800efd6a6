"""Static checks of a package: one small function each, all problems in one run."""

from __future__ import annotations

from dataclasses import dataclass, field

from chatbot.content.build import Conditions, build_protocol
from chatbot.content.bundle import bundle_of, protocol_of
from chatbot.content.checks import clinical, conditions, graph, links, numbers, privacy, topics, vignettes
from chatbot.content.diagnostics import Diagnostic, errors
from chatbot.content.package import Key, Loaded, Package
from chatbot.core.protocol import Protocol


@dataclass
class Memory:
    """What one check of a protocol leaves for the next, so that only what changed is done again."""

    files: dict[Key, Loaded] = field(default_factory=dict)
    conditions: Conditions = field(default_factory=Conditions)
    runs: vignettes.Runs = field(default_factory=vignettes.Runs)


def check_package(package: Package, memory: Memory | None = None) -> list[Diagnostic]:
    """Return everything that is wrong with a package besides its files, which it knows already.

    A file that could not be read at all leaves names unknown; then nothing is said about links.
    """
    if package.manifest is None or not package.whole:
        return []
    known = None if memory is None else memory.conditions
    bundle = bundle_of(package)
    sites = list(conditions.sites(package))
    found = [*conditions.check(package, bundle, sites, known), *links.check(package), *clinical.check(package)]
    found += numbers.tables(package)
    protocol = build_protocol(bundle, "", "", lenient=True, conditions=known)
    found += [*graph.check(package, protocol, sites), *privacy.check(package, protocol)]
    return [*found, *topics.check(package, protocol)]


def examine(package: Package, memory: Memory | None = None) -> tuple[list[Diagnostic], Protocol | None]:
    """Check a package with its files and vignettes. Returns what is wrong, and the protocol when no error is left.

    *memory* holds what earlier checks of the same folder worked out.
    """
    memory = memory or Memory()
    found = [*package.found, *check_package(package, memory)]
    if errors(found):
        memory.runs.protocol = None
        return found, None
    protocol = protocol_of(package, memory.conditions)
    found += numbers.examples(package, protocol)
    found += vignettes.run_all(package, protocol, memory.runs)
    return found, None if errors(found) else protocol


def check_all(package: Package) -> list[Diagnostic]:
    """Return everything that is wrong with a package, its files and its vignettes included."""
    return examine(package)[0]
