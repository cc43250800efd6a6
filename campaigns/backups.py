"""Red flags one by one: is there somebody who notices when one of them does less than it should?

    python -m campaigns.backups [PROTOCOL] [--flag ID ...] [--check]

Every red flag of urgency emergency or same_day is left out, narrowed, lowered, and cleared by more, one at a time. A
patient written by hand must come out otherwise than expected, or a property must be not so, with a counter-example
that the engine confirms. What neither notices makes no difference to any plan, which the solver shows and
``backups:`` in ``properties.yaml`` declares. Returns 1 for whatever else there is, and writes the page
docs/red_flags_one_by_one.md of the shipped protocol, or compares it (*--check*).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from time import monotonic

from campaigns.mutants import Bench, told
from campaigns.pages import ROOT
from chatbot.content.build import symbols_of
from chatbot.content.checks.property_binding import flag_of_backup
from chatbot.core.property_tree import IndependentOf, Property, RaisesOnly
from chatbot.proof.claims import Refutation
from chatbot.proof.counterexamples import CounterExample, counter_example, still_refutes
from chatbot.proof.interviews import Unsettled
from chatbot.proof.mutant_patients import noticed_by
from chatbot.proof.mutant_properties import caught
from chatbot.proof.mutant_readings import Shown
from chatbot.proof.mutants import Mutant
from chatbot.proof.properties import load_backups
from chatbot.proof.weaker_flags import WAYS, candidates, is_weaker, told_by_plan, variant_of, way

SHIPPED = "post_surgical_back_pain"
PAGE = ROOT / "docs" / "red_flags_one_by_one.md"


@dataclass(frozen=True)
class Looked:
    """What became of one red flag that does less."""

    mutant: Mutant
    verdict: str
    """patient, property, backup (no plan is another), open (some plan is, and nobody says so) or undecided."""
    by: str = ""
    """The patient or property."""
    example: CounterExample | None = None
    """On whom a property is not so."""
    shown: Shown | None = None
    """On whom what is open would show."""


@dataclass
class Looking:
    """One protocol with all that may notice."""

    bench: Bench

    def __post_init__(self) -> None:
        self.properties = self.bench.properties

    def look(self, mutant: Mutant) -> Looked | None:
        """Return what becomes of a mutant of a flag; None where it does not do less."""
        search = self.bench.search
        if not is_weaker(search, mutant):
            return None
        if patient := noticed_by(mutant, self.bench.written):
            return Looked(mutant, "patient", patient)
        own = f"[{mutant.name}]"
        single = [each for each in self.properties if not isinstance(each.claim, RaisesOnly | IndependentOf)]
        single.sort(key=lambda each: not each.id.endswith(own))
        if found := self.refuted(mutant, single):
            return found
        apart = told_by_plan(search, mutant)
        if apart is Unsettled.NONE:
            return Looked(mutant, "backup")
        pairs = [each for each in self.properties if isinstance(each.claim, RaisesOnly | IndependentOf)]
        if found := self.refuted(mutant, pairs):
            return found
        if isinstance(apart, Unsettled):
            return Looked(mutant, "undecided")
        return Looked(mutant, "open", "", None, self.shown(mutant, apart))

    def refuted(self, mutant: Mutant, properties: Sequence[Property]) -> Looked | None:
        """Return which of some properties is not so, with a counter-example that the engine confirms."""
        found = caught(self.bench.search, mutant, properties)
        if isinstance(found, Unsettled):
            return None
        of = next(each for each in properties if each.id == found.property)
        example = counter_example(mutant.protocol, of, found.interviews)
        if example is None or still_refutes(self.bench.protocol, example):
            raise RuntimeError(f"{mutant.id}: the counter-example to {of.id} does not replay")
        return Looked(mutant, "property", of.id, example)

    def shown(self, mutant: Mutant, told: Refutation) -> Shown | None:
        """Return a patient on whom it would show, from an interview on which the plan is another."""
        tellers = self.bench.tellers
        case = told[0].case(self.bench.search.model)
        return (
            tellers.unnoticed(mutant)
            or tellers.one_answer(mutant)
            or tellers.near(mutant, case.assessment, case.answers)
        )


# --- the report -----------------------------------------------------------------------------------

VERDICTS = ("patient", "property", "backup", "open", "undecided")


def declared(looked: Looked, backups: Mapping[str, str]) -> str | None:
    """Return the key by which a weaker flag is declared a backup; None where it is not."""
    keys = (variant_of(looked.mutant), looked.mutant.name)
    return next((key for key in keys if key in backups), None)


def wrong(found: Sequence[Looked], backups: Mapping[str, str], flags: Collection[str]) -> Iterator[str]:
    """Yield what is not as it should be, in words; *flags*: those looked at."""
    used = set()
    for each in found:
        key = declared(each, backups)
        used.add(key)
        if each.verdict == "backup" and key is None:
            yield f"no plan hangs on it, and nothing declares it a backup: {variant_of(each.mutant)}"
        elif each.verdict in {"open", "undecided"}:
            yield f"nobody notices: {variant_of(each.mutant)}"
        elif each.verdict != "backup" and key is not None:
            yield f"declared a backup, but noticed by {each.verdict} {each.by}: {variant_of(each.mutant)}"
    for key in backups.keys() - used:
        if flag_of_backup(key) in flags:
            yield f"declared a backup, but no flag that does less is called so: {key}"


def line(looked: Looked) -> str:
    """Say what became of a weaker flag."""
    said = f"{looked.verdict:9} {variant_of(looked.mutant)}"
    if looked.by:
        said += f"  [{looked.by}]"
    if looked.shown is not None:
        found = told(looked.shown)
        parts = [f"{key}: {found[key]}" for key in ("answers", "without", "region") if key in found]
        said += f"\n            on {found['like']} {'; '.join(parts)}: {'; '.join(found['differs'][:3])}"
    return said


def table(found: Sequence[Looked]) -> list[str]:
    """Return how many flags that do less there are of each way and verdict, as a table."""
    counted = Counter((way(each.mutant), each.verdict) for each in found)
    rows = ["| | " + " | ".join(VERDICTS) + " |", "|---|" + "---|" * len(VERDICTS)]
    return rows + [f"| {name} | " + " | ".join(str(counted[name, each]) for each in VERDICTS) + " |" for name in WAYS]


def page(found: Sequence[Looked], backups: Mapping[str, str]) -> str:
    """Return the page."""
    lines = [INTRODUCTION, *table(found), ""]
    for name, ones in groupby(found, key=lambda each: each.mutant.name):
        lines += [f"## {name}", "", "| It does less | Who notices |", "|---|---|"]
        for each in ones:
            said = variant_of(each.mutant).removeprefix(name).lstrip(": ").replace("|", "\\|")
            key = declared(each, backups)
            reason = f"no plan hangs on it: {backups[key]}" if key in backups and each.verdict == "backup" else None
            lines.append(f"| {said} | {reason or f'{each.verdict} {each.by}'.strip()} |")
        lines.append("")
    return "\n".join(lines)


INTRODUCTION = """# Red flags, one by one

