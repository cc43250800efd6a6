"""A copy of the tiny protocol to write in, and edits of its files."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.small_protocols import SMALL


def copy_of_tiny(tmp_path: Path) -> Path:
    """Return a fresh folder with the tiny protocol in it, as ``protocols/tiny``."""
    folder = tmp_path / "protocols" / "tiny"
    shutil.copytree(SMALL / "tiny", folder)
    return folder
