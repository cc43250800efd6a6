"""Foreign text: nothing raw reaches a terminal, and lines keep to their width."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.core.text import columns, visible, wrap

ANY_TEXT = st.text(st.characters())
"""Lone surrogates included."""

BIDI_CONTROLS = frozenset("LRE RLE PDF LRO RLO LRI RLI FSI PDI".split())

HOSTILE = st.text(st.sampled_from("\x1b[]0;\x07\x9b\x00\r\n\t\u202e\u2066\u200b\ud800\ufffd\ufeffab<U+202E>\\"))


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain, with ümlaut and 漢字", "plain, with ümlaut and 漢字"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\x1b]52;c;ZXZpbA==\x07", "\\x1b]52;c;ZXZpbA==\\x07"),
        ("a\rb", "a\\x0db"),
        ("\x7f\x9b", "\\x7f\\x9b"),
        ("abc\u202edef", "abc<U+202E>def"),
        ("a\u200bb\u2066c\ufeff", "a<U+200B>b<U+2066>c<U+FEFF>"),
        ("a\ud800b\ufffd", "a<U+D800>b<U+FFFD>"),
        ("line\u2028separator", "line<U+2028>separator"),
        ("tag\U000e0041", "tag<U+E0041>"),
    ],
)
def test_what_could_steer_a_terminal_is_spelled_out(raw: str, shown: str) -> None:
    assert visible(raw) == shown


@given(ANY_TEXT | HOSTILE)
def test_no_control_or_format_character_is_left(text: str) -> None:
    for character in visible(text):
        assert character in "\n\t" or unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"}
        assert unicodedata.bidirectional(character) not in BIDI_CONTROLS
        assert character not in "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\ufffd"


@given(ANY_TEXT | HOSTILE)
def test_making_visible_twice_changes_nothing_more(text: str) -> None:
    assert visible(visible(text)) == visible(text)


@given(ANY_TEXT | HOSTILE)
def test_visible_text_can_be_encoded(text: str) -> None:
    visible(text).encode("utf-8")


@given(ANY_TEXT | HOSTILE, st.integers(20, 100), st.sampled_from(["", "  ", "    - "]))
def test_no_line_is_wider_than_asked(text: str, width: int, indent: str) -> None:
    for line in wrap(text, width, indent):
        assert columns(line) <= width
        assert "\n" not in line


@given(st.lists(st.text("abc漢", min_size=1, max_size=8), max_size=30), st.integers(20, 60))
def test_wrapping_keeps_every_word(words: list[str], width: int) -> None:
    assert " ".join(wrap(" ".join(words), width)).split() == words


def test_later_lines_hang_under_the_first() -> None:
    assert wrap("one two three four five", 12, "   ", "1. ") == ["1. one two", "   three", "   four five"]


def test_line_breaks_of_the_text_stay() -> None:
    assert wrap("first\n\nsecond", 20, "  ") == ["  first", "", "  second"]


def test_a_word_too_long_for_a_line_is_cut() -> None:
    assert wrap("x" * 25, 10) == ["x" * 10, "x" * 10, "x" * 5]


def test_wide_characters_take_two_columns_and_marks_none() -> None:
    assert columns("漢字") == 4
    assert columns("e\u0301") == 1
    assert wrap("漢字漢字漢字", 8) == ["漢字漢字", "漢字"]
