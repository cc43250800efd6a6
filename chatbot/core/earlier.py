"""What conditions read from outside the interview: earlier cases of the same person, and the region.

Earlier cases are read from and written to JSON-ready data, so that an event can pin them in a transcript. With no
earlier case every comparison on it is false; with one in which a question had no value, unknown. A region that is not
known compares as unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from chatbot.core.answers import accept
from chatbot.core.facts import NOT_APPLICABLE, Facts
from chatbot.core.quantity import NOTHING_KNOWN, Quantity, exactly
from chatbot.core.tree import REGION
from chatbot.core.values import (
    Span,
    Truth,
    Value,
    ValueProblem,
    decimal_or_none,
    decimal_text,
    moment_text,
    parse_moment,
    to_stored,
)

if TYPE_CHECKING:
    from chatbot.core.protocol import Protocol


@dataclass(frozen=True, slots=True)
class Earlier:
    """One earlier case."""

    values: Mapping[str, Value | None]
    """By question; None, or no entry: it had no value."""
    findings: Mapping[str, Truth | Quantity]
    """By finding; no entry: unknown."""
    as_of: datetime
    """The clinical moment of its last sitting."""


@dataclass(frozen=True, slots=True)
class EarlierCases:
    """The case before this one, and the first of the same person; they may be the same case."""

    previous: Earlier
    first: Earlier

    @classmethod
    def from_data(cls, protocol: Protocol, data: Mapping[str, Any]) -> EarlierCases:
        """Read ``{"previous": {"as_of", "values", "findings"}, "first": {…}}``; without *first* it is the previous.

        Questions and findings the protocol does not know (any more), and values that no longer fit, are left
        out: they read as unknown.

        Raises: ValueProblem when the data has another shape.
        """
        previous = _read(protocol, data, "previous")
        return cls(previous, _read(protocol, data, "first") if "first" in data else previous)

    def to_data(self) -> dict[str, Any]:
        """Return JSON-ready data: stored values; findings as true, false, "unknown" or a decimal string."""
        return {"previous": _written(self.previous), "first": _written(self.first)}


def _read(protocol: Protocol, data: Mapping[str, Any], which: str) -> Earlier:
    case = data.get(which) if isinstance(data, Mapping) else None
    if not isinstance(case, Mapping) or not isinstance(case.get("as_of"), str):
        raise ValueProblem(f"{which!r} is not an earlier case with its 'as_of'")
    values, findings = case.get("values", {}), case.get("findings", {})
    if not isinstance(values, Mapping) or not isinstance(findings, Mapping):
        raise ValueProblem(f"{which!r} has no mappings of values and findings")
    as_of = parse_moment(case["as_of"])
    kept: dict[str, Value | None] = {}
    for key, stored in values.items():
        if stored is not None and key in protocol.questions:
            try:
                kept[key] = accept(protocol.questions[key], stored, as_of)
            except ValueProblem:
                continue
    known: dict[str, Truth | Quantity] = {}
    for name, said in findings.items():
        if name in protocol.findings:
            found = _finding(said, number=name in protocol.numbers)
            if found is not None:
                known[name] = found
    return Earlier(kept, known, as_of)


def _finding(said: object, *, number: bool) -> Truth | Quantity:
    if not number:
        return said if isinstance(said, bool) else None
    if isinstance(said, bool) or not isinstance(said, int | str):
        return None
    found = decimal_or_none(str(said))
    return None if found is None else exactly(found)


def _written(case: Earlier) -> dict[str, Any]:
    return {
        "as_of": moment_text(case.as_of),
        "values": {key: to_stored(value) for key, value in case.values.items() if value is not None},
        "findings": {name: _said(found) for name, found in case.findings.items()},
    }


def _said(found: Truth | Quantity) -> bool | str:
    if isinstance(found, Quantity):
        return "unknown" if found.exact is None else decimal_text(found.exact)
    return "unknown" if found is None else found


def outside_facts(
    protocol: Protocol, names: Iterable[str], earlier: EarlierCases | None, as_of: datetime, region: str = ""
) -> Facts:
    """Return facts that hold nothing but what conditions read from outside: *names* such as ``previous.pain``.

    *region*: the region, where the protocol knows of regions; empty: not known.
    """
    values: dict[str, Any] = {}
    states: dict[str, str] = {}
    findings: dict[str, Any] = {}
    if protocol.regions:
        values[REGION], states[REGION] = (region, "known") if region else (None, "unknown")
    for name in names:
        if name == REGION:
            continue
        which, _, plain = name.partition(".")
        case = None if earlier is None else (earlier.previous if which == "previous" else earlier.first)
        if plain in protocol.findings:
            findings[name] = _finding_of(protocol, case, plain)
        elif case is None:
            values[name], states[name] = NOT_APPLICABLE, "not_applicable"
        elif plain:
            value = case.values.get(plain)
            values[name], states[name] = value, "unknown" if value is None else "known"
        else:
            values[name], states[name] = Span(moment_text(case.as_of), case.as_of, case.as_of), "known"
    return Facts(values, states, findings, as_of)


def _finding_of(protocol: Protocol, case: Earlier | None, name: str) -> Any:
    if name not in protocol.numbers:
        return False if case is None else case.findings.get(name)
    if case is None:
        return NOT_APPLICABLE
    return case.findings.get(name) or NOTHING_KNOWN
