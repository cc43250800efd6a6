"""Properties and contraindications: whether their names are right, and whether one only repeats the content."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chatbot.content.build import symbols_of
from chatbot.content.checks.property_binding import CONTRAINDICATIONS, PROPERTIES, bound
from chatbot.content.diagnostics import WARNING, Diagnostic
from chatbot.content.package import Package
from chatbot.content.source import at
from chatbot.core.mirrors import mirrored
from chatbot.core.property_tree import Property
from chatbot.core.protocol import Protocol


def check(package: Package, bundle: dict[str, Any], protocol: Protocol) -> Iterator[Diagnostic]:
    """Yield what is wrong with the properties of a sound protocol, and which of them mirror one rule."""
    files = {stem: package.single[stem] for stem in (PROPERTIES, CONTRAINDICATIONS) if stem in package.single}
    if not files:
        return
    found, wrong = bound(files, protocol, symbols_of(bundle))
    yield from wrong
    for each in found:
        if each.kind != "contraindication":
            yield from _mirror(package, protocol, each)


def _mirror(package: Package, protocol: Protocol, each: Property) -> Iterator[Diagnostic]:
    of = mirrored(protocol, each)
    if of is not None:
        mark = at(package.single[PROPERTIES].root, (PROPERTIES, each.id.partition("[")[0]), key=True)
        message = f"its condition is that of the {of}, so it says only that this is there"
        yield mark.diagnostic("P504", message, "write the condition from the evidence, not from the content", WARNING)
