"""Practice on screen: a patient is chosen, talked to, judged and left, and nothing is asked that was not chosen."""

from __future__ import annotations

from typing import Any

import pytest

from chatbot.core.events import PracticeAsked, PracticeCommitted, PracticeTime
from chatbot.core.practice import commands as cmd
from chatbot.errors import StorageError
from chatbot.tui.practice import Unfinished
from chatbot.tui.services import Start
from tests.tui import kit
from tests.tui import practice_kit as practice
from tests.tui.kit import screen_text
from tests.tui.practice_kit import Practices, asked

SIZE = (80, 24)

MEET = ("p", "down", "enter")


async def type_line(pilot: Any, text: str) -> None:
    await pilot.press(*({" ": "space", "?": "question_mark"}.get(each, each) for each in text))


async def begin(pilot: Any, mode: str = "2") -> None:
    await pilot.press(*MEET, mode)


def name(app: Any) -> str:
    return type(app.screen).__name__


# --- choosing a patient ---


async def test_the_patient_that_is_due_comes_first_and_letters_search() -> None:
    app = practice.application()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("p")
        rows = [row for row in screen_text(app).split("\n") if "A man of 51" in row or "A woman of 44" in row]
        assert "due: A woman of 44" in rows[0] and "fairly easy" in rows[1]
        assert "best 62 %" in screen_text(app)
        await type_line(pilot, "film")
        assert "A man of 51" not in screen_text(app) and "A woman of 44" in screen_text(app)
        await type_line(pilot, "zz")
        assert "Nobody passes the search." in screen_text(app)
        await pilot.press("escape")
        assert "A man of 51" in screen_text(app)
        await pilot.press("escape")
        assert name(app) == "Home"


@pytest.mark.parametrize("told", ["bladder_stopped", "old_scar", practice.SECRET_TITLE])
async def test_no_list_tells_the_name_or_the_title_of_a_patient(told: str) -> None:
    app = practice.application()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("p")
        assert told not in screen_text(app)
        await type_line(pilot, "stopped")
        assert "A man of 51" not in screen_text(app), "a search must not find by what is not shown"


@pytest.mark.parametrize(
    ("key", "mode"), [("1", "guided"), ("2", "practice"), ("3", "examination"), ("4", "two_person")]
)
async def test_a_mode_is_chosen_before_the_patient_is_met(key: int, mode: str) -> None:
    practices = Practices()
    app = practice.application(practices)
    async with app.run_test(size=SIZE) as pilot:
        await begin(pilot, str(key))
        assert practices.opened == [("bladder_stopped", mode)]
        assert "SIMULATED" in screen_text(app) and "A man of 51" in screen_text(app)


async def test_a_patient_is_drawn_by_a_difficulty_and_a_number() -> None:
    practices = Practices()
    app = practice.application(practices)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("p", "f5", "4", "x", "enter")
        assert "not a whole number" in screen_text(app)
        await pilot.press("backspace", "7", "enter", "2")
        assert practices.opened == [(4, 7, "practice")]


async def test_a_sealed_station_is_opened_by_its_code() -> None:
    practices = Practices()
    app = practice.application(practices)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("p", "f6", *"a.sealed".replace(".", "_"), "enter", *"1234", "enter")
        assert practices.opened == [("a_sealed", "1234")]
        assert "to prepare" in screen_text(app), "an examination begins with the time to read the task"


async def test_an_attempt_of_a_sealed_station_is_gone_on_with_once_its_code_was_typed() -> None:
    practices = Practices(begun=[Unfinished("sealed", "practice 3", kit.AS_OF)])
    app = practice.application(practices)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("p", "enter")
        assert "The code" in screen_text(app)
        await pilot.press(*"9", "enter")
        assert "K040" in screen_text(app) or "The code" in screen_text(app)
        await pilot.press("escape", "enter", *"1234", "enter")
        assert name(app) == "StationScreen"


