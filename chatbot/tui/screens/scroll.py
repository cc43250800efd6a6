"""Screens with one body that may be longer than the screen: pages to read, lists, the alarm, the plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.events import Key

from chatbot.tui.lines import Line, reveal, window
from chatbot.tui.screens.base import Sheet
from chatbot.tui.widgets.pane import Pane

T = TypeVar("T")


class ScrollSheet(Sheet[T]):
    """A screen whose body is a window on its lines."""

    def __init__(self) -> None:
        super().__init__()
        self.pane = Pane(self._window, id="body")
        self.top = 0
        self.length = 0
        """How many lines the body has."""
        self.height = 0
        """How many of them the window has room for."""
        self._edge: tuple[bool, ...] = ()
        self.focus_rows: tuple[int, int] | None = None
        """Rows to bring into the window at the next drawing."""

    def lines(self, width: int) -> list[Line]:
        """Draw the whole body."""
        raise NotImplementedError

    def body(self) -> ComposeResult:
        yield self.pane

    def _window(self, width: int, height: int) -> list[Line]:
        drawn = self.lines(width)
        self.length, self.height = len(drawn), height
        if self.focus_rows is not None:
            self.top = reveal(*self.focus_rows, self.top, height)
            self.focus_rows = None
        shown, self.top = window(drawn, height, self.top, self.page_keys)
        self.drawn()
        edge = self.edge()
        if edge != self._edge:
            # The footer may have been drawn before the body; it names keys that depend on it.
            self._edge = edge
            self.call_later(self.footer_pane.redraw)
        return shown

    def redraw(self) -> None:
        self._edge = ()
        super().redraw()

    def drawn(self) -> None:
        """Take note of what is in sight now."""

    def edge(self) -> tuple[bool, ...]:
        """Return what the footer depends on in the body."""
        return self.overflows, self.at_end

    @property
    def overflows(self) -> bool:
        return self.length > self.height

    @property
    def at_end(self) -> bool:
        """The last line is in sight."""
        return not self.overflows or self.top >= self.length - self.height

    def places(self) -> tuple[str, ...]:
        return (*self.PLACES, "scroll")

    def act_page_up(self) -> None:
        self.scroll_lines(-max(self.height - 2, 1))

    def act_page_down(self) -> None:
        self.scroll_lines(max(self.height - 2, 1))

    def scroll_lines(self, rows: int) -> None:
        """Move the window."""
        self.top = max(0, self.top + rows)
        self.redraw()

    def act_up(self) -> None:
        self.scroll_lines(-1)

    def act_down(self) -> None:
        self.scroll_lines(1)


class Marked(ScrollSheet[T]):
    """A list with a mark that is moved line by line, and the window with it."""

    caret: int
    """The line the mark stands on; below 0 where it stands nowhere yet."""

    @property
    def positions(self) -> int:
        """How many lines the mark may stand on."""
        raise NotImplementedError

    def act_up(self) -> None:
        self.move(-1)

    def act_down(self) -> None:
        self.move(1)

    def move(self, step: int) -> None:
        """Move the mark by some lines."""
        self.caret = max(0, min(self.caret + step, self.positions - 1))
        self.focus_rows = self.rows_of_mark()
        self.redraw()

    def rows_of_mark(self) -> tuple[int, int]:
        """Return the rows to bring into sight; where only drawing knows them, it puts them in place of these."""
        return (0, 0)


class LongList(Marked[T]):
    """A list in which a page is half a screenful, and takes the mark along."""

    def act_page_up(self) -> None:
        self.move(-max(self.height // 2, 1))

    def act_page_down(self) -> None:
        self.move(max(self.height // 2, 1))


class OpenedLines(ScrollSheet[T]):
    """Lines of which each can be opened; a mark stands on one of them. Past the last one the window goes on."""

    caret: str
    """Id of the line the mark stands on; empty where it stands nowhere."""
    opened: frozenset[str]

    @property
    def order(self) -> Sequence[str]:
        """The ids of the lines, from top to bottom."""
        raise NotImplementedError

    def act_up(self) -> None:
        self.move(-1)

    def act_down(self) -> None:
        self.move(1)

    def move(self, step: int) -> None:
        """Move the mark by a line."""
        order = self.order
        at = order.index(self.caret) + step if self.caret in order else (0 if step > 0 else len(order) - 1)
        if 0 <= at < len(order):
            self.caret = order[at]
            self.focus_rows = (0, 0)
            self.redraw()
        else:
            self.scroll_lines(step)

    def open_or_close(self) -> None:
        """Open the line the mark stands on, or close it."""
        self.opened = self.opened ^ {self.caret}
        self.focus_rows = (0, 0)
        self.redraw()


LONGEST_FILTER = 60
"""Characters of a filter; more is a key held down."""


class FilteredList(LongList[T]):
    """A list that letters narrow down as they are typed. What passes stands in ``listed``."""

    SPACE: ClassVar[bool] = True
    """Whether a space is a letter of the filter; otherwise it is left to an action."""

    def __init__(self) -> None:
        super().__init__()
        self.filter = ""
        self.caret = 0

    def plain_key(self, key: str) -> bool:
        if key == "backspace":
            self.filter_by(self.filter[:-1])
        elif len(key) == 1 and key.isprintable() and (self.SPACE or key != " "):
            self.filter_by((self.filter + key)[:LONGEST_FILTER])
        else:
            return False
        return True

    def filter_by(self, text: str) -> None:
        """Filter by a text, from the top."""
        self.filter, self.caret, self.top = text, 0, 0
        self.redraw()


class ReadThrough(ScrollSheet[T]):
    """A screen that counts as read once every line of it was in sight; until then Enter reads on."""

    def __init__(self) -> None:
        super().__init__()
        self.seen_to = 0
        """Lines that have been in sight, from the top."""

    def resized(self) -> None:
        # Rows are broken anew: what was in sight at another size says nothing about these.
        self.seen_to = 0

    def drawn(self) -> None:
        self.seen_to = max(self.seen_to, self.length if self.at_end else self.top + self.height - 1)

    def edge(self) -> tuple[bool, ...]:
        return (*super().edge(), self.read)

    @property
    def read(self) -> bool:
        """Every line has been on screen."""
        return self.seen_to >= self.length

    def places(self) -> tuple[str, ...]:
        return super().places() if self.read else ("unread", *super().places())

    def act_read_on(self) -> None:
        self.act_page_down()


class ReadAloud(Marked[T], ReadThrough[T]):
    """Lines that are read aloud and then answered all at once: the mark moves, and no key held down answers them."""

    DELIBERATE: ClassVar[frozenset[str]] = frozenset({"read_on"})
    """Actions that a key held down must not carry out: what answers all of it, and what turns the page before."""

    def __init__(self) -> None:
        super().__init__()
        self.caret = -1
        """The line the mark stands on; nowhere at first."""
        self.spans: list[tuple[int, int]] = []
        """First and last row of each line."""

    def on_key(self, event: Key) -> None:
        """Drop a key that may be held down since what was on screen before, or since it turned the page."""
        keys = {key for action in self.working() if action.id in self.DELIBERATE for key in action.keys}
        if event.key in keys and self.ours.held(event):
            event.stop()
            event.prevent_default()

    @property
    def positions(self) -> int:
        return len(self.spans)

    def rows_of_mark(self) -> tuple[int, int]:
        return self.spans[self.caret]
