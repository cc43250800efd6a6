"""A disk that takes its time: nothing freezes, nothing counts before it is saved, nothing is given twice or lost."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from textual.events import Key, Paste

from chatbot.core.commands import Postpone
from chatbot.core.events import AnswerGiven, CaseSuspended, Event
from chatbot.desk import Desk
from chatbot.errors import BackstoryError, NotSaved, StorageError
from chatbot.interview import Interview
from chatbot.record.host import FixedHost
from chatbot.saving import LATE_AFTER, SHOWN_AFTER
from chatbot.tui.screens.fault import Fault
from tests.tui import kit
from tests.tui.kit import screen_text
from tests.tui.test_interview_screen import at
from tests.tui.test_visits import CONTENT

SIZES = [(120, 40), (80, 24), (40, 15)]


class Slow(kit.Records):
    """A recorder whose append takes until it is let go."""

    def __init__(self, events: Sequence[Event] = ()) -> None:
        super().__init__()
        self.extend(events)
        self.latch: threading.Event | None = None
        self.appends = 0

    def append(self, events: Any) -> None:  # type: ignore[override]
        self.appends += 1
        if self.latch is not None:
            self.latch.wait()
        super().append(events)

    def hold(self) -> None:
        self.latch = threading.Event()

    def let_go(self, fail: BackstoryError | None = None) -> None:
        assert self.latch is not None
        self.fail = fail
        latch, self.latch = self.latch, None
        latch.set()


def slow(case: Interview) -> tuple[Slow, Any]:
    """Return the recorder and the application of a case; no append is waited for within a key."""
    recorder = Slow(case.events)
    case.recorder = recorder
    app = kit.application(case)
    app.keeping.at_once = 0.0
    return recorder, app


async def settled(app: Any, pilot: Any) -> None:
    """Wait until it is known what became of the entry, and that is on screen."""
    while app.keeping.pending is not None:
        await asyncio.sleep(0)
    await pilot.pause()


def later(app: Any, seconds: float) -> None:
    """Let so much time go by on the clock of the application, and let it look."""
    assert app.keeping.pending is not None
    app.keeping.pending.since -= seconds
    app.keeping.show()


def given(case: Interview) -> list[str]:
    return [event.question for event in case.events if isinstance(event, AnswerGiven)]


@pytest.mark.parametrize("size", SIZES)
async def test_the_next_question_comes_only_once_the_answer_is_saved(size: tuple[int, int]) -> None:
    case = kit.interview()
    recorder, app = slow(case)
    async with app.run_test(size=size) as pilot:
        recorder.hold()
        await pilot.press("2")
        assert "Has passing water stopped?" in screen_text(app) and case.case.answers == {}
        assert app.screen.form.view.options[app.screen.form.caret].id == "no", "the answer stays on screen"
        assert "saving" not in screen_text(app), "a quick disk changes nothing on screen"
        recorder.let_go()
        await settled(app, pilot)
        assert given(case) == ["water"] and "How does the skin feel" in screen_text(app).replace("\n", " ")


@pytest.mark.parametrize("size", SIZES)
async def test_what_takes_long_is_said_in_words_and_then_that_it_is_not_saved_yet(size: tuple[int, int]) -> None:
    recorder, app = slow(kit.interview())
    async with app.run_test(size=size) as pilot:
        recorder.hold()
        await pilot.press("2")
        later(app, SHOWN_AFTER)
        await pilot.pause()
        assert "… saving" in screen_text(app) and "NOT SAVED" not in screen_text(app)
        later(app, LATE_AFTER)
        await pilot.pause()
        shown = screen_text(app)
        assert "! NOT SAVED YET" in shown and "… still saving; no key does anything" in shown
        assert "Has passing water stopped?" in shown.replace("\n", " ")
        recorder.let_go()
        await settled(app, pilot)
        assert "SAVED" not in screen_text(app) and "saving" not in screen_text(app)


async def test_keys_pressed_meanwhile_answer_nothing_and_give_nothing_twice() -> None:
    case = kit.interview()
    recorder, app = slow(case)
    async with app.run_test() as pilot:
        recorder.hold()
        before = recorder.appends
        for key in "21221u":
            app._driver.send_message(Key(key, key))
        await pilot.pause()
        app.post_message(Paste("1"))
        await pilot.press("1", "enter", "down", "1", "q", "?")
        assert recorder.appends == before + 1 and app.screen_stack[-1] is app.screen
        recorder.let_go()
        await settled(app, pilot)
        assert given(case) == ["water"] and case.case.answers["water"].value == "no"
        await pilot.press("1")
        assert given(case) == ["water", "feeling"], "the keyboard is alive again"


async def test_what_was_typed_stays_as_it_was_given_while_it_is_being_saved() -> None:
    case = at("heat")
    recorder, app = slow(case)
    async with app.run_test() as pilot:
        await pilot.press("3", "7")
        recorder.hold()
        await pilot.press("enter")
        for key in ("9", "enter", "backspace", "enter"):
            app._driver.send_message(Key(key, key if len(key) == 1 else None))
        await pilot.pause()
        assert app.screen.entry.text == "37"
        recorder.let_go(StorageError("the disk is full", code="F006"))
        await settled(app, pilot)
        assert isinstance(app.screen, Fault)
        recorder.fail = None
        await pilot.press("escape")
        assert app.screen.entry.text == "37" and "heat" not in case.case.answers
        await pilot.press("enter")
        await settled(app, pilot)
        assert str(case.case.answers["heat"].value) == "37"


async def test_what_is_typed_right_after_it_is_saved_reaches_the_next_field() -> None:
    case = at("feeling")
    recorder, app = slow(case)
    async with app.run_test() as pilot:
        recorder.hold()
        await pilot.press("1")
        recorder.let_go()
        await settled(app, pilot)
        for key in "37":
            app._driver.send_message(Key(key, key))
        await pilot.pause()
        assert app.screen.form.view.id == "heat" and app.screen.entry.text == "37"


async def test_a_note_stays_in_its_field_until_it_is_saved() -> None:
    case = at("feeling")
    recorder, app = slow(case)
    async with app.run_test() as pilot:
        await pilot.press("t", *"limps")
        recorder.hold()
        await pilot.press("enter")
        await pilot.press("x", "escape", "enter")
        assert app.screen.entry.text == "limps"
        recorder.let_go()
        await settled(app, pilot)
        assert [text for _, text in case.case.notes] == ["limps"] and "How does the skin" in screen_text(app)


async def test_an_emergency_is_shown_as_soon_as_its_answer_is_saved_and_stays_until_its_acknowledgement_is() -> None:
    case = kit.interview()
    recorder, app = slow(case)
    async with app.run_test(size=(80, 24)) as pilot:
        recorder.hold()
        await pilot.press("1")
        assert "EMERGENCY" not in screen_text(app)
        recorder.let_go()
        await settled(app, pilot)
        assert "EMERGENCY" in screen_text(app)
        recorder.hold()
        await pilot.press("enter")
        later(app, LATE_AFTER)
        await pilot.pause()
        assert "NOT SAVED YET" in screen_text(app) and "EMERGENCY" in screen_text(app) and case.case.alarms
        recorder.let_go()
        await settled(app, pilot)
        assert not case.case.alarms


@pytest.mark.parametrize("code", [143, 129])
async def test_an_end_from_outside_waits_for_the_outcome(code: int) -> None:
    case = kit.interview()
    recorder, app = slow(case)
    async with app.run_test() as pilot:
        recorder.hold()
        await pilot.press("2")
        app.ended(code)
        await pilot.pause()
        assert not app.ending
        later(app, SHOWN_AFTER)
        await pilot.pause()
        assert "it ends once this is settled" in screen_text(app)
        recorder.let_go()
        await settled(app, pilot)
    assert given(case) == ["water"] and app.return_code == code


async def test_ended_a_second_time_it_ends_without_knowing() -> None:
    case = kit.interview()
    recorder, app = slow(case)
    async with app.run_test() as pilot:
        recorder.hold()
        await pilot.press("2")
        app.ended(143)
        app.ended(143)
        await pilot.pause()
    assert app.return_code == 143 and case.case.answers == {}
    recorder.let_go()


async def test_whoever_wishes_to_stop_is_asked_once_it_is_saved() -> None:
    case = kit.interview()
    recorder, app = slow(case)
    async with app.run_test() as pilot:
        recorder.hold()
        await pilot.press("2", "ctrl+c")
        assert "Stop?" not in screen_text(app)
        recorder.let_go()
        await settled(app, pilot)
        assert "Stop?" in screen_text(app) and "1 answer" in screen_text(app)


async def test_stopping_twice_ends_it_without_knowing() -> None:
    recorder, app = slow(kit.interview())
    async with app.run_test() as pilot:
        recorder.hold()
        await pilot.press("2", "ctrl+c", "ctrl+c")
        await pilot.pause()
    assert app.return_code == 130
    recorder.let_go()


async def test_leaving_lets_go_of_the_case_only_once_it_is_suspended_on_disk() -> None:
    case, house = at("feeling"), kit.House()
    recorder = Slow(case.events)
    case.recorder = recorder
    app = kit.application(case, house)
    app.keeping.at_once = 0.0
    async with app.run_test() as pilot:
        recorder.hold()
        await pilot.press("q")
        assert house.closed == 0
        recorder.let_go()
        await settled(app, pilot)
    assert isinstance(case.events[-1], CaseSuspended) and house.closed == 1 and app.return_code == 0


async def test_nothing_covers_an_answer_that_is_not_saved_yet() -> None:
    recorder, app = slow(kit.interview())
    async with app.run_test() as pilot:
        recorder.hold()
        await pilot.press("2")
        app.interrupt()
        await pilot.pause()
        assert app.screen.form is not None
        recorder.let_go()
        await settled(app, pilot)


# --- not saved ------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_not_saved_can_be_copied_by_hand(size: tuple[int, int]) -> None:
    case = at("heat")
    app = kit.application(case)
    async with app.run_test(size=size) as pilot:
        case.recorder.fail = NotSaved(  # type: ignore[attr-defined]
            "the last entry is NOT SAVED: the disk is full", code="F006", hint="make room, then enter it again"
        )
        await pilot.press("3", "7", "enter")
        assert "! NOT SAVED" in screen_text(app)
        assert "Earlier answers (2 answers) are safe." in text_of(app.screen)
        assert "Nothing more is recorded until it can be saved." in text_of(app.screen)
        await pilot.press("c")
        told = text_of(app.screen)
        assert "What is the temperature?: 37" in told and "Has passing water stopped?: no" in told
        assert told.index("Not saved") < told.index("37") < told.index("Saved before")
        await pilot.press("c", "escape")
        assert app.screen.entry.text == "37"


async def test_where_earlier_answers_are_in_memory_alone_nothing_is_called_safe() -> None:
    case = at("heat")
    app = kit.application(case)
    async with app.run_test() as pilot:
        case.recorder.fail = NotSaved("the last entry is NOT SAVED", earlier_safe=False)  # type: ignore[attr-defined]
        await pilot.press("3", "7", "enter")
        shown = text_of(app.screen)
        assert "are safe" not in shown and "! Earlier answers (2 answers) are in the memory of this program" in shown
        await pilot.press("c")
        assert "In memory alone: not saved either" in text_of(app.screen)


async def test_a_case_that_had_to_be_written_elsewhere_is_told_of_at_once_and_on_leaving() -> None:
    case, house = at("feeling"), kit.House()
    app = kit.application(case, house)
    async with app.run_test() as pilot:
        house.told = ["The transcript was removed. Written again to /there"]
        await pilot.press("1")
        assert "Written again to /there" in screen_text(app)
        await pilot.press("escape")
        house.told = ["The transcript was removed. Written again to /elsewhere"]
        await pilot.press("q")
        assert "Written again to /elsewhere" in screen_text(app) and not app.ending
        await pilot.press("escape")
    assert app.return_code == 0


def test_a_case_goes_on_in_the_second_folder_and_is_found_there(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    desk = Desk(first, lambda: CONTENT, FixedHost(seed=1), fallback=second)
    case = desk.start("test", "bed 4", "")
    question = str(case.case.shown)
    # The folder is gone, and its name taken: nothing can be written there any more.
    shutil.rmtree(first)
    first.write_text("somebody else's")
    assert case.send(Postpone(question)) is None
    desk.close()
    moved_to, *registered = desk.notices()
    assert "written again to" in moved_to and str(second) in moved_to
    assert all("register" in each for each in registered), "the register stood in the folder that is gone"
    first.unlink()
    (first / "test").mkdir(parents=True)
    (moved,) = (second / "test").iterdir()
    left = moved.read_bytes().split(b"\n")
    (first / "test" / moved.name).write_bytes(b"\n".join(left[:2]) + b"\n")
    (found,) = desk.cases()
    assert found.path == moved and found.relocated, "the file it was left in is not offered beside it"


def text_of(screen: Any) -> str:
    """Return everything a page says, in sight or not."""
    return " ".join("".join(seg.text for seg in row).strip() for row in screen.lines(60))
