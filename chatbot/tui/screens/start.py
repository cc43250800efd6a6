"""Begin a case: label, record number or code, kind; short steps. A record number leaves its step as a code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatbot.core.identity import LabelDoubt, label_doubt
from chatbot.errors import BackstoryError
from chatbot.tui.drawing.home import kinds_for
from chatbot.tui.lines import BLANK, Line, wrapped
from chatbot.tui.screens.choose import Choose
from chatbot.tui.screens.fault import Fault
from chatbot.tui.screens.page import Page
from chatbot.tui.screens.people import checked, with_actor
from chatbot.tui.screens.prompt import Prompt

if TYPE_CHECKING:
    from chatbot.tui.screens.home import Home

LABEL = "What staff recognise: initials, bed, last digits. Never a name."
NUMBER = (
    "The record number. Only a code made from it is kept, never the number. Enter alone: there is none, or a code is "
    "known already."
)
CODE = (
    "A code for the record number, if there is one. Enter alone leaves it out. Never the number itself: "
    "backstory keys new makes a key, and then the number may be typed."
)
KIND = "Kinds never mix: every screen and page is marked unless the case is clinical."


def begin(home: Home) -> None:
    """Ask for what a new case needs, then open it. Escape gives it up."""
    _New(home).ask_label()


class _New:
    """A case that is about to be opened. Holds a code, never a record number."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.app, self.services = home.ours, home.session.services
        self.label = self.code = ""
        self.confirmed = False
        """Somebody has said that a label that reads like a name is none."""

    # --- label ---

    def ask_label(self, text: str = "") -> None:
        self.app.push_screen(Prompt("Label", LABEL, self.take_label, rows=1, text=text), self.labelled)

    def take_label(self, text: str, prompt: Prompt) -> None:
        if not text.strip():
            prompt.say("a label is needed", "it is how the case is found again")
            return
        if not checked(prompt, text, required=True):
            return
        doubt = label_doubt(text)
        if doubt is not None and not doubt.may_be_confirmed:
            prompt.say(doubt.message, doubt.hint)
            return
        prompt.settled(None)

    def labelled(self, label: str | None) -> None:
        if label is None:
            return
        self.label = label.strip()
        doubt = label_doubt(self.label)
        if doubt is None:
            self.ask_number()
            return
        page = Page("Is this a name?", lambda width: _doubt(doubt, width), accept="y", accept_label="it is not a name")
        self.app.push_screen(page, self.settled)

    def settled(self, is_no_name: bool | None) -> None:
        self.confirmed = bool(is_no_name)
        if self.confirmed:
            self.ask_number()
        else:
            self.ask_label(self.label)

    # --- number or code ---

    def ask_number(self) -> None:
        if not self.services.has_key():
            self.ask_code()
            return
        self.app.push_screen(Prompt("Record number", NUMBER, self.take_number, rows=1), self.numbered)

    def take_number(self, text: str, prompt: Prompt) -> None:
        if text.strip():
            doubt = label_doubt(self.label, text)
            if doubt is not None and not doubt.may_be_confirmed:
                prompt.say(doubt.message, f"{prompt.key_for('leave_field')}, and begin again with another label")
                return
            try:
                self.code = self.services.subject_code(text)
            except BackstoryError as error:
                prompt.say(f"{error.code}: {error.message}", error.hint)
                return
        prompt.settled(None)

    def numbered(self, number: str | None) -> None:
        if number is None:
            return
        if self.code:
            self.ask_kind()
        else:
            self.ask_code()

    def ask_code(self) -> None:
        def take(text: str, prompt: Prompt) -> None:
            if checked(prompt, text, required=False):
                prompt.settled(None)

        self.app.push_screen(Prompt("Code", CODE, take, rows=1), self.coded)

    def coded(self, code: str | None) -> None:
        if code is not None:
            self.code = code.strip()
            self.ask_kind()

    # --- kind, and who ---

    def ask_kind(self) -> None:
        choices = [(kind, kind) for kind in kinds_for(self.home.role)]
        self.app.push_screen(Choose("What kind of case is it?", choices, KIND), self.chosen)

    def chosen(self, kind: str | None) -> None:
        if kind is not None:
            with_actor(self.app, lambda: self.open(kind))

    def open(self, kind: str, label: str = "") -> None:
        session = self.home.session
        more = {"confirmed": True} if self.confirmed else {}
        try:
            session.interview = self.services.start_case(kind, label or self.label, self.code, None, **more)
        except BackstoryError as error:
            self.app.push_screen(Fault(error))
        else:
            self.app.open_interview(opening=True)


def _doubt(doubt: LabelDoubt, width: int) -> list[Line]:
    rows = wrapped(f"! {doubt.message}", width, "warn")
    return [*rows, BLANK, *wrapped("A name never enters a case. Press y only when this is not one.", width)]
