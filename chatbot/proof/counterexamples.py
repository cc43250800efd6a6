"""Interviews on which a property is not so, made as small as they can be, and held against the engine.

A solver answers with whatever fits, most of which has nothing to do with the matter. What stays here after all that
can go has gone was needed: without any one of these answers the property holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from chatbot.core.batch import NotAccepted, with_answers
from chatbot.core.case import Case
from chatbot.core.commands import GiveAnswer
from chatbot.core.events import CaseOpened
from chatbot.core.property_tree import Holds, IndependentOf, Property, PropertyNode, RaisesOnly
from chatbot.core.protocol import Protocol
from chatbot.core.urgency import plan_urgency
from chatbot.core.values import Stored, moment_text
from chatbot.proof.situation import Situation, broken, evaluate, situation_of

if TYPE_CHECKING:
    from chatbot.proof.interviews import Interview

CHUNKS = (16, 4, 1)
"""How many answers are left out at once, tried one after the other."""


@dataclass(frozen=True)
class CounterExample:
    """One interview, or two that differ in some answers, and the property that is not so."""

    property: Property
    answers: Mapping[str, GiveAnswer]
    """By question, in content order."""
    as_of: datetime
    region: str = ""
    instead: Mapping[str, GiveAnswer | None] | None = None
    """What the second interview answers otherwise; None: nothing, as it is not asked. Without it there is but one."""

    def situations(self, protocol: Protocol) -> tuple[Situation, ...]:
        """Return what the interviews come to.

        Raises: NotAccepted for an answer the engine does not take.
        """
        first = _situation(protocol, self.answers, self.as_of, self.region)
        if self.instead is None:
            return (first,)
        kept = {key: self.answers[key] for key in self.answers if key in first.answers and key not in self.instead}
        other = {key: answer for key, answer in self.instead.items() if answer is not None}
        # An answer stays where its question no longer applies: it was given when it did.
        return first, situation_of(protocol, _case(protocol, {**kept, **other}, self.as_of, self.region))


def _case(protocol: Protocol, answers: Mapping[str, GiveAnswer], as_of: datetime, region: str) -> Case:
    opened = CaseOpened("", "test", moment_text(as_of), "", "", protocol.identity)
    ordered = [answers[key] for key in protocol.questions if key in answers]
    return with_answers(protocol, opened, ordered, region)


def _situation(protocol: Protocol, answers: Mapping[str, GiveAnswer], as_of: datetime, region: str) -> Situation:
    """Return an interview without the answers to questions that do not apply: nobody was asked them."""
    while True:
        case = _case(protocol, answers, as_of, region)
        kept = {key: given for key, given in answers.items() if case.assessment.applies[key] is not False}
        if len(kept) == len(answers):
            return situation_of(protocol, case)
        answers = kept


# --- whether it is one ----------------------------------------------------------------------------


def counter_example(protocol: Protocol, each: Property, interviews: Sequence[Interview]) -> CounterExample | None:
    """Return the smallest counter-example within interviews that refute a property; None where the engine disagrees."""
    first = interviews[0]
    found = CounterExample(each, first.answers, first.as_of, first.region)
    if len(interviews) == 2:
        other = interviews[1].answers
        keys = [key for key in protocol.questions if first.answers.get(key) != other.get(key)]
        found = replace(found, instead={key: other.get(key) for key in keys})
    return smallest(protocol, found) if still_refutes(protocol, found) else None


def still_refutes(protocol: Protocol, example: CounterExample) -> bool:
    """Whether a property is not so on these interviews, by the engine."""
    try:
        situations = example.situations(protocol)
    except NotAccepted:
        return False
    if len(situations) == 1:
        return broken(example.property, situations[0]) is not None
    first, second = situations
    claim = example.property.claim
    if isinstance(claim, IndependentOf):
        return bool(told_apart(claim, first, second))
    assert isinstance(claim, RaisesOnly) and example.instead is not None
    changed = [key for key in example.instead if first.answers.get(key) != second.answers.get(key)]
    if not changed or not all(_is_change(claim, key, first, second) for key in changed):
        return False
    before, after = (plan_urgency(protocol, each.assessment) for each in situations)
    return after.rank < before.rank


def told_apart(claim: IndependentOf, first: Situation, second: Situation) -> list[PropertyNode]:
    """Return what comes out otherwise in the second of two interviews that should come out alike."""
    changed = {key for key in {**first.answers, **second.answers} if first.answers.get(key) != second.answers.get(key)}
    if not changed <= set(claim.questions):
        return []
    return [node for node in claim.outcomes if evaluate(node, first) is not evaluate(node, second)]


def _is_change(claim: RaisesOnly, key: str, first: Situation, second: Situation) -> bool:
    return first.assessment.applies[key] is not False and any(
        evaluate(Holds(each.before), first) is True and evaluate(Holds(each.after), second) is True
        for each in claim.changes
        if each.question == key
    )


# --- making it small ------------------------------------------------------------------------------


def smallest(protocol: Protocol, example: CounterExample) -> CounterExample:
    """Return the counter-example with everything left out that is not needed for it."""

    def holds_up(tried: CounterExample) -> bool:
        return still_refutes(protocol, tried)

    example = replace(example, answers=_answered(protocol, example))
    for size in CHUNKS:
        example = _without_chunks(example, size, holds_up)
    while True:
        simpler = next((each for each in _simpler(protocol, example) if holds_up(each)), None)
        if simpler is None:
            return example
        example = simpler


def _answered(protocol: Protocol, example: CounterExample) -> dict[str, GiveAnswer]:
    """Return the answers of the first interview to questions that were asked, in content order."""
    asked = example.situations(protocol)[0].answers
    return {key: example.answers[key] for key in protocol.questions if key in asked and key in example.answers}


def _without_chunks(example: CounterExample, size: int, holds_up: Callable[[CounterExample], bool]) -> CounterExample:
    """Leave out answers by the chunk, the last asked first, until none can go."""
    end = len(example.answers)
    while end > 0:
        keys = list(example.answers)[max(0, end - size) : end]
        fewer = {key: given for key, given in example.answers.items() if key not in keys}
        tried = replace(example, answers=fewer)
        if holds_up(tried):
            example = tried
        end -= size
    return example


def _simpler(protocol: Protocol, example: CounterExample) -> Iterator[CounterExample]:
    """Yield counter-examples that say a little less: one answer, one region, one change, one option less."""
    if example.region:
        yield replace(example, region="")
    instead = example.instead or {}
    for key in instead if len(instead) > 1 else ():
        yield replace(example, instead={other: given for other, given in instead.items() if other != key})
    for key in example.answers:
        if key not in instead:
            yield replace(example, answers={k: given for k, given in example.answers.items() if k != key})
    for key, given in example.answers.items():
        for value in _plainer(given.value):
            yield replace(example, answers={**example.answers, key: replace(given, value=value)})
    for key, other in instead.items():
        for value in _plainer(None if other is None else other.value):
            assert other is not None
            yield replace(example, instead={**instead, key: replace(other, value=value)})


def _plainer(value: Stored | None) -> Iterator[Stored]:
    """Yield values that say less: one option or cell fewer, one day for a span of days, a whole number."""
    if isinstance(value, list) and len(value) > 1:
        yield from ([option for option in value if option != left] for left in value)
    elif isinstance(value, dict) and len(value) > 1:
        yield from ({cell: option for cell, option in value.items() if cell != left} for left in value)
    elif isinstance(value, str) and "T" in value and value[:4].isdigit():
        first, _, last = value.partition("/")
        yield from sorted({first[:10], last[:10]} - {"", value})
    elif isinstance(value, str) and "." in value and value.replace(".", "").isdigit():
        yield value.partition(".")[0]
