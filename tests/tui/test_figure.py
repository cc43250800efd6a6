"""The figure of a table: drawings side by side, what is marked where it is; only where there is room."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chatbot.core.commands import GiveAnswer
from chatbot.core.protocol import Figure, FigureSide
from chatbot.interview import Interview
from chatbot.tui.drawing.figure import figure
from chatbot.tui.lines import Seg, plain, width_of
from chatbot.tui.words import Words
from tests.tui import kit
from tests.tui.kit import screen_text
from tests.tui.test_instruments import USUAL_OF_THE_KIT

FIGURE = Figure(
    (FigureSide(kit.both("front"), ("/ h H", "| k K")), FigureSide(kit.both("behind"), ("H",))),
    (("h", "hip.right"), ("H", "hip.left"), ("k", "knee.right"), ("K", "knee.left")),
)


def test_what_is_marked_stands_where_it_is_on_every_side() -> None:
    rows = figure(FIGURE, {"hip.left": Seg("3")}, Words(kit.protocol(), "clinician"))
    assert plain(rows) == "front  behind\n/ · 3  3\n| · ·"
    assert {width_of(row) for row in rows} == {13}


def at_the_table() -> Interview:
    drawn = [replace(each, figure=FIGURE) if each.id == "power" else each for each in kit.QUESTIONS]
    case = kit.interview(kit.protocol(questions=drawn))
    for key, given in USUAL_OF_THE_KIT.items():
        assert case.send(GiveAnswer(key, value=given)) is None
    return case


@pytest.mark.parametrize(("size", "shown"), [((120, 40), "/ ○ 2  2"), ((80, 24), "/ ○ 2  2"), ((40, 15), "")])
async def test_it_stands_beside_the_table_where_there_is_room(size: tuple[int, int], shown: str) -> None:
    app = kit.application(at_the_table())
    async with app.run_test(size=size) as pilot:
        await pilot.press("2")
        rows = screen_text(app).split("\n")
        beside = [row for row in rows if "bending the hip" in row and "2" in row]
        assert beside, "the table says it as well"
        assert (not shown and "front" not in screen_text(app)) or any(shown in row for row in rows)
