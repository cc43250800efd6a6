"""Settings in the line mode: read out field by field, changed by name, and wrong ones named."""

from __future__ import annotations

from pathlib import Path

from chatbot.plain import run
from chatbot.settings import Kept
from tests.plain.kit import start
from tests.plain.test_people import reader


def chosen(tmp_path: Path) -> Kept:
    path = tmp_path / "settings.json"
    path.write_text('{"role": "trainee"}')
    return Kept(path)


def said(lines: list[str], choices: Kept | None) -> str:
    out: list[str] = []
    run(start(), read=reader(lines), write=out.append, choices=choices)
    return " ".join(" ".join(out).split())


def test_settings_are_read_out_with_the_file_and_changed_by_name(tmp_path: Path) -> None:
    choices = chosen(tmp_path)
    text = said([":settings", ":settings idle_lock_minutes 0", ":settings register patient"], choices)
    assert "role = trainee" in text and "clipboard = off" in text
    # A long path is broken to the width of the line.
    assert f"Keptin{choices.place}" in text.replace(" ", "")
    assert choices.now().idle_lock_minutes == 0
    assert "Does it stand in a house? (plainly)" in text, "the wording changes at once"


def test_a_setting_that_cannot_be_is_named_and_nothing_changes(tmp_path: Path) -> None:
    choices = chosen(tmp_path)
    assert "role cannot be" in said([":settings role surgeon"], choices)
    assert "did you mean clipboard?" in said([":settings clipbord on"], choices)
    assert choices.now().role == "trainee"
    assert "there are no settings here" in said([":settings"], None)
