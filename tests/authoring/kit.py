"""A copy of the tiny protocol to write in, and edits of its files."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.cli.kit import TINY_FOLDER


def copy_of_tiny(tmp_path: Path) -> Path:
    """Return a fresh folder with the tiny protocol in it, as ``protocols/tiny``."""
    folder = tmp_path / "protocols" / "tiny"
    shutil.copytree(TINY_FOLDER / "tiny", folder)
    return folder


def edit(folder: Path, file: str, find: str, put: str) -> Path:
    """Replace the first occurrence of a text in a file; it must be there."""
    path = folder / file
    text = path.read_text("utf-8")
    assert find in text, (file, find)
    path.write_text(text.replace(find, put, 1), "utf-8")
    return path
