"""Which small mistakes in a protocol would go unnoticed? Every mutant, and the patient or property that notices it.

    python -m campaigns.mutants [PROTOCOL] [--sample N] [--seed S] [--operator X ...] [--kind K ...]
                               [--results FILE] [--page]

A mutant that a patient written by hand notices is done with. One that nobody notices is shown to make no difference
to any interview (*equivalent*), or stands in the list of survivors with the patient on whom it would show: one whose
expectations say too little, or one with a few other answers. *--sample* takes so many mutants of each operator. What
was found is added to *--results*, a line each, and not sought again. *--page* writes the figures into docs/mutants.md,
with what is said of each survivor in campaigns/mutants_explained.yaml.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

import yaml

from campaigns.pages import ROOT
from chatbot.content.build import symbols_of
from chatbot.content.library import find_protocol, load_protocol, protocols_folder
from chatbot.content.package import read_package
from chatbot.core.values import Answer, to_stored
from chatbot.proof.equivalent import Apart, told_apart
from chatbot.proof.interviews import Search, Unsettled
from chatbot.proof.model import Model
from chatbot.proof.mutant_patients import WrittenCase, noticed_by, written_cases
from chatbot.proof.mutant_properties import Caught, caught
from chatbot.proof.mutant_readings import Shown, Tellers
from chatbot.proof.mutants import ATTRIBUTES, OPERATORS, Mutant, mutants
from chatbot.proof.properties import load_properties

SEED = 20260315

KINDS = ("scope", *ATTRIBUTES)

PAGE = ROOT / "docs" / "mutants.md"
EXPLAINED = ROOT / "campaigns" / "mutants_explained.yaml"

HEAD = """# Small mistakes in the content, and who notices

`python -m campaigns.mutants PROTOCOL` makes every mistake of a few kinds that an author could make, one at a time: a
condition or a part of it turned round or left out, an option for its neighbour, a limit moved, a guard left out,
an urgency lowered, more that clears a red flag. A mistake is noticed by a patient written by hand whose expectations
are no longer met, or by a property that is refuted. What the solver shows to make no difference to any interview is
*equivalent* and does not count. Properties are asked only where no patient notices.

"""

SECONDS = 5
"""How long the solver may take for one question about one mutant."""


@dataclass
class Bench:
    """One protocol, its patients, and what searches for interviews of it."""

    name: str

    def __post_init__(self) -> None:
        self.folder = find_protocol(self.name, protocols_folder())
        self.protocol = load_protocol(self.name)
        self.written: tuple[WrittenCase, ...] = written_cases(
            read_package(self.folder, str(self.folder)), self.protocol
        )
        self.tellers = Tellers(self.protocol, self.written)
        self.as_of = Counter(each.case.as_of for each in self.written).most_common(1)[0][0]
        self.properties = load_properties(self.folder, self.protocol)
        self._search: Search | None = None

    @property
    def search(self) -> Search:
        """The search over interviews of the original, made when first needed."""
        if self._search is None:
            model = Model(self.protocol, self.as_of)
            model.build()
            self._search = Search(model, seconds=SECONDS)
        return self._search

    def mutants(self) -> list[Mutant]:
        """Return every mutant."""
        return list(mutants(self.protocol, symbols_of(json.loads(self.protocol.canonical))))

    def look(self, mutant: Mutant, *, solving: bool) -> dict[str, Any] | None:
        """Return what becomes of one mutant, as a line of the results; None where that takes *solving*."""
        found: dict[str, Any] = {"id": mutant.id, "operator": mutant.operator, "element": mutant.element}
        if patient := noticed_by(mutant, self.written):
            return {**found, "verdict": "patient", "by": patient}
        if not solving:
            return None
        shown = self.tellers.unnoticed(mutant) or self.tellers.one_answer(mutant)
        if shown is None:
            apart = told_apart(self.search, mutant)
            if apart is Unsettled.NONE:
                return {**found, "verdict": "equivalent"}
            if isinstance(apart, Apart):
                case = apart.interview.case(self.search.model)
                shown = self.tellers.near(mutant, case.assessment, case.answers)
        by = caught(self.search, mutant, self.properties)
        if isinstance(by, Caught):
            return {**found, "verdict": "property", "by": by.property}
        if shown is None:
            return {**found, "verdict": "undecided"}
        return {**found, "verdict": "survivor", "shown": told(shown)}


def told(shown: Shown) -> dict[str, Any]:
    """Return on whom a mistake shows, as JSON."""
    found: dict[str, Any] = {"like": shown.patient}
    if shown.answers:
        found["answers"] = {key: _said(answer) for key, answer in shown.answers.items()}
    if shown.without:
        found["without"] = list(shown.without)
    if shown.region is not None:
        found["region"] = shown.region
    return {**found, "differs": list(shown.differs)}


def _said(answer: Answer) -> Any:
    if answer.value is not None:
        return to_stored(answer.value)
    assert answer.status is not None
    return f"{answer.status.value} ({answer.reason})" if answer.reason else answer.status.value


def chosen(made: Sequence[Mutant], operators: Sequence[str], sample: int | None, seed: int) -> list[Mutant]:
    """Return the mutants to look at: all, or so many of each operator drawn by the seed, in content order."""
    kept: set[str] = set()
    for operator in operators:
        ids = [each.id for each in made if each.operator == operator]
        kept.update(ids if sample is None or sample >= len(ids) else Random(f"{seed} {operator}").sample(ids, sample))
    return [each for each in made if each.id in kept]


def results(bench: Bench, wanted: Sequence[Mutant], file: Path | None) -> Iterator[dict[str, Any]]:
    """Yield what becomes of every mutant; what stands in the file already is taken from there."""
    known: dict[str, dict[str, Any]] = {}
    if file is not None and file.exists():
        known = {each["id"]: each for each in map(json.loads, file.read_text("utf-8").splitlines())}
    yield from (known[each.id] for each in wanted if each.id in known)
    # What the patients settle is soon known; the solver takes what is left, in an order that makes a fair sample.
    waiting = [each for each in wanted if each.id not in known]
    Random(SEED).shuffle(waiting)
    for solving in (False, True):
        left = []
        for mutant in waiting:
            found = bench.look(mutant, solving=solving)
            if found is None:
                left.append(mutant)
                continue
            if file is not None:
                with file.open("a", encoding="utf-8") as lines:
                    lines.write(json.dumps(found) + "\n")
            yield found
        waiting = left


# --- figures --------------------------------------------------------------------------------------

COLUMNS = ("made", "equivalent", "patient", "property", "undecided", "survivor")


def figures(found: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """Count verdicts by operator; ``all`` last."""
    table = {operator: dict.fromkeys(COLUMNS, 0) for operator in (*OPERATORS, "all")}
    for each in found:
        for row in (table[each["operator"]], table["all"]):
            row["made"] += 1
            row[each["verdict"]] += 1
    return {operator: row for operator, row in table.items() if row["made"]}


def share(row: Mapping[str, int]) -> float:
    """Return the share of mutants noticed by a patient or a property, of those that are not equivalent."""
    counted = row["made"] - row["equivalent"]
    return 1.0 if not counted else (row["patient"] + row["property"]) / counted


def print_figures(table: Mapping[str, Mapping[str, int]]) -> None:
    print(f"{'':12}" + "".join(f"{column:>12}" for column in (*COLUMNS, "noticed")))
    for operator, row in table.items():
        print(f"{operator:12}" + "".join(f"{row[column]:>12}" for column in COLUMNS) + f"{share(row):>11.1%}")


def survivors(found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the mutants nobody notices, by element, each with whom it would show on."""
    element = ""
    for each in found:
        if each["verdict"] not in {"survivor", "undecided"}:
            continue
        if each["element"] != element:
            element = each["element"]
            yield f"\n{element}"
        yield f"  {each['id'].removeprefix(element).lstrip(' :')}  [{each['operator']}, {each['verdict']}]"
        if shown := each.get("shown"):
            parts = [f"{key}: {shown[key]}" for key in ("answers", "without", "region") if key in shown]
            yield f"    on {shown['like']}" + (f" with {'; '.join(parts)}" if parts else " as it stands")
            differs = shown["differs"]
            more = f" and {len(differs) - 3} more" if len(differs) > 3 else ""
            yield f"    {'; '.join(differs[:3])}{more}"


