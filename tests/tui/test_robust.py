"""What no key and no text may do: end the program, act on the terminal, lose an answer."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from chatbot.core.events import CaseSuspended, NoteAdded
from chatbot.errors import StorageError
from chatbot.tui.driver import Keyboard
from chatbot.tui.safe import cells, is_safe
from tests.tui import kit
from tests.tui.kit import screen_text

TUI = Path(__file__).resolve().parents[2] / "chatbot" / "tui"

PARSES_MARKUP = re.compile(r"\b(Static|Label|Button|OptionList|Markdown|RichLog)\(|\.notify\(|from_markup|border_title")
"""Ways in which Textual would read foreign text as markup."""


async def send(app: Any, pilot: Pilot[Any], sent: bytes) -> None:
    """Let bytes arrive from the terminal all at once, as those of a key held down do over a slow line."""
    for event in Keyboard().feed(sent):
        app._driver.process_message(event)
    await pilot.pause()


KEYS = (
    "1 2 3 4 5 6 7 8 9 0 a e u d x c l b backspace w r s t j h escape enter tab up down left right n y equals_sign "
    "pageup pagedown f1 f2 f3 f5 f8 delete v space . -"
).split()


@pytest.mark.parametrize("path", sorted(TUI.rglob("*.py")), ids=lambda path: path.name)
def test_foreign_text_reaches_the_screen_through_lines_alone(path: Path) -> None:
    source = path.read_text("utf-8")
    assert not PARSES_MARKUP.search(source)
    if path.name not in {"lines.py", "pane.py"}:
        assert "textual.content" not in source


@pytest.mark.parametrize("seed", range(2))
async def test_no_sequence_of_keys_ends_it_or_draws_beyond_the_screen(seed: int) -> None:
    chosen = random.Random(seed)
    app = kit.application(kit.interview())
    async with app.run_test(size=chosen.choice([(120, 40), (80, 24), (40, 15)])) as pilot:
        for _ in range(60):
            await pilot.press(chosen.choice(KEYS))
            rows = screen_text(app).split("\n")
            assert max(map(cells, rows)) <= app.size.width
    assert app.fault == ""


@pytest.mark.parametrize(
    ("opened_by", "held"),
    [
        ("w", b"\x1b"),  # a page
        ("f1", b"\x1bOP"),
        ("j", b"\x1b"),
        ("t", b"\x1b"),  # a note
        ("f5", b"\x1b"),
        ("f4", b"\r"),
    ],
)
async def test_a_key_held_down_closes_what_lies_over_the_question_and_does_no_more(opened_by: str, held: bytes) -> None:
    case = kit.interview()
    app = kit.application(case)
    async with app.run_test() as pilot:
        await pilot.press(opened_by)
        assert len(app.screen_stack) == 3
        await send(app, pilot, held * 4)
        assert app.fault == "" and app.screen_stack[1].form.view.id == "water"
        assert not case.case.answers


async def test_enter_held_down_writes_a_note_once() -> None:
    case = kit.interview()
    app = kit.application(case)
    async with app.run_test() as pilot:
        await pilot.press("t")
        await pilot.pause()
        await pilot.press("h", "i")
        await send(app, pilot, b"\r" * 4)
        assert [event.text for event in case.events if isinstance(event, NoteAdded)] == ["hi"]


@pytest.mark.parametrize("after", [b"t", b"j", b"1", b"\x1b[17~"])
async def test_keys_that_come_after_leaving_mean_nothing(after: bytes) -> None:
    case = kit.interview()
    app = kit.application(case)
    async with app.run_test() as pilot:
        await pilot.pause()
        await send(app, pilot, b"q" + after)
        assert app.fault == ""
    assert not case.case.answers and isinstance(case.events[-1], CaseSuspended)


async def test_keys_about_the_question_wait_while_a_note_is_written() -> None:
    app = kit.application(kit.interview())
    async with app.run_test() as pilot:
        await pilot.press("t")
        await pilot.pause()
        await pilot.press("h", "f5", "f6", "f7", "f9", "i")
        assert app.screen.entry.text == "hi"


NASTY = "a\x1b]52;c;QUJD\x07b \u202ec [/] [@click=app.quit]d[/] \x9b31m"


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (40, 15)])
async def test_nothing_in_the_content_acts_on_the_terminal(size: tuple[int, int]) -> None:
    nasty = kit.ask("water", "yes_no", NASTY, "safety", why=kit.both(NASTY))
    content = kit.protocol(questions=(nasty, *kit.QUESTIONS[1:]), title=kit.both(NASTY), disclaimer=kit.both(NASTY))
    app = kit.application(kit.interview(content, label="bed \x1b[31m4"))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        for key in ("w", "escape", "f5", "escape", "1", "c", "escape", "h"):
            await pilot.press(key)
            assert all(is_safe(row) for row in screen_text(app).split("\n"))


async def test_a_setting_that_cannot_be_kept_is_said_and_holds_for_now() -> None:
    house = kit.House()

    class Stubborn(dict[str, str]):
        def __setitem__(self, name: str, value: str) -> None:
            raise StorageError("the settings cannot be written", code="F030")

    house.settings = Stubborn(role="clinician")
    app = kit.application(house=house)
    async with app.run_test() as pilot:
        await pilot.press("f2")
        assert "F030: the settings cannot be written" in screen_text(app)
        assert app.theme == "backstory-light"
