"""Standards of an audit: whether their names are right, what they cite exists, and no part says always or never."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chatbot.content.build import symbols_of
from chatbot.content.checks.standard_binding import STEM, bind
from chatbot.content.diagnostics import WARNING, Diagnostic
from chatbot.content.package import Package
from chatbot.content.source import at
from chatbot.core.protocol import Protocol
from chatbot.core.resolve import near_miss


def check(package: Package, bundle: dict[str, Any], protocol: Protocol) -> Iterator[Diagnostic]:
    """Yield what is wrong with the standards of a sound protocol."""
    file = package.single.get(STEM)
    if file is None:
        return
    standards, wrong = bind(file, protocol, symbols_of(bundle))
    yield from wrong
    for name, model in file.model.standards.items():
        for index, cited in enumerate(model.cites):
            if cited.reference not in protocol.references:
                mark = at(file.root, (STEM, name, "cites", index))
                hint = near_miss(cited.reference, protocol.references) or "name a reference of references.yaml"
                yield mark.diagnostic("P207", f"no reference is called {cited.reference!r}", hint)
    for name, standard in standards.items():
        if standard.denominator == standard.numerator:
            mark = at(file.root, (STEM, name, "numerator"))
            message = "its numerator is its denominator, so every case meets it"
            yield mark.diagnostic("P524", message, "say what is to be done, beside when", WARNING)
