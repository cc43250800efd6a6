"""Keys of one's own: what can hold holds, what cannot is said, and nobody is ever locked out."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chatbot.errors import UsageError
from chatbot.keymap_file import keymap_path, read_keymap, write_keymap
from chatbot.tui.actions import ACTIONS
from chatbot.tui.application import Backstory
from chatbot.tui.key_names import key_of, spelled
from chatbot.tui.keymap import Keymap, keymap
from chatbot.tui.lines import plain
from chatbot.tui.services import Start
from tests.tui import kit
from tests.tui.kit import screen_text

GOOD: list[tuple[dict[str, Any], str, str, tuple[str, ...]]] = [
    ({"later": "f12"}, "later", "question", ("f12",)),
    ({"later": ["F12", "Ctrl+Y"]}, "later", "question", ("f12", "ctrl+y")),
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
    ({"theme": "g"}, "theme: g is text everywhere"),
    ({"page_down": "f5"}, "page_down: F5 is the key of 'plan' (plan)"),
    ({"later": "pgdn"}, "later: PgDn is the key of 'more' (page_down)"),
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


# --- the file and the screens ---


def test_what_was_chosen_is_kept_beside_the_settings_or_where_they_say(tmp_path: Path) -> None:
    assert keymap_path(tmp_path / "settings.json", None) == tmp_path / "keymap.json"
    assert keymap_path(tmp_path / "settings.json", str(tmp_path / "mine.json")) == tmp_path / "mine.json"
    assert keymap_path(None, None) is None
    write_keymap({"later": ["F12"]}, tmp_path / "new" / "keymap.json")
    assert read_keymap(tmp_path / "new" / "keymap.json") == {"later": ["F12"]}
    assert read_keymap(tmp_path / "none.json") == {}


@pytest.mark.parametrize("text", ["{", "[1]", '"f7"', "\xff"])
def test_a_file_of_keys_that_is_none_says_what_to_do(text: str, tmp_path: Path) -> None:
    (tmp_path / "keymap.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(UsageError) as found:
        read_keymap(tmp_path / "keymap.json")
    assert "keymap.json" in found.value.place and found.value.hint


def application(chosen: Any, case: Any = None) -> tuple[Any, list[Any]]:
    """Make the application with keys of one's own; what it keeps is collected."""
    kept: list[Any] = []

    def read() -> Any:
        if isinstance(chosen, Exception):
            raise chosen
        return chosen

    services = replace(kit.House().services(), read_keys=read, write_keys=kept.append, keys_place="/home/keymap.json")
    return Backstory(services, Start(case or kit.interview())), kept


async def test_a_chosen_key_works_and_is_printed_wherever_the_key_is_named() -> None:
    app, _ = application({"why": "f12", "handover@review": "H"})
    async with app.run_test(size=(120, 40)) as pilot:
        assert "F12 why we ask" in screen_text(app)
        await pilot.press("w")
        assert app.screen.form is not None, "the usual key does nothing any more"
        await pilot.press("f12")
        assert "Why water matters." in screen_text(app)
        await pilot.press("f12")
        assert app.screen.form.view.id == "water", "the key that opened a page closes it"


@pytest.mark.parametrize(
    "chosen", [{"later": "w", "nonsense": 3}, UsageError("your keys are not JSON", place="k.json")]
)
async def test_a_broken_keymap_is_told_and_locks_nobody_out(chosen: Any) -> None:
    app, _ = application(chosen)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        shown = screen_text(app)
        assert "Keys of your own that cannot hold" in shown
        assert "later: w is the key of" in shown if isinstance(chosen, dict) else "k.json" in shown
        await pilot.press("escape", "f1")
        assert "THESE WORK NOW" in screen_text(app)
        await pilot.press("escape", "ctrl+c")
        assert "Leave the program" in screen_text(app)


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (40, 15)])
async def test_key_help_begins_with_the_keys_that_work_now(size: tuple[int, int]) -> None:
    app, _ = application({})
    async with app.run_test(size=size) as pilot:
        await pilot.press("f1")
        shown = screen_text(app)
        assert "THESE WORK NOW" in shown and max(map(len, shown.split("\n"))) <= size[0]
        now, elsewhere = plain(app.screen.lines(size[0] - 2)).split("ELSEWHERE")
        assert "At a question" in now and "l         later" in now and "The plan" in elsewhere
        app.screen.scroll_lines(app.screen.length)
        await pilot.pause()
        assert app.screen.at_end
        await pilot.press("f1")
        assert app.screen.form is not None


async def test_a_key_is_changed_on_screen_kept_and_put_back() -> None:
    app, kept = application({})
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f1", "k")
        at = next(index for index, each in enumerate(app.screen.rows) if each.action.id == "later")
        await pilot.press(*["down"] * at, "enter", "w")
        assert "w is the key of 'why we ask' (why); choose another" in " ".join(screen_text(app).split())
        await pilot.press("enter", "f12")
        assert "F12 is the key of “later” now." in screen_text(app) and kept == [{"later": ["F12"]}]
        await pilot.press("enter", "escape")
        assert "Left as it was." in screen_text(app)
        await pilot.press("escape", "escape", "f12")
        assert app.session.interview.case.postponed, "it works at once"
        await pilot.press("f1", "k", *["down"] * at, "delete")
        assert kept[-1] == {} and app.keymap.shown("later") == "l"


@pytest.mark.parametrize("action", ACTIONS, ids=lambda each: each.id)
def test_a_key_is_written_for_people_and_read_back(action: Any) -> None:
    assert action.shown == spelled(action.keys[0])
    assert [key_of(spelled(each)) for each in action.keys] == list(action.keys)


# --- texts ---

FOLDER = Path(__file__).resolve().parents[2] / "chatbot" / "tui"
A_KEY = re.compile(r"\b(F\d{1,2}|Ctrl\+\S|Esc|PgUp|PgDn|Tab|Backspace)\b")
WRITTEN = {"actions.py", "keymap.py", "in_lines.py", "lines.py", "entry.py", "key_names.py"}
"""Where keys are named as keys, and the field, whose keys are the same for everybody."""


def test_no_text_of_the_screen_names_a_key_by_itself() -> None:
    found = []
    for path in FOLDER.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        found += [
            f"{path.name}:{node.lineno}: {node.value}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said
            if path.name not in WRITTEN and A_KEY.search(node.value)
        ]
    assert found == [], "use key_for, which follows the keymap"
