"""In a real terminal, by keyboard alone: the article's patient from the first question to the plan."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from chatbot.content.library import load_bundle
from chatbot.core.commands import ReadBack
from chatbot.core.plan import plan_digest
from chatbot.core.present import present
from chatbot.core.protocol import QuestionType
from chatbot.core.read_back import unread
from chatbot.interview import Interview
from chatbot.record.cases import list_cases
from chatbot.record.read import read_transcript
from chatbot.record.replay import load_protocol as protocol_of
from chatbot.record.replay import replay
from chatbot.record.store import MemoryRecorder
from chatbot.tui.form import Form
from tests.dialogue.typing import keys_for, lines_for
from tests.dialogue.vignettes import answers_of, as_of, opened, plan_of
from tests.shipped import shipped_protocol

pytestmark = pytest.mark.component("tmux")

ROOT = Path(__file__).resolve().parents[2]
PROTOCOL = shipped_protocol()
NAME = "article_patient"
PATIENCE_SECONDS = 60

PAUSE_SECONDS = 2

READ_BACK = "Read this back"
"""How the screen begins that reads the answers of the safety screen back."""

TMUX_KEYS = {"pagedown": "NPage", "enter": "Enter", "escape": "Escape", "tab": "Tab", "f5": "F5", " ": "Space"}


class Terminal:
    """A tmux window of a size of its own, with the program in it."""

    def __init__(self, folder: Path, size: tuple[int, int], term: str, *arguments: str) -> None:
        self.socket = str(folder / "tmux")
        self.plain = "--plain" in arguments
        environ = f"TERM={term} HOME={folder} BACKSTORY_TRANSCRIPTS={folder / 'cases'} PYTHONPATH={ROOT}"
        program = shlex.join([sys.executable, "-m", "chatbot", "interview", *arguments])
        command = f"cd {ROOT} && env {environ} {program}; echo ended $?; sleep 600"
        self.tmux("new-session", "-d", "-x", str(size[0]), "-y", str(size[1]), command)

    def tmux(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-S", self.socket, "-f", os.devnull, *arguments], capture_output=True, text=True, check=True
        )
        return done.stdout

    def screen(self) -> str:
        return self.tmux("capture-pane", "-p", "-S", "-2000")

    def until(self, text: str) -> str:
        """Wait until a text is on screen; return the screen."""
        end = time.monotonic() + PATIENCE_SECONDS
        while text not in (shown := " ".join(self.screen().replace("▌", " ").split())):
            if READ_BACK in shown and not self.plain:
                self.read_on()
                self.answer(READ_BACK, "enter")
            assert time.monotonic() < end, f"{text!r} never came:\n{self.screen()}"
        return shown

    def press(self, *keys: str) -> None:
        for key in keys:
            self.tmux("send-keys", *(["-l"] if key not in TMUX_KEYS else []), TMUX_KEYS.get(key, key))

    def answer(self, screen: str, key: str) -> None:
        """Press a key until a screen is gone; with a pause, as one that reads aloud waits for before it takes a key."""
        end = time.monotonic() + PATIENCE_SECONDS
        again = 0.0
        while screen in self.screen():
            now = time.monotonic()
            assert now < end, f"{screen!r} stays:\n{self.screen()}"
            if now > again:
                self.press(key)
                again = now + PAUSE_SECONDS

    def read_on(self) -> None:
        """Page to the last line: nothing is answered that was not on screen."""
        end = time.monotonic() + PATIENCE_SECONDS
        while "more below" in (shown := self.screen()):
            self.press("pagedown")
            again = time.monotonic() + PAUSE_SECONDS
            while self.screen() == shown:
                now = time.monotonic()
                assert now < end, f"there is no reading on:\n{shown}"
                if now > again:
                    # Pressed while an answer was still being saved, when no key means anything.
                    self.press("pagedown")
                    again = now + PAUSE_SECONDS

    def close(self) -> None:
        self.tmux("kill-server")


@pytest.fixture
def terminal(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Terminal]:
    size, term, extra = request.param
    options = ("--kind", "demonstration", "--label", "bed 4", "--as-of", as_of(NAME), *extra)
    opened_terminal = Terminal(tmp_path, size, term, *options)
    yield opened_terminal
    opened_terminal.close()


def issued_digest(folder: Path) -> str | None:
    """Return the digest of the plan the one case in a folder ends with, from its transcript alone."""
    (summary,) = list_cases(folder)
    transcript = read_transcript(summary.path)
    case, _ = replay(transcript, protocol_of(transcript, load_bundle))
    return case.plan_digest


@pytest.mark.parametrize(
    "terminal",
    [((120, 40), "xterm-256color", ()), ((40, 15), "xterm-256color", ())],
    indirect=True,
    ids=["120x40", "40x15"],
)
def test_the_articles_patient_on_screen(terminal: Terminal, tmp_path: Path) -> None:
    answers = answers_of(PROTOCOL, NAME)
    shadow = Interview.start(PROTOCOL, MemoryRecorder(), opened(PROTOCOL, NAME))
    terminal.until("Age in years")
    while shadow.case.shown is not None:
        view = present(PROTOCOL, shadow.case).question
        assert view is not None
        # On a small screen the row to fill in stands there, and the question above it.
        first = view.rows[0].label if view.rows else view.text
        terminal.until(" ".join(first.split())[:24])
        question = PROTOCOL.questions[view.id]
        if question.type in {QuestionType.SEVERAL, QuestionType.GRID}:
            terminal.read_on()
        for key in keys_for(Form(view, question, shadow.case.as_of), answers[view.id]):
            terminal.press(key)
            if key == "escape":
                terminal.until("Tab type it")
        assert shadow.send(replace(answers[view.id], confirmed=True)) is None
    terminal.until("Nothing is left to ask")
    terminal.press("f5")
    terminal.until("Not a medical device")
    assert issued_digest(tmp_path / "cases") == plan_digest(plan_of(PROTOCOL, NAME))


@pytest.mark.parametrize(
    "terminal", [((80, 24), "dumb", ("--plain", "--actor", "AB", "--role", "clinician"))], indirect=True, ids=["dumb"]
)
def test_the_articles_patient_line_by_line_on_a_dumb_terminal(terminal: Terminal, tmp_path: Path) -> None:
    answers = answers_of(PROTOCOL, NAME)
    shadow = Interview.start(PROTOCOL, MemoryRecorder(), opened(PROTOCOL, NAME))
    terminal.until("Encrypt new cases?")
    terminal.press("enter")
    terminal.until("Age in years")
    while shadow.case.shown is not None:
        question = PROTOCOL.questions[shadow.case.shown]
        for line in lines_for(question, answers[question.id]):
            terminal.press(line, "enter")
        assert shadow.send(replace(answers[question.id], confirmed=True)) is None
        if unread(PROTOCOL, shadow.case):
            terminal.until(READ_BACK)
            terminal.press("=", "enter")
            assert shadow.send(ReadBack()) is None
        if shadow.case.shown is not None:
            following = " ".join(PROTOCOL.questions[shadow.case.shown].ask.clinician.split())
            terminal.until(following[:60])
    terminal.press(":plan", "enter")
    terminal.until("Not a medical device")
    terminal.press(":quit", "enter")
    terminal.until("ended 0")
    assert issued_digest(tmp_path / "cases") == plan_digest(plan_of(PROTOCOL, NAME))
