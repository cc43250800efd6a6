"""The second verifier, docs/verify_transcript.py, as a module: it is shipped by itself and imports nothing of ours."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

PLACE = Path(__file__).resolve().parents[2] / "docs" / "verify_transcript.py"


def _loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("verify_transcript", PLACE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


VERIFIER = _loaded()


def judge(data: bytes) -> tuple[str, int]:
    """Return the verdict (sound, torn or corrupt) and the line of the first damage, 0 when there is none."""
    verdict, line = VERIFIER.judge(data)
    return str(verdict), int(line)
