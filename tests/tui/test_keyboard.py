"""What a terminal sends becomes keys, in whatever pieces and whatever encoding it comes."""

from __future__ import annotations

import pytest
from textual.events import Key, Paste
from textual.message import Message

from chatbot.tui.driver import Keyboard


def said(messages: list[Message]) -> list[str]:
    """Return each key as its character or name, and each paste as its text."""
    return [
        (each.character or each.key) if isinstance(each, Key) else each.text
        for each in messages
        if isinstance(each, Key | Paste)
    ]


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("né".encode(), ["n", "é"]),
        ("痛い".encode(), ["痛", "い"]),
        (b"a\xff\xfeb", ["a", "\ufffd", "\ufffd", "b"]),
        (b"\xe9t\xe9t", ["\ufffd", "t", "\ufffd", "t"]),  # a terminal that speaks Latin-1
        (b"\x1b[A1", ["up", "1"]),
        ("\x1b[200~é\x1b[201~2".encode(), ["é", "2"]),
    ],
)
def test_bytes_become_the_same_keys_however_reads_cut_them(sent: bytes, expected: list[str]) -> None:
    for step in (1, 2, len(sent)):
        keyboard = Keyboard()
        pieces = [sent[at : at + step] for at in range(0, len(sent), step)]
        assert said([event for piece in pieces for event in keyboard.feed(piece)]) == expected, step
