"""Which keys do what for one person: the table of actions, with the keys they chose instead.

A keymap is a mapping from the id of an action, or ``id@place``, to one key or several. Each entry is checked against
the rest; one that cannot hold is left out and said, so that a keymap never locks anybody out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from chatbot.core.keys import OPTION_KEYS, STATUS_KEYS
from chatbot.tui.action import PLACES, Action
from chatbot.tui.actions import ACTIONS, STATUS_ACTIONS, working
from chatbot.tui.key_names import SENT_AS, key_of, of_text, spelled

ALWAYS = ("help", "stop")
"""Actions that keep their own keys, whatever else is chosen for them."""

FIXED = frozenset(
    {
        ("commit", "typing"),
        ("leave_field", "typing"),
        ("say", "station"),
        ("leave_station", "station"),
        *((each, place) for each in STATUS_ACTIONS for place in ("question", "block")),
    }
)
"""Actions whose keys cannot be changed: those of the typed field, and of answers without a value."""

ANSWERS = frozenset(OPTION_KEYS) | frozenset(STATUS_KEYS.values()) | {"y", "n"}
"""Keys that answer a question."""

ANSWERED_BY_KEY = frozenset("question several grid instrument recheck block reasons preview doubt".split())
"""Places where keys are answers."""

WRITTEN_IN = frozenset("typing list confirm find search scroll anywhere".split())
"""Places where characters are text, or that hold together with such a one."""

FIELD_KEYS = frozenset(
    "enter escape backspace delete left right up down home end space "
    "ctrl+a ctrl+e ctrl+w ctrl+d ctrl+x ctrl+v ctrl+u ctrl+k ctrl+z ctrl+y".split()
)
"""Keys that a typed field needs for itself."""

TOGETHER = (
    frozenset({"question", "several"}),
    frozenset({"question", "grid"}),
    frozenset({"question", "instrument"}),
    frozenset({"question", "typing"}),
    frozenset({"plan", "line"}),
    frozenset({"station", "offered"}),
)
"""Places that hold at the same time: a key taken in one is not free in the other."""


@dataclass(frozen=True, slots=True)
class KeymapProblem:
    """Why one entry of a keymap is left out, and what to do."""

    field: str
    message: str
    hint: str

    def __str__(self) -> str:
        return f"{self.field}: {self.message}; {self.hint}"


@dataclass(frozen=True)
class Keymap:
    """The actions with the keys that hold."""

    actions: tuple[Action, ...] = ACTIONS
    problems: tuple[KeymapProblem, ...] = ()
    """What was left out of what was chosen."""

    def working(self, places: Iterable[str]) -> list[Action]:
        """Return the actions of these places, most particular place first."""
        return working(places, self.actions)

    def shown(self, action: str, place: str = "") -> str:
        """Return how the key of an action is written; of one that has several places, in that place."""
        known = self._by_id[action]
        return next((each for each in known if place in each.places), known[0]).shown

    def keys(self, action: str) -> frozenset[str]:
        """Return every key of an action, wherever it works."""
        return frozenset(key for each in self._by_id[action] for key in each.keys)

    @cached_property
    def _by_id(self) -> dict[str, list[Action]]:
        found: dict[str, list[Action]] = {}
        for each in self.actions:
            found.setdefault(each.id, []).append(each)
        return found


# --- from what was chosen ---


def keymap(chosen: Mapping[str, Any]) -> Keymap:
    """Return the keys that hold under what a person chose; what cannot hold is left out and told."""
    problems: list[KeymapProblem] = []
    good: dict[str, tuple[str, ...]] = {}
    for field, value in chosen.items():
        found = _read(field, value)
        if isinstance(found, KeymapProblem):
            problems.append(found)
        else:
            good[field] = found
    while True:
        actions = _with(good)
        clash = next(iter(_clashes(good, actions)), None)
        if clash is None:
            return Keymap(actions, tuple(problems))
        problems.append(clash)
        del good[clash.field]


def _read(field: str, value: Any) -> tuple[str, ...] | KeymapProblem:
    """Return the keys of one entry, or why there can be none; how entries go together comes later."""
    id_, _, place = field.partition("@")
    same = [each for each in ACTIONS if each.id == id_]
    if not same:
        return KeymapProblem(field, "there is no such action", "docs/keys.md lists them")
    if place and not any(place in each.places for each in same):
        known = ", ".join(sorted({each for action in same for each in action.places}))
        return KeymapProblem(field, f"the action does not work at {place!r}", f"it works at: {known}")
    if all((id_, each) in FIXED for action in same for each in action.places if each == (place or each)):
        return KeymapProblem(field, "this key is the same for everybody", "leave it out")
    said = [value] if isinstance(value, str) else value
    if not isinstance(said, list | tuple) or not all(isinstance(each, str) for each in said):
        return KeymapProblem(field, "not a key, nor a list of keys", 'write it as "f7", or as ["f7", "g"]')
    if not said:
        return KeymapProblem(field, "the action is left without a key", "name one, or leave the action out")
    keys = []
    for each in said:
        key = key_of(each)
        if key is None:
            return KeymapProblem(field, f"{each!r} is no key", "write one such as g, ?, F7, Ctrl+N, PgDn")
        if key in SENT_AS:
            return KeymapProblem(field, f"a terminal sends {each} as {SENT_AS[key]}", "choose another")
        keys.append(key)
    return tuple(dict.fromkeys(keys))


def _with(chosen: Mapping[str, Sequence[str]]) -> tuple[Action, ...]:
    """Return the actions with other keys; one that has others in some of its places becomes several."""
    found: list[Action] = []
    for action in ACTIONS:
        by_keys: dict[tuple[str, ...], set[str]] = {}
        for place in action.places:
            keys = action.keys
            if (action.id, place) not in FIXED:
                keys = tuple(chosen.get(f"{action.id}@{place}") or chosen.get(action.id) or keys)
            if action.id in ALWAYS:
                keys = tuple(dict.fromkeys((*keys, *action.keys)))
            by_keys.setdefault(keys, set()).add(place)
        for keys, places in by_keys.items():
            found.append(replace(action, keys=keys, places=frozenset(places)))
    return tuple(found)


def _clashes(chosen: Mapping[str, Sequence[str]], actions: Sequence[Action]) -> Iterable[KeymapProblem]:
    """Yield what is wrong with entries beside the rest; the keys everybody begins with are right."""
    for field in chosen:
        id_, _, only = field.partition("@")
        for action in actions:
            for place in action.places if action.id == id_ else ():
                if (only and place != only) or (id_, place) in FIXED:
                    continue
                fresh = [key for key in action.keys if key in chosen[field] and key not in _standard(id_, place)]
                yield from filter(None, (_clash(field, action, place, key, actions) for key in fresh))


def _standard(id_: str, place: str) -> frozenset[str]:
    return frozenset(key for each in ACTIONS if each.id == id_ and place in each.places for key in each.keys)


def _clash(field: str, action: Action, place: str, key: str, actions: Sequence[Action]) -> KeymapProblem | None:
    at = PLACES[place][0].lower() + PLACES[place][1:]
    if place in ANSWERED_BY_KEY and key in ANSWERS:
        return KeymapProblem(field, f"{spelled(key)} is an answer {at}", "choose another key")
    if place in WRITTEN_IN and of_text(key):
        return KeymapProblem(field, f"{spelled(key)} is text {at}", "choose a function key, or one with Ctrl")
    if place in {"typing", "station", "anywhere"} and key in FIELD_KEYS:
        return KeymapProblem(field, f"{spelled(key)} belongs to the typed field", "choose another key")
    beside = {place, *(each for group in TOGETHER if place in group for each in group), "anywhere", "scroll"}
    for other in actions:
        shared = place in {"anywhere", "scroll"} or other.places & beside
        if other.id != action.id and key in other.keys and shared:
            named = f"{spelled(key)} is the key of {other.label!r} ({other.id})"
            return KeymapProblem(field, named, "choose another, or give that one another key too")
    return None
