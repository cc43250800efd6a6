"""Our own themes, and the look of each role a line may carry. Meaning never hangs on colour alone.

*dark* and *light* are calm: ink or paper, one accent, colours that come forward only where something is wrong.
*contrast* is black and white with strong colours; *mono* has no colour at all and is what ``NO_COLOR`` gives.
"""

from __future__ import annotations

from textual.theme import Theme

COLOURS = {
    "dark": {
        "text": "#e8ebf0",
        "paper": "#11161d",
        "quiet": "#aab5c3",
        "key": "#86d3c5",
        "good": "#9bd6a0",
        "warn": "#f2c879",
        "alarm": "#ffaaa3",
        "band": "#1b232e",
        "edge": "#66768a",
        "alarm_text": "#ffffff",
        "alarm_band": "#9b1622",
    },
    "light": {
        "text": "#1c2530",
        "paper": "#fbf9f4",
        "quiet": "#434c59",
        "key": "#09505e",
        "good": "#165229",
        "warn": "#664100",
        "alarm": "#94101a",
        "band": "#f1ede4",
        "edge": "#7d776b",
        "alarm_text": "#ffffff",
        "alarm_band": "#97121b",
    },
    "contrast": {
        "text": "#ffffff",
        "paper": "#000000",
        "quiet": "#e0e0e0",
        "key": "#66e8ff",
        "good": "#5dff8f",
        "warn": "#ffe600",
        "alarm": "#ffabab",
        "band": "#242424",
        "edge": "#ffffff",
        "alarm_text": "#000000",
        "alarm_band": "#ffe600",
    },
    "mono": {
        "text": "#ffffff",
        "paper": "#000000",
        "quiet": "#c8c8c8",
        "key": "#ffffff",
        "good": "#ffffff",
        "warn": "#ffffff",
        "alarm": "#ffffff",
        "band": "#1e1e1e",
        "edge": "#c8c8c8",
        "alarm_text": "#000000",
        "alarm_band": "#ffffff",
    },
}
"""Theme to the colour of each use; a test holds the contrast of every pair that meets on screen."""

READ = ("text", "quiet", "key", "good", "warn", "alarm")
"""Colours of words; each is readable on ``paper`` and on ``band``."""

PAIRS = (
    *((colour, ground) for ground in ("paper", "band") for colour in READ),
    ("paper", "text"),
    ("band", "text"),
    ("paper", "quiet"),
    ("alarm_text", "alarm_band"),
)
"""Foreground on background as they meet on screen, turned round for what is marked, the caret and a selection."""

STYLES = {
    "strong": "bold",
    "quiet": "$quiet",
    "edge": "$edge",
    "key": "bold $key",
    "good": "$good",
    "warn": "bold $warn",
    "alarm": "bold $alarm",
    "chosen": "bold underline",
    "caret": "bold reverse",
    "banner": "bold reverse $alarm_band on $alarm_text",
}
"""Role to style; weight, underline and reverse carry it where there is no colour. ``edge`` is for lines, not words."""

DEFAULT = "dark"


def theme(name: str) -> Theme:
    """Return one of our themes."""
    colours = COLOURS[name]
    return Theme(
        name=f"backstory-{name}",
        primary=colours["key"],
        secondary=colours["key"],
        accent=colours["key"],
        warning=colours["warn"],
        error=colours["alarm"],
        success=colours["good"],
        foreground=colours["text"],
        background=colours["paper"],
        surface=colours["paper"],
        panel=colours["band"],
        dark=name != "light",
        text_alpha=1,
        variables={key: value for key, value in colours.items() if key not in {"text"}},
    )
