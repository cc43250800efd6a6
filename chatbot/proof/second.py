"""A second interview that differs from the first in the answers of some questions and in nothing else."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from chatbot.core.condition import Condition
from chatbot.core.findings import FlagState, Network, network
from chatbot.core.outcome import HYPOTHESIS_STATES, STATUSES
from chatbot.core.urgency import ScopeState
from chatbot.proof.answers import Given
from chatbot.proof.model import Model, Reading
from chatbot.proof.truths import Formula, Kleene, either, every, no, same, same_formula

Change = tuple[str, str, Formula]
"""What comes out otherwise: its kind, its name, and when."""


class SecondModel(Model):
    """The formulas of the second interview; what nothing that differs can reach is that of the first.

    The first must have been built whole. An answer the first interview has stays where its question no longer
    applies in the second: there it reads as not applicable, as it does in the engine.
    """

    def __init__(self, first: Model, differing: Collection[str], mark: str = "\u2032") -> None:
        super().__init__(first.protocol, first.as_of)
        self.first, self.differing, self.mark = first, frozenset(differing), mark
        self.formulas.clear()
        self.regions = first.regions
        self.always = first.always
        self._meanings = ChainMap({}, first._meanings)  # type: ignore[assignment]
        first.look_through()
        self._products_behind = ChainMap({}, first._products_behind)
        self._affected = self._reached()

    def _reached(self) -> frozenset[tuple[str, str]]:
        """Return every question, finding and flag that what differs can reach."""
        net = network(self.protocol)
        waiting = self._sources(net)
        found: set[int] = set()
        while waiting:
            position = waiting.pop()
            if position not in found:
                found.add(position)
                waiting += net.dependents[position]
        return frozenset(net.names[position] for position in found)

    def _sources(self, net: Network) -> list[int]:
        """Return the places in the network where the second interview differs by itself."""
        found = [net.questions[key] for key in self.differing]
        return found + [net.questions[other] for key in self.differing for other in net.substitutes.get(key, ())]

    def _touched(self, *conditions: Condition | None) -> bool:
        return any(
            ("question", name) in self._affected or ("finding", name) in self._affected
            for condition in conditions
            if condition is not None
            for name in (*condition.questions, *condition.findings)
        )

    def is_affected(self, kind: str, name: str) -> bool:
        """Whether the differing questions can reach something: a question, finding, flag, guard, rule …"""
        protocol = self.protocol
        match kind:
            case "guard":
                return self._touched(protocol.guards[name].when)
            case "rule":
                rule = protocol.rules[name]
                return self._touched(rule.when) or ("flag", rule.answers) in self._affected
            case "status":
                guards = [each.guard for each in protocol.rules[name].guards]
                parts = [self.is_affected("rule", name), *(self.is_affected("guard", each) for each in guards)]
                return any(parts) or self.is_affected("scope", "")
            case "hypothesis":
                clues = (*protocol.hypotheses[name].for_, *protocol.hypotheses[name].against)
                return self._touched(*(clue.when for clue in clues))
            case "scope":
                return self._touched(protocol.scope.when)
            case "urgency":
                return any(kind == "flag" for kind, _ in self._affected)
        return ("finding" if kind == "number" else kind, name) in self._affected

    def _once(self, kind: str, name: str, make: Callable[[], Any]) -> Any:
        if (kind, name) in self.first._truths and not self.is_affected(kind, name):
            return self.first._truths[kind, name]
        return super()._once(kind, name, make)

    def given(self, key: str) -> Given:
        """Return what may be answered to a question; only of a differing one is it another than in the first."""
        if key not in self.differing:
            return self.first.given(key)
        return super().given(key)

    def given_already(self, key: str) -> Given | None:
        """Return what may be answered to a question, where anything asked for it."""
        return self._given.get(key) or self.first.given_already(key)

    def reading(self, key: str) -> Reading:
        """Return how a question reads."""
        return super().reading(key) if ("question", key) in self._affected else self.first.reading(key)

    def _keep_to_what_applies(self, given: Given, applies: Kleene) -> None:
        """An answer that is not that of the first interview is given only where the question may apply."""
        if given.question.id in self.differing:
            kept = answered_alike(self.first.given(given.question.id), given)
            self.hold(either(no(given.answered), no(applies.false), kept))

    def products_of(self, formula: Formula) -> Mapping[int, tuple[Any, Any]]:
        """Return the products of unknowns behind a formula that speaks of both interviews."""
        if isinstance(formula, bool):
            return {}
        found = self._behind(formula)
        return {each[0].get_id(): each for each in (*self.first.products, *self.products) if each[0].get_id() in found}

    def _is_product(self, key: int) -> bool:
        return super()._is_product(key) or self.first._is_product(key)

    # --- what comes out otherwise ---

    def decisions(self) -> Iterator[Change]:
        """Yield every decision that may come out otherwise than in the first.

        Red flags, statuses of rules, hypotheses and scope; urgency and conflicts follow from these.
        """
        protocol = self.protocol
        for name in protocol.red_flags:
            for state in (FlagState.PRESENT, FlagState.CANNOT_EXCLUDE):
                yield from differing("flag", name, self.first.flag(name, state), self.flag(name, state))
        for name in protocol.rules:
            for status in STATUSES:
                yield from differing("rule", name, self.first.status(name, status), self.status(name, status))
        for name in protocol.hypotheses:
            for way in HYPOTHESIS_STATES:
                yield from differing("hypothesis", name, self.first.hypothesis(name, way), self.hypothesis(name, way))
        for scope in ScopeState:
            yield from differing("scope", "", self.first.scope(scope), self.scope(scope))

    def guarded(self) -> Iterator[Change]:
        """Yield every guard that may come out otherwise: of a safety rule it changes what is done, not the status."""
        for name in self.protocol.guards:
            ours, theirs = self.first.guard(name), self.guard(name)
            yield from truths_differing("guard", name, ours, theirs)

    def asked(self) -> Iterator[Change]:
        """Yield every other question that may apply otherwise than in the first."""
        for key in self.protocol.questions:
            if key not in self.differing:
                ours, theirs = self.first.applies(key), self.applies(key)
                yield from truths_differing("question", key, ours, theirs)


def answered_alike(ours: Given, theirs: Given) -> Formula:
    """Return whether a question is answered alike in both interviews."""
    return every(same(one, other) for one, other in zip(ours.symbols, theirs.symbols, strict=True))


def truths_differing(kind: str, name: str, ours: Kleene, theirs: Kleene) -> Iterator[Change]:
    """Yield when a truth comes out otherwise, on either side."""
    yield from differing(kind, name, ours.true, theirs.true)
    yield from differing(kind, name, ours.false, theirs.false)


def differing(kind: str, name: str, ours: Formula, theirs: Formula) -> Iterator[Change]:
    """Yield when something comes out otherwise; nothing where it cannot."""
    if not same_formula(ours, theirs):
        yield kind, name, no(same(ours, theirs))
