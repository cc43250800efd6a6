"""What changed in one item of the content, in sentences for a clinician who knows it.

Both states are the item's content as ``chatbot.core.items`` gives it; neither needs to load, and today's content may
have keys that this module has never heard of.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chatbot.core.condition_changes import condition_changes
from chatbot.core.content_words import Words, citations, duration, quoted, span, wording
from chatbot.core.items import kind_and_id

Json = Mapping[str, Any]

WORDING, SOURCES, MEANING = "wording", "sources", "meaning"
"""What a change is about."""


@dataclass(frozen=True, slots=True)
class Said:
    """One change of an item."""

    field: str
    """The key it stands under; for entries of a list ``key.id``."""
    about: str
    """``WORDING``, ``SOURCES`` or ``MEANING``."""
    text: str
    """A clause without its subject: ``the time limit is now within 1 week; before: within 2 weeks``."""


KIND_WORDS: Mapping[str, str] = {
    "red_flag": "Red flag",
    "rule": "Rule",
    "guard": "Contraindication",
    "question": "Question",
    "section": "Section",
    "finding": "Finding",
    "table": "Table",
    "hypothesis": "Hypothesis",
    "conflict": "Conflict",
    "instrument": "Instrument",
    "reference": "Reference",
    "safety_net": "Safety-net advice",
    "period": "Period of the timeline",
    "handover": "Part of the handover",
    "statement": "Statement of an informed refusal",
    "recheck": "List to confirm",
    "audience": "Audience",
    "topic": "Topic of follow-up questions",
    "local_fact": "Local fact",
    "labels": "Words of the screens",
    "protocol": "Protocol",
}

_VERBS: Mapping[tuple[str, str], str] = {
    ("red_flag", "when"): "* fires",
    ("red_flag", "unless"): "is * cleared",
    ("question", "when"): "is * asked",
    ("rule", "when"): "* applies",
    ("protocol", "when"): "* fits a person",
    ("audience", "may_know"): "* may read private answers",
}
_HOLDS = "* holds"

_LIMITS: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "within": ("the time limit", duration),
    "valid_for": ("a reassuring answer counts for", span),
}
_NAMED: Mapping[str, str] = {
    "urgency": "the urgency",
    "if_unknown": "the urgency while it cannot be excluded",
    "unsettles": "it makes the answers of the safety screen doubtful",
    "kind": "what it is",
    "verb": "what is to happen in that time",
    "answers": "the red flag it answers",
    "strength": "the strength of the recommendation",
    "certainty": "the certainty of the evidence",
    "applicability": "the evidence is",
    "jurisdiction": "where it applies",
    "verification": "how far it was checked",
    "origin": "where it comes from",
    "topic": "its topic",
    "category": "its category",
    "type": "the kind of answer",
    "unit": "the unit",
    "source": "the usual source of the answer",
    "stage": "the stage of the interview",
    "most": "the most lines",
    "count": "what counts its lines",
    "normal": "the answer that one key gives",
    "figure": "the figure beside its table",
    "private": "whether it is private",
    "always": "whether it holds for everyone",
    "year": "the year",
    "citation": "the citation",
    "identifier": "the identifier",
    "verified": "what was looked up",
    "superseded": "what superseded it",
    "licence": "the licence",
    "scoring": "how it is scored",
    "round": "decimals",
}
_SOURCE_FIELDS = frozenset("cites citation identifier verified verified_note superseded year topics".split())
_PLAIN_TEXTS = frozenset("strength certainty citation verified_note superseded origin".split())


def subject(item: str, content: Json, words: Words) -> str:
    """Name an item: ``Rule “Repeat the MRI”``."""
    kind, name = kind_and_id(item)
    what = KIND_WORDS.get(kind, kind.replace("_", " ").capitalize())
    if kind == "protocol":
        return f"{what}, {name.replace('_', ' ')}"
    if kind in {"reference", "labels", "audience"}:
        return f"{what} {name.replace('_', ' ') if kind == 'labels' else name}"
    said = next(
        (text for key in ("report", "title", "ask", "question", "label") if (text := wording(content.get(key)))), ""
    )
    return f"{what} {quoted(said) if said else name}"


def item_changes(item: str, old: Json, new: Json, before: Words, after: Words) -> list[Said]:
    """Return what differs between two states of an item, in the order its author reads it."""
    kind, _ = kind_and_id(item)
    return list(_Teller(kind, before, after).fields(_open(old), _open(new)))


def _open(content: Json) -> Json:
    """Return what a part of the protocol that is one text or one mapping says, under keys."""
    if content.keys() != {"says"}:
        return content
    says = content["says"]
    return says if isinstance(says, Mapping) and "clinician" not in says else {"text": says}


class _Teller:
    def __init__(self, kind: str, before: Words, after: Words) -> None:
        self.kind, self.before, self.after = kind, before, after

    def fields(self, old: Json, new: Json, at: str = "", of: str = "") -> Iterator[Said]:
        """Yield what differs between two mappings. *at*: where they stand; *of*: what a clause says they belong to."""
        for key in dict.fromkeys([*new, *old]):
            was, now = old.get(key), new.get(key)
            if was != now:
                yield from self.field(key, was, now, f"{at}{key}", of)

    def field(self, key: str, was: Any, now: Any, at: str, of: str) -> Iterator[Said]:
        about = SOURCES if key in _SOURCE_FIELDS else MEANING
        if key in {"when", "unless", "may_know"} and self.is_text(was, now):
            for clause in condition_changes(was, now, _VERBS.get((self.kind, key), _HOLDS), self.before, self.after):
                yield Said(at, MEANING, f"{of}{clause}")
        elif key == "number" and self.is_text(was, now):
            yield Said(
                at, MEANING, f"{of}it is now {self.after.calculation(now)}; before: {self.before.calculation(was)}"
            )
        elif key in _LIMITS:
            what, say = _LIMITS[key]
            yield Said(at, MEANING, f"{of}{what} {_from_to(was and say(was), now and say(now))}")
        elif key == "cites":
            yield from self.lists(
                citations(was or ()), citations(now or ()), at, SOURCES, of, ("cites", "no longer cites")
            )
        elif key == "guards":
            yield from self.guards(was or (), now or (), at)
        elif _is_wording(was) or _is_wording(now):
            yield from self.wordings(key, was, now, at, of)
        elif _entries(was) or _entries(now):
            yield from self.entries(key, was or (), now or (), at, of)
        elif isinstance(was, list) or isinstance(now, list):
            what = key.replace("_", " ")
            says = (f"{what}: new", f"{what}: gone")
            yield from self.lists(
                [_plain(each) for each in was or ()], [_plain(each) for each in now or ()], at, about, of, says
            )
        elif isinstance(was, Mapping) or isinstance(now, Mapping):
            yield from self.fields(was or {}, now or {}, f"{at}.", f"{of}{_CALLED.get(key, key.replace('_', ' '))}, ")
        else:
            what = _NAMED.get(key, key.replace("_", " "))
            say = _plain if key in _PLAIN_TEXTS else self.value
            yield Said(at, about, f"{of}{what} {_from_to(_said(was, say), _said(now, say))}")

    @staticmethod
    def is_text(*values: Any) -> bool:
        return all(value is None or isinstance(value, str) for value in values)

    def value(self, value: Any) -> str:
        """Say a word of a closed list, or a name of the content."""
        if isinstance(value, bool):
            return "yes" if value else "no"
        text = _plain(value)
        return self.after.names.get(text) or self.before.names.get(text) or text.replace("_", " ")

    def wordings(self, key: str, was: Any, now: Any, at: str, of: str) -> Iterator[Said]:
        """Yield the old and the new wording; once where both registers changed alike."""
        what = _CALLED.get(key, key.replace("_", " "))
        changes = {}
        for register in ("clinician", "patient"):
            old, new = _in(was, register), _in(now, register)
            if old != new:
                changes[register] = _from_to(old and quoted(old), new and quoted(new))
        alike = len(changes) == 2 and len(set(changes.values())) == 1
        for register, change in list(changes.items())[: 1 if alike else 2]:
            whom = "" if alike else f" for the {register}"
            yield Said(at, WORDING, f"{of}{what}{whom} {change}")

    def lists(
        self, old: Sequence[str], new: Sequence[str], at: str, about: str, of: str, says: tuple[str, str]
    ) -> Iterator[Said]:
        come, gone = [each for each in new if each not in old], [each for each in old if each not in new]
        if come:
            yield Said(at, about, f"{of}{says[0]}: {self.named(come)}")
        if gone:
            yield Said(at, about, f"{of}{says[1]}: {self.named(gone)}")
        if not come and not gone:
            yield Said(at, about, f"{of}{says[0].removesuffix(': new')} in another order: {self.named(new)}")

    def named(self, values: Sequence[str]) -> str:
        return "; ".join(self.value(each) if " " not in each else each for each in values)

    def guards(self, was: Sequence[Json], now: Sequence[Json], at: str) -> Iterator[Said]:
        old, new = ({each["guard"]: each for each in guards} for guards in (was, now))
        for name in dict.fromkeys([*new, *old]):
            if name not in old:
                yield Said(at, MEANING, f"is now held back by {self.after.name(name)}")
            elif name not in new:
                yield Said(at, MEANING, f"is no longer held back by {self.before.name(name)}")
            else:
                yield from self.fields(old[name], new[name], f"{at}.{name}.", f"while {self.after.name(name)} holds: ")

    def entries(self, key: str, was: Sequence[Json], now: Sequence[Json], at: str, of: str) -> Iterator[Said]:
        """Yield what differs between two lists of entries, matched by id, by what they say, or else in order."""
        old, new = ({_key(each): each for each in entries} for entries in (was, now))
        one = _ONE.get(key, key.replace("_", " ").removesuffix("s"))
        gone, come = [name for name in old if name not in new], [name for name in new if name not in old]
        nameless = not any("id" in each for each in (*was, *now))
        pairs = {name: name for name in new if name in old}
        if nameless and len(gone) == len(come):
            pairs |= dict(zip(come, gone, strict=True))
        for name, entry in new.items():
            title = f"{of}{one} {quoted(_title(entry))}"
            if name not in pairs:
                yield Said(
                    f"{at}.{name}", MEANING, f"{of}new {one} {quoted(_title(entry))}{self.when(entry, self.after)}"
                )
            elif _is_wording(entry):
                yield from self.wordings(one, old[pairs[name]], entry, f"{at}.{name}", of)
            else:
                yield from self.fields(old[pairs[name]], entry, f"{at}.{name}.", f"{title}: ")
        for name in gone:
            if name not in pairs.values():
                yield Said(f"{at}.{name}", MEANING, f"{of}{one} {quoted(_title(old[name]))} is gone")
        if (kept := [name for name in old if name in new]) != [name for name in new if name in old]:
            in_order = ", ".join(quoted(_title(new[name])) for name in new if name in kept)
            yield Said(at, MEANING, f"{of}{key.replace('_', ' ')} in another order: {in_order}")

    def when(self, entry: Json, words: Words) -> str:
        when = entry.get("when")
        return f", when {words.condition(when)}" if isinstance(when, str) else ""


_ONE: Mapping[str, str] = {
    "for": "argument for it",
    "against": "argument against it",
    "fields": "field",
    "quick": "quick date",
    "cannot_apply": "reason why it cannot apply",
    "items": "line",
}
"""What one entry of a list is called, where its key does not say so."""


_CALLED: Mapping[str, str] = {
    "ask": "question",
    "report": "name in reports",
    "why": "reason for asking",
    "tell": "sentence to hand over",
    "neutral": "for those who may not know private answers",
    "decided_by": "what decides it",
    "default": "choice made here",
    "instead": "what is done instead",
}
"""What a text is called, where its key does not say so."""


def _is_wording(value: Any) -> bool:
    return isinstance(value, Mapping) and "clinician" in value


def _entries(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, Mapping) for each in value)


def _in(value: Any, register: str) -> str:
    if isinstance(value, Mapping):
        return str(value.get(register, ""))
    return "" if value is None else str(value)


def _key(entry: Json) -> str:
    return str(entry.get("id") or _title(entry))


def _title(entry: Json) -> str:
    for key in ("label", "title", "report", "ask", "text"):
        if said := wording(entry.get(key)):
            return said
    return wording(entry) or str(entry.get("id") or _plain(entry))


def _plain(value: Any) -> str:
    if _is_wording(value):
        return wording(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _said(value: Any, say: Callable[[Any], str]) -> str | None:
    return None if value is None else say(value)


def _from_to(was: str | None, now: str | None) -> str:
    if not was:
        return f"is now {now}; before: nothing was said"
    return f"is no longer said; before: {was}" if not now else f"is now {now}; before: {was}"
