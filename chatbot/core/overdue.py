"""Content whose review is past its date, by the day of the case and never by the machine's clock."""

from __future__ import annotations

from datetime import date
from typing import Any

from chatbot.core.protocol import Protocol, Wording


def next_due(protocol: Protocol) -> str | None:
    """Return the day on which the first review of a rule is due; None without rules."""
    return min((rule.review_due for rule in protocol.rules.values()), default=None)


def overdue(protocol: Protocol, day: date) -> tuple[str, ...]:
    """Return the rules whose review was due before a day, in content order."""
    today = day.isoformat()
    return tuple(name for name, rule in protocol.rules.items() if rule.review_due < today)


def overdue_text(protocol: Protocol, day: date) -> Wording | None:
    """Say that reviews are past their date; None while none is."""
    late = overdue(protocol, day)
    if not late:
        return None
    first = min(protocol.rules[name].review_due for name in late)
    return Wording(
        f"Review overdue: {len(late)} of {len(protocol.rules)} recommendations, the first since {first}. "
        "Check them against their sources before relying on them.",
        f"Some of this advice should have been checked again by {first}. Ask if it still holds.",
    )


def overdue_json(protocol: Protocol, day: date) -> dict[str, Any] | None:
    """Return the member ``review_overdue`` of a plan; None while no review is past its date."""
    text = overdue_text(protocol, day)
    if text is None:
        return None
    rules = list(overdue(protocol, day))
    since = min(protocol.rules[name].review_due for name in rules)
    return {"rules": rules, "since": since, "text": {"clinician": text.clinician, "patient": text.patient}}
