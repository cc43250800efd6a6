"""Where the review of content stands: a state for every item, said in few words."""

from __future__ import annotations

from dataclasses import dataclass

DRAFT, SUBMITTED, UNDER_REVIEW, APPROVED = STATES = ("draft", "submitted", "under_review", "approved")
"""The states of an item, the least first. Draft: nobody has said anything about these words."""


def status_text(state: str) -> str:
    """Return a state as plans and screens say it."""
    return state.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Review:
    """Where the review of a protocol stands: one state for most items, and those that differ."""

    state: str
    """Of every item that is not named."""
    items: tuple[tuple[str, str], ...] = ()
    """(item, state) where it differs, by name."""

    @property
    def approved(self) -> bool:
        """Whether every item is approved."""
        return self.state == APPROVED and not self.items

    def of(self, item: str) -> str:
        """Return the state of an item, ``kind:id``."""
        return dict(self.items).get(item, self.state)

    def counts(self, items: int) -> dict[str, int]:
        """Return how many of *items* items stand in each state that occurs, the most approved first."""
        found = dict.fromkeys(STATES, 0)
        for _, state in self.items:
            found[state] += 1
        found[self.state] += items - len(self.items)
        return {state: found[state] for state in reversed(STATES) if found[state]}

    def says(self, written: str) -> str:
        """Return what content may say of itself: *approved* only when every one of its items is.

        *written*: what its author wrote; it never makes content more approved than the entries do.
        """
        if self.approved:
            return APPROVED
        begun = {self.state, *(state for _, state in self.items)} - {DRAFT}
        if begun:
            said = status_text(SUBMITTED if begun == {SUBMITTED} else UNDER_REVIEW)
            return f"{said}, not approved"
        return DRAFT if written.strip().lower() == APPROVED else written
