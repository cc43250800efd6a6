"""Every way out, in a real terminal: the exit code, the terminal restored, no answer in what is printed."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from chatbot.errors import EnvironmentProblem
from chatbot.tui.app import run
from chatbot.tui.services import Start
from tests.tui import kit

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60
"""How long a hung program is waited for before the test fails; a working one takes about one."""

PROGRAM = """
import sys
from chatbot.tui.app import run
from chatbot.tui.services import Start
from tests.tui import kit
case = kit.interview()
{extra}
sys.exit(run(kit.House().services(), Start(case)))
"""

LEFT_THE_SCREEN = b"\x1b[?1049l"
CURSOR_SHOWN = b"\x1b[?25h"


@dataclass
class Terminal:
    """A program in a terminal of its own."""

    process: subprocess.Popen[bytes]
    master: int
    seen: bytearray = field(default_factory=bytearray)

    def until(self, text: str) -> None:
        """Read until a text was drawn."""
        while text.encode() not in self.seen:
            assert self._more(), f"{text!r} never came; last: {bytes(self.seen[-400:])!r}"

    def _more(self) -> bool:
        """Read what comes next; False at the end."""
        ready, _, _ = select.select([self.master], [], [], PATIENCE_SECONDS)
        assert ready, f"nothing came any more; last: {bytes(self.seen[-400:])!r}"
        try:
            chunk = os.read(self.master, 65536)
        except OSError:
            return False
        self.seen += chunk
        return bool(chunk)

    def type(self, keys: bytes) -> None:
        os.write(self.master, keys)

    def ends(self) -> int:
        """Wait for the end; return the exit code."""
        while self._more():
            pass
        return self.process.wait(PATIENCE_SECONDS)


@contextmanager
def terminal(extra: str = "", **environ: str) -> Iterator[Terminal]:
    master, slave = pty.openpty()
    import fcntl
    import struct
    import termios

    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(extra=extra)],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        cwd=ROOT,
        env={**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT), **environ},
        start_new_session=True,
    )
    os.close(slave)
    shown = Terminal(process, master)
    try:
        yield shown
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        os.close(master)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)])
def test_a_signal_ends_it_in_good_order(number: signal.Signals, code: int) -> None:
    with terminal() as shown:
        shown.until("source: ")
        shown.process.send_signal(number)
        assert shown.ends() == code
        assert LEFT_THE_SCREEN in shown.seen and CURSOR_SHOWN in shown.seen


def test_a_terminal_that_is_closed_ends_it() -> None:
    with terminal() as shown:
        shown.until("source: ")
        spare = os.dup(shown.master)
        os.close(shown.master)
        shown.master = os.open(os.devnull, os.O_RDONLY)
        os.close(spare)
        assert shown.process.wait(PATIENCE_SECONDS) == 129


def test_a_byte_that_is_not_utf_8_does_not_end_it() -> None:
    with terminal() as shown:
        shown.until("source: ")
        shown.type(b"2")
        shown.until("normal")
        shown.type(b"1")
        shown.until("30 to 45")
        shown.type(b"3\xff")
        shown.until("\ufffd")
        shown.type(b"\r")
        shown.until("unit here is")
        shown.type(b"\x03")
        shown.until("Stop?")
        shown.type(b"y")
        assert shown.ends() == 130


FAULT = """
from chatbot.tui.screens.interview import InterviewScreen
def broken(self):
    secret = "CANARY" + "-ANSWER"
    raise ValueError(secret)
InterviewScreen.act_back = broken
"""


def test_a_fault_of_ours_prints_one_line_without_a_word_of_an_answer() -> None:
    with terminal(FAULT) as shown:
        shown.until("source: ")
        shown.type(b"b")
        assert shown.ends() == 70
        said = bytes(shown.seen).decode("utf-8", "replace").rpartition("\x1b[?1004l")[2]
        assert "CANARY" not in bytes(shown.seen).decode("utf-8", "replace")
        assert "Traceback" not in said
        lines = [each for each in said.split("\n") if each.strip()]
        assert len(lines) == 1 and "internal fault (ValueError at" in lines[0]
        assert "your answers are saved in /srv/cases" in lines[0]
        assert LEFT_THE_SCREEN in shown.seen


def test_switches_of_textual_in_the_environment_do_nothing(tmp_path: Path) -> None:
    log = tmp_path / "log"
    environ = {"TEXTUAL_LOG": str(log), "TEXTUAL_PRESS": "1", "TEXTUAL_DRIVER": "os:path", "TEXTUAL_SCREENSHOT": "0",
               "TEXTUAL_SCREENSHOT_LOCATION": str(tmp_path)}  # fmt: skip
    with terminal(**environ) as shown:
        shown.until("source: ")
        shown.process.send_signal(signal.SIGTERM)
        assert shown.ends() == 143
        assert b"EMERGENCY" not in shown.seen
    assert list(tmp_path.iterdir()) == []


def test_without_a_terminal_it_says_so_before_it_begins() -> None:
    finished = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(extra="")],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert "EnvironmentProblem: the full screen needs a terminal" in finished.stderr


def test_a_dumb_terminal_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Tty:
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "__stdin__", Tty())
    monkeypatch.setattr(sys, "__stdout__", Tty())
    monkeypatch.setenv("TERM", "dumb")
    with pytest.raises(EnvironmentProblem, match="cannot move its cursor"):
        run(kit.House().services(), Start())


async def test_the_palette_of_textual_and_its_screenshot_are_off() -> None:
    app = kit.application(kit.interview())
    async with app.run_test() as pilot:
        await pilot.press("ctrl+p")
        assert not app.use_command_palette
        assert "Find" in kit.screen_text(app) and "creenshot" not in kit.screen_text(app)
