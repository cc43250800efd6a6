"""What is typed at a question of choices: names, beginnings and synonyms are taken, near ones are only offered."""

from __future__ import annotations

import pytest

from chatbot.core.commands import GiveAnswer
from chatbot.core.entry import Entry, read_entry
from chatbot.core.entry_names import Fit, Name, fit, known_as, names_of
from chatbot.core.protocol import Option
from tests.tui.kit import QUESTIONS, ask, both, interview, protocol

LEVELS = (
    Name("normal", ("Normal", "Feels as always")),
    Name("no_pain", ("No pain",)),
    Name("cannot", ("Cannot bear weight",)),
    Name("fusion", ("Lumbar fusion", "back made stiff", "spondylodesis")),
    Name("dialysis", ("Dialysis", "kidney machine", "Dialyse à domicile")),
    Name("unknown", ("does not know", "I do not know"), is_status=True),
)

TAKEN = {
    "normal": "normal",
    "feels": "normal",
    "NO  pain": "no_pain",
    "no p": "no_pain",
    "lum fus": "fusion",
    "spond": "fusion",
    "Kidney machine": "dialysis",
    "dialyse a domicile": "dialysis",
    "unknown": "unknown",
    "does not": "unknown",
}
"""Typed text to what it names."""

OFFERED = {
    "pain": ("no_pain",),
    "bear weight": ("cannot",),
    "machine": ("dialysis",),
    "dialisys": ("dialysis",),
    "lumber": ("fusion",),
    "normla": ("normal",),
}
"""Words further on, and slips: near, never taken."""


def ids(found: Fit[Name]) -> tuple[str, ...]:
    return tuple(each.id for each in found.near)


@pytest.mark.parametrize("typed", TAKEN)
def test_a_name_or_the_beginning_of_one_choice_only_is_taken(typed: str) -> None:
    meant = fit(typed, LEVELS).meant
    assert meant is not None and meant.id == TAKEN[typed]


@pytest.mark.parametrize("typed", OFFERED)
def test_what_is_near_is_offered_and_never_taken(typed: str) -> None:
    found = fit(typed, LEVELS)
    assert found.meant is None and not found.begun and ids(found) == OFFERED[typed]


@pytest.mark.parametrize("typed", ["", "  ", "zebra", "4", "-", "?", "ye"])
def test_what_names_nothing_finds_nothing(typed: str) -> None:
    assert fit(typed, LEVELS) == Fit(None, (), ())


def test_a_choice_that_is_found_by_another_name_says_which() -> None:
    assert known_as("stiff", LEVELS[3]) == known_as("back", LEVELS[3]) == "back made stiff"
    assert known_as("lum", LEVELS[3]) == known_as("zebra", LEVELS[3]) == ""


def test_a_beginning_of_several_names_none_and_a_whole_name_goes_before_a_longer_one() -> None:
    two = (Name("one", ("Reduced",)), Name("both", ("Reduced on both sides",)))
    assert [each.id for each in fit("red", two).begun] == ["one", "both"] and fit("red", two).meant is None
    assert fit("reduced", two).meant == two[0]


def test_no_is_never_taken_for_the_beginning_of_a_word() -> None:
    assert fit("no", LEVELS[:1]) == fit("n", LEVELS[:1]) == Fit(None, LEVELS[:1], ())
    assert fit("nor", LEVELS[:1]).meant == LEVELS[0]


def test_a_question_on_screen_is_answered_by_names_of_both_registers_and_by_synonyms() -> None:
    choice = ask(
        "signs",
        "several",
        "Which?",
        "history",
        options=(Option("burn", both("Burning", "Hot"), synonyms=("on fire",)),),
    )
    ours = interview(protocol(questions=[choice if each.id == "signs" else each for each in QUESTIONS]))
    for key, value in {"water": "no", "feeling": "normal", "heat": "37"}.items():
        ours.send(GiveAnswer(key, value=value))
    view = ours.view("patient").question
    assert view is not None and view.options[0].label == "Hot"
    for typed in ("burn", "hot", "on fire", "on f"):
        assert read_entry(view, typed, ours.case.as_of) == Entry(["burn"]) == read_entry(choice, typed, ours.case.as_of)
    assert [each.id for each in names_of(view)] == ["burn", "unknown", "declined", "not_assessed"]
