"""Whose case is this? Asked before anything of a case is opened; with look-alikes a yes is not enough."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from chatbot.core.identity import CaseIdentity, Confirmation, marked
from chatbot.errors import BackstoryError
from chatbot.export.people import ask_for_code, codes
from chatbot.tui.action import Action
from chatbot.tui.lines import BLANK, Line, Seg, hang, line, rule, width_of, wrapped
from chatbot.tui.safe import is_safe
from chatbot.tui.screens.fault import Fault
from chatbot.tui.screens.scroll import ScrollSheet
from chatbot.tui.words import day_words

if TYPE_CHECKING:
    from chatbot.tui.application import Backstory

SIDE_BY_SIDE = 70
"""Columns from which cases are compared side by side; below they stand under each other."""

NAMES = 7
"""Columns of the names of the fields."""

LONGEST = 40
"""Characters that may be typed as a code."""


class ConfirmCase(ScrollSheet[bool]):
    """True: confirmed. False: something else than the code was typed. None: given up."""

    PLACES: ClassVar[tuple[str, ...]] = ("confirm",)

    def __init__(self, asked: Confirmation) -> None:
        super().__init__()
        self.asked = asked
        self.typed = ""

    def header(self, width: int) -> list[Line]:
        rows = wrapped("Is this the right person?", width, "strong")
        if self.asked.asks_for_code:
            said = ask_for_code(self.asked).removesuffix(", or Enter to leave it:")
            rows += [*wrapped(f"{said}:", width), line(Seg(f"{self.typed}▏", "key"))]
        return [*rows, rule(width)]

    def lines(self, width: int) -> list[Line]:
        asked = self.asked
        rows: list[Line] = []
        if asked.notice:
            rows += [*wrapped(f"! {asked.notice}", width, "warn"), BLANK]
        if asked.look_alikes:
            rows += wrapped(self._warning(), width, "warn")
        rows += self._compared(width) if width >= SIDE_BY_SIDE else self._stacked(width)
        return [*rows, BLANK, *wrapped("Compare label and code with the person before you.", width)]

    def _warning(self) -> str:
        count = len(self.asked.look_alikes)
        one = "Another case in progress has a label that is"
        cases = one if count == 1 else f"{count} other cases in progress have labels that are"
        return f"{cases} easily mistaken for this one. What differs stands in [brackets]."

    def _columns(self) -> list[tuple[str, CaseIdentity, str]]:
        """Return a title, the case, and the label it is compared with: the chosen case first."""
        asked = self.asked
        if not asked.look_alikes:
            return [("", asked.chosen, asked.chosen.label)]
        others = [(f"NOT THIS: {why}", other, asked.chosen.label) for other, why in asked.look_alikes]
        return [("THE CASE YOU CHOSE", asked.chosen, asked.look_alikes[0][0].label), *others]

    def _fields(self, each: CaseIdentity, other: str) -> list[tuple[str, Line]]:
        """Return what is compared, by name."""
        shown = [(name, line(Seg(code, "strong"))) for name, code in codes(self.asked, each)]
        if each.subject and not self.asked.asks_for_code:
            shown = [(name, code) for name, code in shown if name == "code"]
        return [
            ("label", _label(each.label, other, compare=self.asked.asks_for_code)),
            *shown,
            ("kind", line(Seg(each.kind, "" if each.kind == "clinical" else "warn"))),
            ("day", line(day_words(each.as_of))),
            ("phase", line(each.phase)),
            ("last", line(each.section or "–")),
        ]

    def _stacked(self, width: int) -> list[Line]:
        rows: list[Line] = []
        for title, each, other in self._columns():
            rows += [*([BLANK] if rows else []), *(wrapped(title, width, "strong") if title else [])]
            for name, said in self._fields(each, other):
                rows += _beside(f"{name:<7}", said, width)
        return rows

    def _compared(self, width: int) -> list[Line]:
        """Draw the chosen case at the left of every row of look-alikes."""
        chosen, *others = self._columns()
        if not others:
            return self._stacked(width)
        room = (width - NAMES) // (2 if width < 100 else 3) - 2
        across = 1 if width < 100 else 2
        rows: list[Line] = []
        for start in range(0, len(others), across):
            rows += [BLANK, *_table([chosen, *others[start : start + across]], self._fields, room)]
        return rows

    # --- keys ---

    def can(self, action: str) -> bool:
        if action == "agree":
            return not self.asked.asks_for_code
        return action != "give_code" or bool(self.typed)

    def plain_key(self, key: str) -> bool:
        if not self.asked.asks_for_code:
            return False
        if key == "backspace":
            self.typed = self.typed[:-1]
        elif len(key) == 1 and is_safe(key) and len(self.typed) < LONGEST:
            self.typed += key
        else:
            return False
        self.redraw()
        return True

    def act_up(self) -> None:
        self.scroll_lines(-1)

    def act_down(self) -> None:
        self.scroll_lines(1)

    def named(self, action: Action) -> str:
        return "yes, go on" if action.id == "agree" else super().named(action)

    def act_agree(self) -> None:
        self.dismiss(True)

    def act_give_code(self) -> None:
        self.dismiss(self.asked.accepts(self.typed))

    def act_dismiss(self) -> None:
        self.dismiss(None)


def _label(label: str, other: str, *, compare: bool) -> Line:
    """Draw a label; where two are compared, what differs stands in brackets."""
    if not label or not compare:
        return line(Seg(label or "none", "strong"))
    parts = marked(label, other)
    return tuple(Seg(f"[{piece}]", "caret") if differs else Seg(piece, "strong") for piece, differs in parts)


def _beside(head: str, said: Line, width: int) -> list[Line]:
    """Set a drawn value after its name; one too long for the line is folded."""
    if len(head) + width_of(said) <= width:
        return [(Seg(head), *said)]
    return hang(Seg(head), "".join(part.text for part in said), width, "strong")


def _table(
    columns: Sequence[tuple[str, CaseIdentity, str]],
    fields: Callable[[CaseIdentity, str], list[tuple[str, Line]]],
    room: int,
) -> list[Line]:
    """Draw cases side by side, one field a row. *room*: columns of each."""
    drawn = [[("", line(Seg(title, "strong"))), *fields(each, other)] for title, each, other in columns]
    names = list(dict.fromkeys(name for fields_ in drawn for name, _ in fields_))
    rows: list[Line] = []
    for name in names:
        cells = [_beside("", dict(fields_).get(name, line("–")), room) for fields_ in drawn]
        for at in range(max(map(len, cells))):
            row: Line = (Seg(f"{name if at == 0 else '':<{NAMES}}"),)
            for cell in cells:
                part = cell[at] if at < len(cell) else BLANK
                row = (*row, *part, Seg(" " * (room + 2 - width_of(part))))
            rows.append(row)
    return rows


def go_on_with(app: Backstory, path: Any, left: Callable[[], None] = lambda: None) -> None:
    """Let a case be confirmed, then open it for another sitting. *left*: what comes where it is not opened."""
    from chatbot.tui.screens.page import told_page
    from chatbot.tui.screens.people import with_actor

    session = app.session

    def opened() -> None:
        try:
            session.interview = session.services.resume_case(path)
        except BackstoryError as error:
            app.push_screen(Fault(error), lambda _: left())
        else:
            app.open_interview()

    def answered(said: bool | None) -> None:
        if said:
            with_actor(app, opened)
        elif said is None:
            left()
        else:
            told = (
                "Nothing was opened.",
                f"What was typed is not the end of the {asked.code_name} code of the case you chose.",
                "Compare the label and the code with the patient's record, and choose again.",
            )
            app.push_screen(told_page("Not this case", told, ""), lambda _: left())

    try:
        asked = session.services.look(path)
    except BackstoryError as error:
        app.push_screen(Fault(error), lambda _: left())
        return
    app.push_screen(ConfirmCase(asked), answered)
