"""The first start: what this is, which describes the person before it, and whether new cases are encrypted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from chatbot.encryption import ENCRYPTED, NOT_ENCRYPTED, OFFERED
from chatbot.errors import BackstoryError
from chatbot.settings import ON_OFF, ROLES
from chatbot.tui.lines import BLANK, Line, Seg, hang, line, pad, wrapped
from chatbot.tui.screens.choose import Choose
from chatbot.tui.words import sentence

if TYPE_CHECKING:
    from chatbot.tui.application import Backstory

ASKED = "Which describes you?"

BRINGS = {
    "clinician": "interviews people: home begins with a new interview",
    "trainee": "learns to take a history: home begins with practice",
    "auditor": "checks what was kept: home begins with verifying it",
    "author": "writes the content: home begins with a look at it",
}
"""Role to what it is and what it sets."""

TOLD = (
    "Structured history-taking: one question at a time, one key for most answers, what cannot wait first, and a plan "
    "with a reason and a source for every line. The same answers always give the same plan."
)

WIDE_ENOUGH = 60
"""Columns from which each role has its sentence beside it."""


class Welcome(Choose):
    """Asks who is there, and explains itself. There is no way past it but to choose."""

    def __init__(self, app: Backstory) -> None:
        super().__init__("Welcome to Backstory", [(role, sentence(role)) for role in ROLES], must=True)
        self.about, self.register = app.session.services.protocol_about, app.session.register
        self.place = app.session.services.transcripts

    def lines(self, width: int) -> list[Line]:
        about, say = self.about, self.register
        before = wrapped(TOLD, width)
        rows = [*before, BLANK] if width >= WIDE_ENOUGH else []
        rows += wrapped(ASKED, width, "strong")
        for index, (key, (role, label)) in enumerate(self.choices):
            here = index == self.caret
            if here and self.focus_rows is not None:
                self.focus_rows = (len(rows), len(rows))
            mark = line(Seg("▸ " if here else "  ", "key"), Seg(f"{key}  ", "key"))
            label = f"{pad(label, 11)}{BRINGS[role]}" if width >= WIDE_ENOUGH else label
            rows += hang(mark, label, width, "strong" if here else "")
        rows += wrapped(f"It can be changed at home with {self.key_for('role')}.", width, "quiet")
        rows += [BLANK, *before] if width < WIDE_ENOUGH else []
        title = f"{about.title.in_register(say)} {about.version}: {about.content_status}."
        rows += [BLANK, *wrapped(title, width, "warn"), *wrapped(about.intended_use.in_register(say), width)]
        rows += wrapped(f"It is not a medical device; {self.key_for('about')} says at any time what it is for.", width)
        kept = f"Cases are kept in {self.place}. Nothing leaves this computer."
        return [*rows, BLANK, *wrapped(kept, width, "quiet")]


def ask_role(app: Backstory, then: Callable[[str | None], None]) -> None:
    """Ask again which describes the person; Escape leaves it."""
    choices = [(role, f"{sentence(role)}: {BRINGS[role]}") for role in ROLES]
    app.push_screen(Choose(ASKED, choices, "It sets what home puts first."), then)


def offer_encryption(app: Backstory, then: Callable[[], None]) -> None:
    """Ask once whether new cases are encrypted, where nobody has decided; there is no way past it but to choose."""
    services = app.session.services
    if services.encrypt is None or services.get_setting("encrypt_to"):
        then()
        return
    ask_encryption(app, lambda _: then(), must=True)


def ask_encryption(app: Backstory, then: Callable[[str], None], *, must: bool = False, typed: bool = False) -> None:
    """Ask whether new cases are encrypted, and let it hold. *typed*: recipients may be typed instead.

    *then* is told what was chosen: on, off, or type.
    """
    on, off = ON_OFF
    choices = [
        (off, NOT_ENCRYPTED),
        (on, ENCRYPTED),
        *([("type", "Type recipients of keys kept elsewhere")] if typed else []),
    ]

    def chosen(value: str | None) -> None:
        if value in {on, off}:
            _encrypted(app, value == on)
        if value is not None:
            then(value)

    app.push_screen(Choose("Encrypt new cases?", choices, OFFERED, must=must), chosen)


def _encrypted(app: Backstory, on: bool) -> None:
    from chatbot.tui.screens.fault import Fault
    from chatbot.tui.screens.page import told_page

    encrypt = app.session.services.encrypt
    if encrypt is None:
        return
    try:
        said = encrypt(on)
    except BackstoryError as error:
        app.push_screen(Fault(error))
    else:
        if said:
            app.push_screen(told_page("New cases are encrypted", [said], ""))
