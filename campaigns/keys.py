"""The keys, from the registry of actions: the table in the README, and a page with everything an action says of itself.

python -m campaigns.keys [--check]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from campaigns.pages import ROOT
from chatbot.tui.action import PLACES, Action
from chatbot.tui.actions import ACTIONS
from chatbot.tui.in_lines import ONLY_IN_LINES
from chatbot.tui.key_names import spelled
from chatbot.tui.keymap import FIXED

README = ROOT / "README.md"
PAGE = ROOT / "docs" / "keys.md"

BEGIN = "<!-- keys: made by python -m campaigns.keys -->\n"
END = "<!-- end of keys -->\n"

HEAD = """# Keys

Every action, from the table that the program itself uses (`python -m campaigns.keys`). The footer names the keys that
matter now, `F1` lists those that work now, `Ctrl+P` finds any by its words. Choices have keys of their own beside them:
digits, then letters; `y` and `n` answer yes and no.

Other keys stand in `keymap.json` beside the settings: a mapping from the id of an action, or `id@place` for one place
alone, to a key or a list of keys, such as `{"later": "F12", "why@alarm": ["W", "Ctrl+N"]}`. `k` in key help changes
them on screen. An entry that cannot hold (an unknown action or key, a key that answers, is typed, or means something
else in the same place) is left out and said when the program starts; `F1` and `Ctrl+C` always work.
"""


def at(place: str) -> list[Action]:
    """Return the actions of a place, in the order of the footer."""
    return [each for each in ACTIONS if place in each.places]


def keys(action: Action) -> str:
    """Write the keys of an action."""
    return " ".join(f"`{spelled(key)}`" for key in action.keys)


def table() -> str:
    """Return the table of the README: one row for each place."""
    rows = ["| Where | Keys |", "|---|---|"]
    rows += [
        f"| {title} | {' · '.join(f'{keys(e)} {e.label}' for e in at(place))} |" for place, title in PLACES.items()
    ]
    return "\n".join(rows) + "\n"


def page() -> str:
    """Return the page: what every action does, and what it is in the line mode."""
    return "\n".join([HEAD, *_places(), *_lines()])


def _places() -> Iterator[str]:
    for place, title in PLACES.items():
        yield f"## {title} (`{place}`)\n"
        yield "| Keys | Id | | In the line mode |"
        yield "|---|---|---|---|"
        for each in at(place):
            own = "" if (each.id, place) not in FIXED else " These keys cannot be changed."
            in_lines = f"`{each.in_lines}`" if each.in_lines.startswith(":") else each.in_lines
            yield f"| {keys(each)} | `{each.id}` | **{each.label}**: {each.help}{own} | {in_lines} |"
        yield ""


def _lines() -> Iterator[str]:
    yield "## Only in the line mode\n"
    yield from (f"- `:{name}`: {why}" for name, why in ONLY_IN_LINES.items())
    yield ""


def readme(text: str) -> str:
    """Return the README with the table as it is now."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + "\n" + table() + "\n" + END + after


def files() -> dict[Path, str]:
    """Return each file with what stands in it when it is true."""
    return {README: readme(README.read_text("utf-8")), PAGE: page()}


def main(arguments: list[str] | None = None) -> int:
    """Write both, or with ``--check`` compare them; return the exit status, 1 when one is out of date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare what stands there")
    options = parser.parse_args(arguments)
    late = [path for path, text in files().items() if not path.exists() or path.read_text("utf-8") != text]
    if options.check:
        print("\n".join(f"{path.relative_to(ROOT)}: out of date: run python -m campaigns.keys" for path in late))
        return 1 if late else 0
    for path in late:
        path.write_text(files()[path], "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