Made by `python -m campaigns.backups`. Every red flag of urgency emergency or same day is left out, narrowed, lowered,
or cleared by more, one at a time. *patient*: a vignette or case no longer comes out as expected. *property*: a
statement of `properties.yaml` is not so, on an interview that the engine confirms. *backup*: the solver shows that no
interview has another urgency, or anything else called for or within another time; `backups:` in `properties.yaml`
says why the flag is there all the same. *open*: some plan is another and nobody says so.
"""


def main() -> int:
    """Run from the command line. Returns 1 when something is open, or a backup is not as declared."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("protocol", nargs="?", default=SHIPPED)
    parser.add_argument("--flag", action="append", help="these alone, and no page")
    parser.add_argument("--check", action="store_true", help="compare the page that stands there")
    options = parser.parse_args()
    bench = Bench(options.protocol)
    looking, begun, found = Looking(bench), monotonic(), []
    flags = options.flag or list(bench.protocol.red_flags)
    for mutant in candidates(bench.protocol, symbols_of(json.loads(bench.protocol.canonical))):
        if mutant.name in flags and (looked := looking.look(mutant)) is not None:
            found.append(looked)
            print(line(looked), flush=True)
    backups = load_backups(bench.folder)
    print(*table(found), f"{monotonic() - begun:.0f} s", sep="\n")
    faults = list(wrong(found, backups, flags))
    print(*faults, sep="\n")
    if options.protocol == SHIPPED and not options.flag:
        text = page(found, backups)
        if not options.check:
            PAGE.write_text(text, "utf-8")
        elif not PAGE.exists() or PAGE.read_text("utf-8") != text:
            faults.append("the page is out of date")
            print(faults[-1])
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
