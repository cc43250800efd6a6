"""The home screen: begin a case, or go on with one after its label and code were confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from chatbot.errors import BackstoryError
from chatbot.tui.drawing.standing import NAME
from chatbot.tui.lines import BLANK, Line, Seg, hang, line, packed, spread, wrapped
from chatbot.tui.screens.choose import Choose
from chatbot.tui.screens.fault import Fault
from chatbot.tui.screens.page import Page, about_page
from chatbot.tui.screens.scroll import ScrollSheet
from chatbot.tui.services import ROLES, CaseSummary
from chatbot.tui.words import day_words, many, sentence, time_words

SOUND = frozenset({"", "ok", "whole", "sound"})
"""States of a case file that need no mention."""


class Home(ScrollSheet[None]):
    """Lists the cases there are."""

    PLACES: ClassVar[tuple[str, ...]] = ("home",)

    def __init__(self) -> None:
        super().__init__()
        self.cases: Sequence[CaseSummary] = ()
        self.caret = 0
        self.problem: tuple[str, str] | None = None

    def on_mount(self) -> None:
        self.fresh()
        self._load()
        if not self.session.services.get_setting("role"):
            self.act_role()

    def on_screen_resume(self) -> None:
        self._load()
        self.fresh()

    def _load(self) -> None:
        try:
            self.cases = self.session.services.list_cases()
            self.problem = None
        except BackstoryError as error:
            self.cases, self.problem = (), (error.message, error.hint)
        self.redraw()

    # --- drawing ---

    def header(self, width: int) -> list[Line]:
        about = self.session.services.protocol_about
        title = line(Seg(NAME, "strong"), Seg(f" · {about.title.in_register(self.session.register)} {about.version}"))
        status = line(Seg(sentence(about.content_status), "warn"))
        rows = packed([title, status], width) if self.narrow else spread(title, status, width)
        return [*rows, *wrapped("Not a medical device; F3 says what it is for.", width, "quiet")]

    def lines(self, width: int) -> list[Line]:
        rows = hang(line(Seg("▌ ", "key"), Seg("n", "key"), Seg("  ")), "New interview", width, "strong")
        if self.problem is not None:
            rows += [BLANK, *wrapped("! " + ". ".join(part for part in self.problem if part), width, "warn")]
        self.caret = max(0, min(self.caret, len(self.cases) - 1))
        rows += [BLANK, line(Seg("GO ON WITH" if self.cases else "No cases yet.", "strong"))]
        for index, case in enumerate(self.cases):
            at = index == self.caret
            drawn = _case(case, at, width)
            if at and self.focus_rows is not None:
                self.focus_rows = (len(rows), len(rows) + len(drawn) - 1)
            rows += drawn
        return [*rows, BLANK, *wrapped(f"Saved in {self.session.services.transcripts}", width, "quiet")]

    def can(self, action: str) -> bool:
        return action not in {"choose", "up", "down"} or bool(self.cases)

    # --- keys ---

    def act_up(self) -> None:
        self._move(-1)

    def act_down(self) -> None:
        self._move(1)

    def _move(self, step: int) -> None:
        self.caret = max(0, min(self.caret + step, len(self.cases) - 1))
        self.focus_rows = (0, 0)
        self.redraw()

    def act_quit(self) -> None:
        self.ours.ended(0)

    def act_stop(self) -> None:
        self.ours.ended(0)

    def act_new_case(self) -> None:
        from chatbot.tui.screens.start import begin

        begin(self)

    def act_role(self) -> None:
        """Ask which describes the person, and the first time say what the program is for."""
        first = not self.session.services.get_setting("role")

        def chosen(role: str | None) -> None:
            if role is not None:
                self.ours.keep("role", role)
            if first:
                self.app.push_screen(about_page(self.session))

        told = "It sets how the program begins, and can be changed with w."
        self.app.push_screen(
            Choose("Which describes you?", [(r, sentence(r)) for r in ROLES], told, must=first), chosen
        )

    def act_choose(self) -> None:
        """Ask whether this is the right person before the case is opened."""
        case = self.cases[self.caret]

        def draw(width: int) -> list[Line]:
            rows = hang("label  ", case.label or "none", width, "strong")
            rows += hang("code   ", case.subject or case.case, width, "strong")
            rows += hang("kind   ", case.kind, width, "" if case.kind == "clinical" else "warn")
            rows += hang("day    ", day_words(case.as_of), width)
            return [*rows, BLANK, *wrapped("Compare label and code with the person before you.", width)]

        page = Page("Is this the right person?", draw, accept="y", accept_label="yes, go on")
        self.app.push_screen(page, lambda agreed: self._resume(case) if agreed else None)

    def _resume(self, case: CaseSummary) -> None:
        try:
            self.session.interview = self.session.services.resume_case(case.path)
        except BackstoryError as error:
            self.app.push_screen(Fault(error))
        else:
            self.ours.open_interview()


def _case(case: CaseSummary, at: bool, width: int) -> list[Line]:
    """Draw one case: who, when, how far, and what is wrong with its file."""
    pointer = Seg("▸ " if at else "  ", "key")
    name = " · ".join(part for part in (case.label or "no label", case.subject or case.case) if part)
    rows = hang(pointer, name, width, "strong" if at else "")
    said = [
        case.phase,
        f"sitting {day_words(case.as_of)}",
        f"last {time_words(case.last)}",
        many(case.records, "record"),
    ]
    parts = [line(Seg(text, "quiet")) for text in said if text]
    if case.kind != "clinical":
        parts.insert(0, line(Seg(f" {case.kind.upper()} ", "caret")))
    if case.state not in SOUND:
        parts.append(line(Seg(f"! {case.state.replace('_', ' ')}", "warn")))
    if case.locked:
        parts.append(line(Seg("! open in another window", "warn")))
    return [*rows, *((Seg("    "), *each) for each in packed(parts, width - 4, " · "))]
