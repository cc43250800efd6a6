"""A widget that draws lines made for its size."""

from __future__ import annotations

from collections.abc import Callable

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from chatbot.tui.lines import Line, content

Painter = Callable[[int, int], list[Line]]
"""(width, height) to lines; they must fit the width, and the height where the pane has a fixed one."""


class Pane(Widget):
    """Lines of text. Under ``height: auto`` it is as high as its lines."""

    DEFAULT_CSS = """
    Pane { width: 1fr; height: auto; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self, paint: Painter, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.paint = paint
        self.drawn: list[Line] = []
        """What was drawn last."""
        self._room = 0
        """The height of the container, known while the layout is made."""

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        self._room = container.height
        return len(self.paint(width, container.height)) if width else 0

    def render(self) -> Content:
        size = self.content_size
        self.drawn = self.paint(size.width, self._room if self.styles.is_auto_height else size.height)
        return content(self.drawn)

    def redraw(self) -> None:
        """Draw again; the number of lines may have changed."""
        self.refresh(layout=True)
