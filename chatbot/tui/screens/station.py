"""An attempt: a conversation with a simulated patient. Nothing is asked that was not chosen from what is offered.

One screen with all that may be done at a station, so it stays one module past 400 lines.
"""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult

from chatbot.core.commands import Refusal
from chatbot.core.practice import commands as cmd
from chatbot.core.practice.suggest import Suggestion
from chatbot.tui.action import Action
from chatbot.tui.drawing import practice as drawing
from chatbot.tui.lines import BLANK, Line, rule, wrapped
from chatbot.tui.screens.attempt import AttemptSheet
from chatbot.tui.screens.topics import Done
from chatbot.tui.widgets.entry import Entry
from chatbot.tui.widgets.pane import Pane

FEW, MORE = 3, 6
"""Suggestions offered, where there is little room and where there is more."""

TICK_SECONDS = 1.0
"""How often it is looked how much time is left."""

AS_IT_IS = "none of these: say it as it is"

UNKNOWN = "no question has these words: say it as it is"

BOTTOM = 1_000_000
"""A top beyond every conversation: the newest rows."""


class StationScreen(AttemptSheet[str]):
    """Closes with ``ended`` once the attempt is over, or with ``left``."""

    PLACES: ClassVar[tuple[str, ...]] = ("station",)
    HERE: ClassVar[str] = "the simulated patient"

    def __init__(self) -> None:
        super().__init__()
        self.entry = Entry(id="entry")
        self.entry.closed_to_keys = lambda: self.ours.keeping.pending is not None
        self.below = Pane(lambda width, height: self._below(width), id="below")
        self.offered: tuple[Suggestion, ...] = ()
        self.caret = -1
        """The suggestion the mark stands on, the last being to say it as it is; below 0 while the line is typed."""
        self.said = ""
        """What is to be told, until the next key."""
        self.time_said = ""
        """How much time the header said was left."""
        self.follows = True
        """The newest of what was said is in sight; not while somebody reads further up."""

    # --- where the attempt stands ---

    @property
    def preparing(self) -> bool:
        return not self.attempt_now.started

    @property
    def talking(self) -> bool:
        """Something may be said."""
        attempt = self.attempt_now
        return attempt.started and not (attempt.paused or attempt.up or attempt.ended)

    @property
    def guided(self) -> bool:
        return self.attempt_now.mode == "guided"

    # --- showing ---

    def body(self) -> ComposeResult:
        yield self.pane
        yield self.entry
        yield self.below

    def on_mount(self) -> None:
        self.fresh()
        self.entry.begin("", 1)
        if self.session.station_clock is not None:
            self.set_interval(TICK_SECONDS, self.tick)
        self.settle()

    def settle(self) -> None:
        """Show the attempt as it stands now."""
        self.entry.display = self.talking
        self.entry.can_focus = self.caret < 0
        if self.talking and self.caret < 0 and not self.too_small:
            self.set_focus(self.entry)
        else:
            self.set_focus(None)
        self.redraw()

    def resized(self) -> None:
        self._look_up()
        self.settle()

    def header(self, width: int) -> list[Line]:
        station = self.attempt_now.station
        rows: list[Line] = []
        if not self.tight and not self.preparing:
            rows += wrapped(station.task, width, "quiet")
        return [*rows, rule(width)] if not self.tight else rows

    def lines(self, width: int) -> list[Line]:
        if self.preparing:
            return [*drawing.task(self.attempt_now, width), BLANK, *wrapped(self._begins(), width, "strong")]
        if self.follows:
            self.top = BOTTOM
        rows = drawing.conversation(self.attempt_now, width)
        # The newest stands next to the line that is typed, however little was said.
        return [*[BLANK] * (self.pane.content_size.height - len(rows)), *rows]

    def _begins(self) -> str:
        return f"{self.key_for('begin_talk')} begins the interview."

    def _below(self, width: int) -> list[Line]:
        attempt = self.attempt_now
        rows = wrapped(self.said, width, "warn") if self.said else []
        if attempt.paused:
            return [*rows, *wrapped(f"Paused. {self.key_for('unpause')} goes on.", width, "strong")]
        if attempt.up:
            told = f"The time is up. {self.key_for('to_commit')}: say what you make of it."
            return [*rows, *wrapped(told, width, "strong")]
        if not self.talking:
            return rows
        if not self.entry.text.strip():
            told = f"Type what you say or do, or {self.key_for('topics')} for the list of questions."
            return [*rows, *([] if rows else wrapped(told, width, "quiet"))]
        kinds = [drawing.kind_of(attempt.protocol, each) for each in self.offered]
        last = AS_IT_IS if self.offered else UNKNOWN
        return [*rows, *drawing.suggestions(self.offered, kinds, self.asked, self.caret, last, width)]

    @property
    def asked(self) -> frozenset[str]:
        """What was asked, done or fetched before."""
        return frozenset(turn.of for turn in self.attempt_now.turns if turn.of)

    def scroll_lines(self, rows: int) -> None:
        self.follows = rows > 0 and self.top + rows >= self.length - self.height
        super().scroll_lines(rows)

    # --- the time ---

    def tick(self) -> None:
        """Follow the clock: tell what is to be told, and go on when the time is up."""
        clock = self.session.station_clock
        if clock is None or self.ours.keeping.pending is not None or self.ours.ending:
            return
        if clock.is_up:
            self.send(cmd.TimeUp() if self.attempt_now.started else cmd.BeginInterview(), lambda _: self.settle())
        elif told := clock.announcement():
            self.tell(told)
        if (words := clock.words()) != self.time_said:
            self.time_said = words
            self.ours.freshen_header()

    def tell(self, text: str) -> None:
        """Say something until the next key."""
        self.said = text
        self.redraw()

    # --- keys ---

    def places(self) -> tuple[str, ...]:
        attempt = self.attempt_now
        if not attempt.started:
            return ("preparing", "scroll")
        if attempt.paused:
            return ("paused", "scroll")
        if attempt.up:
            return ("time_up", "scroll")
        return (*(("offered",) if self.caret >= 0 else ()), "station", "scroll")

    def can(self, action: str) -> bool:
        attempt, desk = self.attempt_now, self.session.services.practice
        match action:
            case "hint" | "why_asked":
                return self.guided
            case "pause":
                return bool(attempt.minutes)
            case "extra_time":
                return bool(attempt.minutes)
            case "card":
                return attempt.mode == "two_person" and desk is not None and desk.card is not None
            case "say":
                return bool(self.entry.text.strip())
        return True

    def worth_showing(self, action: str) -> bool:
        return action not in {"up", "down"}

    def named(self, action: Action) -> str:
        if action.id == "leave_station" and self.talking:
            return "back to the line" if self.caret >= 0 else "clear" if self.entry.text else "leave"
        return super().named(action)

    def extra_keys(self) -> list[tuple[str, str]]:
        if self.caret < 0:
            return []
        return [(f"0-{len(self.offered)}", "choose")] if self.offered else []

    def plain_key(self, key: str) -> bool:
        self.said = ""
        if not self.talking:
            return False
        if self.caret < 0:
            # The field gets its focus a moment after it is shown; what is typed fast is not lost meanwhile.
            return not self.entry.has_focus and self.entry.take(key)
        if key.isdecimal() and len(key) == 1 and int(key) <= len(self.offered):
            self.caret = (int(key) - 1) % (len(self.offered) + 1)
            self.act_choose_offered()
            return True
        if key == "backspace" or (len(key) == 1 and key.isprintable()):
            self._to_line()
            if key != "backspace":
                self.entry.take(key)
            return True
        return False

    @on(Entry.Given)
    def _given(self, event: Entry.Given) -> None:
        if self.repeats("enter", event.pressed_at) or not self.on_top or self.too_small:
            return
        if not self.unseen(event.pressed_at) and self.ours.keeping.pending is None:
            self.said = ""
            self.act_say()

    @on(Entry.Left)
    def _left(self) -> None:
        if self.on_top:
            self.act_leave_station()

    @on(Entry.Refused)
    def _refused_text(self, event: Entry.Refused) -> None:
        self.tell(". ".join(part for part in (event.message, event.hint) if part))

    @on(Entry.Touched)
    def _touched(self) -> None:
        self.said = ""
        self._look_up()
        self.redraw()

    def _look_up(self) -> None:
        """Offer what the typed line may mean. It asks nothing."""
        text = self.entry.text.strip()
        most = MORE if self.wide else FEW
        self.offered = self.practising.suggest(text)[:most] if text and self.talking else ()
        self.caret = min(self.caret, len(self.offered))

    def act_say(self) -> None:
        """Go from the typed line to what it may mean; only there something is asked."""
        if self.entry.text.strip():
            self.caret = 0
            self.fresh()
            self.settle()
        else:
            self.tell("Nothing is typed.")

    def act_up(self) -> None:
        if self.caret > 0:
            self.caret -= 1
            self.redraw()
        elif self.caret == 0:
            self._to_line()
        else:
            self.scroll_lines(-1)

    def act_down(self) -> None:
        if self.caret >= 0:
            self.caret = min(self.caret + 1, len(self.offered))
            self.redraw()
        elif self.entry.text.strip() and self.talking:
            self.act_say()
        else:
            self.scroll_lines(1)

    def _to_line(self) -> None:
        self.caret = -1
        self.settle()

    def act_choose_offered(self) -> None:
        """Ask what the mark stands on, in the words that were typed."""
        said = self.entry.text.strip()
        if self.caret == len(self.offered):
            self._do(cmd.SayUnclear(said))
        else:
            each = self.offered[self.caret]
            self._do(command(Done(each.act, each.of, said)))

    def _do(self, made: cmd.PracticeCommand) -> None:
        self.send(made, self._done)

    def _done(self, refusal: Refusal | None) -> None:
        self.caret = -1
        if refusal is not None:
            self.said = ". ".join(part for part in (refusal.message.capitalize(), refusal.hint) if part)
        else:
            self.entry.begin("", 1)
            self.offered, self.follows = (), True
        self.fresh()
        self.settle()

    def _turned(self, refusal: Refusal | None) -> None:
        """Go on after something that is not said: time, pauses."""
        if refusal is not None:
            self.said = ". ".join(part for part in (refusal.message.capitalize(), refusal.hint) if part)
        self.settle()

    # --- what may be done besides typing ---

    def _from_list(self, scope: str) -> None:
        from chatbot.tui.screens.topics import Topics

        def chosen(done: Done | None) -> None:
            self.fresh()
            if done is None:
                self.settle()
            else:
                self._do(command(done))

        self.app.push_screen(Topics(scope), chosen)

    def act_topics(self) -> None:
        self._from_list("ask")

    def act_examine(self) -> None:
        self._from_list("examine")

    def act_records(self) -> None:
        self._from_list("records")

    def act_moves(self) -> None:
        self._from_list("talk")

    def act_learned(self) -> None:
        """Everything that was learned, as the person or a record says it."""
        from chatbot.tui.screens.attempt_pages import learned_page

        self.app.push_screen(learned_page(self.attempt_now, self.words))

    def act_task(self) -> None:
        from chatbot.tui.screens.page import Page

        attempt = self.attempt_now
        self.app.push_screen(Page("The task", lambda width: drawing.task(attempt, width), closed_by="task"))

    def act_hint(self) -> None:
        from chatbot.tui.screens.attempt_pages import hint_page

        self.app.push_screen(hint_page(self.attempt_now, self.words))

    def act_why_asked(self) -> None:
        from chatbot.tui.screens.attempt_pages import why_asked_page

        self.app.push_screen(why_asked_page(self.attempt_now, self.words))

    def act_card(self) -> None:
        from chatbot.tui.screens.attempt_pages import show_card

        show_card(self)

    # --- the time ---

    def act_begin_talk(self) -> None:
        self.send(cmd.BeginInterview(), self._turned)

    def act_pause(self) -> None:
        self.send(cmd.Pause(), self._turned)

    def act_unpause(self) -> None:
        self.send(cmd.GoOn(), self._turned)

    def act_extra_time(self) -> None:
        from chatbot.tui.screens.attempt_pages import ask_extra_time

        def given(refusal: Refusal | None) -> None:
            clock = self.session.station_clock
            if refusal is None and clock is not None:
                clock.given_more()
            self._turned(refusal)

        ask_extra_time(self, given)

    # --- the end of it ---

    def act_to_commit(self) -> None:
        """Say what is likely, how urgent it is and what is to be done."""
        from chatbot.tui.screens.commit import CommitScreen

        self.app.push_screen(CommitScreen(), self._committed)

    def _committed(self, end: bool | None) -> None:
        self.fresh()
        if end:
            self.end()
        else:
            self.settle()

    def act_leave_station(self) -> None:
        """Clear the line; with nothing typed, ask how to leave."""
        if self.caret >= 0:
            self._to_line()
        elif self.entry.text and self.talking:
            self.entry.begin("", 1)
            self._look_up()
            self.settle()
        else:
            self._ask_to_leave()

    def _ask_to_leave(self) -> None:
        from chatbot.tui.screens.choose import Choose

        ways = [
            ("stay", "stay with this patient"),
            ("leave", "leave for now; the attempt can be gone on with"),
            ("end", "end the attempt, and read the debrief"),
        ]

        def chosen(way: str | None) -> None:
            if way == "leave":
                self.dismiss("left")
            elif way == "end":
                self.act_end_attempt()
            else:
                self.settle()

        self.app.push_screen(Choose("Leave this patient?", ways, self._left_told()), chosen)

    def _left_told(self) -> str:
        return "Everything said so far is saved." if self.session.services.kept else ""

    def act_end_attempt(self) -> None:
        """End the attempt, once it is said what that means."""
        from chatbot.tui.screens.page import Page

        committed = self.attempt_now.commitment is not None
        told = "Nothing more can be asked or handed in afterwards. Then comes the debrief."
        if not committed:
            told = f"You have not said what you make of it ({self.key_for('to_commit')}). {told}"

        def answered(yes: bool | None) -> None:
            if yes:
                self.end()
            else:
                self.settle()

        page = Page("End the attempt?", lambda width: wrapped(told, width), accept="y", accept_label="yes, end it")
        self.app.push_screen(page, answered)

    def end(self) -> None:
        """End the attempt; the debrief follows."""

        def over(refusal: Refusal | None) -> None:
            if refusal is None:
                self.dismiss("ended")
            else:
                self._turned(refusal)

        self.send(cmd.End(), over)


def command(done: Done) -> cmd.PracticeCommand:
    """Return the command of something that was chosen."""
    match done.act:
        case "move":
            return cmd.Make(done.of, done.said)
        case "document":
            return cmd.Fetch(done.of, done.said)
    return cmd.Ask(done.of, done.said)
