"""The terminal driver: bytes that are not UTF-8 become U+FFFD; a terminal that went away ends the program quietly.

What is pasted arrives in one piece, whatever is in it: Textual reads a paste with an escape sequence as keys, and keys
answer questions.
"""

from __future__ import annotations

import os
import selectors
import sys
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator
from typing import IO, TYPE_CHECKING, Any, cast

from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Paste

if TYPE_CHECKING:
    from textual.app import App
    from textual.message import Message

POLL_SECONDS = 0.1
"""How often the input thread looks whether it should end, and tells a lone Escape from the start of a sequence."""


PASTE_BEGINS, PASTE_ENDS = "\x1b[200~", "\x1b[201~"

ENDLESS_POLLS = 10
"""So long without a byte a paste waits for its end; then it is taken as it is, or the keyboard would be dead."""


class Pastes:
    """Tells what was pasted from what was typed, in text that comes in pieces."""

    def __init__(self) -> None:
        self._inside = False
        self._pasted: list[str] = []
        self._held = ""
        """The end of the last piece, where it may be the beginning of a mark."""
        self._waited = 0

    def split(self, text: str) -> Iterator[tuple[bool, str]]:
        """Yield stretches of text in order, each with whether it was pasted."""
        text, self._held, self._waited = self._held + text, "", 0
        while text:
            mark = PASTE_ENDS if self._inside else PASTE_BEGINS
            before, found, text = text.partition(mark)
            if not found:
                # A lone Escape is a key and not held back; inside a paste nothing is a key.
                sizes = range(len(mark) - 1, 0 if self._inside else 2, -1)
                size = next((n for n in sizes if before.endswith(mark[:n])), 0)
                before, self._held = before[: len(before) - size], before[len(before) - size :]
            if self._inside:
                self._pasted.append(before)
            elif before:
                yield False, before
            if found:
                if self._inside:
                    yield True, self._take()
                self._inside = not self._inside

    def idle(self) -> Iterator[tuple[bool, str]]:
        """Yield what was held back, when nothing more has come for a while."""
        self._waited += 1
        if not self._inside and self._held:
            held, self._held = self._held, ""
            yield False, held
        elif self._inside and self._waited >= ENDLESS_POLLS:
            self._inside = False
            self._pasted.append(self._held)
            self._held = ""
            yield True, self._take()

    def _take(self) -> str:
        pasted = "".join(self._pasted)
        self._pasted.clear()
        return pasted


class _Terminal:
    """Writes until the terminal is gone; then the rest goes nowhere instead of blocking the way out."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self.gone = False

    def write(self, text: str) -> None:
        self._try(lambda: self._file.write(text))

    def flush(self) -> None:
        self._try(self._file.flush)

    def fileno(self) -> int:
        return self._file.fileno()

    def _try(self, what: Callable[[], object]) -> None:
        if self.gone:
            return
        try:
            what()
        except (OSError, ValueError):
            self.gone = True


class Keyboard:
    """Makes messages of the bytes a terminal sends, whatever their encoding and wherever a read ends."""

    def __init__(self, debug: bool = False) -> None:
        self._decode = getincrementaldecoder("utf-8")(errors="replace").decode
        self._parser = XTermParser(debug)
        self._pastes = Pastes()

    def feed(self, data: bytes) -> Iterator[Message]:
        """Yield what is complete. The beginning of a character waits for its rest, and so does an open paste."""
        yield from self._parsed(self._pastes.split(self._decode(data)))

    def idle(self) -> Iterator[Message]:
        """Yield what waited for more, when nothing more has come for a while."""
        yield from self._parsed(self._pastes.idle())

    def _parsed(self, stretches: Iterator[tuple[bool, str]]) -> Iterator[Message]:
        # No stretch is empty: the parser takes no text for the end of all input, and is deaf from then on.
        for pasted, text in stretches:
            yield from [Paste(text)] if pasted else self._parser.feed(text)

    def tick(self) -> Iterator[Message]:
        """Yield the Escape that turned out to be no sequence, once enough time has passed."""
        yield from self._parser.tick()

    def end(self) -> None:
        """Forget what never became complete."""
        try:
            for _ in self._parser.feed(""):
                pass
        except (EOFError, ParseError):
            pass


class TolerantDriver(LinuxDriver):
    """Draws on standard output, reads bytes of any encoding."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        if sys.__stdout__ is not None:
            self._file = cast(Any, _Terminal(sys.__stdout__))

    def run_input_thread(self) -> None:
        """Read the terminal until told to end, or until it is gone.

        Written anew because the original decodes strictly: one byte that is not UTF-8 ends it (textual#6456).
        """
        keyboard = Keyboard(self._debug)
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(POLL_SECONDS):
                    data = self._read()
                    if not data:
                        self._hung_up()
                        break
                    arrived = keyboard.feed(data)
                else:
                    arrived = keyboard.idle()
                for event in (*arrived, *keyboard.tick()):
                    self.process_message(event)
        keyboard.end()

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, 4096)
        except OSError:
            return b""

    def _hung_up(self) -> None:
        ended = getattr(self._app, "ended", None)
        if ended is not None:
            self._loop.call_soon_threadsafe(ended, 129)
