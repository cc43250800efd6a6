"""Static checks of a package: one small function each, all problems in one run."""

from __future__ import annotations

from chatbot.content.build import build_protocol
from chatbot.content.bundle import bundle_of, canonical_of, digest_of
from chatbot.content.checks import clinical, conditions, graph, links, vignettes
from chatbot.content.diagnostics import Diagnostic, errors
from chatbot.content.package import Package


def check_package(package: Package) -> list[Diagnostic]:
    """Return everything that is wrong with a package besides its files, which it knows already.

    A file that could not be read at all leaves names unknown; then nothing is said about links.
    """
    if package.manifest is None or not package.whole:
        return []
    bundle = bundle_of(package)
    sites = list(conditions.sites(package))
    found = [*conditions.check(package, bundle, sites), *links.check(package), *clinical.check(package)]
    protocol = build_protocol(bundle, "", "", lenient=True)
    return [*found, *graph.check(package, protocol, sites)]


def check_vignettes(package: Package) -> list[Diagnostic]:
    """Return what is wrong with the vignettes of a package that has no other error."""
    bundle = bundle_of(package)
    canonical = canonical_of(bundle)
    return list(vignettes.check(package, build_protocol(bundle, canonical, digest_of(canonical))))


def check_all(package: Package) -> list[Diagnostic]:
    """Return everything that is wrong with a package, its files and its vignettes included."""
    found = [*package.found, *check_package(package)]
    return found if errors(found) else [*found, *check_vignettes(package)]
