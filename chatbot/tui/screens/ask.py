"""A screen that asks one question: the form, its field, and what happens to an answer.

One screen with all that may happen to its answer, so it stays one module past 400 lines.
"""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key

from chatbot.core.commands import CORRECTION_REASONS, GiveAnswer, Refusal, Withdraw
from chatbot.core.keys import score_key
from chatbot.core.protocol import QuestionType
from chatbot.core.values import Answer
from chatbot.core.view import AnsweredView, View
from chatbot.tui.actions import STATUS_ACTIONS
from chatbot.tui.drafts import NOTHING, begun, resume
from chatbot.tui.drawing import history, question, standing
from chatbot.tui.drawing.tables import Drawn
from chatbot.tui.form import Form, Mode, Outcome
from chatbot.tui.lines import BLANK, Line, reveal, window
from chatbot.tui.screens.base import Sheet
from chatbot.tui.screens.preview import weigh
from chatbot.tui.sight import Sight
from chatbot.tui.widgets.entry import Entry
from chatbot.tui.widgets.pane import Pane

T = TypeVar("T")

TEXT_ROWS = 3
"""Rows of the field for free text."""

QUIET_ROWS = 8
"""Rows for earlier answers above the question, so that it begins at the same place every time."""

LEAST_ROWS = 5
"""Rows of choices below which nothing is held on top of them."""

MANY_KEYS = frozenset({QuestionType.SEVERAL, QuestionType.GRID, QuestionType.INSTRUMENT})
"""Questions one key does not answer: what they are called is a place where keys have a meaning of their own."""

EDITING = frozenset({"backspace", "delete", "left", "right", "up", "down"})
"""Keys that belong to the field while there is text in it."""


