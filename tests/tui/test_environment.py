"""Before Textual is imported, its switches are gone; importing the door does not import it."""

from __future__ import annotations

import subprocess
import sys

from chatbot.tui.environment import KEPT, clean


def test_every_switch_but_the_harmless_ones_is_cleared() -> None:
    environ = {
        "TEXTUAL_LOG": "x",
        "TEXTUAL_PRESS": "1",
        "TEXTUAL": "devtools",
        "TEXTUAL_ANIMATIONS": "basic",
        "HOME": "/",
    }
    assert clean(environ) == ["TEXTUAL", "TEXTUAL_LOG", "TEXTUAL_PRESS"]
    assert environ == {"TEXTUAL_ANIMATIONS": "basic", "HOME": "/"}


def test_a_size_exported_by_a_shell_does_not_stand_over_the_window() -> None:
    environ = {"COLUMNS": "80", "LINES": "24", "TEXTUAL_ANIMATIONS": "none"}
    assert clean(environ) == ["COLUMNS", "LINES"]
    assert environ == {"TEXTUAL_ANIMATIONS": "none"}


def test_motion_is_off_unless_asked_for() -> None:
    environ: dict[str, str] = {}
    clean(environ)
    assert environ == {"TEXTUAL_ANIMATIONS": "none"}
    assert not {"TEXTUAL_DRIVER", "TEXTUAL_SCREENSHOT", "TEXTUAL_DEBUG"} & KEPT


def test_importing_the_door_loads_no_textual() -> None:
    code = "import sys, chatbot.tui.app, chatbot.tui.services; sys.exit('textual' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
