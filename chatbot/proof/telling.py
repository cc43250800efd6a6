"""A counter-example in words: who it is, what they get, and which rule or red flag is why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from chatbot.core.answers import answer_text
from chatbot.core.content_words import listed, quoted
from chatbot.core.explain import contributors
from chatbot.core.findings import FlagState
from chatbot.core.plan import build_plan
from chatbot.core.property_tree import (
    ActionIs,
    AllOf,
    AnsweredInTime,
    AnyOf,
    ConflictShown,
    FlagIs,
    GuardIs,
    Holds,
    HypothesisIs,
    Implies,
    IndependentOf,
    MoreFlags,
    NotExcluded,
    NotSo,
    PropertyNode,
    SafetyResolved,
    ScopeIs,
    StatusIs,
    UrgencyIs,
    atoms,
    meaning,
)
from chatbot.core.protocol import Question
from chatbot.core.tree import questions_of, walk
from chatbot.core.urgency import contribution
from chatbot.core.values import Answer, Urgency
from chatbot.proof.counterexamples import CounterExample, told_apart
from chatbot.proof.situation import Situation, evaluate

MOST = 8
"""How many reasons of one kind are told."""

FEW = 2
"""How many red flags are told of those that ask for the urgency there is, and of those that do not ask for more."""


def tell(example: CounterExample, situations: Sequence[Situation]) -> list[str]:
    """Return the paragraphs and list items (``- ``) that explain a counter-example."""
    if len(situations) == 1:
        return _Teller(situations[0]).alone(example)
    return _both(example, *situations)


def _both(example: CounterExample, first: Situation, second: Situation) -> list[str]:
    one, other = _Teller(first), _Teller(second)
    keys = list(example.instead or {})
    shared = [key for key in first.answers if key not in keys]
    lines = ["Two patients are alike in everything that is known of them:" if shared else "Two patients."]
    lines += [f"- {one.said(key)}" for key in shared]
    for which, teller in (("The first", one), ("The second", other)):
        lines.append(f"{which} differs in this:" if teller is other else f"{which}:")
        lines += [f"- {teller.said(key)}" for key in keys]
        lines.append(f"and comes out as {teller.urgency()}.")
    claim = example.property.claim
    if isinstance(claim, IndependentOf):
        apart = told_apart(claim, first, second)
        lines.append("What should come out alike does not:")
        told = dict.fromkeys(
            f"- of the {which}, {each.atom(node, evaluate(node, each.situation) is True)}"
            for node in apart[:MOST]
            for which, each in (("first", one), ("second", other))
        )
        return [*lines, *told, *_states(example)]
    lines += [f"- of the first, {each}" for each in one.what_raises()]
    raising = {name for name, level in one.levels() if level.rank > other.situation.outcome.urgency.rank}
    lines += [f"- of the second, {other.flag(name)}" for name in raising]
    return [*lines, *_states(example)]


def _states(example: CounterExample) -> list[str]:
    return [f"It should be so: {example.property.states}"]


class _Teller:
    """Says of one interview what it comes to."""

    def __init__(self, situation: Situation) -> None:
        assert situation.case is not None
        self.situation, self.protocol = situation, situation.protocol
        self.plan = build_plan(situation.protocol, situation.case)
        self.rules: Mapping[str, Mapping[str, Any]] = {each["id"]: each for each in self.plan["recommendations"]}

    # --- who it is ---

    def alone(self, example: CounterExample) -> list[str]:
        claim = example.property.claim
        lines = [
            "A patient of whom this is known and nothing else:"
            if example.answers
            else "A patient of whom nothing is known"
        ]
        lines += [f"- {self.said(key)}" for key in self.situation.answers]
        lines.append(f"comes out as {self.urgency()}.")
        if isinstance(claim, MoreFlags):
            return [*lines, *(f"- {each}" for each in self.what_raises()), *_states(example)]
        assert isinstance(claim, Implies)
        met = [] if claim.premise is None else list(self.met(claim.premise))
        if met:
            lines += ["This is a patient the property speaks of:", *(f"- {each}" for each in met)]
        lines += _states(example)
        lines += [
            "It is not so, because:",
            *(f"- {each}" for each in dict.fromkeys(self.failing(claim.conclusion, True))),
        ]
        return lines

    def said(self, key: str) -> str:
        question = self.protocol.questions[key]
        answer = self.situation.answers.get(key)
        text = "not asked" if answer is None else self.answer(question, answer)
        return f"{question.named.clinician}: {text}"

    def answer(self, question: Question, answer: Answer) -> str:
        return answer_text(self.protocol.labels, question, answer, "clinician")

    def urgency(self) -> str:
        return _level(self.situation.outcome.urgency)

    # --- what it comes to ---

    def levels(self) -> list[tuple[str, Urgency]]:
        """Return the red flags that ask for something, with what they ask for, the most urgent first."""
        flags = self.situation.assessment.flags
        asked = [(name, contribution(self.protocol.red_flags[name], state)) for name, state in flags.items()]
        found = [(name, level) for name, level in asked if level is not None]
        return sorted(found, key=lambda each: -each[1].rank)

    def what_raises(self) -> list[str]:
        """Say the red flags the urgency comes from."""
        levels = self.levels()
        top = [name for name, level in levels if level.rank == levels[0][1].rank]
        return [self.flag(name) for name in top[:MOST]]

    def flag(self, name: str) -> str:
        flag, state = self.protocol.red_flags[name], self.situation.assessment.flags[name]
        title = quoted(flag.title.clinician)
        words = {
            FlagState.PRESENT: "is present",
            FlagState.CANNOT_EXCLUDE: "cannot be excluded",
            FlagState.CLEAR: "is clear",
        }
        cleared = state is FlagState.CLEAR and flag.unless is not None and self.holds(flag.unless)
        condition = flag.unless if cleared else flag.when
        asked = contribution(flag, state)
        level = f" and asks for {_level(asked)}" if asked is not None else ""
        return f"the red flag {title} {words[state]}{level}{self.because(condition)}"

    def holds(self, condition: Any) -> bool:
        return condition.evaluate(self.situation.assessment.facts) is True

    def because(self, *conditions: Any) -> str:
        """Say the answers behind the present value of conditions, and what of it was not asked."""
        facts = self.situation.assessment.facts
        keys = [key for each in conditions for key in contributors(self.protocol, each, facts)]
        known = [key for key in dict.fromkeys(keys) if key in self.situation.answers]
        if known:
            return f", because of {_listed(self.said(key) for key in known[:MOST])}"
        return f", because this is not known: {self.named(dict.fromkeys(keys))}" if keys else ""

    def named(self, keys: Iterable[str]) -> str:
        """Name questions."""
        return _listed(self.protocol.questions[key].named.clinician for key in islice(keys, MOST))

    def rule(self, name: str) -> str:
        rule, line = self.protocol.rules[name], self.rules[name]
        title, status = quoted(rule.title.clinician), line["status"]
        said = {
            "recommended": f"{title} is recommended",
            "precaution": f"{title} is a precaution only",
            "check_first": f"{title} is to be checked first",
            "withheld": f"{title} is withheld",
            "pending": f"{title} is pending",
            "not_applicable": f"{title} does not apply",
        }[status]
        guards = [each for each in rule.guards if self.situation.outcome.guards[each.guard] is not False]
        by = [self.protocol.guards[each.guard] for each in guards]
        if status == "pending" and line["pending_on"]:
            return f"{said}: this is not known: {self.named(line['pending_on'])}"
        if status in {"withheld", "check_first"} or (guards and status == "recommended"):
            reasons = self.because(*(guard.when for guard in by))
            return f"{said} by the guard {listed([quoted(each.title.clinician) for each in by], 'and')}{reasons}"
        conditions = [] if rule.when is None else [rule.when]
        if rule.answers is not None:
            conditions.insert(0, self.protocol.red_flags[rule.answers].when)
        return f"{said}{self.because(*conditions)}"

    # --- trees ---

    def met(self, premise: PropertyNode) -> Iterator[str]:
        """Say why the property speaks of this patient, as far as it is more than an answer."""
        for node in atoms(premise):
            if isinstance(node, FlagIs | GuardIs | StatusIs | UrgencyIs) and evaluate(node, self.situation) is True:
                yield self.atom(node, True)

    def failing(self, node: PropertyNode, wanted: bool) -> Iterator[str]:
        """Say the parts of a tree for which it does not come out as wanted."""
        if (evaluate(node, self.situation) is True) is wanted:
            return
        match node:
            case NotSo(item):
                yield from self.failing(item, not wanted)
            case AllOf(items) | AnyOf(items):
                for item in items:
                    yield from self.failing(item, wanted)
            case _:
                yield self.atom(node, not wanted)

    def atom(self, node: PropertyNode, is_so: bool) -> str:
        """Say what one atom speaks of, as it is on this interview."""
        outcome = self.situation.outcome
        match node:
            case UrgencyIs(levels):
                if is_so:
                    return f"the urgency is {self.urgency()}"
                named = listed([_level(level) for level in Urgency if level in levels])
                return f"the urgency is {self.urgency()}, not {named}: {self.below(levels)}"
            case FlagIs(flag, _):
                return self.flag(flag)
            case GuardIs(guard, _):
                truth = {True: "holds", False: "does not hold", None: "is unknown"}[outcome.guards[guard]]
                found = self.protocol.guards[guard]
                return f"the guard {quoted(found.title.clinician)} {truth}{self.because(found.when)}"
            case StatusIs(rule, _):
                return self.rule(rule)
            case ActionIs():
                return self.action(node, is_so)
            case AnsweredInTime(flag, _):
                rules = [name for name, rule in self.protocol.rules.items() if rule.answers == flag]
                said = "; ".join(self.rule(name) for name in rules) or "no rule answers it"
                return f"{quoted(self.protocol.red_flags[flag].title.clinician)} is not acted on in time: {said}"
            case ConflictShown(conflict):
                title = quoted(self.protocol.conflicts[conflict].question.clinician)
                return f"the conflict {title} is {'' if is_so else 'not '}shown"
            case HypothesisIs(name, _):
                title = quoted(self.protocol.hypotheses[name].title.clinician)
                state = next(each["state"] for each in self.plan["hypotheses"] if each["id"] == name)
                return f"the explanation {title} is {state}"
            case ScopeIs(_):
                return f"the scope is {outcome.scope.value}"
            case SafetyResolved():
                return f"the safety screen is {'' if self.situation.resolved else 'not '}settled"
            case Holds(condition) | NotExcluded(condition):
                return f"a condition {'holds' if is_so else 'does not hold'}: {_conditioned(condition, self)}"
        return "what is not urgent does not wait for the emergency"

    def below(self, levels: Iterable[Urgency]) -> str:
        """Say why the urgency is not as high as it should be, or what raises it above that."""
        asked = self.levels()
        raising = [name for name, level in asked if level.rank == asked[0][1].rank]
        # What is there says more than what could not be excluded.
        raising.sort(key=lambda name: self.situation.assessment.flags[name] is not FlagState.PRESENT)
        wanted = max((level.rank for level in levels), default=0)
        read, facts = set(self.situation.answers), self.situation.assessment.facts
        near = [
            name
            for name, flag in self.protocol.red_flags.items()
            if flag.urgency.rank >= wanted and read & set(contributors(self.protocol, flag.when, facts))
        ]
        if self.situation.outcome.urgency.rank > wanted:
            near = []
        told = list(dict.fromkeys([*raising[:FEW], *near]))[: 2 * FEW]
        return "; ".join(self.flag(name) for name in told) or "no red flag reads these answers"

    def action(self, node: ActionIs, is_so: bool) -> str:
        """Say which rules do something, and what became of each."""
        spelled = meaning(self.protocol, node)
        assert isinstance(spelled, AnyOf)
        items = [item for item in spelled.items if not is_so or evaluate(item, self.situation) is True]
        rules = dict.fromkeys(each.rule for item in items for each in atoms(item) if isinstance(each, StatusIs))
        said = "; ".join(self.rule(name) for name in list(rules)[:MOST]) or "no rule of the content does it"
        verb = {"advised_against": "advised against", "called_for": "called for"}
        how = verb.get(node.level, node.level.replace("_", " "))
        return f"the action {node.action} is {'' if is_so else 'not '}{how}: {said}"


def _conditioned(condition: Any, teller: _Teller) -> str:
    read = {key for each in walk(condition) for key in questions_of(each)}
    keys = [key for key in teller.protocol.questions if key in read]
    return _listed(teller.said(key) for key in keys[:MOST]) or "it reads what earlier visits said"


def _level(level: Urgency) -> str:
    return level.value.replace("_", " ")


def _listed(texts: Iterable[str]) -> str:
    return listed([quoted(each) for each in texts], "and")
