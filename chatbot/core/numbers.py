"""What the numbers of a case come to: known, at least so much, or unknown."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from chatbot.core.condition import NotApplicable
from chatbot.core.facts import Facts
from chatbot.core.protocol import Protocol
from chatbot.core.quantity import Quantity
from chatbot.core.values import decimal_text


@dataclass(frozen=True, slots=True)
class Reading:
    """One number as it is said."""

    applies: bool
    value: Decimal | None
    """None: it is not known exactly."""
    at_least: Decimal | None
    """A lower end that says something, where the value is not known."""

    @property
    def known(self) -> bool:
        """Whether there is anything to say."""
        return self.value is not None or self.at_least is not None


def read_number(protocol: Protocol, facts: Facts, name: str) -> Reading:
    """Return what a number comes to. A lower end no higher than the declared one, or zero, says nothing."""
    found: Quantity | NotApplicable = facts.findings[name]
    if isinstance(found, NotApplicable):
        return Reading(False, None, None)
    if found.exact is not None:
        return Reading(True, found.exact, None)
    floor = max(protocol.numbers[name].minimum, Decimal(0))
    says_something = found.sure and found.low is not None and found.low > floor
    return Reading(True, None, found.low if says_something else None)


def finding_json(protocol: Protocol, facts: Facts, name: str) -> bool | int | str:
    """Return a finding as the plan spells it: true, false, "unknown", an integer or a decimal string."""
    number = protocol.numbers.get(name)
    if number is None:
        truth: bool | None = facts.findings[name]
        return "unknown" if truth is None else truth
    value = read_number(protocol, facts, name).value
    if value is None:
        return "unknown"
    return int(value) if number.decimals == 0 else decimal_text(value)


def number_json(protocol: Protocol, facts: Facts, name: str) -> dict[str, Any] | None:
    """Return a number as an entry of the plan's ``numbers``, without its reasons; None where it does not apply."""
    reading = read_number(protocol, facts, name)
    if not reading.applies:
        return None
    finding = protocol.findings[name]
    return {
        "id": name,
        "title": {"clinician": finding.title.clinician, "patient": finding.title.patient},
        "unit": protocol.numbers[name].unit,
        "value": None if reading.value is None else decimal_text(reading.value),
        "at_least": None if reading.at_least is None else decimal_text(reading.at_least),
    }
