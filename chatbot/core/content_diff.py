"""What changed between two versions of a protocol, for clinicians: in sentences, the most urgent first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chatbot.core.content_words import Words, duration
from chatbot.core.item_changes import SOURCES, WORDING, Said, item_changes, subject
from chatbot.core.items import KINDS, Json, item_digest, items, kind_and_id

GROUPS: Mapping[str, str] = {
    "urgency": "How soon a person must be seen",
    "safety": "Safety rules, scope and safety-net advice",
    "recommendations": "Recommendations",
    "contraindications": "Contraindications",
    "questions": "Questions",
    "reasoning": "Findings, hypotheses and conflicts",
    "sources": "Sources",
    "wording": "Wording",
    "other": "Everything else",
}
"""Groups in the order in which they matter."""

_GROUP_OF: Mapping[str, str] = {
    "red_flag": "urgency",
    "safety_net": "safety",
    "rule": "recommendations",
    "guard": "contraindications",
    "question": "questions",
    "section": "questions",
    "instrument": "questions",
    "recheck": "questions",
    "statement": "questions",
    "finding": "reasoning",
    "table": "reasoning",
    "hypothesis": "reasoning",
    "conflict": "reasoning",
    "reference": "sources",
}

SAFETY = "safety"
"""The category of rules that answer red flags."""


@dataclass(frozen=True, slots=True)
class Change:
    """One sentence about one item."""

    group: str
    """A key of ``GROUPS``."""
    item: str
    """``kind:id``, as it is called now where it still exists."""
    what: str
    """new, gone, renamed, moved or changed."""
    field: str
    """The key that changed; empty for the whole item."""
    text: str

    def to_json(self) -> dict[str, str]:
        """Return it as JSON data."""
        return {name: getattr(self, name) for name in ("group", "item", "what", "field", "text")}


def content_diff(
    old: Mapping[str, Any], new: Mapping[str, Any], screens: tuple[Iterable[str], Iterable[str]] | None = None
) -> list[Change]:
    """Return every change between two versions, given as the data of their canonical JSON, grouped and in order.

    *screens*: the questions of the safety screen of each, where both can be built.
    """
    found = [*_Diff(old, new).changes(), *_screens(screens, new)]
    places = list(GROUPS)
    return sorted(found, key=lambda change: places.index(change.group))


class _Diff:
    def __init__(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        self.old, self.new = items(old), items(new)
        self.before, self.after = Words(old, new), Words(new, old)
        self.data = (old, new)

    def changes(self) -> Iterator[Change]:
        renamed = dict(self.renamed())
        for was, now in renamed.items():
            text = f"{self.name(now, self.new)} has another id: {kind_and_id(now)[1]}, before {kind_and_id(was)[1]}"
            yield Change("other", now, "renamed", "", f"{text}.")
        for item, content in self.new.items():
            if item in self.old:
                yield from self.changed(item, self.old[item], content)
            elif item not in renamed.values():
                yield self.come(item, content)
        for item, content in self.old.items():
            if item not in self.new and item not in renamed:
                yield self.gone(item, content)
        yield from self.orders()

    def renamed(self) -> Iterator[tuple[str, str]]:
        """Yield items that are called otherwise and are the same otherwise."""
        come = {
            (kind_and_id(item)[0], item_digest(each)): item for item, each in self.new.items() if item not in self.old
        }
        for item, content in self.old.items():
            now = come.get((kind_and_id(item)[0], item_digest(content)))
            if item not in self.new and now is not None:
                yield item, now

    def name(self, item: str, among: Mapping[str, Json]) -> str:
        return subject(item, among[item], self.after if among is self.new else self.before)

    def group(self, item: str, content: Json, said: Said | None = None) -> str:
        if said is not None and said.about == WORDING:
            return "wording"
        if said is not None and said.about == SOURCES:
            return "sources"
        kind, _ = kind_and_id(item)
        if item == "protocol:scope" or (kind == "rule" and content.get("category") == SAFETY):
            return "safety"
        return _GROUP_OF.get(kind, "other")

    def changed(self, item: str, old: Json, new: Json) -> Iterator[Change]:
        if old == new:
            return
        name = self.name(item, self.new)
        for said in item_changes(item, _compared(item, old, new), _compared(item, new, old), self.before, self.after):
            yield Change(self.group(item, new, said), item, "changed", said.field, f"{name}: {said.text}.")

    def come(self, item: str, content: Json) -> Change:
        facts = self.facts(item, content, self.after)
        return Change(self.group(item, content), item, "new", "", f"{self.name(item, self.new)} is new{facts}.")

    def gone(self, item: str, content: Json) -> Change:
        facts = self.facts(item, content, self.before)
        return Change(self.group(item, content), item, "gone", "", f"{self.name(item, self.old)} is gone{facts}.")

    def facts(self, item: str, content: Json, words: Words) -> str:
        """Say what an item that is new or gone is about."""
        kind, _ = kind_and_id(item)
        when = content.get("when")
        said = [] if when is None else [f"when {words.condition(when)}"]
        if kind == "red_flag":
            said.insert(0, str(content["urgency"]).replace("_", " "))
        elif kind == "rule":
            if content.get("answers"):
                said.insert(0, f"answers {words.name(content['answers'])}")
            said.insert(0, duration(content["within"]))
        elif kind == "finding" and "number" in content:
            said.append(words.calculation(content["number"]))
        elif kind == "reference":
            said.append(str(content.get("citation", "")).rstrip("."))
        return f": {', '.join(said)}" if said else ""

    def orders(self) -> Iterator[Change]:
        """Yield lists whose order is printed, where what stayed stands in another order."""
        old, new = self.data
        for part in ("red_flags", "rules", "hypotheses", "conflicts"):
            were, are = ([each["id"] for each in data.get(part, ())] for data in (old, new))
            if [each for each in were if each in are] != [each for each in are if each in were]:
                what = KINDS[part].replace("_", " ")
                yield Change(
                    "other", f"protocol:{part}", "moved", "", f"Each {what} may stand elsewhere: their order changed."
                )


def _compared(item: str, content: Json, other: Json) -> Json:
    """Return an item as it is compared: of lists of items only those that both have, for the others are told."""
    if item == "protocol:sections":
        return {"says": [each for each in content["says"] if each in other["says"]]}
    if kind_and_id(item)[0] != "section":
        return content
    return {**content, "questions": [each for each in content["questions"] if each in other["questions"]]}


def _screens(screens: tuple[Iterable[str], Iterable[str]] | None, new: Mapping[str, Any]) -> Iterator[Change]:
    if screens is None:
        return
    words, (were, are) = Words(new), map(set, screens)
    for keys, says in ((are - were, "is now part of"), (were - are, "is no longer part of")):
        for key in sorted(keys):
            yield Change(
                "questions", f"question:{key}", "changed", "", f"Question {words.name(key)} {says} the safety screen."
            )
