"""Ask for a line of text: a note, a comment, the label of a case."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult

from chatbot.core.commands import Refusal
from chatbot.tui.drafts import Draft
from chatbot.tui.lines import BLANK, Line, rule, wrapped
from chatbot.tui.screens.base import Sheet
from chatbot.tui.widgets.entry import Entry
from chatbot.tui.widgets.pane import Pane

Send = Callable[[str, "Prompt"], None]
"""Do something with the text; then call ``settled``, or ``problem``."""


class Prompt(Sheet[str]):
    """Closes with the text once it was taken, with None when it was given up. What is typed is not lost before."""

    PLACES: ClassVar[tuple[str, ...]] = ("typing",)

    def __init__(
        self,
        title: str,
        told: str,
        send: Send | None = None,
        *,
        rows: int = 3,
        text: str = "",
        keep: Callable[[str], None] | None = None,
        place: str = "",
        begun: str = "",
    ) -> None:
        """*keep* is given what was typed when the program is ended from outside. *begun*: a text that is gone on with.

        *place*: where in the case a half-typed text belongs; it is there again when the prompt comes up again.
        """
        super().__init__()
        self.keep, self.place, self.begun = keep, place, begun
        self.settled_draft = False
        """What was typed was taken, or kept for another time."""
        self.title_text, self.told, self.send = title, told, send
        self.rows = rows
        self.entry = Entry(text, id="entry")
        self.entry.closed_to_keys = lambda: self.ours.keeping.pending is not None
        self.problem: tuple[str, str] | None = None
        self.above = Pane(self._above, id="above")
        self.below = Pane(self._below, id="below")

    def body(self) -> ComposeResult:
        yield self.above
        yield self.entry
        yield self.below

    def on_mount(self) -> None:
        self.fresh()
        self.entry.begin(self.entry.text, self.rows)
        self.entry.resume(self.begun)
        if self.place:
            self.entry.resume(self.session.drafts.at(self._case, self.place).text)
        self.entry.focus()

    def resized(self) -> None:
        if self.too_small:
            self.set_focus(None)
        else:
            self.entry.focus()

    def header(self, width: int) -> list[Line]:
        return [*wrapped(self.title_text, width, "strong"), rule(width)]

    def _above(self, width: int, height: int) -> list[Line]:
        return [*wrapped(self.told, width), BLANK] if self.told else [BLANK]

    def _below(self, width: int, height: int) -> list[Line]:
        if self.problem is None:
            return [BLANK]
        message, hint = self.problem
        return [*wrapped(f"! {message}", width, "warn"), *(wrapped(f"  {hint}", width) if hint else [])]

    def can(self, action: str) -> bool:
        return action != "leave_field"  # Escape leaves the whole screen, and says so

    def extra_keys(self) -> list[tuple[str, str]]:
        return [(self.key_for("leave_field"), "leave it")]

    def keep_draft(self) -> None:
        """Keep what was typed and not sent yet, where it is to be kept."""
        if self.keep is not None and not self.entry.untouched:
            self.keep(self.entry.text)

    def remember(self, text: str) -> None:
        """Keep a half-typed text for the next time, once."""
        if self.place and not self.settled_draft:
            self.settled_draft = True
            self.session.drafts.keep(self._case, self.place, Draft(text))

    @property
    def _case(self) -> str:
        """The case, or the attempt, a half-typed text belongs to."""
        practising = self.session.practising
        return self.interview.case.case if practising is None else practising.attempt.case.case

    def on_unmount(self) -> None:
        self.remember(self.entry.text)

    @on(Entry.Given)
    def _given(self, event: Entry.Given) -> None:
        if self.repeats("enter", event.pressed_at) or not self.on_top:
            return
        if self.too_small or self.unseen(event.pressed_at) or self.ours.keeping.pending is not None:
            return
        self.act_commit()

    def act_commit(self) -> None:
        """Hand over what is typed."""
        if self.send is None:
            self.remember("")
            self.dismiss(self.entry.text)
        else:
            self.send(self.entry.text, self)

    @on(Entry.Left)
    def _left(self) -> None:
        self.remember(self.entry.text)
        self.dismiss(None)

    @on(Entry.Refused)
    def _refused(self, event: Entry.Refused) -> None:
        self.say(event.message, event.hint)

    def settled(self, refusal: Refusal | None) -> None:
        """Close when the text was taken; otherwise say why not."""
        if refusal is None:
            self.remember("")
            self.dismiss(self.entry.text)
        else:
            self.say(refusal.message, refusal.hint)

    def say(self, message: str, hint: str = "") -> None:
        """Say what is wrong; the text stays."""
        self.problem = (message, hint)
        self.redraw()
