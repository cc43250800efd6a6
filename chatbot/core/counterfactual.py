"""What would change a plan: the smallest sets of other answers after which its urgency or a rule really differs.

Every single change is tried. Pairs are tried among the questions that a target depends on, for as long as the
caller says so; what was tried is part of the result. A *target* is ``URGENCY`` or the id of a rule. Nothing here
knows a clock: the caller gives ``keep_going``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, Decimal
from itertools import combinations, pairwise

from chatbot.core.alternatives import FINEST, Change, Variety, open_to_change
from chatbot.core.case import Case
from chatbot.core.domains import atoms_by_question
from chatbot.core.findings import Assessment, network, reassess
from chatbot.core.outcome import rule_status, rule_truth, scoped_status
from chatbot.core.protocol import SAFETY_CATEGORY, Protocol
from chatbot.core.reach import URGENCY, reach
from chatbot.core.tree import questions_of
from chatbot.core.urgency import plan_urgency, scope
from chatbot.core.values import Answer, Truth, Urgency

KeepGoing = Callable[[], bool]
"""Asked between pairs; False ends the search."""

BETWEEN_QUESTIONS = 16
"""Pairs that are tried before ``keep_going`` is asked again."""


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """A smallest set of changes after which a target differs."""

    target: str
    changes: tuple[Change, ...]
    """One or two, in an order in which they can be given."""
    before: str
    after: str
    """Urgency levels, or statuses of the rule."""

    @property
    def private(self) -> bool:
        """Some question in it is private."""
        return any(change.private for change in self.changes)


@dataclass(frozen=True, slots=True)
class Searched:
    """What was tried for one target."""

    singles: int
    """Changes of one answer: all there are."""
    coarse: tuple[str, ...]
    """Questions among them with more combinations than were tried."""
    stepped: tuple[str, ...] = ()
    """Numbers among them that count together with others: their range was searched in steps, then halved."""
    questions: int = 0
    """Questions of which pairs were tried; 0 when no pairs were asked for."""
    pairs: int = 0
    tried: int = 0

    @property
    def complete(self) -> bool:
        """All pairs were tried."""
        return self.tried == self.pairs


@dataclass(frozen=True, slots=True)
class Decisive:
    """A question without a value whose answer would change something by itself."""

    question: str
    private: bool
    levels: tuple[Urgency, ...]
    """Urgencies that some answer would lead to, highest first, the present one left out."""
    rules: tuple[str, ...]
    """Rules whose status some answer would change, in content order."""


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What would change a plan, as far as it was searched."""

    found: Mapping[str, tuple[Counterfactual, ...]]
    """Every target asked for to its smallest sets of changes, best first."""
    searched: Mapping[str, Searched]
    urgency: str
    """The present urgency of the plan."""
    statuses: Mapping[str, str]
    """The present status of every rule, in content order."""
    decisive: tuple[Decisive, ...] = ()
    """Open questions, those that move the urgency first."""
    together: tuple[str, ...] = ()
    """Open questions that are not decisive alone, but in a pair that was found."""
    neither: tuple[str, ...] = ()
    """Open questions of which no answer by itself changes anything."""


def no_pairs() -> bool:
    """Ask for single changes alone."""
    return False


def what_if(
    protocol: Protocol, case: Case, keep_going: KeepGoing = no_pairs, *, targets: Sequence[str] | None = None
) -> WhatIf:
    """Search what would change a plan.

    *targets*: rule ids and ``URGENCY``; None: the urgency and every rule, and the decisive unknowns. Pairs are
    searched for the targets given by name, and otherwise for the urgency and for rules that no single change
    moves; those with fewer pairs first, so that most are searched to the end.
    """
    search = _Search(protocol, case)
    wanted = (URGENCY, *protocol.rules) if targets is None else tuple(dict.fromkeys(targets))
    found: dict[str, list[Counterfactual]] = {target: [] for target in wanted}
    for target, change, after in search.singles(wanted):
        found[target].append(Counterfactual(target, (change,), search.before(target), after))
    searched = {target: search.searched(target) for target in wanted}
    pools = {
        target: search.pool(target, found[target])
        for target in (() if keep_going is no_pairs else wanted)
        if targets is not None or target == URGENCY or not found[target]
    }
    for target in sorted(pools, key=lambda name: _pairs(pools[name])):
        pairs, tried = search.pairs(target, pools[target], keep_going)
        found[target] += pairs
        searched[target] = replace(
            searched[target], questions=len(pools[target]), pairs=_pairs(pools[target]), tried=tried
        )
    ranked = {target: tuple(sorted(each, key=_rank)) for target, each in found.items()}
    statuses = {target: now for target, now in search.now.items() if target != URGENCY}
    result = WhatIf(ranked, searched, search.now[URGENCY], statuses)
    return result if targets is not None else _with_unknowns(protocol, case, result)


