"""Which atoms of conditions hand-written patients show to decide by themselves, and pairs of interviews for the rest.

    python -m campaigns.mcdc [PROTOCOL ...] [--check] [--afresh] [--missing]

Prints the share of atoms by kind, and writes docs/mcdc.md and, for each protocol, tests/proof/data/mcdc_PROTOCOL.json:
pairs of interviews the solver makes for atoms that no two patients show, replayed by the tests. Pairs that still hold
are kept; with --afresh all are made again. --missing lists what hand-written patients do not show. --check makes
nothing and needs no solver: it says which pairs and proofs are out of date, and ends with 1 when any is.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from campaigns.pages import ROOT
from chatbot.content.checks.vignettes import Patient, patients, run
from chatbot.content.library import find_protocol, load_protocol, protocol_names, protocols_folder
from chatbot.content.package import read_package
from chatbot.core.case import Case
from chatbot.core.protocol import Protocol
from chatbot.proof.mcdc import Shown, shown
from chatbot.proof.mcdc_pairs import PROVED, Pair, PairMaker, Why, can_be_followed
from chatbot.proof.mcdc_record import Goal, Goals, Record, record_from
from chatbot.proof.model import Model

PAGE = ROOT / "docs" / "mcdc.md"
DATA = ROOT / "tests" / "proof" / "data"
MARK = "<!-- below: python -m campaigns.mcdc -->\n"

KINDS = {
    "red_flag": "red flags",
    "guard": "guards",
    "rule": "rules",
    "question": "questions",
    "finding": "findings",
    "hypothesis": "hypotheses",
    "scope": "scope",
}


def data_file(protocol: str) -> Path:
    """Return where the pairs of a protocol are kept."""
    return DATA / f"mcdc_{protocol}.json"


def patients_of(name: str, *only: str) -> dict[str, Case]:
    """Return the vignettes and cases of a protocol, or some of them, without answers to what does not apply.

    The first is the one that most others are like; those like it in most answers come first.
    """
    protocol, folder = load_protocol(name), find_protocol(name, protocols_folder())
    written = [each for each in patients(read_package(folder, str(folder)), []) if not only or each.name in only]
    cases = {each.name: case for each in written if (case := run(protocol, each, each.answers()).case) is not None}
    cases = {name: _without_idle(case) for name, case in cases.items()}
    usual = _usual(written)
    apart = {name: (name != usual, _apart(case, cases[usual].answers), name) for name, case in cases.items()}
    return dict(sorted(cases.items(), key=lambda each: apart[each[0]]))


def _without_idle(case: Case) -> Case:
    applies = case.assessment.applies
    return replace(case, answers={key: each for key, each in case.answers.items() if applies[key] is not False})


def _usual(written: Sequence[Patient]) -> str:
    liked = Counter(each.model.like for each in written if each.model.like is not None)
    names = {each.name for each in written}
    return next((name for name, _ in liked.most_common() if name in names), written[0].name)


def _apart(case: Case, usual: Mapping[str, object]) -> int:
    return sum(case.answers.get(key) != usual.get(key) for key in {**case.answers, **usual})


@dataclass
class Measured:
    """One protocol, what its patients show, and what is kept for the rest."""

    protocol: Protocol
    goals: Goals
    patients: dict[str, Case]
    by_goal: dict[Goal, Shown]
    record: Record

    @classmethod
    def of(cls, name: str) -> Measured:
        """Measure a protocol; nothing is made."""
        protocol, cases, path = load_protocol(name), patients_of(name), data_file(name)
        goals = Goals(protocol)
        found = shown(protocol, [(who, case.assessment.facts) for who, case in cases.items()])
        by_goal = dict(zip(goals, found, strict=True))
        record = record_from(path.read_text("utf-8")) if path.exists() else Record(name, "", {}, {})
        return cls(protocol, goals, cases, by_goal, record)

    @property
    def missing(self) -> list[Goal]:
        """What no two patients show."""
        return [goal for goal, each in self.by_goal.items() if each.pair is None]

    def out_of_date(self) -> Iterator[str]:
        """Yield what of the record no longer holds, and what it lacks."""
        missing = set(self.missing)
        for goal, pair in self.record.pairs.items():
            problem = self.goals.problem(goal, pair, self.patients)
            if problem is None and goal not in missing:
                problem = f"now shown by {' and '.join(self.by_goal[goal].pair or ())}"
            if problem is not None:
                yield f"{goal.place}: {goal.atom}: {problem}"
        for goal in self.missing:
            if goal not in self.record.pairs and self.goals.proved(self.record, goal) is None:
                why = "to be proved again" if goal in self.record.unshown else "shown by nobody, and no pair is kept"
                yield f"{goal.place}: {goal.atom}: {why}"

    def make(self, *, afresh: bool) -> None:
        """Bring the record up to date."""
        begun = next(iter(self.patients.values())).as_of
        model = Model(self.protocol, begun)
        model.build()
        maker = PairMaker(model, {who: case for who, case in self.patients.items() if can_be_followed(model, case)})
        pairs: dict[Goal, Pair] = {}
        unshown: dict[Goal, Why] = {}
        for count, goal in enumerate(self.missing, 1):
            if count % 100 == 0:
                print(f"{self.protocol.id}: {count} of {len(self.missing)} atoms", file=sys.stderr, flush=True)
            found = None if afresh else self._kept(goal)
            if found is None:
                condition, _ = self.goals.atoms[goal]
                found = maker.pair(condition.node, self.by_goal[goal])
            if isinstance(found, Why):
                unshown[goal] = found
                continue
            problem = self.goals.problem(goal, found, self.patients)
            if problem is not None:
                raise AssertionError(f"formulas and engine differ, {goal}: {problem}")
            pairs[goal] = found
        self.record = Record(self.protocol.id, self.goals.logic, pairs, unshown)

    def _kept(self, goal: Goal) -> Pair | Why | None:
        pair = self.record.pairs.get(goal)
        if pair is not None:
            return pair if self.goals.problem(goal, pair, self.patients) is None else None
        return self.goals.proved(self.record, goal)

    # --- said ---

    def table(self) -> Iterator[tuple[str, ...]]:
        """Yield a row of figures for each kind of condition, and one for all."""
        for kind, said in KINDS.items():
            rows = [goal for goal, each in self.by_goal.items() if each.place.kind == kind]
            if rows:
                yield self._row(said, rows)
        yield self._row("all", list(self.by_goal))

    def _row(self, said: str, goals: Sequence[Goal]) -> tuple[str, ...]:
        by_hand = [goal for goal in goals if self.by_goal[goal].pair is not None]
        alone = sum(self.by_goal[goal].alone is not None for goal in by_hand)
        made = sum(goal in self.record.pairs for goal in goals if goal not in set(by_hand))
        never = sum(self.record.unshown.get(goal) in PROVED for goal in goals)
        possible = len(goals) - never
        figures = (len(goals), never, len(by_hand), alone, made, possible - len(by_hand) - made)
        shares = (_share(len(by_hand), possible), _share(len(by_hand) + made, possible))
        open_in = sum(bool(self.by_goal[goal].open_in) for goal in goals)
        return (said, *map(str, figures), *shares, str(open_in))


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"


HEAD = ("of", "atoms", "cannot", "by hand", "alone", "by solver", "left", "share by hand", "share in all", "open")


def page(measured: Sequence[Measured]) -> str:
    """Return the page: what is written by hand as it stands, and the figures."""
    before = PAGE.read_text("utf-8") if PAGE.exists() else MARK
    lines = [before.partition(MARK)[0] + MARK]
    for each in measured:
        lines += [f"## {each.protocol.id}", ""]
        lines += [f"{len(each.patients)} patients written by hand.", ""]
        lines += [_cells(HEAD), _cells(("---", *["--:"] * (len(HEAD) - 1))), *map(_cells, each.table()), ""]
        lines += list(_unshown(each)) + list(_by_hand_missing(each))
    return "\n".join(lines).rstrip() + "\n"


def _cells(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _unshown(each: Measured) -> Iterator[str]:
    if not each.record.unshown:
        return
    yield from ("### No pair", "")
    for why in Why:
        found = [goal for goal, said in each.record.unshown.items() if said is why]
        if found:
            yield from (f"{why.value.capitalize()} ({len(found)}):", "")
            by_place: dict[str, list[str]] = {}
            for goal in found:
                by_place.setdefault(goal.place, []).append(f"`{goal.atom}`")
            yield from (f"- {place}: {', '.join(atoms)}" for place, atoms in by_place.items())
            yield ""


def _by_hand_missing(each: Measured) -> Iterator[str]:
    missing = Counter(goal.place for goal in each.missing if goal in each.record.pairs)
    if not missing:
        return
    yield from ("### Shown by pairs of the solver alone", "")
    for kind, said in KINDS.items():
        places = [place for place in missing if place.split()[0] == kind]
        if places:
            names = (f"{place.partition(' ')[2].removesuffix(' when')} {missing[place]}" for place in places)
            yield from (f"{said.capitalize()}: {', '.join(names)}.", "")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line. Returns 1 when ``--check`` finds something out of date, or nothing was decided."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("protocol", nargs="*", help="default: every protocol that is shipped")
    parser.add_argument("--check", action="store_true", help="compare what is kept")
    parser.add_argument("--afresh", action="store_true", help="make every pair again")
    parser.add_argument("--missing", action="store_true", help="list what hand-written patients do not show")
    options = parser.parse_args(arguments)
    shipped = protocol_names(protocols_folder())
    wanted = options.protocol or shipped
    measured = [Measured.of(name) for name in shipped]
    stale = [line for each in measured if each.protocol.id in wanted for line in each.out_of_date()]
    for each in measured:
        if each.protocol.id not in wanted:
            continue
        if not options.check:
            each.make(afresh=options.afresh)
            DATA.mkdir(exist_ok=True)
            data_file(each.protocol.id).write_text(each.record.text(), "utf-8")
        print(f"{each.protocol.id}: {len(each.patients)} patients written by hand")
        rows = [HEAD, *each.table()]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        print("\n".join("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows))
        if options.missing:
            print("\n".join(f"  {goal.place}: {goal.atom}" for goal in each.missing))
    text = page(measured)
    if not options.check:
        PAGE.write_text(text, "utf-8")
        undecided = sum(why is Why.UNDECIDED for each in measured for why in each.record.unshown.values())
        return 1 if undecided else 0
    print("\n".join(stale))
    same = PAGE.exists() and PAGE.read_text("utf-8") == text
    fine = same and not stale
    print("pairs and page are true" if fine else f"{len(stale)} out of date: run python -m campaigns.mcdc")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
