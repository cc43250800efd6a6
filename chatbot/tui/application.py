"""The Textual application: session, themes, the way in and every way out."""

from __future__ import annotations

import traceback
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import Any, ClassVar

from textual.app import App
from textual.binding import BindingType
from textual.events import Event, Key, Paste
from textual.filter import LineFilter, Monochrome, NoColor

from chatbot.errors import BackstoryError, ExitCode
from chatbot.settings import Settings, with_text
from chatbot.tui import themes
from chatbot.tui.driver import TolerantDriver
from chatbot.tui.idle import LOOK_SECONDS, Idleness, minutes_allowed
from chatbot.tui.keeping import Keeping
from chatbot.tui.keymap import Keymap, KeymapProblem, keymap
from chatbot.tui.lines import set_measure
from chatbot.tui.services import Services, Session, Start

INTERNAL_FAULT = 70

HELD_SECONDS = 1.0
"""A key that comes again within this time may be held down: longer than any keyboard waits before it repeats."""

ENDED_FROM_OUTSIDE = frozenset({int(ExitCode.HANG_UP), int(ExitCode.ENDED)})
"""Ends that nobody at the keyboard has chosen: what was being typed is kept as a note, where that can be done."""

LOOK_AGAIN_SECONDS = 0.5
"""How often a trial looks whether its content was saved."""


