"""People in the line mode: whose case it is, who interviews, what whoever takes over reads.

``ask`` shows a prompt and returns a line without space around it; ``put`` writes a row. Both are the shell's.
"""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable

from chatbot.core.commands import ChangeActor, ReadRecap
from chatbot.core.identity import Confirmation
from chatbot.core.text import wrap
from chatbot.errors import UsageError
from chatbot.export.lines import Row
from chatbot.export.people import ask_for_code, confirm_rows, recap_rows
from chatbot.export.text import safe
from chatbot.interview import Interview
from chatbot.record.confirm import not_confirmed

READ_WORD = "read"
"""What says that a recap or an alarm was read. Enter alone never does: a key held down must not answer for a person."""

Ask = Callable[[str], str]
Put = Callable[[Row], None]


def confirm(
    asked: Confirmation,
    *,
    read: Callable[[str], str | None],
    write: Callable[[str], None],
    width: int = 80,
    encoding: str = "utf-8",
) -> bool:
    """Ask whether this is the right person, before anything is opened. True: it was confirmed.

    False: it was said not to be, or nothing was said. Raises: UsageError K009 when something else than the end of
    the right code was typed.
    """
    for first, text in confirm_rows(asked):
        for line in wrap(safe(text, encoding), width, " " * len(first), first):
            write(line)
    prompt = ask_for_code(asked) if asked.asks_for_code else "Type yes, or Enter for no:"
    typed = (read(safe(prompt, encoding) + " ") or "").strip()
    if asked.asks_for_code:
        agreed = bool(typed) and asked.accepts(typed)
        if typed and not agreed and typed.casefold() not in {"n", "no"}:
            raise not_confirmed(asked, wrong=True)
    else:
        agreed = typed.casefold() in {"y", "yes"}
    if not agreed:
        write("Nothing was opened.")
    return agreed


def hidden_line(prompt: str) -> str:
    """Read a line that is not shown, not echoed and not repeated: a record number.

    At a terminal nothing is drawn while it is typed; from a pipe one line is taken. Raises: UsageError at its end.
    """
    if sys.stdin.isatty():
        return getpass.getpass(prompt)
    line = sys.stdin.readline()
    if not line:
        raise UsageError("there is no record number to read", hint="type it on a line of its own")
    return line.rstrip("\r\n")


def take_over(interview: Interview, ask: Ask, name: str = "") -> ChangeActor | None:
    """Ask who takes over and return the command that says so; None when nobody does."""
    name = name or ask("Who takes over? Name or initials, or Enter for nobody:")
    if not name:
        return None
    role = ask(f"Role of {name}{f' (Enter = {interview.case.role})' if interview.case.role else ''}:")
    return ChangeActor(name, role or interview.case.role or "role not said")


def read_recap(interview: Interview, register: str, ask: Ask, put: Put) -> str:
    """Read the recap out and wait until it is acknowledged.

    Returns ``read`` when it was, ``quit`` when whoever takes over leaves instead, ``register`` for the other wording.
    """
    for row in recap_rows(interview.recap(register)):
        put(row)
    while True:
        typed = ask(f"Type {READ_WORD} when you have read this, q to leave:").removeprefix(":").casefold()
        if typed in {"q", "quit"}:
            return "quit"
        if typed in {"r", "register"}:
            return "register"
        if typed == READ_WORD:
            refusal = interview.send(ReadRecap())
            if refusal is None:
                return "read"
            put(("! ", refusal.message))
        else:
            put(("! ", f"Nothing is answered before this has been read. Type {READ_WORD}."))
