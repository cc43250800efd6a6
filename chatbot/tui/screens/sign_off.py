"""Before signing: every safety question that is not settled, each with the reason why it is left open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from chatbot.core.commands import OTHER_REASON, SIGN_REASONS, OpenReason
from chatbot.core.signing import reason_problem, reason_text, reason_word
from chatbot.tui.lines import BLANK, Line, Seg, hang, line, wrapped
from chatbot.tui.screens.prompt import Prompt
from chatbot.tui.screens.scroll import Marked

KEYS = {str(place): code for place, code in enumerate(SIGN_REASONS, 1)}
"""One key for each coded reason."""


class SignOff(Marked[bool]):
    """Closes with True when everything has its reason and it is to be signed.

    *reasons* are filled in as they are given, so that Escape loses none of them.
    """

    PLACES: ClassVar[tuple[str, ...]] = ("sign_off",)

    def __init__(self, waiting: Sequence[dict[str, Any]], reasons: dict[str, OpenReason]) -> None:
        super().__init__()
        self.waiting, self.reasons = list(waiting), reasons
        self.caret = self._next_open(0)

    def header(self, width: int) -> list[Line]:
        left = len(self._left())
        told = f"{left} of {len(self.waiting)} safety questions need a reason" if left else "Each has its reason"
        if not self.waiting:
            told = "Every safety question is settled"
        rows = wrapped("Sign the plan? Signing closes the case for good.", width, "strong")
        return [*rows, *wrapped(f"{told}.", width, "warn" if left else ""), line(Seg("─" * width, "quiet"))]

    def lines(self, width: int) -> list[Line]:
        rows: list[Line] = []
        for place, each in enumerate(self.waiting):
            first = len(rows)
            rows += self._question(place, each, width)
            if place == self.caret and self.focus_rows is not None:
                self.focus_rows = (first, len(rows) - 1)
        if not self.waiting:
            return wrapped("Nothing can be changed afterwards.", width)
        return rows

    def _question(self, place: int, each: dict[str, Any], width: int) -> list[Line]:
        at, reason = place == self.caret, self.reasons.get(each["question"])
        mark = line(Seg("▸ " if at else "  ", "key"), Seg("✓ " if reason else "! ", "good" if reason else "warn"))
        said = f"{self.words.pick(each['wording'])}  {self.words.label('status.' + each['status'])}"
        rows = hang(mark, said, width, "strong" if at else "")
        labels, register = self.interview.protocol.labels, self.session.register
        if reason is not None:
            rows += hang("    = ", reason_text(labels, reason, register), width)
        if at:
            for key, code in KEYS.items():
                rows += hang(line(Seg("      "), Seg(f"{key}  ", "key")), reason_word(labels, code, register), width)
            rows.append(BLANK)
        return rows

    def _left(self) -> list[int]:
        return [place for place, each in enumerate(self.waiting) if each["question"] not in self.reasons]

    def _next_open(self, after: int) -> int:
        """Return the next question without a reason, from a place on and then from the top; else stay."""
        left = self._left()
        return next((place for place in left if place >= after), left[0] if left else max(after - 1, 0))

    # --- keys ---

    def can(self, action: str) -> bool:
        match action:
            case "sign_now":
                return not self._left()
            case "comment":
                return bool(self.waiting) and self.waiting[self.caret]["question"] in self.reasons
        return True

    def extra_keys(self) -> list[tuple[str, str]]:
        return [(f"1-{len(KEYS)}", "reason")] if self.waiting else []

    def plain_key(self, key: str) -> bool:
        if not self.waiting or key not in KEYS:
            return False
        if KEYS[key] == OTHER_REASON:
            self._ask_comment(OTHER_REASON)
        else:
            self._give(OpenReason(KEYS[key]))
        return True

    def _give(self, reason: OpenReason) -> None:
        self.reasons[self.waiting[self.caret]["question"]] = reason
        self.caret = self._next_open(self.caret + 1)
        self.focus_rows = (0, 0)
        self.redraw()

    def _ask_comment(self, code: str) -> None:
        question = self.waiting[self.caret]
        known = self.reasons.get(question["question"])
        text = (known.comment or "") if known is not None else ""

        def send(typed: str, prompt: Prompt) -> None:
            prompt.settled(reason_problem(OpenReason(code, typed.strip() or None)))

        def given(typed: str | None) -> None:
            if typed is not None:
                self._give(OpenReason(code, typed.strip() or None))

        self.app.push_screen(
            Prompt("Why is it left open?", self.words.pick(question["wording"]), send, text=text), given
        )

    def act_comment(self) -> None:
        self._ask_comment(self.reasons[self.waiting[self.caret]["question"]].code)

    @property
    def positions(self) -> int:
        return len(self.waiting)

    def move(self, step: int) -> None:
        if self.waiting:
            super().move(step)

    def act_sign_now(self) -> None:
        self.dismiss(True)

    def act_dismiss(self) -> None:
        self.dismiss(False)
