"""Every screen at every size, as it was looked at and found good: a change of one shows as a difference of text.

The same walk looks at what text does not tell: the colours that meet on each screen, and that none of them says
anything alone. Each size is walked in another theme. Here each screen is walked at one size, the sizes in turn;
``python -m campaigns.snapshots --check`` compares all of them.
"""

from __future__ import annotations

import difflib
from typing import Any

import pytest

from chatbot.tui.themes import COLOURS, PAIRS
from chatbot.tui.widgets.pane import Pane
from tests.tui import gallery, kit

THEMES = dict(zip(gallery.SIZES, ("light", "dark", "contrast"), strict=True))

DRAWN = frozenset(" ─━▏▎▌█│")
"""Signs that are drawings, not words: for them less contrast is enough."""


def pairs_on(app: Any) -> set[tuple[str, str]]:
    """Return the colours of words with the ground they stand on, as they meet on screen."""
    found: set[tuple[str, str]] = set()
    for strip in app.screen._compositor.render_strips():
        for segment in strip:
            if segment.style is not None and not set(segment.text) <= DRAWN:
                pair = (segment.style.color, segment.style.bgcolor)
                ink, ground = (each.get_truecolor().hex if each is not None else "none" for each in pair)
                found.add((ground, ink) if segment.style.reverse else (ink, ground))
    return found


def by_colour_alone(app: Any) -> list[str]:
    """Return lines that stand on screen twice with the same words and another look."""
    looks: dict[str, set[tuple[str, ...]]] = {}
    for pane in app.screen.query(Pane):
        for drawn in pane.drawn:
            words = "".join(seg.text for seg in drawn).strip()
            if not set(words) <= DRAWN:
                looks.setdefault(words, set()).add(tuple(seg.role for seg in drawn if seg.text.strip()))
    return [words for words, roles in looks.items() if len(roles) > 1]


@pytest.mark.parametrize("size", gallery.SIZES, ids=gallery.size_name)
async def test_screens_look_as_they_were_reviewed(size: tuple[int, int]) -> None:
    house = kit.House()
    house.settings["theme"] = THEMES[size]
    app = gallery.application(house)
    colours = COLOURS[THEMES[size]]
    readable = {(colours[ink], colours[ground]) for ink, ground in PAIRS}
    changed: list[str] = []
    async with app.run_test(size=size) as pilot:
        assert app.theme == f"backstory-{THEMES[size]}"
        async for scene in gallery.walk(app, pilot, house, gallery.SCENES[gallery.SIZES.index(size) :: 3]):
            before, now = gallery.read(scene.name, size), kit.screen_text(app)
            if before != now:
                name = gallery.path_of(scene.name, size).name
                changed += difflib.unified_diff(before.split("\n"), now.split("\n"), name, "now", lineterm="", n=1)
            assert pairs_on(app) <= readable, scene.name
            assert by_colour_alone(app) == [], scene.name
    assert not changed, "\n".join([*changed, "", "where it is meant: python -m campaigns.snapshots"])
    assert app.fault == ""


def test_no_snapshot_is_left_of_a_screen_that_is_gone() -> None:
    assert len({scene.name for scene in gallery.SCENES}) == len(gallery.SCENES)
    names = {gallery.path_of(scene.name, size).name for scene in gallery.SCENES for size in gallery.SIZES}
    assert {path.name for path in gallery.SNAPSHOTS.iterdir()} == names


MARKED = (
    "home",
    "question_choice",
    "question_several",
    "question_scale",
    "question_table",
    "jump",
    "plan",
    "alarm_wrong",
)
"""Screens on which a mark moves up and down, or from left to right."""


async def test_where_the_mark_stands_is_seen_without_colour() -> None:
    house = kit.House()
    app = gallery.application(house)
    scenes = [scene for scene in gallery.SCENES if scene.name in MARKED]
    assert len(scenes) == len(MARKED)
    async with app.run_test(size=(80, 24)) as pilot:
        async for scene in gallery.walk(app, pilot, house, scenes):
            before = kit.screen_text(app)
            await pilot.press("right" if scene.name == "question_scale" else "down")
            after = kit.screen_text(app)
            moved = [row for row in after.split("\n") if row not in before.split("\n")]
            assert any("▸" in row for row in moved), scene.name


@pytest.mark.parametrize("name", ["note", "home_new", "question_text"])
async def test_the_field_that_takes_keys_is_seen_without_colour(name: str) -> None:
    assert all("█" in gallery.read(name, size) for size in gallery.SIZES)
