"""The properties and alarm tables of a protocol's folder, ready to be evaluated or proved."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from chatbot.content.build import symbols_of
from chatbot.content.checks.property_binding import CONTRAINDICATIONS, PROPERTIES, bound
from chatbot.content.diagnostics import Diagnostic
from chatbot.content.library import shown_path
from chatbot.content.models import SINGLE_FILES
from chatbot.content.package import read_beside
from chatbot.content.record_only import record_only
from chatbot.core.property_tree import Property
from chatbot.core.protocol import Protocol
from chatbot.core.resolve import condition
from chatbot.errors import ContentError
from chatbot.proof.soundness import AlarmTable

TABLES = "alarm_tables"


def load_properties(folder: Path, protocol: Protocol) -> tuple[Property, ...]:
    """Return the properties of a folder, in its order, those of its contraindications last.

    Raises: ContentError with everything that is wrong with them.
    """
    files, found = _read(folder, PROPERTIES, CONTRAINDICATIONS)
    properties, wrong = bound(files, protocol, symbols_of(json.loads(protocol.canonical)))
    if found := [*found, *wrong]:
        raise ContentError("\n".join(each.render() for each in found))
    return tuple(properties)


def load_backups(folder: Path) -> dict[str, str]:
    """Return the red flags declared as backups, or ways in which one would do less, with the reason for each."""
    files, _ = _read(folder, PROPERTIES)
    return dict(files[PROPERTIES].model.backups) if PROPERTIES in files else {}


def load_tables(folder: Path, protocol: Protocol) -> tuple[AlarmTable, ...]:
    """Return the tables of alarm symptoms of a folder, which passed every check.

    Raises: ContentError where the file does not have the right shape.
    """
    files, found = _read(folder, TABLES)
    if found:
        raise ContentError("\n".join(each.render() for each in found))
    if TABLES not in files:
        return ()
    symbols = symbols_of(json.loads(protocol.canonical))
    return tuple(
        AlarmTable(
            name,
            condition(table.when, symbols).tree,
            tuple(table.flags),
            tuple(condition(each.when, symbols).tree for each in table.allowed_routine),
        )
        for name, table in files[TABLES].model.alarm_tables.items()
    )


def load_excuses(folder: Path) -> dict[str, str]:
    """Return what need make no difference, as theorems name it, with the reason the content gives for asking it."""
    declared = record_only(folder)
    found = {f"question {key}": reason for key, reason in declared.questions.items()}
    found |= {f"option {key} is {option}": reason for (key, option), reason in declared.options.items()}
    return {subject: reason or "for the record alone" for subject, reason in found.items()}


def _read(folder: Path, *stems: str) -> tuple[dict[str, Any], list[Diagnostic]]:
    files, found = {}, []
    for stem in stems:
        path = folder / f"{stem}.yaml"
        if path.exists():
            file, wrong = read_beside(path, shown_path(path), SINGLE_FILES[stem])
            found += wrong
            if file is not None:
                files[stem] = file
    return files, found
