"""An audit at scale: memory against the number of cases, two workers against one, tables against counts.

    python -m benchmarks.bulk [--few 1000] [--many 20000] [--answers 60] [--sample 400] [--rounds 5] [--cases FOLDER]

Writes synthetic cases into a folder of its own (or takes those in FOLDER). Memory is the most that parent and worker
have held, each audit in a process of its own; the two lines should say the same. The ratio of two workers to one is
that of the best of several rounds, taken in turns: a busy machine shows in it, so run it alone. Aim: 1.5.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from chatbot.audit.bulk import Engine
from chatbot.audit.find import find_cases
from chatbot.audit.tables import COLUMNS
from chatbot.audit.tally import Tally
from chatbot.audit.work import Wanted


def one(folder: Path, jobs: int, *, tables: bool = False) -> dict[str, float]:
    """Audit a folder in this process and its workers; return seconds, cases, and KiB of parent and worker."""
    began, cpu = time.perf_counter(), time.process_time()
    cases, tally = find_cases(folder, ("clinical",)), Tally()
    engine = Engine(Wanted(tables=frozenset(COLUMNS) if tables else frozenset()), jobs)
    for done in engine.run(cases):
        tally.add(done.row)
    assert tally.files == len(cases) and set(tally.verdicts) <= {"VALID-OPEN", "VALID-CLOSED"}
    return {
        "seconds": time.perf_counter() - began,
        "parent_cpu": time.process_time() - cpu,
        "cases": len(cases),
        "parent": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        "worker": engine.worker_kib,
    }


def measured(folder: Path, jobs: int, what: str = "counts") -> dict[str, float]:
    """Audit a folder in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.bulk", "--one", str(folder), str(jobs), what]
    found: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found


def part_of(folder: Path, count: int, place: Path) -> Path:
    """Return a folder with the first *count* cases of another, by hard links."""
    made = place / f"first-{count}"
    for name, files in (
        ("clinical", sorted((folder / "clinical").iterdir())[:count]),
        ("protocols", sorted((folder / "protocols").iterdir())),
    ):
        (made / name).mkdir(parents=True)
        for file in files:
            os.link(file, made / name / file.name)
    return made


def told(what: str, found: dict[str, float]) -> str:
    speed = found["cases"] / found["seconds"]
    return (
        f"{what:34} {found['cases']:7.0f} cases  {found['seconds']:7.1f} s  {speed:7.1f} cases/s  "
        f"parent {found['parent'] / 1024:6.1f} MiB  worker {found['worker'] / 1024:6.1f} MiB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--few", type=int, default=1_000)
    parser.add_argument("--many", type=int, default=20_000)
    parser.add_argument("--answers", type=int, default=60)
    parser.add_argument("--sample", type=int, default=400, help="cases of a round of one against two workers")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cases", type=Path, help="a folder with at least --many cases")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        folder, jobs, what = options.one
        print(json.dumps(one(Path(folder), int(jobs), tables=what == "tables")))
        return
    # Beside the cases where they are given: hard links do not cross file systems.
    with tempfile.TemporaryDirectory(dir=None if options.cases is None else options.cases.parent) as temporary:
        place = Path(temporary)
        folder = options.cases or place / "all"
        if options.cases is None:
            from campaigns.cases_at_scale import write_cases

            for _ in write_cases(folder, options.many, 7, answers=options.answers):
                pass
        sample = part_of(folder, options.sample, place)
        best = {1: float("inf"), 2: float("inf")}
        for _ in range(options.rounds):
            for jobs in best:
                best[jobs] = min(best[jobs], measured(sample, jobs)["seconds"])
        speeds = {jobs: options.sample / seconds for jobs, seconds in best.items()}
        print(
            f"two workers against one, best of {options.rounds}: {speeds[2]:.1f} / {speeds[1]:.1f} cases/s, "
            f"ratio {best[1] / best[2]:.2f}"
        )
        print(told("with all tables, 2 workers", measured(sample, 2, "tables")))
        few = measured(part_of(folder, options.few, place), 2)
        print(told("few", few))
        many = measured(part_of(folder, options.many, place), 2)
        print(told("many", many))
        print(
            f"memory, many against few: parent {many['parent'] / few['parent']:.2f}, "
            f"worker {many['worker'] / few['worker']:.2f}"
        )
        size = sum(file.stat().st_size for file in (folder / "clinical").iterdir()) / len(
            list((folder / "clinical").iterdir())
        )
        hours = 1e6 / (many["cases"] / many["seconds"]) / 3600
        print(
            f"a million of these ({size / 1024:.0f} KiB each): {hours:.1f} hours of two cores, {size / 1e3:.0f} GB read"
        )


if __name__ == "__main__":
    main()
