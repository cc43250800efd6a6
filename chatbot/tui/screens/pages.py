"""Pages that leave the screen: written to a file, or given to the clipboard where the settings allow it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chatbot.errors import FILE_TAKEN, BackstoryError
from chatbot.export.pages import PAGES
from chatbot.tui.screens.base import Sheet
from chatbot.tui.screens.choose import Choose
from chatbot.tui.screens.fault import Fault
from chatbot.tui.screens.prompt import Prompt

Say = Callable[[str], None]
"""Tells what became of it."""

TOLD = "Only you can read the file (mode 0600). It is not encrypted, and it holds the answers behind the plan."


def write(sheet: Sheet[Any], say: Say) -> None:
    """Ask which page and where to, then write it."""

    def chosen(page: str | None) -> None:
        if page is not None:
            _ask_where(sheet, page, say)

    sheet.app.push_screen(Choose("What is written to a file?", list(PAGES.items())), chosen)


def _ask_where(sheet: Sheet[Any], page: str, say: Say) -> None:
    services = sheet.session.services
    try:
        text = services.page_text(sheet.interview, page, sheet.session.register)
        place = services.page_place(sheet.interview, page)
    except BackstoryError as error:
        sheet.app.push_screen(Fault(error))
        return
    ask_file(
        sheet, f"Write to a file: {PAGES[page]}", TOLD, place, lambda *typed: services.write_page(text, *typed), say
    )


def ask_file(sheet: Sheet[Any], title: str, told: str, place: str, write: Callable[[str, bool], str], say: Say) -> None:
    """Ask for the name of a file, *place* unless another is typed, and write to it.

    *write* takes the name and whether a file of that name may be replaced; it returns where it was written.
    """
    taken: list[str] = []
    """The name that was found taken last: given again, the file is replaced."""
    written: list[str] = []

    def send(typed: str, prompt: Prompt) -> None:
        try:
            written.append(write(typed, typed in taken))
        except BackstoryError as error:
            taken[:] = [typed] if error.code == FILE_TAKEN else []
            replaced = "Enter again replaces it; or type another name"
            prompt.say(error.message, replaced if taken else error.hint)
        else:
            prompt.settled(None)

    def settled(given: str | None) -> None:
        if given is not None and written:
            say(f"Written to {written[-1]}")

    sheet.app.push_screen(Prompt(title, told, send, text=place), settled)


def copy(sheet: Sheet[Any], say: Say) -> None:
    """Ask which page, then give it to the clipboard of the terminal."""

    def chosen(page: str | None) -> None:
        if page is None:
            return
        try:
            text = sheet.session.services.page_text(sheet.interview, page, sheet.session.register)
        except BackstoryError as error:
            sheet.app.push_screen(Fault(error))
            return
        say(sheet.ours.to_clipboard(text))

    sheet.app.push_screen(Choose("What is copied?", list(PAGES.items())), chosen)