async def test_who_practises_is_asked_once_where_nobody_said_so() -> None:
    house = kit.House(settings={"role": "trainee"})
    app = kit.application(house=house)
    async with app.run_test(size=SIZE) as pilot:
        await begin(pilot)
        assert "Who practises?" in screen_text(app)
        await pilot.press("c", "d", "enter")
        assert name(app) == "StationScreen" and house.settings["actor"] == "cd"


# --- the conversation ---


async def test_typing_asks_nothing_and_what_is_chosen_is_asked_in_the_words_that_were_typed() -> None:
    practices = Practices()
    app = practice.application(practices)
    async with app.run_test(size=SIZE) as pilot:
        await begin(pilot)
        await type_line(pilot, "passing water?")
        attempt = practices.practising
        assert attempt is not None and "Has passing water stopped?" in screen_text(app) and asked(attempt) == []
        await pilot.press("enter")
        assert asked(attempt) == [], "Enter only goes to what is offered"
        await pilot.press("1")
        assert asked(attempt) == ["water"]
        said = next(each for each in attempt.events if isinstance(each, PracticeAsked))
        assert said.said == "passing water?" and "Not a drop since last night" in screen_text(app)
        assert app.screen.entry.text == "" and app.screen.entry.has_focus


async def test_the_mark_goes_down_to_what_is_offered_and_letters_go_back_to_the_line() -> None:
    practices = Practices()
    app = practice.application(practices)
    async with app.run_test(size=SIZE) as pilot:
        await begin(pilot)
        await type_line(pilot, "water")
        await pilot.press("down")
        assert app.screen.caret == 0
        await pilot.press("s")
        assert app.screen.caret == -1 and app.screen.entry.text == "waters"
        await pilot.press("down", "escape")
        assert app.screen.caret == -1 and app.screen.entry.text == "waters"
        await pilot.press("escape")
        assert app.screen.entry.text == "" and name(app) == "StationScreen"
        assert practices.practising is not None and asked(practices.practising) == []


async def test_a_digit_in_the_line_is_text_and_asks_nothing() -> None:
    practices = Practices()
    app = practice.application(practices)
    async with app.run_test(size=SIZE) as pilot:
        await begin(pilot)
        await type_line(pilot, "pain from 0 to 10")
        assert app.screen.entry.text == "pain from 0 to 10"
        assert practices.practising is not None and asked(practices.practising) == []


async def test_what_fits_no_question_is_said_only_when_it_is_chosen() -> None:
    practices = Practices()
    app = practice.application(practices)
    async with app.run_test(size=SIZE) as pilot:
        await begin(pilot)
        await type_line(pilot, "xyzzy")
        assert "no question has these words" in screen_text(app)
        await pilot.press("enter", "0")
        assert "Sorry, what do you mean?" in screen_text(app)


async def test_a_question_that_was_asked_is_marked_where_it_is_offered_and_in_the_list() -> None:
    app = practice.application()
    async with app.run_test(size=SIZE) as pilot:
        await begin(pilot)
        await type_line(pilot, "passing water")
        await pilot.press("enter", "enter")
        await type_line(pilot, "passing water")
        assert "1 ✓" in screen_text(app)
        await pilot.press("escape", "tab")
        assert "✓ In plain words: Has passing water stopped?" in screen_text(app)


async def test_a_question_of_the_list_is_said_in_the_wording_that_is_shown() -> None:
    practices = Practices()
    app = practice.application(practices)
    async with app.run_test(size=SIZE) as pilot:
        await begin(pilot)
        await pilot.press("tab", "f6", *"wiping", "enter")
        assert practices.practising is not None
        said = [each for each in practices.practising.events if isinstance(each, PracticeAsked)]
        assert [(each.of, each.said) for each in said] == [("feeling", "How does the skin feel when wiping?")]


async def test_examining_records_and_talk_are_parts_of_one_list() -> None:
    practices = Practices()
    app = practice.application(practices)
    async with app.run_test(size=SIZE) as pilot:
        await begin(pilot)
        await pilot.press("f6", "enter")
        assert "37 degrees" in screen_text(app)
        await pilot.press("f5", "enter")
        assert "He passes water as ever." in screen_text(app)
        await pilot.press("f4", *"permission", "enter")
        assert "Go ahead." in screen_text(app)
        assert practices.practising is not None
        assert asked(practices.practising) == ["heat", "letter", "permission"]
        await pilot.press("f7")
        shown = screen_text(app)
        assert "temperature: 37" in shown and "passing water stopped: no (from a record)" in shown


