"""Begin a case: label, code, kind; three short steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from chatbot.core.answers import checked_text
from chatbot.core.events import KINDS
from chatbot.core.values import ValueProblem
from chatbot.errors import BackstoryError
from chatbot.tui.screens.choose import Choose
from chatbot.tui.screens.fault import Fault
from chatbot.tui.screens.prompt import Prompt

if TYPE_CHECKING:
    from chatbot.tui.screens.home import Home

LABEL = "What staff recognise: initials, bed, last digits. Never a name."
CODE = "A code for the record number, if there is one. Enter alone leaves it out. Never the number itself."
KIND = "Kinds never mix: every screen and page is marked unless the case is clinical."

LONGEST = 40
"""Characters of a label or code, so that both stand whole in the header."""


def begin(home: Home) -> None:
    """Ask for what a new case needs, then open it. Escape gives it up."""

    def labelled(label: str | None) -> None:
        if label is not None:
            home.app.push_screen(
                Prompt("Code", CODE, _checked(required=False), rows=1), lambda code: coded(label, code)
            )

    def coded(label: str, code: str | None) -> None:
        if code is not None:
            choices = [(kind, kind) for kind in KINDS]
            screen = Choose("What kind of case is it?", choices, KIND)
            home.app.push_screen(screen, lambda kind: _open(home, kind, label, code))

    home.app.push_screen(Prompt("Label", LABEL, _checked(required=True), rows=1), labelled)


def _checked(*, required: bool) -> Callable[[str, Prompt], None]:
    def send(text: str, prompt: Prompt) -> None:
        said = text.strip()
        if not said and required:
            prompt.say("a label is needed", "it is how the case is found again")
            return
        try:
            if said:
                checked_text(said)
        except ValueProblem as problem:
            prompt.say(str(problem))
            return
        if len(said) > LONGEST:
            prompt.say(f"longer than {LONGEST} characters", "shorten it")
            return
        prompt.settled(None)

    return send


def _open(home: Home, kind: str | None, label: str, code: str) -> None:
    if kind is None:
        return
    session = home.session
    try:
        session.interview = session.services.start_case(kind, label.strip(), code.strip(), None)
    except BackstoryError as error:
        home.app.push_screen(Fault(error))
    else:
        home.ours.open_interview()
