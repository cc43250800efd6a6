"""The cases of two people, written once and copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.keeping.kit import People, people


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> People:
    return people(tmp_path_factory.mktemp("people"))


@pytest.fixture
def folk(written: People, tmp_path: Path) -> Iterator[People]:
    """The same cases in a folder of this test's own."""
    shutil.copytree(written.folder, tmp_path / "transcripts")
    yield replace(written, folder=tmp_path / "transcripts")
