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
    return _text(protocol, len(late), _first(protocol, late)) if late else None


def overdue_json(protocol: Protocol, day: date) -> dict[str, Any] | None:
    """Return the member ``review_overdue`` of a plan; None while no review is past its date."""
    late = overdue(protocol, day)
    if not late:
        return None
    since = _first(protocol, late)
    text = _text(protocol, len(late), since)
    return {"rules": list(late), "since": since, "text": {"clinician": text.clinician, "patient": text.patient}}


def _first(protocol: Protocol, late: tuple[str, ...]) -> str:
    return min(protocol.rules[name].review_due for name in late)


def _text(protocol: Protocol, count: int, since: str) -> Wording:
    return Wording(
        f"Review overdue: {count} of {len(protocol.rules)} recommendations, the first since {since}. "
        "Check them against their sources before relying on them.",
        f"Some of this advice should have been checked again by {since}. Ask if it still holds.",
    )
