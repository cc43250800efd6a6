"""Whose case is this? Asked before anything of a case is opened; with look-alikes a yes is not enough."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from chatbot.core.identity import CaseIdentity, Confirmation, marked
from chatbot.errors import BackstoryError
from chatbot.export.people import ask_for_code, codes
from chatbot.tui.lines import BLANK, Line, Seg, hang, line, wrapped
from chatbot.tui.safe import is_safe
from chatbot.tui.screens.fault import Fault
from chatbot.tui.screens.scroll import ScrollSheet
from chatbot.tui.words import day_words

if TYPE_CHECKING:
    from chatbot.tui.application import Backstory

LONGEST = 40
"""Characters that may be typed as a code."""


class ConfirmCase(ScrollSheet[bool]):
    """True: confirmed. False: something else than the code was typed. None: given up."""

    PLACES: ClassVar[tuple[str, ...]] = ("confirm",)

    def __init__(self, asked: Confirmation) -> None:
        super().__init__()
        self.asked = asked
        self.typed = ""

    def header(self, width: int) -> list[Line]:
        rows = wrapped("Is this the right person?", width, "strong")
        if self.asked.asks_for_code:
            said = ask_for_code(self.asked).removesuffix(", or Enter to leave it:")
            rows += hang(line(Seg(f"{said}: ")), f"{self.typed}▏", width, "key")
        return [*rows, line(Seg("─" * width, "quiet"))]

    def lines(self, width: int) -> list[Line]:
        asked = self.asked
        rows: list[Line] = []
        if asked.notice:
            rows += [*wrapped(f"! {asked.notice}", width, "warn"), BLANK]
        against = asked.look_alikes[0][0].label if asked.look_alikes else asked.chosen.label
        if asked.look_alikes:
            rows += wrapped(self._warning(), width, "warn")
            rows += [line(Seg("THE CASE YOU CHOSE", "strong"))]
        rows += self._case(asked.chosen, against, width)
        for other, why in asked.look_alikes:
            rows += [BLANK, *wrapped(f"NOT THIS ONE: {why}", width, "strong")]
            rows += self._case(other, asked.chosen.label, width)
        return [*rows, BLANK, *wrapped("Compare label and code with the person before you.", width)]

    def _warning(self) -> str:
        count = len(self.asked.look_alikes)
        cases = "Another case in progress has a label" if count == 1 else f"{count} other cases in progress have labels"
        return f"{cases} that is easily mistaken for this one. What differs stands in [brackets]."

    def _case(self, each: CaseIdentity, other: str, width: int) -> list[Line]:
        rows = _label(each.label, other, width, compare=self.asked.asks_for_code)
        for name, code in codes(self.asked, each):
            if name == "code" or not each.subject or self.asked.asks_for_code:
                rows += hang("code   " if name == "code" else "case   ", code, width, "strong")
        rows += hang("kind   ", each.kind, width, "" if each.kind == "clinical" else "warn")
        rows += hang("day    ", day_words(each.as_of), width)
        rows += hang("phase  ", each.phase, width)
        return [*rows, *(hang("last   ", each.section, width) if each.section else [])]

    # --- keys ---

    def extra_keys(self) -> list[tuple[str, str]]:
        return [] if self.asked.asks_for_code else [("y", "yes, go on")]

    def can(self, action: str) -> bool:
        return action != "give_code" or bool(self.typed)

    def plain_key(self, key: str) -> bool:
        if not self.asked.asks_for_code:
            if key == "y":
                self.dismiss(True)
            return key == "y"
        if key == "backspace":
            self.typed = self.typed[:-1]
        elif len(key) == 1 and is_safe(key) and len(self.typed) < LONGEST:
            self.typed += key
        else:
            return False
        self.redraw()
        return True

    def act_up(self) -> None:
        self.scroll_lines(-1)

    def act_down(self) -> None:
        self.scroll_lines(1)

    def act_give_code(self) -> None:
        self.dismiss(self.asked.accepts(self.typed))

    def act_dismiss(self) -> None:
        self.dismiss(None)


def _label(label: str, other: str, width: int, *, compare: bool) -> list[Line]:
    """Draw a label; where two are compared, what differs stands in brackets, and is strong."""
    head = Seg("label  ")
    if not label or not compare:
        return hang(head, label or "none", width, "strong")
    pieces = [
        Seg(f"[{piece}]", "caret") if differs else Seg(piece, "strong") for piece, differs in marked(label, other)
    ]
    drawn = line(head, *pieces)
    if sum(len(piece.text) for piece in drawn) <= width:
        return [drawn]
    return hang(head, "".join(piece.text for piece in pieces), width, "strong")


def go_on_with(app: Backstory, path: Any, left: Callable[[], None] = lambda: None) -> None:
    """Let a case be confirmed, then open it for another sitting. *left*: what comes where it is not opened."""
    from chatbot.tui.screens.page import told_page
    from chatbot.tui.screens.people import with_actor

    session = app.session

    def opened() -> None:
        try:
            session.interview = session.services.resume_case(path)
        except BackstoryError as error:
            app.push_screen(Fault(error), lambda _: left())
        else:
            app.open_interview()

    def answered(said: bool | None) -> None:
        if said:
            with_actor(app, opened)
        elif said is None:
            left()
        else:
            told = (
                "Nothing was opened.",
                f"What was typed is not the end of the {asked.code_name} code of the case you chose.",
                "Compare the label and the code with the patient's record, and choose again.",
            )
            app.push_screen(told_page("Not this case", told, ""), lambda _: left())

    try:
        asked = session.services.look(path)
    except BackstoryError as error:
        app.push_screen(Fault(error), lambda _: left())
        return
    app.push_screen(ConfirmCase(asked), answered)
