"""The settings: every field with its value, changed by keyboard; and the file they are kept in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from chatbot.errors import BackstoryError, UsageError
from chatbot.settings import CHOICE, CHOICES, Choice, Settings, text_of, with_text
from chatbot.tui import themes
from chatbot.tui.lines import BLANK, Line, Seg, fit, hang, line, pad, rule, wrapped
from chatbot.tui.screens.choose import Choose
from chatbot.tui.screens.prompt import Prompt
from chatbot.tui.screens.scroll import Marked
from chatbot.tui.screens.welcome import ask_encryption

TITLE_WIDTH = 17
"""Columns of the names of the fields."""

STANDS = {"register": "clinician", "theme": themes.DEFAULT}
"""What a field comes to while nothing is chosen."""

OF_A_PERSON = frozenset({"actor", "actor_role"})
"""What cannot change under a case that is open: somebody else takes over there, and that is recorded."""


class SettingsScreen(Marked[None]):
    """Shows and changes what one user has chosen."""

    PLACES: ClassVar[tuple[str, ...]] = ("settings",)
    may_be_left = True

    def __init__(self) -> None:
        super().__init__()
        self.caret = 0
        self.chosen = Settings()
        self.problem: tuple[str, str] | None = None
        """What is wrong with the file, or with a value."""
        self.said = ""
        """What the last key brought."""

    def on_mount(self) -> None:
        self._read()
        super().on_mount()

    def _read(self) -> None:
        try:
            self.chosen = self.session.services.settings()
        except BackstoryError as error:
            self.problem = (error.render(), "")

    @property
    def at(self) -> Choice:
        """The field the mark stands on."""
        return CHOICES[self.caret]

    # --- drawing ---

    def header(self, width: int) -> list[Line]:
        return [*wrapped("Settings", width, "strong"), rule(width)]

    def lines(self, width: int) -> list[Line]:
        rows: list[Line] = []
        for index, each in enumerate(CHOICES):
            here = index == self.caret
            first = len(rows)
            rows += self._field(each, here, width)
            if here:
                rows += [(Seg("  "), *row) for row in wrapped(self._told(each), width - 2, "quiet")]
                if self.problem is not None:
                    said = ". ".join(part for part in self.problem if part)
                    rows += [(Seg("  "), *row) for row in wrapped(f"! {said}", width - 2, "warn")]
                elif self.said:
                    rows += [(Seg("  "), *row) for row in wrapped(self.said, width - 2, "strong")]
            if here and self.focus_rows is not None:
                self.focus_rows = (first, len(rows) - 1)
        place = self.session.services.settings_place
        kept = f"Kept in {place}" if place else "There is no place to keep them; they hold until the program ends."
        return [*rows, BLANK, *wrapped(kept, width, "quiet")]

    def _field(self, each: Choice, here: bool, width: int) -> list[Line]:
        mark = Seg("▸ " if here else "  ", "key")
        said = text_of(self.chosen, each.name)
        value = each.zero if said == "0" and each.zero else f"{said or _unsaid(each)} {each.unit}".rstrip()
        role = "strong" if text_of(self.chosen, each.name) != text_of(Settings(), each.name) else "quiet"
        if width < 2 * TITLE_WIDTH + 2:
            return [line(mark, Seg(f"{each.title}: "), Seg(fit(value, width - len(each.title) - 4), role))]
        return hang(line(mark, Seg(pad(each.title, TITLE_WIDTH + 1), "strong" if here else "")), value, width, role)

    def _told(self, each: Choice) -> str:
        if each.name in OF_A_PERSON and self.session.interview is not None:
            return f"Not while a case is open: {self.key_for('hand_over')} there hands over, and that is recorded."
        if each.name == "encrypt_to" and (standing := self.session.services.encryption()):
            return f"{standing} {each.told}"
        return f"{each.told} From the next start on." if each.later else each.told

    # --- keys ---

    def options(self, each: Choice) -> Sequence[str]:
        """Return the values a field is chosen from; none: it is typed."""
        if each.name == "theme":
            return list(themes.COLOURS)
        if each.name == "protocol":
            return self.session.services.protocol_names()
        return each.options

    def can(self, action: str) -> bool:
        free = self.at.name not in OF_A_PERSON or self.session.interview is None
        match action:
            case "change":
                return free
            case "next_value" | "previous_value":
                return free and len(self.options(self.at)) > 1
            case "standard":
                return free and text_of(self.chosen, self.at.name) != text_of(Settings(), self.at.name)
        return True

    @property
    def positions(self) -> int:
        return len(CHOICES)

    def move(self, step: int) -> None:
        self.problem, self.said = None, ""
        super().move(step)

    def act_next_value(self) -> None:
        self._turn(1)

    def act_previous_value(self) -> None:
        self._turn(-1)

    def _turn(self, step: int) -> None:
        options = self.options(self.at)
        now = text_of(self.chosen, self.at.name) or STANDS.get(self.at.name, "")
        place = options.index(now) + step if now in options else 0 if step > 0 else -1
        self._choose(self.at.name, options[place % len(options)])

    def act_change(self) -> None:
        each, options = self.at, self.options(self.at)
        if each.name == "encrypt_to" and self.session.services.encrypt is not None:
            ask_encryption(self.ours, self._encryption_chosen, typed=True)
        elif len(options) == 2 and text_of(self.chosen, each.name) in options:
            self._turn(1)
        elif options:
            listed = [(option, option) for option in options]
            self.app.push_screen(Choose(each.title, listed, self._told(each)), lambda one: self._chosen(each, one))
        else:
            self._type(each)

    def _type(self, each: Choice) -> None:
        now = text_of(self.chosen, each.name)
        self.app.push_screen(
            Prompt(each.title, f"{self._told(each)} Enter alone: not chosen.", self._take, rows=1, text=now),
            lambda typed: None if typed is None else self._choose(each.name, typed),
        )

    def _encryption_chosen(self, value: str) -> None:
        """Go on after encryption was switched, or let recipients be typed."""
        if value == "type":
            self._type(CHOICE["encrypt_to"])
            return
        self.problem, self.said = None, "Kept."
        self._read()
        self.redraw()

    def _take(self, typed: str, prompt: Prompt) -> None:
        try:
            with_text(self.chosen, self.at.name, typed)
        except UsageError as error:
            prompt.say(error.message, error.hint)
        else:
            prompt.settled(None)

    def _chosen(self, each: Choice, value: str | None) -> None:
        if value is not None:
            self._choose(each.name, value)

    def act_standard(self) -> None:
        self._choose(self.at.name, "")

    def _choose(self, name: str, text: str) -> None:
        """Keep a field, and let it hold at once where it can."""
        try:
            self.ours.choose(name, text)
        except BackstoryError as error:
            self.problem = (error.message, error.hint)
        else:
            self.problem, self.said = None, "Kept."
        self._read()
        self.focus_rows = (0, 0)
        self.redraw()

    def act_settings(self) -> None:
        """The key that opens the settings closes them too."""
        self.dismiss(None)

    def act_dismiss(self) -> None:
        self.dismiss(None)


def _unsaid(each: Choice) -> str:
    """Say what stands while nothing is chosen."""
    return STANDS.get(each.name) or ("–" if each.typed else "not chosen")