class AskSheet(Sheet[T]):
    """Shows a question and sends its answer. Subclasses say which question, and what comes after."""

    NAMES_CASE: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__()
        self.view: View | None = None
        self.form: Form | None = None
        self.top = 0
        self.scrolled = False
        """The person looks elsewhere than at the mark."""
        self.overflows = False
        self.sight = Sight()
        """Which choices of a list, or rows of a table, have been on screen."""
        self.page_rows = 0
        """How many rows of the question the window shows."""
        self.turned_page = False
        """Enter has turned a page of this question: held down, it gives nothing."""
        self.above = Pane(self._above, id="above")
        self.below = Pane(self._below, id="below")
        self.entry: Entry | None = None
        self._answer_then: Answer | None = None
        """The answer that stood when the question came up."""
        self.asking = Vertical(self.above, self.below, id="asking")

    # --- for subclasses ---

    def look(self) -> View:
        """Return the view to show now."""
        raise NotImplementedError

    def answered(self) -> None:
        """Go on after an answer was recorded."""
        raise NotImplementedError

    def earlier(self) -> tuple[AnsweredView, ...]:
        """Return the answers to show above the question."""
        return ()

    def instead(self, width: int, height: int) -> list[Line]:
        """Draw what is shown when there is no question."""
        return []

    # --- showing ---

    def header(self, width: int) -> list[Line]:
        return [] if self.view is None else standing.header(self.view, width, self.narrow)

    def body(self) -> ComposeResult:
        yield self.asking

    def on_mount(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Show the case for the first time."""
        self.sync()

    def sync(self) -> None:
        """Show the case as it stands now."""
        self.remember()
        before = self.form
        self.view = self.look()
        shown = self.view.question
        if shown is None:
            self.form = None
        else:
            found = self.interview.protocol.questions[shown.id]
            self.form = Form(shown, found, self.interview.case.as_of, self.key_for("all_normal"))
            resume(self.form, self.session.drafts.at(self.interview.case.case, shown.id))
            self._answer_then = self.interview.case.answers.get(shown.id)
        self.top, self.scrolled, self.turned_page = 0, False, False
        self._set_field()
        if before is None or shown is None or before.view.id != shown.id:
            self.fresh()
        self.redraw()

    def reword(self) -> None:
        """Show the same question in the present register; what was entered stays."""
        self.view = self.look()
        if self.form is not None and self.view.question is not None:
            self.form.view = self.view.question
        self.redraw()

    def adopt(self, other: AskSheet[Any]) -> None:
        """Show the case as it stands, with what was entered on another screen at the same question."""
        other.remember()
        if self.form is not None:
            self.form.sent = True  # what was begun is on the other screen
        self.sync()
        if self.form is None or other.form is None or self.form.view.id != other.form.view.id:
            return
        self.form = other.form
        self.reword()
        self._set_field()
        if self.entry is not None and other.entry is not None and other.entry.text != self.entry.text:
            self.entry.load_text(other.entry.text)
            self.entry.move_cursor(self.entry.document.end)

    def resettle(self) -> None:
        self.reword()

    def remember(self) -> None:
        """Keep what was begun at this question and not given, until it is asked again."""
        form, entry = self.form, self.entry
        if form is None or form.sent or self.interview.case.answers.get(form.view.id) != self._answer_then:
            return
        typing = Mode.TYPING in {form.mode, form.before}
        typed = "" if entry is None or entry.untouched else entry.text
        self.session.drafts.keep(
            self.interview.case.case, form.view.id, begun(form, typed if typing or form.is_typed else form.draft)
        )

    def on_unmount(self) -> None:
        self.remember()

    def _set_field(self) -> None:
        """Put the field where it belongs, with the answer that stands, or what was begun."""
        form = self.form
        if form is not None and (form.is_typed or form.naming):
            field = self._field()
            field.begin(form.prefill, TEXT_ROWS if form.type is QuestionType.TEXT else 1)
            field.letters_are_keys = not (form.letters_type or form.naming)
            field.resume(form.draft)
        self._show_field()

    def _field(self) -> Entry:
        """Return the field, mounted when it is needed first."""
        if self.entry is None:
            self.entry = Entry(id="entry")
            self.entry.closed_to_keys = lambda: self.ours.keeping.pending is not None
            self.asking.mount(self.entry, after=self.above)
        return self.entry

    def _show_field(self) -> None:
        """Show and focus the field exactly while the answer is being typed."""
        if self.entry is None:
            return
        typing = self.form is not None and self.form.mode is Mode.TYPING
        self.entry.display = typing
        if not typing:
            self.set_focus(None)
        elif self.entry.is_attached:
            # Not ``focus()``: it focuses later, and by then the next question may be up.
            self.set_focus(self.entry)
        else:
            self.call_after_refresh(self._show_field)

    @property
    def field_rows(self) -> int:
        """Rows the field takes; 0 while it is not shown."""
        if self.entry is None or not self.entry.display or self.entry.styles.height is None:
            return 0
        return int(self.entry.styles.height.value)

    def draw_question(self, width: int, height: int) -> Drawn:
        """Draw the question with its choices."""
        assert self.form is not None
        return question.above(self.form, self.words, width, self.tight, height)

    def _above(self, width: int, height: int) -> list[Line]:
        """Draw earlier answers and the question; without a field, also what would stand below it."""
        if self.form is None:
            return self.instead(width, height)
        below = self._under(width, height)
        room = max(height - self.field_rows - len(below), 3) if self.field_rows else height
        drawn = self.draw_question(width, room)
        rows, first, last = drawn.lines, drawn.first, drawn.last
        if not self.field_rows:
            if self.form.mode in {Mode.DOUBT, Mode.REASONS}:
                first, last = len(rows), len(rows) + len(below) - 1
            rows = [*rows, *below]
        self.overflows = len(rows) > room
        if self.overflows:
            shown = self._part(rows, room, None if self.scrolled or first < 0 else (first, last), drawn.held)
            self._see(drawn, len(rows), width)
            return shown
        self.top, self.page_rows = 0, len(rows)
        self._see(drawn, len(rows), width)
        spare = min(QUIET_ROWS, room - len(rows) - 1)
        if spare < 1:
            return rows
        quiet = history.recent(self.earlier(), width, spare)
        return [*[BLANK] * (spare - len(quiet) if not self.tight else 0), *quiet, BLANK, *rows]

    def _part(self, rows: list[Line], room: int, mark: tuple[int, int] | None, held: tuple[Line, ...]) -> list[Line]:
        """Draw the part of the question there is room for, with what must stay on top of it."""
        if mark is not None:
            self.top = reveal(*mark, self.top, room)
        if not self.top or room - len(held) < LEAST_ROWS:
            held = ()
        elif mark is not None:
            self.top = reveal(*mark, self.top, room - len(held))
        self.page_rows = room - len(held)
        shown, self.top = window(rows, self.page_rows, self.top, self.page_keys)
        return [*held, *shown]

    def _see(self, drawn: Drawn, length: int, width: int) -> None:
        """Take note of the choices in sight; the rows at the edges of a part only count what is left out."""
        assert self.form is not None
        before, bottom = self.sight.whole, self.top + self.page_rows
        of = (self.form.view.id, self.form.view.text, width)
        self.sight.look(of, drawn.parts, self.top + bool(self.top), bottom - (bottom < length))
        if self.sight.whole != before:
            self.call_later(self.footer_pane.redraw)

    @property
    def unread(self) -> bool:
        """It is a list with choices that were not on screen yet: what nobody saw is not answered with the rest."""
        form = self.form
        return form is not None and form.type is QuestionType.SEVERAL and not self.sight.whole

    def _below(self, width: int, height: int) -> list[Line]:
        return self._under(width, height) if self.field_rows else []

    def _under(self, width: int, height: int) -> list[Line]:
        """Draw the hint, what is in doubt or wrong, and the ways to answer without a value."""
        if self.form is None:
            return []
        labels = [(each.key, each.label) for each in self.form.view.statuses]
        typing = self.form.mode is Mode.TYPING and "question" not in self.places()
        most = height - self.field_rows - 3 if self.field_rows else height * 4
        return question.below(self.form, self.words, width, labels, tight=self.tight, escape=typing, most=most)

    # --- keys ---

    def places(self) -> tuple[str, ...]:
        form = self.form
        if form is None:
            return ("review",)
        if form.mode is Mode.DOUBT:
            return ("doubt",)
        if form.mode is Mode.REASONS:
            return ("reasons",)
        scroll = ("scroll",) if self.overflows else ()
        if form.mode is Mode.TYPING:
            if form.naming:
                return ("naming", "typing", *scroll)
            letters = self.entry is not None and self.entry.letters_are_keys and self.entry.untouched
            return ("typing", *(("question",) if letters else ()), *scroll)
        kind = (form.type.value,) if form.type in MANY_KEYS else ()
        if self.unread:
            return ("unread", *kind, "question", *scroll)
        return (*kind, "question", *scroll)

    def can(self, action: str) -> bool:
        form, view = self.form, self.view
        if form is None or view is None:
            return True
        if action in STATUS_ACTIONS:
            return any(each.status == STATUS_ACTIONS[action] for each in form.view.statuses)
        answered = form.view.id in self.interview.case.answers
        match action:
            case "type":
                return (form.is_typed or form.can_be_named) and form.mode is Mode.KEYS
            case "still_so":
                return (form.view.expired or form.view.carried) and form.view.stored is not None
            case "all_normal":
                return form.view.normal is not None
            case "withdraw":
                return answered and form.mode is Mode.KEYS
            case "leave_field":
                return form.letters_type or form.naming or not (self.entry is None or self.entry.untouched)
            case "commit":
                return form.mode is Mode.TYPING or not form.is_typed or bool(form.view.options)
            case "up" | "down" | "left" | "right":
                if form.naming:
                    return bool(form.name.offered(form.view))
                return form.mode is Mode.KEYS and bool(form.view.options or form.scale or form.question.is_table)
        return True

    def worth_showing(self, action: str) -> bool:
        form = self.form
        if action == "all_normal":
            return False  # the footer names the choice itself, among the keys of the question
        if action != "commit" or form is None or form.mode is Mode.TYPING:
            return True
        return form.caret >= 0 or form.type in MANY_KEYS

    def extra_keys(self) -> list[tuple[str, str]]:
        form = self.form
        if form is None or form.mode is not Mode.KEYS:
            return []
        keys = [str(number) for number in form.scale if number < 10] or list(form.keys)
        if form.type is QuestionType.INSTRUMENT:
            keys = [each.key for each in form.item_options]
        elif form.type is QuestionType.GRID:
            keys = [key for key, _ in form.choices()]
        shown = f"{keys[0]}-{keys[-1]}" if len(keys) > 2 and keys == sorted(keys) else " ".join(keys)
        shown += f" {score_key(10)}" if 10 in form.scale else ""
        label = "mark" if form.type in {QuestionType.SEVERAL, QuestionType.GRID} else "answer"
        rest = [(self.key_for("all_normal"), f"rest: {form.normal.lower()}")] if form.normal else []
        return [*([(shown, label)] if keys else []), *rest]

    def press(self, key: str) -> bool:
        choosing = self.form is not None and self.form.naming and key in {"up", "down"}
        if key in EDITING and not choosing and self.entry is not None and self.entry.has_focus and self.entry.text:
            return False
        return super().press(key)

    def resized(self) -> None:
        self.sight.forget()
        if self.too_small:
            self.set_focus(None)
        else:
            self._show_field()

    def plain_key(self, key: str) -> bool:
        if self.form is None:
            return False
        if self.form.mode is Mode.TYPING and self.entry is not None and not self.entry.has_focus:
            # The field gets its focus a moment after it is shown; what is typed fast is not lost meanwhile.
            return self.entry.take(key)
        if not self.form.takes(key):
            return False
        if self.unread and self.form.gives_all(key):
            self.act_read_on()
            return True
        self._send(self.form.press(key))
        return True

    def act_up(self) -> None:
        self._move(-1, 0)

    def act_down(self) -> None:
        self._move(1, 0)

    def act_left(self) -> None:
        self._move(0, -1)

    def act_right(self) -> None:
        self._move(0, 1)

    def _move(self, down: int, right: int) -> None:
        if self.form is not None:
            self.scrolled = False
            self.form.move(down, right)
            self.redraw()

    def act_page_up(self) -> None:
        self._scroll(-4)

    def act_page_down(self) -> None:
        self._scroll(4)

    def _scroll(self, rows: int) -> None:
        self.top, self.scrolled = max(0, self.top + rows), True
        self.redraw()

    def act_commit(self) -> None:
        if self.form is not None:
            self._send(self.form.commit(self.entry.text if self.entry is not None else ""))
            if self.form is not None and self.form.naming and not self.form.name.typed and self.entry is not None:
                self.entry.begin("", 1)

    def act_read_on(self) -> None:
        """Show the next choices; nothing of a list is answered before all of it was in sight."""
        self.turned_page = True
        self._scroll(max(self.page_rows - 2, 1))

    def on_key(self, event: Key) -> None:
        """Drop a key that turned a page and may be held down since."""
        if self.turned_page and self.ours.held(event):
            keys = {key for action in self.working() if action.id in {"commit", "read_on"} for key in action.keys}
            if event.key in keys:
                event.stop()
                event.prevent_default()

    def act_all_normal(self) -> None:
        if not self.sight.whole:
            self.act_read_on()
        elif self.form is not None:
            self._send(self.form.all_normal())

    def act_confirm(self) -> None:
        if self.form is not None:
            self._send(self.form.confirmed())

    def act_cancel(self) -> None:
        if self.form is not None:
            self.form.cancel()
            self._show_field()
            self.redraw()

    def act_type(self) -> None:
        if self.form is not None:
            self.form.mode = self.form.before = Mode.TYPING
            if self.form.naming:
                self._set_field()
            self._show_field()
            self.redraw()

    def act_leave_field(self) -> None:
        """Make letters keys again; the text stays in the field."""
        if self.form is not None:
            self.form.mode = self.form.before = Mode.KEYS
            self.form.draft = self.entry.text if self.entry is not None else ""
            self.form.problem = None
            self._show_field()
            self.redraw()

    def act_source(self) -> None:
        if self.form is not None:
            self.form.next_source()
            self.redraw()

    def act_withdraw(self) -> None:
        if self.form is not None:
            self._send(Withdraw(self.form.view.id))

    def _status(self, status: str) -> None:
        if self.form is not None:
            self._send(self.form.give(status=status))

    def act_status_unknown(self) -> None:
        self._status("unknown")

    def act_status_declined(self) -> None:
        self._status("declined")

    def act_status_not_assessed(self) -> None:
        self._status("not_assessed")

    def act_status_cannot_apply(self) -> None:
        self._status("cannot_apply")

    # --- the field ---

    @on(Entry.Given)
    def _given(self, event: Entry.Given) -> None:
        held = self.repeats("enter", event.pressed_at)
        waits = self.too_small or self.ours.keeping.pending is not None
        if not waits and not held and not self.unseen(event.pressed_at):
            self.act_commit()

    @on(Entry.Left)
    def _left(self) -> None:
        if self.can("leave_field"):
            self.act_leave_field()
        elif self.can("go_on"):
            self.act_go_on()

    def act_go_on(self) -> None:
        """Nothing to go on to, unless a subclass knows better."""

    @on(Entry.Refused)
    def _refused_text(self, event: Entry.Refused) -> None:
        if self.form is not None:
            self.form.problem = (event.message, event.hint)
            self.redraw()

    @on(Entry.Touched)
    def _touched(self) -> None:
        """What is typed is kept; a problem said about the text before does not stand beside the text now."""
        self.remember()
        self.footer_pane.redraw()
        if self.form is None:
            return
        named = self.form.naming and self.entry is not None and self.form.name.follow(self.entry.text)
        if self.form.problem is not None or named:
            self.form.problem = None
            self.redraw()

    def keep_draft(self) -> None:
        """Keep free text that was not given yet."""
        form, entry = self.form, self.entry
        if form is not None and form.type is QuestionType.TEXT and entry is not None and not entry.untouched:
            self.keep_as_note(entry.text, form.view.id)

    # --- sending ---

    def _send(self, outcome: Outcome) -> None:
        if outcome is None:
            self._show_field()
            self.redraw()
            return
        weigh(self, outcome, self._make, self._left_as_it_is)

    def _make(self, command: GiveAnswer | Withdraw) -> None:
        self.attempt(command, lambda refusal: self._answered(command, refusal))

    def _left_as_it_is(self) -> None:
        """Stand on the answer that stands again."""
        if self.form is not None:
            self.form.stand()
        self._show_field()
        self.redraw()

    def _given_now(self) -> None:
        """Nothing is left of what was begun: it was given."""
        if self.form is not None:
            self.form.sent = True
            self.session.drafts.keep(self.interview.case.case, self.form.view.id, NOTHING)

    def _answered(self, command: GiveAnswer | Withdraw, refusal: Refusal | None) -> None:
        if refusal is None:
            self._given_now()
            self.answered()
            return
        if self.form is not None:
            labels = {each: self.words.label(f"reason.{each}") for each in CORRECTION_REASONS}
            self.form.refused(command, refusal, labels)
            self._show_field()
            self.redraw()
