"""What every screen shares: header, footer, keys from the registry, the smallest size, commands that may fail.

One class that every screen is made of, so it stays one module past 400 lines.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.events import Key, Paste, Resize
from textual.screen import Screen

from chatbot.core.commands import AddNote, Command, Refusal
from chatbot.core.values import Urgency
from chatbot.errors import BackstoryError
from chatbot.tui.action import Action
from chatbot.tui.drawing import alarm, standing
from chatbot.tui.drawing.footer import footer
from chatbot.tui.lines import Line, Seg, line, wrapped
from chatbot.tui.widgets.pane import Pane
from chatbot.tui.words import Words

if TYPE_CHECKING:
    from chatbot.core.events import Event
    from chatbot.core.find import Target
    from chatbot.core.view import View
    from chatbot.interview import Interview
    from chatbot.tui.application import Backstory
    from chatbot.tui.services import Session

SMALLEST = (40, 15)
"""Columns and rows below which nothing is shown but a notice."""

WIDE = (100, 24)
"""Columns and rows from which the pane at the right has its place."""

REPEAT_SECONDS = 0.5
"""Keys of one kind that follow each other faster come from one that is held down."""

TALL = 30
"""Rows from which there is room for an empty row under the header."""

HALF_TYPED = "not given, half-typed when the program was ended"

T = TypeVar("T")


class Sheet(Screen[T], inherit_bindings=False):
    """A screen of lines. Keys come from the registry; ``act_<id>`` carries an action out."""

    AUTO_FOCUS = ""
    ALLOW_SELECT = False
    ESCAPE_TO_MINIMIZE = False
    PLACES: ClassVar[tuple[str, ...]] = ()
    may_be_left: bool = False
    """Nothing is lost when it is closed from elsewhere."""
    NAMES_CASE: ClassVar[bool] = False
    """The header says by itself whose case it is; on every other screen a line above it does."""
    NAMES_EMERGENCY: ClassVar[bool] = False
    """It shows the emergency that stands; every other screen has a band that names it."""
    HERE: ClassVar[str] = ""
    """What the screen is called to somebody who comes back to it; empty: it is not named."""

    def __init__(self) -> None:
        super().__init__()
        self.header_pane = Pane(lambda width, height: self._top(width), id="header")
        self.footer_pane = Pane(lambda width, height: self._footer(width), id="footer")
        self.notice = Pane(self._notice, id="notice")
        self._opened_for: Interview | None = None
        self._view: View | None = None
        self._view_for = (0, "")
        self.painted_at: float | None = None
        """When the present content was first drawn; None until then."""

    # --- for screens to override ---

    def header(self, width: int) -> list[Line]:
        """Draw the top."""
        return []

    def places(self) -> tuple[str, ...]:
        """Return where keys work now, the most particular first."""
        return self.PLACES

    def can(self, action: str) -> bool:
        """Whether an action of these places works just now."""
        return True

    def whereabouts(self) -> tuple[str, str]:
        """Say for somebody who comes back what is on screen, and at which question of the case."""
        case = self.session.interview
        if case is None or case.case.shown is None:
            return self.HERE, ""
        question = case.protocol.questions[case.case.shown]
        say = Words(case.protocol, self.session.register).say
        return self.HERE, f"{say(case.protocol.sections[question.section].title)}: {say(question.ask)}"

    def worth_showing(self, action: str) -> bool:
        """Whether the footer names an action that works."""
        return True

    def named(self, action: Action) -> str:
        """Return what an action is called just now."""
        return action.label

    def extra_keys(self) -> list[tuple[str, str]]:
        """Return keys that are not in the registry, such as those of options, for the footer."""
        return []

    def plain_key(self, key: str) -> bool:
        """Take a key before the registry does; True when it was taken."""
        return False

    # --- what they share ---

    def _top(self, width: int) -> list[Line]:
        open_case = self.session.interview
        rows = self.header(width)
        if open_case is not None and not self.NAMES_CASE:
            rows = [*standing.whose(open_case.case, width), *rows]
        if self.session.simulated:
            clock = self.session.station_clock
            rows = [
                *standing.simulated(
                    self.session.simulated, "" if clock is None else clock.words(short=width < 60), width
                ),
                *rows,
            ]
        return [*self.ours.keeping.banner(width), *rows, *self._emergency_band(width)]

    @property
    def stays(self) -> bool:
        """Neither an interruption nor idleness takes it off the screen."""
        return False

    @property
    def emergency_stands(self) -> bool:
        """An emergency of the case that is open stands, read or not."""
        case = self.session.interview
        return case is not None and case.case.urgency is Urgency.EMERGENCY

    def _emergency_band(self, width: int) -> list[Line]:
        if self.NAMES_EMERGENCY or not self.emergency_stands or not (titles := self.case_view().emergency):
            return []
        return alarm.band(titles, self.words.label("urgency.emergency"), self.key_for("emergency"), width)

    @property
    def ours(self) -> Backstory:
        return cast("Backstory", self.app)

    @property
    def session(self) -> Session:
        return self.ours.session

    @property
    def interview(self) -> Interview:
        """The case this screen was opened for, also while it is being closed."""
        if self._opened_for is None:
            self._opened_for = self.session.interview
        assert self._opened_for is not None
        return self._opened_for

    def case_view(self) -> View:
        """Return the view of the case as it stands, made once for each state and wording."""
        made_for = (len(self.interview.events), self.session.register)
        if self._view is None or self._view_for != made_for:
            self._view, self._view_for = self.interview.view(self.session.register), made_for
        return self._view

    @property
    def words(self) -> Words:
        """The labels of the case on screen, in the register of the session."""
        return Words(self.interview.protocol, self.session.register, self.ours.keymap)

    def key_for(self, action: str, place: str = "") -> str:
        """Return how the key of an action is written, for texts that name it."""
        return self.ours.keymap.shown(action, place)

    @property
    def page_keys(self) -> tuple[str, str]:
        """How the keys that go a page up and down are written."""
        return self.key_for("page_up"), self.key_for("page_down")

    @property
    def wide(self) -> bool:
        return self.size.width >= WIDE[0] and self.size.height >= WIDE[1]

    @property
    def narrow(self) -> bool:
        return self.size.width < 60

    @property
    def tight(self) -> bool:
        return self.size.height < 22

    @property
    def too_small(self) -> bool:
        return self.size.width < SMALLEST[0] or self.size.height < SMALLEST[1]

    def working(self) -> list[Action]:
        """Return the actions that work now."""
        found = [
            action for action in self.ours.keymap.working((*self.places(), "anywhere")) if self.carries_out(action.id)
        ]
        holds = {"emergency": self.emergency_stands, "interrupt": not self.stays}
        return [action for action in found if holds.get(action.id, True)]

    def carries_out(self, action: str) -> bool:
        """Whether this screen has an action, and it works just now: places are shared by screens of several kinds."""
        return hasattr(self, f"act_{action}") and self.can(action)

    def body(self) -> ComposeResult:
        """Yield what stands between header and footer."""
        yield from ()

    def compose(self) -> ComposeResult:
        yield self.header_pane
        yield from self.body()
        yield self.footer_pane
        yield self.notice

    def on_mount(self) -> None:
        self.fresh()

    def fresh(self) -> None:
        """Note that something new is to be shown: keys pressed before it is drawn were meant for something else."""
        self.painted_at = None

    def unseen(self, pressed_at: float) -> bool:
        """Whether a key was pressed before the present content was drawn."""
        return self.painted_at is None or pressed_at < self.painted_at

    @property
    def on_top(self) -> bool:
        """Nothing lies over it, and it is not closing. A key that repeats itself may come while that changes."""
        return self.app.screen is self and not self.ours.ending

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        """Close, once: what comes while it is closing finds it closed."""
        return super().dismiss(result) if self.on_top else AwaitComplete()

    def redraw(self) -> None:
        """Draw everything again."""
        for pane in self.query(Pane):
            pane.redraw()

    def on_resize(self, event: Resize) -> None:
        self.set_class(self.too_small, "too-small")
        self.set_class(self.wide, "wide")
        self.set_class(self.size.height >= TALL, "tall")
        self.resized()
        self.call_later(self.redraw)

    def resized(self) -> None:
        """Follow a new size."""

    def _footer(self, width: int) -> list[Line]:
        if self.painted_at is None:
            self.painted_at = self.ours.moment()
        if self.session.tour is not None and not self.session.tour.aside(self):
            return self.session.tour.strip(width)
        rows = 1 if self.size.height < 20 and width >= 60 else 2
        if (saving := self.ours.keeping.footer(width, rows)) is not None:
            return saving
        shown = [(action, self.named(action)) for action in self.working() if self.worth_showing(action.id)]
        return footer(shown, self.extra_keys(), width, rows)

    def _notice(self, width: int, height: int) -> list[Line]:
        here = f"now {self.size.width} × {self.size.height}"
        return [
            *wrapped(f"Enlarge the window to {SMALLEST[0]} × {SMALLEST[1]}", width, "strong"),
            line(Seg(here)),
            *wrapped("Nothing is lost; it goes on by itself.", width),
        ]

    # --- keys ---

    def on_key(self, event: Key) -> None:
        """Take a key; what nobody takes goes on to the field it was typed in."""
        if self.ours.keeping.pending is not None or self.repeats(event.key, event.time):
            event.stop()
            event.prevent_default()
            return
        unseen = self.unseen(event.time)
        leaving = event.key in {"ctrl+c", "ctrl+q"}
        character = event.character if event.is_printable and event.character else ""
        taken = not self.on_top or ((self.too_small or unseen) and not leaving)
        if taken or self.take(event.key, character):
            event.stop()
            event.prevent_default()

    def take(self, key: str, character: str) -> bool:
        """Do what a key means here; True when it means something."""
        return self.plain_key(character or key) or self.press(key)

    def repeats(self, key: str, pressed_at: float) -> bool:
        """Whether a key is still the one, held down, that chose something in the palette; it means nothing more."""
        held, at = self.ours.chosen_with
        again = key == held and pressed_at - at < REPEAT_SECONDS
        self.ours.chosen_with = (key, pressed_at) if again else ("", 0.0)
        return again

    def press(self, key: str) -> bool:
        """Carry out what the registry says of a key; True when it says something."""
        for action in self.working():
            if key in action.keys:
                self.act(action.id)
                return True
        return False

    def act(self, action: str) -> None:
        """Carry an action out."""
        getattr(self, f"act_{action}")()

    def on_paste(self, event: Paste) -> None:
        event.stop()

    def act_help(self) -> None:
        from chatbot.tui.screens.keys import KeyHelp

        self.app.push_screen(KeyHelp(self))

    def act_keymap(self) -> None:
        from chatbot.tui.screens.keys import KeymapScreen

        self.app.push_screen(KeymapScreen(), lambda _: self.redraw())

    def act_palette(self) -> None:
        from chatbot.tui.screens.palette import Palette, carry_out

        def chosen(target: Target | None) -> None:
            # What was pressed meanwhile was meant for the palette.
            self.fresh()
            self.redraw()
            if target is not None:
                carry_out(self, target)

        self.app.push_screen(Palette(self), chosen)

    def act_about(self) -> None:
        from chatbot.tui.screens.page import about_page

        self.app.push_screen(about_page(self.session))

    def act_interrupt(self) -> None:
        self.ours.interrupt()

    def act_settings(self) -> None:
        """Open the settings. An emergency that was not acknowledged is not covered."""
        from chatbot.tui.screens.settings import SettingsScreen

        open_case = self.session.interview
        if open_case is None or not open_case.case.alarms:
            self.app.push_screen(SettingsScreen(), lambda _: self.resettle())

    def resettle(self) -> None:
        """Draw again after settings may have changed."""
        self.redraw()

    def act_theme(self) -> None:
        self.ours.next_theme()

    def act_emergency(self) -> None:
        """Read the emergency that stands once more: whom to call, what to have ready."""
        from chatbot.tui.screens.alarm import AlarmScreen

        if not self.interview.case.alarms:
            self.app.push_screen(AlarmScreen(again=True), lambda _: self.returned())

    def returned(self) -> None:
        """Go on after the emergency was read again: a correction made there may have raised another."""
        from chatbot.tui.screens.alarm import AlarmScreen

        if self.interview.case.alarms:
            self.app.push_screen(AlarmScreen(), lambda _: self.returned())
        else:
            self.redraw()

    def act_stop(self) -> None:
        from chatbot.tui.screens.page import stop_page

        self.app.push_screen(stop_page(self.session), self._stopped)

    def _stopped(self, leave: bool | None) -> None:
        if leave:
            self.ours.ended(130)

    # --- commands ---

    def keep_as_note(self, text: str, question: str | None) -> None:
        """Keep half-typed text when the program is ended from outside: as a note, which is never an answer."""
        with suppress(BackstoryError):
            self.interview.send(AddNote(f"{HALF_TYPED}: {text}", question))

    def attempt(self, command: Command, done: Callable[[Refusal | None], None]) -> None:
        """Carry a command out; *done* is called once it is durable, or refused.

        Where it cannot be saved, that is said, with the offer to try again. Nothing entered is lost; nothing counts and
        nothing else is asked before it is saved.
        """
        if self.ours.keeping.pending is not None:
            return
        interview = self.interview
        events = interview.decided(command)
        if isinstance(events, Refusal):
            done(events)
            return

        def settled(error: BaseException | None) -> None:
            if error is None:
                interview.recorded(events)
                done(None)
                self.ours.tell_unless_emergency()
            elif isinstance(error, BackstoryError):
                self._not_saved(error, events, lambda: self.attempt(command, done))
            else:
                raise error

        if events:
            self.ours.keeping.keep(interview.recorder, events, settled)
        else:
            settled(None)

    def _not_saved(self, error: BackstoryError, events: Sequence[Event], again: Callable[[], None]) -> None:
        from chatbot.tui.screens.fault import Fault, Unsaved

        unsaved = Unsaved(self.interview, events, self.session.register)
        self.app.push_screen(Fault(error, unsaved), lambda retry: again() if retry else None)
