"""Which room may import which, and what the core may not touch. Read from the source, deferred imports included."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "chatbot"

EVERYONE = {"errors", ""}
"""Rooms that all others may import; the empty name is the package itself, which holds the version."""

ALLOWED: dict[str, set[str]] = {
    "core": set(),
    "content": {"core"},
    "record": {"core"},
    "proof": {"core", "content"},
    "export": {"core"},
    "interview": {"core", "content", "record", "proof", "export"},
    "saving": {"core", "record", "interview"},
    "practising": {"core", "interview"},
    "settings": set(),
    "encryption": {"record", "settings"},
    "keymap_file": set(),
    "patience": set(),
    "hardening": set(),
    "desk": {"core", "content", "record", "export", "interview", "settings", "encryption"},
    "practice_desk": {"core", "content", "record", "interview", "practising", "settings", "desk"},
    "export_command": {"core", "content", "record", "export"},
    "keeping": {"core", "content", "record", "export", "export_command"},
    "audit": {"core", "content", "record", "proof", "export"},
    "tui": {
        *("core", "content", "record", "proof", "export", "audit", "interview"),
        *("settings", "keymap_file", "desk", "patience", "encryption", "saving", "teaching"),
        *("practising", "practice_desk"),
    },
    "plain": {
        *("core", "content", "record", "proof", "export", "audit", "interview"),
        *("plain_people", "plain_shell", "plain_answers", "plain_commands", "plain_finding", "plain_lists", "settings"),
        *("plain_closing", "plain_saving"),
    },
    "plain_player": {"core", "record", "export"},
    "plain_talk": {"core", "export", "plain_shell", "practising", "saving"},
    "plain_commitment": {"core", "plain_lists", "practising"},
    "plain_practice": {"core", "export", "plain_shell", "plain_talk", "plain_commitment", "practising", "saving"},
    "plain_saving": {"core", "plain_shell", "saving"},
    "plain_people": {"core", "record", "export", "interview"},
    "plain_shell": {"core", "record", "export", "interview", "settings"},
    "plain_answers": {"core", "export", "plain_shell"},
    "plain_finding": {"core", "export", "plain_shell"},
    "plain_lists": {"core", "export", "plain_shell", "plain_answers"},
    "plain_closing": {"core", "export", "plain_shell", "plain_answers", "plain_lists"},
    "plain_commands": {
        *("core", "export", "patience", "settings", "encryption", "plain_closing"),
        *("plain_answers", "plain_finding", "plain_lists", "plain_people", "plain_shell"),
    },
    "cli": {
        *("cli_records", "cli_exports", "cli_practice"),
        *("core", "content", "record", "proof", "export", "audit", "interview", "tui", "plain", "settings", "desk"),
        *("plain_people", "cli_common", "cli_people", "cli_visits", "cli_governance", "cli_plan", "export_command"),
        *("patience", "authoring", "cli_prove", "hardening", "cli_integrity", "encryption", "cli_replay", "cli_audit"),
        "practice_desk",
    },
    "cli_practice": {
        *("core", "record", "export", "desk", "practice_desk", "practising", "plain", "plain_practice", "tui"),
        *("plain_people", "cli_people", "cli_common", "cli_replay", "cli_teaching", "encryption"),
    },
    "teaching": {"core", "content", "record", "audit"},
    "authoring": {"core", "content", "record", "export", "interview", "tui", "plain", "settings"},
    "cli_teaching": {"core", "content", "record", "audit", "teaching", "settings", "desk", "cli_common", "cli_replay"},
    "cli_common": {"core", "content", "record", "settings"},
    "cli_plan": {"core", "content", "record", "export", "settings", "desk", "patience", "cli_common", "cli_replay"},
    "cli_people": {
        *("core", "content", "record", "export", "interview", "settings", "desk", "encryption"),
        *("plain", "plain_people", "cli_common"),
    },
    "cli_visits": {
        *("core", "content", "record", "export", "interview", "settings", "desk"),
        *("plain", "plain_people", "cli_common"),
    },
    "cli_replay": {
        *("core", "content", "record", "export", "settings", "desk", "tui", "plain"),
        *("plain_player", "cli_common", "cli_people", "cli_integrity", "cli_against"),
    },
    "cli_governance": {"core", "content", "record", "settings", "cli_common"},
    "cli_integrity": {"core", "record", "settings", "cli_common"},
    "cli_prove": {"core", "content", "proof", "cli_common"},
    "cli_exports": {"core", "content", "record", "export", "keeping", "cli_common", "cli_replay"},
    "cli_records": {
        *("core", "content", "record", "export", "settings", "desk", "export_command", "keeping", "cli_common"),
        *("plain_people", "cli_replay"),
    },
    "cli_audit": {"core", "record", "audit", "cli_common", "cli_against", "cli_replay"},
    "cli_against": {"core", "content", "record", "audit", "cli_common"},
    "__main__": {"cli"},
    "errors": set(),
    "": set(),
}
"""Room to the rooms it may import, besides itself and ``EVERYONE``. A room that is not listed fails the test."""

LAZY_IN = {
    "cli": {
        *("content", "record", "proof", "export", "audit", "interview", "tui", "plain", "core", "settings", "desk"),
        *("plain_people", "cli_people", "cli_visits", "cli_governance", "cli_plan", "export_command", "authoring"),
        *("cli_records", "cli_exports", "cli_practice"),
    },
    "cli_practice": {"record", "export", "desk", "practice_desk", "practising", "plain", "plain_practice"},
    "cli_common": {"core", "content", "record", "settings"},
    "cli_plan": {"core", "content", "record", "export", "settings", "desk", "patience"},
    "cli_replay": {
        *("core", "content", "record", "export", "settings", "desk", "tui", "plain"),
        *("plain_player", "cli_people", "cli_integrity"),
    },
    "cli_governance": {"core", "content", "record", "settings"},
    "cli_records": {"core", "content", "record", "export", "settings", "desk", "export_command", "keeping"},
    "cli_integrity": {"core", "record", "settings"},
    "cli_audit": {"core", "record", "audit"},
    "cli_against": {"core", "content", "record", "audit"},
    "cli_teaching": {"core", "content", "record", "audit", "teaching", "settings", "desk"},
    "authoring": {"tui", "plain"},
}
"""Rooms whose imports of these must stand inside a function, so that a command loads only what it needs."""

ROOMS_OF = {
    "textual": {"tui"},
    "rich": {"tui", "audit"},
    "pydantic": {"content"},
    "yaml": {"content"},
    "z3": {"proof"},
    "cryptography": {"record"},
    "pyrage": {"record"},
    "fsrs": {"teaching"},
    **{name: {"audit"} for name in ("duckdb", "pyarrow", "matplotlib", "scipy", "distributed")},
}
"""Third-party package to the rooms that may import it."""

BANNED_MODULES = frozenset(
    "os pathlib io random secrets uuid logging time socket subprocess "
    "shutil tempfile threading asyncio locale sys".split()
)
BANNED_CALLS = frozenset("open print input exec eval compile __import__".split())
BANNED_METHODS = frozenset("now utcnow today time monotonic perf_counter".split())


def room_of(path: Path, package: Path = PACKAGE) -> str:
    """Return the room a module stands in: a folder, or a module of the package itself."""
    parts = path.relative_to(package).with_suffix("").parts
    return "" if parts == ("__init__",) else parts[0]


def imports_of(tree: ast.AST) -> Iterator[tuple[str, int, bool]]:
    """Yield (dotted module, line, whether at the top) for every import, wherever it stands."""
    at_top = {id(node) for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)}
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            at_top -= {id(node) for node in ast.walk(function)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno, id(node) in at_top
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield module, node.lineno, id(node) in at_top
            if module == "chatbot":
                for alias in node.names:
                    yield f"chatbot.{alias.name}", node.lineno, id(node) in at_top


def type_checking_lines(tree: ast.AST) -> set[int]:
    """Return the lines inside ``if TYPE_CHECKING``: nothing there runs."""
    lines: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            lines.update(range(node.lineno, (node.body[-1].end_lineno or node.lineno) + 1))
    return lines


def layer_problems(source: str, room: str) -> list[str]:
    """Return what is wrong with the imports of one module."""
    tree = ast.parse(source)
    typing_only = type_checking_lines(tree)
    problems = []
    for module, line, at_top in imports_of(tree):
        top, _, rest = module.partition(".")
        if module.startswith("."):
            problems.append(f"{line}: relative import")
        elif top == "chatbot":
            target = rest.partition(".")[0]
            if target not in ALLOWED:
                # ``from chatbot import __version__`` names a value, not a room.
                if not (target.startswith("__") or target == ""):
                    problems.append(f"{line}: no room is called {target!r}")
            elif target not in ALLOWED[room] | EVERYONE | {room}:
                problems.append(f"{line}: {room or 'chatbot'} imports {target}")
            elif at_top and line not in typing_only and target in LAZY_IN.get(room, set()):
                problems.append(f"{line}: {room} imports {target} outside a function")
        elif room not in ROOMS_OF.get(top, {room}):
            problems.append(f"{line}: {room or 'chatbot'} imports {top}")
        elif room == "core" and (top not in sys.stdlib_module_names or top in BANNED_MODULES):
            problems.append(f"{line}: core imports {top}")
    return problems


def purity_problems(source: str) -> list[str]:
    """Return where a module of the core reaches for the world outside."""
    problems = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id in BANNED_CALLS:
            problems.append(f"{node.lineno}: calls {node.func.id}()")
        elif isinstance(node.func, ast.Attribute) and node.func.attr in BANNED_METHODS:
            problems.append(f"{node.lineno}: calls .{node.func.attr}()")
    return problems


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_what_its_room_may(path: Path) -> None:
    assert layer_problems(path.read_text("utf-8"), room_of(path)) == []


@pytest.mark.parametrize("path", sorted((PACKAGE / "core").rglob("*.py")), ids=lambda path: path.name)
def test_the_core_reaches_for_nothing_outside(path: Path) -> None:
    assert purity_problems(path.read_text("utf-8")) == []


PLANTED_IMPORTS = [
    ("core", "import os", "core imports os"),
    ("core", "import random", "core imports random"),
    ("core", "from pathlib import Path", "core imports pathlib"),
    ("core", "import yaml", "core imports yaml"),
    ("core", "import numpy", "core imports numpy"),
    ("core", "def f():\n    from chatbot.record import store", "core imports record"),
    ("core", "from chatbot import interview", "core imports interview"),
    ("content", "from chatbot.record.store import Store", "content imports record"),
    ("record", "import textual", "record imports textual"),
    ("plain", "from textual.app import App", "plain imports textual"),
    ("plain", "from chatbot.tui import app", "plain imports tui"),
    ("tui", "from chatbot.plain import run", "tui imports plain"),
    ("interview", "from chatbot.tui.app import run", "interview imports tui"),
    ("cli", "from chatbot.content.library import load", "cli imports content outside a function"),
    ("cli", "from . import errors", "relative import"),
    ("content", "import z3", "content imports z3"),
    ("export", "import pyrage", "export imports pyrage"),
    ("record", "import duckdb", "record imports duckdb"),
    ("tui", "import chatbot.misc", "no room is called 'misc'"),
]


@pytest.mark.parametrize(("room", "source", "said"), PLANTED_IMPORTS)
def test_a_planted_import_is_found(room: str, source: str, said: str) -> None:
    assert [problem.partition(": ")[2] for problem in layer_problems(source, room)] == [said]


ALLOWED_IMPORTS = [
    ("core", "from datetime import date, datetime"),
    ("core", "from chatbot.core import values\nfrom chatbot import __version__"),
    ("content", "import yaml\nfrom chatbot.core.protocol import Protocol\nfrom chatbot.errors import ContentError"),
    ("cli", "from chatbot.errors import ExitCode\n\ndef handler():\n    from chatbot.tui.app import run"),
    ("cli", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from chatbot.core.case import Case"),
]


@pytest.mark.parametrize(("room", "source"), ALLOWED_IMPORTS)
def test_an_allowed_import_passes(room: str, source: str) -> None:
    assert layer_problems(source, room) == []


PLANTED_CALLS = [
    "from datetime import datetime\nmoment = datetime.now()",
    "from datetime import date\nday = date.today()",
    "text = open('x').read()",
    "print('x')",
    "value = eval('1')",
    "def f(clock):\n    return clock.time()",
]


@pytest.mark.parametrize("source", PLANTED_CALLS)
def test_a_planted_look_outside_is_found(source: str) -> None:
    assert len(purity_problems(source)) == 1


def test_dates_as_values_are_allowed_in_the_core() -> None:
    assert purity_problems("from datetime import date\nday = date(2025, 1, 1).isoformat()") == []