async def test_hints_and_reasons_are_there_in_the_guided_mode_alone() -> None:
    app = practice.application()
    async with app.run_test(size=SIZE) as pilot:
        await begin(pilot, "1")
        await pilot.press("f9")
        assert "Think of the bladder before anything else." in screen_text(app)
        await pilot.press("escape")
        await type_line(pilot, "passing water")
        await pilot.press("enter", "enter", "f10")
        assert "Why water matters." in screen_text(app) or "Why we ask about water." in screen_text(app)
        await pilot.press("escape", "escape", "2", "enter", "2", "f9", "f10")
        assert name(app) == "StationScreen" and "hint" not in screen_text(app)


async def test_the_card_is_shown_with_two_persons_alone_and_only_after_a_warning() -> None:
    app = practice.application()
    async with app.run_test(size=SIZE) as pilot:
        await begin(pilot, "4")
        await pilot.press("ctrl+b")
        assert "THE CARD" not in screen_text(app) and "must not see it" in screen_text(app)
        await pilot.press("y")
        assert "THE CARD" in screen_text(app) and "SIMULATED" in screen_text(app)
        await pilot.press("escape", "escape", "2", "enter", "2", "ctrl+b")
        assert name(app) == "StationScreen"


async def test_no_reply_is_shown_before_it_is_saved_and_nothing_is_lost() -> None:
    practices = Practices()
    app = practice.application(practices)
    async with app.run_test(size=SIZE) as pilot:
        await begin(pilot)
        assert practices.practising is not None
        records = practices.practising.recorder
        assert isinstance(records, kit.Records)
        records.fail = StorageError("the disk is full", code="F001", hint="free some space")
        await type_line(pilot, "passing water")
        await pilot.press("enter", "enter")
        assert "NOT SAVED" in screen_text(app) and "Not a drop" not in screen_text(app)
        await pilot.press("c")
        assert "passing water" in screen_text(app) and "Not a drop" not in screen_text(app)
        records.fail = None
        await pilot.press("escape", "enter")
        assert "Not a drop" in screen_text(app) and asked(practices.practising) == ["water"]


# --- the time ---


def timed(practices: Practices) -> Any:
    return practice.application(practices)


async def test_a_station_is_read_then_talked_at_and_the_time_is_told_twice() -> None:
    practices = Practices()
    app = timed(practices)
    async with app.run_test(size=SIZE) as pilot:
        await begin(pilot, "3")
        assert "1 minute to prepare" in screen_text(app) and "Find out what matters" in screen_text(app)
        assert "It's my back again" not in screen_text(app), "the patient is not there yet"
        practices.gone = 60
        app.screen.tick()
        practices.gone = 0
        await pilot.pause()
        assert "12 minutes left" in screen_text(app) and "It's my back again" in screen_text(app)
        for gone, told in (
            (6 * 60, ""),
            (7 * 60, "5 minutes left."),
            (7 * 60 + 5, ""),
            (11 * 60 + 10, "1 minute left."),
        ):
            practices.gone = gone
            app.screen.said = ""
            app.screen.tick()
            assert app.screen.said == told, gone


async def test_when_the_time_is_up_only_the_commitment_is_left() -> None:
    practices = Practices()
    app = timed(practices)
    async with app.run_test(size=SIZE) as pilot:
        await begin(pilot, "3")
        await pilot.press("enter")
        practices.gone = 12 * 60
        app.screen.tick()
        await pilot.pause()
        assert practices.practising is not None and practices.practising.attempt.up
        await type_line(pilot, "water")
        await pilot.press("tab", "f6")
        assert name(app) == "StationScreen" and asked(practices.practising) == []
        assert "The time is up" in screen_text(app)
        await pilot.press("f8")
        assert name(app) == "CommitScreen"


