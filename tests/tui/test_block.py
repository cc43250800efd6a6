"""A list of yes/no questions on screen: read to its end, marked, and none of the rest by one key."""

from __future__ import annotations

from dataclasses import replace

from chatbot.core.protocol import Axis, Option
from chatbot.interview import Interview
from chatbot.tui.screens.block import BlockScreen
from chatbot.tui.screens.interview import InterviewScreen
from tests.core.test_blocks import answered, before_the_block, content
from tests.tui import kit
from tests.tui.kit import screen_text


async def test_at_the_smallest_size_a_list_of_twelve_is_not_answered_before_its_last_line_was_shown() -> None:
    case = before_the_block(content(12))
    app = kit.application(case)
    async with app.run_test(size=(40, 15)) as pilot:
        await pilot.pause()
        seen: set[int] = set()
        while not app.screen.read:
            assert isinstance(app.screen, BlockScreen) and not answered(case)
            text = " ".join(screen_text(app).split())
            seen |= {n for n in range(1, 13) if f"Is sign number {n} there" in text}
            before = app.screen.top
            await pilot.press("enter", "enter", "enter")
            assert not answered(case), "a key held down turns one page and answers nothing"
            assert app.screen.top > before
            app.pressed.clear()
        text = " ".join(screen_text(app).split())
        assert seen | {n for n in range(1, 13) if f"Is sign number {n} there" in text} == set(range(1, 13))
        await pilot.press("enter")
        assert set(answered(case).values()) == {"no"} and len(answered(case)) == 12


async def test_after_another_size_every_line_is_read_again() -> None:
    case = before_the_block(content(12))
    app = kit.application(case)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert app.screen.read
        await pilot.resize_terminal(40, 15)
        await pilot.press("enter")
        assert not answered(case) and isinstance(app.screen, BlockScreen)


async def test_lines_are_marked_by_key_or_with_the_mark_and_the_rest_is_no() -> None:
    case = before_the_block(content(5))
    app = kit.application(case)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "Any of these?" in screen_text(app) and "none of the rest" in screen_text(app)
        await pilot.press("1", "1", "2", "down", "u", "down", "d", "down", "space")
        shown = screen_text(app)
        assert shown.count("[yes]") == 2 and shown.count("[does not know]") == 1 and "[declined]" in shown
        await pilot.press("enter")
        assert list(answered(case).values()) == ["no", "yes", "unknown", "declined", "yes"]
        assert isinstance(app.screen, InterviewScreen) and case.case.shown == "signs"


async def test_escape_asks_one_by_one_and_why_and_wording_are_there() -> None:
    case = before_the_block(content(3))
    app = kit.application(case)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("r")
        assert "In plain words: Is sign number 1" in screen_text(app)
        await pilot.press("down", "w")
        assert "Why we ask about sign_1" in screen_text(app)
        await pilot.press("escape", "escape")
        assert isinstance(app.screen, InterviewScreen) and case.case.shown == "sign_1"
        await pilot.press("2")
        assert answered(case) == {"sign_1": "no"} and isinstance(app.screen, InterviewScreen)
        assert case.case.answers["sign_1"].via == "key"


# --- lists to choose from: the same holds ---


def listing(count: int) -> Interview:
    """A case at a question with so many choices and *none of these*."""
    choices = kit.options(*(f"choice_{n}" for n in range(1, count + 1)))
    none = Option("none", kit.both("none of these"), exclusive=True)
    signs = replace(kit.QUESTIONS[3], options=(none, *choices))
    return before_the_block(kit.protocol(questions=[*kit.QUESTIONS[:3], signs, *kit.QUESTIONS[4:]]))


async def test_none_of_these_is_one_key_once_every_choice_was_on_screen() -> None:
    case = listing(6)
    app = kit.application(case)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("1")
        assert answered(case) == {"signs": ["none"]} and case.case.shown == "pain"


async def test_at_the_smallest_size_neither_none_nor_a_choice_answers_a_list_half_seen() -> None:
    case = listing(14)
    app = kit.application(case)
    async with app.run_test(size=(40, 15)) as pilot:
        await pilot.pause()
        seen: set[int] = set()
        while app.screen.unread and len(seen) < 15:
            assert not answered(case)
            seen |= {n for n in range(1, 15) if f"choice {n}\n" in screen_text(app) + "\n"}
            top = app.screen.top
            await pilot.press("1")
            assert app.screen.top > top, "it turns the page instead"
        seen |= {n for n in range(1, 15) if f"choice {n}\n" in screen_text(app) + "\n"}
        assert seen == set(range(1, 15)) and not answered(case)
        await pilot.press("1")
        assert answered(case) == {"signs": ["none"]}


async def test_a_marked_list_is_read_to_its_end_before_enter_gives_it() -> None:
    case = listing(14)
    app = kit.application(case)
    async with app.run_test(size=(40, 15)) as pilot:
        await pilot.pause()
        await pilot.press("2", "enter", "enter", "enter", "enter")
        assert not answered(case), "a key held down turns one page and gives nothing"
        while app.screen.unread:
            app.pressed.clear()
            await pilot.press("enter")
        app.pressed.clear()
        await pilot.press("enter")
        assert answered(case) == {"signs": ["choice_1"]}


async def test_no_row_of_a_table_is_normal_that_was_not_on_screen() -> None:
    rows = tuple(Axis(f"row_{n}", kit.both(f"muscle {n}")) for n in range(14))
    power = replace(kit.QUESTIONS[8], rows=rows, section="history")
    case = before_the_block(kit.protocol(questions=[*kit.QUESTIONS[:3], power, *kit.QUESTIONS[3:8]]))
    app = kit.application(case)
    async with app.run_test(size=(40, 15)) as pilot:
        await pilot.pause()
        await pilot.press("n")
        assert not answered(case)
        for _ in range(9):
            if not app.screen.sight.whole:
                await pilot.press("n")
        assert app.screen.sight.whole and not answered(case)
        await pilot.press("n")
        assert set(answered(case)["power"].values()) == {"g5"}
