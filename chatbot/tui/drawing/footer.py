"""The keys that work now."""

from __future__ import annotations

from collections.abc import Sequence

from chatbot.tui.actions import Action
from chatbot.tui.lines import Line, Seg, line, packed

GAP = "  "


def footer(
    actions: Sequence[tuple[Action, str]], extra: Sequence[tuple[str, str]], width: int, rows: int
) -> list[Line]:
    """Draw keys with what they are called now in at most *rows* rows; the one that lists the rest is always there."""
    parts = [_part(key, label) for key, label in extra]
    shown = sorted((e for e in actions if e[0].footer and e[0].id != "help"), key=lambda each: each[0].id == "plan")
    parts += [_part(action.shown, label) for action, label in shown]
    help_ = [_part(action.shown, label) for action, label in actions if action.id == "help"]
    while parts and len(packed([*parts, *help_], width, GAP)) > rows:
        parts.pop()
    return packed([*parts, *help_], width, GAP)


def _part(key: str, label: str) -> Line:
    return line(Seg(key, "key"), Seg(f" {label}"))
