"""Our themes are readable: every pair of colours that meets on screen has the contrast of WCAG AAA or nearly."""

from __future__ import annotations

import pytest
from textual.color import Color

from chatbot.tui.themes import COLOURS, PAIRS, STYLES, theme


def luminance(colour: str) -> float:
    parts = [part / 255 for part in Color.parse(colour).rgb]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", COLOURS)
@pytest.mark.parametrize("pair", PAIRS, ids="-on-".join)
def test_text_stands_out_from_its_background(name: str, pair: tuple[str, str]) -> None:
    assert contrast(COLOURS[name][pair[0]], COLOURS[name][pair[1]]) >= 7


@pytest.mark.parametrize("name", COLOURS)
def test_every_colour_a_style_names_is_in_the_theme(name: str) -> None:
    named = {word[1:] for style in STYLES.values() for word in style.split() if word.startswith("$")}
    assert named <= set(theme(name).variables)
