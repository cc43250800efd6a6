"""The case panel with a mark to move: each line opens to why it stands so. Beside the panel where there is room."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal

from chatbot.export.standing import Standing
from chatbot.tui.drawing import panel, standing
from chatbot.tui.lines import Line, Seg, line, reveal, window, wrapped
from chatbot.tui.screens.base import Sheet
from chatbot.tui.widgets.pane import Pane


class PanelScreen(Sheet[None]):
    """Stands over the question, which stays as it is."""

    NAMES_CASE: ClassVar[bool] = True
    may_be_left = True
    PLACES: ClassVar[tuple[str, ...]] = ("panel", "scroll")
    HERE: ClassVar[str] = "the case panel"

    def __init__(self, asking: Collection[str], *, revealed: bool = False) -> None:
        """*asking*: red flags the question is asked for. *revealed*: private answers are shown."""
        super().__init__()
        self.asking, self.revealed = asking, revealed
        self.unfolded: set[str] = set()
        """States whose red flags are named under their count."""
        self.caret = 0
        self.top = 0
        self.list_pane = Pane(self._list, id="panel-list")
        self.why_pane = Pane(self._why, id="panel-why")

    def body(self) -> ComposeResult:
        yield Horizontal(self.why_pane, self.list_pane, id="middle")

    def header(self, width: int) -> list[Line]:
        return standing.header(self.case_view(), width, self.narrow)

    # --- drawing ---

    def items(self, width: int) -> list[panel.Item]:
        """Return the lines of the panel, headings among them."""
        view = self.case_view()
        flags = panel.named(view, self.asking)
        found = panel.items(view, self.words, self.asking, width, flags, unfolded=self.unfolded)
        return [*found, *panel.saved(self.interview.head_code, width)]

    @property
    def chosen(self) -> str:
        """What the mark stands on."""
        ids = [each.id for each in self.items(40) if each.id]
        self.caret = max(0, min(self.caret, len(ids) - 1))
        return ids[self.caret]

    def _list(self, width: int, height: int) -> list[Line]:
        rows: list[Line] = []
        chosen, span = self.chosen, (0, 0)
        for item in self.items(width - 2):
            first = len(rows)
            if item.id == chosen:
                rows += panel.marked(item, width)
                span = (first, len(rows) - 1)
            else:
                rows += [(*([panel.AIR] if item.id and row else []), *row) for row in item.rows]
        self.top = reveal(*span, self.top, height)
        shown, self.top = window(rows, height, self.top, self.page_keys)
        return shown

    def _why(self, width: int, height: int) -> list[Line]:
        rows = self.explained(self.chosen, width)
        if len(rows) <= height:
            return rows
        return [
            *rows[: height - 1],
            line(Seg(f"▾ {len(rows) - height + 1} more: {self.key_for('open_why')}", "strong")),
        ]

    @cached_property
    def standing(self) -> Standing:
        """What each line says when it is opened."""
        case, register = self.interview.case, self.session.register
        return Standing(self.interview.protocol, case, self.case_view(), register=register, revealed=self.revealed)

    def explained(self, chosen: str, width: int) -> list[Line]:
        """Draw why a line stands as it does."""
        if chosen == panel.SAVED:
            return wrapped(panel.ANCHOR, width)
        return panel.explained(self.standing.why(chosen), width)

    # --- keys ---

    def act_up(self) -> None:
        self._move(-1)

    def act_down(self) -> None:
        self._move(1)

    def act_page_up(self) -> None:
        self._move(-8)

    def act_page_down(self) -> None:
        self._move(8)

    def _move(self, step: int) -> None:
        self.caret = max(0, self.caret + step)
        self.redraw()

    def act_open_why(self) -> None:
        from chatbot.tui.screens.page import Page

        chosen = self.chosen
        kind, _, state = chosen.partition(":")
        if kind == "flags":
            self.unfolded ^= {state}
            self.redraw()
            return
        self.app.push_screen(Page("Why it stands so", lambda width: self.explained(chosen, width)))

    def act_dismiss(self) -> None:
        self.dismiss(None)