async def test_a_question_left_open_in_the_list_when_the_time_runs_out_is_not_asked() -> None:
    practices = Practices()
    app = timed(practices)
    async with app.run_test(size=SIZE) as pilot:
        await begin(pilot, "3")
        await pilot.press("enter", "tab")
        station = app.screen_stack[-2]
        practices.gone = 12 * 60
        station.tick()
        await pilot.press("enter")
        assert practices.practising is not None and asked(practices.practising) == []
        assert "time" in screen_text(app) and "is up" in screen_text(app)


async def test_pauses_and_extra_time_are_recorded_with_the_reason() -> None:
    practices = Practices()
    app = timed(practices)
    async with app.run_test(size=SIZE) as pilot:
        await begin(pilot, "3")
        await pilot.press("enter", "ctrl+g")
        assert "Paused" in screen_text(app)
        await pilot.press("enter", "ctrl+r", "5", "enter", "enter")
        assert "extra time needs a reason" in screen_text(app)
        await pilot.press(*"stammer", "enter")
        assert "17 minutes left" in screen_text(app)
        assert practices.practising is not None
        times = [each for each in practices.practising.events if isinstance(each, PracticeTime)]
        assert [each.what for each in times] == ["started", "paused", "went_on", "extra"]
        assert times[-1].minutes == 5 and times[-1].reason == "stammer"


# --- what the trainee makes of it ---


async def test_what_is_made_of_it_is_chosen_part_by_part_reviewed_and_handed_in() -> None:
    practices = Practices()
    app = practice.application(practices)
    async with app.run_test(size=SIZE) as pilot:
        await begin(pilot)
        await pilot.press("f8", "f8")
        assert "No urgency was chosen" in screen_text(app)
        await pilot.press("1", "1", "2", "1", "3", "space", "enter", "4", "enter", "5", *"sca", "space", "escape", "6")
        await type_line(pilot, "Stopped.")
        await pilot.press("enter")
        shown = screen_text(app)
        assert all(each in shown for each in ("emergency", "at once", "scar tissue", "Scan of the spine", "Stopped."))
        await pilot.press("escape")
        assert name(app) == "StationScreen"
        await pilot.press("f8")
        assert "Stopped." in screen_text(app), "what was chosen stays"
        await pilot.press("f8")
        assert practices.practising is not None
        made = [each for each in practices.practising.events if isinstance(each, PracticeCommitted)]
        assert made == [PracticeCommitted("emergency", "PT0S", ["scar"], [], ["scan"], "Stopped.")]
        await pilot.press("2")
        assert name(app) == "StationScreen"
        await pilot.press("ctrl+n", "y")
        assert name(app) == "DebriefScreen" and practices.practising.attempt.ended


async def test_a_handover_left_half_typed_is_there_again() -> None:
    app = practice.application()
    async with app.run_test(size=SIZE) as pilot:
        await begin(pilot)
        await pilot.press("f8", "6", *"half", "escape", "6")
        assert app.screen.entry.text == "half"


# --- leaving ---


async def test_an_attempt_is_left_for_another_time_or_ended_without_a_commitment() -> None:
    practices = Practices()
    app = practice.application(practices)
    async with app.run_test(size=SIZE) as pilot:
        await begin(pilot)
        await pilot.press("escape", "2")
        assert name(app) == "Patients" and practices.left == 1 and "SIMULATED" not in screen_text(app)
        await pilot.press("enter", "2", "escape", "3")
        assert "You have not said what you make of it" in screen_text(app)
        await pilot.press("n")
        assert name(app) == "StationScreen"
        await pilot.press("escape", "3", "y")
        assert name(app) == "DebriefScreen"
        await pilot.press("escape")
        assert name(app) == "Patients" and practices.left == 2


async def test_the_program_begins_with_an_attempt_and_ends_with_its_debrief() -> None:
    practices = Practices(practising=practice.attempt())
    app = practice.application(practices, Start(practising=practices.practising))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("ctrl+n", "y")
        assert name(app) == "DebriefScreen"
        await pilot.press("escape")
        assert app.return_code == 0


