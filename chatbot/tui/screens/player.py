"""The player: a kept case like a recording, step by step or in its own time, read only.

One screen with every key of it, so it stays one module past 400 lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.timer import Timer

from chatbot.core.events import AnswerCarried, AnswerCorrected, AnswerGiven, AnswerWithdrawn
from chatbot.core.plan import as_pinned
from chatbot.core.playback import MARKS, Moment
from chatbot.core.present import present
from chatbot.core.present_question import QuestionPresenter
from chatbot.core.taint import taint
from chatbot.core.then import State
from chatbot.core.view import View
from chatbot.errors import BackstoryError
from chatbot.export.moments import MARK_WORDS, changed_lines
from chatbot.export.pages import whose
from chatbot.export.standing import Standing
from chatbot.export.text import plan_text
from chatbot.record.recording import Recording, playable
from chatbot.tui.action import Action
from chatbot.tui.drawing import history, panel, standing
from chatbot.tui.drawing import player as drawing
from chatbot.tui.lines import BLANK, Line, Seg, line, wrapped
from chatbot.tui.screens.fault import Fault
from chatbot.tui.screens.page import Page
from chatbot.tui.screens.scroll import ScrollSheet
from chatbot.tui.widgets.pane import Pane
from chatbot.tui.words import Words, sentence

if TYPE_CHECKING:
    from chatbot.core.view import AnsweredView
    from chatbot.record.event_list import EventLine
    from chatbot.tui.application import Backstory

RATES = (1, 2, 5, 20)
"""How many times faster than it happened."""

LONGEST_PAUSE = 3.0
"""Seconds a pause takes at most when played at its own speed; what really passed is said beside the record."""

SHORTEST_PAUSE = 0.05
"""Seconds between two records at least, so that each can be seen."""

AT_ONCE = 400
"""A recording of so many records is verified and searched for marks before it is drawn; a longer one meanwhile."""

CHUNK = 100
"""So many records are searched before keys are looked at."""

OTHERS = tuple(name for name in MARKS if name not in {"flag", "correction", "urgency"})
"""Marks without a key of their own."""


class PlayerScreen(ScrollSheet[None]):
    """Plays one case. Nothing is locked or written."""

    PLACES: ClassVar[tuple[str, ...]] = ("player",)
    NAMES_CASE: ClassVar[bool] = True
    NAMES_EMERGENCY: ClassVar[bool] = True
    HERE: ClassVar[str] = "the replay of a case"
    may_be_left = True

    def __init__(self, recording: Recording, number: int = 0, told: str = "") -> None:
        """*number*: the record it begins at. *told*: what must be said first, about the access log."""
        super().__init__()
        self.recording = recording
        self.playback = recording.playback
        self.index = self.playback.index_of(number)
        self.playing = False
        self.rate = 0
        """Place in ``RATES``."""
        self.revealed = False
        self.told = told
        self.said = ""
        """What the last key came to, until the next."""
        self.verified = False
        self.timer: Timer | None = None
        self.pane = Pane(self._window, id="asking")
        self.side = Pane(self._side, id="side")
        self.status_pane = Pane(lambda width, height: self._status(width), id="status")
        self.timeline_pane = Pane(lambda width, height: self._timeline(width), id="timeline")
        self._lines: dict[tuple[str, bool], list[EventLine]] = {}
        self._view_of = lru_cache(8)(self._present)

    def body(self) -> ComposeResult:
        yield self.status_pane
        yield Horizontal(self.pane, self.side, id="middle")
        yield self.timeline_pane

    def on_mount(self) -> None:
        self.fresh()
        if len(self.playback) <= AT_ONCE:
            self._verify()
            self.playback.scan()
        else:
            self.run_worker(self._verify, thread=True, exit_on_error=False)
            self.call_later(self._search)
        self._clamp()

    def _verify(self) -> None:
        """Verify the file; in a thread of its own where that takes long."""
        self.recording.verdict  # noqa: B018 - worked out here, remembered there
        self.verified = True
        self.app.call_later(self.redraw)

    def _search(self) -> None:
        """Search a stretch for marks; keys come in between."""
        if not self.is_running:
            return
        whole = self.playback.scan(self.playback.scanned + CHUNK)
        self._clamp()
        self.timeline_pane.redraw()
        if not whole:
            self.call_later(self._search)

    def _clamp(self) -> None:
        self.index = self.playback.seek(self.index)

    # --- what is so at this moment ---

    @property
    def words(self) -> Words:
        return Words(self.recording.protocol, self.session.register, self.ours.keymap)

    @property
    def moment_shown(self) -> Moment:
        """The record on screen."""
        return self.playback.moment(self.index)

    @property
    def state(self) -> State:
        """The case after it."""
        return self.playback.state(self.index)

    @property
    def view(self) -> View:
        """What an interview screen would show of it."""
        return self._view_of(self.index, self.session.register)

    def _present(self, index: int, register: str) -> View:
        found = present(self.recording.protocol, self.playback.case(index), register)
        level = self.playback.state(index).urgency.value
        if level == found.urgency:
            return found
        # Of a finished case, what its plan says: there what was not asked counts as unknown.
        labels, words = self.recording.protocol.labels, Words(self.recording.protocol, register)
        text = f"urgency_text.{level}"
        return replace(
            found,
            urgency=level,
            urgency_label=words.label(f"urgency.{level}"),
            urgency_symbol=words.label(f"symbol.{level}"),
            urgency_text=words.label(text).partition("{open}")[0].rstrip(" :") if text in labels else "",
        )

    @property
    def event(self) -> EventLine:
        """What happened, in words."""
        key = (self.session.register, self.revealed)
        if key not in self._lines:
            self._lines[key] = self.recording.lines(key[0], private=key[1])
        return self._lines[key][self.index]

    # --- drawing ---

    def header(self, width: int) -> list[Line]:
        found = self.recording.verdict if self.verified else None
        badge = drawing.badge(found.word if found else "", found.head_code if found else "", width)
        return [*standing.header(self.view, width, self.narrow), *badge]

    def _status(self, width: int) -> list[Line]:
        return standing.status(self.view, self.words, width)

    def _side(self, width: int, height: int) -> list[Line]:
        words = self.words
        phase = line(Seg(f"{words.label(f'phase.{self.view.phase}')} · {len(self.state.unresolved)} without an answer"))
        rows = panel.glance(self.view, words, self._asking(), width, height - 2, opened_by="why")
        return [phase, BLANK, *rows]

    def _asking(self) -> frozenset[str]:
        """Return the red flags the question on screen is asked for."""
        shown = self.state.case.shown
        if shown is None:
            return frozenset()
        flags = self.recording.protocol.red_flags
        return frozenset(name for name, flag in flags.items() if shown in flag.when.questions)

    def _timeline(self, width: int) -> list[Line]:
        keys = {
            "flag": self.key_for("next_flag"),
            "correction": self.key_for("next_correction"),
            "urgency": self.key_for("next_urgency"),
        }
        return drawing.timeline(self.playback, self.index, width, tight=self.tight, keys=keys)

    def lines(self, width: int) -> list[Line]:
        moment = self.moment_shown
        playing = f"▶ {RATES[self.rate]}×" if self.playing else f"‖ {RATES[self.rate]}×"
        rows = wrapped(f"! {self.told}", width, "warn") if self.told else []
        rows += drawing.position(moment, len(self.recording.records), playing, self.said, width)
        entries = self.playback.entries
        same = self.index > 0 and entries[self.index - 1].actor == moment.actor
        who = not (self.tight and self.narrow and same)
        rows += [*([] if self.tight else [BLANK]), *drawing.happened(self.event, who, moment.marks, width)]
        rows += drawing.changes(self._changes(), self.key_for("why", "player"), width)
        if self.index == len(self.playback) - 1:
            rows += drawing.ended(self.recording.problem, width)
        key = self._question()
        if key is not None:
            content = as_pinned(self.recording.protocol, self.state.case)
            found = QuestionPresenter(content, self.state.case, self.session.register)
            asked = found.question(self.recording.protocol.questions[key])
            covered = key in taint(self.recording.protocol).questions and not self.revealed
            rows += [BLANK, *drawing.question(asked, covered, width)]
        answered = self._answered()
        if answered:
            rows += [BLANK, *wrapped(f"said so far: {len(answered)}, the latest first", width, "quiet")]
            rows += drawing.said_so_far(answered, width, most=40)
        return rows

    def _changes(self) -> Sequence[Any]:
        changed = self.playback.changed(self.index)
        return changed_lines(self.recording.protocol, changed, self.session.register, revealed=self.revealed)

    def _question(self) -> str | None:
        """Return the question this moment is about: the one answered, else the one on screen."""
        event = self.moment_shown.event
        if isinstance(event, AnswerGiven | AnswerCorrected | AnswerWithdrawn | AnswerCarried):
            return event.question
        return self.state.case.shown

    def _answered(self) -> list[AnsweredView]:
        """Return the answers as they stood, the latest first, private ones covered."""
        last: dict[str, int] = {}
        for at, entry in enumerate(self.playback.entries[: self.index + 1]):
            if isinstance(entry.event, AnswerGiven | AnswerCorrected | AnswerCarried):
                last[entry.event.question] = at
        found = [each for each in self.view.answered if each.applies]
        found.sort(key=lambda each: last.get(each.id, -1), reverse=True)
        return list(history.veiled(found, self.revealed))

    # --- moving ---

    def can(self, action: str) -> bool:
        first, last = self.index == 0, self.index >= len(self.playback) - 1
        match action:
            case "next_moment" | "last_moment":
                return not last
            case "previous_moment" | "first_moment":
                return not first
            case "play":
                return self.playing or not last
            case "faster":
                return self.rate < len(RATES) - 1
            case "slower":
                return self.rate > 0
            case "reveal":
                return bool(taint(self.recording.protocol).questions)
        return True

    def worth_showing(self, action: str) -> bool:
        return action != "register" and (self.playing or action not in {"faster", "slower"})

    def named(self, action: Action) -> str:
        return "pause" if action.id == "play" and self.playing else super().named(action)

    def go(self, index: int) -> None:
        """Show the record at an index, or the nearest that can be played."""
        self.index = self.playback.seek(index)
        self.top = 0
        self.told = ""
        self.redraw()

    def _move(self, index: int) -> None:
        self.said = ""
        self._pause()
        self.go(index)

    def act_next_moment(self) -> None:
        self._move(self.index + 1)

    def act_previous_moment(self) -> None:
        self._move(self.index - 1)

    def act_first_moment(self) -> None:
        self._move(0)

    def act_last_moment(self) -> None:
        self._move(len(self.playback) - 1)

    def _jump(self, names: Sequence[str], *, back: bool = False) -> None:
        found = self.playback.previous(names, self.index) if back else self.playback.next(names, self.index)
        what = " or ".join(MARK_WORDS[name] for name in names)
        if found is None:
            self._pause()
            self.said = f"No {'earlier' if back else 'later'} record: {what}."
            self.redraw()
        else:
            self._move(found)

    def act_next_flag(self) -> None:
        self._jump(("flag",))

    def act_previous_flag(self) -> None:
        self._jump(("flag",), back=True)

    def act_next_correction(self) -> None:
        self._jump(("correction",))

    def act_previous_correction(self) -> None:
        self._jump(("correction",), back=True)

    def act_next_urgency(self) -> None:
        self._jump(("urgency",))

    def act_previous_urgency(self) -> None:
        self._jump(("urgency",), back=True)

    def act_next_mark(self) -> None:
        self._jump(OTHERS)

    def act_previous_mark(self) -> None:
        self._jump(OTHERS, back=True)

    def act_go_to(self) -> None:
        """Ask for the number of a record."""
        from chatbot.tui.screens.prompt import Prompt

        self._pause()
        highest = self.recording.records[len(self.playback) - 1].seq

        def send(typed: str, prompt: Prompt) -> None:
            number = int(typed) if typed.strip().isascii() and typed.strip().isdigit() else -1
            if 0 <= number <= highest:
                prompt.settled(None)
            else:
                prompt.say(f"There is no record {typed.strip()!r}.", f"Type a number from 0 to {highest}.")

        def told(given: str | None) -> None:
            if given is not None:
                self._move(self.playback.index_of(int(given)))

        self.app.push_screen(Prompt("Go to record", f"Its number, 0 to {highest}.", send, rows=1), told)

    # --- playing ---

    def act_play(self) -> None:
        """Play on from here, or pause."""
        self.said = ""
        if self.playing:
            self._pause()
        else:
            self.playing = True
            self.wait()
        self.redraw()

    def act_faster(self) -> None:
        self._rated(self.rate + 1)

    def act_slower(self) -> None:
        self._rated(self.rate - 1)

    def _rated(self, rate: int) -> None:
        self.rate = max(0, min(rate, len(RATES) - 1))
        if self.playing:
            self.wait()
        self.redraw()

    def pause_seconds(self) -> float:
        """Return how long this record stays while it plays."""
        real = min(self.playback.pause_after(self.index) / 1000, LONGEST_PAUSE)
        return max(real / RATES[self.rate], SHORTEST_PAUSE)

    def wait(self) -> None:
        """Let the next record come when its time is there."""
        self._stop_timer()
        self.timer = self.set_timer(self.pause_seconds(), self.tick)

    def tick(self) -> None:
        """Play one record on."""
        if not self.playing or self.app.screen is not self:
            return
        self.go(self.index + 1)
        if self.index >= len(self.playback) - 1:
            self._pause()
            self.redraw()
        else:
            self.wait()

    def _pause(self) -> None:
        self.playing = False
        self._stop_timer()

    def _stop_timer(self) -> None:
        if self.timer is not None:
            self.timer.stop()
            self.timer = None

    def on_screen_suspend(self) -> None:
        """Nothing plays behind another screen."""
        self._pause()

    # --- pages ---

    def act_register(self) -> None:
        self.session.switch_register()
        self.redraw()

    def act_reveal(self) -> None:
        self.revealed = not self.revealed
        self.redraw()

    def act_plan(self) -> None:
        """Show the plan as it would have been issued at this moment."""
        number, state, register = self.moment_shown.number, self.state, self.session.register
        protocol = self.recording.protocol
        plan = state.plan()
        told = ["Questions not asked by then count as unknown."]
        told += ["It holds private answers in full."] if taint(protocol).questions else []

        def draw(width: int) -> list[Line]:
            text = plan_text(
                plan,
                protocol.labels,
                width=min(width, 100),
                register=register,
                case=whose(state.case),
                decisions=state.case.decisions,
                left_open=state.case.left_open,
            )
            return [*wrapped(" ".join(told), width, "warn"), BLANK, *(line(each) for each in text.splitlines())]

        self.app.push_screen(Page(f"The plan as it was at record {number}", draw, closed_by="plan"))

    def act_events(self) -> None:
        """Show all events in words."""
        from chatbot.tui.screens.people import events_page

        lines = self.recording.lines(self.session.register, private=self.revealed)
        self.app.push_screen(events_page("Who answered what", lines, None, self.session.register))

    def act_why(self) -> None:
        """Say why the case stands as it does at this moment, and all that changed."""
        state, register = self.state, self.session.register
        told = Standing(self.recording.protocol, state.case, self.view, register=register, revealed=self.revealed)
        ids = [
            "urgency",
            *(f"flag:{each.id}" for each in self.view.flags if each.state in ("present", "cannot_exclude")),
        ]
        blocks = [block for each in ids for block in told.why(each)]
        changed = self._changes()

        def draw(width: int) -> list[Line]:
            rows = wrapped("What changed", width, "strong")
            for each in changed:
                rows += wrapped(f"{each.sign} {each.text}", width, each.grave)
            rows += [] if changed else wrapped("Nothing else changed.", width)
            return [*rows, BLANK, *panel.explained(blocks, width)]

        self.app.push_screen(Page(f"Why it stood so at record {self.moment_shown.number}", draw, closed_by="why"))

    def act_verify(self) -> None:
        """Say what verifying gave."""
        from chatbot.tui.screens.verify import verdict_page

        self.app.push_screen(verdict_page(self.recording.verdict, "This recording", str(self.recording.path)))

    def act_dismiss(self) -> None:
        self._pause()
        self.dismiss(None)


def play(app: Backstory, path: Any) -> None:
    """Open a kept case and play it; what keeps it from being read is said instead."""
    services = app.session.services
    try:
        recording = services.recording(path)
        playable(recording, 0)
    except BackstoryError as error:
        app.push_screen(Fault(error))
        return
    app.push_screen(PlayerScreen(recording, told=sentence(services.noted("replay", path, 1))))
