"""All theorems and properties of a protocol, proved on several processors, as the lines of one report.

The work is cut into parts that a solver settles in seconds. Each process builds the formulas once and takes part
after part; the lines come in the order of the report, each as soon as its parts are done.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time
from itertools import islice
from multiprocessing import active_children, get_context
from signal import SIG_IGN, SIGINT, signal
from threading import current_thread, main_thread
from typing import Any, NamedTuple

import z3

from chatbot.content.library import load_bundle
from chatbot.core.property_tree import Property
from chatbot.core.protocol import Protocol
from chatbot.core.values import moment_text, parse_moment
from chatbot.proof import theorems
from chatbot.proof.claims import Refutation, refute
from chatbot.proof.interviews import Search, Unsettled
from chatbot.proof.model import Model
from chatbot.proof.soundness import AlarmTable, caught, cited, ends
from chatbot.proof.theorems import Verdict

NOTHING: Mapping[str, str] = {}

SECONDS = 30.0
"""How long a solver may work on one statement, twice (``chatbot.proof.interviews.STEPS``)."""

THEOREMS: Mapping[str, str] = {
    "reachable": "every question is asked in some interview",
    "live": "every finding, flag, guard and rule can come out both ways",
    "total": "nothing is true and false at once",
    "consistent": "no two rules contradict each other without a conflict that says so",
    "needed": "every question makes a difference",
    "distinguished": "every option makes a difference from another",
    "cited": "every reference stands behind something that can happen",
    "ends": "no interview is a dead end",
    "alarm_tables": "every cell of an alarm table raises a red flag",
}
"""The theorems in the order of the report, each in a few words."""


class Open(NamedTuple):
    """One instance of a statement that is not proved."""

    name: str
    """The property; of a theorem what it is about, as ``question age``."""
    verdict: str
    """refuted, or undecided where the solver gave up within its time."""
    note: str
    interviews: Refutation
    """The interviews that refute it; none where it says that there is one."""


class Excused(NamedTuple):
    """One instance of a theorem that does not hold, for a reason that the content gives."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Line:
    """One statement: a theorem, a property, or all contraindications of an action."""

    kind: str
    """theorem, property or contraindication."""
    id: str
    says: str
    of: int
    """How many instances it has, as one for each red flag."""
    open: tuple[Open, ...] = ()
    excused: tuple[Excused, ...] = ()

    @property
    def proved(self) -> bool:
        """Whether no instance is refuted or undecided."""
        return not self.open


def moment_of(protocol: Protocol) -> datetime:
    """Return the moment at which the interviews of a proof take place: noon of the day the content was last updated."""
    return datetime.combine(parse_moment(protocol.last_updated).date(), time(12))


def bounds(protocol: Protocol) -> list[str]:
    """Say which interviews a proof is about."""
    rows = ", ".join(f"{name} {group.most}" for name, group in protocol.groups.items())
    found = [
        f"first interviews at one moment, {moment_text(moment_of(protocol))}, read as a plan reads them",
        "any share of the questions answered; answers only to questions that apply or may apply",
        "numbers: any within the declared range; dates: any two minutes from 1900 on",
    ]
    if protocol.regions:
        found.append("any region the content knows, or none")
    return [*found, f"rows of repeated groups: at most {rows}"] if rows else found


def solver_name() -> str:
    """Return the solver and its version."""
    return f"z3 {z3.get_version_string()}"


# --- one process ----------------------------------------------------------------------------------


class Part(NamedTuple):
    """A piece of work: a theorem, or properties by their place, and which slice of it."""

    what: str
    first: int = 0
    last: int | None = None


class Bench:
    """The formulas of one protocol with a solver, and all there is to prove."""

    def __init__(
        self,
        protocol: Protocol,
        as_of: datetime,
        properties: Sequence[Property],
        tables: Sequence[AlarmTable],
        seconds: float,
    ) -> None:
        self.model = Model(protocol, as_of)
        self.model.build()
        self.search = Search(self.model, seconds=seconds)
        self.properties, self.tables = properties, tables

    def settle(self, part: Part) -> list[Any]:
        """Return the verdicts of a part; of properties a refutation, or how the search ended."""
        chosen = slice(part.first, part.last)
        if part.what == "properties":
            return [refute(self.model, self.search, each) for each in self.properties[chosen]]
        return list(self._verdicts(part.what, chosen))

    def _verdicts(self, what: str, chosen: slice) -> Iterable[Verdict]:
        model, search = self.model, self.search
        match what:
            case "live":
                return theorems.live(model, search, part=chosen)
            case "needed":
                return theorems.needed(model, search, tuple(model.protocol.questions)[chosen])
            case "ends":
                return ends(model, search)
            case "alarm_tables":
                return caught(model, search, self.tables)
        found: Iterator[Verdict] = getattr(theorems, what)(model, search)
        return found


_bench: Bench | None = None
"""What this process proves with."""


def _begin(canonical: str, *rest: Any) -> None:
    global _bench
    _bench = Bench(load_bundle(canonical.encode("utf-8")), *rest)


def _settle(part: Part) -> list[Any]:
    assert _bench is not None
    return _bench.settle(part)


# --- all of it ------------------------------------------------------------------------------------


