"""The interview on screen, through its keys, at the sizes it must work at."""

from __future__ import annotations

from typing import Any

import pytest
from textual.events import Key, Paste

from chatbot.core.commands import GiveAnswer
from chatbot.core.events import AnswerGiven, CaseSuspended, NoteAdded
from chatbot.core.values import Status
from chatbot.errors import StorageError
from chatbot.interview import Interview
from tests.tui import kit
from tests.tui.kit import screen_text

SIZES = [(120, 40), (80, 24), (40, 15)]


def at(question: str, **answers: Any) -> Interview:
    """Open a case at a question, the ones before it answered so that nothing is raised."""
    usual: dict[str, Any] = {
        "water": "no",
        "feeling": "normal",
        "heat": "37",
        "signs": ["none"],
        "pain": 2,
        "began": "2025-11-10",
        "operated": "2015",
        "story": "nothing",
        "power": {"hip.left": "g5"},
    }
    case = kit.interview()
    for key, value in {**usual, **answers}.items():
        if key == question:
            break
        assert case.send(GiveAnswer(key, value=value, confirmed=True)) is None
    return case


def value(case: Interview, question: str) -> object:
    answer = case.case.answers.get(question)
    return None if answer is None else answer.value


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("question", [each.id for each in kit.QUESTIONS])
async def test_every_question_is_readable_at_every_size(question: str, size: tuple[int, int]) -> None:
    case = at(question)
    app = kit.application(case)
    async with app.run_test(size=size):
        shown = screen_text(app)
        wording = case.protocol.questions[question].ask.clinician
        assert wording in " ".join(shown.replace("▌", " ").split())
        assert "pending clinical review" in shown and "bed 4" in shown and "S-19" in shown
        assert "F1" in shown
        assert max(map(len, shown.split("\n"))) <= size[0]


@pytest.mark.parametrize("size", SIZES)
async def test_the_pane_at_the_right_becomes_a_line_where_there_is_no_room(size: tuple[int, int]) -> None:
    app = kit.application(at("feeling"))
    async with app.run_test(size=size):
        shown = screen_text(app)
        assert ("RED FLAGS" in shown) is (size[0] >= 100)
        assert "undetermined" in shown and "1" in shown and "9" in shown


async def test_the_flags_this_question_is_asked_for_are_marked_in_words() -> None:
    app = kit.application(at("feeling"))
    async with app.run_test(size=(120, 40)):
        shown = screen_text(app)
        assert "▸ saddle               asking" in shown
        assert "✓ blocked bladder      clear" in shown


async def test_one_key_answers_and_brings_the_next_question() -> None:
    case = at("water")
    app = kit.application(case)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("2")
        assert value(case, "water") == "no"
        shown = screen_text(app)
        assert "How does the skin feel" in shown
        assert "Has passing water stopped?" in shown, "the answered question stands above"


async def test_a_status_is_one_key_and_is_not_no() -> None:
    case = at("feeling")
    app = kit.application(case)
    async with app.run_test() as pilot:
        await pilot.press("u")
        assert case.case.answers["feeling"].status is Status.UNKNOWN


async def test_a_key_pressed_before_its_question_was_on_screen_answers_nothing() -> None:
    case = at("water")
    app = kit.application(case)
    async with app.run_test() as pilot:
        for _ in range(2):
            app.post_message(Key("2", "2"))
        await pilot.pause()
        assert value(case, "water") == "no"
        assert "feeling" not in case.case.answers


async def test_a_number_is_typed_and_given_with_enter() -> None:
    case = at("heat")
    app = kit.application(case)
    async with app.run_test() as pilot:
        await pilot.press("3", "7", ".", "5", "enter")
        assert str(value(case, "heat")) == "37.5"


async def test_a_status_of_a_number_is_one_key_while_nothing_is_typed() -> None:
    case = at("heat")
    app = kit.application(case)
    async with app.run_test() as pilot:
        await pilot.press("x")
        assert case.case.answers["heat"].status is Status.NOT_ASSESSED


async def test_a_letter_after_a_digit_is_text_not_a_status() -> None:
    case = at("heat")
    app = kit.application(case)
    async with app.run_test() as pilot:
        await pilot.press("3", "d", "enter")
        assert "heat" not in case.case.answers
        assert app.screen.entry.text == "3d"
        assert "The unit here is C, not d" in screen_text(app)


