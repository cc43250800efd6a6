"""Kill real writers at random moments, let them race for one case, and cut their file system off.

    python -m campaigns.kill kills --runs 1000 --seed 7
    python -m campaigns.kill races --runs 50 --seed 7
    python -m campaigns.kill power --runs 300 --seed 7   needs root and mkfs.ext4: a real file system, cut off

After every run the five checks of ``campaigns.kill_kit`` must hold. Ends with 1 when one of them did not. A small
dose runs in ``tests/record/test_kill.py``. Failing and killing at every system call: ``campaigns.kill_faults``; short
writes at every byte and names that are swapped under a writer: ``campaigns.kill_limits``.
"""

from __future__ import annotations

import argparse
import getpass
import os
import platform
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# First even where an editable install lists it last: an installed package may bring a 'tests' of its own.
sys.path.insert(0, str(ROOT))

from campaigns.kill_kit import Tally, check, note  # noqa: E402
from chatbot.core import events as ev  # noqa: E402
from chatbot.errors import BackstoryError, ExitCode, LockedByAnother, StorageError  # noqa: E402
from chatbot.record.disk import Disk  # noqa: E402
from chatbot.record.host import Host  # noqa: E402
from chatbot.record.read import read_transcript  # noqa: E402
from chatbot.record.store import TranscriptWriter  # noqa: E402
from tests.record import kit  # noqa: E402

# --- the victim -----------------------------------------------------------------------------------


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


def races(runs: int, seed: int, *, processes: int = 8, tries: int = 25) -> Tally:
    """Several processes open one case at the same time, by its name and by a hard link of it, again and again.

    No answer is lost, none mixed up; whoever is refused is told who holds the case. Then one of them holds it while
    all others are refused, and is killed: the case is free at once.
    """
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="backstory-race-") as place:
        for run in range(runs):
            folder = Path(place, str(run))
            kit.create(folder, seed=seed).close()
            path = next((folder / "test").glob("*.jsonl"))
            if run % 2:
                path.write_bytes(path.read_bytes() + b'{"actor":"torn')
            tally.runs += 1
            try:
                tally.acknowledged += _race(path, processes, tries)
                _one_holds_it(folder, path, processes)
            except AssertionError as error:
                tally.failures.append(f"race, run {run}: {error}")
            shutil.rmtree(folder)
    return tally


def _race(path: Path, processes: int, tries: int) -> int:
    racers = [_racer(path, number, tries) for number in range(processes)]
    said = [line.split(b" ", 1) for each in racers for line in each.communicate()[0].splitlines()]
    done = [int(number) for kind, number in said if kind == b"ack"]
    pids = {each.pid for each in racers}
    unnamed = [text for kind, text in said if kind == b"refused" and not _names_one_of(text.decode(), pids)]
    # The holder may have let go between the refusal and the look at who holds it, but not always.
    assert len(unnamed) <= len(said) // 4, f"{len(unnamed)} of {len(said)} were not told who: {unnamed[0]!r}"
    events = read_transcript(path, allow_torn=False).events
    found = sorted(int(event.text) for event in events if isinstance(event, ev.NoteAdded))
    assert found == sorted(done), f"{len(done)} acknowledged, {len(found)} found"
    return len(done)


def _names_one_of(text: str, pids: set[int]) -> bool:
    whole = getpass.getuser() in text and platform.node() in text and "since 20" in text
    return whole and any(f"(pid {pid}, " in text for pid in pids)


def _one_holds_it(folder: Path, path: Path, processes: int) -> None:
    """One writer, all others refused with its name, by other names of the file too; killed, it is in nobody's way."""
    victim = start(folder, 0, 1_000_000)
    assert victim.stdout is not None
    victim.stdout.readline()
    linked, pointed = path.with_name("linked"), path.with_name("pointed")
    os.link(path, linked)
    pointed.symlink_to(path)
    try:
        refused = [_refusal(each) for each in [path] * (processes - 1) + [linked]]
        for error in refused:
            assert isinstance(error, LockedByAnother) and error.exit_code == ExitCode.LOCKED, f"let in: {error!r}"
            assert _names_one_of(error.message, {victim.pid}), f"not named: {error.message}"
        through = _refusal(pointed)
        assert isinstance(through, StorageError) and through.code == "F004", f"through a link: {through!r}"
    finally:
        victim.kill()
        victim.communicate()
        pointed.unlink()
        linked.unlink()
    TranscriptWriter.resume(path, Host())[0].close()


def _refusal(path: Path) -> BackstoryError | None:
    try:
        TranscriptWriter.resume(path, Host())[0].close()
    except BackstoryError as error:
        return error
    return None


def _racer(path: Path, number: int, tries: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, __file__, "racer", str(path), str(number), str(tries)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def racer(path: Path, number: int, tries: int) -> None:
    """Open the case as often as possible and add one note each time; tell what was saved and why one was refused."""
    for attempt in range(tries):
        try:
            writer, _ = TranscriptWriter.resume(path, Host())
        except LockedByAnother as error:
            os.write(1, f"refused {error.message}\n".encode())
            continue
        with writer:
            writer.append([ev.NoteAdded(str(number * 1_000 + attempt))])
        os.write(1, b"ack %d\n" % (number * 1_000 + attempt))


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
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    for name, runs in (("kills", 300), ("races", 20), ("power", 300)):
        command = commands.add_parser(name)
        command.add_argument("--runs", type=int, default=runs)
        command.add_argument("--seed", type=int, default=7)
    given = parser.parse_args(arguments)
    if given.command == "power" and (os.geteuid() != 0 or shutil.which("mkfs.ext4") is None):
        print("NOT RUN: needs root and mkfs.ext4")
        return 1
    if given.command == "power":
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
        racer(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
    else:
        sys.exit(main())
