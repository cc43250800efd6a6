"""A page in a file: for the user alone, outside the transcripts, and never over what stands there."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from chatbot.errors import FILE_TAKEN, BackstoryError, StorageError, UsageError
from chatbot.record.pages import default_page, write_page


@pytest.fixture
def transcripts(tmp_path: Path) -> Path:
    folder = tmp_path / "cases"
    folder.mkdir()
    return folder


def test_it_is_written_whole_for_the_user_alone_and_its_whole_path_comes_back(
    tmp_path: Path, transcripts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = write_page("one ☎\n", " plan.txt ", transcripts)
    assert path == tmp_path / "plan.txt" and path.read_text("utf-8") == "one ☎\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    monkeypatch.setenv("HOME", str(tmp_path))
    assert write_page("two", "~/home.txt", transcripts) == tmp_path / "home.txt"


def test_a_name_that_is_taken_is_refused_until_it_is_said_to_be_replaced(tmp_path: Path, transcripts: Path) -> None:
    path = tmp_path / "plan.txt"
    path.write_text("mine")
    with pytest.raises(UsageError) as refused:
        write_page("new", str(path), transcripts)
    assert refused.value.code == FILE_TAKEN and path.read_text() == "mine"
    write_page("new", str(path), transcripts, replace=True)
    assert path.read_text() == "new" and stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("typed", "error", "code"),
    [
        ("  ", UsageError, "X003"),
        ("cases/plan.txt", UsageError, "X005"),
        ("other/../cases/clinical/plan.txt", UsageError, "X005"),
        ("nowhere/plan.txt", StorageError, "X003"),
        (".", StorageError, "X003"),
    ],
)
def test_what_cannot_be_written_is_said_and_leaves_nothing(
    typed: str,
    error: type[BackstoryError],
    code: str,
    tmp_path: Path,
    transcripts: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error) as refused:
        write_page("text", typed, transcripts)
    assert refused.value.code == code
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_it_is_offered_in_the_present_folder_but_never_among_transcripts(tmp_path: Path, transcripts: Path) -> None:
    here = default_page("plan-1", transcripts, here=tmp_path, home=tmp_path / "home")
    assert here == tmp_path / "plan-1.txt"
    among = default_page("plan-1", transcripts, here=transcripts / "clinical", home=tmp_path / "home")
    assert among == tmp_path / "home" / "plan-1.txt"