async def test_letters_of_a_text_are_never_keys_until_escape() -> None:
    case = at("story")
    app = kit.application(case)
    async with app.run_test() as pilot:
        await pilot.press("q", "u", "d")
        assert app.screen.entry.text == "qud"
        assert "story" not in case.case.answers
        await pilot.press("escape")
        assert "typed: qud" in screen_text(app)
        await pilot.press("d")
        assert case.case.answers["story"].status is Status.DECLINED


async def test_going_back_to_the_field_finds_what_was_typed() -> None:
    case = at("story")
    app = kit.application(case)
    async with app.run_test() as pilot:
        await pilot.press("o", "k", "escape", "tab", "!", "enter")
        assert value(case, "story") == "ok!"


async def test_a_value_that_does_not_fit_is_said_and_stays_in_the_field() -> None:
    case = at("heat")
    app = kit.application(case)
    async with app.run_test() as pilot:
        await pilot.press("9", "9", "enter")
        assert "99 is outside 30 to 45 C" in screen_text(app)
        assert app.screen.entry.text == "99"
        await pilot.press("backspace")
        assert app.screen.entry.text == "9"
        assert "outside" not in screen_text(app)


async def test_an_unusual_value_is_confirmed_by_another_key_than_enter() -> None:
    case = at("heat")
    app = kit.application(case)
    async with app.run_test() as pilot:
        await pilot.press("3", "4", "enter", "enter")
        assert "heat" not in case.case.answers
        assert "lower than usual" in screen_text(app)
        await pilot.press("y")
        assert str(value(case, "heat")) == "34"


async def test_a_quick_date_is_one_key_and_another_date_can_be_typed() -> None:
    case = at("began")
    app = kit.application(case)
    async with app.run_test() as pilot:
        await pilot.press("tab", *"2015-03", "enter")
        assert getattr(value(case, "began"), "text", "") == "2015-03"
        await pilot.press("escape", "b", "1")
        assert getattr(value(case, "began"), "text", "") == "2025-11-11/2025-11-12"


async def test_a_table_is_walked_graded_and_given() -> None:
    case = at("power")
    app = kit.application(case)
    async with app.run_test(size=(80, 24)) as pilot:
        assert "▸·◂" in screen_text(app)
        await pilot.press("down", "right", "3", "n")
        answer = value(case, "power")
        assert isinstance(answer, dict)
        assert answer["knee.right"] == "g3" and answer["hip.left"] == "g5" and len(answer) == 6


async def test_back_shows_the_answer_that_stands_and_changes_nothing() -> None:
    case = at("feeling")
    app = kit.application(case)
    async with app.run_test() as pilot:
        await pilot.press("b")
        shown = screen_text(app)
        assert "Has passing water stopped?" in shown and "answer now: no" in shown
        await pilot.press("escape")
        assert "How does the skin feel" in screen_text(app)
        assert value(case, "water") == "no"


async def test_a_correction_that_lowers_the_urgency_needs_a_coded_reason() -> None:
    case = at("heat", feeling="none")
    app = kit.application(case)
    async with app.run_test() as pilot:
        await pilot.press("b", "1")
        shown = screen_text(app)
        assert "lowers the urgency" in shown.casefold() and "mis keyed" in shown
        assert value(case, "feeling") == "none"
        await pilot.press("1")
        assert value(case, "feeling") == "normal"


async def test_cannot_apply_asks_for_one_of_its_reasons() -> None:
    case = at("feeling")
    app = kit.application(case)
    async with app.run_test(size=(40, 15)) as pilot:
        await pilot.press("c")
        assert "a dressing covers it" in screen_text(app)
        await pilot.press("2")
        assert case.case.answers["feeling"].reason == "dressed"


async def test_later_leaves_a_question_open_and_the_review_names_it() -> None:
    case = at("power")
    app = kit.application(case)
    async with app.run_test() as pilot:
        await pilot.press("l")
        shown = screen_text(app)
        assert "Nothing is left to ask" in shown and "How strong are the muscles?" in shown
        assert "power" not in case.case.answers


