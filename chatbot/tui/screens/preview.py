"""What a correction brings with it, before it is made: one key makes it, another leaves everything as it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar, TypeVar

from chatbot.core.commands import CORRECTION_REASONS, GiveAnswer, Withdraw
from chatbot.core.keys import OPTION_KEYS
from chatbot.core.preview import Consequences, consequence_details, consequence_text, consequences
from chatbot.tui.lines import BLANK, Line, Seg, hang, line, wrapped
from chatbot.tui.screens.base import Sheet
from chatbot.tui.screens.scroll import ScrollSheet
from chatbot.tui.words import sentence

Correction = TypeVar("Correction", bound=GiveAnswer | Withdraw)

AS_IT_IS = ""
"""What the screen closes with when the correction is to be made and needs no reason."""


class Preview(ScrollSheet[str]):
    """Closes with the coded reason, with ``AS_IT_IS`` where none is needed, and with None to leave the answer."""

    PLACES: ClassVar[tuple[str, ...]] = ("preview",)

    def __init__(self, found: Consequences) -> None:
        super().__init__()
        self.found = found
        self.reasons = dict(zip(OPTION_KEYS, CORRECTION_REASONS if found.needs_reason else (), strict=False))

    def header(self, width: int) -> list[Line]:
        return [line(Seg("Before this is corrected", "strong")), line(Seg("─" * width, "quiet"))]

    def lines(self, width: int) -> list[Line]:
        protocol, register = self.interview.protocol, self.session.register
        said = f"This {consequence_text(protocol, self.found, register)}."
        rows = wrapped(said, width, "warn")
        if self.found.needs_reason:
            rows += [BLANK, *wrapped(f"{sentence(self.found.needs_reason)}. Why? A reason makes it:", width)]
            for key, reason in self.reasons.items():
                rows += hang(line(Seg(f"  {key}  ", "key")), self.words.label(f"reason.{reason}"), width)
        for heading, names in consequence_details(protocol, self.found, register):
            rows += [BLANK, *wrapped(heading, width, "strong")]
            rows += [each for name in names for each in hang("· ", name, width)]
        return rows

    def can(self, action: str) -> bool:
        return action != "apply" or not self.reasons

    def extra_keys(self) -> list[tuple[str, str]]:
        return [(f"1-{len(self.reasons)}", "correct it, because")] if self.reasons else []

    def plain_key(self, key: str) -> bool:
        if key in self.reasons:
            self.dismiss(self.reasons[key])
            return True
        return False

    def act_apply(self) -> None:
        self.dismiss(AS_IT_IS)

    def act_keep(self) -> None:
        self.dismiss(None)


def weigh(
    sheet: Sheet[Any], command: Correction, make: Callable[[Correction], None], leave: Callable[[], None]
) -> None:
    """Make a change at once, or first show what it brings with it; *leave* is called when it is not to be made."""
    found = consequences(sheet.interview.protocol, sheet.interview.case, command)
    # What is refused is refused again when it is sent, where the question says why.
    if not isinstance(found, Consequences) or not found.shown_first or command.because is not None:
        make(command)
        return

    def settled(because: str | None) -> None:
        if because is None:
            leave()
        else:
            make(command if because == AS_IT_IS else replace(command, because=because))

    sheet.app.push_screen(Preview(found), settled)
