"""Kill real writers at random moments and at every system call, make their calls fail, let them race.

    python campaigns/kill.py kills --runs 1000 --seed 7
    python campaigns/kill.py faults [--every 1]          needs strace
    python campaigns/kill.py races --runs 50 --seed 7
    python campaigns/kill.py power --runs 100 --seed 7   needs root and mkfs.ext4: a real file system, cut off

After every run five things must hold: every acknowledged answer is in the file; the file is sound or torn,
never corrupt; it can be resumed; it is private and nothing stray lies beside it; no answer stands there twice.
Ends with 1 when one of them did not. A small dose runs in ``tests/record/test_kill.py``.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# First even where an editable install lists it last: an installed package may bring a 'tests' of its own.
sys.path.insert(0, str(ROOT))

from chatbot.core import events as ev  # noqa: E402
from chatbot.errors import BackstoryError, LockedByAnother  # noqa: E402
from chatbot.record.disk import Disk  # noqa: E402
from chatbot.record.host import Host  # noqa: E402
from chatbot.record.read import read_transcript  # noqa: E402
from chatbot.record.store import TranscriptWriter  # noqa: E402
from tests.record import kit  # noqa: E402

CALLS = "openat,write,fdatasync,fsync,flock,linkat,rename,unlink,mkdir,fchmod,fstat,newfstatat,read,close,statfs"
ERRORS = {"write": ("ENOSPC", "EIO"), "fdatasync": ("EIO", "ENOSPC"), "fsync": ("EIO",), "openat": ("EACCES", "EMFILE")}
NEVER_FAILS = frozenset({"close"})


@dataclass
class Tally:
    """What a campaign saw."""

    runs: int = 0
    acknowledged: int = 0
    torn: int = 0
    missed: int = 0
    """Injections that hit another call than the one aimed at."""
    failures: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        missed = f", {self.missed} injections missed" if self.missed else ""
        return (
            f"{self.runs} runs, {self.acknowledged} answers acknowledged, {self.torn} torn ends, "
            f"{len(self.failures)} failures{missed}"
        )


# --- the victim -----------------------------------------------------------------------------------


def note(number: int) -> tuple[ev.Event, ...]:
    """One answer as an interview appends it, recognisable by its number."""
    return (kit.answer("remark", f"answer {number}"), kit.shown("last"))


def worker(folder: Path, first: int, count: int, disk: Disk) -> None:
    """Open or resume the only case in *folder*, append answers, print the number of each once it is saved."""
    writer: TranscriptWriter | None = None
    for attempt in range(2):
        try:
            # Not glob: it takes a folder that cannot be read for an empty one.
            paths = [folder / "test" / name for name in os.listdir(folder / "test") if name.endswith(".jsonl")]
        except FileNotFoundError:
            paths = []
        except OSError:
            continue
        try:
            if paths:
                writer = TranscriptWriter.resume(paths[0], Host(), disk=disk)[0]
            else:
                writer = TranscriptWriter.create(folder, kit.opened(), kit.PROTOCOL, Host(), disk=disk)
            break
        except BackstoryError:
            if attempt:
                return
    if writer is None:
        return
    with writer:
        for number in range(first, first + count):
            try:
                writer.append(note(number))
            except BackstoryError:
                writer.append(note(number))
            os.write(1, b"%d\n" % number)


def start(
    folder: Path, first: int, count: int, tracer: Sequence[str] = (), *, careless: bool = False
) -> subprocess.Popen[bytes]:
    """Start a victim; a careless one syncs nothing."""
    role = "careless" if careless else "worker"
    command = [*tracer, sys.executable, __file__, role, str(folder), str(first), str(count)]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


# --- the checks -----------------------------------------------------------------------------------


def check(folder: Path, acknowledged: Sequence[int], tally: Tally, what: str) -> None:
    """Apply the five checks to the only case in *folder*, resuming it."""
    tally.runs += 1
    tally.acknowledged += len(acknowledged)
    try:
        _check(folder, acknowledged, tally)
    except (AssertionError, BackstoryError, OSError) as error:
        said = error.render() if isinstance(error, BackstoryError) else repr(error)
        tally.failures.append(f"{what}: {said}")


def _check(folder: Path, acknowledged: Sequence[int], tally: Tally) -> None:
    paths = sorted((folder / "test").glob("*.jsonl"))
    if not paths:
        assert not acknowledged, "the case is gone"
        return
    assert len(paths) == 1, f"{len(paths)} files for one case"
    tally.torn += read_transcript(paths[0]).torn
    writer, _ = TranscriptWriter.resume(paths[0], Host())
    with writer:
        writer.append([ev.NoteAdded("checked")])
    found = read_transcript(paths[0], allow_torn=False)
    values = [str(event.value) for event in found.events if isinstance(event, ev.AnswerGiven)]
    numbers = [int(value.removeprefix("answer ")) for value in values]
    assert set(acknowledged) <= set(numbers), f"lost {sorted(set(acknowledged) - set(numbers))}"
    assert numbers == sorted(set(numbers)), "an answer stands twice or out of order"
    assert len(numbers) <= len(acknowledged) + tally_slack(found.events), "an answer nobody gave"
    assert stat.S_IMODE(paths[0].stat().st_mode) == 0o600, "not private"
    stray = [each.name for each in paths[0].parent.iterdir() if each != paths[0] and ".torn-" not in each.name]
    assert not stray, f"left behind: {stray}"


def tally_slack(events: Sequence[ev.Event]) -> int:
    """Answers saved but not acknowledged when their writer was killed: at most one a sitting."""
    return 1 + sum(isinstance(event, ev.NoteAdded) for event in events)


# --- campaigns ------------------------------------------------------------------------------------


def kills(runs: int, seed: int, *, sittings: int = 3) -> Tally:
    """Kill -9 at random moments, several sittings a case."""
    chance = random.Random(seed)
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="backstory-kill-") as place:
        for run in range(runs):
            folder = Path(place, str(run))
            acknowledged: list[int] = []
            for sitting in range(sittings):
                victim = start(folder, sitting * 1_000, 400)
                assert victim.stdout is not None
                for _ in range(chance.randrange(0, 120)):
                    line = victim.stdout.readline()
                    if not line:
                        break
                    acknowledged.append(int(line))
                for _ in range(chance.randrange(0, 4_000)):
                    pass
                victim.send_signal(signal.SIGKILL)
                acknowledged += [int(line) for line in victim.stdout.read().split()]
                victim.communicate()
                check(folder, acknowledged, tally, f"kill, seed {seed}, run {run}, sitting {sitting}")
            shutil.rmtree(folder, ignore_errors=True)
    return tally


def faults(every: int = 1, answers: int = 3) -> Tally:
    """Fail, and kill at, every system call on the case's files: of a new case, and of resuming a torn one."""
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="backstory-faults-") as place:
        for torn in (False, True):
            original = Path(place, f"original-{torn}")
            if torn:
                _tear(original)
            points = list(_points(Path(place), original, answers))
            for number, (call, nth) in enumerate(points):
                if number % every:
                    continue
                faults_here = [f"error={error}" for error in ERRORS.get(call, ("EIO",)) if call not in NEVER_FAILS]
                faults_here += ["retval=0"] if call == "write" else []
                for how in [f"{each}:when={nth}" for each in faults_here] + [f"signal=KILL:when={nth}"]:
                    folder = Path(place, "run")
                    _copy(original, folder)
                    log, done = _traced(folder, f"inject={call}:{how}", answers)
                    hit = [line for line in log if "(INJECTED)" in line or "+++ killed" in line]
                    tally.missed += not any(str(folder) in line or "killed" in line for line in hit)
                    check(folder, done, tally, f"{call} {how}, torn {torn}")
                    shutil.rmtree(folder, ignore_errors=True)
    return tally