def shown(found: Sequence[Counterfactual], most: int) -> tuple[tuple[Counterfactual, ...], int]:
    """Return at most *most* of the counterfactuals of one target, and how many others there are.

    Of those that change the same questions to the same end the first stands for all, and is counted as one;
    a status counts apart from a value.
    """
    kinds: dict[tuple[object, ...], Counterfactual] = {}
    for each in found:
        said = tuple((change.question, change.answer.value is None) for change in each.changes)
        kinds.setdefault((said, each.after), each)
    listed = tuple(kinds.values())
    return listed[:most], max(0, len(listed) - most)


def _rank(each: Counterfactual) -> tuple[object, ...]:
    """Fewer changes first, then answers that are unknown now, then values before statuses, then content order."""
    known = sum(change.was_known for change in each.changes)
    statuses = sum(change.answer.value is None for change in each.changes)
    return len(each.changes), known, statuses, tuple(change.place for change in each.changes)


def _pairs(pool: Sequence[Sequence[Change]]) -> int:
    return sum(len(first) * len(second) for first, second in combinations(pool, 2))


def _with_unknowns(protocol: Protocol, case: Case, what: WhatIf) -> WhatIf:
    """Rank the open questions by what a value of theirs would change."""
    states, values = case.assessment.facts.states, case.assessment.facts.values
    order = network(protocol).ask_order
    is_open = {
        key: None
        for key in order
        if states[key] not in {"known", "not_applicable"}
        and values[key] is None
        and open_to_change(protocol, case.assessment, case.answers, key)
    }
    levels: dict[str, set[Urgency]] = {key: set() for key in is_open}
    rules: dict[str, set[str]] = {key: set() for key in is_open}
    paired: set[str] = set()
    for target, counterfactuals in what.found.items():
        for each in counterfactuals:
            if len(each.changes) > 1:
                paired.update(change.question for change in each.changes)
                continue
            (change,) = each.changes
            if change.question in is_open and change.answer.value is not None:
                if target == URGENCY:
                    levels[change.question].add(Urgency(each.after))
                else:
                    rules[change.question].add(target)
    decisive = [
        Decisive(
            key,
            protocol.questions[key].private,
            tuple(sorted(levels[key], key=lambda level: -level.rank)),
            tuple(rule for rule in protocol.rules if rule in rules[key]),
        )
        for key in is_open
        if levels[key] or rules[key]
    ]
    decisive.sort(key=lambda each: (not each.levels, -max((level.rank for level in each.levels), default=0)))
    named = {each.question for each in decisive}
    rest = [key for key in is_open if key not in named]
    return replace(
        what,
        decisive=tuple(decisive),
        together=tuple(key for key in rest if key in paired),
        neither=tuple(key for key in rest if key not in paired),
    )


# --- the search -----------------------------------------------------------------------------------