async def test_the_other_wording_changes_words_only() -> None:
    case = at("feeling")
    app = kit.application(case)
    async with app.run_test() as pilot:
        before = list(case.events)
        await pilot.press("r")
        assert "In plain words: How does the skin feel" in screen_text(app)
        assert case.events == before


async def test_the_other_wording_keeps_what_was_marked() -> None:
    app = kit.application(at("signs"))
    async with app.run_test() as pilot:
        await pilot.press("1", "r")
        assert "[x] tingling" in screen_text(app)


async def test_the_source_of_the_next_answer_can_be_chosen() -> None:
    case = at("feeling")
    app = kit.application(case)
    async with app.run_test() as pilot:
        await pilot.press("s", "1")
        assert case.case.answers["feeling"].source.value == "record"
        assert "source: examination" in screen_text(app), "the next question has its own usual source"


async def test_why_shows_the_reason_with_its_source() -> None:
    app = kit.application(at("feeling"))
    async with app.run_test() as pilot:
        await pilot.press("w")
        shown = screen_text(app)
        assert "Why feeling matters." in shown and "Alpha A. On water." in shown and "section 2" in shown
        await pilot.press("w")
        assert "1  normal" in screen_text(app)


async def test_a_note_is_kept_beside_its_question() -> None:
    case = at("feeling")
    app = kit.application(case)
    async with app.run_test() as pilot:
        await pilot.press("t", *"ill", "enter")
        assert case.events[-1] == NoteAdded("ill", "feeling")
        assert "How does the skin feel" in screen_text(app)


async def test_the_list_of_questions_is_filtered_by_typing_and_goes_there() -> None:
    case = at("pain")
    app = kit.application(case)
    async with app.run_test() as pilot:
        await pilot.press("j")
        assert "Has passing water stopped?" in screen_text(app)
        await pilot.press(*"skin", "enter")
        assert case.case.shown == "feeling"
        assert "answer now: normal" in screen_text(app)


async def test_the_list_can_show_open_questions_alone() -> None:
    app = kit.application(at("pain"))
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("j", "tab", "tab")
        shown = screen_text(app)
        assert "[open 5]" in shown and "How strong are the muscles?" in shown and "temperature" not in shown


async def test_an_expired_answer_is_confirmed_by_one_key() -> None:
    first = at("feeling")
    case = Interview.resume(first.protocol, kit.Records(), first.events, "2025-11-14T10:00")
    app = kit.application(case)
    async with app.run_test() as pilot:
        assert "still so" in screen_text(app)
        await pilot.press("=")
        assert isinstance(case.events[-2], AnswerGiven) and case.events[-2].value == "no"
        assert "How does the skin feel" in screen_text(app)


async def test_an_answer_that_is_not_saved_blocks_and_is_not_lost() -> None:
    case = at("heat")
    app = kit.application(case)
    async with app.run_test() as pilot:
        case.recorder.fail = StorageError("the disk is full", code="F009", hint="free some space")  # type: ignore[attr-defined]
        await pilot.press("3", "7", "enter")
        shown = screen_text(app)
        assert "NOT SAVED" in shown and "F009: the disk is full" in shown and "2 answers" in shown
        await pilot.press("escape")
        assert app.screen.entry.text == "37" and "heat" not in case.case.answers
        await pilot.press("enter")
        case.recorder.fail = None  # type: ignore[attr-defined]
        await pilot.press("enter")
        assert str(value(case, "heat")) == "37"


async def test_leaving_suspends_the_case_and_ends_what_was_started_with_it() -> None:
    case, house = at("feeling"), kit.House()
    app = kit.application(case, house)
    async with app.run_test() as pilot:
        await pilot.press("q")
    assert isinstance(case.events[-1], CaseSuspended)
    assert house.closed == 1 and app.return_code == 0


async def test_stopping_asks_first_and_says_what_is_saved() -> None:
    app = kit.application(at("heat"))
    async with app.run_test() as pilot:
        await pilot.press("ctrl+c")
        assert "Stop? 2 answers saved." in screen_text(app)
        await pilot.press("escape")
        assert "What is the temperature?" in screen_text(app)
        await pilot.press("ctrl+c", "y")
    assert app.return_code == 130


