"""What the audit tests share: synthetic cases of a small shipped protocol, made once for all tests of a process."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from io import StringIO
from pathlib import Path
from unittest.mock import patch

from campaigns.cases_at_scale import write_cases
from chatbot.audit.bulk import Engine
from chatbot.audit.find import find_cases
from chatbot.audit.row import Row
from chatbot.audit.work import Wanted
from chatbot.cli import main
from tests.shipped import shipped_protocol

PROTOCOL = "ottawa_ankle"

COUNT = 40

FEW = 16


@cache
def _cases() -> Path:
    place = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    for _ in write_cases(place / "cases", COUNT, 7, drawn=20, protocol=shipped_protocol(PROTOCOL)):
        pass
    return place / "cases"


def cases_in(folder: Path, count: int = COUNT) -> Path:
    """Return a new folder with the first *count* cases, free to be damaged."""
    made = folder / "cases"
    for name in ("clinical", "protocols"):
        (made / name).mkdir(parents=True)
        for path in sorted((_cases() / name).iterdir())[: count if name == "clinical" else None]:
            shutil.copyfile(path, made / name / path.name)
    return made


def all_cases() -> Path:
    """Return the folder of all cases, which nobody may change."""
    return _cases()


@cache
def few_cases() -> Path:
    """Return a folder with some of them, which nobody may change either."""
    return cases_in(_cases().parent / "few", FEW)


def files(folder: Path) -> list[Path]:
    return sorted((folder / "clinical").iterdir())


def rows(folder: Path, wanted: Wanted | None = None, jobs: int = 1, kinds: Sequence[str] = ("clinical",)) -> list[Row]:
    """Audit a folder and return its rows."""
    return [done.row for done in Engine(wanted or Wanted(), jobs).run(find_cases(folder, kinds))]


class _Out(StringIO):
    """Standard output without bytes beneath it."""


@contextmanager
def _streams() -> Iterator[tuple[StringIO, StringIO]]:
    out, err = _Out(), _Out()
    with patch("sys.stdout", out), patch("sys.stderr", err):
        yield out, err


def audit(*words: str | os.PathLike[str]) -> tuple[int, str, str]:
    """Run ``backstory audit`` in this process; return exit code, output and errors."""
    with _streams() as (out, err):
        given = list(map(str, words))
        code = main(["audit", *given, *(() if {"--jobs", "--cluster"} & {*given} else ("--jobs", "1"))])
    assert "Traceback" not in err.getvalue()
    return code, out.getvalue(), err.getvalue()
