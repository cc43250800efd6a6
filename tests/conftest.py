"""What every test stands on: a quiet environment, reproducible generated cases, the choice of components."""

from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# Before anything imports Textual, which reads these once.
for _name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "COLUMNS", "LINES", "TERM_PROGRAM"):
    os.environ.pop(_name, None)
os.environ["TEXTUAL_ANIMATIONS"] = "none"
os.environ["TERM"] = "xterm-256color"

# The protocols live as long as the tests, and a full collection walks all of them each time.
gc.set_threshold(20_000, 20, 100)

settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.register_profile("explore", deadline=None, max_examples=1_000, print_blob=True)
settings.load_profile(os.environ.get("BACKSTORY_HYPOTHESIS", "steady"))

ALL_COMPONENTS = "all"


def _wants_components() -> bool:
    return os.environ.get("BACKSTORY_COMPONENTS") == ALL_COMPONENTS


@pytest.fixture(autouse=True, scope="session")
def _no_settings_of_this_machine() -> Iterator[None]:
    """Keep tests away from the cases, settings and protocols of whoever runs them."""
    with tempfile.TemporaryDirectory(prefix="backstory-tests-") as folder, pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("BACKSTORY_")]:
            if name != "BACKSTORY_COMPONENTS":
                patch.delenv(name)
        patch.setenv("BACKSTORY_TRANSCRIPTS", str(Path(folder, "transcripts")))
        patch.setenv("HOME", str(Path(folder, "home")))
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
            patch.delenv(name, raising=False)
        Path(folder, "home").mkdir()
        _remember_what_is_loaded()
        yield


def _remember_what_is_loaded() -> None:
    """Let the programs that tests start find what was checked while tests were collected: checking takes seconds."""
    from chatbot.content import library

    shipped = sys.modules.get("tests.shipped")
    for name in shipped.LOADED if shipped else ():
        path = library.find_protocol(name, library.protocols_folder())
        library._remember(library._content_key(path), shipped.shipped_protocol(name))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave tests that need other programs aside unless they are asked for."""
    if _wants_components():
        return
    aside = [item for item in items if item.get_closest_marker("component")]
    if aside:
        config.hook.pytest_deselected(items=aside)
        items[:] = [item for item in items if not item.get_closest_marker("component")]
    config.stash[_ASIDE] = len(aside)
    # Each worker collects all tests; the one that reports cannot see what they left aside.
    if hasattr(config, "workeroutput"):
        config.workeroutput["aside"] = len(aside)


_ASIDE = pytest.StashKey[int]()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Learn from a worker how many tests it left aside."""
    node.config.stash[_ASIDE] = getattr(node, "workeroutput", {}).get("aside", 0)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail, never skip, where a program that was asked for is missing."""
    for marker in item.iter_markers("component"):
        missing = [program for program in marker.args if shutil.which(program) is None]
        if missing:
            pytest.fail(f"not installed: {', '.join(missing)}", pytrace=False)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say how many tests were left aside, so that nobody takes silence for a pass."""
    aside = config.stash.get(_ASIDE, 0)
    if aside:
        terminalreporter.write_line(
            f"{aside} component tests not run: they need other programs; BACKSTORY_COMPONENTS=all runs them"
        )
