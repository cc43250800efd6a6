"""Fail, cut short, and kill at every system call of what people do with a case.

    python -m campaigns.kill_faults --progress DONE.jsonl [--processes 2] [--every N] [--only NAME]    needs strace

The scenarios are in ``campaigns.kill_scenarios``. A victim is a fork of this process, so that it starts at once and
every call it makes is of the scenario; a tracer takes hold of it before its first step. Each call that touches the
case fails in every way the system may fail it, once and from then on; is interrupted; writes less than it was asked,
or nothing, and says so wrongly; is the last one before kill -9. What was done already is in the file *DONE.jsonl*, and
not done again while the program stays the same. Ends with 1 when anything failed or nothing was hit.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
# First even where an editable install lists it last: an installed package may bring a 'tests' of its own.
sys.path.insert(0, str(ROOT))

from campaigns.kill_kit import said_of  # noqa: E402
from campaigns.kill_scenarios import SCENARIOS, Scenario, Teller, Told  # noqa: E402
from chatbot.errors import BackstoryError  # noqa: E402

_FULL = ("ENOSPC", "EDQUOT", "EIO", "EROFS")

ERRORS: dict[str, tuple[str, ...]] = {
    "openat": (*_FULL, "EACCES", "EMFILE"),
    "write": (*_FULL, "EFBIG"),
    "ftruncate": ("EIO", "EROFS"),
    "fdatasync": _FULL,
    "fsync": _FULL,
    "linkat": (*_FULL, "EACCES", "EPERM"),
    "rename": (*_FULL, "EACCES"),
    "unlink": ("EIO", "EROFS", "EACCES"),
    "mkdir": (*_FULL, "EACCES"),
    "chmod": ("EIO", "EROFS", "EPERM"),
    "fchmod": ("EIO", "EROFS", "EPERM"),
    "flock": ("EIO", "ENOLCK"),
    "fstat": ("EIO",),
    "newfstatat": ("EIO", "EACCES"),
    "read": ("EIO",),
    "getdents64": ("EIO",),
    "statfs": ("EIO",),
    "close": ("EIO",),
}
"""Every call a case is touched by, and how the system may fail it."""

INTERRUPTIBLE = frozenset({"openat", "write", "fdatasync", "fsync", "flock", "read"})
"""Calls a signal may interrupt; interrupted for ever they would be tried for ever, so that is done once."""

SHORT = ("retval=0", "retval=1", "retval=100")
"""A write that took so many bytes and says so, though it took none: the next look at the file must find it out."""

PATIENCE = 60
"""Seconds after which a victim counts as hanging."""


@dataclass(frozen=True)
class Point:
    """One system call of an undisturbed run."""

    call: str
    nth: int

    def ways(self) -> Iterator[str]:
        """Yield every way in which it is disturbed, as strace spells it."""
        for error in ERRORS[self.call]:
            yield f"error={error}:when={self.nth}"
            yield f"error={error}:when={self.nth}+"
        if self.call in INTERRUPTIBLE:
            yield f"error=EINTR:when={self.nth}"
        if self.call == "write":
            yield from (f"{each}:when={self.nth}" for each in SHORT)
        yield f"signal=KILL:when={self.nth}"


# --- one victim -----------------------------------------------------------------------------------


def victim(scenario: Scenario, folder: Path, expression: str) -> tuple[list[str], Told]:
    """Run a scenario in a process of its own under strace; return the trace and what it told."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        ours.close()
        _live(scenario, folder, theirs)
    theirs.close()
    log = folder.with_name(f"{folder.name}.strace")
    tracing = ["-e", f"trace={','.join(ERRORS)}", *(["-e", f"inject={expression}"] if expression else [])]
    tracer = subprocess.Popen(["strace", "-y", "-o", str(log), *tracing, "-p", str(pid)], stderr=subprocess.PIPE)
    assert tracer.stderr is not None
    said = tracer.stderr.readline()
    if b"attached" not in said:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        raise RuntimeError(f"strace cannot look at a process here: {said.decode(errors='replace').strip()}")
    ours.settimeout(PATIENCE)
    lines = bytearray()
    try:
        ours.sendall(b"go")
        while part := ours.recv(65_536):
            lines += part
    except TimeoutError:
        os.kill(pid, signal.SIGKILL)
        lines += b'["fault","it hangs"]\n'
    os.waitpid(pid, 0)
    tracer.communicate()
    ours.close()
    # A killed victim may have been killed in the middle of a line only if it told more than a socket holds.
    return log.read_text("utf-8", "replace").splitlines(), Told.of(bytes(lines))


def _live(scenario: Scenario, folder: Path, out: socket.socket) -> None:
    """Be a victim: wait until the tracer looks, do what the scenario says, and end without looking back."""
    teller = Teller(out)
    try:
        ctypes.CDLL(None).prctl(0x59616D61, ctypes.c_ulong(-1), 0, 0, 0)  # let the tracer look, where Yama asks
        out.recv(2)
        try:
            scenario.script(folder, teller)
        except BackstoryError:
            pass  # told already
        except BaseException as error:
            teller.say("fault", repr(error))
        teller.say("end")
    finally:
        os._exit(0)


def points(scenario: Scenario, original: Path, place: Path) -> list[Point]:
    """Return every call of an undisturbed run that touches the case."""
    folder = place / "quiet"
    shutil.copytree(original, folder)
    log, told = victim(scenario, folder, "")
    assert told.ended and len(told.acknowledged) == scenario.steps and not told.fault, f"{scenario.name}: {told}"
    scenario.judge(folder, told)
    seen: Counter[str] = Counter()
    found = []
    for line in log:
        match = re.match(r"(\w+)\(", line)
        if match is None or match[1] not in ERRORS:
            continue
        seen[match[1]] += 1
        if str(folder) in line:
            found.append(Point(match[1], seen[match[1]]))
    shutil.rmtree(folder)
    return found


