"""Write the text of every screen at three sizes, to be looked at; with ``--check`` compare it.

    python -m campaigns.snapshots [SCENE ...] [--check] [--show]

One application for each size walks through ``tests/tui/gallery.py``. Read what changed before it is committed: a
snapshot says that somebody has looked at the screen.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence


async def look(size: tuple[int, int], names: Sequence[str], *, check: bool, show: bool) -> list[str]:
    """Write or compare the screens of one size; return the names of those that differ from what stood there."""
    from tests.tui import gallery, kit

    house = kit.House()
    app = gallery.application(house)
    changed: list[str] = []
    async with app.run_test(size=size) as pilot:
        scenes = [scene for scene in gallery.SCENES if not names or scene.name in names]
        async for scene in gallery.walk(app, pilot, house, scenes):
            path, text = gallery.path_of(scene.name, size), kit.screen_text(app)
            if show:
                print(f"{path.name}\n{text}\n")
            if gallery.read(scene.name, size) != text:
                changed.append(path.name)
                if not check:
                    path.write_text(text + "\n", "utf-8")
    return changed


def main(arguments: list[str] | None = None) -> int:
    """Write or compare all; 1 when something differs under ``--check``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scene", nargs="*")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    parser.add_argument("--show", action="store_true", help="print the screens")
    options = parser.parse_args(arguments)
    os.environ.update(TERM="xterm-256color", TEXTUAL_ANIMATIONS="none")
    for name in ("NO_COLOR", "COLUMNS", "LINES"):
        os.environ.pop(name, None)
    from tests.tui import gallery

    gallery.SNAPSHOTS.mkdir(exist_ok=True)
    known = {scene.name for scene in gallery.SCENES}
    if not options.scene and not options.check:
        for path in gallery.SNAPSHOTS.iterdir():
            if path.name.partition(".")[0] not in known:
                path.unlink()
    changed: list[str] = []
    for size in gallery.SIZES:
        changed += asyncio.run(look(size, options.scene, check=options.check, show=options.show))
    print("\n".join(changed) or "nothing changed")
    return int(bool(changed) and options.check)


if __name__ == "__main__":
    sys.exit(main())
