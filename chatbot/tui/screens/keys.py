"""Key help, and the screen on which keys are changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from chatbot.errors import BackstoryError
from chatbot.tui.action import PLACES, Action
from chatbot.tui.actions import ACTIONS
from chatbot.tui.key_names import key_of, spelled
from chatbot.tui.keymap import FIXED, keymap
from chatbot.tui.lines import BLANK, Line, Seg, fit, hang, line, pad, wrapped
from chatbot.tui.screens.page import Page
from chatbot.tui.screens.scroll import LongList

if TYPE_CHECKING:
    from chatbot.tui.screens.base import Sheet

KEYS_WIDTH = 9
"""Columns of the keys, before what they do."""


class KeyHelp(Page):
    """Every key, those that work now first. Those of the screen it was called from."""

    PLACES: ClassVar[tuple[str, ...]] = ("help", "page")

    def __init__(self, behind: Sheet[Any]) -> None:
        super().__init__("Keys", self._rows)
        self.behind = behind

    def _rows(self, width: int) -> list[Line]:
        palette, change = self.key_for("palette"), self.key_for("keymap")
        told = f"{palette} finds any of these by its words; {change} here changes keys."
        rows = [*wrapped(told, width, "quiet"), BLANK, line(Seg("THESE WORK NOW", "strong"))]
        for key, label in self.behind.extra_keys():
            rows += hang(line(Seg(f"  {pad(key, KEYS_WIDTH)} ", "key")), label, width)
        now = self.behind.working()
        left = list(now)
        for place in (*self.behind.places(), "anywhere"):
            there = [each for each in left if place in each.places]
            left = [each for each in left if each not in there]
            rows += [*wrapped(PLACES[place], width, "strong")] if there else []
            for each in there:
                rows += self._row(each, self.behind.named(each), width)
        rows += [BLANK, line(Seg("ELSEWHERE", "strong"))]
        for place, title in PLACES.items():
            rest = [each for each in self.ours.keymap.actions if place in each.places and each not in now]
            rows += wrapped(title, width, "strong") if rest else []
            rows += [row for each in rest for row in self._row(each, each.label, width)]
        return rows

    def _row(self, action: Action, label: str, width: int) -> list[Line]:
        head = line(Seg(f"  {pad(action.shown, KEYS_WIDTH)} ", "key"))
        return hang(head, f"{label}: {action.help}", width)


@dataclass(frozen=True, slots=True)
class Row:
    """One action whose keys can be changed, as the table has it."""

    action: Action
    fields: tuple[str, ...]
    """What a keymap calls it: its id, or its id at each of its places where the id means more than this."""

    @property
    def place(self) -> str:
        """The place under which it is listed."""
        return next(place for place in PLACES if place in self.action.places)


def changeable() -> list[Row]:
    """Return the actions whose keys can be changed, place by place."""
    rows = []
    for action in ACTIONS:
        places = sorted(place for place in action.places if (action.id, place) not in FIXED)
        alone = sum(each.id == action.id for each in ACTIONS) == 1 and len(places) == len(action.places)
        if places:
            fields = (action.id,) if alone else tuple(f"{action.id}@{place}" for place in places)
            rows.append(Row(action, fields))
    order = list(PLACES)
    return sorted(rows, key=lambda each: order.index(each.place))


class KeymapScreen(LongList[None]):
    """Changes keys: Enter on a line, then the key. What cannot hold is said, and nothing is changed."""

    PLACES: ClassVar[tuple[str, ...]] = ("keymap",)

    def __init__(self) -> None:
        super().__init__()
        self.caret = 0
        self.asking = False
        """The next key is the one that is chosen."""
        self.said: tuple[str, str] | None = None
        """What was refused or done, and how it looks."""

    @cached_property
    def rows(self) -> list[Row]:
        return changeable()

    @property
    def row(self) -> Row:
        """Where the mark stands."""
        return self.rows[self.caret]

    def _keys(self, row: Row) -> Sequence[str]:
        """Return the keys that hold for a line."""
        place = row.fields[0].partition("@")[2] or row.place
        known = [each for each in self.ours.keymap.actions if each.id == row.action.id]
        return next(each.keys for each in known if place in each.places)

    # --- drawing ---

    def header(self, width: int) -> list[Line]:
        rows = [line(Seg("Change keys", "strong"))]
        if self.asking:
            rows += wrapped(
                f"Press the key for “{self.row.action.label}”; {spelled('escape')} leaves it as it is.", width, "key"
            )
        elif self.said is not None:
            rows += wrapped(self.said[0], width, self.said[1])
        return [*rows, line(Seg("─" * width, "quiet"))]

    def lines(self, width: int) -> list[Line]:
        rows: list[Line] = []
        place = ""
        for index, each in enumerate(self.rows):
            first = len(rows)
            if each.place != place:
                place = each.place
                rows += wrapped(PLACES[place], width, "strong")
            at = index == self.caret
            keys = self._keys(each)
            own = " (your own)" if tuple(keys) != each.action.keys else ""
            head = line(Seg("▸ " if at else "  ", "key"), Seg(pad(" ".join(map(spelled, keys)), 14), "key"))
            rows.append((*head, Seg(fit(f"{each.action.label}{own}", width - 16), "strong" if at else "")))
            if at and self.focus_rows is not None:
                self.focus_rows = (first, len(rows) - 1)
        kept = self.session.services.keys_place
        return [*rows, BLANK, *wrapped(f"Kept in {kept}" if kept else "They cannot be kept here.", width, "quiet")]

    # --- keys ---

    def plain_key(self, key: str) -> bool:
        if not self.asking:
            return False
        if key == "ctrl+c":
            return False
        self.asking = False
        if key == "escape":
            self.said = ("Left as it was.", "quiet")
        else:
            self._choose([key_of(key) or key])
        self.redraw()
        return True

    def can(self, action: str) -> bool:
        return action != "standard_keys" or tuple(self._keys(self.row)) != self.row.action.keys

    @property
    def positions(self) -> int:
        return len(self.rows)

    def move(self, step: int) -> None:
        self.said = None
        super().move(step)

    def act_change_key(self) -> None:
        self.asking, self.said = True, None
        self.redraw()

    def act_standard_keys(self) -> None:
        self._choose(None)
        self.redraw()

    def _choose(self, keys: Sequence[str] | None) -> None:
        """Let keys hold for the line, or those everybody begins with; kept only when they can hold beside the rest."""
        chosen = {field: list(each) for field, each in self.ours.keys_chosen.items() if field not in self.row.fields}
        chosen.pop(self.row.action.id, None)
        if keys is not None:
            chosen |= {field: list(map(spelled, keys)) for field in self.row.fields}
        found = keymap(chosen)
        wrong = [each for each in found.problems if each not in self.ours.keymap.problems]
        if wrong:
            self.said = (f"! {wrong[0].message}; {wrong[0].hint}.", "warn")
            return
        self.ours.keymap, self.ours.keys_chosen = found, chosen
        shown = " ".join(map(spelled, self._keys(self.row)))
        try:
            self.session.services.write_keys(chosen)
        except BackstoryError as error:
            self.said = (f"! {shown} holds until the program ends: {error.message}. {error.hint}", "warn")
        else:
            self.said = (f"{shown} is the key of “{self.row.action.label}” now.", "strong")

    def act_help(self) -> None:
        """Help on keys stands behind this."""
        self.dismiss(None)

    def act_dismiss(self) -> None:
        self.dismiss(None)
