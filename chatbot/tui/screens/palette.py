"""The palette: commands that work now, questions, sections, recommendations and references, found by their words."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from textual.events import Key

from chatbot.core.case import is_open
from chatbot.core.find import Fit, Found, Kind, Target, find
from chatbot.core.find_content import content_targets, first_of, why_not
from chatbot.export.reference import reference_blocks
from chatbot.tui.key_names import spelled
from chatbot.tui.lines import BLANK, Line, Seg, fit, hang, line, pad, spread, wrapped
from chatbot.tui.screens.scroll import LongList

if TYPE_CHECKING:
    from chatbot.tui.screens.base import Sheet
    from chatbot.tui.screens.interview import InterviewScreen

MOST = 40
"""Things listed at once."""

LONGEST = 60
"""Characters that may be typed."""

KIND_WIDTH = 16
"""Columns of the kind of a thing, where there is room for one."""

NOT_LISTED = frozenset("palette up down left right page_up page_down".split())
"""Commands that move the mark, which is elsewhere by then."""


class Palette(LongList[Target]):
    """Closes with what was chosen. Letters are words to find it by."""

    PLACES: ClassVar[tuple[str, ...]] = ("find",)

    def __init__(self, behind: Sheet[Any]) -> None:
        super().__init__()
        self.behind = behind
        """The screen it was called from, whose commands it lists."""
        self.typed = ""
        self.caret = -1
        """The line Enter takes; none before something was typed or the mark was moved."""
        self.pressed = ("", 0.0)
        """The last key, and when it was pressed."""

    @cached_property
    def commands(self) -> dict[str, tuple[Target, str, str]]:
        """Each command that works where the palette was called from, with its key and what it does."""
        return {
            each.id: (
                Target(Kind.COMMAND, each.id, self.behind.named(each), (each.help,), tuple(map(spelled, each.keys))),
                each.shown,
                each.help,
            )
            for each in self.behind.working()
            if each.id not in NOT_LISTED
        }

    @cached_property
    def targets(self) -> list[Target]:
        """Everything that can be found here."""
        commands = [target for target, _, _ in self.commands.values()]
        if self.session.interview is None:
            return commands
        return [*commands, *content_targets(self.interview.protocol, self.interview.case, self.session.register)]

    @cached_property
    def found(self) -> list[Found]:
        """What fits what is typed; while nothing is typed, the commands."""
        if not self.typed.strip():
            return [Found(each, Fit.EXACT) for each in self.targets if each.kind is Kind.COMMAND]
        return find(self.targets, self.typed)

    # --- drawing ---

    def header(self, width: int) -> list[Line]:
        rows: list[Line] = []
        if self.session.interview is not None and self.interview.case.alarms:
            rows += wrapped("! An emergency waits to be read.", width, "warn")
        told = "words of anything: a question, a section, a recommendation, a reference, a command"
        rows.append(line(Seg("Find  ", "strong"), Seg(f"{self.typed}▏", "key")))
        rows += [] if self.typed or self.tight else wrapped(told, width, "quiet")
        return [*rows, line(Seg("─" * width, "quiet"))]

    def lines(self, width: int) -> list[Line]:
        found = self.found
        if not found:
            return wrapped("Nothing has these words. Fewer words, or part of one, find more.", width)
        rows = wrapped("Nothing has these words. Near:", width, "warn") if found[0].fit is Fit.NEAR else []
        for index, each in enumerate(found[:MOST]):
            first = len(rows)
            rows += self._row(each.target, index == self.caret, width)
            if index == self.caret and self.focus_rows is not None:
                self.focus_rows = (first, len(rows) - 1)
        if len(found) > MOST:
            rows += [BLANK, *wrapped(f"{len(found) - MOST} more; another word finds fewer.", width, "quiet")]
        return rows

    def _row(self, target: Target, at: bool, width: int) -> list[Line]:
        mark, role = Seg("▸ " if at else "  ", "key"), "strong" if at else ""
        if target.kind is Kind.COMMAND:
            _, key, help_ = self.commands[target.id]
            head = line(mark, Seg(pad(target.name, 20), role), Seg(pad(f" {key}", 8), "key"))
            return [(*head, Seg(fit(help_, width - 30), "quiet"))] if width >= 60 else [head]
        if width < 60:
            said = hang(line(mark), target.name, width, role)
            return [*said, *hang("    ", f"{target.kind.value} · {self._state(target)}".strip(" ·"), width, "quiet")]
        head = line(mark, Seg(pad(target.kind.value, KIND_WIDTH), "quiet"))
        state = self._state(target)
        rows = hang(head, target.name, width, role)
        return [*rows[:-1], *spread(rows[-1], line(Seg(state, "quiet")), width)] if state else rows

    def _state(self, target: Target) -> str:
        """Say how a question stands; what was answered stays covered."""
        if target.kind is not Kind.QUESTION:
            return ""
        protocol, case = self.interview.protocol, self.interview.case
        if target.id == case.shown:
            return "on screen"
        if is_open(protocol, case, target.id):
            return "later" if target.id in case.postponed else "open"
        return why_not(protocol, case, target.id) or "answered"

    # --- keys ---

    def on_key(self, event: Key) -> None:
        """Take note of the key; what it does is decided where every screen decides it."""
        self.pressed = (event.key, event.time)

    def plain_key(self, key: str) -> bool:
        if key == "backspace":
            self._type(self.typed[:-1])
        elif len(key) == 1 and key.isprintable():
            self._type((self.typed + key)[:LONGEST])
        else:
            return False
        return True

    def _type(self, text: str) -> None:
        self.typed, self.caret, self.top = text, 0 if text.strip() else -1, 0
        self.__dict__.pop("found", None)
        self.redraw()

    def can(self, action: str) -> bool:
        return action != "choose" or (bool(self.found) and self.caret >= 0)

    @property
    def positions(self) -> int:
        return min(len(self.found), MOST)

    def act_choose(self) -> None:
        self.ours.chosen_with = self.pressed
        self.dismiss(self.found[self.caret].target)

    def act_dismiss(self) -> None:
        self.dismiss(None)

    def act_palette(self) -> None:
        """The key that opened it closes it."""
        self.dismiss(None)


# --- what is done with what was chosen ---


def carry_out(sheet: Sheet[Any], target: Target) -> None:
    """Do what was chosen over a screen: a command, or going to a part of the case."""
    match target.kind:
        case Kind.COMMAND:
            if any(each.id == target.id for each in sheet.working()):
                sheet.act(target.id)
        case Kind.QUESTION:
            _to_question(sheet, target.id, target.name)
        case Kind.SECTION:
            question = first_of(sheet.interview.protocol, sheet.interview.case, target.id)
            if question is None:
                _say(sheet, target.name, "No question of this section is asked of this person.")
            else:
                _to_question(sheet, question, target.name)
        case Kind.RECOMMENDATION:
            interview = _back_to_interview(sheet, target.name)
            if interview is not None:
                interview.show_plan(target.id)
        case Kind.REFERENCE:
            from chatbot.tui.screens.page import blocks_page

            blocks = reference_blocks(sheet.interview.protocol, target.id, sheet.session.register)
            sheet.app.push_screen(blocks_page(target.id, blocks))


def _to_question(sheet: Sheet[Any], question: str, name: str) -> None:
    refused = why_not(sheet.interview.protocol, sheet.interview.case, question)
    if refused:
        _say(sheet, name, refused[0].upper() + refused[1:] + ".")
        return
    interview = _back_to_interview(sheet, name)
    if interview is not None:
        interview.go_to(question)


def _back_to_interview(sheet: Sheet[Any], name: str) -> InterviewScreen | None:
    """Close what is only read above the interview, and return it; None, and said, where more stands in the way."""
    from chatbot.tui.screens.interview import InterviewScreen

    above: list[Sheet[Any]] = []
    for screen in reversed(sheet.app.screen_stack):
        if isinstance(screen, InterviewScreen):
            if not screen.may_be_left:
                break
            for _ in above:
                sheet.app.pop_screen()
            return screen
        above.append(screen)
        if not getattr(screen, "may_be_left", False):
            break
    _say(sheet, name, "Not from here: finish what is asked first, or leave it, so that nothing is lost.")
    return None


def _say(sheet: Sheet[Any], title: str, told: str) -> None:
    from chatbot.tui.screens.page import told_page

    sheet.app.push_screen(told_page(title, [told], ""))
