"""Every id a protocol ever released, kept in ``ids.yaml`` beside it, so that none is lost or given a new meaning.

Saved cases and answers files hold ids. ``backstory check --write-ids`` adds new ones; nothing takes one away.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatbot.content.beside import LEDGER_KINDS
from chatbot.content.package import File, Package
from chatbot.content.schema import GroupModel, InstrumentQuestionModel

FILE = "ids.yaml"
QUESTIONS = "questions"

_HEADER = """\
# Every id ever released, by kind; questions with their options. Written by `backstory check --write-ids`.
# Nothing is deleted here: an entry that gets another id says `was: [the_old_id]`, one that goes for good stands
# under `retired` with the reason.
"""


@dataclass(frozen=True, slots=True)
class Named:
    """One entry that has an id."""

    kind: str
    """A kind of the ledger; ``options of <question>`` for an option."""
    id: str
    """For a field of a group ``group.field``."""
    was: tuple[str, ...]
    file: File[Any]
    path: tuple[str | int, ...]


def named_entries(package: Package) -> Iterator[Named]:
    """Yield every entry of a package that has an id, with the ids it had before."""
    for file, path, name, question in package.all_questions():
        if not isinstance(question, GroupModel):
            yield from _question(name, question, file, path)
            if isinstance(question, InstrumentQuestionModel):
                yield from _items(package, name, question)
            continue
        yield Named(QUESTIONS, name, question.was, file, path)
        for inner, entry in question.fields.items():
            yield from _question(f"{name}.{inner}", entry, file, (*path, "fields", inner))
    for stem in ("findings", "red_flags", "guards", "hypotheses", "conflicts", "references"):
        for name, entry in package.entries(stem).items():
            yield Named(stem, name, entry.was, package.single[stem], (stem, name))
    for rules, name, rule in package.all_rules():
        yield Named("rules", name, rule.was, rules, ("rules", name))


def _question(name: str, question: Any, file: File[Any], path: tuple[str | int, ...]) -> Iterator[Named]:
    yield Named(QUESTIONS, name, question.was, file, path)
    for option, entry in question.options.items():
        yield Named(options_of(name), option, entry.was, file, (*path, "options", option))


def _items(package: Package, name: str, question: InstrumentQuestionModel) -> Iterator[Named]:
    """Yield the items of the instrument a question asks: its answers are kept by them, as by options."""
    file = package.instruments.get(question.instrument)
    if file is None:
        return
    for item, entry in file.model.items.items():
        yield Named(options_of(name), item, entry.was, file, ("items", item))


def options_of(question: str) -> str:
    """Return the kind of the options of a question."""
    return f"options of {question}"


def released(package: Package) -> dict[str, dict[str, tuple[str | int, ...]]]:
    """Return what the ledger holds: kind to id to its path in ``ids.yaml``; empty without a ledger."""
    file = package.single.get("ids")
    if file is None:
        return {}
    found: dict[str, dict[str, tuple[str | int, ...]]] = {}
    for kind in LEDGER_KINDS:
        entries = getattr(file.model.ids, kind)
        if kind == QUESTIONS:
            found[kind] = {name: ("ids", kind, name) for name in entries}
            for name, options in entries.items():
                found[options_of(name)] = {option: ("ids", kind, name, index) for index, option in enumerate(options)}
        else:
            found[kind] = {name: ("ids", kind, index) for index, name in enumerate(entries)}
    return found


def new_ids(package: Package) -> dict[str, list[str]]:
    """Return the ids of a package that its ledger does not hold yet, by kind."""
    known = released(package)
    found: dict[str, list[str]] = {}
    for entry in named_entries(package):
        if entry.id not in known.get(entry.kind, {}):
            found.setdefault(entry.kind, []).append(entry.id)
    return found


def write_ids(package: Package) -> dict[str, list[str]]:
    """Add the new ids of a package to its ledger. Returns them by kind; writes nothing when there are none.

    Raises: OSError when the file cannot be written.
    """
    added = new_ids(package)
    if added:
        path = package.folder / FILE
        fresh = path.with_name(f".{FILE}.{os.getpid()}")
        fresh.write_text(_text(package, added), "utf-8")
        fresh.replace(path)
    return added


def _text(package: Package, added: dict[str, list[str]]) -> str:
    known = released(package)

    def every(kind: str) -> list[str]:
        return [*known.get(kind, {}), *added.get(kind, ())]

    lines = ["ids:", f"  {QUESTIONS}:"]
    for name in every(QUESTIONS):
        lines.append(f"    {name}: [{', '.join(map(_scalar, every(options_of(name))))}]")
    for kind in LEDGER_KINDS:
        if kind != QUESTIONS and every(kind):
            lines += [f"  {kind}:", *(f"    - {name}" for name in every(kind))]
    return _HEADER + "\n".join(lines) + "\n" + _retired(package.folder / FILE)


def _scalar(option: str) -> str:
    """Quote an option that other YAML tools would read as a number."""
    return f'"{option}"' if re.fullmatch(r"[0-9][0-9_]*", option) else option


def _retired(path: Path) -> str:
    """Return the part of the ledger that authors write, as it stands."""
    text = path.read_text("utf-8") if path.exists() else ""
    match = re.search(r"^retired:.*", text, re.MULTILINE | re.DOTALL)
    return f"\n{match.group().rstrip()}\n" if match else ""
