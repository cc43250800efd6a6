"""Read every screen of an attempt at every shipped patient, at two sizes: none may tell what was not asked.

    python -m campaigns.practice_leaks [--every N]

What is looked for is what ``tests/tui/test_practice_leaks.py`` looks for; there a few patients are met.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys

SIZES = ((80, 24), (40, 15))


def main(arguments: list[str] | None = None) -> int:
    """Look at all; 1 where something was told too early."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1, help="look at one patient in so many")
    options = parser.parse_args(arguments)
    os.environ.update(TERM="xterm-256color", TEXTUAL_ANIMATIONS="none")
    for name in ("NO_COLOR", "COLUMNS", "LINES"):
        os.environ.pop(name, None)
    from tests.tui.test_practice_leaks import LISTED, told_too_early

    found: list[str] = []
    for size in SIZES:
        for each in LISTED[:: options.every]:
            told = asyncio.run(told_too_early(size, [each]))
            found += [f"{size[0]}x{size[1]} {one}" for one in told]
    print(
        "\n".join(found) or f"nothing was told too early: {len(LISTED[:: options.every])} patients, {len(SIZES)} sizes"
    )
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
