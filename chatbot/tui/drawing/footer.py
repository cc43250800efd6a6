"""The keys that work now."""

from __future__ import annotations

from collections.abc import Sequence

from chatbot.tui.action import Action
from chatbot.tui.lines import Line, Seg, line, packed

GAP = "  "


def footer(
    actions: Sequence[tuple[Action, str]], extra: Sequence[tuple[str, str]], width: int, rows: int
) -> list[Line]:
    """Draw keys with what they are called now in at most *rows* rows.

    What Enter does comes first of those in the registry. The way out and the key that lists the rest are always there.
    """
    parts = [_part(key, label) for key, label in extra]
    shown = sorted((e for e in actions if e[0].footer and not _always(e[0])), key=lambda each: _rank(each[0]))
    parts += [_part(action.shown, label) for action, label in shown]
    always = [_part(action.shown, label) for action, label in actions if action.footer and _always(action)]
    while parts and len(packed([*parts, *always], width, GAP)) > rows:
        parts.pop()
    return packed([*parts, *always], width, GAP)


def _always(action: Action) -> bool:
    return action.id == "help" or "escape" in action.keys


def _rank(action: Action) -> int:
    return 0 if "enter" in action.keys else 2 if action.id == "plan" else 1


def _part(key: str, label: str) -> Line:
    return line(Seg(key, "key"), Seg(f" {label}"))
