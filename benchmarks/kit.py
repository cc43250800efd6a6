"""What the benchmarks share: repeated timings, and a yardstick taken beside them in the same run."""

from __future__ import annotations

import hashlib
import statistics
import time
from collections.abc import Callable


def timings(work: Callable[[], object], times: int) -> list[float]:
    """Return seconds of each of *times* runs."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return found


def yardstick() -> float:
    """Median seconds of a fixed piece of pure Python and hashing: what this machine does just now."""

    def work() -> None:
        total = 0
        for number in range(20_000):
            total += number * number % 7
        hashlib.sha256(b"x" * 100_000).hexdigest()

    return statistics.median(timings(work, 30))


def row(what: str, found: list[float], beside: float, unit: str = "ms") -> str:
    """Return a line: median, 95th percentile, noise, and the ratio to what was measured beside it."""
    factor = 1e6 if unit == "µs" else 1e3
    ordered = sorted(found)
    median, late = statistics.median(found), ordered[int(len(ordered) * 0.95) - 1]
    spread = (ordered[int(len(ordered) * 0.75)] - ordered[int(len(ordered) * 0.25)]) / median
    return (
        f"{what:52} median {median * factor:9.1f} {unit}  p95 {late * factor:9.1f} {unit}  "
        f"spread {spread:4.0%}  ratio {median / beside:6.2f}"
    )
