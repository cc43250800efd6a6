"""What pyxform with its ODK Validate says about the seeded faults, beside what Backstory says.

Each fault of ``tests/content/seeded_faults.yaml`` that an XLSForm can have is converted and validated as its authors
would; the page ``docs/comparison-pyxform.md`` is written from what came out. Needs the extra ``compare`` and Java.

    python -m campaigns.compare_pyxform [--check]
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from chatbot.content.diagnostics import CODES

ROOT = Path(__file__).resolve().parents[1]
FAULTS = ROOT / "tests" / "content" / "seeded_faults.yaml"
PAGE = ROOT / "docs" / "comparison-pyxform.md"


@dataclass(frozen=True, slots=True)
class Said:
    """What one tool said about one fault."""

    verdict: str
    """error, warning, nothing or not expressible."""
    text: str


def faults() -> list[dict[str, Any]]:
    """Return the seeded faults; every value is a text."""
    found: list[dict[str, Any]] = yaml.load(FAULTS.read_text("utf-8"), yaml.BaseLoader)
    return found


def backstory_says(fault: dict[str, Any]) -> str:
    """Return code, file and underlined text, as ``tests/content/test_seeded_faults.py`` holds them."""
    place = fault.get("reported_in", fault["file"])
    under = f", under `{fault['under']}`" if "under" in fault else ""
    return f"{fault['code']} ({CODES[fault['code']]}), {place}{under}"


def pyxform_says(fault: dict[str, Any]) -> Said:
    """Convert and validate the XLSForm of a fault."""
    if "not_expressible" in fault:
        return Said("not expressible", fault["not_expressible"])
    from pyxform.errors import PyXFormError
    from pyxform.validators.odk_validate import ODKValidateError
    from pyxform.xls2xform import convert

    with tempfile.TemporaryDirectory() as place:
        try:
            result = convert(workbook(fault["xlsform"], Path(place, "fault.xlsx")), validate=True)
        except (PyXFormError, ODKValidateError) as error:
            return Said("error", short(str(error)))
    if result.warnings:
        return Said("warning", short(" ".join(result.warnings)))
    return Said("nothing", "")


def workbook(table: str, path: Path) -> Path:
    """Write the sheets of an XLSForm, spelled as a table with a sheet's name in the first column, as an XLSX file."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for line in table.strip().split("\n"):
        first, *cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if first:
            book.create_sheet(first)
        else:
            book[book.sheetnames[-1]].append([cell or None for cell in cells])
    book.save(path)
    return path


def short(text: str) -> str:
    """Return the first sentences of a message on one line, without what differs from run to run."""
    lines = [line.strip() for line in text.split("\n") if line.strip() and not line.lstrip().startswith("at ")]
    flat = " ".join(lines).partition("The following files failed validation")[0].strip()
    flat = re.sub(r"@[0-9a-f]+", "", re.sub(r"\bhttp\S+", "", flat))
    # The nodes of a cycle come in another order each time.
    flat = re.sub(r"\$\{\w+\}(?: \$\{\w+\})+", lambda found: " ".join(sorted(found.group().split())), flat)
    flat = flat.replace("|", "\\|").replace("`", "'")
    return flat if len(flat) <= 240 else f"{flat[:237].rsplit(' ', 1)[0]} …"


def page(rows: list[tuple[dict[str, Any], str, Said]]) -> str:
    """Return the page in Markdown."""
    expressible = [said for _, _, said in rows if said.verdict != "not expressible"]
    counts = {name: sum(said.verdict == name for said in expressible) for name in ("error", "warning", "nothing")}
    lines = [
        "# The seeded faults, beside pyxform with ODK Validate",
        "",
        f"{len(rows)} faults, each put into the shipped protocol as one edit",
        "(`tests/content/seeded_faults.yaml`), and put as an XLSForm to",
        f"pyxform {version('pyxform')} with the ODK Validate it carries, where an XLSForm can have them.",
        "`python -m campaigns.compare_pyxform` writes this page; a component test checks that it is still true.",
        "",
        f"Backstory refuses all {len(rows)} with file, line, column and a hint.",
        f"{len(expressible)} can be expressed in an",
        f"XLSForm: pyxform or ODK Validate refuse {counts['error']}, warn about {counts['warning']}",
        f"and say nothing about {counts['nothing']}.",
        "XLSForm is a language for forms, not for clinical rules: a fault it cannot have is no failing of it. Messages",
        "are shortened. An error there stops at the first problem and names a row of the sheet at best.",
        "",
        "| Fault | Backstory | pyxform and ODK Validate |",
        "|---|---|---|",
    ]
    lines += [row(fault, ours, said) for fault, ours, said in rows]
    return "\n".join(lines) + "\n"


def row(fault: dict[str, Any], ours: str, said: Said) -> str:
    """Return the line of one fault."""
    mark = " (one of the four silent ones)" if "silent" in fault else ""
    theirs = f"**{said.verdict}**" + (f": {said.text}" if said.text else "")
    return f"| {fault['fault']}{mark} | {ours} | {theirs} |"


def main(arguments: list[str] | None = None) -> int:
    """Write the page, or with ``--check`` compare it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare the page with what comes out now")
    options = parser.parse_args(arguments)
    text = page([(fault, backstory_says(fault), pyxform_says(fault)) for fault in faults()])
    if options.check:
        same = PAGE.read_text("utf-8") == text
        print("the page is true" if same else f"{PAGE.name} is out of date: run python -m campaigns.compare_pyxform")
        return 0 if same else 1
    PAGE.write_text(text, "utf-8")
    print(f"written: {PAGE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
