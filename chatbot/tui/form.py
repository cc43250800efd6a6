"""One question being answered: what is marked, chosen or in doubt. No widget, no case; keys in, a command out.

One state with all its keys, so it stays one module a little past 400 lines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from chatbot.core.cells import has_records, rest_normal, with_cell
from chatbot.core.commands import CORRECTION_REASONS, GiveAnswer, Refusal, Withdraw
from chatbot.core.entry import EntryProblem, option_keys, read_entry
from chatbot.core.entry_names import NAMED
from chatbot.core.keys import LETTER_KEYS, OPTION_KEYS, each_has_its_own, score_of_key
from chatbot.core.protocol import QuestionType
from chatbot.core.values import Source, Stored
from chatbot.tui.naming import Naming

if TYPE_CHECKING:
    from chatbot.core.protocol import Question
    from chatbot.core.view import OptionView, QuestionView

ONE_CHOICE = frozenset({QuestionType.YES_NO, QuestionType.CHOICE})
ALIASES = {"y": "yes", "n": "no"}
"""Letters that answer a yes/no question beside its digits."""


class Mode(StrEnum):
    """What keys mean at this question right now."""

    KEYS = "keys"
    TYPING = "typing"
    DOUBT = "doubt"
    """An unusual value waits to be confirmed."""
    REASONS = "reasons"
    """A coded reason is asked for."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One coded reason with its key."""

    key: str
    id: str
    label: str


def _single(keys: tuple[str, ...]) -> tuple[str, ...]:
    """Return one keystroke for each choice: of a grade such as 4+ its sign, and letters where that is not enough.

    A digit never stands for anything but the grade of that number.
    """
    single = [key[-1:] for key in keys]
    if each_has_its_own(single):
        return tuple(single)
    return (*LETTER_KEYS[: len(keys)], *[""] * (len(keys) - len(LETTER_KEYS)))


Outcome = GiveAnswer | Withdraw | None
"""A command to send, or None when there is nothing to send yet."""


