"""Draw the main screens as pictures, one for each theme.

    python -m campaigns.pictures [SCENE ...] [--size 112x32] [--theme NAME] [--to FOLDER]

Needs the extra ``[pictures]`` (Pillow) and the font DejaVu Sans Mono (Debian: fonts-dejavu-core). The application
itself draws each screen; every cell of it is then painted with the font, so that nothing is fetched and nothing is
laid out anew. Cases, clock and names are those of the text snapshots.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"

MAIN = {
    "question_choice": "interview",
    "alarm": "emergency",
    "plan_line": "plan",
    "home": "home",
    "station_offered": "patient",
    "debrief": "debrief",
}
"""The screens that are shown in the documentation, and what their pictures are called."""

FONTS = (Path("/usr/share/fonts/truetype/dejavu"), Path("/usr/share/fonts/dejavu"), Path("/usr/share/fonts/TTF"))

POINTS = 20
MARGIN = 24
COLOURS = 160
"""Colours kept in the file: the few of a theme with the steps between them that smooth the letters."""


def font(name: str) -> Any:
    """Return a font of the right size.

    Raises: SystemExit where it is not installed.
    """
    from PIL import ImageFont

    for folder in FONTS:
        if (folder / name).exists():
            return ImageFont.truetype(str(folder / name), POINTS)
    raise SystemExit(f"{name} is not installed (Debian: fonts-dejavu-core)")


def paint(rows: Sequence[Iterable[tuple[str, Any]]], size: tuple[int, int], paper: str) -> Image.Image:
    """Paint rows of (text, style) cell by cell."""
    from PIL import Image, ImageDraw
    from rich.cells import cell_len

    plain, bold = font("DejaVuSansMono.ttf"), font("DejaVuSansMono-Bold.ttf")
    ascent, descent = plain.getmetrics()
    wide, high = round(plain.getlength("M")), ascent + descent
    picture = Image.new("RGB", (size[0] * wide + 2 * MARGIN, size[1] * high + 2 * MARGIN), paper)
    draw = ImageDraw.Draw(picture)
    for number, row in enumerate(rows):
        x, y = MARGIN, MARGIN + number * high
        for text, style in row:
            if not cell_len(text):
                continue
            ink, ground = _colours(style, paper)
            draw.rectangle((x, y, x + cell_len(text) * wide - 1, y + high - 1), ground)
            for character in text:
                columns = cell_len(character)
                if character != " " and columns:
                    _sign(draw, character, (x, y, wide * columns, high), ink, bold if style and style.bold else plain)
                if style is not None and style.underline:
                    draw.line((x, y + ascent + 3, x + wide * columns - 1, y + ascent + 3), ink)
                x += wide * columns
    return picture


def _colours(style: Any, paper: str) -> tuple[str, str]:
    """Return ink and ground of a style."""
    if style is None:
        return paper, paper
    ink = style.color.get_truecolor().hex if style.color is not None else "#ffffff"
    ground = style.bgcolor.get_truecolor().hex if style.bgcolor is not None else paper
    return (ground, ink) if style.reverse else (ink, ground)


BLOCKS = {"█": (0.0, 1.0), "▌": (0.0, 0.5), "▏": (0.0, 0.125), "▎": (0.0, 0.25), "▐": (0.5, 1.0), "▕": (0.875, 1.0)}
"""Signs that fill part of their cell from edge to edge."""


def _sign(draw: Any, character: str, cell: tuple[int, int, int, int], ink: str, face: Any) -> None:
    x, y, wide, high = cell
    if character in BLOCKS:
        begin, end = BLOCKS[character]
        draw.rectangle((x + round(begin * wide), y, x + max(round(end * wide) - 1, 1), y + high - 1), ink)
    elif character in "─━":
        middle, thick = y + high // 2, 3 if character == "━" else 1
        draw.rectangle((x, middle - thick // 2, x + wide - 1, middle + thick // 2), ink)
    else:
        draw.text((x, y), character, ink, font=face)


async def take(names: Sequence[str], size: tuple[int, int], theme: str, folder: Path) -> list[Path]:
    """Write the pictures of some screens in one theme; return where."""
    from chatbot.tui.themes import COLOURS as THEMES
    from tests.tui import gallery, kit

    house = kit.House()
    house.settings["theme"] = theme
    app = gallery.application(house)
    written: list[Path] = []
    async with app.run_test(size=size) as pilot:
        scenes = [scene for scene in gallery.SCENES if scene.name in names]
        async for scene in gallery.walk(app, pilot, house, scenes):
            strips = app.screen._compositor.render_strips()
            rows = [[(segment.text, segment.style) for segment in strip] for strip in strips]
            picture = paint(rows, size, THEMES[theme]["paper"])
            path = folder / f"{MAIN.get(scene.name, scene.name)}_{theme}.png"
            picture.quantize(COLOURS, dither=0).save(path, optimize=True)
            written.append(path)
    return written


def main(arguments: list[str] | None = None) -> int:
    """Write the pictures."""
    os.environ.update(TERM="xterm-256color", TEXTUAL_ANIMATIONS="none")
    for name in ("NO_COLOR", "COLUMNS", "LINES"):
        os.environ.pop(name, None)
    from chatbot.tui.themes import COLOURS as THEMES

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scene", nargs="*", default=list(MAIN))
    parser.add_argument("--size", default="112x32")
    parser.add_argument("--theme", choices=list(THEMES), action="append")
    parser.add_argument("--to", type=Path, default=PICTURES)
    options = parser.parse_args(arguments)
    wide, high = map(int, options.size.split("x"))
    options.to.mkdir(parents=True, exist_ok=True)
    for theme in options.theme or THEMES:
        for path in asyncio.run(take(options.scene, (wide, high), theme, options.to)):
            print(f"{path}  {path.stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
