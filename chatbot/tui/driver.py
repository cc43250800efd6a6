"""The terminal driver: bytes that are not UTF-8 become U+FFFD; a terminal that went away ends the program quietly."""

from __future__ import annotations

import os
import selectors
import sys
from codecs import getincrementaldecoder
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Any, cast

from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

if TYPE_CHECKING:
    from textual.app import App

POLL_SECONDS = 0.1
"""How often the input thread looks whether it should end, and tells a lone Escape from the start of a sequence."""


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
        decode = getincrementaldecoder("utf-8")(errors="replace").decode
        parser = XTermParser(self._debug)
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(POLL_SECONDS):
                    data = self._read()
                    if not data:
                        self._hung_up()
                        break
                    for event in parser.feed(decode(data)):
                        self.process_message(event)
                for event in parser.tick():
                    self.process_message(event)
        try:
            for _ in parser.feed(""):
                pass
        except (EOFError, ParseError):
            pass

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, 4096)
        except OSError:
            return b""

    def _hung_up(self) -> None:
        ended = getattr(self._app, "ended", None)
        if ended is not None:
            self._loop.call_soon_threadsafe(ended, 129)