class Form:
    """The state of one question on screen."""

    def __init__(self, view: QuestionView, question: Question, as_of: datetime, normal_key: str = "n") -> None:
        """*normal_key*: how the key that fills the rest of a table as normal is written."""
        self.normal_key = normal_key
        self.view, self.question, self.as_of = view, question, as_of
        self.type = QuestionType(view.type)
        self.keys = _single(option_keys(view))
        self.scale = self._scale()
        self.mode = Mode.TYPING if self.is_typed and not view.options else Mode.KEYS
        self.before = self.mode
        """The mode a doubt or a reason returns to."""
        self.caret = self._first_caret()
        self.chosen: set[str] = {each.id for each in view.options if each.chosen}
        stored: Any = view.stored
        self.cells: dict[str, str] = dict(stored) if question.is_table and stored is not None else {}
        self.row = self.column = 0
        self.begun = bool(self.cells)
        """It had an answer when it came up: then nothing is given before it is asked for."""
        self.source: str | None = None
        self.problem: tuple[str, str] | None = None
        """What is wrong and what to do."""
        self.pending: GiveAnswer | Withdraw | None = None
        self.reasons: tuple[Reason, ...] = ()
        self.reason_member = "because"
        """The member of the pending command that the reason fills."""
        self.draft = ""
        """What was typed before the field was left."""
        self.sent = False
        """It was given and recorded."""
        self.resumed = False
        """Something was begun at this question before it came up again."""
        self.name = Naming()
        """The choice that is being typed by its name."""
        self.asks_for = ""
        """What the reasons are for, or what is in doubt."""

    # --- what it is ---

    @property
    def is_typed(self) -> bool:
        """The answer may be typed."""
        typed = {QuestionType.NUMBER, QuestionType.DATE, QuestionType.TEXT}
        return self.type in typed or (self.type is QuestionType.SCALE and not self.scale)

    @property
    def can_be_named(self) -> bool:
        """The answer is a choice that may be typed by its name."""
        return self.type in NAMED

    @property
    def naming(self) -> bool:
        """A choice is being typed by its name."""
        return self.can_be_named and self.mode is Mode.TYPING

    @property
    def letters_type(self) -> bool:
        """Letters belong to the answer, even the first one: keys must wait until the field is left."""
        return self.type in {QuestionType.TEXT, QuestionType.DATE}

    @property
    def prefill(self) -> str:
        """The answer that stands, as it would be typed."""
        stored = self.view.stored
        if stored is None or not self.is_typed or (self.type is QuestionType.DATE and "/" in str(stored)):
            return ""
        return str(stored)

    def _scale(self) -> tuple[int, ...]:
        """Return the numbers of a scale that has a key for each; empty where they are typed."""
        if self.type is not QuestionType.SCALE:
            return ()
        low = 0 if self.question.minimum is None else int(self.question.minimum)
        high = 10 if self.question.maximum is None else int(self.question.maximum)
        return tuple(range(low, high + 1)) if 0 <= low <= high <= 10 else ()

    def _first_caret(self) -> int:
        """Stand on the answer that stands; otherwise nowhere, so that a stray Enter answers nothing."""
        if self.scale:
            stored = self.view.stored
            return self.scale.index(stored) if isinstance(stored, int) and stored in self.scale else -1
        return next((index for index, each in enumerate(self.view.options) if each.chosen), -1)

    def stand(self) -> None:
        """Go back to the answer that stands, where one choice is the whole answer; what took more keys is kept."""
        if self.scale or self.type in ONE_CHOICE:
            self.caret = self._first_caret()

    @property
    def item_options(self) -> tuple[OptionView, ...]:
        """The choices of the item of an instrument the mark stands on."""
        return self.view.rows[self.row].options

    def choices(self, column: int | None = None) -> list[tuple[str, OptionView]]:
        """Return each choice with its key; of a grid those of a column, by default the one the mark stands in."""
        if self.type is QuestionType.GRID:
            own = self.view.columns[self.column if column is None else column].options
            if own:
                return [(each.key, each) for each in own]
        return list(zip(self.keys, self.view.options, strict=True))

    def option_at(self, key: str) -> OptionView | None:
        """Return the choice a key stands for."""
        if self.type is QuestionType.INSTRUMENT:
            return next((each for each in self.item_options if key == each.key or each.id == ALIASES.get(key)), None)
        for own, option in self.choices():
            if key == own or (self.type is QuestionType.YES_NO and option.id == ALIASES.get(key)):
                return option
        return None

    def takes(self, key: str) -> bool:
        """Whether a plain key belongs to the question rather than to an action."""
        if self.mode is Mode.REASONS:
            return any(key == each.key for each in self.reasons)
        if self.mode is not Mode.KEYS:
            return False
        return self._number(key) is not None if self.scale else self.option_at(key) is not None

    def _number(self, key: str) -> int | None:
        number = score_of_key(key)
        return number if number in self.scale else None

    # --- keys ---

    def press(self, key: str) -> Outcome:
        """Take a key that ``takes`` accepted."""
        self.problem = None
        if self.mode is Mode.REASONS:
            return self._reasoned(next(each.id for each in self.reasons if each.key == key))
        if self.scale:
            return self.give(self._number(key))
        option = self.option_at(key)
        assert option is not None
        if self.type is QuestionType.INSTRUMENT:
            return self._item(option)
        if self.type is QuestionType.GRID:
            self._grade(option)
            return None
        self.caret = self.view.options.index(option)
        if self.type is QuestionType.SEVERAL:
            if self.gives_all(key):
                return self.give([option.id])
            self._toggle(option)
            return None
        return self.give(option.stored or option.id)

    def gives_all(self, key: str) -> bool:
        """Whether a key answers a list at once: none of these, where nothing is chosen and no answer stands."""
        option = self.option_at(key) if self.type is QuestionType.SEVERAL else None
        return option is not None and option.exclusive and not self.chosen and self.view.stored is None

    def _toggle(self, option: OptionView) -> None:
        if option.id in self.chosen:
            self.chosen.discard(option.id)
            return
        if option.exclusive:
            self.chosen = {option.id}
        else:
            self.chosen -= {each.id for each in self.view.options if each.exclusive}
            self.chosen.add(option.id)

    @property
    def normal(self) -> str:
        """The words of the choice that stands for every cell left open; empty where there is none."""
        named = (each.label for _, each in self.choices(0) if each.id == self.view.normal)
        return next(named, "") if self.type is QuestionType.GRID else ""

    @property
    def cell(self) -> str:
        """The cell of the table the mark stands on."""
        row = self.view.rows[self.row].id
        return row if self.type is QuestionType.INSTRUMENT else f"{row}.{self.view.columns[self.column].id}"

    def _grade(self, option: OptionView) -> None:
        self.cells = with_cell(self.question, self.cells, self.cell, option.id)
        if has_records(self.question) and option.id == self.view.normal:
            self.column = len(self.view.columns) - 1
        if self.column + 1 < len(self.view.columns):
            self.column += 1
        elif self.row + 1 < len(self.view.rows):
            self.row, self.column = self.row + 1, 0

    def _item(self, option: OptionView) -> Outcome:
        """Answer an item and go on to the next without an answer; the last answer gives the whole."""
        self.cells[self.cell] = option.id
        ids = [each.id for each in self.view.rows]
        after = [*range(self.row + 1, len(ids)), *range(self.row)]
        left = [place for place in after if ids[place] not in self.cells]
        if not left and not self.begun:
            return self.commit()
        self.row = left[0] if left and not self.begun else min(self.row + 1, len(ids) - 1)
        return None

    def move(self, down: int, right: int) -> None:
        """Move the mark."""
        self.problem = None
        if self.naming:
            self.name.move(self.view, down)
            return
        if self.question.is_table:
            self.row = max(0, min(self.row + down, len(self.view.rows) - 1))
            self.column = max(0, min(self.column + right, len(self.view.columns) - 1))
            return
        last = len(self.scale or self.view.options) - 1
        step = down or right
        self.caret = max(0, min(self.caret + step, last)) if self.caret >= 0 else (0 if step > 0 else last)

    def clear_cell(self) -> None:
        """Empty the cell the mark stands on: not recorded."""
        self.cells.pop(self.cell, None)

    # --- answers ---

    def give(self, value: Stored | None = None, status: str | None = None) -> GiveAnswer:
        """Make the command that gives a value or a status."""
        return GiveAnswer(self.view.id, value=value, status=status, source=self.source)

    def commit(self, typed: str = "") -> Outcome:
        """Give what is marked, chosen or typed; None with a problem when that is nothing."""
        self.problem = None
        if self.naming:
            return self._named(typed)
        if self.mode is Mode.TYPING:
            return self._read(typed)
        if self.type is QuestionType.SEVERAL:
            return self._marked()
        if self.type is QuestionType.INSTRUMENT:
            items = {each.id: self.cells[each.id] for each in self.view.rows if each.id in self.cells}
            return self.give(items) if items else self._say("no item is answered", "answer one, or say why not")
        if self.type is QuestionType.GRID:
            hint = (
                "set a cell" if self.view.normal is None else f"press {self.normal_key} if all is normal, or set a cell"
            )
            return self.give(dict(self.cells)) if self.cells else self._say("no cell is filled in", hint)
        if self.caret < 0:
            return self._say("no answer is marked", "press the key of an answer, or move to it with the arrows")
        if self.scale:
            return self.give(self.scale[self.caret])
        option = self.view.options[self.caret]
        return self.give(option.stored or option.id)

    def _marked(self) -> Outcome:
        ordered = [each.id for each in self.view.options if each.id in self.chosen]
        return self.give(ordered) if ordered else self._say("nothing is chosen", "mark what is true, or say why not")

    def _read(self, typed: str) -> Outcome:
        entry = read_entry(self.question, typed, self.as_of)
        if isinstance(entry, EntryProblem):
            return self._say(entry.message, entry.hint)
        return self.give(entry.value)

    def _named(self, typed: str) -> Outcome:
        """Take the choice that is named; of several choices mark it, and nothing typed gives those marked."""
        self.name.follow(typed)
        is_several = self.type is QuestionType.SEVERAL
        meant = self.name.taken(self.view)
        if meant is None and is_several and not typed.strip():
            return self._marked()
        if meant is None and is_several and re.search("[,;]", typed):
            return self._named_at_once(typed)
        if meant is None:
            return self._say(*self.name.problem(self.view))
        if meant.is_status:
            return self.give(status=meant.id)
        option = next(each for each in self.view.options if each.id == meant.id)
        if not is_several:
            return self.give(option.stored or option.id)
        self._toggle(option)
        self.name.follow("")
        return None

    def _named_at_once(self, typed: str) -> Outcome:
        entry = read_entry(self.view, typed, self.as_of)
        if isinstance(entry, EntryProblem):
            return self._say(entry.message, entry.hint)
        assert isinstance(entry.value, list)
        self.chosen |= set(entry.value)
        self.name.follow("")
        return None

    def _say(self, message: str, hint: str) -> Outcome:
        self.problem = (message, hint)
        return None

    def all_normal(self) -> Outcome:
        """Fill every open cell of the table as normal, and give it."""
        if self.view.normal is None:
            return None
        return self.give(rest_normal(self.question, self.cells))

    def next_source(self) -> None:
        """Choose the next source for this answer; after the last comes the usual one again."""
        order = [each.value for each in Source]
        at = order.index(self.source or self.view.source)
        following = order[(at + 1) % len(order)]
        self.source = None if following == self.view.source else following

    # --- refusals ---

    def refused(self, command: GiveAnswer | Withdraw, refusal: Refusal, reason_labels: dict[str, str]) -> None:
        """Ask for what a refused command lacks, or say what is wrong. Nothing entered is lost."""
        self.pending = None
        if self.mode in {Mode.KEYS, Mode.TYPING}:
            self.before = self.mode
        match refusal.code:
            case "confirm_value":
                self.mode, self.pending, self.asks_for = Mode.DOUBT, command, refusal.message
            case "needs_reason":
                self._ask(command, refusal.message, [(each, reason_labels[each]) for each in CORRECTION_REASONS])
            case "needs_cannot_apply_reason":
                self._ask(command, refusal.message, [(each.id, each.label) for each in self.view.cannot_apply])
            case _:
                self.mode = self.before
                self.problem = (refusal.message, refusal.hint)
        self.reason_member = "because" if refusal.code == "needs_reason" else "reason"

    def _ask(self, command: GiveAnswer | Withdraw, message: str, choices: list[tuple[str, str]]) -> None:
        self.mode, self.pending, self.asks_for = Mode.REASONS, command, message
        self.reasons = tuple(Reason(key, *each) for key, each in zip(OPTION_KEYS, choices, strict=False))

    def confirmed(self) -> Outcome:
        """Return the doubtful command, now confirmed."""
        command = self.pending
        self._settle()
        return replace(command, confirmed=True) if isinstance(command, GiveAnswer) else None

    def _reasoned(self, reason: str) -> Outcome:
        command = self.pending
        self._settle()
        if isinstance(command, GiveAnswer) and self.reason_member == "reason":
            return replace(command, reason=reason)
        return None if command is None else replace(command, because=reason)

    def cancel(self) -> None:
        """Go back from a doubt or a reason to the question."""
        self._settle()

    def _settle(self) -> None:
        self.pending, self.reasons, self.asks_for = None, (), ""
        self.mode = self.before
