"""The interview: one question at a time, what was answered above it, where the case stands at the right.

One screen with every page it leads to, so it stays one module past 400 lines.
"""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal

from chatbot.core import commands as cmd
from chatbot.core.carrying import carried_to_confirm
from chatbot.core.case import is_open, unconfirmed
from chatbot.core.commands import Command, Refusal
from chatbot.core.findings import network
from chatbot.core.preview import declined_text
from chatbot.core.view import AnsweredView, BlockView, RecheckView, View
from chatbot.tui.drawing import history, panel, review, standing
from chatbot.tui.form import Mode
from chatbot.tui.lines import BLANK, Line, wrapped
from chatbot.tui.screens.ask import AskSheet
from chatbot.tui.widgets.pane import Pane
from chatbot.tui.words import many


class InterviewScreen(AskSheet[None]):
    """Asks until nothing is left to ask."""

    HERE: ClassVar[str] = "the question"

    def __init__(self, *, opening: bool = False) -> None:
        super().__init__()
        self.opening = opening
        """What the person says first is still to be asked for, once."""
        self.side = Pane(self._side, id="side")
        self.status_pane = Pane(self._status_line, id="status")
        self._offered = False
        """Whether the carried answers were put all at once, when the case came up."""
        self._offered_all = False
        """F7 offers all of them the first time, then those of the section on screen."""
        self._put: set[str] = set()
        """Lists that were put in this sitting."""
        self._not_now = False
        """The read-back was put off in this sitting; it waits in the review."""
        self._flags_of: dict[str, frozenset[str]] = {}
        self.problem: tuple[str, str] | None = None
        """What was refused while no question is on screen."""
        self.revealed = False
        """Whether private answers among the earlier ones are shown."""
        self.done = ""
        """What the last key did to more than the question on screen; said until the next answer."""

    # --- showing ---

    def whereabouts(self) -> tuple[str, str]:
        return ("the review of the case", "") if self.form is None else super().whereabouts()

    def look(self) -> View:
        return self.case_view()

    def body(self) -> ComposeResult:
        yield self.status_pane
        yield Horizontal(self.asking, self.side, id="middle")

    def sync(self) -> None:
        super().sync()
        if self.view is not None and self.view.alarm is not None:
            self._alarm()
        elif self.interview.case.recap_due:
            self._recap()
        elif self.opening:
            self.opening = False
            self._says_first()
        elif not self._offered and self.view is not None and self.view.carried:
            self._offered = True
            self.act_carried()
        elif self._reads_back:
            self.act_read_back()
        elif self.view is not None and self.view.recheck is not None and self.view.recheck.id not in self._put:
            self._recheck(self.view.recheck)
        elif self.view is not None and self.view.block is not None and f"block:{self.view.block.id}" not in self._put:
            self._block(self.view.block)
        elif told := self.session.services.notices():
            from chatbot.tui.screens.page import told_page

            self.app.push_screen(told_page(self.session.services.notices_title, told, ""))

    def _alarm(self) -> None:
        from chatbot.tui.screens.alarm import AlarmScreen

        if self.app.screen is self or not isinstance(self.app.screen, AlarmScreen):
            self.app.push_screen(AlarmScreen(), lambda _: self._after_alarm())

    def _after_alarm(self) -> None:
        """Go on; say so where only what the receiving team needs is asked from here on."""
        self.sync()
        if self.view is not None and self.view.for_team and self.view.question is not None:
            count = many(self.view.expected - self.view.done, "question")
            key = self.key_for("everything")
            self.done = f"Only what the receiving team needs is asked now: {count}. {key} goes on with everything."
            self.redraw()

    def returned(self) -> None:
        self.sync()

    def _recap(self) -> None:
        from chatbot.tui.screens.people import RecapScreen

        if self.app.screen is self or not isinstance(self.app.screen, RecapScreen):
            self.app.push_screen(RecapScreen(), lambda said: self.act_leave() if said == "leave" else self.sync())

    @property
    def _reads_back(self) -> bool:
        """Whether the safety answers are read back now: once they are all there, before the next question."""
        case = self.interview.case
        due = self.view is not None and self.view.read_back is not None and not self.view.for_team
        return due and not self._not_now and case.shown == case.next and self.app.screen is self

    def act_read_back(self) -> None:
        """Read the answers of the safety screen to the person."""
        from chatbot.tui.screens.read_back import NOT_NOW, ReadBackScreen

        def told(said: str | None) -> None:
            self._not_now = said == NOT_NOW
            self.sync()

        self.app.push_screen(ReadBackScreen(), told)

    def _recheck(self, view: RecheckView) -> None:
        from chatbot.tui.screens.recheck import RecheckScreen

        def told(changed: tuple[str, ...] | None) -> None:
            if changed is not None:
                self._go(cmd.ConfirmBlock(view.id, changed))

        if self.app.screen is self:
            self._put.add(view.id)
            self.app.push_screen(RecheckScreen(view), told)

    def _block(self, view: BlockView) -> None:
        from chatbot.tui.screens.block import BlockScreen

        def told(marks: dict[str, str] | None) -> None:
            if marks is None:
                self.sync()
            else:
                self._go(cmd.AnswerBlock(view.id, tuple(each.question for each in view.lines), marks))

        if self.app.screen is self:
            self._put.add(f"block:{view.id}")
            self.app.push_screen(BlockScreen(), told)

    def header(self, width: int) -> list[Line]:
        return [*super().header(width), *(wrapped(self.done, width, "strong") if self.done else [])]

    def answered(self) -> None:
        self.problem, self.done, self.revealed = None, "", False
        self.sync()

    def earlier(self) -> tuple[AnsweredView, ...]:
        """Return the answers to questions that come before the one on screen."""
        if self.view is None or self.view.question is None:
            return ()
        order = network(self.interview.protocol).ask_order
        here = order.index(self.view.question.id)
        before = set(order[:here])
        return history.veiled([each for each in self.view.answered if each.id in before], self.revealed)

    def _side(self, width: int, height: int) -> list[Line]:
        if self.view is None:
            return []
        return panel.glance(self.view, self.words, self._asking_flags(), width, height)

    def _asking_flags(self) -> frozenset[str]:
        """Return the red flags the question on screen is asked for."""
        if self.view is None or self.view.question is None:
            return frozenset()
        protocol = self.interview.protocol
        here = self.view.question.id
        if here not in self._flags_of:
            flags = protocol.red_flags.items()
            self._flags_of[here] = frozenset(name for name, f in flags if here in protocol.questions_behind(f.when))
        return self._flags_of[here]

    def _status_line(self, width: int, height: int) -> list[Line]:
        return [] if self.view is None else standing.status(self.view, self.words, width)

    def instead(self, width: int, height: int) -> list[Line]:
        """Draw the review: nothing is left to ask but what was postponed."""
        if self.view is None or self.view.alarm is not None:
            return []
        rows = review.nothing_left(self.view, self.words, self.problem, width)
        answered = history.veiled(self.view.answered, self.revealed)
        return [*history.recent(answered, width, max(0, height - len(rows) - 1)), BLANK, *rows]

    # --- keys ---

    def can(self, action: str) -> bool:
        view = self.view
        if view is not None and view.closed and action in {"back", "note", "says", "jump", "hand_over"}:
            return False
        if action == "everything":
            return view is not None and view.for_team and not view.closed
        if action == "carried":
            return view is not None and bool(view.carried)
        if action == "read_back":
            return view is not None and view.read_back is not None
        if action == "go_on":
            return view is not None and view.question is not None and view.question.id != self.interview.case.next
        if action == "stop_here":
            return self.interview.case.next is not None and not self.interview.case.closed
        if action == "later":
            case = self.interview.case
            return case.shown is not None and is_open(self.interview.protocol, case, case.shown)
        return super().can(action)

    def _go(self, command: Command) -> None:
        self.attempt(command, self._went)

    def _went(self, refusal: Refusal | None) -> None:
        if refusal is None:
            self.answered()
        else:
            self._told(refusal.message, refusal.hint)

    def _told(self, message: str, hint: str = "") -> None:
        """Say something beside the question, or in the review."""
        if self.form is not None:
            self.form.problem = (message, hint)
        else:
            self.problem = (message, hint)
        self.redraw()

    def act_back(self) -> None:
        if self.form is None and self.view is not None and self.view.answered:
            self._go(cmd.Show(self.view.answered[-1].id))
        else:
            self._go(cmd.Back())

    def act_go_on(self) -> None:
        if self.can("go_on"):
            self._go(cmd.Forward())

    def act_later(self) -> None:
        if self.form is not None:
            self._go(cmd.Postpone(self.form.view.id))

    def act_decline_section(self) -> None:
        if self.form is not None:
            before = len(self.interview.events)

            def declined(refusal: Refusal | None) -> None:
                self._went(refusal)
                if refusal is None:
                    self.done = declined_text(self.interview.events[before:])
                    self.redraw()

            self.attempt(cmd.DeclineSection(self.form.question.section), declined)

    def act_stop_here(self) -> None:
        if self.can("stop_here"):
            self.attempt(cmd.IssuePlan(), lambda _: self._show_plan())

    def act_everything(self) -> None:
        """Ask what the receiving team does not need as well; the question on screen stays."""

        def widened(refusal: Refusal | None) -> None:
            self._told(refusal.message, refusal.hint) if refusal is not None else self._widened()

        self.attempt(cmd.AskEverything(), widened)

    def _widened(self) -> None:
        before = self.interview.case.shown
        self.done = ""
        if self.form is not None and self.form.view.id == before:
            self.reword()  # what was half entered stays
        else:
            self.sync()

    def act_still_so(self) -> None:
        if self.form is not None:
            self._go(cmd.ConfirmStill(self.form.view.id))

    def act_carried(self) -> None:
        """Read the carried answers through, and confirm them at once: those of the section on screen, or all."""
        from chatbot.tui.screens.page import carried_page

        protocol, case = self.interview.protocol, self.interview.case
        here = None if case.shown is None else protocol.questions[case.shown].section
        section = here if case.shown in unconfirmed(protocol, case) and self._offered_all else None
        waiting = [each.question for each in carried_to_confirm(protocol, case, section)]
        self._offered_all = True

        def told(agreed: bool | None) -> None:
            if agreed:
                self._go(cmd.ConfirmCarried(section))

        self.app.push_screen(carried_page(self.case_view(), waiting, self.words), told)

    def act_register(self) -> None:
        self.session.switch_register()
        self.reword()

    def act_reveal(self) -> None:
        """Show the private answers among the earlier ones, or cover them; the next answer covers them again."""
        self.revealed = not self.revealed
        self.redraw()

    def act_panel(self) -> None:
        from chatbot.tui.screens.panel import PanelScreen

        self.app.push_screen(PanelScreen(self._asking_flags(), revealed=self.revealed))

    def act_turn(self) -> None:
        from chatbot.tui.screens.turned import Turned

        if self.form is not None:
            turned = Turned(self)
            self.app.push_screen(turned, lambda _: self.adopt(turned))

    def act_why(self) -> None:
        from chatbot.tui.screens.page import why_page

        if self.form is not None:
            self.app.push_screen(why_page(self.form.view))

    def act_note(self) -> None:
        from chatbot.tui.screens.prompt import Prompt

        question = None if self.form is None else self.form.view.id
        said = "" if self.form is None else self.form.view.text

        def send(text: str, told: Prompt) -> None:
            self.attempt(cmd.AddNote(text, question), told.settled)

        def keep(text: str) -> None:
            self.keep_as_note(text, question)

        self.app.push_screen(Prompt("Note", said, send, keep=keep, place=f"note {question}"), lambda _: self.reword())

    def act_says(self) -> None:
        from chatbot.tui.screens.says import ask_for_it

        ask_for_it(self)

    def _says_first(self) -> None:
        from chatbot.tui.screens.says import ask_for_it

        ask_for_it(self, first=True)

    def act_jump(self) -> None:
        from chatbot.tui.screens.jump import Jump

        self.app.push_screen(Jump(), lambda key: self.go_to(key) if key else None)

    def go_to(self, question: str) -> None:
        """Put a question."""
        self._go(cmd.Show(question))

    @property
    def may_be_left(self) -> bool:  # type: ignore[override]
        """Nothing waits to be confirmed or to get its reason."""
        return self.form is None or self.form.mode in {Mode.KEYS, Mode.TYPING}

    def say(self, text: str) -> None:
        """Say something above the question until the next answer."""
        self.done = text
        self.redraw()

    def act_ask(self) -> None:
        from chatbot.tui.screens.follow_up import ask

        ask(self)

    def act_handover(self) -> None:
        from chatbot.tui.screens.page import handover_page

        self.app.push_screen(handover_page(self.interview.plan(), self.words))

    def act_hand_over(self) -> None:
        from chatbot.tui.screens.people import hand_over

        hand_over(self, self._went)

    def act_events(self) -> None:
        from chatbot.tui.screens.people import show_events

        show_events(self.ours)

    def act_plan(self) -> None:
        case = self.interview.case
        if case.next is None and case.plan_digest is None and not case.closed:
            self.attempt(cmd.IssuePlan(), lambda _: self._show_plan())
        else:
            self._show_plan()

    def _show_plan(self) -> None:
        self.show_plan()

    def show_plan(self, rule: str = "") -> None:
        """Show the plan, with the line of a recommendation opened."""
        from chatbot.tui.screens.plan import PlanScreen

        self.app.push_screen(PlanScreen(rule), lambda _: self.sync())

    def act_leave(self) -> None:
        if self.interview.case.closed:
            self.ours.left()
        else:
            self.attempt(cmd.Suspend(), lambda _: self.ours.left())