class _Search:
    """One case whose answers are varied."""

    def __init__(self, protocol: Protocol, case: Case) -> None:
        self.protocol, self.case = protocol, case
        self.reach = reach(protocol)
        self.steady = not _ages_together(protocol, case.assessment.aged)
        self.varieties: dict[str, Variety] = {}
        self.now = self._targets(case.assessment, (URGENCY, *protocol.rules))

    def before(self, target: str) -> str:
        return self.now[target]

    def open_now(self, key: str) -> bool:
        return open_to_change(self.protocol, self.case.assessment, self.case.answers, key)

    def variety(self, key: str) -> Variety:
        if key not in self.varieties:
            self.varieties[key] = Variety(self.protocol, self.case, key)
        return self.varieties[key]

    def changes(self, target: str, key: str) -> tuple[Change, ...]:
        """Return the changes of one question that a target can tell from the present answer."""
        atoms = self.reach.atoms[target].get(key, ()) if self.steady else atoms_by_question(self.protocol).get(key, ())
        return self.variety(key).telling(atoms)

    def assessed(self, changes: Sequence[Change]) -> tuple[Assessment, dict[str, Answer]]:
        """Return the assessment after changes, with the answers it is of."""
        answers = {**self.case.answers, **{change.question: change.answer for change in changes}}
        keys = [change.question for change in changes]
        before = self.case.assessment
        if before.aged and self.steady:
            # Which answers have expired hangs on each of them alone, so only those given again leave the list.
            before = replace(before, aged=frozenset(), expired=before.expired - set(keys))
        return reassess(self.protocol, before, answers, keys), answers

    def singles(self, targets: Sequence[str]) -> Iterator[tuple[str, Change, str]]:
        """Try every change of each question that can be given an answer; yield (target, change, what it becomes)."""
        for key in network(self.protocol).ask_order:
            touched = [target for target in targets if key in self.reach.behind[target] or not self.steady]
            if not touched or not self.open_now(key):
                continue
            asking: dict[int, list[str]] = {}
            changes: dict[int, Change] = {}
            for target in touched:
                for change in self.changes(target, key):
                    changes[id(change)] = change
                    asking.setdefault(id(change), []).append(target)
            linked = [t for t in touched if self.variety(key).stepped(self.reach.atoms[t].get(key, ()))]
            for change in list(self.halved(key, list(changes.values()), linked)) if linked else ():
                changes[id(change)] = change
                asking[id(change)] = linked
            for name, change in changes.items():
                assessment, _ = self.assessed((change,))
                for target, after in self._targets(assessment, asking[name]).items():
                    if after != self.now[target]:
                        yield target, change, after

    def searched(self, target: str) -> Searched:
        """Count the single changes of a target."""
        keys = [key for key in self.reach.behind[target] if self.open_now(key)]
        tried = sum(len(self.changes(target, key)) for key in keys)
        coarse = sorted(key for key in keys if self.variety(key).coarse)
        stepped = sorted(key for key in keys if self.variety(key).stepped(self.reach.atoms[target].get(key, ())))
        return Searched(tried, tuple(coarse), tuple(stepped))

    def halved(self, key: str, changes: Iterable[Change], targets: Sequence[str]) -> Iterator[Change]:
        """Yield numbers next to where a target differs, found by halving between two that were tried."""
        variety = self.variety(key)
        tried = sorted(
            (
                (each.answer.value, self._targets(self.assessed((each,))[0], targets))
                for each in changes
                if isinstance(each.answer.value, Decimal)
            ),
            key=lambda pair: pair[0],
        )
        for (low, below), (high, above) in pairwise(tried):
            while below != above and high - low > FINEST:
                middle = ((low + high) / 2).quantize(FINEST, ROUND_FLOOR)
                change = variety.number(middle)
                if change is None or middle in {low, high}:
                    break
                yield change
                here = self._targets(self.assessed((change,))[0], targets)
                if here == below:
                    low = middle
                else:
                    high, above = middle, here

    # --- pairs ---

    def pool(self, target: str, alone: Sequence[Counterfactual]) -> list[list[Change]]:
        """Return, by question, the changes that do not move the target alone; unknown questions first."""
        moving = {id(each.changes[0]) for each in alone}
        behind = self.reach.behind[target]
        keys = [key for key in network(self.protocol).ask_order if key in behind]
        pool = [[each for each in self.changes(target, key) if id(each) not in moving] for key in keys]
        return sorted((each for each in pool if each), key=lambda each: each[0].was_known)

    def pairs(
        self, target: str, pool: Sequence[Sequence[Change]], keep_going: KeepGoing
    ) -> tuple[list[Counterfactual], int]:
        """Try pairs until all were tried or it is time to stop; return what was found and how many were tried."""
        found: list[Counterfactual] = []
        tried = 0
        for first, second in _couples(pool):
            if tried % BETWEEN_QUESTIONS == 0 and not keep_going():
                break
            tried += 1
            pair = (first, second) if first.place < second.place else (second, first)
            after = self._targets(self.assessed(pair)[0], (target,))[target]
            if after != self.now[target] and self._can_be_given(pair):
                found.append(Counterfactual(target, pair, self.now[target], after))
        return found, tried

    def _can_be_given(self, pair: tuple[Change, Change]) -> bool:
        """Whether the changes can be made one after the other: a question's condition reads earlier ones only."""
        first, second = pair
        if not self.open_now(first.question):
            return False
        assessment, answers = self.assessed((first,))
        return open_to_change(self.protocol, assessment, answers, second.question)

    # --- targets ---

    def _targets(self, assessment: Assessment, targets: Iterable[str]) -> dict[str, str]:
        """Return what targets come to: as ``outcome`` says, for these alone."""
        protocol, facts = self.protocol, assessment.facts
        in_scope = scope(protocol, assessment)
        guards: dict[str, Truth] = {}
        found: dict[str, str] = {}
        for target in targets:
            if target == URGENCY:
                found[target] = plan_urgency(protocol, assessment).value
                continue
            rule = protocol.rules[target]
            for each in rule.guards:
                if each.guard not in guards:
                    guards[each.guard] = protocol.guards[each.guard].when.evaluate(facts)
            safety = rule.category == SAFETY_CATEGORY
            status = rule_status(rule_truth(rule, assessment), [guards[each.guard] for each in rule.guards], safety)
            found[target] = scoped_status(status, in_scope, safety)
        return found


def _couples(pool: Sequence[Sequence[Change]]) -> Iterator[tuple[Change, Change]]:
    for one, other in combinations(pool, 2):
        for first in one:
            for second in other:
                yield first, second


def _ages_together(protocol: Protocol, aged: frozenset[str]) -> bool:
    """Whether some comparison reads an aged answer together with another one, so that they expire together."""
    atoms = atoms_by_question(protocol)
    return any(len(set(questions_of(atom))) > 1 for key in aged for atom in atoms.get(key, ()))
