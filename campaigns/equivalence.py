"""Do the formulas the proofs stand on say what the engine says? On thousands of interviews, half of them at the edges.

    python -m campaigns.equivalence [--protocol NAME ...] [--interviews N] [--seed N]

Half of the interviews of each protocol are drawn by chance. The other half are drawn by the solver: each way that a
question, finding, flag, guard, rule, hypothesis, conflict, urgency or scope may come out, in turn, the rest wandering.
Ends with 1 when engine and formulas see one of them differently, the solver does not decide a way, or it drew less than
half of what it should. A solver that does not come back is ended, and the rest is drawn by chance.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.queues import Queue
from pathlib import Path
from queue import Empty
from random import Random
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from chatbot.content.library import load_protocol, protocol_names, protocols_folder  # noqa: E402
from chatbot.core.case import Case  # noqa: E402
from chatbot.core.protocol import Protocol  # noqa: E402
from chatbot.proof.agreement import Agreement  # noqa: E402
from chatbot.proof.interviews import Interview, Search, Unsettled  # noqa: E402
from chatbot.proof.model import Model  # noqa: E402
from chatbot.proof.outcomes import ways  # noqa: E402
from tests.random_answers import random_interview  # noqa: E402

AS_OF = datetime(2026, 3, 15, 10, 30)
SEED, INTERVIEWS = 20260315, 1_000
WANDERING_SECONDS = 2

DRAWERS = 2
"""Processes in which the solver draws."""

PATIENCE = 600
"""Seconds without an interview after which the solver is taken to be lost."""

Drawn = tuple[Any, Interview | None]
"""An interview with what it was drawn for; at the end of a process its counts and None."""


def by_chance(protocol: Protocol, count: int, random: Random) -> Iterator[tuple[str, Case]]:
    """Yield interviews with answers drawn by chance."""
    for number in range(count):
        yield f"by chance {number}", random_interview(protocol, AS_OF, random)


def draw(name: str, part: int, count: int, seed: int, drawn: Queue[Drawn]) -> None:
    """In a process of its own: let the solver draw interviews for one way after the other, wandering in each round.

    *part*: which of the parts of all ways is drawn from. Ends with None for an interview.
    """
    protocol, random, found = load_protocol(name), Random(seed), Counter[str]()
    model = Model(protocol, AS_OF)
    model.build()
    open_ways, steady = list(ways(model))[part::DRAWERS], Search(model)
    while open_ways and count > 0:
        search = Search(model, seconds=WANDERING_SECONDS, seed=random.randrange(1_000), wander=True)
        random.shuffle(open_ways)
        for way in open_ways[:count]:
            interview = search.find(way.formula)
            if interview is Unsettled.UNDECIDED:
                # A search that wanders may lose itself; what matters is that the way is taken or proved closed.
                interview = steady.find(way.formula)
            title = " ".join(filter(None, way[:3]))
            if isinstance(interview, Interview):
                drawn.put((title, interview))
                count -= 1
            elif interview is Unsettled.NONE:
                found["ways that no interview takes, proved"] += 1
                open_ways.remove(way)
            else:
                found["ways not decided"] += 1
                print(f"not decided: {title}")
    drawn.put((found, None))


def at_edges(model: Model, count: int, random: Random, found: Counter[str]) -> Iterator[tuple[str, Case]]:
    """Yield interviews the solver drew, in processes that are ended when one of them does not come back."""
    processes, drawn = get_context("spawn"), get_context("spawn").Queue()
    drawers = []
    for part in range(DRAWERS):
        own = count // DRAWERS + (part < count % DRAWERS)
        drawers.append(processes.Process(target=draw, args=(model.protocol.id, part, own, random.random(), drawn)))
        drawers[-1].start()
    at_work = DRAWERS
    try:
        while at_work:
            title, interview = drawn.get(timeout=PATIENCE)
            if interview is None:
                at_work -= 1
                found.update(title)
            else:
                yield title, interview.case(model)
    except Empty:
        found["processes given up: the solver did not come back"] += at_work
    finally:
        for each in drawers:
            each.kill()
            each.join()


def campaign(protocol: Protocol, count: int, seed: int) -> Counter[str]:
    """Compare so many interviews of one protocol, and print every difference.

    What the solver does not draw is drawn by chance, and the line says so.
    """
    both_sides, random, found = Agreement(protocol, AS_OF), Random(seed), Counter[str]()

    def compare(source: str, interviews: Iterator[tuple[str, Case]]) -> None:
        for name, case in interviews:
            found[f"interviews {source}"] += 1
            for line in both_sides.disagreements(case):
                found["differences"] += 1
                print(f"{protocol.id}, {name}: {line}")

    compare("at edges", at_edges(both_sides.model, count // 2, random, found))
    compare("by chance", by_chance(protocol, count - found["interviews at edges"], random))
    return found


def main() -> int:
    """Run the campaign; 0 when both sides say the same of every interview."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--protocol", action="append", help="default: every protocol that is shipped")
    parser.add_argument("--interviews", type=int, default=INTERVIEWS)
    parser.add_argument("--seed", type=int, default=SEED)
    arguments = parser.parse_args()
    fine = True
    for name in arguments.protocol or protocol_names(protocols_folder(None)):
        found = campaign(load_protocol(name), arguments.interviews, arguments.seed)
        print(f"{name}: " + ", ".join(f"{count} {what}" for what, count in sorted(found.items())))
        drawn_enough = 4 * found["interviews at edges"] >= arguments.interviews
        fine = fine and drawn_enough and not found["differences"] and not found["ways not decided"]
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
