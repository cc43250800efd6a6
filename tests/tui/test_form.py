"""One question being answered, without a screen: keys in, a command out."""

from __future__ import annotations

from typing import Any

import pytest

from chatbot.core.commands import CORRECTION_REASONS, GiveAnswer, Refusal, Withdraw
from chatbot.tui.form import Form, Mode
from tests.shipped import shipped_protocol
from tests.tui import kit

LABELS = {each: each for each in CORRECTION_REASONS}


def form(question: str, **answers: Any) -> Form:
    """Return the form of a question, after other questions were answered."""
    case = kit.interview()
    for key, value in answers.items():
        assert case.send(GiveAnswer(key, value=value, confirmed=True)) is None
    from chatbot.core.commands import Show

    assert case.send(Show(question)) is None
    view = case.view().question
    assert view is not None
    return Form(view, case.protocol.questions[question], case.case.as_of)


@pytest.mark.parametrize(("key", "answer"), [("1", "yes"), ("2", "no"), ("y", "yes"), ("n", "no")])
def test_one_key_answers_yes_or_no(key: str, answer: str) -> None:
    asked = form("water")
    assert asked.takes(key)
    assert asked.press(key) == GiveAnswer("water", value=answer)


def test_one_key_answers_a_choice() -> None:
    assert form("feeling", water="no").press("3") == GiveAnswer("feeling", value="both_sides")


@pytest.mark.parametrize(("key", "answer"), [("0", 0), ("7", 7), ("a", 10)])
def test_one_key_answers_a_scale_ten_included(key: str, answer: int) -> None:
    assert form("pain").press(key) == GiveAnswer("pain", value=answer)


def test_a_quick_date_stores_its_interval() -> None:
    given = form("began").press("2")
    assert given == GiveAnswer("began", value="2025-11-05/2025-11-11")


def test_enter_answers_nothing_while_nothing_is_marked() -> None:
    asked = form("water")
    assert asked.commit() is None
    assert asked.problem is not None


def test_enter_gives_what_the_mark_stands_on() -> None:
    asked = form("feeling", water="no")
    asked.move(1, 0)
    asked.move(1, 0)
    assert asked.commit() == GiveAnswer("feeling", value="one_side")


def test_the_mark_of_an_answered_question_stands_on_its_answer() -> None:
    assert form("feeling", feeling="both_sides").commit() == GiveAnswer("feeling", value="both_sides")


def test_several_choices_are_given_in_the_order_of_the_content() -> None:
    asked = form("signs")
    for key in "312":
        assert asked.press(key) is None
    asked.press("1")
    assert asked.commit() == GiveAnswer("signs", value=["burning", "cramps"])


def test_an_exclusive_choice_stands_alone_both_ways() -> None:
    asked = form("signs")
    asked.press("1")
    asked.press("4")
    assert asked.chosen == {"none"}
    asked.press("2")
    assert asked.chosen == {"burning"}


def test_no_choice_at_all_is_not_an_answer() -> None:
    asked = form("signs")
    assert asked.commit() is None
    assert asked.problem == ("nothing is chosen", "mark what is true, or say why not")


def test_a_grade_is_typed_as_its_own_number_and_the_mark_moves_on() -> None:
    asked = form("power")
    asked.press("3")
    asked.press("0")
    assert asked.cells == {"hip.left": "g3", "hip.right": "g0"}
    assert asked.cell == "knee.left"
    assert asked.commit() == GiveAnswer("power", value={"hip.left": "g3", "hip.right": "g0"})


def test_one_key_gives_a_normal_table() -> None:
    given = form("power").all_normal()
    assert isinstance(given, GiveAnswer) and isinstance(given.value, dict)
    assert len(given.value) == 6 and set(given.value.values()) == {"g5"}


def test_the_rest_normal_keeps_what_was_set() -> None:
    asked = form("power")
    asked.press("4")
    given = asked.all_normal()
    assert isinstance(given, GiveAnswer) and isinstance(given.value, dict)
    assert given.value["hip.left"] == "g4" and given.value["foot.right"] == "g5"


def test_enter_on_an_untouched_table_claims_nothing() -> None:
    asked = form("power")
    assert asked.commit() is None
    assert asked.problem is not None


