"""Private answers on the screen: covered in every list, shown by one key, covered again by the next answer."""

from __future__ import annotations

import pytest

from tests.tui import kit
from tests.tui.kit import screen_text
from tests.tui.test_interview_screen import SIZES, at

TOLD = "nobody may read this"


@pytest.mark.parametrize("size", SIZES)
async def test_an_earlier_private_answer_is_covered_until_a_key_shows_it(size: tuple[int, int]) -> None:
    app = kit.application(at("power", story=TOLD))
    async with app.run_test(size=size) as pilot:
        assert TOLD not in screen_text(app)
        roomy = size[1] > 15
        assert ("private answer" in screen_text(app)) is roomy
        await pilot.press("f9")
        assert (TOLD in screen_text(app)) is roomy
        await pilot.press("f9")
        assert TOLD not in screen_text(app)


async def test_the_next_answer_covers_it_again() -> None:
    case = at("power", story=TOLD)
    app = kit.application(case)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f9")
        assert TOLD in screen_text(app)
        await pilot.press("n")
        assert "power" in case.case.answers
        assert TOLD not in screen_text(app)


async def test_the_list_to_jump_in_neither_shows_nor_finds_it() -> None:
    app = kit.application(at("power", story=TOLD))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("j")
        assert "private answer" in screen_text(app) and TOLD not in screen_text(app)
        await pilot.press(*"nobody")
        assert "No question passes the filter." in screen_text(app)
