"""Rules that say the same to a reader make one line with all their reasons."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

Rule = dict[str, Any]

REASONS = ("because", "references", "guards", "pending_on", "conflicts")
"""What the rules of one line may have different; each is said once."""

SOURCED = ("category", "strength", "certainty", "applicability", "jurisdiction", "verification")
"""What a clinician reads of a rule besides: rules that differ there are two lines."""


def merged(rules: Iterable[Rule], register: str, decided: Collection[str] = ()) -> list[Rule]:
    """Return the rules of a plan in their order, those that read the same in *register* as one.

    What does not apply and what somebody has decided on stays by itself.
    """
    found: list[Rule] = []
    places: dict[tuple[object, ...], int] = {}
    for rule in rules:
        if rule["status"] == "not_applicable" or rule["id"] in decided or "refusal" in rule:
            found.append(rule)
            continue
        key = _read(rule, register)
        if key not in places:
            places[key] = len(found)
            found.append(rule)
        else:
            found[places[key]] = _together(found[places[key]], rule)
    return found


def _read(rule: Mapping[str, Any], register: str) -> tuple[object, ...]:
    more = [rule[name] for name in SOURCED] if register == "clinician" else []
    said = [rule[name] for name in ("kind", "status", "within", "verb", "why_not", "after_emergency")]
    return (rule["title"][register], rule["text"][register], *said, *more)


def _together(first: Rule, second: Mapping[str, Any]) -> Rule:
    # Of two a line is no surer than the less sure one.
    doubt = next((each["verification"] for each in (first, second) if each["verification"] != "verified"), "verified")
    reasons = {name: _once([*first[name], *second[name]]) for name in REASONS}
    return {**first, **reasons, "verification": doubt}


def _once(parts: Iterable[Any]) -> list[Any]:
    found: list[Any] = []
    for part in parts:
        if part not in found:
            found.append(part)
    return found
