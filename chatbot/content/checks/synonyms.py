"""Synonyms of options: each names its own option alone, and no way to answer without a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from chatbot.content.checks.links import Path
from chatbot.content.diagnostics import Diagnostic
from chatbot.content.fields import OptionModel
from chatbot.content.package import File, Package
from chatbot.content.schema import GroupModel
from chatbot.content.source import at
from chatbot.core.entry_names import spoken
from chatbot.core.protocol import Protocol
from chatbot.core.values import Status

Options = Mapping[str, OptionModel]


def check(package: Package, protocol: Protocol) -> Iterator[Diagnostic]:
    """Yield each synonym that may stand for more than its option."""
    statuses = _status_words(protocol)
    for file, path, options in _places(package):
        yield from _among(file, path, options, statuses)


def _places(package: Package) -> Iterator[tuple[File[Any], Path, Options]]:
    """Yield everything that has options of its own."""
    for file, path, _, question in package.all_questions():
        if isinstance(question, GroupModel):
            for name, field in question.fields.items():
                yield file, (*path, "fields", name), field.options
        else:
            yield file, path, question.options
    for instrument in package.instruments.values():
        yield instrument, (), instrument.model.options
        for name, item in instrument.model.items.items():
            yield instrument, ("items", name), item.options


def _status_words(protocol: Protocol) -> dict[tuple[str, ...], str]:
    """Return what names a way to answer without a value, in both registers."""
    found: dict[tuple[str, ...], str] = {}
    for status in Status:
        label = protocol.labels.get(f"status.{status.value}")
        for text in (status.value, *(() if label is None else (label.clinician, label.patient))):
            found[spoken(text.replace("_", " "))] = status.value
    return found


def _among(
    file: File[Any], path: Path, options: Options, statuses: Mapping[tuple[str, ...], str]
) -> Iterator[Diagnostic]:
    named: dict[tuple[str, ...], set[str]] = {}
    for name, option in options.items():
        for text in (name.replace("_", " "), option.label.clinician, option.label.patient, *option.synonyms):
            named.setdefault(spoken(text), set()).add(name)
    for name, option in options.items():
        for index, text in enumerate(option.synonyms):
            mark = at(file.root, (*path, "options", name, "synonyms", index))
            others = sorted(named[spoken(text)] - {name})
            if spoken(text) in statuses:
                message = f"{text!r} is how to answer {statuses[spoken(text)]!r}"
                yield mark.diagnostic("P468", message, "leave it out: it would be no answer")
            elif others:
                message = f"{text!r} names the option {others[0]!r} too"
                yield mark.diagnostic("P468", message, "leave it out, or say what only one of them is called")
