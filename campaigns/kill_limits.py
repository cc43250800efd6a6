"""Real short writes at every byte, and names that are swapped for symbolic links under a writer.

    python -m campaigns.kill_limits shorts [--every N]
    python -m campaigns.kill_limits links --runs 10000 --seed 7

*shorts* begins a case and answers under a limit on the size of files (RLIMIT_FSIZE), once for every byte the file
comes to have: the kernel then takes part of a write and refuses the rest. The person either leaves it so, and the case
is resumed, or mends the disk and enters the answer again. *links* swaps a transcript, again and again, for a symbolic
link to a file elsewhere and for a pipe while it is opened and written: what it points to is never touched, and nobody
is held up. Ends with 1 when one of the five checks of ``campaigns.kill_kit`` did not hold.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# First even where an editable install lists it last: an installed package may bring a 'tests' of its own.
sys.path.insert(0, str(ROOT))

from campaigns.kill_kit import Tally, check, note, said_of  # noqa: E402
from chatbot.core import events as ev  # noqa: E402
from chatbot.errors import BackstoryError, NotSaved, StorageError  # noqa: E402
from chatbot.record.host import FixedHost, Host  # noqa: E402
from chatbot.record.read import read_transcript  # noqa: E402
from chatbot.record.store import TranscriptWriter  # noqa: E402
from tests.record import kit  # noqa: E402

ANSWERS = 5
"""Answers of the case that is cut short at every byte."""

MEMORY = "/dev/shm" if os.path.isdir("/dev/shm") else None
"""Syncs are not what is tried here; in memory they cost nothing."""


def _case(folder: Path, out: int, limit: int, *, mended: bool) -> None:
    """Begin a case and answer under a limit; tell the number of each answer once it is saved."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        writer = TranscriptWriter.create(folder, kit.opened(), kit.PROTOCOL, FixedHost())
    except StorageError:
        return
    for number in range(ANSWERS):
        try:
            writer.append(note(number))
        except NotSaved:
            if not mended:
                return
            resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
            writer.append(note(number))
        os.write(out, b"%d\n" % number)


def shorts(every: int = 1) -> Tally:
    """Cut the writes of a case short at every byte."""
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="backstory-shorts-", dir=MEMORY) as place:
        whole = Path(place, "whole")
        size = _told(whole, 1 << 30, tally, "without a limit", mended=False)
        assert size, "a case without a limit is whole"
        for limit in range(0, size + 2, every):
            for mended in (False, True):
                folder = Path(place, "run")
                _told(folder, limit, tally, f"cut at byte {limit}, mended {mended}", mended=mended)
                shutil.rmtree(folder, ignore_errors=True)
    return tally


def _told(folder: Path, limit: int, tally: Tally, what: str, *, mended: bool) -> int:
    """Run one case in a fork of its own and judge what it left; return how large its file was."""
    mine, its = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            _case(folder, its, limit, mended=mended)
            code = 0
        finally:
            os._exit(code)
    os.close(its)
    with os.fdopen(mine, "rb") as told:
        acknowledged = [int(line) for line in told.read().split()]
    _, status = os.waitpid(child, 0)
    if status:
        tally.failures.append(f"{what}: the writer ended with a fault")
    paths = list((folder / "test").glob("*.jsonl"))
    size = paths[0].stat().st_size if paths else 0
    check(folder, acknowledged, tally, what)
    if mended and size and len(acknowledged) != ANSWERS:
        tally.failures.append(f"{what}: mended, and yet {ANSWERS - len(acknowledged)} answers were not saved")
    return size


def links(runs: int, seed: int) -> Tally:
    """Open and write a case while somebody swaps its name for something else."""
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="backstory-links-", dir=MEMORY) as name:
        place = Path(name)
        victim = place / "victim"
        victim.write_bytes(b"somebody else's\n" * 20)
        before = victim.stat()
        kit.create(place / "cases").close()
        path = next((place / "cases" / "test").glob("*.jsonl"))
        child = os.fork()
        if child == 0:
            _swap(path, victim, seed)
        try:
            for number in range(runs):
                tally.runs += 1
                try:
                    with TranscriptWriter.resume(path, Host(), disk=kit.QuickDisk())[0] as writer:
                        writer.append([ev.NoteAdded(str(number))])
                        tally.acknowledged += 1
                        if writer.path != path:  # what has its name is somebody else's: it goes on beside it
                            os.replace(writer.path, path)
                except BackstoryError as error:
                    if error.code not in {"F002", "F004", "F012", "T001"}:
                        tally.failures.append(f"links, run {number}: {said_of(error)}")
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        after = victim.stat()
        if victim.read_bytes() != b"somebody else's\n" * 20 or before.st_mode != after.st_mode:
            tally.failures.append("what the link points to was written to")
        found = [path, *(each for each in path.parent.iterdir() if each.suffix == ".away")]
        kept = [each for each in found if each.is_file() and not each.is_symlink()]
        # Where a transcript was written anew beside it, the old file holds the earlier notes too: each by itself.
        notes = [[str(e.text) for e in read_transcript(each).events if isinstance(e, ev.NoteAdded)] for each in kept]
        if any(len(each) != len(set(each)) for each in notes):
            tally.failures.append("a note stands twice")
    return tally


def _swap(path: Path, victim: Path, seed: int) -> None:
    """Be the one who swaps, until killed."""
    chance = random.Random(seed)
    away = path.with_suffix(".away")
    try:
        while True:
            try:
                os.rename(path, away)
                if chance.random() < 0.7:
                    os.symlink(victim, path)
                else:
                    os.mkfifo(path)
                for _ in range(chance.randrange(300)):
                    pass
                if not path.is_file() or path.is_symlink():
                    os.unlink(path)
                    os.rename(away, path)
            except OSError:
                pass
            for _ in range(chance.randrange(3_000)):
                pass
    finally:
        os._exit(0)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("shorts").add_argument("--every", type=int, default=1)
    command = commands.add_parser("links")
    command.add_argument("--runs", type=int, default=10_000)
    command.add_argument("--seed", type=int, default=7)
    given = parser.parse_args(arguments)
    tally = shorts(given.every) if given.command == "shorts" else links(given.runs, given.seed)
    print(f"{given.command}: {tally}")
    for failure in tally.failures[:20]:
        print(f"  {failure}")
    return 1 if tally.failures or not tally.acknowledged else 0


if __name__ == "__main__":
    sys.exit(main())
