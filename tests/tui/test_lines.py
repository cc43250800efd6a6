"""Text as lines: nothing wider than its room, nothing lost without a mark, nothing that acts on the terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.tui.lines import Seg, content, fit, fold, hang, line, packed, pad, plain, reveal, spread, width_of, window
from chatbot.tui.safe import cells, is_safe, safe
from chatbot.tui.themes import STYLES

ANY_TEXT = st.text(st.characters(codec="utf-8"), max_size=120)
NASTY = [
    "\x1b[31mred",
    "\x1b]52;c;QUJD\x07",
    "bidi\u202eeman",
    "c1\x9b31m",
    "[@click=app.quit]x[/]",
    "[/",
    "pain [severe]",
]


@given(ANY_TEXT, st.integers(2, 60))
def test_folded_rows_fit_their_width(text: str, width: int) -> None:
    assert all(cells(row) <= width for row in fold(text, width))


@given(st.text(st.characters(categories=["L", "N", "P"]), max_size=120), st.integers(4, 60))
def test_folding_loses_no_character(text: str, width: int) -> None:
    assert "".join(fold(text, width)).replace(" ", "") == safe(text).replace(" ", "")


@given(ANY_TEXT, st.integers(1, 40))
def test_fitting_marks_what_it_leaves_out(text: str, width: int) -> None:
    shown = fit(text, width)
    assert cells(shown) <= width
    assert shown == safe(text) or shown.endswith("…")
    assert cells(pad(text, width)) == width


@given(ANY_TEXT, st.integers(10, 60))
def test_a_hanging_text_fits_its_width(text: str, width: int) -> None:
    assert all(width_of(row) <= width for row in hang("label ", text, width))


@given(st.lists(st.text("abc xyz", min_size=1, max_size=12), max_size=9), st.integers(12, 40))
def test_packed_parts_fit_and_all_are_there(words: list[str], width: int) -> None:
    rows = packed([line(Seg(word)) for word in words], width)
    assert all(width_of(row) <= width for row in rows)
    assert "".join(words).replace(" ", "") == plain(rows).replace(" ", "").replace("\n", "")


def test_two_ends_of_a_line_take_two_rows_where_they_do_not_fit() -> None:
    left, right = line(Seg("left part")), line(Seg("right part"))
    assert plain(spread(left, right, 30)) == "left part           right part"
    assert plain(spread(left, right, 15)) == "left part\n     right part"


@pytest.mark.parametrize("text", NASTY)
def test_what_is_drawn_carries_no_control_and_no_markup(text: str) -> None:
    drawn = content([line(Seg(text, "alarm")), line(Seg("after"))])
    assert all(is_safe(row) for row in drawn.plain.split("\n"))
    assert drawn.plain.split("\n") == [safe(text), "after"]
    assert [span.style for span in drawn.spans] == [STYLES["alarm"]]


@given(ANY_TEXT)
def test_every_text_is_safe_to_draw(text: str) -> None:
    drawn = content([line(Seg(text))]).plain
    assert "\x1b" not in drawn and "\u202e" not in drawn and "\x9b" not in drawn
    assert safe(safe(text)) == safe(text)


def rows(count: int) -> list[tuple[Seg, ...]]:
    return [line(Seg(str(n))) for n in range(count)]


def test_a_window_counts_what_is_above_and_below() -> None:
    shown, top = window(rows(10), 5, 3)
    assert top == 3
    assert plain(shown) == "▴ 4 more above: PgUp\n4\n5\n6\n▾ 3 more below: PgDn"


def test_a_window_on_everything_has_no_marks() -> None:
    assert plain(window(rows(3), 5, 9)[0]) == "0\n1\n2"


def test_the_last_window_ends_with_the_last_line() -> None:
    shown, top = window(rows(10), 5, 99)
    assert (top, plain(shown[-1:])) == (5, "9")


@given(st.integers(6, 60), st.integers(4, 12), st.data())
def test_a_revealed_row_is_in_the_window(count: int, height: int, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, count - 1))
    before = data.draw(st.integers(0, count))
    shown, _ = window(rows(count), height, reveal(at, at, before, height))
    assert str(at) in plain(shown).split("\n")
