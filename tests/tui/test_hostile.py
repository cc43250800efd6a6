"""What a terminal may send and does no harm: pastes full of keys, keys that repeat, an end in the middle of a word."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.events import Key, Paste

from chatbot.errors import StorageError
from chatbot.tui.driver import ENDLESS_POLLS, PASTE_BEGINS, PASTE_ENDS, Pastes
from chatbot.tui.widgets.entry import one_plain_line, paste_problem
from tests.tui import kit
from tests.tui.test_exits import terminal
from tests.tui.test_interview_screen import at

ROOT = Path(__file__).resolve().parents[2]

FULL_OF_KEYS = "1\x1b[31m1\x1b]52;c;QUJD\x07\r1\n1"


@given(st.integers(0, 40), st.integers(0, 40))
def test_a_paste_comes_out_whole_however_the_bytes_arrive(first: int, second: int) -> None:
    sent = f"a{PASTE_BEGINS}{FULL_OF_KEYS}{PASTE_ENDS}b"
    cuts = sorted({0, min(first, len(sent)), min(second, len(sent)), len(sent)})
    pieces = [sent[begin:end] for begin, end in pairwise(cuts)]
    # A mark cut after its first or second byte cannot be told from a key; terminals send it in one piece.
    if any(piece.endswith(("\x1b", "\x1b[")) and not piece.startswith(FULL_OF_KEYS[:1]) for piece in pieces[:1]):
        return
    pastes = Pastes()
    got = [each for piece in pieces for each in pastes.split(piece)]
    assert [text for pasted, text in got if pasted] == [FULL_OF_KEYS]
    assert "".join(text for pasted, text in got if not pasted) == "ab"


def test_a_paste_without_an_end_does_not_lock_the_keyboard() -> None:
    pastes = Pastes()
    assert list(pastes.split(f"{PASTE_BEGINS}half")) == []
    waited = [each for _ in range(ENDLESS_POLLS) for each in pastes.idle()]
    assert waited == [(True, "half")]
    assert list(pastes.split("1")) == [(False, "1")]


def test_an_escape_is_not_held_back_and_the_beginning_of_a_mark_only_for_a_moment() -> None:
    pastes = Pastes()
    assert list(pastes.split("\x1b")) == [(False, "\x1b")]
    assert list(pastes.split("\x1b[2")) == []
    assert list(pastes.idle()) == [(False, "\x1b[2")]


@given(st.text(max_size=80))
def test_what_is_offered_of_a_paste_is_one_plain_line(text: str) -> None:
    plain = one_plain_line(text)
    assert paste_problem(plain) is None
    assert one_plain_line(plain) == plain


async def test_a_paste_where_nothing_is_typed_answers_nothing() -> None:
    case = kit.interview()
    app = kit.application(case)
    async with app.run_test() as pilot:
        app.post_message(Paste("1\n1\n1"))
        await pilot.pause()
        assert case.case.answers == {}


ALLOWED = re.compile(
    rb"\x1b\[(?:\?\d+[hl]|\?\d+(?:;\d+)?\$p|[\d;]*[mHJKABCD]|[<>=?]?\d*[uq]|\?\d+u|\d* q)"
    rb"|\x1b[=>78]|\x1b\]22;default\x07"
)
"""What the screen is drawn with: looks, places, clearing, modes of the terminal, the shape of the mouse."""


def test_in_a_real_terminal_a_hostile_label_and_paste_do_nothing() -> None:
    hostile = 'case = kit.interview(label="bed \\x1b]52;c;QUJD\\x07\\x9b31m\\u202e4")'
    with terminal(hostile, NO_COLOR="1") as shown:
        shown.until("source: ")
        shown.type(f"{PASTE_BEGINS}{FULL_OF_KEYS}{PASTE_ENDS}".encode())
        shown.type(b"2")
        shown.until("wiping")
        shown.type(b"\x03")
        shown.until("Stop?")
        shown.type(b"y")
        assert shown.ends() == 130
    seen = bytes(shown.seen)
    assert b"EMERGENCY" not in seen, "the paste answered nothing"
    left = ALLOWED.sub(b"", seen)
    assert b"\x1b" not in left and b"\xc2\x9b" not in left and "\u202e".encode() not in left, left
    assert b"\\x1b]52;c;QUJD\\x07" in left, "it is shown, spelled out"
    colours = {each for look in re.findall(rb"\x1b\[([\d;]*)m", seen) for each in look.split(b";")}
    assert not colours & {*(b"%d" % n for n in (*range(30, 39), *range(40, 49), *range(90, 98)))}


async def test_a_key_that_repeats_answers_one_question_for_each_screen() -> None:
    case = kit.interview()
    app = kit.application(case)
    async with app.run_test() as pilot:
        for _ in range(5):
            app._driver.send_message(Key("2", "2"))
        await pilot.pause()
        assert list(case.case.answers) == ["water"]


async def test_an_enter_that_repeats_gives_a_typed_answer_once() -> None:
    case = at("heat")
    app = kit.application(case)
    async with app.run_test() as pilot:
        await pilot.press("3", "7")
        before = len(case.events)
        for _ in range(4):
            app._driver.send_message(Key("enter", None))
        await pilot.pause()
        assert [event.type for event in case.events[before:]].count("answer.given") == 1


@pytest.mark.parametrize("code", [143, 129])
async def test_half_typed_words_outlast_an_end_from_outside_as_a_note(code: int) -> None:
    case = at("story")
    app = kit.application(case)
    async with app.run_test() as pilot:
        await pilot.press(*"fell")
        app.ended(code)
        await pilot.pause()
    assert case.case.notes == (("story", "not given, half-typed when the program was ended: fell"),)
    assert "story" not in case.case.answers


async def test_half_a_note_outlasts_it_too_and_a_full_disk_stops_nothing() -> None:
    case = kit.interview()
    app = kit.application(case)
    async with app.run_test() as pilot:
        await pilot.press("t", *"calm")
        app.screen_stack[-1].keep_draft()
        assert case.case.notes == (("water", "not given, half-typed when the program was ended: calm"),)
        case.recorder.fail = StorageError("the disk is full")
        app.ended(129)
        await pilot.pause()
    assert app.return_code == 129


async def test_leaving_by_choice_keeps_nothing_that_was_not_given() -> None:
    case = at("story")
    app = kit.application(case)
    async with app.run_test() as pilot:
        await pilot.press(*"fell")
        app.ended(130)
        await pilot.pause()
    assert not case.case.notes


MEMORY = """
import resource, ctypes, sys
from chatbot.hardening import keep_memory_private
keep_memory_private()
print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3) if sys.platform == "linux" else 0)
"""


def test_no_core_file_and_no_look_into_memory() -> None:
    done = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout == "(0, 0) 0\n"
    assert "keep_memory_private()" in (ROOT / "chatbot" / "cli.py").read_text("utf-8")


def test_no_browser_is_served() -> None:
    sources = "\n".join(path.read_text("utf-8") for path in (ROOT / "chatbot").rglob("*.py"))
    assert "textual_serve" not in sources and "textual-serve" not in (ROOT / "pyproject.toml").read_text("utf-8")
