"""Runs the command as its users do: in a process of its own, away from their settings and cases."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def backstory(
    *arguments: str | Path, input: bytes = b"", environ: dict[str, str] | None = None, cwd: Path = ROOT
) -> subprocess.CompletedProcess[bytes]:
    """Run ``backstory`` with its output captured; standard input is no terminal.

    With *environ* the interpreter itself starts afresh, because what stands there may change how it starts.
    """
    if environ is None:
        return _forked().run([str(each) for each in arguments], input, cwd)
    return subprocess.run(
        [sys.executable, "-m", "chatbot", *map(str, arguments)],
        input=input,
        capture_output=True,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
        timeout=120,
        check=False,
    )


class _Forked:
    """A process with the program imported, which forks one process for each command."""

    def __init__(self) -> None:
        asked, self._ask = os.pipe()
        answered, answer = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.cli.forked", str(asked), str(answer)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            pass_fds=(asked, answer),
        )
        os.close(asked)
        os.close(answer)
        self._replies = os.fdopen(answered, "r", encoding="utf-8")

    def run(self, arguments: list[str], input: bytes, cwd: Path) -> subprocess.CompletedProcess[bytes]:
        with tempfile.TemporaryDirectory() as folder:
            streams = {name: Path(folder) / name for name in ("input", "output", "errors")}
            for name, path in streams.items():
                path.write_bytes(input if name == "input" else b"")
            request = {
                "arguments": arguments,
                "cwd": str(cwd),
                "environ": {**os.environ, "PYTHONPATH": str(ROOT)},
                **{name: str(path) for name, path in streams.items()},
            }
            os.write(self._ask, (json.dumps(request) + "\n").encode())
            code = int(self._replies.readline())
            output, errors = streams["output"].read_bytes(), streams["errors"].read_bytes()
        return subprocess.CompletedProcess(arguments, code, output, errors)

    def end(self) -> None:
        os.close(self._ask)
        self._process.wait()


@cache
def _forked() -> _Forked:
    forked = _Forked()
    atexit.register(forked.end)
    return forked


def said(done: subprocess.CompletedProcess[bytes]) -> str:
    """Return standard error; fail when it shows a traceback."""
    text = done.stderr.decode("utf-8")
    assert "Traceback" not in text, text
    return text
