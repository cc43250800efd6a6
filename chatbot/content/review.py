"""Where the review of a protocol folder stands, item by item, and what changed since something was approved."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from chatbot.content.approvals_file import Entry, add_entry, approvals_in, kept_content
from chatbot.content.library import load_protocol
from chatbot.core.approvals import Approval, latest, review_of, state_of
from chatbot.core.content_words import Words
from chatbot.core.item_changes import Said, item_changes, subject
from chatbot.core.items import Json, item_digest, items, kind_and_id
from chatbot.core.overdue import overdue
from chatbot.core.protocol import Protocol
from chatbot.core.resolve import near_miss
from chatbot.core.review import APPROVED, STATES, UNDER_REVIEW, Review
from chatbot.errors import UsageError


@dataclass(frozen=True, slots=True)
class Item:
    """One item as its reviewer finds it."""

    item: str
    title: str
    state: str
    digest: str
    said: Approval | None
    """What was said last about it, of these or of other words."""
    changes: tuple[Said, ...] | None
    """What is different from what was approved last; None where nothing was, or its words are not kept."""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON data."""
        said = self.said
        return {
            "item": self.item,
            "title": self.title,
            "state": self.state,
            "digest": self.digest,
            "said": None
            if said is None
            else {name: getattr(said, name) for name in ("state", "digest", "name", "role", "on", "note")},
            "changes": None
            if self.changes is None
            else [{"field": each.field, "text": each.text} for each in self.changes],
        }


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the review of a protocol stands."""

    folder: Path
    protocol: Protocol
    review: Review
    items: tuple[Item, ...]
    contents: dict[str, Json]

    @property
    def content_status(self) -> str:
        """What the protocol may say of itself."""
        return self.review.says(self.protocol.content_status)

    def counts(self) -> dict[str, int]:
        """Return how many items stand in each state."""
        return {state: sum(1 for each in self.items if each.state == state) for state in reversed(STATES)}

    def overdue(self, day: date) -> tuple[str, ...]:
        """Return the rules whose review is past its date."""
        return overdue(self.protocol, day)

    def chosen(self, patterns: Sequence[str]) -> list[Item]:
        """Return the items that are named: ``kind:id``, or with ``*`` for several.

        Raises: UsageError with the nearest name for one that is not there.
        """
        found: dict[str, Item] = {}
        for pattern in patterns:
            matching = [each for each in self.items if fnmatchcase(each.item, pattern)]
            if not matching:
                names = [each.item for each in self.items]
                same = [name for name in names if kind_and_id(name)[1] == pattern]
                hint = f"did you mean {same[0]!r}?" if same else near_miss(pattern, names)
                raise UsageError(
                    f"there is no item {pattern!r}", hint=hint or "kind:id, as 'backstory review' lists them"
                )
            found.update((each.item, each) for each in matching)
        return list(found.values())


def standing(folder: Path) -> Standing:
    """Read where the review of a protocol folder stands.

    Raises: ContentError when the content has an error: what cannot be used cannot be reviewed either.
    """
    protocol = load_protocol(str(folder.resolve()))
    data = json.loads(protocol.canonical)
    contents, said, words = items(data), approvals_in(folder), Words(data)
    last, approved = latest(said), latest(each for each in said if each.state == APPROVED)
    found = tuple(
        _item(folder, name, content, last.get(name), approved.get(name), words) for name, content in contents.items()
    )
    review = review_of({each.item: each.digest for each in found}, said)
    return Standing(folder, protocol, review, found, contents)


def _item(
    folder: Path, name: str, content: Json, said: Approval | None, approved: Approval | None, words: Words
) -> Item:
    digest = item_digest(content)
    changes = None
    if approved is not None and approved.digest != digest:
        old = kept_content(folder, approved.digest)
        if old is not None:
            changes = tuple(item_changes(name, old, content, words.also(name, old), words))
    return Item(name, subject(name, content, words), state_of(digest, said), digest, said, changes)


def say(standing: Standing, chosen: Sequence[Item], state: str, name: str, role: str, on: str, note: str) -> list[Item]:
    """Add an entry about items as they now stand. Returns those it is about: what was said already is not said twice.

    Raises: StorageError when the file cannot be written.
    """
    fresh = [each for each in chosen if not _said_so(each, state, name)]
    if fresh:
        entry = Entry(state, name, role, on, {each.item: each.digest for each in fresh}, note)
        add_entry(standing.folder, entry, standing.contents)
    return fresh


def _said_so(item: Item, state: str, name: str) -> bool:
    said = item.said
    return said is not None and (said.digest, said.state, said.name) == (item.digest, state, name)


ACTS = {"submit": "submitted", "under_review": UNDER_REVIEW, "approve": APPROVED}
"""What a reviewer does to the state it brings."""
