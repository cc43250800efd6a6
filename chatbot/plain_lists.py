"""Lists in the line mode: read out whole, then one line says what is to be said of it."""

from __future__ import annotations

from chatbot.core import commands as cmd
from chatbot.core.blocks import YES
from chatbot.core.keys import STATUS_KEYS
from chatbot.core.protocol import other_register
from chatbot.core.read_back import read_back_view
from chatbot.core.values import Status
from chatbot.core.view import BlockView, RecheckView
from chatbot.export.lines import block_rows, read_back_rows, recheck_rows
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


NONE = "none"
"""Answers a list in which nothing is yes."""


def block(shell: Answering, view: BlockView) -> None:
    """Read out a list of yes/no questions whole, then take which are yes; every other line is no. Enter: one by one."""
    shell.rows(block_rows(view))
    others = ", ".join(f"{STATUS_KEYS[Status(each.status)]}2 {each.label}" for each in view.statuses)
    while True:
        typed = shell.ask(f"the numbers that are yes ({others}), {NONE} when no line is, or Enter for one by one:")
        if not typed:
            return
        if typed in {"r", ":register"}:
            shell.register = other_register(shell.register)
            again = shell.view().block
            assert again is not None
            shell.rows(block_rows(again))
            continue
        if typed in {"q", ":quit"}:
            raise Ended
        marks = {} if typed.casefold() == NONE else marked(view, typed)
        if marks is not None:
            _give(shell, view, marks)
            return
        shell.put(f"type numbers from 1 to {len(view.lines)}, {NONE}, or Enter")


def marked(view: BlockView, typed: str) -> dict[str, str] | None:
    """Return what a line such as ``1 4 u5`` marks; None where it cannot be read, or says two things of one line."""
    keys = {STATUS_KEYS[Status(each.status)]: each.status for each in view.statuses}
    found: dict[str, str] = {}
    for word in typed.casefold().replace(",", " ").split():
        mark = keys.get(word[0], YES)
        numbers = places(word[1:] if word[0] in keys else word, len(view.lines))
        if not numbers or view.lines[numbers[0] - 1].question in found:
            return None
        found[view.lines[numbers[0] - 1].question] = mark
    return found


def _give(shell: Answering, view: BlockView, marks: dict[str, str]) -> None:
    """Record the list, and say of each line what was recorded."""
    if not shell.send(cmd.AnswerBlock(view.id, tuple(each.question for each in view.lines), marks)):
        return
    now = {each.id: each for each in shell.view().answered}
    shell.rows(
        (f"= {place}  ", now[each.question].answer) for place, each in enumerate(view.lines, 1) if each.question in now
    )