class Proof:
    """The statements of one protocol, ready to be proved."""

    def __init__(
        self,
        protocol: Protocol,
        properties: Sequence[Property],
        tables: Sequence[AlarmTable] = (),
        excuses: Mapping[str, str] = NOTHING,
        *,
        seconds: float = SECONDS,
        only: Iterable[str] = (),
    ) -> None:
        """*excuses*: instances of theorems that need not hold, as ``question age``, with the reason of the content.

        *only*: ids of properties, actions and theorems; all where none is named.
        """
        chosen = frozenset(only)
        self.stated = tuple(properties)
        self.protocol, self.tables, self.excuses, self.seconds = protocol, tables, excuses, seconds
        self.as_of = moment_of(protocol)
        self.properties = [each for each in properties if not chosen or {each.id, group_of(each)} & chosen]
        self.theorems = [name for name in THEOREMS if not chosen or name in chosen]

    def lines(self, jobs: int = 1) -> Iterator[Line]:
        """Yield every line of the report as it is settled, properties first."""
        with self._settling(jobs) as results:
            yield from self._property_lines(results)
            yield from self._theorem_lines(results)

    def parts(self) -> list[Part]:
        """Return the work, what takes longest first."""
        wanted, questions = set(self.theorems), len(self.protocol.questions)
        found = []
        if wanted & {"needed", "distinguished"}:
            found += [Part("needed", at, at + 8) for at in range(0, questions, 8)]
        if wanted & {"live", "cited"}:
            found += [Part("live", at, at + 120) for at in range(0, theorems.count_of_ways(self.protocol), 120)]
        found += [Part(name) for name in ("total", "consistent", "ends", "alarm_tables") if name in wanted]
        if wanted & {"reachable", "cited"}:
            found.append(Part("reachable"))
        return [*(Part("properties", at, at + 40) for at in range(0, len(self.properties), 40)), *found]

    @contextmanager
    def _settling(self, jobs: int) -> Iterator[_Results]:
        parts = self.parts()
        rest = (self.as_of, self.properties, self.tables, self.seconds)
        if jobs <= 1 or len(parts) < 2:
            yield _Results(Bench(self.protocol, *rest), parts)
            return
        # Spawned, not forked: what a solver holds does not survive being copied.
        pool = ProcessPoolExecutor(jobs, get_context("spawn"), _begin, (self.protocol.canonical, *rest))
        try:
            with _uninterrupted():
                waiting = {part: pool.submit(_settle, part) for part in parts}
            yield _Results(waiting, parts)
        except BaseException:
            # Whoever stops this does not wait for a solver that is in the middle of something.
            for process in active_children():
                process.terminate()
            raise
        finally:
            pool.shutdown(cancel_futures=True)

    def _property_lines(self, results: _Results) -> Iterator[Line]:
        found = results.of("properties")
        groups: dict[str, list[Property]] = {}
        for each in self.properties:
            groups.setdefault(group_of(each), []).append(each)
        for group, members in groups.items():
            settled = zip(members, islice(found, len(members)), strict=True)
            still = [each for member, verdict in settled for each in _open_property(member, verdict)]
            first = members[0]
            kind = "contraindication" if first.kind == "contraindication" else "property"
            says = first.title.clinician
            yield Line(kind, group, says, len(members), tuple(still))

    def _theorem_lines(self, results: _Results) -> Iterator[Line]:
        wanted = set(self.theorems)
        for name, says in THEOREMS.items():
            if name not in wanted:
                continue
            if name == "cited":
                seen = [*results.of("reachable"), *results.of("live")]
                verdicts = list(cited(self.protocol, seen))
            else:
                source = "needed" if name == "distinguished" else name
                verdicts = [each for each in results.of(source) if each.theorem == name]
            if verdicts:
                yield _theorem_line(name, says, verdicts, self.excuses)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Begin processes that Ctrl-C does not reach, as it does all of a terminal: it is for the one that began them."""
    if current_thread() is not main_thread():
        yield
        return
    before = signal(SIGINT, SIG_IGN)
    try:
        yield
    finally:
        signal(SIGINT, before)


class _Results:
    """What was settled of each part; a part is waited for, or done, when it is first asked for."""

    def __init__(self, source: Bench | Mapping[Part, Future[list[Any]]], parts: Sequence[Part]) -> None:
        self._source, self._parts = source, parts
        self._done: dict[Part, list[Any]] = {}

    def of(self, what: str) -> Iterator[Any]:
        for part in (each for each in self._parts if each.what == what):
            if part not in self._done:
                source = self._source
                self._done[part] = source.settle(part) if isinstance(source, Bench) else source[part].result()
            yield from self._done[part]


def group_of(each: Property) -> str:
    """Return the line a property belongs to: its own, or that of the action it is a contraindication of."""
    return each.id.partition(": " if each.kind == "contraindication" else "[")[0]


def _open_property(member: Property, verdict: Refutation | Unsettled) -> Iterator[Open]:
    if verdict is Unsettled.UNDECIDED:
        yield Open(member.id, "undecided", "", ())
    elif not isinstance(verdict, Unsettled):
        yield Open(member.id, "refuted", "", verdict)


def _theorem_line(name: str, says: str, verdicts: Sequence[Verdict], excuses: Mapping[str, str]) -> Line:
    still, excused = [], []
    for each in verdicts:
        subject = f"{each.kind} {each.name}"
        if each.holds is False and not each.shown_by and (reason := each.excuse or excuses.get(subject)):
            excused.append(Excused(subject, reason))
        elif each.holds is not True:
            verdict = "undecided" if each.holds is None else "refuted"
            still.append(Open(subject, verdict, each.note, each.shown_by))
    return Line("theorem", name, says, len(verdicts), tuple(still), tuple(excused))
