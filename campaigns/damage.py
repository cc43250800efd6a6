"""Damage transcripts in every way we know, and count what goes unnoticed.

    python campaigns/damage.py --runs 5000 --seed 7

Eight ways that a chain shows: truncations, flipped bits anywhere and in the last record, overwriting, and lines
swapped, deleted, doubled, or taken from another case. Four that it cannot show, by somebody who knows the format: every
hash computed anew, an open case cut at the end of a record, a file deleted, a file put in the place of another. These
are held against the register of cases and against a signed checkpoint, which must each show all of them; without either
every one must be reported as unanchored. Every verdict on a file is compared with that of the second verifier,
``docs/verify_transcript.py``. Ends with 1 when anything went unnoticed or the two disagree. A small dose runs in
``tests/record/test_damage.py``.
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
from chatbot.record import anchoring, chain  # noqa: E402
from chatbot.record.checkpoint import Trusted, check, files_of  # noqa: E402
from chatbot.record.codec import canonical  # noqa: E402
from chatbot.record.disk import Disk  # noqa: E402
from chatbot.record.notes import new_signer  # noqa: E402
from chatbot.record.recovery import examine  # noqa: E402
from chatbot.record.register import NAME, Book, read_register  # noqa: E402
from chatbot.record.registrar import sign_case  # noqa: E402
from tests.record import kit  # noqa: E402
from tests.record.second_opinion import VERIFIER, judge  # noqa: E402

Damaging = Callable[[bytes, random.Random], bytes]


@dataclass
class Count:
    """What became of one way of damaging."""

    runs: int = 0
    corrupt: int = 0
    torn: int = 0
    sound: int = 0
    to_anchor: int = 0
    """So many no chain can show; of these:"""
    by_register: int = 0
    by_signature: int = 0
    unanchored: int = 0
    """Said to be unanchored where there is neither."""
    disagreements: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether nothing went unnoticed and both verifiers agree."""
        shown = {self.by_register, self.by_signature, self.unanchored}
        return shown == {self.to_anchor} and not self.disagreements

    def told(self, name: str) -> str:
        """Return one line."""
        return (
            f"{name}: {self.runs} runs: {self.corrupt} corrupt, {self.torn} torn, {self.to_anchor} not for a chain to "
            f"show; of these {self.by_register} shown by the register, {self.by_signature} by the signature, "
            f"{self.unanchored} unanchored without; {len(self.disagreements)} disagreements"
        )


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


def _lines(data: bytes, chance: random.Random) -> tuple[list[bytes], int, int]:
    lines = data.splitlines(keepends=True)
    first, second = sorted(chance.sample(range(len(lines)), 2))
    return lines, first, second


def swapped(data: bytes, chance: random.Random) -> bytes:
    lines, first, second = _lines(data, chance)
    lines[first], lines[second] = lines[second], lines[first]
    return b"".join(lines)


def deleted(data: bytes, chance: random.Random) -> bytes:
    """One line or several, never the last: that is a cut."""
    lines, first, second = _lines(data, chance)
    del lines[first : chance.choice((first + 1, second))]
    return b"".join(lines)


def doubled(data: bytes, chance: random.Random) -> bytes:
    lines, first, second = _lines(data, chance)
    lines.insert(chance.choice((first + 1, second, len(lines))), chance.choice((lines[first], b"\n")))
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
    "truncations": truncated,
    "flips": flipped,
    "flips in the last record": flipped_in_last,
    "overwritten": overwritten,
    "swaps": swapped,
    "deletions": deleted,
    "duplications": doubled,
    "splices": spliced,
}
"""A cut that ends with a record leaves a sound file: the register shows it."""

SHOWN_BY_ANCHOR: dict[str, Damaging] = {
    "hashes anew": rechained,
    "cut while open": cut_at_record,
    "replaced": lambda data, chance: REPLACING,
    "deleted": lambda data, chance: b"",
}


@dataclass
class Case:
    """A case with what anchors it: lines, register, checkpoint and the key that signed."""

    data: bytes
    book: Book
    path: Path
    trusted: tuple[Trusted, ...]