def page(protocol: str, found: Sequence[Mapping[str, Any]]) -> str:
    """Return the page with the part about one protocol written anew."""
    text = PAGE.read_text("utf-8") if PAGE.exists() else HEAD
    part = f"## {protocol}\n\n" + "\n".join(_part(found)) + "\n"
    kept = [each for each in re.split(r"^(?=## )", text, flags=re.MULTILINE) if not each.startswith(f"## {protocol}\n")]
    return kept[0] + "\n".join(sorted([*(each.rstrip("\n") + "\n" for each in kept[1:]), part]))


def _part(found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield f"| | {' | '.join(COLUMNS)} | noticed |"
    yield f"|---|{'--:|' * (len(COLUMNS) + 1)}"
    for operator, row in figures(found).items():
        yield f"| {operator} | {' | '.join(str(row[column]) for column in COLUMNS)} | {share(row):.1%} |"
    explained = yaml.safe_load(EXPLAINED.read_text("utf-8")) if EXPLAINED.exists() else {}
    left = [each for each in found if each["verdict"] in {"survivor", "undecided"}]
    yield f"\nNobody notices {len(left)}:\n" if left else "\nEvery one is noticed."
    for each in left:
        yield f"- {each['id']}: {explained.get(each['id'], 'not explained')}"


def main() -> int:
    """Run from the command line. Returns 1 when fewer than 95 % of the mutants are noticed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("protocol", nargs="?", default="post_surgical_back_pain")
    parser.add_argument("--sample", type=int, help="so many of each operator; all without it")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--operator", action="append", choices=tuple(OPERATORS))
    parser.add_argument("--kind", action="append", choices=KINDS, help="only mistakes in these elements")
    parser.add_argument("--results", type=Path, help="a file of JSON lines; what stands there is not sought again")
    parser.add_argument("--page", action="store_true", help="write the figures into docs/mutants.md")
    options = parser.parse_args()
    bench, begun = Bench(options.protocol), monotonic()
    made = [each for each in bench.mutants() if each.kind in (options.kind or KINDS)]
    wanted = chosen(made, options.operator or tuple(OPERATORS), options.sample, options.seed)
    found = []
    for each in results(bench, wanted, options.results):
        found.append(each)
        if len(found) % 250 == 0:
            print(f"{len(found)} of {len(wanted)} after {monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    place = {each.id: place for place, each in enumerate(wanted)}
    found.sort(key=lambda each: place[each["id"]])
    for line in survivors(found):
        print(line)
    print()
    if options.page:
        PAGE.write_text(page(options.protocol, found), "utf-8")
    table = figures(found)
    print_figures(table)
    return 0 if share(table["all"]) >= 0.95 else 1


if __name__ == "__main__":
    sys.exit(main())
