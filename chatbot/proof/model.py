"""A protocol as formulas: what every possible interview of it comes to.

What is assumed of an interview must be read together, so it stays one module past 400 lines.

The semantics are those of the engine's reading in a plan (``chatbot.core.findings``, ``chatbot.core.outcome``): a
question not asked counts as unknown, what does not apply compares false. What a model speaks of:

- a first interview at one moment (``as_of``): nothing is carried from an earlier case, no answer has passed its shelf
  life, no flag is held from an earlier sitting, and everything read from earlier cases does not apply;
- any region the protocol knows, or none known;
- answers to questions that apply or may apply, in any number: an interview may stop anywhere (``complete`` asks for
  every question that applies to be answered);
- numbers are any reals within the declared range, dates any two minutes from the year 1900 on that the interview
  takes, repeated groups as many rows as the content declares.

Nothing is built before something asks for it, and what is built is built once. ``formulas`` holds what every
interview keeps to; products of two unknowns, which make a solver slow, stand apart in ``products``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

import z3

from chatbot.core.calculate import Calculation
from chatbot.core.condition import Condition, without_constants
from chatbot.core.findings import FlagState
from chatbot.core.outcome import HYPOTHESIS_STATES, STATUSES
from chatbot.core.protocol import SAFETY_CATEGORY, Protocol, Question, RedFlag, Rule
from chatbot.core.tree import REGION, Node, is_outside
from chatbot.core.urgency import ScopeState, contribution
from chatbot.core.values import Urgency
from chatbot.proof.answers import Given, give
from chatbot.proof.conditions import Conditions
from chatbot.proof.quantities import ABSENT, Arithmetic, Bounds
from chatbot.proof.reals import Names
from chatbot.proof.truths import (
    FALSE,
    TRUE,
    Formula,
    Kleene,
    at_most_one,
    both,
    either,
    every,
    implies,
    k_all,
    no,
    some,
)


class Reading:
    """How one question reads in a plan."""

    def __init__(self, given: Given, applies: Kleene, settled: Formula) -> None:
        self.given = given
        self.applies = applies
        self.absent = either(applies.false, settled)
        """It does not apply, or what settles it instead has a value."""
        self.known = both(no(applies.false), given.known)
        self.missing = both(no(self.absent), no(given.known))
        """It applies, or may, and has no value."""

    def state(self, name: str) -> Formula:
        """Return whether it is in a state of the language: known, unknown, declined … asked, not_asked."""
        there = no(self.applies.false)
        match name:
            case "known":
                return self.known
            case "asked":
                return both(there, self.given.answered)
            case "not_asked":
                return both(there, no(self.given.answered))
            case "cannot_apply":
                return both(there, some(self.given.reasons.values()))
        return both(there, self.given.statuses[name])


class Model:
    """The formulas of one protocol at one moment."""

    def __init__(self, protocol: Protocol, as_of: datetime, *, spelled_out: bool = False) -> None:
        """Make a model; *spelled_out*: nothing gets a name of its own, so that formulas read nothing but answers."""
        self.protocol, self.as_of, self.spelled_out = protocol, as_of, spelled_out
        self.mark = ""
        """What the names of this model end with."""
        self.formulas: list[Any] = []
        """What holds in every interview."""
        self.products: list[tuple[Any, Any]] = []
        """Unknowns that stand for products and quotients of unknowns, each with what it is."""
        self.always: dict[int, tuple[Any, Any]] = {}
        """Those of them that every search must respect: whether a question applies hangs on them."""
        self._settled_keys: set[str] = set()
        self._count = 0
        self._meanings: dict[int, Any] = {}
        self._product_ids: set[int] = set()
        self._products_behind: MutableMapping[int, tuple[Any, frozenset[int]]] = {}
        self._looked_through = 0
        self.names = Names(self._name_real)
        self.arithmetic = Arithmetic(self.names)
        self.conditions = Conditions(self)
        self._readings: dict[str, Reading] = {}
        self._given: dict[str, Given] = {}
        self._truths: dict[tuple[str, str], Any] = {}
        self.regions: Mapping[str, Any] = {name: z3.Bool(f"region is {name}") for name in protocol.regions}
        self.hold(at_most_one(list(self.regions.values())))

    # --- building ---

    def hold(self, formula: Formula) -> None:
        """Keep every interview to a formula."""
        if formula is not True:
            self.formulas.append(z3.BoolVal(False) if formula is False else formula)

    def fresh(self, make: Callable[[str], Any]) -> Any:
        """Return an unknown with a name nothing else has."""
        self._count += 1
        return make(f"#{self._count}{self.mark}")

    def _name_real(self, meaning: Any, is_product: bool) -> Any:
        if self.spelled_out:
            return meaning
        symbol = self.fresh(z3.Real)
        self._meanings[symbol.get_id()] = meaning
        if is_product:
            self.products.append((symbol, meaning))
            self._product_ids.add(symbol.get_id())
        else:
            self.formulas.append(symbol == meaning)
        return symbol

    def products_of(self, formula: Formula) -> Mapping[int, tuple[Any, Any]]:
        """Return the products of unknowns that stand behind a formula, through everything it names."""
        if isinstance(formula, bool):
            return {}
        found = self._behind(formula)
        return {each[0].get_id(): each for each in self.products if each[0].get_id() in found}

    def _behind(self, formula: Any) -> frozenset[int]:
        """Return the identities of the products behind a formula; parts are looked into once."""
        waiting = [formula]
        while waiting:
            part = waiting[-1]
            key = part.get_id()
            if key in self._products_behind:
                waiting.pop()
                continue
            meaning = self._meanings.get(key)
            below = part.children() if meaning is None else [meaning]
            unseen = [each for each in below if each.get_id() not in self._products_behind]
            if unseen:
                waiting += unseen
                continue
            waiting.pop()
            found = frozenset().union(*(self._products_behind[each.get_id()][1] for each in below))
            if self._is_product(key):
                found |= {key}
            self._products_behind[key] = (part, found)
        return self._products_behind[formula.get_id()][1]

    def _is_product(self, key: int) -> bool:
        return key in self._product_ids

    def look_through(self) -> None:
        """Look for products behind everything that has a name, so that models beside this one need not."""
        for meaning in list(self._meanings.values())[self._looked_through :]:
            if not isinstance(meaning, bool):
                self._behind(meaning)
        self._looked_through = len(self._meanings)

    def named(self, name: str, formula: Formula) -> Formula:
        """Return a name that stands for a formula, so that what reads it need not repeat it."""
        if self.spelled_out or isinstance(formula, bool) or formula.num_args() == 0:
            return formula
        symbol = z3.Bool(name + self.mark)
        self._meanings[symbol.get_id()] = formula
        self.formulas.append(symbol == formula)
        return symbol

    def named_truth(self, name: str, truth: Kleene) -> Kleene:
        """Return names for both sides of a truth."""
        return Kleene(self.named(f"{name} true", truth.true), self.named(f"{name} false", truth.false))

    def _once(self, kind: str, name: str, make: Any) -> Any:
        if (kind, name) not in self._truths:
            self._truths[kind, name] = make()
        return self._truths[kind, name]

    # --- questions ---

    def given(self, key: str) -> Given:
        """Return what may be answered to a question."""
        if key not in self._given:
            self._given[key] = give(self.protocol.questions[key], self.as_of, self.names, self.hold, self.mark)
        return self._given[key]

    def given_already(self, key: str) -> Given | None:
        """Return what may be answered to a question, where anything asked for it."""
        return self._given.get(key)

    def reading(self, key: str) -> Reading:
        """Return how a question reads."""
        if key not in self._readings:
            question = self.protocol.questions[key]
            given = self.given(key)
            truth = TRUE if question.when is None else self.condition(question.when)
            applies = self.named_truth(f"{key} applies", truth)
            reading = Reading(given, applies, self.named(f"{key} settled otherwise", self._settled(question)))
            self._keep_to_what_applies(given, applies)
            self._readings[key] = reading
        return self._readings[key]

    def _keep_to_what_applies(self, given: Given, applies: Kleene) -> None:
        self.hold(implies(given.answered, no(applies.false)))

    def settle(self) -> None:
        """Hold of every question anything speaks of that it is answered only where it may apply."""
        while waiting := [key for key in self._given if key not in self._readings]:
            for key in waiting:
                self.reading(key)
        for key in self._readings.keys() - self._settled_keys:
            self._settled_keys.add(key)
            self.always |= self.products_of(self._readings[key].applies.false)

    def _settled(self, question: Question) -> Formula:
        """Return whether it cannot apply and everything that settles it instead has a value."""
        given = self.given(question.id)
        return some(
            both(given.reasons[reason.id], every(self.given(other).known for other in reason.substitute))
            for reason in question.cannot_apply
            if reason.substitute
        )

    def applies(self, key: str) -> Kleene:
        """Return whether a question applies."""
        return self.reading(key).applies

    @cached_property
    def region_known(self) -> Formula:
        """Whether it is known where the case is."""
        return some(self.regions.values())

    @cached_property
    def complete(self) -> Formula:
        """Whether every question that applies has an answer or a status."""
        return every(implies(self.applies(key).true, self.given(key).answered) for key in self.protocol.questions)

    # --- what follows from the answers ---

    def condition(self, condition: Condition) -> Kleene:
        """Return the truth of a condition."""
        return self.node(condition.tree)

    def node(self, node: Node) -> Kleene:
        """Return the truth of a tree."""
        return self.conditions.truth(without_constants(node))

    def finding(self, name: str) -> Kleene:
        """Return the truth of a finding; of a number, whether it is known."""
        if is_outside(name):
            return FALSE
        when = self.protocol.findings[name].when
        found: Kleene = self._once("finding", name, lambda: self.named_truth(f"finding {name}", self.condition(when)))
        return found

    def number(self, name: str) -> Bounds:
        """Return a finding that is a number, rounded as it is stored."""
        if is_outside(name):
            return ABSENT
        calculation: Calculation = self.protocol.numbers[name]

        def make() -> Bounds:
            return self.arithmetic.rounded(self.conditions.bounds(calculation.term), calculation.decimals)

        found: Bounds = self._once("number", name, make)
        return found

    def flag(self, name: str, state: FlagState) -> Formula:
        """Return whether a red flag is present, cannot be excluded, or is clear."""
        return self._flag(name)[state]

    def _flag(self, name: str) -> Mapping[FlagState, Formula]:
        flag: RedFlag = self.protocol.red_flags[name]

        def make() -> Mapping[FlagState, Formula]:
            when = self.condition(flag.when)
            cleared = False if flag.unless is None else self.condition(flag.unless).true
            present = self.named(f"flag {name} present", both(when.true, no(cleared)))
            doubtful = self.named(f"flag {name} cannot be excluded", both(when.unknown, no(cleared)))
            return {
                FlagState.PRESENT: present,
                FlagState.CANNOT_EXCLUDE: doubtful,
                FlagState.CLEAR: both(no(present), no(doubtful)),
            }

        found: Mapping[FlagState, Formula] = self._once("flag", name, make)
        return found

    def guard(self, name: str) -> Kleene:
        """Return the truth of a guard."""
        when = self.protocol.guards[name].when
        found: Kleene = self._once("guard", name, lambda: self.named_truth(f"guard {name}", self.condition(when)))
        return found

    def urgency_at_least(self, level: Urgency) -> Formula:
        """Return whether the urgency of a plan is at least so high."""
        if level.rank <= Urgency.ROUTINE.rank:
            return True

        def make() -> Formula:
            return self.named(f"urgency at least {level.value}", some(self._raising(level)))

        return self._once("urgency", level.value, make)

    def _raising(self, level: Urgency) -> Iterator[Formula]:
        for name, flag in self.protocol.red_flags.items():
            for state in (FlagState.PRESENT, FlagState.CANNOT_EXCLUDE):
                asked = contribution(flag, state)
                if asked is not None and asked.rank >= level.rank:
                    yield self.flag(name, state)

    def urgency_is(self, level: Urgency) -> Formula:
        """Return whether the urgency of a plan is this one; a plan is never undetermined."""
        if level is Urgency.UNDETERMINED:
            return False
        above = [each for each in Urgency if each.rank == level.rank + 1]
        higher = self.urgency_at_least(above[0]) if above else False
        return both(self.urgency_at_least(level), no(higher))

    def scope(self, state: ScopeState) -> Formula:
        """Return whether the person is inside the protocol's scope, outside it, or it is not known."""
        truth: Kleene = self._once(
            "scope", "", lambda: self.named_truth("scope", self.condition(self.protocol.scope.when))
        )
        return {ScopeState.IN: truth.true, ScopeState.OUT: truth.false, ScopeState.UNKNOWN: truth.unknown}[state]

    def safety_resolved(self) -> Formula:
        """Return whether no flag on which an urgency hangs is open, and none makes the answers doubtful."""
        return every(
            no(
                either(
                    flag.if_unknown is not None and self.flag(name, FlagState.CANNOT_EXCLUDE),
                    flag.unsettles and self.flag(name, FlagState.PRESENT),
                )
            )
            for name, flag in self.protocol.red_flags.items()
        )

    def rule(self, name: str) -> Kleene:
        """Return whether a rule's condition holds: the flag it answers is raised, its own, and its region."""

        def make() -> Kleene:
            rule: Rule = self.protocol.rules[name]
            parts = [] if rule.when is None else [self.condition(rule.when)]
            if rule.answers is not None:
                raised = self._flag(rule.answers)
                parts.append(Kleene(raised[FlagState.PRESENT], raised[FlagState.CLEAR]))
            found = k_all(parts)
            elsewhere = self._elsewhere(rule)
            return self.named_truth(
                f"rule {name}", Kleene(both(no(elsewhere), found.true), either(elsewhere, found.false))
            )

        found: Kleene = self._once("rule", name, make)
        return found

    def _elsewhere(self, rule: Rule) -> Formula:
        if not rule.regions:
            return False
        return both(self.region_known, no(self.region(rule.regions)))

    def status(self, rule: str, status: str) -> Formula:
        """Return whether a rule comes out with a status (``chatbot.core.outcome.STATUSES``)."""
        found: Mapping[str, Formula] = self._once("status", rule, lambda: self._statuses(self.protocol.rules[rule]))
        return found[status]

    def _statuses(self, rule: Rule) -> Mapping[str, Formula]:
        when = self.rule(rule.id)
        if rule.category == SAFETY_CATEGORY:
            found = {"recommended": when.true, "precaution": when.unknown, "not_applicable": when.false}
            return {status: found.get(status, False) for status in STATUSES}
        guards = [self.guard(each.guard) for each in rule.guards]
        hit, doubtful = some(guard.true for guard in guards), some(guard.unknown for guard in guards)
        inside, outside = self.scope(ScopeState.IN), self.scope(ScopeState.OUT)
        in_doubt = self.scope(ScopeState.UNKNOWN)
        clear = both(when.true, no(hit))
        found = {
            "recommended": both(inside, clear, no(doubtful)),
            "check_first": both(inside, clear, doubtful),
            "withheld": both(inside, when.not_false, hit),
            "precaution": False,
            "pending": either(both(inside, when.unknown, no(hit)), both(in_doubt, when.not_false)),
            "not_applicable": either(when.false, outside),
        }
        return {status: self.named(f"rule {rule.id} is {status}", formula) for status, formula in found.items()}

    def hypothesis(self, name: str, state: str) -> Formula:
        """Return whether a hypothesis is supported, open or unlikely."""
        found: Mapping[str, Formula] = self._once("hypothesis", name, lambda: self._hypothesis(name))
        return found[state]

    def _hypothesis(self, name: str) -> Mapping[str, Formula]:
        hypothesis = self.protocol.hypotheses[name]
        speaks_for = some(self.condition(clue.when).true for clue in hypothesis.for_)
        against = some(self.condition(clue.when).true for clue in hypothesis.against)
        supported = both(speaks_for, no(against)) if "against" not in hypothesis.left_out else False
        unlikely = both(against, no(speaks_for)) if "for" not in hypothesis.left_out else False
        states = (supported, both(no(supported), no(unlikely)), unlikely)
        return {
            state: self.named(f"hypothesis {name} is {state}", formula)
            for state, formula in zip(HYPOTHESIS_STATES, states, strict=True)
        }

    def conflict(self, name: str) -> Formula:
        """Return whether a plan shows a conflict: one of its rules may apply."""
        return some(no(self.status(rule, "not_applicable")) for rule in self.protocol.conflicts[name].rules)

    # --- all of it ---

    def build(self) -> None:
        """Build everything at once: every question, finding, flag, guard, rule, hypothesis and conflict."""
        for key in self.protocol.questions:
            self.reading(key)
        for name in self.protocol.findings:
            if name in self.protocol.numbers:
                self.number(name)
            else:
                self.finding(name)
        for name in self.protocol.red_flags:
            self._flag(name)
        for name in self.protocol.guards:
            self.guard(name)
        for name in self.protocol.rules:
            self.status(name, STATUSES[0])
        for name in self.protocol.hypotheses:
            self.hypothesis(name, HYPOTHESIS_STATES[0])
        for level in Urgency:
            self.urgency_is(level)

    def region(self, names: Sequence[str]) -> Formula:
        """Return whether the case is known to be in one of some regions."""
        return some(each for name, each in self.regions.items() if name in names)

    def is_here(self, key: str) -> bool:
        """Whether a key of a condition is read from this interview, the region among it."""
        return key == REGION or not is_outside(key)
