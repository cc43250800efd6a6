"""Damage transcripts in every way we know, and count what goes unnoticed.

    python campaigns/damage.py --runs 10000 --seed 7

Truncations, flipped bits anywhere and in the last record, structural edits, and attacks by someone who knows
the format and computes every hash anew. The last, and cuts of an open case at the end of a record, no chain can
show: they are counted against the head kept elsewhere, which must show all of them. Every verdict is compared
with that of a second verifier. Ends with 1 when anything went unnoticed or the two disagree. A small dose runs
in ``tests/record/test_recovery.py``.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# First even where an editable install lists it last: an installed package may bring a 'tests' of its own.
sys.path.insert(0, str(ROOT))

from chatbot.core import events as ev  # noqa: E402
from chatbot.record import chain  # noqa: E402
from chatbot.record.codec import canonical  # noqa: E402
from chatbot.record.recovery import examine  # noqa: E402
from tests.record import kit  # noqa: E402
from tests.record.second_opinion import judge  # noqa: E402

Damaging = Callable[[bytes, random.Random], bytes]


@dataclass
class Count:
    """What became of one way of damaging."""

    runs: int = 0
    corrupt: int = 0
    torn: int = 0
    sound: int = 0
    head_changed: int = 0
    """Of those judged sound: shown by a head kept elsewhere."""
    disagreements: list[str] = field(default_factory=list)


def truncated(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) - 1)]


def flipped(data: bytes, chance: random.Random, start: int = 0) -> bytes:
    place = chance.randrange(start, len(data))
    return data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :]


def flipped_in_last(data: bytes, chance: random.Random) -> bytes:
    return flipped(data, chance, data[:-1].rindex(b"\n") + 1)


def overwritten(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data))
    length = min(len(data) - start, chance.choice((1, 16, 512, 4096)))
    filling = chance.choice((bytes(length), b"\xff" * length, chance.randbytes(length)))
    changed = data[:start] + filling + data[start + length :]
    return changed if changed != data else flipped(data, chance)


def restructured(data: bytes, chance: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    first, second = sorted(chance.sample(range(len(lines)), 2))
    match chance.randrange(6):
        case 0:
            del lines[first]
        case 1:
            lines[first], lines[second] = lines[second], lines[first]
        case 2:
            lines.insert(second, lines[first])
        case 3:
            del lines[first:second]
        case 4:
            lines[second] = lines[second].replace(b'"no"', b'"yes"').replace(b'"seq":', b'"seq":1')
        case 5:
            lines.insert(second, b"\n")
    return b"".join(lines)


def spliced(data: bytes, chance: random.Random) -> bytes:
    """The beginning of one case and the end of another."""
    lines, other = data.splitlines(keepends=True), OTHER.splitlines(keepends=True)
    cut = chance.randrange(1, min(len(lines), len(other)) - 1)
    return b"".join(lines[:cut] + other[cut:])


def rechained(data: bytes, chance: random.Random) -> bytes:
    """One answer changed, every hash after it computed anew."""
    records = [json.loads(line) for line in data.splitlines()]
    answers = [record for record in records if record["type"] == "answer.given"]
    chosen = chance.choice(answers)
    chosen["data"]["value"] = "yes" if chosen["data"]["value"] == "no" else "no"
    prev, lines = chain.GENESIS, []
    for record in records:
        del record["~h"]
        record["prev"] = prev
        line, prev = chain.seal(canonical(record))
        lines.append(line + b"\n")
    return b"".join(lines)


def cut_at_record(data: bytes, chance: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    return b"".join(lines[: chance.randrange(1, len(lines))])


SHOWN_BY_CHAIN: dict[str, Damaging] = {
    "flips": flipped,
    "flips in the last record": flipped_in_last,
    "overwritten": overwritten,
    "structure": restructured,
    "splices": spliced,
}

SHOWN_BY_HEAD: dict[str, Damaging] = {
    "truncations": truncated,
    "cuts at a record": cut_at_record,
    "hashes anew": rechained,
}


def written(signed: bool, seed: int) -> bytes:
    with tempfile.TemporaryDirectory(prefix="backstory-damage-") as folder:
        end: tuple[tuple[ev.Event, ...], ...] = ((ev.CaseSigned("0" * 64),),) if signed else ()
        return kit.written(Path(folder), (*kit.STEPS, *end), seed=seed).read_bytes()


OTHER = written(False, 99)


def campaign(name: str, damaging: Damaging, runs: int, seed: int) -> Count:
    """Damage a case again and again, open and signed in turn."""
    chance = random.Random(f"{seed}/{name}")
    originals = [written(False, seed), written(True, seed)]
    heads = [examine(data).head for data in originals]
    count = Count()
    for run in range(runs):
        data = damaging(originals[run % 2], chance)
        found = examine(data)
        damage = found.damage
        ours = ("sound", 0) if damage is None else ("torn" if damage.torn else "corrupt", damage.line)
        count.runs += 1
        setattr(count, ours[0], getattr(count, ours[0]) + 1)
        count.head_changed += ours[0] == "sound" and found.head != heads[run % 2]
        if ours != judge(data):
            count.disagreements.append(f"run {run}: {ours} against {judge(data)}")
    return count


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    failed = False
    for name, damaging in {**SHOWN_BY_CHAIN, **SHOWN_BY_HEAD}.items():
        count = campaign(name, damaging, given.runs, given.seed)
        unnoticed = count.sound if name in SHOWN_BY_CHAIN else count.sound - count.head_changed
        failed = failed or unnoticed > 0 or bool(count.disagreements)
        print(
            f"{name}: {count.runs} runs: {count.corrupt} corrupt, {count.torn} torn, {count.sound} sound to the chain, "
            f"of these {count.head_changed} shown by the head; {unnoticed} unnoticed, "
            f"{len(count.disagreements)} disagreements"
        )
        for each in count.disagreements[:5]:
            print(f"  {each}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