# --- the campaign ---------------------------------------------------------------------------------


@dataclass
class Work:
    """One injection still to be done."""

    scenario: Scenario
    original: Path
    point: Point
    how: str

    @property
    def key(self) -> str:
        return f"{self.scenario.name} {self.point.call} {self.how}"


def inject(work: Work, place: Path) -> dict[str, Any]:
    """Do one injection; return what came of it."""
    folder = place / "run"
    shutil.copytree(work.original, folder)
    found: dict[str, Any] = {"key": work.key, "scenario": work.scenario.name, "failure": ""}
    try:
        log, told = victim(work.scenario, folder, f"{work.point.call}:{work.how}")
        hit = [line for line in log if "(INJECTED)" in line or "+++ killed" in line]
        found["hit"] = any(str(folder) in line or "killed" in line for line in hit)
        found["acknowledged"] = len(told.acknowledged)
        found["refused"], found["noticed"] = len(told.refusals), len(told.notices)
        try:
            found["torn"] = work.scenario.judge(folder, told)
        except (AssertionError, BackstoryError, OSError) as error:
            found["failure"] = said_of(error)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return found


def everything(place: Path, only: str = "") -> list[Work]:
    """Return every injection, in the order of scenarios and calls."""
    found = []
    for scenario in SCENARIOS:
        if only and scenario.name != only:
            continue
        original = place / f"original-{scenario.name}"
        scenario.prepare(original)
        found += [Work(scenario, original, at, how) for at in points(scenario, original, place) for how in at.ways()]
    return found


@cache
def fingerprint() -> str:
    """Return what the results hold for: the program that keeps cases, and this campaign."""
    files = [*(ROOT / "chatbot" / "record").glob("*.py"), ROOT / "chatbot" / "interview.py"]
    files += [ROOT / "chatbot" / "export_command.py", *(ROOT / "campaigns").glob("kill_*.py")]
    return hashlib.sha256(b"".join(each.read_bytes() for each in sorted(files))).hexdigest()[:16]


def kept(progress: Path) -> dict[str, dict[str, Any]]:
    """Return what was done already under this very program, by key; begins the file anew under another one."""
    lines = progress.read_text().splitlines() if progress.exists() else []
    if not lines or json.loads(lines[0]) != {"program": fingerprint()}:
        progress.write_text(json.dumps({"program": fingerprint()}) + "\n")
        return {}
    return {found["key"]: found for found in map(json.loads, lines[1:])}


def campaign(progress: Path, *, every: int = 1, only: str = "", processes: int = 2) -> list[dict[str, Any]]:
    """Do what is not done yet, in several processes; return what came of each injection, the earlier ones too."""
    os.umask(0o077)
    with tempfile.TemporaryDirectory(prefix="backstory-faults-") as name:
        place = Path(name)
        fingerprint()  # what is loaded now, whatever is edited meanwhile
        work = everything(place, only)[::every]
        done = kept(progress)
        left = [each for each in work if each.key not in done]
        print(f"{len(work)} injections, {len(work) - len(left)} done before", flush=True)
        children = []
        for number in range(processes):
            # Forked before anything is done: each has its own share, and both add whole lines to one file.
            if (child := os.fork()) == 0:
                _share(left[number::processes], place / str(number), progress)
            children.append(child)
        for child in children:
            os.waitpid(child, 0)
        done = kept(progress)
        return [done[each.key] for each in work if each.key in done]


def _share(work: Sequence[Work], place: Path, progress: Path) -> None:
    try:
        place.mkdir()
        out = os.open(progress, os.O_WRONLY | os.O_APPEND)
        for each in work:
            os.write(out, json.dumps(inject(each, place)).encode() + b"\n")
    except BaseException as error:
        print(f"the share ended: {error!r}", file=sys.stderr, flush=True)
    finally:
        os._exit(0)


def report(found: Sequence[dict[str, Any]]) -> list[str]:
    """Return the figures, scenario by scenario, and every failure; ends with a line for all of them."""
    rows = []
    for name in [*dict.fromkeys(each["scenario"] for each in found), ""]:
        those = [each for each in found if not name or each["scenario"] == name]
        total = Counter[str]()
        for each in those:
            total["hit"] += bool(each.get("hit"))
            total["failed"] += bool(each["failure"])
            for what in ("acknowledged", "refused", "noticed", "torn"):
                total[what] += each.get(what, 0)
        rows.append(
            f"{name or 'all':8} {len(those):5} injections, {total['hit']} hit the case, {total['acknowledged']} "
            f"acknowledged, {total['refused']} refusals and {total['noticed']} notices shown, "
            f"{total['torn']} torn ends recovered, {total['failed']} failures"
        )
    return [*rows, *(f"  {each['key']}: {each['failure']}" for each in found if each["failure"])]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--progress", type=Path, required=True, help="file of what is done already")
    parser.add_argument("--every", type=int, default=1, help="every so many-th injection only")
    parser.add_argument("--only", default="", choices=["", *(each.name for each in SCENARIOS)])
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args(arguments)
    if shutil.which("strace") is None:
        print("NOT RUN: strace is not installed")
        return 1
    found = campaign(given.progress, every=given.every, only=given.only, processes=given.processes)
    print("\n".join(report(found)))
    return 1 if not found or any(each["failure"] for each in found) else 0


if __name__ == "__main__":
    sys.exit(main())
