"""What a condition or a number is evaluated against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chatbot.core.values import Truth


class NotApplicable:
    """The value of what does not apply, a question or a number: every comparison on it is false."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return False

    __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __contains__ = __eq__

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return "NOT_APPLICABLE"


NOT_APPLICABLE = NotApplicable()

UNKNOWN = None
"""The value of a question without one, whichever status it has."""


@dataclass(slots=True)
class Facts:
    """One reading of a case. What an earlier case said stands under ``previous.…`` and ``first.…``."""

    values: Mapping[str, Any]
    """Question key to value, ``UNKNOWN`` or ``NOT_APPLICABLE``."""
    states: Mapping[str, str]
    """Question key to ``known``, a status, ``not_asked`` or ``not_applicable``."""
    findings: Mapping[str, Any]
    """Finding to Kleene's value; a number to its ``Quantity`` or ``NOT_APPLICABLE``."""
    as_of: datetime
    applies: Mapping[str, Truth] = field(default_factory=dict)
    """Question key to whether it applies; one that is not listed does."""
    plan: Facts | None = None
    """The reading of a plan, where this is the one of a case still open."""
