"""The keys that work now."""

from __future__ import annotations

from collections.abc import Sequence

from chatbot.tui.actions import Action
from chatbot.tui.lines import Line, Seg, line, packed

GAP = "  "


def footer(actions: Sequence[Action], extra: Sequence[tuple[str, str]], width: int, rows: int) -> list[Line]:
    """Draw keys with their labels in at most *rows* rows; F1, which lists the rest, is always among them."""
    parts = [_part(key, label) for key, label in extra]
    shown = sorted((each for each in actions if each.footer and each.id != "help"), key=lambda each: each.id == "plan")
    parts += [_part(action.shown, action.label) for action in shown]
    help_ = [_part(action.shown, action.label) for action in actions if action.id == "help"]
    while parts and len(packed([*parts, *help_], width, GAP)) > rows:
        parts.pop()
    return packed([*parts, *help_], width, GAP)


def _part(key: str, label: str) -> Line:
    return line(Seg(key, "key"), Seg(f" {label}"))