async def test_stopping_says_that_what_was_said_is_saved() -> None:
    app = practice.application()
    async with app.run_test(size=SIZE) as pilot:
        await begin(pilot)
        await pilot.press("ctrl+c")
        assert "Everything said so far is saved." in screen_text(app) and "SIMULATED" in screen_text(app)
        await pilot.press("y")
        assert app.return_code == 130


# --- what came of it ---


async def debriefed(app: Any, pilot: Any) -> None:
    await begin(pilot)
    await type_line(pilot, "passing water")
    await pilot.press("enter", "enter", "ctrl+n", "y")


async def test_the_debrief_tells_first_what_kept_the_patient_safe_then_what_would_have_harmed() -> None:
    app = practice.application()
    async with app.run_test(size=(120, 45)) as pilot:
        await debriefed(app, pilot)
        shown = screen_text(app)
        places = [shown.index(each) for each in ("WHAT KEPT THE PATIENT SAFE", "WHAT WOULD HAVE HARMED", "THE REST")]
        assert places == sorted(places)
        assert "✓ You asked about passing water." in shown and "✗ You planned a tablet." in shown
        assert "! You asked two questions of comfort" in shown and "-2" in shown
        assert "Safety first" in shown and "4 of 10" in shown and "7 of 14 points" in shown and "50 %" in shown
        assert "CD: 8 of 14, global mark 3 of 5" in shown and "he asked for a scan aloud" in " ".join(shown.split())


async def test_a_line_opens_to_its_reason_and_sources_and_leads_to_its_moment() -> None:
    app = practice.application()
    async with app.run_test(size=SIZE) as pilot:
        await debriefed(app, pilot)
        await pilot.press("enter")
        assert "needs surgeons now" in screen_text(app) and "[1] Alpha A. On water." in screen_text(app)
        await pilot.press("g")
        assert "▸ here" in screen_text(app) and "Not a drop since last night" in screen_text(app)
        await pilot.press("escape", "x")
        assert "THE EXPERT" in screen_text(app) and "needless" in screen_text(app)
        await pilot.press("escape", "t")
        assert "THE DEBRIEF AS TEXT" in screen_text(app)


async def test_the_debrief_is_written_to_a_file_and_never_over_one_unasked() -> None:
    practices = Practices(files={"/home/ab/debrief.txt": "old"})
    app = practice.application(practices)
    async with app.run_test(size=SIZE) as pilot:
        await debriefed(app, pilot)
        await pilot.press("f", "enter")
        assert "there already" in screen_text(app) and practices.files["/home/ab/debrief.txt"] == "old"
        await pilot.press("enter")
        assert practices.files["/home/ab/debrief.txt"] == "THE DEBRIEF AS TEXT"
        assert "Written to /home/ab/debrief.txt" in screen_text(app)


async def test_progress_shows_plots_with_their_numbers() -> None:
    app = practice.application(Practices(course=practice.COURSE))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("p", "f7")
        shown = screen_text(app)
        assert "first 20 %, last 90 %, best 90 %" in shown and "▂▃▇" in shown
        assert "How you talk: 80 %" in shown and "2, a woman of 44" in shown


async def test_without_an_attempt_progress_says_so() -> None:
    app = practice.application()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("p", "f7")
        assert "No attempt was finished yet." in screen_text(app)


def test_the_clock_tells_no_moment_twice_after_an_attempt_was_gone_on_with() -> None:
    from chatbot.tui.station_clock import StationClock

    practising = practice.said(practice.attempt("examination", timed=True), cmd.BeginInterview())
    gone = [8 * 60]
    clock = StationClock(lambda: practising.attempt, lambda: gone[0])
    assert clock.announcement() == "" and clock.words() == "4 minutes left"
    gone[0] = 11 * 60 + 1
    assert clock.announcement() == "1 minute left." and clock.announcement() == ""
    assert clock.words() == "less than a minute left"
