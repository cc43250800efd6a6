"""Marks for what the trainee makes of it: causes that are likely or must not be missed, and plan items."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chatbot.core.practice.causes import emergencies_there
from chatbot.core.practice.marking_kit import Draft, Marking, capped, sentence, several
from chatbot.core.practice.station import ItemExpected
from chatbot.core.protocol import Hypothesis


def lines(marking: Marking) -> Iterator[Draft]:
    """Yield the lines about causes and plan items."""
    yield from _likely(marking)
    yield from _not_to_miss(marking)
    yield from _items(marking)


# --- causes ---------------------------------------------------------------------------------------


def _likely(marking: Marking) -> Iterator[Draft]:
    commitment, each = marking.record.commitment, marking.weight("likely.each")
    named = () if commitment is None else tuple(commitment.likely)
    true = marking.expected.likely
    for name in true:
        yield _cause(marking, "likely", name, name in named, each)
    # A guess that is wrong cancels one that is right, and never more: naming all of them brings nothing.
    right = sum(name in named for name in true)
    wrong = [
        name
        for name in marking.protocol.hypotheses
        if name in named and name not in true and name not in marking.expected.not_to_miss
    ]
    for name in wrong[:right]:
        hypothesis = marking.protocol.hypotheses[name]
        yield Draft(
            id=f"likely:{name}",
            kind="likely",
            domain=marking.domain_of_part("hypotheses"),
            points=-each,
            of=0,
            text=f"Named as likely, and nothing in this patient makes it so: {hypothesis.title.clinician}.",
            why=_heard(marking, hypothesis, against=True),
            cites=hypothesis.cites,
            at=marking.record.committed_at,
        )


def _not_to_miss(marking: Marking) -> Iterator[Draft]:
    commitment = marking.record.commitment
    named = () if commitment is None else tuple(commitment.not_to_miss)
    yield from _emergency(marking, named)
    for name in marking.expected.not_to_miss:
        yield _cause(marking, "not_to_miss", name, name in named, marking.weight("not_to_miss.each"))


def _emergency(marking: Marking, named: Sequence[str]) -> Iterator[Draft]:
    """Yield the line about the emergencies that stand: whoever has named one of them has seen that there is one."""
    there = emergencies_there(marking.expected)
    if not there:
        return
    points = marking.weight("not_to_miss.each")
    seen = [name for name in there if name in named]
    flag = marking.protocol.red_flags[(seen or there)[0]]
    yield Draft(
        id="not_to_miss:emergency",
        kind="not_to_miss",
        domain=marking.domain_of_part("hypotheses"),
        points=points if seen else 0,
        of=points,
        text=f"Must not be missed, and you {'named' if seen else 'did not name'} it: {flag.title.clinician}.",
        why=sentence(flag.title.clinician),
        cites=flag.cites,
        at=marking.record.committed_at if seen else None,
    )


def _cause(marking: Marking, kind: str, name: str, is_named: bool, points: int) -> Draft:
    hypothesis = marking.protocol.hypotheses[name]
    what = "Likely" if kind == "likely" else "Must not be missed"
    return Draft(
        id=f"{kind}:{name}",
        kind=kind,
        domain=marking.domain_of_part("hypotheses"),
        points=points if is_named else 0,
        of=points,
        text=f"{what}, and you {'named' if is_named else 'did not name'} it: {hypothesis.title.clinician}.",
        why=_heard(marking, hypothesis, against=False),
        cites=hypothesis.cites,
        at=marking.record.committed_at if is_named else None,
    )


def _heard(marking: Marking, hypothesis: Hypothesis, *, against: bool) -> str:
    """Return what was heard for or against a cause; where nothing was, the test that decides."""
    clues = hypothesis.against if against else hypothesis.for_
    said = [clue.text.clinician for clue in clues if clue.when.evaluate(marking.learned.facts) is True]
    return " ".join(sentence(each) for each in said) or sentence(hypothesis.decided_by.clinician)


# --- plan items -----------------------------------------------------------------------------------


def _items(marking: Marking) -> Iterator[Draft]:
    commitment = marking.record.commitment
    chosen = frozenset() if commitment is None else frozenset(commitment.items)
    for each in marking.expected.items:
        if each.verdict == "required":
            yield _required(marking, each, each.item in chosen)
    for each in marking.expected.items:
        if each.verdict == "harmful" and each.item in chosen:
            yield _harmful(marking, each)
    unsupported = [each for each in marking.expected.items if each.verdict == "unsupported" and each.item in chosen]
    costs = capped([marking.weight("item.unsupported")] * len(unsupported), marking.weight("item.unsupported.most"))
    for each, cost in zip(unsupported, costs, strict=True):
        yield Draft(
            id=f"unsupported:{each.item}",
            kind="unsupported",
            domain=marking.domain_of_part("plan"),
            points=-cost,
            of=0,
            text=f"Chosen, and nothing in this patient asks for it: {marking.item(each.item)}.",
            at=marking.record.committed_at,
        )


def _required(marking: Marking, expected: ItemExpected, is_chosen: bool) -> Draft:
    rule = None if expected.rule is None else marking.protocol.rules[expected.rule]
    return Draft(
        id=f"item:{expected.item}",
        kind="item",
        domain=marking.domain_of_part("plan"),
        points=expected.points if is_chosen else 0,
        of=expected.points,
        text=f"{'Planned' if is_chosen else 'Left out of the plan'}: {marking.item(expected.item)}.",
        why="" if rule is None else marking.says(rule),
        rule=expected.rule,
        cites=() if rule is None else rule.cites,
        at=marking.record.committed_at if is_chosen else None,
    )


def _harmful(marking: Marking, expected: ItemExpected) -> Draft:
    rule = None if expected.rule is None else marking.protocol.rules[expected.rule]
    guards = several(marking.protocol.guards[name].title.clinician for name in expected.guards)
    text = f"Would harm this patient: {marking.item(expected.item)}."
    return Draft(
        id=f"harmful:{expected.item}",
        kind="harmful",
        domain=marking.domain_of_part("plan"),
        points=-marking.weight("item.harmful"),
        of=0,
        text=f"{text} What stands against it: {guards}." if guards else text,
        why="" if rule is None else marking.says(rule),
        rule=expected.rule,
        cites=() if rule is None else rule.cites,
        at=marking.record.committed_at,
    )
