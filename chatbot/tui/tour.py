"""The guided tour: a made-up case in memory, and a strip that names one key after the other and waits for it.

It knows no protocol: what it answers is found by trying, on the case as it stands. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from textual.events import Key

from chatbot.core.case import Case, evolve
from chatbot.core.commands import Forward, GiveAnswer, Refusal, Show
from chatbot.core.findings import FlagState, network
from chatbot.core.navigation import decide
from chatbot.core.present import present
from chatbot.core.protocol import QuestionType
from chatbot.core.urgency import is_asked
from chatbot.errors import BackstoryError
from chatbot.tui.form import Form, Mode
from chatbot.tui.key_names import spelled
from chatbot.tui.lines import Line, Seg, fold, line, packed, width_of
from chatbot.tui.screens.alarm import AlarmScreen
from chatbot.tui.screens.ask import AskSheet
from chatbot.tui.screens.base import Sheet
from chatbot.tui.screens.fault import Fault
from chatbot.tui.screens.page import Page
from chatbot.tui.screens.plan import PlanScreen

if TYPE_CHECKING:
    from chatbot.interview import Interview
    from chatbot.tui.application import Backstory
    from chatbot.tui.services import Services

NOWHERE = "nowhere: this is a tour, kept in memory only"

AT_THE_END = (
    "That was the tour. {new_case} begins a real interview, {practise} has simulated patients; {help} lists every key."
)
LEFT = "The tour was left; nothing of it is kept. {tour} begins it again."
NAMED = ("new_case", "practise", "help", "tour")
"""Actions whose keys these name."""

ONE_KEY = frozenset({QuestionType.YES_NO, QuestionType.CHOICE})
"""Questions that one key answers."""

ALWAYS = ("stop", "theme")
"""Actions that work during a tour as ever."""

SCROLLS = ("page_up", "page_down", "up", "down")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to try."""

    told: str
    """What the key does, in a sentence or two."""
    actions: tuple[str, ...] = ()
    """What is to be done: the first of these that works on the screen as it stands."""
    key: str = ""
    """The key of an answer, where there is no action. Without either this is to be read, and Enter goes on."""
    over: Callable[[Sheet[Any]], bool] = lambda _: True
    """Whether the step is done once its key was pressed."""


def begin_tour(app: Backstory) -> None:
    """Open a made-up case and the strip that leads through it."""
    try:
        interview = app.session.services.demonstration()
    except BackstoryError as error:
        app.push_screen(Fault(error))
        return
    app.session.tour = Tour(app, interview)
    app.open_interview()


