"""The field for typed answers: soft-wrapped, Enter gives, what cannot be seen is shown before it is taken."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from textual.events import Key, Paste
from textual.message import Message
from textual.widgets import TextArea

from chatbot.tui.lines import fit
from chatbot.tui.safe import is_safe, safe

UNREADABLE = "\ufffd"
"""Stands for bytes that are not text. It may be typed, so that nothing vanishes; the answer is then refused."""


class Entry(TextArea):
    """One typed answer. Line breaks do not occur in it."""

    DEFAULT_CSS = """
    Entry { height: 1; border: none; padding: 0; }
    """

    @dataclass
    class Given(Message):
        """Enter was pressed."""

        pressed_at: float
        """When, on the clock of events."""

    @dataclass
    class Left(Message):
        """Escape was pressed: letters are keys again."""

    @dataclass
    class Refused(Message):
        """Something that was typed or pasted was not taken, and why."""

        message: str
        hint: str

    @dataclass
    class Touched(Message):
        """The text changed under the hands of the person."""

    def __init__(self, text: str = "", *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(
            text,
            id=id,
            classes=classes,
            soft_wrap=True,
            show_line_numbers=False,
            highlight_cursor_line=False,
            compact=True,
        )
        self.cursor_blink = False
        self.prefill = text
        self.letters_are_keys = False
        """Letters go to the screen while nothing was typed."""
        self.closed_to_keys: Callable[[], bool] = lambda: False
        """Whether what is typed means nothing just now."""
        self.offered: str | None = None
        """What was pasted, made one plain line: Enter takes it, any other key leaves it."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave out what would mark the whole text by a function key: the next letter would replace it."""
        return action not in {"select_line", "select_all"} and super().check_action(action, parameters)

    @property
    def untouched(self) -> bool:
        """Nothing was typed yet."""
        return self.text == self.prefill

    def begin(self, text: str, rows: int) -> None:
        """Start again with another text, marked so that typing replaces it."""
        self.load_text(text)
        self.prefill, self.offered = text, None
        self.styles.height = rows
        if text:
            self.select_all()

    def resume(self, text: str) -> None:
        """Go on with a text that was begun before: it counts as typed, and typing adds to it."""
        if text and text != self.text:
            self.load_text(text)
            self.move_cursor(self.document.end)

    def take(self, key: str) -> bool:
        """Take a character that was typed before the focus had arrived; False when it is no part of an answer."""
        if len(key) != 1 or (key != UNREADABLE and not is_safe(key)):
            return False
        if self.letters_are_keys and self.untouched and not _of_a_number(key):
            return False
        self.replace(key, *self.selection)
        return True

    async def _on_key(self, event: Key) -> None:
        """Decide about a key before the text area does; ``prevent_default`` keeps it from the text area."""
        if self.closed_to_keys():
            event.stop()
            event.prevent_default()
            return
        offered, self.offered = self.offered, None
        if offered is not None and event.key in {"enter", "escape"}:
            event.stop()
            event.prevent_default()
            if event.key == "enter":
                self.replace(offered, *self.selection)
            self.post_message(self.Touched())
            return
        if event.key in {"enter", "escape"}:
            event.stop()
            event.prevent_default()
            self.post_message(self.Given(event.time) if event.key == "enter" else self.Left())
            return
        character = event.character
        if not event.is_printable or character is None:
            return
        if self.letters_are_keys and self.untouched and not _of_a_number(character):
            event.prevent_default()
        elif character != UNREADABLE and not is_safe(character):
            event.stop()
            event.prevent_default()
            self.post_message(self.Refused(f"{safe(character)} is not taken", "type plain text"))

    async def _on_paste(self, event: Paste) -> None:
        event.stop()
        event.prevent_default()
        problem = paste_problem(event.text)
        if problem is not None:
            self.offered = one_plain_line(event.text) or None
            self.post_message(self.Refused(*problem))
            return
        self.replace(event.text, *self.selection)
        self.post_message(self.Touched())

    def on_text_area_changed(self) -> None:
        self.post_message(self.Touched())


def _of_a_number(character: str) -> bool:
    return character.isdecimal() or character in "-+.,"


_SEQUENCES = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b.", re.DOTALL)
"""What steers a terminal: with it go the letters that belong to it."""


def one_plain_line(text: str) -> str:
    """Return what is left of a pasted text when lines are joined and what cannot be seen is left out."""
    kept = (each if is_safe(each) else " " if each.isspace() else "" for each in _SEQUENCES.sub("", text))
    return " ".join("".join(kept).split())


def paste_problem(text: str) -> tuple[str, str] | None:
    """Say why a pasted text is not taken as it is (lines, or characters that cannot be seen) and what may be taken."""
    lines = len(text.splitlines())
    if lines < 2 and (not text or is_safe(text)):
        return None
    what = f"{lines} lines" if lines > 1 else "characters that cannot be seen"
    if lines > 1 and not all(map(is_safe, text.splitlines())):
        what += " and characters that cannot be seen"
    plain = one_plain_line(text)
    if not plain:
        return f"what was pasted has {what}, and nothing else", "type it instead"
    return f"what was pasted has {what}; without them it is: {fit(plain, 120)}", "Enter takes it so, Esc leaves it"