class Backstory(App[int], inherit_bindings=False):
    """The application. Screens find the session here."""

    CSS_PATH = "app.tcss"
    TITLE = "Backstory"
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    ESCAPE_TO_MINIMIZE = False
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, services: Services, start: Start) -> None:
        super().__init__(driver_class=TolerantDriver)
        begun = (start.interview, start.resume, start.replay, start.practising, start.patients or None)
        from_home = all(each is None for each in begun)
        self.session = Session(services, start.register, start.interview, from_home=from_home)
        self.to_resume = start.resume
        self.to_practise, self.to_choose = start.practising, start.patients
        self.to_play = None if start.replay is None else (start.replay, start.at, start.told)
        self.idleness = Idleness(services.clock())
        self.animation_level = "none"
        self.keys_chosen: Mapping[str, Any] = {}
        """Keys of one's own, as they were read; one that cannot hold among them."""
        self.keymap = self._own_keys()
        """The keys that hold."""
        self.chosen_with = ("", 0.0)
        """The key that chose something in the palette, and when it was last pressed."""
        self.pressed: deque[tuple[str, float]] = deque(maxlen=32)
        """The last keys with their moments, also those that a field took."""
        self.keeping = Keeping(self)
        """The entry that is being saved."""
        self.ending = False
        """The program is on its way out: keys that still come mean nothing."""
        self.fault = ""
        """What went wrong inside, without a word of anyone's answers; empty while all is well."""
        for name in themes.COLOURS:
            self.register_theme(themes.theme(name))
        wanted = "mono" if self.no_color else services.get_setting("theme")
        self.look = wanted if wanted in themes.COLOURS else themes.DEFAULT
        self.theme = f"backstory-{self.look}"
        set_measure(services.settings().text_width)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return {key: value for key, value in themes.COLOURS[themes.DEFAULT].items() if key != "text"}

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Under ``NO_COLOR`` send no colour at all, where Textual would send greys that suit its own background."""
        return [NoColor() if isinstance(each, Monochrome) else each for each in super().get_line_filters()]

    def on_unmount(self) -> None:
        self.keeping.thread.end()

    def on_mount(self) -> None:
        if self.session.interview is not None:
            self.open_interview()
        elif self.to_resume is not None:
            from chatbot.tui.screens.confirm import go_on_with

            go_on_with(self, self.to_resume, lambda: self.ended(0))
        elif self.to_play is not None:
            from chatbot.tui.screens.player import PlayerScreen

            self.push_screen(PlayerScreen(*self.to_play), lambda _: self.ended(0))
        elif self.to_practise is not None:
            from chatbot.tui.screens.patients import open_attempt

            practising = self.to_practise
            open_attempt(self, lambda: practising, lambda: self.ended(0))
        elif self.to_choose:
            from chatbot.tui.screens.patients import Patients

            self.push_screen(Patients(), lambda _: self.ended(0))
        else:
            self.go_home()
        if self.keymap.problems:
            self.call_after_refresh(self.tell_of_keys)
        self.set_interval(LOOK_SECONDS, self.look_whether_idle)
        if self.session.services.reload is not None:
            self.set_interval(LOOK_AGAIN_SECONDS, self.look_again)

    def look_again(self) -> None:
        """Go on under content that was saved; say what became of the answers, or what is wrong with it."""
        services = self.session.services
        fresh = None if services.reload is None else services.reload()
        if fresh is None:
            return
        if fresh is not self.session.interview:
            self.session.interview = fresh
            while len(self.screen_stack) > 1:
                self.pop_screen()
            self.open_interview()
        elif told := services.notices():
            from chatbot.tui.screens.page import told_page

            self.push_screen(told_page(services.notices_title, told, ""))

    def moment(self) -> float:
        """Return now on the clock that stamps key events."""
        return monotonic()

    # --- keys of one's own ---

    def _own_keys(self) -> Keymap:
        """Read them. Whatever is wrong with them, the keys everybody begins with are there, and it is said."""
        try:
            self.keys_chosen = self.session.services.read_keys()
        except BackstoryError as error:
            return Keymap(problems=(KeymapProblem(error.place or "keymap", error.message, error.hint),))
        return keymap(self.keys_chosen)

    def tell_of_keys(self) -> None:
        """Say what is wrong with keys of one's own."""
        from chatbot.tui.screens.page import told_page

        self.push_screen(told_page("Keys of your own that cannot hold", [str(e) for e in self.keymap.problems], ""))

    async def on_event(self, event: Event) -> None:
        if isinstance(event, Key | Paste):
            self.idleness.touched()
        if isinstance(event, Key) and (event.key, event.time) not in self.pressed:
            self.pressed.append((event.key, event.time))
        if self.keeping.pending is not None and isinstance(event, Key | Paste):
            # It was meant for what is on screen, which is given already, or for what is not there yet.
            self.keeping.key(event.key if isinstance(event, Key) else "")
            return
        # The guided tour takes keys before anything else does.
        tour = self.session.tour
        if tour is None or not isinstance(event, Key) or event.is_forwarded or not tour.takes(event):
            await super().on_event(event)

    def held(self, event: Key) -> bool:
        """Whether a key came soon after itself: it may still be held down from what was on screen before."""
        return any(key == event.key and 0 < event.time - at < HELD_SECONDS for key, at in self.pressed)

    # --- an interruption ---

    def look_whether_idle(self) -> None:
        """Blank the screen when nobody has pressed a key for as long as the settings say."""
        services = self.session.services
        try:
            allowed = minutes_allowed(services.get_setting("idle_lock_minutes"))
        except BackstoryError:
            allowed = minutes_allowed("")
        if self.idleness.too_long(services.clock(), allowed):
            self.interrupt(self.idleness.since)

    def interrupt(self, since: int | None = None) -> None:
        """Blank the screen, unless it shows what must stay: an emergency that was not acknowledged."""
        from chatbot.tui.screens.away import Away
        from chatbot.tui.screens.base import Sheet

        top = self.screen
        if isinstance(top, Sheet) and not top.stays and self.keeping.pending is None:
            left_at = self.session.services.clock() if since is None else since
            self.push_screen(Away(left_at, top.whereabouts()))

    # --- where one is ---

    def go_home(self) -> None:
        from chatbot.tui.screens.home import Home

        self.push_screen(Home())

    def open_interview(self, *, opening: bool = False) -> None:
        """Show the interview of the session. *opening*: ask first what the person says."""
        from chatbot.tui.screens.interview import InterviewScreen

        self.push_screen(InterviewScreen(opening=opening))

    def left(self) -> None:
        """Let go of the case; back to where the program began, once what is to be told of its file was read."""
        self.session.services.close()
        self.session.interview = None
        if not self.session.from_home:
            self.tell_of_file(lambda: self.ended(0))
        else:
            self.pop_screen()
            self.tell_of_file()

    def tell_of_file(self, then: Callable[[], object] = lambda: None) -> None:
        """Show what the person must be told about the file of the case, where there is anything; then go on."""
        told = self.session.services.notices()
        if not told:
            then()
            return
        from chatbot.tui.screens.page import told_page

        def go_on(_: bool | None) -> None:
            then()

        self.push_screen(told_page(self.session.services.notices_title, told, ""), go_on)

    def tell_unless_emergency(self) -> None:
        """Show what is to be told of the file at once, but over no emergency that was not acknowledged."""
        from chatbot.tui.screens.base import Sheet

        if not self.ending and isinstance(self.screen, Sheet) and not self.screen.stays:
            self.tell_of_file()

    def freshen(self) -> None:
        """Draw the screen on top again, for what has changed without a key."""
        from chatbot.tui.screens.base import Sheet

        if isinstance(self.screen, Sheet):
            self.screen.redraw()

    def freshen_header(self) -> None:
        """Draw the top of the screen on top again, for time that has passed."""
        from chatbot.tui.screens.base import Sheet

        if isinstance(self.screen, Sheet):
            self.screen.header_pane.redraw()

    def ask_to_stop(self) -> None:
        """Ask whether to stop, as somebody wished while an entry was being saved."""
        from chatbot.tui.screens.base import Sheet

        if isinstance(self.screen, Sheet):
            self.screen.act_stop()

    def next_theme(self) -> None:
        """Change the colours, and remember them."""
        names = list(themes.COLOURS)
        self.keep("theme", names[(names.index(self.look) + 1) % len(names)])

    def choose(self, name: str, value: str) -> None:
        """Let a setting hold from now on, and keep it. What reads settings when it needs them follows by itself.

        Raises: BackstoryError when it cannot be kept; where it was good it holds until the program ends.
        """
        chosen = with_text(Settings(), name, value)
        if name == "theme":
            self.look = chosen.theme if chosen.theme in themes.COLOURS else themes.DEFAULT
            self.theme = f"backstory-{self.look}"
        elif name == "text_width":
            set_measure(chosen.text_width)
        elif name == "register":
            self.session.register = chosen.register or "clinician"
        elif name in {"actor", "actor_role"}:
            who = dict(zip(("actor", "actor_role"), self.session.services.who(), strict=True))
            self.session.services.set_who(*{**who, name: value.strip()}.values())
        self.session.services.set_setting(name, value)

    def keep(self, name: str, value: str) -> None:
        """Remember a setting; where that fails the choice holds until the program ends, and it is said."""
        try:
            self.choose(name, value)
        except BackstoryError as error:
            from chatbot.tui.screens.fault import Fault

            self.push_screen(Fault(error))

    def ended(self, code: int, *, waiting: bool = True) -> None:
        """Leave with an exit code. No answer is saved here: each was saved when it was given.

        The outcome of one that is being saved is waited for, unless not *waiting* or ended a second time.
        """
        if waiting and self.keeping.puts_off(code):
            return
        if code in ENDED_FROM_OUTSIDE and self.keeping.pending is None:
            for screen in self.screen_stack:
                getattr(screen, "keep_draft", lambda: None)()
        self.ending = True
        self.exit(code, return_code=code)

    # --- faults of ours ---

    def _handle_exception(self, error: Exception) -> None:
        """End with one line. Textual would print the local variables, answers among them."""
        if self._exception is None:
            self.fault = incident(error)
            self._exception = error
            self._exception_event.set()
        self._fatal_error()

    def _fatal_error(self) -> None:
        self._return_code = INTERNAL_FAULT
        self._exit_renderables.clear()
        self._close_messages_no_wait()

    def panic(self, *renderables: Any) -> None:
        """End without printing what is handed in."""
        self.fault = self.fault or "in the terminal"
        self._fatal_error()

    def copy_to_clipboard(self, text: str) -> None:
        """Answers do not go to the clipboard of the terminal by any way of Textual's."""

    def to_clipboard(self, text: str) -> str:
        """Put a page on the clipboard of the terminal, where the settings allow it; return what became of it."""
        from chatbot.tui.clipboard import sequence

        if self.session.services.get_setting("clipboard") != "on":
            return "Nothing was copied: the clipboard is off, as other programs can read it. The settings switch it on."
        found = sequence(text)
        if found is None or self._driver is None:
            return "Nothing was copied: the page is too long for the clipboard of a terminal. Write it to a file."
        self._driver.write(found)
        self._driver.flush()
        return "Given to the clipboard of the terminal: other programs can read it until something else is copied."


def incident(error: BaseException) -> str:
    """Name a fault by its type and place alone."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"
