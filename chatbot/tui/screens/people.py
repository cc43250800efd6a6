"""Who is at the keyboard, who takes over, what they read first, and who answered what."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from chatbot.core.answers import checked_text
from chatbot.core.commands import ChangeActor, ReadRecap, Refusal
from chatbot.core.identity import LONGEST_LABEL
from chatbot.core.values import ValueProblem
from chatbot.errors import BackstoryError
from chatbot.tui.drawing.standing import URGENCY_ROLE
from chatbot.tui.lines import BLANK, Line, Seg, hang, line, wrapped
from chatbot.tui.screens.fault import Fault
from chatbot.tui.screens.prompt import Prompt
from chatbot.tui.screens.scroll import ReadThrough, ScrollSheet

if TYPE_CHECKING:
    from chatbot.record.event_list import EventLine
    from chatbot.record.standing import Standing
    from chatbot.tui.application import Backstory
    from chatbot.tui.screens.base import Sheet

TITLE_WIDTH = 16
"""Columns of the titles of a recap."""


def checked(prompt: Prompt, text: str, *, required: bool, need: str = "a name or initials are needed") -> bool:
    """Whether a line may be taken as a name, a role, a label or a code; otherwise say why not."""
    said = text.strip()
    if not said and required:
        prompt.say(need)
        return False
    try:
        if said:
            checked_text(said)
    except ValueProblem as problem:
        prompt.say(str(problem))
        return False
    if len(said) > LONGEST_LABEL:
        prompt.say(f"longer than {LONGEST_LABEL} characters", "shorten it")
        return False
    return True


def ask_actor(
    app: Backstory, title: str, told: str, then: Callable[[str, str], None], *, required: bool, role: str = ""
) -> None:
    """Ask for a name and a role; Escape gives it up. An empty name, where it is allowed, asks for no role."""

    def take_name(text: str, prompt: Prompt) -> None:
        if checked(prompt, text, required=required):
            prompt.settled(None)

    def take_role(text: str, prompt: Prompt) -> None:
        if checked(prompt, text, required=True, need="a role is needed"):
            prompt.settled(None)

    def named(name: str | None) -> None:
        if name is None:
            return
        said = name.strip()
        if not said:
            then("", "")
            return
        asked = Prompt("Role", f"What is the role of {said}?", take_role, rows=1, text=role)
        app.push_screen(asked, lambda given: None if given is None else then(said, given.strip()))

    app.push_screen(Prompt(title, told, take_name, rows=1), named)


def with_actor(app: Backstory, then: Callable[[], None]) -> None:
    """Ask once who interviews where nobody has said so, remember it, and go on."""
    session = app.session
    name, role = session.services.who()
    if name or session.asked_who:
        then()
        return

    def answered(said: str, given: str) -> None:
        session.asked_who = True
        if said:
            remember(app, said, given)
        then()

    told = (
        "Your name or initials: each answer keeps who was at the keyboard. Enter alone keeps the name of this account."
    )
    described = role or session.services.get_setting("role")
    ask_actor(app, "Who interviews?", told, answered, required=False, role=described)


def hand_over(screen: Sheet[Any], done: Callable[[Refusal | None], None]) -> None:
    """Let somebody else take over: who they are, then what they must know. *done* is told when it was recorded."""

    def taken(name: str, role: str) -> None:
        screen.attempt(ChangeActor(name, role), lambda refusal: changed(name, role, refusal))

    def changed(name: str, role: str, refusal: Refusal | None) -> None:
        if refusal is None:
            remember(screen.ours, name, role)
        done(refusal)

    told = f"At the keyboard now: {screen.interview.actor}. Name or initials of who takes over."
    ask_actor(screen.ours, "Who takes over?", told, taken, required=True, role=screen.interview.case.role)


def remember(app: Backstory, name: str, role: str) -> None:
    """Say who is at the keyboard from now on, and keep it for the next time; where that fails, say so."""
    try:
        app.session.services.set_who(name, role)
    except BackstoryError as error:
        app.push_screen(Fault(error))


class RecapScreen(ReadThrough[str]):
    """What whoever takes over reads. Closes with ``read`` once it was, or with ``leave``."""

    PLACES: ClassVar[tuple[str, ...]] = ("recap",)

    def __init__(self) -> None:
        super().__init__()
        self.problem = ""

    def header(self, width: int) -> list[Line]:
        shown = self.interview.recap(self.session.register)
        who = f"{shown.actor}, {shown.role}" if shown.role else shown.actor
        return [*wrapped(f"For {who}, who takes over", width, "strong"), line(Seg("─" * width, "quiet"))]

    def lines(self, width: int) -> list[Line]:
        shown = self.interview.recap(self.session.register)
        rows = wrapped(shown.urgency, width, URGENCY_ROLE.get(shown.level, "strong"))
        for part in shown.parts:
            more = (f"and {part.left_out} more",) if part.left_out else ()
            said = "; ".join((*part.items, *more))
            if width < 60:
                rows += [
                    *wrapped(part.title, width, "strong"),
                    *((Seg("  "), *row) for row in wrapped(said, width - 2)),
                ]
            else:
                rows += hang(Seg(f"{part.title:<{TITLE_WIDTH}} ", "strong"), said, width)
        return [*rows, BLANK, *wrapped(f"! {self.problem}", width, "warn")] if self.problem else rows

    def can(self, action: str) -> bool:
        return action != "recap_read" or self.read

    def act_recap_read(self) -> None:
        self.attempt(ReadRecap(), self._read)

    def _read(self, refusal: Refusal | None) -> None:
        if refusal is None:
            self.dismiss("read")
        else:
            self.problem = refusal.message
            self.redraw()

    def act_register(self) -> None:
        self.session.switch_register()
        self.redraw()

    def act_leave(self) -> None:
        self.dismiss("leave")


def events_page(
    title: str, events: Sequence[EventLine], turns: Mapping[int, Standing] | None = None, register: str = "clinician"
) -> ScrollSheet[bool]:
    """Who answered what: every event of a case in words, and where the urgency became another."""
    from chatbot.tui.screens.page import Page

    def draw(width: int) -> list[Line]:
        rows: list[Line] = []
        actor = ""
        for each in events:
            if each.who != actor:
                actor = each.who
                rows += [*([BLANK] if rows else []), *wrapped(actor, width, "strong")]
            moment = each.on.replace("T", " ")
            rows += hang(line(Seg(f"{each.number:>4} ", "quiet"), Seg(f"{moment}  ", "quiet")), each.text, width)
            if turns is not None and each.number in turns:
                turn = turns[each.number]
                rows += hang("       ", turn.said(register), width, URGENCY_ROLE.get(turn.level, "strong"))
        return rows or wrapped("There is nothing in this case yet.", width)

    return Page(title, draw)


def show_events(app: Backstory, path: object = None, title: str = "Who answered what") -> None:
    """Show the list of events: of the case being worked on, or of the one at *path*, with its urgency step by step."""
    register = app.session.register
    try:
        events = app.session.services.event_lines(path, register)
        turns = {} if path is None else app.session.services.turns(path)
    except BackstoryError as error:
        app.push_screen(Fault(error))
    else:
        app.push_screen(events_page(title, events, turns, register))
