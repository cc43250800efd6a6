"""The simulated patients there are: meet one, go on with an attempt, or have one drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from chatbot.errors import BackstoryError
from chatbot.tui.drawing import practice as drawing
from chatbot.tui.lines import BLANK, Line, Seg, line, packed, rule, spread, wrapped
from chatbot.tui.practice import Patient, PracticeDesk, Unfinished
from chatbot.tui.screens.choose import Choose
from chatbot.tui.screens.fault import Fault
from chatbot.tui.screens.people import checked, remember
from chatbot.tui.screens.prompt import Prompt
from chatbot.tui.screens.scroll import FilteredList
from chatbot.tui.station_clock import StationClock

if TYPE_CHECKING:
    from chatbot.practising import Practising
    from chatbot.tui.application import Backstory

Open = Callable[[str], "Practising"]
"""Opens an attempt in a mode."""

OTHERS = (
    ("generate", "a patient that is drawn", "Drawn from the protocol by chance, as difficult as you choose."),
    ("sealed", "a sealed station", "A file from your teacher, opened by its code."),
    ("progress", "your progress", "What your attempts brought, by topic, and what is due."),
)
"""Action to what else can be begun."""

LONGEST_SEED = 9
"""Digits of the number a patient is drawn by."""

CODE_NEEDED = "K040"
"""The code of the error that a sealed station needs its code, or another one."""


class Patients(FilteredList[None]):
    """Lists them. Letters search."""

    PLACES: ClassVar[tuple[str, ...]] = ("patients",)
    HERE: ClassVar[str] = "the list of simulated patients"

    def __init__(self) -> None:
        super().__init__()
        self.patients: Sequence[Patient] = ()
        self.begun: Sequence[Unfinished] = ()
        self.problem: BackstoryError | None = None
        self.loaded = False
        self.mode = "practice"
        """Chosen last."""

    @property
    def desk(self) -> PracticeDesk:
        found = self.session.services.practice
        assert found is not None
        return found

    def on_screen_resume(self) -> None:
        self.fresh()
        # Drawn first: the first time it takes a moment to read them.
        self.call_after_refresh(self._load)

    def _load(self) -> None:
        try:
            found, self.begun = self.desk.patients(), self.desk.unfinished()
            self.problem = None
        except BackstoryError as error:
            found, self.begun, self.problem = (), (), error
        self.loaded = True
        self.patients = sorted(found, key=lambda each: not each.due)
        self.redraw()

    @property
    def listed(self) -> list[Unfinished | Patient | tuple[str, str, str]]:
        """What passes the search: attempts that were begun, patients, and what else there is."""
        wanted = self.filter.casefold().split()
        begun = [each for each in self.begun if all(word in each.label.casefold() for word in wanted)]
        found = [each for each in self.patients if all(word in drawing.searched(each) for word in wanted)]
        others = [each for each in OTHERS if self.can(each[0]) and all(word in " ".join(each[1:]) for word in wanted)]
        return [*begun, *found, *others]

    # --- drawing ---

    def header(self, width: int) -> list[Line]:
        title = line(Seg("Simulated patients", "strong"))
        count = line(Seg(f"{len(self.patients)} to meet", "quiet"))
        typed = line(Seg(f"search: {self.filter}▏" if self.filter else "type to search", "key"))
        rows = packed([title, count, typed], width) if self.narrow else [*spread(title, count, width), typed]
        return rows if self.tight else [*rows, rule(width)]

    def lines(self, width: int) -> list[Line]:
        rows: list[Line] = []
        if not self.loaded:
            return wrapped("Reading the patients …", width)
        if self.problem is not None:
            rows += [*wrapped(f"! {self.problem.message}. {self.problem.hint}", width, "warn"), BLANK]
        listed = self.listed
        self.caret = max(0, min(self.caret, len(listed) - 1))
        before: type | None = None
        for index, each in enumerate(listed):
            if before not in {None, type(each)}:
                rows.append(BLANK)
            before = type(each)
            first, at = len(rows), index == self.caret
            match each:
                case Patient():
                    rows += drawing.patient_row(each, at, width)
                case Unfinished():
                    rows += drawing.unfinished_row(each, at, width)
                case _:
                    rows += drawing.entry_row(f"{self.key_for(each[0])}  {each[1]}", each[2], at, width)
            if at and self.focus_rows is not None:
                self.focus_rows = (first, len(rows) - 1)
        return rows or wrapped("Nobody passes the search.", width)

    # --- keys ---

    def can(self, action: str) -> bool:
        if action == "sealed":
            return self.desk.unseal is not None
        return action != "choose" or (self.loaded and bool(self.listed))

    @property
    def positions(self) -> int:
        return len(self.listed)

    def act_choose(self) -> None:
        match self.listed[self.caret]:
            case Unfinished(path=path):
                resume_attempt(self.ours, path)
            case Patient(id=id_, who=who):
                self._meet(who, lambda mode: self.desk.begin(id_, mode))
            case (action, *_):
                self.act(action)

    def _meet(self, who: str, opened: Open) -> None:
        """Ask for the mode, then open the attempt."""
        choices = [(mode, f"{name}: {told}") for mode, (name, told) in drawing.MODES.items()]
        at = list(drawing.MODES).index(self.mode)

        def chosen(mode: str | None) -> None:
            if mode is not None:
                self.mode = mode
                with_trainee(self.ours, lambda: open_attempt(self.ours, lambda: opened(mode)))

        self.app.push_screen(Choose(f"{who}. How?", choices, at=at), chosen)

    def act_generate(self) -> None:
        """Have a patient drawn: how difficult, and by which number."""
        levels = [(str(each), drawing.difficulty(each)) for each in range(1, len(drawing.DIFFICULTIES) + 1)]

        def chosen(level: str | None) -> None:
            if level is not None:
                self._ask_seed(int(level))

        self.app.push_screen(Choose("How difficult?", levels), chosen)

    def _ask_seed(self, level: int) -> None:
        def take(text: str, prompt: Prompt) -> None:
            said = text.strip()
            if said and not (said.isdecimal() and said.isascii() and len(said) <= LONGEST_SEED):
                prompt.say(f"not a whole number of at most {LONGEST_SEED} digits", "Enter alone draws any patient")
            else:
                prompt.settled(None)

        def given(text: str | None) -> None:
            if text is not None:
                seed = int(text) if text.strip() else None
                self._meet("A patient that is drawn", lambda mode: self.desk.generate(level, seed, mode))

        told = "The same number draws the same patient, for you and for others. Enter alone: any patient."
        self.app.push_screen(Prompt("By which number?", told, take, rows=1), given)

    def act_sealed(self) -> None:
        """Open a sealed station with its code."""

        def named(file: str | None) -> None:
            if file is not None and file.strip():
                self.app.push_screen(
                    Prompt("The code", f"The code for {file.strip()}", rows=1), lambda code: opened(file.strip(), code)
                )

        def opened(file: str, code: str | None) -> None:
            unseal = self.desk.unseal
            if code is not None and unseal is not None:
                with_trainee(self.ours, lambda: open_attempt(self.ours, lambda: unseal(file, code.strip())))

        self.app.push_screen(Prompt("A sealed station", "The file of the station.", rows=1), named)

    def act_progress(self) -> None:
        from chatbot.tui.screens.progress import ProgressScreen

        self.app.push_screen(ProgressScreen())

    def act_dismiss(self) -> None:
        if self.filter:
            self.filter_by("")
        else:
            self.dismiss(None)


def with_trainee(app: Backstory, then: Callable[[], None]) -> None:
    """Ask once who practises where nobody has said so, remember it, and go on."""
    session = app.session
    name, _ = session.services.who()
    if name or session.asked_who:
        then()
        return

    def take(text: str, prompt: Prompt) -> None:
        if checked(prompt, text, required=False):
            prompt.settled(None)

    def answered(said: str | None) -> None:
        if said is None:
            return
        session.asked_who = True
        if said.strip():
            remember(app, said.strip(), session.services.get_setting("role") or "trainee")
        then()

    told = "Your name or initials: your progress is counted under it. Enter alone: nobody is named."
    app.push_screen(Prompt("Who practises?", told, take, rows=1), answered)


# --- an attempt ---


def resume_attempt(app: Backstory, path: Any) -> None:
    """Go on with an attempt; of a sealed station, once its code was typed."""
    desk = app.session.services.practice
    assert desk is not None

    def typed(code: str | None) -> None:
        if code is not None:
            open_attempt(app, lambda: desk.resume(path, code.strip()))

    def needed() -> None:
        told = "The attempt was begun at a sealed station. Its code opens it again."
        app.push_screen(Prompt("The code", told, rows=1), typed)

    open_attempt(app, lambda: desk.resume(path, ""), sealed=needed)


def open_attempt(
    app: Backstory,
    opened: Callable[[], Practising],
    left: Callable[[], None] = lambda: None,
    sealed: Callable[[], None] | None = None,
) -> None:
    """Open an attempt and put its screen up; what comes of it follows when it ends.

    *left*: what comes once all of it was left. *sealed*: what is done where a code is needed first.
    """
    from chatbot.tui.screens.station import StationScreen

    session, desk = app.session, app.session.services.practice
    assert desk is not None
    try:
        practising = opened()
    except BackstoryError as error:
        if sealed is not None and error.code == CODE_NEEDED:
            sealed()
        else:
            app.push_screen(Fault(error), lambda _: left())
        return
    attempt = practising.attempt
    session.practising, session.commitment = practising, None
    session.simulated = named(attempt.station.who, attempt.mode)
    if attempt.minutes:
        session.station_clock = StationClock(lambda: practising.attempt, lambda: desk.seconds(practising))

    def closed(how: str | None) -> None:
        let_go(app)
        if how == "ended":
            show_debrief(app, None, left)
        else:
            left()

    app.push_screen(StationScreen(), closed)


def named(who: str, mode: str) -> str:
    """Say who is simulated, and how it is practised."""
    return f"{who} · {drawing.MODES[mode][0]}"


def let_go(app: Backstory) -> None:
    """Let go of the attempt that was on screen."""
    session = app.session
    if session.services.practice is not None and session.practising is not None:
        try:
            session.services.practice.leave(session.practising)
        except BackstoryError as error:
            app.push_screen(Fault(error))
    session.practising = session.station_clock = session.commitment = None
    session.simulated = ""


def show_debrief(app: Backstory, path: Any, left: Callable[[], None] = lambda: None) -> None:
    """Show what came of an attempt that is over; None: of the one made last. *left*: what comes afterwards."""
    from chatbot.tui.screens.debrief import DebriefScreen

    session, desk = app.session, app.session.services.practice
    assert desk is not None
    try:
        ended = desk.ended(path)
    except BackstoryError as error:
        app.push_screen(Fault(error), lambda _: left())
        return
    session.simulated = named(ended.who, ended.debrief.mode)

    def closed(_: None) -> None:
        session.simulated = ""
        left()

    app.push_screen(DebriefScreen(ended), closed)
