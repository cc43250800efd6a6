"""The value of a term: closures over facts that give a quantity, or NOT_APPLICABLE.

What conditions make of it is ``chatbot.core.condition``'s business, which tree it is ``chatbot.core.terms``'s.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from chatbot.core.facts import NOT_APPLICABLE, Facts, NotApplicable
from chatbot.core.quantity import (
    Quantity,
    combined,
    exactly,
    greatest,
    hull,
    least,
    negative,
    over,
    perhaps,
    plus,
    rounded,
    times,
)
from chatbot.core.tree import (
    Asked,
    Banded,
    Choice,
    Extreme,
    Fixed,
    Lookup,
    NumberOf,
    Product,
    Rows,
    Scored,
    Sum,
    Term,
)

Measure = Callable[[Facts], Quantity | NotApplicable]


@dataclass(frozen=True)
class Calculation:
    """A checked number: its text, its tree, its unit, its declared bounds, and how to evaluate it."""

    text: str
    """As the author wrote it."""
    term: Term
    unit: str | None
    minimum: Decimal
    maximum: Decimal
    decimals: int
    """How many are kept, rounded half up."""
    evaluate: Measure = field(init=False, repr=False, compare=False)
    """The number as it is stored, shown and compared: rounded."""

    def __post_init__(self) -> None:
        measure, decimals = compile_term(self.term), self.decimals

        def evaluate(facts: Facts) -> Quantity | NotApplicable:
            found = measure(facts)
            return found if isinstance(found, NotApplicable) else rounded(found, decimals)

        object.__setattr__(self, "evaluate", evaluate)


def compile_term(term: Term) -> Measure:
    """Compile a term to closures over ``Facts``."""
    match term:
        case Fixed(value):
            fixed = exactly(value)
            return lambda facts: fixed
        case Asked(question, low):
            unknown = Quantity(low, None)
            return _reader(question, exactly, unknown)
        case NumberOf(finding):
            return _finding_reader(finding)
        case Sum(items, minus):
            return _compile_chain(items, minus, plus, lambda a, b: plus(a, negative(b)), negative)
        case Product(items, division):
            return _compile_chain(items, division, times, over, lambda a: over(exactly(1), a))
        case Extreme(largest, items):
            return _compile_extreme(items, largest)
        case Rows():
            return _compile_rows(term)
        case Lookup():
            return _compile_lookup(term)
        case Scored():
            return _compile_scored(term)
        case Banded():
            return _compile_banded(term)
        case Choice():
            return _compile_choice(term)


def _finding_reader(finding: str) -> Measure:
    def evaluate(facts: Facts) -> Quantity | NotApplicable:
        value: Quantity | NotApplicable = facts.findings[finding]
        return value

    return evaluate


def _reader(question: str, known: Callable[..., Quantity], unknown: Quantity) -> Measure:
    """Read one question: its value, *unknown* without one, and waiting while it is not asked yet."""
    doubtful = replace(unknown, sure=False)
    absent: NotApplicable = NOT_APPLICABLE
    waiting, doubtful_waiting = replace(unknown, waits=True), replace(doubtful, waits=True)

    def evaluate(facts: Facts) -> Quantity | NotApplicable:
        value = facts.values[question]
        if value is None:
            return unknown if facts.applies.get(question, True) is not None else doubtful
        if value is NOT_APPLICABLE:
            # In an open case a question not asked yet reads so; in the reading of a plan it has no value.
            if facts.plan is None or facts.plan.values[question] is NOT_APPLICABLE:
                return absent
            return waiting if facts.applies.get(question, True) is not None else doubtful_waiting
        return known(value)

    return evaluate


def _compile_chain(
    items: tuple[Term, ...],
    inverse: tuple[bool, ...],
    forward: Callable[[Quantity, Quantity], Quantity],
    backward: Callable[[Quantity, Quantity], Quantity],
    first_backward: Callable[[Quantity], Quantity],
) -> Measure:
    parts = tuple(zip((compile_term(item) for item in items), inverse, strict=True))
    (start, start_inverse), rest = parts[0], parts[1:]

    def evaluate(facts: Facts) -> Quantity | NotApplicable:
        total = start(facts)
        if isinstance(total, NotApplicable):
            return total
        if start_inverse:
            total = first_backward(total)
        for part, is_inverse in rest:
            value = part(facts)
            if isinstance(value, NotApplicable):
                return value
            total = backward(total, value) if is_inverse else forward(total, value)
        return total

    return evaluate


def _compile_extreme(items: tuple[Term, ...], largest: bool) -> Measure:
    """What does not apply is left out. Numbers of the content bound the others and do not stand for them."""
    written = [exactly(item.value) for item in items if isinstance(item, Fixed)]
    parts = tuple(compile_term(item) for item in items if not isinstance(item, Fixed))
    choose = greatest if largest else least

    def evaluate(facts: Facts) -> Quantity | NotApplicable:
        found = [value for part in parts if not isinstance(value := part(facts), NotApplicable)]
        if parts and not found:
            return NOT_APPLICABLE
        return choose([*found, *written])

    return evaluate


def _compile_rows(term: Rows) -> Measure:
    counted = compile_term(term.count)
    rows = tuple((Decimal(place), compile_term(row)) for place, row in enumerate(term.rows, 1))

    def evaluate(facts: Facts) -> Quantity | NotApplicable:
        count = counted(facts)
        if isinstance(count, NotApplicable):
            return NOT_APPLICABLE
        fewest, most = count.ends
        total = replace(exactly(0), sure=count.sure, waits=count.waits)
        for place, row in rows:
            if place > most:
                break
            value = row(facts)
            if isinstance(value, NotApplicable):
                continue
            total = plus(total, value if place <= fewest and value.sure else perhaps(value))
        return total

    return evaluate


def _compile_lookup(term: Lookup) -> Measure:
    missing = Quantity(term.low, term.high)
    entries = {option: missing if value is None else exactly(value) for option, value in term.entries}
    low = min(each.ends[0] for each in entries.values())
    unknown = Quantity(low if low >= 0 else None, None)

    def known(value: str | tuple[str, ...]) -> Quantity:
        if isinstance(value, str):
            return entries[value]
        total = exactly(0)
        for option in value:
            total = plus(total, entries[option])
        return total

    return _reader(term.question, known, unknown)


def _compile_scored(term: Scored) -> Measure:
    """An item without an answer is unknown, never zero: it keeps at most a lower end, the least it scores."""
    scores = {item: dict(entries) for item, entries in term.items}
    fewest = {item: min(entries.values()) for item, entries in scores.items()}

    def total(given: Mapping[str, str]) -> Quantity:
        found = [scores[item][given[item]] if item in given else fewest[item] for item in scores]
        low = combined(found, term.mean)
        if len(given) == len(scores):
            return exactly(low)
        return Quantity(low if term.bounded else None, None)

    return _reader(term.question, total, total({}))


def _compile_banded(term: Banded) -> Measure:
    measured = compile_term(term.item)

    def evaluate(facts: Facts) -> Quantity | NotApplicable:
        number = measured(facts)
        return number if isinstance(number, NotApplicable) else in_bands(term, number)

    return evaluate


def _compile_choice(term: Choice) -> Measure:
    # Deferred: a condition is compiled where comparisons are, and those are made of terms.
    from chatbot.core.condition import compile_node

    chooses = compile_node(term.condition)
    then, otherwise = compile_term(term.then), compile_term(term.otherwise)

    def evaluate(facts: Facts) -> Quantity | NotApplicable:
        truth = chooses(facts if facts.plan is None else facts.plan)
        if truth is True:
            return then(facts)
        if truth is False:
            return otherwise(facts)
        waits = facts.plan is not None and chooses(facts) is not None
        return either(then(facts), otherwise(facts), waits)

    return evaluate


def either(a: Quantity | NotApplicable, b: Quantity | NotApplicable, waits: bool) -> Quantity | NotApplicable:
    """Return what is known of a number that is one of two, nobody knows yet which."""
    found = [each for each in (a, b) if not isinstance(each, NotApplicable)]
    if not found:
        return NOT_APPLICABLE
    both = hull(*found)
    return replace(both, sure=both.sure and len(found) == 2, waits=both.waits or waits)


def in_bands(term: Banded, number: Quantity) -> Quantity:
    """Return what a banded table says of a number: the bounds of every band it may fall in."""
    low, high = number.ends
    missing = Quantity(term.low, term.high)
    found: list[Quantity] = []
    start: Decimal | None = None
    for below, value in term.bands:
        if (start is None or high >= start) and (below is None or low < below):
            found.append(missing if value is None else exactly(value))
        start = below
    return replace(hull(*found), sure=number.sure, waits=number.waits)
