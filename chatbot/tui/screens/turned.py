"""The screen turned to the person: the question alone, in plain words, large and calm.

Nothing of the case is on it but whose it is: no urgency, no earlier answers, no status of the content. Answers may be
given here; what needs a look at more than the question waits until the screen is turned back.
"""

from __future__ import annotations

from typing import ClassVar

from chatbot.core.preview import Consequences, consequences
from chatbot.core.view import View
from chatbot.tui.actions import STATUS_ACTIONS
from chatbot.tui.drawing import question, standing
from chatbot.tui.drawing.tables import Drawn
from chatbot.tui.form import Mode, Outcome
from chatbot.tui.lines import BLANK, Line, Seg, prefixed, wrapped
from chatbot.tui.screens.ask import AskSheet
from chatbot.tui.words import Words

WIDEST = 70
"""Columns of the question: a line that is read at arm's length."""

OFFERED = frozenset(STATUS_ACTIONS) | frozenset(
    "turn interrupt stop theme commit type leave_field confirm cancel all_normal up down left right later"
    " page_up page_down read_on".split()
)
"""What keys do while the person looks: nothing that shows more than the question."""

REGISTER = "patient"


class Turned(AskSheet[None]):
    """Stands over the screen that asks the same question; closes when it is turned back."""

    NAMES_EMERGENCY: ClassVar[bool] = True
    """No band: what stands is not for the person to read alone. It comes back with the clinician's side."""
    HERE: ClassVar[str] = "the screen turned to the person"

    def __init__(self, under: AskSheet[None]) -> None:
        super().__init__()
        self.under = under
        self.covered = False
        """The question is private and has an answer, whole or begun: it is not shown here."""

    @property
    def words(self) -> Words:
        return Words(self.interview.protocol, REGISTER, self.ours.keymap)

    def look(self) -> View:
        return self.interview.view(REGISTER)

    def begin(self) -> None:
        form, field = self.under.form, self.under.entry
        if form is not None and form.view.private:
            typed = form.is_typed and field is not None and field.text
            self.covered = bool(form.view.answer or form.chosen or form.cells or typed)
        self.adopt(self.under)

    def _show_field(self) -> None:
        super()._show_field()
        if self.entry is not None:
            self.entry.styles.margin = (0, self._indent(self.size.width))
            if self.covered:
                self.entry.display = False
                self.set_focus(None)

    def answered(self) -> None:
        self.covered = False
        if self.interview.case.alarms:
            self.dismiss(None)
        else:
            self.sync()

    # --- drawing ---

    def header(self, width: int) -> list[Line]:
        return standing.whose(self.interview.case, width)

    def _indent(self, width: int) -> int:
        return max(0, (width - WIDEST) // 2)

    def draw_question(self, width: int, height: int) -> Drawn:
        assert self.form is not None
        indent = self._indent(width)
        room = min(width, WIDEST)
        if self.covered:
            said = "This has an answer. It is not shown here."
            rows = [*wrapped(self.form.view.text, room, "strong"), BLANK, *wrapped(said, room, "quiet")]
            drawn = Drawn(rows)
        else:
            drawn = question.calm(self.form, self.words, room, height - 2)
        held = tuple(prefixed(drawn.held, Seg(" " * indent)))
        lines = prefixed(drawn.lines, Seg(" " * indent))
        return Drawn(lines, drawn.first, drawn.last, held, drawn.parts)

    def _under(self, width: int, height: int) -> list[Line]:
        if self.form is None or self.covered:
            return []
        indent = self._indent(width)
        labels = [(each.key, each.label) for each in self.form.view.statuses if each.status in {"unknown", "declined"}]
        keys = "question" not in self.places()
        drawn = question.calm_below(self.form, self.words, labels, min(width, WIDEST), escape=keys)
        return prefixed(drawn, Seg(" " * indent))

    def instead(self, width: int, height: int) -> list[Line]:
        return [BLANK] * (height // 3) + wrapped("Thank you. That was the last question.", width, "strong")

    # --- keys ---

    def places(self) -> tuple[str, ...]:
        return super().places() if self.form is not None else ("question",)

    def can(self, action: str) -> bool:
        if self.covered or self.form is None:
            return action in {"turn", "interrupt", "stop", "theme"}
        return action in OFFERED and super().can(action)

    def worth_showing(self, action: str) -> bool:
        return action in {"turn", "commit"} and super().worth_showing(action)

    def extra_keys(self) -> list[tuple[str, str]]:
        return [(self.key_for("turn"), "turn back")]

    def plain_key(self, key: str) -> bool:
        return not self.covered and super().plain_key(key)

    def act_turn(self) -> None:
        self.dismiss(None)

    def act_later(self) -> None:
        """Leave this question for later, as the person wishes, and go on."""
        from chatbot.core.commands import Postpone

        if self.form is not None:
            self.attempt(Postpone(self.form.view.id), lambda refusal: None if refusal else self.answered())

    # --- sending ---

    def _send(self, outcome: Outcome) -> None:
        if outcome is not None:
            found = consequences(self.interview.protocol, self.interview.case, outcome)
            if isinstance(found, Consequences) and found.shown_first and outcome.because is None:
                self._turn_back_first()
                return
        super()._send(outcome)

    def _turn_back_first(self) -> None:
        if self.form is not None:
            self.form.mode = self.form.before if self.form.mode is Mode.DOUBT else self.form.mode
            self.form.problem = ("this changes more than this answer", "turn the screen back to change it")
            self.redraw()
