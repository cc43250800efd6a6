"""The field for typed answers: soft-wrapped, Enter gives, foreign characters are refused with a notice."""

from __future__ import annotations

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

    @property
    def untouched(self) -> bool:
        """Nothing was typed yet."""
        return self.text == self.prefill

    def begin(self, text: str, rows: int) -> None:
        """Start again with another text, marked so that typing replaces it."""
        self.load_text(text)
        self.prefill = text
        self.styles.height = rows
        if text:
            self.select_all()

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
            self.post_message(self.Refused(*problem))
            return
        self.replace(event.text, *self.selection)
        self.post_message(self.Touched())

    def on_text_area_changed(self) -> None:
        self.post_message(self.Touched())


def _of_a_number(character: str) -> bool:
    return character.isdecimal() or character in "-+.,"


def paste_problem(text: str) -> tuple[str, str] | None:
    """Say why a pasted text is not taken: more than one line, or characters that cannot be seen."""
    shown = fit(text, 60)
    if len(text.splitlines()) > 1:
        return f"what was pasted has {len(text.splitlines())} lines: {shown}", "paste one line at a time"
    if text and not is_safe(text):
        return f"what was pasted has characters that cannot be seen: {shown}", "type it instead"
    return None
