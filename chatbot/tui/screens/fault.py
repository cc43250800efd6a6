"""Something could not be saved: said plainly, in the way of everything else, with the offer to try again."""

from __future__ import annotations

from typing import ClassVar

from chatbot.errors import BackstoryError
from chatbot.tui.lines import BLANK, Line, Seg, line, wrapped
from chatbot.tui.screens.scroll import ScrollSheet
from chatbot.tui.words import many


class Fault(ScrollSheet[bool]):
    """Says what was not saved; True when it is to be tried again."""

    PLACES: ClassVar[tuple[str, ...]] = ("fault",)

    def __init__(self, error: BackstoryError, saved: int | None = None) -> None:
        super().__init__()
        self.error, self.saved = error, saved
        """*saved*: answers known to be safe; None when no answer was at stake."""

    def header(self, width: int) -> list[Line]:
        said = " NOT SAVED " if self.saved is not None else " THIS CANNOT BE DONE "
        return [line(Seg(said, "banner"))]

    def lines(self, width: int) -> list[Line]:
        code = f"{self.error.code}: " if self.error.code else ""
        rows = [BLANK, *wrapped(f"{code}{self.error.message}", width, "strong")]
        rows += wrapped(self.error.place, width, "quiet") if self.error.place else []
        rows += wrapped(self.error.hint, width) if self.error.hint else []
        if self.saved is not None:
            rows += [BLANK, *wrapped(f"Earlier answers ({many(self.saved, 'answer')}) are safe.", width)]
            rows += wrapped("What you entered last is still there.", width)
        return rows

    def can(self, action: str) -> bool:
        return action != "retry" or self.saved is not None

    def act_retry(self) -> None:
        self.dismiss(True)

    def act_dismiss(self) -> None:
        self.dismiss(False)
