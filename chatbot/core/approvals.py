"""Approvals: who stands behind which exact words, and what a plan may therefore say of their review.

An approval names an item and the digest of what was approved. As soon as the item means anything else the digest
differs, and the item is *under review* again without anybody having to say so. A case pins where the review stood
(``approvals.pinned``), so that its plans say for ever what was true when they were made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from chatbot.core.items import item_digests
from chatbot.core.protocol import Protocol
from chatbot.core.review import DRAFT, UNDER_REVIEW, Review, status_text


@dataclass(frozen=True, slots=True)
class Approval:
    """One entry: what somebody said about an item as it then was."""

    item: str
    """``kind:id``."""
    digest: str
    """Of the item's content as it was read, in hex."""
    state: str
    """submitted, under_review or approved."""
    name: str
    """Who said it."""
    role: str
    on: str
    """The day, ``YYYY-MM-DD``."""
    note: str = ""


def latest(approvals: Iterable[Approval]) -> dict[str, Approval]:
    """Return what was said last about each item; later entries take the place of earlier ones."""
    return {each.item: each for each in approvals}


def state_of(digest: str, said: Approval | None) -> str:
    """Return where the review of an item stands: what was said of exactly these words, else *under review*."""
    if said is None:
        return DRAFT
    return said.state if said.digest == digest else UNDER_REVIEW


def states(digests: Mapping[str, str], approvals: Iterable[Approval]) -> dict[str, str]:
    """Return the state of every item, given the digest of each."""
    said = latest(approvals)
    return {item: state_of(digest, said.get(item)) for item, digest in digests.items()}


def review_of(digests: Mapping[str, str], approvals: Iterable[Approval]) -> Review:
    """Return where the review of content stands, given the digest of every item."""
    found = states(digests, approvals)
    if not found:
        return Review(DRAFT)
    most = Counter(found.values()).most_common(1)[0][0]
    return Review(most, tuple(sorted((item, state) for item, state in found.items() if state != most)))


def states_text(protocol: Protocol, review: Review) -> str:
    """Say how many items of a protocol stand where in their review."""
    if review == Review(DRAFT):
        return "every item is a draft that nobody has approved"
    found = review.counts(len(item_digests(protocol.canonical)))
    return ", ".join(f"{count} {status_text(state)}" for state, count in found.items())


def with_review(protocol: Protocol, review: Review | None) -> Protocol:
    """Return the protocol with the review status of its rules and of itself; None: as its author wrote them.

    A case from before approvals has none, and says what it said then.
    """
    return protocol if review is None else _with_review(protocol, review)


@lru_cache(maxsize=8)
def _with_review(protocol: Protocol, review: Review) -> Protocol:
    known = dict(review.items)
    rules = {
        name: replace(rule, review_status=status_text(known.get(f"rule:{name}", review.state)))
        for name, rule in protocol.rules.items()
    }
    return replace(protocol, rules=rules, content_status=review.says(protocol.content_status))
