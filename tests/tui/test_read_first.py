"""What was not on screen is not answered: the last line of a list or table comes before *done* and *rest normal*."""

from __future__ import annotations

import pytest

from chatbot.core.keys import OPTION_KEYS
from chatbot.core.protocol import Axis, Option, Question
from tests.tui import kit
from tests.tui.kit import screen_text

LIST = kit.ask(
    "signs",
    "several",
    "Which of these are there?",
    "safety",
    options=(
        *kit.options(*(f"sign_{n}" for n in range(12))),
        Option("none", kit.both("none of these"), exclusive=True),
    ),
)
TABLE = kit.ask(
    "power",
    "grid",
    "How strong are the muscles?",
    "safety",
    options=kit.GRADES,
    normal="g5",
    rows=tuple(Axis(f"r{n}", kit.both(f"muscle {n}")) for n in range(12)),
    columns=(Axis("left", kit.both("left")), Axis("right", kit.both("right"))),
)


@pytest.mark.parametrize(
    ("question", "first", "key", "last"),
    [
        (LIST, OPTION_KEYS[12], "enter", "none of these"),
        (LIST, "1", "enter", "none of these"),
        (TABLE, "", "n", "muscle 11"),
    ],
    ids=["none of these", "one of them", "all normal"],
)
async def test_on_a_small_screen_a_key_leads_to_the_last_line_before_it_answers(
    question: Question, first: str, key: str, last: str
) -> None:
    others = [each for each in kit.QUESTIONS if each.id != question.id]
    case = kit.interview(kit.protocol(questions=(question, *others)))
    app = kit.application(case)
    async with app.run_test(size=(40, 15)) as pilot:
        await pilot.pause()
        if first:
            await pilot.press(first)
        shown = ""
        while not case.case.answers:
            before, shown = shown, screen_text(app)
            assert shown != before, "the key did nothing"
            seen = last in shown
            await pilot.press(key)
        assert seen


async def test_where_everything_fits_one_key_answers() -> None:
    case = kit.interview(kit.protocol(questions=(TABLE, *(each for each in kit.QUESTIONS if each.id != "power"))))
    app = kit.application(case)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        await pilot.press("n")
        assert set(case.case.answers) == {"power"}
