"""Runs the command as its users do: in a process of its own, away from their settings and cases."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TINY_FOLDER = ROOT / "tests" / "data" / "protocols"


def backstory(
    *arguments: str | Path, input: bytes = b"", environ: dict[str, str] | None = None, cwd: Path = ROOT
) -> subprocess.CompletedProcess[bytes]:
    """Run ``backstory`` with its output captured; standard input is a pipe, so there is no terminal."""
    return subprocess.run(
        [sys.executable, "-m", "chatbot", *map(str, arguments)],
        input=input,
        capture_output=True,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(environ or {})},
        timeout=120,
        check=False,
    )


def said(done: subprocess.CompletedProcess[bytes]) -> str:
    """Return standard error; fail when it shows a traceback."""
    text = done.stderr.decode("utf-8")
    assert "Traceback" not in text, text
    return text
