"""Keys as people write them, and as Textual names them."""

from __future__ import annotations

from textual.keys import Keys, _character_to_key

NAMED = {
    "escape": "Esc",
    "backspace": "⌫",
    "delete": "Del",
    "insert": "Ins",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
}
"""How keys are written for people, where that is not their name with capitals."""

SENT_AS = {"ctrl+i": "Tab", "ctrl+m": "Enter", "ctrl+h": "Backspace", "return": "Enter", "ctrl-at": "Ctrl+@"}
"""Keys that no terminal tells apart from others."""


def spelled(key: str) -> str:
    """Write a key for people: ``pagedown`` as PgDn, ``question_mark`` as ?, ``ctrl+p`` as Ctrl+P."""
    *held, last = key.split("+") if key != "+" else [key]
    name = NAMED.get(last) or _CHARACTERS.get(last) or (last if len(last) == 1 and not held else last.capitalize())
    return "+".join([*(each.capitalize() for each in held), name])


_CHARACTERS = {_character_to_key(each): each for each in "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"}
_KNOWN = frozenset(each.value for each in Keys if not each.value.startswith("<"))
_SPELLED = {spelled(each).casefold(): each for each in sorted(_KNOWN, key=len, reverse=True)}


def key_of(text: str) -> str | None:
    """Return Textual's name of a key as a person writes it: ``F7``, ``?``, ``Ctrl+P``, ``pagedown``. None: unknown."""
    said = text.strip()
    if len(said) == 1 and said not in NAMED.values():
        return _character_to_key(said) if said.isprintable() else None
    name = said.casefold().replace(" ", "")
    if name in _KNOWN or name in _CHARACTERS:
        return name
    return _SPELLED.get(name)


def of_text(key: str) -> bool:
    """Whether a key writes a character."""
    return len(key) == 1 or key in _CHARACTERS or key == "space"