async def test_below_the_smallest_size_a_notice_waits_and_keys_do_nothing() -> None:
    case = at("feeling")
    app = kit.application(case)
    async with app.run_test(size=(39, 15)) as pilot:
        assert "Enlarge the window to 40 × 15" in screen_text(app)
        await pilot.press("1")
        assert "feeling" not in case.case.answers
        await pilot.resize_terminal(40, 15)
        await pilot.press("1")
        assert value(case, "feeling") == "normal"


async def test_what_was_typed_survives_a_window_that_is_too_small() -> None:
    app = kit.application(at("heat"))
    async with app.run_test() as pilot:
        await pilot.press("3")
        await pilot.resize_terminal(30, 10)
        await pilot.press("8")
        await pilot.resize_terminal(80, 24)
        await pilot.press("7")
        assert app.screen.entry.text == "37"


@pytest.mark.parametrize("text", ["one\ntwo", "a\x1b[31mb", "x\u202ey"])
async def test_a_paste_of_lines_or_hidden_characters_is_refused_with_a_notice(text: str) -> None:
    app = kit.application(at("story"))
    async with app.run_test() as pilot:
        app.post_message(Paste(text))
        await pilot.pause()
        assert "what was pasted has" in screen_text(app).casefold()
        assert app.screen.entry.text == ""
        await pilot.press("escape")
        assert "what was pasted has" not in screen_text(app).casefold()
        assert app.screen.entry.text == ""


async def test_a_paste_that_was_made_plain_is_taken_after_it_was_shown() -> None:
    case = at("story")
    app = kit.application(case)
    async with app.run_test() as pilot:
        app.post_message(Paste("fell \x1b[31min March\r\nthen \u202eagain"))
        await pilot.pause()
        shown = " ".join(screen_text(app).replace("▌", "").split())
        assert "without them it is: fell in March then again" in shown and "Enter takes it so" in shown
        await pilot.press("enter")
        assert app.screen.entry.text == "fell in March then again"
        assert "story" not in case.case.answers, "it stands in the field and is not given yet"


async def test_a_plain_paste_is_taken() -> None:
    app = kit.application(at("story"))
    async with app.run_test() as pilot:
        app.post_message(Paste("fell in March"))
        await pilot.pause()
        assert app.screen.entry.text == "fell in March"


async def test_a_byte_that_is_no_text_is_shown_and_refused() -> None:
    case = at("story")
    app = kit.application(case)
    async with app.run_test() as pilot:
        app.post_message(Key("unreadable", "\ufffd"))
        await pilot.press("a", "enter")
        assert app.screen.entry.text == "\ufffda"
        assert "story" not in case.case.answers
        assert "could not be read" in screen_text(app)


async def test_markup_in_an_answer_is_shown_as_it_was_typed() -> None:
    case = at("power", story="pain [severe] [/] [@click=app.quit]x[/]")
    app = kit.application(case)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f9")
        assert "[severe] [/]" in screen_text(app)


async def test_a_long_conversation_keeps_few_widgets() -> None:
    app = kit.application(at("power"))
    async with app.run_test(size=(120, 40)):
        assert len(list(app.screen.walk_children())) <= 50


async def test_help_lists_the_keys_that_work_now_first() -> None:
    app = kit.application(at("signs"))
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("f1")
        shown = screen_text(app)
        assert shown.index("THESE WORK NOW") < shown.index("done: Give the choices marked")
        await pilot.press("f1")
        assert "Which of these are there?" in screen_text(app)


async def test_the_handover_can_be_read_aloud_at_any_time() -> None:
    app = kit.application(at("pain"))
    async with app.run_test() as pilot:
        await pilot.press("h")
        shown = screen_text(app)
        assert "Situation" in shown and "passing water stopped: no" in shown


async def test_a_case_that_is_not_clinical_is_marked() -> None:
    app = kit.application(kit.interview(kind="practice"))
    async with app.run_test(size=(40, 15)):
        assert "PRACTICE" in screen_text(app)


async def test_what_happened_to_the_file_is_told_once_before_going_on() -> None:
    house = kit.House(told=["The last entry was not completely saved."])
    app = kit.application(kit.interview(), house)
    async with app.run_test(size=(80, 24)) as pilot:
        assert "not completely saved" in screen_text(app)
        await pilot.press("escape")
        assert "not completely saved" not in screen_text(app)
        await pilot.press("1")
        assert "not completely saved" not in screen_text(app)
