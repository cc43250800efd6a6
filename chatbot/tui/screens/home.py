"""The home screen: begin a case, or go on with one after its label and code were confirmed.

What is listed and every key of it belong together, so it stays one module past 400 lines.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from chatbot.errors import BackstoryError
from chatbot.record.lineage import lineages
from chatbot.tui.drawing import home as drawing
from chatbot.tui.drawing.home import CLOSED, SOUND, Row
from chatbot.tui.drawing.standing import NAME
from chatbot.tui.lines import BLANK, Line, Seg, hang, line, packed, spread, wrapped
from chatbot.tui.screens.fault import Fault
from chatbot.tui.screens.page import Page
from chatbot.tui.screens.scroll import Marked
from chatbot.tui.services import CaseSummary
from chatbot.tui.words import day_words, sentence

if TYPE_CHECKING:
    from chatbot.interview import Interview
    from chatbot.record.standing import Standing


class Home(Marked[None]):
    """Lists the cases there are."""

    PLACES: ClassVar[tuple[str, ...]] = ("home",)
    HERE: ClassVar[str] = "the list of cases"

    def __init__(self) -> None:
        super().__init__()
        self.cases: Sequence[CaseSummary] = ()
        self.rows: list[Row] = []
        """One for each lineage; of an opened one also its members. Only those that pass the search."""
        self.role = ""
        """Which describes the person; empty before the first start has asked."""
        self.opened: set[str] = set()
        """The first case of each lineage that shows its members."""
        self.caret = 0
        self.problem: tuple[str, str] | None = None
        self.said = ""
        """What was just done, until the next key."""
        self.filter = ""
        """What is searched for."""
        self.searching = False
        """Letters go into the search."""
        self.standings: dict[Any, Standing | None] = {}
        """Where the cases stand that were in sight, by path."""
        self._spans: list[tuple[int, int]] = []
        """First and last line of each row, as drawn last."""
        self._drawn: dict[tuple[int, int], list[Line]] = {}
        """Rows as drawn last without the mark, by place and width."""

    def on_mount(self) -> None:
        self.fresh()
        self._load()
        if not self.role:
            self._welcome()

    def on_screen_resume(self) -> None:
        self._load()
        self.fresh()

    def _load(self) -> None:
        self.role = self.session.services.get_setting("role")
        before = self.row.case.path if self.rows else None
        try:
            self.cases = self.session.services.list_cases()
            self.problem = None
        except BackstoryError as error:
            self.cases, self.problem = (), (error.message, error.hint)
        self.standings.clear()
        self._arrange(before)
        self.redraw()

    def _arrange(self, stay: Any = None) -> None:
        """Put the rows in order; the mark stays on the case at the path *stay*."""
        self.rows = []
        self._drawn.clear()
        wanted = self.filter.casefold().split()
        for lineage in drawing.ordered(lineages(self.cases), self.role):
            whole = Row(lineage, lineage.latest, whole=True)
            standing = self.standings.get(whole.case.path)
            found = drawing.searched(whole, standing, self.session.register)
            if not all(word in found for word in wanted):
                continue
            self.rows.append(whole)
            if lineage.root in self.opened:
                self.rows += [Row(lineage, each, whole=False) for each in lineage.members]
        if stay is not None:
            self.caret = next((at for at, row in enumerate(self.rows) if row.case.path == stay), self.caret)

    # --- drawing ---

    def header(self, width: int) -> list[Line]:
        about = self.session.services.protocol_about
        title = line(Seg(NAME, "key"), Seg(f" · {about.title.in_register(self.session.register)} {about.version}"))
        status = line(Seg(sentence(about.content_status), "warn"))
        rows = packed([title, status], width) if self.narrow else spread(title, status, width)
        for each in about.warnings:
            rows += wrapped(f"! {each.in_register(self.session.register)}", width, "warn")
        about_key = self.key_for("about")
        told = f"Not a medical device ({about_key})."
        if not self.narrow:
            told = f"Not a medical device; {about_key} says what it is for."
        if self.filter or self.searching:
            typed = Seg(f"search: {self.filter}{'▏' if self.searching else ''}", "key")
            return [*rows, *spread(line(typed), line(Seg(f"{len(self.rows)} found", "quiet")), width)]
        return [*rows, *wrapped(told, width, "quiet")]

    def lines(self, width: int) -> list[Line]:
        rows = [] if self.searching else drawing.entries(self.role, self._offered(), width)
        if self.said:
            rows += [BLANK, *wrapped(self.said, width, "strong")]
        if self.problem is not None:
            rows += [BLANK, *wrapped("! " + ". ".join(part for part in self.problem if part), width, "warn")]
        place = self.session.services.transcripts
        self._spans = []
        if not self.cases and self.problem is None:
            rows += drawing.empty(place, self.key_for, width)
        elif not self.rows and self.cases:
            rows += [
                BLANK,
                *wrapped(
                    f"No case passes the search. {self.key_for('clear_search')} shows all again.", width, "strong"
                ),
            ]
        self.caret = max(0, min(self.caret, len(self.rows) - 1))
        for index, row in enumerate(self.rows):
            rows += drawing.heading(self.rows, index)
            first = len(rows)
            rows += self._row(index, row, width)
            self._spans.append((first, len(rows) - 1))
        if self.focus_rows is not None and self._spans:
            first, last = self._spans[self.caret]
            # With the first case its heading, and what stands above, comes into sight.
            self.focus_rows = (0 if self.caret == 0 else first, last)
        rows += drawing.hints(self.role, width)
        name, role = self.session.services.who()
        if name:
            rows += [BLANK, *wrapped(f"At the keyboard: {name}{f', {role}' if role else ''}", width, "quiet")]
        return [*rows, BLANK, *wrapped(f"Saved in {place}", width, "quiet")] if self.cases else rows

    def _row(self, index: int, row: Row, width: int) -> list[Line]:
        """Draw a row; one without the mark is drawn again only when something about it has changed."""
        standing, register = self.standings.get(row.case.path), self.session.register
        if index == self.caret:
            return drawing.case_row(row, True, standing, register, width)
        if (index, width) not in self._drawn:
            self._drawn[index, width] = drawing.case_row(row, False, standing, register, width)
        return self._drawn[index, width]

    def _offered(self) -> dict[str, tuple[str, str]]:
        return {action.id: (action.shown, action.label) for action in self.working()}

    def drawn(self) -> None:
        """Read where the cases in sight stand, one at a time, so that keys come in between."""
        self.call_later(self._look_at_next)

    def _look_at_next(self) -> None:
        if self.app.screen is not self or not self.is_running:
            return
        bottom = self.top + self.height
        for (first, last), (at, row) in zip(self._spans, enumerate(self.rows), strict=False):
            path = row.case.path
            if last < self.top or first >= bottom or path in self.standings or not row.case.case:
                continue
            self.standings[path] = self.session.services.standing(path)
            if self.standings[path] is not None:
                self._drawn = {key: rows for key, rows in self._drawn.items() if key[0] != at}
                self.pane.redraw()
                return

    def can(self, action: str) -> bool:
        here = bool(self.rows)
        match action:
            case "choose" | "up" | "down" | "replay" | "events" | "verify":
                return here
            case "verify_all" | "search":
                return bool(self.cases)
            case "practise":
                return self.session.services.practice is not None
            case "clear_search":
                return self.searching or bool(self.filter)
            case "follow_up":
                return here and self.row.case.phase in {"signed", "planned", "suspended"}
            case "amend":
                return here and self.row.case.phase == "signed"
            case "members":
                return here and len(self.row.lineage.members) > 1
        return True

    def worth_showing(self, action: str) -> bool:
        if action in drawing.ENTRIES.get(self.role, ()):
            return self.top > 0  # they stand on the screen itself, until it is scrolled
        # A case left half-way is gone on with; only one whose plan was issued may be followed up, and it says so.
        return action != "follow_up" or self.row.case.phase != "suspended"

    @property
    def row(self) -> Row:
        """Where the mark stands."""
        return self.rows[max(0, min(self.caret, len(self.rows) - 1))]

    # --- keys ---

    def places(self) -> tuple[str, ...]:
        return ("search", "scroll") if self.searching else super().places()

    def plain_key(self, key: str) -> bool:
        self.said = ""
        if not self.searching:
            return False
        if key == "backspace":
            self._search(self.filter[:-1])
        elif len(key) == 1 and key.isprintable():
            self._search(self.filter + key)
        else:
            return False
        return True

    def act_search(self) -> None:
        """Let letters narrow the list down as they are typed."""
        self.searching = True
        self.redraw()

    def act_keep_search(self) -> None:
        """Letters are keys again; the list stays as it was narrowed."""
        self.searching = False
        self.redraw()

    def act_clear_search(self) -> None:
        before = self.row.case.path if self.rows else None
        self.searching, self.filter = False, ""
        self._arrange(before)
        self.focus_rows = (0, 0)
        self.redraw()

    def _search(self, text: str) -> None:
        self.filter, self.caret, self.top = text, 0, 0
        self._arrange()
        self.redraw()

    @property
    def positions(self) -> int:
        return len(self.rows)

    def act_page_up(self) -> None:
        self._page(-1)

    def act_page_down(self) -> None:
        self._page(1)

    def _page(self, direction: int) -> None:
        """Move a screenful. The mark goes along, so that no key means a case that is out of sight."""
        page = max(self.height - 2, 1)
        self.top = max(0, min(self.top + direction * page, self.length - self.height))
        if self.rows:
            inside = [at for at, (first, _) in enumerate(self._spans) if first > self.top or not self.top]
            over = self.top + self.height >= self.length and direction > 0
            self.caret = len(self.rows) - 1 if over or not inside else inside[0]
            self.focus_rows = (0, 0)
        self.redraw()

    def act_quit(self) -> None:
        self.ours.ended(0)

    def act_stop(self) -> None:
        self.ours.ended(0)

    def resettle(self) -> None:
        self.role = self.session.services.get_setting("role")
        self._arrange(self.row.case.path if self.rows else None)
        self.redraw()

    # --- who ---

    def _welcome(self) -> None:
        from chatbot.tui.screens.welcome import Welcome, offer_encryption

        def described(role: str | None) -> None:
            self._described(role)
            offer_encryption(self.ours, self.resettle)

        self.app.push_screen(Welcome(self.ours), described)

    def act_role(self) -> None:
        """Ask again which describes the person."""
        from chatbot.tui.screens.welcome import ask_role

        ask_role(self.ours, self._described)

    def _described(self, role: str | None) -> None:
        if role is not None:
            self.ours.keep("role", role)
            self.resettle()

    def act_actor(self) -> None:
        from chatbot.tui.screens.people import ask_actor, remember

        _, role = self.session.services.who()
        told = "Your name or initials: each answer keeps who was at the keyboard."

        def said(name: str, given: str) -> None:
            remember(self.ours, name, given)

        ask_actor(self.ours, "Who interviews?", told, said, required=True, role=role)

    # --- what can be begun ---

    def act_new_case(self) -> None:
        from chatbot.tui.screens.start import begin

        begin(self)

    def act_practise(self) -> None:
        """Choose a simulated patient."""
        from chatbot.tui.screens.patients import Patients

        self.app.push_screen(Patients())

    def act_tour(self) -> None:
        from chatbot.tui.tour import begin_tour

        begin_tour(self.ours)

    # --- a kept case ---

    def act_replay(self) -> None:
        """Play the case like a recording."""
        from chatbot.tui.screens.player import play

        play(self.ours, self.row.case.path)

    def act_events(self) -> None:
        from chatbot.tui.screens.people import show_events

        case = self.row.case
        show_events(self.ours, case.path, f"Who answered what · {drawing.case_name(case)}")
        self._noted("events", case.path)

    def act_verify(self) -> None:
        from chatbot.tui.screens.verify import verify_one

        self._say(verify_one(self.ours, self.row.case))

    def act_verify_all(self) -> None:
        """Verify every case listed, their visits and versions too."""
        from chatbot.tui.screens.verify import VerifyAll

        listed = {each.path: each for row in self.rows for each in row.lineage.members}
        self.app.push_screen(VerifyAll(list(listed.values()), every=not self.filter))
        self._noted("verify", None, len(listed))

    def _noted(self, what: str, path: Any, cases: int = 1) -> None:
        """Note that a case was opened to be read, and say what keeps that from being noted."""
        self._say(self.session.services.noted(what, path, cases))

    def _say(self, told: str) -> None:
        if told:
            self.said = sentence(f"{told}.")

    def act_members(self) -> None:
        self.opened ^= {self.row.lineage.root}
        self._arrange()
        self.focus_rows = (0, 0)
        self.redraw()

    def act_choose(self) -> None:
        """Look at a closed case; ask whether this is the right person before any other is opened."""
        case = self.row.case
        if case.attempt and case.state in SOUND and self.session.services.practice is not None:
            self._attempt(case)
        elif case.phase in CLOSED and case.state in SOUND:
            self._look(case)
        else:
            from chatbot.tui.screens.confirm import go_on_with

            go_on_with(self.ours, case.path)

    def _attempt(self, case: CaseSummary) -> None:
        """Go on with an attempt at a simulated patient, or read what came of it."""
        from chatbot.tui.screens.patients import resume_attempt, show_debrief

        if case.attempt == "ended":
            show_debrief(self.ours, case.path)
        else:
            resume_attempt(self.ours, case.path)

    def act_follow_up(self) -> None:
        self._confirm(
            "A new visit: is this the right person?", "yes, begin", self.row.case, self.session.services.follow_up
        )

    def act_amend(self) -> None:
        self._confirm("A new version of what was signed?", "yes, amend", self.row.case, self.session.services.amend)

    def _look(self, case: CaseSummary) -> None:
        try:
            text = self.session.services.read_plan(case.path, self.session.register)
        except BackstoryError as error:
            self.app.push_screen(Fault(error))
        else:
            self.app.push_screen(Page("A closed case, to read", lambda width: wrapped(text, width)))
            self._noted("plan", case.path)

    def _confirm(self, title: str, accept: str, case: CaseSummary, begin: Callable[[Any], Interview]) -> None:
        def draw(width: int) -> list[Line]:
            rows = hang("label  ", case.label or "none", width, "strong")
            rows += hang("code   ", case.subject or case.case, width, "strong")
            rows += hang("kind   ", case.kind, width, "" if case.kind == "clinical" else "warn")
            rows += hang("day    ", day_words(case.as_of), width)
            return [*rows, BLANK, *wrapped("Compare label and code with the person before you.", width)]

        def agreed(yes: bool | None) -> None:
            if yes:
                with_actor(self.ours, lambda: self._begin(case, begin))

        from chatbot.tui.screens.people import with_actor

        self.app.push_screen(Page(title, draw, accept="y", accept_label=accept), agreed)

    def _begin(self, case: CaseSummary, begin: Callable[[Any], Interview]) -> None:
        try:
            self.session.interview = begin(case.path)
        except BackstoryError as error:
            self.app.push_screen(Fault(error))
        else:
            self.ours.open_interview()
