"""Every condition of a package: where it stands, whether it parses, whether its names and types resolve."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from chatbot.content.build import Conditions, number_shape, symbols_of
from chatbot.content.diagnostics import Diagnostic
from chatbot.content.package import File, Package
from chatbot.content.schema import GroupModel
from chatbot.content.source import at
from chatbot.core.resolve import Symbols, resolve, resolve_number, resolve_term
from chatbot.core.syntax import ConditionSyntaxError, parse, parse_term, tokens

CODE_OF_KIND = {
    "syntax": "P120",
    "unknown_name": "P201",
    "unknown_option": "P202",
    "type": "P302",
    "unit": "P303",
    "range": "P304",
    "division": "P307",
    "bounds": "P308",
    "entry": "P309",
    "lookup": "P311",
    "kind": "P312",
}
"""Kind of a condition's problem to its code."""


HINT_OF_CODE = {
    "P120": "docs/authoring.md shows the language",
    "P201": "define it, or correct its spelling",
    "P302": "compare it with what fits its type",
    "P303": "write the unit of the question",
    "P304": "correct the limit, or the range of the question",
}
"""What to do where a problem has nothing closer to say."""


@dataclass(frozen=True, slots=True)
class Site:
    """One condition and where it stands."""

    owner: str
    """question, finding, red_flag, guard, rule, hypothesis, audience, scope, alarm_table or instrument."""
    name: str
    """Id of the owner; ``group.field`` for a field of a group, ``question.band`` for an instrument."""
    part: str
    """when, unless, number or may_know; of a table ``axis.cell`` or ``allowed_routine.n``; of a band from or to."""
    text: str
    file: File[Any]
    path: tuple[str | int, ...]
    row_of: str | None = None
    """The group whose fields it may name."""

    @property
    def is_term(self) -> bool:
        """Whether it is a number rather than a condition."""
        return self.part == "number" or self.owner == "instrument"

    def diagnostic(self, code: str, message: str, start: int, end: int, hint: str = "") -> Diagnostic:
        """Return a diagnostic about a stretch of the condition."""
        mark = at(self.file.root, self.path).within(self.text, start, end)
        return mark.diagnostic(code, message, hint)


def sites(package: Package) -> Iterator[Site]:
    """Yield every condition of a package."""
    assert package.manifest is not None
    yield Site("scope", "scope", "when", package.manifest.model.scope.when, package.manifest, ("scope", "when"))
    yield from _of_questions(package)
    for stem, owner in (("findings", "finding"), ("guards", "guard"), ("red_flags", "red_flag")):
        for name, entry in package.entries(stem).items():
            for part in ("when", "unless", "number"):
                text = getattr(entry, part, None)
                if text is not None:
                    yield Site(owner, name, part, text, package.single[stem], (stem, name, part))
    for file, name, rule in package.all_rules():
        if rule.when is not None:
            yield Site("rule", name, "when", rule.when, file, ("rules", name, "when"))
    for name, hypothesis in package.entries("hypotheses").items():
        for side, clues in (("for", hypothesis.for_), ("against", hypothesis.against)):
            for index, clue in enumerate(clues):
                path = ("hypotheses", name, side, index, "when")
                yield Site("hypothesis", name, "when", clue.when, package.single["hypotheses"], path)
    for name, audience in package.entries("audiences").items():
        if audience.may_know is not None:
            file = package.single["audiences"]
            yield Site("audience", name, "may_know", audience.may_know, file, ("audiences", name, "may_know"))
    yield from _of_alarm_tables(package)


def _of_alarm_tables(package: Package) -> Iterator[Site]:
    for name, table in package.entries("alarm_tables").items():
        file, path = package.single["alarm_tables"], ("alarm_tables", name)
        yield Site("alarm_table", name, "when", table.when, file, (*path, "when"))
        for axis, entry in table.axes.items():
            for cell, text in entry.cells.items():
                yield Site("alarm_table", name, f"{axis}.{cell}", text, file, (*path, "axes", axis, "cells", cell))
        for index, allowed in enumerate(table.allowed_routine):
            here = (*path, "allowed_routine", index, "when")
            yield Site("alarm_table", name, f"allowed_routine.{index}", allowed.when, file, here)


def _of_questions(package: Package) -> Iterator[Site]:
    for file, path, name, question in package.all_questions():
        if not isinstance(question, GroupModel):
            if question.when is not None:
                yield Site("question", name, "when", question.when, file, (*path, "when"))
            continue
        for inner, entry in question.fields.items():
            if entry.when is not None:
                here = (*path, "fields", inner, "when")
                yield Site("question", f"{name}.{inner}", "when", entry.when, file, here, row_of=name)


def check(
    package: Package, bundle: dict[str, Any], found: list[Site], known: Conditions | None = None
) -> Iterator[Diagnostic]:
    """Yield what is wrong with each condition. One that names a broken entry is left until that is mended.

    A condition that was resolved before under the same names (*known*) has nothing wrong.
    """
    symbols = symbols_of(bundle)
    resolved = {} if known is None else known.under(symbols)
    for site in found:
        if not site.is_term and site.row_of is None and (site.text, None) in resolved:
            continue
        yield from _check(package, bundle, site, symbols)


def _check(package: Package, bundle: dict[str, Any], site: Site, symbols: Symbols) -> Iterator[Diagnostic]:
    try:
        tree = parse_term(site.text) if site.is_term else parse(site.text)
    except ConditionSyntaxError as error:
        yield site.diagnostic("P120", error.message, error.start, error.end, error.hint or HINT_OF_CODE["P120"])
        return
    if package.broken and not package.broken.isdisjoint(token.text for token in tokens(site.text)):
        return
    if site.row_of is not None:
        symbols = replace(symbols, row_of=f"{site.row_of}[1]")
    if site.owner == "instrument":
        problems = resolve_term(site.text, symbols)
    elif site.part == "number":
        _, problems = resolve_number(site.text, symbols, number_shape(bundle["findings"][site.name]))
    else:
        _, problems = resolve(tree, symbols)  # type: ignore[arg-type]
    for each in problems:
        code = CODE_OF_KIND[each.kind]
        yield site.diagnostic(code, each.message, each.start, each.end, each.hint or HINT_OF_CODE.get(code, ""))
