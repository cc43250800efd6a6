"""Pages made from the shipped protocol: what all of them begin with, and how one is written or compared."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import cache
from pathlib import Path

from chatbot.content.package import Package, read_package

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ROOT / "dialogue" / "post_surgical_back_pain"
CLINICAL = ROOT / "docs" / "clinical"
"""Where the pages stand, each called as the module here that makes it."""


@cache
def shipped_package() -> Package:
    """Read the shipped protocol, without its vignettes."""
    return read_package(SHIPPED, "", vignettes=False)


def write_or_check(arguments: list[str] | None, doc: str | None, path: Path, make: Callable[[], str]) -> int:
    """Write the page at *path*, or with ``--check`` compare it; return the exit status, 1 for a page out of date.

    *doc* is what ``--help`` says.
    """
    parser = argparse.ArgumentParser(description=doc)
    parser.add_argument("--check", action="store_true", help="compare what stands there")
    options = parser.parse_args(arguments)
    text = make()
    if options.check:
        same = path.exists() and path.read_text("utf-8") == text
        print("the page is true" if same else f"out of date: run python -m campaigns.{path.stem}")
        return 0 if same else 1
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return 0
