"""Lists in the line mode: read out whole, then one line says what is to be said of it."""

from __future__ import annotations

from chatbot.core import commands as cmd
from chatbot.core.protocol import other_register
from chatbot.core.read_back import read_back_view
from chatbot.core.view import RecheckView
from chatbot.export.lines import read_back_rows, recheck_rows
from chatbot.plain_answers import Answering
from chatbot.plain_shell import STILL_SO, Ended


def places(typed: str, count: int) -> list[int] | None:
    """Return the numbers typed, from 1 to *count*, each once and in order; None where something else was typed."""
    numbers = typed.replace(",", " ").split()
    if not all(each.isascii() and each.isdecimal() and 0 < int(each) <= count for each in numbers):
        return None
    return sorted(set(map(int, numbers)))


def recheck(shell: Answering, view: RecheckView) -> None:
    """Read a list of what was said before; what has not changed is confirmed at once."""
    shell.rows(recheck_rows(view))
    while True:
        typed = shell.ask(f"{STILL_SO} when all is as before, the numbers of what changed, or Enter for one by one:")
        if not typed:
            return
        numbers = places("" if typed == STILL_SO else typed, len(view.lines))
        if numbers is not None:
            shell.send(cmd.ConfirmBlock(view.id, tuple(view.lines[place - 1].question for place in numbers)))
            return
        shell.put(f"type {STILL_SO}, or numbers from 1 to {len(view.lines)}")


def read_back(shell: Answering) -> bool:
    """Read the answers of the safety screen back, in the words a patient hears. False: put off."""
    register, private, fresh = "patient", False, True
    while True:
        view = read_back_view(shell.interview.protocol, shell.interview.case, register, private=private)
        if view is None:
            return True
        if fresh:
            shell.rows(read_back_rows(view))
        fresh = True
        covered = "p for the private answers, " if not private and any(each.private for each in view.lines) else ""
        typed = shell.ask(
            f"{STILL_SO} when all of it is right, the number of a line to correct it, {covered}"
            "r for the other wording, or Enter for not now:"
        )
        if not typed:
            return False
        if typed == STILL_SO:
            if shell.send(cmd.ReadBack()):
                shell.put("Read back to the person, who says that it is right.", "= ")
            return True
        if typed in {"q", ":quit"}:
            raise Ended
        if typed in {"r", ":register"}:
            register = other_register(register)
        elif typed == "p" and covered:
            private = True
        elif (numbers := places(typed, len(view.lines))) and len(numbers) == 1:
            shell.answer_again(view.lines[numbers[0] - 1].question)
        else:
            shell.put(f"type {STILL_SO}, or a number from 1 to {len(view.lines)}")
            fresh = False
