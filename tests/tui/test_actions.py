"""One table of keys: in one place a key means one thing, no key of an option is taken, everything is carried out."""

from __future__ import annotations

import pytest

from campaigns import keys
from chatbot import plain_commands
from chatbot.core.keys import OPTION_KEYS
from chatbot.tui.action import PLACES
from chatbot.tui.actions import ACTIONS, STATUS_ACTIONS, working
from chatbot.tui.drawing.footer import footer
from chatbot.tui.in_lines import IN_LINES, ONLY_IN_LINES
from chatbot.tui.lines import plain, width_of
from chatbot.tui.screens.alarm import AlarmScreen
from chatbot.tui.screens.base import Sheet
from chatbot.tui.screens.choose import Choose
from chatbot.tui.screens.confirm import ConfirmCase
from chatbot.tui.screens.correct import NOT_NOW, Correct
from chatbot.tui.screens.fault import Fault
from chatbot.tui.screens.home import Home
from chatbot.tui.screens.interview import InterviewScreen
from chatbot.tui.screens.jump import Jump
from chatbot.tui.screens.page import Page
from chatbot.tui.screens.people import RecapScreen
from chatbot.tui.screens.plan import PlanScreen
from chatbot.tui.screens.player import PlayerScreen
from chatbot.tui.screens.preview import Preview
from chatbot.tui.screens.settings import SettingsScreen

SCREENS = [
    (AlarmScreen, ("alarm", "scroll")),
    (ConfirmCase, ("confirm", "scroll")),
    (RecapScreen, ("recap", "scroll")),
    (Choose, ("list",)),
    (Fault, ("fault",)),
    (Home, ("home", "scroll")),
    (InterviewScreen, ("question", "several", "grid", "typing", "review", "doubt", "reasons", "scroll")),
    (Jump, ("list", "scroll")),
    (Page, ("page", "scroll")),
    (Preview, ("preview", "scroll")),
    (PlanScreen, ("plan", "line", "scroll")),
    (PlayerScreen, ("player", "scroll")),
    (SettingsScreen, ("settings", "scroll")),
]


@pytest.mark.parametrize("place", PLACES)
def test_in_one_place_a_key_means_one_thing(place: str) -> None:
    found = [(key, action.id) for action in ACTIONS if place in action.places for key in action.keys]
    assert len({key for key, _ in found}) == len(found)


@pytest.mark.parametrize("place", ["question", "several", "grid"])
def test_no_action_at_a_question_takes_the_key_of_an_option(place: str) -> None:
    taken = {key for action in ACTIONS if place in action.places for key in action.keys}
    assert not taken & set(OPTION_KEYS)


@pytest.mark.parametrize(("screen", "places"), SCREENS, ids=lambda value: getattr(value, "__name__", ""))
def test_every_action_of_a_screen_is_carried_out(screen: type[Sheet[object]], places: tuple[str, ...]) -> None:
    wanted = {action.id for action in ACTIONS if action.places & {*places, "anywhere"}}
    if screen is Choose:
        wanted.discard("scope")
    # A typed field gives and is left by its own messages.
    missing = {each for each in wanted if not callable(getattr(screen, f"act_{each}", None))}
    assert not missing


def test_a_correction_offers_only_what_works_during_an_emergency() -> None:
    assert issubclass(Correct, Sheet)
    assert {action.id for action in ACTIONS} >= NOT_NOW and {"jump", "later", "decline_section"} <= NOT_NOW


def test_every_place_has_actions_and_every_action_a_known_place() -> None:
    assert {place for action in ACTIONS for place in action.places} == set(PLACES)


def test_every_action_says_what_it_does() -> None:
    assert all(action.label and action.help.endswith(".") and action.shown and action.keys for action in ACTIONS)


def test_the_readme_and_the_page_of_keys_say_what_the_table_says() -> None:
    late = [path.name for path, text in keys.files().items() if path.read_text("utf-8") != text]
    assert late == [], "run python -m campaigns.keys"


# --- the line mode ---


def test_every_action_has_a_command_in_the_line_mode_or_says_what_stands_there_instead() -> None:
    said = {action.id: action.in_lines for action in ACTIONS}
    assert set(said) == set(IN_LINES), "a sentence about an action that is none"
    assert all(each.startswith(":") or each.endswith(".") for each in said.values())


def test_every_command_that_an_action_names_exists_in_the_line_mode() -> None:
    named = {action.in_lines[1:] for action in ACTIONS if action.in_lines.startswith(":")}
    assert named <= {command.name for command in plain_commands.ACTIONS}


def test_every_command_of_the_line_mode_belongs_to_an_action_or_says_why_not() -> None:
    named = {action.in_lines[1:] for action in ACTIONS if action.in_lines.startswith(":")}
    alone = {command.name for command in plain_commands.ACTIONS} - named
    assert alone == set(ONLY_IN_LINES)


def test_each_status_has_an_action() -> None:
    assert set(STATUS_ACTIONS) <= {action.id for action in ACTIONS}


def test_a_particular_place_hides_the_same_key_of_a_wider_one() -> None:
    names = {action.id: action.label for action in working(("grid", "question", "anywhere"))}
    assert names["commit"] == "as recorded"


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_the_footer_fits_and_always_names_the_key_that_lists_the_rest(width: int) -> None:
    rows = footer([(each, each.label) for each in working(("question", "anywhere"))], [("1-4", "answer")], width, 2)
    assert len(rows) <= 2 and all(width_of(row) <= width for row in rows)
    assert "F1 keys" in plain(rows) and "1-4 answer" in plain(rows)
