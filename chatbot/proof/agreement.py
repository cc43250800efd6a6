"""Do the formulas and the engine say the same of one interview? What the proofs stand on."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from chatbot.core.case import Case
from chatbot.core.facts import NotApplicable
from chatbot.core.findings import PLAN_STATES
from chatbot.core.outcome import HYPOTHESIS_STATES, STATUSES, conflicts_shown, hypothesis_state, outcome
from chatbot.core.protocol import Protocol
from chatbot.core.quantity import Quantity
from chatbot.core.site import region_of
from chatbot.core.urgency import ScopeState, safety_resolved
from chatbot.core.values import Urgency
from chatbot.proof.model import Model
from chatbot.proof.reals import linear, spelled
from chatbot.proof.samples import Sampler
from chatbot.proof.truths import Formula, Kleene, both, every, no

Ways = Mapping[Hashable, Formula]
"""How something may come out, and when it does."""

STATES = ("known", "unknown", "declined", "not_assessed", "cannot_apply", "not_asked")


class Agreement:
    """Everything both sides speak of, for one protocol at one moment."""

    def __init__(self, protocol: Protocol, as_of: datetime) -> None:
        self.protocol = protocol
        model = self.model = Model(protocol, as_of, spelled_out=True)
        model.build()
        self.ways = dict(self._ways())
        ends = [end for name in protocol.numbers for end in (model.number(name).low, model.number(name).high)]
        self.sampler = Sampler(
            model,
            [formula for ways in self.ways.values() for formula in ways.values()],
            [spelled(linear(model.names, end.number)) for end in ends],
        )

    def _ways(self) -> Iterator[tuple[str, Ways]]:
        """Name everything that is compared, with the ways it may come out."""
        model, protocol = self.model, self.protocol
        for key in protocol.questions:
            reading = model.reading(key)
            yield f"{key} applies", _kleene(reading.applies)
            states: dict[Hashable, Formula] = {state: reading.state(state) for state in STATES}
            yield f"the state of {key}", {**states, "not_applicable": reading.applies.false}
            there = both(reading.known, no(reading.absent))
            yield f"the value of {key}", {"not applicable": reading.absent, "missing": reading.missing, "there": there}
        for name in protocol.findings:
            if name in protocol.numbers:
                number = model.number(name)
                yield f"number {name} applies", {False: number.absent, True: no(number.absent)}
                for side, end in (("low", number.low), ("high", number.high)):
                    yield f"the {side} end of {name}", {True: end.finite, False: no(end.finite)}
                yield f"number {name} is sure", {True: number.sure, False: no(number.sure)}
            else:
                yield f"finding {name}", _kleene(model.finding(name))
        for name in protocol.red_flags:
            yield f"flag {name}", {state: model.flag(name, state) for state in PLAN_STATES}
        for name in protocol.guards:
            yield f"guard {name}", _kleene(model.guard(name))
        for name in protocol.rules:
            yield f"rule {name}", {status: model.status(name, status) for status in STATUSES}
        for name in protocol.hypotheses:
            yield f"hypothesis {name}", {state: model.hypothesis(name, state) for state in HYPOTHESIS_STATES}
        for name in protocol.conflicts:
            yield f"conflict {name}", {True: model.conflict(name), False: no(model.conflict(name))}
        yield "urgency", {level: model.urgency_is(level) for level in Urgency}
        yield "scope", {state: model.scope(state) for state in ScopeState}
        yield "safety resolved", {True: model.safety_resolved(), False: no(model.safety_resolved())}
        yield "an interview of the model", {True: every(model.formulas)}

    def disagreements(self, case: Case) -> list[str]:
        """Return everything the engine and the formulas see differently in a case, in words; none when they agree."""
        bits, numbers = self.sampler.read(case.answers, region_of(self.protocol, case.site))
        held = iter(bits)
        seen = {what: [way for way in ways if next(held)] for what, ways in self.ways.items()}
        engine = dict(self._engine(case))
        assert engine.keys() == seen.keys()
        found = [
            f"{what}: the engine says {engine[what]}, the formulas {seen[what]}"
            for what in seen
            if engine[what] is not _SKIPPED and seen[what] != [engine[what]]
        ]
        for place, name in enumerate(self.protocol.numbers):
            quantity = case.assessment.facts.findings[name]
            if isinstance(quantity, Quantity):
                for end, value in zip((quantity.low, quantity.high), numbers[2 * place : 2 * place + 2], strict=True):
                    if end is not None and not _alike(end, value):
                        found.append(f"number {name}: the engine says {end}, the formulas {value}")
        return found

    def _engine(self, case: Case) -> Iterator[tuple[str, Any]]:
        protocol, assessment = self.protocol, case.assessment
        facts, found = assessment.facts, outcome(protocol, assessment)
        for key in protocol.questions:
            value = facts.values[key]
            yield f"{key} applies", assessment.applies[key]
            yield f"the state of {key}", facts.states[key]
            absent = isinstance(value, NotApplicable)
            yield f"the value of {key}", "not applicable" if absent else "missing" if value is None else "there"
        for name in protocol.findings:
            value = facts.findings[name]
            if name not in protocol.numbers:
                yield f"finding {name}", value
            else:
                there = isinstance(value, Quantity)
                yield f"number {name} applies", there
                yield f"the low end of {name}", value.low is not None if there else _SKIPPED
                yield f"the high end of {name}", value.high is not None if there else _SKIPPED
                yield f"number {name} is sure", value.sure if there else _SKIPPED
        yield from ((f"flag {name}", state) for name, state in assessment.flags.items())
        yield from ((f"guard {name}", truth) for name, truth in found.guards.items())
        yield from ((f"rule {name}", status) for name, status in found.statuses.items())
        for name, hypothesis in protocol.hypotheses.items():
            yield f"hypothesis {name}", hypothesis_state(hypothesis, facts)
        shown = conflicts_shown(protocol, found.statuses)
        yield from ((f"conflict {name}", name in shown) for name in protocol.conflicts)
        yield "urgency", found.urgency
        yield "scope", found.scope
        yield "safety resolved", safety_resolved(protocol, assessment)
        yield "an interview of the model", True


_SKIPPED = object()
"""Nothing to compare: the number does not apply."""


def _alike(end: Decimal, value: Fraction) -> bool:
    """Whether two ends are one number, but for the 34 digits the engine keeps of a division."""
    return abs(Fraction(end) - value) * 10**28 <= max(abs(value), Fraction(1))


def _kleene(truth: Kleene) -> Ways:
    return {True: truth.true, False: truth.false, None: truth.unknown}
