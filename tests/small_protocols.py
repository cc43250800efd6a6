"""Where the small protocols of the tests stand, and how a copy of one is changed."""

from __future__ import annotations

from pathlib import Path

SMALL = Path(__file__).resolve().parent / "data" / "protocols"
TINY = SMALL / "tiny"


def edit(folder: Path, file: str, find: str, put: str) -> Path:
    """Replace the first occurrence of a text in a file; it must be there."""
    path = folder / file
    text = path.read_text("utf-8")
    assert find in text, (file, find)
    path.write_text(text.replace(find, put, 1), "utf-8")
    return path
