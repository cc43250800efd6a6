"""Three high-contrast themes, and the look of each role a line may carry. Meaning never hangs on colour alone."""

from __future__ import annotations

from textual.theme import Theme

COLOURS = {
    "dark": {
        "text": "#ffffff",
        "paper": "#000000",
        "quiet": "#b4b4b4",
        "key": "#7fd4ff",
        "good": "#7ee787",
        "warn": "#ffd24d",
        "alarm": "#ff9a9a",
        "band": "#1e1e1e",
        "alarm_text": "#ffffff",
        "alarm_band": "#a80000",
    },
    "light": {
        "text": "#000000",
        "paper": "#ffffff",
        "quiet": "#4a4a4a",
        "key": "#00439c",
        "good": "#04551a",
        "warn": "#6b4300",
        "alarm": "#9c0000",
        "band": "#ececec",
        "alarm_text": "#ffffff",
        "alarm_band": "#9c0000",
    },
    "mono": {
        "text": "#ffffff",
        "paper": "#000000",
        "quiet": "#c0c0c0",
        "key": "#ffffff",
        "good": "#ffffff",
        "warn": "#ffffff",
        "alarm": "#ffffff",
        "band": "#1e1e1e",
        "alarm_text": "#000000",
        "alarm_band": "#ffffff",
    },
}
"""Theme to the colour of each use; a test holds the contrast of every pair that meets on screen."""

PAIRS = (
    ("text", "paper"),
    ("quiet", "paper"),
    ("key", "paper"),
    ("good", "paper"),
    ("warn", "paper"),
    ("alarm", "paper"),
    ("text", "band"),
    ("quiet", "band"),
    ("key", "band"),
    ("warn", "band"),
    ("alarm_text", "alarm_band"),
)
"""Foreground on background, as they meet on screen."""

STYLES = {
    "strong": "bold",
    "quiet": "$quiet",
    "key": "bold $key",
    "good": "$good",
    "warn": "bold $warn",
    "alarm": "bold $alarm",
    "chosen": "bold underline",
    "caret": "bold reverse",
    "banner": "bold $alarm_text on $alarm_band",
}
"""Role to style; weight, underline and reverse carry it where there is no colour."""

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