def written(folder: Path, signed: bool, seed: int) -> bytes:
    end: tuple[tuple[ev.Event, ...], ...] = ((ev.CaseSigned("0" * 64),),) if signed else ()
    return kit.written(folder, (*kit.STEPS, *end), seed=seed).read_bytes()


def case(folder: Path, signed: bool, seed: int) -> Case:
    """Write a case that is registered and signed."""
    data = written(folder, signed, seed)
    (path,) = (folder / "test").glob("*.jsonl")
    signer = new_signer(folder / "signing.key", "campaign.example")
    sign_case(path, data.splitlines(), signer, folder, Disk())
    book = read_register(folder / NAME)
    assert book is not None
    return Case(data, book, path, (Trusted(signer.key),))


with tempfile.TemporaryDirectory(prefix="backstory-damage-") as _folder:
    OTHER = written(Path(_folder) / "other", False, 99)
    REPLACING = written(Path(_folder) / "replacing", True, 98)


def shown_by(kept: Case, data: bytes) -> tuple[bool, bool, bool]:
    """Whether the register, the second verifier with it, and the signature show that *data* is not the case."""
    found = examine(data).records
    hashes, times = [record.hash for record in found], [record.t for record in found]
    if not found:
        gone = kept.book.knows_file(kept.path.name) is not None
        return gone, gone, bool(files_of(kept.path))
    code = str(found[0].data["case"])
    by_register = bool(anchoring.judged(kept.path, code, hashes, kept.book).problems)
    lines, fault = VERIFIER.read_register(kept.book.path.read_bytes())
    second = VERIFIER.compared(VERIFIER.examine(data), lines)[0] == "corrupt"
    signature = check(kept.path, hashes, times, (), kept.trusted)
    return by_register, second and not fault, bool(signature.errors)


def unanchored(data: bytes, path: Path) -> bool:
    """Whether a file without register is reported as unanchored."""
    found = examine(data).records
    if not found:
        return True
    hashes = [record.hash for record in found]
    return anchoring.compare(path.parent / "elsewhere" / path.name, "", hashes).state == "UNANCHORED"


def campaign(name: str, runs: int, seed: int, folder: Path) -> Count:
    """Damage a case again and again, open and signed in turn."""
    damaging = {**SHOWN_BY_CHAIN, **SHOWN_BY_ANCHOR}[name]
    chance = random.Random(f"{seed}/{name}")
    kept = [case(folder / name / "open", False, seed), case(folder / name / "closed", True, seed)]
    count = Count()
    for run in range(runs):
        original = kept[0 if name == "cut while open" else run % 2]
        data = damaging(original.data, chance)
        damage = examine(data).damage
        ours = ("sound", 0) if damage is None else ("torn" if damage.torn else "corrupt", damage.line)
        count.runs += 1
        if name != "deleted":
            setattr(count, ours[0], getattr(count, ours[0]) + 1)
            if ours != judge(data):
                count.disagreements.append(f"run {run}: {ours} against {judge(data)}")
        if ours[0] == "sound" or name == "deleted":
            count.to_anchor += 1
            register, second, signature = shown_by(original, data)
            count.by_register += register
            count.by_signature += signature
            count.unanchored += unanchored(data, original.path)
            if register != second:
                count.disagreements.append(f"run {run}: the register is read differently")
    return count


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    failed, total = False, 0
    print(f"seed {given.seed}")
    with tempfile.TemporaryDirectory(prefix="backstory-damage-") as folder:
        for name in (*SHOWN_BY_CHAIN, *SHOWN_BY_ANCHOR):
            count = campaign(name, given.runs, given.seed, Path(folder))
            total += count.runs
            failed = failed or not count.holds
            print(count.told(name), flush=True)
            for each in count.disagreements[:5]:
                print(f"  {each}")
    print(f"{total} damages in all: {'SOMETHING WENT UNNOTICED' if failed else 'none unnoticed, both verifiers agree'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
