"""Reading, checking and replaying transcripts of 150 answers: what each step costs beside the one below it.

    python -m benchmarks.audit [--cases N] [--answers N]

Every step is measured in processor time, in turns with the others, on the same cases: best of five, in milliseconds.
The floor is reading the bytes, ``json.loads`` of every line and SHA-256 over it. Aims: the chain in at most twice the
floor; with every record spelled anew and compared, at most three times; the whole replay (chain, kept protocol, every
event, every plan built again) at 150 cases a second and core. Ends with 1 when one of these is missed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.interviews import Vignettes
from benchmarks.kit import yardstick
from chatbot.content.library import find_protocol, load_bundle, load_protocol, protocols_folder
from chatbot.core.plan import build_plan, digest_of_plan, plan_digest
from chatbot.record import recovery
from chatbot.record.read import read_bytes, read_transcript
from chatbot.record.replay import KeptProtocols, replay, verify

TIMES = 5
ANSWERS = frozenset({"answer.given", "answer.corrected", "answer.carried"})
CHAIN, STRICT, CASES_A_SECOND = 2.0, 3.0, 150.0


def floor(path: Path) -> None:
    """Read, parse and hash the lines of a file, and hold nothing against anything."""
    for line in path.read_bytes().splitlines():
        json.loads(line)
        hashlib.sha256(line).hexdigest()


def measured(work: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return the best processor seconds of each of several pieces of work, which take turns."""
    best = dict.fromkeys(work, float("inf"))
    for _ in range(TIMES):
        for name, each in work.items():
            start = time.process_time()
            each()
            best[name] = min(best[name], time.process_time() - start)
    return best


def once(paths: list[Path], kept: KeptProtocols) -> float:
    """Return the processor seconds a case takes that was never read before, after as many others were.

    What is remembered between cases helps less here than in the best of five on the same cases.
    """
    half = len(paths) // 2
    for path in paths[:half]:
        verify(path, load_bundle, kept=kept)
    start = time.process_time()
    for path in paths[half:]:
        verify(path, load_bundle, kept=kept)
    return (time.process_time() - start) / (len(paths) - half)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cases", type=int, default=24)
    options.add_argument("--answers", type=int, default=150)
    given = options.parse_args()
    protocol = load_protocol()
    with tempfile.TemporaryDirectory() as folder:
        vignettes = Vignettes(protocol, find_protocol(None, protocols_folder()))
        paths = list(vignettes.write(Path(folder), given.answers, given.cases))
        return report(paths)


def report(paths: list[Path]) -> int:
    """Measure and print; 1 when an aim is missed."""
    kept = KeptProtocols(load_bundle)
    unseen = once(paths, kept)
    transcripts = [read_transcript(path) for path in paths]
    protocol = kept(transcripts[0])
    cases = [replay(each, protocol)[0] for each in transcripts]
    plans = [build_plan(protocol, case) for case in cases]
    answers = sum(event.type in ANSWERS for each in transcripts for event in each.events)
    size = sum(path.stat().st_size for path in paths)
    print(
        f"{len(paths)} cases of {answers / len(paths):.0f} answers, "
        f"{sum(each.records for each in transcripts) / len(paths):.0f} records, {size / len(paths) / 1e3:.0f} kB each"
    )
    beside = min(yardstick() for _ in range(TIMES))
    found = measured(
        {
            "floor: read, parse, hash": lambda: [floor(path) for path in paths],
            "chain": lambda: [recovery.walk(read_bytes(path), strict=False) for path in paths],
            "chain, spelled anew": lambda: [recovery.walk(read_bytes(path)) for path in paths],
            "transcript with its events": lambda: [read_transcript(path) for path in paths],
            "replay of what was read": lambda: [replay(each, protocol) for each in transcripts],
            "  of that: plan and digest": lambda: [digest_of_plan(protocol, case) for case in cases],
            "a plan alone": lambda: [build_plan(protocol, case) for case in cases],
            "its digest, spelled whole": lambda: [plan_digest(plan) for plan in plans],
            "full replay": lambda: [verify(path, load_bundle, kept=kept) for path in paths],
        }
    )
    base = found["floor: read, parse, hash"]
    for name, seconds in found.items():
        print(f"{name:28} {seconds / len(paths) * 1e3:8.2f} ms a case   {seconds / base:6.2f} × the floor")
    print(
        f"full replay of cases not seen before, once: {unseen * 1e3:.2f} ms a case   {unseen * len(paths) / base:.2f} ×"
    )
    rate = len(paths) / found["full replay"]
    yardsticks = found["full replay"] / len(paths) / beside
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"full replay: {rate:.0f} cases a second and core; a case takes {yardsticks:.2f} yardsticks")
    print(f"yardstick {beside * 1e3:.2f} ms; most memory {memory:.0f} MiB")
    aims = (
        ("chain", found["chain"] / base <= CHAIN),
        ("chain, spelled anew", found["chain, spelled anew"] / base <= STRICT),
        ("full replay", rate >= CASES_A_SECOND),
    )
    for name, met in aims:
        print(f"{name}: {'met' if met else 'MISSED'}")
    return 0 if all(met for _, met in aims) else 1


if __name__ == "__main__":
    sys.exit(main())
