"""Settings: what a file may say, and that whatever is wrong in it is named with file and field."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import pytest

from chatbot.errors import UsageError
from chatbot.settings import CHOICES, Kept, Settings, read_settings, text_of, with_text, write_settings

PAGE = Path(__file__).resolve().parents[1] / "docs" / "settings.md"


def kept(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "settings.json"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('{"role": "surgeon"}', 'role cannot be "surgeon"'),
        ('{"register": 1}', "register cannot be 1"),
        ('{"idle_lock_minutes": true}', "idle_lock_minutes cannot be true"),
        ('{"idle_lock_minutes": 241}', "idle_lock_minutes cannot be 241"),
        ('{"idle_lock_minutes": -1}', "idle_lock_minutes cannot be -1"),
        ('{"text_width": 39}', "text_width cannot be 39"),
        ('{"clipboard": "on"}', 'clipboard cannot be "on"'),
        ('{"clipboard": null}', "clipboard cannot be null"),
        ('{"actor": ["AB"]}', 'actor cannot be ["AB"]'),
        ('{"clipbord": true}', "there is no setting 'clipbord'"),
        ('{"role": "author", "role": "auditor"}', "role stands twice"),
        ("[]", "not a mapping"),
        ('{"role": ', "not JSON"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_its_name_and_the_field(tmp_path: Path, text: str, named: str) -> None:
    path = kept(tmp_path, text)
    with pytest.raises(UsageError) as raised:
        read_settings(path)
    assert str(path) in raised.value.place and named in raised.value.message and raised.value.hint


def test_a_field_that_is_nearly_right_is_guessed_in_the_hint_alone(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="clipbord") as raised:
        read_settings(kept(tmp_path, '{"clipbord": true}'))
    assert "did you mean clipboard?" in raised.value.hint


def test_a_file_of_an_earlier_version_and_a_theme_that_is_gone_are_read(tmp_path: Path) -> None:
    path = kept(tmp_path, '{"actor": "AB", "role": "trainee", "theme": "sepia", "register": null}')
    assert read_settings(path) == Settings(actor="AB", role="trainee", theme="sepia")


@pytest.mark.parametrize("name", [each.name for each in fields(Settings)])
def test_every_field_is_a_choice_that_goes_to_text_and_back(name: str) -> None:
    standard = Settings()
    assert name in {each.name for each in CHOICES}
    assert with_text(standard, name, text_of(standard, name)) == with_text(standard, name, "") == standard


def test_only_what_was_chosen_is_kept_and_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "settings.json"
    chosen = Settings(role="auditor", clipboard=True, idle_lock_minutes=0, text_width=72)
    write_settings(chosen, path)
    assert json.loads(path.read_text()) == {
        "role": "auditor",
        "clipboard": True,
        "idle_lock_minutes": 0,
        "text_width": 72,
    }
    choices = Kept(path)
    assert choices.now() == chosen and choices.text("clipboard") == "on"
    choices.choose("clipboard", "")
    assert choices.now().clipboard is False and "clipboard" not in path.read_text()


def test_a_file_that_is_spoilt_while_the_program_runs_changes_nothing_and_is_not_written_over(tmp_path: Path) -> None:
    choices = Kept(kept(tmp_path, '{"role": "auditor"}'))
    assert choices.text("role") == "auditor"
    kept(tmp_path, '{"role": "surgeon"}')
    assert choices.text("role") == "auditor"
    with pytest.raises(UsageError, match="role cannot be"):
        choices.choose("clipboard", "on")
    with pytest.raises(UsageError, match="role cannot be"):
        Kept(choices.option).text("role")


def test_the_clipboard_is_off_and_the_screen_locks_until_chosen_otherwise() -> None:
    assert not Settings().clipboard and Settings().idle_lock_minutes == 5


@pytest.mark.parametrize("choice", CHOICES, ids=lambda each: each.name)
def test_the_page_has_every_field_as_the_screen_tells_it(choice: object) -> None:
    rows = [row for row in PAGE.read_text().splitlines() if row.startswith(f"| `{choice.name}` |")]  # type: ignore[attr-defined]
    assert len(rows) == 1 and rows[0].endswith(f"| {choice.told} |")  # type: ignore[attr-defined]
