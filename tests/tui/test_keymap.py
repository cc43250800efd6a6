"""Keys of one's own: what can hold holds, what cannot is said, and nobody is ever locked out."""

from __future__ import annotations

from typing import Any

import pytest

from chatbot.tui.actions import ACTIONS
from chatbot.tui.keymap import Keymap, key_of, keymap, spelled

GOOD: list[tuple[dict[str, Any], str, str, tuple[str, ...]]] = [
    ({"later": "f12"}, "later", "question", ("f12",)),
    ({"later": ["F12", "Ctrl+G"]}, "later", "question", ("f12", "ctrl+g")),
    ({"note": "?", "ask": "t"}, "ask", "review", ("t",)),
    ({"why@alarm": "s"}, "why", "alarm", ("s",)),
    ({"why@alarm": "s"}, "why", "question", ("w",)),
    ({"later": "w", "why@question": "l"}, "why", "question", ("l",)),
    ({"help": "f12"}, "help", "anywhere", ("f12", "f1")),
    ({"stop": "f12"}, "stop", "anywhere", ("f12", "ctrl+c", "ctrl+q")),
    ({"later": "l"}, "later", "question", ("l",)),
]

BAD: list[tuple[dict[str, Any], str]] = [
    ({"lter": "g"}, "lter: there is no such action"),
    ({"later@plan": "g"}, "later@plan: the action does not work at 'plan'; it works at: question"),
    ({"later": "hyper+g"}, "later: 'hyper+g' is no key"),
    ({"later": []}, "later: the action is left without a key"),
    ({"later": 7}, "later: not a key, nor a list of keys"),
    ({"later": "w"}, "later: w is the key of 'why we ask' (why)"),
    ({"later": "f1"}, "later: F1 is the key of 'keys' (help)"),
    ({"later": "ctrl+c"}, "later: Ctrl+C is the key of 'stop' (stop)"),
    ({"theme": "f5"}, "theme: F5 is the key of 'plan' (plan)"),
    ({"later": "3"}, "later: 3 is an answer at a question"),
    ({"later": "u"}, "later: u is an answer at a question"),
    ({"later": "y"}, "later: y is an answer at a question"),
    ({"all_normal": "w"}, "all_normal: w is the key of 'why we ask' (why)"),
    ({"status_unknown": "g"}, "status_unknown: this key is the same for everybody"),
    ({"leave_field": "g"}, "leave_field: this key is the same for everybody"),
    ({"plan": "P"}, "plan: P is text in a typed field"),
    ({"plan": "ctrl+u"}, "plan: Ctrl+U belongs to the typed field"),
    ({"later": "ctrl+m"}, "later: a terminal sends ctrl+m as Enter"),
]


@pytest.mark.parametrize(("chosen", "action", "place", "keys"), GOOD)
def test_a_chosen_key_holds_where_it_was_chosen(
    chosen: dict[str, Any], action: str, place: str, keys: tuple[str, ...]
) -> None:
    found = keymap(chosen)
    assert found.problems == ()
    assert [each.keys for each in found.actions if each.id == action and place in each.places] == [keys]
    assert found.shown(action, place) == spelled(keys[0])


@pytest.mark.parametrize(("chosen", "said"), BAD)
def test_what_cannot_hold_is_left_out_and_says_the_field_and_what_to_do(chosen: dict[str, Any], said: str) -> None:
    found = keymap(chosen)
    assert found.actions == keymap({}).actions
    assert [str(each).startswith(said) and bool(each.hint) for each in found.problems] == [True]


def test_one_mistake_leaves_the_other_entries_standing() -> None:
    found = keymap({"later": "w", "note": "f12"})
    assert [each.field for each in found.problems] == ["later"]
    assert found.shown("note") == "F12"


def test_two_actions_given_the_same_free_key_are_told_and_one_of_them_holds() -> None:
    found = keymap({"later": "f12", "note": "f12"})
    assert [each.field for each in found.problems] == ["later"]
    assert (found.shown("later"), found.shown("note")) == ("l", "F12")


def test_help_and_the_way_out_keep_their_keys_under_any_keymap() -> None:
    chosen = {each.id: "f12" for each in ACTIONS} | {"help": [], "stop": "nonsense"}
    keys = {each.id: each.keys for each in keymap(chosen).actions}
    assert "f1" in keys["help"] and "ctrl+c" in keys["stop"]


def test_without_a_choice_the_keys_are_those_of_the_table() -> None:
    assert sorted(keymap({}).actions, key=str) == sorted(ACTIONS, key=str) == sorted(Keymap().actions, key=str)


@pytest.mark.parametrize("action", ACTIONS, ids=lambda each: each.id)
def test_a_key_is_written_for_people_and_read_back(action: Any) -> None:
    assert action.shown == spelled(action.keys[0])
    assert [key_of(spelled(each)) for each in action.keys] == list(action.keys)
