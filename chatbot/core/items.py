"""The items of a protocol: each part that a reviewer reads and approves on its own, with a digest of what it means.

An item is named ``kind:id``, such as ``rule:naloxone`` or ``protocol:disclaimer``. Items are read from the canonical
JSON of a protocol, so those of content that is long gone can be named and compared as well.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from chatbot.core.canonical import canonical_json

Json = dict[str, Any]

KINDS: Mapping[str, str] = {
    "red_flags": "red_flag",
    "guards": "guard",
    "findings": "finding",
    "tables": "table",
    "hypotheses": "hypothesis",
    "conflicts": "conflict",
    "instruments": "instrument",
    "safety_net": "safety_net",
    "timeline": "period",
    "handover": "handover",
    "refusal": "statement",
    "recheck": "recheck",
    "audiences": "audience",
    "topics": "topic",
    "references": "reference",
    "site": "local_fact",
    "labels": "labels",
    "rules": "rule",
}
"""Part of a protocol to the kind of its items; a part that is not named here gives its own name."""

NOT_REVIEWED = frozenset({"format", "id", "version", "content_status", "last_updated", "actions"})
"""Members that name a protocol or say where its review stands."""

REVIEW_MEMBERS = frozenset({"review_status", "reviewed", "review_due"})
"""Members of a rule that say where its review stands: a later date for the next review is no other content."""


def items(protocol: Mapping[str, Any]) -> dict[str, Json]:
    """Return every item of a protocol, given as the data of its canonical JSON, by name, in the order it is read."""
    found: dict[str, Json] = {"protocol:sections": {"says": [each["id"] for each in protocol.get("sections", ())]}}
    for section in protocol.get("sections", ()):
        asked = section["questions"]
        found[f"section:{section['id']}"] = {**_own(section), "questions": [each["id"] for each in asked]}
        found.update((f"question:{each['id']}", _own(each)) for each in asked)
    for part in (*KINDS, *sorted(protocol.keys() - KINDS.keys() - NOT_REVIEWED - {"sections"})):
        if part in protocol:
            found.update(_items_of(part, protocol[part]))
    return found


def _items_of(part: str, value: Any) -> Iterator[tuple[str, Json]]:
    kind = KINDS.get(part, part)
    if isinstance(value, list) and value and all(isinstance(each, dict) and "id" in each for each in value):
        yield from ((f"{kind}:{each['id']}", _own(each)) for each in value)
    elif isinstance(value, dict) and part in KINDS:
        yield from ((f"{kind}:{name}", dict(each)) for name, each in value.items())
    elif value or part not in KINDS:
        yield f"protocol:{part}", {"says": value}


def _own(entry: Mapping[str, Any]) -> Json:
    return {key: value for key, value in entry.items() if key != "id" and key not in REVIEW_MEMBERS}


def item_digest(content: Mapping[str, Any]) -> str:
    """SHA-256 in hex over the canonical JSON of an item; its name is not part of it."""
    return hashlib.sha256(canonical_json(content).encode("utf-8", "surrogatepass")).hexdigest()


@lru_cache(maxsize=4)
def item_digests(canonical: str) -> Mapping[str, str]:
    """Return the digest of every item of a protocol, given as its canonical JSON, by name."""
    return {name: item_digest(content) for name, content in items(json.loads(canonical)).items()}


def kind_and_id(item: str) -> tuple[str, str]:
    """Split the name of an item."""
    kind, _, name = item.partition(":")
    return kind, name
