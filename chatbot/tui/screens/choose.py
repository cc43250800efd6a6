"""Choose one of a few things by its key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from chatbot.core.keys import OPTION_KEYS
from chatbot.tui.lines import BLANK, Line, Seg, hang, line, rule, wrapped
from chatbot.tui.screens.scroll import Marked


class Choose(Marked[str]):
    """Returns the id of what was chosen, or None."""

    PLACES: ClassVar[tuple[str, ...]] = ("list",)

    def __init__(
        self, title: str, choices: Sequence[tuple[str, str]], told: str = "", *, must: bool = False, at: int = -1
    ) -> None:
        super().__init__()
        self.title_text, self.told, self.must = title, told, must
        """*must*: there is no way out but to choose. *at*: where the mark stands at first, -1 for nowhere."""
        self.choices = list(zip(OPTION_KEYS, choices, strict=False))
        self.caret = at

    def header(self, width: int) -> list[Line]:
        return [*wrapped(self.title_text, width, "strong"), rule(width)]

    def lines(self, width: int) -> list[Line]:
        rows = [*wrapped(self.told, width), BLANK] if self.told else []
        for index, (key, (_, label)) in enumerate(self.choices):
            mark = Seg("▸ " if index == self.caret else "  ", "key")
            rows += hang(line(mark, Seg(f"{key}  ", "key")), label, width, "strong" if index == self.caret else "")
        return rows

    def can(self, action: str) -> bool:
        if action == "dismiss":
            return not self.must
        return action != "scope" and (action != "choose" or self.caret >= 0)

    def extra_keys(self) -> list[tuple[str, str]]:
        return [(f"1-{self.choices[-1][0]}" if len(self.choices) > 1 else "1", "choose")] if self.choices else []

    def plain_key(self, key: str) -> bool:
        for own, (id_, _) in self.choices:
            if key == own:
                self.dismiss(id_)
                return True
        return False

    @property
    def positions(self) -> int:
        return len(self.choices)

    def rows_of_mark(self) -> tuple[int, int]:
        return (self.caret, self.caret)

    def act_choose(self) -> None:
        self.dismiss(self.choices[self.caret][1][0])

    def act_dismiss(self) -> None:
        self.dismiss(None)