class Tour:
    """Takes every key while it lasts. Enter does what the strip names; Escape leaves; other keys wait."""

    def __init__(self, app: Backstory, interview: Interview) -> None:
        self.app, self.interview = app, interview
        self.before: tuple[Services, str] = app.session.services, app.session.register
        """What the session had, and gets back."""
        app.session.interview = interview
        app.session.services = replace(
            app.session.services,
            close=lambda: None,
            event_lines=lambda path, register: (),
            plan_text=lambda of, register: "",
            notices=tuple,
            story=lambda _: None,
            transcripts=NOWHERE,
            kept=False,
        )
        self.alarming: tuple[str, str] | None = None
        self.alarming = self._alarming()
        """A question and the option of it that raises an emergency; None where one key raises none."""
        self._show(next(self._open(ONE_KEY), None))
        self.length = 12 if self.alarming is not None else 10
        self.number = 0
        self.problem = ""
        self.steps = self._steps()
        self.step = Step("")
        self.next()

    # --- the steps ---

    def _steps(self) -> Iterator[Step]:
        """Yield one step after the other, each made when its turn comes."""
        yield Step(
            "This case is made up, and nothing of it is kept. One question at a time is read aloud; beside or above it "
            "stands how the case is going."
        )
        yield Step(
            "says why this is asked, and on which source that rests; pressed again it closes the page.",
            ("why",),
            over=lambda screen: isinstance(screen, AskSheet),
        )
        yield Step("switches to plain words, as they are said to a patient. Only words change.", ("register",))
        yield self._answer()
        yield self._unknown()
        self._show(next(self._open(), None))
        yield Step("goes back, as often as you like; no answer is lost.", ("back",))
        yield Step("Here it is, with the answer it has. The key of another answer corrects it.")
        if self.alarming is not None:
            yield self._emergency(*self.alarming)
            yield Step(
                "reads on, and at its end says that it was read. Nothing else can be answered before.",
                ("read_on", "acknowledge"),
                over=lambda screen: not isinstance(screen, AlarmScreen),
            )
        yield Step("is the plan so far, at any moment: each line with its reason and its sources.", ("plan",))
        yield Step("closes the plan, in which every line can be opened and decided about.", ("dismiss",))
        yield Step("leaves the interview: a real case is kept, and is gone on with from home.", ("leave",))

    def _answer(self) -> Step:
        """Answer the question on screen with what raises nothing."""
        form = self._form()
        calm = None if form is None else self._calm(form)
        if form is None or calm is None:
            return self._unknown()
        key = form.keys[[each.id for each in form.view.options].index(calm)]
        label = next(each.label for each in form.view.options if each.id == calm)
        return Step(
            f"answers “{label}”. One key is enough; in a real case it is saved before the next question.", key=key
        )

    def _unknown(self) -> Step:
        """Say of the next question that the person does not know, in whichever way raises no emergency."""
        self._show(next(self._open(), None))
        screen = self.app.screen
        if isinstance(screen, AskSheet) and screen.form is not None and screen.form.mode is Mode.TYPING:
            screen.act_leave_field()
        form = self._form()
        if form is None:
            return Step("Not knowing is an answer of its own, with keys of its own, and never means no.")
        for each in form.view.statuses:
            after = self._after(GiveAnswer(form.view.id, status=each.status))
            if after is not None and not after.alarms:
                return Step(f"is for “{each.label}”. It is an answer of its own and never means no.", key=each.key)
        return Step("Not knowing is an answer of its own, with keys of its own, and never means no.")

    def _emergency(self, question: str, option: str) -> Step:
        """Give an answer that raises an emergency."""
        self._show(question)
        form = self._form()
        assert form is not None
        label = next(each.label for each in form.view.options if each.id == option)
        key = form.keys[[each.id for each in form.view.options].index(option)]
        return Step(f"answers “{label}”. Some answers cannot wait: see what happens.", key=key)

    # --- finding answers ---

    @property
    def case(self) -> Case:
        return self.interview.case

    def _form(self) -> Form | None:
        shown = present(self.interview.protocol, self.case, self.app.session.register).question
        if shown is None:
            return None
        return Form(shown, self.interview.protocol.questions[shown.id], self.case.as_of)

    def _show(self, question: str | None) -> None:
        """Bring a question up, or the next open one."""
        self.interview.send(Forward() if question is None else Show(question))
        screen = self.app.screen
        if isinstance(screen, AskSheet):
            screen.sync()

    def _open(self, types: Collection[QuestionType] = frozenset(QuestionType)) -> Iterator[str]:
        """Yield the open questions of some types in the order of asking, without the one kept for the emergency."""
        protocol, case = self.interview.content, self.case
        kept = None if self.alarming is None else self.alarming[0]
        for key in network(protocol).ask_order:
            asked = key not in case.answers and key != kept and is_asked(protocol, case.assessment, key)
            if asked and protocol.questions[key].type in types:
                yield key

    def _after(self, command: GiveAnswer) -> Case | None:
        """Return the case as it would be after an answer; None where it is not taken."""
        protocol, case = self.interview.content, self.case
        decided = decide(protocol, case, command)
        if isinstance(decided, Refusal):
            return None
        for event in decided:
            case = evolve(protocol, case, event)
        return case

    def _calm(self, form: Form) -> str | None:
        """Return an option of the question on screen that raises no red flag; the last of a yes and a no."""
        if form.type not in ONE_KEY:
            return None
        options = [each.id for each in form.view.options]
        raised = _present(self.case)
        for option in reversed(options) if form.type is QuestionType.YES_NO else options:
            after = self._after(GiveAnswer(form.view.id, value=option))
            if after is not None and _present(after) <= raised and not after.alarms:
                return option
        return None

    def _alarming(self) -> tuple[str, str] | None:
        """Return an open question and an option of it that raises an emergency."""
        for question in self._open(ONE_KEY):
            for option in self.interview.content.questions[question].options:
                after = self._after(GiveAnswer(question, value=option.id))
                if after is not None and after.alarms:
                    return question, option.id
        return None

    # --- the strip ---

    def keys(self) -> tuple[str, ...]:
        """Return the keys that do what this step is about, on the screen as it stands; without Escape, which leaves."""
        screen = self.app.screen
        if not self.step.actions or not isinstance(screen, Sheet):
            return (self.step.key,) if self.step.key else ()
        here = {each.id: each.keys for each in screen.working()}
        fitting = [here[each] for each in self.step.actions if each in here]
        found = fitting[0] if fitting else sorted(self.app.keymap.keys(self.step.actions[0]))
        return tuple(key for key in found if key != "escape")

    def strip(self, width: int) -> list[Line]:
        """Draw what the tour says, in place of the footer: no other key works now."""
        keys = self.keys()
        shown = spelled(keys[0]) if keys else ""
        head = line(Seg(f" TOUR {self.number}/{self.length} ", "caret"), Seg(" "))
        head = (*head, Seg(f"{shown} ", "key")) if shown else head
        first, *more = fold(self.step.told, width - 2, width - width_of(head))
        rows = [(*head, Seg(first)), *(line("  ", each) for each in more)]
        ways = [(spelled("enter"), "goes on"), (spelled("escape"), "leaves the tour")]
        said = [line(Seg(self.problem, "warn"))] if self.problem else []
        return [*rows, *packed([*said, *(line(Seg(key, "key"), Seg(f" {what}")) for key, what in ways)], width)]

    # --- keys ---

    def aside(self, screen: Sheet[Any]) -> bool:
        """Whether a screen came up that no step is about, such as a blank one: its own keys hold until it closes."""
        return not isinstance(screen, AskSheet | AlarmScreen | PlanScreen | Page)

    def takes(self, event: Key) -> bool:
        """Take a key; False leaves it to the screen."""
        screen = self.app.screen
        if not isinstance(screen, Sheet) or self.aside(screen) or screen.too_small:
            return False
        if self._means(event.key, ALWAYS):
            return False
        if screen.unseen(event.time):
            return True
        keys = self.keys()
        if event.key == "escape":
            self.end(LEFT)
        elif event.key == "enter" or event.key in keys or event.character in keys:
            self._do(screen, keys)
        elif self._means(event.key, SCROLLS):
            screen.take(event.key, "")
        else:
            self.problem = f"{event.character or event.key} does not belong to this step."
            screen.redraw()
        return True

    def _means(self, key: str, actions: tuple[str, ...]) -> bool:
        return any(key in self.app.keymap.keys(action) for action in actions)

    def _do(self, screen: Sheet[Any], keys: tuple[str, ...]) -> None:
        self.problem = ""
        if keys:
            screen.take(keys[0], keys[0] if len(keys[0]) == 1 else "")
        elif "dismiss" in self.step.actions:
            screen.act("dismiss")
        if self.app.session.tour is self:
            self.app.call_later(self._done)

    def _done(self) -> None:
        """Go on to the next step once the key has had its effect."""
        screen = self.app.screen
        if self.app.session.tour is not self or not isinstance(screen, Sheet):
            return
        if self.interview is not self.app.session.interview:
            self.end(AT_THE_END)
        elif self.step.over(screen):
            self.next()
            screen.redraw()

    def next(self) -> None:
        """Go to the next step."""
        self.number += 1
        self.step = next(self.steps, Step(AT_THE_END))

    def end(self, said: str) -> None:
        """Give the session back what it had, and go home."""
        from chatbot.tui.screens.home import Home

        session = self.app.session
        session.tour, session.interview = None, None
        session.services, session.register = self.before
        while not isinstance(self.app.screen, Home):
            self.app.pop_screen()
        self.app.screen.said = said.format(**{each: self.app.keymap.shown(each, "home") for each in NAMED})
        self.app.screen.redraw()


def _present(case: Case) -> frozenset[str]:
    return frozenset(name for name, state in case.assessment.open_flags.items() if state is FlagState.PRESENT)