def _tear(folder: Path) -> None:
    with kit.create(folder) as writer:
        writer.append([kit.shown("first")])
        writer.append([kit.shown("last")])
    data = writer.path.read_bytes()
    writer.path.write_bytes(data[:-20])


def _copy(original: Path, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    if original.exists():
        shutil.copytree(original, folder)


def _traced(folder: Path, expression: str, answers: int) -> tuple[list[str], list[int]]:
    """Run a victim under strace; return the trace and what was acknowledged."""
    log = folder.parent / "strace.log"
    tracer = ["strace", "-f", "-y", "-qq", "-o", str(log), "-e", f"trace={CALLS}", "-e", expression]
    victim = start(folder, 0, answers, tracer)
    out, _ = victim.communicate()
    return log.read_text("utf-8", "replace").splitlines(), [int(line) for line in out.split()]


def _points(place: Path, original: Path, answers: int) -> Iterator[tuple[str, int]]:
    """Yield (system call, its how-manieth) for every call of an undisturbed run that touches the case."""
    folder = place / "run"
    # The first run may still write compiled modules; the second is the one to count in.
    for _ in range(2):
        _copy(original, folder)
        log, _ = _traced(folder, "trace=all", answers)
    seen: dict[str, int] = {}
    for line in log:
        match = re.match(r"\d+\s+(\w+)\(", line)
        if match is None or match[1] not in CALLS.split(","):
            continue
        seen[match[1]] = seen.get(match[1], 0) + 1
        if str(folder) in line:
            yield match[1], seen[match[1]]


def races(runs: int, seed: int, *, processes: int = 6) -> Tally:
    """Several processes open one case at the same time, again and again: no answer is lost, none mixed up."""
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="backstory-race-") as place:
        for run in range(runs):
            folder = Path(place, str(run))
            kit.create(folder, seed=seed).close()
            if run % 2:
                path = next((folder / "test").glob("*.jsonl"))
                path.write_bytes(path.read_bytes() + b'{"actor":"torn')
            command = [sys.executable, __file__, "racer", str(folder)]
            racers = [
                subprocess.Popen([*command, str(number)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
                for number in range(processes)
            ]
            done = [int(line) for each in racers for line in each.communicate()[0].split()]
            tally.runs += 1
            tally.acknowledged += len(done)
            path = next((folder / "test").glob("*.jsonl"))
            events = read_transcript(path, allow_torn=False).events
            found = sorted(int(event.text) for event in events if isinstance(event, ev.NoteAdded))
            if found != sorted(done):
                tally.failures.append(f"race, run {run}: {len(done)} acknowledged, {len(found)} found")
            shutil.rmtree(folder)
    return tally


def racer(folder: Path, number: int, tries: int = 60) -> None:
    """Open the only case as often as possible and add one note each time."""
    path = next((folder / "test").glob("*.jsonl"))
    for attempt in range(tries):
        try:
            writer, _ = TranscriptWriter.resume(path, Host())
        except LockedByAnother:
            continue
        with writer:
            writer.append([ev.NoteAdded(str(number * 1_000 + attempt))])
        os.write(1, b"%d\n" % (number * 1_000 + attempt))


def power(runs: int, seed: int, *, careless: bool = False) -> Tally:
    """Cut a real ext4 off from its writer at random moments, and look at what a computer would find afterwards.

    The file system lies in a file in memory; a copy of that file taken while the writer is stopped holds what
    reached the disk and nothing of what did not.
    """
    chance = random.Random(seed)
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="backstory-power-", dir="/dev/shm") as name:
        place = Path(name)
        image, copy, mounted, found = place / "image", place / "copy", place / "mounted", place / "found"
        mounted.mkdir()
        found.mkdir()
        while tally.runs < runs:
            with image.open("wb") as file:
                file.truncate(64 << 20)
            subprocess.run(["mkfs.ext4", "-q", "-F", str(image)], check=True)
            subprocess.run(["mount", "-o", "loop", str(image), str(mounted)], check=True)
            try:
                victim = start(mounted / "cases", 0, 400, careless=careless)
                acknowledged: list[int] = []
                while tally.runs < runs and victim.poll() is None:
                    acknowledged += _stopped(victim, chance.randrange(1, 60))
                    shutil.copyfile(image, copy)
                    victim.send_signal(signal.SIGCONT)
                    subprocess.run(["mount", "-o", "loop", str(copy), str(found)], check=True)
                    try:
                        check(found / "cases", acknowledged, tally, f"power, seed {seed}, run {tally.runs}")
                    finally:
                        subprocess.run(["umount", str(found)], check=True)
                victim.kill()
                victim.communicate()
            finally:
                subprocess.run(["umount", str(mounted)], check=True)
    return tally


def _stopped(victim: subprocess.Popen[bytes], count: int) -> list[int]:
    """Let a victim acknowledge about *count* answers, stop it, and return all it has acknowledged."""
    assert victim.stdout is not None
    data = b""
    while data.count(b"\n") < count and (part := os.read(victim.stdout.fileno(), 64)):
        data += part
    victim.send_signal(signal.SIGSTOP)
    os.set_blocking(victim.stdout.fileno(), False)
    try:
        while part := os.read(victim.stdout.fileno(), 65_536):
            data += part
    except BlockingIOError:
        pass
    finally:
        os.set_blocking(victim.stdout.fileno(), True)
    return [int(line) for line in data.split()]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    for name, runs in (("kills", 300), ("races", 20), ("power", 100)):
        command = commands.add_parser(name)
        command.add_argument("--runs", type=int, default=runs)
        command.add_argument("--seed", type=int, default=7)
    commands.add_parser("faults").add_argument("--every", type=int, default=1)
    given = parser.parse_args(arguments)
    if given.command == "faults" and shutil.which("strace") is None:
        print("NOT RUN: strace is not installed")
        return 1
    if given.command == "power" and (os.geteuid() != 0 or shutil.which("mkfs.ext4") is None):
        print("NOT RUN: needs root and mkfs.ext4")
        return 1
    if given.command == "faults":
        tally = faults(given.every)
    elif given.command == "power":
        control = power(10, given.seed, careless=True)
        print(f"without syncs, which must fail: {control}")
        if not control.failures:
            print("this computer cannot show a loss: the campaign proves nothing here")
            return 1
        tally = power(given.runs, given.seed)
    else:
        tally = (kills if given.command == "kills" else races)(given.runs, given.seed)
    print(f"{given.command}: {tally}")
    for failure in tally.failures[:20]:
        print(f"  {failure}")
    return 1 if tally.failures else 0


if __name__ == "__main__":
    if sys.argv[1:2] in (["worker"], ["careless"]):
        chosen = Disk() if sys.argv[1] == "worker" else kit.QuickDisk()
        worker(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), chosen)
    elif sys.argv[1:2] == ["racer"]:
        racer(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        sys.exit(main())
