"""Fixtures of the transcript tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.record import kit


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of cases that does not exist yet."""
    return tmp_path / "transcripts"


@pytest.fixture
def transcript(folder: Path) -> Path:
    """A short open case of nine records."""
    return kit.written(folder)
