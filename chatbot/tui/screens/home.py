"""The home screen: begin a case, or go on with one after its label and code were confirmed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from chatbot.core.events import KINDS
from chatbot.errors import BackstoryError
from chatbot.record.lineage import Lineage, lineages
from chatbot.record.listing import extent
from chatbot.tui.drawing.standing import NAME
from chatbot.tui.lines import BLANK, Line, Seg, hang, line, packed, spread, wrapped
from chatbot.tui.screens.choose import Choose
from chatbot.tui.screens.fault import Fault
from chatbot.tui.screens.page import Page, about_page
from chatbot.tui.screens.scroll import ScrollSheet
from chatbot.tui.services import ROLES, CaseSummary
from chatbot.tui.words import day_words, many, sentence, time_words

if TYPE_CHECKING:
    from chatbot.interview import Interview

SOUND = frozenset({"", "ok", "whole", "sound"})
"""States of a case file that need no mention."""


class Home(ScrollSheet[None]):
    """Lists the cases there are."""

    PLACES: ClassVar[tuple[str, ...]] = ("home",)
    HERE: ClassVar[str] = "the list of cases"

    def __init__(self) -> None:
        super().__init__()
        self.cases: Sequence[CaseSummary] = ()
        self.rows: list[Row] = []
        """One for each lineage; of an opened one also its members."""
        self.opened: set[str] = set()
        """The first case of each lineage that shows its members."""
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
            self.cases = by_kind(self.session.services.list_cases())
            self.problem = None
        except BackstoryError as error:
            self.cases, self.problem = (), (error.message, error.hint)
        self._arrange()
        self.redraw()

    def _arrange(self) -> None:
        self.rows = []
        for lineage in lineages(self.cases):
            self.rows.append(Row(lineage, lineage.latest, whole=True))
            if lineage.root in self.opened:
                self.rows += [Row(lineage, each, whole=False) for each in lineage.members]

    # --- drawing ---

    def header(self, width: int) -> list[Line]:
        about = self.session.services.protocol_about
        title = line(Seg(NAME, "strong"), Seg(f" · {about.title.in_register(self.session.register)} {about.version}"))
        status = line(Seg(sentence(about.content_status), "warn"))
        rows = packed([title, status], width) if self.narrow else spread(title, status, width)
        for each in about.warnings:
            rows += wrapped(f"! {each.in_register(self.session.register)}", width, "warn")
        return [*rows, *wrapped(f"Not a medical device; {self.key_for('about')} says what it is for.", width, "quiet")]

    def lines(self, width: int) -> list[Line]:
        rows = hang(
            line(Seg("▌ ", "key"), Seg(self.key_for("new_case"), "key"), Seg("  ")), "New interview", width, "strong"
        )
        if self.problem is not None:
            rows += [BLANK, *wrapped("! " + ". ".join(part for part in self.problem if part), width, "warn")]
        self.caret = max(0, min(self.caret, len(self.rows) - 1))
        rows += [BLANK, line(Seg("GO ON WITH" if self.cases else "No cases yet.", "strong"))]
        for index, row in enumerate(self.rows):
            rows += kind_heading([each.case for each in self.rows], index)
            at = index == self.caret
            drawn = _case(row, at, width)
            if at and self.focus_rows is not None:
                self.focus_rows = (len(rows), len(rows) + len(drawn) - 1)
            rows += drawn
        name, role = self.session.services.who()
        if name:
            rows += [BLANK, *wrapped(f"At the keyboard: {name}{f', {role}' if role else ''}", width, "quiet")]
        return [*rows, BLANK, *wrapped(f"Saved in {self.session.services.transcripts}", width, "quiet")]

    def can(self, action: str) -> bool:
        match action:
            case "choose" | "up" | "down" | "events":
                return bool(self.rows)
            case "follow_up":
                return bool(self.rows) and self.row.case.phase in {"signed", "planned", "suspended"}
            case "amend":
                return bool(self.rows) and self.row.case.phase == "signed"
            case "members":
                return bool(self.rows) and len(self.row.lineage.members) > 1
        return True

    def worth_showing(self, action: str) -> bool:
        # A case left half-way is gone on with; only one whose plan was issued may be followed up, and it says so.
        return action != "follow_up" or self.row.case.phase != "suspended"

    @property
    def row(self) -> Row:
        """Where the mark stands."""
        return self.rows[max(0, min(self.caret, len(self.rows) - 1))]

    # --- keys ---

    def act_up(self) -> None:
        self._move(-1)

    def act_down(self) -> None:
        self._move(1)

    def _move(self, step: int) -> None:
        self.caret = max(0, min(self.caret + step, len(self.rows) - 1))
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

        told = f"It sets how the program begins, and can be changed with {self.key_for('role')}."
        self.app.push_screen(
            Choose("Which describes you?", [(r, sentence(r)) for r in ROLES], told, must=first), chosen
        )

    def act_actor(self) -> None:
        from chatbot.tui.screens.people import ask_actor, remember

        _, role = self.session.services.who()
        told = "Your name or initials: each answer keeps who was at the keyboard."

        def said(name: str, given: str) -> None:
            remember(self.ours, name, given)

        ask_actor(self.ours, "Who interviews?", told, said, required=True, role=role)

    def act_events(self) -> None:
        from chatbot.tui.screens.people import show_events

        case = self.row.case
        show_events(self.ours, case.path, f"Who answered what · {_name(case)}")

    def act_members(self) -> None:
        self.opened ^= {self.row.lineage.root}
        self._arrange()
        self.focus_rows = (0, 0)
        self.redraw()

    def act_choose(self) -> None:
        """Look at a closed case; ask whether this is the right person before any other is opened."""
        case = self.row.case
        if case.phase in {"signed", "abandoned"} and case.state in SOUND:
            self._look(case)
        else:
            from chatbot.tui.screens.confirm import go_on_with

            go_on_with(self.ours, case.path)

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


def by_kind(cases: Sequence[CaseSummary]) -> list[CaseSummary]:
    """Return clinical cases first, then each other kind, then what cannot be read; inside a kind the order stays."""
    return sorted(cases, key=lambda case: KINDS.index(case.kind) if case.kind in KINDS else len(KINDS))


def kind_heading(cases: Sequence[CaseSummary], index: int) -> list[Line]:
    """Draw the heading of a kind before its first case; clinical cases need none."""
    kind = cases[index].kind
    if kind == KINDS[0] or (index and cases[index - 1].kind == kind):
        return []
    return [BLANK, line(Seg(f"{kind.upper()} CASES" if kind else "CANNOT BE READ", "strong"))]


def _name(case: CaseSummary) -> str:
    return " · ".join(part for part in (case.label or "no label", case.subject or case.case) if part)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list: a lineage by its latest case, or one of its members."""

    lineage: Lineage[CaseSummary]
    case: CaseSummary
    whole: bool


def _case(row: Row, at: bool, width: int) -> list[Line]:
    """Draw one row: who, when, how far, and what is wrong with its file."""
    case, lineage = row.case, row.lineage
    pointer = Seg("▸ " if at else "  ", "key")
    if row.whole:
        name = _name(case)
        place = extent(lineage)
    else:
        stands = lineage.place(case)
        name = f"    {case.case} · visit {stands.visit}, version {stands.version}"
        place = f"superseded by {stands.superseded_by}" if stands.superseded_by else ""
    rows = hang(pointer, name, width, "strong" if at else "")
    said = [
        case.phase,
        place,
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
    if row.whole:
        parts += [line(Seg(f"! {problem}", "warn")) for problem in lineage.problems]
    indent = "    " if row.whole else "        "
    return [*rows, *((Seg(indent), *each) for each in packed(parts, width - len(indent), " · "))]
