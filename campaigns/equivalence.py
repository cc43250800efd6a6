"""Do the formulas the proofs stand on say what the engine says? On thousands of interviews, half of them at the edges.

    python -m campaigns.equivalence [--protocol NAME ...] [--interviews N] [--seed N]

Half of the interviews of each protocol are drawn by chance. The other half are drawn by the solver: each way that a
question, finding, flag, guard, rule, hypothesis, conflict, urgency or scope may come out, in turn, the rest wandering.
Ends with 1 when engine and formulas see one of them differently, or the solver does not decide a way.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from random import Random

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


def by_chance(protocol: Protocol, count: int, random: Random) -> Iterator[tuple[str, Case]]:
    """Yield interviews with answers drawn by chance."""
    for number in range(count):
        yield f"by chance {number}", random_interview(protocol, AS_OF, random)


def at_edges(protocol: Protocol, count: int, random: Random, found: Counter[str]) -> Iterator[tuple[str, Case]]:
    """Yield interviews the solver drew for one way after the other; each round wanders elsewhere."""
    model = Model(protocol, AS_OF)
    model.build()
    open_ways = list(ways(model))
    while open_ways and count > 0:
        search = Search(model, seed=random.randrange(1_000), wander=True)
        random.shuffle(open_ways)
        for way in list(open_ways):
            interview = search.find(way.formula)
            name = " ".join(filter(None, way[:3]))
            if isinstance(interview, Interview):
                yield name, interview.case(model)
                count -= 1
            elif interview is Unsettled.NONE:
                found["ways that no interview takes, proved"] += 1
                open_ways.remove(way)
            else:
                found["ways not decided"] += 1
                print(f"not decided: {name}")
            if count <= 0:
                return


def campaign(protocol: Protocol, count: int, seed: int) -> Counter[str]:
    """Compare so many interviews of one protocol, and print every difference."""
    both_sides, random, found = Agreement(protocol, AS_OF), Random(seed), Counter[str]()
    sources = {
        "by chance": by_chance(protocol, count - count // 2, random),
        "at edges": at_edges(protocol, count // 2, random, found),
    }
    for source, interviews in sources.items():
        for name, case in interviews:
            found[f"interviews {source}"] += 1
            for line in both_sides.disagreements(case):
                found["differences"] += 1
                print(f"{protocol.id}, {name}: {line}")
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
        fine = fine and not found["differences"] and not found["ways not decided"]
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
