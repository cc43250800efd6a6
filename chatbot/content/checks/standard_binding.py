"""Standards of a package: read, and bound to a protocol, with what is wrong with them."""

from __future__ import annotations

from typing import Any

from chatbot.content.checks.conditions import CODE_OF_KIND, HINT_OF_CODE
from chatbot.content.diagnostics import Diagnostic
from chatbot.content.package import File
from chatbot.content.source import at
from chatbot.content.standard_schema import StandardModel, StandardsModel
from chatbot.core.protocol import Citation, Protocol, Wording
from chatbot.core.resolve import Symbols
from chatbot.core.standard_text import resolve_standard
from chatbot.core.standards import Excuse, Standard, StandardNode, Target
from chatbot.core.syntax import ConditionSyntaxError, parse

STEM = "standards"

CODES = {**CODE_OF_KIND, "plan_name": "P501", "plan_word": "P502", "record_name": "P520", "record_word": "P521"}


def bind(
    file: File[StandardsModel], protocol: Protocol, symbols: Symbols
) -> tuple[dict[str, Standard], list[Diagnostic]]:
    """Return the standards of a file that fit a protocol, and what is wrong with the others."""
    bound: dict[str, Standard] = {}
    wrong: list[Diagnostic] = []
    for name, model in file.model.standards.items():
        found, problems = _bound(file, name, model, protocol, symbols)
        wrong += problems
        if found is not None:
            bound[name] = found
    return bound, wrong


def _bound(
    file: File[StandardsModel], name: str, model: StandardModel, protocol: Protocol, symbols: Symbols
) -> tuple[Standard | None, list[Diagnostic]]:
    wrong: list[Diagnostic] = []

    def tree(text: str, *place: str) -> StandardNode | None:
        node, problems = _tree(file, (STEM, name, *place), text, protocol, symbols)
        wrong.extend(problems)
        return node

    denominator, numerator = tree(model.denominator, "denominator"), tree(model.numerator, "numerator")
    excuses = []
    for key, each in model.exceptions.items():
        when = tree(each.when, "exceptions", key, "when")
        if when is not None:
            excuses.append(Excuse(key, when, each.reason))
    if wrong or denominator is None or numerator is None:
        return None, wrong
    return (
        Standard(
            id=name,
            title=Wording(model.title.clinician, model.title.patient),
            why=model.why,
            cites=tuple(Citation(each.reference, each.locator) for each in model.cites),
            verification=model.verification,
            denominator=denominator,
            numerator=numerator,
            exceptions=tuple(excuses),
            target=Target(model.target.percent, model.target.from_, model.target.note),
        ),
        wrong,
    )


def _tree(
    file: File[Any], path: tuple[str, ...], text: str, protocol: Protocol, symbols: Symbols
) -> tuple[StandardNode | None, list[Diagnostic]]:
    found: list[Diagnostic] = []

    def report(code: str, message: str, start: int, end: int, hint: str) -> None:
        mark = at(file.root, path).within(text, start, end)
        found.append(mark.diagnostic(code, message, hint or HINT_OF_CODE.get(code, "docs/standards.md")))

    try:
        parsed = parse(text)
    except ConditionSyntaxError as error:
        report("P120", error.message, error.start, error.end, error.hint)
        return None, found
    node, problems = resolve_standard(parsed, symbols, protocol)
    for each in problems:
        report(CODES[each.kind], each.message, each.start, each.end, each.hint)
    return node, found
