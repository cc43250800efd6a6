"""A command loads only what it needs: no screen for a plan, no YAML for a cached protocol."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.small_protocols import SMALL

ROOT = Path(__file__).resolve().parents[1]
CALM = SMALL / "tiny" / "vignettes" / "calm.yaml"

HEAVY = ("textual", "rich", "pydantic", "yaml", "asyncio")


def loaded_by(arguments: list[str], cache: Path) -> set[str]:
    """Run a command in a process of its own and return which heavy packages it loaded."""
    program = (
        "import sys, json, io, contextlib\n"
        "out = io.StringIO()\n"
        "with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):\n"
        "    from chatbot.cli import main\n"
        f"    main({arguments!r})\n"
        f"print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))\n"
    )
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(cache)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environ, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [
        (["--help"], set()),
        (["check", "--protocols", str(SMALL)], {"pydantic", "yaml"}),
        (["plan", "--protocols", str(SMALL), "--answers", str(CALM)], {"yaml", "pydantic"}),
        (["cases", "--transcripts", "/nonexistent"], set()),
        (["eval", "pain >= 4", "--protocols", str(SMALL), "--answers", str(CALM)], {"yaml", "pydantic"}),
        (["graph", "--protocols", str(SMALL)], {"yaml", "pydantic"}),
        (["graph", "--case"], set()),
        (["new", "No Name"], {"yaml", "pydantic"}),
        (["try", str(SMALL / "tiny" / "nothing.yaml"), "--plain"], {"yaml", "pydantic"}),
    ],
)
def test_a_command_loads_only_what_it_needs(arguments: list[str], allowed: set[str], tmp_path: Path) -> None:
    assert loaded_by(arguments, tmp_path) - {"asyncio"} <= allowed


def test_a_cached_protocol_needs_neither_yaml_nor_pydantic(tmp_path: Path) -> None:
    arguments = ["--protocols", str(SMALL), "interview", "tiny", "--plain", "--transcripts", str(tmp_path / "t")]
    loaded_by(arguments, tmp_path)
    assert loaded_by(arguments, tmp_path) == set()
