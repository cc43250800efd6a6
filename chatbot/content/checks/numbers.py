"""Numbers and tables as content: worked examples that come out, tables that fit the question they belong to."""

from __future__ import annotations

from collections.abc import Iterator

from chatbot.content.checks.examples import opened
from chatbot.content.diagnostics import Diagnostic
from chatbot.content.number_schema import ExampleModel, TableModel
from chatbot.content.package import File, Package
from chatbot.content.schema import FindingsModel, GroupModel
from chatbot.content.source import at, node_at
from chatbot.core.case import Case
from chatbot.core.numbers import Reading, read_number
from chatbot.core.protocol import Protocol
from chatbot.core.resolve import near_miss
from chatbot.core.values import decimal_or_none, decimal_text

Path = tuple[str | int, ...]


def tables(package: Package) -> Iterator[Diagnostic]:
    """Yield every option without an entry in the table of its question, and every entry without an option."""
    asked = _options(package)
    for name, table in package.entries("tables").items():
        if not table.values:
            continue
        file, path = package.single["tables"], ("tables", name)
        options = _of_table(table, asked)
        if options is None:
            if package.broken:
                continue
            mark = at(file.root, (*path, "key"))
            yield mark.diagnostic(
                "P201", f"no question with options is called {table.key!r}", near_miss(table.key, asked)
            )
            continue
        missing = [option for option in options if option not in table.values]
        if missing:
            message = f"{name!r} has no entry for {', '.join(missing)}"
            hint = "add it; 'none' where there is no value"
            yield at(file.root, (*path, "values"), key=True).diagnostic("P309", message, hint)
        for option in table.values:
            if option not in options:
                mark = at(file.root, (*path, "values", option), key=True)
                hint = near_miss(option, options) or f"the options are {', '.join(options)}"
                yield mark.diagnostic("P202", f"there is no option {option!r}", hint)


def _options(package: Package) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for _, _, name, question in package.all_questions():
        fields = question.fields if isinstance(question, GroupModel) else {name: question}
        for inner, each in fields.items():
            if each.type == "yes_no":
                found[inner] = ("yes", "no")
            elif each.type in {"choice", "several"}:
                found[inner] = tuple(each.options)
    return found


def _of_table(table: TableModel, asked: dict[str, tuple[str, ...]]) -> tuple[str, ...] | None:
    return asked.get(table.key) if isinstance(table.key, str) else table.key


# --- worked examples ------------------------------------------------------------------------------


def examples(package: Package, protocol: Protocol) -> Iterator[Diagnostic]:
    """Yield every worked example that does not fit or does not come out."""
    file = package.single.get("findings")
    if file is None:
        return
    for name, finding in package.entries("findings").items():
        for index, example in enumerate(finding.examples):
            yield from _example(protocol, file, name, index, example)


def _example(
    protocol: Protocol, file: File[FindingsModel], name: str, index: int, example: ExampleModel
) -> Iterator[Diagnostic]:
    path: Path = ("findings", name, "examples", index)
    given = at(file.root, (*path, "given"), key=True)
    case = opened(protocol, node_at(file.root, (*path, "given")), file.path, name)
    if isinstance(case, str):
        yield given.diagnostic("P310", case)
        return
    yield from _outcome(protocol, case, file, name, path, example)


def _outcome(
    protocol: Protocol, case: Case, file: File[FindingsModel], name: str, path: Path, example: ExampleModel
) -> Iterator[Diagnostic]:
    reading = read_number(protocol, case.assessment.facts, name)
    part, wanted = ("at_least", example.at_least) if example.is_ is None else ("is", decimal_or_none(example.is_))
    mark = at(file.root, (*path, part))
    if part == "is" and wanted is None and example.is_ != "unknown":
        yield mark.diagnostic("P310", f"{example.is_!r} is neither a number nor 'unknown'")
        return
    found = reading.value if part == "is" else reading.at_least
    settled = part == "is" and wanted is None and reading.at_least is not None
    if found != wanted or settled:
        unit = f" {protocol.numbers[name].unit}" if protocol.numbers[name].unit else ""
        yield mark.diagnostic("P310", f"{name} comes out as {_said(reading)}{unit if reading.known else ''}")


def _said(reading: Reading) -> str:
    if reading.value is not None:
        return decimal_text(reading.value)
    return "unknown" if reading.at_least is None else f"at least {decimal_text(reading.at_least)}"
