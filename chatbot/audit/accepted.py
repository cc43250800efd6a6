"""What was accepted beforehand of cases that come out less urgent, and which of it was needed."""

from __future__ import annotations

from collections.abc import Iterable

from chatbot.audit.impact import Impact
from chatbot.core.acceptance import Acceptance


class Accepted:
    """Holds impacts against the entries of a file of acceptances."""

    def __init__(self, entries: Iterable[Acceptance] = ()) -> None:
        self.entries = tuple(entries)
        self._used: set[Acceptance] = set()

    def accepts(self, impact: Impact) -> bool:
        """Whether every red flag with which the urgency of a case falls was accepted, by itself or by its rule."""
        met = []
        for flag, rules in impact.fell:
            fitting = [
                each
                for each in self.entries
                if each.item in {flag, *rules} and (each.case is None or each.case == impact.case)
            ]
            self._used.update(fitting)
            met.append(bool(fitting))
        return bool(met) and all(met)

    @property
    def unused(self) -> tuple[Acceptance, ...]:
        """Return entries under which nothing fell: they would hide the next fall."""
        return tuple(each for each in self.entries if each not in self._used)
