"""The tables of alarm symptoms of the shipped protocol as a page: which flags stand in each cell.

python -m campaigns.alarm_tables [--check]
"""

from __future__ import annotations

import sys
from collections.abc import Collection

from campaigns.pages import CLINICAL, shipped_package, write_or_check
from chatbot.content.beside import AXES
from chatbot.content.build import build_protocol
from chatbot.content.bundle import bundle_of
from chatbot.content.checks.alarm_table import Table, stands, tables_of
from chatbot.content.package import Package
from chatbot.core.protocol import Protocol

PAGE = CLINICAL / "alarm_tables.md"

SHOWN = {"always": "{}", "sometimes": "({})", "never": ""}
"""How a flag is printed in a cell."""


def shipped() -> tuple[Package, Protocol, list[Table]]:
    """Return the shipped package, its protocol and its tables."""
    package = shipped_package()
    bundle = bundle_of(package)
    protocol = build_protocol(bundle, "", "")
    return package, protocol, list(tables_of(package, bundle, protocol))


def cell(protocol: Protocol, table: Table, place: tuple[str, ...]) -> str:
    """Return what stands in one cell."""
    goals = [table.cells[axis][name] for axis, name in zip(AXES, place, strict=True)]
    said = [SHOWN[stands(protocol, table, goals, flag)].format(flag) for flag in table.standing]
    return ", ".join(filter(None, said)) or "–"


def grid(protocol: Protocol, table: Table, onsets: Collection[str] | None = None) -> list[str]:
    """Return the rows of one table: onset and trend down, documented and imaged across, equal columns as one.

    *onsets*: only the rows of these; None: all.
    """
    onset, trend, documented, imaged = (list(table.cells[axis]) for axis in AXES)
    columns = [(one, other) for one in documented for other in imaged]
    lines = ["| Onset | Trend | Documented, imaged | Flags |", "|---|---|---|---|"]
    for first in onset if onsets is None else [each for each in onset if each in onsets]:
        for second in trend:
            found: dict[str, list[str]] = {}
            for one, other in columns:
                text = cell(protocol, table, (first, second, one, other))
                found.setdefault(text, []).append(f"{one} + {other}")
            for text, where in found.items():
                places = "all" if len(where) == len(columns) else ", ".join(where)
                lines.append(f"| {first} | {second} | {places} | {text} |".replace("_", "\\_"))
    return lines


def page(onsets: Collection[str] | None = None) -> str:
    """Return the page in Markdown, with the rows of these *onsets* only; None: with all."""
    _, protocol, tables = shipped()
    lines = [
        "# Alarm symptoms: onset × trend × documented × imaged",
        "",
        "Made by `python -m campaigns.alarm_tables` from `alarm_tables.yaml` and the red flags. It",
        "is a draft, pending clinical review. A flag stands when it is present or cannot be excluded. A name",
        "alone stands in every case of the cell, a name in brackets in some. `backstory check` proves that in every",
        "cell one flag stands in each case, but for the exceptions listed.",
    ]
    for table in tables:
        lines += ["", f"## {table.model.title.clinician}", "", f"Who has it: `{table.model.when}`", ""]
        for axis in AXES:
            cells = "; ".join(f"*{name}* `{text}`" for name, text in table.model.axes[axis].cells.items())
            lines.append(f"- {axis}: {cells}; *unknown*")
        lines += ["", "Exceptions:", ""]
        lines += [f"- `{each.when}`: {each.reason}" for each in table.model.allowed_routine]
        lines += ["", *grid(protocol, table, onsets)]
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Write the page, or with ``--check`` compare it."""
    return write_or_check(arguments, __doc__, PAGE, page)


if __name__ == "__main__":
    sys.exit(main())
