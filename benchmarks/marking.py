"""Marking attempts: milliseconds for each station, for a perfect attempt and for one of a hundred questions and more.

    python -m benchmarks.marking [--all]

Prints milliseconds of processor time, so that what else runs does not count, and the ratio to a fixed piece of work.
Aim: under 20 ms for one attempt. Without --all a few stations are taken, those with the most red flags among them.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from functools import partial

from benchmarks.kit import row, yardstick
from chatbot.content.library import find_protocol, load_protocol, protocols_folder
from chatbot.content.practice import station_of, stations
from chatbot.core.events import CaseOpened
from chatbot.core.practice.debrief import Placed
from chatbot.core.practice.expert import Fault, play, script
from chatbot.core.practice.marking import mark

LIMIT_MS, TIMES, FEW = 20, 30, 8
AGAIN = 20
"""Questions asked once more: with them an attempt has a hundred questions and more."""


def processor(work: Callable[[], object], times: int) -> list[float]:
    """Return seconds of processor time of each of *times* runs."""
    found = []
    for _ in range(times):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return found


def main() -> None:
    protocol, folder = load_protocol(), find_protocol(None, protocols_folder())
    all_ = [station_of(protocol, folder, each.id) for each in stations(folder)]
    all_.sort(key=lambda each: -sum(flag.state == "present" for flag in each.expected.flags))
    chosen = all_ if "--all" in sys.argv[1:] else [*all_[: FEW // 2], *all_[FEW // 2 :: len(all_) // (FEW // 2)]]
    beside, medians = yardstick(), []
    for station in chosen:
        opened = CaseOpened("bench", "practice", station.as_of, "", "", protocol.identity)
        for what, fault in (("perfect", Fault()), ("many", Fault(again=AGAIN, safety_last=True, urgency="routine"))):
            events = play(protocol, station, opened, commands=script(protocol, station, fault))
            records = [Placed(seq, seq * 1_000, event) for seq, event in enumerate(events)]
            asked = mark(protocol, station, records).questions
            found = processor(partial(mark, protocol, station, records), TIMES)
            medians.append(statistics.median(found) * 1_000)
            print(row(f"{station.name}: {what}, {asked} questions", found, beside))
    print(f"worst median {max(medians):.1f} ms, mean {statistics.mean(medians):.1f} ms; the limit is {LIMIT_MS} ms")


if __name__ == "__main__":
    main()
