"""The formulas of a protocol with a mistake, over the answers of an interview of the original.

What the mistake cannot reach is that of the original, so that only the rest is built and searched.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator

from chatbot.core.findings import FlagState, Network
from chatbot.core.protocol import SAFETY_CATEGORY, Rule, RuleGuard
from chatbot.core.urgency import contribution
from chatbot.core.values import Urgency
from chatbot.proof.model import Model
from chatbot.proof.mutants import Mutant
from chatbot.proof.quantities import End
from chatbot.proof.reals import compared
from chatbot.proof.second import Change, SecondModel, differing, truths_differing
from chatbot.proof.truths import Formula, Kleene, both, either, no, same, some

RAISED = (FlagState.PRESENT, FlagState.CANNOT_EXCLUDE)


class VariantModel(SecondModel):
    """What the answers of the first model come to under a mutant; the first must have been built whole.

    An answer to a question that does not apply under the mutant reads as in the engine: as not applicable.
    """

    def __init__(self, first: Model, mutant: Mutant, mark: str = "\u2032") -> None:
        self.mutant = mutant
        super().__init__(first, (), mark)
        self.protocol = mutant.protocol
        # Nothing of a mutant is to stay with the first once it is done with.
        self.always = dict(first.always)
        self.products = list(first.products)
        self.names.ladders, self.names.kept = first.names.ladders, ChainMap({}, first.names.kept)  # type: ignore[assignment]

    def _sources(self, net: Network) -> list[int]:
        """Return the place of the element with the mistake; what nothing reads has none."""
        if self.mutant.kind not in {"question", "finding", "flag"}:
            return []
        return [net.names.index((self.mutant.kind, name)) for name in self.mutant.changed]

    def is_affected(self, kind: str, name: str) -> bool:
        """Whether the mistake can reach something: a question, finding, flag, guard, rule …"""
        own = "rule" if kind == "status" else kind
        if own == self.mutant.kind and name in self.mutant.changed:
            return True
        return super().is_affected(kind, name)

    # --- what comes out otherwise ---

    def at_the_place(self) -> Iterator[Change]:
        """Yield how the element with the mistake comes out otherwise, before anything is made of it."""
        kind, first = self.mutant.kind, self.first
        for name in self.mutant.changed:
            match kind:
                case "question":
                    yield from truths_differing(kind, name, first.applies(name), self.applies(name))
                case "finding" if name in self.protocol.numbers:
                    yield from self.numbers_apart()
                case "finding":
                    yield from truths_differing(kind, name, first.finding(name), self.finding(name))
                case "guard":
                    yield from truths_differing(kind, name, first.guard(name), self.guard(name))
                case "rule":
                    yield from truths_differing(kind, name, first.rule(name), self.rule(name))
                case _:
                    return

    def apart(self) -> Iterator[Change]:
        """Yield every way in which somebody would notice: all a plan decides, what is asked, and numbers it names."""
        yield from self.urgency_apart()
        yield from self.decisions()
        yield from self.done_apart()
        for name in self.protocol.conflicts:
            yield from differing("conflict", name, self.first.conflict(name), self.conflict(name))
        yield from differing("safety_resolved", "", self.first.safety_resolved(), self.safety_resolved())
        yield from self.asked()
        yield from self.numbers_apart()

    def urgency_apart(self) -> Iterator[Change]:
        """Yield how the urgency of the plan comes out otherwise."""
        for level in Urgency:
            ours, theirs = self.first.urgency_at_least(level), self.urgency_at_least(level)
            yield from differing("urgency", level.value, ours, theirs)

    def levels_apart(self) -> Iterator[Change]:
        """Yield when a flag that stands asks for another urgency than before, whatever the plan comes to."""
        if self.mutant.kind == "flag":
            for name, flag in self.mutant.changed.items():
                for state in RAISED:
                    if contribution(self.first.protocol.red_flags[name], state) is not contribution(flag, state):
                        yield "flag", f"{name} {state.value}", self.flag(name, state)

    def done_apart(self) -> Iterator[Change]:
        """Yield when a rule that stands is to be done in another time, or a safety rule in another way."""
        for name, after in self.protocol.rules.items():
            before = self.first.protocol.rules[name]
            if after.within != before.within:
                yield "rule", f"{name}, when it is due", self._stands(name)
            if after.category != SAFETY_CATEGORY:
                continue
            for guard in dict.fromkeys(each.guard for each in (*before.guards, *after.guards)):
                ours = _state_of(guard, before, self.first)
                theirs = _state_of(guard, after, self)
                for one, other in ((ours.true, theirs.true), (ours.not_false, theirs.not_false)):
                    for _, _, differs in differing("", "", one, other):
                        yield "guard", f"{guard} of {name}", both(self._stands(name), differs)

    def _stands(self, rule: str) -> Formula:
        return some(self.status(rule, status) for status in ("recommended", "precaution", "check_first"))

    def numbers_apart(self) -> Iterator[Change]:
        """Yield when a number of the plan comes out otherwise: whether it applies, its value, or its lower end."""
        for name in self.protocol.numbers:
            if self.is_affected("number", name):
                ours, theirs = self.first.number(name), self.number(name)
                there = both(no(ours.absent), no(theirs.absent))
                known = [self.arithmetic.is_known(each, settled=True).true for each in (ours, theirs)]
                stands = [both(each.sure, each.low.finite) for each in (ours, theirs)]
                apart = either(
                    no(same(ours.absent, theirs.absent)),
                    both(there, no(same(*known))),
                    both(there, no(same(*stands))),
                    both(there, *stands, self._end_apart(ours.low, theirs.low)),
                )
                yield "number", name, apart

    def _end_apart(self, ours: End, theirs: End) -> Formula:
        return ours is not theirs and no(compared(self.names, ours.number, "==", theirs.number))


def _state_of(guard: str, rule: Rule, model: Model) -> Kleene:
    """Return the state of a guard as a rule uses it; of one it does not use, false."""
    used: tuple[RuleGuard, ...] = rule.guards
    return model.guard(guard) if any(each.guard == guard for each in used) else Kleene(False, True)
