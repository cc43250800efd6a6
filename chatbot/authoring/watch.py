"""``backstory check --watch``: check again on save, and name the vignettes whose outcome changed.

The loop takes an iterator of change sets, so that tests drive it without a file system that notifies.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chatbot.content.checks import Memory
from chatbot.content.checks.report import Report, check_protocol
from chatbot.content.checks.vignettes import Run

PAUSE = 0.4
"""Seconds between two looks at the files where nothing notifies of changes."""

INSTALL = "pip install 'backstory[authoring]'"


@dataclass(frozen=True, slots=True)
class Move:
    """One thing that came out differently: ``urgency``, or a red flag or rule by its name."""

    what: str
    """urgency, scope, safety_resolved, ``flag NAME``, ``rule NAME``, or vignette."""
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A vignette that comes out differently than before, and how."""

    vignette: str
    moves: tuple[Move, ...]
    met: bool
    """Whether it still comes out as it says under ``expect``."""


@dataclass(frozen=True, slots=True)
class Cycle:
    """One check of one protocol, with what it changed."""

    report: Report
    changed: tuple[Changed, ...]
    against: str
    """What the outcomes are compared with; empty when there is nothing to compare."""

    def render(self) -> str:
        """Return the report, then the vignettes whose outcome changed."""
        lines = [self.report.render()]
        if self.changed:
            lines.append(f"  vignettes that come out differently than in {self.against}:")
        for each in self.changed:
            lines.append(f"    {each.vignette}" + ("" if each.met else " (not as expected)"))
            lines += [f"      {move.what}: {move.before} → {move.after}" for move in each.moves]
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        """Return the cycle as JSON data."""
        changed = [
            {
                "vignette": each.vignette,
                "met": each.met,
                "moves": [{"what": move.what, "before": move.before, "after": move.after} for move in each.moves],
            }
            for each in self.changed
        ]
        return {**self.report.to_json(), "changed": changed, "against": self.against}


@dataclass
class Watched:
    """One protocol folder that is checked again and again; only what changed is worked out anew."""

    folder: Path
    memory: Memory = field(default_factory=Memory)
    good: dict[str, Run] | None = None
    """The vignettes in the last state without an error; before there was one, in the first that could be run."""
    was_good: bool = False

    def check(self) -> Cycle:
        """Check the folder as it stands now."""
        report = check_protocol(self.folder, self.memory)
        if self.memory.runs.protocol is None:
            return Cycle(report, (), "")
        now = dict(self.memory.runs.by_name)
        against = "the last state without errors" if self.was_good else "the first state that could be run"
        changed = () if self.good is None else differences(self.good, now)
        if self.good is None or not report.failed:
            self.good, self.was_good = now, self.was_good or not report.failed
        return Cycle(report, changed, against if changed else "")


def differences(before: Mapping[str, Run], after: Mapping[str, Run]) -> tuple[Changed, ...]:
    """Return the vignettes that came out differently, by name."""
    found = []
    for name in sorted({*before, *after}):
        moves = tuple(_moves(before.get(name), after.get(name)))
        if moves:
            run = after.get(name)
            found.append(Changed(name, moves, run is None or not run.found))
    return tuple(found)


def _moves(before: Run | None, after: Run | None) -> Iterator[Move]:
    if before is after:
        return
    if before is None or after is None or before.outcome is None or after.outcome is None:
        if _standing(before) != _standing(after):
            yield Move("vignette", _standing(before), _standing(after))
        return
    old, new = before.outcome, after.outcome
    single = [
        ("urgency", old.urgency.value, new.urgency.value),
        ("scope", old.scope.value, new.scope.value),
        ("safety_resolved", _yes(before.resolved), _yes(after.resolved)),
    ]
    yield from (Move(what, was, now) for what, was, now in single if was != now)
    yield from _each("flag", old.flags, new.flags)
    yield from _each("rule", old.statuses, new.statuses)


def _each(what: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Move]:
    for name in dict.fromkeys([*new, *old]):
        was, now = str(old.get(name, "not there")), str(new.get(name, "not there"))
        if was != now:
            yield Move(f"{what} {name}", was, now)


def _standing(run: Run | None) -> str:
    if run is None:
        return "not there"
    return "its answers do not fit" if run.outcome is None else run.outcome.urgency.value


def _yes(value: bool) -> str:
    return "yes" if value else "no"


# --- the loop -------------------------------------------------------------------------------------


def watch(
    folders: Sequence[Path],
    changes: Iterable[Iterable[Path]],
    write: Callable[[Cycle], None],
    say: Callable[[str], None],
) -> None:
    """Check every folder once, then after each change set those it touches, until there are no more.

    *write* is given each cycle; *say* is told which files were saved. A file that cannot be read is an error in
    the report and ends nothing.
    """
    watched = [Watched(folder) for folder in folders]
    for each in watched:
        write(each.check())
    for change in changes:
        paths = [Path(path).resolve() for path in change]
        for each in watched:
            home = each.folder.resolve()
            saved = sorted(str(path.relative_to(home)) for path in paths if path.is_relative_to(home))
            if saved:
                say(f"saved: {', '.join(saved)}")
                write(each.check())


def saves(folders: Sequence[Path], say: Callable[[str], None]) -> Iterator[set[Path]]:
    """Return the content files saved below folders from now on, as they are saved, for ever.

    The system notifies through ``watchfiles``; where that is not installed the files are looked at in turn.
    """
    return looked_at(folders, stamps(folders), wakes(folders, say))


def wakes(folders: Sequence[Path], say: Callable[[str], None]) -> Iterator[object]:
    """Yield whenever it is time to look at the files again."""
    try:
        from watchfiles import watch as notified
    except ImportError:
        say(f"watchfiles is not installed: looking at the files every {PAUSE} s ({INSTALL} makes it notice at once)")
        while True:
            time.sleep(PAUSE)
            yield None
    # The timeout finds what was saved before the system began to notify, or where it never does.
    yield from notified(*folders, watch_filter=_is_content, debounce=200, step=40, rust_timeout=1_000,
                        yield_on_timeout=True)  # fmt: skip


def _is_content(_: object, path: str) -> bool:
    return path.endswith(".yaml")


Stamp = tuple[int, int, int]


def looked_at(folders: Sequence[Path], before: Mapping[Path, Stamp], wake: Iterable[object]) -> Iterator[set[Path]]:
    """Yield the content files that are new, gone or written since the last look, one look for each *wake*."""
    for _ in wake:
        now = stamps(folders)
        changed = {path for path in {*before, *now} if before.get(path) != now.get(path)}
        before = now
        if changed:
            yield changed


def stamps(folders: Iterable[Path]) -> dict[Path, Stamp]:
    """Return every content file below folders with what changes when it is written."""
    found = {}
    for folder in folders:
        for path in folder.rglob("*.yaml"):
            try:
                status = os.stat(path)
            except OSError:
                continue  # it went away between the listing and the look; the next look says so
            found[path] = (status.st_mtime_ns, status.st_size, status.st_ino)
    return found