def test_a_typed_number_out_of_range_says_so_and_gives_nothing() -> None:
    asked = form("heat", water="no")
    assert asked.mode is Mode.TYPING
    assert asked.commit("99") is None
    assert asked.problem is not None and "30 to 45" in asked.problem[0]
    assert asked.commit("37.5") == GiveAnswer("heat", value="37.5")


def test_while_text_is_typed_no_letter_is_a_key() -> None:
    asked = form("story")
    assert not any(asked.takes(key) for key in "udxclbwrstjhq123")
    assert asked.commit("u") == GiveAnswer("story", value="u")


def test_an_unusual_value_waits_to_be_confirmed() -> None:
    asked = form("heat", water="no")
    given = asked.commit("34")
    assert isinstance(given, GiveAnswer)
    asked.refused(given, Refusal("confirm_value", "34 C is lower than usual"), LABELS)
    assert asked.mode is Mode.DOUBT
    assert asked.confirmed() == GiveAnswer("heat", value="34", confirmed=True)
    assert asked.mode is Mode.TYPING


def test_a_doubt_can_be_left_without_an_answer() -> None:
    asked = form("heat", water="no")
    given = asked.commit("34")
    assert isinstance(given, GiveAnswer)
    asked.refused(given, Refusal("confirm_value", "34 C is lower than usual"), LABELS)
    asked.cancel()
    assert asked.mode is Mode.TYPING and asked.pending is None


def test_a_correction_that_lowers_the_urgency_asks_for_a_coded_reason() -> None:
    asked = form("feeling", feeling="none")
    given = asked.press("1")
    assert isinstance(given, GiveAnswer)
    asked.refused(given, Refusal("needs_reason", "this correction lowers the urgency"), LABELS)
    assert [each.id for each in asked.reasons] == list(CORRECTION_REASONS)
    assert asked.press("1") == GiveAnswer("feeling", value="normal", because="mis_keyed")


def test_a_withdrawal_may_need_a_reason_too() -> None:
    asked = form("feeling", feeling="none")
    asked.refused(Withdraw("feeling"), Refusal("needs_reason", "this lowers the urgency"), LABELS)
    assert asked.press("2") == Withdraw("feeling", because="misunderstood")


def test_cannot_apply_asks_which_reason() -> None:
    asked = form("feeling", water="no")
    given = asked.give(status="cannot_apply")
    asked.refused(given, Refusal("needs_cannot_apply_reason", "say why it cannot apply"), LABELS)
    assert [each.label for each in asked.reasons] == ["does not wipe", "a dressing covers it"]
    assert asked.press("2") == GiveAnswer("feeling", status="cannot_apply", reason="dressed")


def test_other_refusals_are_said_beside_what_was_entered() -> None:
    asked = form("pain")
    asked.refused(asked.give(3), Refusal("bad_value", "no", "try again"), LABELS)
    assert asked.problem == ("no", "try again")


def test_the_source_goes_round_and_counts_for_this_answer() -> None:
    asked = form("pain")
    asked.next_source()
    assert asked.press("3") == GiveAnswer("pain", value=3, source="record")
    for _ in range(3):
        asked.next_source()
    assert asked.source is None


def test_a_digit_on_a_table_is_the_grade_of_that_number_and_never_a_place_in_the_list() -> None:
    from dataclasses import replace

    from chatbot.core.case import evolve
    from chatbot.core.present import present
    from chatbot.core.protocol import QuestionType
    from tests.dialogue.vignettes import opened

    protocol = shipped_protocol()
    case = evolve(protocol, None, opened(protocol, "routine_complete"))
    grids = [each for each in protocol.questions.values() if each.type is QuestionType.GRID]
    assert grids
    for register in ("clinician", "patient"):
        for question in grids:
            view = present(protocol, replace(case, shown=question.id), register).question
            assert view is not None
            form = Form(view, question, case.as_of)
            assert len(set(form.keys)) == len(form.keys) and all(len(key) == 1 for key in form.keys)
            for key, option in zip(form.keys, question.options, strict=True):
                if key.isdecimal() and option.grade is not None:
                    assert option.grade == int(key), (question.id, key, option.id)
